/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0198 counting, dialback keys, proved pairs, back-off. */
#include "base/oree-limits.h"
#include "proto/xmpp/oree-dialback.h"
#include "proto/xmpp/oree-s2s-acks.h"
#include "proto/xmpp/oree-s2s-backoff.h"
#include "proto/xmpp/oree-s2s-pair.h"
#include "proto/xmpp/oree-s2s-reason.h"

static void
test_key_vectors (void)
{
  OreeSpan secret = OREE_SPAN_LITERAL ("s3cr3tf0rd14lb4ck");
  g_autofree char *a = oree_dialback_key (secret, "montague.example", "capulet.example", "D60000229F");
  g_autofree char *b = oree_dialback_key (secret, "xmpp.example.com", "example.org", "D60000229F");

  g_assert_cmpstr (a, ==, "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3");
  g_assert_cmpstr (b, ==, "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643");
}

static void
test_key_check (void)
{
  OreeSpan secret = OREE_SPAN_LITERAL ("x");
  g_autofree char *key = oree_dialback_key (secret, "a", "b", "c");
  g_autofree char *upper = g_ascii_strup (key, -1);

  g_assert_true (oree_dialback_key_check (secret, "a", "b", "c", oree_span_str (key)));
  g_assert_false (oree_dialback_key_check (secret, "a", "b", "d", oree_span_str (key)));
  g_assert_false (oree_dialback_key_check (secret, "b", "a", "c", oree_span_str (key)));
  g_assert_false (oree_dialback_key_check (secret, "a", "b", "c", oree_span_str (upper)));
  g_assert_false (oree_dialback_key_check (secret, "a", "b", "c", oree_span (key, 63)));
  g_assert_false (oree_dialback_key_check (secret, "a", "b", "c", OREE_SPAN_EMPTY));
  /* Spaces keep "ab c" and "a bc" apart (CVE-2016-0756). */
  g_assert_false (oree_dialback_key_check (secret, "ab", "", "c", oree_span_str (key)));
}

static void
take (OreeS2sAcksOut *acks, guint count, guint64 first)
{
  for (guint i = 0; i < count; i++)
    {
      guint64 token;

      g_assert_true (oree_s2s_acks_out_take (acks, &token));
      g_assert_cmpuint (token, ==, first + i);
    }
}

static void
test_out_pops_in_order (void)
{
  OreeS2sAcksOut acks;
  guint count;

  oree_s2s_acks_out_init (&acks);
  for (guint64 i = 1; i <= 100; i++)
    g_assert_true (oree_s2s_acks_out_sent (&acks, i));
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 30, 0, &count));
  g_assert_cmpuint (count, ==, 30);
  take (&acks, 30, 1);
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 30, 0, &count));
  g_assert_cmpuint (count, ==, 0);
  for (guint64 i = 101; i <= 150; i++)
    g_assert_true (oree_s2s_acks_out_sent (&acks, i));
  g_assert_false (oree_s2s_acks_out_on_ack (&acks, 151, 0, &count)); /* more than sent */
  g_assert_false (oree_s2s_acks_out_on_ack (&acks, 29, 0, &count));  /* backwards */
  g_assert_cmpuint (oree_s2s_acks_out_length (&acks), ==, 120);
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 150, 0, &count));
  take (&acks, count, 31);
  g_assert_cmpuint (oree_s2s_acks_out_length (&acks), ==, 0);
  oree_s2s_acks_out_clear (&acks);
}

static void
test_out_wraps (void)
{
  OreeS2sAcksOut acks;
  guint count;

  oree_s2s_acks_out_init (&acks);
  acks.acked = G_MAXUINT32 - 1;
  for (guint64 i = 0; i < 4; i++)
    oree_s2s_acks_out_sent (&acks, i);
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 1, 0, &count));
  g_assert_cmpuint (count, ==, 3);
  oree_s2s_acks_out_clear (&acks);
}

static void
test_out_is_bounded (void)
{
  OreeS2sAcksOut acks;

  oree_s2s_acks_out_init (&acks);
  for (guint i = 0; i < OREE_S2S_UNACKED_MAX; i++)
    g_assert_true (oree_s2s_acks_out_sent (&acks, i));
  g_assert_true (oree_s2s_acks_out_full (&acks));
  g_assert_false (oree_s2s_acks_out_sent (&acks, 1));
  oree_s2s_acks_out_clear (&acks);
}

