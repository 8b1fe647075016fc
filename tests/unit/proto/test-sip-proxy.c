/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-proxy.h"
#include "sip-test.h"

static const OreeSipSelf selves[] = { { "edge.test", 5061 }, { "192.0.2.100", 0 }, { NULL, 0 } };
static const char *const supported[] = { "path", NULL };
static const OreeSipProxyRules rules = { test_secret, selves, supported };

#define VIA "Via: SIP/2.0/TLS a.test;branch=z9hG4bK1\r\n"
#define REST "From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>\r\nCall-ID: 1\r\nCSeq: 5 MESSAGE\r\n"
#define END "Content-Length: 0\r\n\r\n"
#define REQ(uri) "MESSAGE " uri " SIP/2.0\r\n" VIA REST

typedef struct
{
  const char *name;
  const char *request;
  guint status;
  const char *unsupported;
} AdmitRow;

static const AdmitRow admits[] = {
  { "plain", REQ ("sip:b@c.test") END, 0, "" },
  { "no-max-forwards", REQ ("sip:b@c.test") END, 0, "" },
  { "last-hop", REQ ("sip:b@c.test") "Max-Forwards: 1\r\n" END, 0, "" },
  { "no-hops-left", REQ ("sip:b@c.test") "Max-Forwards: 0\r\n" END, 483, "" },
  { "hops-are-no-number", REQ ("sip:b@c.test") "Max-Forwards: x\r\n" END, 400, "" },
  { "telephone", REQ ("tel:+1") END, 416, "" },
  { "unknown-scheme", REQ ("foo:bar") END, 416, "" },
  { "no-uri", REQ ("b") END, 400, "" },
  { "requires-what-we-know", REQ ("sip:b@c.test") "Proxy-Require: PATH\r\n" END, 0, "" },
  { "requires-more", REQ ("sip:b@c.test") "Proxy-Require: path, x, y\r\nRequire: z\r\n" END, 420, "x, y" },
};

static void
test_admit (gconstpointer data)
{
  const AdmitRow *row = data;
  g_autoptr (GString) unsupported = g_string_new (NULL);
  OreeSipMsg msg;

  parse_ok (&msg, row->request);
  g_assert_cmpuint (oree_sip_proxy_admit (&rules, &msg, unsupported), ==, row->status);
  g_assert_cmpstr (unsupported->str, ==, row->unsupported);
}

typedef struct
{
  const char *name;
  const char *request;
  const char *forwarded; /* parts that must be there, in order, joined by | */
} ForwardRow;

static const ForwardRow forwards[] = {
  { "plain", REQ ("sip:b@c.test") "Max-Forwards: 10\r\n" END,
    "MESSAGE sip:new@host SIP/2.0\r\nVia: SIP/2.0/TLS edge.test:5061;branch=z9hG4bK|\r\n"
    "Via: SIP/2.0/TLS a.test;branch=z9hG4bK1;received=192.0.2.7\r\n|Max-Forwards: 9\r\n" },
  { "adds-max-forwards", REQ ("sip:b@c.test") END, "Max-Forwards: 70\r\n" },
  { "own-routes-go", REQ ("sip:b@c.test") "Route: <sip:edge.test;lr>, <sip:192.0.2.100:9;lr>, <sip:x;lr>\r\n" END,
    "MESSAGE sip:b@c.test SIP/2.0\r\n|Route: <sip:x;lr>\r\nMax-Forwards: 70" },
  { "strict-router-before-us", REQ ("sip:edge.test:5061;lr") "Route: <sip:x;lr>, <sip:b@c.test>\r\n" END,
    "MESSAGE sip:b@c.test SIP/2.0\r\n|Route: <sip:x;lr>\r\nMax-Forwards: 70" },
  { "strict-router-after-us", REQ ("sip:b@c.test") "Route: <sip:edge.test;lr>, <sip:old>, <sip:x;lr>\r\n" END,
    "MESSAGE sip:old SIP/2.0\r\n|Route: <sip:x;lr>\r\n|Route: <sip:b@c.test>\r\n" },
  { "port-of-the-source", "MESSAGE sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS a.test;rport;branch=z9hG4bK1;received=9.9.9.9\r\n" REST END,
    "\r\nVia: SIP/2.0/TLS a.test;branch=z9hG4bK1;received=192.0.2.7;rport=4444\r\n" },
  { "source-as-it-says", "MESSAGE sip:b@c.test SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.7;branch=z9hG4bK1\r\n" REST END,
    "\r\nVia: SIP/2.0/TLS 192.0.2.7;branch=z9hG4bK1\r\n" },
  { "record-routes", REQ ("sip:b@c.test") "Record-Route: <sip:z;lr>\r\n" END,
    "Record-Route: <sip:out.test;lr>\r\nRecord-Route: <sip:in.test;lr>\r\nRecord-Route: <sip:z;lr>\r\n" },
};

