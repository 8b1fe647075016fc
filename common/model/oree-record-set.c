/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-record-set.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "model/oree-external-policy.h"
#include "model/oree-public-provider.h"
#include "model/oree-sip-domain.h"
#include "model/oree-validate.h"
#include <string.h>

#define GLOBAL "global"

/* The records of one kind. Shared between sets until one of them changes it. */
typedef struct
{
  gatomicrefcount refs;
  GHashTable *index; /* id (inside the record) → OreeRecord * (owned) */
  GPtrArray *list;   /* the same, borrowed, sorted by id; filled by seal_shelf () */
} Shelf;

struct _OreeRecordSet
{
  gatomicrefcount refs;
  guint n_kinds;
  Shelf *shelves[]; /* in the order of oree_kinds () */
};

static Shelf *
new_shelf (void)
{
  Shelf *shelf = g_new0 (Shelf, 1);

  g_atomic_ref_count_init (&shelf->refs);
  shelf->index = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) oree_record_unref);
  shelf->list = g_ptr_array_new ();
  return shelf;
}

static void
unref_shelf (Shelf *shelf)
{
  if (!g_atomic_ref_count_dec (&shelf->refs))
    return;
  g_ptr_array_unref (shelf->list);
  g_hash_table_unref (shelf->index);
  g_free (shelf);
}

static void
put_record (Shelf *shelf, OreeRecord *record)
{
  g_hash_table_replace (shelf->index, record->id, record);
}

static Shelf *
copy_shelf (const Shelf *shelf)
{
  Shelf *copy = new_shelf ();
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, shelf->index);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    put_record (copy, oree_record_ref (record));
  return copy;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const OreeRecord *const *x = a;
  const OreeRecord *const *y = b;

  return strcmp ((*x)->id, (*y)->id);
}

static void
seal_shelf (Shelf *shelf)
{
  GHashTableIter iter;
  gpointer record;

  g_ptr_array_set_size (shelf->list, 0);
  g_hash_table_iter_init (&iter, shelf->index);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    g_ptr_array_add (shelf->list, record);
  g_ptr_array_sort (shelf->list, compare_ids);
}

/* G_MAXUINT when it is none of ours. */
static guint
kind_index (const OreeKind *kind)
{
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    if (kinds[i] == kind)
      return i;
  return G_MAXUINT;
}

static OreeRecordSet *
alloc_set (void)
{
  OreeRecordSet *self;
  guint n_kinds;

  oree_kinds (&n_kinds);
  self = g_malloc0 (sizeof *self + n_kinds * sizeof self->shelves[0]);
  g_atomic_ref_count_init (&self->refs);
  self->n_kinds = n_kinds;
  return self;
}

OreeRecordSet *
oree_record_set_new_from (GPtrArray *records)
{
  OreeRecordSet *self = alloc_set ();
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    {
      self->shelves[i] = new_shelf ();
      if (kinds[i]->singleton || kinds[i] == &oree_external_policy_kind)
        put_record (self->shelves[i], oree_record_new (kinds[i], GLOBAL));
    }
  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      OreeRecord *record = g_ptr_array_index (records, i);

      put_record (self->shelves[kind_index (record->kind)], oree_record_ref (record));
    }
  for (guint i = 0; i < n_kinds; i++)
    seal_shelf (self->shelves[i]);
  return self;
}

OreeRecordSet *
oree_record_set_new (void)
{
  return oree_record_set_new_from (NULL);
}

OreeRecordSet *
oree_record_set_new_initial (void)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_record_unref);

  oree_public_provider_append_initial (records);
  return oree_record_set_new_from (records);
}

OreeRecordSet *
oree_record_set_ref (OreeRecordSet *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_record_set_unref (OreeRecordSet *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_kinds; i++)
    unref_shelf (self->shelves[i]);
  g_free (self);
}

const OreeRecord *
oree_record_set_get (const OreeRecordSet *self, const char *kind, const char *id)
{
  const OreeKind *found = oree_kind_by_name (kind);
  g_autofree char *normal = NULL;
  OreeProblemCode code;

  if (found == NULL)
    return NULL;
  normal = oree_kind_normalise_id (found, id, &code);
  return normal ? g_hash_table_lookup (self->shelves[kind_index (found)]->index, normal) : NULL;
}

