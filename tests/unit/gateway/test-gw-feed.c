/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gw-test.h"
#include "codec/mime/oree-pidf.h"
#include "gateway/oree-gw-feed.h"

#define NOW (1000 * OREE_SECOND)
#define WALL (G_GINT64_CONSTANT (1935630000) * G_USEC_PER_SEC) /* 2031-05-04T03:00:00Z */

#define SUBSCRIBE_OUT "<presence from='otto@phone.test' to='mira@cafe.test' type='subscribe'/>\n"
#define PROBE_OUT "<presence from='otto@phone.test' to='mira@cafe.test' type='probe'/>\n"
#define UNSUBSCRIBE_OUT "<presence from='otto@phone.test' to='mira@cafe.test' type='unsubscribe'/>\n"
#define LEAVE_OUT "<presence from='otto@phone.test/sip' to='mira@cafe.test' type='unavailable'/>\n"

static OreeGwFeed *
new_feed (const char *authorisation)
{
  g_auto (OreeJid) user = OREE_JID_INIT, contact = OREE_JID_INIT;
  OreeGwFeed *feed;

  g_assert_true (oree_jid_parse (&user, OREE_SPAN_LITERAL ("otto@phone.test/x")));
  g_assert_true (oree_jid_parse (&contact, OREE_SPAN_LITERAL ("mira@cafe.test/desk")));
  if (authorisation == NULL)
    feed = oree_gw_feed_new (&user, &contact, 7);
  else
    {
      GVariantDict dict;
      g_autoptr (GVariant) row = NULL;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "authorisation", "s", authorisation);
      g_variant_dict_insert (&dict, "since", "x", (gint64) 1);
      row = g_variant_ref_sink (g_variant_dict_end (&dict));
      feed = oree_gw_feed_new_from_row (&user, &contact, 7, row);
    }
  return feed;
}

static void
stanza_in (OreeGwFeed *feed, const char *from, const char *rest, OreeGwOut *out)
{
  g_autofree char *text = g_strdup_printf ("from='%s' to='otto@phone.test' %s", from, rest);
  g_autoptr (OreeStanza) stanza = gw_test_stanza ("presence", text);

  oree_gw_feed_on_stanza (feed, stanza, NOW, WALL, out);
}

/* "resource open show priority note;…" of the document every dialog is given. */
static void
expect_body (OreeGwOut *out, OreeGwFeed *feed, const char *expected)
{
  OreeGwOutItem item;
  g_autoptr (OreePidf) pidf = NULL;
  g_autoptr (GString) got = g_string_new (NULL);

  g_assert_true (oree_gw_out_take (out, &item));
  g_assert_cmpint (item.kind, ==, OREE_GW_OUT_BODY);
  g_assert_true (g_bytes_equal (item.body, oree_gw_feed_body (feed)));
  g_assert_cmpint (oree_pidf_parse (&pidf, oree_span (g_bytes_get_data (item.body, NULL), g_bytes_get_size (item.body))), >, 0);
  g_assert_cmpstr (pidf->entity, ==, "sip:mira@cafe.test");
  for (guint i = 0; i < pidf->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (pidf->tuples, i);
      g_autofree char *resource = oree_pidf_resource_from_id (tuple->id);
      const char *show = oree_show_name (tuple->show);

      g_string_append_printf (got, "%s %s %s %d", resource, tuple->open ? "open" : "closed", show ? show : "-", tuple->priority);
      for (guint n = 0; n < tuple->notes->len; n++)
        {
          const OreePidfNote *note = g_ptr_array_index (tuple->notes, n);

          g_string_append_printf (got, " %s=%s", note->lang ? note->lang : "", note->text);
        }
      g_string_append_c (got, ';');
    }
  g_assert_cmpstr (got->str, ==, expected);
  oree_gw_out_item_clear (&item);
  gw_test_expect (out, "");
}

