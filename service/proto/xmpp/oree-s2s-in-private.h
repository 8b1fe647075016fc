/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the inbound machine, shared by its two files: the stream (oree-s2s-in.c) and how its peer proves
 * itself (oree-s2s-in-auth.c). */
#pragma once
#include "codec/xmpp/oree-xmpp-stream.h"
#include "ident/oree-domain.h"
#include "proto/xmpp/oree-s2s-in.h"

typedef enum
{
  HEADER,
  PROVING,
  OPEN,
  TLS,
  SETTLING,
  CLOSING,
  CLOSED
} State;

struct _OreeS2sIn
{
  gboolean certificate;

  State state;
  OreeS2sReason reason; /* SETTLING, CLOSING: why */
  gboolean peer_ended;
  OreeS2sReason leave;      /* to be said once the peer has begun the stream anew; OK: nothing */
  OreeStreamErr peer_error; /* with which it ended; NONE: none */
  char *remote; /* as the header said */
  char *local;
  OreeS2sPolicy policy; /* for remote, or for nobody yet */
  gboolean header_sent; /* on this stream */
  guint peer_major;     /* the version its header said */

  gboolean external_offered;
  gboolean external_done;
  gboolean challenged;
  guint sasl_failures;

  gboolean bidi_offered;
  gboolean bidi; /* the peer wants our stanzas on this stream */
  OreeTime peer_idle;
  OreeTime enable_by; /* the peer may still switch acknowledgements on: what we send waits for that; 0: no */
  OreeS2sReceiver receiver;
  OreeS2sSender sender; /* carries something only with bidi */

  OreeTime started;
  OreeTime close_by; /* SETTLING, CLOSING */
  OreeTime last_heard;
  OreeTime last_sent; /* what the halves did not send */
};

/* A domain as written → normal form; NULL when absent or none. Owned. */
static inline char *
normal (const char *domain)
{
  return domain != NULL ? oree_domain_normalise (oree_span_str (domain)) : NULL;
}

gboolean oree_s2s_in_offers_tls (const OreeS2sIn *self);

/* Takes `text`. */
void oree_s2s_in_send_text (OreeS2sIn *self, GString *text, OreeTime now, OreeEffects *out);
/* Last words: what was handled, the error of `reason` (or `err`), the end tag. */
void oree_s2s_in_stop (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);
void oree_s2s_in_stop_with (OreeS2sIn *self, OreeS2sReason reason, OreeStreamErr err, OreeTime now,
                            OreeEffects *out);

void oree_s2s_in_on_starttls (OreeS2sIn *self, OreeTime now, OreeEffects *out);
void oree_s2s_in_on_sasl (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
