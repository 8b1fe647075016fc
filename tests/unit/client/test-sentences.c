/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every code of the service has a sentence, in English and in French. */
#include "client/oree-locale.h"
#include "client/oree-sentences.h"
#include "model/oree-event.h"
#include "gateway/oree-gw-refusal.h"
#include "net/oree-net-error.h"
#include "net/oree-peer-cert.h"
#include "policy/oree-explain-presence.h"
#include "policy/oree-forecast.h"
#include "policy/oree-trail.h"
#include "policy/oree-verdict.h"
#include "proto/xmpp/oree-s2s-reason.h"

#include <libintl.h>
#include <locale.h>

/* gettext remembers what it looked up until its domain is set anew. */
static void
speak (const char *language)
{
  g_setenv ("LANGUAGE", language, TRUE);
  textdomain (GETTEXT_PACKAGE);
}

static void
must (gboolean has, const char *family, const char *nick)
{
  if (!has)
    g_error ("%s “%s” has no sentence", family, nick);
}

static void
test_problems (void)
{
  for (const char *const *nick = oree_problem_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_problem (*nick), "problem", *nick);
}

static void
test_reasons (void)
{
  for (const char *const *nick = oree_reason_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_reason (*nick), "reason", *nick);
  for (guint i = 1; i < OREE_N_GW_REFUSALS; i++)
    must (oree_sentence_has_reason (oree_gw_refusal (i)->nick), "refusal", oree_gw_refusal (i)->nick);
  for (const char *const *nick = oree_presence_reason_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_reason (*nick), "presence reason", *nick);
  for (guint i = 0; i < OREE_N_CERT_OUTCOMES; i++)
    must (oree_sentence_has_reason (oree_cert_outcome_nick ((OreeCertOutcome) i)), "certificate outcome",
          oree_cert_outcome_nick ((OreeCertOutcome) i));
  for (guint i = 0; i < OREE_N_NET_ERRORS; i++)
    must (oree_sentence_has_reason (oree_net_error_nick ((OreeNetError) i)), "net error",
          oree_net_error_nick ((OreeNetError) i));
  for (guint i = 0; i < OREE_N_S2S_REASONS; i++)
    must (oree_sentence_has_reason (oree_s2s_reason_nick ((OreeS2sReason) i)), "stream reason",
          oree_s2s_reason_nick ((OreeS2sReason) i));
  for (const char *const *nick = oree_forecast_reasons (); *nick != NULL; nick++)
    must (oree_sentence_has_reason (*nick), "forecast reason", *nick);
}

static void
test_forecasts (void)
{
  for (const OreeEnumValue *value = oree_forecasts; value->nick != NULL; value++)
    must (g_strcmp0 (oree_sentence_forecast (value->nick), "") != 0, "forecast", value->nick);
  for (const OreeEnumValue *value = oree_tempers + 1; value->nick != NULL; value++)
    must (g_strcmp0 (oree_sentence_evidence (value->nick), "") != 0, "evidence", value->nick);
}

static void
test_events (void)
{
  for (const char *const *nick = oree_event_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_event (*nick), "event", *nick);
}

static void
test_steps (void)
{
  for (const char *const *nick = oree_step_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_step (*nick), "step", *nick);
  for (const char *const *nick = oree_presence_step_nicks (); *nick != NULL; nick++)
    must (oree_sentence_has_step (*nick), "step", *nick);
}

static void
test_errors (void)
{
  for (guint i = 0; i < OREE_N_ERRORS; i++)
    g_assert_nonnull (oree_sentence_error ((OreeError) i));
}

/* Placeholders of the original, each exactly once in the translation. */
static void
check_placeholders (const char *original, const char *translation)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\{[a-z]+\\}", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, original, 0, &match);
  while (g_match_info_matches (match))
    {
      g_autofree char *placeholder = g_match_info_fetch (match, 0);

      if (g_strstr_len (translation, -1, placeholder) == NULL)
        g_error ("“%s” lacks %s", translation, placeholder);
      g_match_info_next (match, NULL);
    }
}

