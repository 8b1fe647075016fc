/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single messages both ways (RFC 7572): any script, several lines, formatting, subject, thread, language, date. What a SIP
 * client cannot show is put into words; what cannot be carried is refused, never shortened. */
#pragma once
#include "codec/mime/oree-cpim.h"
#include "codec/mime/oree-imdn.h"
#include "codec/mime/oree-iscomposing.h"
#include "codec/sip/oree-sip-msg.h"
#include "codec/xmpp/oree-stanza.h"
#include "gateway/oree-gw-extras.h"
#include "gateway/oree-gw-refusal.h"
#include "gateway/oree-gw-threads.h"

G_BEGIN_DECLS

/* --- XMPP → SIP (oree-gw-to-sip.c) --------------------------------------------------------------- */

/* What becomes a SIP MESSAGE. Every text is free of CR, LF and NUL but `body` and `html`, whose lines end in CR LF. */
typedef struct
{
  char *call_id;  /* NULL: the stanza has no thread */
  char *subject;  /* NULL: none */
  char *language; /* NULL: not said */
  char *date;     /* a Date header's value: it was sent before; NULL: just now */
  char *body;     /* plain text */
  char *html;     /* the same formatted; NULL: it has no form worth keeping */
} OreeGwSip;

void oree_gw_sip_clear (OreeGwSip *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeGwSip, oree_gw_sip_clear)

typedef enum
{
  OREE_GW_MESSAGE_OK,
  OREE_GW_MESSAGE_SIGNAL, /* no body, but a chat state, a receipt or a marker: see the extras */
  OREE_GW_MESSAGE_EMPTY,  /* nothing to carry, nothing lost */
  OREE_GW_MESSAGE_REFUSED /* *refusal says why */
} OreeGwMessageOutcome;

/* A message stanza (not of type error) and its extras → the parts of a MESSAGE. `max_body`: octets the SIP side takes;
 * `reader`: the language of who will read it, as far as known (NULL: the message's). */
OreeGwMessageOutcome oree_gw_message_to_sip (const OreeStanza *stanza, const OreeGwExtras *extras, OreeGwThreads *threads,
                                             gsize max_body, const char *reader, OreeGwSip *out, OreeGwRefusalId *refusal);

/* Body and formatted body as multipart/alternative, the plain one first (RFC 2046 5.1.4): its Content-Type in *type (owned).
 * `token` makes the boundary: it must not occur in a line of either. Owned. */
GString *oree_gw_sip_alternative (const OreeGwSip *self, const char *token, char **type);

/* --- SIP → XMPP (oree-gw-to-xmpp.c) -------------------------------------------------------------- */

typedef enum
{
  OREE_GW_CONTENT_EMPTY,
  OREE_GW_CONTENT_TEXT,
  OREE_GW_CONTENT_COMPOSING, /* `composing` */
  OREE_GW_CONTENT_IMDN       /* `imdn` */
} OreeGwContentKind;

/* What the body of a MESSAGE says. */
typedef struct
{
  OreeGwContentKind kind;
  char *text;        /* plain, lines end in LF; NULL: only formatted */
  OreeXmlNode *html; /* canonical body (oree-gw-html); NULL: plain */
  char *subject;     /* NULL: none */
  char *language;    /* NULL: not said */
  gint64 wall;       /* when it was sent, microseconds since 1970; 0: not said */
  gboolean was_cpim; /* its sender speaks message/cpim */
  gboolean was_html; /* … text/html */
  char *message_id;  /* imdn.Message-ID; NULL: none */
  guint wants;       /* OreeCpimWants */
  GPtrArray *routes; /* char *, where notifications go; NULL: none */
  OreeIsComposing composing;
  OreeImdn imdn;
} OreeGwContent;

void oree_gw_content_clear (OreeGwContent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeGwContent, oree_gw_content_clear)

/* Reads a MESSAGE request. NONE, or why not: EXTENSION or MANY_RECIPIENTS (its Require: *unsupported names them, owned),
 * CONTENT (say what we take: oree_gw_message_accept), BROKEN, MANY_RECIPIENTS (the list in its body). */
OreeGwRefusalId oree_gw_content_read (OreeGwContent *self, const OreeSipMsg *request, char **unsupported);

/* How many seconds a MESSAGE read into `self` is still good for at `now` (wall clock): its Expires, counted from its Date where
 * it has one that is not yet to come (RFC 3428 7); G_MAXUINT32: for ever. */
guint32 oree_gw_content_life (const OreeGwContent *self, const OreeSipMsg *request, gint64 now);

typedef struct
{
  const char *from, *to, *id, *thread;
  gboolean active; /* say that we follow chat states (XEP-0085 5.1) */
  gint64 now;      /* wall clock; what was sent over a minute before carries a stamp */
  const char *by;  /* the domain that stamps; NULL: no stamp */
} OreeGwStanzaParts;

/* The stanza of a content of kind TEXT. Owned. */
OreeXmlNode *oree_gw_content_to_stanza (const OreeGwContent *self, const OreeGwStanzaParts *parts);
/* A stanza with a chat state alone (XEP-0085 5.5). Owned. */
OreeXmlNode *oree_gw_state_to_stanza (OreeChatState state, const OreeGwStanzaParts *parts);
/* A stanza that confirms message `confirms`: received (XEP-0184) or displayed (XEP-0333). Owned. */
OreeXmlNode *oree_gw_receipt_to_stanza (gboolean displayed, const char *confirms, OreeStanzaType type,
                                        const OreeGwStanzaParts *parts);
/* The value of an Accept header; static. */
const char *oree_gw_message_accept (void);

G_END_DECLS
