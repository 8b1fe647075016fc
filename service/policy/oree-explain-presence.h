/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why is presence unknown? For one pair: what the policy says, then what is alive, in the order in which it must hold. */
#pragma once
#include "policy/oree-explain.h"

G_BEGIN_DECLS

/* X (symbol, nick): what is asked after the policy's own questions. */
#define OREE_PRESENCE_STEPS(X)         \
  X (ASKED, "presence-asked")          \
  X (APPROVED, "presence-approved")    \
  X (STREAM, "presence-stream")        \
  X (SUBSCRIPTION, "presence-subscription") \
  X (TOLD, "presence-told")

typedef enum
{
#define X(symbol, nick) OREE_PRESENCE_STEP_##symbol,
  OREE_PRESENCE_STEPS (X)
#undef X
    OREE_N_PRESENCE_STEPS
} OreePresenceStep;

/* X (symbol, nick): why not. */
#define OREE_PRESENCE_REASONS(X)                        \
  X (NEVER_ASKED, "presence-never-asked")               \
  X (PENDING_XMPP, "presence-pending-xmpp")             \
  X (PENDING_SIP, "presence-pending-sip")               \
  X (ASKING, "presence-asking")                         \
  X (WAITING, "presence-waiting")                       \
  X (ASLEEP, "presence-asleep")                         \
  X (ENDING, "presence-ending")                         \
  X (NO_DEVICE, "presence-no-device")                   \
  X (NOTHING_TOLD, "presence-nothing-told")

typedef enum
{
#define X(symbol, nick) OREE_PRESENCE_##symbol,
  OREE_PRESENCE_REASONS (X)
#undef X
    OREE_N_PRESENCE_REASONS
} OreePresenceReason;

/* NULL-terminated; static. */
const char *const *oree_presence_step_nicks (void);
const char *const *oree_presence_reason_nicks (void);

/* What is alive, as Monitor has it; each aa{sv}, NULL: nothing known of it. */
typedef struct
{
  GVariant *subscriptions;
  GVariant *connections;
  GVariant *allow_entries;
} OreePresenceLive;

/* The partner's domain when `facts` names a pair of one of ours and an outside contact; owned; else NULL. */
char *oree_explain_presence_partner (const OreePolicy *policy, GVariant *facts);
/* `facts` a{sv}: watcher, presentity (s), addresses as people write them. `last_event` is the newest event about the
 * partner (a{sv} as on the bus; NULL: none). Results as of oree_explain; the live steps have kind "subscription" or
 * "stream", the field looked at, its value and, where there is one, `time` (x). */
gboolean oree_explain_presence (const OreePolicy *policy, GVariant *facts, const OreePresenceLive *live,
                                GVariant *last_event, GVariant **verdict, GVariant **steps, OreeProblems *problems);

G_END_DECLS
