/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client and server transactions against scripts: at a time something happens, and these effects follow. */
#include "proto/sip/oree-sip-ctrans.h"
#include "proto/sip/oree-sip-strans.h"
#include "sip-test.h"

#define HEAD(method, branch)                                                                                           \
  "Via: SIP/2.0/TLS e.test:5061;branch=" branch "\r\nMax-Forwards: 70\r\nFrom: <sip:a@b.test>;tag=1\r\n"               \
  "To: <sip:b@c.test>\r\nCall-ID: 1\r\nCSeq: 5 " method "\r\n"
#define REQUEST(method) method " sip:b@c.test SIP/2.0\r\n" HEAD (method, "z9hG4bK1") "Content-Length: 0\r\n\r\n"

typedef struct
{
  gint64 ms;
  int input;           /* > 0: a response with that status; 0: time; < 0: see below */
  const char *effects; /* at that time, after that input */
} Step;

#define TIME 0
#define BROKEN -1    /* the connection went */
#define CANCEL -2    /* the user cancels */
#define REPEATED -3  /* server: the request again */
#define ACKED -4     /* server: the ACK */
#define OVER -5      /* no input: it must be terminated */
#define RESPOND 1000 /* server: the user answers; added to the status */

typedef struct
{
  const char *name;
  const char *method;
  gboolean reliable;
  Step steps[16];
} Script;

static const Script client_scripts[] = {
  { "message-answered-over-a-stream", "MESSAGE", TRUE, { { 10, 200, "deliver:200" }, { 10, OVER, "" } } },
  { "message-provisional-then-final", "MESSAGE", TRUE,
    { { 10, 100, "deliver:100" }, { 20, 404, "deliver:404" }, { 20, OVER, "" } } },
  { "message-unanswered-over-a-stream", "MESSAGE", TRUE,
    { { 500, TIME, "" }, { 31999, TIME, "" }, { 32000, TIME, "fail:0" }, { 32000, OVER, "" } } },
  { "message-on-a-broken-connection", "MESSAGE", TRUE, { { 10, BROKEN, "fail:1" }, { 10, OVER, "" } } },
  { "late-response-is-dropped", "MESSAGE", TRUE, { { 10, 200, "deliver:200" }, { 11, 200, "" } } },
  { "message-over-datagrams-repeats", "MESSAGE", FALSE,
    { { 499, TIME, "" },
      { 500, TIME, "send:MESSAGE" },
      { 1500, TIME, "send:MESSAGE" },
      { 3500, TIME, "send:MESSAGE" },
      { 7500, TIME, "send:MESSAGE" },
      { 11500, TIME, "send:MESSAGE" },
      { 11600, 200, "deliver:200" },
      { 11700, 200, "" },
      { 16600, TIME, "" },
      { 16600, OVER, "" } } },
  { "provisional-slows-repeats", "MESSAGE", FALSE,
    { { 500, TIME, "send:MESSAGE" }, { 600, 100, "deliver:100" }, { 1500, TIME, "send:MESSAGE" },
      { 5500, TIME, "send:MESSAGE" }, { 9500, TIME, "send:MESSAGE" }, { 13500, TIME, "send:MESSAGE" },
      { 17500, TIME, "send:MESSAGE" }, { 21500, TIME, "send:MESSAGE" }, { 25500, TIME, "send:MESSAGE" },
      { 29500, TIME, "send:MESSAGE" }, { 32000, TIME, "fail:0" } } },
  { "invite-accepted-passes-every-2xx", "INVITE", TRUE,
    { { 10, 180, "deliver:180" }, { 20, 200, "deliver:200" }, { 30, 200, "deliver:200" }, { 40, 486, "" },
      { 32020, TIME, "" }, { 32020, OVER, "" } } },
  { "invite-refused-is-acknowledged", "INVITE", TRUE, { { 10, 486, "send:ACK deliver:486" }, { 10, OVER, "" } } },
  { "invite-refused-over-datagrams", "INVITE", FALSE,
    { { 500, TIME, "send:INVITE" }, { 600, 486, "send:ACK deliver:486" }, { 700, 486, "send:ACK" },
      { 800, TIME, "" }, { 32600, TIME, "" }, { 32600, OVER, "" } } },
  { "invite-doubles-without-end", "INVITE", FALSE,
    { { 500, TIME, "send:INVITE" }, { 1500, TIME, "send:INVITE" }, { 3500, TIME, "send:INVITE" },
      { 7500, TIME, "send:INVITE" }, { 15500, TIME, "send:INVITE" }, { 31500, TIME, "send:INVITE" },
      { 32000, TIME, "fail:0" } } },
  { "ringing-does-not-time-out", "INVITE", TRUE, { { 10, 180, "deliver:180" }, { 100000, TIME, "" } } },
  { "cancel-waits-for-a-provisional", "INVITE", TRUE,
    { { 10, CANCEL, "" }, { 20, 100, "deliver:100 ask:0" }, { 30, 487, "send:ACK deliver:487" } } },
  { "cancelled-and-never-answered", "INVITE", TRUE,
    { { 10, 180, "deliver:180" }, { 20, CANCEL, "ask:0" }, { 30, CANCEL, "" }, { 40, 180, "deliver:180" },
      { 32020, TIME, "fail:0" } } },
  { "message-cannot-be-cancelled", "MESSAGE", TRUE, { { 10, CANCEL, "" }, { 20, 100, "deliver:100" } } },
};

