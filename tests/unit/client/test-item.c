/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the bus as pages read it: whatever a newer service sends, there is a value and no complaint. */
#include "client/oree-client-item.h"

static OreeClientItem *
item_of (const char *text)
{
  return oree_client_item_new ("a", g_variant_new_parsed (text));
}

static void
test_values (void)
{
  static const struct
  {
    const char *row;
    const char *text;
    gboolean flag;
    guint64 number;
    gint64 time;
  } cases[] = {
    { "@a{sv} {}", "", FALSE, 0, 0 },
    { "{'x': <'words'>}", "words", FALSE, 0, 0 },
    { "{'x': <true>}", "", TRUE, 0, 0 },
    { "{'x': <byte 7>}", "", FALSE, 7, 7 },
    { "{'x': <int16 -7>}", "", FALSE, 0, -7 },
    { "{'x': <uint16 65535>}", "", FALSE, 65535, 65535 },
    { "{'x': <int32 -1>}", "", FALSE, 0, -1 },
    { "{'x': <uint32 4294967295>}", "", FALSE, 4294967295, 4294967295 },
    { "{'x': <int64 -9223372036854775808>}", "", FALSE, 0, G_MININT64 },
    { "{'x': <uint64 18446744073709551615>}", "", FALSE, G_MAXINT64, G_MAXINT64 },
    { "{'x': <1.5>}", "", FALSE, 0, 0 },
    { "{'x': <['a']>}", "", FALSE, 0, 0 },
    { "{'y': <'words'>}", "", FALSE, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeClientItem) item = item_of (cases[i].row);

      g_test_message ("%s", cases[i].row);
      g_assert_cmpstr (oree_client_item_text (item, "x"), ==, cases[i].text);
      g_assert_cmpint (oree_client_item_flag (item, "x"), ==, cases[i].flag);
      g_assert_cmpuint (oree_client_item_number (item, "x"), ==, cases[i].number);
      g_assert_cmpint (oree_client_item_time (item, "x"), ==, cases[i].time);
    }
}

static void
test_lists (void)
{
  g_autoptr (OreeClientItem) item = item_of ("{'x': <['a', 'b']>, 'empty': <@as []>, 'text': <'a'>}");
  g_autofree const char **some = oree_client_item_list (item, "x");
  g_autofree const char **empty = oree_client_item_list (item, "empty");
  g_autofree const char **other = oree_client_item_list (item, "text");

  g_assert_cmpstr (some[0], ==, "a");
  g_assert_cmpstr (some[1], ==, "b");
  g_assert_null (some[2]);
  g_assert_null (empty[0]);
  g_assert_null (other[0]);
}

static void
count (guint *n)
{
  ++*n;
}

/* A selection survives a refresh: the item stays, and says when it is another row. */
static void
test_another_row (void)
{
  g_autoptr (OreeClientItem) item = item_of ("{'x': <1>}");
  guint told = 0;

  g_signal_connect_swapped (item, "notify::row", G_CALLBACK (count), &told);
  g_assert_false (oree_client_item_set_row (item, g_variant_new_parsed ("{'x': <1>}")));
  g_assert_cmpuint (told, ==, 0);
  g_assert_true (oree_client_item_set_row (item, g_variant_new_parsed ("{'x': <2>}")));
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpuint (oree_client_item_number (item, "x"), ==, 2);
  g_assert_cmpstr (oree_client_item_get_id (item), ==, "a");
  g_assert_cmpstr (oree_client_item_get_kind (item), ==, "");
  oree_client_item_set_kind (item, "site");
  g_assert_cmpstr (oree_client_item_get_kind (item), ==, "site");
}

static void
test_partner_state (void)
{
  static const struct
  {
    const char *row;
    OreePartnerState state;
  } cases[] = {
    { "@a{sv} {}", OREE_PARTNER_IDLE },
    { "{'streams-in': <uint32 1>}", OREE_PARTNER_CONNECTED },
    { "{'streams-out': <uint32 1>, 'last-event': <'stream-failed'>}", OREE_PARTNER_CONNECTED },
    { "{'streams-in': <int32 -1>}", OREE_PARTNER_IDLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeClientItem) item = item_of (cases[i].row);

      g_assert_cmpint (oree_client_item_partner_state (item), ==, cases[i].state);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/item/values", test_values);
  g_test_add_func ("/client/item/lists", test_lists);
  g_test_add_func ("/client/item/another-row", test_another_row);
  g_test_add_func ("/client/item/partner-state", test_partner_state);
  return g_test_run ();
}
