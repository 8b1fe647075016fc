/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-server-words.h"

#include <glib/gi18n-lib.h>

/* Servers named one by one. */
#define SERVERS_NAMED 3

typedef struct
{
  const char *outcome;
  const char *text; /* one %s: the name that was asked for */
} Word;

static const Word outcomes[] = {
  { "no-name", N_ ("⚠ DNS has no %s.") },
  { "no-data", N_ ("⚠ DNS has no %s.") },
  { "refused", N_ ("✖ The domain says in DNS that it offers no such service (%s).") },
  { "bogus", N_ ("✖ The answer for %s is wrongly signed and is not used (DNSSEC).") },
  { "failed", N_ ("⚠ DNS did not answer for %s.") },
  { "timed-out", N_ ("⚠ DNS did not answer for %s in time.") },
};

static char *
outcome_words (const char *outcome, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (g_str_equal (outcomes[i].outcome, outcome))
      {
        GString *text = g_string_new (_ (outcomes[i].text));

        g_string_replace (text, "%s", name, 1);
        return g_string_free (text, FALSE);
      }
  return g_strdup (outcome);
}

/* "sip.fabrikam.com:5061, edge2.fabrikam.com:5061 …"; owned. */
static char *
servers_words (GVariant *servers)
{
  GString *text = g_string_new (NULL);
  gsize n = g_variant_n_children (servers);

  for (gsize i = 0; i < MIN (n, SERVERS_NAMED); i++)
    {
      g_autoptr (GVariant) server = g_variant_get_child_value (servers, i);
      const char *host = "";
      guint32 port = 0;

      g_variant_lookup (server, "host", "&s", &host);
      g_variant_lookup (server, "port", "u", &port);
      g_string_append_printf (text, "%s%s:%u", i > 0 ? ", " : "", host, port);
    }
  if (n > SERVERS_NAMED)
    g_string_append (text, ", …");
  return g_string_free (text, FALSE);
}

gboolean
oree_server_is_found (GVariant *found)
{
  g_autofree const char **addresses = NULL;

  return g_variant_lookup (found, "addresses", "^a&s", &addresses) && addresses[0] != NULL;
}

/* What was found of the host, behind what led to it. */
static char *
host_words (GVariant *found, const char *way)
{
  const char *host = "", *outcome = "";
  g_autofree const char **addresses = NULL;
  g_autofree char *list = NULL, *none = NULL;

  g_variant_lookup (found, "host", "&s", &host);
  g_variant_lookup (found, "host-outcome", "&s", &outcome);
  g_variant_lookup (found, "addresses", "^a&s", &addresses);
  if (!oree_server_is_found (found))
    {
      none = outcome_words (outcome, host);
      return *way != '\0' ? g_strdup_printf ("%s\n%s", way, none) : g_steal_pointer (&none);
    }
  list = g_strjoinv (", ", (char **) addresses);
  return *way != '\0' ? g_strdup_printf ("✔ %s\n%s → %s", way, host, list) : g_strdup_printf ("✔ %s → %s", host, list);
}

/* The record is our own: what partners and the push service of mobile clients find by it; one %s: where it should lead. */
static const Word own_states[] = {
  { "ok", N_ ("This record is your own and leads to this edge.") },
  { "missing", N_ ("This record is your own: without it, partners and the push service of mobile clients do not find you. It should lead to %s.") },
  { "elsewhere", N_ ("This record is your own and leads elsewhere: it should lead to %s.") },
  { "outside", N_ ("This record is your own, and partners that are strict refuse a server outside the domain: it should lead to %s.") },
  { "port", N_ ("This record is your own and leads to another port than this edge listens at: it should lead to %s, unless a router in between changes the port.") },
};

char *
oree_server_own_words (GVariant *found)
{
  const char *state = "", *host = "";
  guint32 port = 0;

  g_variant_lookup (found, "own", "&s", &state);
  g_variant_lookup (found, "own-host", "&s", &host);
  g_variant_lookup (found, "own-port", "u", &port);
  for (gsize i = 0; i < G_N_ELEMENTS (own_states); i++)
    if (g_str_equal (own_states[i].outcome, state))
      {
        g_autofree char *place = g_strdup_printf ("%s:%u", host, port);
        GString *text = g_string_new (_ (own_states[i].text));

        g_string_replace (text, "%s", place, 1);
        return g_string_free (text, FALSE);
      }
  return g_strdup ("");
}

gboolean
oree_server_is_ours_astray (GVariant *found)
{
  const char *state = "";

  g_variant_lookup (found, "own", "&s", &state);
  return g_str_equal (state, "missing") || g_str_equal (state, "elsewhere") || g_str_equal (state, "outside")
         || g_str_equal (state, "port");
}

static char *
partner_words (const char *kind, GVariant *found)
{
  const char *question = NULL, *outcome = "", *own = NULL;
  g_autoptr (GVariant) servers = NULL;
  g_autofree char *list = NULL, *way = NULL, *trouble = NULL;

  if (!g_variant_lookup (found, "question", "&s", &question))
    return host_words (found, "");
  g_variant_lookup (found, "outcome", "&s", &outcome);
  servers = g_variant_lookup_value (found, "servers", G_VARIANT_TYPE ("aa{sv}"));
  if (g_str_equal (outcome, "ok") && servers != NULL)
    {
      list = servers_words (servers);
      way = g_strdup_printf ("%s → %s", question, list);
      return host_words (found, way);
    }
  trouble = outcome_words (outcome, question);
  if (g_variant_lookup (found, "own", "&s", &own))
    return g_steal_pointer (&trouble);
  if (g_str_equal (outcome, "no-name") || g_str_equal (outcome, "no-data"))
    return g_strdup_printf ("%s %s", trouble,
                            g_strcmp0 (kind, "xmpp") == 0
                                ? _ ("The domain itself is called, on port 5269.")
                                : _ ("Enter its Access Edge service, or the domain cannot be reached."));
  return g_steal_pointer (&trouble);
}

char *
oree_server_words (const char *kind, GVariant *found)
{
  g_autofree char *words = partner_words (kind, found);
  g_autofree char *own = oree_server_own_words (found);

  if (*own == '\0')
    return g_steal_pointer (&words);
  return g_strconcat (words, "\n", oree_server_is_ours_astray (found) ? "⚠ " : "✔ ", own, NULL);
}
