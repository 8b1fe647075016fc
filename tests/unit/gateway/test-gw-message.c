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
  { "><subject>only</subject></message>", NULL, NULL, NULL, "only" },
  { "><thread>t</thread></message>", NULL, NULL, NULL, NULL },
  { "><body>x</body><subject>left &#x202e;thgir &#x2066;y&#x2069;</subject></message>", NULL, "left thgir y", NULL, "x" },
  /* what a SIP client cannot show, in words */
  { "xml:lang='fr'><body>à 8 h</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/></message>", NULL, NULL, "fr", "Correction : à 8 h" },
  { "xml:lang='en-GB'><body>at 8</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/></message>", NULL, NULL, "en-GB", "Correction: at 8" },
  { "><reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👍</reaction><reaction>🎉</reaction></reactions></message>", NULL, NULL, NULL, "Reaction: 👍 🎉" },
  { "xml:lang='fr'><reactions xmlns='urn:xmpp:reactions:0' id='m0'/></message>", NULL, NULL, "fr", "La réaction a été retirée." },
  { "><body>&gt; before\nfallback</body><reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👍</reaction></reactions></message>", NULL, NULL, NULL, "> before\r\nfallback" },
  { "><body>&gt; before\nyes</body><reply xmlns='urn:xmpp:reply:0' to='otto@phone.test' id='m0'/><fallback xmlns='urn:xmpp:fallback:0' "
    "for='urn:xmpp:reply:0'><body start='0' end='9'/></fallback></message>", NULL, NULL, NULL, "> before\r\nyes" }, /* XEP-0461 says it itself */
  { "><body>https://f.test/a.png</body><x xmlns='jabber:x:oob'><url>https://f.test/a.png</url></x></message>", NULL, NULL, NULL, "https://f.test/a.png" },
  { "><body>look</body><x xmlns='jabber:x:oob'><url>https://f.test/a.png</url><desc>cat</desc></x></message>", NULL, NULL, NULL,
    "look\r\nAttachment: cat https://f.test/a.png" },
  { "xml:lang='fr'><reference xmlns='urn:xmpp:reference:0' type='data'><media-sharing xmlns='urn:xmpp:sims:1'><file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>"
    "<name>chat.png</name><size>12</size></file><sources><reference xmlns='urn:xmpp:reference:0' type='data' uri='https://f.test/c'/></sources></media-sharing></reference></message>",
    NULL, NULL, "fr", "Pièce jointe : chat.png (12 B) https://f.test/c" },
  { "><file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>a.pdf</name></file><sources>"
    "<url-data xmlns='http://jabber.org/protocol/url-data' target='https://f.test/a.pdf'/></sources></file-sharing></message>",
    NULL, NULL, NULL, "Attachment: a.pdf https://f.test/a.pdf" },
  { "><file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>a.pdf</name></file><sources>"
    "<jinglepub xmlns='urn:xmpp:jinglepub:1' uri='javascript:x'/></sources></file-sharing></message>",
    NULL, NULL, NULL, "Attachment: a.pdf (cannot be fetched from here)" },
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
      OreeGwRefusalId refusal;
      OreeGwExtras extras;

      oree_test_say (to_sip[i].stanza);
      oree_gw_extras_read (&extras, stanza);
      g_assert_cmpint (oree_gw_message_to_sip (stanza, &extras, threads, 1000, NULL, &sip, &refusal), ==,
                       to_sip[i].body                              ? OREE_GW_MESSAGE_OK
                       : extras.state != OREE_CHAT_STATE_NONE ? OREE_GW_MESSAGE_SIGNAL
                                                                   : OREE_GW_MESSAGE_EMPTY);
      g_assert_cmpstr (sip.call_id, ==, to_sip[i].call_id);
      g_assert_cmpstr (sip.subject, ==, to_sip[i].subject);
      g_assert_cmpstr (sip.language, ==, to_sip[i].language);
      g_assert_cmpstr (sip.body, ==, to_sip[i].body);
    }
}

