/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One stream both ways (XEP-0288), with its limits (XEP-0478). */
#include "s2s-script.h"

static OreeS2sPolicy
both (OreeS2sNeed tls, OreeS2sNeed sasl, gboolean dialback)
{
  OreeS2sPolicy policy = side_policy_of (tls, sasl, dialback);

  policy.bidirectional = TRUE;
  return policy;
}

typedef struct
{
  const char *name;
  OreeS2sNeed sasl;
  gboolean out_wants, in_wants;
  gboolean server_proven;
  const char *client_proves;
  gboolean both_ways;
} Row;

static const Row rows[] = {
  { "external", O, TRUE, TRUE, TRUE, ALPHA, TRUE },
  /* The certificate is no proof where SASL is not supported. */
  { "dialback", N, TRUE, TRUE, TRUE, NULL, FALSE },
  { "dialback-of-the-client-alone", O, TRUE, TRUE, TRUE, NULL, TRUE },
  { "not-wanted-here", O, FALSE, TRUE, TRUE, ALPHA, FALSE },
  { "not-wanted-there", O, TRUE, FALSE, TRUE, ALPHA, FALSE },
  { "server-unproven", O, TRUE, TRUE, FALSE, ALPHA, FALSE },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  Side alpha = { ALPHA, both (R, row->sasl, TRUE), BETA, 0 }, beta = { BETA, both (R, row->sasl, TRUE), row->client_proves, 0 };
  g_autoptr (Wire) wire = NULL;

  alpha.policy.bidirectional = row->out_wants;
  beta.policy.bidirectional = row->in_wants;
  wire = wire_new_both (ALPHA, BETA, &alpha, &beta);
  wire->proven = row->server_proven;
  wire->authority = &alpha;
  wire_pump (wire);
  g_assert_true (oree_s2s_out_is_ready (wire->out));
  g_assert_cmpint (oree_s2s_out_is_bidirectional (wire->out), ==, row->both_ways);
  g_assert_cmpint (oree_s2s_in_is_bidirectional (wire->in), ==, row->both_ways);
  g_assert_cmpint (oree_s2s_in_carries (wire->in, BETA, ALPHA), ==, row->both_ways);
  g_assert_false (oree_s2s_in_carries (wire->in, BETA, "other.test"));
  g_assert_false (oree_s2s_in_carries (wire->in, "second.test", ALPHA));
  wire_send (wire, 1);
  wire_send_back (wire, 2);
  wire_pump (wire);
  g_assert_nonnull (strstr (wire->log->str, "deliver(m1) "));
  g_assert_nonnull (strstr (wire->log->str, "acked-1 "));
  if (!row->both_ways)
    g_assert_nonnull (strstr (wire->log->str, "in:failed-2(connection-lost) "));
  else
    {
      g_assert_nonnull (strstr (wire->log->str, "back(b2) "));
      g_assert_nonnull (strstr (wire->log->str, "in:acked-2 "));
    }
}

static Wire *
both_wire (Side *alpha, Side *beta)
{
  Wire *wire;

  *alpha = (Side){ ALPHA, both (R, R, FALSE), BETA, 0 };
  *beta = (Side){ BETA, both (R, R, FALSE), ALPHA, 0 };
  wire = wire_new_both (ALPHA, BETA, alpha, beta);
  wire->proven = TRUE;
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "tls in:ready(external) out:ready(external) ");
  g_string_truncate (wire->log, 0);
  return wire;
}

/* Both directions are counted apart (XEP-0198). */
static void
test_counts_apart (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);

  for (guint i = 1; i <= 300; i++)
    {
      wire_send (wire, i);
      wire_send_back (wire, 1000 + i);
      if (i % 7 == 0)
        wire_pump (wire);
    }
  wire_pump (wire);
  for (guint i = 1; i <= 300; i++)
    {
      g_autofree char *there = g_strdup_printf ("deliver(m%u) ", i), *back = g_strdup_printf ("back(b%u) ", 1000 + i);
      g_autofree char *acked = g_strdup_printf (" acked-%u ", i), *in_acked = g_strdup_printf ("in:acked-%u ", 1000 + i);

      g_assert_nonnull (strstr (wire->log->str, there));
      g_assert_nonnull (strstr (wire->log->str, back));
      g_assert_nonnull (strstr (wire->log->str, acked));
      g_assert_nonnull (strstr (wire->log->str, in_acked));
    }
  g_assert_null (strstr (wire->log->str, "failed"));
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 0);
  g_assert_cmpuint (oree_s2s_sender_in_doubt (oree_s2s_in_sender (wire->in)), ==, 0);
}

