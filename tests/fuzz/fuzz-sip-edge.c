/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a partner's server, and of the next hop, through the whole Access Edge: cut, parsed, judged, routed, sent on,
 * answered, the answer sent back; then a request the other way inside the dialog that began. Real roles on one lane, over
 * socket pairs instead of TLS. What comes out at either end has to hold whatever went in. A response among the bytes is what
 * the other side answers to a request of ours. */
#include "lane-fixture.h"

#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-frame.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"
#include "codec/sip/oree-sip-write.h"
#include "ident/oree-sip-uri.h"
#include "roles/oree-peer-pool.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-sip-peers.h"
#include <errno.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define TRUST "ms-edge-proxy-message-trust"
#define LEVEL "ms-asserted-verification-level"
#define MESSAGES_MAX 32 /* looked at in one input; the edge sees all */

/* stranger.test is discovered, and only those whom our users know hear of it. */
static const char records[] =
  "set topology global sip-federation-enabled=true next-hop=192.0.2.9:5060;transport=tcp "
  "access-edge-external-fqdn=sip.contoso.test edge-internal-fqdn=edge.contoso.test\n"
  "set access-edge global allow-federated-users=true enable-partner-discovery=true "
  "discovered-partner-verification-level=always-unverifiable\n"
  "set external-access-policy global enable-federation-access=true\n"
  "add user alice@contoso.test home=next-hop\n"
  "add allowed-domain litware.test\nadd blocked-domain blocked.test\n";

static const char *const certified[] = { "litware.test", "sip.litware.test", "sip.stranger.test", "blocked.test", NULL };

typedef enum
{
  PARTNER,
  INSIDE,
  N_SIDES
} Side;

/* A message that was put in, or came out; its own bytes. */
typedef struct
{
  char *data;
  OreeSipMsg msg;
} Packet;

/* Who stands outside the edge, on either side. */
typedef struct
{
  int fd;
  OreeFlow flow;
  GByteArray *in;
  gboolean ended;
} End;

static OreeLane *lane;
static End ends[N_SIDES];
static GPtrArray *sent[N_SIDES]; /* Packet *: what that side said */
static guint status_of_now;
static OreeSpan reply_of_now; /* a response without its Via, from the input; empty: none */
static guint answers_given;

static void
packet_free (gpointer data)
{
  Packet *packet = data;

  g_free (packet->data);
  g_free (packet);
}

/* NULL when it is no message. */
static Packet *
packet_new (const void *data, gsize length)
{
  Packet *packet = g_new (Packet, 1);

  packet->data = g_memdup2 (data, MAX (length, 1));
  if (oree_sip_msg_parse (&packet->msg, packet->data, length, OREE_SIP_MSG_STREAM) == (gssize) length)
    return packet;
  packet_free (packet);
  return NULL;
}

static guint
count_values (const OreeSipMsg *msg, OreeSipHdrId id)
{
  OreeSipValues values;
  OreeSpan value;
  guint n = 0;

  oree_sip_values_init (&values, msg, id);
  while (oree_sip_values_next (&values, &value))
    n++;
  return n;
}

static guint
count_named (const OreeSipMsg *msg, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < msg->n_headers; i++)
    n += msg->headers[i].name.length >= strlen (prefix)
         && oree_span_equal_nocase_str (oree_span_sub (msg->headers[i].name, 0, strlen (prefix)), prefix);
  return n;
}

static gboolean
same_value (const OreeSipMsg *a, const OreeSipMsg *b, OreeSipHdrId id)
{
  g_autoptr (GString) left = g_string_new (NULL), right = g_string_new (NULL);

  oree_sip_hdr_append_unfolded (left, oree_sip_msg_value (a, id));
  oree_sip_hdr_append_unfolded (right, oree_sip_msg_value (b, id));
  return g_string_equal (left, right);
}

