/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the roles have fetched by https on a partner's word: through our own resolver, and never from an address that
 * is not public, for whoever writes a partner's names must not choose whom of the inside we ask. Main thread. */
#pragma once
#include "control/oree-fetcher.h"
#include "net/oree-resolver.h"

G_BEGIN_DECLS

typedef struct _OreeFetches OreeFetches;

/* `fetcher` is copied and ended with us; `resolver` is borrowed. `lab`: loopback may be asked too. `trust_anchors`: PEM
 * file for the https certificates, copied; NULL: the system's. */
OreeFetches *oree_fetches_new (const OreeFetcher *fetcher, OreeResolver *resolver, gboolean lab,
                               const char *trust_anchors);
/* What is under way ends as "fetch-busy" first. */
void oree_fetches_free (OreeFetches *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeFetches, oree_fetches_free)

/* `done` comes exactly once; never from inside, but from oree_fetches_free (). */
void oree_fetches_get (OreeFetches *self, const char *url, OreeFetched done, gpointer done_data);

/* May a document be fetched from there? */
gboolean oree_fetches_may_ask (const OreeInetAddress *address, gboolean lab);

G_END_DECLS
