/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole conversations: the outbound machine against the inbound one, back to back in memory, and the inbound and
 * outbound ones against scripted peers. Time is a number. */
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-write.h"
#include "model/oree-xmpp-partner.h"
#include "proto/xmpp/oree-s2s-in.h"
#include "proto/xmpp/oree-s2s-out.h"

#define SECRET OREE_SPAN_LITERAL ("s3cr3tf0rd14lb4ck")
#define ALPHA "alpha.test" /* initiating */
#define BETA "beta.test"   /* receiving */

/* What one side believes. */
typedef struct
{
  const char *ours;
  OreeS2sPolicy policy;
  const char *proven; /* the domain the other's certificate proves; NULL: none */
  guint ids;
} Side;

static gboolean
side_is_ours (gpointer data, const char *domain)
{
  const Side *side = data;

  return strcmp (domain, side->ours) == 0 || strcmp (domain, "second.test") == 0;
}

static void
side_policy (gpointer data, const char *domain, OreeS2sPolicy *out)
{
  const Side *side = data;

  *out = side->policy;
  if (g_strcmp0 (domain, "blocked.test") == 0)
    out->standing = OREE_S2S_STANDING_BLOCKED;
  if (g_strcmp0 (domain, "stranger.test") == 0)
    out->standing = OREE_S2S_STANDING_STRANGER;
}

static gboolean
side_proves (gpointer data, const char *domain)
{
  const Side *side = data;

  return g_strcmp0 (side->proven, domain) == 0;
}

static char *
side_stream_id (gpointer data)
{
  Side *side = data;

  return g_strdup_printf ("id-%s-%u", side->ours, ++side->ids);
}

static OreeS2sQueries
queries (Side *side)
{
  return (OreeS2sQueries){ side, side_is_ours, side_policy, side_proves, side_stream_id };
}

/* As roles make it of a partner's record: the methods are those of the model's table. */
static OreeS2sPolicy
policy (OreeS2sNeed tls, OreeS2sNeed sasl, gboolean dialback)
{
  const OreeXmppNegotiationRow *row
    = oree_xmpp_negotiation_row ((OreeNegotiation) tls, (OreeNegotiation) sasl, dialback);

  return (OreeS2sPolicy){ OREE_S2S_STANDING_PARTNER, tls, (OreeS2sMethods) row->methods, 60 * OREE_SECOND,
                          600 * OREE_SECOND, OREE_TIME_NEVER };
}

/* One connection between two machines. */
typedef struct _Wire Wire;
struct _Wire
{
  OreeS2sOut *out;
  OreeS2sIn *in;
  OreeXmlReader *out_reader, *in_reader;
  GString *to_in, *to_out;
  gboolean tls_out, tls_in, closed_out, closed_in, cut;
  gboolean proven; /* the server's certificate, as the initiator sees it */
  gboolean settle; /* deliveries are settled at once */
  Side *in_side;
  Side *authority; /* who answers db:verify: the initiator's inbound side; NULL: unreachable */
  OreeTime now;
  GString *log;
  Wire *asker; /* of a wire made to verify */
};

static void pump (Wire *wire);

static Wire *
wire_new (const char *from, const char *to, const OreeS2sPolicy *out_policy, Side *in_side, gboolean verify_only)
{
  Wire *wire = g_new0 (Wire, 1);
  OreeS2sOutOptions options = { from, to, *out_policy, SECRET, TRUE, verify_only, NULL };
  OreeS2sQueries answers = queries (in_side);

  wire->out = oree_s2s_out_new (&options, 0);
  wire->in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  wire->out_reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  wire->in_reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  wire->to_in = g_string_new (NULL);
  wire->to_out = g_string_new (NULL);
  wire->log = g_string_new (NULL);
  wire->settle = TRUE;
  wire->in_side = in_side;
  return wire;
}

static void
wire_free (Wire *wire)
{
  oree_s2s_out_free (wire->out);
  oree_s2s_in_free (wire->in);
  oree_xml_reader_free (wire->out_reader);
  oree_xml_reader_free (wire->in_reader);
  g_string_free (wire->to_in, TRUE);
  g_string_free (wire->to_out, TRUE);
  g_string_free (wire->log, TRUE);
  g_free (wire);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wire, wire_free)

/* The receiving server asks the authoritative one: another wire, the other way round. */
static void
verify (Wire *wire, const OreeDialbackCheck *check)
{
  OreeDialbackResult result = OREE_DIALBACK_RESULT_CONNECT_FAILED;

  if (wire->authority != NULL)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      Wire *asking = wire_new (check->receiving, check->originating, &wire->in_side->policy, wire->authority, TRUE);
      const char *answer;

      oree_s2s_out_verify (asking->out, check, 7, 0, &effects);
      pump (asking);
      answer = strstr (asking->log->str, "answer-7-");
      g_assert_nonnull (answer);
      result = (OreeDialbackResult) (answer[9] - '0');
      g_assert_nonnull (strstr (asking->log->str, "out:close(ok)"));
      g_string_append_printf (wire->log, "[asked%s] ", oree_s2s_in_is_tls (asking->in) ? " tls" : "");
      wire_free (asking);
    }
  {
    g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
    OreeEffect effect;

    oree_s2s_in_on_verified (wire->in, check->receiving, check->originating, check->stream_id, result, wire->now,
                             &effects);
    while (oree_effects_take (&effects, &effect))
      {
        if (effect.kind == OREE_EFFECT_SEND)
          g_string_append_len (wire->to_out, g_bytes_get_data (effect.bytes, NULL),
                               (gssize) g_bytes_get_size (effect.bytes));
        else if (effect.kind == OREE_EFFECT_READY)
          g_string_append_printf (wire->log, "in:ready(%s) ", oree_s2s_proof_nick (effect.code));
        oree_effect_clear (&effect);
      }
  }
}

static void
run_out (Wire *wire, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      switch (e.kind)
        {
        case OREE_EFFECT_SEND:
          g_string_append_len (wire->to_in, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
          break;
        case OREE_EFFECT_TLS:
          wire->tls_out = TRUE;
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (wire->out_reader);
          break;
        case OREE_EFFECT_READY:
          oree_xml_reader_set_caps (wire->out_reader, &oree_xml_caps_stream);
          g_string_append_printf (wire->log, "out:ready(%s) ", oree_s2s_proof_nick (e.code));
          break;
        case OREE_EFFECT_ACKED:
          g_string_append_printf (wire->log, "%s-%u ", e.code == OREE_S2S_ACKED_BY_PEER ? "acked" : "written",
                                  (guint) e.token);
          break;
        case OREE_EFFECT_FAIL:
          g_string_append_printf (wire->log, "failed-%u(%s) ", (guint) e.token, oree_s2s_reason_nick (e.code));
          break;
        case OREE_EFFECT_ANSWER:
          g_string_append_printf (wire->log, "answer-%u-%d ", (guint) e.token, e.code);
          break;
        case OREE_EFFECT_CLOSE:
          g_string_append_printf (wire->log, "out:close(%s) ", oree_s2s_reason_nick (e.code));
          wire->closed_out = TRUE;
          break;
        case OREE_EFFECT_DELIVER:
        case OREE_EFFECT_ASK:
        case OREE_EFFECT_AGAIN:
          g_assert_not_reached ();
        }
      oree_effect_clear (&e);
    }
}

