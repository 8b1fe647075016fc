/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ours watch XMPP users: the devices' dialogs around each gateway/oree-gw-feed. */
#pragma once
#include "gateway/oree-gw-feed.h"
#include "proto/sip/oree-sip-sub.h"
#include "roles/oree-gateway-pair.h"

G_BEGIN_DECLS

typedef struct
{
  OreeGatewayPair pair;
  OreeGwFeed *machine;
  GPtrArray *devices; /* OreeGatewayDevice * */
  OreeTimer timer;    /* the machine's */
} OreeGatewayFeed;

/* One device's subscription. */
typedef struct
{
  OreeGatewayFeed *feed;
  guint64 id;
  char *key; /* "Call-ID local-tag" */
  OreeSipSub *sub;
  OreeTimer timer;
  gboolean saved; /* as a row; a poll is not */
} OreeGatewayDevice;

/* A new one, in the tables of its lane; `machine` is taken. */
OreeGatewayFeed *oree_gateway_feed_new (OreeLane *lane, const OreeJid *contact, const OreeJid *self, const char *aor,
                                        OreeGwFeed *machine);
void oree_gateway_feed_free (gpointer data);
void oree_gateway_device_free (gpointer data);
/* Its row goes; the device stays. */
void oree_gateway_device_forget (const OreeGatewayDevice *device);
/* A device's dialog as it was saved: taken up again with the feed it belongs to, from `start` on. FALSE when it is over,
 * damaged, or of a feed that is gone. */
gboolean oree_gateway_device_restore (OreeLane *lane, const OreeRuntimeRow *row, OreeTime start);
/* Does what the machine wants, in order; frees the feed when it is over. */
void oree_gateway_feed_run (OreeGatewayFeed *feed);
/* How much of the contact `policy` lets our user see. Run the feed afterwards. */
void oree_gateway_feed_set_rights (OreeGatewayFeed *feed, const OreePolicy *policy);
/* Gives every device the state or the document in `item`. */
void oree_gateway_feed_tell (OreeGatewayFeed *feed, const OreeGwOutItem *item);

G_END_DECLS
