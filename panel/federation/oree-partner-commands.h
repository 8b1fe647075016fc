/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the connections with one partner, from whatever list it stands in. */
#pragma once
#include "client/oree-client-session.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Is the XMPP partner `domain` reached? Asks DNS, then has the service open a stream; the answer is a dialog over the window
 * of `widget`. */
void oree_partner_test (GtkWidget *widget, OreeClientSession *session, const char *domain);
/* Asks, then closes what is open with `partner`. `n_streams`: how many XMPP streams are open, for the question; 0 when that
 * is not known. */
void oree_partner_reset (GtkWidget *widget, OreeClientSession *session, const char *partner, guint n_streams);

G_END_DECLS