static void
run_in (Wire *wire, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      switch (e.kind)
        {
        case OREE_EFFECT_SEND:
          g_string_append_len (wire->to_out, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
          break;
        case OREE_EFFECT_TLS:
          wire->tls_in = TRUE;
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (wire->in_reader);
          break;
        case OREE_EFFECT_READY:
          oree_xml_reader_set_caps (wire->in_reader, &oree_xml_caps_stream);
          g_string_append_printf (wire->log, "in:ready(%s) ", oree_s2s_proof_nick (e.code));
          break;
        case OREE_EFFECT_ASK:
          verify (wire, e.object);
          break;
        case OREE_EFFECT_DELIVER:
          g_string_append_printf (wire->log, "deliver(%s) ", ((OreeStanza *) e.object)->id);
          if (wire->settle)
            oree_s2s_in_settle (wire->in, e.token);
          break;
        case OREE_EFFECT_FAIL:
          g_string_append_printf (wire->log, "refuse(%s,%s) ", ((OreeStanza *) e.object)->id,
                                  oree_s2s_reason_nick (e.code));
          break;
        case OREE_EFFECT_CLOSE:
          g_string_append_printf (wire->log, "in:close(%s) ", oree_s2s_reason_nick (e.code));
          wire->closed_in = TRUE;
          break;
        case OREE_EFFECT_ACKED:
        case OREE_EFFECT_ANSWER:
        case OREE_EFFECT_AGAIN:
          g_assert_not_reached ();
        }
      oree_effect_clear (&e);
    }
}

static gboolean
step_in (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_auto (OreeXmlEvent) event = { 0 };
  gssize n = oree_xml_reader_feed (wire->in_reader, wire->to_in->str, wire->to_in->len, &event);

  if (n < 0)
    {
      g_string_truncate (wire->to_in, 0);
      oree_s2s_in_on_parse_error (wire->in, n, wire->now, &effects);
    }
  else
    {
      g_string_erase (wire->to_in, 0, n);
      oree_s2s_in_on_bytes (wire->in, wire->now);
      oree_s2s_in_on_event (wire->in, &event, wire->now, &effects);
    }
  run_in (wire, &effects);
  return event.kind != OREE_XML_EVENT_NONE || wire->to_in->len > 0;
}

static gboolean
step_out (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_auto (OreeXmlEvent) event = { 0 };
  gssize n = oree_xml_reader_feed (wire->out_reader, wire->to_out->str, wire->to_out->len, &event);

  if (n < 0)
    {
      g_string_truncate (wire->to_out, 0);
      oree_s2s_out_on_parse_error (wire->out, n, wire->now, &effects);
    }
  else
    {
      g_string_erase (wire->to_out, 0, n);
      oree_s2s_out_on_bytes (wire->out, wire->now);
      oree_s2s_out_on_event (wire->out, &event, wire->now, &effects);
    }
  run_out (wire, &effects);
  return event.kind != OREE_XML_EVENT_NONE || wire->to_out->len > 0;
}

static void
tell_lost (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  if (wire->closed_out && !wire->closed_in && wire->to_in->len == 0)
    {
      oree_s2s_in_on_lost (wire->in, wire->now, &effects);
      run_in (wire, &effects);
    }
  else if (wire->closed_in && !wire->closed_out && wire->to_out->len == 0)
    {
      oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, wire->now, &effects);
      run_out (wire, &effects);
    }
}

/* One loop turn at the end of which both flush; TRUE while anything moves. */
static gboolean
turn (Wire *wire)
{
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;
  gboolean moved = FALSE;

  while (!wire->tls_in && !wire->closed_in && wire->to_in->len > 0 && step_in (wire))
    moved = TRUE;
  oree_s2s_in_flush (wire->in, wire->now, &in);
  run_in (wire, &in);
  while (!wire->tls_out && !wire->closed_out && wire->to_out->len > 0 && step_out (wire))
    moved = TRUE;
  oree_s2s_out_flush (wire->out, wire->now, &out);
  run_out (wire, &out);
  if (wire->tls_in && wire->tls_out)
    {
      wire->tls_in = wire->tls_out = FALSE;
      g_assert_cmpuint (wire->to_in->len + wire->to_out->len, ==, 0);
      g_string_append (wire->log, "tls ");
      oree_s2s_in_on_tls (wire->in, wire->now, &in);
      run_in (wire, &in);
      oree_s2s_out_on_tls (wire->out, wire->proven, wire->now, &out);
      run_out (wire, &out);
    }
  tell_lost (wire);
  return moved || (wire->to_in->len > 0 && !wire->closed_in) || (wire->to_out->len > 0 && !wire->closed_out);
}

static void
pump (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  oree_s2s_out_start (wire->out, FALSE, FALSE, wire->now, &effects);
  run_out (wire, &effects);
  for (guint i = 0; turn (wire); i++)
    g_assert_cmpuint (i, <, 200);
}

static void
send (Wire *wire, guint64 token)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autofree char *id = g_strdup_printf ("m%u", (guint) token);
  g_autofree char *from = g_strdup_printf ("a@%s/x", oree_s2s_out_from (wire->out));
  g_autofree char *to = g_strdup_printf ("b@%s", oree_s2s_out_to (wire->out));
  g_autoptr (OreeXmlNode) node
    = oree_stanza_build_message (OREE_STANZA_TYPE_CHAT, from, to, id, NULL, NULL, "hello", NULL);

  oree_s2s_out_send (wire->out, node, token, wire->now, &effects);
  run_out (wire, &effects);
}

static void
tick (Wire *wire, OreeTime now)
{
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;

  wire->now = now;
  if (oree_s2s_out_deadline (wire->out) <= now)
    oree_s2s_out_on_deadline (wire->out, now, &out);
  run_out (wire, &out);
  if (oree_s2s_in_deadline (wire->in) <= now)
    oree_s2s_in_on_deadline (wire->in, now, &in);
  run_in (wire, &in);
  pump (wire);
}

static void
close_out (Wire *wire, OreeS2sReason reason)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  oree_s2s_out_close (wire->out, reason, wire->now, &effects);
  run_out (wire, &effects);
  pump (wire);
}

/* ---- machine against machine ---- */

#define R OREE_S2S_REQUIRED
#define O OREE_S2S_OPTIONAL
#define N OREE_S2S_NOT_SUPPORTED

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
  Side beta = { BETA, policy (row->in_tls, row->in_sasl, row->in_dialback), row->client_proves, 0 };
  Side alpha = { ALPHA, policy (row->out_tls, row->out_sasl, row->out_dialback), NULL, 0 };
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha.policy, &beta, FALSE);

  wire->proven = row->server_proven;
  wire->authority = row->authority ? &alpha : NULL;
  send (wire, 1); /* waits for the stream */
  pump (wire);
  g_assert_cmpstr (wire->log->str, ==, row->expected);
}