/* What came back is acknowledged when its outcome is known, or after five seconds. */
static void
test_late_outcome (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);

  wire->settle = FALSE;
  wire_send_back (wire, 1);
  wire_send_back (wire, 2);
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "back(b1) back(b2) ");
  g_assert_cmpuint (oree_s2s_out_open (wire->out), ==, 2);
  oree_s2s_out_settle (wire->out, 1);
  wire_pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "in:acked-1 "));
  wire_tick (wire, OREE_REPORT_SECONDS * OREE_SECOND + 1);
  g_assert_true (g_str_has_suffix (wire->log->str, "in:acked-2 "));
}

/* The connection is lost: each side accounts for what it sent. */
static void
test_lost (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;

  wire_send_back (wire, 1);
  wire_send (wire, 2);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, 0, &out);
  wire_run_out (wire, &out);
  oree_s2s_in_on_lost (wire->in, 0, &in);
  wire_run_in (wire, &in);
  wire_send_back (wire, 3);
  g_assert_cmpstr (wire->log->str, ==,
                   "failed-2(outcome-unknown) out:close(connection-lost) in:failed-1(outcome-unknown) "
                   "in:close(connection-lost) in:failed-3(connection-lost) ");
}

/* Who closes in good order waits for the acknowledgements of what it sent, and gives those it owes. */
static void
test_receiver_closes_well (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  wire_send (wire, 1);
  wire_send_back (wire, 2);
  wire_pump (wire);
  oree_s2s_in_close (wire->in, OREE_S2S_IDLE, 0, &effects);
  wire_run_in (wire, &effects);
  wire_pump (wire);
  g_assert_false (oree_s2s_in_carries (wire->in, BETA, ALPHA));
  wire_send_back (wire, 3);
  g_assert_cmpstr (wire->log->str, ==, "deliver(m1) back(b2) in:failed-3(connection-lost) ");
  oree_s2s_in_settle (wire->in, 1);
  oree_s2s_out_settle (wire->out, 1);
  wire_pump (wire);
  g_assert_nonnull (strstr (wire->log->str, "in:acked-2 "));
  g_assert_nonnull (strstr (wire->log->str, " acked-1 "));
  g_assert_nonnull (strstr (wire->log->str, "in:close(idle)"));
  g_assert_null (strstr (wire->log->str, "unknown"));
}

static void
test_initiator_closes_well (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);

  wire->settle = FALSE;
  wire_send_back (wire, 1);
  wire_pump (wire);
  wire_close_out (wire, OREE_S2S_SHUTDOWN);
  g_assert_cmpstr (wire->log->str, ==, "back(b1) "); /* owes an acknowledgement */
  oree_s2s_out_settle (wire->out, 1);
  wire_pump (wire);
  g_assert_true (g_str_has_prefix (wire->log->str, "back(b1) in:acked-1 "));
  g_assert_nonnull (strstr (wire->log->str, "out:close(shutdown)"));
}

/* The peer ends the stream while we still owe it an outcome. */
static void
test_settles_after_the_peers_end (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  wire_send_back (wire, 1);
  wire_pump (wire);
  wire_send (wire, 2);
  g_string_append (wire->to_out, CLOSE_TAG);
  wire_step_out (wire);
  g_assert_cmpstr (wire->log->str, ==, "back(b1) failed-2(outcome-unknown) ");
  oree_s2s_out_settle (wire->out, 1);
  oree_s2s_out_flush (wire->out, 0, &effects);
  wire_run_out (wire, &effects);
  g_assert_true (g_str_has_suffix (wire->log->str, "out:close(ok) "));
  g_assert_nonnull (strstr (wire->to_in->str, "<a xmlns='urn:xmpp:sm:3' h='1'/></stream:stream>"));
}

