/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-normalise.h"

#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "ident/oree-inet.h"
#include "ident/oree-sip-uri.h"
#include "model/oree-external-policy.h"
#include "model/oree-topology.h"
#include <string.h>

#define GLOBAL "global"

static char *
refuse (OreeProblemCode why, OreeProblemCode *code)
{
  *code = why;
  return NULL;
}

static gboolean
is_clean (const char *text, const char *controls)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) && strchr (controls, *p) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
oree_text_is_clean (const char *text)
{
  return is_clean (text, "");
}

gboolean
oree_text_is_clean_lines (const char *text)
{
  return is_clean (text, "\n\r\t");
}

char *
oree_normalise_domain (const char *text, OreeProblemCode *code)
{
  OreeSpan span = oree_span_str (text);
  OreeInetAddress address;
  char *domain;

  if (oree_inet_address_parse (&address, span))
    return refuse (OREE_PROBLEM_DOMAIN_IS_ADDRESS, code);
  domain = oree_domain_normalise (span);
  return domain ? domain : refuse (OREE_PROBLEM_BAD_DOMAIN, code);
}

char *
oree_normalise_fqdn (const char *text, OreeProblemCode *code)
{
  g_autofree char *domain = oree_normalise_domain (text, code);

  if (domain != NULL && strchr (domain, '.') == NULL)
    return refuse (OREE_PROBLEM_BAD_DOMAIN, code);
  return g_steal_pointer (&domain);
}

char *
oree_normalise_fqdn_port (const char *text, OreeProblemCode *code)
{
  const char *colon = strchr (text, ':');
  g_autofree char *host = NULL, *domain = NULL;
  guint64 port;

  if (colon == NULL || strchr (colon + 1, ':') != NULL) /* an IPv6 address is refused as such */
    return oree_normalise_fqdn (text, code);
  if (!oree_span_to_uint (oree_span_str (colon + 1), G_MAXUINT16, &port) || port == 0)
    return refuse (OREE_PROBLEM_BAD_PORT, code);
  host = g_strndup (text, (gsize) (colon - text));
  domain = oree_normalise_fqdn (host, code);
  return domain != NULL ? g_strdup_printf ("%s:%u", domain, (guint) port) : NULL;
}

char *
oree_normalise_address (const char *text, OreeProblemCode *code)
{
  OreeInetAddress address;

  if (!oree_inet_address_parse (&address, oree_span_str (text)))
    return refuse (OREE_PROBLEM_BAD_ADDRESS, code);
  return oree_inet_address_to_string (&address);
}

char *
oree_normalise_next_hop (const char *text, OreeProblemCode *code)
{
  g_auto (OreeNextHop) hop = { 0 };

  if (!oree_next_hop_parse (&hop, text))
    return refuse (OREE_PROBLEM_BAD_NEXT_HOP, code);
  return oree_next_hop_to_text (&hop);
}

char *
oree_normalise_url (const char *text, OreeProblemCode *code)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") != 0)
    return refuse (OREE_PROBLEM_BAD_URL, code);
  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' || g_uri_get_userinfo (uri) != NULL)
    return refuse (OREE_PROBLEM_BAD_URL, code);
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return refuse (OREE_PROBLEM_BAD_URL, code);
  return g_strdup (text);
}

char *
oree_normalise_name (const char *text, OreeProblemCode *code)
{
  g_autofree char *name = NULL;

  if (!oree_text_is_clean (text))
    return refuse (OREE_PROBLEM_BAD_NAME, code);
  /* One spelling per name: "é" written in two ways must not make two records. */
  name = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  if (name == NULL || *name == '\0' || g_utf8_strlen (name, -1) > OREE_NAME_MAX)
    return refuse (OREE_PROBLEM_BAD_NAME, code);
  if (g_unichar_isspace (g_utf8_get_char (name)) || strchr (name, '/') != NULL
      || g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (name + strlen (name)))))
    return refuse (OREE_PROBLEM_BAD_NAME, code);
  return g_steal_pointer (&name);
}

char *
oree_normalise_policy_id (const char *text, OreeProblemCode *code)
{
  static const char tag[] = "tag:";
  static const char site[] = OREE_EXTERNAL_POLICY_SITE_PREFIX;
  g_autofree char *name = NULL;

  if (g_ascii_strcasecmp (text, OREE_EXTERNAL_POLICY_GLOBAL) == 0)
    return g_strdup (OREE_EXTERNAL_POLICY_GLOBAL);
  if (g_ascii_strncasecmp (text, site, strlen (site)) == 0)
    {
      name = oree_normalise_name (text + strlen (site), code);
      return name ? g_strconcat (site, name, NULL) : NULL;
    }
  if (g_ascii_strncasecmp (text, tag, strlen (tag)) == 0)
    text += strlen (tag);
  name = oree_normalise_name (text, code);
  /* ':' would make a scope of it that we do not know; "tag:global" is not the global policy. */
  if (name == NULL || strchr (name, ':') != NULL || g_ascii_strcasecmp (name, OREE_EXTERNAL_POLICY_GLOBAL) == 0)
    return refuse (OREE_PROBLEM_BAD_NAME, code);
  return g_steal_pointer (&name);
}

