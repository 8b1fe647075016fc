/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Not one byte of either protocol crosses raw: whatever people, programs and enemies write, the other side gets one
 * well-formed message with the headers, elements and attributes we put there, and the text as text. Random, from a seed that
 * a failure names. */
#include "gw-test.h"
#include "base/oree-limits.h"
#include "codec/mime/oree-cpim.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-write.h"
#include "codec/xml/oree-html-reader.h"
#include "gateway/oree-gw-addr.h"
#include "gateway/oree-gw-html.h"
#include "gateway/oree-gw-message.h"
#include "gateway/oree-gw-people.h"
#include "gateway/oree-gw-query.h"
#include "ident/oree-sip-uri.h"

#define ROUNDS 1500
#define TOKEN "0123456789abcdef0123456789abcdef"

/* Everything that means something to one of the parsers on the way. */
static const char *const pieces[] = {
  "\r\n", "\n", "\r", "\r\n\r\n", "\t", " ", "<", ">", "&", "]]>", "<![CDATA[", "<!--", "<?x?>", "<!DOCTYPE x>", "\"", "'", "\\", "\\u000d",
  "&#13;&#10;", "&lt;", "%0d%0a", "%00", ";", ":", "@", ",", "=", "\xe2\x80\xae", "\xe2\x80\xa8", "\xe2\x81\xa6", "\xc2\x85", "\xef\xbf\xbe",
  "\x01", "\x1b[31m", "\x7f", "é", "日本", "🦊", "x", "hello", "Via: SIP/2.0/TLS evil", "\r\nContact: <sip:eve@evil.test>",
  "\r\n--" TOKEN "\r\n", "\r\n--" TOKEN "--\r\n", "--b", "--b--\r\n", "javascript:", "<script>", "</body>", "</message>", "<message xmlns='jabber:server'>",
  "https://x.test/", "style=", "onclick=", "imdn.Message-ID: x", "Content-Type: text/html\r\n\r\n", "SIP/2.0 200 OK",
};

static GRand *chance;

/* A text of such pieces; `xml`: as a tree may hold it. Owned. */
static char *
evil (gboolean xml)
{
  GString *out = g_string_new (NULL);
  guint n = (guint) g_rand_int_range (chance, 0, 9);

  for (guint i = 0; i < n; i++)
    g_string_append (out, pieces[g_rand_int_range (chance, 0, G_N_ELEMENTS (pieces))]);
  if (g_rand_int_range (chance, 0, 40) == 0)
    for (guint i = 0; i < 700; i++)
      g_string_append (out, "wide");
  if (xml)
    {
      g_autoptr (GString) clean = g_string_new (NULL);

      oree_xml_escape (clean, oree_span (out->str, out->len)); /* what a reader would have made of it is what comes back */
      {
        g_autofree char *document = g_strdup_printf ("<t>%s</t>", clean->str);
        g_autoptr (OreeXmlNode) node = gw_test_node (document);

        g_string_assign (out, oree_xml_node_text (node));
      }
    }
  return g_string_free (out, FALSE);
}

/* --- XMPP → SIP ---------------------------------------------------------------------------------- */

static void
add_evil (OreeXmlBuilder *builder, const char *name, const char *ns)
{
  g_autofree char *text = evil (TRUE);

  if (g_rand_boolean (chance))
    oree_xml_builder_element (builder, name, ns, text);
}

static void
add_evil_attribute (OreeXmlBuilder *builder, const char *name)
{
  g_autofree char *value = evil (TRUE);

  oree_xml_builder_attribute (builder, name, value);
}

static void
add_evil_html (OreeXmlBuilder *builder)
{
  static const char *const names[] = { "p", "a", "script", "img", "span", "evil", "li", "b" };
  static const char *const attributes[] = { "href", "style", "onclick", "src", "alt" };

  oree_xml_builder_open (builder, "html", OREE_NS_XHTML_IM);
  oree_xml_builder_open (builder, "body", OREE_NS_XHTML);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *text = evil (TRUE);

      oree_xml_builder_open (builder, names[g_rand_int_range (chance, 0, G_N_ELEMENTS (names))], NULL);
      for (guint a = 0; a < G_N_ELEMENTS (attributes); a++)
        if (g_rand_boolean (chance))
          add_evil_attribute (builder, attributes[a]);
      oree_xml_builder_text (builder, text);
    }
  for (guint i = 0; i < 6; i++)
    oree_xml_builder_close (builder);
}

