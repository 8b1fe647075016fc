/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl KIND list|show|add|set|remove|reset|describe: one set of commands for every kind, from the field tables. */
#include "ctl/oreectl-change.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* More columns than this do not fit a terminal; `show` and --json have them all. */
#define LIST_COLUMNS_MAX 4

typedef struct
{
  const char *name;
  OreectlStatus (*run) (Oreectl *ctl, const OreeKind *kind, int argc, char **argv);
} Verb;

static gboolean
is_spoken (const OreeField *field)
{
  return (field->flags & (OREE_FIELD_FLAG_HIDDEN | OREE_FIELD_FLAG_SECRET)) == 0;
}

/* A value of the bus in the form it is typed in; owned. */
static char *
text_of (GVariant *value)
{
  if (value == NULL)
    return g_strdup ("");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **items = g_variant_get_strv (value, NULL);

      return g_strjoinv (",", (char **) items);
    }
  return g_variant_print (value, FALSE);
}

static char *
text_in (GVariant *record, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (record, name, NULL);

  return text_of (value);
}

/* ---- list ---- */

static guint
list_columns (const OreeKind *kind, const char **names)
{
  guint n = 0;

  names[n++] = "id";
  for (gsize i = 0; i < kind->n_fields && n <= LIST_COLUMNS_MAX; i++)
    {
      const OreeField *field = &kind->fields[i];

      if (is_spoken (field) && field->type != OREE_FIELD_TYPE_LIST && !g_str_equal (field->name, "description")
          && !g_str_equal (field->name, "comment"))
        names[n++] = field->name;
    }
  return n;
}

static void
print_list (const OreeKind *kind, GVariant *records)
{
  const char *names[LIST_COLUMNS_MAX + 1];
  guint n_columns = list_columns (kind, names);
  g_autoptr (OreectlTable) table = oreectl_table_new (n_columns, names);

  for (gsize i = 0; i < g_variant_n_children (records); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (records, i);

      for (guint c = 0; c < n_columns; c++)
        {
          g_autofree char *text = text_in (record, names[c]);

          oreectl_table_add (table, text);
        }
    }
  oreectl_table_print (table);
}

static OreectlStatus
list (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) records = NULL;
  OreectlStatus status;
  GVariantDict filter;

  if (argc > 1)
    return oreectl_usage (_ ("At most one pattern can be given."));
  g_variant_dict_init (&filter, NULL);
  if (argc == 1)
    g_variant_dict_insert (&filter, "match", "s", argv[0]);
  reply = oreectl_call (ctl, OREE_CALL_LIST, g_variant_new ("(s@a{sv})", kind->name, g_variant_dict_end (&filter)),
                        &status);
  if (reply == NULL)
    return status;
  records = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    oreectl_json_print (records);
  else if (ctl->brief)
    for (gsize i = 0; i < g_variant_n_children (records); i++)
      {
        g_autoptr (GVariant) record = g_variant_get_child_value (records, i);
        g_autofree char *id = text_in (record, "id");

        puts (id);
      }
  else
    print_list (kind, records);
  return OREECTL_OK;
}

/* ---- show ---- */

/* A text of several lines has no place in a table: how long it is; --json has it whole. */
static char *
lines_in_words (const char *text)
{
  guint n = 0;

  for (const char *p = text; *p != '\0'; p++)
    n += *p == '\n';
  if (*text == '\0')
    return g_strdup ("");
  /* TRANSLATORS: a text of several lines that is not shown. */
  return g_strdup_printf (ngettext ("%u line", "%u lines", n), n);
}

static void
print_record (const OreeKind *kind, GVariant *record)
{
  g_autoptr (OreectlTable) table = oreectl_table_new (2, NULL);
  g_autofree char *id = text_in (record, "id");

  oreectl_table_add (table, "id");
  oreectl_table_add (table, id);
  for (gsize i = 0; i < kind->n_fields; i++)
    if (is_spoken (&kind->fields[i]))
      {
        g_autofree char *text = text_in (record, kind->fields[i].name);
        g_autofree char *short_text = kind->fields[i].flags & OREE_FIELD_FLAG_LINES ? lines_in_words (text) : NULL;

        oreectl_table_add (table, kind->fields[i].name);
        oreectl_table_add (table, short_text != NULL ? short_text : text);
      }
  oreectl_table_print (table);
}

