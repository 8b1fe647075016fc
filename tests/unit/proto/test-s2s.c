/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole conversations: the outbound machine against the inbound one. */
#include "base/oree-limits.h"
#include "s2s-wire.h"

typedef struct
{
  const char *name;
  OreeS2sNeed out_tls, out_sasl;
  gboolean out_dialback;
  OreeS2sNeed in_tls, in_sasl;
  gboolean in_dialback;
  gboolean server_proven;  /* the initiator trusts the receiver's certificate */
  const char *client_proves; /* what the initiator's proves to the receiver */
  gboolean authority;
  const char *expected;
} Pairing;

static const Pairing pairings[] = {
  { "external", R, O, TRUE, R, O, TRUE, TRUE, ALPHA, TRUE,
    "tls in:ready(external) out:ready(external) deliver(m1) acked-1 " },
  { "external-strict", R, R, FALSE, R, R, FALSE, TRUE, ALPHA, FALSE,
    "tls in:ready(external) out:ready(external) deliver(m1) acked-1 " },
  { "dialback-over-tls", R, O, TRUE, R, O, TRUE, TRUE, NULL, TRUE,
    "tls [asked tls] in:ready(dialback-tls) out:ready(dialback-tls) deliver(m1) acked-1 " },
  { "dialback-when-server-unproven", R, O, TRUE, R, O, TRUE, FALSE, ALPHA, TRUE,
    "tls in:ready(certificate) out:ready(dialback-tls) deliver(m1) acked-1 " },
  { "dialback-when-cert-of-other", R, O, TRUE, R, O, TRUE, TRUE, "other.test", TRUE,
    "tls [asked tls] in:ready(dialback-tls) out:ready(dialback-tls) deliver(m1) acked-1 " },
  { "dialback-in-clear", N, N, TRUE, N, N, TRUE, FALSE, NULL, TRUE,
    "[asked] in:ready(dialback) out:ready(dialback) deliver(m1) acked-1 " },
  { "optional-without-tls-there", O, O, TRUE, N, N, TRUE, FALSE, NULL, TRUE,
    "[asked] in:ready(dialback) out:ready(dialback) deliver(m1) acked-1 " },
  { "optional-both", O, O, TRUE, O, O, TRUE, TRUE, ALPHA, TRUE,
    "tls in:ready(external) out:ready(external) deliver(m1) acked-1 " },
  { "sasl-not-supported-there", R, O, TRUE, R, N, TRUE, TRUE, ALPHA, TRUE,
    "tls [asked tls] in:ready(dialback-tls) out:ready(dialback-tls) deliver(m1) acked-1 " },
  { "sasl-not-supported-here", R, N, TRUE, R, O, TRUE, TRUE, ALPHA, TRUE,
    "tls in:ready(certificate) out:ready(dialback-tls) deliver(m1) acked-1 " },
  { "no-tls-there", R, O, TRUE, N, N, TRUE, TRUE, ALPHA, TRUE,
    "failed-1(tls-refused) out:close(tls-refused) in:close(tls-not-allowed) " },
  { "no-tls-here", N, N, TRUE, R, O, TRUE, TRUE, ALPHA, TRUE,
    "failed-1(no-method) in:close(ok) out:close(no-method) " },
  { "server-unproven-sasl-only", R, R, FALSE, R, R, FALSE, FALSE, ALPHA, TRUE,
    "tls failed-1(cert-not-proven) in:close(peer-policy) out:close(cert-not-proven) " },
  { "client-unproven-sasl-only", R, R, FALSE, R, R, FALSE, TRUE, NULL, TRUE,
    "tls failed-1(peer-policy) out:close(peer-policy) in:close(cert-not-proven) " },
  { "dialback-not-allowed-there", R, O, TRUE, R, O, FALSE, TRUE, NULL, TRUE,
    "tls failed-1(peer-policy) out:close(peer-policy) in:close(cert-not-proven) " },
  { "authority-unreachable", R, N, TRUE, R, N, TRUE, TRUE, NULL, FALSE,
    "tls failed-1(dialback-error) in:close(dialback-error) out:close(dialback-error) " },
};

static void
test_pairing (gconstpointer data)
{
  const Pairing *row = data;
  Side beta = { BETA, side_policy_of (row->in_tls, row->in_sasl, row->in_dialback), row->client_proves, 0 };
  Side alpha = { ALPHA, side_policy_of (row->out_tls, row->out_sasl, row->out_dialback), NULL, 0 };
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha.policy, &beta, FALSE);

  wire->proven = row->server_proven;
  wire->authority = row->authority ? &alpha : NULL;
  wire_send (wire, 1); /* waits for the stream */
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, row->expected);
}

/* Proved and refused nonetheless: nothing may follow <success/> before the initiator begins anew, for what comes with
 * it is read as part of the old stream. */