static OreeStanza *
evil_stanza (void)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) node = NULL;
  g_autofree char *id = evil (TRUE), *lang = evil (TRUE);
  OreeParseError error;

  oree_stanza_open (builder, OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_CHAT, "mira@cafe.test/desk", "otto@phone.test", id,
                    g_rand_boolean (chance) ? lang : NULL);
  add_evil (builder, "body", NULL);
  add_evil (builder, "subject", NULL);
  add_evil (builder, "thread", NULL);
  if (g_rand_boolean (chance))
    add_evil_html (builder);
  if (g_rand_boolean (chance))
    {
      oree_xml_builder_open (builder, "x", OREE_NS_OOB);
      add_evil (builder, "url", NULL);
      add_evil (builder, "desc", NULL);
      oree_xml_builder_close (builder);
    }
  if (g_rand_boolean (chance))
    {
      oree_xml_builder_open (builder, "reactions", OREE_NS_REACTIONS);
      add_evil (builder, "reaction", NULL);
      oree_xml_builder_close (builder);
    }
  if (g_rand_boolean (chance))
    {
      oree_xml_builder_open (builder, "delay", OREE_NS_DELAY);
      add_evil_attribute (builder, "stamp");
      oree_xml_builder_close (builder);
    }
  node = oree_xml_builder_finish (builder);
  return oree_stanza_new (node, NULL, &error);
}

/* The request a role would write. Owned. */
static GString *
request_of (const OreeGwSip *sip, const char *type, OreeSpan body)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

  oree_sip_write_request (&writer, "MESSAGE", OREE_SPAN_LITERAL ("sip:otto@phone.test"));
  oree_sip_write_header (&writer, OREE_SIP_HDR_VIA, "SIP/2.0/TLS edge.test;branch=z9hG4bK1");
  oree_sip_write_header (&writer, OREE_SIP_HDR_FROM, "<sip:mira@cafe.test>;tag=1");
  oree_sip_write_header (&writer, OREE_SIP_HDR_TO, "<sip:otto@phone.test>");
  oree_sip_write_header (&writer, OREE_SIP_HDR_CALL_ID, sip->call_id != NULL ? sip->call_id : "c1");
  oree_sip_write_header (&writer, OREE_SIP_HDR_CSEQ, "1 MESSAGE");
  if (sip->subject != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_SUBJECT, sip->subject);
  if (sip->language != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_CONTENT_LANGUAGE, sip->language);
  if (sip->date != NULL)
    oree_sip_write_header (&writer, OREE_SIP_HDR_DATE, sip->date);
  return oree_sip_write_finish (&writer, type, body);
}

static void
check_request (const OreeGwSip *sip, const char *type, OreeSpan body)
{
  GString *text = request_of (sip, type, body);
  static OreeSipMsg msg;
  guint wanted = 7 + (sip->subject != NULL) + (sip->language != NULL) + (sip->date != NULL);

  g_assert_nonnull (text);
  g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), ==, (gssize) text->len);
  g_assert_cmpuint (msg.n_headers, ==, wanted);
  g_assert_true (oree_span_equal (msg.body, body));
  g_assert_null (oree_sip_msg_header (&msg, OREE_SIP_HDR_CONTACT));
  if (sip->subject != NULL)
    {
      g_assert_cmpuint (strlen (sip->subject), <=, OREE_GW_HEADER_TEXT_MAX);
      g_assert_true (oree_span_equal_str (oree_sip_msg_value (&msg, OREE_SIP_HDR_SUBJECT), sip->subject));
      g_assert_null (strstr (sip->subject, "\xe2\x80\xae")); /* U+202E */
    }
  g_string_free (text, TRUE);
}

