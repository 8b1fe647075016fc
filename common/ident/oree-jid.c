/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP addresses. The one home of libidn (stringprep: Nodeprep, Resourceprep). */
#include "ident/oree-jid.h"
#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include <stringprep.h>

#define PREP_INPUT_MAX (4 * OREE_JID_PART_MAX) /* preparation may shorten: half-width and composed forms */

/* What Nodeprep forbids in ASCII besides controls (RFC 6120 appendix A.5 of RFC 3920). */
static const gboolean local_forbidden[128] = {
  [' '] = TRUE, ['"'] = TRUE, ['&'] = TRUE, ['\''] = TRUE, ['/'] = TRUE,
  [':'] = TRUE, ['<'] = TRUE, ['>'] = TRUE, ['@'] = TRUE,
};

static gboolean
is_plain_ascii (OreeSpan text)
{
  for (gsize i = 0; i < text.length; i++)
    if ((guint8) text.data[i] >= 0x7f || (guint8) text.data[i] < 0x20)
      return FALSE;
  return TRUE;
}

/* Runs a stringprep profile once. */
static char *
prepare_once (OreeSpan text, const Stringprep_profile *profile)
{
  char buffer[PREP_INPUT_MAX + 1];

  if (text.length == 0 || text.length > PREP_INPUT_MAX || !oree_span_is_utf8 (text))
    return NULL;
  memcpy (buffer, text.data, text.length);
  buffer[text.length] = '\0';
  if (stringprep (buffer, sizeof buffer, 0, profile) != STRINGPREP_OK)
    return NULL;
  if (buffer[0] == '\0' || strlen (buffer) > OREE_JID_PART_MAX)
    return NULL;
  return g_strdup (buffer);
}

/* NULL when the profile refuses, the length is none a JID part may have, or the result is not stable: a text
 * that prepares to yet another one would make two names of one user. */
static char *
prepare_with (OreeSpan text, const Stringprep_profile *profile)
{
  g_autofree char *once = prepare_once (text, profile);
  g_autofree char *twice = once ? prepare_once (oree_span_str (once), profile) : NULL;

  return twice != NULL && strcmp (once, twice) == 0 ? g_steal_pointer (&once) : NULL;
}

static char *
prepare_local (OreeSpan text)
{
  if (!is_plain_ascii (text))
    return prepare_with (text, stringprep_xmpp_nodeprep);
  if (text.length == 0 || text.length > OREE_JID_PART_MAX)
    return NULL;
  for (gsize i = 0; i < text.length; i++)
    if (local_forbidden[(guint8) text.data[i]])
      return NULL;
  return oree_span_dup_lower (text);
}

static char *
prepare_resource (OreeSpan text)
{
  if (!is_plain_ascii (text))
    return prepare_with (text, stringprep_xmpp_resourceprep);
  if (text.length == 0 || text.length > OREE_JID_PART_MAX)
    return NULL;
  return oree_span_dup (text);
}

static gboolean
set_parts (OreeJid *self, gboolean has_local, OreeSpan local, OreeSpan domain, gboolean has_resource,
           OreeSpan resource)
{
  *self = (OreeJid) OREE_JID_INIT;
  self->domain = oree_domain_normalise (domain);
  if (self->domain != NULL && has_local)
    self->local = prepare_local (local);
  if (self->domain != NULL && has_resource)
    self->resource = prepare_resource (resource);
  if (self->domain != NULL && has_local == (self->local != NULL) && has_resource == (self->resource != NULL))
    return TRUE;
  oree_jid_clear (self);
  return FALSE;
}

gboolean
oree_jid_parse (OreeJid *self, OreeSpan text)
{
  OreeSpan bare, resource, local, domain;
  gboolean has_resource = oree_span_cut (text, '/', &bare, &resource);
  gboolean has_local = oree_span_cut (bare, '@', &local, &domain);

  return set_parts (self, has_local, local, has_local ? domain : bare, has_resource, resource);
}

gboolean
oree_jid_set (OreeJid *self, const char *local, const char *domain, const char *resource)
{
  return set_parts (self, local != NULL, oree_span_str (local), oree_span_str (domain), resource != NULL,
                    oree_span_str (resource));
}

void
oree_jid_copy (OreeJid *self, const OreeJid *other)
{
  self->local = g_strdup (other->local);
  self->domain = g_strdup (other->domain);
  self->resource = g_strdup (other->resource);
}

void
oree_jid_clear (OreeJid *self)
{
  g_clear_pointer (&self->local, g_free);
  g_clear_pointer (&self->domain, g_free);
  g_clear_pointer (&self->resource, g_free);
}

gboolean
oree_jid_is_bare (const OreeJid *self)
{
  return self->resource == NULL;
}

gboolean
oree_jid_bare_equal (const OreeJid *a, const OreeJid *b)
{
  return g_strcmp0 (a->local, b->local) == 0 && g_strcmp0 (a->domain, b->domain) == 0;
}

gboolean
oree_jid_equal (const OreeJid *a, const OreeJid *b)
{
  return oree_jid_bare_equal (a, b) && g_strcmp0 (a->resource, b->resource) == 0;
}

static char *
join (const char *local, const char *domain, const char *resource)
{
  gsize lengths[] = { local != NULL ? strlen (local) : 0, strlen (domain), resource != NULL ? strlen (resource) : 0 };
  char *text = g_malloc (lengths[0] + lengths[1] + lengths[2] + 3), *end = text;

  if (local != NULL)
    {
      end = (char *) memcpy (end, local, lengths[0]) + lengths[0];
      *end++ = '@';
    }
  end = (char *) memcpy (end, domain, lengths[1]) + lengths[1];
  if (resource != NULL)
    {
      *end++ = '/';
      end = (char *) memcpy (end, resource, lengths[2]) + lengths[2];
    }
  *end = '\0';
  return text;
}

char *
oree_jid_to_string (const OreeJid *self)
{
  g_autofree char *domain = oree_domain_to_unicode (self->domain);

  return join (self->local, domain, self->resource);
}

char *
oree_jid_to_bare_string (const OreeJid *self)
{
  g_autofree char *domain = oree_domain_to_unicode (self->domain);

  return join (self->local, domain, NULL);
}

char *
oree_jid_to_key (const OreeJid *self)
{
  return join (self->local, self->domain, NULL);
}

static gsize
table_length (const Stringprep_table_element *table)
{
  gsize n = 0;

  while (table[n].start != 0)
    n++;
  return n;
}

/* Nodeprep's mappings alone: B.1, B.2, NFKC. */
static const Stringprep_profile *
fold_profile (void)
{
  static Stringprep_profile profile[4];
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      profile[0] = (Stringprep_profile){ STRINGPREP_MAP_TABLE, 0, stringprep_rfc3454_B_1,
                                         table_length (stringprep_rfc3454_B_1) };
      profile[1] = (Stringprep_profile){ STRINGPREP_MAP_TABLE, 0, stringprep_rfc3454_B_2,
                                         table_length (stringprep_rfc3454_B_2) };
      profile[2] = (Stringprep_profile){ STRINGPREP_NFKC, 0, NULL, 0 };
      profile[3] = (Stringprep_profile){ 0 };
      g_once_init_leave (&once, 1);
    }
  return profile;
}

char *
oree_jid_fold (OreeSpan text)
{
  if (is_plain_ascii (text))
    return text.length > 0 && text.length <= OREE_JID_PART_MAX ? oree_span_dup_lower (text) : NULL;
  return prepare_with (text, fold_profile ());
}
