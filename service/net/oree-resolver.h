/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS through libunbound: lives on the main thread, asked from any worker, answers there. Nothing blocks.
 * It caches (DNSSEC-validated when a trust anchor is set), joins equal questions, and keeps what it found at hand. */
#pragma once
#include "ident/oree-dns.h"
#include "net/oree-net-error.h"
#include "net/oree-worker.h"

G_BEGIN_DECLS

typedef struct _OreeResolver OreeResolver;
typedef struct _OreeLookup OreeLookup;

typedef struct
{
  const char *const *forwarders; /* "192.0.2.53" or "192.0.2.53@5353"; NULL or empty: resolve from the root */
  const char *trust_anchor_file; /* DNSSEC root key (unbound's auto-trust-anchor or DS file); NULL: no validation */
  gboolean lab;                  /* names below "test." are asked for, and servers on loopback */
  guint timeout_seconds;         /* for one question; 0: OREE_DNS_SECONDS */
} OreeResolverOptions;

/* Answers come in through `context` (the main thread's). Errors: OREE_NET_ERROR_RESOLVER_OPTION. */
OreeResolver *oree_resolver_new (GMainContext *context, const OreeResolverOptions *options, GError **error);
/* On the main thread, after the workers are joined or ask no more. Open questions are forgotten. */
void oree_resolver_free (OreeResolver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeResolver, oree_resolver_free)

/* `answer` is borrowed for the call; reference it to keep it. Runs on the asking worker. */
typedef void (*OreeLookupCb) (const OreeDnsAnswer *answer, gpointer data);

/* SRV records of `name` ("_xmpp-server._tcp.fabrikam.test"), A and AAAA of a host, and the TLSA records of a port of a
 * host (RFC 6698; of use only when the answer is secure). Called on the thread of
 * `worker`; the callback comes there later, exactly once, unless cancelled. */
OreeLookup *oree_resolver_lookup_srv (OreeResolver *self, const char *name, OreeWorker *worker,
                                      OreeLookupCb callback, gpointer data);
OreeLookup *oree_resolver_lookup_addresses (OreeResolver *self, const char *name, OreeWorker *worker,
                                            OreeLookupCb callback, gpointer data);
OreeLookup *oree_resolver_lookup_tlsa (OreeResolver *self, const char *host, guint16 port, OreeWorker *worker,
                                       OreeLookupCb callback, gpointer data);
/* Asked from the main thread, answered there. */
OreeLookup *oree_resolver_lookup_srv_on_main (OreeResolver *self, const char *name, OreeLookupCb callback, gpointer data);
OreeLookup *oree_resolver_lookup_addresses_on_main (OreeResolver *self, const char *name, OreeLookupCb callback,
                                                    gpointer data);
/* On the asking worker, before the callback ran: it never will. */
void oree_lookup_cancel (OreeLookup *self);

G_END_DECLS
