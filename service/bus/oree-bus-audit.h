/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line per call: who, what, outcome. Every call is logged; those that change something, and every refusal, are
 * also kept in the store. */
#pragma once
#include "control/oree-service.h"

G_BEGIN_DECLS

/* `outcome` is "ok", "refused" (problems with the input), "denied", or an error code's name; `note` may be NULL. */
void oree_bus_audit (OreeService *service, const char *who, const char *interface, const char *method, const char *note,
                     const char *outcome);

G_END_DECLS