/* What `side` said that `msg` is a copy of; NULL: none, or more than one it could be. */
static const OreeSipMsg *
origin_of (Side side, const OreeSipMsg *msg)
{
  const OreeSipMsg *found = NULL;

  for (guint i = 0; i < sent[side]->len; i++)
    {
      const OreeSipMsg *one = &((Packet *) g_ptr_array_index (sent[side], i))->msg;

      if (one->is_request != msg->is_request || !same_value (one, msg, OREE_SIP_HDR_CALL_ID))
        continue;
      if (found != NULL)
        return NULL;
      found = one;
    }
  return found;
}

static char *
domain_of (const OreeSipMsg *msg, OreeSipHdrId id)
{
  OreeSipAddr addr;
  OreeSipUri uri;

  if (oree_sip_addr_from_msg (&addr, msg, id) <= 0 || !oree_sip_uri_parse (&uri, addr.uri))
    return NULL;
  return oree_sip_uri_dup_domain (&uri);
}

/* --- what must hold ------------------------------------------------------------------------------- */

/* Nothing that only we may say comes in; nothing of the inside goes out. */
static void
check_marks (Side to, const OreeSipMsg *msg)
{
  if (to == INSIDE)
    {
      g_assert_cmpuint (count_named (msg, TRUST), ==, 1);
      g_assert_cmpuint (count_named (msg, LEVEL), ==, 0);
      return;
    }
  g_assert_cmpuint (count_named (msg, "ms-edge-"), ==, 0);
  g_assert_null (oree_sip_msg_header_named (msg, "ms-diagnostics"));
  if (msg->is_request)
    g_assert_cmpuint (count_named (msg, LEVEL), ==, 1);
}

static void
check_request (Side to, const OreeSipMsg *msg)
{
  static const OreeSipHdrId kept[] = { OREE_SIP_HDR_CALL_ID, OREE_SIP_HDR_CSEQ, OREE_SIP_HDR_FROM, OREE_SIP_HDR_TO };
  const OreeSipMsg *origin = origin_of (!to, msg);
  g_autofree char *from = domain_of (msg, OREE_SIP_HDR_FROM);
  OreeSipVia via;

  g_assert_cmpuint (oree_sip_check (msg).status, ==, 0);
  g_assert_cmpint (oree_sip_via_top (&via, msg), >, 0);
  g_assert_true (oree_span_starts_with (via.branch, "z9hG4bK"));
  if (msg->method == OREE_SIP_METHOD_ACK || msg->method == OREE_SIP_METHOD_CANCEL)
    return; /* those of a failure are ours, hop by hop */
  check_marks (to, msg);
  for (guint i = 0; i < 3; i++)
    g_assert_null (oree_sip_msg_header (msg, ((const OreeSipHdrId[]){ OREE_SIP_HDR_P_PREFERRED_IDENTITY,
                                                                      OREE_SIP_HDR_REMOTE_PARTY_ID,
                                                                      OREE_SIP_HDR_PROXY_AUTHORIZATION })[i]));
  g_assert_nonnull (from);
  if (to == INSIDE)
    g_assert_cmpstr (from, ==, "litware.test"); /* the only one that may speak and is verified */
  else
    g_assert_cmpstr (from, ==, "contoso.test");
  if (origin == NULL)
    return;
  g_assert_true (oree_span_equal (origin->body, msg->body) && oree_span_equal (origin->method_name, msg->method_name));
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_true (same_value (origin, msg, kept[i]));
  g_assert_cmpuint (count_values (msg, OREE_SIP_HDR_VIA), ==, count_values (origin, OREE_SIP_HDR_VIA) + 1);
  g_assert_cmpint (oree_sip_max_forwards (msg, -1), ==, oree_sip_max_forwards (origin, 71) - 1);
  /* A stranger's routes lead nowhere: without our mark there is none left. */
  if (to == INSIDE && memmem (origin->head.data, origin->head.length, "oree-d=", 7) == NULL)
    g_assert_null (oree_sip_msg_header (msg, OREE_SIP_HDR_ROUTE));
}

