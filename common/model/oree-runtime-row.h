/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of durable runtime state (allow entries, subscriptions, bindings): outside revision and history. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *space;     /* OREE_SPACE_… */
  char *key;       /* unique in its space; printable, normalised identifiers joined by a space character */
  GVariant *value; /* a{sv}; NULL means: forget the row */
} OreeRuntimeRow;

#define OREE_SPACE_ALLOW "allow-entry"         /* "address-of-record contact": our user knows this contact */
#define OREE_SPACE_SUBSCRIPTION "subscription" /* "direction watcher presentity" */
#define OREE_SPACE_DIALOG "dialog"             /* "call-id local-tag": a subscription we serve for a user of ours */
#define OREE_SPACE_BINDING "binding"           /* "address-of-record contact" */
#define OREE_SPACE_TEMPER "peer-temper"        /* "domain": what came of certificates of ours there */
#define OREE_SPACE_DEBT "debt"                 /* "tag": a message whose sender must still hear what became of it */
#define OREE_SPACE_PERSON "person"             /* "address-of-record": what a user of ours has shown to read and take */
#define OREE_SPACE_RECEIPT "receipt"           /* "direction id": a message whose notification is waited for */
#define OREE_SPACE_STATE "state"               /* single values: dialback secret, nonce key */

/* `value` is sunk; NULL deletes. */
OreeRuntimeRow *oree_runtime_row_new (const char *space, const char *key, GVariant *value);
OreeRuntimeRow *oree_runtime_row_copy (const OreeRuntimeRow *row);
void oree_runtime_row_free (OreeRuntimeRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeRuntimeRow, oree_runtime_row_free)

G_END_DECLS
