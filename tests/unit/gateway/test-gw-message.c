/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gw-test.h"
#include "gateway/oree-gw-message.h"
#include "oree-test.h"

#define ADDRESSES "from='mira@cafe.test/desk' to='otto@phone.test' id='m1'"

typedef struct
{
  const char *stanza; /* after <message …addresses> */
  const char *call_id, *subject, *language, *body; /* body NULL: nothing to carry */
} ToSip;

static const ToSip to_sip[] = {
  { "type='chat'><body>hello</body></message>", NULL, NULL, NULL, "hello" },
  { "><body>hello</body></message>", NULL, NULL, NULL, "hello" },
  { "type='headline'><body>news</body></message>", NULL, NULL, NULL, "news" },
  { "><subject>Dinner</subject><body>at 8</body><thread>t-1@cafe</thread></message>", "t-1@cafe", "Dinner", NULL, "at 8" },
  { "xml:lang='fr'><body>à table</body></message>", NULL, NULL, "fr", "à table" },
  { "xml:lang='fr'><body xml:lang='de-CH'>z'Nacht</body></message>", NULL, NULL, "de-CH", "z'Nacht" },
  { "xml:lang='de'><body xml:lang='en'>supper</body><body xml:lang='de'>Essen</body></message>", NULL, NULL, "de", "Essen" },
  { "xml:lang='en\r\nX: y'><body>x</body></message>", NULL, NULL, NULL, "x" },
  { "><body>one\ntwo\r\nthree&#13;four&#13;&#10;five</body></message>", NULL, NULL, NULL, "one\r\ntwo\r\nthree\r\nfour\r\nfive" },
  { "><body>日本語 العربية עברית 🦊 &lt;b&gt; &amp;</body></message>", NULL, NULL, NULL, "日本語 العربية עברית 🦊 <b> &" },
  { "><body>x</body><subject>evil&#13;&#10;Contact: &lt;sip:eve@evil.test&gt;</subject></message>", NULL,
    "evil  Contact: <sip:eve@evil.test>", NULL, "x" },
  { "><body>x</body><subject>&#9;tabs&#9;</subject></message>", NULL, "tabs", NULL, "x" },
  { "><body>x</body><thread/></message>", NULL, NULL, NULL, "x" },
  { "type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>", NULL, NULL, NULL, NULL },
  { "><subject>only</subject></message>", NULL, NULL, NULL, NULL },
};

static void
stanzas_become_message_parts (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);

  for (guint i = 0; i < G_N_ELEMENTS (to_sip); i++)
    {
      g_autofree char *rest = g_strconcat (ADDRESSES " ", to_sip[i].stanza, NULL);
      g_autoptr (OreeStanza) stanza = gw_test_stanza ("message", rest);
      g_auto (OreeGwSip) sip = { 0 };
      OreeStanzaErr err;

      oree_test_say (to_sip[i].stanza);
      g_assert_cmpint (oree_gw_message_to_sip (stanza, threads, 1000, &sip, &err), ==,
                       to_sip[i].body ? OREE_GW_MESSAGE_OK : OREE_GW_MESSAGE_EMPTY);
      g_assert_cmpstr (sip.call_id, ==, to_sip[i].call_id);
      g_assert_cmpstr (sip.subject, ==, to_sip[i].subject);
      g_assert_cmpstr (sip.language, ==, to_sip[i].language);
      g_assert_cmpstr (sip.body, ==, to_sip[i].body);
    }
}

static void
what_cannot_be_carried_is_refused (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autoptr (OreeStanza) group = gw_test_stanza ("message", ADDRESSES " type='groupchat'><body>x</body></message>");
  g_autoptr (OreeStanza) exact = gw_test_stanza ("message", ADDRESSES "><body>a\nb</body></message>");
  g_auto (OreeGwSip) sip = { 0 };
  OreeStanzaErr err;

  g_assert_cmpint (oree_gw_message_to_sip (group, threads, 1000, &sip, &err), ==, OREE_GW_MESSAGE_REFUSED);
  g_assert_cmpint (err, ==, OREE_STANZA_ERR_SERVICE_UNAVAILABLE);
  g_assert_cmpint (oree_gw_message_to_sip (exact, threads, 3, &sip, &err), ==, OREE_GW_MESSAGE_REFUSED);
  g_assert_cmpint (err, ==, OREE_STANZA_ERR_POLICY_VIOLATION); /* "a\r\nb" is four */
  g_assert_null (sip.body);
  g_assert_cmpint (oree_gw_message_to_sip (exact, threads, 4, &sip, &err), ==, OREE_GW_MESSAGE_OK);
}

