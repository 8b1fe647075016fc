/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the listener and the connections it makes. */
#pragma once
#include "net/oree-conn.h"

G_BEGIN_DECLS

/* The connection holds the admission of `source` until it authenticates or goes. */
void oree_conn_hold_admission (OreeConn *self, const OreeInetAddress *source);

G_END_DECLS
