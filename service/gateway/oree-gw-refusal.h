/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the gateway cannot carry: why, as a code, and what each protocol is told. Refusals of policy are in
 * roles/oree-refusal; these are no decision of anybody, but of the matter itself. */
#pragma once
#include "gateway/oree-gw-phrase.h"

G_BEGIN_DECLS

/* X (symbol, nick, stanza condition, SIP status, phrase). Nicks are stable: counters, events and translations use them. */
#define OREE_GW_REFUSALS(X)                                                                                              \
  X (GROUP_CHAT, "group-chat-unsupported", SERVICE_UNAVAILABLE, 488, GROUP_CHAT)                                         \
  X (INVITATION, "invitation-unsupported", FEATURE_NOT_IMPLEMENTED, 488, INVITATION)                                     \
  X (FILE, "file-transfer-unsupported", SERVICE_UNAVAILABLE, 488, FILE) /* XEP-0047, 0095, 0166: not supported */        \
  X (CALL, "call-unsupported", SERVICE_UNAVAILABLE, 488, CALL)          /* XEP-0166 6.3.2 */                             \
  X (MANY_RECIPIENTS, "many-recipients-unsupported", FEATURE_NOT_IMPLEMENTED, 420, MANY_RECIPIENTS) /* RFC 5365 */       \
  X (EXTENSION, "extension-unsupported", FEATURE_NOT_IMPLEMENTED, 420, EXTENSION) /* RFC 3261 8.2.2.3 */                 \
  X (BODY_TOO_BIG, "body-too-big", POLICY_VIOLATION, 413, BODY_TOO_BIG)           /* RFC 7572 6 */                       \
  X (CONTENT, "content-unsupported", NOT_ACCEPTABLE, 415, CONTENT)                                                       \
  X (BROKEN, "content-broken", BAD_REQUEST, 400, NOT_ACCEPTED)                                                           \
  X (ENCRYPTED, "encrypted-unsupported", NOT_ACCEPTABLE, 415, ENCRYPTED)                                                 \
  X (BOUNDARY_CONTENT, "boundary-content", POLICY_VIOLATION, 403, BOUNDARY_CONTENT)                                      \
  X (BOUNDARY_SIZE, "boundary-size", POLICY_VIOLATION, 413, BODY_TOO_BIG)                                                \
  X (BOUNDARY_RATE, "boundary-rate", RESOURCE_CONSTRAINT, 480, BUDGET)                                                   \
  X (EXPIRED, "message-expired", REMOTE_SERVER_TIMEOUT, 480, EXPIRED) /* RFC 3428 7 */                                   \
  X (NOT_A_PERSON, "not-a-person", SERVICE_UNAVAILABLE, 404, NOT_A_PERSON)                                               \
  X (ADDRESS, "address-unmappable", JID_MALFORMED, 404, ADDRESS)                                                         \
  X (BUDGET, "budget-exhausted", RESOURCE_CONSTRAINT, 480, BUDGET)                                                       \
  X (QUEUE_FULL, "queue-full", RESOURCE_CONSTRAINT, 480, BUSY) /* not 503: that closes a whole hop */

typedef enum
{
  OREE_GW_REFUSAL_NONE,
#define X(symbol, nick, stanza, sip, phrase) OREE_GW_REFUSAL_##symbol,
  OREE_GW_REFUSALS (X)
#undef X
  OREE_N_GW_REFUSALS
} OreeGwRefusalId;

typedef struct
{
  const char *nick;
  OreeStanzaErr stanza;
  guint sip;
  OreeGwPhrase phrase;
} OreeGwRefusal;

/* The row of `id`, not NONE; static. */
const OreeGwRefusal *oree_gw_refusal (OreeGwRefusalId id);

G_END_DECLS
