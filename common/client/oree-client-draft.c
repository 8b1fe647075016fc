/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base (what was read, or defaults) + inputs (what was typed) → record and problems, made anew after every edit. */
#include "client/oree-client-draft.h"

#include <string.h>

struct _OreeClientDraft
{
  GObject parent;
  const OreeKind *kind;
  gboolean is_new;
  gboolean strict;
  guint64 revision;
  char *id; /* as typed */
  gboolean id_touched;
  OreeRecord *base;
  GHashTable *inputs; /* field name → GVariant */
  OreeRecord *record; /* base with every good input */
  OreeProblems *problems;
  OreeProblems *answer; /* the service's, of the same inputs */
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (OreeClientDraft, oree_client_draft, G_TYPE_OBJECT)

static GVariant *
one_field (const char *name, GVariant *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, name, value);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
judge_id (OreeClientDraft *self)
{
  g_autofree char *normal = NULL;
  OreeProblemCode code = OREE_PROBLEM_REQUIRED;

  if (!self->is_new || self->kind->singleton)
    return;
  if (*self->id != '\0')
    normal = oree_kind_normalise_id (self->kind, self->id, &code);
  if (normal == NULL)
    /* As the service says it: the detail of bad-id is the code that says why. */
    oree_problems_add (self->problems, self->kind->name, self->id, "id",
                       *self->id == '\0' ? OREE_PROBLEM_REQUIRED : OREE_PROBLEM_BAD_ID, oree_problem_nick (code));
}

static void
judge (OreeClientDraft *self)
{
  g_clear_pointer (&self->record, oree_record_unref);
  g_clear_pointer (&self->problems, oree_problems_free);
  self->record = oree_record_copy (self->base);
  self->problems = oree_problems_new ();
  judge_id (self);
  for (gsize i = 0; i < self->kind->n_fields; i++)
    {
      const char *name = self->kind->fields[i].name;
      GVariant *value = g_hash_table_lookup (self->inputs, name);
      g_autoptr (GVariant) fields = value != NULL ? one_field (name, value) : NULL;

      if (fields != NULL)
        oree_record_patch (self->record, fields, OREE_RECORD_PUBLIC, self->is_new, self->problems);
    }
  oree_record_check (self->record, self->problems);
}

static void
edited (OreeClientDraft *self)
{
  g_clear_pointer (&self->answer, oree_problems_free);
  judge (self);
  g_signal_emit (self, signal_changed, 0);
}

static void
oree_client_draft_finalize (GObject *object)
{
  OreeClientDraft *self = OREE_CLIENT_DRAFT (object);

  g_free (self->id);
  g_hash_table_unref (self->inputs);
  g_clear_pointer (&self->base, oree_record_unref);
  g_clear_pointer (&self->record, oree_record_unref);
  g_clear_pointer (&self->problems, oree_problems_free);
  g_clear_pointer (&self->answer, oree_problems_free);
  G_OBJECT_CLASS (oree_client_draft_parent_class)->finalize (object);
}

static void
oree_client_draft_class_init (OreeClientDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oree_client_draft_finalize;
  signal_changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
oree_client_draft_init (OreeClientDraft *self)
{
  self->inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
}

/* A record of what a row says, as far as we understand it. */
static OreeRecord *
record_of (const OreeKind *kind, const char *id, GVariant *row)
{
  OreeRecord *record = oree_record_new (kind, id);

  for (gsize i = 0; row != NULL && i < kind->n_fields; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (row, kind->fields[i].name, NULL);
      g_autoptr (GVariant) fields = value != NULL ? one_field (kind->fields[i].name, value) : NULL;

      if (fields != NULL)
        oree_record_patch (record, fields, OREE_RECORD_PUBLIC, TRUE, NULL);
    }
  return record;
}

OreeClientDraft *
oree_client_draft_new (const OreeKind *kind, GVariant *like)
{
  OreeClientDraft *self = g_object_new (OREE_TYPE_CLIENT_DRAFT, NULL);

  self->kind = kind;
  self->is_new = TRUE;
  self->id = g_strdup ("");
  self->base = oree_record_new (kind, "");
  for (gsize i = 0; like != NULL && i < kind->n_fields; i++)
    {
      GVariant *value = g_variant_lookup_value (like, kind->fields[i].name, NULL);

      if (value != NULL)
        g_hash_table_insert (self->inputs, g_strdup (kind->fields[i].name), value);
    }
  judge (self);
  return self;
}

OreeClientDraft *
oree_client_draft_new_for (const OreeKind *kind, GVariant *row, guint64 revision)
{
  OreeClientDraft *self = g_object_new (OREE_TYPE_CLIENT_DRAFT, NULL);
  const char *id = "";

  g_variant_lookup (row, "id", "&s", &id);
  self->kind = kind;
  self->id = g_strdup (id);
  self->revision = revision;
  self->base = record_of (kind, id, row);
  judge (self);
  return self;
}

const OreeKind *
oree_client_draft_get_kind (OreeClientDraft *self)
{
  return self->kind;
}

gboolean
oree_client_draft_is_new (OreeClientDraft *self)
{
  return self->is_new;
}

const char *
oree_client_draft_get_id (OreeClientDraft *self)
{
  return self->id;
}

char *
oree_client_draft_dup_normal_id (OreeClientDraft *self)
{
  OreeProblemCode code;

  return self->is_new && !self->kind->singleton ? oree_kind_normalise_id (self->kind, self->id, &code)
                                                : g_strdup (self->id);
}

guint64
oree_client_draft_get_revision (OreeClientDraft *self)
{
  return self->revision;
}

/* ---- values ---- */

void
oree_client_draft_set (OreeClientDraft *self, const char *name, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autoptr (GVariant) before = oree_client_draft_get (self, name);

  if (g_str_equal (name, "id"))
    {
      if (!self->is_new || g_str_equal (self->id, g_variant_get_string (owned, NULL)))
        return;
      g_free (self->id);
      self->id = g_variant_dup_string (owned, NULL);
      self->id_touched = TRUE;
      edited (self);
      return;
    }
  if (before == NULL || g_variant_equal (before, owned))
    return;
  g_hash_table_insert (self->inputs, g_strdup (name), g_steal_pointer (&owned));
  edited (self);
}

GVariant *
oree_client_draft_get (OreeClientDraft *self, const char *name)
{
  const OreeField *field;
  GVariant *value = g_hash_table_lookup (self->inputs, name);

  if (g_str_equal (name, "id"))
    return g_variant_ref_sink (g_variant_new_string (self->id));
  if (value != NULL)
    return g_variant_ref (value);
  field = oree_kind_field (self->kind, name);
  return field != NULL ? g_variant_ref_sink (oree_record_get_variant (self->base, field)) : NULL;
}

gboolean
oree_client_draft_get_flag (OreeClientDraft *self, const char *name)
{
  g_autoptr (GVariant) value = oree_client_draft_get (self, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
}

void
oree_client_draft_revert (OreeClientDraft *self)
{
  g_hash_table_remove_all (self->inputs);
  if (self->is_new)
    {
      g_free (self->id);
      self->id = g_strdup ("");
      self->id_touched = FALSE;
    }
  self->strict = FALSE;
  edited (self);
}

const OreeRecord *
oree_client_draft_peek (OreeClientDraft *self)
{
  return self->record;
}

/* ---- what differs ---- */

gboolean
oree_client_draft_is_changed (OreeClientDraft *self, const char *name)
{
  const OreeField *field = oree_kind_field (self->kind, name);
  GVariant *input = g_hash_table_lookup (self->inputs, name);
  g_autofree char *was = NULL, *is = NULL;

  if (g_str_equal (name, "id"))
    return self->is_new && *self->id != '\0';
  if (field == NULL || input == NULL)
    return FALSE;
  /* What is turned into something else as soon as it is set (a password) leaves no trace in the record. */
  if (field->flags & OREE_FIELD_FLAG_NOT_STORED)
    return g_variant_is_of_type (input, G_VARIANT_TYPE_STRING) && *g_variant_get_string (input, NULL) != '\0';
  was = oree_record_get_text (self->base, field);
  is = oree_record_get_text (self->record, field);
  /* What could not be taken over is a change too: it must not be lost unasked. */
  return g_strcmp0 (was, is) != 0 || oree_client_draft_get_problem (self, name) != NULL;
}

gboolean
oree_client_draft_is_dirty (OreeClientDraft *self)
{
  if (oree_client_draft_is_changed (self, "id"))
    return TRUE;
  for (gsize i = 0; i < self->kind->n_fields; i++)
    if (oree_client_draft_is_changed (self, self->kind->fields[i].name))
      return TRUE;
  return FALSE;
}

GVariant *
oree_client_draft_changes (OreeClientDraft *self)
{
  g_autofree char *id = oree_client_draft_dup_normal_id (self);
  GVariantBuilder changes;
  GVariantDict fields;
  guint n = 0;

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  g_variant_dict_init (&fields, NULL);
  for (gsize i = 0; i < self->kind->n_fields; i++)
    {
      const OreeField *field = &self->kind->fields[i];

      if (!oree_client_draft_is_changed (self, field->name))
        continue;
      g_variant_dict_insert_value (&fields, field->name, g_hash_table_lookup (self->inputs, field->name));
      n++;
    }
  if (self->is_new || n > 0)
    g_variant_builder_add (&changes, "(sss@a{sv})", self->is_new ? "add" : "set", self->kind->name,
                           id != NULL ? id : self->id, g_variant_dict_end (&fields));
  else
    g_variant_dict_clear (&fields);
  return g_variant_builder_end (&changes);
}

/* ---- what is wrong ---- */

/* Required and empty, and nobody was there yet. */
static gboolean
is_untouched (OreeClientDraft *self, const OreeProblem *problem)
{
  if (self->strict || problem->code != OREE_PROBLEM_REQUIRED)
    return FALSE;
  return g_str_equal (problem->field, "id") ? !self->id_touched
                                            : !g_hash_table_contains (self->inputs, problem->field);
}

static const OreeProblem *
find (OreeClientDraft *self, OreeProblems *list, const char *name, OreeSeverity severity)
{
  for (guint i = 0; list != NULL && i < oree_problems_n (list); i++)
    {
      const OreeProblem *problem = oree_problems_get (list, i);
      /* The service says of an id that cannot be, or is taken, the record as a whole. */
      const char *field = *problem->field == '\0' ? "id" : problem->field;

      if (problem->severity == severity && g_str_equal (field, name) && !is_untouched (self, problem))
        return problem;
    }
  return NULL;
}

const OreeProblem *
oree_client_draft_get_problem (OreeClientDraft *self, const char *name)
{
  OreeProblems *lists[] = { self->problems, self->answer };

  for (int severity = OREE_SEVERITY_ERROR; severity <= OREE_SEVERITY_WARNING; severity++)
    for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
      {
        const OreeProblem *problem = find (self, lists[i], name, (OreeSeverity) severity);

        if (problem != NULL && problem->code != OREE_PROBLEM_NO_EFFECT)
          return problem;
      }
  return NULL;
}

const OreeProblem *
oree_client_draft_get_other_problem (OreeClientDraft *self, const char *const *known)
{
  for (guint i = 0; self->answer != NULL && i < oree_problems_n (self->answer); i++)
    {
      const OreeProblem *problem = oree_problems_get (self->answer, i);
      gboolean ours = g_str_equal (problem->kind, self->kind->name);

      if (problem->code != OREE_PROBLEM_NO_EFFECT
          && (!ours || !g_strv_contains (known, *problem->field == '\0' ? "id" : problem->field)))
        return problem;
    }
  return NULL;
}

static guint
count (OreeClientDraft *self, OreeProblems *list, gboolean untouched_too)
{
  guint n = 0;

  for (guint i = 0; list != NULL && i < oree_problems_n (list); i++)
    {
      const OreeProblem *problem = oree_problems_get (list, i);

      if (problem->severity == OREE_SEVERITY_ERROR && (untouched_too || !is_untouched (self, problem)))
        n++;
    }
  return n;
}

guint
oree_client_draft_n_errors (OreeClientDraft *self)
{
  guint n = count (self, self->problems, TRUE);

  return n > 0 ? n : count (self, self->answer, TRUE);
}

guint
oree_client_draft_n_shown_errors (OreeClientDraft *self)
{
  guint n = count (self, self->problems, FALSE);

  return n > 0 ? n : count (self, self->answer, FALSE);
}

void
oree_client_draft_set_answer (OreeClientDraft *self, const OreeProblems *problems)
{
  g_autoptr (GVariant) rows = g_variant_ref_sink (oree_problems_to_variant (problems));

  g_clear_pointer (&self->answer, oree_problems_free);
  self->answer = oree_problems_from_variant (rows);
  g_signal_emit (self, signal_changed, 0);
}

void
oree_client_draft_be_strict (OreeClientDraft *self)
{
  if (self->strict)
    return;
  self->strict = TRUE;
  g_signal_emit (self, signal_changed, 0);
}

void
oree_client_draft_rebase (OreeClientDraft *self, GVariant *row, guint64 revision)
{
  OreeRecord *base;

  if (row != NULL)
    base = record_of (self->kind, self->id, row);
  else
    {
      /* Created anew it keeps every value it had, edited or not. */
      for (gsize i = 0; i < self->kind->n_fields; i++)
        {
          const OreeField *field = &self->kind->fields[i];

          if (!g_hash_table_contains (self->inputs, field->name) && (field->flags & OREE_FIELD_FLAG_SECRET) == 0)
            g_hash_table_insert (self->inputs, g_strdup (field->name),
                                 g_variant_ref_sink (oree_record_get_variant (self->base, field)));
        }
      self->is_new = TRUE;
      self->id_touched = TRUE;
      base = oree_record_new (self->kind, "");
    }
  oree_record_unref (self->base);
  self->base = base;
  self->revision = revision;
  edited (self);
}
