/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stateful proxy core: what happens to one message on its way through. Which target it goes to, and which of several
 * answers goes back, is the response context's business (oree-sip-proxy-txn). */
#include "proto/sip/oree-sip-proxy.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/sip/oree-sip-via.h"
#include "ident/oree-inet.h"
#include "ident/oree-sip-uri.h"

/* The branch we write: cookie, 32 hex of our own, '.', 16 hex of loop hash. */
#define UNIQUE_LENGTH 39
#define LOOP_LENGTH 16

static gboolean
host_is_us (const OreeSipProxyRules *rules, OreeSpan host, guint16 port)
{
  for (const OreeSipSelf *self = rules->self; self->host != NULL; self++)
    if (oree_span_equal_nocase_str (host, self->host) && (self->port == 0 || self->port == port))
      return TRUE;
  return FALSE;
}

static guint16
uri_port (const OreeSipUri *uri)
{
  OreeSpan transport;

  if (uri->port != 0)
    return uri->port;
  if (uri->scheme == OREE_SIP_SCHEME_SIPS)
    return 5061;
  /* transport=tls is deprecated in URIs but written in the field (sip-edge sheet 6). */
  return oree_sip_uri_param (uri, "transport", &transport) && oree_span_equal_nocase_str (transport, "tls") ? 5061
                                                                                                           : 5060;
}

static OreeSpan
without_brackets (OreeSpan host)
{
  if (host.length > 2 && host.data[0] == '[')
    return oree_span_sub (host, 1, host.length - 2);
  return host;
}

gboolean
oree_sip_proxy_is_us (const OreeSipProxyRules *rules, OreeSpan text)
{
  OreeSipUri uri;

  if (!oree_sip_uri_parse (&uri, text)
      || (uri.scheme != OREE_SIP_SCHEME_SIP && uri.scheme != OREE_SIP_SCHEME_SIPS))
    return FALSE;
  if (host_is_us (rules, without_brackets (uri.host), uri_port (&uri)))
    return TRUE;
  /* A name without a port is found through SRV, so any port of ours may be meant. */
  for (const OreeSipSelf *self = rules->self; uri.port == 0 && self->host != NULL; self++)
    if (oree_span_equal_nocase_str (without_brackets (uri.host), self->host))
      return TRUE;
  return FALSE;
}

/* RFC 5393 4.2.1: all that decides where the request goes, and not the method (CANCEL and ACK must give the same). Keyed, so
 * that no one can forge "has been here". */