static void
test_refused_once_proved (void)
{
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);

  wire->proven = TRUE;
  wire->unwanted = OREE_S2S_NO_ROOM;
  wire_send (wire, 1);
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==,
                   "tls in:ready(external) failed-1(peer-error) out:close(peer-error) in:close(connection-limit) ");
  g_assert_cmpstr (oree_s2s_out_peer_error (wire->out), ==, "resource-constraint");
}

static Wire *
external_wire (Side *beta)
{
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  Wire *wire;

  *beta = (Side){ BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  wire = wire_new (ALPHA, BETA, &alpha, beta, FALSE);
  wire->proven = TRUE;
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "tls in:ready(external) out:ready(external) ");
  g_string_truncate (wire->log, 0);
  return wire;
}

static void
test_order_and_acks (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  for (guint i = 1; i <= 500; i++)
    wire_send (wire, i);
  wire_pump (wire);
  for (guint i = 1; i <= 500; i++)
    {
      g_autofree char *delivered = g_strdup_printf ("deliver(m%u) ", i);
      g_autofree char *acked = g_strdup_printf ("acked-%u ", i);

      g_assert_nonnull (strstr (wire->log->str, delivered));
      g_assert_nonnull (strstr (wire->log->str, acked));
    }
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 0);
  g_assert_cmpuint (oree_s2s_in_open (wire->in), ==, 0);
}

/* h passes a stanza when its outcome is known, or after five seconds. */
static void
test_late_outcome (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  wire->settle = FALSE;
  wire_send (wire, 1);
  wire_send (wire, 2);
  wire_send (wire, 3);
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "deliver(m1) deliver(m2) deliver(m3) ");
  oree_s2s_in_settle (wire->in, 2);
  wire_pump (wire);
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 3);
  oree_s2s_in_settle (wire->in, 1);
  wire_pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 acked-2 "));
  wire_tick (wire, 4 * OREE_SECOND);
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 1);
  wire_tick (wire, OREE_REPORT_SECONDS * OREE_SECOND + 1);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-3 "));
}

static void
test_lost_in_doubt (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  wire_send (wire, 1);
  wire_pump (wire);
  oree_s2s_in_settle (wire->in, 1);
  wire_pump (wire);
  wire_send (wire, 2);
  wire_send (wire, 3);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, 0, &effects);
  wire_run_out (wire, &effects);
  wire_send (wire, 4);
  g_assert_true (g_str_has_suffix (wire->log->str,
                                   "acked-1 failed-2(outcome-unknown) failed-3(outcome-unknown) "
                                   "out:close(connection-lost) failed-4(connection-lost) "));
}

static void
test_drain (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  wire->settle = FALSE;
  wire_send (wire, 1);
  wire_close_out (wire, OREE_S2S_SHUTDOWN);
  g_assert_cmpstr (wire->log->str, ==, "deliver(m1) ");
  g_assert_true (oree_s2s_out_is_closed (wire->out));
  wire_send (wire, 2);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-2(connection-lost) "));
  oree_s2s_in_settle (wire->in, 1);
  wire_pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 in:close(peer-error) out:close(shutdown) "));
}

static void
withdraw (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  oree_s2s_out_withdraw (wire->out, OREE_S2S_TRUST_WITHDRAWN, wire->now, &effects);
  wire_run_out (wire, &effects);
  wire_pump (wire);
}

/* The peer is believed no more: what was sent may still be acknowledged, what waits is not sent; then `reset`. */
static void
test_trust_withdrawn (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  wire->settle = FALSE;
  for (guint i = 1; i <= OREE_S2S_UNACKED_MAX + 1; i++)
    wire_send (wire, i);
  g_assert_cmpuint (oree_s2s_out_queued (wire->out), ==, 1);
  g_string_truncate (wire->log, 0);
  withdraw (wire);
  g_assert_true (g_str_has_prefix (wire->log->str, "failed-4097(trust-withdrawn) "));
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, OREE_S2S_UNACKED_MAX);
  wire_send (wire, 5000);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-5000(connection-lost) "));
  for (guint i = 1; i <= OREE_S2S_UNACKED_MAX; i++)
    oree_s2s_in_settle (wire->in, i);
  wire_pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-4096 in:close(peer-error) out:close(trust-withdrawn) "));
}

/* The receiver stops: what it took is settled and acknowledged before its last word. */
static void
test_receiver_shuts_down (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  wire_send (wire, 1);
  wire_pump (wire);
  oree_s2s_in_close (wire->in, OREE_S2S_SHUTDOWN, 0, &effects);
  wire_run_in (wire, &effects);
  wire_pump (wire);
  wire_send (wire, 2); /* too late: not taken, not acknowledged */
  wire_pump (wire);
  oree_s2s_in_settle (wire->in, 1);
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==,
                   "deliver(m1) acked-1 failed-2(outcome-unknown) out:close(peer-error) in:close(shutdown) ");
}

