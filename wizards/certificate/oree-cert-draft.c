/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-draft.h"

#include <string.h>

#define GROUP_REQUEST "request"
#define GROUP_WIZARD "wizard"
#define NAMES_FIELD "additional-names"

const OreeEnumValue oree_cert_tasks[] = {
  { OREE_CERT_TASK_REQUEST, "request" },
  { OREE_CERT_TASK_IMPORT, "import" },
  { OREE_CERT_TASK_ASSIGN, "assign" },
  { OREE_CERT_TASK_PENDING, "pending" },
  { OREE_CERT_TASK_MANAGE, "manage" },
  { 0, NULL },
};

/* The requester, not the request. */
static const char *const remembered[] = { "organization", "organizational-unit", "country", "state", "city", NULL };

static const char *const naming[]
    = { "usages", "all-sip-domains", "sip-domains", NAMES_FIELD, "srv-names", "xmpp-addresses", "key-usage", NULL };

struct _OreeCertDraft
{
  GObject parent;
  OreeCertTask task;
  GHashTable *fields;     /* name → GVariant, as typed */
  OreeProblems *problems; /* of `fields`; NULL: not looked at yet */
  char *file;
  gboolean pair;
  char *request;
  gboolean assign_now;
  char *certificate;
  char **assign_usages;
  gint64 effective;
  gboolean dirty;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertDraft, oree_cert_draft, G_TYPE_OBJECT)

static void
changed (OreeCertDraft *self, const char *what)
{
  /* What is chosen among things that exist can be chosen again: only what was typed is worth asking for. */
  if (!g_str_equal (what, "assign") && !g_str_equal (what, "task"))
    self->dirty = TRUE;
  g_clear_pointer (&self->problems, oree_problems_free);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, what);
}

static void
oree_cert_draft_finalize (GObject *object)
{
  OreeCertDraft *self = OREE_CERT_DRAFT (object);

  g_hash_table_unref (self->fields);
  g_clear_pointer (&self->problems, oree_problems_free);
  g_free (self->file);
  g_free (self->request);
  g_free (self->certificate);
  g_strfreev (self->assign_usages);
  G_OBJECT_CLASS (oree_cert_draft_parent_class)->finalize (object);
}

