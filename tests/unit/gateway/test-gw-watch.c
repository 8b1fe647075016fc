/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gw-test.h"
#include "gateway/oree-gw-watch.h"

#define P(type) "<presence from='otto@phone.test' to='mira@cafe.test' type='" type "'/>\n"
#define GONE P ("unavailable")
#define AVAILABLE(resource, contents) "<presence from='otto@phone.test/" resource "' to='mira@cafe.test'>" contents "</presence>\n"
#define AVAILABLE_PLAIN(resource) "<presence from='otto@phone.test/" resource "' to='mira@cafe.test'/>\n"
#define UNAVAILABLE(resource) "<presence from='otto@phone.test/" resource "' to='mira@cafe.test' type='unavailable'/>\n"

#define TUPLE(id, basic, rest) "<tuple id='" id "'><status><basic>" basic "</basic></status>" rest "</tuple>"
#define HOUR (3600 * OREE_SECOND)

typedef struct
{
  OreeGwWatch *watch;
  OreeGwOut out;
  OreeTime now;
} Fixture;

static void
fixture_init (Fixture *self, const char *authorisation)
{
  g_auto (OreeJid) user = OREE_JID_INIT, contact = OREE_JID_INIT;

  g_assert_true (oree_jid_parse (&user, OREE_SPAN_LITERAL ("otto@phone.test")));
  g_assert_true (oree_jid_parse (&contact, OREE_SPAN_LITERAL ("mira@cafe.test/desk")));
  *self = (Fixture){ NULL, OREE_GW_OUT_INIT, 1000 * OREE_SECOND };
  if (authorisation == NULL)
    self->watch = oree_gw_watch_new (&contact, &user, 7);
  else
    {
      GVariantDict dict;
      g_autoptr (GVariant) row = NULL;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "authorisation", "s", authorisation);
      row = g_variant_ref_sink (g_variant_dict_end (&dict));
      self->watch = oree_gw_watch_new_from_row (&contact, &user, 7, row, self->now);
    }
}

