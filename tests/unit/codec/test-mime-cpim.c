/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/cpim, typing and notifications. */
#include "base/oree-limits.h"
#include "codec/mime/oree-cpim.h"
#include "codec/mime/oree-imdn.h"
#include "codec/mime/oree-iscomposing.h"
#include "oree-test.h"

/* The shape of RFC 5438 with our own values. */
#define ASKING                                                                                                         \
  "From: Otto <sip:otto@phone.test>\r\nTo: \"Mira, C\" <im:mira@cafe.test>\r\nDateTime: 2026-02-03T04:05:06+01:00\r\n" \
  "Subject: plain\r\nSubject:;lang=fr autre\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\n"        \
  "imdn.Disposition-Notification: positive-delivery, display\r\nimdn.IMDN-Record-Route: <sip:relay@phone.test>\r\n\r\n" \
  "Content-type: text/plain; charset=utf-8\r\nContent-length: 5\r\n\r\nhello"

static void
a_message_is_read (void)
{
  g_auto (OreeCpim) cpim = { NULL };
  g_autofree char *body = NULL;

  g_assert_cmpint (oree_cpim_parse (&cpim, OREE_SPAN_LITERAL (ASKING)), ==, (gssize) strlen (ASKING));
  g_assert_cmpstr (cpim.from, ==, "sip:otto@phone.test");
  g_assert_cmpstr (cpim.to, ==, "im:mira@cafe.test");
  g_assert_cmpstr (cpim.date, ==, "2026-02-03T04:05:06+01:00");
  g_assert_cmpstr (cpim.subject, ==, "plain");
  g_assert_null (cpim.subject_lang);
  g_assert_cmpstr (cpim.message_id, ==, "34jk324j");
  g_assert_cmpuint (cpim.wants, ==, OREE_CPIM_POSITIVE_DELIVERY | OREE_CPIM_DISPLAY);
  g_assert_cmpuint (cpim.routes->len, ==, 1);
  g_assert_cmpstr (cpim.routes->pdata[0], ==, "sip:relay@phone.test");
  g_assert_true (oree_mime_type_is (&cpim.content.type, "text/plain"));
  body = oree_span_dup (cpim.content.body);
  g_assert_cmpstr (body, ==, "hello");
}

static const struct
{
  const char *text;
  gssize result; /* 1: taken */
  const char *subject, *id;
} rows[] = {
  { "\r\n\r\nx", 1, NULL, NULL },                       /* nothing said, a text/plain part */
  { "\r\nFrom: <sip:a@b>\r\n\r\n\r\nx", 1, NULL, NULL }, /* an empty line too many in front */
  { "Subject: a\\\"b\\\\c\\u00e9\\tz\\q\r\n\r\n\r\n", 1, "a\"b\\cé\tzq", NULL },
  { "Subject: a\\r\\nTo: evil\r\n\r\n\r\n", 1, "a\r\nTo: evil", NULL }, /* decoded: whoever writes a header sees to it */
  { "Subject: \\ud800\\u0000\r\n\r\n\r\n", 1, "\xef\xbf\xbd\xef\xbf\xbd", NULL },
  { "Subject:;lang=fr salut\r\n\r\n\r\n", 1, "salut", NULL },
  { "NS: I <urn:ietf:params:imdn>\r\nI.Message-ID: m\r\n\r\n\r\n", 1, NULL, "m" },
  { "imdn.Message-ID: m\r\n\r\n\r\n", 1, NULL, NULL }, /* the prefix is not declared */
  { "ns: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m\r\n\r\n\r\n", 1, NULL, NULL }, /* names have a case */
  { "NS: imdn <urn:ietf:params:imdn>\r\nRequire: imdn.Message-ID\r\n\r\n\r\n", 1, NULL, NULL },
  { "NS: x <mid:y>\r\nRequire: x.Vital\r\n\r\n\r\n", OREE_PARSE_UNSUPPORTED, NULL, NULL },
  { "From <sip:a@b>\r\n\r\n\r\n", OREE_PARSE_BAD_SYNTAX, NULL, NULL },
  { "From: <sip:a@b>", OREE_PARSE_BAD_SYNTAX, NULL, NULL },
  { "Subject: \xff\r\n\r\n\r\n", OREE_PARSE_BAD_ENCODING, NULL, NULL },
  { "From: <sip:a@b>\r\n\r\nContent-Type: nonsense\r\n\r\nx", OREE_PARSE_BAD_SYNTAX, NULL, NULL },
  { "", OREE_PARSE_BAD_SYNTAX, NULL, NULL },
};

static void
odd_messages_are_read_or_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (OreeCpim) cpim = { NULL };
      OreeSpan text = oree_span_str (rows[i].text);

      oree_test_say (rows[i].text);
      g_assert_cmpint (oree_cpim_parse (&cpim, text), ==, rows[i].result == 1 ? (gssize) text.length : rows[i].result);
      g_assert_cmpstr (cpim.subject, ==, rows[i].subject);
      g_assert_cmpstr (cpim.message_id, ==, rows[i].id);
    }
}

