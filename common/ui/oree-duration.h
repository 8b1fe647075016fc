/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long, in words of the two greatest units. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "3 d 4 h", "5 min", "12 s"; of microseconds; negative is none. Owned. */
char *oree_ui_duration (gint64 microseconds);

G_END_DECLS