static void
test_forward (gconstpointer data)
{
  const ForwardRow *row = data;
  g_auto (GStrv) parts = g_strsplit (row->forwarded, "|", -1);
  g_auto (OreeSipEdit) edit = { 0 };
  g_autoptr (GString) text = NULL;
  OreeSipProxyLeg leg = { .transport = "TLS",
                          .sent_by = "edge.test:5061",
                          .received = "192.0.2.7",
                          .rport = 4444 };
  OreeSipProxyRoute route;
  OreeSipIds ids;
  OreeSipMsg msg;
  const char *at;

  oree_sip_ids_init (&ids, test_secret);
  parse_ok (&msg, row->request);
  if (g_str_equal (row->name, "plain"))
    leg.target = "sip:new@host";
  if (g_str_equal (row->name, "record-routes"))
    {
      leg.record_route = "sip:out.test;lr";
      leg.record_route_in = "sip:in.test;lr";
    }
  g_assert_cmpuint (oree_sip_proxy_route (&rules, &msg, &route), ==, 0);
  oree_sip_proxy_forward (&rules, &msg, &route, &leg, &ids, &edit);
  text = oree_sip_edit_finish (&edit);
  g_assert_nonnull (text);
  at = text->str;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *found = strstr (at, parts[i]);

      if (found == NULL)
        g_error ("%s is not in\n%s", parts[i], text->str);
      at = found + strlen (parts[i]);
    }
}

/* What we forwarded comes back to us: unchanged it is a loop, to another target a spiral. */
static void
test_loop (void)
{
  OreeSipProxyLeg leg = { .transport = "TLS", .sent_by = "edge.test:5061" };
  OreeSipProxyRoute route;
  OreeSipIds ids;
  OreeSipMsg msg;
  OreeSipMsg back;

  oree_sip_ids_init (&ids, test_secret);
  parse_ok (&msg, REQ ("sip:b@c.test") END);
  for (guint spiral = 0; spiral < 2; spiral++)
    {
      g_auto (OreeSipEdit) edit = { 0 };
      g_autoptr (GString) text = NULL;

      leg.target = spiral ? "sip:else@c.test" : NULL;
      g_assert_cmpuint (oree_sip_proxy_route (&rules, &msg, &route), ==, 0);
      oree_sip_proxy_forward (&rules, &msg, &route, &leg, &ids, &edit);
      text = oree_sip_edit_finish (&edit);
      parse_ok (&back, text->str);
      g_assert_cmpuint (oree_sip_proxy_admit (&rules, &back, NULL), ==, spiral ? 0 : 482);
    }
}

#define RESPONSE(status, vias) "SIP/2.0 " status " X\r\n" vias REST END
#define OURS "Via: SIP/2.0/TLS edge.test:5061;branch=z9hG4bKo\r\n"

typedef struct
{
  const char *name;
  const char *response;
  const char *start; /* NULL: dropped */
} ReturnRow;

