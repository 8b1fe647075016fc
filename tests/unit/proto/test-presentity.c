/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "codec/mime/oree-pidf.h"
#include "proto/sip/oree-presentity.h"
#include "sip-text.h"

#define AOR "sip:otto@contoso.test"
#define AT(seconds) ((OreeTime) (seconds) *OREE_SECOND)

static const OreePublishRules rules = OREE_PUBLISH_RULES_DEFAULT;

#define WHO "From: <" AOR ">;tag=1\r\nTo: <" AOR ">\r\nCall-ID: c\r\n"
#define PIDF_TYPE "Content-Type: application/pidf+xml\r\n"
#define DOC(tuples)                                                                                                    \
  "<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='" AOR "'>" tuples "</presence>"
#define TUPLE(id, basic, note)                                                                                         \
  "<tuple id='" id "'><status><basic>" basic "</basic></status><note>" note "</note></tuple>"

static void
requests_are_read_in_the_order_of_the_rfc (void)
{
  static const struct
  {
    const char *lines, *body;
    guint status;
    guint32 expires;
    const char *if_match;
  } cases[] = {
    { "Event: presence\r\n" PIDF_TYPE, "x", 0, 3600, "" },
    { "o: presence\r\n" PIDF_TYPE "Expires: 100\r\n", "x", 0, 100, "" },
    { "Event: presence\r\nSIP-If-Match: a1\r\nExpires: 100000\r\n", "", 0, 7200, "a1" },
    { "Event: presence\r\nSIP-If-Match: a1\r\nExpires: 0\r\n", "", 0, 0, "a1" },
    { "Event: presence\r\nSIP-If-Match: a1\r\n" PIDF_TYPE, "x", 0, 3600, "a1" },
    { "Event: presence\r\nRequire: foo\r\n" PIDF_TYPE, "x", 420, 0, "" },
    { PIDF_TYPE, "x", 489, 0, "" },
    { "Event: dialog\r\n" PIDF_TYPE, "x", 489, 0, "" },
    { "Event: presence.winfo\r\n" PIDF_TYPE, "x", 489, 0, "" },
    { "Event: presence\r\nSIP-If-Match: a b\r\n", "", 400, 0, "" },
    { "Event: presence\r\nSIP-If-Match:\r\n", "", 400, 0, "" },
    { "Event: presence\r\n" PIDF_TYPE "Expires: 5\r\n", "x", 423, 0, "" },
    { "Event: presence\r\nContent-Type: text/plain\r\n", "x", 415, 0, "" },
    { "Event: presence\r\n", "x", 415, 0, "" },
    { "Event: presence\r\n", "", 400, 0, "" },
    { "Event: presence\r\n" PIDF_TYPE "Expires: 0\r\n", "x", 400, 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *lines = g_strconcat (WHO, cases[i].lines, NULL);
      g_auto (SipText) text = { NULL };
      OreePublishRequest request;

      g_test_message ("%s", cases[i].lines);
      sip_text_init (&text, "PUBLISH", AOR, 1, lines, cases[i].body);
      g_assert_cmpuint (oree_publish_read (&request, &text.msg, &rules), ==, cases[i].status);
      if (cases[i].status != 0)
        continue;
      g_assert_cmpuint (request.expires, ==, cases[i].expires);
      g_assert_true (oree_span_equal_str (request.if_match, cases[i].if_match));
    }
}

static void
refusals_carry_what_they_must (void)
{
  static const struct
  {
    guint status;
    const char *line;
  } cases[] = {
    { 415, "Accept: application/pidf+xml\r\n" },
    { 420, "Unsupported: foo\r\n" },
    { 423, "Min-Expires: 60\r\n" },
    { 489, "Allow-Events: presence\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SipText) text = { NULL };
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      g_autofree char *out = NULL;

      sip_text_init (&text, "PUBLISH", AOR, 1, WHO "Require: foo\r\n", "");
      oree_sip_write_response (&writer, &text.msg, cases[i].status, NULL, "t", FALSE);
      oree_publish_write_refusal (cases[i].status, &text.msg, &rules, &writer);
      out = sip_text_finish (&writer);
      g_assert_nonnull (strstr (out, cases[i].line));
    }
}

/* Publishes; the tag it got goes to `etag` (kept when refused). */
static guint
publish (OreePresentity *p, char **etag, const char *body, guint32 expires, OreeTime now, gboolean *changed)
{
  const OreePublishRequest request = { oree_span_str (*etag), oree_span_str (body), expires };
  OreePublishResult result = oree_presentity_publish (p, &request, now);

  if (changed != NULL)
    *changed = result.changed;
  if (result.status != 200)
    return result.status;
  g_assert_cmpuint (result.expires, ==, expires);
  g_assert_cmpstr (result.etag, !=, *etag); /* RFC 3903 6: a new one every time */
  g_free (*etag);
  *etag = g_strdup (result.etag);
  return 200;
}

/* "id=open:note id=closed" of the composed document. */
static char *
composed (OreePresentity *p)
{
  g_autoptr (GBytes) bytes = oree_presentity_compose (p, "2031-05-04T03:02:01Z");
  g_autoptr (OreePidf) document = NULL;
  GString *out = g_string_new (NULL);

  g_assert_cmpint (oree_pidf_parse (&document, oree_span (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))), >, 0);
  g_assert_cmpstr (document->entity, ==, AOR);
  for (guint i = 0; i < document->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (document->tuples, i);

      g_string_append_printf (out, "%s%s=%s", i ? " " : "", tuple->id, tuple->open ? "open" : "closed");
      if (tuple->notes->len > 0)
        g_string_append_printf (out, ":%s", ((const OreePidfNote *) g_ptr_array_index (tuple->notes, 0))->text);
    }
  return g_string_free (out, FALSE);
}

static void
assert_composed (OreePresentity *p, const char *expected)
{
  g_autofree char *text = composed (p);

  g_assert_cmpstr (text, ==, expected);
}

static void
registration_alone_is_open (void)
{
  g_autoptr (OreePresentity) p = oree_presentity_new (AOR, "tag");
  g_autoptr (GBytes) bytes = NULL, closed = oree_presentity_closed (AOR);

  g_assert_true (oree_presentity_is_idle (p));
  assert_composed (p, "registered=closed");
  g_assert_true (oree_presentity_set_registered (p, TRUE));
  g_assert_false (oree_presentity_set_registered (p, TRUE));
  assert_composed (p, "registered=open");
  g_assert_false (oree_presentity_is_idle (p));
  bytes = oree_presentity_compose (p, "2031-05-04T03:02:01Z");
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), "2031-05-04T03:02:01Z"));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (closed, NULL), (gssize) g_bytes_get_size (closed), "closed"));
  g_assert_true (oree_presentity_set_registered (p, FALSE));
  assert_composed (p, "registered=closed");
}

