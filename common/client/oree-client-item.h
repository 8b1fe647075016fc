/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeClientItem: one row of a list that came over the bus, for list widgets. It keeps its identity while its values
 * change, so that a selection survives a refresh. */
#pragma once
#include "model/oree-partner-state.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define OREE_TYPE_CLIENT_ITEM (oree_client_item_get_type ())
/* Properties: "id" (s), "row" (v). Signal: "notify::row". */
G_DECLARE_FINAL_TYPE (OreeClientItem, oree_client_item, OREE, CLIENT_ITEM, GObject)

/* `row` is a{sv}, sunk. */
OreeClientItem *oree_client_item_new (const char *id, GVariant *row);

/* Borrowed; what the row is known by: unique in its list. */
const char *oree_client_item_get_id (OreeClientItem *self);
/* What kind of record it is; "" when it is none. Static. */
const char *oree_client_item_get_kind (OreeClientItem *self);
void oree_client_item_set_kind (OreeClientItem *self, const char *kind);
/* Borrowed a{sv}, as the service sent it. */
GVariant *oree_client_item_get_row (OreeClientItem *self);
/* Sinks `row`; notifies when it differs. TRUE then. */
gboolean oree_client_item_set_row (OreeClientItem *self, GVariant *row);

/* Values of the row: "" or FALSE or 0 when there is none of that name and type. The text is borrowed. */
const char *oree_client_item_text (OreeClientItem *self, const char *name);
gboolean oree_client_item_flag (OreeClientItem *self, const char *name);
/* Any integer type; negative numbers are 0. */
guint64 oree_client_item_number (OreeClientItem *self, const char *name);
/* Microseconds since 1970, or any signed number. */
gint64 oree_client_item_time (OreeClientItem *self, const char *name);
/* Of a list field: the entries, borrowed texts in an owned array; never NULL. */
const char **oree_client_item_list (OreeClientItem *self, const char *name);

/* Of a row of Monitor.Partners. */
OreePartnerState oree_client_item_partner_state (OreeClientItem *self);

G_END_DECLS
