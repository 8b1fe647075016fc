/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeUserForm: the fields of a user; what can be chosen as policy and site comes from the service. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_USER_FORM (oree_user_form_get_type ())
/* Property: "session" (set by the editor). */
G_DECLARE_FINAL_TYPE (OreeUserForm, oree_user_form, OREE, USER_FORM, AdwPreferencesPage)

G_END_DECLS
