/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeSparkline: a small line of the last values, in the colour of the text around it or the accent colour. What it says
 * is also its accessible description; the value itself stands beside it as text, never in the picture alone. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_SPARKLINE (oree_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (OreeSparkline, oree_sparkline, OREE, SPARKLINE, GtkWidget)

GtkWidget *oree_sparkline_new (void);

/* `values`, oldest first, are copied; of these only the last `known` are drawn, the others are not there yet. */
void oree_sparkline_set_values (OreeSparkline *self, const double *values, guint n, guint known);

G_END_DECLS
