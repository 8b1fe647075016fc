/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monitor: what is alive now, as the data plane tells it. */
#include "base/oree-limits.h"
#include "bus/oree-bus.h"
#include "control/oree-certs.h"
#include "ident/oree-domain.h"
#include "ident/oree-jid.h"
#include "ident/oree-sip-uri.h"
#include "model/oree-xmpp-gateway.h"
#include "model/oree-xmpp-partner.h"

#define EVENTS_DEFAULT 100

/* NULL, and the call answered, while there is no data plane. */
static OreeRoles *
roles_of (OreeBusCall *call)
{
  OreeService *service = oree_bus_call_service (call);
  OreeRoles *roles = service != NULL ? oree_service_roles (service) : NULL;

  if (roles == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "no-data-plane");
  return roles;
}

static void
on_counters (GVariant *counters, gpointer data)
{
  OreeService *service = oree_bus_call_service (data);
  OreeCerts *certs = service != NULL ? oree_service_certs (service) : NULL;

  oree_bus_call_reply (data, g_variant_new ("(@a{st})", certs != NULL ? oree_certs_counters (certs, counters) : counters));
}

static void
counters (OreeBusCall *call, GVariant *parameters)
{
  OreeRoles *roles = roles_of (call);

  if (roles != NULL)
    oree_roles_counters (roles, on_counters, call);
}

static void
on_rows (GVariant *rows, gpointer data)
{
  oree_bus_call_reply (data, g_variant_new ("(@aa{sv})", rows));
}

static void
list_rows (OreeBusCall *call, const char *what)
{
  OreeRoles *roles = roles_of (call);

  if (roles != NULL)
    oree_roles_list (roles, what, on_rows, call);
}

static void
connections (OreeBusCall *call, GVariant *parameters)
{
  list_rows (call, "connections");
}

static void
subscriptions (OreeBusCall *call, GVariant *parameters)
{
  list_rows (call, "subscriptions");
}

static void
sessions (OreeBusCall *call, GVariant *parameters)
{
  list_rows (call, "sessions");
}

static void
allow_entries (OreeBusCall *call, GVariant *parameters)
{
  list_rows (call, "allow-entries");
}

static void
discovered_partners (OreeBusCall *call, GVariant *parameters)
{
  list_rows (call, "discovered-partners");
}

/* ---- Partners: the records, and what lives beside each ---- */

typedef struct
{
  OreeBusCall *call;
  GVariant *connections;
  GVariant *subscriptions;
} PartnersQuestion;

static gboolean
row_is_about (GVariant *row, const char *column, const OreeXmppPartner *partner)
{
  const char *domain;

  return g_variant_lookup (row, column, "&s", &domain) && oree_xmpp_partner_has_domain (partner, domain);
}

static guint
count_streams (GVariant *rows, const OreeXmppPartner *partner, const char *direction)
{
  guint n = 0;

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *own = "";

      g_variant_lookup (row, "direction", "&s", &own);
      if (g_str_equal (own, direction) && row_is_about (row, "partner", partner))
        n++;
    }
  return n;
}

static guint
count_subscriptions (GVariant *rows, const OreeXmppPartner *partner)
{
  guint n = 0;

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      static const char *const columns[] = { "watcher", "presentity", "contact" };
      gboolean about = row_is_about (row, "partner", partner);

      for (gsize c = 0; !about && c < G_N_ELEMENTS (columns); c++)
        {
          const char *address = NULL;
          g_auto (OreeJid) jid = OREE_JID_INIT;

          about = g_variant_lookup (row, columns[c], "&s", &address) && oree_jid_parse (&jid, oree_span_str (address))
                  && oree_xmpp_partner_has_domain (partner, jid.domain);
        }
      n += about;
    }
  return n;
}

