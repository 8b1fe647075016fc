/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xmpp-gateway: limits and timers of XMPP federation. Singleton. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  guint64 connection_limit;         /* all partners */
  guint64 partner_connection_limit; /* one partner */
  guint64 partner_queue_limit;      /* waiting for one domain of a partner, each way */
  char *dialback_passphrase;        /* "": made at first start */
  gboolean enable_logging_all_message_bodies;
  guint64 keep_alive_interval;          /* seconds */
  guint64 stream_establishment_timeout; /* seconds */
  guint64 stream_inactivity_timeout;    /* seconds */
  guint64 subscription_refresh_interval;/* seconds */
} OreeXmppGateway;

extern const OreeKind oree_xmpp_gateway_kind;

G_END_DECLS
