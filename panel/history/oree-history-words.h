/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row of Configuration.History says in words. */
#pragma once
#include "client/oree-client-item.h"
#include "ui/oree-facts.h"

G_BEGIN_DECLS

/* "XMPP partner fabrikam.test changed", or how many changes there were; owned. */
char *oree_history_summary (OreeClientItem *item);
/* How it came to be: "change", "restored" …; static. */
const char *oree_history_operation (OreeClientItem *item);
/* Each change with its fields, before and after. */
void oree_history_tell (OreeClientItem *item, OreeFacts *facts);

G_END_DECLS