/* What waits for the partner's domains, each way; how long the oldest of it has waited. */
static void
add_queues (GVariantDict *row, GVariant *queues, const OreeXmppPartner *partner, const OreeXmppGateway *gateway)
{
  guint32 to_xmpp = 0, to_sip = 0;
  guint64 age = 0, overflows = 0;

  for (gsize i = 0; i < g_variant_n_children (queues); i++)
    {
      g_autoptr (GVariant) queue = g_variant_get_child_value (queues, i);
      const char *direction = "";
      guint32 depth = 0;
      guint64 its_age = 0, its_overflows = 0;

      if (!row_is_about (queue, "domain", partner))
        continue;
      g_variant_lookup (queue, "direction", "&s", &direction);
      g_variant_lookup (queue, "depth", "u", &depth);
      g_variant_lookup (queue, "age", "t", &its_age);
      g_variant_lookup (queue, "overflows", "t", &its_overflows);
      *(g_str_equal (direction, "to-sip") ? &to_sip : &to_xmpp) += depth;
      age = MAX (age, its_age);
      overflows += its_overflows;
    }
  g_variant_dict_insert (row, "queued-to-xmpp", "u", to_xmpp);
  g_variant_dict_insert (row, "queued-to-sip", "u", to_sip);
  g_variant_dict_insert (row, "oldest-queued", "t", age);
  g_variant_dict_insert (row, "queue-limit", "t", partner->queue_limit != 0 ? partner->queue_limit
                                                                             : gateway->partner_queue_limit);
  g_variant_dict_insert (row, "queue-overflows", "t", overflows);
}

static void
add_last_event (GVariantDict *row, OreeEventRing *events, const OreeXmppPartner *partner)
{
  GVariant *event = oree_event_ring_find (events, "partner", partner->record.id);
  g_autoptr (GVariant) details = NULL;
  const char *nick, *reason;
  gint64 wall;

  if (event == NULL)
    return;
  details = g_variant_lookup_value (event, "details", NULL);
  if (g_variant_lookup (event, "nick", "&s", &nick))
    g_variant_dict_insert (row, "last-event", "s", nick);
  if (g_variant_lookup (event, "time", "x", &wall))
    g_variant_dict_insert (row, "last-time", "x", wall);
  if (g_variant_lookup (details, "reason", "&s", &reason))
    g_variant_dict_insert (row, "last-reason", "s", reason);
}

static GVariant *
partner_row (const OreeXmppPartner *partner, const PartnersQuestion *question, GVariant *queues,
             const OreeXmppGateway *gateway, OreeEventRing *events)
{
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "partner", "s", partner->record.id);
  g_variant_dict_insert (&row, "partner-type", "s", oree_enum_to_nick (oree_partner_types, partner->partner_type));
  g_variant_dict_insert (&row, "streams-in", "u", count_streams (question->connections, partner, "in"));
  g_variant_dict_insert (&row, "streams-out", "u", count_streams (question->connections, partner, "out"));
  g_variant_dict_insert (&row, "subscriptions", "u", count_subscriptions (question->subscriptions, partner));
  add_queues (&row, queues, partner, gateway);
  add_last_event (&row, events, partner);
  return g_variant_dict_end (&row);
}

static void
partners_question_free (PartnersQuestion *question)
{
  g_variant_unref (question->connections);
  g_clear_pointer (&question->subscriptions, g_variant_unref);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PartnersQuestion, partners_question_free)

static void
on_partner_queues (GVariant *queues, gpointer data)
{
  g_autoptr (PartnersQuestion) question = data;
  OreeService *service = oree_bus_call_service (question->call);
  const OreeXmppGateway *gateway;
  const OreeRecordSet *set;
  const GPtrArray *records;
  GVariantBuilder rows;

  if (service == NULL || oree_service_apply (service) == NULL)
    {
      oree_bus_call_fail_code (question->call, OREE_ERROR_UNAVAILABLE, "stopping");
      return;
    }
  set = oree_apply_records (oree_service_apply (service));
  records = oree_record_set_list (set, &oree_xmpp_partner_kind);
  gateway = (const OreeXmppGateway *) oree_record_set_singleton (set, &oree_xmpp_gateway_kind);
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; records != NULL && i < records->len; i++)
    g_variant_builder_add_value (&rows, partner_row (g_ptr_array_index (records, i), question, queues, gateway,
                                                     oree_service_events (service)));
  oree_bus_call_reply (question->call, g_variant_new ("(aa{sv})", &rows));
}

static void
on_partner_subscriptions (GVariant *rows, gpointer data)
{
  g_autoptr (PartnersQuestion) question = data;
  OreeRoles *roles = roles_of (question->call);

  if (roles == NULL)
    return;
  question->subscriptions = g_variant_ref (rows);
  oree_roles_list (roles, "queues", on_partner_queues, g_steal_pointer (&question));
}