static gboolean
is_refusal_of_form (const char *text)
{
  return g_str_has_prefix (text, "SIP/2.0 400 ") || g_str_has_prefix (text, "SIP/2.0 505 ")
         || g_str_has_prefix (text, "SIP/2.0 513 ");
}

static void
check_response (Side to, const OreeSipMsg *msg)
{
  const OreeSipMsg *request = NULL;
  guint found = 0;

  for (guint i = 0; i < sent[to]->len; i++)
    {
      const OreeSipMsg *one = &((Packet *) g_ptr_array_index (sent[to], i))->msg;

      if (!one->is_request || !same_value (one, msg, OREE_SIP_HDR_CALL_ID) || !same_value (one, msg, OREE_SIP_HDR_CSEQ))
        continue;
      request = one;
      found++;
    }
  if (to == PARTNER)
    check_marks (to, msg);
  /* What was malformed is not among them, and is answered too. */
  if (found == 1 && sent[to]->len < MESSAGES_MAX && !is_refusal_of_form (msg->head.data))
    g_assert_cmpuint (count_values (msg, OREE_SIP_HDR_VIA), ==, count_values (request, OREE_SIP_HDR_VIA));
}

/* --- the ends ------------------------------------------------------------------------------------- */

static void
say (Side side, const void *data, gsize length)
{
  gsize done = 0;

  while (done < length && !ends[side].ended)
    {
      gssize n = write (ends[side].fd, (const char *) data + done, length - done);

      if (n > 0)
        done += (gsize) n;
      else if (n < 0 && errno == EAGAIN)
        lane_fixture_settle ();
      else
        ends[side].ended = TRUE;
      if (n < 0 && errno == EAGAIN && oree_sip_hub_conn (lane, ends[side].flow) == NULL)
        return;
    }
}

/* What is said is kept, as far as it can be read. */
static void
say_packet (Side side, GString *text)
{
  Packet *packet;

  if (text == NULL)
    return;
  packet = packet_new (text->str, text->len);
  if (packet != NULL)
    g_ptr_array_add (sent[side], packet);
  say (side, text->str, text->len);
  g_string_free (text, TRUE);
}

/* The input's response, with the way back that the request has. */
static GString *
given_reply (const OreeSipMsg *request)
{
  gssize line = oree_span_index (reply_of_now, '\n');
  GString *text = g_string_new (NULL);
  OreeSipValues values;
  OreeSpan value;

  oree_span_append_to (oree_span_sub (reply_of_now, 0, (gsize) (line + 1)), text);
  oree_sip_values_init (&values, request, OREE_SIP_HDR_VIA);
  while (oree_sip_values_next (&values, &value))
    {
      oree_str_append_to ("Via: ", text);
      oree_sip_hdr_append_unfolded (text, value);
      oree_str_append_to ("\r\n", text);
    }
  oree_span_append_to (oree_span_from (reply_of_now, (gsize) (line + 1)), text);
  return text;
}

static GString *
plain_reply (const OreeSipMsg *request, guint status)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;

  oree_sip_write_response (&writer, request, status, NULL, "fuzz", TRUE);
  oree_sip_write_header_named (&writer, TRUST, OREE_SPAN_LITERAL ("ms-source-type=InternetUser"));
  oree_sip_write_header_named (&writer, "ms-diagnostics", OREE_SPAN_LITERAL ("1;source=\"inside.contoso.test\""));
  return oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
}