static const ReturnRow returns[] = {
  { "strips-ours", RESPONSE ("200", OURS VIA), "SIP/2.0 200 X\r\n" VIA "From:" },
  { "strips-ours-of-a-list", RESPONSE ("200", "Via: SIP/2.0/TLS edge.test;branch=z9hG4bKo, SIP/2.0/TLS a.test\r\n"),
    "SIP/2.0 200 X\r\nVia: SIP/2.0/TLS a.test\r\nFrom:" },
  { "503-becomes-500", RESPONSE ("503", OURS VIA "Retry-After: 5\r\n"), "SIP/2.0 500 Server Internal Error\r\n" VIA "From:" },
  { "not-ours", RESPONSE ("200", VIA VIA), NULL },
  { "nobody-below", RESPONSE ("200", OURS), NULL },
  { "broadcast-below", RESPONSE ("200", OURS "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK2\r\n"), NULL },
  { "multicast-received", RESPONSE ("200", OURS "Via: SIP/2.0/UDP a.test;branch=z9hG4bK2;received=224.0.0.1\r\n"), NULL },
  { "nowhere-below", RESPONSE ("200", OURS "Via: SIP/2.0/UDP 0.0.0.0;branch=z9hG4bK2\r\n"), NULL },
  { "multicast-v6-below", RESPONSE ("200", OURS "Via: SIP/2.0/UDP [ff02::1];branch=z9hG4bK2\r\n"), NULL },
};

static void
test_return (gconstpointer data)
{
  const ReturnRow *row = data;
  g_autoptr (GString) text = NULL;
  OreeSipMsg msg;

  parse_ok (&msg, row->response);
  text = oree_sip_proxy_return (&rules, &msg);
  if (row->start == NULL)
    g_assert_null (text);
  else
    g_assert_true (text != NULL && g_str_has_prefix (text->str, row->start));
}

#define CAME "Via: SIP/2.0/TLS a.test:5061;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b.test;branch=z9hG4bK0\r\n"
#define WENT "Via: SIP/2.0/TLS a.test:5061;branch=z9hG4bK1, SIP/2.0/UDP b.test;branch=z9hG4bK0\r\n"

/* What a peer made of the way back, and what goes back. */
static const struct
{
  const char *vias, *back;
} ways[] = {
  { "Via: SIP/2.0/TLS a.test:5061;branch=z9hG4bK1;received=192.0.2.1\r\nVia: SIP/2.0/UDP b.test;branch=z9hG4bK0\r\n",
    "Via: SIP/2.0/TLS a.test:5061;branch=z9hG4bK1;received=192.0.2.1\r\nVia: SIP/2.0/UDP b.test;branch=z9hG4bK0\r\n" },
  { "Via: SIP/2.0/TLS A.test:5061;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP evil.test;branch=z9hG4bK0\r\n", WENT },
  { "Via: SIP/2.0/TLS a.test:5062;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b.test;branch=z9hG4bK0\r\n", WENT },
  { CAME "Via: SIP/2.0/UDP evil.test;branch=z9hG4bK0\r\n", WENT },
  { "Via: SIP/2.0/TLS a.test:5061;branch=z9hG4bK1\r\n", WENT },
};

static void
keep_way_cb (const OreeSipMsg *response, OreeSipEdit *edit, gpointer data)
{
  oree_sip_proxy_keep_way (data, response, edit);
}

static void
test_the_way_back_is_the_way_it_came (void)
{
  g_autofree char *request = g_strconcat ("MESSAGE sip:b@c.test SIP/2.0\r\n", CAME, REST END, NULL);
  OreeSipMsg asked;

  parse_ok (&asked, request);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      OreeSipProxyRules keeping = rules;
      g_autofree char *response = g_strconcat ("SIP/2.0 200 X\r\n", OURS, ways[i].vias, REST END, NULL);
      g_autofree char *start = g_strconcat ("SIP/2.0 200 X\r\n", ways[i].back, "From:", NULL);
      g_autoptr (GString) text = NULL;
      OreeSipMsg msg;

      keeping.crossing = keep_way_cb;
      keeping.crossing_data = &asked;
      parse_ok (&msg, response);
      text = oree_sip_proxy_return (&keeping, &msg);
      g_assert_true (text != NULL && g_str_has_prefix (text->str, start));
    }
}

