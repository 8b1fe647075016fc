/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the owner of a stream tells its machine: the stand of a remote domain, and answers to pure questions. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_S2S_REQUIRED,
  OREE_S2S_OPTIONAL,
  OREE_S2S_NOT_SUPPORTED
} OreeS2sNeed;

typedef enum
{
  OREE_S2S_STANDING_PARTNER,
  OREE_S2S_STANDING_STRANGER, /* authenticated, every stanza answered forbidden, capped, closed */
  OREE_S2S_STANDING_BLOCKED   /* stream error policy-violation at once */
} OreeS2sStanding;

/* How the two may prove who they are; which of them a partner's record leaves is the model's table to say
 * (oree-xmpp-partner.c), whose bits these are. */
typedef enum
{
  OREE_S2S_METHOD_SASL_TLS = 1 << 0,
  OREE_S2S_METHOD_TLS_DIALBACK = 1 << 1,
  OREE_S2S_METHOD_TCP_DIALBACK = 1 << 2
} OreeS2sMethods;

typedef struct
{
  OreeS2sStanding standing;
  OreeS2sNeed tls;
  OreeS2sMethods methods;
  OreeTime establish;           /* from connection to authentication; 60 s */
  OreeTime inactivity;          /* no stanza for so long: closed in good order; 600 s; NEVER: never */
  OreeTime keep_alive_interval; /* silence after which we send something; NEVER: off */
  gboolean bidirectional;       /* one stream may carry both directions (XEP-0288) */
} OreeS2sPolicy;

/* May SASL EXTERNAL prove the peer? It needs TLS. */
gboolean oree_s2s_policy_sasl (const OreeS2sPolicy *self);
/* Dialback over TLS, and in clear. */
gboolean oree_s2s_policy_dialback (const OreeS2sPolicy *self, gboolean over_tls);

/* When something must be sent so that nobody takes the silence for death: bytes were last `heard` and `sent` then;
 * `peer_idle` is what the peer puts up with (XEP-0478; NEVER: it did not say). NEVER: keep-alive is off. */
OreeTime oree_s2s_policy_keep_alive_at (const OreeS2sPolicy *self, OreeTime heard, OreeTime sent, OreeTime peer_idle);
/* When a stream without stanzas since `last_stanza` closes; NEVER: it does not. */
OreeTime oree_s2s_policy_inactive_at (const OreeS2sPolicy *self, OreeTime last_stanza);
/* The same in whole seconds, as we tell the peer (XEP-0478); 0: never. */
guint oree_s2s_policy_idle_seconds (const OreeS2sPolicy *self);

typedef enum
{
  OREE_S2S_PROOF_NONE,
  OREE_S2S_PROOF_EXTERNAL,    /* certificate and SASL EXTERNAL */
  OREE_S2S_PROOF_CERTIFICATE, /* certificate, claimed by a dialback request (XEP-0344) */
  OREE_S2S_PROOF_DIALBACK_TLS,
  OREE_S2S_PROOF_DIALBACK,
  OREE_N_S2S_PROOFS
} OreeS2sProof;

/* "external", "certificate", "dialback-tls", "dialback"; "none". Static. */
const char *oree_s2s_proof_nick (OreeS2sProof proof);

/* Questions a machine may ask at any time; each is answered at once, from memory, without calling back into
 * the machine. Domains are in normal form. */
typedef struct
{
  gpointer data;
  /* Is it an XMPP domain of ours? */
  gboolean (*is_ours) (gpointer data, const char *domain);
  /* The stand of `domain`; NULL asks for what holds before the peer has said who it is. */
  void (*policy) (gpointer data, const char *domain, OreeS2sPolicy *out);
  /* Does the certificate the peer showed on this connection prove `domain` (names, chain, use, dates)? Asked
   * only once TLS stands. */
  gboolean (*proves) (gpointer data, const char *domain);
  /* A fresh unpredictable stream id of at least 128 bits; owned. */
  char *(*stream_id) (gpointer data);
  /* `proves` said no: might it say yes once what the domain's names say of its certificates is known (DANE, POSH)? When
   * TRUE that is being asked for, and on_proof_known follows in bounded time. NULL: never. */
  gboolean (*awaits) (gpointer data, const char *domain);
} OreeS2sQueries;

G_END_DECLS