/* BYE from who was asked, by the route the request recorded. */
static void
hang_up (Side side, const OreeSipMsg *request)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) to = g_string_new (NULL), from = g_string_new (NULL);
  OreeSpan target = side == INSIDE ? OREE_SPAN_LITERAL ("sip:bob@192.0.2.77:5061") : OREE_SPAN_LITERAL ("sip:alice@10.0.0.7");
  OreeSipAddr addr;
  OreeSipValues values;
  OreeSpan value;

  if (oree_sip_msg_header (request, OREE_SIP_HDR_RECORD_ROUTE) == NULL)
    return;
  oree_sip_hdr_append_unfolded (to, oree_sip_msg_value (request, OREE_SIP_HDR_FROM));
  oree_sip_hdr_append_unfolded (from, oree_sip_msg_value (request, OREE_SIP_HDR_TO));
  if (oree_sip_addr_from_msg (&addr, request, OREE_SIP_HDR_TO) > 0 && oree_span_is_empty (addr.tag))
    oree_str_append_to (";tag=fuzz", from);
  oree_sip_write_request (&writer, "BYE", target);
  oree_sip_write_header (&writer, OREE_SIP_HDR_VIA, "SIP/2.0/TLS 192.0.2.78:5061;branch=z9hG4bKbye");
  oree_sip_values_init (&values, request, OREE_SIP_HDR_RECORD_ROUTE);
  while (oree_sip_values_next (&values, &value))
    oree_sip_write_header_span (&writer, OREE_SIP_HDR_ROUTE, value);
  oree_sip_write_header_span (&writer, OREE_SIP_HDR_FROM, oree_span (from->str, from->len));
  oree_sip_write_header_span (&writer, OREE_SIP_HDR_TO, oree_span (to->str, to->len));
  oree_sip_write_headers_from (&writer, request, OREE_SIP_HDR_CALL_ID);
  oree_sip_write_header (&writer, OREE_SIP_HDR_CSEQ, "7 BYE");
  say_packet (side, oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY));
}

static void
on_request (Side side, const OreeSipMsg *msg)
{
  check_request (side, msg);
  if (msg->method == OREE_SIP_METHOD_ACK || answers_given++ > MESSAGES_MAX)
    return;
  if (reply_of_now.length > 0)
    {
      say_packet (side, given_reply (msg));
      return;
    }
  if (msg->method == OREE_SIP_METHOD_INVITE)
    say_packet (side, plain_reply (msg, 180));
  say_packet (side, plain_reply (msg, status_of_now));
  if (status_of_now == 200 && msg->method != OREE_SIP_METHOD_BYE)
    hang_up (side, msg);
}

/* Reads what the edge wrote to that side; it must cut and parse as it stands. Answers whether there was anything. */
static gboolean
hear (Side side)
{
  End *end = &ends[side];
  guint8 buffer[16384];
  gboolean anything = FALSE;
  gssize n;

  while ((n = read (end->fd, buffer, sizeof buffer)) > 0)
    {
      g_byte_array_append (end->in, buffer, (guint) n);
      anything = TRUE;
    }
  end->ended |= n == 0;
  while (end->in->len > 0)
    {
      g_autofree Packet *packet = g_new (Packet, 1);
      OreeSipFrame frame;
      gssize cut;

      oree_sip_frame_init (&frame);
      cut = oree_sip_frame_next (&frame, end->in->data, end->in->len);
      if (cut == OREE_PARSE_PARTIAL)
        break;
      g_assert_cmpint (cut, >, 0);
      packet->data = g_memdup2 (end->in->data, (gsize) cut);
      g_byte_array_remove_range (end->in, 0, (guint) cut);
      if (frame.kind == OREE_SIP_FRAME_MESSAGE)
        {
          gssize parsed = oree_sip_msg_parse (&packet->msg, packet->data, (gsize) cut, OREE_SIP_MSG_STREAM);

          /* A refusal repeats what was malformed; nobody could make anything of it but its sender. */
          if (parsed != cut)
            g_assert_true (is_refusal_of_form (packet->data));
          else if (packet->msg.is_request)
            on_request (side, &packet->msg);
          else
            check_response (side, &packet->msg);
        }
      g_free (packet->data);
    }
  return anything;
}

static void
settle (void)
{
  gboolean more = TRUE;

  for (guint turn = 0; more && turn < 1000; turn++)
    {
      lane_fixture_settle ();
      more = hear (PARTNER);
      more |= hear (INSIDE);
    }
}

/* --- one input ------------------------------------------------------------------------------------ */

static OreeFlow
inside_cb (OreeLane *any, const char *aor)
{
  return ends[INSIDE].flow;
}

