/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-presentity.h"
#include "base/oree-limits.h"
#include "codec/mime/oree-pidf.h"
#include "codec/sip/oree-sip-misc.h"
#include "proto/sip/oree-sip-admit.h"

typedef struct
{
  char *etag;
  OreePidf *document;
  OreeTime until;
} Publication;

struct _OreePresentity
{
  char *aor;
  char *tag;
  guint64 count;           /* of entity tags given out */
  GPtrArray *publications; /* Publication *, the latest first */
  GPtrArray *watchers;
  gboolean registered;
  char *tag_of_removed;    /* the last one given for a removal: what the answer borrows */
};

static const char *const no_options[] = { NULL };

guint
oree_publish_read (OreePublishRequest *self, const OreeSipMsg *msg, const OreePublishRules *rules)
{
  const OreeSipHeader *match = oree_sip_msg_header (msg, OREE_SIP_HDR_SIP_IF_MATCH);

  *self = (OreePublishRequest){ .body = msg->body, .expires = oree_sip_expires (msg, rules->default_expires) };

  if (oree_sip_admit_requires_unknown (msg, no_options, NULL))
    return 420;
  if (!oree_sip_admit_event (msg, "presence", NULL))
    return 489;
  if (match != NULL)
    {
      self->if_match = oree_span_trim_lws (match->value);
      if (oree_sip_msg_next (msg, match) != NULL || !oree_sip_hdr_is_token (self->if_match))
        return 400;
    }
  if (oree_sip_admit_too_brief (self->expires, rules->min_expires))
    return 423;
  if (self->body.length > 0 && !oree_sip_msg_content_is (msg, OREE_PIDF_TYPE))
    return 415;
  /* RFC 3903 4.1: without a tag there must be something to publish; to take it away needs the tag. */
  if (self->if_match.length == 0 && (self->body.length == 0 || self->expires == 0))
    return 400;
  if (self->body.length > 0 && self->expires == 0)
    self->body = OREE_SPAN_EMPTY;
  self->expires = MIN (self->expires, rules->max_expires);
  return 0;
}

void
oree_publish_write_refusal (guint status, const OreeSipMsg *msg, const OreePublishRules *rules, OreeSipWriter *writer)
{
  oree_sip_admit_write_refusal (status, msg, no_options, rules->min_expires, writer);
}

void
oree_publish_write_result (const OreePublishResult *result, OreeSipWriter *writer)
{
  oree_sip_write_header_uint (writer, OREE_SIP_HDR_EXPIRES, result->expires);
  oree_sip_write_header (writer, OREE_SIP_HDR_SIP_ETAG, result->etag);
}

static void
publication_free (gpointer data)
{
  Publication *self = data;

  g_free (self->etag);
  oree_pidf_free (self->document);
  g_free (self);
}

OreePresentity *
oree_presentity_new (const char *aor, const char *tag)
{
  OreePresentity *self = g_new0 (OreePresentity, 1);

  self->aor = g_strdup (aor);
  self->tag = g_strdup (tag);
  self->publications = g_ptr_array_new_with_free_func (publication_free);
  self->watchers = g_ptr_array_new ();
  return self;
}

void
oree_presentity_free (OreePresentity *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->publications);
  g_ptr_array_unref (self->watchers);
  g_free (self->aor);
  g_free (self->tag);
  g_free (self->tag_of_removed);
  g_free (self);
}

const char *
oree_presentity_aor (const OreePresentity *self)
{
  return self->aor;
}

/* --- Publishing --- */

