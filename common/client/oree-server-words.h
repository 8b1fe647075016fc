/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says of a partner's servers, in words. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

/* `found`: as Diagnostics.FindServers answers; `kind`: "sip" or "xmpp". One or two lines in the user's language; owned. */
char *oree_server_words (const char *kind, GVariant *found);
/* Is there an address to call? */
gboolean oree_server_is_found (GVariant *found);

G_END_DECLS
