/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data plane that does nothing: takes the place of service/roles when linked, remembers what it was asked, and answers
 * when the test says so. */
#pragma once
#include "roles/oree-roles.h"

/* Answers come by themselves from the main loop (the default), or wait for fake_roles_answer (). */
void fake_roles_hold (gboolean hold);
/* Answers the oldest operation that waits, with `problem` (NULL: success). FALSE when none does. */
gboolean fake_roles_answer (const char *problem, const char *detail);
/* The next start of `role` fails with `problem`; NULL: succeeds again. */
void fake_roles_fail_start (OreeRoleId role, const char *problem, const char *detail);
/* "start xmpp-proxy, drain xmpp-proxy": everything asked since the last call; owned. */
char *fake_roles_asked (void);
/* Revisions published so far, "1 2 3"; owned. */
char *fake_roles_published (void);
/* The options of the last oree_roles_new. */
const OreeRolesOptions *fake_roles_options (void);
/* Forgets everything. */
void fake_roles_reset (void);
