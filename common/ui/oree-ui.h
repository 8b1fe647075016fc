/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small things that every window of ours needs. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

/* Registers the templates, icons and styles of common/ui. Once, after GTK was initialised. */
void oree_ui_init (void);

/* A passing word at the bottom of the window `widget` is in. `button` NULL: none; else it activates `action` (with the
 * string `target`, NULL for none) on `widget`. */
void oree_ui_toast (GtkWidget *widget, const char *text, const char *button, const char *action, const char *target);

/* Says to assistive technology what a widget is, where its content does not; of a drop-down also its button. */
void oree_ui_set_label (GtkWidget *widget, const char *label);
/* The same of what is said about it: an error, a hint; NULL: nothing. */
void oree_ui_set_description (GtkWidget *widget, const char *description);

/* A page that is not shown says so: GTK 4.8 leaves it to assistive technology as if it were. Of a GtkStack or AdwViewStack,
 * for its life. */
void oree_ui_watch_stack (GtkWidget *stack);

/* Asks a question in a dialog over the window of `widget`. `response` is the label of the button that goes on,
 * `destructive` paints it red; Cancel is the default answer then. `done` hears TRUE when the user goes on. */
typedef void (*OreeUiAnswer) (gboolean yes, gpointer data);
void oree_ui_ask (GtkWidget *widget, const char *heading, const char *body, const char *response, gboolean destructive,
                  OreeUiAnswer done, gpointer data);
/* Shows a dialog whose buttons have names. */
void oree_ui_present (GtkWidget *dialog);
/* Says what went wrong, with a Close button. */
void oree_ui_tell (GtkWidget *widget, const char *heading, const char *body);

/* "21 November 2026, 14:02" in the user's way; "" for 0. Microseconds since 1970; owned. */
char *oree_ui_time (gint64 when);
/* "14:02", with the date when it was not today; owned. */
char *oree_ui_short_time (gint64 when);
/* "12,345" in the user's way; owned. */
/* How large text is in this widget beside what windows were drawn for: 1, or 1.36 where the font has 15 points. */
double oree_ui_text_scale (GtkWidget *widget);
char *oree_ui_number (guint64 number);

G_END_DECLS
