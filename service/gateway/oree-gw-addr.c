/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-addr.h"

#include "base/oree-limits.h"

/* The ten of XEP-0106 and their sequences, lower case. */
static const char escaped_chars[] = " \"&'/:<>@\\";
static const char *const sequences[] = { "20", "22", "26", "27", "2f", "3a", "3c", "3e", "40", "5c" };
G_STATIC_ASSERT (G_N_ELEMENTS (sequences) == sizeof escaped_chars - 1);

/* The index of the sequence that starts behind the backslash at `at`, or -1. */
static int
sequence_at (const char *at, gboolean any_case)
{
  char pair[3];

  if (at[0] != '\\' || at[1] == '\0' || at[2] == '\0')
    return -1;
  pair[0] = any_case ? g_ascii_tolower (at[1]) : at[1];
  pair[1] = any_case ? g_ascii_tolower (at[2]) : at[2];
  pair[2] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    if (memcmp (pair, sequences[i], 2) == 0)
      return (int) i;
  return -1;
}

char *
oree_gw_escape_local (const char *text)
{
  GString *out;

  if (strpbrk (text, escaped_chars) == NULL)
    return g_strdup (text);
  out = g_string_sized_new (strlen (text) + 8);
  for (const char *p = text; *p; p++)
    {
      const char *hit = strchr (escaped_chars, *p);

      /* A backslash only where it would read as an escape; judged without case, for the local part is folded. */
      if (hit == NULL || (*p == '\\' && sequence_at (p, TRUE) < 0))
        g_string_append_c (out, *p);
      else
        g_string_append_printf (out, "\\%s", sequences[hit - escaped_chars]);
    }
  return g_string_free (out, FALSE);
}

char *
oree_gw_unescape_local (const char *local)
{
  GString *out;

  if (strchr (local, '\\') == NULL)
    return g_strdup (local);
  out = g_string_sized_new (strlen (local));
  for (const char *p = local; *p; p++)
    {
      int i = sequence_at (p, FALSE);

      g_string_append_c (out, i >= 0 ? escaped_chars[i] : *p);
      if (i >= 0)
        p += 2;
    }
  return g_string_free (out, FALSE);
}

/* "sip:user@domain" of the bare JID, unchecked. */
static GString *
bare_uri (const OreeJid *jid)
{
  GString *out = g_string_new ("sip:");

  if (jid->local != NULL)
    {
      g_autofree char *user = oree_gw_unescape_local (jid->local);

      oree_sip_uri_escape_user (oree_span_str (user), out);
      g_string_append_c (out, '@');
    }
  g_string_append (out, jid->domain);
  return out;
}

/* Letters, digits and a few marks stand for themselves in JID and URI. */
static gboolean
is_plain (const char *part)
{
  return part == NULL || part[strspn (part, "abcdefghijklmnopqrstuvwxyz0123456789-._")] == '\0';
}

/* The URI, if the way back leads to `jid` again; it need not be walked for what is the same on both sides. */
static char *
checked (GString *uri, const OreeJid *jid, gboolean full)
{
  g_auto (OreeJid) back = OREE_JID_INIT;

  if (uri->len <= OREE_SIP_URI_MAX && is_plain (jid->local) && (!full || is_plain (jid->resource)))
    return g_string_free (uri, FALSE);
  if (oree_gw_jid_from_uri (&back, oree_span (uri->str, uri->len))
      && (full ? oree_jid_equal (&back, jid) : oree_jid_bare_equal (&back, jid)))
    return g_string_free (uri, FALSE);
  g_string_free (uri, TRUE);
  return NULL;
}

char *
oree_gw_aor_from_jid (const OreeJid *jid)
{
  return checked (bare_uri (jid), jid, FALSE);
}

char *
oree_gw_uri_from_jid (const OreeJid *jid)
{
  GString *out = bare_uri (jid);

  if (jid->resource != NULL)
    {
      g_string_append (out, ";gr=");
      oree_sip_uri_escape_param (oree_span_str (jid->resource), out);
    }
  return checked (out, jid, TRUE);
}

/* The percent-decoded text of a parameter's value as a C string; NULL when it has none or it is not clean UTF-8. */
static char *
decoded (OreeSpan value)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (oree_span_is_empty (value) || !oree_sip_uri_unescape (value, out) || !g_utf8_validate (out->str, (gssize) out->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
oree_gw_jid_from_uri (OreeJid *jid, OreeSpan text)
{
  OreeSipUri uri;
  OreeSpan gr;
  g_autofree char *domain = NULL, *local = NULL, *resource = NULL;

  if (!oree_sip_uri_parse (&uri, text) || uri.scheme == OREE_SIP_SCHEME_TEL || uri.scheme == OREE_SIP_SCHEME_OTHER)
    return FALSE;
  domain = oree_sip_uri_dup_domain (&uri);
  if (domain == NULL)
    return FALSE;
  if (!oree_span_is_empty (uri.user))
    {
      g_autofree char *user = oree_sip_uri_dup_user (&uri);
      g_autofree char *folded = NULL;
      gsize length;

      /* Folded first: width mapping can make an '@' or a '/' that must be escaped (RFC 7622 3.3). */
      if (user == NULL || (folded = oree_jid_fold (oree_span_str (user))) == NULL)
        return FALSE;
      length = strlen (folded);
      if (length == 0 || folded[0] == ' ' || folded[length - 1] == ' ')
        return FALSE; /* XEP-0106: \20 is neither first nor last */
      local = oree_gw_escape_local (folded);
    }
  if (oree_sip_uri_param (&uri, "gr", &gr))
    resource = decoded (gr); /* a temporary GRUU has no value and no JID form (RFC 7247 6.3) */
  return oree_jid_set (jid, local, domain, resource);
}

#define XMPP_SCHEME "xmpp:"

char *
oree_gw_aor_from_xmpp_uri (const char *uri)
{
  g_auto (OreeJid) jid = OREE_JID_INIT, bare = OREE_JID_INIT;
  g_autofree char *text = NULL;

  if (g_ascii_strncasecmp (uri, XMPP_SCHEME, strlen (XMPP_SCHEME)) != 0)
    return NULL;
  uri += strlen (XMPP_SCHEME);
  text = g_uri_unescape_segment (uri, uri + strcspn (uri, "?#"), NULL);
  if (text == NULL || !oree_jid_parse (&jid, oree_span_str (text)) || jid.local == NULL
      || !oree_jid_set (&bare, jid.local, jid.domain, NULL))
    return NULL;
  return oree_gw_aor_from_jid (&bare);
}

char *
oree_gw_xmpp_uri_from_uri (OreeSpan uri)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;
  g_autofree char *local = NULL;

  if (!oree_gw_jid_from_uri (&jid, uri) || jid.local == NULL)
    return NULL;
  local = g_uri_escape_string (jid.local, "!$()*+,;=", FALSE); /* nodeid of RFC 5122 2.2, without the apostrophe */
  return g_strconcat (XMPP_SCHEME, local, "@", jid.domain, NULL);
}