static void
the_handshake_asks_waits_and_shows (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed (NULL);
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  g_assert_true (oree_gw_feed_is_over (feed));
  oree_gw_feed_on_subscribe (feed, NOW, &out);
  gw_test_expect (&out, "save pending\n" SUBSCRIBE_OUT);
  g_assert_cmpint (oree_gw_feed_state (feed), ==, OREE_GW_PENDING);
  g_assert_null (oree_gw_feed_body (feed));
  oree_gw_feed_on_subscribe (feed, NOW, &out); /* a second device */
  gw_test_expect (&out, SUBSCRIBE_OUT);

  stanza_in (feed, "mira@cafe.test", "type='unavailable'/>", &out); /* a receipt, no presence */
  gw_test_expect (&out, "");
  stanza_in (feed, "mira@cafe.test", "type='subscribed'/>", &out);
  gw_test_expect (&out, "save granted\nstate active\n");
  stanza_in (feed, "mira@cafe.test", "type='subscribed'/>", &out);
  gw_test_expect (&out, "");
  g_assert_null (oree_gw_feed_body (feed));

  stanza_in (feed, "mira@cafe.test/desk", "xml:lang='en'><show>dnd</show><status>busy</status><status xml:lang='fr'>pris</status>"
             "<priority>5</priority></presence>", &out);
  expect_body (&out, feed, "desk open dnd 5 en=busy fr=pris;");
  stanza_in (feed, "mira@cafe.test/my phone", "><show>nap</show><priority>-3</priority></presence>", &out);
  expect_body (&out, feed, "desk open dnd 5 en=busy fr=pris;my phone open - -1;");
  stanza_in (feed, "mira@cafe.test/desk", "type='unavailable'><status>bye</status></presence>", &out);
  expect_body (&out, feed, "my phone open - -1;desk closed - -1 =bye;");
  stanza_in (feed, "mira@cafe.test/my phone", "><show>xa</show></presence>", &out);
  expect_body (&out, feed, "my phone open xa 0;"); /* closed once, then dropped */
  stanza_in (feed, "mira@cafe.test/my phone", "type='unavailable'/>", &out);
  expect_body (&out, feed, "my phone closed - -1;");

  oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, "");
  oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, LEAVE_OUT); /* not unsubscribe: the authorisation stands */
  g_assert_cmpstr (oree_gw_feed_authorisation (feed), ==, "granted");
  g_assert_false (oree_gw_feed_is_over (feed));
  oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, "");

  oree_gw_feed_on_subscribe (feed, NOW, &out);
  gw_test_expect (&out, PROBE_OUT);
  stanza_in (feed, "mira@cafe.test", "type='unavailable'/>", &out);
  expect_body (&out, feed, "bare closed - -1;");
}