static void
oree_cert_draft_class_init (OreeCertDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oree_cert_draft_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
put (OreeCertDraft *self, const char *field, GVariant *value)
{
  g_hash_table_replace (self->fields, g_strdup (field), g_variant_ref_sink (value));
}

static void
oree_cert_draft_init (OreeCertDraft *self)
{
  static const char *const external[] = { "external", NULL };

  self->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->file = g_strdup ("");
  self->request = g_strdup ("");
  self->assign_now = TRUE;
  self->certificate = g_strdup ("");
  self->assign_usages = g_strdupv ((char **) external);
  put (self, "usages", g_variant_new_strv (external, -1));
}

OreeCertDraft *
oree_cert_draft_new (void)
{
  return g_object_new (OREE_TYPE_CERT_DRAFT, NULL);
}

OreeCertTask
oree_cert_draft_get_task (OreeCertDraft *self)
{
  return self->task;
}

void
oree_cert_draft_set_task (OreeCertDraft *self, OreeCertTask task)
{
  if (self->task == task)
    return;
  self->task = task;
  changed (self, "task");
}

static GVariant *
value_of (OreeCertDraft *self, const char *field, const GVariantType *type)
{
  GVariant *value = g_hash_table_lookup (self->fields, field);

  return value != NULL && g_variant_is_of_type (value, type) ? value : NULL;
}

static const OreeField *
field_of (const char *name)
{
  const OreeField *field = oree_kind_field (&oree_csr_spec_kind, name);

  g_return_val_if_fail (field != NULL, NULL);
  return field;
}

const char *
oree_cert_draft_get_text (OreeCertDraft *self, const char *field)
{
  GVariant *value = value_of (self, field, G_VARIANT_TYPE_STRING);

  return value != NULL ? g_variant_get_string (value, NULL) : oree_field_default_text (field_of (field));
}

gboolean
oree_cert_draft_get_flag (OreeCertDraft *self, const char *field)
{
  GVariant *value = value_of (self, field, G_VARIANT_TYPE_BOOLEAN);

  return value != NULL ? g_variant_get_boolean (value) : g_str_equal (oree_field_default_text (field_of (field)), "true");
}

char **
oree_cert_draft_dup_list (OreeCertDraft *self, const char *field)
{
  GVariant *value = value_of (self, field, G_VARIANT_TYPE_STRING_ARRAY);

  return value != NULL ? g_variant_dup_strv (value, NULL) : g_new0 (char *, 1);
}

static void
set_value (OreeCertDraft *self, const char *field, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  GVariant *old = g_hash_table_lookup (self->fields, field);

  g_return_if_fail (field_of (field) != NULL);

  if (old != NULL && g_variant_equal (old, owned))
    return;
  put (self, field, owned);
  changed (self, field);
}

void
oree_cert_draft_set_text (OreeCertDraft *self, const char *field, const char *text)
{
  if (!g_str_equal (oree_cert_draft_get_text (self, field), text))
    set_value (self, field, g_variant_new_string (text));
}

void
oree_cert_draft_set_flag (OreeCertDraft *self, const char *field, gboolean flag)
{
  if (oree_cert_draft_get_flag (self, field) != !!flag)
    set_value (self, field, g_variant_new_boolean (flag));
}

void
oree_cert_draft_set_list (OreeCertDraft *self, const char *field, const char *const *list)
{
  set_value (self, field, g_variant_new_strv (list, -1));
}

GVariant *
oree_cert_draft_to_specification (OreeCertDraft *self)
{
  GVariantDict dict;
  GHashTableIter iter;
  gpointer field, value;

  g_variant_dict_init (&dict, NULL);
  g_hash_table_iter_init (&iter, self->fields);
  while (g_hash_table_iter_next (&iter, &field, &value))
    g_variant_dict_insert_value (&dict, field, value);
  return g_variant_dict_end (&dict);
}

void
oree_cert_draft_take_specification (OreeCertDraft *self, GVariant *specification)
{
  GVariantIter iter;
  const char *field;
  GVariant *value;

  g_variant_iter_init (&iter, specification);
  while (g_variant_iter_next (&iter, "{&sv}", &field, &value))
    {
      if (oree_kind_field (&oree_csr_spec_kind, field) != NULL)
        set_value (self, field, value);
      g_variant_unref (value);
    }
}

static OreeProblems *
problems_of (OreeCertDraft *self)
{
  if (self->problems == NULL)
    {
      g_autoptr (GVariant) fields = g_variant_ref_sink (oree_cert_draft_to_specification (self));
      g_autoptr (OreeCsrSpec) spec = NULL;

      self->problems = oree_problems_new ();
      spec = oree_csr_spec_new (fields, self->problems);
      oree_record_check (&spec->record, self->problems);
    }
  return self->problems;
}

const OreeProblem *
oree_cert_draft_get_problem (OreeCertDraft *self, const char *field)
{
  OreeProblems *problems = problems_of (self);
  const OreeProblem *found = NULL;

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);

      if (field != NULL && !g_str_equal (problem->field, field))
        continue;
      if (problem->severity == OREE_SEVERITY_ERROR)
        return problem;
      if (found == NULL)
        found = problem;
    }
  return found;
}