static const struct
{
  const char *stanza;
  OreeGwRefusalId refusal; /* NONE: it goes */
} refused[] = {
  { "type='groupchat'><body>x</body></message>", OREE_GW_REFUSAL_GROUP_CHAT },
  { "><body>Join us</body><x xmlns='jabber:x:conference' jid='room@muc.cafe.test'/></message>", OREE_GW_REFUSAL_INVITATION },
  { "><x xmlns='http://jabber.org/protocol/muc#user'><invite from='eve@cafe.test'/></x></message>", OREE_GW_REFUSAL_INVITATION },
  { "><body>x</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>", OREE_GW_REFUSAL_NONE }, /* from an occupant */
  { "><propose xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>", OREE_GW_REFUSAL_CALL },
  { "><body>use OMEMO</body><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>", OREE_GW_REFUSAL_ENCRYPTED },
  { "><encryption xmlns='urn:xmpp:eme:0' namespace='x'/></message>", OREE_GW_REFUSAL_ENCRYPTED },
  { "><body>a\nbcdefg</body></message>", OREE_GW_REFUSAL_NONE },
  { "><body>a\nbcdefgh</body></message>", OREE_GW_REFUSAL_BODY_TOO_BIG }, /* "a\r\nbcdefgh" is ten */
};

static void
what_cannot_be_carried_is_refused (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *rest = g_strconcat (ADDRESSES " ", refused[i].stanza, NULL);
      g_autoptr (OreeStanza) stanza = gw_test_stanza ("message", rest);
      g_auto (OreeGwSip) sip = { 0 };
      OreeGwExtras extras;
      OreeGwRefusalId refusal;

      oree_test_say (refused[i].stanza);
      oree_gw_extras_read (&extras, stanza);
      g_assert_cmpint (oree_gw_message_to_sip (stanza, &extras, threads, 9, NULL, &sip, &refusal), ==,
                       refused[i].refusal == OREE_GW_REFUSAL_NONE ? OREE_GW_MESSAGE_OK : OREE_GW_MESSAGE_REFUSED);
      g_assert_cmpint (refusal, ==, refused[i].refusal);
      g_assert_true (refusal == OREE_GW_REFUSAL_NONE || sip.body == NULL);
    }
}

static void
form_goes_along (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autoptr (OreeStanza) stanza = gw_test_stanza (
      "message", ADDRESSES "><body>very *bold*</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body "
                           "xmlns='http://www.w3.org/1999/xhtml'>very <strong>bold</strong><br/></body></html>"
                           "<delay xmlns='urn:xmpp:delay' stamp='2010-11-13T23:29:00.123Z'/></message>");
  g_auto (OreeGwSip) sip = { 0 };
  g_autofree char *type = NULL;
  OreeGwExtras extras;
  OreeGwRefusalId refusal;
  GString *both;

  oree_gw_extras_read (&extras, stanza);
  g_assert_cmpint (oree_gw_message_to_sip (stanza, &extras, threads, 10000, NULL, &sip, &refusal), ==, OREE_GW_MESSAGE_OK);
  g_assert_cmpstr (sip.body, ==, "very *bold*");
  g_assert_cmpstr (sip.html, ==, "<!DOCTYPE html>\r\n<html><body>very <strong>bold</strong><br></body></html>\r\n");
  g_assert_cmpstr (sip.date, ==, "Sat, 13 Nov 2010 23:29:00 GMT");
  both = oree_gw_sip_alternative (&sip, "tok", &type);
  g_assert_cmpstr (type, ==, "multipart/alternative;boundary=\"tok\"");
  g_assert_true (g_str_has_prefix (both->str, "--tok\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\nvery *bold*\r\n--tok\r\n"));
  g_string_free (both, TRUE);
}

static void
form_gives_way_to_text (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autofree char *text = g_strnfill (800, 'x');
  g_autofree char *rest = g_strdup_printf (ADDRESSES "><body>%s</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body "
                                           "xmlns='http://www.w3.org/1999/xhtml'><em>%s</em></body></html></message>", text, text);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("message", rest);

  for (guint fits = 0; fits < 2; fits++)
    {
      g_auto (OreeGwSip) sip = { 0 };
      OreeGwExtras extras;
      OreeGwRefusalId refusal;

      oree_gw_extras_read (&extras, stanza);
      g_assert_cmpint (oree_gw_message_to_sip (stanza, &extras, threads, fits ? 3000 : 1600, NULL, &sip, &refusal), ==,
                       OREE_GW_MESSAGE_OK);
      g_assert_cmpstr (sip.body, ==, text);
      g_assert_cmpint (sip.html != NULL, ==, fits);
    }
}

/* The reader's language is for the words we add, and picks among bodies. */
static void
the_reader_is_asked_first (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autoptr (OreeStanza) stanza = gw_test_stanza (
      "message", ADDRESSES " xml:lang='en'><body>supper</body><body xml:lang='fr'>souper</body>"
                           "<replace xmlns='urn:xmpp:message-correct:0' id='m0'/></message>");
  g_auto (OreeGwSip) sip = { 0 };
  OreeGwExtras extras;
  OreeGwRefusalId refusal;

  oree_gw_extras_read (&extras, stanza);
  oree_gw_message_to_sip (stanza, &extras, threads, 1000, "fr", &sip, &refusal);
  g_assert_cmpstr (sip.body, ==, "Correction : souper");
  g_assert_cmpstr (sip.language, ==, "fr");
}