const OreeRecord *
oree_record_set_singleton (const OreeRecordSet *self, const OreeKind *kind)
{
  return g_hash_table_lookup (self->shelves[kind_index (kind)]->index, GLOBAL);
}

const GPtrArray *
oree_record_set_list (const OreeRecordSet *self, const OreeKind *kind)
{
  return self->shelves[kind_index (kind)]->list;
}

guint
oree_record_set_n_records (const OreeRecordSet *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_kinds; i++)
    n += self->shelves[i]->list->len;
  return n;
}

/* --- changing --- */

typedef struct
{
  OreeRecordSet *set;      /* being built; untouched shelves are shared with the former set */
  gboolean *touched;       /* per kind: the shelf is ours to write */
  GHashTable *to_check;    /* OreeRecord * → itself (owned): records written by the changes */
  OreeRecordView view;
  OreeProblems *problems;
} Edit;

static Shelf *
writable (Edit *edit, guint index)
{
  Shelf *shelf = edit->set->shelves[index];

  if (edit->touched[index])
    return shelf;
  edit->set->shelves[index] = copy_shelf (shelf);
  unref_shelf (shelf);
  edit->touched[index] = TRUE;
  return edit->set->shelves[index];
}

/* Takes `record`. */
static void
store_record (Edit *edit, guint index, OreeRecord *record)
{
  Shelf *shelf = writable (edit, index);
  OreeRecord *former = g_hash_table_lookup (shelf->index, record->id);

  if (former != NULL)
    g_hash_table_remove (edit->to_check, former);
  g_hash_table_add (edit->to_check, oree_record_ref (record));
  put_record (shelf, record);
}

static void
drop_record (Edit *edit, guint index, OreeRecord *record)
{
  Shelf *shelf = writable (edit, index);

  g_hash_table_remove (edit->to_check, record);
  g_hash_table_remove (shelf->index, record->id);
}

/* Exactly one sip-domain is the default: the one named last wins, and a first one needs no naming. */
static void
settle_default (Edit *edit, guint index, OreeSipDomain *domain)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  if (g_hash_table_size (edit->set->shelves[index]->index) == 0)
    domain->is_default = TRUE;
  if (!domain->is_default)
    return;
  g_hash_table_iter_init (&iter, edit->set->shelves[index]->index);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((OreeSipDomain *) value)->is_default && strcmp (((OreeRecord *) value)->id, domain->record.id) != 0)
      g_ptr_array_add (others, value);
  for (guint i = 0; i < others->len; i++)
    {
      OreeRecord *demoted = oree_record_copy (g_ptr_array_index (others, i));

      ((OreeSipDomain *) demoted)->is_default = FALSE;
      store_record (edit, index, demoted);
    }
}

static void
write_record (Edit *edit, guint index, OreeRecord *record, GVariant *fields, gboolean is_new)
{
  oree_record_patch (record, fields, edit->view, is_new, edit->problems);
  if (record->kind == &oree_sip_domain_kind && edit->view == OREE_RECORD_PUBLIC)
    settle_default (edit, index, (OreeSipDomain *) record);
  store_record (edit, index, record);
}

static void
reset_record (Edit *edit, guint index, const OreeRecord *former, GVariant *fields)
{
  OreeRecord *record = oree_record_copy (former);
  GVariantIter iter;
  const char *name;

  if (g_variant_n_children (fields) == 0)
    oree_record_reset (record);
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    oree_record_reset_field (record, name, edit->problems);
  store_record (edit, index, record);
}

static void
remove_record (Edit *edit, guint index, OreeRecord *record)
{
  if (record->kind->singleton)
    oree_problems_add (edit->problems, record->kind->name, record->id, NULL, OREE_PROBLEM_CANNOT_REMOVE, NULL);
  else if (record->kind == &oree_external_policy_kind && strcmp (record->id, OREE_EXTERNAL_POLICY_GLOBAL) == 0)
    /* Lync: removing the global policy gives it back its defaults. */
    store_record (edit, index, oree_record_new (record->kind, record->id));
  else
    drop_record (edit, index, record);
}

