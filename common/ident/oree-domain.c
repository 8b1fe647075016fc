/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain names: normal form, U-labels, suffixes, certificate names. The one home of libidn2. */
#include "ident/oree-domain.h"
#include "base/oree-limits.h"
#include <idn2.h>

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

static const gboolean label_chars[256] = {
  ['0' ... '9'] = TRUE, ['A' ... 'Z'] = TRUE, ['a' ... 'z'] = TRUE, ['-'] = TRUE, ['_'] = TRUE,
};

static gboolean
label_is_good (OreeSpan label)
{
  if (label.length == 0 || label.length > LABEL_MAX || label.data[0] == '-' || label.data[label.length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < label.length; i++)
    if (!label_chars[(guint8) label.data[i]])
      return FALSE;
  return TRUE;
}

static gboolean
is_number (OreeSpan label)
{
  for (gsize i = 0; i < label.length; i++)
    if (!g_ascii_isdigit (label.data[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_alabel (OreeSpan label)
{
  return label.length > 4 && g_ascii_strncasecmp (label.data, "xn--", 4) == 0;
}

/* ASCII shape of a host name; `has_alabel` tells whether a label wants a look at its punycode. */
static gboolean
shape_is_good (OreeSpan text, gboolean *has_alabel)
{
  OreeSpan rest = text, label;
  gboolean more = TRUE;

  *has_alabel = FALSE;
  if (text.length == 0 || text.length > OREE_DOMAIN_MAX)
    return FALSE;
  while (more)
    {
      more = oree_span_cut (rest, '.', &label, &rest);
      if (!label_is_good (label))
        return FALSE;
      *has_alabel |= is_alabel (label);
    }
  return !is_number (label); /* no top level domain is a number: this is an IPv4 literal or meant as one */
}

/* An A-label stands only for itself: decoding and encoding must give it back. */
static gboolean
alabels_round_trip (const char *domain)
{
  char *unicode = NULL;
  char *ascii = NULL;
  gboolean same = FALSE;

  if (idn2_to_unicode_8z8z (domain, &unicode, IDN2_NONTRANSITIONAL) == IDN2_OK
      && idn2_to_ascii_8z (unicode, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
    same = strcmp (domain, ascii) == 0;
  idn2_free (unicode);
  idn2_free (ascii);
  return same;
}

static gboolean
is_ascii (OreeSpan s)
{
  for (gsize i = 0; i < s.length; i++)
    if ((guint8) s.data[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* UTF-8 → lower-case A-labels, unchecked otherwise. */
static char *
to_ascii (OreeSpan text)
{
  g_autofree char *copy = NULL;
  char *ascii = NULL;
  char *result = NULL;

  if (text.length > 4 * OREE_DOMAIN_MAX || !oree_span_is_utf8 (text))
    return NULL;
  copy = oree_span_dup (text);
  if (idn2_to_ascii_8z (copy, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
    result = g_ascii_strdown (ascii, -1);
  idn2_free (ascii);
  return result;
}

char *
oree_domain_normalise (OreeSpan text)
{
  g_autofree char *domain = NULL;
  gboolean has_alabel;

  if (text.length == 0)
    return NULL;
  if (is_ascii (text))
    {
      if (text.data[text.length - 1] == '.')
        text.length--;
      if (!shape_is_good (text, &has_alabel))
        return NULL;
      domain = oree_span_dup_lower (text);
    }
  else
    {
      gsize n;

      domain = to_ascii (text);
      n = domain ? strlen (domain) : 0;
      if (n > 0 && domain[n - 1] == '.')
        domain[n - 1] = '\0';
      if (domain == NULL || !shape_is_good (oree_span_str (domain), &has_alabel))
        return NULL;
    }
  if (has_alabel && !alabels_round_trip (domain))
    return NULL;
  return g_steal_pointer (&domain);
}

gboolean
oree_domain_is_normal (OreeSpan text)
{
  gboolean has_alabel;

  if (!shape_is_good (text, &has_alabel))
    return FALSE;
  for (gsize i = 0; i < text.length; i++)
    if (g_ascii_isupper (text.data[i]))
      return FALSE;
  if (has_alabel)
    {
      g_autofree char *copy = oree_span_dup (text);

      return alabels_round_trip (copy);
    }
  return TRUE;
}

char *
oree_domain_to_unicode (const char *domain)
{
  char *unicode = NULL;
  char *result;

  if (strstr (domain, "xn--") == NULL)
    return g_strdup (domain);
  if (idn2_to_unicode_8z8z (domain, &unicode, IDN2_NONTRANSITIONAL) != IDN2_OK)
    return g_strdup (domain);
  result = g_strdup (unicode);
  idn2_free (unicode);
  return result;
}

static OreeSpan
without_final_dot (OreeSpan s)
{
  if (s.length > 0 && s.data[s.length - 1] == '.')
    s.length--;
  return s;
}

gboolean
oree_domain_equal (OreeSpan a, OreeSpan b)
{
  return oree_span_equal_nocase (without_final_dot (a), without_final_dot (b));
}

gboolean
oree_domain_has_suffix (const char *domain, const char *suffix)
{
  gsize n = strlen (domain), m = strlen (suffix);

  if (m == 0 || m > n || strcmp (domain + n - m, suffix) != 0)
    return FALSE;
  return m == n || domain[n - m - 1] == '.';
}

gboolean
oree_domain_is_directly_below (const char *host, const char *domain)
{
  const char *dot = strchr (host, '.');

  return dot != NULL && strcmp (dot + 1, domain) == 0;
}

gboolean
oree_domain_name_match (OreeSpan presented, const char *domain)
{
  OreeSpan wanted = oree_span_str (domain);
  OreeSpan first, below;
  gboolean has_alabel;

  if (oree_span_starts_with (presented, "*."))
    {
      presented = oree_span_from (presented, 2);
      if (oree_span_index (presented, '.') < 0 || !oree_span_cut (wanted, '.', &first, &below))
        return FALSE;
      wanted = below;
    }
  return shape_is_good (presented, &has_alabel) && oree_span_equal_nocase (presented, wanted);
}