/* Elements and attributes of the list, no other, and no address but of the schemes listed. */
static void
check_canonical (const OreeXmlNode *node)
{
  static const char *const elements[] = { "body", "p", "span", "em", "strong", "blockquote", "cite", "ul", "ol", "li", "a", "br" };
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    known = known || strcmp (oree_xml_node_name (node), elements[i]) == 0;
  g_assert_true (known);
  for (guint i = 0; i < oree_xml_node_n_attributes (node); i++)
    {
      const char *name, *value;

      oree_xml_node_nth_attribute (node, i, &name, NULL, &value);
      if (strcmp (name, "href") == 0)
        g_assert_true (g_str_has_prefix (value, "https://") && strpbrk (value, "<>\"' \r\n") == NULL);
      else
        {
          g_assert_cmpstr (name, ==, "style");
          g_assert_null (strpbrk (value, "()<>\"\\/@!&"));
        }
    }
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    check_canonical (child);
}

static void
check_alternative (const OreeGwSip *sip)
{
  g_autofree char *type = NULL;
  GString *both = oree_gw_sip_alternative (sip, TOKEN, &type);
  OreeMimeType parsed;
  OreeMimePart parts[3];
  g_autoptr (OreeXmlNode) tree = NULL, body = NULL;
  guint n;

  check_request (sip, type, oree_span (both->str, both->len));
  /* Who guesses the boundary could cut a part; nobody guesses 128 bits of ours. */
  if (strstr (sip->body, TOKEN) == NULL && strstr (sip->html, TOKEN) == NULL)
    {
      g_assert_cmpint (oree_mime_type_parse (&parsed, oree_span_str (type)), >, 0);
      g_assert_cmpint (oree_mime_multipart_parse (&parsed, oree_span (both->str, both->len), parts, 3, &n), >, 0);
      g_assert_cmpuint (n, ==, 2);
      g_assert_true (oree_span_equal_str (parts[0].body, sip->body));
    }
  g_assert_cmpint (oree_html_parse (sip->html, strlen (sip->html), &oree_xml_caps_document, &tree), >, 0);
  body = oree_gw_html_canonical (tree);
  g_assert_nonnull (body);
  check_canonical (body);
  g_assert_null (strcasestr (sip->html, "<script"));
  g_string_free (both, TRUE);
}

static void
check_cpim (const OreeGwSip *sip)
{
  OreeCpim cpim = { .from = (char *) "sip:mira@cafe.test", .subject = sip->subject, .message_id = (char *) "m",
                    .wants = OREE_CPIM_POSITIVE_DELIVERY };
  g_auto (OreeCpim) back = { NULL };
  GString *text = oree_cpim_write (&cpim, "text/plain", NULL, oree_span_str (sip->body));

  g_assert_nonnull (text);
  g_assert_cmpint (oree_cpim_parse (&back, oree_span (text->str, text->len)), >, 0);
  g_assert_cmpstr (back.subject, ==, sip->subject);
  g_assert_cmpstr (back.message_id, ==, "m");
  g_assert_true (oree_span_equal_str (back.content.body, sip->body));
  g_string_free (text, TRUE);
}

static void
stanzas_become_one_request (void)
{
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (64);
  guint carried = 0, formed = 0;

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (OreeStanza) stanza = evil_stanza ();
      g_auto (OreeGwSip) sip = { 0 };
      OreeGwExtras extras;
      OreeGwRefusalId refusal;

      oree_gw_extras_read (&extras, stanza);
      if (oree_gw_message_to_sip (stanza, &extras, threads, OREE_SIP_BODY_MAX, NULL, &sip, &refusal) != OREE_GW_MESSAGE_OK)
        continue;
      carried++;
      check_request (&sip, "text/plain;charset=UTF-8", oree_span_str (sip.body));
      check_cpim (&sip);
      for (const char *p = sip.body; *p; p++) /* every line end is CR LF */
        g_assert_true ((*p != '\n' || (p > sip.body && p[-1] == '\r')) && (*p != '\r' || p[1] == '\n'));
      if (sip.html != NULL)
        {
          formed++;
          check_alternative (&sip);
        }
    }
  g_assert_cmpuint (carried, >, ROUNDS / 2); /* else this proves little */
  g_assert_cmpuint (formed, >, ROUNDS / 20);
}

/* --- SIP → XMPP ---------------------------------------------------------------------------------- */

