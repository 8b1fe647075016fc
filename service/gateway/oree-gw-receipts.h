/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from XMPP whose delivery notification is waited for: imdn.Message-ID → the stanza it stands for. Bounded, the
 * oldest forgotten first. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *aor;        /* who was written to: nobody else's notification counts */
  char *contact;    /* who wrote, the full address */
  char *id;         /* of the stanza */
  int type;         /* OreeStanzaType of the stanza: XEP-0184 5.4 */
  gboolean receipt; /* XEP-0184 was asked for */
  gboolean marker;  /* XEP-0333 was offered */
} OreeGwReceipt;

/* Frees the strings. */
void oree_gw_receipt_clear (OreeGwReceipt *self);

typedef struct _OreeGwReceipts OreeGwReceipts;
OreeGwReceipts *oree_gw_receipts_new (guint max);
void oree_gw_receipts_free (OreeGwReceipts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwReceipts, oree_gw_receipts_free)

/* Takes the strings of `receipt`. Ask _spill afterwards. */
void oree_gw_receipts_add (OreeGwReceipts *self, const char *message_id, OreeGwReceipt receipt);
/* What waits under `message_id` and was written to `aor`; NULL: nothing. Borrowed until the next call of _add or _forget. */
OreeGwReceipt *oree_gw_receipts_find (OreeGwReceipts *self, const char *message_id, const char *aor);
/* FALSE: nothing waited under it. */
gboolean oree_gw_receipts_forget (OreeGwReceipts *self, const char *message_id);
/* Forgets the oldest of more than `max`: its message id (owned), NULL when there are not too many. */
char *oree_gw_receipts_spill (OreeGwReceipts *self);
/* What waits as a row (a{sv}, floating), and back: all strings owned; FALSE when the row is damaged. */
GVariant *oree_gw_receipt_to_row (const OreeGwReceipt *receipt);
gboolean oree_gw_receipt_from_row (GVariant *row, OreeGwReceipt *out);

G_END_DECLS
