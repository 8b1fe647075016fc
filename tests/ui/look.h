/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a program with windows looks, for tests/ui/inspect.c: another dress put on while it runs, what is painted, and whether
 * a text can be read on it. */
#pragma once

#include <adwaita.h>

/* Puts on a dress, "dark high 15": "light" or "dark", "normal" or "high" contrast, points of the font. NULL, or what
 * forbids it. */
const char *look_wear (const char *words);

/* Waits until `window` was laid out and painted. */
void look_wait (GtkWidget *window);

/* What `native` shows, popovers of its own not counted: a picture to destroy, NULL while there is nothing. */
cairo_surface_t *look_paint (GtkNative *native);

/* How much brighter the ground of this place of a picture is than its ink, or darker, by WCAG 2.1: 1 to 21. The ground is
 * the commonest colour, the ink the one farthest from it. 0: the place lies outside. */
double look_contrast (cairo_surface_t *picture, int left, int top, int width, int height);

/* Every window, the one in front on top of the others, menus and all, into a PNG. */
gboolean look_save (GtkWidget *main_window, GtkWidget *front, const char *path);
