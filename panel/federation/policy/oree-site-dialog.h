/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Select a Site": which site a new policy is for. */
#pragma once
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* `done` hears the site's name once, NULL when the user cancelled. */
void oree_site_dialog_ask (GtkWidget *widget, OreeClientSession *session, void (*done) (const char *site, gpointer data),
                           gpointer data);

G_END_DECLS
