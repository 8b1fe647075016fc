/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message stanza says beside its body. One look over its children; everything is borrowed from the stanza. */
#pragma once
#include "codec/xmpp/oree-stanza.h"

G_BEGIN_DECLS

/* XEP-0085 */
typedef enum
{
  OREE_CHAT_STATE_NONE,
  OREE_CHAT_STATE_ACTIVE,
  OREE_CHAT_STATE_COMPOSING,
  OREE_CHAT_STATE_PAUSED,
  OREE_CHAT_STATE_INACTIVE,
  OREE_CHAT_STATE_GONE,
  OREE_N_CHAT_STATES
} OreeChatState;

/* "active", …; NULL for NONE; static. */
const char *oree_chat_state_name (OreeChatState state);

typedef struct
{
  OreeChatState state;
  gboolean wants_receipt;       /* XEP-0184 <request/> */
  gboolean markable;            /* XEP-0333 */
  const char *received;         /* XEP-0184: the id it confirms; NULL: none */
  const char *displayed;        /* XEP-0333: the same */
  const char *stamp;            /* XEP-0203: when it was sent first */
  const char *replaces;         /* XEP-0308: the id it corrects */
  const OreeXmlNode *html;      /* XEP-0071 */
  const OreeXmlNode *reactions; /* XEP-0444 */
  const OreeXmlNode *invitation; /* XEP-0249 <x/>, or the <invite/> of XEP-0045 7.8.2 */
  const OreeXmlNode *call;      /* XEP-0353 <propose/> */
  gboolean mediated;            /* the invitation is of XEP-0045: it came from the room */
  gboolean encrypted;           /* XEP-0380, or one of the schemes before it */
  gboolean attachments;         /* XEP-0066, 0385, 0447: see oree_gw_extras_attachment */
} OreeGwExtras;

void oree_gw_extras_read (OreeGwExtras *self, const OreeStanza *stanza);

typedef struct
{
  const char *url;  /* http, https or ftp; NULL: it cannot be fetched from here */
  const char *name; /* its name or description; NULL: none */
  const char *size; /* octets, digits; NULL: not said */
} OreeGwAttachment;

/* What the child `node` of a message attaches; FALSE when it is no attachment. */
gboolean oree_gw_extras_attachment (const OreeXmlNode *node, OreeGwAttachment *out);

G_END_DECLS