/* An idle stream is one that carries nothing either way. */
static void
test_idle (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);

  wire_tick (wire, 500 * OREE_SECOND);
  wire_send_back (wire, 1);
  wire_pump (wire);
  wire_tick (wire, 1099 * OREE_SECOND);
  g_assert_cmpstr (wire->log->str, ==, "back(b1) in:acked-1 ");
  wire_tick (wire, 1100 * OREE_SECOND);
  g_assert_nonnull (strstr (wire->log->str, "close(idle)"));
}

/* ---- scripted initiators ---- */

#define BIDI "<bidi xmlns='urn:xmpp:bidi'/>"
#define SECURED HEAD STARTTLS "\1" HEAD
#define BOTH SECURED BIDI AUTH ("=") HEAD

typedef struct
{
  const char *name;
  const char *peer; /* "\1": TLS is done; "\2": the key that was asked about is valid; "\3": we send a message; "\4": a
                        second has passed */
  const char *sent;
  const char *log;
} In;

static const In ins[] = {
  { "offered-after-tls", SECURED, "<bidi xmlns='urn:xmpp:features:bidi'/>", "tls " },
  { "not-offered-again-after-sasl", BOTH, "<bidi xmlns='urn:xmpp:features:bidi'/>|<success |<stream:features>", "tls ready(external) " },
  { "in-clear", HEAD BIDI CLOSE_TAG, "<unsupported-stanza-type ", "close(bad-protocol) " },
  { "after-sasl", SECURED AUTH ("=") HEAD BIDI CLOSE_TAG, "<unsupported-stanza-type ", "tls ready(external) close(bad-protocol) " },
  { "twice", SECURED BIDI BIDI AUTH ("=") HEAD "\3\4", "<message ", "tls ready(external) written-1 " },
  { "nothing-before-proof", SECURED BIDI "\3", "", "tls not-carried " },
  { "nothing-before-the-new-header", SECURED BIDI AUTH ("=") "\3", "<success ", "tls ready(external) " },
  { "waits-for-the-new-header", SECURED BIDI AUTH ("=") "\3" HEAD ENABLE, "<success |<stream:features>|<enabled |<message ", "tls ready(external) " },
  { "waits-a-moment-for-acks", SECURED BIDI AUTH ("=") HEAD "\3", "<stream:features>", "tls ready(external) " },
  { "does-without-acks", SECURED BIDI AUTH ("=") HEAD "\3\4", "<message ", "tls ready(external) written-1 " },
  { "by-dialback", SECURED BIDI "<db:result from='other.test' to='beta.test'>key</db:result>" "\2" "\3", "type='valid'/>", "tls ask ready(dialback-tls) not-carried " },
  { "acks-make-it-counted", BOTH ENABLE "\3" "<a xmlns='urn:xmpp:sm:3' h='1'/>", "<enabled |<message ", "tls ready(external) acked-1 " },
  { "too-high-an-ack", BOTH ENABLE "\3" "<a xmlns='urn:xmpp:sm:3' h='2'/>" CLOSE_TAG, "<handled-count-too-high |send-count='1'", "tls ready(external) failed-1(outcome-unknown) close(ack-invalid) " },
  { "ack-before-anything-was-sent", BOTH ENABLE "<a xmlns='urn:xmpp:sm:3' h='1'/>" CLOSE_TAG, "<handled-count-too-high ", "tls ready(external) close(ack-invalid) " },
  { "over-its-limit", SECURED "<bidi xmlns='urn:xmpp:bidi'><limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>80</max-bytes></limits></bidi>" AUTH ("=") HEAD ENABLE "\3", "", "tls ready(external) failed-1(too-big) " },
  { "limits-that-are-none", SECURED "<bidi xmlns='urn:xmpp:bidi'><limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>-1</max-bytes><idle-seconds>x</idle-seconds></limits></bidi>" AUTH ("=") HEAD ENABLE "\3", "<message ", "tls ready(external) " },
  { "peer-error-with-something-in-doubt", BOTH ENABLE "\3" "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "</stream:stream>", "tls ready(external) failed-1(outcome-unknown) close(peer-error) " },
};

static void
note (GString *log, GString *sent, OreeXmlReader *reader, OreeDialbackCheck **ask, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      if (e.kind == OREE_EFFECT_SEND)
        g_string_append_len (sent, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
      else if (e.kind == OREE_EFFECT_RESTART)
        oree_xml_reader_reset (reader);
      else if (e.kind == OREE_EFFECT_READY)
        g_string_append_printf (log, "ready(%s) ", oree_s2s_proof_nick (e.code));
      else if (e.kind == OREE_EFFECT_ACKED)
        g_string_append_printf (log, "%s-%u ", e.code == OREE_S2S_ACKED_BY_PEER ? "acked" : "written", (guint) e.token);
      else if (e.kind == OREE_EFFECT_FAIL)
        g_string_append_printf (log, "failed-%u(%s) ", (guint) e.token, oree_s2s_reason_nick (e.code));
      else if (e.kind == OREE_EFFECT_CLOSE)
        g_string_append_printf (log, "close(%s) ", oree_s2s_reason_nick (e.code));
      else if (e.kind == OREE_EFFECT_ASK)
        {
          g_string_append (log, "ask ");
          *ask = g_steal_pointer (&e.object);
        }
      oree_effect_clear (&e);
    }
}

static void
test_in (gconstpointer data)
{
  const In *row = data;
  Side beta = { BETA, both (R, O, TRUE), ALPHA, 0 };
  OreeS2sQueries answers = side_queries (&beta);
  g_autoptr (OreeS2sIn) in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);
  g_autoptr (OreeDialbackCheck) ask = NULL;
  g_autoptr (GBytes) message = g_bytes_new_static (MSG, strlen (MSG));

  for (const char *p = row->peer; *p != '\0';)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };

      switch (*p)
        {
        case '\1':
          g_string_append (log, "tls ");
          oree_s2s_in_on_tls (in, 0, &effects);
          p++;
          break;
        case '\2':
          oree_s2s_in_on_verified (in, ask->receiving, ask->originating, ask->stream_id, OREE_DIALBACK_RESULT_VALID, 0,
                                   &effects);
          p++;
          break;
        case '\3':
          if (oree_s2s_in_carries (in, BETA, ALPHA))
            oree_s2s_in_send_bytes (in, message, 1, 0, &effects);
          else
            g_string_append (log, "not-carried ");
          p++;
          break;
        case '\4':
          g_assert_cmpint (oree_s2s_in_deadline (in), ==, OREE_SECOND);
          oree_s2s_in_on_deadline (in, OREE_SECOND, &effects);
          p++;
          break;
        default:
          {
            gssize n = oree_xml_reader_feed (reader, p, strcspn (p, "\1\2\3\4"), &event);

            g_assert_cmpint (n, >, 0);
            p += n;
            oree_s2s_in_on_event (in, &event, 0, &effects);
          }
        }
      note (log, sent, reader, &ask, &effects);
    }
  g_assert_cmpstr (log->str, ==, row->log);
  assert_pieces (sent->str, row->sent);
}