static guint64
loop_hash (const OreeSipProxyRules *rules, const OreeSipMsg *request)
{
  OreeSipHash hash;
  guint32 cseq = request->cseq;

  oree_sip_hash_init (&hash, rules->secret);
  oree_sip_hash_add_part (&hash, request->ruri);
  for (const OreeSipHeader *route = oree_sip_msg_header (request, OREE_SIP_HDR_ROUTE); route != NULL;
       route = oree_sip_msg_next (request, route))
    oree_sip_hash_add_part (&hash, route->value);
  oree_sip_hash_add_part (&hash, oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  oree_sip_hash_add (&hash, &cseq, sizeof cseq);
  return oree_sip_hash_end (&hash);
}

/* Does a Via of ours carry the hash of this very request? Then it has been here with the same outcome: a loop. With
 * another hash it is a spiral, and goes on (RFC 5393 4.2.2). The hash is keyed: nobody else writes it, whatever else stands
 * there. */
static gboolean
is_loop (const OreeSipProxyRules *rules, const OreeSipMsg *request)
{
  OreeSipValues values;
  OreeSpan value;
  char mark[LOOP_LENGTH + 2];

  mark[0] = '.';
  oree_hex_write (mark + 1, loop_hash (rules, request), LOOP_LENGTH);
  oree_sip_values_init (&values, request, OREE_SIP_HDR_VIA);
  while (oree_sip_values_next (&values, &value))
    if (memmem (value.data, value.length, mark, LOOP_LENGTH + 1) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_supported (const OreeSipProxyRules *rules, OreeSpan option)
{
  for (const char *const *s = rules->supported; s != NULL && *s != NULL; s++)
    if (oree_span_equal_nocase_str (option, *s))
      return TRUE;
  return FALSE;
}

/* TRUE when every Proxy-Require tag is one of ours; the others are listed in `unsupported`. */
static gboolean
requirements_are_met (const OreeSipProxyRules *rules, const OreeSipMsg *request, GString *unsupported)
{
  OreeSipValues values;
  OreeSpan value;
  gboolean met = TRUE;

  oree_sip_values_init (&values, request, OREE_SIP_HDR_PROXY_REQUIRE);
  while (oree_sip_values_next (&values, &value))
    {
      if (is_supported (rules, value))
        continue;
      met = FALSE;
      if (unsupported == NULL || !oree_sip_hdr_is_token (value))
        continue;
      if (unsupported->len > 0)
        g_string_append (unsupported, ", ");
      oree_span_append_to (value, unsupported);
    }
  return met;
}

guint
oree_sip_proxy_admit (const OreeSipProxyRules *rules, const OreeSipMsg *request, GString *unsupported)
{
  OreeSipUri uri;

  if (!oree_sip_uri_parse (&uri, request->ruri))
    return 400;
  if (uri.scheme != OREE_SIP_SCHEME_SIP && uri.scheme != OREE_SIP_SCHEME_SIPS)
    return 416;
  if (oree_sip_max_forwards (request, 70) < 0)
    return 400;
  if (oree_sip_max_forwards (request, 70) == 0)
    return 483;
  if (is_loop (rules, request))
    return 482;
  /* RFC 3261 20.29: CANCEL and ACK carry no requirements. */
  if (request->method != OREE_SIP_METHOD_ACK && request->method != OREE_SIP_METHOD_CANCEL
      && !requirements_are_met (rules, request, unsupported))
    return 420;
  return 0;
}

/* The Route values as URIs; FALSE when one is malformed or there are too many. */
static gboolean
read_routes (const OreeSipMsg *request, OreeSpan uris[OREE_SIP_ROUTE_MAX], guint *n)
{
  OreeSipValues values;
  OreeSpan value;
  OreeSipAddr addr;

  *n = 0;
  oree_sip_values_init (&values, request, OREE_SIP_HDR_ROUTE);
  while (oree_sip_values_next (&values, &value))
    {
      if (*n == OREE_SIP_ROUTE_MAX || oree_sip_addr_parse (&addr, value) < 0 || addr.star)
        return FALSE;
      uris[(*n)++] = addr.uri;
    }
  return TRUE;
}

static gboolean
is_sip (OreeSpan text)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, text) && (uri.scheme == OREE_SIP_SCHEME_SIP || uri.scheme == OREE_SIP_SCHEME_SIPS);
}

static gboolean
has_lr (OreeSpan text)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, text) && oree_sip_uri_param (&uri, "lr", NULL);
}

guint
oree_sip_proxy_route (const OreeSipProxyRules *rules, const OreeSipMsg *request, OreeSipProxyRoute *route)
{
  OreeSpan uris[OREE_SIP_ROUTE_MAX];
  guint n;

  *route = (OreeSipProxyRoute){ .ruri = request->ruri };
  if (!read_routes (request, uris, &n))
    return 400;
  /* 16.4: a strict router before us put the URI of our Record-Route into the Request-URI; the true one is the last Route.
   * What we write there has lr; the address of a user has not. */
  if (n > 0 && has_lr (request->ruri) && oree_sip_proxy_is_us (rules, request->ruri))
    {
      route->ruri = uris[--n];
      if (!is_sip (route->ruri))
        return 400;
      route->drop_last = TRUE;
    }
  while (route->own_routes < n && oree_sip_proxy_is_us (rules, uris[route->own_routes]))
    route->own_routes++;
  if (route->own_routes < n)
    {
      route->route = uris[route->own_routes];
      /* It would become the Request-URI. */
      if (!is_sip (route->route))
        return 400;
      route->strict_next = !has_lr (route->route);
    }
  return 0;
}