typedef enum
{
  OPERATION_ADD,
  OPERATION_SET,
  OPERATION_REMOVE,
  OPERATION_RESET
} Operation;

static const OreeEnumValue operations[] = {
  { OPERATION_ADD, "add" },
  { OPERATION_SET, "set" },
  { OPERATION_REMOVE, "remove" },
  { OPERATION_RESET, "reset" },
  { 0, NULL },
};

static void
run_change (Edit *edit, const char *operation, const char *kind_name, const char *id, GVariant *fields)
{
  const OreeKind *kind = oree_kind_by_name (kind_name);
  g_autofree char *normal = NULL;
  OreeProblemCode code = OREE_PROBLEM_BAD_ID;
  OreeRecord *record;
  guint index;
  int op;

  if (!oree_enum_from_nick (operations, oree_span_str (operation), &op))
    {
      oree_problems_add (edit->problems, kind_name, id, NULL, OREE_PROBLEM_UNKNOWN_OPERATION, operation);
      return;
    }
  if (kind == NULL)
    {
      oree_problems_add (edit->problems, NULL, id, NULL, OREE_PROBLEM_UNKNOWN_KIND, kind_name);
      return;
    }
  normal = oree_kind_normalise_id (kind, id, &code);
  if (normal == NULL)
    {
      oree_problems_add (edit->problems, kind->name, id, "id", OREE_PROBLEM_BAD_ID, oree_problem_nick (code));
      return;
    }
  index = kind_index (kind);
  record = g_hash_table_lookup (edit->set->shelves[index]->index, normal);
  if ((op == OPERATION_ADD) != (record == NULL))
    {
      oree_problems_add (edit->problems, kind->name, normal, "id",
                         record ? OREE_PROBLEM_EXISTS : OREE_PROBLEM_NOT_FOUND, NULL);
      return;
    }
  switch ((Operation) op)
    {
    case OPERATION_ADD:
      write_record (edit, index, oree_record_new (kind, normal), fields, TRUE);
      return;
    case OPERATION_SET:
      write_record (edit, index, oree_record_copy (record), fields, FALSE);
      return;
    case OPERATION_REMOVE:
      remove_record (edit, index, record);
      return;
    case OPERATION_RESET:
      reset_record (edit, index, record, fields);
      return;
    }
}

/* Applies without the rules over several records. Never NULL: the caller looks at `problems`. */
static OreeRecordSet *
edit_set (const OreeRecordSet *self, GVariant *changes, OreeRecordView view, OreeProblems *problems)
{
  g_autofree gboolean *touched = g_new0 (gboolean, self->n_kinds);
  Edit edit = { alloc_set (), touched, NULL, view, problems };
  GVariantIter iter;
  const char *operation, *kind, *id;
  GVariant *fields;

  edit.to_check = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) oree_record_unref, NULL);
  for (guint i = 0; i < self->n_kinds; i++)
    {
      edit.set->shelves[i] = self->shelves[i];
      g_atomic_ref_count_inc (&self->shelves[i]->refs);
    }
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "(&s&s&s@a{sv})", &operation, &kind, &id, &fields))
    {
      run_change (&edit, operation, kind, id, fields);
      g_variant_unref (fields);
    }
  for (guint i = 0; i < self->n_kinds; i++)
    {
      const GPtrArray *list = edit.set->shelves[i]->list;

      if (!touched[i])
        continue;
      seal_shelf (edit.set->shelves[i]);
      for (guint j = 0; j < list->len; j++)
        if (g_hash_table_contains (edit.to_check, g_ptr_array_index (list, j)))
          oree_record_check (g_ptr_array_index (list, j), problems);
    }
  g_hash_table_unref (edit.to_check);
  return edit.set;
}

