/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Via. */
#include "codec/sip/oree-sip-via.h"
#include "codec/sip/oree-sip-misc.h"

static void
skip_lws (OreeSpan *rest)
{
  *rest = oree_span_from (*rest, oree_sip_hdr_lws_length (*rest));
}

/* Takes a token and the white space after it. */
static gboolean
take_token (OreeSpan *rest, OreeSpan *token)
{
  gsize n = oree_sip_hdr_token_length (*rest);

  *token = oree_span_sub (*rest, 0, n);
  *rest = oree_span_from (*rest, n);
  skip_lws (rest);
  return n > 0;
}

static gboolean
take_slash (OreeSpan *rest)
{
  if (rest->length == 0 || rest->data[0] != '/')
    return FALSE;
  *rest = oree_span_from (*rest, 1);
  skip_lws (rest);
  return TRUE;
}

static gboolean
is_host_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_';
}

static gboolean
is_ipv6_char (char c)
{
  return g_ascii_isxdigit (c) || c == ':' || c == '.';
}

/* sent-by: host [ ":" port ], white space allowed around the colon. */
static gboolean
take_sent_by (OreeSipVia *self, OreeSpan *rest)
{
  gsize n = 0;
  guint64 port;

  if (rest->length > 0 && rest->data[0] == '[')
    {
      for (n = 1; n < rest->length && is_ipv6_char (rest->data[n]); n++)
        ;
      if (n < 3 || n >= rest->length || rest->data[n] != ']')
        return FALSE;
      self->host = oree_span_sub (*rest, 1, n - 1);
      n++;
    }
  else
    {
      while (n < rest->length && is_host_char (rest->data[n]))
        n++;
      if (n == 0 || n > OREE_DOMAIN_MAX + 1)
        return FALSE;
      self->host = oree_span_sub (*rest, 0, n);
    }
  *rest = oree_span_from (*rest, n);
  skip_lws (rest);
  if (rest->length == 0 || rest->data[0] != ':')
    return TRUE;
  *rest = oree_span_from (*rest, 1);
  skip_lws (rest);
  for (n = 0; n < rest->length && g_ascii_isdigit (rest->data[n]); n++)
    ;
  if (!oree_span_to_uint (oree_span_sub (*rest, 0, n), G_MAXUINT16, &port) || port == 0)
    return FALSE;
  self->port = (guint16) port;
  *rest = oree_span_from (*rest, n);
  skip_lws (rest);
  return TRUE;
}

static OreeSpan
without_brackets (OreeSpan host)
{
  if (host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']')
    return oree_span_sub (host, 1, host.length - 2);
  return host;
}

static int
take_params (OreeSipVia *self)
{
  OreeSpan rest = self->params;
  OreeSipParam param;
  guint64 port;
  int result;

  while ((result = oree_sip_hdr_next_param (&rest, &param)) > 0)
    {
      if (oree_span_equal_nocase_str (param.name, "branch"))
        {
          if (self->branch.length > 0)
            return OREE_PARSE_DUPLICATE;
          if (!oree_sip_hdr_is_token (param.value))
            return OREE_PARSE_BAD_SYNTAX;
          self->branch = param.value;
        }
      else if (oree_span_equal_nocase_str (param.name, "received"))
        {
          if (param.value.length == 0)
            return OREE_PARSE_BAD_SYNTAX;
          self->received = without_brackets (param.value);
        }
      else if (oree_span_equal_nocase_str (param.name, "rport"))
        {
          self->has_rport = TRUE;
          if (param.has_value && !oree_span_to_uint (param.value, G_MAXUINT16, &port))
            return OREE_PARSE_BAD_SYNTAX;
          self->rport = param.has_value ? (guint16) port : 0;
        }
      else if (oree_span_equal_nocase_str (param.name, "alias"))
        {
          self->has_alias = TRUE;
        }
    }
  return result;
}

/* sent-protocol, up to the transport. */
static gboolean
take_protocol (OreeSipVia *self, OreeSpan *rest)
{
  static const char usual[] = "SIP/2.0/";
  OreeSpan protocol, version;

  if (rest->length > strlen (usual) && memcmp (rest->data, usual, strlen (usual)) == 0)
    {
      *rest = oree_span_from (*rest, strlen (usual));
      skip_lws (rest);
      return TRUE;
    }
  skip_lws (rest);
  if (!take_token (rest, &protocol) || !take_slash (rest) || !take_token (rest, &version) || !take_slash (rest))
    return FALSE;
  /* RFC 4475 3.1.2.16: another version may still be answered, so the rest is read all the same. */
  self->bad_version = !oree_span_equal_nocase_str (protocol, "SIP") || !oree_span_equal_str (version, "2.0");
  return TRUE;
}

gssize
oree_sip_via_parse (OreeSipVia *self, OreeSpan value)
{
  OreeSpan rest = value;
  gsize cookie = strlen (OREE_SIP_BRANCH_COOKIE);
  int result;

  *self = (OreeSipVia){ .value = value };
  if (!take_protocol (self, &rest) || !take_token (&rest, &self->transport))
    return OREE_PARSE_BAD_SYNTAX;
  if (!take_sent_by (self, &rest))
    return OREE_PARSE_BAD_SYNTAX;
  self->params = rest;
  result = take_params (self);
  if (result < 0)
    return result;
  /* The cookie compares without case (tokens do: RFC 3261 7.3.1), and marks nothing when it stands alone (RFC 4475 3.2.1). */
  self->has_cookie = self->branch.length > cookie
                     && oree_span_equal_nocase_str (oree_span_sub (self->branch, 0, cookie), OREE_SIP_BRANCH_COOKIE);
  return (gssize) value.length;
}

gssize
oree_sip_via_top (OreeSipVia *self, const OreeSipMsg *msg)
{
  OreeSipValues values;
  OreeSpan value;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_VIA);
  if (!oree_sip_values_next (&values, &value))
    return OREE_PARSE_MISSING;
  return oree_sip_via_parse (self, value);
}

guint
oree_sip_via_count (const OreeSipMsg *msg)
{
  OreeSipValues values;
  OreeSpan value;
  guint n = 0;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_VIA);
  while (oree_sip_values_next (&values, &value))
    n++;
  return n;
}

guint16
oree_sip_via_port (const OreeSipVia *self)
{
  if (self->port != 0)
    return self->port;
  return oree_span_equal_nocase_str (self->transport, "TLS") ? 5061 : 5060;
}
