/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP URIs: parse, compare, canonical address of record. */
#include "ident/oree-sip-uri.h"
#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "ident/oree-inet.h"
#include "ident/oree-jid.h"

/* Where a character may stand unescaped (RFC 3261 25.1). */
typedef enum
{
  IN_USER = 1,
  IN_PASSWORD = 2,
  IN_PARAM = 4,
  IN_HEADER = 8,
  IN_INSTANT = 16, /* the user of im and pres URIs: dot-atom-text too (RFC 3859, 3860) */
  IN_HOST = 32,
  IN_SCHEME = 64,
  EVERYWHERE = 127,
} Place;

#define IN_ANY_USER (IN_USER | IN_INSTANT)
#define MARK (IN_ANY_USER | IN_PASSWORD | IN_PARAM | IN_HEADER)

static const guint8 places[256] = {
  ['0' ... '9'] = EVERYWHERE,
  ['A' ... 'Z'] = EVERYWHERE,
  ['a' ... 'z'] = EVERYWHERE,
  ['-'] = EVERYWHERE, ['.'] = EVERYWHERE,
  ['_'] = MARK | IN_HOST,
  ['!'] = MARK, ['~'] = MARK, ['*'] = MARK, ['\''] = MARK, ['('] = MARK, [')'] = MARK,
  ['&'] = IN_ANY_USER | IN_PASSWORD | IN_PARAM,
  ['='] = IN_ANY_USER | IN_PASSWORD,
  ['+'] = MARK | IN_SCHEME,
  ['$'] = MARK,
  [','] = IN_ANY_USER | IN_PASSWORD,
  [';'] = IN_ANY_USER,
  ['?'] = IN_ANY_USER | IN_HEADER,
  ['/'] = IN_ANY_USER | IN_PARAM | IN_HEADER,
  ['['] = IN_PARAM | IN_HEADER, [']'] = IN_PARAM | IN_HEADER,
  [':'] = IN_PARAM | IN_HEADER,
  ['#'] = IN_INSTANT, ['^'] = IN_INSTANT, ['`'] = IN_INSTANT, ['{'] = IN_INSTANT, ['|'] = IN_INSTANT, ['}'] = IN_INSTANT,
};

#define TEL_CHARS "+-.()*#"
#define RESERVED ";/?:@&=+$," /* RFC 2396 2.2 */

static const struct
{
  const char *name;
  OreeSipScheme scheme;
} schemes[] = {
  { "sip", OREE_SIP_SCHEME_SIP }, { "sips", OREE_SIP_SCHEME_SIPS }, { "tel", OREE_SIP_SCHEME_TEL },
  { "im", OREE_SIP_SCHEME_IM },   { "pres", OREE_SIP_SCHEME_PRES },
};
G_STATIC_ASSERT (G_N_ELEMENTS (schemes) == OREE_SIP_SCHEME_OTHER);

static inline gboolean
may_stand (char c, Place place)
{
  return (places[(guint8) c] & place) != 0;
}

static gboolean
is_escape (OreeSpan s, gsize at)
{
  return s.data[at] == '%' && s.length - at >= 3 && g_ascii_isxdigit (s.data[at + 1])
         && g_ascii_isxdigit (s.data[at + 2]);
}

static gboolean
all_in (OreeSpan s, Place place)
{
  for (gsize i = 0; i < s.length; i++)
    {
      if (may_stand (s.data[i], place))
        continue;
      if (!is_escape (s, i))
        return FALSE;
      i += 2;
    }
  return TRUE;
}

gboolean
oree_sip_uri_next_part (OreeSpan *rest, char separator, OreeSpan *name, OreeSpan *value)
{
  OreeSpan part;

  if (rest->length == 0)
    return FALSE;
  oree_span_cut (*rest, separator, &part, rest);
  oree_span_cut (part, '=', name, value);
  return TRUE;
}