static void
run_client (gconstpointer data)
{
  const Script *script = data;
  g_autofree char *text = g_strdup_printf ("%s sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS e.test:5061;branch=z9hG4bK1\r\n"
                                           "Max-Forwards: 70\r\nRoute: <sip:r;lr>\r\nFrom: <sip:a@b.test>;tag=1\r\n"
                                           "To: <sip:b@c.test>\r\nCall-ID: 1\r\nCSeq: 5 %s\r\nContent-Length: 0\r\n\r\n",
                                           script->method, script->method);
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autoptr (OreeSipCtrans) trans
    = oree_sip_ctrans_new (g_string_new (text), script->reliable, test_secret, 0, &effects);
  g_autofree char *first = effects_to_text (&effects);

  g_assert_nonnull (trans);
  g_assert_true (g_str_has_prefix (first, "send:"));
  for (const Step *step = script->steps; step->effects != NULL; step++)
    {
      OreeTime now = step->ms * OREE_MS;

      if (step->input == TIME)
        {
          /* Never woken early for nothing: with no effect expected before, the deadline is not past. */
          if (*step->effects != '\0')
            g_assert_cmpint (oree_sip_ctrans_deadline (trans), ==, now);
          oree_sip_ctrans_on_deadline (trans, now, &effects);
        }
      else if (step->input == BROKEN)
        oree_sip_ctrans_on_transport_error (trans, now, &effects);
      else if (step->input == CANCEL)
        oree_sip_ctrans_cancel (trans, now, &effects);
      else if (step->input == OVER)
        {
          g_assert_true (oree_sip_ctrans_is_terminated (trans));
          g_assert_cmpint (oree_sip_ctrans_deadline (trans), ==, OREE_TIME_NEVER);
        }
      else
        {
          g_autofree char *answer
            = g_strdup_printf ("SIP/2.0 %d X\r\nVia: SIP/2.0/TLS e.test:5061;branch=z9hG4bK1\r\n"
                               "From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>;tag=9\r\nCall-ID: 1\r\n"
                               "CSeq: 5 %s\r\nContent-Length: 0\r\n\r\n",
                               step->input, script->method);
          OreeSipMsg msg;
          OreeSipKey key;

          parse_ok (&msg, answer);
          g_assert_true (oree_sip_match_client (test_secret, &msg, &key));
          g_assert_true (oree_sip_key_equal (&key, oree_sip_ctrans_key (trans)));
          oree_sip_ctrans_on_response (trans, &msg, now, &effects);
        }
      assert_effects (&effects, step->effects);
    }
}