static void
what_is_written_is_read_again (void)
{
  g_autoptr (GPtrArray) routes = g_ptr_array_new ();
  OreeCpim cpim = {
    .from = (char *) "sip:otto@phone.test",
    .to = (char *) "sip:mira@cafe.test;gr=my%20desk",
    .date = (char *) "2026-02-03T04:05:06Z",
    .subject = (char *) "two\r\nlines \\ é",
    .message_id = (char *) "abc",
    .wants = OREE_CPIM_POSITIVE_DELIVERY | OREE_CPIM_NEGATIVE_DELIVERY,
    .routes = routes,
  };
  g_auto (OreeCpim) back = { NULL };
  GString *text;

  g_ptr_array_add (routes, (char *) "sip:r@phone.test");
  text = oree_cpim_write (&cpim, "text/plain;charset=UTF-8", NULL, OREE_SPAN_LITERAL ("body\r\n\r\nNS: x"));
  g_assert_cmpint (oree_cpim_parse (&back, oree_span (text->str, text->len)), ==, (gssize) text->len);
  g_assert_cmpstr (back.from, ==, cpim.from);
  g_assert_cmpstr (back.to, ==, cpim.to);
  g_assert_cmpstr (back.date, ==, cpim.date);
  g_assert_cmpstr (back.subject, ==, cpim.subject);
  g_assert_cmpstr (back.message_id, ==, cpim.message_id);
  g_assert_cmpuint (back.wants, ==, cpim.wants);
  g_assert_null (back.routes); /* IMDN-Route is not IMDN-Record-Route */
  g_assert_nonnull (strstr (text->str, "imdn.IMDN-Route: <sip:r@phone.test>\r\n"));
  g_assert_true (oree_span_equal_str (back.content.body, "body\r\n\r\nNS: x"));
  g_string_free (text, TRUE);
}

static void
nothing_is_injected (void)
{
  static const char *const evil[] = { "x\r\nTo: <sip:eve@evil.test>", "x\n", "x>\x7f", "x\x01", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (evil); i++)
    {
      OreeCpim as_from = { .from = (char *) evil[i] }, as_id = { .message_id = (char *) evil[i] },
               as_date = { .date = (char *) evil[i] };

      g_assert_null (oree_cpim_write (&as_from, "text/plain", NULL, OREE_SPAN_EMPTY));
      g_assert_null (oree_cpim_write (&as_id, "text/plain", NULL, OREE_SPAN_EMPTY));
      g_assert_null (oree_cpim_write (&as_date, "text/plain", NULL, OREE_SPAN_EMPTY));
      g_assert_null (oree_cpim_write (&(OreeCpim){ NULL }, evil[i], NULL, OREE_SPAN_EMPTY));
      g_assert_null (oree_cpim_write (&(OreeCpim){ NULL }, "text/plain", evil[i], OREE_SPAN_EMPTY));
    }
  g_assert_null (oree_cpim_write (&(OreeCpim){ .from = (char *) "sip:a@b>" }, "text/plain", NULL, OREE_SPAN_EMPTY));
}

#define COMPOSING(inside) "<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>" inside "</isComposing>"

