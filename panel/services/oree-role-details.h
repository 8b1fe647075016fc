/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeRoleDetails: what the role that is selected does now: its complaint, its lines, its figures. */
#pragma once
#include "client/oree-client-counters.h"
#include "client/oree-client-item.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_ROLE_DETAILS (oree_role_details_get_type ())
G_DECLARE_FINAL_TYPE (OreeRoleDetails, oree_role_details, OREE, ROLE_DETAILS, AdwBin)

/* Follows the counters; `counters` is borrowed and outlives the widget. Once. */
void oree_role_details_set_counters (OreeRoleDetails *self, OreeClientCounters *counters);
/* The role shown from now on, a row of Services.List; NULL: none. */
void oree_role_details_set_item (OreeRoleDetails *self, OreeClientItem *item);

G_END_DECLS