static Wire *
external_wire (Side *beta)
{
  OreeS2sPolicy alpha = policy (R, R, FALSE);
  Wire *wire;

  *beta = (Side){ BETA, policy (R, R, FALSE), ALPHA, 0 };
  wire = wire_new (ALPHA, BETA, &alpha, beta, FALSE);
  wire->proven = TRUE;
  pump (wire);
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
    send (wire, i);
  pump (wire);
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
  send (wire, 1);
  send (wire, 2);
  send (wire, 3);
  pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "deliver(m1) deliver(m2) deliver(m3) ");
  oree_s2s_in_settle (wire->in, 2);
  pump (wire);
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 3);
  oree_s2s_in_settle (wire->in, 1);
  pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 acked-2 "));
  tick (wire, 4 * OREE_SECOND);
  g_assert_cmpuint (oree_s2s_out_in_doubt (wire->out), ==, 1);
  tick (wire, OREE_REPORT_SECONDS * OREE_SECOND + 1);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-3 "));
}

static void
test_lost_in_doubt (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  send (wire, 1);
  pump (wire);
  oree_s2s_in_settle (wire->in, 1);
  pump (wire);
  send (wire, 2);
  send (wire, 3);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, 0, &effects);
  run_out (wire, &effects);
  send (wire, 4);
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
  send (wire, 1);
  close_out (wire, OREE_S2S_SHUTDOWN);
  g_assert_cmpstr (wire->log->str, ==, "deliver(m1) ");
  g_assert_true (oree_s2s_out_is_closed (wire->out));
  send (wire, 2);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-2(connection-lost) "));
  oree_s2s_in_settle (wire->in, 1);
  pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 in:close(peer-error) out:close(shutdown) "));
}

/* The receiver stops: what it took is settled and acknowledged before its last word. */
static void
test_receiver_shuts_down (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->settle = FALSE;
  send (wire, 1);
  pump (wire);
  oree_s2s_in_close (wire->in, OREE_S2S_SHUTDOWN, 0, &effects);
  run_in (wire, &effects);
  pump (wire);
  send (wire, 2); /* too late: not taken, not acknowledged */
  pump (wire);
  oree_s2s_in_settle (wire->in, 1);
  pump (wire);
  g_assert_cmpstr (wire->log->str, ==,
                   "deliver(m1) acked-1 failed-2(outcome-unknown) out:close(peer-error) in:close(shutdown) ");
}

static void
test_idle (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);

  send (wire, 1);
  pump (wire);
  tick (wire, 599 * OREE_SECOND);
  g_assert_true (g_str_has_suffix (wire->log->str, "acked-1 "));
  tick (wire, 600 * OREE_SECOND);
  g_assert_true (g_str_has_suffix (wire->log->str, "close(idle) "));
}

static void
test_ack_timeout (void)
{
  Side beta;
  g_autoptr (Wire) wire = external_wire (&beta);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  send (wire, 1);
  oree_s2s_out_flush (wire->out, 0, &effects);
  run_out (wire, &effects);
  g_string_truncate (wire->to_in, 0); /* nothing arrives */
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, OREE_S2S_ACK_SECONDS * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, OREE_S2S_ACK_SECONDS * OREE_SECOND, &effects);
  run_out (wire, &effects);
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-1(outcome-unknown) "));
  g_assert_nonnull (strstr (wire->to_in->str, "<connection-timeout "));
}

