/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one of our users publishes about themselves (RFC 3903), put together into the one document watchers see, and who
 * those watchers are. Told the time. */
#pragma once
#include "base/oree-time.h"
#include "codec/sip/oree-sip-write.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 min_expires;     /* shorter is refused with 423 */
  guint32 default_expires; /* RFC 3856 6.4: 3600 */
  guint32 max_expires;     /* longer is cut */
} OreePublishRules;

#define OREE_PUBLISH_RULES_DEFAULT { 60, 3600, 7200 }

/* What a PUBLISH asks; spans are borrowed from the message. */
typedef struct
{
  OreeSpan if_match; /* entity tag; empty: a new publication */
  OreeSpan body;     /* empty: refresh or removal */
  guint32 expires;   /* as granted; 0: remove */
} OreePublishRequest;

/* Reads a PUBLISH in the order of RFC 3903 6: Require (420), Event (489), SIP-If-Match twice (400), Expires (423), type of
 * the body (415), nothing to do (400). 0: go on to oree_presentity_publish(). */
guint oree_publish_read (OreePublishRequest *self, const OreeSipMsg *msg, const OreePublishRules *rules);
/* Adds what a refusal of `status` has to carry: Allow-Events, Min-Expires, Accept, Unsupported, Retry-After. */
void oree_publish_write_refusal (guint status, const OreeSipMsg *msg, const OreePublishRules *rules,
                                 OreeSipWriter *writer);

typedef struct _OreePresentity OreePresentity;

/* `aor`: the canonical address of record. `tag`: random text, as much as makes entity tags unguessable and never repeated
 * (oree_random_hex (16)). */
OreePresentity *oree_presentity_new (const char *aor, const char *tag);
void oree_presentity_free (OreePresentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreePresentity, oree_presentity_free)
const char *oree_presentity_aor (const OreePresentity *self);

typedef struct
{
  guint status;     /* 200, 400 (no presence document), 412 (unknown tag), 503 (too many publications) */
  guint32 expires;  /* 200: Expires */
  const char *etag; /* 200: SIP-ETag, new every time; borrowed until the next call */
  gboolean changed; /* the composed document may differ */
} OreePublishResult;

OreePublishResult oree_presentity_publish (OreePresentity *self, const OreePublishRequest *request, OreeTime now);
/* Adds Expires and SIP-ETag to the 200. */
void oree_publish_write_result (const OreePublishResult *result, OreeSipWriter *writer);

/* A contact is registered, or none is any more. TRUE when the composed document may differ. Without registration what was
 * published still stands until it expires: a device may publish through another. */
gboolean oree_presentity_set_registered (OreePresentity *self, gboolean registered);

/* The document of this moment, application/pidf+xml, entity = the address of record: the tuples of every publication with
 * their notes, the latest first, an identifier taken already made different. Nothing published: one tuple, open when
 * registered, else closed, with `timestamp` (RFC 3339; NULL: none). Owned. */
GBytes *oree_presentity_compose (OreePresentity *self, const char *timestamp);
/* The document of somebody unavailable: what a watcher who may not know sees (RFC 3856 6.6.2), and the last one. Owned. */
GBytes *oree_presentity_closed (const char *aor);

/* Publications that are over go. TRUE when the composed document may differ. */
gboolean oree_presentity_on_deadline (OreePresentity *self, OreeTime now);
OreeTime oree_presentity_deadline (const OreePresentity *self);

/* Watchers: pointers of the owner's, each once, in the order they came; borrowed. */
void oree_presentity_add_watcher (OreePresentity *self, gpointer watcher);
void oree_presentity_remove_watcher (OreePresentity *self, gpointer watcher);
const GPtrArray *oree_presentity_watchers (const OreePresentity *self);

/* Nothing published, not registered, nobody watches: it may be freed. */
gboolean oree_presentity_is_idle (const OreePresentity *self);

G_END_DECLS
