/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GTK 4.8 tells a screen reader "_Stop Stop" of a button with a mnemonic. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

/* Names every button under `root` by its label without the underscore. */
void oree_ui_name_buttons (GtkWidget *root);

G_END_DECLS