/* ---- scripted receivers ---- */

#define BIDI_FEATURE "<bidi xmlns='urn:xmpp:features:bidi'/>"
#define READY_BOTH TO_TLS FEATURES (EXTERNAL BIDI_FEATURE) SUCCESS REPLY FEATURES (SM) "<enabled xmlns='urn:xmpp:sm:3'/>"
#define BACK MSG_AS ("v@" BETA, "u@" ALPHA)

static const In outs[] = {
  { "asked-before-auth", TO_TLS FEATURES (EXTERNAL BIDI_FEATURE), "<bidi xmlns='urn:xmpp:bidi'><limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>524288</max-bytes><idle-seconds>600</idle-seconds></limits></bidi>|<auth ", "tls " },
  { "asked-before-dialback", TO_TLS FEATURES (DIALBACK BIDI_FEATURE), "<bidi |<db:result ", "tls " },
  { "not-asked-in-clear", REPLY FEATURES (STARTTLS BIDI_FEATURE) PROCEED, "<starttls ", "" },
  { "stanza-comes-back", READY_BOTH BACK ASK_ACK, "<a xmlns='urn:xmpp:sm:3' h='1'/>", "tls out:ready(external) back(1) " },
  { "not-counted-before-enabled", TO_TLS FEATURES (EXTERNAL BIDI_FEATURE) SUCCESS REPLY FEATURES (SM) BACK "<enabled xmlns='urn:xmpp:sm:3'/>" BACK ASK_ACK, "<a xmlns='urn:xmpp:sm:3' h='1'/>", "tls out:ready(external) back(1) back(1) " },
  { "before-success", TO_TLS FEATURES (EXTERNAL BIDI_FEATURE) BACK CLOSE_TAG, "<not-authorized ", "tls out:close(not-authenticated) " },
  { "without-asking", TO_TLS FEATURES (EXTERNAL) SUCCESS REPLY FEATURES ("") BACK CLOSE_TAG, "<not-authorized ", "tls out:ready(external) out:close(not-authenticated) " },
  { "of-another-domain", READY_BOTH MSG_AS ("v@other.test", "u@" ALPHA) CLOSE_TAG, "<invalid-from ", "tls out:ready(external) out:close(invalid-from) " },
  { "of-a-subdomain", READY_BOTH MSG_AS ("v@x." BETA, "u@" ALPHA) CLOSE_TAG, "<invalid-from ", "tls out:ready(external) out:close(invalid-from) " },
  { "to-another-domain-of-ours", READY_BOTH MSG_AS ("v@" BETA, "u@second.test") CLOSE_TAG, "<host-unknown ", "tls out:ready(external) out:close(host-unknown) " },
  { "more-by-certificate", READY_BOTH "<db:result from='beta.test' to='second.test'>k</db:result>" MSG_AS ("v@" BETA, "u@second.test"), "type='valid'/>", "tls out:ready(external) out:proved(certificate) back(1) " },
  { "more-by-dialback-is-asked-elsewhere", READY_BOTH "<db:result from='other.test' to='alpha.test'>k</db:result>", "", "tls out:ready(external) out:ask " },
  { "key-before-authentication", TO_TLS FEATURES (EXTERNAL BIDI_FEATURE) "<db:result from='beta.test' to='alpha.test'>k</db:result>", "", "tls " },
  { "key-is-verified-for-the-peer", READY_BOTH "<db:verify from='beta.test' to='alpha.test' id='D6'>no</db:verify>", "type='invalid'/>", "tls out:ready(external) " },
  { "unsolicited-answer", READY_BOTH "<db:result from='beta.test' to='second.test' type='valid'/>" MSG_AS ("v@" BETA, "u@second.test") CLOSE_TAG, "<host-unknown ", "tls out:ready(external) out:close(host-unknown) " },
  { "one-way-ignores-keys", TO_TLS FEATURES (EXTERNAL) SUCCESS REPLY FEATURES ("") "<db:verify from='beta.test' to='alpha.test' id='D6'>no</db:verify>", "", "tls out:ready(external) " },
};

