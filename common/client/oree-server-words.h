/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says of a partner's servers, or of ours, in words. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

/* `found`: as Diagnostics.FindServers answers; `kind`: "sip" or "xmpp". One to three lines in the user's language; owned. */
char *oree_server_words (const char *kind, GVariant *found);
/* The record is that of a domain of ours, and does not lead here as it should. */
gboolean oree_server_is_ours_astray (GVariant *found);
/* Is there an address to call? */
gboolean oree_server_is_found (GVariant *found);

G_END_DECLS