/* "name[=value]" parts, none empty: a trailing separator is an empty part too. */
static gboolean
parts_are_good (OreeSpan text, char separator, Place place, gboolean need_value)
{
  OreeSpan rest = text, name, value;

  if (text.length == 0)
    return TRUE; /* as in most */
  if (text.data[text.length - 1] == separator)
    return FALSE;
  while (oree_sip_uri_next_part (&rest, separator, &name, &value))
    if (name.length == 0 || !all_in (name, place) || !all_in (value, place)
        || (need_value && value.data == NULL)) /* no "=" at all */
      return FALSE;
  return TRUE;
}

/* RFC 3261 19.1.1: no parameter twice; two readers could take one each. */
static gboolean
params_are_good (OreeSpan params)
{
  OreeSpan rest = params, name, value, later, other;

  if (!parts_are_good (params, ';', IN_PARAM, FALSE))
    return FALSE;
  while (oree_sip_uri_next_part (&rest, ';', &name, &value))
    for (later = rest; oree_sip_uri_next_part (&later, ';', &other, &value);)
      if (oree_span_equal_nocase (name, other))
        return FALSE;
  return TRUE;
}

static gboolean
host_is_good (OreeSpan host)
{
  OreeInetAddress address;

  if (host.length == 0)
    return FALSE;
  if (host.data[0] == '[')
    return oree_inet_address_parse (&address, host);
  for (gsize i = 0; i < host.length; i++)
    if (!may_stand (host.data[i], IN_HOST))
      return FALSE;
  return host.data[0] != '.' && host.data[0] != '-';
}

static gboolean
parse_host_port (OreeSipUri *self, OreeSpan text)
{
  OreeSpan rest;
  guint64 port;
  gssize end = oree_span_starts_with (text, "[") ? oree_span_index (text, ']') + 1 : oree_span_index (text, ':');

  if (end < 0)
    end = (gssize) text.length;
  self->host = oree_span_sub (text, 0, (gsize) end);
  rest = oree_span_from (text, (gsize) end);
  if (rest.length > 0)
    {
      if (rest.data[0] != ':' || !oree_span_to_uint (oree_span_from (rest, 1), G_MAXUINT16, &port) || port == 0)
        return FALSE;
      self->port = (guint16) port;
    }
  return host_is_good (self->host);
}

/* userinfo "@" hostport ";" parameters "?" headers */
static gboolean
parse_sip (OreeSipUri *self, OreeSpan rest)
{
  Place in_user = self->scheme <= OREE_SIP_SCHEME_SIPS ? IN_USER : IN_INSTANT;
  OreeSpan userinfo, tail, host_params;
  gboolean has_headers, has_params;

  if (oree_span_cut (rest, '@', &userinfo, &tail))
    {
      oree_span_cut (userinfo, ':', &self->user, &self->password);
      if (self->user.length == 0 || !all_in (self->user, in_user) || !all_in (self->password, IN_PASSWORD))
        return FALSE;
      rest = tail;
    }
  has_headers = oree_span_cut (rest, '?', &host_params, &self->headers);
  has_params = oree_span_cut (host_params, ';', &host_params, &self->params);
  if ((has_headers && self->headers.length == 0) || (has_params && self->params.length == 0))
    return FALSE;
  return params_are_good (self->params)
         && parts_are_good (self->headers, '&', IN_HEADER, TRUE) && parse_host_port (self, host_params);
}

static gboolean
parse_tel (OreeSipUri *self, OreeSpan rest)
{
  gboolean has_params = oree_span_cut (rest, ';', &self->user, &self->params);
  gboolean has_digit = FALSE;

  for (gsize i = 0; i < self->user.length; i++)
    {
      char c = self->user.data[i];

      if (!g_ascii_isxdigit (c) && (c == '\0' || strchr (TEL_CHARS, c) == NULL))
        return FALSE;
      if (c == '+' && i > 0)
        return FALSE;
      has_digit |= g_ascii_isxdigit (c) || c == '*' || c == '#';
    }
  return has_digit && (!has_params || self->params.length > 0) && params_are_good (self->params);
}