static void
test_out (gconstpointer data)
{
  const In *row = data;
  Side alpha = { ALPHA, both (R, O, TRUE), BETA, 0 }, beta = { BETA, both (R, O, TRUE), NULL, 0 };
  g_autoptr (Wire) wire = wire_new_both (ALPHA, BETA, &alpha, &beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  const char *p = row->peer;

  oree_s2s_out_start (wire->out, FALSE, FALSE, 0, &effects);
  wire_run_out (wire, &effects);
  while (*p != '\0' && !wire->closed_out)
    {
      gsize n = strcspn (p, "\1");

      if (n == 0)
        {
          g_string_append (wire->log, "tls ");
          wire->tls_out = FALSE;
          oree_s2s_out_on_tls (wire->out, TRUE, 0, &effects);
          wire_run_out (wire, &effects);
          p++;
          continue;
        }
      g_string_append_len (wire->to_out, p, (gssize) n);
      p += n;
      while (wire->to_out->len > 0 && !wire->closed_out)
        wire_step_out (wire);
    }
  g_assert_cmpstr (wire->log->str, ==, row->log);
  assert_pieces (wire->to_in->str, row->sent);
}

/* ---- limits ---- */

/* The peer gives up on a stream that is silent for idle-seconds: something is sent well before. */
static void
test_idle_seconds (void)
{
  Side alpha = { ALPHA, both (R, O, TRUE), BETA, 0 }, beta = { BETA, both (R, O, TRUE), NULL, 0 };
  g_autoptr (Wire) wire = NULL;
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  alpha.policy.keep_alive_interval = 300 * OREE_SECOND;
  wire = wire_new_both (ALPHA, BETA, &alpha, &beta);
  oree_s2s_out_start (wire->out, FALSE, FALSE, 0, &effects);
  wire_run_out (wire, &effects);
  g_string_append (wire->to_out, REPLY FEATURES (STARTTLS) PROCEED);
  while (wire->to_out->len > 0)
    wire_step_out (wire);
  oree_s2s_out_on_tls (wire->out, TRUE, 0, &effects);
  wire_run_out (wire, &effects);
  g_string_append (wire->to_out, REPLY FEATURES (EXTERNAL) SUCCESS REPLY
                   FEATURES ("<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>100000</max-bytes>"
                             "<idle-seconds>40</idle-seconds></limits>"));
  while (wire->to_out->len > 0)
    wire_step_out (wire);
  g_assert_true (oree_s2s_out_is_ready (wire->out));
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 30 * OREE_SECOND);
  g_string_truncate (wire->to_in, 0);
  oree_s2s_out_on_bytes (wire->out, 29 * OREE_SECOND); /* hearing something does not help the peer */
  oree_s2s_out_on_deadline (wire->out, 30 * OREE_SECOND, &effects);
  wire_run_out (wire, &effects);
  g_assert_cmpstr (wire->to_in->str, ==, " ");
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 60 * OREE_SECOND);
}

