/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/history/oree-history-fields.h"

#include "ui/oree-words.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

static const struct
{
  const char *kind;
  const char *form; /* below /org/oree/Edge1/Panel/ */
} forms[] = {
  { "sip-domain", "oree-own-domain-form.ui" },
  { "site", "oree-site-form.ui" },
  { "topology", "oree-topology-form.ui" },
  { "access-edge", "oree-access-edge-form.ui" },
  { "external-access-policy", "oree-policy-form.ui" },
  { "allowed-domain", "oree-allowed-domain-form.ui" },
  { "blocked-domain", "oree-blocked-domain-form.ui" },
  { "hosting-provider", "oree-hosting-provider-form.ui" },
  { "public-provider", "oree-public-provider-form.ui" },
  { "xmpp-partner", "oree-partner-form.ui" },
  { "xmpp-gateway", "oree-gateway-form.ui" },
  { "user", "oree-user-form.ui" },
};

/* A row of a form, while its object is open. */
typedef struct
{
  gboolean is_switch;
  char *field;
  char *title;
  char *words;
} Row;

typedef struct
{
  GPtrArray *open;  /* of Row */
  char **place;     /* where the text of the property that is open goes; NULL: nowhere */
  GHashTable *rows; /* found: of Row, by field */
} Reading;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->field);
  g_free (row->title);
  g_free (row->words);
  g_free (row);
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data,
          GError **error)
{
  Reading *reading = data;
  Row *row = reading->open->len > 0 ? reading->open->pdata[reading->open->len - 1] : NULL;

  reading->place = NULL;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (element, "object") && g_str_equal (names[i], "class"))
      {
        Row *inner = g_new0 (Row, 1);

        inner->is_switch = g_str_equal (values[i], "OreeSwitchRow");
        g_ptr_array_add (reading->open, inner);
      }
    else if (row != NULL && g_str_equal (element, "property") && g_str_equal (names[i], "name"))
      reading->place = g_str_equal (values[i], "field")   ? &row->field
                       : g_str_equal (values[i], "title") ? &row->title
                       : g_str_equal (values[i], "words") ? &row->words
                                                          : NULL;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Reading *reading = data;

  if (reading->place != NULL && *reading->place == NULL)
    *reading->place = g_strndup (text, length);
  reading->place = NULL;
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reading *reading = data;
  Row *row;

  if (!g_str_equal (element, "object") || reading->open->len == 0)
    return;
  row = g_ptr_array_steal_index (reading->open, reading->open->len - 1);
  if (row->field != NULL)
    g_hash_table_insert (reading->rows, row->field, row);
  else
    row_free (row);
}

static GHashTable *
read_form (const char *form)
{
  static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end, .text = on_text };
  g_autofree char *path = g_strconcat ("/org/oree/Edge1/Panel/", form, NULL);
  g_autoptr (GBytes) text = g_resources_lookup_data (path, 0, NULL);
  Reading reading = { g_ptr_array_new_with_free_func (row_free), NULL,
                      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, row_free) };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reading, NULL);

  if (text != NULL)
    g_markup_parse_context_parse (context, g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text), NULL);
  g_ptr_array_unref (reading.open);
  return reading.rows;
}

/* Of each kind once, as long as the program lives. */
static const Row *
find (const char *kind, const char *field)
{
  static GHashTable *known[G_N_ELEMENTS (forms)];

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_equal (forms[i].kind, kind))
      {
        if (known[i] == NULL)
          known[i] = read_form (forms[i].form);
        return g_hash_table_lookup (known[i], field);
      }
  return NULL;
}

char *
oree_history_field_title (const char *kind, const char *field)
{
  const Row *row = find (kind, field);

  return g_strdup (row != NULL && row->title != NULL ? g_dgettext (GETTEXT_PACKAGE, row->title) : field);
}

char *
oree_history_field_words (const char *kind, const char *field, const char *value)
{
  const Row *row = find (kind, field);

  if (row != NULL && row->words != NULL)
    return g_strdup (oree_words_label (row->words, value));
  if (row != NULL && row->is_switch && g_str_equal (value, "true"))
    return g_strdup (_ ("Yes"));
  if (row != NULL && row->is_switch && g_str_equal (value, "false"))
    return g_strdup (_ ("No"));
  return g_strdup (value);
}