static gboolean
scheme_is_good (OreeSpan scheme)
{
  if (scheme.length == 0 || !g_ascii_isalpha (scheme.data[0]))
    return FALSE;
  for (gsize i = 1; i < scheme.length; i++)
    if (!may_stand (scheme.data[i], IN_SCHEME))
      return FALSE;
  return TRUE;
}

static gboolean
other_is_good (OreeSpan rest)
{
  for (gsize i = 0; i < rest.length; i++)
    if (rest.data[i] <= ' ' || rest.data[i] == 0x7f || strchr ("<>\"", rest.data[i]) != NULL)
      return FALSE;
  return rest.length > 0;
}

static gboolean
parse_into (OreeSipUri *self, OreeSpan text)
{
  OreeSpan scheme, rest;

  *self = (OreeSipUri){ .scheme = OREE_SIP_SCHEME_OTHER, .text = text };
  if (text.length > OREE_SIP_URI_MAX || !oree_span_cut (text, ':', &scheme, &rest) || !scheme_is_good (scheme))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (schemes) && self->scheme == OREE_SIP_SCHEME_OTHER; i++)
    if (oree_span_equal_nocase_str (scheme, schemes[i].name))
      self->scheme = schemes[i].scheme;
  switch (self->scheme)
    {
    case OREE_SIP_SCHEME_SIP:
    case OREE_SIP_SCHEME_SIPS:
    case OREE_SIP_SCHEME_IM:
    case OREE_SIP_SCHEME_PRES:
      return parse_sip (self, rest);
    case OREE_SIP_SCHEME_TEL:
      return parse_tel (self, rest);
    case OREE_SIP_SCHEME_OTHER:
      return other_is_good (rest);
    }
  return FALSE;
}

gboolean
oree_sip_uri_parse (OreeSipUri *self, OreeSpan text)
{
  OreeSipUri parsed;

  if (!parse_into (&parsed, text))
    return FALSE;
  *self = parsed;
  return TRUE;
}

static gboolean
find_part (OreeSpan parts, char separator, OreeSpan wanted, OreeSpan *value)
{
  OreeSpan name, found;

  while (oree_sip_uri_next_part (&parts, separator, &name, &found))
    if (oree_span_equal_nocase (name, wanted))
      {
        if (value != NULL)
          *value = found;
        return TRUE;
      }
  return FALSE;
}

gboolean
oree_sip_uri_param (const OreeSipUri *self, const char *name, OreeSpan *value)
{
  return find_part (self->params, ';', oree_span_str (name), value);
}

void
oree_sip_uri_write (const OreeSipUri *self, GString *out)
{
  if (self->scheme == OREE_SIP_SCHEME_OTHER)
    {
      oree_span_append_to (self->text, out);
      return;
    }
  g_string_append (out, schemes[self->scheme].name);
  g_string_append_c (out, ':');
  oree_span_append_to (self->user, out);
  if (self->password.length > 0)
    {
      g_string_append_c (out, ':');
      oree_span_append_to (self->password, out);
    }
  if (self->user.length > 0 && self->scheme != OREE_SIP_SCHEME_TEL)
    g_string_append_c (out, '@');
  oree_span_append_to (self->host, out);
  if (self->port > 0)
    g_string_append_printf (out, ":%u", self->port);
  if (self->params.length > 0)
    g_string_append_c (out, ';');
  oree_span_append_to (self->params, out);
  if (self->headers.length > 0)
    g_string_append_c (out, '?');
  oree_span_append_to (self->headers, out);
}

/* One character for comparison: 256 is added to an escaped reserved one, which is not the bare one. */
static gint
next_unit (OreeSpan *s)
{
  gint unit;

  if (s->length == 0)
    return -1;
  if (is_escape (*s, 0))
    {
      unit = g_ascii_xdigit_value (s->data[1]) << 4 | g_ascii_xdigit_value (s->data[2]);
      if (unit != 0 && strchr (RESERVED, unit) != NULL)
        unit += 256;
      *s = oree_span_from (*s, 3);
      return unit;
    }
  unit = (guint8) s->data[0];
  *s = oree_span_from (*s, 1);
  return unit;
}