static void
test_out_asks (void)
{
  OreeS2sAcksOut acks;
  guint count;
  OreeTime now = 100 * OREE_SECOND;

  oree_s2s_acks_out_init (&acks);
  g_assert_false (oree_s2s_acks_out_wants_ask (&acks, TRUE, now));
  g_assert_cmpint (oree_s2s_acks_out_deadline (&acks), ==, OREE_TIME_NEVER);
  oree_s2s_acks_out_sent (&acks, 1);
  g_assert_false (oree_s2s_acks_out_wants_ask (&acks, FALSE, now));
  g_assert_true (oree_s2s_acks_out_wants_ask (&acks, TRUE, now)); /* at once when quiet */
  oree_s2s_acks_out_asked (&acks, now);
  g_assert_false (oree_s2s_acks_out_wants_ask (&acks, TRUE, now));
  g_assert_cmpint (oree_s2s_acks_out_deadline (&acks), ==, now + OREE_S2S_ACK_SECONDS * OREE_SECOND);
  for (guint i = 0; i < 64; i++)
    oree_s2s_acks_out_sent (&acks, i);
  g_assert_true (oree_s2s_acks_out_wants_ask (&acks, FALSE, now)); /* and in a long burst */
  oree_s2s_acks_out_asked (&acks, now);
  /* Answered, but the peer has not settled yet: ask again a little later. */
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 0, now, &count));
  g_assert_true (oree_s2s_acks_out_on_ack (&acks, 0, now, &count));
  g_assert_false (oree_s2s_acks_out_wants_ask (&acks, TRUE, now));
  now = oree_s2s_acks_out_deadline (&acks);
  g_assert_true (oree_s2s_acks_out_wants_ask (&acks, TRUE, now));
  oree_s2s_acks_out_asked (&acks, now);
  g_assert_false (oree_s2s_acks_out_overdue (&acks, now + 29 * OREE_SECOND));
  g_assert_true (oree_s2s_acks_out_overdue (&acks, now + 30 * OREE_SECOND));
  oree_s2s_acks_out_clear (&acks);
}

static void
test_in_counts_settled_prefix (void)
{
  OreeS2sAcksIn acks;
  guint32 h;

  oree_s2s_acks_in_init (&acks);
  g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, 0);
  for (guint64 i = 1; i <= 40; i++)
    g_assert_cmpuint (oree_s2s_acks_in_received (&acks, OREE_SECOND), ==, i);
  oree_s2s_acks_in_settle (&acks, 2);
  oree_s2s_acks_in_settle (&acks, 3);
  g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, 0);
  g_assert_false (oree_s2s_acks_in_take_news (&acks, &h));
  oree_s2s_acks_in_settle (&acks, 1);
  oree_s2s_acks_in_settle (&acks, 1);
  oree_s2s_acks_in_settle (&acks, 99);
  oree_s2s_acks_in_settle (&acks, 0);
  g_assert_true (oree_s2s_acks_in_take_news (&acks, &h)); /* unasked, but asked for before */
  g_assert_cmpuint (h, ==, 3);
  g_assert_false (oree_s2s_acks_in_take_news (&acks, &h));
  g_assert_cmpuint (oree_s2s_acks_in_open (&acks), ==, 37);
  for (guint64 i = 40; i >= 4; i--)
    oree_s2s_acks_in_settle (&acks, i);
  g_assert_true (oree_s2s_acks_in_take_news (&acks, &h));
  g_assert_cmpuint (h, ==, 40);
  g_assert_cmpuint (oree_s2s_acks_in_received (&acks, OREE_SECOND), ==, 41);
  oree_s2s_acks_in_settle (&acks, 41);
  g_assert_false (oree_s2s_acks_in_take_news (&acks, &h)); /* all was told when last asked */
  oree_s2s_acks_in_clear (&acks);
}

static void
test_in_expires (void)
{
  OreeS2sAcksIn acks;
  OreeTime five = OREE_REPORT_SECONDS * OREE_SECOND;

  oree_s2s_acks_in_init (&acks);
  oree_s2s_acks_in_received (&acks, 10 * OREE_SECOND);
  oree_s2s_acks_in_received (&acks, 11 * OREE_SECOND);
  oree_s2s_acks_in_received (&acks, 12 * OREE_SECOND);
  g_assert_cmpint (oree_s2s_acks_in_deadline (&acks), ==, 10 * OREE_SECOND + five);
  oree_s2s_acks_in_settle (&acks, 2);
  oree_s2s_acks_in_expire (&acks, 10 * OREE_SECOND + five - 1);
  g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, 0);
  oree_s2s_acks_in_expire (&acks, 10 * OREE_SECOND + five);
  g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, 2);
  oree_s2s_acks_in_settle (&acks, 1); /* late: nothing more to do */
  g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, 2);
  g_assert_cmpint (oree_s2s_acks_in_deadline (&acks), ==, 12 * OREE_SECOND + five);
  oree_s2s_acks_in_clear (&acks);
}

