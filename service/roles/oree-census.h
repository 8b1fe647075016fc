/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many XMPP connections there are, in all and with each domain, over all lanes. Touched when a stream
 * begins and ends, never by traffic, so one lock serves. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* TRUE and counted, unless `total_limit` or `domain_limit` is reached already. `domain` NULL: not known yet. */
gboolean oree_census_enter (gpointer roles, const char *domain, guint64 total_limit, guint64 domain_limit);
void oree_census_leave (gpointer roles, const char *domain);

G_END_DECLS