/* The identifier among the words, which a singleton does without; FALSE (and said) when it is missing. */
static gboolean
take_id (const OreeKind *kind, int *argc, char ***argv, const char **id)
{
  gboolean given = *argc > 0 && strchr ((*argv)[0], '=') == NULL;

  *id = "";
  if (kind->singleton)
    given = given && g_str_equal ((*argv)[0], "global");
  else if (!given)
    {
      oreectl_usage (_ ("The name of the record is missing."));
      return FALSE;
    }
  if (given)
    {
      *id = (*argv)[0];
      (*argc)--;
      (*argv)++;
    }
  return TRUE;
}

static OreectlStatus
show (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) record = NULL;
  OreectlStatus status;
  const char *id;

  if (!take_id (kind, &argc, &argv, &id))
    return OREECTL_USAGE;
  if (argc > 0)
    return oreectl_usage (_ ("Only one name can be given."));
  reply = oreectl_call (ctl, OREE_CALL_GET, g_variant_new ("(ss)", kind->name, id), &status);
  if (reply == NULL)
    return status;
  record = g_variant_get_child_value (reply, 0);
  if (ctl->json)
    oreectl_json_print (record);
  else
    print_record (kind, record);
  return OREECTL_OK;
}

/* ---- changes ---- */

static OreectlStatus
send_change (Oreectl *ctl, const char *operation, const OreeKind *kind, const char *id, GVariantDict *fields)
{
  GVariantBuilder changes;

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  g_variant_builder_add (&changes, "(sss@a{sv})", operation, kind->name, id, g_variant_dict_end (fields));
  return oreectl_change_apply (ctl, g_variant_builder_end (&changes), 0);
}

static OreectlStatus
change_with_words (Oreectl *ctl, const char *operation, const OreeKind *kind, int argc, char **argv)
{
  GVariantDict fields;
  const char *id;

  if (!take_id (kind, &argc, &argv, &id))
    return OREECTL_USAGE;
  g_variant_dict_init (&fields, NULL);
  for (int i = 0; i < argc; i++)
    if (!oreectl_change_add_word (kind, &fields, argv[i]))
      {
        g_variant_dict_clear (&fields);
        return OREECTL_USAGE;
      }
  return send_change (ctl, operation, kind, id, &fields);
}

/* Since when `id` is a discovered partner; FALSE and said when it is none. */
static gboolean
find_discovered (Oreectl *ctl, const OreeKind *kind, const char *id, gint64 *since, OreectlStatus *status)
{
  OreeProblemCode code;
  g_autofree char *domain = oree_kind_normalise_id (kind, id, &code);
  g_autoptr (GVariant) reply
    = oreectl_call (ctl, OREE_CALL_DISCOVERED_PARTNERS, g_variant_new ("(@a{sv})", oreectl_no_options ()), status);
  g_autoptr (GVariant) rows = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (reply == NULL)
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *partner = "";

      g_variant_lookup (row, "partner", "&s", &partner);
      if (g_strcmp0 (partner, domain) == 0)
        return g_variant_lookup (row, "first-seen", "x", since);
    }
  fprintf (stderr, _ ("“%s” is not a discovered partner; “oreectl discovered-partners” lists them.\n"), id);
  *status = OREECTL_NOT_FOUND;
  return FALSE;
}

/* What was discovered becomes a record; a comment says since when it was known, unless one is given. */
static OreectlStatus
add_discovered (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *time = NULL, *said = NULL, *comment = NULL;
  OreectlStatus status = OREECTL_FAILED;
  gboolean commented = FALSE;
  gint64 since = 0;

  if (!g_str_equal (kind->name, "allowed-domain") && !g_str_equal (kind->name, "blocked-domain"))
    return oreectl_usage (_ ("Only allowed and blocked domains can be added from discovered partners."));
  if (argc == 0 || strchr (argv[0], '=') != NULL)
    return oreectl_usage (_ ("The name of the record is missing."));
  if (!find_discovered (ctl, kind, argv[0], &since, &status))
    return status;
  time = oreectl_time (since);
  /* TRANSLATORS: a comment in a record; %s is a date and time. */
  said = g_strdup_printf (_ ("Discovered on %s"), time);
  comment = g_strconcat ("comment=", said, NULL);
  for (int i = 0; i < argc; i++)
    {
      commented |= g_str_has_prefix (argv[i], "comment=");
      g_ptr_array_add (words, argv[i]);
    }
  if (!commented)
    g_ptr_array_add (words, comment);
  return change_with_words (ctl, "add", kind, (int) words->len, (char **) words->pdata);
}