/* The Via we found, with what only we know: where it really came from (18.2.1, RFC 3581 4). */
static void
stamp_source (const OreeSipMsg *request, const OreeSipProxyLeg *leg, OreeSipEdit *edit)
{
  OreeSipVia via;
  OreeSipParam param;
  OreeSpan rest;
  g_autoptr (GString) value = NULL;
  gboolean rport;

  if (leg->via != NULL)
    via = *leg->via;
  else if (leg->received != NULL && oree_sip_via_top (&via, request) < 0)
    return;
  if (leg->received == NULL)
    return;
  rport = via.has_rport && leg->rport != 0;
  if (!rport && oree_span_equal_nocase_str (via.host, leg->received))
    return;
  /* Written anew from its parts; a received or rport it came with is not believed. */
  value = g_string_sized_new (via.value.length + 64);
  oree_sip_hdr_append_unfolded (value, oree_span (via.value.data, (gsize) (via.params.data - via.value.data)));
  while (value->len > 0 && value->str[value->len - 1] == ' ')
    g_string_truncate (value, value->len - 1);
  rest = via.params;
  while (oree_sip_hdr_next_param (&rest, &param) > 0)
    {
      if (oree_span_equal_nocase_str (param.name, "received")
          || (rport && oree_span_equal_nocase_str (param.name, "rport")))
        continue;
      g_string_append_c (value, ';');
      oree_span_append_to (param.name, value);
      if (!param.has_value)
        continue;
      g_string_append (value, param.quoted ? "=\"" : "=");
      oree_sip_hdr_append_unfolded (value, param.value);
      g_string_append (value, param.quoted ? "\"" : "");
    }
  oree_str_append_to (";received=", value);
  oree_str_append_to (leg->received, value);
  if (rport)
    {
      oree_str_append_to (";rport=", value);
      oree_uint_append_to (leg->rport, value);
    }
  oree_sip_edit_replace_top (edit, OREE_SIP_HDR_VIA, oree_span (value->str, value->len));
}

static void
add_record_route (OreeSipEdit *edit, const char *uri)
{
  g_autofree char *value = NULL;

  if (uri == NULL)
    return;
  value = g_strdup_printf ("<%s>", uri);
  oree_sip_edit_prepend (edit, OREE_SIP_HDR_RECORD_ROUTE, oree_span_str (value));
}

static void
add_via (const OreeSipProxyRules *rules, const OreeSipMsg *request, OreeSipProxyLeg *leg, OreeSipIds *ids,
         OreeSipEdit *edit)
{
  g_autoptr (GString) via = g_string_sized_new (128);
  char *end;

  oree_sip_ids_branch (ids, leg->branch);
  end = leg->branch + strlen (leg->branch);
  *end++ = '.';
  oree_hex_write (end, loop_hash (rules, request), LOOP_LENGTH);
  oree_str_append_to ("SIP/2.0/", via);
  oree_str_append_to (leg->transport, via);
  oree_str_append_to (" ", via);
  oree_str_append_to (leg->sent_by, via);
  oree_str_append_to (";branch=", via);
  oree_str_append_to (leg->branch, via);
  if (leg->alias)
    oree_str_append_to (";alias", via);
  oree_sip_edit_prepend (edit, OREE_SIP_HDR_VIA, oree_span (via->str, via->len));
}

/* Steps 1, 4 and 6 of 16.6: own routes go; a strict next hop gets its URI as Request-URI, and the Request-URI goes last. */
static void
set_routes (const OreeSipProxyRoute *route, OreeSpan ruri, OreeSipEdit *edit)
{
  g_autoptr (GString) last = NULL;

  for (guint i = 0; i < route->own_routes; i++)
    oree_sip_edit_drop_top (edit, OREE_SIP_HDR_ROUTE);
  if (route->drop_last)
    oree_sip_edit_drop_last (edit, OREE_SIP_HDR_ROUTE);
  if (!route->strict_next)
    {
      oree_sip_edit_set_ruri (edit, ruri);
      return;
    }
  last = g_string_new ("<");
  oree_span_append_to (ruri, last);
  g_string_append_c (last, '>');
  oree_sip_edit_drop_top (edit, OREE_SIP_HDR_ROUTE);
  oree_sip_edit_append (edit, OREE_SIP_HDR_ROUTE, oree_span (last->str, last->len));
  oree_sip_edit_set_ruri (edit, route->route);
}

void
oree_sip_proxy_forward (const OreeSipProxyRules *rules, const OreeSipMsg *request, const OreeSipProxyRoute *route,
                        OreeSipProxyLeg *leg, OreeSipIds *ids, OreeSipEdit *edit)
{
  int hops = oree_sip_max_forwards (request, 71); /* absent: 70 go on */
  g_autoptr (GString) text = g_string_sized_new (8);

  oree_sip_edit_init (edit, request);
  set_routes (route, leg->target != NULL ? oree_span_str (leg->target) : route->ruri, edit);
  oree_uint_append_to ((guint64) MAX (hops - 1, 0), text);
  oree_sip_edit_replace (edit, OREE_SIP_HDR_MAX_FORWARDS, oree_span (text->str, text->len));
  /* RFC 5658: the one for the incoming side lies below the one for the outgoing side. */
  add_record_route (edit, leg->record_route_in);
  add_record_route (edit, leg->record_route);
  stamp_source (request, leg, edit);
  add_via (rules, request, leg, ids, edit);
}