OreeProblems *
oree_cert_draft_check_name (OreeCertDraft *self, const char *name, char **normal)
{
  const char *const names[] = { name, NULL };
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) fields = NULL;
  g_autoptr (OreeCsrSpec) spec = NULL;
  g_auto (GVariantDict) dict;

  *normal = NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, NAMES_FIELD, g_variant_new_strv (names, -1));
  fields = g_variant_ref_sink (g_variant_dict_end (&dict));
  spec = oree_csr_spec_new (fields, problems);
  if (oree_problems_n_errors (problems) == 0 && spec->additional_names[0] != NULL)
    {
      g_auto (GStrv) added = oree_cert_draft_dup_list (self, NAMES_FIELD);

      if (g_strv_contains ((const char *const *) added, spec->additional_names[0]))
        oree_problems_add (problems, spec->record.kind->name, "", NAMES_FIELD, OREE_PROBLEM_ALREADY_IN_LIST,
                           spec->additional_names[0]);
      else
        *normal = g_strdup (spec->additional_names[0]);
    }
  return oree_problems_n (problems) > 0 ? g_steal_pointer (&problems) : NULL;
}

gboolean
oree_cert_draft_field_bears_on_names (const char *field)
{
  return g_strv_contains (naming, field);
}

static void
set_own (OreeCertDraft *self, char **text, const char *to, const char *what)
{
  if (g_strcmp0 (*text, to) == 0)
    return;
  g_free (*text);
  *text = g_strdup (to);
  changed (self, what);
}

const char *
oree_cert_draft_get_file (OreeCertDraft *self)
{
  return self->file;
}

void
oree_cert_draft_set_file (OreeCertDraft *self, const char *path)
{
  set_own (self, &self->file, path, "file");
}

gboolean
oree_cert_draft_get_pair (OreeCertDraft *self)
{
  return self->pair;
}

void
oree_cert_draft_set_pair (OreeCertDraft *self, gboolean pair)
{
  if (self->pair == !!pair)
    return;
  self->pair = !!pair;
  changed (self, "pair");
}

const char *
oree_cert_draft_get_request (OreeCertDraft *self)
{
  return self->request;
}

void
oree_cert_draft_set_request (OreeCertDraft *self, const char *id)
{
  set_own (self, &self->request, id, "assign");
}

gboolean
oree_cert_draft_get_assign_now (OreeCertDraft *self)
{
  return self->assign_now;
}

void
oree_cert_draft_set_assign_now (OreeCertDraft *self, gboolean now)
{
  if (self->assign_now == !!now)
    return;
  self->assign_now = !!now;
  changed (self, "assign");
}

const char *
oree_cert_draft_get_certificate (OreeCertDraft *self)
{
  return self->certificate;
}

void
oree_cert_draft_set_certificate (OreeCertDraft *self, const char *id)
{
  set_own (self, &self->certificate, id, "assign");
}

const char *const *
oree_cert_draft_get_assign_usages (OreeCertDraft *self)
{
  return (const char *const *) self->assign_usages;
}

void
oree_cert_draft_set_assign_usages (OreeCertDraft *self, const char *const *usages)
{
  if (g_strv_equal ((const char *const *) self->assign_usages, usages))
    return;
  g_strfreev (self->assign_usages);
  self->assign_usages = g_strdupv ((char **) usages);
  changed (self, "assign");
}

gboolean
oree_cert_draft_can_roll (OreeCertDraft *self)
{
  return (oree_edge_usages_from_words ((const char *const *) self->assign_usages, NULL)
          & OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_AV))
         != 0;
}

gint64
oree_cert_draft_get_effective (OreeCertDraft *self)
{
  return oree_cert_draft_can_roll (self) ? self->effective : 0;
}

void
oree_cert_draft_set_effective (OreeCertDraft *self, gint64 when)
{
  if (self->effective == when)
    return;
  self->effective = when;
  changed (self, "assign");
}

