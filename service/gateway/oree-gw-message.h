/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single messages both ways (RFC 7572): any script, several lines, subject, thread, language. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "codec/xmpp/oree-stanza.h"

G_BEGIN_DECLS

/* Threads that are no legal Call-ID, under the one that stands for them; bounded, oldest forgotten first. */
typedef struct _OreeGwThreads OreeGwThreads;
OreeGwThreads *oree_gw_threads_new (guint max);
void oree_gw_threads_free (OreeGwThreads *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwThreads, oree_gw_threads_free)
/* The Call-ID of a thread: itself when it may be one (RFC 3261 25.1 callid, not over 255 octets), else derived from it
 * and remembered. Owned. */
char *oree_gw_threads_call_id (OreeGwThreads *self, const char *thread);
/* The thread of a Call-ID: the remembered one, else itself. Owned. */
char *oree_gw_threads_thread (const OreeGwThreads *self, OreeSpan call_id);

/* What becomes a SIP MESSAGE. Every text is free of CR, LF and NUL but the body, whose lines end in CR LF. */
typedef struct
{
  char *call_id;  /* NULL: the stanza has no thread */
  char *subject;  /* NULL: none */
  char *language; /* NULL: not said */
  char *body;
} OreeGwSip;

void oree_gw_sip_clear (OreeGwSip *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeGwSip, oree_gw_sip_clear)

typedef enum
{
  OREE_GW_MESSAGE_OK,
  OREE_GW_MESSAGE_EMPTY,   /* no body: nothing to carry, nothing lost */
  OREE_GW_MESSAGE_REFUSED  /* `err` says why */
} OreeGwMessageOutcome;

/* A message stanza (not of type error) → the parts of a MESSAGE. `max_body`: octets the SIP side takes. */
OreeGwMessageOutcome oree_gw_message_to_sip (const OreeStanza *stanza, OreeGwThreads *threads, gsize max_body,
                                             OreeGwSip *out, OreeStanzaErr *err);

/* A MESSAGE request → the stanza, from and to as given, `id` for its id. NULL: `*status` answers the request: 415
 * (then say what we take: oree_gw_message_accept), 400, 413; 200 for a body that is empty. Owned. */
OreeXmlNode *oree_gw_message_to_xmpp (const OreeSipMsg *request, const OreeGwThreads *threads, const char *from,
                                      const char *to, const char *id, guint *status);
/* The value of an Accept header; static. */
const char *oree_gw_message_accept (void);

G_END_DECLS