/* Timers follow the policy of the day. */
static void
test_policy_changes_live (void)
{
  Side alpha, beta;
  g_autoptr (Wire) wire = both_wire (&alpha, &beta);

  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 600 * OREE_SECOND);
  alpha.policy.inactivity = 10 * OREE_SECOND;
  oree_s2s_out_on_policy (wire->out, &alpha.policy);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 10 * OREE_SECOND);
  alpha.policy.keep_alive_interval = 5 * OREE_SECOND;
  oree_s2s_out_on_policy (wire->out, &alpha.policy);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 5 * OREE_SECOND);
  beta.policy.inactivity = 7 * OREE_SECOND;
  oree_s2s_in_on_policy (wire->in);
  g_assert_cmpint (oree_s2s_in_deadline (wire->in), ==, 7 * OREE_SECOND);
  wire_tick (wire, 7 * OREE_SECOND);
  g_assert_nonnull (strstr (wire->log->str, "close(idle)"));
}

static void
test_establishment_changes_live (void)
{
  Side alpha = { ALPHA, both (R, R, FALSE), BETA, 0 }, beta = { BETA, both (R, R, FALSE), ALPHA, 0 };
  g_autoptr (Wire) wire = wire_new_both (ALPHA, BETA, &alpha, &beta);

  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 60 * OREE_SECOND);
  g_assert_cmpint (oree_s2s_in_deadline (wire->in), ==, 60 * OREE_SECOND);
  alpha.policy.establish = beta.policy.establish = 5 * OREE_SECOND;
  oree_s2s_out_on_policy (wire->out, &alpha.policy);
  oree_s2s_in_on_policy (wire->in);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 5 * OREE_SECOND);
  g_assert_cmpint (oree_s2s_in_deadline (wire->in), ==, 5 * OREE_SECOND);
}

/* ---- another server ---- */

/* What fails before anything is proved makes place for the next server, once, with everything that waits. */
static void
test_another_server (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire_send (wire, 1);
  oree_s2s_out_start (wire->out, TRUE, TRUE, 0, &effects);
  wire_run_out (wire, &effects);
  g_assert_cmpuint (wire->to_in->len, ==, 0); /* TLS first */
  oree_s2s_out_on_lost (wire->out, OREE_S2S_TLS_FAILED, 0, &effects);
  wire_run_out (wire, &effects);
  g_assert_cmpstr (wire->log->str, ==, "out:again(tls-failed) ");
  wire->proven = TRUE;
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==,
                   "out:again(tls-failed) tls in:ready(external) out:ready(external) deliver(m1) acked-1 ");
}

