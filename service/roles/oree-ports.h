/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses and ports a policy listens on, and whether they can be had. */
#pragma once
#include "model/oree-problem.h"
#include "policy/oree-policy.h"

G_BEGIN_DECLS

/* Tries every endpoint that `next` listens on and `now` does not, by binding it and letting it go at once. What cannot
 * be had becomes a problem of the topology's field that asks for it: PORT_BUSY, ADDRESS_UNAVAILABLE or
 * PORT_NOT_PERMITTED, the detail "address:port". Never waits. Any thread. */
void oree_ports_try (const OreePolicy *now, const OreePolicy *next, OreeProblems *problems);

G_END_DECLS
