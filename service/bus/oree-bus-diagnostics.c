/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diagnostics: the very function that decides live traffic, asked by hand; for presence, what is alive too. */
#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "bus/oree-bus.h"

#include <string.h>

static void
refuse (OreeBusCall *call, const OreeProblems *problems)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "problems", oree_problems_to_variant (problems));
  oree_bus_call_reply_refused (call, g_variant_new ("(@a{sv}aa{sv})", g_variant_dict_end (&dict), NULL));
}

static void
answer (OreeBusCall *call, gboolean good, GVariant *verdict, GVariant *steps, const OreeProblems *problems)
{
  if (good)
    oree_bus_call_reply (call, g_variant_new ("(@a{sv}@aa{sv})", verdict, steps));
  else
    refuse (call, problems);
}

/* ---- Presence: what is alive is fetched first, one list after the other ---- */

static const char *const lists[] = { "subscriptions", "connections", "allow-entries" };

typedef struct
{
  OreeBusCall *call;
  GVariant *facts;
  GVariant *rows[G_N_ELEMENTS (lists)];
  guint n_rows;
} PresenceQuestion;

static void
presence_question_free (PresenceQuestion *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    g_variant_unref (self->rows[i]);
  g_variant_unref (self->facts);
  g_free (self);
}

static void
explain_presence (PresenceQuestion *self, OreeService *service)
{
  OreePresenceLive live = { .subscriptions = self->rows[0], .connections = self->rows[1], .allow_entries = self->rows[2] };
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  GVariant *verdict = NULL, *steps = NULL;
  gboolean good = oree_service_explain_presence (service, self->facts, &live, &verdict, &steps, problems);

  answer (self->call, good, verdict, steps, problems);
}

static void
on_rows (GVariant *rows, gpointer data)
{
  PresenceQuestion *self = data;
  OreeService *service = oree_bus_call_service (self->call);
  OreeRoles *roles = service != NULL ? oree_service_roles (service) : NULL;

  self->rows[self->n_rows++] = g_variant_ref (rows);
  if (roles == NULL || oree_service_apply (service) == NULL)
    oree_bus_call_fail_code (self->call, OREE_ERROR_UNAVAILABLE, "stopping");
  else if (self->n_rows < G_N_ELEMENTS (lists))
    {
      oree_roles_list (roles, lists[self->n_rows], on_rows, self);
      return;
    }
  else
    explain_presence (self, service);
  presence_question_free (self);
}

static void
ask_presence (OreeBusCall *call, GVariant *facts)
{
  OreeService *service = oree_bus_call_service (call);
  OreeRoles *roles = service != NULL ? oree_service_roles (service) : NULL;
  PresenceQuestion *self;

  if (roles == NULL)
    {
      oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "no-data-plane");
      return;
    }
  self = g_new0 (PresenceQuestion, 1);
  self->call = call;
  self->facts = g_variant_ref (facts);
  oree_roles_list (roles, lists[0], on_rows, self);
}

static void
explain (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) facts = NULL;
  GVariant *verdict = NULL, *steps = NULL;
  const char *kind;
  gboolean good;

  g_variant_get (parameters, "(&s@a{sv})", &kind, &facts);
  if (g_str_equal (kind, "presence"))
    {
      ask_presence (call, facts);
      return;
    }
  good = oree_service_explain (oree_bus_call_service (call), kind, facts, &verdict, &steps, problems);
  answer (call, good, verdict, steps, problems);
}

static void
foretold (GVariant *rows, gpointer data)
{
  oree_bus_call_reply (data, g_variant_new ("(@aa{sv})", rows));
}

static void
forecast (OreeBusCall *call, GVariant *parameters)
{
  const char *pem;

  g_variant_get_child (parameters, 0, "&s", &pem);
  if (strlen (pem) > OREE_PEM_MAX)
    oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "the text is too long");
  else if (!oree_service_forecast (oree_bus_call_service (call), pem, foretold, call))
    oree_bus_call_fail_code (call, OREE_ERROR_UNSUPPORTED, "no certificate is in force");
}

static void
servers_found (GVariant *found, gpointer data)
{
  if (found != NULL)
    oree_bus_call_reply (data, g_variant_new ("(@a{sv})", found));
  else
    oree_bus_call_fail_code (data, OREE_ERROR_UNAVAILABLE, "stopping");
}

/* The topology when `domain` is one of ours with SIP, or is about to be (`own`); else NULL. */
static const OreeTopology *
own_topology (OreeService *service, const char *kind, const char *domain, GVariant *options)
{
  const OreePolicy *policy = oree_apply_policy (oree_service_apply (service));
  const OreeSipDomain *ours = oree_policy_sip_domain (policy, domain);
  gboolean own = ours != NULL && ours->sip;

  g_variant_lookup (options, "own", "b", &own);
  return own && g_str_equal (kind, "sip") ? oree_policy_topology (policy) : NULL;
}

static void
find_servers (OreeBusCall *call, GVariant *parameters)
{
  OreeService *service = oree_bus_call_service (call);
  OreeServerSearches *searches = service != NULL ? oree_service_server_searches (service) : NULL;
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *normal = NULL, *host = NULL;
  const char *kind, *domain, *server = "";

  g_variant_get (parameters, "(&s&s@a{sv})", &kind, &domain, &options);
  g_variant_lookup (options, "server", "&s", &server);
  normal = oree_domain_normalise (oree_span_str (domain));
  host = oree_domain_normalise (oree_span_str (server));
  if (searches == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "no-data-plane");
  else if (normal == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "domain: not a domain name");
  else if (*server != '\0' && host == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "server: not a host name");
  else if (!oree_server_searches_ask (searches, kind, normal, host, own_topology (service, kind, normal, options),
                                      servers_found, call, &error))
    oree_bus_call_fail (call, error);
}

static void
tested (GVariant *result, gpointer data)
{
  if (result != NULL)
    oree_bus_call_reply (data, g_variant_new ("(@a{sv})", result));
  else
    oree_bus_call_fail_code (data, OREE_ERROR_UNAVAILABLE, "stopping");
}

static void
test_partner (OreeBusCall *call, GVariant *parameters)
{
  OreeService *service = oree_bus_call_service (call);
  g_autoptr (GError) error = NULL;
  g_autofree char *domain = NULL;
  const char *partner;

  g_variant_get_child (parameters, 0, "&s", &partner);
  domain = oree_domain_normalise (oree_span_str (partner));
  if (service == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "stopping");
  else if (domain == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "partner: not a domain name");
  else
    {
      oree_bus_call_note (call, domain);
      if (!oree_service_test_partner (service, domain, tested, call, &error))
        oree_bus_call_fail (call, error);
    }
}

const OreeBusMethod oree_bus_diagnostics_methods[] = {
  { "Explain", explain },
  { "Forecast", forecast },
  { "FindServers", find_servers },
  { "TestPartner", test_partner },
  { NULL, NULL },
};
