/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of RFC 4475, each with what a strict edge makes of it: taken, refused with a status, or dropped. */
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-frame.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"
#include "codec/sip/oree-sip-write.h"
#include "ident/oree-sip-uri.h"
#include "sip-test.h"

#define TAKEN 0
#define DROPPED 1
#define WAITS 1 /* for bytes that never come; the owner's clock ends it */

typedef struct
{
  const char *file;
  guint outcome; /* TAKEN, DROPPED or the status that answers it, as a datagram */
  int stream;    /* what the framer says of it: 0 cuts it, WAITS, or an OreeParseError */
} Torture;

static const Torture torture[] = {
  { "wsinv", TAKEN, 0 },
  { "intmeth", TAKEN, 0 },
  { "esc01", TAKEN, 0 },
  { "escnull", TAKEN, 0 },
  { "esc02", TAKEN, 0 },
  { "lwsdisp", TAKEN, 0 },
  { "longreq", TAKEN, 0 },
  { "dblreq", TAKEN, 0 },
  { "semiuri", TAKEN, 0 },
  { "transports", TAKEN, 0 },
  { "mpart01", TAKEN, 0 },
  { "unreason", TAKEN, 0 },
  { "noreason", TAKEN, 0 },
  { "badinv01", 400, 0 },
  { "clerr", 400, WAITS },
  { "ncl", 400, OREE_PARSE_BAD_LENGTH },
  { "scalar02", 400, 0 },
  { "scalarlg", DROPPED, 0 },
  { "quotbal", 400, 0 },
  { "ltgtruri", 400, 0 },
  { "lwsruri", 400, 0 },
  { "lwsstart", 400, 0 },
  { "trws", 400, 0 },
  { "escruri", 400, 0 },
  { "baddate", TAKEN, 0 },
  { "regbadct", 400, 0 },
  { "badaspec", 400, 0 },
  { "baddn", 400, 0 },
  { "badvers", 505, 0 },
  { "mismatch01", 400, 0 },
  { "mismatch02", 400, 0 },
  { "bigcode", DROPPED, 0 },
  { "badbranch", TAKEN, 0 },
  { "insuf", 400, 0 },
  { "unkscm", 416, 0 },
  { "novelsc", 416, 0 },
  { "unksm2", TAKEN, 0 },
  { "bext01", TAKEN, 0 },
  { "invut", TAKEN, 0 },
  { "regaut01", TAKEN, 0 },
  { "multi01", 400, 0 },
  { "mcl01", 400, OREE_PARSE_DUPLICATE },
  { "bcast", TAKEN, 0 },
  { "zeromf", TAKEN, 0 },
  { "cparam01", TAKEN, 0 },
  { "cparam02", TAKEN, 0 },
  { "regescrt", TAKEN, 0 },
  { "sdp01", TAKEN, 0 },
  { "inv2543", TAKEN, OREE_PARSE_MISSING },
  { "test", DROPPED, 0 },
};

static char *
read_vector (const char *file, gsize *length)
{
  g_autofree char *path = g_strdup_printf ("%s/sip/torture/%s.dat", OREE_VECTORS, file);
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;

  g_file_get_contents (path, &data, length, &error);
  g_assert_no_error (error);
  return exact_copy (data, *length);
}

static guint
outcome_of (const char *data, gsize length)
{
  OreeSipMsg msg;
  gssize result = oree_sip_msg_parse (&msg, data, length, OREE_SIP_MSG_DATAGRAM);
  OreeSipCheck check;

  if (result <= 0)
    return oree_sip_msg_can_answer (&msg) ? oree_sip_msg_error_status (result) : DROPPED;
  check = oree_sip_check (&msg);
  return check.status != 0 && !msg.is_request ? DROPPED : check.status;
}

static void
test_outcome (gconstpointer data)
{
  const Torture *row = data;
  gsize length = 0;
  g_autofree char *message = read_vector (row->file, &length);

  g_assert_cmpuint (outcome_of (message, length), ==, row->outcome);
}