static void
test_cancel (void)
{
  Side beta = { BETA, policy (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = policy (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);

  wire->proven = TRUE;
  send (wire, 1);
  send (wire, 2);
  g_assert_true (oree_s2s_out_cancel (wire->out, 1));
  g_assert_false (oree_s2s_out_cancel (wire->out, 1));
  pump (wire);
  g_assert_true (g_str_has_suffix (wire->log->str, "out:ready(external) deliver(m2) acked-2 "));
  g_assert_false (oree_s2s_out_cancel (wire->out, 2));
}

static void
test_queue_is_bounded (void)
{
  Side beta = { BETA, policy (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = policy (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  for (guint i = 0; i < OREE_S2S_QUEUE_MAX; i++)
    send (wire, i);
  g_assert_cmpstr (wire->log->str, ==, "");
  send (wire, 9999);
  g_assert_cmpstr (wire->log->str, ==, "failed-9999(queue-full) ");
  g_string_truncate (wire->log, 0);
  oree_s2s_out_on_lost (wire->out, OREE_S2S_NOT_FOUND, 0, &effects);
  run_out (wire, &effects);
  g_assert_true (g_str_has_prefix (wire->log->str, "failed-0(not-found) failed-1(not-found) "));
  g_assert_true (g_str_has_suffix (wire->log->str, "failed-4095(not-found) out:close(not-found) "));
}

static void
test_establish_timeout (void)
{
  Side beta = { BETA, policy (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = policy (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;

  send (wire, 1);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 60 * OREE_SECOND);
  oree_s2s_out_on_deadline (wire->out, 60 * OREE_SECOND, &out);
  run_out (wire, &out);
  g_assert_cmpint (oree_s2s_in_deadline (wire->in), ==, 60 * OREE_SECOND);
  oree_s2s_in_on_deadline (wire->in, 60 * OREE_SECOND, &in);
  run_in (wire, &in);
  g_assert_cmpstr (wire->log->str, ==, "failed-1(establish-timeout) out:close(establish-timeout) ");
  g_assert_nonnull (strstr (wire->to_out->str, "<stream:stream "));
  g_assert_nonnull (strstr (wire->to_out->str, "<connection-timeout "));
  oree_s2s_in_on_deadline (wire->in, 65 * OREE_SECOND, &in);
  run_in (wire, &in);
  g_assert_true (g_str_has_suffix (wire->log->str, "in:close(establish-timeout) "));
}

static void
test_keep_alive (void)
{
  Side beta;
  g_autoptr (Wire) wire = NULL;
  OreeS2sPolicy alpha = policy (R, R, FALSE);

  alpha.keep_alive_interval = 300 * OREE_SECOND;
  beta = (Side){ BETA, policy (R, R, FALSE), ALPHA, 0 };
  wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  wire->proven = TRUE;
  pump (wire);
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 300 * OREE_SECOND);
  tick (wire, 300 * OREE_SECOND); /* asks, is answered */
  g_assert_cmpint (oree_s2s_out_deadline (wire->out), ==, 600 * OREE_SECOND);
}

/* ---- the inbound machine against a scripted peer ---- */

#define XMLNS "xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'"
#define HEAD_AS(from, to) "<stream:stream " XMLNS " from='" from "' to='" to "' version='1.0'>"
#define HEAD HEAD_AS (ALPHA, BETA)
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define AUTH(text) "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>" text "</auth>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
#define ASK_ACK "<r xmlns='urn:xmpp:sm:3'/>"
#define MSG_AS(from, to) "<message from='" from "' to='" to "' id='1' type='chat'><body>x</body></message>"
#define MSG MSG_AS ("u@" ALPHA "/r", "v@" BETA)
#define CLOSE_TAG "</stream:stream>"
/* Through TLS and EXTERNAL; "\1" is the handshake. */
#define SIGNED_IN HEAD STARTTLS "\1" HEAD AUTH ("YWxwaGEudGVzdA==") HEAD

typedef struct
{
  const char *name;
  OreeS2sNeed tls, sasl;
  gboolean dialback;
  const char *proven;
  const char *peer;     /* what it sends; "\1" TLS is done, "\2x" the last ASK came out as result x, "\3" flush */
  const char *sent;     /* must be found in what we send, in this order, "|" between pieces */
  const char *log;      /* all of it */
} Script;

static const Script scripts[] = {
  { "features-before-tls", R, O, TRUE, ALPHA, HEAD, "from='beta.test' to='alpha.test' id='id-beta.test-1' version='1.0'|<stream:features>"
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", "" },
  { "features-optional-tls", O, O, TRUE, ALPHA, HEAD, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>|<errors/>", "" },
  { "features-after-tls", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD, "<proceed |id='id-beta.test-2'|<mechanism>EXTERNAL</mechanism>|<errors/>|<sm |<max-bytes>524288<", "tls " },
  { "no-external-for-other-cert", R, O, TRUE, "other.test", HEAD STARTTLS "\1" HEAD, "<stream:features><dialback ", "tls " },
  { "external-empty-authzid", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("=") HEAD, "<success |id='id-beta.test-3'|<sm ", "tls ready(external) " },
  { "external-by-challenge", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("") "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" HEAD, "<challenge |<success ", "tls ready(external) " },
  { "external-authzid-in-capitals", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("QUxQSEEuVEVTVA=="), "<success ", "tls ready(external) " },
  { "external-other-authzid", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("b3RoZXIudGVzdA=="), "<invalid-authzid/>", "tls " },
  { "external-jid-authzid", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("dUBhbHBoYS50ZXN0"), "<invalid-authzid/>", "tls " },
  { "external-bad-base64", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("YWxwaGEudGVzdB=="), "<incorrect-encoding/>", "tls " },
  { "external-without-tls", O, O, TRUE, ALPHA, HEAD AUTH ("="), "<encryption-required/>", "" },
  { "external-not-offered", R, O, TRUE, NULL, HEAD STARTTLS "\1" HEAD AUTH ("="), "<not-authorized/>", "tls " },
  { "other-mechanism", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>=</auth>", "<invalid-mechanism/>", "tls " },
  { "sasl-attempts", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("!") AUTH ("!") AUTH ("!") CLOSE_TAG, "<policy-violation |</stream:stream>", "tls close(sasl-attempts) " },
  { "abort", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "<aborted/>", "tls " },
  { "stanza", R, O, TRUE, ALPHA, SIGNED_IN MSG, "", "tls ready(external) deliver(1,0) " },
  { "subdomain-is-another", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@x." ALPHA, "v@" BETA) CLOSE_TAG, "<invalid-from ", "tls ready(external) close(invalid-from) " },
  { "from-of-ours", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" BETA, "v@" BETA) CLOSE_TAG, "<invalid-from ", "tls ready(external) close(invalid-from) " },
  { "no-relay", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA, "v@third.test") CLOSE_TAG, "<host-unknown ", "tls ready(external) close(host-unknown) " },
  { "pair-not-domain", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA, "v@second.test") CLOSE_TAG, "<host-unknown ", "tls ready(external) close(host-unknown) " },
  { "stanza-without-from", R, O, TRUE, ALPHA, SIGNED_IN "<message to='v@" BETA "'/>" CLOSE_TAG, "<improper-addressing ", "tls ready(external) close(improper-addressing) " },
  { "stanza-with-bad-to", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA, "@" BETA) CLOSE_TAG, "<improper-addressing ", "tls ready(external) close(improper-addressing) " },
  { "stanza-before-proof", O, O, TRUE, ALPHA, HEAD MSG CLOSE_TAG, "<not-authorized ", "close(not-authenticated) " },
  { "client-namespace", R, O, TRUE, ALPHA, SIGNED_IN "<message xmlns='jabber:client' from='u@" ALPHA "' to='v@" BETA "'/>" CLOSE_TAG, "<unsupported-stanza-type ", "tls ready(external) close(bad-protocol) " },
  { "unknown-element", R, O, TRUE, ALPHA, SIGNED_IN "<thing from='u@" ALPHA "' to='v@" BETA "'/>" CLOSE_TAG, "<unsupported-stanza-type ", "tls ready(external) close(bad-protocol) " },
  { "iq-of-unknown-type-is-delivered", R, O, TRUE, ALPHA, SIGNED_IN "<iq from='" ALPHA "' to='" BETA "' id='q' type='x'/>", "", "tls ready(external) deliver(q,0) " },

  { "restart-swaps-from", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("=") HEAD_AS ("victim.test", BETA) CLOSE_TAG, "<success |<stream:stream |<invalid-from ", "tls ready(external) close(identity-swap) " },
  { "restart-swaps-to", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("=") HEAD_AS (ALPHA, "second.test") CLOSE_TAG, "<invalid-from ", "tls ready(external) close(identity-swap) " },
  { "restart-drops-from", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("=") "<stream:stream " XMLNS " to='" BETA "' version='1.0'>" CLOSE_TAG, "<invalid-from ", "tls ready(external) close(identity-swap) " },
  { "tls-swaps-from", R, O, TRUE, "victim.test", HEAD STARTTLS "\1" HEAD_AS ("victim.test", BETA) CLOSE_TAG, "<invalid-from ", "tls close(identity-swap) " },
  { "restart-in-other-spelling", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD AUTH ("=") HEAD_AS ("Alpha.TEST.", "BETA.test") MSG, "", "tls ready(external) deliver(1,0) " },

  { "host-unknown", R, O, TRUE, ALPHA, HEAD_AS (ALPHA, "nobody.test") CLOSE_TAG, "<stream:stream |from=''|<host-unknown |</stream:stream>", "close(host-unknown) " },
  { "no-to", R, O, TRUE, ALPHA, "<stream:stream " XMLNS " from='a.test' version='1.0'>" CLOSE_TAG, "<improper-addressing ", "close(improper-addressing) " },
  { "from-is-no-domain", R, O, TRUE, ALPHA, HEAD_AS ("u@a.test", BETA) CLOSE_TAG, "<improper-addressing ", "close(improper-addressing) " },
  { "from-is-ours", R, O, TRUE, ALPHA, HEAD_AS ("second.test", BETA) CLOSE_TAG, "<invalid-from ", "close(invalid-from) " },
  { "client-stream", R, O, TRUE, ALPHA, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='" BETA "' version='1.0'>" CLOSE_TAG, "<invalid-namespace ", "close(bad-header) " },
  { "wrong-stream-namespace", R, O, TRUE, ALPHA, "<stream:stream xmlns='jabber:server' xmlns:stream='urn:x' to='" BETA "' version='1.0'>" CLOSE_TAG, "<invalid-namespace ", "close(bad-header) " },
  { "garbled-version", R, O, TRUE, ALPHA, "<stream:stream " XMLNS " to='" BETA "' version='one'>" CLOSE_TAG, "<unsupported-version ", "close(bad-header) " },
  { "later-version", O, O, TRUE, ALPHA, "<stream:stream " XMLNS " from='alpha.test' to='" BETA "' version='2.7'>", "version='1.0'|<stream:features>", "" },
  { "old-peer-where-tls-is-required", R, O, TRUE, ALPHA, "<stream:stream " XMLNS " to='" BETA "'>" CLOSE_TAG, "<policy-violation ", "close(tls-required) " },
  { "blocked", R, O, TRUE, ALPHA, HEAD_AS ("blocked.test", BETA) CLOSE_TAG, "<stream:stream |<policy-violation ", "close(blocked) " },
  { "blocked-by-dialback", N, N, TRUE, NULL, HEAD "<db:result from='blocked.test' to='" BETA "'>k</db:result>" CLOSE_TAG, "<policy-violation ", "close(blocked) " },
  { "stranger", R, O, TRUE, "stranger.test", HEAD_AS ("stranger.test", BETA) STARTTLS "\1" HEAD_AS ("stranger.test", BETA) AUTH ("=") HEAD_AS ("stranger.test", BETA) MSG_AS ("u@stranger.test", "v@" BETA), "<success ", "tls ready(external) refuse(1) " },
  { "not-xml", R, O, TRUE, ALPHA, HEAD "<a></b>", "<not-well-formed ", "" },
  { "restricted-xml", R, O, TRUE, ALPHA, HEAD "<!-- -->", "<restricted-xml ", "" },
  { "restricted-before-header", R, O, TRUE, ALPHA, "<!DOCTYPE x>", "<stream:stream |<restricted-xml ", "" },
  { "starttls-twice", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD STARTTLS CLOSE_TAG, "<failure |</stream:stream>", "tls close(bad-protocol) " },
  { "peer-error", R, O, TRUE, ALPHA, SIGNED_IN "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "</stream:stream>", "tls ready(external) close(peer-error) " },
  { "gives-up-refused-without-tls", R, O, TRUE, ALPHA, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "<policy-violation |</stream:stream>", "close(tls-required) " },
  { "gives-up-refused-dialback", O, O, FALSE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "<not-authorized |</stream:stream>", "close(dialback-not-allowed) " },
  { "goes-refused-dialback", O, O, FALSE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" CLOSE_TAG, "<not-authorized |</stream:stream>", "close(dialback-not-allowed) " },
  { "gives-up-without-a-try", O, N, TRUE, NULL, HEAD "<stream:error><unsupported-feature xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "</stream:stream>", "close(no-method) " },
  { "gives-up-by-its-policy", O, N, TRUE, NULL, HEAD "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "</stream:stream>", "close(peer-policy) " },
  { "wants-tls-we-do-not-have", N, N, TRUE, NULL, HEAD STARTTLS CLOSE_TAG, "<failure |</stream:stream>", "close(tls-not-allowed) " },
  { "peer-closes", R, O, TRUE, ALPHA, SIGNED_IN CLOSE_TAG, "</stream:stream>", "tls ready(external) close(ok) " },

  { "dialback-asks", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>", "", "ask(beta.test,alpha.test,id-beta.test-1,key) " },
  { "dialback-valid", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "\2" "0" MSG, "<db:result from='beta.test' to='alpha.test' type='valid'/>", "ask(beta.test,alpha.test,id-beta.test-1,key) ready(dialback) deliver(1,0) " },
  { "dialback-invalid", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "\2" "1" CLOSE_TAG, "type='invalid'/>|</stream:stream>", "ask(beta.test,alpha.test,id-beta.test-1,key) close(dialback-invalid) " },
  { "dialback-invalid-beside-a-valid-one", R, O, TRUE, ALPHA, SIGNED_IN "<db:result from='more.test' to='beta.test'>key</db:result>" "\2" "1" MSG, "type='error'><error type='auth'><forbidden ", "tls ready(external) ask(beta.test,more.test,id-beta.test-3,key) deliver(1,0) " },
  { "dialback-authority-not-found", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "\2" "2", "<remote-server-not-found ", "ask(beta.test,alpha.test,id-beta.test-1,key) " },
  { "dialback-authority-time-out", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "\2" "4", "<remote-server-timeout ", "ask(beta.test,alpha.test,id-beta.test-1,key) " },
  { "dialback-unknown-to", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='nobody.test'>key</db:result>", "<db:result from='nobody.test' to='alpha.test' type='error'><error type='cancel'><item-not-found ", "" },
  { "dialback-needs-tls", R, O, TRUE, ALPHA, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>", "<policy-violation ", "" },
  { "dialback-not-allowed", R, O, FALSE, ALPHA, HEAD STARTTLS "\1" HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>", "<not-authorized ", "tls " },
  { "dialback-by-certificate", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD "<db:result from='alpha.test' to='beta.test'>anything</db:result>" MSG, "type='valid'", "tls ready(certificate) deliver(1,0) " },
  { "dialback-certificate-of-other-domain", R, O, TRUE, ALPHA, HEAD STARTTLS "\1" HEAD "<db:result from='victim.test' to='beta.test'>anything</db:result>" MSG_AS ("u@victim.test", "v@beta.test") CLOSE_TAG, "<not-authorized ", "tls ask(beta.test,victim.test,id-beta.test-2,anything) close(not-authenticated) " },
  { "dialback-from-ours", N, N, TRUE, NULL, HEAD "<db:result from='second.test' to='beta.test'>key</db:result>" CLOSE_TAG, "<invalid-from ", "close(invalid-from) " },
  { "dialback-empty-key", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'/>", "<not-acceptable ", "" },
  { "unsolicited-result", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test' type='valid'/>" MSG CLOSE_TAG, "<not-authorized ", "close(not-authenticated) " },
  { "unsolicited-verify", N, N, TRUE, NULL, HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>" "<db:verify from='alpha.test' to='beta.test' id='id-beta.test-1' type='valid'/>" MSG CLOSE_TAG, "<not-authorized ", "ask(beta.test,alpha.test,id-beta.test-1,key) close(not-authenticated) " },
  { "verify-invalid", N, N, TRUE, NULL, HEAD "<db:verify from='alpha.test' to='beta.test' id='D6'>5ff2f7ac6f1e7d2ac2a4df2e8f9a6b1b</db:verify>", "<db:verify from='beta.test' to='alpha.test' id='D6' type='invalid'/>", "" },
  { "verify-unknown-to", N, N, TRUE, NULL, HEAD "<db:verify from='alpha.test' to='nobody.test' id='D6'>k</db:verify>", "id='D6' type='error'><error type='cancel'><item-not-found ", "" },
  { "verify-without-id", N, N, TRUE, NULL, HEAD "<db:verify from='alpha.test' to='beta.test'>k</db:verify>", "<bad-request ", "" },

  { "acks", R, O, TRUE, ALPHA, SIGNED_IN ENABLE MSG MSG ASK_ACK, "<enabled |h='2'", "tls ready(external) deliver(1,1) deliver(1,2) " },
  { "acks-before-proof", O, O, TRUE, ALPHA, HEAD ENABLE, "<failed |<unexpected-request ", "" },
  { "acks-twice", R, O, TRUE, ALPHA, SIGNED_IN ENABLE ENABLE, "<enabled |<failed ", "tls ready(external) " },
  { "acks-resume", R, O, TRUE, ALPHA, SIGNED_IN "<resume xmlns='urn:xmpp:sm:3' previd='x' h='1'/>", "<failed |<item-not-found ", "tls ready(external) " },
  { "acks-for-nothing-sent", R, O, TRUE, ALPHA, SIGNED_IN ENABLE "<a xmlns='urn:xmpp:sm:3' h='1'/>" CLOSE_TAG, "<handled-count-too-high |send-count='0'", "tls ready(external) close(ack-invalid) " },
  { "last-word-acknowledges", R, O, TRUE, ALPHA, SIGNED_IN ENABLE MSG "<thing/>" CLOSE_TAG, "<a xmlns='urn:xmpp:sm:3' h='1'/><stream:error>", "tls ready(external) deliver(1,1) close(bad-protocol) " },
};

static void
run_script_effects (OreeEffects *effects, OreeS2sIn *in, OreeXmlReader *reader, GString *sent, GString *log,
                    OreeDialbackCheck **ask, gboolean *tls)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      if (e.kind == OREE_EFFECT_SEND)
        g_string_append_len (sent, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
      else if (e.kind == OREE_EFFECT_TLS)
        *tls = TRUE;
      else if (e.kind == OREE_EFFECT_RESTART)
        oree_xml_reader_reset (reader);
      else if (e.kind == OREE_EFFECT_READY)
        {
          oree_xml_reader_set_caps (reader, &oree_xml_caps_stream);
          g_string_append_printf (log, "ready(%s) ", oree_s2s_proof_nick (e.code));
        }
      else if (e.kind == OREE_EFFECT_ASK)
        {
          const OreeDialbackCheck *check = e.object;

          g_string_append_printf (log, "ask(%s,%s,%s,%s) ", check->receiving, check->originating, check->stream_id,
                                  check->key);
          oree_dialback_check_free (*ask);
          *ask = g_steal_pointer (&e.object);
        }
      else if (e.kind == OREE_EFFECT_DELIVER)
        {
          g_string_append_printf (log, "deliver(%s,%u) ", ((OreeStanza *) e.object)->id, (guint) e.token);
          oree_s2s_in_settle (in, e.token);
        }
      else if (e.kind == OREE_EFFECT_FAIL)
        g_string_append_printf (log, "refuse(%s) ", ((OreeStanza *) e.object)->id);
      else if (e.kind == OREE_EFFECT_CLOSE)
        g_string_append_printf (log, "close(%s) ", oree_s2s_reason_nick (e.code));
      oree_effect_clear (&e);
    }
}

static void
assert_pieces (const char *text, const char *pieces)
{
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      const char *at = strstr (text, list[i]);

      if (at == NULL)
        g_error ("\"%s\" not found in \"%s\"", list[i], text);
      text = at + strlen (list[i]);
    }
}

/* Plays `peer` to a fresh machine of `side`. */
static void
play_in (Side *side, const char *peer, GString *sent, GString *log)
{
  OreeS2sQueries answers = queries (side);
  g_autoptr (OreeS2sIn) in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (OreeDialbackCheck) ask = NULL;
  const char *p = peer, *end = p + strlen (p);
  gboolean tls = FALSE;

  while (p < end)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };

      if (*p == '\1')
        {
          g_assert_true (tls);
          tls = FALSE;
          p++;
          g_string_append (log, "tls ");
          oree_s2s_in_on_tls (in, 0, &effects);
        }
      else if (*p == '\2')
        {
          oree_s2s_in_on_verified (in, ask->receiving, ask->originating, ask->stream_id,
                                   (OreeDialbackResult) (p[1] - '0'), 0, &effects);
          p += 2;
        }
      else
        {
          gssize n = oree_xml_reader_feed (reader, p, strcspn (p, "\1\2"), &event);

          if (n < 0)
            {
              oree_s2s_in_on_parse_error (in, n, 0, &effects);
              p = end;
            }
          else
            {
              p += n;
              oree_s2s_in_on_event (in, &event, 0, &effects);
            }
        }
      run_script_effects (&effects, in, reader, sent, log, &ask, &tls);
    }
  if (!oree_s2s_in_is_closed (in))
    g_assert_cmpint (oree_s2s_in_deadline (in), <, OREE_TIME_NEVER);
}

static void
test_script (gconstpointer data)
{
  const Script *row = data;
  Side beta = { BETA, policy (row->tls, row->sasl, row->dialback), row->proven, 0 };
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);

  play_in (&beta, row->peer, sent, log);
  g_assert_cmpstr (log->str, ==, row->log);
  assert_pieces (sent->str, row->sent);
}

/* A stranger gets so many answers, then the stream ends; so does it after a while. */
static void
test_stranger_is_capped (void)
{
  OreeS2sPolicy out = policy (R, R, FALSE);
  Side beta = { BETA, policy (R, R, FALSE), "stranger.test", 0 };
  g_autoptr (Wire) wire = wire_new ("stranger.test", BETA, &out, &beta, FALSE);
  g_autoptr (Wire) slow = wire_new ("stranger.test", BETA, &out, &beta, FALSE);

  wire->proven = slow->proven = TRUE;
  for (guint i = 1; i <= OREE_S2S_STRANGER_STANZAS_MAX + 5; i++)
    send (wire, i);
  pump (wire);
  g_assert_nonnull (strstr (wire->log->str, "refuse(m10,stranger) "));
  g_assert_null (strstr (wire->log->str, "refuse(m11"));
  g_assert_null (strstr (wire->log->str, "deliver"));
  g_assert_nonnull (strstr (wire->log->str, "acked-10 "));
  g_assert_nonnull (strstr (wire->log->str, "failed-11(outcome-unknown)"));
  g_assert_nonnull (strstr (wire->log->str, "in:close(stranger)"));

  pump (slow);
  g_assert_cmpint (oree_s2s_in_deadline (slow->in), ==, OREE_S2S_STRANGER_SECONDS * OREE_SECOND);
  tick (slow, OREE_S2S_STRANGER_SECONDS * OREE_SECOND);
  g_assert_nonnull (strstr (slow->log->str, "in:close(stranger)"));
}

static void
test_dialback_attempts (void)
{
  Side beta = { BETA, policy (N, N, TRUE), NULL, 0 };
  OreeS2sQueries answers = queries (&beta);
  g_autoptr (OreeS2sIn) in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);
  g_autoptr (OreeDialbackCheck) ask = NULL;
  gboolean tls = FALSE;

  for (guint i = 0; i <= OREE_S2S_DIALBACK_ATTEMPTS_MAX; i++)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };
      const char *text = i == 0 ? HEAD : "<db:verify from='a.test' to='beta.test' id='x'>guess</db:verify>";

      oree_xml_reader_feed (reader, text, strlen (text), &event);
      oree_s2s_in_on_event (in, &event, 0, &effects);
      run_script_effects (&effects, in, reader, sent, log, &ask, &tls);
    }
  assert_pieces (sent->str, "type='invalid'|<policy-violation |</stream:stream>");
}

static void
test_dialback_time_out (void)
{
  Side beta = { BETA, policy (N, N, TRUE), NULL, 0 };
  OreeS2sQueries answers = queries (&beta);
  g_autoptr (OreeS2sIn) in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);
  g_autoptr (OreeDialbackCheck) ask = NULL;
  const char *text = HEAD "<db:result from='alpha.test' to='beta.test'>key</db:result>";
  gboolean tls = FALSE;

  for (gsize done = 0; done < strlen (text);)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };

      done += (gsize) oree_xml_reader_feed (reader, text + done, strlen (text) - done, &event);
      oree_s2s_in_on_event (in, &event, OREE_SECOND, &effects);
      run_script_effects (&effects, in, reader, sent, log, &ask, &tls);
    }
  g_assert_cmpint (oree_s2s_in_deadline (in), ==, OREE_SECOND + OREE_S2S_DIALBACK_SECONDS * OREE_SECOND);
  {
    g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

    oree_s2s_in_on_deadline (in, 31 * OREE_SECOND, &effects);
    oree_s2s_in_on_verified (in, ask->receiving, ask->originating, ask->stream_id, OREE_DIALBACK_RESULT_VALID,
                             32 * OREE_SECOND, &effects); /* too late */
    run_script_effects (&effects, in, reader, sent, log, &ask, &tls);
  }
  assert_pieces (sent->str, "<remote-server-timeout ");
  g_assert_null (strstr (log->str, "ready"));
}

/* ---- the outbound machine against a scripted peer ---- */

#define REPLY "<stream:stream " XMLNS " from='" BETA "' to='" ALPHA "' id='S1' version='1.0'>"
#define FEATURES(inner) "<stream:features>" inner "</stream:features>"
#define EXTERNAL "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>"
#define DIALBACK "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"
#define SM "<sm xmlns='urn:xmpp:sm:3'/>"
#define PROCEED "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define SUCCESS "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
#define REFUSED "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"
#define TO_TLS REPLY FEATURES (STARTTLS) PROCEED "\1" REPLY
#define IN_GOOD_ORDER TO_TLS FEATURES (EXTERNAL) SUCCESS REPLY

static const Script outs[] = {
  { "starttls-though-not-offered", R, O, TRUE, ALPHA, REPLY FEATURES (""), "<starttls ", "" },
  { "starttls-not-understood", R, O, TRUE, ALPHA, REPLY FEATURES ("") "<stream:error><unsupported-stanza-type xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "<starttls |</stream:stream>", "failed-1(tls-refused) out:close(tls-refused) " },
  { "starttls-refused", R, O, TRUE, ALPHA, REPLY FEATURES (STARTTLS) "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" CLOSE_TAG, "</stream:stream>", "failed-1(tls-refused) out:close(tls-refused) " },
  { "proceed-unasked", O, O, TRUE, ALPHA, REPLY FEATURES (DIALBACK) PROCEED CLOSE_TAG, "<unsupported-stanza-type ", "failed-1(bad-protocol) out:close(bad-protocol) " },
  { "success-unasked", O, O, TRUE, ALPHA, REPLY FEATURES (DIALBACK) SUCCESS CLOSE_TAG, "<unsupported-stanza-type ", "failed-1(bad-protocol) out:close(bad-protocol) " },
  { "authzid-is-sent", R, O, TRUE, ALPHA, TO_TLS FEATURES (EXTERNAL), "mechanism='EXTERNAL'>YWxwaGEudGVzdA==</auth>", "tls " },
  { "challenge-is-answered", R, O, TRUE, ALPHA, TO_TLS FEATURES (EXTERNAL) "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" SUCCESS, "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>YWxwaGEudGVzdA==</response>|<stream:stream ", "tls " },
  { "no-acks-there", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (""), "<message ", "tls out:ready(external) written-1 " },
  { "acks-refused", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) "<failed xmlns='urn:xmpp:sm:3'/>", "<enable |<message ", "tls out:ready(external) written-1 " },
  { "acks", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) "<enabled xmlns='urn:xmpp:sm:3'/>" "<a xmlns='urn:xmpp:sm:3' h='1'/>", "<enable |<message |<r ", "tls out:ready(external) acked-1 " },
  { "ack-too-high", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) "<enabled xmlns='urn:xmpp:sm:3'/>" "<a xmlns='urn:xmpp:sm:3' h='2'/>" CLOSE_TAG, "<handled-count-too-high |h='2' send-count='1'|</stream:stream>", "tls out:ready(external) failed-1(outcome-unknown) out:close(ack-invalid) " },
  { "ack-garbled", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) "<enabled xmlns='urn:xmpp:sm:3'/>" "<a xmlns='urn:xmpp:sm:3' h='-1'/>" CLOSE_TAG, "<bad-format ", "tls out:ready(external) failed-1(outcome-unknown) out:close(ack-invalid) " },
  { "sasl-refused-then-dialback", R, O, TRUE, ALPHA, TO_TLS FEATURES (EXTERNAL DIALBACK) REFUSED "<db:result from='beta.test' to='alpha.test' type='valid'/>", "<auth |<db:result from='alpha.test' to='beta.test'>|<message ", "tls out:ready(dialback-tls) written-1 " },
  { "sasl-refused-and-no-dialback", R, R, TRUE, ALPHA, TO_TLS FEATURES (EXTERNAL DIALBACK) REFUSED CLOSE_TAG, "</stream:stream>", "tls failed-1(sasl-refused) out:close(sasl-refused) " },
  { "dialback-invalid", N, N, TRUE, NULL, REPLY FEATURES (DIALBACK) "<db:result from='beta.test' to='alpha.test' type='invalid'/>" CLOSE_TAG, "</stream:stream>", "failed-1(dialback-invalid) out:close(dialback-invalid) " },
  { "dialback-unknown-host", N, N, TRUE, NULL, REPLY FEATURES (DIALBACK) "<db:result from='beta.test' to='alpha.test' type='error'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>" CLOSE_TAG, "", "failed-1(peer-host-unknown) out:close(peer-host-unknown) " },
  { "dialback-answer-for-other-pair", N, N, TRUE, NULL, REPLY FEATURES (DIALBACK) "<db:result from='beta.test' to='other.test' type='valid'/><db:result from='other.test' to='alpha.test' type='valid'/>", "", "" },
  { "dialback-answer-unasked", R, O, TRUE, ALPHA, REPLY "<db:result from='beta.test' to='alpha.test' type='valid'/>", "", "" },
  { "old-peer", N, N, TRUE, NULL, "<stream:stream " XMLNS " id='S1'>" "<db:result from='beta.test' to='alpha.test' type='valid'/>", "<db:result |<message ", "out:ready(dialback) written-1 " },
  { "old-peer-where-tls-is-required", R, O, TRUE, NULL, "<stream:stream " XMLNS " id='S1'>" CLOSE_TAG, "<policy-violation ", "failed-1(tls-required) out:close(tls-required) " },
  { "no-method", R, O, TRUE, ALPHA, TO_TLS FEATURES ("") CLOSE_TAG, "", "tls out:ready" },
  { "host-unknown", R, O, TRUE, ALPHA, REPLY "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>" CLOSE_TAG, "</stream:stream>", "failed-1(peer-host-unknown) out:close(peer-host-unknown) " },
  { "policy-violation", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "", "tls out:ready(external) failed-1(outcome-unknown) out:close(peer-policy) " },
  { "peer-closes", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES (SM) CLOSE_TAG, "</stream:stream>", "tls out:ready(external) failed-1(outcome-unknown) out:close(ok) " },
  { "stanza-comes-back", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES ("") MSG_AS ("u@beta.test", "v@alpha.test") CLOSE_TAG, "<not-authorized ", "tls out:ready(external) written-1 out:close(not-authenticated) " },
  { "limit-of-the-peer", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES ("<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>20</max-bytes></limits>"), "", "tls out:ready(external) failed-1(too-big) " },
  { "asked-for-ack", R, O, TRUE, ALPHA, IN_GOOD_ORDER FEATURES ("") ASK_ACK, "<a xmlns='urn:xmpp:sm:3' h='0'/>", "tls out:ready(external) written-1 " },
  { "bad-header", R, O, TRUE, ALPHA, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>" CLOSE_TAG, "<invalid-namespace ", "failed-1(bad-header) out:close(bad-header) " },
};

static void
play_out (Wire *wire, const char *peer, gboolean proven)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  const char *p = peer, *end = p + strlen (p);

  oree_s2s_out_start (wire->out, FALSE, FALSE, 0, &effects);
  run_out (wire, &effects);
  while (p < end && !wire->closed_out)
    {
      gsize n = strcspn (p, "\1");

      if (n == 0)
        {
          g_assert_true (wire->tls_out);
          wire->tls_out = FALSE;
          g_string_append (wire->log, "tls ");
          oree_s2s_out_on_tls (wire->out, proven, 0, &effects);
          run_out (wire, &effects);
          p++;
          continue;
        }
      g_string_append_len (wire->to_out, p, (gssize) n);
      p += n;
      while (wire->to_out->len > 0 && !wire->closed_out)
        {
          step_out (wire);
          oree_s2s_out_flush (wire->out, 0, &effects);
          run_out (wire, &effects);
        }
    }
}

static void
test_out_script (gconstpointer data)
{
  const Script *row = data;
  Side beta = { BETA, policy (R, O, TRUE), NULL, 0 };
  OreeS2sPolicy alpha = policy (row->tls, row->sasl, row->dialback);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);

  send (wire, 1);
  play_out (wire, row->peer, row->proven != NULL);
  if (strcmp (row->name, "no-method") == 0) /* xmlns:db in the header still says it can do dialback */
    assert_pieces (wire->to_in->str, "<db:result ");
  else
    g_assert_cmpstr (wire->log->str, ==, row->log);
  assert_pieces (wire->to_in->str, row->sent);
}

/* What real peers sent, recorded: first line the expected log, then their bytes; %TLS and %VALID stand for the
 * handshake and for the authoritative server's yes. */
static char *
load_vector (const char *name, char **expected)
{
  g_autofree char *path = g_build_filename (OREE_VECTORS, "xmpp", name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (GString) peer = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "\n", 2);
  *expected = g_strdup (parts[0]);
  peer = g_string_new (parts[1]);
  g_string_replace (peer, "%TLS\n", "\1", 0);
  g_string_replace (peer, "%VALID\n", "\2" "0", 0);
  return g_string_free (g_steal_pointer (&peer), FALSE);
}

static void
test_recorded_in (gconstpointer name)
{
  Side contoso = { "contoso.test", policy (R, O, TRUE), strstr (name, "external") ? "fabrikam.test" : NULL, 0 };
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);
  g_autofree char *expected = NULL;
  g_autofree char *peer = load_vector (name, &expected);

  play_in (&contoso, peer, sent, log);
  g_assert_cmpstr (log->str, ==, expected);
}

static void
test_recorded_out (gconstpointer name)
{
  Side nobody = { BETA, policy (R, O, TRUE), NULL, 0 };
  OreeS2sPolicy contoso = policy (R, O, TRUE);
  g_autoptr (Wire) wire = wire_new ("contoso.test", "fabrikam.test", &contoso, &nobody, FALSE);
  g_autofree char *expected = NULL;
  g_autofree char *peer = load_vector (name, &expected);

  for (guint i = 1; i <= 3; i++)
    send (wire, i);
  play_out (wire, peer, TRUE);
  g_assert_cmpstr (wire->log->str, ==, expected);
}

/* Questions travel on a stream that authenticates, too, without coming between <auth/> and <success/>. */
static void
test_question_on_busy_stream (void)
{
  Side beta = { BETA, policy (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = policy (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_autofree char *key = oree_dialback_key (SECRET, ALPHA, BETA, "S9");
  g_autoptr (OreeDialbackCheck) good = oree_dialback_check_new (ALPHA, BETA, "S9", key);
  g_autoptr (OreeDialbackCheck) bad = oree_dialback_check_new (ALPHA, BETA, "S8", key);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->proven = TRUE;
  oree_s2s_out_verify (wire->out, good, 1, 0, &effects);
  pump (wire);
  oree_s2s_out_verify (wire->out, bad, 2, 0, &effects);
  run_out (wire, &effects);
  pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "tls in:ready(external) answer-1-0 out:ready(external) answer-2-1 ");
}

static void
test_question_without_answer (void)
{
  OreeS2sPolicy alpha = policy (R, O, TRUE);
  Side beta = { BETA, alpha, NULL, 0 };
  g_autoptr (OreeDialbackCheck) check = oree_dialback_check_new (ALPHA, BETA, "S9", "k");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, TRUE);
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

      oree_s2s_out_verify (wire->out, check, 1, 0, &effects);
      if (i == 0)
        oree_s2s_out_on_lost (wire->out, OREE_S2S_NOT_FOUND, 0, &effects);
      else
        oree_s2s_out_on_deadline (wire->out, 30 * OREE_SECOND, &effects);
      run_out (wire, &effects);
      g_assert_true (g_str_has_prefix (wire->log->str, i == 0 ? "answer-1-2 " : "answer-1-4 "));
    }
}

static void
add_rows (const char *group, const Script *rows, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/%s/%s", group, rows[i].name);

      g_test_add_data_func (path, &rows[i], func);
    }
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
  add_rows ("s2s-in", scripts, G_N_ELEMENTS (scripts), test_script);
  add_rows ("s2s-out", outs, G_N_ELEMENTS (outs), test_out_script);
  g_test_add_data_func ("/proto/s2s-in/recorded/prosody-external", "prosody-0.12.3-initiator-external.in", test_recorded_in);
  g_test_add_data_func ("/proto/s2s-in/recorded/prosody-dialback", "prosody-0.12.3-initiator-dialback.in", test_recorded_in);
  g_test_add_data_func ("/proto/s2s-out/recorded/prosody-external", "prosody-0.12.3-responder-external.out", test_recorded_out);
  g_test_add_func ("/proto/s2s/order-and-acks", test_order_and_acks);
  g_test_add_func ("/proto/s2s/late-outcome", test_late_outcome);
  g_test_add_func ("/proto/s2s/lost-in-doubt", test_lost_in_doubt);
  g_test_add_func ("/proto/s2s/drain", test_drain);
  g_test_add_func ("/proto/s2s/receiver-shuts-down", test_receiver_shuts_down);
  g_test_add_func ("/proto/s2s/idle", test_idle);
  g_test_add_func ("/proto/s2s/ack-timeout", test_ack_timeout);
  g_test_add_func ("/proto/s2s/cancel", test_cancel);
  g_test_add_func ("/proto/s2s/queue-is-bounded", test_queue_is_bounded);
  g_test_add_func ("/proto/s2s/establish-timeout", test_establish_timeout);
  g_test_add_func ("/proto/s2s/keep-alive", test_keep_alive);
  g_test_add_func ("/proto/s2s/stranger-is-capped", test_stranger_is_capped);
  g_test_add_func ("/proto/s2s/dialback-attempts", test_dialback_attempts);
  g_test_add_func ("/proto/s2s/dialback-time-out", test_dialback_time_out);
  g_test_add_func ("/proto/s2s/question-on-busy-stream", test_question_on_busy_stream);
  g_test_add_func ("/proto/s2s/question-without-answer", test_question_without_answer);
  return g_test_run ();
}