typedef struct
{
  int input; /* > 0: a response; 0: end of script; < 0 below */
  const char *effects;
} TxnStep;

#define SILENT -1 /* the client transaction timed out */
#define BROKEN -2
#define CANCEL -3
#define TIMER_C -4
#define DONE -5
#define NOT_DONE -6

typedef struct
{
  const char *name;
  const char *method;
  guint targets;
  TxnStep steps[10];
} TxnScript;

static const TxnScript txns[] = {
  { "answered", "MESSAGE", 1, { { 100, "" }, { 200, "deliver:200" }, { DONE, "" } } },
  { "refused-does-not-try-others", "MESSAGE", 2, { { 404, "deliver:404" }, { DONE, "" } } },
  { "overloaded-tries-the-next", "MESSAGE", 2, { { 503, "ask:1" }, { NOT_DONE, "" }, { 200, "deliver:200" } } },
  { "broken-tries-the-next", "MESSAGE", 2, { { BROKEN, "ask:1" }, { BROKEN, "deliver:500" }, { DONE, "" } } },
  { "nobody-has-room", "MESSAGE", 1, { { 503, "deliver:500" } } },
  { "silence-is-not-answered-408", "MESSAGE", 1, { { SILENT, "" }, { DONE, "" } } },
  { "silence-to-an-invite-is", "INVITE", 1, { { SILENT, "deliver:408" }, { DONE, "" } } },
  { "a-408-from-below-is-dropped", "MESSAGE", 1, { { 408, "" }, { DONE, "" } } },
  { "silence-is-nobody-elses-turn", "MESSAGE", 2, { { SILENT, "" }, { DONE, "" } } },
  { "nor-a-408-from-below", "MESSAGE", 2, { { 408, "" }, { DONE, "" } } },
  { "a-408-of-a-call-goes-back", "INVITE", 2, { { 408, "deliver:408" }, { DONE, "" } } },
  { "best-of-two", "INVITE", 2, { { SILENT, "ask:1" }, { 503, "deliver:408" } } },
  { "ringing-goes-up", "INVITE", 1, { { 180, "deliver:180" }, { 200, "deliver:200" }, { 200, "deliver:200" }, { 486, "" } } },
  { "ringing-of-a-message-does-not", "MESSAGE", 1, { { 180, "" }, { 200, "deliver:200" } } },
  { "cancelled-tries-no-other", "INVITE", 2, { { 180, "deliver:180" }, { CANCEL, "ask:0" }, { CANCEL, "" }, { 503, "deliver:500" } } },
  { "timer-c-cancels-what-rings", "INVITE", 1, { { 180, "deliver:180" }, { TIMER_C, "ask:0" }, { 487, "deliver:487" } } },
  { "timer-c-gives-up-on-silence", "INVITE", 1, { { TIMER_C, "deliver:408" }, { DONE, "" } } },
};

static void
test_txn (gconstpointer data)
{
  const TxnScript *script = data;
  g_autofree char *text
    = g_strdup_printf ("%s sip:b@c.test SIP/2.0\r\n" VIA "From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>\r\n"
                       "Call-ID: 1\r\nCSeq: 5 %s\r\nContent-Length: 3\r\n\r\nabc",
                       script->method, script->method);
  g_autoptr (OreeSipProxyTxn) txn = NULL;
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  OreeTime now = OREE_SECOND;
  OreeSipMsg msg;

  parse_ok (&msg, text);
  txn = oree_sip_proxy_txn_new (&msg, script->targets, now);
  for (const TxnStep *step = script->steps; step->effects != NULL; step++)
    {
      now += OREE_SECOND;
      if (step->input == SILENT)
        oree_sip_proxy_txn_on_failure (txn, OREE_SIP_FAILURE_TIMEOUT, "t", now, &effects);
      else if (step->input == BROKEN)
        oree_sip_proxy_txn_on_failure (txn, OREE_SIP_FAILURE_TRANSPORT, "t", now, &effects);
      else if (step->input == CANCEL)
        oree_sip_proxy_txn_on_cancel (txn, now, &effects);
      else if (step->input == TIMER_C)
        {
          oree_sip_proxy_txn_on_deadline (txn, now, &effects); /* too early */
          assert_effects (&effects, "");
          g_assert_cmpint (oree_sip_proxy_txn_deadline (txn), >, 180 * OREE_SECOND);
          oree_sip_proxy_txn_on_deadline (txn, oree_sip_proxy_txn_deadline (txn), &effects);
        }
      else if (step->input == DONE)
        g_assert_true (oree_sip_proxy_txn_is_done (txn));
      else if (step->input == NOT_DONE)
        g_assert_false (oree_sip_proxy_txn_is_done (txn));
      else
        {
          g_autofree char *answer
            = g_strdup_printf ("SIP/2.0 %d X\r\n" OURS VIA "From: <sip:a@b.test>;tag=1\r\nTo: <sip:b@c.test>;tag=2\r\n"
                               "Call-ID: 1\r\nCSeq: 5 %s\r\n" END, step->input, script->method);
          OreeSipMsg response;

          parse_ok (&response, answer);
          oree_sip_proxy_txn_on_response (txn, &rules, &response, now, &effects);
        }
      assert_effects (&effects, step->effects);
    }
}

