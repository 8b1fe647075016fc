/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of DNS kept by their time to live, so that a name asked for again costs no trip to libunbound's thread.
 * Time is passed in; one thread. */
#pragma once
#include "base/oree-time.h"
#include "ident/oree-dns.h"

G_BEGIN_DECLS

typedef struct _OreeDnsMemory OreeDnsMemory;

OreeDnsMemory *oree_dns_memory_new (void);
void oree_dns_memory_free (OreeDnsMemory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeDnsMemory, oree_dns_memory_free)

/* Keeps an answer that found something, for its time to live (at most OREE_DNS_REMEMBERED_SECONDS); takes a reference.
 * What failed, timed out, was forged or is not there is never kept: it should be found as soon as it is. */
void oree_dns_memory_put (OreeDnsMemory *self, OreeDnsAnswer *answer, OreeTime now);
/* Borrowed; NULL when there is none or its time is over. `name` as it was asked for. */
OreeDnsAnswer *oree_dns_memory_get (OreeDnsMemory *self, OreeDnsKind kind, const char *name, OreeTime now);

G_END_DECLS