static void
publications_come_refresh_change_and_go (void)
{
  g_autoptr (OreePresentity) p = oree_presentity_new (AOR, "tag");
  g_autofree char *desk = g_strdup (""), *phone = g_strdup (""), *wrong = g_strdup ("never"), *gone = NULL;
  gboolean changed = FALSE;

  oree_presentity_set_registered (p, TRUE);
  g_assert_cmpuint (publish (p, &desk, DOC (TUPLE ("t", "open", "desk")), 100, AT (0), &changed), ==, 200);
  g_assert_true (changed);
  assert_composed (p, "t=open:desk");
  g_assert_cmpuint (publish (p, &phone, DOC (TUPLE ("t", "closed", "phone")), 200, AT (1), &changed), ==, 200);
  assert_composed (p, "t=closed:phone t-2=open:desk");
  g_assert_cmpint (oree_presentity_deadline (p), ==, AT (100));

  /* refresh: new tag, nothing new to see, place kept */
  g_assert_cmpuint (publish (p, &desk, "", 150, AT (50), &changed), ==, 200);
  g_assert_false (changed);
  assert_composed (p, "t=closed:phone t-2=open:desk");
  g_assert_cmpint (oree_presentity_deadline (p), ==, AT (200));

  /* modify: comes first */
  gone = g_strdup (desk);
  g_assert_cmpuint (publish (p, &desk, DOC (TUPLE ("t", "open", "back")), 150, AT (60), &changed), ==, 200);
  g_assert_true (changed);
  assert_composed (p, "t=open:back t-2=closed:phone");

  g_assert_cmpuint (publish (p, &gone, "", 100, AT (61), &changed), ==, 412);
  g_assert_cmpuint (publish (p, &wrong, DOC (""), 100, AT (61), &changed), ==, 412);
  g_assert_cmpuint (publish (p, &desk, "<presence", 100, AT (61), &changed), ==, 400);
  g_assert_cmpuint (publish (p, &desk, "<a xmlns='b'/>", 100, AT (61), &changed), ==, 400);
  g_assert_false (changed);
  assert_composed (p, "t=open:back t-2=closed:phone");

  /* while something is published, registration does not show */
  g_assert_false (oree_presentity_set_registered (p, FALSE));

  g_assert_false (oree_presentity_on_deadline (p, AT (200)));
  g_assert_true (oree_presentity_on_deadline (p, AT (201)));
  assert_composed (p, "t=open:back");
  g_assert_cmpuint (publish (p, &phone, "", 100, AT (202), &changed), ==, 412);

  g_free (gone);
  gone = g_strdup (desk);
  g_assert_cmpuint (publish (p, &desk, "", 0, AT (203), &changed), ==, 200);
  g_assert_true (changed);
  assert_composed (p, "registered=closed");
  g_assert_cmpuint (publish (p, &desk, "", 100, AT (204), &changed), ==, 412);
  g_assert_true (oree_presentity_is_idle (p));
}

