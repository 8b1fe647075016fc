/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each setting of a boundary profile, alone. */
#include "gw-test.h"
#include "gateway/oree-gw-boundary.h"
#include "oree-test.h"

#define ADDRESSES "from='mira@cafe.test/desk' to='otto@phone.test' id='m1' "

static const OreeGwBoundary open_boundary = {
  .shown = { OREE_GW_DETAIL_FULL, TRUE }, .taken = { OREE_GW_DETAIL_FULL, TRUE }, .typing_out = TRUE, .typing_in = TRUE,
  .receipts_out = TRUE, .receipts_in = TRUE, .formatting = TRUE, .attachments = TRUE, .corrections = TRUE, .reactions = TRUE,
  .queries = TRUE,
};

#define CORRECTION "><body>at 8</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/></message>"
#define REACTION "><reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>+</reaction></reactions></message>"
#define ATTACHMENT "><body>look</body><x xmlns='jabber:x:oob'><url>https://f.test/a.png</url></x></message>"
#define TEXT "><body>hello</body></message>"
#define REQUEST "><body>hello</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>"
#define RECEIPT "><received xmlns='urn:xmpp:receipts' id='m0'/></message>"
#define HTML_PART "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>" \
                  "<strong>bold</strong></body></html></message>"
#define HTML "><body>bold</body>" HTML_PART
#define HTML_ALONE ">" HTML_PART

enum
{
  CORRECTIONS = 1,
  REACTIONS = 2,
  ATTACHMENTS = 4,
  RECEIPTS_OUT = 8,
  RECEIPTS_IN = 16,
  FORMATTING = 32,
  LIMIT_5 = 64,
  LIMIT_4 = 128
};

static OreeGwBoundary
without (guint what)
{
  OreeGwBoundary boundary = open_boundary;

  boundary.corrections = !(what & CORRECTIONS);
  boundary.reactions = !(what & REACTIONS);
  boundary.attachments = !(what & ATTACHMENTS);
  boundary.receipts_out = !(what & RECEIPTS_OUT);
  boundary.receipts_in = !(what & RECEIPTS_IN);
  boundary.formatting = !(what & FORMATTING);
  boundary.body_limit = what & LIMIT_5 ? 5 : what & LIMIT_4 ? 4 : 0;
  return boundary;
}

/* What of a stanza crosses: its text, "+html", "?receipt", "!received"; or the refusal. */
static const struct
{
  const char *stanza;
  guint without;
  const char *expected;
} stanzas[] = {
  { CORRECTION, 0, "Correction: at 8" },
  { CORRECTION, CORRECTIONS, "boundary-content" },
  { CORRECTION, REACTIONS | ATTACHMENTS, "Correction: at 8" },
  { REACTION, 0, "Reaction: +" },
  { REACTION, REACTIONS, "boundary-content" },
  { ATTACHMENT, CORRECTIONS | REACTIONS, "look\r\nAttachment: https://f.test/a.png" },
  { ATTACHMENT, ATTACHMENTS, "boundary-content" },
  { TEXT, CORRECTIONS | REACTIONS | ATTACHMENTS | RECEIPTS_IN | RECEIPTS_OUT | FORMATTING, "hello" },
  { TEXT, LIMIT_5, "hello" },
  { TEXT, LIMIT_4, "boundary-size" },
  { REQUEST, 0, "hello?receipt" },
  { REQUEST, RECEIPTS_IN, "hello?receipt" },
  { REQUEST, RECEIPTS_OUT, "hello" },
  { RECEIPT, RECEIPTS_OUT, "!received" },
  { RECEIPT, RECEIPTS_IN, "" },
  { HTML, 0, "bold+html" },
  { HTML, FORMATTING, "bold" },
  { HTML_ALONE, FORMATTING, "bold" }, /* nothing is lost */
  { HTML_ALONE, 0, "bold+html" },
};

