/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables for people, JSON for scripts, configurations as files. */
#include "ctl/oreectl-file.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"

#include <string.h>

/* ---- table ---- */

static void
test_table (void)
{
  const char *const headings[] = { "ID", "NAME", NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (2, headings);
  g_autofree char *text = NULL;
  static const char *const cells[] = { "a", "Réaumur", "日本", "x", "e\u0301", "\033[2Jevil\n", "last", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    oreectl_table_add (table, cells[i]);
  text = oreectl_table_to_text (table);
  g_assert_cmpstr (text, ==,
                   "ID    NAME\n"
                   "a     Réaumur\n"
                   "日本  x\n"
                   "e\u0301     ·[2Jevil·\n"
                   "last\n");
}

static void
test_table_invalid_utf8 (void)
{
  g_autoptr (OreectlTable) table = oreectl_table_new (1, NULL);
  g_autofree char *text = NULL;

  oreectl_table_add (table, "a\xff");
  text = oreectl_table_to_text (table);
  g_assert_cmpstr (text, ==, "a\uFFFD\n");
}

/* ---- JSON ---- */

static const struct
{
  const char *value;
  const char *expected;
} json[] = {
  { "'a'", "\"a\"" },
  { "'q\" b\\\\ n\\n t\\t'", "\"q\\\" b\\\\ n\\n t\\t\"" },
  { "'\\u0001 é \\u007f'", "\"\\u0001 é \\u007f\"" },
  { "true", "true" },
  { "uint64 18446744073709551615", "18446744073709551615" },
  { "int64 -5", "-5" },
  { "byte 0x41", "65" },
  { "<<'x'>>", "\"x\"" },
  { "@as []", "[]" },
  { "@a{sv} {}", "{}" },
  { "['b', 'a']", "[\n  \"b\",\n  \"a\"\n]" },
  { "{'b': <1>, 'a': <['x']>}", "{\n  \"a\": [\n    \"x\"\n  ],\n  \"b\": 1\n}" },
  { "('x', uint32 7)", "[\n  \"x\",\n  7\n]" },
};

static void
test_json (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (json); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = g_variant_parse (NULL, json[i].value, NULL, NULL, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = oreectl_json_from_variant (value);
      g_assert_cmpstr (text, ==, json[i].expected);
    }
}

/* ---- files ---- */

static GPtrArray *
parse (const char *text, GError **error)
{
  return oreectl_file_parse (text, strlen (text), error);
}

static void
test_file_groups (void)
{
  static const struct
  {
    const char *group;
    const char *operation;
    const char *kind;
    const char *id;
  } cases[] = {
    { "xmpp-partner fabrikam.test", "put", "xmpp-partner", "fabrikam.test" },
    { "topology", "put", "topology", "" },
    { "topology global", "put", "topology", "global" },
    { "add xmpp-partner a.test", "add", "xmpp-partner", "a.test" },
    { "set topology", "set", "topology", "" },
    { "remove user sip:bob@contoso.test", "remove", "user", "sip:bob@contoso.test" },
    { "reset access-edge", "reset", "access-edge", "" },
    { "public-provider Windows Live", "put", "public-provider", "Windows Live" },
    { "site 100%25 %5Bnew%5D", "put", "site", "100% [new]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("[%s]\n", cases[i].group);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = parse (text, &error);
      const OreectlEntry *entry;

      g_assert_no_error (error);
      g_assert_cmpuint (entries->len, ==, 1);
      entry = g_ptr_array_index (entries, 0);
      g_assert_cmpstr (entry->operation, ==, cases[i].operation);
      g_assert_cmpstr (entry->kind->name, ==, cases[i].kind);
      g_assert_cmpstr (entry->id, ==, cases[i].id);
    }
}

static void
test_file_fields (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries
      = parse ("# comment\n[xmpp-partner a.test]\nconnection-limit=7\nenable-keep-alive=false\n"
               "additional-domains=b.test,c.test\nadditional-domains+=d.test\ndescription=\\sa\\nb\n"
               "[reset topology]\nstun-port=\n",
               &error);
  const OreectlEntry *entry;
  g_autoptr (GVariant) expected = NULL;
  g_autoptr (GVariant) reset = NULL;

  g_assert_no_error (error);
  entry = g_ptr_array_index (entries, 0);
  expected = g_variant_ref_sink (g_variant_new_parsed (
      "{'connection-limit': <uint64 7>, 'enable-keep-alive': <false>, 'additional-domains': <['b.test', 'c.test']>,"
      " 'additional-domains+': <['d.test']>, 'description': <' a\\nb'>}"));
  g_assert_cmpuint (g_variant_n_children (entry->fields), ==, 5);
  for (gsize i = 0; i < 5; i++)
    {
      g_autoptr (GVariant) pair = g_variant_get_child_value (expected, i);
      g_autoptr (GVariant) found = NULL;
      const char *name;
      g_autoptr (GVariant) value = NULL;

      g_variant_get (pair, "{&sv}", &name, &value);
      found = g_variant_lookup_value (entry->fields, name, NULL);
      g_assert_nonnull (found);
      g_assert_cmpvariant (found, value);
    }
  entry = g_ptr_array_index (entries, 1);
  reset = g_variant_lookup_value (entry->fields, "stun-port", NULL);
  g_assert_nonnull (reset);
}

static void
test_file_mistakes (void)
{
  static const char *const texts[] = {
    "[frob x]\n", "[xmpp-partner]\n", "[remove]\n", "[remove xmpp-partner]\n", "[ x]\n", "no group\n", "[open\n",
    "[site %ff]\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = parse (texts[i], &error);

      if (entries != NULL)
        g_error ("“%s” was taken", texts[i]);
      g_assert_nonnull (error);
    }
}

static void
test_file_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = parse ("", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 0);
}

/* What is written reads back as it was, whatever the texts hold. */
static void
test_file_round_trip (void)
{
  g_autoptr (GVariant) records = g_variant_ref_sink (g_variant_new_parsed (
      "[('site', 'We [have] 100% = x', @a{sv} {}),"
      " ('topology', 'global', {'stun-port': <uint64 3478>, 'site': <''>}),"
      " ('xmpp-partner', 'fabrikam.test', {'description': <'  two\\nlines\\tand \\\\ é; “x”  '>,"
      "   'additional-domains': <['a.test', 'b.test']>, 'enable-keep-alive': <true>})]"));
  g_autofree char *text = oreectl_file_write (records, " comment");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = parse (text, &error);
  const char *description = NULL;
  const OreectlEntry *entry;
  guint64 port;

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (text, "# comment\n"));
  g_assert_cmpuint (entries->len, ==, 3);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->id, ==, "We [have] 100% = x");
  g_assert_cmpuint (g_variant_n_children (entry->fields), ==, 0);
  entry = g_ptr_array_index (entries, 1);
  g_assert_cmpstr (entry->id, ==, "");
  g_assert_true (g_variant_lookup (entry->fields, "stun-port", "t", &port));
  entry = g_ptr_array_index (entries, 2);
  g_assert_true (g_variant_lookup (entry->fields, "description", "&s", &description));
  g_assert_cmpstr (description, ==, "  two\nlines\tand \\ é; “x”  ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl/table/widths-and-controls", test_table);
  g_test_add_func ("/ctl/table/invalid-utf8", test_table_invalid_utf8);
  g_test_add_func ("/ctl/json/values", test_json);
  g_test_add_func ("/ctl/file/groups", test_file_groups);
  g_test_add_func ("/ctl/file/fields", test_file_fields);
  g_test_add_func ("/ctl/file/mistakes", test_file_mistakes);
  g_test_add_func ("/ctl/file/empty", test_file_empty);
  g_test_add_func ("/ctl/file/round-trip", test_file_round_trip);
  return g_test_run ();
}
