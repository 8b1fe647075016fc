/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roles as an administrator sees them: like a Windows service, each has one of seven states, may be draining or
 * degraded with a reason, has a start type, and is controlled alone. Main thread.
 *
 *      stopped ──start──► start-pending ──► running ──pause──► pause-pending ──► paused
 *         ▲                    │ cannot        │ ▲                                 │
 *         │◄───────────────────┘ (degraded)    │ └────── continue-pending ◄─resume─┘
 *         └──── stop-pending ◄──stop, drain────┴──────────────stop, drain──────────┘
 */
#pragma once
#include "base/oree-error.h"
#include "roles/oree-roles.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_STATE_STOPPED,
  OREE_STATE_START_PENDING,
  OREE_STATE_RUNNING,
  OREE_STATE_PAUSE_PENDING,
  OREE_STATE_PAUSED,
  OREE_STATE_CONTINUE_PENDING,
  OREE_STATE_STOP_PENDING
} OreeRoleState;

typedef enum
{
  OREE_START_AUTOMATIC,
  OREE_START_MANUAL,
  OREE_START_DISABLED
} OreeStartType;

const char *oree_role_state_nick (OreeRoleState state);
const char *oree_start_type_nick (OreeStartType type);
gboolean oree_start_type_from_nick (const char *nick, OreeStartType *type);

typedef struct _OreeRoster OreeRoster;

/* A row changed. */
typedef void (*OreeRosterChanged) (OreeRoleId role, gpointer data);
/* `error` is NULL when the state asked for was reached; borrowed. */
typedef void (*OreeRosterDone) (OreeRoleId role, const GError *error, gpointer data);

OreeRoster *oree_roster_new (OreeRosterChanged changed, gpointer data);
void oree_roster_free (OreeRoster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeRoster, oree_roster_free)

/* The data plane; NULL takes it away. Borrowed. */
void oree_roster_set_roles (OreeRoster *self, OreeRoles *roles);

/* Asks for `op`; `done` (may be NULL) is called exactly once, at once when nothing is to be done. A drain is cut after
 * `deadline_seconds`. Errors: BUSY (another change is under way), UNSUPPORTED (not from this state, or disabled),
 * FAILED (the role could not; its row says why). */
void oree_roster_control (OreeRoster *self, OreeRoleId role, OreeRoleOp op, guint deadline_seconds,
                          OreeRosterDone done, gpointer data);
/* Starts every automatic role; those that cannot are degraded and tried again later. */
void oree_roster_start_automatic (OreeRoster *self);
/* Tries automatic roles again that should run and could not: after a new configuration, or after a while. */
void oree_roster_retry (OreeRoster *self);
/* Drains (or stops, when `deadline_seconds` is 0) everything; `done (data)` once all roles are stopped. */
void oree_roster_stop_all (OreeRoster *self, guint deadline_seconds, GSourceFunc done, gpointer data);

void oree_roster_set_degraded (OreeRoster *self, OreeRoleId role, const char *reason, const char *detail);
/* A reason that stands beside what the role itself reports: a record that could not be used. NULL takes it away. */
void oree_roster_set_record_problem (OreeRoster *self, OreeRoleId role, const char *reason, const char *detail);
void oree_roster_set_start_type (OreeRoster *self, OreeRoleId role, OreeStartType type);

OreeRoleState oree_roster_state (const OreeRoster *self, OreeRoleId role);
OreeStartType oree_roster_start_type (const OreeRoster *self, OreeRoleId role);
/* NULL when all is well; borrowed. */
const char *oree_roster_reason (const OreeRoster *self, OreeRoleId role);
const char *oree_roster_detail (const OreeRoster *self, OreeRoleId role);
/* a{sv}, as Services.List; floating. */
GVariant *oree_roster_row (const OreeRoster *self, OreeRoleId role);

G_END_DECLS