static void
fixture_clear (Fixture *self)
{
  g_clear_pointer (&self->watch, oree_gw_watch_free);
  oree_gw_out_clear (&self->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
stanza_in (Fixture *self, const char *rest, const char *expected)
{
  g_autofree char *text = g_strdup_printf ("from='mira@cafe.test' to='otto@phone.test' %s", rest);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("presence", text);

  oree_gw_watch_on_stanza (self->watch, stanza, self->now, &self->out);
  gw_test_expect (&self->out, expected);
}

static void
availability_in (Fixture *self, const char *resource, const char *rest, const char *expected)
{
  g_autofree char *text = g_strdup_printf ("from='mira@cafe.test/%s' to='otto@phone.test' %s", resource, rest);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("presence", text);

  oree_gw_watch_on_stanza (self->watch, stanza, self->now, &self->out);
  gw_test_expect (&self->out, expected);
}

static void
response_in (Fixture *self, guint status, const char *headers, const char *expected)
{
  const OreeSipMsg *msg = headers == NULL ? NULL
    : gw_test_sip (g_strdup_printf ("SIP/2.0 %u X\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nFrom: <sip:mira@cafe.test>;tag=1\r\n"
                                    "To: <sip:otto@phone.test>;tag=2\r\nCall-ID: c\r\nCSeq: 1 SUBSCRIBE\r\n%sContent-Length: 0\r\n\r\n",
                                    status, headers));

  oree_gw_watch_on_response (self->watch, status, msg, self->now, &self->out);
  gw_test_expect (&self->out, expected);
}

static void
notify_full (Fixture *self, const char *headers, const char *body, guint status, const char *expected)
{
  const OreeSipMsg *msg = gw_test_sip (g_strdup_printf (
    "NOTIFY sip:gw@cafe.test SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    "From: <sip:otto@phone.test>;tag=2\r\nTo: <sip:mira@cafe.test>;tag=1\r\nCall-ID: c\r\nCSeq: 1 NOTIFY\r\n"
    "Contact: <sip:otto@phone.test>\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", headers, strlen (body), body));

  g_assert_cmpuint (oree_gw_watch_on_notify (self->watch, msg, self->now, &self->out), ==, status);
  gw_test_expect (&self->out, expected);
}

/* A NOTIFY in order; `tuples` NULL: no body. */
static void
notify_in (Fixture *self, const char *state, const char *tuples, const char *expected)
{
  g_autofree char *headers = g_strdup_printf ("Event: presence\r\nSubscription-State: %s\r\n%s", state,
                                              tuples ? "Content-Type: application/pidf+xml\r\n" : "");
  g_autofree char *body = tuples ? g_strdup_printf ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:otto@phone.test'>"
                                                    "%s</presence>", tuples) : g_strdup ("");

  notify_full (self, headers, body, 200, expected);
}

/* To the next deadline, which lies within [low, high] from now. */
static void
deadline_in (Fixture *self, OreeTime low, OreeTime high, const char *expected)
{
  OreeTime deadline = oree_gw_watch_deadline (self->watch);

  g_assert_cmpint (deadline - self->now, >=, low);
  g_assert_cmpint (deadline - self->now, <=, high);
  oree_gw_watch_on_deadline (self->watch, deadline - 1, &self->out);
  gw_test_expect (&self->out, "");
  self->now = deadline;
  oree_gw_watch_on_deadline (self->watch, self->now, &self->out);
  gw_test_expect (&self->out, expected);
}

static void
expect_state (Fixture *self, const char *authorisation, const char *subscription)
{
  g_assert_cmpstr (oree_gw_watch_authorisation (self->watch), ==, authorisation);
  g_assert_cmpstr (oree_gw_watch_subscription (self->watch), ==, subscription);
}

/* Granted, live, with one resource shown. */
static void
go_live (Fixture *self)
{
  fixture_init (self, "granted");
  deadline_in (self, 0, 0, "subscribe fresh 3600\n");
  response_in (self, 200, "Expires: 3600\r\n", "");
  notify_in (self, "active;expires=3600", TUPLE ("desk", "open", ""), AVAILABLE_PLAIN ("desk"));
  expect_state (self, "granted", "live");
}

static void
the_handshake_is_silent_until_allowed (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, NULL);
  g_assert_true (oree_gw_watch_is_over (f.watch));
  stanza_in (&f, "type='subscribe'/>", "save pending\nsubscribe fresh 3600\n");
  expect_state (&f, "pending", "asking");
  stanza_in (&f, "type='subscribe'/>", "");
  response_in (&f, 200, "Expires: 3600\r\n", "");
  notify_in (&f, "pending;expires=3600", TUPLE ("desk", "open", ""), "");
  expect_state (&f, "pending", "live");
  stanza_in (&f, "type='probe'/>", "");
  notify_in (&f, "active;expires=3500", TUPLE ("desk", "open", "<note>hi</note>") TUPLE ("gone", "closed", ""),
             "save granted\n" P ("subscribed") AVAILABLE_PLAIN ("desk"));
  notify_in (&f, "active;expires=3400", TUPLE ("desk", "open", "<note>hi</note>"), "");
  stanza_in (&f, "type='subscribe'/>", P ("subscribed") AVAILABLE_PLAIN ("desk"));
  stanza_in (&f, "type='probe'/>", AVAILABLE_PLAIN ("desk"));
  expect_state (&f, "granted", "live");
}

static void
allowed_without_document_is_nobody_there (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, NULL);
  stanza_in (&f, "type='subscribe'/>", "save pending\nsubscribe fresh 3600\n");
  notify_in (&f, "active;expires=3600", NULL, "save granted\n" P ("subscribed") GONE); /* before the 200 */
  response_in (&f, 200, "Expires: 3600\r\n", "");
  notify_in (&f, "active", TUPLE ("a", "closed", ""), "");
  notify_in (&f, "active", TUPLE ("a", "open", ""), AVAILABLE_PLAIN ("a"));
  notify_in (&f, "active", NULL, "");
  notify_in (&f, "active", "", UNAVAILABLE ("a"));
  notify_in (&f, "active", "", "");
  stanza_in (&f, "type='probe'/>", GONE);
}

static void
documents_become_stanzas_by_difference (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (OreeStanza) probe = gw_test_stanza ("presence", "from='mira@cafe.test' to='otto@phone.test/desk' type='probe'/>");

  go_live (&f);
  notify_in (&f, "active", TUPLE ("desk", "open", "") TUPLE ("ID-6d79", "open", "<contact priority='0.5'>sip:x@y</contact>"),
             AVAILABLE ("my", "<priority>64</priority>"));
  notify_in (&f, "active", TUPLE ("ID-6d79", "open", "<contact priority='0.5'>sip:x@y</contact>"), UNAVAILABLE ("desk"));
  notify_in (&f, "active",
             "<tuple id='t9'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status>"
             "<contact>sip:otto@phone.test;gr=urn:uuid:1</contact></tuple>",
             AVAILABLE ("urn:uuid:1", "<show>dnd</show>") UNAVAILABLE ("my"));
  /* the same device under another identifier is still the same */
  notify_in (&f, "active",
             "<tuple id='t10'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status>"
             "<contact>sip:otto@phone.test;gr=urn:uuid:1</contact></tuple>", "");
  /* two tuples that would be one resource stay two */
  notify_in (&f, "active",
             "<tuple id='t10'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status>"
             "<contact>sip:otto@phone.test;gr=urn:uuid:1</contact></tuple>"
             "<tuple id='t11'><status><basic>open</basic></status><contact>sip:otto@phone.test;gr=urn:uuid:1</contact></tuple>",
             AVAILABLE_PLAIN ("t11"));
  oree_gw_watch_on_stanza (f.watch, probe, f.now, &f.out);
  gw_test_expect (&f.out, UNAVAILABLE ("desk")); /* asked of one resource: told of that one */
}