static void
test_french (void)
{
  guint n = 0;

  speak ("fr");
  for (const char *const *text = oree_sentence_originals (); *text != NULL; text++)
    {
      const char *french = dgettext (GETTEXT_PACKAGE, *text);

      if (french == *text)
        g_error ("“%s” is not translated", *text);
      check_placeholders (*text, french);
      n++;
    }
  g_assert_cmpuint (n, >, 150);
}

/* ---- What the sentences look like ---- */

static const struct
{
  const char *language;
  const char *event; /* nick and details, as GVariant text */
  const char *expected;
} events[] = {
  { "C", "{'nick': <'role-state'>, 'details': <{'role': 'xmpp-proxy', 'state': 'running'}>}", "XMPP proxy: Running" },
  { "fr", "{'nick': <'role-state'>, 'details': <{'role': 'xmpp-proxy', 'state': 'running'}>}",
    "Proxy XMPP\u00a0: Démarré" },
  { "C", "{'nick': <'stream-refused'>, 'details': <{'partner': 'x.test', 'direction': 'in', 'reason': 'blocked-domain'}>}",
    "The stream with x.test was refused (incoming). The domain is blocked." },
  { "fr", "{'nick': <'stream-refused'>, 'details': <{'partner': 'x.test', 'direction': 'in', 'reason': 'blocked-domain'}>}",
    "Le flux avec x.test a été refusé (entrant). Le domaine est bloqué." },
  { "C", "{'nick': <'stream-failed'>, 'details': <{'partner': 'x.test', 'reason': 'cert-not-proven', 'detail': 'expired'}>}",
    "The stream with x.test failed. The certificate does not prove the domain. (The certificate has expired.)" },
  { "C", "{'nick': <'stream-failed'>, 'details': <{'partner': 'x.test', 'reason': 'connect-failed'}>}",
    "The stream with x.test failed. No connection could be made." },
  { "C", "{'nick': <'stream-ready'>, 'details': <{'partner': 'x.test', 'direction': 'out'}>}",
    "The stream with x.test is ready (outgoing)." },
  { "C", "{'nick': <'message-undelivered'>, 'details': <{'from': 'a@x.test', 'to': 'b@y.test', 'reason': 'sip-486', "
         "'direction': 'to-sip'}>}",
    "A message from a@x.test to b@y.test could not be delivered, and its sender was told so (from XMPP to SIP). "
    "The SIP side answered 486." },
  { "C", "{'nick': <'bad-record'>, 'details': <{'kind': 'user', 'id': 'sip:a@b', 'field': 'site', 'code': 'no-such-site', "
         "'detail': 'Oslo'}>}",
    "The record user sip:a@b cannot be used (field site). There is no site “Oslo”." },
  { "C", "{'nick': <'from-the-future'>, 'details': <{'x': 'y'}>}", "from-the-future" },
  { "C", "{'nick': <'stream-closed'>, 'details': <{'partner': '{reason}', 'reason': 'new-reason'}>}",
    "The stream with {reason} was closed. new-reason" },
};

static void
test_event_sentences (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_parse (G_VARIANT_TYPE_VARDICT, events[i].event, NULL, NULL, NULL);
      g_autofree char *sentence = NULL;

      speak (events[i].language);
      sentence = oree_sentence_event (event);
      g_assert_cmpstr (sentence, ==, events[i].expected);
    }
}

