/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a peer against both stream machines. The first byte says which certificate it showed and what the policy is,
 * one stream both ways among it (XEP-0288). No stanza may come through unproved, and every stanza put in must come out
 * once. */
#include "codec/xml/oree-xml-write.h"
#include "proto/xmpp/oree-s2s-in.h"
#include "proto/xmpp/oree-s2s-out.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
is_ours (gpointer data, const char *domain)
{
  return strcmp (domain, "beta.test") == 0;
}

static void
policy (gpointer data, const char *domain, OreeS2sPolicy *out)
{
  guint bits = *(guint8 *) data;

  *out = (OreeS2sPolicy){ OREE_S2S_STANDING_PARTNER, bits >> 1 & 1, (OreeS2sMethods) (~bits >> 3 & 7), 60 * OREE_SECOND,
                          600 * OREE_SECOND, 300 * OREE_SECOND, (bits >> 6 & 1) != 0 };
}

static gboolean
proves (gpointer data, const char *domain)
{
  return (*(guint8 *) data & 1) != 0 && strcmp (domain, "alpha.test") == 0;
}

static char *
stream_id (gpointer data)
{
  return g_strdup ("id");
}

typedef struct
{
  OreeXmlReader *reader;
  gboolean tls, proved, again;
  guint tokens; /* came out */
} Run;

/* Carries out what both have in common. */
static void
carry_out (Run *run, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      run->tokens += e.object == NULL && (e.kind == OREE_EFFECT_ACKED || e.kind == OREE_EFFECT_FAIL);
      run->tls |= e.kind == OREE_EFFECT_TLS;
      run->again |= e.kind == OREE_EFFECT_AGAIN;
      run->proved |= e.kind == OREE_EFFECT_READY;
      if (e.kind == OREE_EFFECT_RESTART || e.kind == OREE_EFFECT_AGAIN)
        oree_xml_reader_reset (run->reader);
      if (e.kind == OREE_EFFECT_DELIVER)
        g_assert_true (run->proved);
      oree_effect_clear (&e);
    }
}

static GBytes *
stanza (void)
{
  g_autoptr (OreeXmlNode) node = oree_stanza_build_message (OREE_STANZA_TYPE_CHAT, "a@beta.test", "b@alpha.test", "1",
                                                            NULL, NULL, "x", NULL);
  GString *text = g_string_new (NULL);

  oree_xml_write (text, node, OREE_NS_SERVER);
  return g_string_free_to_bytes (text);
}

static void
run_in (guint8 *bits, const guint8 *data, gsize size)
{
  OreeS2sQueries queries = { .data = bits, .is_ours = is_ours, .policy = policy, .proves = proves,
                             .stream_id = stream_id };
  g_autoptr (OreeS2sIn) in = oree_s2s_in_new (&queries, OREE_SPAN_LITERAL ("secret"), TRUE, 0);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (GBytes) bytes = stanza ();
  Run run = { .reader = reader, .tls = (*bits >> 7) != 0 };
  guint put = 0;

  if (run.tls)
    oree_s2s_in_on_direct_tls (in);
  for (gsize at = 0; at < size && !oree_s2s_in_is_closed (in);)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n;

      if (run.tls)
        oree_s2s_in_on_tls (in, 1, &effects);
      run.tls = FALSE;
      n = oree_xml_reader_feed (reader, data + at, size - at, &event);
      if (n < 0)
        {
          oree_s2s_in_on_parse_error (in, n, 1, &effects);
          at = size;
        }
      else
        {
          at += (gsize) n;
          oree_s2s_in_on_event (in, &event, 1, &effects);
        }
      if (oree_s2s_in_carries (in, "beta.test", "alpha.test"))
        oree_s2s_in_send_bytes (in, bytes, ++put, 1, &effects);
      oree_s2s_in_flush (in, 1, &effects);
      carry_out (&run, &effects);
    }
  g_assert_true (put == 0 || run.proved);
  for (guint i = 0; i < 8 && !oree_s2s_in_is_closed (in); i++)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

      g_assert_cmpint (oree_s2s_in_deadline (in), <, OREE_TIME_NEVER);
      oree_s2s_in_on_deadline (in, (i + 1) * OREE_MINUTE * 11, &effects);
      carry_out (&run, &effects);
    }
  g_assert_true (oree_s2s_in_is_closed (in));
  g_assert_cmpuint (run.tokens, ==, put);
}

static void
run_out (guint8 *bits, const guint8 *data, gsize size)
{
  OreeS2sQueries queries = { .data = bits, .is_ours = is_ours, .policy = policy, .proves = proves };
  OreeS2sOutOptions options = { .from = "beta.test", .to = "alpha.test", .secret = OREE_SPAN_LITERAL ("secret"),
                                .certificate = TRUE, .queries = &queries };
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_autoptr (OreeS2sOut) out = NULL;
  g_autoptr (GBytes) bytes = stanza ();
  g_auto (OreeEffects) first = OREE_EFFECTS_INIT;
  Run run = { .reader = reader, .tls = (*bits >> 7) != 0 };

  policy (bits, NULL, &options.policy);
  out = oree_s2s_out_new (&options, 0);
  oree_s2s_out_start (out, run.tls, TRUE, 0, &first);
  for (guint i = 0; i < 3; i++)
    oree_s2s_out_send_bytes (out, bytes, i, 0, &first);
  carry_out (&run, &first);
  for (gsize at = 0; at < size;)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      g_auto (OreeXmlEvent) event = { 0 };
      gssize n;

      if (run.tls)
        oree_s2s_out_on_tls (out, (*bits & 1) != 0, 1, &effects);
      run.tls = FALSE;
      n = oree_xml_reader_feed (reader, data + at, size - at, &event);
      if (n < 0)
        {
          oree_s2s_out_on_parse_error (out, n, 1, &effects);
          at = size;
        }
      else
        {
          at += (gsize) n;
          oree_s2s_out_on_event (out, &event, 1, &effects);
        }
      oree_s2s_out_flush (out, 1, &effects);
      carry_out (&run, &effects);
      if (run.again)
        oree_s2s_out_start (out, FALSE, FALSE, 1, &effects);
      run.again = FALSE;
      carry_out (&run, &effects);
    }
  oree_s2s_out_on_lost (out, OREE_S2S_CONNECTION_LOST, 2, &first);
  carry_out (&run, &first);
  if (run.again) /* the other server is not there either */
    oree_s2s_out_on_lost (out, OREE_S2S_CONNECT_FAILED, 2, &first);
  carry_out (&run, &first);
  g_assert_cmpuint (run.tokens, ==, 3);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 bits;

  if (size == 0)
    return 0;
  bits = data[0];
  run_in (&bits, data + 1, size - 1);
  run_out (&bits, data + 1, size - 1);
  return 0;
}