/* Against a plain model, random orders. */
static void
test_in_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree gboolean *settled = g_new0 (gboolean, 5001);
  OreeS2sAcksIn acks;
  guint64 n = 0, h = 0;

  oree_s2s_acks_in_init (&acks);
  for (guint step = 0; step < 20000; step++)
    {
      if (n < 5000 && g_rand_boolean (rand))
        g_assert_cmpuint (oree_s2s_acks_in_received (&acks, 1), ==, ++n);
      else if (n > 0)
        {
          guint64 slot = (guint64) g_rand_int_range (rand, (gint32) MAX (1, (gint64) h - 5), (gint32) n + 1);

          settled[slot] = TRUE;
          oree_s2s_acks_in_settle (&acks, slot);
        }
      while (h < n && settled[h + 1])
        h++;
      g_assert_cmpuint (oree_s2s_acks_in_on_request (&acks), ==, h);
      g_assert_cmpuint (oree_s2s_acks_in_open (&acks), ==, n - h);
    }
  oree_s2s_acks_in_clear (&acks);
}

static void
test_pairs (void)
{
  OreeS2sPairs pairs = OREE_S2S_PAIRS_INIT;

  g_assert_true (oree_s2s_pairs_add (&pairs, "a.test", "b.test", OREE_S2S_PROOF_DIALBACK));
  g_assert_cmpint (oree_s2s_pairs_find (&pairs, "a.test", "b.test"), ==, OREE_S2S_PROOF_DIALBACK);
  g_assert_true (oree_s2s_pairs_add (&pairs, "a.test", "b.test", OREE_S2S_PROOF_EXTERNAL));
  g_assert_cmpint (oree_s2s_pairs_find (&pairs, "a.test", "b.test"), ==, OREE_S2S_PROOF_EXTERNAL);
  g_assert_cmpint (oree_s2s_pairs_find (&pairs, "b.test", "a.test"), ==, OREE_S2S_PROOF_NONE);
  g_assert_cmpint (oree_s2s_pairs_find (&pairs, "x.a.test", "b.test"), ==, OREE_S2S_PROOF_NONE);
  g_assert_true (oree_s2s_pairs_has_from (&pairs, "a.test"));
  for (guint i = 1; i < OREE_S2S_PAIRS_MAX; i++)
    {
      g_autofree char *domain = g_strdup_printf ("d%u.test", i);

      g_assert_true (oree_s2s_pairs_add (&pairs, domain, "b.test", OREE_S2S_PROOF_DIALBACK));
    }
  g_assert_false (oree_s2s_pairs_add (&pairs, "one.more", "b.test", OREE_S2S_PROOF_DIALBACK));
  oree_s2s_pairs_clear (&pairs);
}

static void
test_backoff (void)
{
  OreeS2sBackoff backoff = OREE_S2S_BACKOFF_INIT;
  OreeTime now = 1000 * OREE_SECOND;

  g_assert_true (oree_s2s_backoff_may_try (&backoff, now));
  g_assert_cmpint (oree_s2s_backoff_failed (&backoff, G_MAXUINT32, now), ==, now + OREE_SECOND);
  g_assert_false (oree_s2s_backoff_may_try (&backoff, now + OREE_SECOND - 1));
  g_assert_true (oree_s2s_backoff_may_try (&backoff, now + OREE_SECOND));
  g_assert_cmpint (oree_s2s_backoff_failed (&backoff, 0, now), ==, now + OREE_SECOND); /* half of two */
  for (guint i = 0; i < 100; i++)
    oree_s2s_backoff_failed (&backoff, G_MAXUINT32, now);
  g_assert_cmpint (backoff.until, ==, now + OREE_S2S_BACKOFF_SECONDS_MAX * OREE_SECOND);
  oree_s2s_backoff_succeeded (&backoff);
  g_assert_true (oree_s2s_backoff_may_try (&backoff, 0));
}

static void
test_reasons (void)
{
  for (guint i = 0; i < OREE_N_S2S_REASONS; i++)
    {
      OreeS2sReason back;

      g_assert_nonnull (oree_s2s_reason_nick (i));
      g_assert_true (oree_s2s_reason_from_nick (oree_s2s_reason_nick (i), &back));
      g_assert_cmpint (back, ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/dialback/vectors", test_key_vectors);
  g_test_add_func ("/proto/dialback/check", test_key_check);
  g_test_add_func ("/proto/s2s-acks/out/pops-in-order", test_out_pops_in_order);
  g_test_add_func ("/proto/s2s-acks/out/wraps", test_out_wraps);
  g_test_add_func ("/proto/s2s-acks/out/is-bounded", test_out_is_bounded);
  g_test_add_func ("/proto/s2s-acks/out/asks", test_out_asks);
  g_test_add_func ("/proto/s2s-acks/in/counts-settled-prefix", test_in_counts_settled_prefix);
  g_test_add_func ("/proto/s2s-acks/in/expires-after-report-time", test_in_expires);
  g_test_add_func ("/proto/s2s-acks/in/follows-model", test_in_model);
  g_test_add_func ("/proto/s2s-pair/exact-and-bounded", test_pairs);
  g_test_add_func ("/proto/s2s-backoff/doubles-and-stops", test_backoff);
  g_test_add_func ("/proto/s2s-reason/nicks", test_reasons);
  return g_test_run ();
}
