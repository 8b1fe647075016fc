/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who watches: application/watcherinfo+xml (RFC 3858), always in full. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define OREE_WATCHERINFO_TYPE "application/watcherinfo+xml"

typedef struct
{
  guint64 id;         /* the same for the same subscription, in every document */
  const char *uri;    /* the watcher */
  const char *status; /* "pending", "active", … (RFC 3857 4.7.1) */
  const char *event;  /* what led there: "subscribe", "approved", … */
  guint32 expiration; /* seconds left */
  guint32 duration;   /* seconds since it began */
} OreeWatcher;

/* The watchers of the presence of `resource` (an address of record). `version` grows from document to document. Owned. */
GBytes *oree_watcherinfo_write (const char *resource, guint32 version, const OreeWatcher *watchers, guint n_watchers);

G_END_DECLS