static gboolean
changes_are_sane (GVariant *changes, OreeRecordView view, OreeProblems *problems)
{
  g_autofree char *cap = g_strdup_printf ("%d", OREE_CHANGES_MAX);

  if (!g_variant_is_of_type (changes, G_VARIANT_TYPE (OREE_CHANGES_TYPE)))
    {
      oree_problems_add (problems, NULL, NULL, NULL, OREE_PROBLEM_WRONG_TYPE, OREE_CHANGES_TYPE);
      return FALSE;
    }
  /* Only a client is bounded: going back to a former revision may touch every record there is. */
  if (view == OREE_RECORD_PUBLIC && g_variant_n_children (changes) > OREE_CHANGES_MAX)
    {
      oree_problems_add (problems, NULL, NULL, NULL, OREE_PROBLEM_TOO_MANY_CHANGES, cap);
      return FALSE;
    }
  return TRUE;
}

OreeRecordSet *
oree_record_set_apply (const OreeRecordSet *self, GVariant *changes, OreeRecordView view, OreeProblems *problems)
{
  g_autoptr (OreeProblems) scratch = problems ? NULL : oree_problems_new ();
  g_autoptr (OreeRecordSet) next = NULL;
  OreeProblems *found = problems ? problems : scratch;
  guint before = oree_problems_n_errors (found);

  if (!changes_are_sane (changes, view, found))
    return NULL;
  next = edit_set (self, changes, view, found);
  /* Rules over several records mean little while single records are wrong: say the causes, not what follows. */
  if (oree_problems_n_errors (found) == before)
    oree_validate (next, view == OREE_RECORD_PUBLIC ? self : NULL, found);
  return oree_problems_n_errors (found) == before ? g_steal_pointer (&next) : NULL;
}

/* --- comparing, export, import --- */

static void
add_change (GVariantBuilder *changes, const char *operation, const OreeRecord *record, GVariant *fields)
{
  g_variant_builder_add (changes, "(sss@a{sv})", operation, record->kind->name, record->id,
                         fields ? fields : g_variant_new ("a{sv}", NULL));
}

/* The stored fields of `to` that differ from `from`. */
static GVariant *
differing_fields (const OreeRecord *from, const OreeRecord *to)
{
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const OreeKind *kind = to->kind;

  for (gsize i = 0; i < kind->n_fields; i++)
    {
      g_autoptr (GVariant) before = NULL;
      g_autoptr (GVariant) after = NULL;

      if (kind->fields[i].flags & OREE_FIELD_FLAG_NOT_STORED)
        continue;
      before = g_variant_ref_sink (oree_record_get_variant (from, &kind->fields[i]));
      after = g_variant_ref_sink (oree_record_get_variant (to, &kind->fields[i]));
      if (!g_variant_equal (before, after))
        g_variant_builder_add (&fields, "{sv}", kind->fields[i].name, after);
    }
  return g_variant_builder_end (&fields);
}

/* Calls `differs` for every (kind, id) that is not the same: a side that lacks it is NULL. */
static void
compare_sets (const OreeRecordSet *self, const OreeRecordSet *to,
              void (*differs) (GVariantBuilder *, const OreeRecord *, const OreeRecord *), GVariantBuilder *out)
{
  for (guint k = 0; k < self->n_kinds; k++)
    {
      const Shelf *a = self->shelves[k];
      const Shelf *b = to->shelves[k];

      if (a == b)
        continue;
      for (guint i = 0; i < a->list->len; i++)
        {
          const OreeRecord *record = g_ptr_array_index (a->list, i);

          if (!g_hash_table_contains (b->index, record->id))
            differs (out, record, NULL);
        }
      for (guint i = 0; i < b->list->len; i++)
        {
          const OreeRecord *record = g_ptr_array_index (b->list, i);
          const OreeRecord *former = g_hash_table_lookup (a->index, record->id);

          if (former == NULL || !oree_record_equal (former, record))
            differs (out, former, record);
        }
    }
}

static void
change_between (GVariantBuilder *changes, const OreeRecord *from, const OreeRecord *to)
{
  if (to == NULL)
    add_change (changes, "remove", from, NULL);
  else if (from == NULL)
    add_change (changes, "add", to, oree_record_to_variant (to, OREE_RECORD_STORED));
  else
    add_change (changes, "set", to, differing_fields (from, to));
}

static void
id_between (GVariantBuilder *ids, const OreeRecord *from, const OreeRecord *to)
{
  const OreeRecord *record = to ? to : from;

  g_variant_builder_add (ids, "(ss)", record->kind->name, record->id);
}

