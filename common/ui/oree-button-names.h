/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GTK 4.8 tells a screen reader "_Stop Stop" of a button with a mnemonic. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

/* Lets the label inside every button under `root` be its name, once. Again after a label was set anew. */
void oree_ui_name_buttons (GtkWidget *root);

G_END_DECLS
