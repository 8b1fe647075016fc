/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of reasons. */
#include "proto/xmpp/oree-s2s-reason.h"

typedef struct
{
  const char *nick;
  OreeStanzaErr stanza;
  OreeStreamErr stream;
} Reason;

#define TIMEOUT OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT
#define NONE OREE_STREAM_ERR_NONE

static const Reason reasons[] = {
  [OREE_S2S_OK] = { "ok", TIMEOUT, NONE },
  [OREE_S2S_IDLE] = { "idle", TIMEOUT, NONE },
  [OREE_S2S_SHUTDOWN] = { "shutdown", TIMEOUT, OREE_STREAM_ERR_SYSTEM_SHUTDOWN },
  [OREE_S2S_REPLACED] = { "replaced", TIMEOUT, OREE_STREAM_ERR_RESET },
  [OREE_S2S_RESET] = { "reset", TIMEOUT, OREE_STREAM_ERR_RESET },
  [OREE_S2S_TRUST_WITHDRAWN] = { "trust-withdrawn", TIMEOUT, OREE_STREAM_ERR_RESET },
  [OREE_S2S_CONNECTION_LOST] = { "connection-lost", TIMEOUT, NONE },
  [OREE_S2S_ESTABLISH_TIMEOUT] = { "establish-timeout", TIMEOUT, OREE_STREAM_ERR_CONNECTION_TIMEOUT },
  [OREE_S2S_CONNECT_FAILED] = { "connect-failed", TIMEOUT, NONE },
  [OREE_S2S_WAITING] = { "waiting", TIMEOUT, NONE },
  [OREE_S2S_NO_ROOM] = { "connection-limit", OREE_STANZA_ERR_RESOURCE_CONSTRAINT,
                         OREE_STREAM_ERR_RESOURCE_CONSTRAINT },
  [OREE_S2S_NOT_FOUND] = { "not-found", OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND, NONE },
  [OREE_S2S_PEER_ERROR] = { "peer-error", TIMEOUT, NONE },
  [OREE_S2S_PEER_HOST_UNKNOWN] = { "peer-host-unknown", OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND, NONE },
  [OREE_S2S_PEER_POLICY] = { "peer-policy", TIMEOUT, NONE },
  [OREE_S2S_BAD_XML] = { "bad-xml", TIMEOUT, OREE_STREAM_ERR_NOT_WELL_FORMED },
  [OREE_S2S_LIMIT] = { "limit", TIMEOUT, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_BAD_PROTOCOL] = { "bad-protocol", TIMEOUT, OREE_STREAM_ERR_UNSUPPORTED_STANZA_TYPE },
  [OREE_S2S_BAD_HEADER] = { "bad-header", TIMEOUT, OREE_STREAM_ERR_INVALID_NAMESPACE },
  [OREE_S2S_HOST_UNKNOWN] = { "host-unknown", TIMEOUT, OREE_STREAM_ERR_HOST_UNKNOWN },
  [OREE_S2S_IMPROPER_ADDRESSING] = { "improper-addressing", TIMEOUT, OREE_STREAM_ERR_IMPROPER_ADDRESSING },
  [OREE_S2S_INVALID_FROM] = { "invalid-from", TIMEOUT, OREE_STREAM_ERR_INVALID_FROM },
  [OREE_S2S_IDENTITY_SWAP] = { "identity-swap", TIMEOUT, OREE_STREAM_ERR_INVALID_FROM },
  [OREE_S2S_NOT_AUTHENTICATED] = { "not-authenticated", TIMEOUT, OREE_STREAM_ERR_NOT_AUTHORIZED },
  [OREE_S2S_BLOCKED] = { "blocked", OREE_STANZA_ERR_FORBIDDEN, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_STRANGER] = { "stranger", OREE_STANZA_ERR_FORBIDDEN, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_TLS_REQUIRED] = { "tls-required", TIMEOUT, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_TLS_REFUSED] = { "tls-refused", TIMEOUT, NONE },
  [OREE_S2S_TLS_NOT_ALLOWED] = { "tls-not-allowed", TIMEOUT, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_TLS_FAILED] = { "tls-failed", TIMEOUT, NONE },
  [OREE_S2S_CERT_NOT_PROVEN] = { "cert-not-proven", TIMEOUT, OREE_STREAM_ERR_NOT_AUTHORIZED },
  [OREE_S2S_DANE_MISMATCH] = { "dane-mismatch", TIMEOUT, NONE },
  [OREE_S2S_DNS_BOGUS] = { "dns-bogus", TIMEOUT, NONE },
  [OREE_S2S_SASL_REFUSED] = { "sasl-refused", TIMEOUT, NONE },
  [OREE_S2S_SASL_ATTEMPTS] = { "sasl-attempts", TIMEOUT, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_NO_METHOD] = { "no-method", TIMEOUT, NONE },
  [OREE_S2S_DIALBACK_NOT_ALLOWED] = { "dialback-not-allowed", TIMEOUT, OREE_STREAM_ERR_NOT_AUTHORIZED },
  [OREE_S2S_DIALBACK_INVALID] = { "dialback-invalid", OREE_STANZA_ERR_INTERNAL_SERVER_ERROR,
                                  OREE_STREAM_ERR_NOT_AUTHORIZED },
  [OREE_S2S_DIALBACK_ERROR] = { "dialback-error", TIMEOUT, NONE },
  [OREE_S2S_DIALBACK_TIMEOUT] = { "dialback-timeout", TIMEOUT, OREE_STREAM_ERR_CONNECTION_TIMEOUT },
  [OREE_S2S_DIALBACK_ATTEMPTS] = { "dialback-attempts", TIMEOUT, OREE_STREAM_ERR_POLICY_VIOLATION },
  [OREE_S2S_ACK_TIMEOUT] = { "ack-timeout", TIMEOUT, OREE_STREAM_ERR_CONNECTION_TIMEOUT },
  [OREE_S2S_ACK_INVALID] = { "ack-invalid", TIMEOUT, OREE_STREAM_ERR_UNDEFINED_CONDITION },
  [OREE_S2S_QUEUE_FULL] = { "queue-full", OREE_STANZA_ERR_RESOURCE_CONSTRAINT, NONE },
  [OREE_S2S_TOO_BIG] = { "too-big", OREE_STANZA_ERR_POLICY_VIOLATION, NONE },
  [OREE_S2S_OUTCOME_UNKNOWN] = { "outcome-unknown", TIMEOUT, NONE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (reasons) == OREE_N_S2S_REASONS);

const char *
oree_s2s_reason_nick (OreeS2sReason reason)
{
  return reasons[reason].nick;
}

gboolean
oree_s2s_reason_from_nick (const char *nick, OreeS2sReason *reason)
{
  for (guint i = 0; i < OREE_N_S2S_REASONS; i++)
    {
      if (strcmp (reasons[i].nick, nick) == 0)
        {
          *reason = i;
          return TRUE;
        }
    }
  return FALSE;
}

OreeStanzaErr
oree_s2s_reason_stanza_err (OreeS2sReason reason)
{
  return reasons[reason].stanza;
}

OreeStreamErr
oree_s2s_reason_stream_err (OreeS2sReason reason)
{
  return reasons[reason].stream;
}

OreeS2sReason
oree_s2s_reason_of_peer_error (OreeStreamErr err)
{
  switch (err)
    {
    case OREE_STREAM_ERR_HOST_UNKNOWN:
    case OREE_STREAM_ERR_HOST_GONE:
      return OREE_S2S_PEER_HOST_UNKNOWN;
    case OREE_STREAM_ERR_POLICY_VIOLATION:
    case OREE_STREAM_ERR_NOT_AUTHORIZED:
      return OREE_S2S_PEER_POLICY;
    case OREE_STREAM_ERR_UNSUPPORTED_FEATURE:
      return OREE_S2S_NO_METHOD; /* RFC 6120 4.9.3.23: a feature it needs is not offered */
    default:
      return OREE_S2S_PEER_ERROR;
    }
}