static void
typing_is_read (void)
{
  static const struct
  {
    const char *text;
    gssize result;
    gboolean active;
    guint refresh;
  } table[] = {
    { COMPOSING ("<state>active</state><contenttype>text/plain</contenttype><refresh>90</refresh>"), 1, TRUE, 90 },
    { COMPOSING ("<state> idle\n</state><lastactive>2026-01-27T10:43:00Z</lastactive>"), 1, FALSE, 0 },
    { COMPOSING ("<state>recording</state><x:y xmlns:x='urn:z'/>"), 1, FALSE, 0 }, /* RFC 3994 3.5 */
    { COMPOSING ("<state>active</state><refresh>-1</refresh>"), 1, TRUE, 0 },
    { COMPOSING ("<state>active</state><refresh>99999999</refresh>"), 1, TRUE, OREE_ISCOMPOSING_REFRESH_MAX },
    { COMPOSING (""), OREE_PARSE_MISSING, FALSE, 0 },
    { "<isComposing><state>active</state></isComposing>", OREE_PARSE_BAD_VALUE, FALSE, 0 },
    { "active", OREE_PARSE_BAD_SYNTAX, FALSE, 0 },
    /* Lync's clients, in INFO. */
    { "<?xml version=\"1.0\"?><KeyboardActivity> <status status=\"type\" /></KeyboardActivity>", 1, TRUE, 0 },
    { "<KeyboardActivity><status status='idle'/></KeyboardActivity>", 1, FALSE, 0 },
    { "<KeyboardActivity><status/></KeyboardActivity>", OREE_PARSE_MISSING, FALSE, 0 },
    { "<KeyboardActivity/>", OREE_PARSE_MISSING, FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      OreeIsComposing state;
      gssize taken = oree_iscomposing_parse (&state, oree_span_str (table[i].text));

      oree_test_say (table[i].text);
      g_assert_cmpint (table[i].result == 1 ? taken > 0 : taken == table[i].result, ==, TRUE);
      g_assert_cmpint (state.active, ==, table[i].active);
      g_assert_cmpuint (state.refresh, ==, table[i].refresh);
    }
}

static void
typing_is_written (void)
{
  for (guint active = 0; active < 2; active++)
    {
      OreeIsComposing state = { active, 90 }, back;
      g_autofree char *text = oree_iscomposing_write (&state);

      g_assert_cmpint (oree_iscomposing_parse (&back, oree_span_str (text)), >, 0);
      g_assert_cmpint (back.active, ==, state.active);
      g_assert_cmpuint (back.refresh, ==, active ? 90 : 0);
      g_free (text);
      text = oree_keyboard_activity_write ((gboolean) active);
      g_assert_cmpint (oree_iscomposing_parse (&back, oree_span_str (text)), >, 0);
      g_assert_cmpint (back.active, ==, state.active);
    }
}

#define IMDN(inside) "<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>m1</message-id><datetime>2026-02-03T04:05:06Z</datetime>" inside "</imdn>"

static void
notifications_are_read (void)
{
  static const struct
  {
    const char *text;
    gssize result;
    OreeImdnStatus status;
    gboolean display;
  } table[] = {
    { IMDN ("<recipient-uri>im:x@y</recipient-uri><delivery-notification><status><delivered/></status></delivery-notification>"), 1, OREE_IMDN_DELIVERED, FALSE },
    { IMDN ("<delivery-notification><status><failed/></status></delivery-notification>"), 1, OREE_IMDN_FAILED, FALSE },
    { IMDN ("<display-notification><status><displayed/></status></display-notification>"), 1, OREE_IMDN_DISPLAYED, TRUE },
    { IMDN ("<display-notification><status><forbidden/></status></display-notification>"), 1, OREE_IMDN_FORBIDDEN, TRUE },
    { IMDN ("<processing-notification><status><stored/></status></processing-notification>"), 1, OREE_IMDN_STORED, FALSE },
    { IMDN ("<delivery-notification><status><x xmlns='urn:x'/><error/></status></delivery-notification>"), 1, OREE_IMDN_ERROR, FALSE },
    { IMDN ("<display-notification><status><delivered/></status></display-notification>"), OREE_PARSE_BAD_VALUE, 0, FALSE },
    { IMDN ("<delivery-notification/>"), OREE_PARSE_BAD_VALUE, 0, FALSE },
    { IMDN (""), OREE_PARSE_MISSING, 0, FALSE },
    { "<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id/></imdn>", OREE_PARSE_MISSING, 0, FALSE },
    { "<imdn/>", OREE_PARSE_BAD_VALUE, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_auto (OreeImdn) imdn = { NULL };
      gssize taken = oree_imdn_parse (&imdn, oree_span_str (table[i].text));

      oree_test_say (table[i].text);
      g_assert_true (table[i].result == 1 ? taken > 0 : taken == table[i].result);
      if (taken < 0)
        {
          g_assert_null (imdn.message_id);
          continue;
        }
      g_assert_cmpstr (imdn.message_id, ==, "m1");
      g_assert_cmpint (imdn.status, ==, table[i].status);
      g_assert_cmpint (imdn.display, ==, table[i].display);
    }
}

static void
notifications_are_written (void)
{
  for (guint i = 0; i < OREE_N_IMDN_STATUSES; i++)
    for (guint display = 0; display < 2; display++)
      {
        OreeImdn imdn = { (char *) "<&id>", (char *) "2026-02-03T04:05:06Z", (char *) "sip:a@b", (OreeImdnStatus) i, display };
        g_auto (OreeImdn) back = { NULL };
        g_autofree char *text = NULL;
        gboolean either = i == OREE_IMDN_FORBIDDEN || i == OREE_IMDN_ERROR;

        if (!either)
          imdn.display = i == OREE_IMDN_DISPLAYED;
        text = oree_imdn_write (&imdn);
        g_assert_cmpint (oree_imdn_parse (&back, oree_span_str (text)), >, 0);
        g_assert_cmpint (back.status, ==, imdn.status);
        g_assert_cmpint (back.display, ==, imdn.display);
        g_assert_cmpstr (back.message_id, ==, imdn.message_id);
        g_assert_cmpstr (back.recipient, ==, imdn.recipient);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/cpim/a-message-is-read", a_message_is_read);
  g_test_add_func ("/codec/cpim/odd-messages-are-read-or-refused", odd_messages_are_read_or_refused);
  g_test_add_func ("/codec/cpim/what-is-written-is-read-again", what_is_written_is_read_again);
  g_test_add_func ("/codec/cpim/nothing-is-injected", nothing_is_injected);
  g_test_add_func ("/codec/iscomposing/typing-is-read", typing_is_read);
  g_test_add_func ("/codec/iscomposing/typing-is-written", typing_is_written);
  g_test_add_func ("/codec/imdn/notifications-are-read", notifications_are_read);
  g_test_add_func ("/codec/imdn/notifications-are-written", notifications_are_written);
  return g_test_run ();
}