static void
notes_are_for_those_who_may_see_them (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  notify_in (&f, "active", TUPLE ("desk", "open", "<note xml:lang='fr'>à table</note>"), "");
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, TRUE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, AVAILABLE ("desk", "<status xml:lang='fr'>à table</status>"));
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, TRUE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, "");
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, FALSE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, AVAILABLE_PLAIN ("desk"));
}

#define CATEGORIES "Event: presence\r\nSubscription-State: active\r\nContent-Type: application/msrtc-event-categories+xml\r\n"
#define STATE(number)                                                                                                   \
  "<categories xmlns='http://schemas.microsoft.com/2006/09/sip/categories' uri='sip:otto@phone.test'><category name='state'>" \
  "<state xmlns='http://schemas.microsoft.com/2006/09/sip/state'><availability>" number "</availability></state></category></categories>"

static void
lync_says_it_by_numbers (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  notify_full (&f, CATEGORIES, STATE ("6500"), 200, AVAILABLE ("lync", "<show>dnd</show>") UNAVAILABLE ("desk"));
  notify_full (&f, CATEGORIES, STATE ("7500"), 200, "");
  notify_full (&f, CATEGORIES, STATE ("12500"), 200, AVAILABLE ("lync", "<show>away</show>"));
  notify_full (&f, CATEGORIES, STATE ("3500"), 200, AVAILABLE_PLAIN ("lync"));
  notify_full (&f, CATEGORIES, STATE ("18500"), 200, UNAVAILABLE ("lync"));
  notify_full (&f, CATEGORIES, STATE ("many"), 400, "");
  notify_full (&f, CATEGORIES, "<categories", 400, "");
}

static void
changes_are_told_at_intervals (void)
{
  static const OreeGwView view = { OREE_GW_DETAIL_FULL, FALSE };
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  oree_gw_watch_set_view (f.watch, &view, 60, f.now, &f.out);
  gw_test_expect (&f.out, "");
  f.now += HOUR / 60;
  notify_in (&f, "active", TUPLE ("desk", "open", "") TUPLE ("pad", "open", ""), AVAILABLE_PLAIN ("pad"));
  f.now += OREE_SECOND;
  notify_in (&f, "active", TUPLE ("desk", "open", "") TUPLE ("phone", "open", ""), "");
  f.now += OREE_SECOND;
  notify_in (&f, "active", TUPLE ("desk", "open", "") TUPLE ("slate", "open", ""), "");
  /* a probe is answered with what was told; the last state comes in its time, the ones between never */
  stanza_in (&f, "type='probe'/>", AVAILABLE_PLAIN ("desk") AVAILABLE_PLAIN ("pad"));
  deadline_in (&f, 58 * OREE_SECOND, 58 * OREE_SECOND, AVAILABLE_PLAIN ("slate") UNAVAILABLE ("pad"));
  /* without an interval what waits is told at once */
  notify_in (&f, "active", TUPLE ("desk", "closed", "") TUPLE ("slate", "open", ""), "");
  oree_gw_watch_set_view (f.watch, &view, 0, f.now, &f.out);
  gw_test_expect (&f.out, UNAVAILABLE ("desk"));
  /* and the end does not wait either */
  oree_gw_watch_set_view (f.watch, &view, 60, f.now, &f.out);
  notify_in (&f, "active", TUPLE ("slate", "open", "") TUPLE ("pad", "open", ""), "");
  notify_in (&f, "terminated;reason=rejected", NULL, "save none\n" UNAVAILABLE ("slate") P ("unsubscribed"));
}

static void
folded_presence_has_one_device (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FOLDED, FALSE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, AVAILABLE_PLAIN ("presence") UNAVAILABLE ("desk"));
  notify_in (&f, "active", "<tuple id='desk'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status>"
             "<contact priority='0.5'>sip:otto@phone.test</contact><note>in a meeting</note></tuple>",
             AVAILABLE ("presence", "<show>away</show>"));
  notify_in (&f, "active", "<tuple id='pad'><status><basic>open</basic><show xmlns='jabber:client'>xa</show></status></tuple>", "");
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_REACHABLE, FALSE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, AVAILABLE_PLAIN ("presence"));
  notify_in (&f, "active", TUPLE ("pad", "closed", "<note>gone</note>"), UNAVAILABLE ("presence"));
  notify_in (&f, "active", TUPLE ("pad", "open", ""), AVAILABLE_PLAIN ("presence"));
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, FALSE }, 0, f.now, &f.out);
  gw_test_expect (&f.out, AVAILABLE_PLAIN ("pad") UNAVAILABLE ("presence"));
}

