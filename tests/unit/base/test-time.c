/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-time.h"
#include "oree-test.h"
#include <string.h>

static void
formats_and_parses_rfc3339 (void)
{
  static const struct { const char *text; gint64 seconds; gint64 micros; const char *canonical; } rows[] = {
    { "1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z" },
    { "1969-12-31T23:59:59Z", -1, 0, "1969-12-31T23:59:59Z" },
    { "2000-02-29T12:00:00Z", 951825600, 0, "2000-02-29T12:00:00Z" },
    { "2031-05-04T03:02:01Z", G_GINT64_CONSTANT (1935630121), 0, "2031-05-04T03:02:01Z" },
    { "2031-05-04t03:02:01.25z", G_GINT64_CONSTANT (1935630121), 250000, "2031-05-04T03:02:01Z" },
    { "2031-05-04T03:02:01.1234567+02:30", G_GINT64_CONSTANT (1935621121), 123456, "2031-05-04T00:32:01Z" },
    { "2031-05-04T03:02:01-01:00", G_GINT64_CONSTANT (1935633721), 0, "2031-05-04T04:02:01Z" },
    { "1990-12-31T23:59:60Z", 662688000, 0, "1991-01-01T00:00:00Z" },
    { "9999-12-31T23:59:59Z", G_GINT64_CONSTANT (253402300799), 0, "9999-12-31T23:59:59Z" },
  };
  static const char *const bad[] = {
    "", "2031", "2031-05-04", "2031-05-04T03:02:01", "2031-13-04T03:02:01Z", "2031-02-29T03:02:01Z",
    "2100-02-29T00:00:00Z", "2031-05-04T24:02:01Z", "2031-05-04T03:02:01.Z", "2031-05-04T03:02:01Zx",
    "2031-05-04T03:02:01+1:00", "2031-05-32T03:02:01Z", "-031-05-04T03:02:01Z", "2031-00-04T03:02:01Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 wall;
      g_autofree char *text = NULL;

      g_assert_true (oree_time_parse_wall (rows[i].text, strlen (rows[i].text), &wall));
      g_assert_cmpint (wall, ==, rows[i].seconds * G_USEC_PER_SEC + rows[i].micros);
      text = oree_time_format_wall (wall);
      g_assert_cmpstr (text, ==, rows[i].canonical);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      gint64 wall = 5;

      oree_test_say (bad[i]);
      g_assert_false (oree_time_parse_wall (bad[i], strlen (bad[i]), &wall));
      g_assert_cmpint (wall, ==, 5);
    }
}

/* Every day of 400 years, against GLib's calendar. */
static void
agrees_with_the_calendar (void)
{
  for (gint64 day = -100000; day < 50000; day += 13)
    {
      g_autofree char *ours = oree_time_format_wall ((day * 86400 + 4000) * G_USEC_PER_SEC);
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (day * 86400 + 4000);
      g_autofree char *theirs = g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
      gint64 back;

      g_assert_cmpstr (ours, ==, theirs);
      g_assert_true (oree_time_parse_wall (ours, strlen (ours), &back));
      g_assert_cmpint (back, ==, (day * 86400 + 4000) * G_USEC_PER_SEC);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/time/formats-and-parses-rfc3339", formats_and_parses_rfc3339);
  g_test_add_func ("/base/time/agrees-with-the-calendar", agrees_with_the_calendar);
  return g_test_run ();
}
