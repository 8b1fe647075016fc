/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a stream ended, a stanza failed or a proof was refused: one list for both stream machines, and what each
 * reason is on the wire. */
#pragma once
#include "codec/xmpp/oree-stanza-err.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_S2S_OK,                   /* closed in good order by either side */
  OREE_S2S_IDLE,                 /* nothing to carry for the inactivity time */
  OREE_S2S_SHUTDOWN,             /* we stop or drain */
  OREE_S2S_REPLACED,             /* our own certificate changed: a new stream is wanted */
  OREE_S2S_RESET,                /* an administrator wants new streams */
  OREE_S2S_TRUST_WITHDRAWN,      /* the certificate that proved the peer does so no longer */
  OREE_S2S_CONNECTION_LOST,      /* without </stream> */
  OREE_S2S_ESTABLISH_TIMEOUT,    /* not authenticated in time */
  OREE_S2S_CONNECT_FAILED,       /* no connection came about */
  OREE_S2S_WAITING,              /* no attempt: the last one failed, the next one waits (back-off) */
  OREE_S2S_NO_ROOM,              /* no attempt: our limit of connections is reached */
  OREE_S2S_NOT_FOUND,            /* no such domain, or no service offered there */
  OREE_S2S_PEER_ERROR,           /* the peer sent a stream error */
  OREE_S2S_PEER_HOST_UNKNOWN,    /* … saying it does not serve the domain */
  OREE_S2S_PEER_POLICY,          /* … policy-violation or not-authorized */
  OREE_S2S_BAD_XML,              /* not well-formed, restricted, wrong encoding */
  OREE_S2S_LIMIT,                /* a cap of oree-limits.h */
  OREE_S2S_BAD_PROTOCOL,         /* an element out of place */
  OREE_S2S_BAD_HEADER,           /* wrong namespace, version or missing addresses */
  OREE_S2S_HOST_UNKNOWN,         /* the stream or stanza is for a domain that is not ours */
  OREE_S2S_IMPROPER_ADDRESSING,  /* from or to missing or no address */
  OREE_S2S_INVALID_FROM,         /* from a domain not proved here, or one of ours */
  OREE_S2S_IDENTITY_SWAP,        /* a restart named another pair */
  OREE_S2S_NOT_AUTHENTICATED,    /* stanza before proof */
  OREE_S2S_BLOCKED,              /* the domain is blocked */
  OREE_S2S_STRANGER,             /* not a partner */
  OREE_S2S_TLS_REQUIRED,         /* our policy demands TLS and the peer does without */
  OREE_S2S_TLS_REFUSED,          /* the peer answered STARTTLS with failure */
  OREE_S2S_TLS_NOT_ALLOWED,      /* the peer insists on TLS, which our policy does without */
  OREE_S2S_TLS_FAILED,           /* the handshake failed */
  OREE_S2S_CERT_NOT_PROVEN,      /* the certificate does not prove the domain and policy demands it */
  OREE_S2S_DANE_MISMATCH,        /* the domain's signed zone names other keys than the one shown (RFC 7673) */
  OREE_S2S_DNS_BOGUS,            /* what DNS said of the domain is not what its zone signed */
  OREE_S2S_SASL_REFUSED,         /* EXTERNAL was refused and nothing else is allowed */
  OREE_S2S_SASL_ATTEMPTS,        /* too many failed attempts */
  OREE_S2S_NO_METHOD,            /* no way to authenticate is common to both */
  OREE_S2S_DIALBACK_NOT_ALLOWED, /* by our policy */
  OREE_S2S_DIALBACK_INVALID,     /* the key was wrong */
  OREE_S2S_DIALBACK_ERROR,       /* the other side could not check the key */
  OREE_S2S_DIALBACK_TIMEOUT,
  OREE_S2S_DIALBACK_ATTEMPTS,    /* too many failed keys */
  OREE_S2S_ACK_TIMEOUT,          /* a request for acknowledgement stayed unanswered */
  OREE_S2S_ACK_INVALID,          /* more acknowledged than sent */
  OREE_S2S_QUEUE_FULL,
  OREE_S2S_TOO_BIG,              /* over the peer's advertised stanza size */
  OREE_S2S_OUTCOME_UNKNOWN,      /* sent, not acknowledged, stream lost */
  OREE_N_S2S_REASONS
} OreeS2sReason;

/* "outcome-unknown"; static. */
const char *oree_s2s_reason_nick (OreeS2sReason reason);
gboolean oree_s2s_reason_from_nick (const char *nick, OreeS2sReason *reason);
/* The stanza error a sender gets whose stanza failed for this reason (RFC 6120 10.4.3, XEP-0220). */
OreeStanzaErr oree_s2s_reason_stanza_err (OreeS2sReason reason);
/* The stream error told to the peer; NONE: none. */
OreeStreamErr oree_s2s_reason_stream_err (OreeS2sReason reason);
/* What a stream error of the peer's means for the stream it ended. */
OreeS2sReason oree_s2s_reason_of_peer_error (OreeStreamErr err);

G_END_DECLS