static gboolean
escaped_equal (OreeSpan a, OreeSpan b, gboolean nocase)
{
  for (;;)
    {
      gint left = next_unit (&a), right = next_unit (&b);

      if (nocase && left >= 0 && left < 128)
        left = g_ascii_tolower ((char) left);
      if (nocase && right >= 0 && right < 128)
        right = g_ascii_tolower ((char) right);
      if (left != right)
        return FALSE;
      if (left < 0)
        return TRUE;
    }
}

/* Parameters in both must agree; these must be in both or in none (gr: RFC 5627 names an instance). */
static gboolean
params_equal (OreeSpan a, OreeSpan b)
{
  static const char *const both[] = { "user", "ttl", "method", "maddr", "transport", "gr" };
  OreeSpan rest = a, name, left, right;

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    if (find_part (a, ';', oree_span_str (both[i]), NULL) != find_part (b, ';', oree_span_str (both[i]), NULL))
      return FALSE;
  while (oree_sip_uri_next_part (&rest, ';', &name, &left))
    if (find_part (b, ';', name, &right)
        && !escaped_equal (left, right, !oree_span_equal_nocase_str (name, "gr")))
      return FALSE;
  return TRUE;
}

static guint
count_header (OreeSpan headers, OreeSpan wanted, OreeSpan value)
{
  OreeSpan name, found;
  guint n = 0;

  while (oree_sip_uri_next_part (&headers, '&', &name, &found))
    n += oree_span_equal_nocase (name, wanted) && escaped_equal (found, value, FALSE);
  return n;
}

/* Every header of `a` is in `b`, as many times. */
static gboolean
headers_within (OreeSpan a, OreeSpan b)
{
  OreeSpan rest = a, name, value;

  while (oree_sip_uri_next_part (&rest, '&', &name, &value))
    if (count_header (a, name, value) != count_header (b, name, value))
      return FALSE;
  return TRUE;
}

/* RFC 3966 4: visual separators do not count. */
static gboolean
number_equal (OreeSpan a, OreeSpan b)
{
  gsize i = 0, j = 0;

  for (;;)
    {
      while (i < a.length && strchr ("-.()", a.data[i]) != NULL)
        i++;
      while (j < b.length && strchr ("-.()", b.data[j]) != NULL)
        j++;
      if (i == a.length || j == b.length)
        return i == a.length && j == b.length;
      if (g_ascii_tolower (a.data[i++]) != g_ascii_tolower (b.data[j++]))
        return FALSE;
    }
}

static gboolean
host_equal (OreeSpan a, OreeSpan b)
{
  OreeInetAddress left, right;

  if (oree_inet_address_parse (&left, a) && oree_inet_address_parse (&right, b))
    return oree_inet_address_equal (&left, &right);
  return oree_domain_equal (a, b);
}

gboolean
oree_sip_uri_equal (const OreeSipUri *a, const OreeSipUri *b)
{
  if (a->scheme != b->scheme)
    return FALSE;
  if (a->scheme == OREE_SIP_SCHEME_OTHER)
    return oree_span_equal (a->text, b->text);
  if (a->scheme == OREE_SIP_SCHEME_TEL)
    return number_equal (a->user, b->user) && params_equal (a->params, b->params);
  return escaped_equal (a->user, b->user, FALSE) && escaped_equal (a->password, b->password, FALSE)
         && host_equal (a->host, b->host) && a->port == b->port && params_equal (a->params, b->params)
         && headers_within (a->headers, b->headers) && headers_within (b->headers, a->headers);
}