static const OreeSipMsg *
sip_message (const char *headers, const char *body)
{
  return gw_test_sip (g_strdup_printf ("MESSAGE sip:mira@cafe.test SIP/2.0\r\n"
                                       "Via: SIP/2.0/TLS phone.test;branch=z9hG4bK1\r\n"
                                       "Max-Forwards: 70\r\nFrom: <sip:otto@phone.test>;tag=1\r\nTo: <sip:mira@cafe.test>\r\n"
                                       "CSeq: 1 MESSAGE\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                                       headers, strlen (body), body));
}

typedef struct
{
  const char *headers, *body;
  guint status; /* 0: a stanza */
  const char *attributes, *contents;
} ToXmpp;

#define CALL "Call-ID: c1@phone\r\n"
#define PLAIN CALL "Content-Type: text/plain\r\n"
#define THREAD "<thread>c1@phone</thread>"

static const ToXmpp to_xmpp[] = {
  { PLAIN, "hello", 0, "", "<body>hello</body>" THREAD },
  { CALL "c: TEXT/Plain;charset=UTF-8\r\n", "日本語 🦊", 0, "", "<body>日本語 🦊</body>" THREAD },
  { CALL "Content-Type: text/plain;charset=iso-8859-1\r\n", "caf\xe9", 0, "", "<body>café</body>" THREAD },
  { PLAIN, "one\r\ntwo\nthree\rfour", 0, "", "<body>one\ntwo\nthree\nfour</body>" THREAD },
  { PLAIN, "a<b>&\"c\"", 0, "", "<body>a&lt;b&gt;&amp;&quot;c&quot;</body>" THREAD },
  { PLAIN, "bell\x07 esc\x1b non\xef\xbf\xbe", 0, "", "<body>bell\xef\xbf\xbd esc\xef\xbf\xbd non\xef\xbf\xbd</body>" THREAD },
  { PLAIN "Subject: Dinner\r\nContent-Language: fr\r\n", "x", 0, " xml:lang='fr'", "<subject>Dinner</subject><body>x</body>" THREAD },
  { PLAIN "Content-Language: fr, en\r\n", "x", 0, "", "<body>x</body>" THREAD },
  { PLAIN "Content-Language: f'r\r\n", "x", 0, "", "<body>x</body>" THREAD },
  { PLAIN, "", 200, NULL, NULL },
  { CALL "Content-Type: text/html\r\n", "<b>x</b>", 415, NULL, NULL },
  { CALL "Content-Type: application/im-iscomposing+xml\r\n", "<x/>", 415, NULL, NULL },
  { CALL, "x", 415, NULL, NULL },
  { PLAIN "Content-Encoding: gzip\r\n", "x", 415, NULL, NULL },
  { PLAIN, "\xff\xfe", 415, NULL, NULL },
  { CALL "Content-Type: text/plain;charset=klingon\r\n", "x", 415, NULL, NULL },
};

static void
requests_become_stanzas (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);

  for (guint i = 0; i < G_N_ELEMENTS (to_xmpp); i++)
    {
      const OreeSipMsg *msg = sip_message (to_xmpp[i].headers, to_xmpp[i].body);
      guint status = 0;
      g_autoptr (OreeXmlNode) node = oree_gw_message_to_xmpp (msg, threads, "otto@phone.test", "mira@cafe.test", "id1", &status);
      g_autoptr (OreeXmlNode) wanted = NULL;
      g_autofree char *xml = NULL;

      oree_test_say (to_xmpp[i].headers);
      oree_test_say (to_xmpp[i].body);
      if (to_xmpp[i].status != 0)
        {
          g_assert_null (node);
          g_assert_cmpuint (status, ==, to_xmpp[i].status);
          continue;
        }
      g_assert_nonnull (node);
      xml = g_strdup_printf ("<message xmlns='jabber:server' from='otto@phone.test' to='mira@cafe.test' id='id1'%s>%s</message>",
                             to_xmpp[i].attributes, to_xmpp[i].contents);
      wanted = gw_test_node (xml);
      g_assert_true (oree_xml_node_equal (node, wanted));
    }
}

/* What a stanza carried comes back in the answer's stanza. */
static void
threads_come_back (void)
{
  static const char *const rows[] = {
    "t-1@cafe", "e0ffe42b28561960c6b12b944a092794b9683a38", "with space", "ü", "a@b@c", "@", "x@", "a,b", "a;b",
    "oree-thread-forged", "line\nbreak",
  };
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autofree char *fill = g_strnfill (300, 'a');

  for (guint i = 0; i <= G_N_ELEMENTS (rows); i++)
    {
      const char *thread = i < G_N_ELEMENTS (rows) ? rows[i] : fill;
      g_autofree char *call_id = oree_gw_threads_call_id (threads, thread);
      g_autofree char *again = oree_gw_threads_call_id (threads, thread);
      g_autofree char *headers = g_strdup_printf ("Call-ID: %s\r\nContent-Type: text/plain\r\n", call_id);
      const OreeSipMsg *msg = sip_message (headers, "x"); /* parses: it is a legal Call-ID */
      g_autofree char *back = oree_gw_threads_thread (threads, oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID));

      g_assert_cmpstr (call_id, ==, again);
      g_assert_cmpstr (back, ==, thread);
      g_assert_cmpuint (strlen (call_id), <=, 255);
    }
}

static void
the_thread_map_is_bounded (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (2);
  g_autofree char *first = oree_gw_threads_call_id (threads, "a b");
  g_autofree char *second = oree_gw_threads_call_id (threads, "b c");
  g_autofree char *third = oree_gw_threads_call_id (threads, "c d");
  g_autofree char *gone = oree_gw_threads_thread (threads, oree_span_str (first));
  g_autofree char *kept = oree_gw_threads_thread (threads, oree_span_str (second));
  g_autofree char *last = oree_gw_threads_thread (threads, oree_span_str (third));

  g_assert_cmpstr (gone, ==, first);
  g_assert_cmpstr (kept, ==, "b c");
  g_assert_cmpstr (last, ==, "c d");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/message/stanzas-become-message-parts", stanzas_become_message_parts);
  g_test_add_func ("/gateway/message/what-cannot-be-carried-is-refused", what_cannot_be_carried_is_refused);
  g_test_add_func ("/gateway/message/requests-become-stanzas", requests_become_stanzas);
  g_test_add_func ("/gateway/message/threads-come-back", threads_come_back);
  g_test_add_func ("/gateway/message/the-thread-map-is-bounded", the_thread_map_is_bounded);
  return g_test_run ();
}
