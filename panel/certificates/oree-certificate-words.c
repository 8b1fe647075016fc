/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/certificates/oree-certificate-words.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *state;
  const char *mark;
} marks[] = {
  { "monitoring", "✔" }, { "renew-soon", "⚠" },    { "renew-now", "✖" },
  { "expired", "✖" },    { "not-yet-valid", "⚠" }, { "missing", "✖" },
};

const char *
oree_certificate_text (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

char *
oree_certificate_days (GVariant *row)
{
  const char *state = oree_certificate_text (row, "state");
  gint32 days = 0;

  if (!g_variant_lookup (row, "days-left", "i", &days) || days < 0)
    return g_strdup (oree_sentence_cert_state (state));
  return g_strdup_printf (ngettext ("expires in %d day", "expires in %d days", (gulong) days), days);
}

const char *
oree_certificate_mark (GVariant *row)
{
  gboolean served = TRUE;

  g_variant_lookup (row, "served", "b", &served);
  for (guint i = 0; served && i < G_N_ELEMENTS (marks); i++)
    if (g_str_equal (marks[i].state, oree_certificate_text (row, "state")))
      return marks[i].mark;
  return "–";
}

const char *
oree_certificate_title (GVariant *row)
{
  static const char *const names[] = { "friendly-name", "common-name", "subject", "id" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (*oree_certificate_text (row, names[i]) != '\0')
      return oree_certificate_text (row, names[i]);
  return "";
}

char *
oree_certificate_summary (GVariant *row)
{
  GString *all = g_string_new (oree_certificate_text (row, "common-name"));
  g_autofree const char **names = NULL;
  const char *issuer = oree_certificate_text (row, "issuer");
  guint n;

  if (*issuer != '\0')
    /* TRANSLATORS: %s is a certification authority. */
    g_string_append_printf (all, _ (" · issued by %s"), issuer);
  if (g_variant_lookup (row, "names", "^a&s", &names) && (n = g_strv_length ((GStrv) names)) > 0)
    g_string_append_printf (all, ngettext (" · %u name", " · %u names", n), n);
  return g_string_free (all, FALSE);
}

static void
tell_list (GVariant *row, const char *name, const char *label, OreeFacts *facts)
{
  g_autofree const char **entries = NULL;
  g_autofree char *joined = NULL;

  if (!g_variant_lookup (row, name, "^a&s", &entries))
    return;
  joined = g_strjoinv ("\n", (GStrv) entries);
  oree_facts_add (facts, label, joined);
}

static void
tell_time (GVariant *row, const char *name, const char *label, OreeFacts *facts)
{
  g_autofree char *words = NULL;
  gint64 time = 0;

  g_variant_lookup (row, name, "x", &time);
  words = oree_ui_time (time);
  oree_facts_add (facts, label, words);
}

static void
tell_flag (GVariant *row, const char *name, const char *label, OreeFacts *facts)
{
  gboolean flag;

  if (g_variant_lookup (row, name, "b", &flag))
    oree_facts_add (facts, label, flag ? _ ("yes") : _ ("no"));
}

static void
tell_usages (GVariant *row, OreeFacts *facts)
{
  g_autofree const char **usages = NULL;
  GString *words = g_string_new (NULL);

  g_variant_lookup (row, "usages", "^a&s", &usages);
  for (guint i = 0; usages != NULL && usages[i] != NULL; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? "\n" : "", oree_sentence_edge_usage (usages[i]));
  oree_facts_add (facts, _ ("Assigned to"), words->str);
  g_string_free (words, TRUE);
}

void
oree_certificate_tell (GVariant *row, OreeFacts *facts)
{
  g_autofree char *days = oree_certificate_days (row);
  gboolean is_request = g_str_equal (oree_certificate_text (row, "kind"), "request");

  oree_facts_add_group (facts, _ ("General"), NULL);
  oree_facts_add (facts, _ ("Friendly name"), oree_certificate_text (row, "friendly-name"));
  oree_facts_add (facts, _ ("Subject"), oree_certificate_text (row, "subject"));
  oree_facts_add (facts, _ ("Issuer"), oree_certificate_text (row, "issuer"));
  oree_facts_add (facts, _ ("State"), is_request ? _ ("Waits for the authority's answer") : days);
  tell_time (row, "not-before", _ ("Valid from"), facts);
  tell_time (row, "not-after", _ ("Valid until"), facts);
  tell_time (row, "created", _ ("Created"), facts);
  oree_facts_add (facts, _ ("Created by"), oree_certificate_text (row, "created-by"));
  tell_usages (row, facts);
  oree_facts_add_group (facts, _ ("Subject alternative names"), NULL);
  tell_list (row, "names", _ ("DNS names"), facts);
  tell_list (row, "srv-names", _ ("Service names"), facts);
  tell_list (row, "xmpp-addresses", _ ("XMPP addresses"), facts);
  oree_facts_add_group (facts, _ ("Key"), NULL);
  oree_facts_add (facts, _ ("Key type"), oree_certificate_text (row, "key-type"));
  tell_flag (row, "has-key", _ ("Private key here"), facts);
  tell_flag (row, "exportable", _ ("Private key can be exported"), facts);
  tell_flag (row, "server-authentication", _ ("For servers"), facts);
  tell_flag (row, "client-authentication", _ ("For clients"), facts);
  if (is_request)
    return;
  oree_facts_add_group (facts, _ ("Chain"), NULL);
  tell_list (row, "chain", _ ("Issuers"), facts);
  tell_flag (row, "chain-complete", _ ("Complete"), facts);
  oree_facts_add (facts, _ ("Missing issuer"), oree_certificate_text (row, "missing-issuer"));
  oree_facts_add (facts, _ ("Serial number"), oree_certificate_text (row, "serial"));
  oree_facts_add (facts, _ ("Thumbprint (SHA-256)"), oree_certificate_text (row, "id"));
}
