/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says of a partner's servers, or of ours, in words. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

/* `found`: as Diagnostics.FindServers answers; `kind`: "sip" or "xmpp". One to three lines in the user's language; owned. */
char *oree_server_words (const char *kind, GVariant *found);
/* Of the record of a domain of ours: whether it leads here, and where it should. One sentence in the user's language, owned;
 * "": nothing is to be said, or the record is not ours. */
char *oree_server_own_words (GVariant *found);
/* The record is that of a domain of ours, and does not lead here as it should. */
gboolean oree_server_is_ours_astray (GVariant *found);
/* Is there an address to call? */
gboolean oree_server_is_found (GVariant *found);

G_END_DECLS