/* what comes in while pending, while granted → what goes out, the authorisation left */
static void
answers_of_the_contact (void)
{
  static const struct { const char *authorisation, *rest, *out, *left; } rows[] = {
    { "pending", "type='unsubscribed'/>", "save none\nstate terminated rejected\n", "none" },
    { "granted", "type='unsubscribed'/>", "save none\nstate terminated rejected\n", "none" },
    { "granted", "type='subscribed'/>", "", "granted" },
    { "pending", "type='subscribe'/>", "", "pending" },
    { "pending", "type='unsubscribe'/>", "", "pending" },
    { "pending", "type='probe'/>", "", "pending" },
#define ERROR_STANZA(condition) "type='error'><error type='cancel'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
    { "pending", ERROR_STANZA ("item-not-found"), "save none\nstate terminated noresource\n", "none" },
    { "granted", ERROR_STANZA ("item-not-found"), "save none\nstate terminated noresource\n", "none" },
    { "pending", ERROR_STANZA ("gone"), "save none\nstate terminated noresource\n", "none" },
    { "pending", ERROR_STANZA ("remote-server-not-found"), "save none\nstate terminated noresource\n", "none" },
    { "granted", ERROR_STANZA ("remote-server-not-found"), "", "granted" },
    { "pending", ERROR_STANZA ("remote-server-timeout"), "state terminated probation 300\n", "pending" },
    { "granted", ERROR_STANZA ("remote-server-timeout"), "", "granted" },
    { "pending", ERROR_STANZA ("resource-constraint"), "state terminated probation 300\n", "pending" },
    { "pending", ERROR_STANZA ("forbidden"), "save none\nstate terminated rejected\n", "none" },
    { "granted", ERROR_STANZA ("forbidden"), "", "granted" },
    { "pending", ERROR_STANZA ("service-unavailable"), "save none\nstate terminated rejected\n", "none" },
    { "pending", "type='error'/>", "save none\nstate terminated rejected\n", "none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeGwFeed) feed = new_feed (rows[i].authorisation);
      g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

      g_test_message ("%s %s", rows[i].authorisation, rows[i].rest);
      oree_gw_feed_on_subscribe (feed, NOW, &out);
      gw_test_expect (&out, strcmp (rows[i].authorisation, "granted") == 0 ? PROBE_OUT : SUBSCRIBE_OUT);
      stanza_in (feed, "mira@cafe.test", rows[i].rest, &out);
      gw_test_expect (&out, rows[i].out);
      g_assert_cmpstr (oree_gw_feed_authorisation (feed), ==, rows[i].left);
      g_assert_cmpuint (oree_gw_feed_dialogs (feed), ==, strstr (rows[i].out, "terminated") ? 0 : 1);
    }
}

static void
every_error_has_a_fate (void)
{
  for (guint err = 0; err < OREE_N_STANZA_ERRS; err++)
    {
      g_autoptr (OreeGwFeed) feed = new_feed ("pending");
      g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

      oree_gw_feed_on_subscribe (feed, NOW, &out);
      oree_gw_out_clear (&out);
      oree_gw_feed_on_error (feed, (OreeStanzaErr) err, NOW, &out);
      g_assert_cmpuint (oree_gw_feed_dialogs (feed), ==, 0); /* a question that failed is never left pending in silence */
    }
}

static void
presence_shown_is_presence_allowed (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed (NULL);
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;
  OreeGwOutItem item;

  stanza_in (feed, "mira@cafe.test/desk", "/>", &out); /* nobody asked: directed presence */
  gw_test_expect (&out, "");
  oree_gw_feed_on_subscribe (feed, NOW, &out);
  oree_gw_out_clear (&out);
  stanza_in (feed, "mira@cafe.test/desk", "/>", &out);
  g_assert_true (oree_gw_out_take (&out, &item));
  g_assert_true (item.kind == OREE_GW_OUT_SAVE && item.row != NULL);
  oree_gw_out_item_clear (&item);
  g_assert_true (oree_gw_out_take (&out, &item));
  g_assert_true (item.kind == OREE_GW_OUT_STATE && item.state == OREE_GW_ACTIVE);
  expect_body (&out, feed, "desk open - 0;");
}

/* A dialog the machine terminated ends in its own time, and must not be taken for a newer one. */
static void
late_ends_count_for_old_dialogs (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  oree_gw_feed_on_subscribe (feed, NOW, &out);
  oree_gw_feed_on_subscribe (feed, NOW, &out);
  oree_gw_feed_on_poll (feed, NOW, &out);
  stanza_in (feed, "mira@cafe.test", "type='unsubscribed'/>", &out);
  oree_gw_feed_on_subscribe (feed, NOW, &out); /* asked anew before the old ones are gone */
  oree_gw_out_clear (&out);
  for (guint i = 0; i < 3; i++)
    oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, "");
  g_assert_cmpuint (oree_gw_feed_dialogs (feed), ==, 1);
  oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, ""); /* pending: nothing was shown that could end */
  g_assert_cmpuint (oree_gw_feed_dialogs (feed), ==, 0);
}

static void
polls_ask_only_with_authorisation (void)
{
  g_autoptr (OreeGwFeed) stranger = new_feed (NULL);
  g_autoptr (OreeGwFeed) feed = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  oree_gw_feed_on_poll (stranger, NOW, &out);
  gw_test_expect (&out, "");
  oree_gw_feed_on_over (stranger, &out);
  gw_test_expect (&out, "");
  g_assert_true (oree_gw_feed_is_over (stranger));

  oree_gw_feed_on_poll (feed, NOW, &out);
  gw_test_expect (&out, PROBE_OUT);
  oree_gw_feed_on_over (feed, &out);
  gw_test_expect (&out, "");
  stanza_in (feed, "mira@cafe.test/desk", "/>", &out);
  expect_body (&out, feed, "desk open - 0;");
  oree_gw_feed_on_poll (feed, NOW, &out); /* known now */
  gw_test_expect (&out, "");
  g_assert_nonnull (oree_gw_feed_body (feed));
}

static void
asks_again_when_the_stream_is_back (void)
{
  g_autoptr (OreeGwFeed) pending = new_feed ("pending");
  g_autoptr (OreeGwFeed) granted = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  oree_gw_feed_on_stream (granted, NOW);
  g_assert_cmpint (oree_gw_feed_deadline (granted), ==, OREE_TIME_NEVER); /* nobody looks */
  oree_gw_feed_on_subscribe (pending, NOW, &out);
  oree_gw_feed_on_subscribe (granted, NOW, &out);
  oree_gw_out_clear (&out);
  oree_gw_feed_on_stream (pending, NOW + 5);
  oree_gw_feed_on_stream (granted, NOW + 5);
  g_assert_cmpint (oree_gw_feed_deadline (pending), ==, NOW + 5);
  oree_gw_feed_on_deadline (pending, NOW + 4, &out);
  gw_test_expect (&out, "");
  oree_gw_feed_on_deadline (pending, NOW + 5, &out);
  gw_test_expect (&out, SUBSCRIBE_OUT);
  oree_gw_feed_on_deadline (granted, NOW + 5, &out);
  gw_test_expect (&out, PROBE_OUT);
  g_assert_cmpint (oree_gw_feed_deadline (granted), ==, OREE_TIME_NEVER); /* once */
}

