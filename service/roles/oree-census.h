/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many XMPP connections there are, in all and with each domain, over all lanes. Touched when a stream
 * begins and ends, never by traffic, so one lock serves. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* TRUE and counted, unless `total_limit` or `domain_limit` is reached already. `domain` NULL: not known yet. */
gboolean oree_census_enter (gpointer roles, const char *domain, guint64 total_limit, guint64 domain_limit);
void oree_census_leave (gpointer roles, const char *domain);
/* For limits that were lowered. TRUE, and one counted less, when there are more than `limit` with `domain` (NULL: in
 * all): the caller ends one of its streams and does not leave for it. */
gboolean oree_census_evict (gpointer roles, const char *domain, guint64 limit);
/* How many there are with each domain; in all for NULL. */
typedef void (*OreeCensusFunc) (const char *domain, guint64 count, gpointer data);
void oree_census_foreach (gpointer roles, OreeCensusFunc func, gpointer data);

G_END_DECLS
