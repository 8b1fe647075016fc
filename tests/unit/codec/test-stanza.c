/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stanzas, their errors, and what frames a stream. */
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"
#include "codec/xmpp/oree-stanza.h"
#include "codec/xmpp/oree-xmpp-stream.h"

static OreeXmlNode *
parse (const char *text)
{
  OreeXmlNode *root = NULL;

  g_assert_cmpint (oree_xml_document_parse (text, strlen (text), &oree_xml_caps_document, &root), >, 0);
  return root;
}

static char *
to_text (const OreeXmlNode *node)
{
  GString *out = g_string_new (NULL);

  oree_xml_write (out, node, "jabber:server");
  return g_string_free (out, FALSE);
}

#define M(attributes) "<message xmlns='jabber:server' from='a@x.test/r' to='b@y.test' " attributes "/>"
#define P(attributes) "<presence xmlns='jabber:server' from='a@x.test/r' to='b@y.test' " attributes "/>"
#define I(attributes) "<iq xmlns='jabber:server' from='x.test' to='y.test' " attributes "/>"

typedef struct
{
  const char *name;
  const char *text;
  OreeStanzaKind kind;
  OreeStanzaType type;
  int error;
} Row;

static const Row rows[] = {
  { "message", M (""), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, 0 },
  { "message-normal", M ("type='normal'"), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, 0 },
  { "message-unknown-type", M ("type='whisper'"), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, 0 },
  { "message-chat", M ("type='chat'"), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_CHAT, 0 },
  { "message-error", M ("type='error'"), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_ERROR, 0 },
  { "message-presence-type", M ("type='probe'"), OREE_STANZA_MESSAGE, OREE_STANZA_TYPE_NORMAL, 0 },
  { "presence", P (""), OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_AVAILABLE, 0 },
  { "presence-probe", P ("type='probe'"), OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_PROBE, 0 },
  { "presence-available", P ("type='available'"), OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_INVALID, 0 },
  { "iq-get", I ("type='get' id='1'"), OREE_STANZA_IQ, OREE_STANZA_TYPE_GET, 0 },
  { "iq-without-id", I ("type='get'"), OREE_STANZA_IQ, OREE_STANZA_TYPE_INVALID, 0 },
  { "iq-without-type", I ("id='1'"), OREE_STANZA_IQ, OREE_STANZA_TYPE_INVALID, 0 },
  { "iq-chat", I ("id='1' type='chat'"), OREE_STANZA_IQ, OREE_STANZA_TYPE_INVALID, 0 },
  { "client-namespace", "<message xmlns='jabber:client' from='a.test' to='b.test'/>", 0, 0, OREE_PARSE_UNSUPPORTED },
  { "other-element", "<msg xmlns='jabber:server' from='a.test' to='b.test'/>", 0, 0, OREE_PARSE_UNSUPPORTED },
  { "no-to", "<message xmlns='jabber:server' from='a.test'/>", 0, 0, OREE_PARSE_MISSING },
  { "empty-from", "<message xmlns='jabber:server' from='' to='b.test'/>", 0, 0, OREE_PARSE_MISSING },
  { "bad-from", "<message xmlns='jabber:server' from='a@' to='b.test'/>", 0, 0, OREE_PARSE_BAD_VALUE },
  { "bad-to", "<message xmlns='jabber:server' from='a.test' to='a b@c.test'/>", 0, 0, OREE_PARSE_BAD_VALUE },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (OreeXmlNode) node = parse (row->text);
  OreeParseError error = 0;
  g_autoptr (OreeStanza) stanza = oree_stanza_new (node, "en", &error);

  g_assert_cmpint (error, ==, row->error);
  if (stanza == NULL)
    return;
  g_assert_cmpint (stanza->kind, ==, row->kind);
  g_assert_cmpint (stanza->type, ==, row->type);
  g_assert_cmpstr (stanza->lang, ==, "en");
}

