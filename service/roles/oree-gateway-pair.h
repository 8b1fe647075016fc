/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence through the gateway (RFC 8048), what its parts share: a pair of people, and everything a lane keeps of them.
 *
 *   watches  an XMPP user watches one of ours (gateway/oree-gw-watch): we subscribe for them, one dialog
 *   feeds    one of ours watches an XMPP user (gateway/oree-gw-feed): we are the notifier, one dialog per device
 *   life     what is kept, taken up again, ended by a change of rights
 *
 * Kept per pair of people, on the lane that owns the contact's domain; never shown to anybody else (RFC 8048 8.2). */
#pragma once
#include "gateway/oree-gw-out.h"
#include "roles/oree-gateway-role.h"

G_BEGIN_DECLS

/* What one side said last, for lists and for `explain`; the words are static, "" before anything was said. */
typedef struct
{
  const char *word;   /* "SUBSCRIBE", "active", "subscribed", "error", … */
  const char *detail; /* "rejected", "item-not-found", …; NULL: none */
  guint status;       /* of a SIP response; 0: none */
  gint64 at;          /* wall clock, µs */
} OreeGatewaySaid;

/* Who, and the list of things to do, which waits while a row is being made durable. */
typedef struct
{
  OreeLane *lane;
  char *key;           /* "contact-key aor" */
  gboolean to_sip;     /* a watch; else a feed */
  char *aor;           /* of ours */
  OreeJid self;        /* the same, as the contact's server knows it */
  OreeJid contact;     /* bare */
  OreeGwOut out;
  gboolean busy, saving;
  gint64 since;        /* wall clock, µs */
  OreeGatewaySaid sip, xmpp;
} OreeGatewayPair;

struct _OreeGatewayPresence
{
  GHashTable *watches; /* key → OreeGatewayWatch */
  GHashTable *tokens;  /* token → OreeGatewayWatch */
  GHashTable *feeds;   /* key → OreeGatewayFeed */
  GHashTable *devices; /* "Call-ID local-tag" → OreeGatewayDevice */
  GHashTable *by_id;   /* id → OreeGatewayDevice */
  GHashTable *counts;  /* address of record of ours → how many pairs it has on this lane */
  GHashTable *rows;    /* row key → OreeRuntimeRow: what the store has, for the next start of the role */
  GPtrArray *dialogs;  /* OreeRuntimeRow *: what was kept of the devices of this lane, until the first start */
  guint64 next_id;
};

/* NULL before the role is made and after it is gone. */
OreeGatewayPresence *oree_gateway_presence_of (OreeLane *lane);
/* Spreads timers; no secret. */
guint32 oree_gateway_random32 (void);

/* "contact-key aor"; owned. */
char *oree_gateway_pair_key (const OreeJid *contact, const char *aor);
/* Room for one more pair of this user? No limit is silent: an event names it. */
gboolean oree_gateway_pair_room (OreeLane *lane, const char *aor);
void oree_gateway_pair_init (OreeGatewayPair *pair, OreeLane *lane, gboolean to_sip, const OreeJid *contact,
                             const OreeJid *self, const char *aor);
void oree_gateway_pair_clear (OreeGatewayPair *pair);
/* A stanza of ours to the contact; `sent` (may be NULL) gets a copy of pair->key, to free. */
void oree_gateway_pair_send (const OreeGatewayPair *pair, const OreeXmlNode *node, OreeXmppSent sent);
/* Writes the machine's row; what the machine wants next waits until `saved`, which gets a copy of pair->key, to free.
 * `state` NULL forgets it, and waits for nobody. */
void oree_gateway_pair_save (OreeGatewayPair *pair, GVariant *state,
                             void (*saved) (OreeLane *lane, gboolean ok, gpointer data));
/* Notes what a side said just now; static words. */
void oree_gateway_said (OreeGatewaySaid *said, const char *word, const char *detail, guint status);

/* Presence without any machine, bare to bare: to whom nothing is known. */
void oree_gateway_send_presence (OreeLane *lane, OreeStanzaType type, const OreeJid *from, const OreeJid *to);

G_END_DECLS
