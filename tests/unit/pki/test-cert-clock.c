/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a certificate's end is told: tables, and lives walked through from turn to turn. */
#include "pki/oree-cert-clock.h"

#define DAY (G_USEC_PER_SEC * G_GINT64_CONSTANT (86400))
#define HOUR (DAY / 24)
#define BEGIN (G_GINT64_CONSTANT (20000) * DAY)

static void
states_follow_the_days (void)
{
  static const struct
  {
    int life;    /* days */
    gint64 at;   /* hours since the beginning */
    OreeCertState state;
    int days;
  } rows[] = {
    /* Forty-five days: a third is fifteen. */
    { 45, -1, OREE_CERT_STATE_NOT_YET_VALID, 45 },
    { 45, 0, OREE_CERT_STATE_MONITORING, 45 },
    { 45, 30 * 24 - 1, OREE_CERT_STATE_MONITORING, 15 },
    { 45, 30 * 24, OREE_CERT_STATE_RENEW_SOON, 15 },
    { 45, 38 * 24 - 1, OREE_CERT_STATE_RENEW_SOON, 7 },
    { 45, 38 * 24, OREE_CERT_STATE_RENEW_NOW, 7 },
    { 45, 45 * 24 - 1, OREE_CERT_STATE_RENEW_NOW, 0 },
    { 45, 45 * 24, OREE_CERT_STATE_RENEW_NOW, 0 },
    { 45, 45 * 24 + 1, OREE_CERT_STATE_EXPIRED, -1 },
    { 45, 47 * 24, OREE_CERT_STATE_EXPIRED, -2 },
    /* A year: thirty days, not a third. */
    { 365, 334 * 24, OREE_CERT_STATE_MONITORING, 31 },
    { 365, 335 * 24, OREE_CERT_STATE_RENEW_SOON, 30 },
    { 365, 358 * 24, OREE_CERT_STATE_RENEW_NOW, 7 },
    /* Six days: seven before the end would be before its beginning. */
    { 6, 0, OREE_CERT_STATE_MONITORING, 6 },
    { 6, 3 * 24, OREE_CERT_STATE_MONITORING, 3 },
    { 6, 4 * 24, OREE_CERT_STATE_RENEW_NOW, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 end = BEGIN + rows[i].life * DAY, now = BEGIN + rows[i].at * HOUR;

      g_test_message ("row %zu", i);
      g_assert_cmpint (oree_cert_clock_state (BEGIN, end, now), ==, rows[i].state);
      g_assert_cmpint (oree_cert_clock_days (end, now), ==, rows[i].days);
    }
}

static void
marks_are_due_once (void)
{
  static const struct
  {
    int life, at; /* days */
    int said;
    int due;
  } rows[] = {
    { 365, 300, G_MAXINT, -1 }, { 365, 335, G_MAXINT, 30 }, { 365, 335, 30, -1 },  { 365, 340, 30, -1 },
    { 365, 351, 30, 14 },       { 365, 358, 14, 7 },        { 365, 364, 7, 1 },    { 365, 365, 1, -1 },
    { 365, 366, 1, 0 },         { 365, 400, 0, -1 },
    /* After a long sleep only the nearest is told. */
    { 365, 359, G_MAXINT, 7 },  { 365, 400, 30, 0 },
    /* What lay before its beginning never was to be told. */
    { 20, 0, G_MAXINT, -1 },    { 20, 6, G_MAXINT, 14 },    { 6, 4, G_MAXINT, -1 }, { 6, 5, G_MAXINT, 1 },
    { 6, 7, 1, 0 },
    /* Told of a certificate that the next one, dated otherwise, replaced: nothing is told twice. */
    { 365, 351, 7, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %zu", i);
      g_assert_cmpint (oree_cert_clock_due (BEGIN, BEGIN + rows[i].life * DAY, BEGIN + rows[i].at * DAY, rows[i].said), ==,
                       rows[i].due);
    }
}

/* Whatever its life: waking at every turn, and at no other time, tells each mark that lies in it once, in their order, and
 * misses no change of state. */
static void
waking_at_turns_is_enough (void)
{
  for (guint round = 0; round < 300; round++)
    {
      gint64 begin = BEGIN + g_test_rand_int_range (-3600, 3600) * G_GINT64_CONSTANT (1000000);
      gint64 end = begin + g_test_rand_int_range (1, round % 3 == 0 ? 800 * 24 : 60 * 24) * HOUR;
      gint64 now = begin - DAY;
      int said = G_MAXINT;
      guint told = 0, expected = 0;
      OreeCertState state = oree_cert_clock_state (begin, end, now);

      for (const int *mark = oree_cert_clock_marks (); *mark >= 0; mark++)
        expected += end - *mark * DAY > begin;
      for (guint turn = 0;; turn++)
        {
          gint64 next = oree_cert_clock_next (begin, end, now);
          OreeCertState after;
          int due;

          if (next == 0)
            break;
          g_assert_cmpuint (turn, <, 12);
          g_assert_cmpint (next, >, now);
          /* Just before it all is as it was. */
          g_assert_cmpint (oree_cert_clock_state (begin, end, next - 1), ==, state);
          g_assert_cmpint (oree_cert_clock_due (begin, end, next - 1, said), ==, -1);
          now = next;
          after = oree_cert_clock_state (begin, end, now);
          /* It only grows worse. */
          g_assert_cmpint (after, >=, state);
          state = after;
          due = oree_cert_clock_due (begin, end, now, said);
          if (due >= 0)
            {
              g_assert_cmpint (due, <, said);
              said = due;
              told++;
            }
        }
      g_assert_cmpint (state, ==, OREE_CERT_STATE_EXPIRED);
      g_assert_cmpuint (told, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pki/cert-clock/states-follow-the-days", states_follow_the_days);
  g_test_add_func ("/pki/cert-clock/marks-are-due-once", marks_are_due_once);
  g_test_add_func ("/pki/cert-clock/waking-at-turns-is-enough", waking_at_turns_is_enough);
  return g_test_run ();
}