static void
document_without_tuples_says_nothing (void)
{
  g_autoptr (OreePresentity) p = oree_presentity_new (AOR, "tag");
  g_autofree char *etag = g_strdup ("");

  oree_presentity_set_registered (p, TRUE);
  g_assert_cmpuint (publish (p, &etag, DOC (""), 100, AT (0), NULL), ==, 200);
  assert_composed (p, "registered=open");
}

static void
publications_and_tuples_are_capped (void)
{
  g_autoptr (OreePresentity) p = oree_presentity_new (AOR, "tag");
  g_autoptr (GHashTable) tags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OreePidf) document = NULL;
  g_autofree char *last = NULL;

  for (guint i = 0; i <= OREE_SIP_PUBLICATIONS_MAX; i++)
    {
      char *etag = g_strdup ("");
      guint status = publish (
        p, &etag, DOC (TUPLE ("a", "open", "") TUPLE ("b", "open", "") TUPLE ("c", "open", "")), 100, AT (0), NULL);

      g_assert_cmpuint (status, ==, i < OREE_SIP_PUBLICATIONS_MAX ? 200 : 503);
      if (status == 200)
        g_assert_true (g_hash_table_add (tags, etag));
      else
        g_free (etag);
    }
  bytes = oree_presentity_compose (p, NULL);
  g_assert_cmpint (oree_pidf_parse (&document, oree_span (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))), >, 0);
  g_assert_cmpuint (document->tuples->len, ==, OREE_PIDF_TUPLES_MAX);

  /* the expired make room */
  last = g_strdup ("");
  g_assert_cmpuint (publish (p, &last, DOC (TUPLE ("a", "open", "")), 100, AT (100), NULL), ==, 200);
  assert_composed (p, "a=open");
}

static void
watchers_are_kept_once (void)
{
  g_autoptr (OreePresentity) p = oree_presentity_new (AOR, "tag");
  int a, b;

  oree_presentity_add_watcher (p, &a);
  oree_presentity_add_watcher (p, &b);
  oree_presentity_add_watcher (p, &a);
  g_assert_cmpuint (oree_presentity_watchers (p)->len, ==, 2);
  g_assert_false (oree_presentity_is_idle (p));
  oree_presentity_remove_watcher (p, &a);
  oree_presentity_remove_watcher (p, &a);
  oree_presentity_remove_watcher (p, &b);
  g_assert_true (oree_presentity_is_idle (p));
  g_assert_cmpstr (oree_presentity_aor (p), ==, AOR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sip/presentity/requests-are-read-in-the-order-of-the-rfc",
                   requests_are_read_in_the_order_of_the_rfc);
  g_test_add_func ("/proto/sip/presentity/refusals-carry-what-they-must", refusals_carry_what_they_must);
  g_test_add_func ("/proto/sip/presentity/registration-alone-is-open", registration_alone_is_open);
  g_test_add_func ("/proto/sip/presentity/publications-come-refresh-change-and-go",
                   publications_come_refresh_change_and_go);
  g_test_add_func ("/proto/sip/presentity/document-without-tuples-says-nothing", document_without_tuples_says_nothing);
  g_test_add_func ("/proto/sip/presentity/publications-and-tuples-are-capped", publications_and_tuples_are_capped);
  g_test_add_func ("/proto/sip/presentity/watchers-are-kept-once", watchers_are_kept_once);
  return g_test_run ();
}