static const Script server_scripts[] = {
  { "message-answered-over-a-stream", "MESSAGE", TRUE,
    { { 10, RESPOND + 200, "send:200" }, { 10, OVER, "" }, { 20, RESPOND + 500, "" } } },
  { "message-unanswered-gets-trying", "MESSAGE", TRUE,
    { { 3499, TIME, "" }, { 3500, TIME, "send:100" }, { 60000, TIME, "" }, { 60000, RESPOND + 504, "send:504" } } },
  { "message-over-datagrams-repeats-the-answer", "MESSAGE", FALSE,
    { { 10, REPEATED, "" }, { 20, RESPOND + 200, "send:200" }, { 30, REPEATED, "send:200" },
      { 32020, TIME, "" }, { 32020, OVER, "" } } },
  { "no-408-and-no-ringing-to-a-message", "MESSAGE", TRUE,
    { { 10, RESPOND + 408, "" }, { 20, RESPOND + 180, "" }, { 30, RESPOND + 100, "send:100" },
      { 40, RESPOND + 480, "send:480" } } },
  { "invite-gets-trying-soon", "INVITE", TRUE,
    { { 200, TIME, "send:100" }, { 250, REPEATED, "send:100" }, { 300, RESPOND + 180, "send:180" },
      { 400, RESPOND + 486, "send:486" }, { 500, ACKED, "" }, { 500, OVER, "" } } },
  { "invite-refusal-repeats-until-acknowledged", "INVITE", FALSE,
    { { 10, RESPOND + 486, "send:486" }, { 510, TIME, "send:486" }, { 1510, TIME, "send:486" },
      { 1600, REPEATED, "send:486" }, { 1700, ACKED, "" }, { 1800, ACKED, "" }, { 6700, TIME, "" },
      { 6700, OVER, "" } } },
  { "invite-refusal-never-acknowledged", "INVITE", TRUE,
    { { 10, RESPOND + 486, "send:486" }, { 32010, TIME, "fail:2" }, { 32010, OVER, "" } } },
  { "invite-accepted-absorbs-and-passes", "INVITE", TRUE,
    { { 10, RESPOND + 200, "send:200" }, { 20, REPEATED, "" }, { 30, RESPOND + 200, "send:200" },
      { 40, RESPOND + 486, "" }, { 50, ACKED, "deliver:0" }, { 32010, TIME, "" }, { 32010, OVER, "" } } },
};

static void
run_server (gconstpointer data)
{
  const Script *script = data;
  gboolean invite = g_str_equal (script->method, "INVITE");
  const char *text = invite ? REQUEST ("INVITE") : REQUEST ("MESSAGE");
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autoptr (OreeSipStrans) trans = NULL;
  OreeSipMsg request;
  OreeSipMsg ack;
  OreeSipKey key;
  OreeSipKey ack_key;

  parse_ok (&request, text);
  parse_ok (&ack, REQUEST ("ACK"));
  g_assert_true (oree_sip_match_server (test_secret, &request, &key));
  g_assert_true (oree_sip_match_server (test_secret, &ack, &ack_key));
  g_assert_cmpint (oree_sip_key_equal (&key, &ack_key), ==, invite);
  trans = oree_sip_strans_new (&request, &key, script->reliable, 0);
  for (const Step *step = script->steps; step->effects != NULL; step++)
    {
      OreeTime now = step->ms * OREE_MS;

      if (step->input == TIME)
        {
          if (*step->effects != '\0')
            g_assert_cmpint (oree_sip_strans_deadline (trans), ==, now);
          oree_sip_strans_on_deadline (trans, now, &effects);
        }
      else if (step->input == REPEATED)
        oree_sip_strans_on_request (trans, &request, now, &effects);
      else if (step->input == ACKED)
        oree_sip_strans_on_request (trans, &ack, now, &effects);
      else if (step->input == OVER)
        g_assert_true (oree_sip_strans_is_terminated (trans));
      else
        {
          gboolean sent = oree_sip_strans_respond_simple (trans, (guint) step->input - RESPOND, NULL, "t", now, &effects);

          g_assert_cmpint (sent, ==, *step->effects != '\0');
        }
      assert_effects (&effects, step->effects);
    }
}

static GString *
bytes_of (OreeEffects *effects)
{
  OreeEffect effect;
  GString *text;
  gsize length;
  const char *data;

  g_assert_true (oree_effects_take (effects, &effect));
  g_assert_cmpint (effect.kind, ==, OREE_EFFECT_SEND);
  data = g_bytes_get_data (effect.bytes, &length);
  text = g_string_new_len (data, (gssize) length);
  oree_effect_clear (&effect);
  return text;
}

