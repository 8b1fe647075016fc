/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/sdp/oree-sdp.h"

#define HEAD "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define LYNC "m=message 5060 sip sip:bob@contoso.test\r\na=accept-types:text/plain text/html application/im-iscomposing+xml\r\n"
#define ANSWER_HEAD "v=0\r\no=- 0 0 IN IP4 edge.contoso.test\r\ns=-\r\nc=IN IP4 edge.contoso.test\r\nt=0 0\r\n"
#define OURS "5060 sip sip:juliet@fabrikam.test\r\na=accept-types:text/plain\r\n"

static const struct
{
  const char *name;
  const char *body;
  gssize outcome;     /* 0: read whole */
  gboolean text;      /* takes messages of text/plain over SIP */
  const char *answer; /* the media of our answer; NULL: we do not answer */
} offers[] = {
  { "lync", HEAD LYNC, 0, TRUE, "m=message " OURS },
  { "microsoft's own name", HEAD "m=x-ms-message 5060 sip null\r\n", 0, TRUE, "m=x-ms-message " OURS },
  { "everything", HEAD "m=message 5060 sip null\r\na=accept-types:*\r\n", 0, TRUE, "m=message " OURS },
  { "any text", HEAD "m=message 5060 sip null\r\na=accept-types:text/*\r\n", 0, TRUE, "m=message " OURS },
  { "html alone", HEAD "m=message 5060 sip null\r\na=accept-types:text/html\r\n", 0, FALSE, NULL },
  { "line feeds alone", "v=0\ns=-\nm=message 5060 sip null\n\n", 0, TRUE, "m=message " OURS },
  { "with audio", HEAD "m=audio 49170 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n" LYNC, 0, TRUE,
    "m=audio 0 RTP/AVP 0 8\r\nm=message " OURS },
  { "messages twice", HEAD LYNC LYNC, 0, TRUE, "m=message " OURS "m=message 0 sip sip:bob@contoso.test\r\n" },
  { "declined", HEAD "m=message 0 sip null\r\n", 0, FALSE, NULL },
  { "msrp", HEAD "m=message 2855 TCP/MSRP *\r\na=accept-types:text/plain\r\n", 0, FALSE, NULL },
  { "audio alone", HEAD "m=audio 49170 RTP/AVP 0\r\n", 0, FALSE, NULL },
  { "no media", HEAD, 0, FALSE, NULL },
  { "empty", "", OREE_PARSE_BAD_VERSION, FALSE, NULL },
  { "another version", "v=1\r\n", OREE_PARSE_BAD_VERSION, FALSE, NULL },
  { "not a line", HEAD "hello\r\n", OREE_PARSE_BAD_SYNTAX, FALSE, NULL },
  { "port too high", HEAD "m=message 65536 sip null\r\n", OREE_PARSE_BAD_VALUE, FALSE, NULL },
  { "no port", HEAD "m=message\r\n", OREE_PARSE_BAD_VALUE, FALSE, NULL },
  { "no proto", HEAD "m=message 5060\r\n", OREE_PARSE_BAD_VALUE, FALSE, NULL },
};

static void
test_offers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      OreeSpan body = oree_span_str (offers[i].body);
      OreeSdp sdp;
      gssize outcome = oree_sdp_parse (&sdp, body);

      g_test_message ("%s", offers[i].name);
      g_assert_cmpint (outcome, ==, offers[i].outcome != 0 ? offers[i].outcome : (gssize) body.length);
      if (outcome <= 0)
        continue;
      g_assert_cmpint (oree_sdp_find_message (&sdp, "text/plain") != NULL, ==, offers[i].text);
      if (offers[i].answer != NULL)
        {
          g_autofree char *wanted = g_strconcat (ANSWER_HEAD, offers[i].answer, NULL);
          g_autoptr (GString) text
              = oree_sdp_write_message (&sdp, "edge.contoso.test", "sip:juliet@fabrikam.test", "text/plain");

          g_assert_cmpstr (text->str, ==, wanted);
        }
    }
}

static void
test_nul_is_refused (void)
{
  OreeSdp sdp;

  g_assert_cmpint (oree_sdp_parse (&sdp, OREE_SPAN_LITERAL ("v=0\r\ns=\0\r\n")), ==, OREE_PARSE_BAD_ENCODING);
}

static void
test_too_many_media (void)
{
  g_autoptr (GString) text = g_string_new ("v=0\r\n");
  OreeSdp sdp;

  for (guint i = 0; i < OREE_SDP_MEDIA_MAX; i++)
    g_string_append (text, "m=audio 1 RTP/AVP 0\r\n");
  g_assert_cmpint (oree_sdp_parse (&sdp, oree_span (text->str, text->len)), ==, text->len);
  g_string_append (text, "m=audio 1 RTP/AVP 0\r\n");
  g_assert_cmpint (oree_sdp_parse (&sdp, oree_span (text->str, text->len)), ==, OREE_PARSE_TOO_MANY);
}

static void
test_our_offer (void)
{
  g_autoptr (GString) text = oree_sdp_write_message (NULL, "2001:db8::1", "sip:juliet@fabrikam.test", "text/plain");
  OreeSdp sdp;

  g_assert_cmpstr (text->str, ==,
                   "v=0\r\no=- 0 0 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=message " OURS);
  g_assert_cmpint (oree_sdp_parse (&sdp, oree_span (text->str, text->len)), >, 0);
  g_assert_nonnull (oree_sdp_find_message (&sdp, "TEXT/plain"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/sdp/offers-and-answers", test_offers);
  g_test_add_func ("/codec/sdp/nul-is-refused", test_nul_is_refused);
  g_test_add_func ("/codec/sdp/too-many-media", test_too_many_media);
  g_test_add_func ("/codec/sdp/our-offer", test_our_offer);
  return g_test_run ();
}
