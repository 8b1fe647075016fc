/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl forecast FILE: which partners a certificate would break. */
#include "base/oree-limits.h"
#include "client/oree-sentences.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"
#include "ctl/oreectl-verb.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static const char *
lookup (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

/* The certificates of a file and nothing else: a key beside them stays here. Owned. */
static char *
certificates_in (const char *text)
{
  GString *pem = g_string_new (NULL);
  const char *begin, *end;

  while ((begin = strstr (text, BEGIN)) != NULL && (end = strstr (begin, END)) != NULL)
    {
      g_string_append_len (pem, begin, end - begin);
      g_string_append (pem, END "\n");
      text = end + strlen (END);
    }
  return g_string_free (pem, FALSE);
}

/* "server-only: refused (unsupported certificate purpose)" for what was seen of the partner; owned. */
static char *
evidence_text (GVariant *row)
{
  static const struct
  {
    const char *usage, *detail;
    const char *words;
  } kinds[] = {
    { "server-only", "server-only-detail", N_ ("for servers only") },
    { "client", "client-detail", N_ ("for clients too") },
  };
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *nick = lookup (row, kinds[i].usage), *detail = lookup (row, kinds[i].detail);

      if (*nick == '\0')
        continue;
      if (text->len > 0)
        g_string_append (text, "; ");
      /* TRANSLATORS: a kind of certificate, and what came of it: “for servers only: refused”. */
      g_string_append_printf (text, _ ("%s: %s"), _ (kinds[i].words), oree_sentence_evidence (nick));
      if (*detail != '\0')
        g_string_append_printf (text, " (%s)", detail);
    }
  return g_string_free (text, FALSE);
}

static void
print_rows (GVariant *rows)
{
  const char *const headings[] = { _ ("PARTNER"), _ ("FORECAST"), _ ("WHY"), _ ("SEEN BEFORE"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree char *reason = oree_sentence_reason (lookup (row, "reason"));
      g_autofree char *seen = evidence_text (row);
      const char *detail = lookup (row, "detail");
      g_autofree char *why = *detail != '\0' ? g_strdup_printf ("%s (%s)", reason, detail) : g_strdup (reason);

      oreectl_table_add (table, lookup (row, "domain"));
      oreectl_table_add (table, oree_sentence_forecast (lookup (row, "forecast")));
      oreectl_table_add (table, why);
      oreectl_table_add (table, seen);
    }
  oreectl_table_print (table);
}

static gboolean
any_breaks (GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      if (g_str_equal (lookup (row, "forecast"), "breaks"))
        return TRUE;
    }
  return FALSE;
}

static OreectlStatus
say (Oreectl *ctl, GVariant *rows)
{
  g_autoptr (GVariant) first = g_variant_n_children (rows) > 0 ? g_variant_get_child_value (rows, 0) : NULL;
  const char *problem = first != NULL ? lookup (first, "problem") : "";

  if (ctl->json)
    oreectl_json_print (rows);
  if (*problem != '\0')
    {
      g_autofree char *reason = oree_sentence_reason (problem);

      fprintf (stderr, "oreectl: %s\n", reason);
      return OREECTL_USAGE;
    }
  if (!ctl->json && first == NULL)
    puts (_ ("There are no XMPP partners."));
  else if (!ctl->json)
    print_rows (rows);
  return any_breaks (rows) ? OREECTL_REFUSED : OREECTL_OK;
}

static OreectlStatus
forecast (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rows = NULL;
  g_autofree char *text = NULL, *pem = NULL;

  if (argc != 1)
    return oreectl_usage (_ ("Give the file of one certificate."));
  if (!g_file_get_contents (argv[0], &text, NULL, &error))
    {
      /* TRANSLATORS: the first %s is the name of a file, the second what the system says. */
      g_autofree char *said = g_strdup_printf (_ ("“%s” cannot be read: %s"), argv[0], error->message);

      return oreectl_usage (said);
    }
  pem = certificates_in (text);
  reply = oreectl_call (ctl, OREE_CALL_FORECAST, g_variant_new ("(s@a{sv})", pem, oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  rows = g_variant_get_child_value (reply, 0);
  return say (ctl, rows);
}

const OreectlCommand oreectl_forecast_commands[] = {
  { "forecast", N_ ("FILE"), N_ ("say which partners would refuse a certificate as our identity"), forecast },
  { NULL, NULL, NULL, NULL },
};
