/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeServersRow: what DNS says, now and seen from the edge, of the domain that is being typed. It follows the draft of the
 * form it stands in (its id, and the field "proxy-fqdn"), after a pause, and never holds anything up. */
#pragma once
#include "client/oree-client-draft.h"
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_SERVERS_ROW (oree_servers_row_get_type ())
/* Properties: "kind" (s): "sip" or "xmpp"; "own" (b): a domain of ours is being typed, and should lead to this edge. */
G_DECLARE_FINAL_TYPE (OreeServersRow, oree_servers_row, OREE, SERVERS_ROW, AdwActionRow)

void oree_servers_row_follow (OreeServersRow *self, OreeClientSession *session, OreeClientDraft *draft);
/* No question is open. */
gboolean oree_servers_row_is_settled (OreeServersRow *self);

G_END_DECLS