static const char *const content_types[] = {
  "text/plain", "text/plain;charset=iso-8859-1", "text/html", "multipart/mixed;boundary=b", "multipart/alternative;boundary=b",
  "message/cpim", "application/im-iscomposing+xml", "message/imdn+xml", "text/plain;charset=\"evil", "application/x",
};

static void
add_evil_header (GString *out, const char *name)
{
  g_autofree char *value = evil (FALSE);

  if (!g_rand_boolean (chance))
    return;
  for (char *p = value; *p; p++) /* a message with it would not have parsed */
    if ((guchar) *p < 0x20 || *p == 0x7f)
      *p = '.';
  g_string_append_printf (out, "%s: %s\r\n", name, value);
}

static GString *
evil_request (void)
{
  GString *out = g_string_new ("MESSAGE sip:mira@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS phone.test;branch=z9hG4bK1\r\n"
                               "Max-Forwards: 70\r\nFrom: <sip:otto@phone.test>;tag=1\r\nTo: <sip:mira@cafe.test>\r\nCSeq: 1 MESSAGE\r\n"
                               "Call-ID: c1\r\n");
  g_autoptr (GString) body = g_string_new (NULL);
  guint n = (guint) g_rand_int_range (chance, 0, 6);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = evil (FALSE);

      g_string_append (body, text);
      if (g_rand_int_range (chance, 0, 8) == 0)
        g_string_append_c (body, (char) g_rand_int_range (chance, 0, 256));
    }
  add_evil_header (out, "Subject");
  add_evil_header (out, "Content-Language");
  add_evil_header (out, "Date");
  g_string_append_printf (out, "Content-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                          content_types[g_rand_int_range (chance, 0, G_N_ELEMENTS (content_types))], body->len);
  g_string_append_len (out, body->str, (gssize) body->len);
  return out;
}

static void
check_stanza (const OreeXmlNode *node)
{
  static const char *const allowed[] = { OREE_NS_SERVER, OREE_NS_XHTML_IM, OREE_NS_RECEIPTS, OREE_NS_MARKERS, OREE_NS_DELAY,
                                         OREE_NS_CHATSTATES };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (OreeXmlNode) again = NULL;
  OreeXmlCaps caps = oree_xml_caps_document;
  const char *subject = oree_xml_node_child_text (node, "subject", NULL);

  caps.stanza = OREE_XML_STANZA_MAX;
  oree_xml_write (text, node, NULL);
  g_assert_cmpint (oree_xml_document_parse (text->str, text->len, &caps, &again), ==, (gssize) text->len);
  g_assert_true (oree_xml_node_equal (node, again)); /* what we think we send is what is read */
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    {
      gboolean known = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
        known = known || strcmp (oree_xml_node_ns (child), allowed[i]) == 0;
      g_assert_true (known);
      if (oree_xml_node_is (child, "html", OREE_NS_XHTML_IM))
        check_canonical (oree_xml_node_first (child));
      else
        g_assert_cmpuint (oree_xml_node_n_children (child), ==, 0);
    }
  g_assert_nonnull (oree_xml_node_child (node, "body", NULL));
  g_assert_true (subject == NULL || (strpbrk (subject, "\r\n") == NULL && strstr (subject, "\xe2\x80\xae") == NULL));
}

static void
requests_become_one_stanza (void)
{
  static OreeSipMsg msg;
  guint carried = 0, refused = 0;

  for (guint round = 0; round < ROUNDS; round++)
    {
      GString *text = evil_request ();
      g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
      g_autofree char *unsupported = NULL;
      OreeGwStanzaParts parts = { "otto@phone.test", "mira@cafe.test", "id1", "c1", TRUE, G_MAXINT64, "phone.test" };

      if (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM) > 0)
        {
          OreeGwRefusalId refusal = oree_gw_content_read (&content, &msg, &unsupported);

          if (refusal != OREE_GW_REFUSAL_NONE)
            refused++;
          else if (content.kind == OREE_GW_CONTENT_TEXT)
            {
              g_autoptr (OreeXmlNode) node = oree_gw_content_to_stanza (&content, &parts);

              carried++;
              check_stanza (node);
            }
        }
      g_string_free (text, TRUE);
    }
  g_assert_cmpuint (carried, >, ROUNDS / 10);
  g_assert_cmpuint (refused, >, ROUNDS / 10);
}