/* What is refused can be answered, and the answer is itself a message that parses. */
static void
test_answer (gconstpointer data)
{
  const Torture *row = data;
  gsize length = 0;
  g_autofree char *message = read_vector (row->file, &length);
  OreeSipMsg msg;
  OreeSipMsg back;
  GString *answer;
  gssize result;

  if (row->outcome == TAKEN || row->outcome == DROPPED)
    return;
  oree_sip_msg_parse (&msg, message, length, OREE_SIP_MSG_DATAGRAM);
  answer = oree_sip_write_simple_response (&msg, row->outcome, NULL, "t0");
  g_assert_nonnull (answer);
  result = oree_sip_msg_parse (&back, answer->str, answer->len, OREE_SIP_MSG_STREAM);
  g_assert_cmpuint (back.status, ==, row->outcome);
  /* All but those whose CSeq, From, To or Call-ID are at fault themselves. */
  if (!g_str_equal (row->file, "insuf") && !g_str_equal (row->file, "scalar02"))
    g_assert_cmpint (result, ==, (gssize) answer->len);
  g_string_free (answer, TRUE);
}

/* On a stream: the same cut wherever the bytes happened to be split. */
static void
test_stream (gconstpointer data)
{
  const Torture *row = data;
  gsize length = 0;
  g_autofree char *message = read_vector (row->file, &length);
  gssize whole = 0;

  for (gsize split = 0; split <= length; split++)
    {
      g_autofree char *part = exact_copy (message, split);
      OreeSipFrame frame;
      gssize result;

      oree_sip_frame_init (&frame);
      result = oree_sip_frame_next (&frame, part, split);
      if (result == OREE_PARSE_PARTIAL)
        result = oree_sip_frame_next (&frame, message, length);
      if (split == 0)
        whole = result;
      g_assert_cmpint (result, ==, whole);
    }
  if (row->stream == 0)
    g_assert_cmpint (whole, >, 0);
  else if (row->stream == WAITS)
    g_assert_cmpint (whole, ==, OREE_PARSE_PARTIAL);
  else
    g_assert_cmpint (whole, ==, row->stream);
}

/* The framer and the parser never disagree about where a message ends. */
static void
test_agreement (gconstpointer data)
{
  const Torture *row = data;
  gsize length = 0;
  g_autofree char *message = read_vector (row->file, &length);
  OreeSipFrame frame;
  OreeSipMsg msg;
  gssize cut;
  gssize parsed;

  oree_sip_frame_init (&frame);
  cut = oree_sip_frame_next (&frame, message, length);
  parsed = oree_sip_msg_parse (&msg, message, length, OREE_SIP_MSG_STREAM);
  if (parsed > 0)
    g_assert_cmpint (parsed, ==, cut);
  if (cut > 0 && parsed > 0)
    g_assert_cmpuint (msg.head.length, ==, frame.head);
}

static void
load (const char *file, OreeSipMsg *msg, char **message)
{
  gsize length = 0;

  *message = read_vector (file, &length);
  g_assert_cmpint (oree_sip_msg_parse (msg, *message, length, OREE_SIP_MSG_DATAGRAM), >, 0);
}

static void
test_wsinv (void)
{
  OreeSipMsg msg;
  OreeSipVia via;
  OreeSipAddr addr;
  OreeSipParam param;
  OreeSipValues values;
  OreeSpan value;
  g_autofree char *message = NULL;
  g_autofree char *display = NULL;

  load ("wsinv", &msg, &message);
  g_assert_cmpint (oree_sip_max_forwards (&msg, 70), ==, 68);
  g_assert_cmpuint (msg.cseq, ==, 9);
  g_assert_cmpint (oree_sip_via_top (&via, &msg), >, 0);
  assert_span (via.host, "192.0.2.2");
  assert_span (via.branch, "390skdjuw");
  g_assert_false (via.has_cookie);
  g_assert_cmpuint (oree_sip_via_count (&msg), ==, 3);
  g_assert_cmpint (oree_sip_addr_from_msg (&addr, &msg, OREE_SIP_HDR_TO), >, 0);
  assert_span (addr.tag, "1918181833n");
  assert_span (addr.uri, "sip:vivekg@chair-dnrc.example.com");
  g_assert_cmpint (oree_sip_addr_from_msg (&addr, &msg, OREE_SIP_HDR_FROM), >, 0);
  display = oree_sip_addr_dup_display (&addr);
  g_assert_cmpstr (display, ==, "J Rosenberg \\\"");
  oree_sip_values_init (&values, &msg, OREE_SIP_HDR_CONTACT);
  g_assert_true (oree_sip_values_next (&values, &value));
  g_assert_cmpint (oree_sip_addr_parse (&addr, value), >, 0);
  g_assert_true (oree_sip_addr_param (&addr, "newparam", &param));
  assert_span (param.value, "newvalue");
  g_assert_true (oree_sip_addr_param (&addr, "q", &param));
  assert_span (param.value, "0.33");
  g_assert_false (oree_sip_values_next (&values, &value));
  g_assert_cmpuint (msg.body.length, ==, 150);
}

