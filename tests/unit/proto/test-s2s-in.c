/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inbound machine against scripted peers. */
#include "s2s-script.h"

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
  { "parent-is-another", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@test", "v@" BETA) CLOSE_TAG, "<invalid-from ", "tls ready(external) close(invalid-from) " },
  { "longer-name-is-another", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@x" ALPHA, "v@" BETA) CLOSE_TAG, "<invalid-from ", "tls ready(external) close(invalid-from) " },
  { "look-alike-is-another", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@\xd0\xb0lpha.test", "v@" BETA) CLOSE_TAG, "<invalid-from ", "tls ready(external) close(invalid-from) " },
  { "empty-from", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("", "v@" BETA) CLOSE_TAG, "<improper-addressing ", "tls ready(external) close(improper-addressing) " },
  { "two-at-signs", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA "@victim.test", "v@" BETA) CLOSE_TAG, "<improper-addressing ", "tls ready(external) close(improper-addressing) " },
  { "line-in-resource", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA "/r&#10;x", "v@" BETA) CLOSE_TAG, "<improper-addressing ", "tls ready(external) close(improper-addressing) " },
  { "subdomain-of-ours", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@" ALPHA, "v@x." BETA) CLOSE_TAG, "<host-unknown ", "tls ready(external) close(host-unknown) " },
  { "same-in-capitals", R, O, TRUE, ALPHA, SIGNED_IN MSG_AS ("u@ALPHA.Test.", "v@BETA.test"), "", "tls ready(external) deliver(1,0) " },
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

/* Plays `peer` to a fresh machine of `side`. */
static void
play_in (Side *side, const char *peer, GString *sent, GString *log)
{
  OreeS2sQueries answers = side_queries (side);
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
  Side beta = { BETA, side_policy_of (row->tls, row->sasl, row->dialback), row->proven, 0 };
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);

  play_in (&beta, row->peer, sent, log);
  g_assert_cmpstr (log->str, ==, row->log);
  assert_pieces (sent->str, row->sent);
}

/* A stranger gets so many answers, then the stream ends; so does it after a while. */
static void
test_stranger_is_capped (void)
{
  OreeS2sPolicy out = side_policy_of (R, R, FALSE);
  Side beta = { BETA, side_policy_of (R, R, FALSE), "stranger.test", 0 };
  g_autoptr (Wire) wire = wire_new ("stranger.test", BETA, &out, &beta, FALSE);
  g_autoptr (Wire) slow = wire_new ("stranger.test", BETA, &out, &beta, FALSE);

  wire->proven = slow->proven = TRUE;
  for (guint i = 1; i <= OREE_S2S_STRANGER_STANZAS_MAX + 5; i++)
    wire_send (wire, i);
  wire_pump (wire);
  g_assert_nonnull (strstr (wire->log->str, "refuse(m10,stranger) "));
  g_assert_null (strstr (wire->log->str, "refuse(m11"));
  g_assert_null (strstr (wire->log->str, "deliver"));
  g_assert_nonnull (strstr (wire->log->str, "acked-10 "));
  g_assert_nonnull (strstr (wire->log->str, "failed-11(outcome-unknown)"));
  g_assert_nonnull (strstr (wire->log->str, "in:close(stranger)"));

  wire_pump (slow);
  g_assert_cmpint (oree_s2s_in_deadline (slow->in), ==, OREE_S2S_STRANGER_SECONDS * OREE_SECOND);
  wire_tick (slow, OREE_S2S_STRANGER_SECONDS * OREE_SECOND);
  g_assert_nonnull (strstr (slow->log->str, "in:close(stranger)"));
}

static void
test_dialback_attempts (void)
{
  Side beta = { BETA, side_policy_of (N, N, TRUE), NULL, 0 };
  OreeS2sQueries answers = side_queries (&beta);
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

/* Each key being verified is a server we call: only so many at once, and a key that replaces another is a failed try. */
static void
test_dialback_is_bounded (void)
{
  Side beta = { BETA, side_policy_of (N, N, TRUE), NULL, 0 };

  for (guint same = 0; same <= 1; same++)
    {
      g_autoptr (GString) peer = g_string_new (HEAD), sent = g_string_new (NULL), log = g_string_new (NULL);
      guint asked = 0;

      for (guint i = 0; i <= OREE_S2S_DIALBACK_ATTEMPTS_MAX; i++)
        g_string_append_printf (peer, "<db:result from='d%u.test' to='beta.test'>key%u</db:result>", same ? 0 : i, i);
      g_string_append (peer, CLOSE_TAG);
      play_in (&beta, peer->str, sent, log);
      for (const char *at = log->str; (at = strstr (at, "ask(")) != NULL; at++)
        asked++;
      g_assert_cmpuint (asked, ==, same ? OREE_S2S_DIALBACK_ATTEMPTS_MAX : OREE_S2S_PENDING_MAX);
      assert_pieces (sent->str, same ? "<policy-violation " : "<resource-constraint |<resource-constraint ");
    }
}

static void
test_dialback_time_out (void)
{
  Side beta = { BETA, side_policy_of (N, N, TRUE), NULL, 0 };
  OreeS2sQueries answers = side_queries (&beta);
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

static void
test_recorded_in (gconstpointer name)
{
  Side contoso = { "contoso.test", side_policy_of (R, O, TRUE), strstr (name, "external") ? "fabrikam.test" : NULL, 0 };
  g_autoptr (GString) sent = g_string_new (NULL), log = g_string_new (NULL);
  g_autofree char *expected = NULL;
  g_autofree char *peer = script_load (name, &expected);

  play_in (&contoso, peer, sent, log);
  g_assert_cmpstr (log->str, ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  script_add_rows ("s2s-in", scripts, G_N_ELEMENTS (scripts), test_script);
  g_test_add_data_func ("/proto/s2s-in/recorded/prosody-external", "prosody-0.12.3-initiator-external.in", test_recorded_in);
  g_test_add_data_func ("/proto/s2s-in/recorded/prosody-dialback", "prosody-0.12.3-initiator-dialback.in", test_recorded_in);
  g_test_add_func ("/proto/s2s/stranger-is-capped", test_stranger_is_capped);
  g_test_add_func ("/proto/s2s/dialback-attempts", test_dialback_attempts);
  g_test_add_func ("/proto/s2s/dialback-is-bounded", test_dialback_is_bounded);
  g_test_add_func ("/proto/s2s/dialback-time-out", test_dialback_time_out);
  return g_test_run ();
}
