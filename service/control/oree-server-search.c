/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-server-search.h"

#include "base/oree-error.h"
#include "base/oree-limits.h"
#include "model/oree-own-srv.h"

typedef struct
{
  OreeServerSearches *owner;
  OreeLookup *lookup;
  OreeDnsAnswer *srv; /* NULL: the host was given */
  char *host;         /* whose addresses are asked for */
  char *domain;
  OreeTopology *own;  /* NULL: the domain is not ours */
  OreeServersFound found;
  gpointer data;
} Search;

struct _OreeServerSearches
{
  OreeResolver *resolver;
  GQueue open; /* Search */
};

static const struct
{
  const char *kind;
  const char *service;
} services[] = {
  { "sip", "_sipfederationtls._tcp." },
  { "xmpp", "_xmpp-server._tcp." },
};

static void
search_free (Search *search)
{
  g_clear_pointer (&search->srv, oree_dns_answer_unref);
  if (search->own != NULL)
    oree_record_unref (&search->own->record);
  g_free (search->host);
  g_free (search->domain);
  g_free (search);
}

static int
by_priority (gconstpointer a, gconstpointer b, gpointer data)
{
  const OreeDnsSrv *first = *(OreeDnsSrv *const *) a, *second = *(OreeDnsSrv *const *) b;

  return first->priority != second->priority ? first->priority - second->priority : second->weight - first->weight;
}

/* In the order they are tried, as far as weights let one say. Owned array of borrowed rows. */
static GPtrArray *
sorted (const OreeDnsAnswer *srv)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; i < srv->srv->len; i++)
    g_ptr_array_add (rows, srv->srv->pdata[i]);
  g_ptr_array_sort_with_data (rows, by_priority, NULL);
  return rows;
}

static void
add_servers (GVariantDict *found, const OreeDnsAnswer *srv)
{
  g_autoptr (GPtrArray) rows = sorted (srv);
  GVariantBuilder servers;

  g_variant_builder_init (&servers, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      const OreeDnsSrv *row = rows->pdata[i];
      GVariantDict server;

      g_variant_dict_init (&server, NULL);
      g_variant_dict_insert (&server, "host", "s", row->target);
      g_variant_dict_insert (&server, "port", "u", (guint32) row->port);
      g_variant_dict_insert (&server, "priority", "u", (guint32) row->priority);
      g_variant_dict_insert (&server, "weight", "u", (guint32) row->weight);
      g_variant_builder_add_value (&servers, g_variant_dict_end (&server));
    }
  g_variant_dict_insert (found, "question", "s", srv->name);
  g_variant_dict_insert (found, "outcome", "s",
                         oree_dns_answer_refuses (srv) ? "refused" : oree_dns_outcome_nick (srv->outcome));
  g_variant_dict_insert (found, "secure", "b", srv->secure);
  g_variant_dict_insert_value (found, "servers", g_variant_builder_end (&servers));
}

static void
add_addresses (GVariantDict *found, const OreeDnsAnswer *answer)
{
  GVariantBuilder addresses;

  g_variant_builder_init (&addresses, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < answer->addresses->len; i++)
    {
      g_autofree char *text = oree_inet_address_to_string (&g_array_index (answer->addresses, OreeInetAddress, i));

      g_variant_builder_add (&addresses, "s", text);
    }
  g_variant_dict_insert (found, "host", "s", answer->name);
  g_variant_dict_insert (found, "host-outcome", "s", oree_dns_outcome_nick (answer->outcome));
  g_variant_dict_insert_value (found, "addresses", g_variant_builder_end (&addresses));
}

static void
add_own (GVariantDict *found, const Search *search)
{
  g_autofree char *host = oree_own_srv_host (search->own, search->domain);
  OreeOwnSrv state = oree_own_srv_judge (search->own, search->domain, search->srv);

  g_variant_dict_insert (found, "own", "s", oree_enum_to_nick (oree_own_srvs, state));
  g_variant_dict_insert (found, "own-host", "s", host);
  g_variant_dict_insert (found, "own-port", "u", (guint32) search->own->access_edge_external_port);
}

static void
finish (Search *search, const OreeDnsAnswer *addresses)
{
  GVariantDict found;

  g_variant_dict_init (&found, NULL);
  if (search->srv != NULL)
    add_servers (&found, search->srv);
  if (search->srv != NULL && search->own != NULL)
    add_own (&found, search);
  if (addresses != NULL)
    add_addresses (&found, addresses);
  g_queue_remove (&search->owner->open, search);
  search->found (g_variant_dict_end (&found), search->data);
  search_free (search);
}

static void
on_addresses (const OreeDnsAnswer *answer, gpointer data)
{
  finish (data, answer);
}

static void
ask_addresses (Search *search)
{
  search->lookup
      = oree_resolver_lookup_addresses_on_main (search->owner->resolver, search->host, on_addresses, search);
}

static void
on_srv (const OreeDnsAnswer *answer, gpointer data)
{
  Search *search = data;
  g_autoptr (GPtrArray) rows = sorted (answer);

  search->lookup = NULL;
  search->srv = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  if (answer->outcome != OREE_DNS_OK || rows->len == 0 || oree_dns_answer_refuses (answer))
    {
      finish (search, NULL);
      return;
    }
  search->host = g_strdup (((const OreeDnsSrv *) rows->pdata[0])->target);
  ask_addresses (search);
}

OreeServerSearches *
oree_server_searches_new (OreeResolver *resolver)
{
  OreeServerSearches *self = g_new0 (OreeServerSearches, 1);

  self->resolver = resolver;
  g_queue_init (&self->open);
  return self;
}

void
oree_server_searches_free (OreeServerSearches *self)
{
  Search *search;

  if (self == NULL)
    return;
  while ((search = g_queue_pop_head (&self->open)) != NULL)
    {
      oree_lookup_cancel (search->lookup);
      search->found (NULL, search->data);
      search_free (search);
    }
  g_free (self);
}

gboolean
oree_server_searches_ask (OreeServerSearches *self, const char *kind, const char *domain, const char *server,
                          const OreeTopology *own, OreeServersFound found, gpointer data, GError **error)
{
  g_autofree char *question = NULL;
  Search *search;

  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    if (g_str_equal (services[i].kind, kind))
      question = g_strconcat (services[i].service, domain, NULL);
  if (question == NULL)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD, "kind: “%s” is neither sip nor xmpp", kind);
      return FALSE;
    }
  if (self->open.length >= OREE_SERVER_SEARCHES_MAX)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BUSY, "%d searches are under way already", OREE_SERVER_SEARCHES_MAX);
      return FALSE;
    }
  search = g_new0 (Search, 1);
  search->owner = self;
  search->domain = g_strdup (domain);
  search->own = own != NULL ? (OreeTopology *) oree_record_ref ((OreeRecord *) &own->record) : NULL;
  search->found = found;
  search->data = data;
  g_queue_push_tail (&self->open, search);
  if (server != NULL && *server != '\0')
    {
      search->host = g_strdup (server);
      ask_addresses (search);
    }
  else
    search->lookup = oree_resolver_lookup_srv_on_main (self->resolver, question, on_srv, search);
  return TRUE;
}