gboolean
oree_sip_uri_unescape (OreeSpan text, GString *out)
{
  gssize escape;

  if (oree_span_index (text, '\0') >= 0)
    return FALSE;
  while ((escape = oree_span_index (text, '%')) >= 0)
    {
      char c;

      if (!is_escape (text, (gsize) escape))
        return FALSE;
      c = (char) (g_ascii_xdigit_value (text.data[escape + 1]) << 4 | g_ascii_xdigit_value (text.data[escape + 2]));
      if (c == '\0')
        return FALSE;
      oree_span_append_to (oree_span_sub (text, 0, (gsize) escape), out);
      g_string_append_c (out, c);
      text = oree_span_from (text, (gsize) escape + 3);
    }
  oree_span_append_to (text, out);
  return TRUE;
}

static void
escape_but (OreeSpan text, Place place, GString *out)
{
  gsize start = 0;

  for (gsize i = 0; i < text.length; i++)
    if (!may_stand (text.data[i], place))
      {
        oree_span_append_to (oree_span_sub (text, start, i - start), out);
        g_string_append_printf (out, "%%%02X", (guint8) text.data[i]);
        start = i + 1;
      }
  oree_span_append_to (oree_span_from (text, start), out);
}

void
oree_sip_uri_escape_user (OreeSpan text, GString *out)
{
  escape_but (text, IN_USER, out);
}

void
oree_sip_uri_escape_param (OreeSpan text, GString *out)
{
  escape_but (text, IN_PARAM, out);
}

/* Text an address may hold: no C0, DEL, C1, and not the non-characters FFFE, FFFF. */
static gboolean
is_address_text (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = (guint8) *at < 0x80 ? (gunichar) *at : g_utf8_get_char (at);

      if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff)
        return FALSE;
    }
  return TRUE;
}

char *
oree_sip_uri_dup_user (const OreeSipUri *self)
{
  g_autofree char *user = NULL;

  if (self->user.length == 0)
    return NULL;
  if (oree_span_index (self->user, '%') < 0)
    {
      user = oree_span_dup (self->user);
    }
  else
    {
      g_autoptr (GString) out = g_string_sized_new (self->user.length + 1);

      if (!oree_sip_uri_unescape (self->user, out))
        return NULL;
      user = g_string_free (g_steal_pointer (&out), FALSE);
    }
  return oree_span_is_utf8 (oree_span_str (user)) && is_address_text (user) ? g_steal_pointer (&user) : NULL;
}

char *
oree_sip_uri_dup_domain (const OreeSipUri *self)
{
  return oree_domain_normalise (self->host);
}

#define PLAIN_USER_MAX 64

/* Most are: letters that folding, unescaping and escaping leave as they are. */
static gboolean
is_plain_user (OreeSpan user)
{
  if (user.length == 0 || user.length > PLAIN_USER_MAX)
    return FALSE;
  for (gsize i = 0; i < user.length; i++)
    if (!g_ascii_islower (user.data[i]) && !g_ascii_isdigit (user.data[i]) && user.data[i] != '.' && user.data[i] != '-'
        && user.data[i] != '_')
      return FALSE;
  return TRUE;
}

char *
oree_sip_uri_dup_aor (const OreeSipUri *self)
{
  g_autofree char *domain = oree_sip_uri_dup_domain (self);
  g_autofree char *user = NULL;
  g_autofree char *folded = NULL;
  g_autoptr (GString) out = NULL;

  if (domain == NULL)
    return NULL;
  out = g_string_sized_new (self->user.length + self->host.length + 8);
  oree_str_append_to ("sip:", out);
  if (is_plain_user (self->user))
    {
      oree_span_append_to (self->user, out);
      g_string_append_c (out, '@');
    }
  else if (self->user.length > 0)
    {
      user = oree_sip_uri_dup_user (self);
      folded = user ? oree_jid_fold (oree_span_str (user)) : NULL;
      if (folded == NULL)
        return NULL;
      oree_sip_uri_escape_user (oree_span_str (folded), out);
      g_string_append_c (out, '@');
    }
  oree_str_append_to (domain, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
oree_sip_aor_normalise (OreeSpan text)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, text) ? oree_sip_uri_dup_aor (&uri) : NULL;
}