static OreeSipPeer *
who_the_partner_is (void)
{
  OreeSipPeer *peer = g_new0 (OreeSipPeer, 1);

  g_atomic_ref_count_init (&peer->refs);
  peer->names.domains = (const char *const *) g_strdupv ((GStrv) certified);
  peer->names.hosts = (const char *const *) g_strdupv ((GStrv) certified);
  peer->names.strict_usage = TRUE;
  return peer;
}

static void
begin (void)
{
  const OreePeerStand stand = { .relation = OREE_RELATION_ALLOWED_DOMAIN };
  g_autoptr (OreeSipPeer) peer = who_the_partner_is ();

  lane = lane_fixture_begin ();
  oree_sip_hub_set_inside (lane, inside_cb);
  for (Side side = 0; side < N_SIDES; side++)
    {
      OreeConn *conn = lane_fixture_connect (&ends[side].fd);

      ends[side].in = g_byte_array_new ();
      ends[side].ended = FALSE;
      sent[side] = g_ptr_array_new_with_free_func (packet_free);
      ends[side].flow = oree_sip_hub_adopt (lane, conn, side == PARTNER ? OREE_LEG_PARTNER : OREE_LEG_NEXT_HOP);
    }
  oree_sip_peers_add (lane, ends[PARTNER].flow, OREE_DIRECTION_IN, NULL, peer);
  oree_peer_pool_offer (lane, "litware.test", &stand, ends[PARTNER].flow);
  answers_given = 0;
}

static void
end (void)
{
  for (Side side = 0; side < N_SIDES; side++)
    close (ends[side].fd);
  lane_fixture_settle ();
  lane_fixture_end ();
  for (Side side = 0; side < N_SIDES; side++)
    {
      g_byte_array_unref (ends[side].in);
      g_ptr_array_unref (sent[side]);
    }
}

/* The messages of the input, as the edge will cut them. */
static void
note_messages (Side side, const guint8 *data, gsize size)
{
  gsize at = 0;

  while (at < size && sent[side]->len < MESSAGES_MAX)
    {
      OreeSipFrame frame;
      Packet *packet;
      gssize cut;

      oree_sip_frame_init (&frame);
      cut = oree_sip_frame_next (&frame, data + at, size - at);
      if (cut <= 0)
        return;
      packet = frame.kind == OREE_SIP_FRAME_MESSAGE ? packet_new (data + at, (gsize) cut) : NULL;
      if (packet != NULL)
        g_ptr_array_add (sent[side], packet);
      at += (gsize) cut;
    }
}

static void
ask (Side side, const char *method)
{
  const char *to = side == PARTNER ? "sip:alice@contoso.test" : "sip:bob@litware.test";
  const char *from = side == PARTNER ? "sip:bob@litware.test" : "sip:alice@contoso.test";
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "%s %s SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.5:5061;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n"
                   "From: <%s>;tag=1\r\nTo: <%s>\r\nCall-ID: asked\r\nCSeq: 5 %s\r\nContact: <sip:x@192.0.2.5>\r\n"
                   "Content-Length: 0\r\n\r\n",
                   method, to, from, to, method);
  say_packet (side, text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint statuses[] = { 200, 404, 503, 486, 302, 200 };
  gboolean is_reply = size > 8 && memcmp (data, "SIP/2.0 ", 8) == 0 && memchr (data, '\n', size) != NULL;

  if (lane == NULL)
    lane_fixture_init (records);
  status_of_now = statuses[size % G_N_ELEMENTS (statuses)];
  for (Side side = 0; side < N_SIDES; side++)
    {
      begin ();
      reply_of_now = is_reply ? oree_span (data, size) : OREE_SPAN_EMPTY;
      if (is_reply)
        ask (side, size % 2 == 0 ? "MESSAGE" : "INVITE");
      else
        {
          note_messages (side, data, size);
          say (side, data, size);
        }
      settle ();
      end ();
    }
  return 0;
}
