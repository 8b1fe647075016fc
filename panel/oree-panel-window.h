/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelWindow: navigation at the left, the page at the right. Actions: "win.go" (s: NAME or NAME/PLACE), "win.place" (i, Alt+N), "win.next-tab", "win.previous-tab",
 * "win.undo" (s: a revision, or "" for the last commit: Ctrl+Z), "win.remember" (s: the revision of a commit); the visible page's commands are its group "page". */
#pragma once
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_PANEL_WINDOW (oree_panel_window_get_type ())
G_DECLARE_FINAL_TYPE (OreePanelWindow, oree_panel_window, OREE, PANEL_WINDOW, AdwApplicationWindow)

OreePanelWindow *oree_panel_window_new (GtkApplication *app, OreeClientSession *session);
/* Goes to a place; FALSE when there is none of that name. */
gboolean oree_panel_window_go (OreePanelWindow *self, const char *place);
/* Takes on the size it had the last time, and keeps what it is like when it is closed (schema org.oree.Edge1.Panel). */
void oree_panel_window_remember (OreePanelWindow *self, GSettings *settings);
/* Gives the keyboard to the navigation, unless the page has taken it. */
void oree_panel_window_begin (OreePanelWindow *self);
/* The page in front, borrowed; NULL. */
GtkWidget *oree_panel_window_get_page (OreePanelWindow *self);
/* The page shown has all it will show. */
gboolean oree_panel_window_is_settled (OreePanelWindow *self);

G_END_DECLS
