/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we are called on either side, and the mark by which a dialog through us is known. */
#pragma once
#include "proto/sip/oree-sip-proxy.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 revision;
  OreeSipSelf *self; /* ended by a NULL host */
  GPtrArray *hosts;
  char *outside;     /* sent-by towards partners: "sip.contoso.test:5061" */
  char *outside_host;
} OreeEdgeNames;

/* Of the policy at hand; kept in `names` until the policy changes. */
void oree_edge_names_update (OreeEdgeNames *names, const OreePolicy *policy);
void oree_edge_names_clear (OreeEdgeNames *names);

/* Keys what only this process may write: dialog marks, loop marks, transaction keys. */
const guint8 *oree_edge_secret (void);

/* A Record-Route URI for a dialog with `partner`; owned. `sips`: the Request-URI is. */
char *oree_edge_record_route (const char *sent_by, gboolean sips, const char *transport, const char *partner,
                              OreeSpan call_id);
/* The partner of the dialog `msg` belongs to, by a Route of ours; owned; NULL when it has no mark of ours. */
char *oree_edge_dialog_partner (const OreeSipProxyRules *rules, const OreeSipMsg *msg);

G_END_DECLS
