/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inbound stream whose peer's certificate may yet be proved by the domain's names (DANE, POSH): what waits for that,
 * what does not, and what comes of it. Each row is a script: "<…" what the peer sends, "known D" the names of D were
 * asked, "proves D" the certificate proves D from here on; and what is to be seen after each. */
#include "base/oree-limits.h"
#include "proto/xmpp/oree-s2s-in.h"

#define STREAM(attributes)                                                                                   \
  "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "                    \
  "xmlns:db='jabber:server:dialback' to='beta.test' " attributes ">"
#define HEADER STREAM ("from='alpha.test' version='1.0'")
#define OLD_HEADER STREAM ("from='alpha.test'")
#define AUTH "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>"
#define RESULT(from) "<db:result from='" from "' to='beta.test'>key</db:result>"

typedef struct
{
  OreeS2sIn *machine;
  OreeXmlReader *reader;
  OreeS2sPolicy policy;
  GHashTable *proved, *asked; /* domains */
  GString *log;
  OreeTime now;
} Stream;

static gboolean
is_ours (gpointer data, const char *domain)
{
  return g_str_equal (domain, "beta.test");
}

static void
policy_cb (gpointer data, const char *domain, OreeS2sPolicy *out)
{
  *out = ((Stream *) data)->policy;
  if (g_strcmp0 (domain, "blocked.test") == 0)
    out->standing = OREE_S2S_STANDING_BLOCKED;
}

static gboolean
proves (gpointer data, const char *domain)
{
  return g_hash_table_contains (((Stream *) data)->proved, domain);
}

/* As the roles: asked once; when that is known there is nothing to wait for any more. */
static gboolean
awaits (gpointer data, const char *domain)
{
  Stream *stream = data;

  return g_str_has_suffix (domain, ".test") && !g_hash_table_contains (stream->asked, domain);
}

static char *
stream_id (gpointer data)
{
  return g_strdup ("id");
}

static void
run (Stream *stream, OreeEffects *effects)
{
  static const char *const seen[] = { "<stream:features", "EXTERNAL", "<dialback", "<success", "type='valid'",
                                      "type='error'", "<not-authorized", "<policy-violation", "</stream:stream>" };
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      if (e.kind == OREE_EFFECT_SEND)
        {
          g_autofree char *text = g_strndup (g_bytes_get_data (e.bytes, NULL), g_bytes_get_size (e.bytes));

          for (gsize i = 0; i < G_N_ELEMENTS (seen); i++)
            if (strstr (text, seen[i]) != NULL)
              g_string_append_printf (stream->log, "%s ", seen[i]);
        }
      else if (e.kind == OREE_EFFECT_RESTART)
        oree_xml_reader_reset (stream->reader);
      else if (e.kind == OREE_EFFECT_ASK)
        g_string_append_printf (stream->log, "ask(%s) ", ((OreeDialbackCheck *) e.object)->originating);
      else if (e.kind == OREE_EFFECT_READY)
        g_string_append_printf (stream->log, "ready(%s,%s) ", ((OreeS2sPair *) e.object)->from, oree_s2s_proof_nick (e.code));
      else if (e.kind == OREE_EFFECT_CLOSE)
        g_string_append_printf (stream->log, "close(%s) ", oree_s2s_reason_nick (e.code));
      oree_effect_clear (&e);
    }
}

static void
feed (Stream *stream, const char *text)
{
  gsize length = strlen (text), used = 0;
  gboolean more = TRUE;

  while (more)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n = oree_xml_reader_feed (stream->reader, text + used, length - used, &event);

      g_assert_cmpint (n, >=, 0);
      used += (gsize) n;
      more = event.kind != OREE_XML_EVENT_NONE;
      oree_s2s_in_on_event (stream->machine, &event, stream->now, &effects);
      run (stream, &effects);
    }
}

static void
play (Stream *stream, const char *step)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  const char *word = strchr (step, ' ') != NULL ? strchr (step, ' ') + 1 : "";

  if (step[0] == '<')
    feed (stream, step);
  else if (g_str_has_prefix (step, "proves "))
    g_hash_table_add (stream->proved, (gpointer) word);
  else if (g_str_has_prefix (step, "known "))
    {
      g_hash_table_add (stream->asked, (gpointer) word);
      oree_s2s_in_on_proof_known (stream->machine, word, stream->now, &effects);
    }
  else if (g_str_equal (step, "verified"))
    oree_s2s_in_on_verified (stream->machine, "beta.test", "gamma.test", "id", OREE_DIALBACK_RESULT_VALID, stream->now,
                             &effects);
  else if (g_str_equal (step, "close"))
    oree_s2s_in_close (stream->machine, OREE_S2S_SHUTDOWN, stream->now, &effects);
  else
    {
      g_assert_cmpstr (step, ==, "time");
      stream->now = oree_s2s_in_deadline (stream->machine);
      oree_s2s_in_on_deadline (stream->machine, stream->now, &effects);
    }
  run (stream, &effects);
}