/* RFC 3261 9.1, 17.1.1.3: what ACK and CANCEL take from the INVITE, and the ACK from the response. */
static void
test_companions (void)
{
  static const char invite[]
    = "INVITE sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS e.test;branch=z9hG4bKq, SIP/2.0/TLS f.test;branch=z9hG4bKr\r\n"
      "Route: <sip:r1;lr>\r\nRoute: <sip:r2;lr>\r\nFrom: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>\r\n"
      "Call-ID: 1\r\nCSeq: 5 INVITE\r\nRequire: x\r\nContent-Length: 0\r\n\r\n";
  static const char busy[] = "SIP/2.0 486 Busy\r\nVia: SIP/2.0/TLS e.test;branch=z9hG4bKq\r\n"
                             "From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>;tag=77\r\nCall-ID: 1\r\n"
                             "CSeq: 5 INVITE\r\nContent-Length: 0\r\n\r\n";
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autoptr (OreeSipCtrans) trans = oree_sip_ctrans_new (g_string_new (invite), TRUE, test_secret, 0, &effects);
  g_autoptr (GString) cancel = oree_sip_ctrans_build_cancel (trans);
  g_autoptr (GString) ack = NULL;
  OreeSipMsg msg;

  g_assert_cmpstr (cancel->str, ==,
                   "CANCEL sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS e.test;branch=z9hG4bKq\r\nMax-Forwards: 70\r\n"
                   "Route: <sip:r1;lr>\r\nRoute: <sip:r2;lr>\r\nFrom: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>\r\n"
                   "Call-ID: 1\r\nCSeq: 5 CANCEL\r\nContent-Length: 0\r\n\r\n");
  oree_effects_clear (&effects);
  parse_ok (&msg, busy);
  oree_sip_ctrans_on_response (trans, &msg, 0, &effects);
  ack = bytes_of (&effects);
  g_assert_cmpstr (ack->str, ==,
                   "ACK sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS e.test;branch=z9hG4bKq\r\nMax-Forwards: 70\r\n"
                   "Route: <sip:r1;lr>\r\nRoute: <sip:r2;lr>\r\nFrom: <sip:a@b.test>;tag=1\r\n"
                   "To: <sip:b@c.test>;tag=77\r\nCall-ID: 1\r\nCSeq: 5 ACK\r\nContent-Length: 0\r\n\r\n");
}

static void
test_refuses_rubbish (void)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  g_assert_null (oree_sip_ctrans_new (g_string_new ("rubbish"), TRUE, test_secret, 0, &effects));
  g_assert_null (oree_sip_ctrans_new (g_string_new (REQUEST ("ACK")), TRUE, test_secret, 0, &effects));
  assert_effects (&effects, "");
}

static void
test_request_again (void)
{
  g_autoptr (OreeSipStrans) trans = NULL;
  OreeSipKey key = { 1, 2 };
  OreeSipMsg msg;
  OreeSipMsg again;
  g_autofree char *text = g_strdup (REQUEST ("MESSAGE"));

  parse_ok (&msg, text);
  trans = oree_sip_strans_new (&msg, &key, TRUE, 0);
  memset (text, 0, strlen (text)); /* the receive buffer is used again */
  oree_sip_strans_request (trans, &again);
  g_assert_cmpint (again.method, ==, OREE_SIP_METHOD_MESSAGE);
  g_assert_true (oree_span_equal_str (again.ruri, "sip:b@c.test"));
}

typedef struct
{
  const char *name;
  const char *a;
  const char *b;
  gboolean same;
} MatchRow;

#define R(method, via, tag, id)                                                                                        \
  method " sip:b@c.test SIP/2.0\r\nVia: " via "\r\nFrom: <sip:a@b.test>;tag=" tag "\r\nTo: <sip:b@c.test>\r\nCall-ID: " \
         id "\r\nCSeq: 5 " method "\r\nContent-Length: 0\r\n\r\n"