static void
on_partner_connections (GVariant *rows, gpointer data)
{
  OreeBusCall *call = data;
  OreeRoles *roles = roles_of (call);
  PartnersQuestion *question;

  if (roles == NULL)
    return;
  question = g_new0 (PartnersQuestion, 1);
  question->call = call;
  question->connections = g_variant_ref (rows);
  oree_roles_list (roles, "subscriptions", on_partner_subscriptions, question);
}

static void
partners (OreeBusCall *call, GVariant *parameters)
{
  OreeRoles *roles = roles_of (call);

  if (roles != NULL)
    oree_roles_list (roles, "connections", on_partner_connections, call);
}

/* ---- Allow entries ---- */

/* "sip:alice@contoso.test", "xmpp:…" or a plain address → the key of durable rows; NULL when it is no address. */
static char *
address_key (const char *text)
{
  static const char *const schemes[] = { "sip:", "sips:", "xmpp:" };
  g_auto (OreeJid) jid = OREE_JID_INIT;

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (text, schemes[i], strlen (schemes[i])) == 0)
      {
        text += strlen (schemes[i]);
        break;
      }
  return oree_jid_parse (&jid, oree_span_str (text)) ? oree_jid_to_key (&jid) : NULL;
}

static void
on_forgotten (GVariant *result, gpointer data)
{
  OreeBusCall *call = data;
  gboolean found = FALSE;

  g_variant_lookup (result, "found", "b", &found);
  if (found)
    oree_bus_call_reply (call, NULL);
  else
    oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "no such allow entry");
}

/* Our user as the rows have it: the address of record, with or without "sip:" written. */
static char *
user_key_of (const char *user)
{
  g_autofree char *uri = g_str_has_prefix (user, "sip:") ? g_strdup (user) : g_strconcat ("sip:", user, NULL);

  return oree_sip_aor_normalise (oree_span_str (uri));
}

static void
revoke_allow_entry (OreeBusCall *call, GVariant *parameters)
{
  OreeRoles *roles = roles_of (call);
  g_autofree char *user_key = NULL;
  g_autofree char *contact_key = NULL;
  g_autofree char *key = NULL;
  const char *user, *contact;

  if (roles == NULL)
    return;
  g_variant_get (parameters, "(&s&s@a{sv})", &user, &contact, NULL);
  user_key = user_key_of (user);
  contact_key = address_key (contact);
  if (user_key == NULL || contact_key == NULL)
    {
      oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "not an address");
      return;
    }
  key = g_strconcat (user_key, " ", contact_key, NULL);
  oree_bus_call_note (call, key);
  oree_roles_forget (roles, OREE_SPACE_ALLOW, key, on_forgotten, call);
}

static void
on_reset (GVariant *effects, gpointer data)
{
  oree_bus_call_reply (data, g_variant_new ("(@a{sv})", effects));
}

static void
reset_connections (OreeBusCall *call, GVariant *parameters)
{
  OreeRoles *roles = roles_of (call);
  g_autofree char *domain = NULL;
  const char *partner;

  if (roles == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &partner);
  domain = oree_domain_normalise (oree_span_str (partner));
  if (domain == NULL)
    {
      oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "partner: not a domain name");
      return;
    }
  oree_bus_call_note (call, domain);
  oree_roles_reset (roles, domain, on_reset, call);
}

/* ---- Events ---- */

static void
list_events (OreeBusCall *call, GVariant *parameters)
{
  OreeEventRing *events = oree_service_events (oree_bus_call_service (call));
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  guint64 after = 0;
  guint32 limit = EVENTS_DEFAULT;

  g_variant_lookup (options, "after", "t", &after);
  g_variant_lookup (options, "limit", "u", &limit);
  oree_bus_call_reply (call, g_variant_new ("(@aa{sv}t)",
                                            oree_event_ring_list (events, after, MIN (limit, OREE_EVENTS_KEPT)),
                                            oree_event_ring_last (events)));
}

const OreeBusMethod oree_bus_monitor_methods[] = {
  { "Counters", counters },           { "Connections", connections },
  { "Partners", partners },           { "Subscriptions", subscriptions },
  { "Sessions", sessions },           { "AllowEntries", allow_entries },
  { "DiscoveredPartners", discovered_partners },
  { "RevokeAllowEntry", revoke_allow_entry }, { "ListEvents", list_events },
  { "ResetConnections", reset_connections },
  { NULL, NULL },
};
