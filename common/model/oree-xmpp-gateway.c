/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-xmpp-gateway.h"

#include "model/oree-normalise.h"

#define F(member, name, TYPE, flags, fallback, min, max, doc) \
  OREE_FIELD (OreeXmppGateway, member, name, TYPE, flags, fallback, min, max, NULL, NULL, doc)
#define NUMBER(member, name, fallback, min, max, doc) \
  F (member, name, UINT, OREE_FIELD_FLAG_NONE, fallback, min, max, doc)

#define DAY (24 * 60 * 60)

static const OreeField fields[] = {
  NUMBER (connection_limit, "connection-limit", "1000", 1, G_MAXUINT32, "XMPP connections at once, all partners."),
  NUMBER (partner_connection_limit, "partner-connection-limit", "20", 1, G_MAXUINT32,
          "XMPP connections at once with one partner."),
  NUMBER (partner_queue_limit, "partner-queue-limit", "8192", 1, G_MAXUINT32,
          "Messages that may wait for one domain of a partner, each way; further ones are refused, and their senders told so."),
  F (dialback_passphrase, "dialback-passphrase", SECRET, OREE_FIELD_FLAG_SECRET, "", 0, 0,
     "The secret dialback keys are made with; empty: one made at first start."),
  F (enable_logging_all_message_bodies, "enable-logging-all-message-bodies", BOOLEAN, OREE_FIELD_FLAG_NO_EFFECT,
     "false", 0, 0, "Message texts are logged, not only who wrote to whom."),
  NUMBER (keep_alive_interval, "keep-alive-interval", "300", 1, DAY,
          "Seconds a partner may be silent before it is disconnected."),
  NUMBER (stream_establishment_timeout, "stream-establishment-timeout", "60", 1, DAY,
          "Seconds a stream may take to be ready."),
  NUMBER (stream_inactivity_timeout, "stream-inactivity-timeout", "600", 1, DAY,
          "Seconds after which an idle stream is closed."),
  /* Not under a minute: each refresh is a question to every contact's server. */
  NUMBER (subscription_refresh_interval, "subscription-refresh-interval", "28800", 60, 30 * DAY,
          "Seconds within which presence subscriptions are refreshed."),
};

const OreeKind oree_xmpp_gateway_kind = {
  .name = "xmpp-gateway",
  .singleton = TRUE,
  .size = sizeof (OreeXmppGateway),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_global,
  .id_doc = "Always global.",
  .doc = "Limits and timers of XMPP federation.",
};
