/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says of a partner's servers, for a person who is about to enter the partner: SRV, then the addresses of the
 * first server. On the main thread; nothing blocks, nothing is called, nothing of the partner's is contacted. */
#pragma once
#include "model/oree-topology.h"
#include "net/oree-resolver.h"

G_BEGIN_DECLS

typedef struct _OreeServerSearches OreeServerSearches;

/* `found`: a{sv} as Diagnostics.FindServers answers, floating; NULL when the service ended first. */
typedef void (*OreeServersFound) (GVariant *found, gpointer data);

/* `resolver` is borrowed and must outlive it. */
OreeServerSearches *oree_server_searches_new (OreeResolver *resolver);
/* Tells who still waits. */
void oree_server_searches_free (OreeServerSearches *self);
/* `kind`: "sip" (_sipfederationtls._tcp) or "xmpp" (_xmpp-server._tcp); `domain` in its normal form; `server`: a host whose
 * addresses are looked up instead, NULL or "": found by SRV; `own`: it is a domain of ours with SIP, and the answer says whether
 * it leads to an edge of this topology; NULL: it is not. FALSE, and nothing called: BAD_RECORD when the kind is
 * another, BUSY when too many wait (OREE_SERVER_SEARCHES_MAX). */
gboolean oree_server_searches_ask (OreeServerSearches *self, const char *kind, const char *domain, const char *server,
                                   const OreeTopology *own, OreeServersFound found, gpointer data, GError **error);

G_END_DECLS
