/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of Monitor.Connections and Monitor.Partners in words. All texts are owned and never NULL. */
#pragma once
#include "ui/oree-facts.h"
#include "ui/oree-list-view.h"

G_BEGIN_DECLS

/* Columns of the two lists; for OreeListColumn. */
extern const OreeListColumn oree_connection_columns[];
extern const guint oree_n_connection_columns;
extern const OreeListColumn oree_partner_columns[];
extern const guint oree_n_partner_columns;

/* Everything about one connection. */
void oree_connection_tell (OreeClientItem *item, OreeFacts *facts);
/* Everything about one partner but its connections. */
void oree_partner_tell (OreeClientItem *item, OreeFacts *facts);
/* "fabrikam.test", or the address while it is not known who that is. */
char *oree_connection_title (OreeClientItem *item);

G_END_DECLS