static char *
cross (const char *text, const OreeGwBoundary *boundary)
{
  g_autofree char *rest = g_strconcat (ADDRESSES, text, NULL);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("message", rest);
  g_autoptr (OreeGwThreads) threads = oree_gw_threads_new (4);
  g_auto (OreeGwSip) sip = { NULL };
  OreeGwRefusalId refusal;
  OreeGwExtras extras;

  oree_gw_extras_read (&extras, stanza);
  refusal = oree_gw_boundary_stanza (boundary, &extras);
  if (refusal != OREE_GW_REFUSAL_NONE)
    return g_strdup (oree_gw_refusal (refusal)->nick);
  if (oree_gw_message_to_sip (stanza, &extras, threads, 65536, NULL, &sip, &refusal) != OREE_GW_MESSAGE_OK)
    return g_strdup (extras.received != NULL ? "!received" : "");
  refusal = oree_gw_boundary_sip (boundary, &sip);
  if (refusal != OREE_GW_REFUSAL_NONE)
    return g_strdup (oree_gw_refusal (refusal)->nick);
  g_assert_cmpint (extras.wants_receipt, ==, extras.markable);
  return g_strconcat (sip.body, sip.html != NULL ? "+html" : "", extras.wants_receipt ? "?receipt" : "", NULL);
}

static void
stanzas_cross_as_the_profile_says (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stanzas); i++)
    {
      OreeGwBoundary boundary = without (stanzas[i].without);
      g_autofree char *got = cross (stanzas[i].stanza, &boundary);

      oree_test_say (stanzas[i].stanza);
      g_assert_cmpstr (got, ==, stanzas[i].expected);
    }
}

#define CPIM "From: <sip:a@b.test>\r\nTo: <sip:c@d.test>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: x1\r\n" \
             "imdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n\r\n" \
             "Content-Type: text/plain\r\n\r\nhello"
#define COMPOSING "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state></isComposing>"

/* A MESSAGE of that type; what crosses, and which notifications are still asked for. */
static const struct
{
  const char *type, *body;
  guint without;
  const char *expected;
} contents[] = {
  { "text/plain", "hello", 0, "hello, none" },
  { "text/plain", "hello", LIMIT_5, "hello, none" },
  { "text/plain", "hello", LIMIT_4, "boundary-size, none" },
  { "text/html", "<b>hello</b>", 0, "html, none" },
  { "text/html", "<b>hello</b>", FORMATTING, "hello, none" },
  { "text/html", "<b>hello</b>", LIMIT_5, "hello+html, none" }, /* of text, not of markup */
  { "text/html", "<b>hello</b>", LIMIT_4, "boundary-size, none" },
  { "message/cpim", CPIM, 0, "hello, all" },
  { "message/cpim", CPIM, RECEIPTS_OUT, "hello, all" },
  { "message/cpim", CPIM, RECEIPTS_IN, "hello, failures" },
  { "application/im-iscomposing+xml", COMPOSING, FORMATTING | LIMIT_4, "typing" },
};

static char *
leave (const char *type, const char *body, const OreeGwBoundary *boundary)
{
  const guint all = OREE_CPIM_POSITIVE_DELIVERY | OREE_CPIM_NEGATIVE_DELIVERY | OREE_CPIM_DISPLAY;
  const OreeSipMsg *msg = gw_test_sip (g_strdup_printf (
    "MESSAGE sip:mira@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    "From: <sip:otto@phone.test>;tag=2\r\nTo: <sip:mira@cafe.test>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nContent-Type: %s\r\n"
    "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", type, strlen (body), body));
  g_auto (OreeGwContent) content = { OREE_GW_CONTENT_EMPTY };
  g_autofree char *unsupported = NULL;
  const char *wants;
  OreeGwRefusalId refusal;

  g_assert_cmpint (oree_gw_content_read (&content, msg, &unsupported), ==, OREE_GW_REFUSAL_NONE);
  refusal = oree_gw_boundary_content (boundary, &content);
  if (content.kind == OREE_GW_CONTENT_COMPOSING)
    return g_strdup (refusal == OREE_GW_REFUSAL_NONE ? "typing" : oree_gw_refusal (refusal)->nick);
  wants = content.wants == 0     ? "none"
          : content.wants == all ? "all"
          : content.wants == OREE_CPIM_NEGATIVE_DELIVERY ? "failures" : "others";
  if (refusal != OREE_GW_REFUSAL_NONE)
    return g_strdup_printf ("%s, %s", oree_gw_refusal (refusal)->nick, wants);
  return g_strdup_printf ("%s%s%s, %s", content.text != NULL ? content.text : "", content.text && content.html ? "+" : "",
                          content.html ? "html" : "", wants);
}

