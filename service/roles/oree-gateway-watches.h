/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP users watch ours: the dialog and the timer around each gateway/oree-gw-watch. */
#pragma once
#include "gateway/oree-gw-watch.h"
#include "proto/sip/oree-sip-dialog.h"
#include "roles/oree-gateway-pair.h"

G_BEGIN_DECLS

typedef struct
{
  OreeGatewayPair pair;
  char *token; /* in our Contact */
  OreeGwWatch *machine;
  OreeSipDialog *dialog;
  OreeTimer timer;
  OreeXmppSlot slot; /* of the stanza that began it, until the SUBSCRIBE is answered */
} OreeGatewayWatch;

/* A new one, in the tables of its lane; `machine` is taken, NULL makes a fresh one. */
OreeGatewayWatch *oree_gateway_watch_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor,
                                          OreeGwWatch *machine);
void oree_gateway_watch_free (gpointer data);
/* Does what the machine wants, in order; frees the watch when it is over. */
void oree_gateway_watch_run (OreeGatewayWatch *watch);
/* The stanza that began it is dealt with. */
void oree_gateway_watch_settle (OreeGatewayWatch *watch);
/* What `policy` lets the contact see, and how often we ask. Run the watch afterwards. */
void oree_gateway_watch_set_rights (OreeGatewayWatch *watch, const OreePolicy *policy);

G_END_DECLS
