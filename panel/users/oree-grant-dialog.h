/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which policy is granted to the users that are selected. */
#pragma once
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* `done` hears the policy's id, "" for none of their own (<Automatic>), NULL when the dialog was cancelled; exactly once. */
void oree_grant_dialog_ask (GtkWidget *widget, OreeClientSession *session, guint n_users,
                            void (*done) (const char *policy, gpointer data), gpointer data);

/* The ids of the user policies, owned array of owned names. */
GStrv oree_grant_user_policies (GListModel *policies);

G_END_DECLS