GVariant *
oree_record_set_changes (const OreeRecordSet *self, const OreeRecordSet *to)
{
  g_auto (GVariantBuilder) changes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));

  compare_sets (self, to, change_between, &changes);
  return g_variant_builder_end (&changes);
}

GVariant *
oree_record_set_changed_ids (const OreeRecordSet *self, const OreeRecordSet *to)
{
  g_auto (GVariantBuilder) ids = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));

  compare_sets (self, to, id_between, &ids);
  return g_variant_builder_end (&ids);
}

/* Records that no set lacks. */
static gboolean
always_there (const OreeRecord *record)
{
  return record->kind->singleton
         || (record->kind == &oree_external_policy_kind && strcmp (record->id, OREE_EXTERNAL_POLICY_GLOBAL) == 0);
}

GVariant *
oree_record_set_export (const OreeRecordSet *self)
{
  g_auto (GVariantBuilder) changes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));

  for (guint k = 0; k < self->n_kinds; k++)
    for (guint i = 0; i < self->shelves[k]->list->len; i++)
      {
        const OreeRecord *record = g_ptr_array_index (self->shelves[k]->list, i);

        add_change (&changes, always_there (record) ? "set" : "add", record,
                    oree_record_to_variant (record, OREE_RECORD_PUBLIC));
      }
  return g_variant_builder_end (&changes);
}

/* `record` with the secrets of `former`; owned. NULL when there are none to keep. */
static OreeRecord *
with_secrets (const OreeRecord *record, const OreeRecord *former)
{
  OreeRecord *copy = NULL;

  for (gsize i = 0; i < record->kind->n_fields; i++)
    {
      const OreeField *field = &record->kind->fields[i];
      char **mine;

      if (field->type != OREE_FIELD_TYPE_SECRET || (field->flags & OREE_FIELD_FLAG_NOT_STORED))
        continue;
      /* An import that brings a new secret of its own (a password) wins. */
      if (*oree_record_get_string (record, field) != '\0' || *oree_record_get_string (former, field) == '\0')
        continue;
      if (copy == NULL)
        copy = oree_record_copy (record);
      mine = &G_STRUCT_MEMBER (char *, copy, field->offset);
      oree_secret_free (*mine);
      *mine = g_strdup (oree_record_get_string (former, field));
    }
  return copy;
}

OreeRecordSet *
oree_record_set_import (const OreeRecordSet *self, GVariant *exported, OreeProblems *problems)
{
  g_autoptr (OreeProblems) scratch = problems ? NULL : oree_problems_new ();
  g_autoptr (OreeRecordSet) empty = oree_record_set_new ();
  g_autoptr (OreeRecordSet) next = NULL;
  OreeProblems *found = problems ? problems : scratch;
  guint before = oree_problems_n_errors (found);

  if (!changes_are_sane (exported, OREE_RECORD_PUBLIC, found))
    return NULL;
  next = edit_set (empty, exported, OREE_RECORD_PUBLIC, found);
  for (guint k = 0; k < next->n_kinds; k++)
    {
      Shelf *shelf = next->shelves[k];
      g_autoptr (GPtrArray) renewed = g_ptr_array_new ();

      for (guint i = 0; i < shelf->list->len; i++)
        {
          const OreeRecord *record = g_ptr_array_index (shelf->list, i);
          const OreeRecord *former = g_hash_table_lookup (self->shelves[k]->index, record->id);
          OreeRecord *kept = former ? with_secrets (record, former) : NULL;

          if (kept != NULL)
            g_ptr_array_add (renewed, kept);
        }
      if (renewed->len == 0)
        continue;
      /* Shelves nothing was imported into are still shared with `empty`. */
      next->shelves[k] = copy_shelf (shelf);
      unref_shelf (shelf);
      for (guint i = 0; i < renewed->len; i++)
        put_record (next->shelves[k], g_ptr_array_index (renewed, i));
      seal_shelf (next->shelves[k]);
    }
  if (oree_problems_n_errors (found) == before)
    oree_validate (next, self, found);
  return oree_problems_n_errors (found) == before ? g_steal_pointer (&next) : NULL;
}
