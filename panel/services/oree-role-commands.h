/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a role in which state: the table of the service, for the buttons. */
#pragma once
#include "client/oree-client.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_ROLE_START,
  OREE_ROLE_STOP,
  OREE_ROLE_PAUSE,
  OREE_ROLE_RESUME,
  OREE_ROLE_DRAIN,
  OREE_ROLE_RESTART,
  OREE_N_ROLE_COMMANDS
} OreeRoleCommand;

/* "start" …: the names of the actions. */
const char *oree_role_command_name (OreeRoleCommand command);
/* May it be given to a role of this row (as Services.List)? */
gboolean oree_role_command_is_offered (OreeRoleCommand command, GVariant *row);
/* The call; restarting is two calls, its first is this one. */
OreeCall oree_role_command_call (OreeRoleCommand command);

/* "Running", "Draining", "Failed": the state as people call it; static. */
const char *oree_role_state_word (GVariant *row);
/* The mark beside it: never a colour alone. */
const char *oree_role_state_mark (GVariant *row);
/* Why it does not work, a sentence, owned; NULL when it does. */
char *oree_role_complaint (GVariant *row);
/* Is a change of state under way? */
gboolean oree_role_is_pending (GVariant *row);

G_END_DECLS
