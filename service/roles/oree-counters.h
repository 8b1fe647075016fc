/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each worker counts. One array per lane, written by its thread only, copied out by message. */
#pragma once
#include <glib.h>

/* X (symbol, name on the bus) */
#define OREE_COUNTERS(X)                                                                       \
  X (XMPP_STREAMS_IN, "xmpp-streams-in")                 /* inbound streams accepted */        \
  X (XMPP_STREAMS_OUT, "xmpp-streams-out")               /* outbound streams dialled */        \
  X (XMPP_STREAMS_READY, "xmpp-streams-ready")           /* streams that were authenticated */ \
  X (XMPP_STREAMS_REFUSED, "xmpp-streams-refused")                                             \
  X (XMPP_DANE_MISMATCHES, "xmpp-dane-mismatches")       /* certificates other than DNSSEC names */ \
  X (XMPP_DNS_BOGUS, "xmpp-dns-bogus")                   /* streams given up for forged DNS */ \
  X (XMPP_CERTIFICATES_REFUSED, "xmpp-certificates-refused") /* handshakes whose certificate proved nothing */ \
  X (XMPP_TRUST_WITHDRAWN, "xmpp-trust-withdrawn")       /* live streams a certificate stopped proving */ \
  X (XMPP_POSH_FAILED, "xmpp-posh-failed")               /* POSH documents not to be had */ \
  X (XMPP_STANZAS_IN, "xmpp-stanzas-in")                                                       \
  X (XMPP_STANZAS_OUT, "xmpp-stanzas-out")                                                     \
  X (XMPP_STANZAS_REFUSED, "xmpp-stanzas-refused")                                             \
  X (XMPP_DIALBACK_ASKED, "xmpp-dialback-asked")         /* keys we verified for others */     \
  X (SIP_CONNECTIONS, "sip-connections")                 /* accepted and dialled */            \
  X (SIP_REQUESTS_IN, "sip-requests-in")                                                       \
  X (SIP_REQUESTS_OUT, "sip-requests-out")                                                     \
  X (SIP_RESPONSES_IN, "sip-responses-in")                                                     \
  X (SIP_STRAY_RESPONSES, "sip-stray-responses")         /* no transaction: dropped */         \
  X (SIP_MALFORMED, "sip-malformed")                                                           \
  X (SIP_TIMEOUTS, "sip-timeouts")                       /* Timer F */                         \
  X (SIGN_INS, "sign-ins")                                                                     \
  X (SIGN_INS_REFUSED, "sign-ins-refused")                                                     \
  X (MESSAGES_TO_SIP, "messages-to-sip")                 /* taken from XMPP for SIP */         \
  X (MESSAGES_TO_SIP_DELIVERED, "messages-to-sip-delivered")                                   \
  X (MESSAGES_TO_SIP_REPORTED, "messages-to-sip-reported")   /* sender told of the failure */  \
  X (MESSAGES_TO_XMPP, "messages-to-xmpp")                                                     \
  X (MESSAGES_TO_XMPP_DELIVERED, "messages-to-xmpp-delivered")                                 \
  X (MESSAGES_TO_XMPP_REPORTED, "messages-to-xmpp-reported")                                   \
  X (MESSAGE_SESSIONS, "message-sessions")               /* INVITEs of messages, either way */ \
  X (PRESENCE_TO_SIP, "presence-to-sip")                                                       \
  X (PRESENCE_TO_XMPP, "presence-to-xmpp")                                                     \
  X (SUBSCRIPTIONS_TO_SIP, "subscriptions-to-sip")                                             \
  X (SUBSCRIPTIONS_TO_XMPP, "subscriptions-to-xmpp")                                           \
  X (QUEUES_FULL, "queues-full")                         /* turned away: too much waits for a partner */ \
  X (BOUNDARY_DELAYED, "boundary-delayed")               /* messages that waited for the rate of a profile */ \
  X (SIP_PARTNER_CONNECTIONS, "sip-partner-connections")   /* proved ones, either way */           \
  X (SIP_PARTNERS_REFUSED, "sip-partners-refused")         /* connections whose certificate proved nothing */ \
  X (SIP_SERVERS_RESTING, "sip-servers-resting")           /* 503 with Retry-After: left alone for a while */ \
  X (SIP_FROM_PARTNERS, "sip-from-partners")               /* requests */                          \
  X (SIP_TO_PARTNERS, "sip-to-partners")                                                           \
  X (SIP_TO_PARTNERS_FAILED, "sip-to-partners-failed")     /* requests: no server of theirs could be reached, or trusted */ \
  X (SIP_FEDERATION_REFUSED, "sip-federation-refused")     /* requests, either way */              \
  X (SIP_DNS_BOGUS, "sip-dns-bogus")                       /* requests, either way, stopped by forged DNS */ \
  X (LIMITS_HIT, "limits-hit")

typedef enum
{
#define X(symbol, name) OREE_COUNT_##symbol,
  OREE_COUNTERS (X)
#undef X
      OREE_N_COUNTERS
} OreeCounter;
