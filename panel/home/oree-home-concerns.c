/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/home/oree-home-concerns.h"

#include "client/oree-client-item.h"
#include "client/oree-sentences.h"
#include "client/oree-server-words.h"

#include <glib/gi18n-lib.h>

/* How many partners that fail are named one by one. */
#define PARTNERS_NAMED 5

void
oree_concern_free (OreeConcern *self)
{
  g_free (self->title);
  g_free (self->detail);
  g_free (self->place);
  g_free (self);
}

/* Takes the owned strings. */
static void
add (GPtrArray *concerns, const char *mark, char *title, char *detail, const char *button, char *place)
{
  OreeConcern *concern = g_new0 (OreeConcern, 1);

  concern->mark = mark;
  concern->title = title;
  concern->detail = detail;
  concern->button = button;
  concern->place = place;
  g_ptr_array_add (concerns, concern);
}

static void
add_roles (GPtrArray *concerns, GListModel *services)
{
  for (guint i = 0; services != NULL && i < g_list_model_get_n_items (services); i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (services, i);
      const char *role = oree_client_item_text (item, "role"), *state = oree_client_item_text (item, "state");
      const char *name = oree_sentence_role (role);
      gboolean degraded = oree_client_item_flag (item, "degraded");

      if (degraded)
        add (concerns, "✖", g_strdup_printf (_ ("%s does not work as it should"), name),
             oree_sentence_reason (oree_client_item_text (item, "reason")), _ ("View services"),
             g_strconcat ("services/", role, NULL));
      else if (!g_str_equal (state, "running") && g_str_equal (oree_client_item_text (item, "start-type"), "automatic"))
        /* TRANSLATORS: a role and its state: "XMPP proxy: Stopped". */
        add (concerns, "⚠", g_strdup_printf (_ ("%s: %s"), name, oree_sentence_role_state (state)), NULL,
             _ ("View services"), g_strconcat ("services/", role, NULL));
    }
}

static void
add_bad_records (GPtrArray *concerns, GVariant *status)
{
  g_autofree const char **bad = NULL;

  if (status == NULL || !g_variant_lookup (status, "bad-records", "^a&s", &bad))
    return;
  for (guint i = 0; bad[i] != NULL; i++)
    add (concerns, "✖", g_strdup (_ ("A record cannot be used and was left out")), g_strdup (bad[i]), _ ("Show history"),
         g_strdup ("history"));
}

/* "expires in 23 days", owned. */
static char *
days_words (GVariant *usage)
{
  const char *state = "";
  gint32 days = 0;

  g_variant_lookup (usage, "state", "&s", &state);
  g_variant_lookup (usage, "days-left", "i", &days);
  if (g_str_equal (state, "expired") || days < 0)
    return g_strdup (_ ("expired"));
  return g_strdup_printf (ngettext ("expires in %d day", "expires in %d days", (gulong) days), days);
}

static const char *
usage_words (const char *usage)
{
  if (g_str_equal (usage, "access-edge-external"))
    return _ ("External Edge certificate");
  if (g_str_equal (usage, "edge-internal"))
    return _ ("Internal Edge certificate");
  if (g_str_equal (usage, "client-identity"))
    return _ ("Client certificate");
  return _ ("Certificate");
}

static void
add_certificates (GPtrArray *concerns, GVariant *usages)
{
  for (gsize i = 0; usages != NULL && i < g_variant_n_children (usages); i++)
    {
      g_autoptr (GVariant) usage = g_variant_get_child_value (usages, i);
      const char *state = "", *name = "";
      gboolean served = FALSE;
      g_autofree char *days = NULL;

      g_variant_lookup (usage, "state", "&s", &state);
      g_variant_lookup (usage, "usage", "&s", &name);
      g_variant_lookup (usage, "served", "b", &served);
      if (!served || g_str_equal (state, "monitoring"))
        continue;
      days = g_str_equal (state, "missing") ? g_strdup (_ ("missing"))
             : g_str_equal (state, "not-yet-valid") ? g_strdup (_ ("not valid yet"))
                                                    : days_words (usage);
      add (concerns, g_str_equal (state, "renew-soon") ? "⚠" : "✖", g_strdup_printf (_ ("%s: %s"), usage_words (name), days),
           NULL, g_str_equal (state, "missing") ? _ ("Request…") : _ ("Renew…"), g_strdup ("certificates"));
    }
}

static void
add_partners (GPtrArray *concerns, GListModel *partners)
{
  guint named = 0;

  for (guint i = 0; partners != NULL && i < g_list_model_get_n_items (partners) && named < PARTNERS_NAMED; i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (partners, i);
      const char *reason = oree_client_item_text (item, "last-reason");

      if (oree_client_item_partner_state (item) != OREE_PARTNER_FAILING)
        continue;
      named++;
      add (concerns, "⚠", g_strdup_printf (_ ("No connection with %s"), oree_client_item_get_id (item)),
           *reason != '\0' ? oree_sentence_reason (reason) : NULL, _ ("Show"),
           g_strconcat ("connections/", oree_client_item_get_id (item), NULL));
    }
}