static gboolean
find (const OreePresentity *self, OreeSpan etag, guint *index)
{
  for (guint i = 0; i < self->publications->len; i++)
    if (oree_span_equal_str (etag, ((const Publication *) g_ptr_array_index (self->publications, i))->etag))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static void
renew (OreePresentity *self, Publication *publication, guint32 expires, OreeTime now)
{
  g_free (publication->etag);
  publication->etag = g_strdup_printf ("%s-%" G_GINT64_MODIFIER "x", self->tag, ++self->count);
  publication->until = now + (OreeTime) expires * OREE_SECOND;
}

OreePublishResult
oree_presentity_publish (OreePresentity *self, const OreePublishRequest *request, OreeTime now)
{
  OreePublishResult result = { .status = 200, .expires = request->expires };
  g_autoptr (OreePidf) document = NULL;
  Publication *publication;
  guint index = 0;

  result.changed = oree_presentity_on_deadline (self, now);
  if (request->if_match.length > 0 && !find (self, request->if_match, &index))
    {
      result.status = 412;
      return result;
    }
  if (request->body.length > 0 && oree_pidf_parse (&document, request->body) <= 0)
    {
      result.status = 400;
      return result;
    }

  if (request->if_match.length == 0)
    {
      if (self->publications->len >= OREE_SIP_PUBLICATIONS_MAX)
        {
          result.status = 503;
          return result;
        }
      publication = g_new0 (Publication, 1);
    }
  else
    publication = g_ptr_array_steal_index (self->publications, index);

  renew (self, publication, request->expires, now);
  if (document != NULL)
    {
      g_clear_pointer (&publication->document, oree_pidf_free);
      publication->document = g_steal_pointer (&document);
      result.changed = TRUE;
    }

  if (request->expires == 0)
    {
      /* RFC 3903 6: even a removal is answered with a tag; nothing answers to it. */
      g_free (self->tag_of_removed);
      self->tag_of_removed = g_strdup (publication->etag);
      result.etag = self->tag_of_removed;
      result.changed = TRUE;
      publication_free (publication);
      return result;
    }

  /* A refresh keeps its place; what is new to say goes first. */
  g_ptr_array_insert (self->publications, request->body.length > 0 ? 0 : (int) index, publication);
  result.etag = publication->etag;
  return result;
}

gboolean
oree_presentity_set_registered (OreePresentity *self, gboolean registered)
{
  if (self->registered == registered)
    return FALSE;
  self->registered = registered;
  return self->publications->len == 0;
}

gboolean
oree_presentity_on_deadline (OreePresentity *self, OreeTime now)
{
  gboolean changed = FALSE;

  for (guint i = self->publications->len; i-- > 0;)
    if (((const Publication *) g_ptr_array_index (self->publications, i))->until <= now)
      {
        g_ptr_array_remove_index (self->publications, i);
        changed = TRUE;
      }
  return changed;
}

OreeTime
oree_presentity_deadline (const OreePresentity *self)
{
  OreeTime next = OREE_TIME_NEVER;

  for (guint i = 0; i < self->publications->len; i++)
    next = MIN (next, ((const Publication *) g_ptr_array_index (self->publications, i))->until);
  return next;
}

/* --- Composing --- */

static void
copy_notes (OreePidfTuple *to, const OreePidfTuple *from)
{
  for (guint i = 0; i < from->notes->len; i++)
    {
      const OreePidfNote *note = g_ptr_array_index (from->notes, i);

      oree_pidf_tuple_add_note (to, note->lang, note->text);
    }
}

/* Two devices may call their tuples alike: the place of the publication tells them apart. The first keeps the
 * identifier it chose, so that one device looks the same through us as without. */
static gboolean
copy_tuple (OreePidf *out, const OreePidfTuple *from, GHashTable *ids, guint place)
{
  g_autofree char *id = g_strdup (from->id);
  OreePidfTuple *to;

  while (g_hash_table_contains (ids, id))
    {
      char *other = g_strdup_printf ("%s-%u", id, place);

      g_free (id);
      id = other;
    }
  to = oree_pidf_add_tuple (out, id);
  if (to == NULL)
    return FALSE;
  g_hash_table_add (ids, g_steal_pointer (&id));

  to->open = from->open;
  to->show = from->show;
  to->priority = from->priority;
  to->contact = g_strdup (from->contact);
  to->device_id = g_strdup (from->device_id);
  to->timestamp = g_strdup (from->timestamp);
  to->idle = from->idle;
  to->idle_since = from->idle_since;
  copy_notes (to, from);
  return TRUE;
}

static GBytes *
single (const char *aor, gboolean open, const char *timestamp)
{
  g_autoptr (OreePidf) document = oree_pidf_new (aor);
  OreePidfTuple *tuple = oree_pidf_add_tuple (document, "registered");

  tuple->open = open;
  tuple->timestamp = g_strdup (timestamp);
  return oree_pidf_write (document);
}

GBytes *
oree_presentity_compose (OreePresentity *self, const char *timestamp)
{
  g_autoptr (OreePidf) document = NULL;
  g_autoptr (GHashTable) ids = NULL;

  if (self->publications->len == 0)
    return single (self->aor, self->registered, timestamp);

  document = oree_pidf_new (self->aor);
  ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < self->publications->len; i++)
    {
      const Publication *publication = g_ptr_array_index (self->publications, i);

      /* Past the cap the oldest devices are left out. */
      for (guint j = 0; j < publication->document->tuples->len; j++)
        if (!copy_tuple (document, g_ptr_array_index (publication->document->tuples, j), ids, i + 1))
          return oree_pidf_write (document);
    }
  /* Documents without tuples say nothing. */
  return document->tuples->len > 0 ? oree_pidf_write (document) : single (self->aor, self->registered, timestamp);
}

GBytes *
oree_presentity_closed (const char *aor)
{
  return single (aor, FALSE, NULL);
}

/* --- Watchers --- */

void
oree_presentity_add_watcher (OreePresentity *self, gpointer watcher)
{
  if (!g_ptr_array_find (self->watchers, watcher, NULL))
    g_ptr_array_add (self->watchers, watcher);
}

void
oree_presentity_remove_watcher (OreePresentity *self, gpointer watcher)
{
  g_ptr_array_remove (self->watchers, watcher);
}

const GPtrArray *
oree_presentity_watchers (const OreePresentity *self)
{
  return self->watchers;
}

gboolean
oree_presentity_is_idle (const OreePresentity *self)
{
  return self->publications->len == 0 && !self->registered && self->watchers->len == 0;
}