static void
the_last_word_goes_along (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, TRUE }, 0, f.now, &f.out);
  notify_in (&f, "active", TUPLE ("desk", "open", "") TUPLE ("pad", "open", ""), AVAILABLE_PLAIN ("pad"));
  notify_in (&f, "active", TUPLE ("desk", "closed", "<note xml:lang='en'>gone riding</note>") TUPLE ("pad", "open", ""),
             "<presence from='otto@phone.test/desk' to='mira@cafe.test' type='unavailable'>"
             "<status xml:lang='en'>gone riding</status></presence>\n");
  oree_gw_watch_set_view (f.watch, &(OreeGwView){ OREE_GW_DETAIL_FULL, FALSE }, 0, f.now, &f.out);
  notify_in (&f, "active", TUPLE ("pad", "closed", "<note>not for everybody</note>"), UNAVAILABLE ("pad"));
}

static void
idleness_is_told (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  notify_in (&f, "active",
             TUPLE ("desk", "open", "<user-input xmlns='urn:ietf:params:xml:ns:pidf:rpid' last-input='2031-05-04T05:02:01+02:00'>"
                    "idle</user-input>"),
             AVAILABLE ("desk", "<idle xmlns='urn:xmpp:idle:1' since='2031-05-04T03:02:01Z'/>"));
  notify_in (&f, "active",
             TUPLE ("desk", "open", "<user-input xmlns='urn:ietf:params:xml:ns:pidf:rpid'>active</user-input>"),
             AVAILABLE_PLAIN ("desk"));
}

/* A crowd that came in one moment is refreshed over half its time, and never again as a crowd. */
static void
refreshes_drift_apart (void)
{
  guint buckets[10] = { 0 };

  for (guint32 seed = 0; seed < 1000; seed++)
    {
      g_auto (Fixture) f = { 0 };
      g_auto (OreeJid) user = OREE_JID_INIT, contact = OREE_JID_INIT;
      OreeTime left;

      fixture_init (&f, "granted");
      oree_gw_watch_free (f.watch);
      g_assert_true (oree_jid_parse (&user, OREE_SPAN_LITERAL ("otto@phone.test")));
      g_assert_true (oree_jid_parse (&contact, OREE_SPAN_LITERAL ("mira@cafe.test")));
      f.watch = oree_gw_watch_new (&contact, &user, seed * 2654435761u);
      stanza_in (&f, "type='subscribe'/>", "save pending\nsubscribe fresh 3600\n");
      response_in (&f, 200, "Expires: 3600\r\n", "");
      notify_in (&f, "active;expires=3600", NULL, "save granted\n" P ("subscribed") GONE);
      left = oree_gw_watch_next (f.watch) - f.now - HOUR * 4 / 10;
      g_assert_cmpint (left, >=, 0);
      buckets[MIN (left / (HOUR * 6 / 100), 9)]++;
    }
  for (guint i = 2; i < 9; i++)
    {
      g_assert_cmpuint (buckets[i], >, 60); /* a hundred each, were it all even */
      g_assert_cmpuint (buckets[i], <, 200);
    }
}

static void
a_sip_side_that_is_back_is_asked (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  oree_gw_watch_on_return (f.watch, f.now + 3 * OREE_SECOND);
  deadline_in (&f, 3 * OREE_SECOND, 3 * OREE_SECOND, "subscribe 3600\n");
  response_in (&f, 481, "", "subscribe fresh 3600\n"); /* shot, and remembers nobody */
  response_in (&f, 503, "", UNAVAILABLE ("desk"));
  oree_gw_watch_on_return (f.watch, f.now + OREE_SECOND);
  deadline_in (&f, OREE_SECOND, OREE_SECOND, "subscribe fresh 3600\n");
}