static void
test_idle (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  wire_send (wire, 1);
  wire_pump (wire);
  wire_tick (wire, 599 * OREE_SECOND);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 "));
  wire_tick (wire, 600 * OREE_SECOND);
  g_assert_true (g_str_has_suffix (wire->log->str, "close(idle) "));
}

static void
test_ack_timeout (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire_send (wire, 1);
  oree_s2s_out_flush (wire->out, 0, &effects);
  wire_run_out (wire, &effects);
  g_string_truncate (wire->to_in, 0); /* nothing arrives */
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, OREE_S2S_ACK_SECONDS * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, OREE_S2S_ACK_SECONDS * OREE_SECOND, &effects);
  wire_run_out (wire, &effects);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-1(outcome-unknown) "));
  g_assert_nonnull (strstr (wire->to_in->str, "<connection-timeout "));
}

static void
test_cancel (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);

  wire->proven = TRUE;
  wire_send (wire, 1);
  wire_send (wire, 2);
  g_assert_true (oree_s2s_out_cancel (wire->out, 1));
  g_assert_false (oree_s2s_out_cancel (wire->out, 1));
  wire_pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "out:ready(external) deliver(m2) acked-2 "));
  g_assert_false (oree_s2s_out_cancel (wire->out, 2));
}

static void
test_queue_is_bounded (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  for (guint i = 0; i < OREE_S2S_QUEUE_MAX; i++)
    wire_send (wire, i);
  g_assert_cmpstr (wire->log->str, ==, "");
  wire_send (wire, 9999);
  g_assert_cmpstr (wire->log->str, ==, "failed-9999(queue-full) ");
  g_string_truncate (wire->log, 0);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_NOT_FOUND, 0, &effects);
  wire_run_out (wire, &effects);
  g_assert_true (g_str_has_prefix (wire->log->str, "failed-0(not-found) failed-1(not-found) "));
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-4095(not-found) out:close(not-found) "));
}

static void
test_establish_timeout (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;

  wire_send (wire, 1);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 60 * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, 60 * OREE_SECOND, &out);
  wire_run_out (wire, &out);
  g_assert_cmpint (oree_s2s_in_deadline (wire->in), ==, 60 * OREE_SECOND);
  oree_s2s_in_on_deadline (wire->in, 60 * OREE_SECOND, &in);
  wire_run_in (wire, &in);
  g_assert_cmpstr (wire->log->str, ==, "failed-1(establish-timeout) out:close(establish-timeout) ");
  g_assert_nonnull (strstr (wire->to_out->str, "<stream:stream "));
  g_assert_nonnull (strstr (wire->to_out->str, "<connection-timeout "));
  oree_s2s_in_on_deadline (wire->in, 65 * OREE_SECOND, &in);
  wire_run_in (wire, &in);
  g_assert_true (g_str_has_suffix (wire->log->str, "in:close(establish-timeout) "));
}

static void
test_keep_alive (void)
{
  Side beta;
  g_autoptr (Wire) wire = NULL;
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);

  alpha.keep_alive_interval = 300 * OREE_SECOND;
  beta = (Side){ BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  wire->proven = TRUE;
  wire_pump (wire);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 300 * OREE_SECOND);
  wire_tick (wire, 300 * OREE_SECOND); /* asks, is answered */
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 600 * OREE_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (pairings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/s2s/pairing/%s", pairings[i].name);

      g_test_add_data_func (path, &pairings[i], test_pairing);
    }
  g_test_add_func ("/proto/s2s/order-and-acks", test_order_and_acks);
  g_test_add_func ("/proto/s2s/late-outcome", test_late_outcome);
  g_test_add_func ("/proto/s2s/lost-in-doubt", test_lost_in_doubt);
  g_test_add_func ("/proto/s2s/refused-once-proved", test_refused_once_proved);
  g_test_add_func ("/proto/s2s/drain", test_drain);
  g_test_add_func ("/proto/s2s/trust-withdrawn", test_trust_withdrawn);
  g_test_add_func ("/proto/s2s/receiver-shuts-down", test_receiver_shuts_down);
  g_test_add_func ("/proto/s2s/idle", test_idle);
  g_test_add_func ("/proto/s2s/ack-timeout", test_ack_timeout);
  g_test_add_func ("/proto/s2s/cancel", test_cancel);
  g_test_add_func ("/proto/s2s/queue-is-bounded", test_queue_is_bounded);
  g_test_add_func ("/proto/s2s/establish-timeout", test_establish_timeout);
  g_test_add_func ("/proto/s2s/keep-alive", test_keep_alive);
  return g_test_run ();
}