/* A contact that cannot be asked is shown as gone, and asked again later each time; what was agreed on stands. */
static void
unreachable_is_unknown (void)
{
  static const OreeStanzaErr passing[] = {
    OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT, OREE_STANZA_ERR_RESOURCE_CONSTRAINT, OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND,
  };

  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      g_autoptr (OreeGwFeed) feed = new_feed ("granted");
      g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;
      OreeTime now = NOW, before = 0;

      oree_gw_feed_on_subscribe (feed, now, &out);
      oree_gw_out_clear (&out);
      stanza_in (feed, "mira@cafe.test/desk", "><show>dnd</show><status>in</status></presence>", &out);
      oree_gw_out_clear (&out);
      g_assert_true (oree_gw_feed_is_known (feed));
      for (guint round = 0; round < 10; round++)
        {
          OreeTime wait;

          oree_gw_feed_on_error (feed, passing[i], now, &out);
          if (round == 0)
            {
              OreeGwOutItem item;
              g_autofree char *text = NULL;

              g_assert_true (oree_gw_out_take (&out, &item) && item.kind == OREE_GW_OUT_BODY);
              text = g_strndup (g_bytes_get_data (item.body, NULL), g_bytes_get_size (item.body));
              g_assert_null (strstr (text, "dnd"));
              g_assert_null (strstr (text, "<note"));
              g_assert_nonnull (strstr (text, "<tuple id='ID-6465736b'><status><basic>closed</basic></status><contact>"));
              oree_gw_out_item_clear (&item);
            }
          gw_test_expect (&out, "");
          g_assert_false (oree_gw_feed_is_known (feed));
          g_assert_null (oree_gw_feed_body (feed));
          g_assert_cmpstr (oree_gw_feed_authorisation (feed), ==, "granted");
          wait = oree_gw_feed_deadline (feed) - now;
          g_assert_cmpint (wait, >=, 54 * OREE_SECOND);
          g_assert_cmpint (wait, <=, 3600 * OREE_SECOND);
          g_assert_true (wait > before || wait > 3200 * OREE_SECOND);
          before = wait;
          oree_gw_feed_on_refresh (feed, now + 1, &out); /* the device's refresh is no reason to hurry */
          gw_test_expect (&out, "");
          now += wait;
          oree_gw_feed_on_deadline (feed, now, &out);
          gw_test_expect (&out, PROBE_OUT);
        }
      stanza_in (feed, "mira@cafe.test/desk", "/>", &out);
      expect_body (&out, feed, "desk open - 0;");
      g_assert_cmpint (oree_gw_feed_deadline (feed), ==, OREE_TIME_NEVER);
    }
}

static void
refreshes_ask_now_and_then (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  oree_gw_feed_on_restored (feed, NOW + 3);
  oree_gw_feed_on_restored (feed, NOW + 9); /* a second device of the same pair */
  g_assert_cmpuint (oree_gw_feed_dialogs (feed), ==, 2);
  g_assert_cmpint (oree_gw_feed_deadline (feed), ==, NOW + 3);
  oree_gw_feed_on_deadline (feed, NOW + 3, &out);
  gw_test_expect (&out, PROBE_OUT);
  oree_gw_feed_on_refresh (feed, NOW + 3 + 29 * OREE_MINUTE, &out);
  gw_test_expect (&out, "");
  oree_gw_feed_on_refresh (feed, NOW + 3 + 30 * OREE_MINUTE, &out);
  gw_test_expect (&out, PROBE_OUT);
  oree_gw_feed_on_refresh (feed, NOW + 3 + 31 * OREE_MINUTE, &out);
  gw_test_expect (&out, "");
}

static void
ends_by_policy (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;

  oree_gw_feed_on_subscribe (feed, NOW, &out);
  oree_gw_out_clear (&out);
  oree_gw_feed_end (feed, &out);
  gw_test_expect (&out, "save none\nstate terminated rejected\n" UNSUBSCRIBE_OUT);
  g_assert_true (oree_gw_feed_is_over (feed));
  oree_gw_feed_end (feed, &out);
  gw_test_expect (&out, "");
}