static void
a_long_subject_is_not_cut (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);
  g_autofree char *subject = g_strnfill (600, 's');
  g_autofree char *rest = g_strdup_printf (ADDRESSES "><body>x</body><subject>%s</subject></message>", subject);
  g_autofree char *wanted = g_strdup_printf ("%s\r\n\r\nx", subject);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("message", rest);
  g_auto (OreeGwSip) sip = { 0 };
  OreeGwExtras extras;
  OreeGwRefusalId refusal;

  oree_gw_extras_read (&extras, stanza);
  g_assert_cmpint (oree_gw_message_to_sip (stanza, &extras, threads, 1000, NULL, &sip, &refusal), ==, OREE_GW_MESSAGE_OK);
  g_assert_null (sip.subject);
  g_assert_cmpstr (sip.body, ==, wanted);
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
  guint status; /* 0: a stanza; EMPTY, COMPOSING, IMDN: no text; else why not */
  const char *attributes, *contents;
} ToXmpp;

#define CALL "Call-ID: c1@phone\r\n"
#define PLAIN CALL "Content-Type: text/plain\r\n"
#define THREAD "<thread>c1@phone</thread>"
#define HTML CALL "Content-Type: text/html\r\n"
#define CPIM CALL "Content-Type: message/cpim\r\n"
#define MULTI(kind) CALL "Content-Type: multipart/" kind ";boundary=b\r\n"
#define PART(type, text) "--b\r\nContent-Type: " type "\r\n\r\n" text "\r\n"
#define END "--b--\r\n"
#define RICH(inside) "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>" inside "</body></html>"
#define NOW (G_GINT64_CONSTANT (1289690960) * G_USEC_PER_SEC) /* 2010-11-13T23:29:20Z */
enum { EMPTY = 1, COMPOSING, IMDN };

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
  { PLAIN "Content-Language: f'r\r\nSubject: \xe2\x80\xae evil\r\n", "x", 0, "", "<subject>evil</subject><body>x</body>" THREAD },
  { PLAIN, "", EMPTY, NULL, NULL },
  { PLAIN "Date: Sat, 13 Nov 2010 23:28:00 GMT\r\n", "x", 0, "", "<body>x</body>" THREAD
    "<delay xmlns='urn:xmpp:delay' from='phone.test' stamp='2010-11-13T23:28:00Z'/>" },
  { PLAIN "Date: Sat, 13 Nov 2010 23:28:30 GMT\r\n", "x", 0, "", "<body>x</body>" THREAD }, /* just now */
  { PLAIN "Date: Sun, 14 Nov 2010 23:28:30 GMT\r\n", "x", 0, "", "<body>x</body>" THREAD }, /* a wrong clock */
  { PLAIN "Date: whenever\r\n", "x", 0, "", "<body>x</body>" THREAD },
  /* formatted */
  { HTML, "<b>x</b>", 0, "", "<body>x</body>" THREAD RICH ("<strong>x</strong>") },
  { HTML, "<p>x</p>", 0, "", "<body>x</body>" THREAD },
  { HTML, "", EMPTY, NULL, NULL },
  { HTML, "<script>x</script>", EMPTY, NULL, NULL },
  { MULTI ("alternative"), PART ("text/plain", "*x*") PART ("text/html;charset=utf-8", "<i>x</i>") END, 0, "",
    "<body>*x*</body>" THREAD RICH ("<em>x</em>") },
  { MULTI ("alternative"), PART ("image/png", "...") PART ("text/plain", "x") END, 0, "", "<body>x</body>" THREAD },
  { MULTI ("alternative"), PART ("image/png", "...") END, 415, NULL, NULL },
  { MULTI ("mixed"), PART ("text/plain", "one") PART ("text/plain\r\nContent-Language: fr", "deux") END, 0, "",
    "<body>one\n\ndeux</body>" THREAD },
  { MULTI ("mixed"), PART ("text/plain", "x") PART ("image/png", "...") END, 415, NULL, NULL }, /* nothing is left out unsaid */
  { MULTI ("mixed"), PART ("text/plain", "x") PART ("image/png\r\nContent-Disposition: icon", "...") END, 0, "", "<body>x</body>" THREAD },
  { MULTI ("mixed"), PART ("text/plain", "x") PART ("application/resource-lists+xml\r\nContent-Disposition: recipient-list;handling=optional", "<x/>") END, 420, NULL, NULL },
  { MULTI ("related"), PART ("text/html", "<u>x</u>") PART ("image/png", "...") END, 0, "",
    "<body>x</body>" THREAD RICH ("<span style='text-decoration: underline'>x</span>") },
  { MULTI ("mixed"), PART ("text/plain", "cut"), 400, NULL, NULL },
  { CALL "Content-Type: multipart/mixed\r\n", "x", 400, NULL, NULL },
  { MULTI ("mixed"), PART ("text/plain\r\nContent-Transfer-Encoding: base64", "aMOpIQ==") END, 0, "", "<body>hé!</body>" THREAD },
  /* message/cpim */
  { CPIM, "From: <sip:otto@phone.test>\r\nSubject: s\r\nDateTime: 2010-11-13T22:29:00+01:00\r\nNS: imdn <urn:ietf:params:imdn>\r\n"
          "imdn.Message-ID: m\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nx", 0, "",
    "<subject>s</subject><body>x</body>" THREAD "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>"
    "<delay xmlns='urn:xmpp:delay' from='phone.test' stamp='2010-11-13T21:29:00Z'/>" },
  { CPIM, "NS: v <mid:v>\r\nRequire: v.V\r\n\r\n\r\nx", 415, NULL, NULL },
  { CPIM, "nothing of it", 400, NULL, NULL },
  { CPIM, "\r\nContent-Type: message/cpim\r\n\r\n\r\nContent-Type: message/cpim\r\n\r\n\r\nContent-Type: message/cpim\r\n\r\n"
          "\r\nContent-Type: message/cpim\r\n\r\n\r\n\r\nx", 415, NULL, NULL }, /* too deep */
  /* typing and notifications are no messages */
  { CALL "Content-Type: application/im-iscomposing+xml\r\n",
    "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state></isComposing>", COMPOSING, NULL, NULL },
  { CALL "Content-Type: application/im-iscomposing+xml\r\n", "<x/>", 400, NULL, NULL },
  { CPIM, "NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: n\r\n\r\nContent-Type: message/imdn+xml\r\nContent-Disposition: notification\r\n\r\n"
          "<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>m</message-id><datetime>2010-11-13T21:29:00Z</datetime><delivery-notification>"
          "<status><delivered/></status></delivery-notification></imdn>", IMDN, NULL, NULL },
  { CALL "Content-Type: message/imdn+xml\r\n", "<imdn/>", 400, NULL, NULL },
  /* refused */
  { CALL "Content-Type: application/octet-stream\r\n", "x", 415, NULL, NULL },
  { CALL "Content-Type: application/sdp\r\n", "v=0", 415, NULL, NULL },
  { CALL, "x", 415, NULL, NULL },
  { PLAIN "Content-Encoding: gzip\r\n", "x", 415, NULL, NULL },
  { PLAIN, "\xff\xfe", 415, NULL, NULL },
  { CALL "Content-Type: text/plain;charset=klingon\r\n", "x", 415, NULL, NULL },
  { PLAIN "Require: recipient-list-message\r\n", "x", 420, NULL, NULL },
  { PLAIN "Require: 100rel, x\r\n", "x", 420, NULL, NULL },
};

