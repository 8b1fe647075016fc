/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePolicyForm: the edit page of an external access policy; its name is fixed for the global one and those of sites. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_POLICY_FORM (oree_policy_form_get_type ())
/* Property: "draft" (OreeClientDraft). */
G_DECLARE_FINAL_TYPE (OreePolicyForm, oree_policy_form, OREE, POLICY_FORM, AdwPreferencesPage)

/* "Global", "Site", "User"; static. */
const char *oree_policy_form_scope (const char *id);

G_END_DECLS
