/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small headers. */
#include "codec/sip/oree-sip-misc.h"

gssize
oree_sip_cseq_parse (OreeSpan value, guint32 *number, OreeSpan *method)
{
  gsize digits = 0;
  gsize blank;
  guint64 n;

  while (digits < value.length && g_ascii_isdigit (value.data[digits]))
    digits++;
  blank = oree_sip_hdr_lws_length (oree_span_from (value, digits));
  *method = oree_span_from (value, digits + blank);
  *number = 0;
  if (digits == 0 || blank == 0 || !oree_sip_hdr_is_token (*method))
    return OREE_PARSE_BAD_SYNTAX;
  if (!oree_span_to_uint (oree_span_sub (value, 0, digits), G_MAXUINT32, &n))
    return OREE_PARSE_BAD_VALUE;
  *number = (guint32) n;
  return (gssize) value.length;
}

/* Digits only; past `max` is `max`, however long. */
static gboolean
clamped (OreeSpan text, guint32 max, guint32 *value)
{
  guint64 n = 0;

  if (text.length == 0)
    return FALSE;
  for (gsize i = 0; i < text.length; i++)
    {
      if (!g_ascii_isdigit (text.data[i]))
        return FALSE;
      n = MIN (n * 10 + (guint64) (text.data[i] - '0'), G_MAXUINT32);
    }
  *value = (guint32) MIN (n, max);
  return TRUE;
}

gboolean
oree_sip_number (const OreeSipMsg *msg, OreeSipHdrId id, guint32 max, guint32 *value)
{
  return clamped (oree_sip_msg_value (msg, id), max, value);
}

int
oree_sip_max_forwards (const OreeSipMsg *msg, int absent)
{
  guint32 value;

  if (oree_sip_msg_header (msg, OREE_SIP_HDR_MAX_FORWARDS) == NULL)
    return absent;
  if (!oree_sip_number (msg, OREE_SIP_HDR_MAX_FORWARDS, G_MAXUINT16, &value))
    return -1;
  return value > 255 ? absent : (int) value;
}

guint32
oree_sip_expires (const OreeSipMsg *msg, guint32 absent)
{
  guint32 value;

  return oree_sip_number (msg, OREE_SIP_HDR_EXPIRES, G_MAXUINT32, &value) ? value : absent;
}

/* Token [;params]: the shape of Event, Subscription-State. */
static gssize
token_and_params (OreeSpan value, OreeSpan *token, OreeSpan *params)
{
  gsize n = oree_sip_hdr_token_length (value);
  int result;

  *token = oree_span_sub (value, 0, n);
  *params = oree_span_from (value, n);
  if (n == 0)
    return OREE_PARSE_BAD_SYNTAX;
  result = oree_sip_hdr_check_params (*params);
  return result < 0 ? result : (gssize) value.length;
}

gssize
oree_sip_event_parse (OreeSipEvent *self, OreeSpan value)
{
  gssize result;
  OreeSipParam param;

  *self = (OreeSipEvent){ .id = OREE_SPAN_EMPTY };
  result = token_and_params (value, &self->package, &self->params);
  if (result > 0 && oree_sip_hdr_find_param (self->params, "id", &param))
    self->id = param.value;
  return result;
}

gssize
oree_sip_substate_parse (OreeSipSubstate *self, OreeSpan value)
{
  static const struct
  {
    const char *name;
    OreeSipSubstateKind kind;
  } kinds[] = {
    { "active", OREE_SIP_SUBSTATE_ACTIVE },
    { "pending", OREE_SIP_SUBSTATE_PENDING },
    { "terminated", OREE_SIP_SUBSTATE_TERMINATED },
  };
  OreeSpan token;
  OreeSpan params;
  OreeSipParam param;
  gssize result = token_and_params (value, &token, &params);

  *self = (OreeSipSubstate){ .kind = OREE_SIP_SUBSTATE_OTHER };
  if (result < 0)
    return result;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (oree_span_equal_nocase_str (token, kinds[i].name))
      self->kind = kinds[i].kind;
  if (oree_sip_hdr_find_param (params, "reason", &param))
    self->reason = param.value;
  if (oree_sip_hdr_find_param (params, "expires", &param))
    self->has_expires = clamped (param.value, G_MAXUINT32, &self->expires);
  if (oree_sip_hdr_find_param (params, "retry-after", &param))
    self->has_retry_after = clamped (param.value, G_MAXUINT32, &self->retry_after);
  return result;
}

gssize
oree_sip_content_type_parse (OreeSipContentType *self, OreeSpan value)
{
  OreeSpan rest = value;
  gsize n = oree_sip_hdr_token_length (rest);
  int result;

  *self = (OreeSipContentType){ .type = oree_span_sub (rest, 0, n) };
  rest = oree_span_from (rest, n);
  rest = oree_span_from (rest, oree_sip_hdr_lws_length (rest));
  if (n == 0 || rest.length == 0 || rest.data[0] != '/')
    return OREE_PARSE_BAD_SYNTAX;
  rest = oree_span_from (rest, 1);
  rest = oree_span_from (rest, oree_sip_hdr_lws_length (rest));
  n = oree_sip_hdr_token_length (rest);
  self->subtype = oree_span_sub (rest, 0, n);
  self->params = oree_span_from (rest, n);
  if (n == 0)
    return OREE_PARSE_BAD_SYNTAX;
  result = oree_sip_hdr_check_params (self->params);
  return result < 0 ? result : (gssize) value.length;
}

gboolean
oree_sip_content_type_is (const OreeSipContentType *self, const char *type, const char *subtype)
{
  return oree_span_equal_nocase_str (self->type, type) && oree_span_equal_nocase_str (self->subtype, subtype);
}

gboolean
oree_sip_msg_content_is (const OreeSipMsg *msg, const char *type)
{
  OreeSipContentType content;
  OreeSpan major;
  OreeSpan minor;

  if (oree_sip_content_type_parse (&content, oree_sip_msg_value (msg, OREE_SIP_HDR_CONTENT_TYPE)) < 0)
    return FALSE;
  oree_span_cut (oree_span_str (type), '/', &major, &minor);
  return oree_span_equal_nocase (content.type, major) && oree_span_equal_nocase (content.subtype, minor);
}

gboolean
oree_sip_retry_after (const OreeSipMsg *msg, guint32 *seconds)
{
  OreeSpan value = oree_sip_msg_value (msg, OREE_SIP_HDR_RETRY_AFTER);
  gsize digits = 0;

  while (digits < value.length && g_ascii_isdigit (value.data[digits]))
    digits++;
  if (digits < value.length && oree_sip_hdr_lws_length (oree_span_from (value, digits)) == 0
      && value.data[digits] != ';' && value.data[digits] != '(')
    return FALSE;
  return clamped (oree_span_sub (value, 0, digits), G_MAXUINT32, seconds);
}