/* first answer to the question of a contact not yet allowed → what goes out, where that leaves us, when we act again */
static void
answers_to_the_first_question (void)
{
  static const struct { guint status; const char *headers, *out, *authorisation, *subscription; OreeTime low, high; } rows[] = {
    { 202, "Expires: 600\r\n", "", "pending", "live", 32 * OREE_SECOND, 32 * OREE_SECOND },
    { 401, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 403, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 489, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 603, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 404, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 410, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
    { 604, "", "save none\n" P ("unsubscribed"), "none", "idle", 0, 0 },
#define IMPOSSIBLE "save none\n<presence from='otto@phone.test' to='mira@cafe.test' type='error'><error type='cancel'>" \
                   "<feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>\n"
    { 405, "", IMPOSSIBLE, "none", "idle", 0, 0 },
    { 406, "", IMPOSSIBLE, "none", "idle", 0, 0 },
    { 501, "", IMPOSSIBLE, "none", "idle", 0, 0 },
    { 423, "Min-Expires: 7200\r\n", "subscribe fresh 7200\n", "pending", "asking", 0, 0 },
    { 423, "Min-Expires: 9999999\r\n", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 423, "", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 408, NULL, "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 480, "", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 481, "", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 503, "Retry-After: 120\r\n", "", "pending", "waiting", 120 * OREE_SECOND, 120 * OREE_SECOND },
    { 302, "", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
    { 200, "Expires: 0\r\n", "", "pending", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) f = { 0 };

      g_test_message ("%u %s", rows[i].status, rows[i].headers ? rows[i].headers : "");
      fixture_init (&f, NULL);
      stanza_in (&f, "type='subscribe'/>", "save pending\nsubscribe fresh 3600\n");
      response_in (&f, rows[i].status, rows[i].headers, rows[i].out);
      expect_state (&f, rows[i].authorisation, rows[i].subscription);
      g_assert_cmpint (oree_gw_watch_is_over (f.watch), ==, strcmp (rows[i].authorisation, "none") == 0);
      if (rows[i].high > 0)
        {
          g_assert_cmpint (oree_gw_watch_deadline (f.watch) - f.now, >=, rows[i].low);
          g_assert_cmpint (oree_gw_watch_deadline (f.watch) - f.now, <=, rows[i].high);
        }
    }
}

/* answer to a refresh in a living dialog */
static void
answers_to_a_refresh (void)
{
  static const struct { guint status; const char *out, *authorisation, *subscription; } rows[] = {
    { 200, "", "granted", "live" },
    { 403, "save none\n" UNAVAILABLE ("desk") P ("unsubscribed"), "none", "idle" },
    { 489, "save none\n" UNAVAILABLE ("desk") P ("unsubscribed"), "none", "idle" },
    { 603, "save none\n" UNAVAILABLE ("desk") P ("unsubscribed"), "none", "idle" },
    { 404, "subscribe fresh 3600\n", "granted", "asking" },
    { 405, "subscribe fresh 3600\n", "granted", "asking" },
    { 410, "subscribe fresh 3600\n", "granted", "asking" },
    { 416, "subscribe fresh 3600\n", "granted", "asking" },
    { 480, "subscribe fresh 3600\n", "granted", "asking" },
    { 481, "subscribe fresh 3600\n", "granted", "asking" },
    { 482, "subscribe fresh 3600\n", "granted", "asking" },
    { 483, "subscribe fresh 3600\n", "granted", "asking" },
    { 484, "subscribe fresh 3600\n", "granted", "asking" },
    { 485, "subscribe fresh 3600\n", "granted", "asking" },
    { 501, "subscribe fresh 3600\n", "granted", "asking" },
    { 604, "subscribe fresh 3600\n", "granted", "asking" },
    { 408, "", "granted", "live" }, /* the dialog stands until it expires */
    { 500, "", "granted", "live" },
    { 503, "", "granted", "live" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) f = { 0 };

      g_test_message ("%u", rows[i].status);
      go_live (&f);
      deadline_in (&f, HOUR * 4 / 10, HOUR - 32 * OREE_SECOND, "subscribe 3600\n");
      response_in (&f, rows[i].status, "", rows[i].out);
      expect_state (&f, rows[i].authorisation, rows[i].subscription);
    }
}

static void
failures_back_off_and_are_shown (void)
{
  g_auto (Fixture) f = { 0 };
  OreeTime wait = 30 * OREE_SECOND;

  go_live (&f);
  deadline_in (&f, HOUR * 4 / 10, HOUR, "subscribe 3600\n");
  response_in (&f, 481, "", "subscribe fresh 3600\n");
  response_in (&f, 503, "", UNAVAILABLE ("desk")); /* what we cannot know we do not show */
  for (guint i = 0; i < 10; i++)
    {
      deadline_in (&f, wait * 9 / 10, wait, "subscribe fresh 3600\n");
      response_in (&f, 408, NULL, "");
      wait = MIN (2 * wait, HOUR);
    }
  deadline_in (&f, HOUR * 9 / 10, HOUR, "subscribe fresh 3600\n");
  response_in (&f, 200, "Expires: 3600\r\n", "");
  notify_in (&f, "active;expires=3600", TUPLE ("desk", "open", ""), AVAILABLE_PLAIN ("desk"));
  expect_state (&f, "granted", "live");
}

/* the way a subscription ends from over there, granted → what goes out, what is left, and when */
static void
reasons_of_termination (void)
{
  static const struct { const char *state, *out, *authorisation, *subscription; OreeTime low, high; } rows[] = {
    { "terminated;reason=rejected", "save none\n" UNAVAILABLE ("desk") P ("unsubscribed"), "none", "idle", 0, 0 },
    { "terminated;reason=noresource", UNAVAILABLE ("desk"), "granted", "waiting", OREE_TIME_NEVER, 0 },
    { "terminated;reason=invariant", "", "granted", "waiting", OREE_TIME_NEVER, 0 },
    { "terminated;reason=deactivated", "subscribe fresh 3600\n", "granted", "asking", 0, 0 },
    { "terminated;reason=timeout", "subscribe fresh 3600\n", "granted", "asking", 0, 0 },
    { "terminated", "subscribe fresh 3600\n", "granted", "asking", 0, 0 },
    { "terminated;reason=whim", "subscribe fresh 3600\n", "granted", "asking", 0, 0 },
    { "terminated;reason=whim;retry-after=60", "", "granted", "waiting", 60 * OREE_SECOND, 60 * OREE_SECOND },
    { "terminated;reason=probation;retry-after=600", UNAVAILABLE ("desk"), "granted", "waiting", 600 * OREE_SECOND, 600 * OREE_SECOND },
    { "terminated;reason=giveup", UNAVAILABLE ("desk"), "granted", "waiting", 27 * OREE_SECOND, 30 * OREE_SECOND },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) f = { 0 };

      g_test_message ("%s", rows[i].state);
      go_live (&f);
      notify_in (&f, rows[i].state, TUPLE ("desk", "closed", ""), rows[i].out);
      expect_state (&f, rows[i].authorisation, rows[i].subscription);
      if (rows[i].low == OREE_TIME_NEVER)
        {
          g_assert_cmpint (oree_gw_watch_deadline (f.watch), ==, OREE_TIME_NEVER);
          stanza_in (&f, "type='probe'/>", "subscribe fresh 3600\n"); /* the contact wants to know: then we ask */
        }
      else if (rows[i].high > 0)
        {
          g_assert_cmpint (oree_gw_watch_deadline (f.watch) - f.now, >=, rows[i].low);
          g_assert_cmpint (oree_gw_watch_deadline (f.watch) - f.now, <=, rows[i].high);
        }
    }
}

/* A notifier that ends every subscription at once does not drive us in circles. */
static void
nobody_drives_us_in_circles (void)
{
  g_auto (Fixture) f = { 0 };
  guint asked = 1;

  go_live (&f);
  for (guint i = 0; i < 20; i++)
    {
      notify_full (&f, "Event: presence\r\nSubscription-State: terminated;reason=deactivated\r\n", "",
                   strcmp (oree_gw_watch_subscription (f.watch), "waiting") == 0 ? 481 : 200,
                   asked < 4 ? "subscribe fresh 3600\n" : "");
      if (asked < 4)
        {
          asked++;
          response_in (&f, 200, "Expires: 3600\r\n", "");
          notify_in (&f, "active", NULL, "");
        }
    }
  expect_state (&f, "granted", "waiting");
  deadline_in (&f, OREE_SECOND, 30 * OREE_SECOND, "subscribe fresh 3600\n");
}

static void
broken_notifies_are_answered_so (void)
{
  g_auto (Fixture) f = { 0 };
  g_auto (Fixture) resting = { 0 };

  go_live (&f);
  notify_full (&f, "Subscription-State: active\r\n", "", 489, "");
  notify_full (&f, "Event: dialog\r\nSubscription-State: active\r\n", "", 489, "");
  notify_full (&f, "Event: presence\r\n", "", 400, "");
  notify_full (&f, "Event: presence\r\nSubscription-State: active\r\nContent-Type: text/plain\r\n", "hi", 415, "");
  notify_full (&f, "Event: presence\r\nSubscription-State: active\r\nContent-Type: application/pidf+xml\r\n", "<presence", 400, "");
  notify_full (&f, "Event: presence\r\nSubscription-State: terminated;reason=rejected\r\nContent-Type: text/plain\r\n", "hi", 415,
               "save none\n" UNAVAILABLE ("desk") P ("unsubscribed"));
  fixture_init (&resting, "granted");
  notify_full (&resting, "Event: presence\r\nSubscription-State: active\r\n", "", 481, "");
}

static void
silence_after_a_subscribe_is_a_failure (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  deadline_in (&f, HOUR * 4 / 10, HOUR, "subscribe 3600\n");
  response_in (&f, 200, "Expires: 3600\r\n", "");
  deadline_in (&f, 32 * OREE_SECOND, 32 * OREE_SECOND, UNAVAILABLE ("desk"));
  expect_state (&f, "granted", "waiting");
}

static void
the_grant_is_only_ever_shortened (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, "granted");
  deadline_in (&f, 0, 0, "subscribe fresh 3600\n");
  response_in (&f, 200, "Expires: 99999\r\n", "");
  notify_in (&f, "active;expires=100", NULL, "");
  deadline_in (&f, 45 * OREE_SECOND, 90 * OREE_SECOND, "subscribe 3600\n");
  response_in (&f, 200, "Expires: 200\r\n", "");
  notify_in (&f, "active;expires=99999", NULL, "");
  deadline_in (&f, 160 * OREE_SECOND, 180 * OREE_SECOND, "subscribe 3600\n");
}

static void
unsubscribe_ends_the_sip_side_first (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  stanza_in (&f, "type='unsubscribe'/>", "save none\nsubscribe 0\n");
  expect_state (&f, "none", "ending");
  stanza_in (&f, "type='unsubscribe'/>", "");
  response_in (&f, 200, "Expires: 0\r\n", UNAVAILABLE ("desk") P ("unsubscribed"));
  g_assert_false (oree_gw_watch_is_over (f.watch)); /* the last NOTIFY is to come */
  notify_in (&f, "active", TUPLE ("x", "open", ""), "");
  notify_in (&f, "terminated;reason=timeout", TUPLE ("x", "closed", ""), "");
  g_assert_true (oree_gw_watch_is_over (f.watch));
}

static void
unsubscribe_completes_whatever_the_sip_side_does (void)
{
  g_auto (Fixture) silent = { 0 }, failing = { 0 }, early = { 0 }, asking = { 0 }, waiting = { 0 };

  go_live (&silent);
  stanza_in (&silent, "type='unsubscribe'/>", "save none\nsubscribe 0\n");
  response_in (&silent, 200, "", UNAVAILABLE ("desk") P ("unsubscribed"));
  deadline_in (&silent, 32 * OREE_SECOND, 32 * OREE_SECOND, "");
  g_assert_true (oree_gw_watch_is_over (silent.watch));

  go_live (&failing);
  stanza_in (&failing, "type='unsubscribe'/>", "save none\nsubscribe 0\n");
  response_in (&failing, 408, NULL, UNAVAILABLE ("desk") P ("unsubscribed"));
  g_assert_true (oree_gw_watch_is_over (failing.watch));

  go_live (&early); /* the last NOTIFY overtakes the 200 */
  stanza_in (&early, "type='unsubscribe'/>", "save none\nsubscribe 0\n");
  notify_in (&early, "terminated", NULL, "");
  response_in (&early, 200, "", UNAVAILABLE ("desk") P ("unsubscribed"));
  g_assert_true (oree_gw_watch_is_over (early.watch));

  fixture_init (&asking, NULL); /* while the first SUBSCRIBE is out */
  stanza_in (&asking, "type='subscribe'/>", "save pending\nsubscribe fresh 3600\n");
  stanza_in (&asking, "type='unsubscribe'/>", "save none\n");
  response_in (&asking, 200, "Expires: 3600\r\n", "subscribe 0\n");
  response_in (&asking, 200, "", P ("unsubscribed"));
  notify_in (&asking, "terminated", NULL, "");
  g_assert_true (oree_gw_watch_is_over (asking.watch));

  fixture_init (&waiting, "granted");
  stanza_in (&waiting, "type='unsubscribe'/>", "save none\n" P ("unsubscribed"));
  g_assert_true (oree_gw_watch_is_over (waiting.watch));
}

static void
a_new_question_after_the_end (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  stanza_in (&f, "type='unsubscribe'/>", "save none\nsubscribe 0\n");
  stanza_in (&f, "type='subscribe'/>", UNAVAILABLE ("desk") P ("unsubscribed") "save pending\n");
  response_in (&f, 200, "", "");
  notify_in (&f, "terminated", NULL, "subscribe fresh 3600\n");
  expect_state (&f, "pending", "asking");
}

static void
strangers_are_told_so (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, NULL);
  stanza_in (&f, "type='probe'/>", P ("unsubscribed"));
  stanza_in (&f, "type='unsubscribe'/>", "");
  stanza_in (&f, "/>", "");
  stanza_in (&f, "type='subscribed'/>", "");
  g_assert_true (oree_gw_watch_is_over (f.watch));
}

