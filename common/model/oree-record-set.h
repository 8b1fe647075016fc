/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeRecordSet: the whole configuration at one revision, immutable once built; a change makes a new set that
 * shares every record it did not touch. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct _OreeRecordSet OreeRecordSet;

#define OREE_CHANGES_TYPE "a(sssa{sv})" /* (operation, kind, id, fields) */

/* The least there is: every singleton and the global external access policy, with defaults. */
OreeRecordSet *oree_record_set_new (void);
/* What a new installation starts with: the above and the three public providers, disabled. */
OreeRecordSet *oree_record_set_new_initial (void);
/* From records read out of the store (references are taken); singletons and the global policy are added when absent.
 * Two records of one kind and id: the later wins. Nothing is checked: see oree_validate (). */
OreeRecordSet *oree_record_set_new_from (GPtrArray *records);
OreeRecordSet *oree_record_set_ref (OreeRecordSet *self);
void oree_record_set_unref (OreeRecordSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeRecordSet, oree_record_set_unref)

/* Borrowed; NULL when absent. `id` is normalised first: any spelling of a domain or address finds it. */
const OreeRecord *oree_record_set_get (const OreeRecordSet *self, const char *kind, const char *id);
/* The singleton of `kind` (a static kind from the kind's header); never NULL. */
const OreeRecord *oree_record_set_singleton (const OreeRecordSet *self, const OreeKind *kind);
/* The records of `kind`, sorted by id, OreeRecord *; borrowed, lives as long as the set. */
const GPtrArray *oree_record_set_list (const OreeRecordSet *self, const OreeKind *kind);
guint oree_record_set_n_records (const OreeRecordSet *self);

/* Applies `changes` (a(sssa{sv})) in order, checks each touched record, then the whole set (oree_validate ()).
 *   add     a new record with defaults and `fields`
 *   set     patches; "NAME+" and "NAME-" for lists
 *   remove  deletes; on the global external access policy: resets; on a singleton: refused
 *   reset   the fields named in `fields` (values ignored) to their defaults; all when `fields` is empty
 * PUBLIC for clients, STORED for reverse patches made by oree_record_set_changes ().
 * For clients, making a sip-domain the default demotes the former one, and the first sip-domain becomes the default.
 * Returns the new set; NULL when `problems` got an error. Warnings may be added in either case. */
OreeRecordSet *oree_record_set_apply (const OreeRecordSet *self, GVariant *changes, OreeRecordView view,
                                      OreeProblems *problems);
/* The changes that make `to` out of `self`, a(sssa{sv}), in the STORED view (secrets included: never for a client);
 * undo and restore are oree_record_set_apply () of it. Floating. */
GVariant *oree_record_set_changes (const OreeRecordSet *self, const OreeRecordSet *to);
/* The (kind, id) pairs that differ, a(ss): what Changed carries; floating. */
GVariant *oree_record_set_changed_ids (const OreeRecordSet *self, const OreeRecordSet *to);
/* The whole set as changes in the PUBLIC view: Export. Singletons and the global policy come as set, all else as
 * add, so it also applies to oree_record_set_new (); floating. */
GVariant *oree_record_set_export (const OreeRecordSet *self);
/* Replaces the whole configuration by an export. Secrets do not travel: a record that stays keeps the ones it has.
 * NULL when `problems` got an error. */
OreeRecordSet *oree_record_set_import (const OreeRecordSet *self, GVariant *exported, OreeProblems *problems);

G_END_DECLS
