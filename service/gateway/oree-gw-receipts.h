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

typedef struct _OreeGwReceipts OreeGwReceipts;
OreeGwReceipts *oree_gw_receipts_new (guint max);
void oree_gw_receipts_free (OreeGwReceipts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwReceipts, oree_gw_receipts_free)

/* Takes the strings of `receipt`. */
void oree_gw_receipts_add (OreeGwReceipts *self, const char *message_id, OreeGwReceipt receipt);
/* What waits under `message_id` and was written to `aor`; NULL: nothing. Borrowed until the next call of _add or _forget. */
OreeGwReceipt *oree_gw_receipts_find (OreeGwReceipts *self, const char *message_id, const char *aor);
void oree_gw_receipts_forget (OreeGwReceipts *self, const char *message_id);

G_END_DECLS