static const struct
{
  const char *language;
  OreeProblem problem;
  const char *expected;
} problem_sentences[] = {
  { "C", { (char *) "xmpp-partner", (char *) "x.test", (char *) "sasl-negotiation", OREE_PROBLEM_SASL_NEEDS_TLS, (char *) "" },
    "xmpp-partner x.test, sasl-negotiation: SASL requires TLS: allow TLS, or switch SASL off." },
  { "fr", { (char *) "xmpp-partner", (char *) "x.test", (char *) "", OREE_PROBLEM_EXISTS, (char *) "" },
    "xmpp-partner x.test\u00a0: Cet enregistrement existe déjà." },
  { "C", { (char *) "xmpp-partner", (char *) "1.2.3.4", (char *) "id", OREE_PROBLEM_BAD_ID, (char *) "domain-is-address" },
    "xmpp-partner 1.2.3.4: A domain name is needed here, not an IP address." },
  { "C", { (char *) "xmpp-partner", (char *) "a b", (char *) "id", OREE_PROBLEM_BAD_ID, (char *) "bad-domain" },
    "xmpp-partner a b: “a b” is not a valid domain name." },
  { "C", { (char *) "topology", (char *) "global", (char *) "stun-port", OREE_PROBLEM_WRONG_TYPE, (char *) "uint" },
    "topology global, stun-port: The value has the wrong form; expected: a whole number." },
  { "C", { (char *) "", (char *) "", (char *) "", OREE_PROBLEM_TOO_MANY_CHANGES, (char *) "20000" },
    "Too many changes at once; at most 20000 are possible." },
  { "C", { (char *) "user", (char *) "u", (char *) "f", OREE_N_PROBLEMS, (char *) "new-code" }, "user u, f: new-code" },
};

static void
test_problem_sentences (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (problem_sentences); i++)
    {
      g_autofree char *sentence = NULL;

      speak (problem_sentences[i].language);
      sentence = oree_sentence_problem (&problem_sentences[i].problem);
      g_assert_cmpstr (sentence, ==, problem_sentences[i].expected);
    }
}

static const struct
{
  const char *language;
  const char *effects; /* as GVariant text */
  const char *expected;
} effect_sentences[] = {
  { "C", "{'streams-closed': <uint32 0>, 'subscriptions-ended': <uint32 0>, 'new-one': <uint32 3>}", NULL },
  { "C", "{'streams-closed': <uint32 1>, 'sip-connections-closed': <uint32 1>, 'sessions-ended': <uint32 1>}",
    "1 open stream is closed. 1 connection with a SIP partner is closed. 1 conversation ends." },
  { "C", "{'sip-connections-closed': <uint32 2>, 'sessions-ended': <uint32 3>, 'users-signed-out': <uint32 4>}",
    "2 connections with SIP partners are closed. 3 conversations end. 4 users are signed out." },
  { "C", "{'subscriptions-ended': <uint32 1>, 'users-signed-out': <uint32 1>, 'listeners-changed': <uint32 1>}",
    "1 presence subscription ends. 1 user is signed out. 1 listening port changes." },
  { "fr", "{'streams-closed': <uint32 2>, 'sip-connections-closed': <uint32 1>, 'sessions-ended': <uint32 1>}",
    "2 flux ouverts sont fermés. 1 connexion avec un partenaire SIP est fermée. 1 conversation se termine." },
  { "fr", "{'sip-connections-closed': <uint32 2>, 'sessions-ended': <uint32 2>, 'users-signed-out': <uint32 1>}",
    "2 connexions avec des partenaires SIP sont fermées. 2 conversations se terminent. 1 utilisateur est déconnecté." },
};

static void
test_effect_sentences (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (effect_sentences); i++)
    {
      g_autoptr (GVariant) effects
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, effect_sentences[i].effects, NULL, NULL, NULL);
      g_autofree char *sentence = NULL;

      speak (effect_sentences[i].language);
      sentence = oree_sentence_effects (effects);
      g_assert_cmpstr (sentence, ==, effect_sentences[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* GLib asks once whether there is a translation at all. */
  g_setenv ("LANGUAGE", "fr", TRUE);
  oree_locale_init ();
  g_assert_cmpstr (oree_sentence_role_state ("running"), ==, "Démarré");
  g_test_add_func ("/client/sentences/problems", test_problems);
  g_test_add_func ("/client/sentences/reasons", test_reasons);
  g_test_add_func ("/client/sentences/events", test_events);
  g_test_add_func ("/client/sentences/steps", test_steps);
  g_test_add_func ("/client/sentences/forecasts", test_forecasts);
  g_test_add_func ("/client/sentences/errors", test_errors);
  g_test_add_func ("/client/sentences/french", test_french);
  g_test_add_func ("/client/sentences/event-sentences", test_event_sentences);
  g_test_add_func ("/client/sentences/problem-sentences", test_problem_sentences);
  g_test_add_func ("/client/sentences/effect-sentences", test_effect_sentences);
  return g_test_run ();
}