/* --- names and addresses ------------------------------------------------------------------------- */

static const OreeGwPerson *
learnt (OreeGwPeople *people, const char *aor, const OreeSipMsg *msg, const char *name)
{
  oree_gw_people_learn (people, aor, msg, oree_span_str (name), NULL);
  return oree_gw_people_find (people, aor);
}

static void
names_become_cards (void)
{
  g_autoptr (OreeGwPeople) people = oree_gw_people_new (4);
  const OreeSipMsg *msg = gw_test_sip (g_strdup ("MESSAGE sip:mira@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS phone.test;branch=z9hG4bK1\r\n"
                                                 "Max-Forwards: 70\r\nFrom: <sip:otto@phone.test>;tag=1\r\nTo: <sip:mira@cafe.test>\r\n"
                                                 "CSeq: 1 MESSAGE\r\nCall-ID: c1\r\nContent-Length: 0\r\n\r\n"));
  g_autoptr (OreeStanza) iq = gw_test_stanza ("iq", "from='mira@cafe.test' to='otto@phone.test' type='get' id='1'><vCard xmlns='vcard-temp'/></iq>");

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *name = evil (FALSE);
      const OreeGwPerson *person = learnt (people, "sip:otto@phone.test", msg, name);
      OreeGwQueryFacts facts = { TRUE, person->name, "sip:otto@phone.test", "1", 0, 0 };
      OreeGwRefusalId refusal;
      g_autoptr (OreeXmlNode) answer = oree_gw_query_answer (iq, &facts, &refusal), again = NULL;
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_true (person->name == NULL || strpbrk (person->name, "\r\n\t\x01\x7f") == NULL);
      g_assert_true (person->name == NULL || strlen (person->name) <= 3 * OREE_GW_HEADER_TEXT_MAX);
      oree_xml_write (text, answer, NULL);
      g_assert_cmpint (oree_xml_document_parse (text->str, text->len, &oree_xml_caps_document, &again), >, 0);
      if (person->name != NULL && *person->name != '\0' && oree_xml_is_clean (oree_span_str (person->name)))
        g_assert_cmpstr (oree_xml_node_child_text (oree_xml_node_first (again), "FN", NULL), ==, person->name);
    }
}

/* A resource becomes a parameter of a URI, and nothing else of it. */
static void
resources_stay_in_their_parameter (void)
{
  guint carried = 0;

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_auto (OreeJid) jid = OREE_JID_INIT, back = OREE_JID_INIT;
      g_autofree char *resource = evil (TRUE), *uri = NULL;
      OreeSipUri parsed;

      if (*resource == '\0' || !oree_jid_set (&jid, "mira", "cafe.test", resource) || (uri = oree_gw_uri_from_jid (&jid)) == NULL)
        continue;
      carried++;
      g_assert_null (strpbrk (uri, "<>\"\r\n\t ,?"));
      g_assert_true (oree_sip_uri_parse (&parsed, oree_span_str (uri)));
      g_assert_true (oree_span_is_empty (parsed.headers));
      g_assert_true (oree_gw_jid_from_uri (&back, oree_span_str (uri)));
      g_assert_true (oree_jid_equal (&jid, &back));
    }
  g_assert_cmpuint (carried, >, ROUNDS / 20);
}

int
main (int argc, char **argv)
{
  const char *given = g_getenv ("OREE_TEST_SEED");
  guint64 seed = 20260203;
  int result;

  g_test_init (&argc, &argv, NULL);
  if (given != NULL)
    g_ascii_string_to_unsigned (given, 10, 0, G_MAXUINT32, &seed, NULL);
  g_test_message ("OREE_TEST_SEED=%" G_GUINT64_FORMAT, seed);
  chance = g_rand_new_with_seed ((guint32) seed);
  g_test_add_func ("/gateway/crossing/stanzas-become-one-request", stanzas_become_one_request);
  g_test_add_func ("/gateway/crossing/requests-become-one-stanza", requests_become_one_stanza);
  g_test_add_func ("/gateway/crossing/names-become-cards", names_become_cards);
  g_test_add_func ("/gateway/crossing/resources-stay-in-their-parameter", resources_stay_in_their_parameter);
  result = g_test_run ();
  g_rand_free (chance);
  return result;
}
