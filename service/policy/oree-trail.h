/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeTrail: the steps a decision took. The deciding function itself fills it, so what `explain` shows cannot
 * differ from what happened; on live traffic the pointer is NULL and nothing is recorded. */
#pragma once
#include "policy/oree-verdict.h"

G_BEGIN_DECLS

/* X (symbol, nick): the questions a decision asks, in the order of oree-decide-xmpp and oree-decide-sip. */
#define OREE_STEPS(X)                                                    \
  X (LOCAL_DOMAIN, "local-domain")                                       \
  X (REMOTE_DOMAIN, "remote-domain")                                     \
  X (ORGANISATION_SWITCH, "organisation-switch")                         \
  X (XMPP_SWITCH, "xmpp-switch")                                         \
  X (BLOCKED_DOMAINS, "blocked-domains")                                 \
  X (PARTNER, "partner")                                                 \
  X (AUTHENTICATION, "authentication")                                   \
  X (USER_POLICY, "user-policy")                                         \
  X (PARTNER_RIGHTS, "partner-rights")                                   \
  X (USER, "user")                                                       \
  X (BOUNDARY, "boundary")                                               \
  X (PEER, "peer")                                                       \
  X (METHOD, "method")                                                   \
  X (IDENTITY, "identity")                                               \
  X (ROUTE, "route")                                                     \
  X (SIP_SWITCH, "sip-switch")                                           \
  X (RELATION, "relation")                                               \
  X (SAFEGUARDS, "safeguards")

typedef enum
{
#define X(symbol, nick) OREE_STEP_##symbol,
  OREE_STEPS (X)
#undef X
    OREE_N_STEPS
} OreeStepId;

typedef enum
{
  OREE_OUTCOME_PASS,   /* went on */
  OREE_OUTCOME_SKIP,   /* the question does not arise here */
  OREE_OUTCOME_REFUSE  /* the last step of a refusal */
} OreeOutcome;

typedef struct
{
  OreeStepId step;
  OreeOutcome outcome;
  OreeReason reason;  /* of a refusal, else ALLOWED */
  const char *kind;   /* the record consulted; NULL when none was */
  char *id;
  const char *field;  /* the field that decided; NULL when none did */
  char *value;        /* its value, or the fact looked at; NULL when none */
} OreeStep;

typedef struct _OreeTrail OreeTrail;

OreeTrail *oree_trail_new (void);
void oree_trail_free (OreeTrail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeTrail, oree_trail_free)
guint oree_trail_n_steps (const OreeTrail *self);
const OreeStep *oree_trail_get (const OreeTrail *self, guint index);
/* Used by the deciding functions; `self` may be NULL. `kind` and `field` are static, the rest is copied. */
void oree_trail_add (OreeTrail *self, OreeStepId step, OreeReason reason, const char *kind, const char *id,
                     const char *field, const char *value);
void oree_trail_skip (OreeTrail *self, OreeStepId step);
const char *oree_step_nick (OreeStepId step);
const char *oree_outcome_nick (OreeOutcome outcome);
const char *const *oree_step_nicks (void);
/* aa{sv}: step s, outcome s ("pass", "skip", "refuse"), reason s, and where there: kind s, id s, field s, value s; floating. */
GVariant *oree_trail_to_variant (const OreeTrail *self);

G_END_DECLS
