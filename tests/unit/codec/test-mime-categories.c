/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/mime/oree-categories.h"
#include "oree-test.h"

#define DOCUMENT(inside) \
  "<categories xmlns='http://schemas.microsoft.com/2006/09/sip/categories' uri='sip:otto@phone.test'>" inside "</categories>"
#define CATEGORY(name, inside) "<category name='" name "' instance='1' publishTime='2031-05-04T03:02:01Z'>" inside "</category>"
#define STATE(type, inside)                                                                                              \
  CATEGORY ("state", "<state xmlns='http://schemas.microsoft.com/2006/09/sip/state' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' " \
                     "xsi:type='" type "'>" inside "</state>")
#define AGGREGATE(number) STATE ("aggregateState", "<availability>" number "</availability><activity token='x'/>")
#define NOTE(text) CATEGORY ("note", "<note xmlns='http://schemas.microsoft.com/2006/09/sip/note'><body type='personal'>" text "</body></note>")

/* The ranges of lync-behaviour 8.8, at both ends and where Lync puts itself. */
static void
availability_has_ranges (void)
{
  static const struct
  {
    guint32 from, typical, to;
    const char *shown;
  } rows[] = {
    { 0, 3500, 4499, "open -" },         { 4500, 5000, 5999, "open -" },       { 6000, 6500, 7499, "open dnd" },
    { 7500, 7500, 8999, "open dnd" },    { 9000, 9500, 11999, "open dnd" },    { 12000, 12500, 14999, "open away" },
    { 15000, 15500, 17999, "open away" }, { 18000, 18500, G_MAXUINT32, "closed -" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const guint32 numbers[] = { rows[i].from, rows[i].typical, rows[i].to };

      for (guint n = 0; n < G_N_ELEMENTS (numbers); n++)
        {
          gboolean open = FALSE;
          OreeShow show = OREE_SHOW_XA;
          g_autofree char *shown = NULL;

          oree_availability_read (numbers[n], &open, &show);
          shown = g_strdup_printf ("%s %s", open ? "open" : "closed", oree_show_name (show) ? oree_show_name (show) : "-");
          g_test_message ("%u", numbers[n]);
          g_assert_cmpstr (shown, ==, rows[i].shown);
        }
    }
}

static char *
show (const OreePidf *pidf)
{
  const OreePidfTuple *tuple = g_ptr_array_index (pidf->tuples, 0);
  const OreePidfNote *note = tuple->notes->len > 0 ? g_ptr_array_index (tuple->notes, 0) : NULL;

  g_assert_cmpstr (pidf->entity, ==, "sip:otto@phone.test");
  g_assert_cmpuint (pidf->tuples->len, ==, 1);
  g_assert_cmpint (tuple->priority, ==, OREE_PIDF_NO_PRIORITY);
  return g_strdup_printf ("%s %s%s%s", tuple->open ? "open" : "closed", oree_show_name (tuple->show) ? oree_show_name (tuple->show) : "-",
                          note ? " " : "", note ? note->text : "");
}

/* One notification after the other: each says only what changed. */
static void
what_is_not_said_stays (void)
{
  static const struct
  {
    const char *body, *shown;
  } rows[] = {
    { DOCUMENT (NOTE ("early")), "closed - early" },
    { DOCUMENT (AGGREGATE ("6500")), "open dnd early" },
    { DOCUMENT (NOTE ("in a meeting")), "open dnd in a meeting" },
    { DOCUMENT (CATEGORY ("calendarData", "<x/>") CATEGORY ("contactCard", "<contactCard xmlns='urn:x'/>")), "open dnd in a meeting" },
    { DOCUMENT (STATE ("machineState", "<availability>3500</availability>") AGGREGATE (" 15500\n") NOTE ("out")), "open away out" },
    { DOCUMENT (AGGREGATE ("3500") STATE ("userState", "<availability>18500</availability>")), "open - out" },
    { DOCUMENT (STATE ("st:aggregateState", "<availability>9500</availability>")), "open dnd out" },
    { DOCUMENT (STATE ("userState", "<availability>12500</availability>")), "open away out" }, /* no aggregate: the first */
    { DOCUMENT (CATEGORY ("note", "")), "open away" },
    { DOCUMENT (AGGREGATE ("18500")), "closed -" },
    { DOCUMENT (STATE ("aggregateState", "")), "closed -" },
    { DOCUMENT (NOTE ("&#x202e;turned &#x9;around&#x202c;")), "closed - turned  around" },
    { DOCUMENT (""), "closed - turned  around" },
  };
  g_autoptr (OreePidf) before = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreePidf *now = NULL;
      g_autofree char *shown = NULL;

      oree_test_say (rows[i].body);
      g_assert_cmpint (oree_categories_parse (&now, oree_span_str (rows[i].body), before), ==, (gssize) strlen (rows[i].body));
      shown = show (now);
      g_assert_cmpstr (shown, ==, rows[i].shown);
      g_clear_pointer (&before, oree_pidf_free);
      before = now;
    }
}

static void
what_is_none_is_refused (void)
{
  static const struct
  {
    const char *body;
    gssize error;
  } rows[] = {
    { "", OREE_PARSE_BAD_SYNTAX },
    { "<categories/>", OREE_PARSE_BAD_VALUE },
    { "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:a@b'/>", OREE_PARSE_BAD_VALUE },
    { "<categories xmlns='http://schemas.microsoft.com/2006/09/sip/categories'/>", OREE_PARSE_MISSING },
    { "<categories xmlns='http://schemas.microsoft.com/2006/09/sip/categories' uri=''/>", OREE_PARSE_MISSING },
    { DOCUMENT (AGGREGATE ("busy")), OREE_PARSE_BAD_VALUE },
    { DOCUMENT (AGGREGATE ("-1")), OREE_PARSE_BAD_VALUE },
    { DOCUMENT (AGGREGATE ("4294967296")), OREE_PARSE_BAD_VALUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreePidf *pidf = NULL;

      oree_test_say (rows[i].body);
      g_assert_cmpint (oree_categories_parse (&pidf, oree_span_str (rows[i].body), NULL), <, 0);
      if (i > 0)
        g_assert_cmpint (oree_categories_parse (&pidf, oree_span_str (rows[i].body), NULL), ==, rows[i].error);
      g_assert_null (pidf);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/mime/categories/availability-has-ranges", availability_has_ranges);
  g_test_add_func ("/codec/mime/categories/what-is-not-said-stays", what_is_not_said_stays);
  g_test_add_func ("/codec/mime/categories/what-is-none-is-refused", what_is_none_is_refused);
  return g_test_run ();
}
