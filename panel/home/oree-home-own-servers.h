/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says, seen from the edge, of the records by which partners find our SIP domains: asked while somebody looks, at most
 * once a minute, and anew when the configuration changes. */
#pragma once
#include "client/oree-client-session.h"

G_BEGIN_DECLS

typedef struct _OreeHomeOwnServers OreeHomeOwnServers;

/* `domains`: OreeClientItem of kind sip-domain. `changed (data)` is called when an answer came. All are borrowed and must outlive
 * it. */
OreeHomeOwnServers *oree_home_own_servers_new (OreeClientSession *session, GListModel *domains, void (*changed) (gpointer data),
                                               gpointer data);
void oree_home_own_servers_free (OreeHomeOwnServers *self);
/* Asks what there is to ask. */
void oree_home_own_servers_look (OreeHomeOwnServers *self);
/* No question is open. */
gboolean oree_home_own_servers_is_settled (const OreeHomeOwnServers *self);
/* Domain → a{sv} as Diagnostics.FindServers answers; of domains that are not known yet nothing. Borrowed. */
GHashTable *oree_home_own_servers_found (OreeHomeOwnServers *self);

G_END_DECLS
