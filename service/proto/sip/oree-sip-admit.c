/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-admit.h"
#include "codec/sip/oree-sip-misc.h"

#define NEVER_TOO_BRIEF 3600
#define RETRY_SECONDS 60

gboolean
oree_sip_admit_requires_unknown (const OreeSipMsg *msg, const char *const *known, GString *unknown)
{
  OreeSipValues values;
  OreeSpan option;
  gboolean any = FALSE;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_REQUIRE);
  while (oree_sip_values_next (&values, &option))
    {
      gboolean is_known = FALSE;

      for (gsize i = 0; known[i] != NULL && !is_known; i++)
        is_known = oree_span_equal_nocase_str (option, known[i]);
      if (is_known)
        continue;
      any = TRUE;
      /* An option tag is a token (RFC 3261 25.1); anything else is not said back, for side by side such pieces are no header. */
      if (unknown == NULL || !oree_sip_hdr_is_token (option))
        continue;
      if (unknown->len > 0)
        g_string_append (unknown, ", ");
      oree_span_append_to (option, unknown);
    }
  return any;
}

gboolean
oree_sip_admit_too_brief (guint32 expires, guint32 min_expires)
{
  return expires > 0 && expires < min_expires && expires < NEVER_TOO_BRIEF;
}

gboolean
oree_sip_admit_seconds (OreeSpan text, guint32 *seconds)
{
  guint64 value = 0;

  if (text.length == 0)
    return FALSE;
  for (gsize i = 0; i < text.length; i++)
    if (!g_ascii_isdigit (text.data[i]))
      return FALSE;
  *seconds = oree_span_to_uint (text, G_MAXUINT32, &value) ? (guint32) value : G_MAXUINT32;
  return TRUE;
}

gboolean
oree_sip_admit_event (const OreeSipMsg *msg, const char *package, OreeSpan *id)
{
  OreeSipEvent event;

  if (oree_sip_event_parse (&event, oree_sip_msg_value (msg, OREE_SIP_HDR_EVENT)) <= 0
      || !oree_span_equal_nocase_str (event.package, package))
    return FALSE;
  if (id != NULL)
    *id = event.id;
  return TRUE;
}

gboolean
oree_sip_admit_accepts (const OreeSipMsg *msg, const char *type)
{
  const char *const taken[] = { type, "application/*", "*/*" };
  OreeSipValues values;
  OreeSpan value, one, params;

  if (oree_sip_msg_header (msg, OREE_SIP_HDR_ACCEPT) == NULL)
    return TRUE;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_ACCEPT);
  while (oree_sip_values_next (&values, &value))
    {
      oree_span_cut (value, ';', &one, &params);
      for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
        if (oree_span_equal_nocase_str (oree_span_trim_lws (one), taken[i]))
          return TRUE;
    }
  return FALSE;
}

void
oree_sip_admit_write_refusal (guint status, const OreeSipMsg *msg, const char *const *known, guint32 min_expires,
                              OreeSipWriter *writer)
{
  switch (status)
    {
    case 406:
    case 415:
      oree_sip_write_header (writer, OREE_SIP_HDR_ACCEPT, "application/pidf+xml");
      break;
    case 420:
      {
        g_autoptr (GString) unknown = g_string_new (NULL);

        oree_sip_admit_requires_unknown (msg, known, unknown);
        if (unknown->len > 0)
          oree_sip_write_header (writer, OREE_SIP_HDR_UNSUPPORTED, unknown->str);
        break;
      }
    case 423:
      oree_sip_write_header_uint (writer, OREE_SIP_HDR_MIN_EXPIRES, min_expires);
      break;
    case 489:
      oree_sip_write_header (writer, OREE_SIP_HDR_ALLOW_EVENTS, "presence");
      break;
    case 503:
      oree_sip_write_header_uint (writer, OREE_SIP_HDR_RETRY_AFTER, RETRY_SECONDS);
      break;
    default:
      break;
    }
}