static const MatchRow matches[] = {
  { "retransmission", R ("MESSAGE", "SIP/2.0/TLS e:5061;branch=z9hG4bK1", "1", "1"),
    R ("MESSAGE", "SIP/2.0/TLS E;branch=z9hG4bK1", "1", "1"), TRUE },
  { "other-branch", R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"),
    R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK2", "1", "1"), FALSE },
  { "other-sent-by", R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"),
    R ("MESSAGE", "SIP/2.0/TLS f;branch=z9hG4bK1", "1", "1"), FALSE },
  { "other-port", R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"),
    R ("MESSAGE", "SIP/2.0/TLS e:5062;branch=z9hG4bK1", "1", "1"), FALSE },
  { "cancel-is-its-own", R ("INVITE", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"),
    R ("CANCEL", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"), FALSE },
  { "old-client-retransmits", R ("MESSAGE", "SIP/2.0/TLS e", "1", "1"), R ("MESSAGE", "SIP/2.0/TLS e", "1", "1"), TRUE },
  { "old-client-acknowledges", R ("INVITE", "SIP/2.0/TLS e;branch=7", "1", "1"),
    R ("ACK", "SIP/2.0/TLS e;branch=7", "1", "1"), TRUE },
  { "old-client-other-call", R ("MESSAGE", "SIP/2.0/TLS e", "1", "1"), R ("MESSAGE", "SIP/2.0/TLS e", "1", "2"), FALSE },
  { "old-client-other-tag", R ("MESSAGE", "SIP/2.0/TLS e", "1", "1"), R ("MESSAGE", "SIP/2.0/TLS e", "2", "1"), FALSE },
  { "bare-cookie-is-no-branch", R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK", "1", "1"),
    R ("MESSAGE", "SIP/2.0/TLS e;branch=z9hG4bK", "1", "2"), FALSE },
};

static void
test_match (gconstpointer data)
{
  const MatchRow *row = data;
  OreeSipMsg a;
  OreeSipMsg b;
  OreeSipKey ka;
  OreeSipKey kb;

  parse_ok (&a, row->a);
  parse_ok (&b, row->b);
  g_assert_true (oree_sip_match_server (test_secret, &a, &ka));
  g_assert_true (oree_sip_match_server (test_secret, &b, &kb));
  g_assert_cmpint (oree_sip_key_equal (&ka, &kb), ==, row->same);
}

static void
test_match_others (void)
{
  OreeSipMsg invite;
  OreeSipMsg cancel;
  OreeSipMsg other;
  OreeSipKey a;
  OreeSipKey b;
  OreeSipKey c;

  parse_ok (&invite, R ("INVITE", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"));
  parse_ok (&cancel, R ("CANCEL", "SIP/2.0/TLS e;branch=z9hG4bK1", "1", "1"));
  parse_ok (&other, R ("INVITE", "SIP/2.0/TLS f;branch=z9hG4bK9", "1", "1"));
  g_assert_true (oree_sip_match_server (test_secret, &invite, &a));
  g_assert_true (oree_sip_match_cancelled (test_secret, &cancel, &b));
  g_assert_true (oree_sip_key_equal (&a, &b));
  /* The same request by another way: merged. */
  g_assert_true (oree_sip_match_merged (test_secret, &invite, &a));
  g_assert_true (oree_sip_match_merged (test_secret, &other, &b));
  g_assert_true (oree_sip_key_equal (&a, &b));
  /* No tag of ours: in no dialog. */
  g_assert_false (oree_sip_match_dialog (test_secret, &invite, &c));
}

/* SipHash's own vector: key 00..0f, input 00..0e. */
static void
test_hash (void)
{
  guint8 key[16];
  guint8 input[15];

  for (guint8 i = 0; i < 16; i++)
    key[i] = i;
  for (guint8 i = 0; i < 15; i++)
    input[i] = i;
  for (gsize split = 0; split <= sizeof input; split++)
    {
      OreeSipHash hash;

      oree_sip_hash_init (&hash, key);
      oree_sip_hash_add (&hash, input, split);
      oree_sip_hash_add (&hash, input + split, sizeof input - split);
      g_assert_cmphex (oree_sip_hash_end (&hash), ==, G_GUINT64_CONSTANT (0xa129ca6149be45e5));
    }
}

static void
test_ids (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  OreeSipIds ids;
  char id[OREE_SIP_ID_SIZE];

  oree_sip_ids_init (&ids, test_secret);
  for (guint i = 0; i < 10000; i++)
    {
      oree_sip_ids_branch (&ids, id);
      g_assert_true (g_str_has_prefix (id, "z9hG4bK"));
      g_assert_cmpuint (strlen (id), ==, 39);
      g_assert_true (g_hash_table_add (seen, g_strdup (id)));
      oree_sip_ids_tag (&ids, id);
      g_assert_true (g_hash_table_add (seen, g_strdup (id)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (client_scripts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/client/%s", client_scripts[i].name);

      g_test_add_data_func (path, &client_scripts[i], run_client);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (server_scripts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/server/%s", server_scripts[i].name);

      g_test_add_data_func (path, &server_scripts[i], run_server);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (matches); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/match/%s", matches[i].name);

      g_test_add_data_func (path, &matches[i], test_match);
    }
  g_test_add_func ("/proto/sip/client/ack-and-cancel-are-built-from-the-invite", test_companions);
  g_test_add_func ("/proto/sip/client/refuses-what-does-not-parse", test_refuses_rubbish);
  g_test_add_func ("/proto/sip/server/keeps-the-request", test_request_again);
  g_test_add_func ("/proto/sip/match/cancelled-merged-dialog", test_match_others);
  g_test_add_func ("/proto/sip/ids/siphash", test_hash);
  g_test_add_func ("/proto/sip/ids/never-twice", test_ids);
  return g_test_run ();
}