static void
requests_become_stanzas (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (16);

  for (guint i = 0; i < G_N_ELEMENTS (to_xmpp); i++)
    {
      const OreeSipMsg *msg = sip_message (to_xmpp[i].headers, to_xmpp[i].body);
      g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
      g_autofree char *unsupported = NULL, *thread = NULL, *xml = NULL;
      OreeGwStanzaParts parts = { "otto@phone.test", "mira@cafe.test", "id1", NULL, FALSE, NOW, "phone.test" };
      g_autoptr (OreeXmlNode) node = NULL, wanted = NULL;
      OreeGwRefusalId refusal;

      oree_test_say (to_xmpp[i].headers);
      oree_test_say (to_xmpp[i].body);
      refusal = oree_gw_content_read (&content, msg, &unsupported);
      if (to_xmpp[i].status > IMDN)
        {
          g_assert_cmpuint (refusal, !=, OREE_GW_REFUSAL_NONE);
          g_assert_cmpuint (oree_gw_refusal (refusal)->sip, ==, to_xmpp[i].status);
          continue;
        }
      g_assert_cmpint (refusal, ==, OREE_GW_REFUSAL_NONE);
      g_assert_cmpint (content.kind, ==, to_xmpp[i].status == EMPTY       ? OREE_GW_CONTENT_EMPTY
                                         : to_xmpp[i].status == COMPOSING ? OREE_GW_CONTENT_COMPOSING
                                         : to_xmpp[i].status == IMDN      ? OREE_GW_CONTENT_IMDN
                                                                          : OREE_GW_CONTENT_TEXT);
      if (to_xmpp[i].status != 0)
        continue;
      parts.thread = thread = oree_gw_threads_thread (threads, oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID));
      node = oree_gw_content_to_stanza (&content, &parts);
      xml = g_strdup_printf ("<message xmlns='jabber:server' from='otto@phone.test' to='mira@cafe.test' id='id1'%s>%s</message>",
                             to_xmpp[i].attributes, to_xmpp[i].contents);
      wanted = gw_test_node (xml);
      if (!oree_xml_node_equal (node, wanted))
        {
          g_autoptr (GString) got = g_string_new (NULL);

          oree_xml_write (got, node, NULL);
          g_assert_cmpstr (got->str, ==, xml);
        }
    }
}