static void
test_no_other_server (void)
{
  static const struct
  {
    gboolean spare;
    OreeS2sReason reason;
    const char *expected;
  } cases[] = {
    { FALSE, OREE_S2S_CONNECTION_LOST, "failed-1(connection-lost) out:close(connection-lost) " },
    { TRUE, OREE_S2S_SHUTDOWN, "failed-1(shutdown) out:close(shutdown) " },
    { TRUE, OREE_S2S_CONNECTION_LOST, "out:again(connection-lost) " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
      OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
      g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

      wire_send (wire, 1);
      oree_s2s_out_start (wire->out, FALSE, cases[i].spare, 0, &effects);
      oree_s2s_out_on_lost (wire->out, cases[i].reason, 0, &effects);
      wire_run_out (wire, &effects);
      g_assert_cmpstr (wire->log->str, ==, cases[i].expected);
    }
}

/* One that says nothing is given up in time for the next; the next has what is left. */
static void
test_a_silent_server (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire_send (wire, 1);
  oree_s2s_out_start (wire->out, FALSE, TRUE, 10 * OREE_SECOND, &effects);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 25 * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, 25 * OREE_SECOND, &effects);
  wire_run_out (wire, &effects);
  g_assert_cmpstr (wire->log->str, ==, "out:again(establish-timeout) ");
  oree_s2s_out_start (wire->out, FALSE, FALSE, 26 * OREE_SECOND, &effects);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 60 * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, 60 * OREE_SECOND, &effects);
  wire_run_out (wire, &effects);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-1(establish-timeout) "));
}

/* Once proved, what is in doubt is in doubt: it goes nowhere else. */
static void
test_no_other_server_once_proved (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->proven = TRUE;
  oree_s2s_out_start (wire->out, FALSE, TRUE, 0, &effects);
  wire_run_out (wire, &effects);
  wire_pump (wire);
  wire_send (wire, 1);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, 0, &effects);
  wire_run_out (wire, &effects);
  g_assert_cmpstr (wire->log->str, ==,
                   "tls in:ready(external) out:ready(external) failed-1(outcome-unknown) out:close(connection-lost) ");
}

static void
add (const char *group, const In *all, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/s2s-bidi/%s/%s", group, all[i].name);

      g_test_add_data_func (path, &all[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/s2s-bidi/pairing/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  add ("in", ins, G_N_ELEMENTS (ins), test_in);
  add ("out", outs, G_N_ELEMENTS (outs), test_out);
  g_test_add_func ("/proto/s2s-bidi/counts-apart", test_counts_apart);
  g_test_add_func ("/proto/s2s-bidi/late-outcome", test_late_outcome);
  g_test_add_func ("/proto/s2s-bidi/lost", test_lost);
  g_test_add_func ("/proto/s2s-bidi/receiver-closes-well", test_receiver_closes_well);
  g_test_add_func ("/proto/s2s-bidi/initiator-closes-well", test_initiator_closes_well);
  g_test_add_func ("/proto/s2s-bidi/settles-after-the-peers-end", test_settles_after_the_peers_end);
  g_test_add_func ("/proto/s2s-bidi/idle", test_idle);
  g_test_add_func ("/proto/s2s/limits/idle-seconds", test_idle_seconds);
  g_test_add_func ("/proto/s2s/policy/changes-live", test_policy_changes_live);
  g_test_add_func ("/proto/s2s/policy/establishment-changes-live", test_establishment_changes_live);
  g_test_add_func ("/proto/s2s/another-server", test_another_server);
  g_test_add_func ("/proto/s2s/no-other-server", test_no_other_server);
  g_test_add_func ("/proto/s2s/a-silent-server", test_a_silent_server);
  g_test_add_func ("/proto/s2s/no-other-server-once-proved", test_no_other_server_once_proved);
  return g_test_run ();
}