/* RFC 4475 3.3.10: a Via may point a response at everybody. */
static gboolean
may_return_to (const OreeSipVia *via)
{
  OreeInetAddress address;

  if (!oree_inet_address_parse (&address, via->received.length > 0 ? via->received : via->host))
    return TRUE; /* a name: the connection decides */
  if (oree_inet_address_is_any (&address))
    return FALSE;
  if (address.family == OREE_INET_V4)
    return address.bytes[0] < 224; /* multicast, reserved, broadcast */
  return address.bytes[0] != 0xff;
}

GString *
oree_sip_proxy_return (const OreeSipProxyRules *rules, const OreeSipMsg *response)
{
  OreeSipValues values;
  OreeSpan value;
  OreeSipVia via;
  g_auto (OreeSipEdit) edit = { 0 };

  g_return_val_if_fail (!response->is_request, NULL);
  oree_sip_values_init (&values, response, OREE_SIP_HDR_VIA);
  if (!oree_sip_values_next (&values, &value) || oree_sip_via_parse (&via, value) < 0
      || !host_is_us (rules, via.host, oree_sip_via_port (&via)))
    return NULL;
  if (!oree_sip_values_next (&values, &value) || oree_sip_via_parse (&via, value) < 0 || !may_return_to (&via))
    return NULL;
  oree_sip_edit_init (&edit, response);
  oree_sip_edit_drop_top (&edit, OREE_SIP_HDR_VIA);
  /* 16.7 step 6: a 503 would tell the client to give up on us, not on whom we asked. */
  if (response->status == 503)
    {
      oree_sip_edit_set_status (&edit, 500, NULL);
      oree_sip_edit_remove (&edit, OREE_SIP_HDR_RETRY_AFTER);
    }
  if (rules->crossing != NULL)
    rules->crossing (response, &edit, rules->crossing_data);
  return oree_sip_edit_finish (&edit);
}

/* The same sent-by and branch? */
static gboolean
is_same_hop (OreeSpan came, OreeSpan back)
{
  OreeSipVia a, b;
  const char *branch;
  gsize n = 0;

  while (n < MIN (came.length, back.length) && came.data[n] == back.data[n])
    n++;
  if (n == came.length && n == back.length)
    return TRUE;
  /* Mostly it is what we wrote, stamped behind the branch. */
  branch = memmem (came.data, n, ";branch=", 8);
  if (branch != NULL && memchr (branch + 1, ';', n - (gsize) (branch + 1 - came.data)) != NULL)
    return TRUE;
  return oree_sip_via_parse (&a, came) > 0 && oree_sip_via_parse (&b, back) > 0
         && oree_span_equal_nocase (a.host, b.host) && a.port == b.port && oree_span_equal (a.branch, b.branch);
}

/* Is the way back, below our Via, the one that `request` came? Its top value has been stamped with where it came from. */
static gboolean
is_same_way (const OreeSipMsg *request, const OreeSipMsg *response)
{
  OreeSipValues ours, theirs;
  OreeSpan left, right;
  guint n = 0;

  oree_sip_values_init (&ours, request, OREE_SIP_HDR_VIA);
  oree_sip_values_init (&theirs, response, OREE_SIP_HDR_VIA);
  oree_sip_values_next (&theirs, &right);
  for (; oree_sip_values_next (&ours, &left); n++)
    if (!oree_sip_values_next (&theirs, &right) || !(n == 0 ? is_same_hop (left, right) : oree_span_equal (left, right)))
      return FALSE;
  return !oree_sip_values_next (&theirs, &right);
}

void
oree_sip_proxy_keep_way (const OreeSipMsg *request, const OreeSipMsg *response, OreeSipEdit *edit)
{
  g_autoptr (GString) way = NULL;
  OreeSipValues values;
  OreeSpan value;

  if (is_same_way (request, response))
    return;
  way = g_string_new (NULL);
  oree_sip_values_init (&values, request, OREE_SIP_HDR_VIA);
  while (oree_sip_values_next (&values, &value))
    {
      if (way->len > 0)
        oree_str_append_to (", ", way);
      oree_sip_hdr_append_unfolded (way, value);
    }
  oree_sip_edit_replace (edit, OREE_SIP_HDR_VIA, oree_span (way->str, way->len));
}
