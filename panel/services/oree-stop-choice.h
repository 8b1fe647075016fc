/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeStopChoice: how a role shall stop: when its conversations have ended, or now. The body of a question. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_STOP_CHOICE (oree_stop_choice_get_type ())
G_DECLARE_FINAL_TYPE (OreeStopChoice, oree_stop_choice, OREE, STOP_CHOICE, AdwBin)

/* `cut` says what stopping at once would cut, translated. `drain_only`: only the waiting is asked for. */
GtkWidget *oree_stop_choice_new (const char *cut, gboolean drain_only);
gboolean oree_stop_choice_is_graceful (OreeStopChoice *self);
/* In seconds. */
guint oree_stop_choice_get_deadline (OreeStopChoice *self);

G_END_DECLS