static void
a_sleeping_contact_is_not_refreshed (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  availability_in (&f, "unheard-of", "type='unavailable'/>", ""); /* there may be others we do not know */
  availability_in (&f, "a", "/>", "");
  availability_in (&f, "b", "/>", "");
  availability_in (&f, "a", "type='unavailable'/>", "");
  availability_in (&f, "b", "type='unavailable'/>", "");
  deadline_in (&f, HOUR * 4 / 10, HOUR, "");
  deadline_in (&f, 0, HOUR, UNAVAILABLE ("desk"));
  expect_state (&f, "granted", "waiting");
  g_assert_cmpint (oree_gw_watch_deadline (f.watch), ==, OREE_TIME_NEVER);
  availability_in (&f, "a", "/>", "subscribe fresh 3600\n");
}

static void
restarts_resume_and_the_policy_ends (void)
{
  g_auto (Fixture) f = { 0 }, bad = { 0 };

  fixture_init (&bad, "nonsense");
  g_assert_null (bad.watch);
  go_live (&f);
  oree_gw_watch_end (f.watch, f.now, &f.out);
  gw_test_expect (&f.out, "save none\n" UNAVAILABLE ("desk") P ("unsubscribed") "subscribe 0\n");
  response_in (&f, 200, "", "");
  notify_in (&f, "terminated", NULL, "");
  g_assert_true (oree_gw_watch_is_over (f.watch));
}