static void
scripts (void)
{
  enum { ALL = OREE_S2S_METHOD_SASL_TLS | OREE_S2S_METHOD_TLS_DIALBACK, SASL = OREE_S2S_METHOD_SASL_TLS };
  static const struct
  {
    const char *what;
    int methods;
    const char *steps[8], *seen;
    gboolean awaits;
  } rows[] = {
    { "features wait", ALL, { HEADER }, "", TRUE },
    { "proved by then", ALL, { HEADER, "proves alpha.test", "known alpha.test" },
      "<stream:features EXTERNAL <dialback ", FALSE },
    { "and authenticated", ALL, { HEADER, "proves alpha.test", "known alpha.test", AUTH, HEADER },
      "<stream:features EXTERNAL <dialback <success ready(alpha.test,external) <stream:features <dialback ", FALSE },
    { "not proved", ALL, { HEADER, "known alpha.test" }, "<stream:features <dialback ", FALSE },
    { "not proved, and nothing else would do", SASL, { HEADER, "known alpha.test" },
      "<not-authorized </stream:stream> ", FALSE },
    { "proved, and nothing else would do", SASL, { HEADER, "proves alpha.test", "known alpha.test" },
      "<stream:features EXTERNAL ", FALSE },
    { "proved already", ALL, { "proves alpha.test", HEADER }, "<stream:features EXTERNAL <dialback ", FALSE },
    { "asked already", ALL, { "known alpha.test", HEADER }, "<stream:features <dialback ", FALSE },
    { "somebody else's names", ALL, { HEADER, "proves gamma.test", "known gamma.test" }, "", TRUE },
    { "too long", ALL, { HEADER, "time" }, "</stream:stream> ", FALSE },
    { "closed meanwhile", ALL, { HEADER, "close", "known alpha.test" }, "</stream:stream> ", FALSE },
    { "a peer without features", ALL, { OLD_HEADER, RESULT ("gamma.test"), "known gamma.test" }, "ask(gamma.test) ",
      FALSE },
    { "blocked", ALL, { STREAM ("from='blocked.test' version='1.0'") }, "<policy-violation </stream:stream> ", FALSE },

    { "a key waits", ALL, { "known alpha.test", HEADER, RESULT ("gamma.test") }, "<stream:features <dialback ", FALSE },
    { "proved without asking", ALL,
      { "known alpha.test", HEADER, RESULT ("gamma.test"), "proves gamma.test", "known gamma.test" },
      "<stream:features <dialback type='valid' ready(gamma.test,certificate) ", FALSE },
    { "asked for after all", ALL, { "known alpha.test", HEADER, RESULT ("gamma.test"), "known gamma.test" },
      "<stream:features <dialback ask(gamma.test) ", FALSE },
    /* CVE-2021-32919: that one name is proved says nothing of another. */
    { "another name proved", ALL,
      { "known alpha.test", HEADER, RESULT ("gamma.test"), "proves delta.test", "known delta.test" },
      "<stream:features <dialback ", FALSE },
    { "own name proved, the key is another's", ALL,
      { "proves alpha.test", HEADER, RESULT ("gamma.test"), "known gamma.test" },
      "<stream:features EXTERNAL <dialback ask(gamma.test) ", FALSE },
    { "an answer nobody asked for", ALL, { "known alpha.test", HEADER, RESULT ("gamma.test"), "verified" },
      "<stream:features <dialback ", FALSE },
    { "the answer asked for", ALL,
      { "known alpha.test", HEADER, RESULT ("gamma.test"), "known gamma.test", "verified" },
      "<stream:features <dialback ask(gamma.test) type='valid' ready(gamma.test,dialback-tls) ", FALSE },
    { "a key that waits too long", ALL, { "known alpha.test", HEADER, RESULT ("gamma.test"), "time" },
      "<stream:features <dialback type='error' ", FALSE },
    { "two keys, one name", ALL,
      { "known alpha.test", HEADER, RESULT ("gamma.test"), RESULT ("gamma.test"), "proves gamma.test",
        "known gamma.test" },
      "<stream:features <dialback type='valid' ready(gamma.test,certificate) ", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      Stream stream = { .policy = { OREE_S2S_STANDING_PARTNER, OREE_S2S_REQUIRED, (OreeS2sMethods) rows[i].methods,
                                    60 * OREE_SECOND, 600 * OREE_SECOND, OREE_TIME_NEVER } };
      OreeS2sQueries queries = { &stream, is_ours, policy_cb, proves, stream_id, awaits };

      g_test_message ("%s", rows[i].what);
      stream.proved = g_hash_table_new (g_str_hash, g_str_equal);
      stream.asked = g_hash_table_new (g_str_hash, g_str_equal);
      stream.log = g_string_new (NULL);
      stream.reader = oree_xml_reader_new (&oree_xml_caps_preauth);
      stream.machine = oree_s2s_in_new (&queries, OREE_SPAN_LITERAL ("secret"), TRUE, 0);
      oree_s2s_in_on_direct_tls (stream.machine);
      oree_s2s_in_on_tls (stream.machine, 0, &effects);
      for (gsize s = 0; s < G_N_ELEMENTS (rows[i].steps) && rows[i].steps[s] != NULL; s++)
        play (&stream, rows[i].steps[s]);
      g_assert_cmpstr (stream.log->str, ==, rows[i].seen);
      g_assert_cmpint (oree_s2s_in_awaits_proof (stream.machine), ==, rows[i].awaits);
      oree_s2s_in_free (stream.machine);
      oree_xml_reader_free (stream.reader);
      g_string_free (stream.log, TRUE);
      g_hash_table_unref (stream.proved);
      g_hash_table_unref (stream.asked);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/s2s-proof/scripts", scripts);
  return g_test_run ();
}
