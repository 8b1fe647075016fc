/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the inbound machine, shared by its two files: the stream (oree-s2s-in.c) and its proofs
 * (oree-s2s-in-auth.c). */
#pragma once
#include "codec/xmpp/oree-xmpp-stream.h"
#include "ident/oree-domain.h"
#include "proto/xmpp/oree-s2s-in.h"

typedef enum
{
  HEADER,
  OPEN,
  TLS,
  SETTLING,
  CLOSING,
  CLOSED
} State;

typedef struct
{
  OreeDialbackCheck *check;
  OreeTime deadline;
} Pending;

struct _OreeS2sIn
{
  OreeS2sQueries queries;
  OreeSpan secret;
  gboolean certificate;
  gboolean tls;

  State state;
  OreeS2sReason reason; /* SETTLING, CLOSING: why */
  gboolean peer_ended;
  OreeStreamErr peer_error; /* with which it ended; NONE: none */
  OreeS2sReason refused;    /* why its last try to prove itself was not taken; OK: none was */
  char *remote; /* as the header said */
  char *local;
  char *stream_id;
  char *lang;
  OreeS2sPolicy policy; /* for remote, or for nobody yet */
  gboolean header_sent; /* on this stream */

  gboolean external_offered;
  gboolean external_done;
  gboolean challenged;
  guint sasl_failures;
  guint dialback_failures;
  gboolean asked_by_peer; /* it came to verify keys */
  OreeS2sPairs pairs;
  GPtrArray *pending; /* Pending */

  gboolean acks_on;
  OreeS2sAcksIn acks;
  guint stranger_stanzas;

  OreeTime establish_by;
  OreeTime stranger_by;
  OreeTime close_by;
  OreeTime last_stanza;
  OreeTime last_life; /* bytes went either way */
  OreeTime news_since;
};

/* A domain as written → normal form; NULL when absent or none. Owned. */
static inline char *
normal (const char *domain)
{
  return domain != NULL ? oree_domain_normalise (oree_span_str (domain)) : NULL;
}

gboolean oree_s2s_in_is_ours (const OreeS2sIn *self, const char *domain);
/* Does the certificate shown here prove `domain`? */
gboolean oree_s2s_in_proves (const OreeS2sIn *self, const char *domain);
gboolean oree_s2s_in_offers_tls (const OreeS2sIn *self);

/* Takes `text`. */
void oree_s2s_in_send_text (OreeS2sIn *self, GString *text, OreeTime now, OreeEffects *out);
/* Last words: what was handled, the error of `reason` (or `err`), the end tag. */
void oree_s2s_in_stop (OreeS2sIn *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);
void oree_s2s_in_stop_with (OreeS2sIn *self, OreeS2sReason reason, OreeStreamErr err, OreeTime now,
                            OreeEffects *out);

void oree_s2s_in_on_starttls (OreeS2sIn *self, OreeTime now, OreeEffects *out);
void oree_s2s_in_on_sasl (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
void oree_s2s_in_on_dialback (OreeS2sIn *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
/* A pending question has its answer, or its time is over. */
void oree_s2s_in_conclude (OreeS2sIn *self, Pending *pending, OreeDialbackResult result, OreeTime now,
                           OreeEffects *out);
