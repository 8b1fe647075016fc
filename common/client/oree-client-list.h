/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeClientList: a GListModel of OreeClientItem, the mirror of one collection of the service. It reads the collection
 * when the service is there, follows its changes, and keeps what it last knew when the service goes away. */
#pragma once
#include "client/oree-client-item.h"
#include "client/oree-client-session.h"

G_BEGIN_DECLS

#define OREE_TYPE_CLIENT_LIST (oree_client_list_get_type ())
/* Properties: "loaded" (b: it was read once), "loading" (b), "error" (boxed GError, of the last reading; NULL),
 * "n-items" (u). Signal: "loaded" () after every reading. */
G_DECLARE_FINAL_TYPE (OreeClientList, oree_client_list, OREE, CLIENT_LIST, GObject)

/* The records of one kind, in order of their ids; kept up to date by the service's Changed. */
OreeClientList *oree_client_list_new_for_kind (OreeClientSession *session, const char *kind);
/* The rows of any call that answers aa{sv} first; `parameters` may be NULL for "(a{sv})" with no options or "()".
 * `key` names the value (text or number) that tells rows apart; NULL: their place. Read at the start and by
 * oree_client_list_refresh (). `kind` "" in what follows. */
OreeClientList *oree_client_list_new_for_call (OreeClientSession *session, OreeCall call, GVariant *parameters,
                                               const char *key);

const char *oree_client_list_get_kind (OreeClientList *self);
/* Reads the collection again; nothing while the service is absent. */
void oree_client_list_refresh (OreeClientList *self);
/* Other words for the next reading (a period, a filter), and reads; sinks `parameters`. */
void oree_client_list_set_parameters (OreeClientList *self, GVariant *parameters);
/* Borrowed; NULL when there is no row with this id. */
OreeClientItem *oree_client_list_find (OreeClientList *self, const char *id);
/* Where it stands; FALSE when it does not. */
gboolean oree_client_list_position (OreeClientList *self, const char *id, guint *position);
/* The ids of its items, owned array of owned names. */
GStrv oree_client_list_dup_ids (OreeClientList *self);
gboolean oree_client_list_is_loaded (OreeClientList *self);
/* Of the last complete reading or change followed; 0 before, and for lists that are not of records. */
guint64 oree_client_list_get_revision (OreeClientList *self);

G_END_DECLS