char *
oree_normalise_user (const char *text, OreeProblemCode *code)
{
  g_autofree char *with_scheme = NULL;
  g_autofree char *aor = NULL;
  OreeSipUri uri;

  if (g_ascii_strncasecmp (text, "sip:", 4) != 0)
    text = with_scheme = g_strconcat ("sip:", text, NULL);
  if (!oree_sip_uri_parse (&uri, oree_span_str (text)) || oree_span_is_empty (uri.user))
    return refuse (OREE_PROBLEM_BAD_SIP_URI, code);
  /* An address of record has none of these; taking them off silently would hide a mistake. */
  if (uri.port != 0 || !oree_span_is_empty (uri.password) || !oree_span_is_empty (uri.params)
      || !oree_span_is_empty (uri.headers))
    return refuse (OREE_PROBLEM_BAD_SIP_URI, code);
  aor = oree_sip_uri_dup_aor (&uri);
  return aor ? g_steal_pointer (&aor) : refuse (OREE_PROBLEM_BAD_SIP_URI, code);
}

char *
oree_normalise_global (const char *text, OreeProblemCode *code)
{
  if (*text == '\0' || g_ascii_strcasecmp (text, GLOBAL) == 0)
    return g_strdup (GLOBAL);
  return refuse (OREE_PROBLEM_BAD_NAME, code);
}

char *
oree_normalise_hex (const char *text, OreeProblemCode *code)
{
  gsize length = strspn (text, "0123456789abcdef");

  if (text[length] != '\0' || (length != 32 && length != 64))
    return refuse (OREE_PROBLEM_BAD_TEXT, code);
  return g_strdup (text);
}

#define PIN_ALGORITHM "sha256:"
#define PIN_DIGITS 64

char *
oree_normalise_pin (const char *text, OreeProblemCode *code)
{
  g_autoptr (GString) pin = g_string_new (PIN_ALGORITHM);
  guint digits = 0;

  if (g_ascii_strncasecmp (text, PIN_ALGORITHM, strlen (PIN_ALGORITHM)) != 0)
    return refuse (OREE_PROBLEM_BAD_PIN, code);
  for (const char *p = text + strlen (PIN_ALGORITHM); *p != '\0'; p++)
    {
      /* As openssl writes it: "AB:CD:…". */
      if (*p == ':' && digits > 0 && digits % 2 == 0 && p[-1] != ':' && p[1] != '\0')
        continue;
      if (!g_ascii_isxdigit (*p) || ++digits > PIN_DIGITS)
        return refuse (OREE_PROBLEM_BAD_PIN, code);
      g_string_append_c (pin, g_ascii_tolower (*p));
    }
  if (digits != PIN_DIGITS)
    return refuse (OREE_PROBLEM_BAD_PIN, code);
  return g_string_free (g_steal_pointer (&pin), FALSE);
}

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"
#define PEM_LINE 64 /* RFC 7468 2 */

/* The base64 text from `from` up to `to`, its lines cut anew, appended; FALSE when it is none. */
static gboolean
append_base64 (GString *out, const char *from, const char *to)
{
  guint digits = 0, pads = 0;

  for (const char *p = from; p < to; p++)
    {
      if (g_ascii_isspace (*p))
        continue;
      pads += *p == '=';
      if (!(g_ascii_isalnum (*p) || strchr ("+/=", *p) != NULL) || (pads > 0 && *p != '='))
        return FALSE;
      if (digits++ % PEM_LINE == 0)
        g_string_append_c (out, '\n');
      g_string_append_c (out, *p);
    }
  return digits > 0 && digits % 4 == 0 && pads <= 2;
}

char *
oree_normalise_pem (const char *text, OreeProblemCode *code)
{
  g_autoptr (GString) pem = g_string_new (NULL);
  const char *rest = text;
  const char *begin;

  /* What is no certificate (a key most of all) has no place in a record that everybody who may view can read. */
  while ((begin = strstr (rest, "-----BEGIN")) != NULL)
    {
      const char *body = begin + strlen (PEM_BEGIN);
      const char *end = g_str_has_prefix (begin, PEM_BEGIN) ? strstr (body, PEM_END) : NULL;

      if (end == NULL)
        return refuse (OREE_PROBLEM_BAD_PEM, code);
      g_string_append (pem, PEM_BEGIN);
      if (!append_base64 (pem, body, end))
        return refuse (OREE_PROBLEM_BAD_PEM, code);
      g_string_append (pem, "\n" PEM_END "\n");
      rest = end + strlen (PEM_END);
    }
  if (pem->len == 0)
    return refuse (OREE_PROBLEM_BAD_PEM, code);
  return g_string_free (g_steal_pointer (&pem), FALSE);
}