static OreectlStatus
add (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  if (kind->singleton)
    return oreectl_usage (_ ("There is always exactly one record of this kind: use “set”."));
  if (ctl->from_discovered)
    return add_discovered (ctl, kind, argc, argv);
  return change_with_words (ctl, "add", kind, argc, argv);
}

static OreectlStatus
set (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  if (argc == 0 || (!kind->singleton && argc == 1))
    return oreectl_usage (_ ("There is nothing to set: give at least one field=value."));
  return change_with_words (ctl, "set", kind, argc, argv);
}

static OreectlStatus
remove_record (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  GVariantDict fields;

  if (kind->singleton)
    return oreectl_usage (_ ("The record of this kind cannot be removed: use “reset”."));
  if (argc != 1)
    return oreectl_usage (_ ("Give the name of one record."));
  g_variant_dict_init (&fields, NULL);
  return send_change (ctl, "remove", kind, argv[0], &fields);
}

static OreectlStatus
reset (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  const char *id = "";
  GVariantDict fields;
  int first = 0;

  /* A singleton's words are all field names; another record's name comes first. */
  if (!kind->singleton)
    {
      if (argc == 0)
        return oreectl_usage (_ ("The name of the record is missing."));
      id = argv[0];
      first = 1;
    }
  else if (argc > 0 && g_str_equal (argv[0], "global"))
    first = 1;
  g_variant_dict_init (&fields, NULL);
  for (int i = first; i < argc; i++)
    g_variant_dict_insert (&fields, argv[i], "b", TRUE);
  return send_change (ctl, "reset", kind, id, &fields);
}

/* ---- describe: from our own tables, without the service ---- */

static void
print_description (GVariant *rows)
{
  const char *const headings[] = { _ ("FIELD"), _ ("TYPE"), _ ("DEFAULT"), _ ("ALLOWED"), _ ("REMARKS"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree char *name = text_in (row, "name");
      g_autofree char *type = text_in (row, "type");
      g_autofree char *fallback = text_in (row, "default");
      g_autofree char *choices = text_in (row, "choices");
      g_autofree char *flags = text_in (row, "flags");
      guint64 min = 0, max = 0;

      if (g_str_equal (type, "uint") && g_variant_lookup (row, "min", "t", &min) && g_variant_lookup (row, "max", "t", &max))
        {
          g_free (choices);
          choices = g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, min, max);
        }
      oreectl_table_add (table, name);
      oreectl_table_add (table, type);
      oreectl_table_add (table, fallback);
      oreectl_table_add (table, choices);
      oreectl_table_add (table, flags);
    }
  oreectl_table_print (table);
}

static OreectlStatus
describe (Oreectl *ctl, const OreeKind *kind, int argc, char **argv)
{
  g_autoptr (GVariant) rows = g_variant_ref_sink (oree_kind_describe (kind));

  if (argc > 0)
    return oreectl_usage (_ ("“describe” takes no more words."));
  if (ctl->json)
    oreectl_json_print (rows);
  else if (ctl->brief)
    for (gsize i = 1; i < g_variant_n_children (rows); i++) /* the first row is the identifier */
      {
        g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
        g_autofree char *name = text_in (row, "name");

        puts (name);
      }
  else
    print_description (rows);
  return OREECTL_OK;
}

static const Verb verbs[] = {
  { "list", list }, { "show", show },           { "add", add },     { "set", set },
  { "remove", remove_record }, { "reset", reset }, { "describe", describe },
};

OreectlStatus
oreectl_record (Oreectl *ctl, int argc, char **argv)
{
  const OreeKind *kind = oree_kind_by_name (argv[0]);
  const char *verb = argc > 1 ? argv[1] : kind->singleton ? "show" : "list";
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, verb))
      return verbs[i].run (ctl, kind, MAX (argc - 2, 0), argv + MIN (argc, 2));
  text = g_strdup_printf (_ ("“%s” is not a command for records; there are: %s."), verb,
                          "list, show, add, set, remove, reset, describe");
  return oreectl_usage (text);
}

OreectlStatus
oreectl_kinds (Oreectl *ctl, int argc, char **argv)
{
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);
  GVariantBuilder names;

  if (argc > 0)
    return oreectl_usage (_ ("“kinds” takes no more words."));
  g_variant_builder_init (&names, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < n_kinds; i++)
    {
      if (!ctl->json)
        puts (kinds[i]->name);
      g_variant_builder_add (&names, "s", kinds[i]->name);
    }
  if (ctl->json)
    oreectl_json_print (g_variant_builder_end (&names));
  else
    g_variant_builder_clear (&names);
  return OREECTL_OK;
}