static void
requests_cross_as_the_profile_says (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      OreeGwBoundary boundary = without (contents[i].without);
      g_autofree char *got = leave (contents[i].type, contents[i].body, &boundary);

      g_test_message ("%s %s", contents[i].type, contents[i].expected);
      g_assert_cmpstr (got, ==, contents[i].expected);
    }
}

/* --- presence ------------------------------------------------------------------------------------ */

#define DOCUMENT(tuples) "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:otto@phone.test'>" tuples "</presence>"
#define TUPLE(id, basic, show)                                                                                                  \
  "<tuple id='" id "'><status><basic>" basic "</basic>" show "</status><contact priority='0.5'>sip:otto@phone.test;gr=" id      \
  "</contact><note xml:lang='en'>" id " note</note><timestamp>2031-05-04T03:02:01Z</timestamp></tuple>"
#define SHOW(show) "<show xmlns='jabber:client'>" show "</show>"

static const struct
{
  const char *document, *folded, *reachable;
} documents[] = {
  { DOCUMENT (TUPLE ("a", "open", "")), "open - a note", "open - a note" },
  { DOCUMENT (TUPLE ("a", "open", SHOW ("chat"))), "open - a note", "open - a note" },
  { DOCUMENT (TUPLE ("a", "open", SHOW ("away"))), "open away a note", "open - a note" },
  { DOCUMENT (TUPLE ("a", "open", SHOW ("xa"))), "open away a note", "open - a note" },
  { DOCUMENT (TUPLE ("a", "open", SHOW ("dnd"))), "open away a note", "open - a note" }, /* what keeps somebody busy stays inside */
  { DOCUMENT (TUPLE ("a", "closed", "")), "closed - a note", "closed - a note" },
  { DOCUMENT (TUPLE ("a", "closed", "") TUPLE ("b", "open", SHOW ("dnd"))), "open away b note", "open - b note" },
  { DOCUMENT (TUPLE ("a", "open", SHOW ("away")) TUPLE ("b", "open", "")), "open - b note", "open - b note" },
  { DOCUMENT (TUPLE ("a", "open", "") TUPLE ("b", "open", "")), "open - a note", "open - a note" },
  { DOCUMENT (""), "", "" },
};

static char *
fold (const OreePidf *document, OreeGwDetail detail, gboolean notes)
{
  g_autoptr (OreePidf) folded = oree_gw_view_fold (&(OreeGwView){ detail, notes }, document);
  GString *out = g_string_new (NULL);

  g_assert_nonnull (folded);
  g_assert_cmpstr (folded->entity, ==, document->entity);
  g_assert_cmpuint (folded->tuples->len, ==, MIN (document->tuples->len, 1));
  for (guint i = 0; i < folded->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (folded->tuples, i);
      const OreePidfNote *note = tuple->notes->len > 0 ? g_ptr_array_index (tuple->notes, 0) : NULL;
      const char *show = oree_show_name (tuple->show);

      g_assert_cmpstr (tuple->id, ==, "presence");
      g_assert_cmpint (tuple->priority, ==, OREE_PIDF_NO_PRIORITY);
      g_assert_null (tuple->contact);
      g_assert_null (tuple->device_id);
      g_assert_null (tuple->timestamp);
      g_assert_false (tuple->idle);
      g_string_append_printf (out, "%s %s %s", tuple->open ? "open" : "closed", show != NULL ? show : "-", note ? note->text : "");
    }
  return g_string_free (out, FALSE);
}