static OreeStanza *
stanza (const char *text)
{
  g_autoptr (OreeXmlNode) node = parse (text);
  OreeParseError error;
  OreeStanza *self = oree_stanza_new (node, NULL, &error);

  g_assert_nonnull (self);
  return self;
}

static void
test_answers (void)
{
  g_autoptr (OreeStanza) iq = stanza ("<iq xmlns='jabber:server' from='A@x.test/R' to='Y.test' id='7' type='get'><q xmlns='urn:q'/></iq>");
  g_autoptr (OreeStanza) result = stanza (I ("type='result' id='1'"));
  g_autoptr (OreeStanza) failed = stanza (M ("type='error'"));
  g_autoptr (OreeXmlNode) ok = oree_stanza_build_result (iq, oree_stanza_payload (iq));
  g_autoptr (OreeXmlNode) bad = oree_stanza_build_error (iq, OREE_STANZA_ERR_SERVICE_UNAVAILABLE, "no <such>", NULL);
  g_autofree char *a = to_text (ok), *b = to_text (bad);
  OreeStanzaErrView view;

  g_assert_cmpstr (a, ==, "<iq from='Y.test' to='A@x.test/R' type='result' id='7'><q xmlns='urn:q'/></iq>");
  g_assert_cmpstr (b, ==,
                   "<iq from='Y.test' to='A@x.test/R' type='error' id='7'><error type='cancel'>"
                   "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                   "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no &lt;such&gt;</text></error></iq>");
  g_assert_true (oree_stanza_err_read (bad, &view));
  g_assert_cmpint (view.condition, ==, OREE_STANZA_ERR_SERVICE_UNAVAILABLE);
  g_assert_cmpint (view.type, ==, OREE_ERR_TYPE_CANCEL);
  g_assert_cmpstr (view.text, ==, "no <such>");
  g_assert_null (oree_stanza_build_error (result, OREE_STANZA_ERR_FORBIDDEN, NULL, NULL));
  g_assert_null (oree_stanza_build_error (failed, OREE_STANZA_ERR_FORBIDDEN, NULL, NULL));
}

static void
test_builders (void)
{
  g_autoptr (OreeXmlNode) m = oree_stanza_build_message (OREE_STANZA_TYPE_CHAT, "a@x.test", "b@y.test", "1", "fr", "s", "b\n2", "t");
  g_autoptr (OreeXmlNode) n = oree_stanza_build_message (OREE_STANZA_TYPE_NORMAL, "a@x.test", "b@y.test", NULL, NULL, NULL, "b", NULL);
  g_autoptr (OreeXmlNode) p = oree_stanza_build_presence (OREE_STANZA_TYPE_AVAILABLE, "a@x.test/r", "b@y.test", NULL, NULL, "dnd", "busy", -1);
  g_autofree char *a = to_text (m), *b = to_text (n), *c = to_text (p);

  g_assert_cmpstr (a, ==, "<message from='a@x.test' to='b@y.test' type='chat' id='1' xml:lang='fr'><subject>s</subject><body>b\n2</body><thread>t</thread></message>");
  g_assert_cmpstr (b, ==, "<message from='a@x.test' to='b@y.test'><body>b</body></message>");
  g_assert_cmpstr (c, ==, "<presence from='a@x.test/r' to='b@y.test'><show>dnd</show><status>busy</status><priority>-1</priority></presence>");
}

static void
test_localised (void)
{
  g_autoptr (OreeStanza) s = stanza ("<message xmlns='jabber:server' from='a.test' to='b.test' xml:lang='en-GB'>"
                                     "<body xml:lang='de'>hallo</body><body>hello</body><body xml:lang='fr'>salut</body></message>");

  g_assert_cmpstr (oree_xml_node_text (oree_stanza_localised (s, "body", NULL)), ==, "hello");
  g_assert_cmpstr (oree_xml_node_text (oree_stanza_localised (s, "body", "fr-CA")), ==, "salut");
  g_assert_cmpstr (oree_xml_node_text (oree_stanza_localised (s, "body", "DE")), ==, "hallo");
  g_assert_cmpstr (oree_xml_node_text (oree_stanza_localised (s, "body", "it")), ==, "hello");
  g_assert_null (oree_stanza_localised (s, "subject", NULL));
}

static void
test_error_tables (void)
{
  for (guint i = 0; i < OREE_N_STANZA_ERRS; i++)
    {
      OreeStanzaErr back;

      g_assert_true (oree_stanza_err_from_condition (oree_stanza_err_condition (i), &back));
      g_assert_cmpint (back, ==, i);
      g_assert_cmpuint (oree_stanza_err_legacy_code (i), >=, 302);
    }
  for (guint i = 1; i < OREE_N_STREAM_ERRS; i++)
    {
      OreeStreamErr back;

      g_assert_true (oree_stream_err_from_condition (oree_stream_err_condition (i), &back));
      g_assert_cmpint (back, ==, i);
    }
  for (gssize e = -1; e >= OREE_PARSE_ERROR_LAST; e--)
    g_assert_cmpint (oree_stream_err_from_parse (e), !=, OREE_STREAM_ERR_NONE);
}

static void
test_unusual_errors (void)
{
  static const struct
  {
    const char *inner;
    OreeStanzaErr condition;
    OreeErrType type;
    gboolean found;
  } errors[] = {
    { "", OREE_STANZA_ERR_UNDEFINED_CONDITION, OREE_ERR_TYPE_CANCEL, FALSE },
    { "<error/>", OREE_STANZA_ERR_UNDEFINED_CONDITION, OREE_ERR_TYPE_CANCEL, FALSE },
    { "<error type='wait'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", OREE_STANZA_ERR_GONE, OREE_ERR_TYPE_WAIT, TRUE },
    { "<error type='odd'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", OREE_STANZA_ERR_FORBIDDEN, OREE_ERR_TYPE_AUTH, TRUE },
    { "<error type='cancel'><brand-new xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", OREE_STANZA_ERR_UNDEFINED_CONDITION, OREE_ERR_TYPE_CANCEL, TRUE },
    { "<error type='auth'><forbidden xmlns='urn:other'/></error>", OREE_STANZA_ERR_UNDEFINED_CONDITION, OREE_ERR_TYPE_AUTH, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *text = g_strdup_printf ("<message xmlns='jabber:server' from='a.test' to='b.test' type='error'>%s</message>", errors[i].inner);
      g_autoptr (OreeXmlNode) node = parse (text);
      OreeStanzaErrView view;

      g_assert_cmpint (oree_stanza_err_read (node, &view), ==, errors[i].found);
      g_assert_cmpint (view.condition, ==, errors[i].condition);
      g_assert_cmpint (view.type, ==, errors[i].type);
    }
}

static void
test_header_round_trip (void)
{
  OreeStreamHeader header = { .from = "a.test", .to = "b.test", .id = "<'x'>", .lang = "en", .major = 1 }, read;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_auto (OreeXmlEvent) event = { 0 };

  oree_stream_header_write (text, &header);
  g_assert_cmpint (oree_xml_reader_feed (reader, text->str, text->len, &event), ==, text->len);
  g_assert_cmpint (oree_stream_header_read (&read, event.node), ==, OREE_STREAM_ERR_NONE);
  g_assert_cmpstr (read.from, ==, "a.test");
  g_assert_cmpstr (read.to, ==, "b.test");
  g_assert_cmpstr (read.id, ==, "<'x'>");
  g_assert_cmpstr (read.lang, ==, "en");
  g_assert_cmpuint (read.major, ==, 1);
  g_assert_true (read.dialback);
}

/* Bytes of a stream element → tree, with the prefixes our header declares. */
static OreeXmlNode *
inside (const GString *text)
{
  g_autofree char *all = g_strconcat ("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'>", text->str, NULL);
  g_autoptr (OreeXmlReader) reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  g_auto (OreeXmlEvent) header = { 0 }, element = { 0 };
  gssize n = oree_xml_reader_feed (reader, all, strlen (all), &header);

  g_assert_cmpint (oree_xml_reader_feed (reader, all + n, strlen (all + n), &element), ==, strlen (all + n));
  return g_steal_pointer (&element.node);
}

static void
test_features_round_trip (void)
{
  for (guint bits = 0; bits < 64; bits++)
    {
      OreeStreamFeatures in = { .starttls = bits & 1, .starttls_required = (bits & 3) == 3, .external = (bits & 4) != 0,
                                .mechanisms = (bits & 4) != 0, .dialback = (bits & 8) != 0,
                                .dialback_errors = (bits & 24) == 24, .sm = (bits & 32) != 0,
                                .limits.max_bytes = bits & 1 ? 524288 : 0, .limits.idle_seconds = bits & 2 ? 840 : 0,
                                .bidi = bits & 1 }, out;
      g_autoptr (GString) text = g_string_new (NULL), again = g_string_new (NULL);
      g_autoptr (OreeXmlNode) node = NULL;

      oree_stream_features_write (text, &in);
      node = inside (text);
      g_assert_true (oree_stream_is_features (node));
      oree_stream_features_read (&out, node);
      oree_stream_features_write (again, &out); /* not the bytes of the structure: it has holes */
      g_assert_cmpstr (again->str, ==, text->str);
      g_assert_cmpint (out.mechanisms, ==, in.mechanisms);
    }
}

static void
test_stream_error_round_trip (void)
{
  for (guint i = 1; i < OREE_N_STREAM_ERRS; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (OreeXmlNode) node = NULL;
      const char *said;

      oree_stream_error_write (text, i, "why");
      node = inside (text);
      g_assert_true (oree_stream_is_error (node));
      g_assert_cmpint (oree_stream_error_read (node, &said), ==, i);
      if (i != OREE_STREAM_ERR_SEE_OTHER_HOST)
        g_assert_cmpstr (said, ==, "why");
    }
}

static void
test_dialback_round_trip (void)
{
  static const OreeDialbackElement elements[] = {
    { FALSE, OREE_DIALBACK_KEY, "a.test", "b.test", NULL, "k<ey", OREE_STANZA_ERR_UNDEFINED_CONDITION },
    { TRUE, OREE_DIALBACK_KEY, "a.test", "b.test", "i'd", "key", OREE_STANZA_ERR_UNDEFINED_CONDITION },
    { FALSE, OREE_DIALBACK_VALID, "a.test", "b.test", NULL, "", OREE_STANZA_ERR_UNDEFINED_CONDITION },
    { TRUE, OREE_DIALBACK_INVALID, "a.test", "b.test", "1", "", OREE_STANZA_ERR_UNDEFINED_CONDITION },
    { TRUE, OREE_DIALBACK_ERROR, "a.test", "b.test", "1", "", OREE_STANZA_ERR_ITEM_NOT_FOUND },
  };

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (OreeXmlNode) node = NULL;
      OreeDialbackElement out;

      oree_dialback_element_write (text, &elements[i]);
      node = inside (text);
      g_assert_true (oree_dialback_element_read (&out, node));
      g_assert_cmpint (out.verify, ==, elements[i].verify);
      g_assert_cmpint (out.type, ==, elements[i].type);
      g_assert_cmpstr (out.from, ==, elements[i].from);
      g_assert_cmpstr (out.id, ==, elements[i].id);
      g_assert_cmpstr (out.key, ==, elements[i].key);
      g_assert_cmpint (out.error, ==, elements[i].error);
    }
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *text;
    const char *authzid; /* NULL: refused */
    gboolean absent;
  } texts[] = {
    { "", "", TRUE },          { "=", "", FALSE },       { "YS50ZXN0", "a.test", FALSE }, { "YQ==", "a", FALSE },
    { "YR==", NULL, FALSE },   { "YWI=", "ab", FALSE },  { "YWJ=", NULL, FALSE },         { "YQ", NULL, FALSE },
    { "YQ= =", NULL, FALSE },  { "Y===", NULL, FALSE },  { "====", NULL, FALSE },         { "YS50\nZXN0", NULL, FALSE },
    { "AAAA", NULL, FALSE },   { "/////w==", NULL, FALSE }, { "YS50-XN0", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strdup_printf ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s</auth>", texts[i].text);
      g_autoptr (OreeXmlNode) node = parse (text);
      gboolean absent;
      g_autofree char *authzid = oree_sasl_authzid_read (node, &absent);

      g_assert_cmpstr (authzid, ==, texts[i].authzid);
      g_assert_cmpint (absent, ==, texts[i].absent);
    }
}

static void
test_ack_numbers (void)
{
  static const struct
  {
    const char *h;
    gboolean good;
    guint32 value;
  } numbers[] = { { "0", TRUE, 0 }, { "4294967295", TRUE, G_MAXUINT32 }, { "4294967296", FALSE, 0 },
                  { "-1", FALSE, 0 }, { "", FALSE, 0 }, { " 1", FALSE, 0 }, { "1x", FALSE, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = g_strdup_printf ("<a xmlns='urn:xmpp:sm:3' h='%s'/>", numbers[i].h);
      g_autoptr (OreeXmlNode) node = parse (text);
      guint32 h = 0;

      g_assert_cmpint (oree_sm_ack_read (node, &h), ==, numbers[i].good);
      g_assert_cmpuint (h, ==, numbers[i].value);
    }
}

static void
gone_names_the_new_address (void)
{
  g_autoptr (OreeXmlNode) node = NULL, error = NULL;
  g_autoptr (OreeStanza) stanza = NULL;
  static const char text[] = "<message xmlns='jabber:server' from='a@b.test' to='c@d.test' id='1'><body>x</body></message>";
  OreeStanzaErrView view;
  OreeParseError problem;

  g_assert_cmpint (oree_xml_document_parse (text, strlen (text), &oree_xml_caps_document, &node), >, 0);
  stanza = oree_stanza_new (node, NULL, &problem);
  error = oree_stanza_build_error_in (stanza, OREE_STANZA_ERR_GONE, "xmpp:e@f.test", "gone", "en");
  g_assert_true (oree_stanza_err_read (error, &view));
  g_assert_cmpint (view.condition, ==, OREE_STANZA_ERR_GONE);
  g_assert_cmpstr (view.address, ==, "xmpp:e@f.test");
  g_assert_cmpstr (view.text, ==, "gone");
  g_assert_cmpstr (oree_xml_node_lang (oree_xml_node_child (oree_xml_node_first (error), "text", OREE_NS_STANZA_ERROR)), ==, "en");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/stanza/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/codec/stanza/answers", test_answers);
  g_test_add_func ("/codec/stanza/builders", test_builders);
  g_test_add_func ("/codec/stanza/localised", test_localised);
  g_test_add_func ("/codec/stanza-err/tables", test_error_tables);
  g_test_add_func ("/codec/stanza-err/unusual", test_unusual_errors);
  g_test_add_func ("/codec/xmpp-stream/header", test_header_round_trip);
  g_test_add_func ("/codec/xmpp-stream/features", test_features_round_trip);
  g_test_add_func ("/codec/xmpp-stream/errors", test_stream_error_round_trip);
  g_test_add_func ("/codec/xmpp-stream/dialback", test_dialback_round_trip);
  g_test_add_func ("/codec/xmpp-stream/authzid", test_authzid);
  g_test_add_func ("/codec/xmpp-stream/ack-numbers", test_ack_numbers);
  g_test_add_func ("/codec/stanza/gone-names-the-new-address", gone_names_the_new_address);
  return g_test_run ();
}