/* The record, and what is wrong with it; owned. */
static char *
own_server_words (GVariant *found)
{
  g_autofree char *words = oree_server_own_words (found);
  const char *question = "";

  g_variant_lookup (found, "question", "&s", &question);
  return g_strconcat (question, "\n", words, NULL);
}

static void
add_own_servers (GPtrArray *concerns, const OreeHomeFacts *facts)
{
  guint n = facts->sip_domains != NULL && facts->own_servers != NULL ? g_list_model_get_n_items (facts->sip_domains) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OreeClientItem) item = g_list_model_get_item (facts->sip_domains, i);
      const char *domain = oree_client_item_get_id (item);
      GVariant *found = g_hash_table_lookup (facts->own_servers, domain);

      if (found != NULL && oree_client_item_flag (item, "sip") && oree_server_is_ours_astray (found))
        /* TRANSLATORS: %s is a domain of the organization itself. */
        add (concerns, "⚠", g_strdup_printf (_ ("Partners may not find %s"), domain), own_server_words (found), _ ("Show"),
             g_strconcat ("own-domains/", domain, NULL));
    }
}

GPtrArray *
oree_home_concerns (const OreeHomeFacts *facts)
{
  GPtrArray *concerns = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_concern_free);

  add_roles (concerns, facts->services);
  add_bad_records (concerns, facts->status);
  add_certificates (concerns, facts->usages);
  if (facts->access_edge != NULL && g_list_model_get_n_items (facts->access_edge) > 0
      && !oree_home_is_federation_enabled (facts))
    add (concerns, "⚠", g_strdup (_ ("Federation is disabled")), g_strdup (_ ("Nobody can talk to other organizations.")),
         _ ("Configure"), g_strdup ("edge"));
  if (oree_home_is_federation_enabled (facts))
    add_own_servers (concerns, facts);
  add_partners (concerns, facts->partners);
  return concerns;
}

char *
oree_home_certificate (const OreeHomeFacts *facts)
{
  for (gsize i = 0; facts->usages != NULL && i < g_variant_n_children (facts->usages); i++)
    {
      g_autoptr (GVariant) usage = g_variant_get_child_value (facts->usages, i);
      const char *name = "", *state = "missing";
      g_autofree char *days = NULL;

      g_variant_lookup (usage, "usage", "&s", &name);
      g_variant_lookup (usage, "state", "&s", &state);
      if (!g_str_equal (name, "access-edge-external") || g_str_equal (state, "missing"))
        continue;
      days = days_words (usage);
      return g_strdup_printf (_ ("%s: %s"), usage_words (name), days);
    }
  return NULL;
}

static gboolean
has_certificate (const OreeHomeFacts *facts)
{
  for (gsize i = 0; i < g_variant_n_children (facts->usages); i++)
    {
      g_autoptr (GVariant) usage = g_variant_get_child_value (facts->usages, i);
      const char *name = "", *state = "";

      g_variant_lookup (usage, "usage", "&s", &name);
      g_variant_lookup (usage, "state", "&s", &state);
      if (g_str_equal (name, "access-edge-external"))
        return !g_str_equal (state, "missing");
    }
  return FALSE;
}

gboolean
oree_home_is_done (const OreeHomeFacts *facts, OreeHomeStep step)
{
  switch (step)
    {
    case OREE_HOME_STEP_TOPOLOGY:
      return facts->sip_domains != NULL && g_list_model_get_n_items (facts->sip_domains) > 0;
    case OREE_HOME_STEP_CERTIFICATE:
      return facts->usages != NULL && has_certificate (facts);
    case OREE_HOME_STEP_FEDERATION:
      return oree_home_is_federation_enabled (facts);
    case OREE_HOME_N_STEPS:
      break;
    }
  return FALSE;
}

gboolean
oree_home_is_first_run (const OreeHomeFacts *facts)
{
  if (facts->sip_domains == NULL || facts->usages == NULL || facts->access_edge == NULL
      || g_list_model_get_n_items (facts->access_edge) == 0 || g_list_model_get_n_items (facts->partners) > 0)
    return FALSE;
  for (guint i = 0; i < OREE_HOME_N_STEPS; i++)
    if (!oree_home_is_done (facts, (OreeHomeStep) i))
      return TRUE;
  return FALSE;
}

gboolean
oree_home_is_federation_enabled (const OreeHomeFacts *facts)
{
  g_autoptr (OreeClientItem) item = facts->access_edge != NULL ? g_list_model_get_item (facts->access_edge, 0) : NULL;

  return item != NULL && oree_client_item_flag (item, "allow-federated-users");
}
