/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/history/oree-history-words.h"

#include "panel/history/oree-history-fields.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *nick;
  const char *words; /* N_() */
} Word;

static const Word kinds[] = {
  { "sip-domain", N_ ("SIP domain") },
  { "site", N_ ("Site") },
  { "topology", N_ ("Topology") },
  { "access-edge", N_ ("Access Edge configuration") },
  { "external-access-policy", N_ ("External access policy") },
  { "allowed-domain", N_ ("Allowed domain") },
  { "blocked-domain", N_ ("Blocked domain") },
  { "hosting-provider", N_ ("Hosted provider") },
  { "public-provider", N_ ("Public provider") },
  { "xmpp-partner", N_ ("XMPP partner") },
  { "xmpp-gateway", N_ ("XMPP gateway settings") },
  { "user", N_ ("User") },
};

/* How the whole revision came to be. */
static const Word operations[] = {
  { "apply", N_ ("change") },     { "restore", N_ ("going back") },   { "undo", N_ ("undone") },
  { "import", N_ ("import") },    { "first-start", N_ ("first start") },
};

static const char *
word_of (const Word *words, guint n, const char *nick)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (words[i].nick, nick))
      return _ (words[i].words);
  return nick;
}

static const char *
text_of (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

/* "XMPP partner fabrikam.test changed" */
static char *
change_words (GVariant *change)
{
  const char *operation = text_of (change, "operation"), *id = text_of (change, "id");
  const char *kind = word_of (kinds, G_N_ELEMENTS (kinds), text_of (change, "kind"));

  if (g_str_equal (operation, "add"))
    /* TRANSLATORS: a kind of record and which one: "XMPP partner fabrikam.test added". */
    return g_strdup_printf (_ ("%s %s added"), kind, id);
  if (g_str_equal (operation, "remove"))
    return g_strdup_printf (_ ("%s %s removed"), kind, id);
  if (g_str_equal (operation, "reset"))
    return g_strdup_printf (_ ("%s %s reset to its defaults"), kind, id);
  return g_strdup_printf (_ ("%s %s changed"), kind, id);
}

static GVariant *
changes_of (OreeClientItem *item)
{
  return g_variant_lookup_value (oree_client_item_get_row (item), "changes", G_VARIANT_TYPE ("aa{sv}"));
}

char *
oree_history_summary (OreeClientItem *item)
{
  g_autoptr (GVariant) changes = changes_of (item), first = NULL;
  gsize n = changes != NULL ? g_variant_n_children (changes) : 0;
  g_autofree char *words = NULL;

  if (n == 0)
    return g_strdup ("");
  first = g_variant_get_child_value (changes, 0);
  words = change_words (first);
  if (n == 1)
    return g_steal_pointer (&words);
  return g_strdup_printf (ngettext ("%s, and %u more change", "%s, and %u more changes", n - 1), words, (guint) (n - 1));
}

const char *
oree_history_operation (OreeClientItem *item)
{
  return word_of (operations, G_N_ELEMENTS (operations), oree_client_item_text (item, "operation"));
}

static void
tell_field (const char *kind, GVariant *field, OreeFacts *facts)
{
  const char *name = text_of (field, "field");
  g_autofree char *title = oree_history_field_title (kind, name);
  g_autofree char *before = oree_history_field_words (kind, name, text_of (field, "old"));
  g_autofree char *after = oree_history_field_words (kind, name, text_of (field, "new"));
  g_autofree char *words = NULL;

  /* TRANSLATORS: a value before and after a change; « (empty) » stands for nothing. */
  words = g_strdup_printf (_ ("%s → %s"), *before != '\0' ? before : _ ("(empty)"), *after != '\0' ? after : _ ("(empty)"));
  oree_facts_add (facts, title, words);
}

void
oree_history_tell (OreeClientItem *item, OreeFacts *facts)
{
  g_autoptr (GVariant) changes = changes_of (item);
  g_autofree char *when = oree_ui_time (oree_client_item_time (item, "time"));

  oree_facts_add_group (facts, NULL, NULL);
  oree_facts_add (facts, _ ("Who"), oree_client_item_text (item, "who"));
  oree_facts_add (facts, _ ("Time"), when);
  oree_facts_add (facts, _ ("How"), oree_history_operation (item));
  for (gsize i = 0; changes != NULL && i < g_variant_n_children (changes); i++)
    {
      g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
      g_autoptr (GVariant) fields = g_variant_lookup_value (change, "fields", G_VARIANT_TYPE ("aa{sv}"));
      g_autofree char *words = change_words (change);

      oree_facts_add_group (facts, words, NULL);
      for (gsize j = 0; fields != NULL && j < g_variant_n_children (fields); j++)
        {
          g_autoptr (GVariant) field = g_variant_get_child_value (fields, j);

          tell_field (text_of (change, "kind"), field, facts);
        }
    }
}
