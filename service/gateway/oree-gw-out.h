/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a presence machine of the gateway wants done, in order. Whoever drives it owns dialogs, streams and the store. */
#pragma once
#include "codec/xmpp/oree-stanza.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_GW_OUT_SAVE,      /* `row`: write it; NULL: forget it. What follows in this list waits until that is durable. */
  OREE_GW_OUT_STANZA,    /* `stanza`: to the contact's domain */
  OREE_GW_OUT_SUBSCRIBE, /* watch: SUBSCRIBE with `expires`; `fresh`: in a new dialog, whatever the old one was */
  OREE_GW_OUT_STATE,     /* feed: `state` of every dialog, with `reason` and `retry_after` when terminated */
  OREE_GW_OUT_BODY       /* feed: `body` for every dialog; NULL: nothing known */
} OreeGwOutKind;

typedef enum
{
  OREE_GW_PENDING,
  OREE_GW_ACTIVE,
  OREE_GW_TERMINATED
} OreeGwState;

typedef struct
{
  OreeGwOutKind kind;
  GVariant *row; /* a{sv} */
  OreeXmlNode *stanza;
  gboolean fresh;
  guint32 expires;
  OreeGwState state;
  const char *reason; /* static; NULL: none */
  guint32 retry_after; /* 0: none */
  GBytes *body;
} OreeGwOutItem;

typedef struct
{
  GArray *items; /* OreeGwOutItem; NULL: none */
  guint next;
} OreeGwOut;

#define OREE_GW_OUT_INIT { NULL, 0 }

/* The next item, moved into `item` (release it with oree_gw_out_item_clear); FALSE when none is left. */
gboolean oree_gw_out_take (OreeGwOut *self, OreeGwOutItem *item);
void oree_gw_out_item_clear (OreeGwOutItem *item);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeGwOutItem, oree_gw_out_item_clear)
void oree_gw_out_clear (OreeGwOut *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeGwOut, oree_gw_out_clear)

/* For the machines. Each takes its object. */
void oree_gw_out_save (OreeGwOut *self, GVariant *row);
void oree_gw_out_stanza (OreeGwOut *self, OreeXmlNode *stanza);
/* A presence without contents, bare to bare. */
void oree_gw_out_presence (OreeGwOut *self, OreeStanzaType type, const OreeJid *from, const OreeJid *to);
void oree_gw_out_subscribe (OreeGwOut *self, gboolean fresh, guint32 expires);
void oree_gw_out_state (OreeGwOut *self, OreeGwState state, const char *reason, guint32 retry_after);
void oree_gw_out_body (OreeGwOut *self, GBytes *body);

/* The authorisation of a pair, and its row: both machines keep the same. */
typedef enum
{
  OREE_GW_AUTHORISATION_NONE,
  OREE_GW_AUTHORISATION_PENDING,
  OREE_GW_AUTHORISATION_GRANTED
} OreeGwAuthorisation;

/* "none" "pending" "granted"; static. */
const char *oree_gw_authorisation_nick (OreeGwAuthorisation authorisation);
/* Saves it; NONE forgets the row. */
void oree_gw_out_authorisation (OreeGwOut *self, OreeGwAuthorisation authorisation);
/* FALSE when `row` says neither pending nor granted. */
gboolean oree_gw_authorisation_from_row (GVariant *row, OreeGwAuthorisation *authorisation);

G_END_DECLS