static void
test_esc02 (void)
{
  OreeSipMsg msg;
  OreeSipValues values;
  OreeSpan value;
  guint n = 0;
  g_autofree char *message = NULL;

  load ("esc02", &msg, &message);
  g_assert_cmpint (msg.method, ==, OREE_SIP_METHOD_OTHER);
  assert_span (msg.method_name, "RE%47IST%45R");
  oree_sip_values_init (&values, &msg, OREE_SIP_HDR_CONTACT);
  while (oree_sip_values_next (&values, &value))
    n++;
  g_assert_cmpuint (n, ==, 2);
  g_assert_nonnull (oree_sip_msg_header_named (&msg, "C%6Fntact"));
}

/* Without <> a parameter belongs to the header, within to the URI (RFC 3261 20). */
static void
test_contact_parameters (void)
{
  OreeSipMsg msg;
  OreeSipMsg msg2;
  OreeSipAddr addr;
  OreeSipParam param;
  OreeSipUri uri;
  g_autofree char *message = NULL;
  g_autofree char *message2 = NULL;

  load ("cparam01", &msg, &message);
  g_assert_cmpint (oree_sip_addr_from_msg (&addr, &msg, OREE_SIP_HDR_CONTACT), >, 0);
  g_assert_true (oree_sip_addr_param (&addr, "unknownparam", &param));
  g_assert_false (param.has_value);
  load ("cparam02", &msg2, &message2);
  g_assert_cmpint (oree_sip_addr_from_msg (&addr, &msg2, OREE_SIP_HDR_CONTACT), >, 0);
  g_assert_false (oree_sip_addr_param (&addr, "unknownparam", &param));
  g_assert_true (oree_sip_uri_parse (&uri, addr.uri));
  g_assert_true (oree_sip_uri_param (&uri, "unknownparam", NULL));
}

static void
test_semiuri (void)
{
  OreeSipMsg msg;
  OreeSipUri uri;
  g_autofree char *message = NULL;
  g_autofree char *user = NULL;

  load ("semiuri", &msg, &message);
  g_assert_true (oree_sip_uri_parse (&uri, msg.ruri));
  user = oree_sip_uri_dup_user (&uri);
  g_assert_cmpstr (user, ==, "user;par=u@example.net");
}

static void
test_dblreq (void)
{
  OreeSipMsg msg;
  g_autofree char *message = NULL;

  load ("dblreq", &msg, &message);
  g_assert_cmpint (msg.method, ==, OREE_SIP_METHOD_REGISTER);
  g_assert_cmpuint (msg.body.length, ==, 0);
}

static void
test_mpart (void)
{
  OreeSipMsg msg;
  g_autofree char *message = NULL;

  load ("mpart01", &msg, &message);
  g_assert_true (oree_sip_msg_content_is (&msg, "multipart/mixed"));
  g_assert_nonnull (memchr (msg.body.data, '\0', msg.body.length));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (torture); i++)
    {
      g_autofree char *outcome = g_strdup_printf ("/codec/sip/torture/outcome/%s", torture[i].file);
      g_autofree char *answer = g_strdup_printf ("/codec/sip/torture/answer/%s", torture[i].file);
      g_autofree char *stream = g_strdup_printf ("/codec/sip/torture/stream/%s", torture[i].file);
      g_autofree char *agree = g_strdup_printf ("/codec/sip/torture/framer-agrees/%s", torture[i].file);

      g_test_add_data_func (outcome, &torture[i], test_outcome);
      g_test_add_data_func (answer, &torture[i], test_answer);
      g_test_add_data_func (stream, &torture[i], test_stream);
      g_test_add_data_func (agree, &torture[i], test_agreement);
    }
  g_test_add_func ("/codec/sip/torture/wsinv-reads-through-folds", test_wsinv);
  g_test_add_func ("/codec/sip/torture/esc02-escapes-nothing-outside-uris", test_esc02);
  g_test_add_func ("/codec/sip/torture/cparam-belongs-where-it-stands", test_contact_parameters);
  g_test_add_func ("/codec/sip/torture/semiuri-keeps-its-user", test_semiuri);
  g_test_add_func ("/codec/sip/torture/dblreq-drops-what-follows", test_dblreq);
  g_test_add_func ("/codec/sip/torture/mpart-keeps-nul", test_mpart);
  return g_test_run ();
}