static void
a_watcher_who_is_gone_is_dropped (void)
{
  g_auto (Fixture) f = { 0 };

  go_live (&f);
  stanza_in (&f, "type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>", "");
  stanza_in (&f, "type='error'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
             "save none\nsubscribe 0\n");
}

static void
the_administrators_interval_is_what_is_asked_for (void)
{
  static const struct
  {
    guint64 seconds;
    const char *asked;
  } rows[] = {
    { 28800, "save pending\nsubscribe fresh 28800\n" },
    { 1, "save pending\nsubscribe fresh 60\n" },
    { G_MAXUINT32, "save pending\nsubscribe fresh 86400\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Fixture f;

      fixture_init (&f, NULL);
      oree_gw_watch_set_interval (f.watch, rows[i].seconds);
      stanza_in (&f, "type='subscribe'/>", rows[i].asked);
      fixture_clear (&f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/gateway/watch/" name, function)
  ADD ("the-handshake-is-silent-until-allowed", the_handshake_is_silent_until_allowed);
  ADD ("allowed-without-document-is-nobody-there", allowed_without_document_is_nobody_there);
  ADD ("documents-become-stanzas-by-difference", documents_become_stanzas_by_difference);
  ADD ("notes-are-for-those-who-may-see-them", notes_are_for_those_who_may_see_them);
  ADD ("lync-says-it-by-numbers", lync_says_it_by_numbers);
  ADD ("changes-are-told-at-intervals", changes_are_told_at_intervals);
  ADD ("folded-presence-has-one-device", folded_presence_has_one_device);
  ADD ("the-last-word-goes-along", the_last_word_goes_along);
  ADD ("idleness-is-told", idleness_is_told);
  ADD ("refreshes-drift-apart", refreshes_drift_apart);
  ADD ("a-sip-side-that-is-back-is-asked", a_sip_side_that_is_back_is_asked);
  ADD ("answers-to-the-first-question", answers_to_the_first_question);
  ADD ("answers-to-a-refresh", answers_to_a_refresh);
  ADD ("failures-back-off-and-are-shown", failures_back_off_and_are_shown);
  ADD ("reasons-of-termination", reasons_of_termination);
  ADD ("nobody-drives-us-in-circles", nobody_drives_us_in_circles);
  ADD ("broken-notifies-are-answered-so", broken_notifies_are_answered_so);
  ADD ("silence-after-a-subscribe-is-a-failure", silence_after_a_subscribe_is_a_failure);
  ADD ("the-grant-is-only-ever-shortened", the_grant_is_only_ever_shortened);
  ADD ("unsubscribe-ends-the-sip-side-first", unsubscribe_ends_the_sip_side_first);
  ADD ("unsubscribe-completes-whatever-the-sip-side-does", unsubscribe_completes_whatever_the_sip_side_does);
  ADD ("a-new-question-after-the-end", a_new_question_after_the_end);
  ADD ("strangers-are-told-so", strangers_are_told_so);
  ADD ("a-sleeping-contact-is-not-refreshed", a_sleeping_contact_is_not_refreshed);
  ADD ("restarts-resume-and-the-policy-ends", restarts_resume_and_the_policy_ends);
  ADD ("a-watcher-who-is-gone-is-dropped", a_watcher_who_is_gone_is_dropped);
  ADD ("the-administrators-interval-is-what-is-asked-for", the_administrators_interval_is_what_is_asked_for);
  return g_test_run ();
}
