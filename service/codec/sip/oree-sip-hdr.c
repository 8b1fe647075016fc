/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header names and the grammar header values share. */
#include "codec/sip/oree-sip-hdr.h"

typedef struct
{
  OreeSipHdrId id;
  const char *name;
  char compact; /* 0: none */
  OreeSipHdrFlags flags;
} HeaderName;

#define SINGLE OREE_SIP_HDR_FLAG_SINGLE
#define LIST OREE_SIP_HDR_FLAG_LIST

/* Singletons: those RFC 3261 20 allows once and something here or downstream decides by; a second copy is how two
 * readers of one message are made to disagree. Credentials are no lists: their commas are inside (7.3). */
static const HeaderName names[] = {
  { OREE_SIP_HDR_OTHER, "", 0, 0 },
  { OREE_SIP_HDR_ACCEPT, "Accept", 0, LIST },
  { OREE_SIP_HDR_ALLOW, "Allow", 0, LIST },
  { OREE_SIP_HDR_ALLOW_EVENTS, "Allow-Events", 'u', LIST },
  { OREE_SIP_HDR_AUTHENTICATION_INFO, "Authentication-Info", 0, 0 },
  { OREE_SIP_HDR_AUTHORIZATION, "Authorization", 0, 0 },
  { OREE_SIP_HDR_CALL_ID, "Call-ID", 'i', SINGLE },
  { OREE_SIP_HDR_CONTACT, "Contact", 'm', LIST },
  { OREE_SIP_HDR_CONTENT_DISPOSITION, "Content-Disposition", 0, SINGLE },
  { OREE_SIP_HDR_CONTENT_ENCODING, "Content-Encoding", 'e', LIST },
  { OREE_SIP_HDR_CONTENT_LANGUAGE, "Content-Language", 0, LIST },
  { OREE_SIP_HDR_CONTENT_LENGTH, "Content-Length", 'l', SINGLE },
  { OREE_SIP_HDR_CONTENT_TYPE, "Content-Type", 'c', SINGLE },
  { OREE_SIP_HDR_CSEQ, "CSeq", 0, SINGLE },
  { OREE_SIP_HDR_DATE, "Date", 0, SINGLE },
  { OREE_SIP_HDR_EVENT, "Event", 'o', SINGLE },
  { OREE_SIP_HDR_EXPIRES, "Expires", 0, SINGLE },
  { OREE_SIP_HDR_FROM, "From", 'f', SINGLE },
  { OREE_SIP_HDR_IN_REPLY_TO, "In-Reply-To", 0, LIST },
  { OREE_SIP_HDR_MAX_BREADTH, "Max-Breadth", 0, SINGLE },
  { OREE_SIP_HDR_MAX_FORWARDS, "Max-Forwards", 0, SINGLE },
  { OREE_SIP_HDR_MIN_EXPIRES, "Min-Expires", 0, SINGLE },
  { OREE_SIP_HDR_P_ASSERTED_IDENTITY, "P-Asserted-Identity", 0, LIST },
  { OREE_SIP_HDR_P_PREFERRED_IDENTITY, "P-Preferred-Identity", 0, LIST },
  { OREE_SIP_HDR_PATH, "Path", 0, LIST },
  { OREE_SIP_HDR_PRIVACY, "Privacy", 0, 0 },
  { OREE_SIP_HDR_PROXY_AUTHENTICATE, "Proxy-Authenticate", 0, 0 },
  { OREE_SIP_HDR_PROXY_AUTHORIZATION, "Proxy-Authorization", 0, 0 },
  { OREE_SIP_HDR_PROXY_REQUIRE, "Proxy-Require", 0, LIST },
  { OREE_SIP_HDR_REASON, "Reason", 0, LIST },
  { OREE_SIP_HDR_RECORD_ROUTE, "Record-Route", 0, LIST },
  { OREE_SIP_HDR_REMOTE_PARTY_ID, "Remote-Party-ID", 0, LIST },
  { OREE_SIP_HDR_REQUIRE, "Require", 0, LIST },
  { OREE_SIP_HDR_RETRY_AFTER, "Retry-After", 0, SINGLE },
  { OREE_SIP_HDR_ROUTE, "Route", 0, LIST },
  { OREE_SIP_HDR_SERVER, "Server", 0, 0 },
  { OREE_SIP_HDR_SERVICE_ROUTE, "Service-Route", 0, LIST },
  { OREE_SIP_HDR_SIP_ETAG, "SIP-ETag", 0, SINGLE },
  { OREE_SIP_HDR_SIP_IF_MATCH, "SIP-If-Match", 0, SINGLE },
  { OREE_SIP_HDR_SUBJECT, "Subject", 's', SINGLE },
  { OREE_SIP_HDR_SUBSCRIPTION_STATE, "Subscription-State", 0, SINGLE },
  { OREE_SIP_HDR_SUPPORTED, "Supported", 'k', LIST },
  { OREE_SIP_HDR_TIMESTAMP, "Timestamp", 0, 0 },
  { OREE_SIP_HDR_TO, "To", 't', SINGLE },
  { OREE_SIP_HDR_UNSUPPORTED, "Unsupported", 0, LIST },
  { OREE_SIP_HDR_USER_AGENT, "User-Agent", 0, 0 },
  { OREE_SIP_HDR_VIA, "Via", 'v', LIST },
  { OREE_SIP_HDR_WARNING, "Warning", 0, LIST },
  { OREE_SIP_HDR_WWW_AUTHENTICATE, "WWW-Authenticate", 0, 0 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == OREE_SIP_N_HDRS);

#undef SINGLE
#undef LIST

/* RFC 3261 25.1 token: alphanum - . ! % * _ + ` ' ~ */
static const guint8 token_chars[256] = {
  ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['-'] = 1, ['.'] = 1, ['!'] = 1, ['%'] = 1,
  ['*'] = 1,         ['_'] = 1,         ['+'] = 1,         ['`'] = 1, ['\''] = 1, ['~'] = 1,
};

/* Names in buckets by length, first letter and middle one, made once; the factors are such that no two of ours share
 * one, so that a lookup compares one name. */
#define BUCKETS 256
static guint8 bucket_first[BUCKETS];
static guint8 bucket_next[OREE_SIP_N_HDRS];
static guint8 name_length[OREE_SIP_N_HDRS];
static guint8 compact_ids[256];

static guint
bucket_of (const char *name, gsize length)
{
  return (6 * (guint) length + (guint) (name[0] | 0x20) + 19 * (guint) (name[length / 2] | 0x20)) % BUCKETS;
}

static void
make_buckets (void)
{
  static gsize made = 0;

  if (!g_once_init_enter (&made))
    return;
  for (guint i = 1; i < OREE_SIP_N_HDRS; i++)
    {
      guint bucket;

      g_assert (names[i].id == i);
      name_length[i] = (guint8) strlen (names[i].name);
      bucket = bucket_of (names[i].name, name_length[i]);
      bucket_next[i] = bucket_first[bucket];
      bucket_first[bucket] = (guint8) i;
      if (names[i].compact != 0)
        {
          compact_ids[(guint8) names[i].compact] = (guint8) i;
          compact_ids[(guint8) g_ascii_toupper (names[i].compact)] = (guint8) i;
        }
    }
  g_once_init_leave (&made, 1);
}

OreeSipHdrId
oree_sip_hdr_id (OreeSpan name)
{
  if (name.length == 0)
    return OREE_SIP_HDR_OTHER;
  make_buckets ();
  if (name.length == 1)
    return compact_ids[(guint8) name.data[0]];
  for (guint i = bucket_first[bucket_of (name.data, name.length)]; i != 0; i = bucket_next[i])
    if (oree_span_equal_nocase (name, oree_span (names[i].name, name_length[i])))
      return i;
  return OREE_SIP_HDR_OTHER;
}

const char *
oree_sip_hdr_name (OreeSipHdrId id)
{
  g_return_val_if_fail (id < OREE_SIP_N_HDRS, "");
  return names[id].name;
}

OreeSipHdrFlags
oree_sip_hdr_flags (OreeSipHdrId id)
{
  g_return_val_if_fail (id < OREE_SIP_N_HDRS, 0);
  return names[id].flags;
}

gsize
oree_sip_hdr_token_length (OreeSpan text)
{
  gsize n = 0;

  while (n < text.length && token_chars[(guint8) text.data[n]])
    n++;
  return n;
}

gboolean
oree_sip_hdr_is_token (OreeSpan text)
{
  return text.length > 0 && oree_sip_hdr_token_length (text) == text.length;
}

gboolean
oree_sip_hdr_is_one_line (OreeSpan value)
{
  return oree_span_index (value, '\r') < 0 && oree_span_index (value, '\n') < 0 && oree_span_index (value, '\0') < 0;
}

gsize
oree_sip_hdr_lws_length (OreeSpan text)
{
  gsize n = 0;

  while (n < text.length
         && (text.data[n] == ' ' || text.data[n] == '\t' || text.data[n] == '\r' || text.data[n] == '\n'))
    n++;
  return n;
}

gsize
oree_sip_hdr_quoted_length (OreeSpan text)
{
  if (text.length < 2 || text.data[0] != '"')
    return 0;
  for (gsize i = 1; i < text.length; i++)
    {
      if (text.data[i] == '\\')
        i++; /* whatever follows is data, a quote too */
      else if (text.data[i] == '"')
        return i + 1;
    }
  return 0;
}

gboolean
oree_sip_hdr_next_value (OreeSpan *rest, OreeSpan *value)
{
  gsize i = 0;
  gboolean in_angle = FALSE;

  if (rest->data == NULL)
    return FALSE;
  if (oree_span_index (*rest, ',') < 0)
    i = rest->length; /* one value, whatever stands in quotes */
  while (i < rest->length)
    {
      char c = rest->data[i];

      if (c == '"' && !in_angle)
        {
          gsize quoted = oree_sip_hdr_quoted_length (oree_span_from (*rest, i));

          /* Not closed: the rest is one value, which its parser refuses. */
          i = quoted > 0 ? i + quoted : rest->length;
          continue;
        }
      if (c == '<')
        in_angle = TRUE;
      else if (c == '>')
        in_angle = FALSE;
      else if (c == ',' && !in_angle)
        break;
      i++;
    }
  *value = oree_span_trim_lws (oree_span_sub (*rest, 0, i));
  if (i < rest->length)
    *rest = oree_span_from (*rest, i + 1); /* may be empty, with data: one more empty value follows a last comma */
  else
    *rest = OREE_SPAN_EMPTY;
  return TRUE;
}

/* Moves `rest` past `n` bytes and the white space after them. */
static void
advance (OreeSpan *rest, gsize n)
{
  *rest = oree_span_from (*rest, n);
  *rest = oree_span_from (*rest, oree_sip_hdr_lws_length (*rest));
}

/* Length of an unquoted parameter value: a token or a host (an IPv6 address in brackets or bare). */
static gsize
plain_value_length (OreeSpan text)
{
  gsize n = 0;

  while (n < text.length
         && (token_chars[(guint8) text.data[n]] || text.data[n] == '[' || text.data[n] == ']' || text.data[n] == ':'))
    n++;
  return n;
}

/* name [= value] at the start of `rest`; 1 or an error. */
static int
take_param (OreeSpan *rest, OreeSipParam *out, gsize (*plain_length) (OreeSpan))
{
  gsize n = oree_sip_hdr_token_length (*rest);

  if (n == 0)
    return OREE_PARSE_BAD_SYNTAX;
  *out = (OreeSipParam){ .name = oree_span_sub (*rest, 0, n) };
  advance (rest, n);
  if (rest->length == 0 || rest->data[0] != '=')
    return 1;
  advance (rest, 1);
  out->has_value = TRUE;
  if (rest->length > 0 && rest->data[0] == '"')
    {
      n = oree_sip_hdr_quoted_length (*rest);
      if (n == 0)
        return OREE_PARSE_BAD_SYNTAX;
      out->quoted = TRUE;
      out->value = oree_span_sub (*rest, 1, n - 2);
    }
  else
    {
      n = plain_length (*rest);
      if (n == 0)
        return OREE_PARSE_BAD_SYNTAX;
      out->value = oree_span_sub (*rest, 0, n);
    }
  advance (rest, n);
  return 1;
}

int
oree_sip_hdr_next_param (OreeSpan *rest, OreeSipParam *out)
{
  advance (rest, 0);
  if (rest->length == 0)
    return 0;
  if (rest->data[0] != ';')
    return OREE_PARSE_BAD_SYNTAX;
  advance (rest, 1);
  return take_param (rest, out, plain_value_length);
}

gboolean
oree_sip_hdr_find_param (OreeSpan params, const char *name, OreeSipParam *out)
{
  OreeSipParam param;

  while (oree_sip_hdr_next_param (&params, &param) > 0)
    if (oree_span_equal_nocase_str (param.name, name))
      {
        *out = param;
        return TRUE;
      }
  return FALSE;
}

int
oree_sip_hdr_check_params (OreeSpan params)
{
  OreeSipParam param;
  int result;

  do
    result = oree_sip_hdr_next_param (&params, &param);
  while (result > 0);
  return result;
}

/* Credentials in the wild carry base64 and URIs unquoted. */
static gsize
credential_length (OreeSpan text)
{
  gsize n = 0;

  while (n < text.length && (guint8) text.data[n] > ' ' && (guint8) text.data[n] < 0x7f && text.data[n] != ','
         && text.data[n] != '"')
    n++;
  return n;
}

int
oree_sip_hdr_next_auth_param (OreeSpan *rest, OreeSipParam *out)
{
  int result;

  advance (rest, 0);
  if (rest->length == 0)
    return 0;
  result = take_param (rest, out, credential_length);
  if (result < 0)
    return result;
  if (rest->length == 0)
    return 1;
  if (rest->data[0] != ',')
    return OREE_PARSE_BAD_SYNTAX;
  advance (rest, 1);
  return rest->length > 0 ? 1 : OREE_PARSE_BAD_SYNTAX; /* a comma promises one more */
}

gboolean
oree_sip_hdr_list_has (OreeSpan list, const char *token)
{
  OreeSpan value;

  while (oree_sip_hdr_next_value (&list, &value))
    if (oree_span_equal_nocase_str (value, token))
      return TRUE;
  return FALSE;
}

char *
oree_sip_hdr_dup_unquoted (OreeSpan inside)
{
  g_autoptr (GString) out = g_string_sized_new (inside.length + 1);

  for (gsize i = 0; i < inside.length; i++)
    {
      gsize fold = inside.data[i] == '\r' || inside.data[i] == '\n'
                     ? oree_sip_hdr_lws_length (oree_span_from (inside, i))
                     : 0;
      char c;

      if (fold > 0)
        {
          g_string_append_c (out, ' ');
          i += fold - 1;
          continue;
        }
      if (inside.data[i] == '\\' && i + 1 < inside.length)
        i++;
      c = inside.data[i];
      if (((guint8) c < ' ' && c != '\t') || c == 0x7f)
        g_string_append (out, "\xef\xbf\xbd");
      else
        g_string_append_c (out, c);
    }
  if (!g_utf8_validate_len (out->str, out->len, NULL))
    return g_utf8_make_valid (out->str, (gssize) out->len);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
oree_sip_hdr_append_quoted (GString *out, OreeSpan text)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < text.length; i++)
    {
      char c = text.data[i];

      if (((guint8) c < ' ' && c != '\t') || c == 0x7f)
        continue;
      if (c == '"' || c == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, c);
    }
  g_string_append_c (out, '"');
}

void
oree_sip_hdr_append_unfolded (GString *out, OreeSpan value)
{
  while (value.length > 0)
    {
      gssize cr = oree_span_index (value, '\r');

      if (cr < 0)
        {
          oree_span_append_to (value, out);
          return;
        }
      oree_span_append_to (oree_span_sub (value, 0, (gsize) cr), out);
      /* White space before the fold stays; the fold and what follows it become one space. */
      value = oree_span_from (value, (gsize) cr);
      value = oree_span_from (value, oree_sip_hdr_lws_length (value));
      g_string_append_c (out, ' ');
    }
}
