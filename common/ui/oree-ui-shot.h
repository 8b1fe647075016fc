/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of windows, for the documentation and the tests. */
#pragma once
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Writes what the window shows as PNG; it must be on the screen (a virtual one will do). */
gboolean oree_ui_shot (GtkWidget *window, const char *path, GError **error);

G_END_DECLS
