/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thread ⇄ Call-ID (RFC 7572 tables 1 and 2). */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

/* Threads that are no legal Call-ID, under the one that stands for them; bounded, oldest forgotten first. */
typedef struct _OreeGwThreads OreeGwThreads;
OreeGwThreads *oree_gw_threads_new (guint max);
void oree_gw_threads_free (OreeGwThreads *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeGwThreads, oree_gw_threads_free)
/* The Call-ID of a thread: itself when it may be one (RFC 3261 25.1 callid, not over 255 octets), else derived from it
 * and remembered. Owned. */
char *oree_gw_threads_call_id (OreeGwThreads *self, const char *thread);
/* The thread of a Call-ID: the remembered one, else itself, fit for XML. Owned. */
char *oree_gw_threads_thread (const OreeGwThreads *self, OreeSpan call_id);

G_END_DECLS