/* Digits where `shape` has a 0, else the same character. */
static gboolean
has_shape (const char *text, const char *shape)
{
  gsize i;

  for (i = 0; shape[i] != '\0'; i++)
    if (shape[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
      return FALSE;
  return text[i] == '\0';
}

gint64
oree_cert_draft_parse_time (const char *date, const char *time, GTimeZone *zone)
{
  g_autofree char *both = NULL;
  g_autoptr (GDateTime) when = NULL;

  if (!has_shape (date, "0000-00-00") || !has_shape (time, "00:00"))
    return 0;
  both = g_strdup_printf ("%sT%s:00", date, time);
  when = g_date_time_new_from_iso8601 (both, zone);
  return when != NULL ? g_date_time_to_unix (when) * G_USEC_PER_SEC : 0;
}

gboolean
oree_cert_draft_is_dirty (OreeCertDraft *self)
{
  return self->dirty;
}

void
oree_cert_draft_set_clean (OreeCertDraft *self)
{
  self->dirty = FALSE;
}

/* The text forms are those of the field table, which the command line uses too. */
static void
put_in_file (OreeCertDraft *self, GKeyFile *file, const char *const *only)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->fields);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (only != NULL && !g_strv_contains (only, name))
        continue;
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        g_key_file_set_string (file, GROUP_REQUEST, name, g_variant_get_string (value, NULL));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        g_key_file_set_boolean (file, GROUP_REQUEST, name, g_variant_get_boolean (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
        {
          gsize n;
          g_autofree const char **list = g_variant_get_strv (value, &n);

          g_key_file_set_string_list (file, GROUP_REQUEST, name, list, n);
        }
    }
}

char *
oree_cert_draft_to_data (OreeCertDraft *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  put_in_file (self, file, NULL);
  g_key_file_set_string (file, GROUP_WIZARD, "file", self->file);
  g_key_file_set_boolean (file, GROUP_WIZARD, "pair", self->pair);
  return g_key_file_to_data (file, NULL, NULL);
}

char *
oree_cert_draft_to_memory (OreeCertDraft *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  put_in_file (self, file, remembered);
  return g_key_file_to_data (file, NULL, NULL);
}

static GVariant *
value_from_file (GKeyFile *file, const OreeField *field)
{
  if (field->type == OREE_FIELD_TYPE_BOOLEAN)
    return g_variant_new_boolean (g_key_file_get_boolean (file, GROUP_REQUEST, field->name, NULL));
  if (field->type == OREE_FIELD_TYPE_LIST)
    {
      gsize n = 0;
      g_auto (GStrv) list = g_key_file_get_string_list (file, GROUP_REQUEST, field->name, &n, NULL);

      return g_variant_new_strv ((const char *const *) list, (gssize) n);
    }
  if (field->type == OREE_FIELD_TYPE_STRING || field->type == OREE_FIELD_TYPE_ENUM)
    {
      g_autofree char *text = g_key_file_get_string (file, GROUP_REQUEST, field->name, NULL);

      return text != NULL ? g_variant_new_string (text) : NULL;
    }
  return NULL;
}

void
oree_cert_draft_load_data (OreeCertDraft *self, const char *data)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = NULL;
  gboolean dirty = self->dirty;

  if (!g_key_file_load_from_data (file, data, strlen (data), G_KEY_FILE_NONE, NULL))
    return;
  for (gsize i = 0; i < oree_csr_spec_kind.n_fields; i++)
    {
      const OreeField *field = &oree_csr_spec_kind.fields[i];
      GVariant *value;

      if (!g_key_file_has_key (file, GROUP_REQUEST, field->name, NULL))
        continue;
      value = value_from_file (file, field);
      if (value != NULL)
        set_value (self, field->name, value);
    }
  path = g_key_file_get_string (file, GROUP_WIZARD, "file", NULL);
  if (path != NULL)
    oree_cert_draft_set_file (self, path);
  if (g_key_file_has_key (file, GROUP_WIZARD, "pair", NULL))
    oree_cert_draft_set_pair (self, g_key_file_get_boolean (file, GROUP_WIZARD, "pair", NULL));
  self->dirty = dirty;
}