/* The messages of RFC 4475 whose outcome is the proxy's to decide. */
static void
test_torture (void)
{
  static const struct
  {
    const char *file;
    guint status;
    const char *unsupported;
  } rows[] = {
    { "bext01", 420, "noProxiesSupportThis, norDoAnyProxiesSupportThis" },
    { "zeromf", 483, "" },
    { "unkscm", 416, "" },
    { "invut", 0, "" },
    { "sdp01", 0, "" },
    { "inv2543", 0, "" },
    { "longreq", 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/sip/torture/%s.dat", OREE_VECTORS, rows[i].file);
      g_autofree char *data = NULL;
      g_autoptr (GString) unsupported = g_string_new (NULL);
      gsize length;
      OreeSipMsg msg;

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_assert_cmpint (oree_sip_msg_parse (&msg, data, length, OREE_SIP_MSG_DATAGRAM), >, 0);
      g_assert_cmpuint (oree_sip_proxy_admit (&rules, &msg, unsupported), ==, rows[i].status);
      g_assert_cmpstr (unsupported->str, ==, rows[i].unsupported);
    }
}

/* RFC 4475 3.3.10: the response is ours to return, and the Via below points at everybody. */
static void
test_torture_broadcast (void)
{
  static const OreeSipSelf top[] = { { "192.0.2.198", 0 }, { NULL, 0 } };
  static const OreeSipProxyRules top_rules = { test_secret, top, NULL };
  g_autofree char *path = g_strdup_printf ("%s/sip/torture/bcast.dat", OREE_VECTORS);
  g_autofree char *data = NULL;
  gsize length;
  OreeSipMsg msg;

  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_cmpint (oree_sip_msg_parse (&msg, data, length, OREE_SIP_MSG_DATAGRAM), >, 0);
  g_assert_null (oree_sip_proxy_return (&top_rules, &msg));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (admits); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/proxy/admit/%s", admits[i].name);

      g_test_add_data_func (path, &admits[i], test_admit);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (forwards); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/proxy/forward/%s", forwards[i].name);

      g_test_add_data_func (path, &forwards[i], test_forward);
    }
  g_test_add_func ("/proto/sip/proxy/loop-and-spiral", test_loop);
  for (gsize i = 0; i < G_N_ELEMENTS (returns); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/proxy/return/%s", returns[i].name);

      g_test_add_data_func (path, &returns[i], test_return);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (txns); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proto/sip/proxy/responses/%s", txns[i].name);

      g_test_add_data_func (path, &txns[i], test_txn);
    }
  g_test_add_func ("/proto/sip/proxy/the-way-back-is-the-way-it-came", test_the_way_back_is_the_way_it_came);
  g_test_add_func ("/proto/sip/proxy/torture", test_torture);
  g_test_add_func ("/proto/sip/proxy/torture-broadcast", test_torture_broadcast);
  return g_test_run ();
}