static void
presence_folds_to_one_nameless_device (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (OreePidf) document = NULL;
      g_autofree char *folded = NULL, *reachable = NULL, *silent = NULL;

      oree_test_say (documents[i].document);
      g_assert_cmpint (oree_pidf_parse (&document, oree_span_str (documents[i].document)), >, 0);
      folded = fold (document, OREE_GW_DETAIL_FOLDED, TRUE);
      reachable = fold (document, OREE_GW_DETAIL_REACHABLE, TRUE);
      silent = fold (document, OREE_GW_DETAIL_FOLDED, FALSE);
      g_assert_cmpstr (folded, ==, documents[i].folded);
      g_assert_cmpstr (reachable, ==, documents[i].reachable);
      g_assert_null (strstr (silent, "note"));
      g_assert_null (oree_gw_view_fold (&(OreeGwView){ OREE_GW_DETAIL_FULL, TRUE }, document));
    }
}

static void
notes_are_stripped_alone (void)
{
  g_autoptr (OreePidf) document = NULL, stripped = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  const char *text;

  g_assert_cmpint (
      oree_pidf_parse (&document, OREE_SPAN_LITERAL (DOCUMENT (TUPLE ("a", "open", SHOW ("dnd")) TUPLE ("b", "closed", "")))), >, 0);
  stripped = oree_gw_view_fold (&(OreeGwView){ OREE_GW_DETAIL_FULL, FALSE }, document);
  after = oree_pidf_write (stripped);
  text = g_bytes_get_data (after, NULL);
  g_assert_null (strstr (text, "note"));
  g_assert_nonnull (strstr (text, "dnd"));
  g_assert_nonnull (strstr (text, "gr=a"));
  g_assert_nonnull (strstr (text, "2031-05-04T03:02:01Z"));
  before = oree_pidf_write (document);
  g_assert_nonnull (strstr (g_bytes_get_data (before, NULL), "a note"));
}

/* --- rate ---------------------------------------------------------------------------------------- */

static void
a_rate_leaves_room_for_a_burst (void)
{
  static const struct
  {
    guint rate, at_once;
    OreeTime apart;
  } rows[] = {
    { 1, 1, OREE_MINUTE }, { 10, 1, 6 * OREE_SECOND }, { 60, 6, OREE_SECOND }, { 600, 60, 100 * OREE_MS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeGwBoundary boundary = open_boundary;
      OreeTime now = 1000 * OREE_SECOND, paid = 0;

      boundary.rate = rows[i].rate;
      for (guint n = 0; n < rows[i].at_once; n++)
        {
          g_assert_cmpint (oree_gw_boundary_due (&boundary, paid, now), ==, now);
          oree_gw_boundary_pay (&boundary, &paid, now);
        }
      for (guint n = 1; n < 5; n++) /* and from then on one by one */
        {
          g_assert_cmpint (oree_gw_boundary_due (&boundary, paid, now), ==, now + n * rows[i].apart);
          oree_gw_boundary_pay (&boundary, &paid, now);
        }
      now += OREE_MINUTE + 4 * rows[i].apart;
      g_assert_cmpint (oree_gw_boundary_due (&boundary, paid, now), ==, now);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/boundary/stanzas-cross-as-the-profile-says", stanzas_cross_as_the_profile_says);
  g_test_add_func ("/gateway/boundary/requests-cross-as-the-profile-says", requests_cross_as_the_profile_says);
  g_test_add_func ("/gateway/boundary/presence-folds-to-one-nameless-device", presence_folds_to_one_nameless_device);
  g_test_add_func ("/gateway/boundary/notes-are-stripped-alone", notes_are_stripped_alone);
  g_test_add_func ("/gateway/boundary/a-rate-leaves-room-for-a-burst", a_rate_leaves_room_for_a_burst);
  return g_test_run ();
}
