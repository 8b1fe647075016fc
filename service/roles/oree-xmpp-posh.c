/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   ask ─► owner's lane ─┬─ kept and fresh ─────────────────────────────► answer
 *                        └─ fetch ─► fingerprints, or a reference ─► fetch ─► fingerprints ─► answer all who wait */
#include "roles/oree-xmpp-posh.h"

#include "base/oree-limits.h"

struct _OreeXmppPosh
{
  GHashTable *entries; /* domain → Entry */
};

/* One domain. Kept while `until` lies ahead, or while something is fetched. */
typedef struct
{
  char *domain;
  OreePosh *posh; /* NULL: none to be had */
  OreeTime until;
  guint expires;  /* of the reference followed; 0: none was */
  gboolean fetching;
  GPtrArray *waiting; /* OreeXmppPoshQuestion */
} Entry;

struct _OreeXmppPoshQuestion
{
  gatomicrefcount refs; /* the asker's, and that of whoever has it just now */
  OreeLane *lane;       /* the asker's */
  char *domain;
  OreePosh *posh;
  /* the asker's */
  OreeXmppPoshCb callback;
  gpointer data;
  gboolean cancelled;
};

/* ---- questions ---- */

static void
question_unref (gpointer data)
{
  OreeXmppPoshQuestion *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  oree_posh_unref (self->posh);
  g_free (self->domain);
  g_free (self);
}

static void
answered_on_lane (OreeLane *lane, gpointer data)
{
  OreeXmppPoshQuestion *self = data;

  if (!self->cancelled)
    {
      /* The asker's reference goes with the answer. */
      self->callback (self->posh, self->data);
      question_unref (self);
    }
  question_unref (self);
}

/* Takes the reference. */
static void
answer (OreeXmppPoshQuestion *self, OreePosh *posh)
{
  self->posh = posh != NULL ? oree_posh_ref (posh) : NULL;
  oree_lane_post (self->lane, answered_on_lane, self, question_unref);
}

/* ---- what is kept ---- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_ptr_array_unref (entry->waiting);
  oree_posh_unref (entry->posh);
  g_free (entry->domain);
  g_free (entry);
}

static void
report (OreeLane *lane, const Entry *entry, const char *problem)
{
  oree_lane_count_one (lane, OREE_COUNT_XMPP_POSH_FAILED);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_POSH_FAILED, "partner", entry->domain, "reason", problem, NULL));
}

/* `problem` NULL: `posh` is what counts for `seconds`. */
static void
conclude (OreeLane *lane, Entry *entry, OreePosh *posh, guint seconds, const char *problem)
{
  if (problem != NULL)
    report (lane, entry, problem);
  g_clear_pointer (&entry->posh, oree_posh_unref);
  entry->posh = posh;
  entry->until = oree_worker_now (lane->worker) + (OreeTime) seconds * OREE_SECOND;
  entry->fetching = FALSE;
  for (guint i = 0; i < entry->waiting->len; i++)
    answer (g_ptr_array_index (entry->waiting, i), posh);
  g_ptr_array_set_free_func (entry->waiting, NULL);
  g_ptr_array_set_size (entry->waiting, 0);
  g_ptr_array_set_free_func (entry->waiting, question_unref);
}

static void fetched (OreeLane *lane, const char *problem, guint status, GBytes *body, gpointer data);

static void
fetch (OreeLane *lane, const Entry *entry, const char *url)
{
  oree_lane_fetch (lane, url, fetched, g_strdup (entry->domain), g_free);
}

/* RFC 7711 3.2: one reference, and the shorter of both times counts. */
static void
read_document (OreeLane *lane, Entry *entry, GBytes *body)
{
  g_autoptr (OreePosh) posh = NULL;
  gsize length;
  const char *data = g_bytes_get_data (body, &length);

  if (oree_posh_parse (&posh, oree_span (data, length)) < 0 || (posh->url != NULL && entry->expires != 0))
    conclude (lane, entry, NULL, OREE_POSH_ABSENT_SECONDS, "posh-invalid");
  else if (posh->url != NULL)
    {
      entry->expires = posh->expires;
      fetch (lane, entry, posh->url);
    }
  else
    {
      guint seconds = entry->expires != 0 ? MIN (entry->expires, posh->expires) : posh->expires;

      conclude (lane, entry, g_steal_pointer (&posh), seconds, NULL);
    }
}