static void
extensions_are_named (void)
{
  const OreeSipMsg *msg = sip_message (PLAIN "Require: a, recipient-list-message\r\nRequire: b\r\n", "x");
  g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
  g_autofree char *unsupported = NULL;

  g_assert_cmpint (oree_gw_content_read (&content, msg, &unsupported), ==, OREE_GW_REFUSAL_MANY_RECIPIENTS);
  g_assert_cmpstr (unsupported, ==, "a, recipient-list-message, b");
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

static void
messages_have_a_life (void)
{
  static const struct
  {
    const char *headers;
    guint32 life;
  } rows[] = {
    { "", G_MAXUINT32 },
    { "Expires: 0\r\n", 0 },
    { "Expires: 30\r\n", 30 },
    { "Expires: nonsense\r\n", G_MAXUINT32 },
    { "Date: Tue, 03 Feb 2026 04:05:06 GMT\r\n", G_MAXUINT32 },
    { "Date: Tue, 03 Feb 2026 04:05:06 GMT\r\nExpires: 30\r\n", 20 },
    { "Date: Tue, 03 Feb 2026 04:05:06 GMT\r\nExpires: 10\r\n", 0 },
    { "Date: Tue, 03 Feb 2026 04:05:06 GMT\r\nExpires: 11\r\n", 1 },
    { "Date: Tue, 03 Feb 2026 03:00:00 GMT\r\nExpires: 60\r\n", 0 },
    { "Date: Tue, 03 Feb 2026 05:05:06 GMT\r\nExpires: 60\r\n", 60 }, /* its clock runs ahead of ours */
    { "Date: some day\r\nExpires: 60\r\n", 60 },
  };
  const gint64 now = G_GINT64_CONSTANT (1770091516) * G_USEC_PER_SEC; /* ten seconds after that date */

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OreeSipMsg *msg = gw_test_sip (g_strdup_printf (
        "MESSAGE sip:mira@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:o@p.test>;tag=2\r\n"
        "To: <sip:mira@cafe.test>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\n%sContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
        rows[i].headers));
      g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
      g_autofree char *unsupported = NULL;

      oree_test_say (rows[i].headers);
      g_assert_cmpint (oree_gw_content_read (&content, msg, &unsupported), ==, OREE_GW_REFUSAL_NONE);
      g_assert_cmpuint (oree_gw_content_life (&content, msg, now), ==, rows[i].life);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/message/stanzas-become-message-parts", stanzas_become_message_parts);
  g_test_add_func ("/gateway/message/messages-have-a-life", messages_have_a_life);
  g_test_add_func ("/gateway/message/what-cannot-be-carried-is-refused", what_cannot_be_carried_is_refused);
  g_test_add_func ("/gateway/message/form-goes-along", form_goes_along);
  g_test_add_func ("/gateway/message/form-gives-way-to-text", form_gives_way_to_text);
  g_test_add_func ("/gateway/message/the-reader-is-asked-first", the_reader_is_asked_first);
  g_test_add_func ("/gateway/message/a-long-subject-is-not-cut", a_long_subject_is_not_cut);
  g_test_add_func ("/gateway/message/extensions-are-named", extensions_are_named);
  g_test_add_func ("/gateway/message/requests-become-stanzas", requests_become_stanzas);
  g_test_add_func ("/gateway/message/threads-come-back", threads_come_back);
  g_test_add_func ("/gateway/message/the-thread-map-is-bounded", the_thread_map_is_bounded);
  return g_test_run ();
}