/* what a resource says of its idleness → since when, as the document has it; NULL: it does not */
static void
idleness_is_in_the_document (void)
{
  static const struct { const char *contents, *since; } rows[] = {
    { "<idle xmlns='urn:xmpp:idle:1' since='2031-05-04T04:02:01+02:00'/>", "2031-05-04T02:02:01Z" },
    { "<query xmlns='jabber:iq:last' seconds='600'/>", "2031-05-04T02:50:00Z" },
    { "<idle xmlns='urn:xmpp:idle:1' since='2031-05-04T02:02:01Z'/><query xmlns='jabber:iq:last' seconds='600'/>",
      "2031-05-04T02:02:01Z" },
    { "<idle xmlns='urn:xmpp:idle:1' since='never'/>", NULL },
    { "<idle xmlns='urn:xmpp:idle:1'/>", NULL },
    { "<query xmlns='jabber:iq:last' seconds='0'/>", NULL },
    { "<query xmlns='jabber:iq:last' seconds='-5'/>", NULL },
    { "<query xmlns='jabber:iq:last' seconds='99999999999999'/>", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreeGwFeed) feed = new_feed ("granted");
      g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;
      g_autofree char *rest = g_strconcat ("><show>away</show>", rows[i].contents, "</presence>", NULL);
      g_autoptr (OreePidf) pidf = NULL;
      g_autofree char *since = NULL;
      const OreePidfTuple *tuple;
      GBytes *body;

      stanza_in (feed, "mira@cafe.test/desk", rest, &out);
      body = oree_gw_feed_body (feed);
      g_assert_cmpint (oree_pidf_parse (&pidf, oree_span (g_bytes_get_data (body, NULL), g_bytes_get_size (body))), >, 0);
      tuple = g_ptr_array_index (pidf->tuples, 0);
      since = tuple->idle ? oree_time_format_wall (tuple->idle_since) : NULL;
      g_assert_cmpstr (since, ==, rows[i].since);
    }
}

static void
resources_are_capped (void)
{
  g_autoptr (OreeGwFeed) feed = new_feed ("granted");
  g_auto (OreeGwOut) out = OREE_GW_OUT_INIT;
  g_autoptr (OreePidf) pidf = NULL;

  oree_gw_feed_on_subscribe (feed, NOW, &out);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *from = g_strdup_printf ("mira@cafe.test/r%u", i);

      stanza_in (feed, from, "/>", &out);
      oree_gw_out_clear (&out);
    }
  g_assert_cmpint (oree_pidf_parse (&pidf, oree_span (g_bytes_get_data (oree_gw_feed_body (feed), NULL),
                                                      g_bytes_get_size (oree_gw_feed_body (feed)))), >, 0);
  g_assert_cmpuint (pidf->tuples->len, ==, 32);
}

static void
damaged_rows_are_refused (void)
{
  g_assert_null (new_feed ("none"));
  g_assert_null (new_feed ("nonsense"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/feed/the-handshake-asks-waits-and-shows", the_handshake_asks_waits_and_shows);
  g_test_add_func ("/gateway/feed/answers-of-the-contact", answers_of_the_contact);
  g_test_add_func ("/gateway/feed/every-error-has-a-fate", every_error_has_a_fate);
  g_test_add_func ("/gateway/feed/presence-shown-is-presence-allowed", presence_shown_is_presence_allowed);
  g_test_add_func ("/gateway/feed/late-ends-count-for-old-dialogs", late_ends_count_for_old_dialogs);
  g_test_add_func ("/gateway/feed/polls-ask-only-with-authorisation", polls_ask_only_with_authorisation);
  g_test_add_func ("/gateway/feed/asks-again-when-the-stream-is-back", asks_again_when_the_stream_is_back);
  g_test_add_func ("/gateway/feed/unreachable-is-unknown", unreachable_is_unknown);
  g_test_add_func ("/gateway/feed/refreshes-ask-now-and-then", refreshes_ask_now_and_then);
  g_test_add_func ("/gateway/feed/ends-by-policy", ends_by_policy);
  g_test_add_func ("/gateway/feed/idleness-is-in-the-document", idleness_is_in_the_document);
  g_test_add_func ("/gateway/feed/resources-are-capped", resources_are_capped);
  g_test_add_func ("/gateway/feed/damaged-rows-are-refused", damaged_rows_are_refused);
  return g_test_run ();
}
