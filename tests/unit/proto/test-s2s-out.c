/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbound machine against scripted peers. */
#include "s2s-script.h"

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
  wire_run_out (wire, &effects);
  while (p < end && !wire->closed_out)
    {
      gsize n = strcspn (p, "\1");

      if (n == 0)
        {
          g_assert_true (wire->tls_out);
          wire->tls_out = FALSE;
          g_string_append (wire->log, "tls ");
          oree_s2s_out_on_tls (wire->out, proven, 0, &effects);
          wire_run_out (wire, &effects);
          p++;
          continue;
        }
      g_string_append_len (wire->to_out, p, (gssize) n);
      p += n;
      while (wire->to_out->len > 0 && !wire->closed_out)
        {
          wire_step_out (wire);
          oree_s2s_out_flush (wire->out, 0, &effects);
          wire_run_out (wire, &effects);
        }
    }
}

static void
test_out_script (gconstpointer data)
{
  const Script *row = data;
  Side beta = { BETA, side_policy_of (R, O, TRUE), NULL, 0 };
  OreeS2sPolicy alpha = side_policy_of (row->tls, row->sasl, row->dialback);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);

  wire_send (wire, 1);
  play_out (wire, row->peer, row->proven != NULL);
  if (strcmp (row->name, "no-method") == 0) /* xmlns:db in the header still says it can do dialback */
    assert_pieces (wire->to_in->str, "<db:result ");
  else
    g_assert_cmpstr (wire->log->str, ==, row->log);
  assert_pieces (wire->to_in->str, row->sent);
}

static void
test_recorded_out (gconstpointer name)
{
  Side nobody = { BETA, side_policy_of (R, O, TRUE), NULL, 0 };
  OreeS2sPolicy contoso = side_policy_of (R, O, TRUE);
  g_autoptr (Wire) wire = wire_new ("contoso.test", "fabrikam.test", &contoso, &nobody, FALSE);
  g_autofree char *expected = NULL;
  g_autofree char *peer = script_load (name, &expected);

  for (guint i = 1; i <= 3; i++)
    wire_send (wire, i);
  play_out (wire, peer, TRUE);
  g_assert_cmpstr (wire->log->str, ==, expected);
}

/* What became of our certificate, for the forecasts: whatever else the stream does then. */
static void
test_external_is_told (void)
{
  static const struct
  {
    const char *peer;
    OreeS2sExternal external;
    const char *detail;
  } rows[] = {
    { REPLY FEATURES (DIALBACK), OREE_S2S_EXTERNAL_NOT_SEEN, "" }, /* TLS is tried all the same */
    { TO_TLS FEATURES (EXTERNAL), OREE_S2S_EXTERNAL_NOT_SEEN, "" },
    { TO_TLS FEATURES (EXTERNAL DIALBACK) SUCCESS, OREE_S2S_EXTERNAL_ACCEPTED, "" },
    { TO_TLS FEATURES (DIALBACK), OREE_S2S_EXTERNAL_NOT_OFFERED, "" },
    { TO_TLS FEATURES (EXTERNAL DIALBACK) REFUSED, OREE_S2S_EXTERNAL_REFUSED, "" },
    { TO_TLS FEATURES (EXTERNAL) "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/>"
      "<text xml:lang='en'>unsupported certificate purpose</text></failure>",
      OREE_S2S_EXTERNAL_REFUSED, "unsupported certificate purpose" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Side beta = { BETA, side_policy_of (R, O, TRUE), NULL, 0 };
      OreeS2sPolicy alpha = side_policy_of (R, O, TRUE);
      g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
      const char *detail;

      g_test_message ("row %u", (guint) i);
      play_out (wire, rows[i].peer, TRUE);
      g_assert_cmpint (oree_s2s_out_external (wire->out, &detail), ==, rows[i].external);
      g_assert_cmpstr (detail, ==, rows[i].detail);
    }
}

/* Questions travel on a stream that authenticates, too, without coming between <auth/> and <success/>. */
static void
test_question_on_busy_stream (void)
{
  Side beta = { BETA, side_policy_of (R, R, FALSE), ALPHA, 0 };
  OreeS2sPolicy alpha = side_policy_of (R, R, FALSE);
  g_autoptr (Wire) wire = wire_new (ALPHA, BETA, &alpha, &beta, FALSE);
  g_autofree char *key = oree_dialback_key (SECRET, ALPHA, BETA, "S9");
  g_autoptr (OreeDialbackCheck) good = oree_dialback_check_new (ALPHA, BETA, "S9", key);
  g_autoptr (OreeDialbackCheck) bad = oree_dialback_check_new (ALPHA, BETA, "S8", key);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  wire->proven = TRUE;
  oree_s2s_out_verify (wire->out, good, 1, 0, &effects);
  wire_pump (wire);
  oree_s2s_out_verify (wire->out, bad, 2, 0, &effects);
  wire_run_out (wire, &effects);
  wire_pump (wire);
  g_assert_cmpstr (wire->log->str, ==, "tls in:ready(external) answer-1-0 out:ready(external) answer-2-1 ");
}

static void
test_question_without_answer (void)
{
  OreeS2sPolicy alpha = side_policy_of (R, O, TRUE);
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
      wire_run_out (wire, &effects);
      g_assert_true (g_str_has_prefix (wire->log->str, i == 0 ? "answer-1-2 " : "answer-1-4 "));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/s2s-out/external-is-told", test_external_is_told);
  script_add_rows ("s2s-out", outs, G_N_ELEMENTS (outs), test_out_script);
  g_test_add_data_func ("/proto/s2s-out/recorded/prosody-external", "prosody-0.12.3-responder-external.out", test_recorded_out);
  g_test_add_func ("/proto/s2s/question-on-busy-stream", test_question_on_busy_stream);
  g_test_add_func ("/proto/s2s/question-without-answer", test_question_without_answer);
  return g_test_run ();
}