static void
fetched (OreeLane *lane, const char *problem, guint status, GBytes *body, gpointer data)
{
  g_autofree char *domain = data;
  Entry *entry = lane->xmpp_posh != NULL ? g_hash_table_lookup (lane->xmpp_posh->entries, domain) : NULL;

  if (entry == NULL)
    return;
  if (problem != NULL)
    conclude (lane, entry, NULL, OREE_POSH_ABSENT_SECONDS, problem);
  else if (body == NULL)
    conclude (lane, entry, NULL, OREE_POSH_ABSENT_SECONDS, "posh-absent");
  else
    read_document (lane, entry, body);
}

/* Room for one more: the one that ends first goes. FALSE: all are being fetched. */
static gboolean
make_room (OreeLane *lane)
{
  GHashTableIter iter;
  Entry *entry, *first = NULL;

  if (g_hash_table_size (lane->xmpp_posh->entries) < OREE_POSH_CACHE_MAX)
    return TRUE;
  g_hash_table_iter_init (&iter, lane->xmpp_posh->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    if (!entry->fetching && (first == NULL || entry->until < first->until))
      first = entry;

  return first != NULL && g_hash_table_remove (lane->xmpp_posh->entries, first->domain);
}

static Entry *
entry_for (OreeLane *lane, const char *domain)
{
  Entry *entry = g_hash_table_lookup (lane->xmpp_posh->entries, domain);

  if (entry != NULL || !make_room (lane))
    return entry;
  entry = g_new0 (Entry, 1);
  entry->domain = g_strdup (domain);
  entry->waiting = g_ptr_array_new_with_free_func (question_unref);
  g_hash_table_insert (lane->xmpp_posh->entries, entry->domain, entry);
  return entry;
}

static void
ask_on_owner (OreeLane *lane, gpointer data)
{
  OreeXmppPoshQuestion *question = data;
  Entry *entry = entry_for (lane, question->domain);
  g_autofree char *url = NULL;

  if (entry == NULL)
    {
      answer (question, NULL);
      return;
    }
  if (!entry->fetching && oree_worker_now (lane->worker) < entry->until)
    {
      answer (question, entry->posh);
      return;
    }
  g_ptr_array_add (entry->waiting, question);
  if (entry->fetching)
    return;
  entry->fetching = TRUE;
  entry->expires = 0;
  url = g_strdup_printf ("https://%s/.well-known/posh/xmpp-server.json", entry->domain);
  fetch (lane, entry, url);
}

OreeXmppPoshQuestion *
oree_xmpp_posh_ask (OreeLane *lane, const char *domain, OreeXmppPoshCb callback, gpointer data)
{
  OreeXmppPoshQuestion *self = g_new0 (OreeXmppPoshQuestion, 1);

  g_atomic_ref_count_init (&self->refs);
  g_atomic_ref_count_inc (&self->refs);
  self->lane = lane;
  self->domain = g_strdup (domain);
  self->callback = callback;
  self->data = data;
  oree_lane_run (lane, oree_lane_of (lane, domain), ask_on_owner, self, question_unref);
  return self;
}

void
oree_xmpp_posh_cancel (OreeXmppPoshQuestion *self)
{
  if (self == NULL)
    return;
  self->cancelled = TRUE;
  question_unref (self);
}

OreeCertOutcome
oree_xmpp_posh_check (const OreePosh *posh, const OreePeerCert *cert, gint64 wall)
{
  guint8 sha256[OREE_POSH_SHA256_BYTES], sha512[OREE_POSH_SHA512_BYTES];

  if (!oree_peer_cert_digests (cert, sha256, sha512))
    return OREE_CERT_NO_CERTIFICATE;
  if (!oree_posh_names (posh, sha256, sha512))
    return OREE_CERT_POSH_MISMATCH;

  if (wall < oree_peer_cert_leaf_not_before (cert))
    return OREE_CERT_NOT_YET_VALID;

  return wall > oree_peer_cert_leaf_not_after (cert) ? OREE_CERT_EXPIRED : OREE_CERT_OK;
}

void
oree_xmpp_posh_init (OreeLane *lane)
{
  lane->xmpp_posh = g_new0 (OreeXmppPosh, 1);
  lane->xmpp_posh->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
}

void
oree_xmpp_posh_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_posh->entries);
  g_clear_pointer (&lane->xmpp_posh, g_free);
}
