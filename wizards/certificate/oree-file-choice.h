/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a file with GTK's native chooser (there is no GtkFileDialog before 4.10). */
#pragma once
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* `path` is an absolute path, borrowed; called only when the user chose. */
typedef void (*OreeFileChosen) (const char *path, gpointer data);

/* Over the window of `owner`, which is handed to `chosen`; nothing happens when that is gone before. `suggestion` is a path,
 * may be NULL. */
void oree_file_choice_open (GtkWidget *owner, const char *title, OreeFileChosen chosen);
void oree_file_choice_save (GtkWidget *owner, const char *title, const char *suggestion, OreeFileChosen chosen);

G_END_DECLS
