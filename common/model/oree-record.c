/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records read and written through their field table: nothing here knows a kind. */
#include "model/oree-field.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "base/oree-span.h"
#include "model/oree-normalise.h"
#include <string.h>

#define MEMBER(type, record, field) G_STRUCT_MEMBER (type, record, (field)->offset)

/* A decoded value on its way into a record. */
typedef struct
{
  guint64 number; /* BOOLEAN, UINT, ENUM */
  char *text;     /* STRING, SECRET */
  char **list;    /* LIST */
} Value;

static void
clear_value (Value *value)
{
  oree_secret_free (value->text);
  g_strfreev (value->list);
  *value = (Value){ 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Value, clear_value)

static void
set_value (OreeRecord *self, const OreeField *field, Value *value)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      oree_secret_free (MEMBER (char *, self, field));
      MEMBER (char *, self, field) = g_steal_pointer (&value->text);
      return;
    case OREE_FIELD_TYPE_BOOLEAN:
      MEMBER (gboolean, self, field) = value->number != 0;
      return;
    case OREE_FIELD_TYPE_UINT:
      MEMBER (guint64, self, field) = value->number;
      return;
    case OREE_FIELD_TYPE_ENUM:
      MEMBER (int, self, field) = (int) value->number;
      return;
    case OREE_FIELD_TYPE_LIST:
      g_strfreev (MEMBER (char **, self, field));
      MEMBER (char **, self, field) = g_steal_pointer (&value->list);
      return;
    }
}

static void
copy_value (const OreeRecord *self, const OreeField *field, Value *value)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      value->text = g_strdup (MEMBER (char *, self, field));
      return;
    case OREE_FIELD_TYPE_BOOLEAN:
      value->number = MEMBER (gboolean, self, field);
      return;
    case OREE_FIELD_TYPE_UINT:
      value->number = MEMBER (guint64, self, field);
      return;
    case OREE_FIELD_TYPE_ENUM:
      value->number = (guint64) MEMBER (int, self, field);
      return;
    case OREE_FIELD_TYPE_LIST:
      value->list = g_strdupv (MEMBER (char **, self, field));
      return;
    }
}

static gboolean
same_value (const OreeRecord *self, const OreeField *field, const Value *value)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      return strcmp (MEMBER (char *, self, field), value->text) == 0;
    case OREE_FIELD_TYPE_BOOLEAN:
      return (MEMBER (gboolean, self, field) != FALSE) == (value->number != 0);
    case OREE_FIELD_TYPE_UINT:
      return MEMBER (guint64, self, field) == value->number;
    case OREE_FIELD_TYPE_ENUM:
      return MEMBER (int, self, field) == (int) value->number;
    case OREE_FIELD_TYPE_LIST:
      return g_strv_equal ((const gchar *const *) MEMBER (char **, self, field),
                           (const gchar *const *) value->list);
    }
  g_return_val_if_reached (FALSE);
}

/* The declared default; the tables are tested to hold legal ones. */
static void
default_value (const OreeField *field, Value *value)
{
  const char *text = oree_field_default_text (field);
  int choice = 0;

  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      value->text = g_strdup (text);
      return;
    case OREE_FIELD_TYPE_BOOLEAN:
      value->number = strcmp (text, "true") == 0;
      return;
    case OREE_FIELD_TYPE_UINT:
      if (!oree_span_to_uint (oree_span_str (text), G_MAXUINT64, &value->number))
        g_warn_if_reached ();
      return;
    case OREE_FIELD_TYPE_ENUM:
      if (!oree_enum_from_nick (field->choices, oree_span_str (text), &choice))
        g_warn_if_reached ();
      value->number = (guint64) choice;
      return;
    case OREE_FIELD_TYPE_LIST:
      value->list = *text ? g_strsplit (text, ",", -1) : g_new0 (char *, 1);
      return;
    }
}

OreeRecord *
oree_record_new (const OreeKind *kind, const char *id)
{
  OreeRecord *self = g_malloc0 (kind->size);

  self->kind = kind;
  self->id = g_strdup (id);
  g_atomic_ref_count_init (&self->refs);
  for (gsize i = 0; i < kind->n_fields; i++)
    {
      g_auto (Value) value = { 0 };

      default_value (&kind->fields[i], &value);
      set_value (self, &kind->fields[i], &value);
    }
  return self;
}

OreeRecord *
oree_record_copy (const OreeRecord *self)
{
  const OreeKind *kind = self->kind;
  OreeRecord *copy = g_malloc0 (kind->size);

  copy->kind = kind;
  copy->id = g_strdup (self->id);
  g_atomic_ref_count_init (&copy->refs);
  for (gsize i = 0; i < kind->n_fields; i++)
    {
      g_auto (Value) value = { 0 };

      copy_value (self, &kind->fields[i], &value);
      set_value (copy, &kind->fields[i], &value);
    }
  return copy;
}

OreeRecord *
oree_record_ref (OreeRecord *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_record_unref (OreeRecord *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  for (gsize i = 0; i < self->kind->n_fields; i++)
    {
      const OreeField *field = &self->kind->fields[i];

      if (field->type == OREE_FIELD_TYPE_STRING || field->type == OREE_FIELD_TYPE_SECRET)
        oree_secret_free (MEMBER (char *, self, field));
      else if (field->type == OREE_FIELD_TYPE_LIST)
        g_strfreev (MEMBER (char **, self, field));
    }
  g_free (self->id);
  g_free (self);
}

static gboolean
same_field (const OreeRecord *a, const OreeRecord *b, const OreeField *field)
{
  g_auto (Value) value = { 0 };

  copy_value (b, field, &value);
  return same_value (a, field, &value);
}

gboolean
oree_record_equal (const OreeRecord *a, const OreeRecord *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || strcmp (a->id, b->id) != 0)
    return FALSE;
  for (gsize i = 0; i < a->kind->n_fields; i++)
    if (!(a->kind->fields[i].flags & OREE_FIELD_FLAG_NOT_STORED) && !same_field (a, b, &a->kind->fields[i]))
      return FALSE;
  return TRUE;
}

/* Does `view` show (for writing: know) the field? */
static gboolean
in_view (const OreeField *field, OreeRecordView view, gboolean writing)
{
  if (view == OREE_RECORD_STORED)
    return !(field->flags & OREE_FIELD_FLAG_NOT_STORED);
  if (field->flags & OREE_FIELD_FLAG_HIDDEN)
    return FALSE;
  return writing || !(field->flags & (OREE_FIELD_FLAG_SECRET | OREE_FIELD_FLAG_NOT_STORED));
}

GVariant *
oree_record_get_variant (const OreeRecord *self, const OreeField *field)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      return g_variant_new_string (MEMBER (char *, self, field));
    case OREE_FIELD_TYPE_BOOLEAN:
      return g_variant_new_boolean (MEMBER (gboolean, self, field));
    case OREE_FIELD_TYPE_UINT:
      return g_variant_new_uint64 (MEMBER (guint64, self, field));
    case OREE_FIELD_TYPE_ENUM:
      return g_variant_new_string (oree_enum_to_nick (field->choices, MEMBER (int, self, field)));
    case OREE_FIELD_TYPE_LIST:
      return g_variant_new_strv ((const char *const *) MEMBER (char **, self, field), -1);
    }
  g_return_val_if_reached (NULL);
}

GVariant *
oree_record_to_variant (const OreeRecord *self, OreeRecordView view)
{
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (gsize i = 0; i < self->kind->n_fields; i++)
    {
      const OreeField *field = &self->kind->fields[i];

      if (in_view (field, view, FALSE))
        g_variant_builder_add (&fields, "{sv}", field->name, oree_record_get_variant (self, field));
    }
  return g_variant_builder_end (&fields);
}

char *
oree_record_get_text (const OreeRecord *self, const OreeField *field)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      return g_strdup (MEMBER (char *, self, field));
    case OREE_FIELD_TYPE_BOOLEAN:
      return g_strdup (MEMBER (gboolean, self, field) ? "true" : "false");
    case OREE_FIELD_TYPE_UINT:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, MEMBER (guint64, self, field));
    case OREE_FIELD_TYPE_ENUM:
      return g_strdup (oree_enum_to_nick (field->choices, MEMBER (int, self, field)));
    case OREE_FIELD_TYPE_LIST:
      return g_strjoinv (",", MEMBER (char **, self, field));
    }
  g_return_val_if_reached (NULL);
}

gboolean
oree_record_get_boolean (const OreeRecord *self, const OreeField *field)
{
  g_return_val_if_fail (field->type == OREE_FIELD_TYPE_BOOLEAN, FALSE);
  return MEMBER (gboolean, self, field);
}

guint64
oree_record_get_uint (const OreeRecord *self, const OreeField *field)
{
  g_return_val_if_fail (field->type == OREE_FIELD_TYPE_UINT, 0);
  return MEMBER (guint64, self, field);
}

int
oree_record_get_enum (const OreeRecord *self, const OreeField *field)
{
  g_return_val_if_fail (field->type == OREE_FIELD_TYPE_ENUM, 0);
  return MEMBER (int, self, field);
}

const char *
oree_record_get_string (const OreeRecord *self, const OreeField *field)
{
  g_return_val_if_fail (field->type == OREE_FIELD_TYPE_STRING || field->type == OREE_FIELD_TYPE_SECRET, NULL);
  return MEMBER (char *, self, field);
}

const char *const *
oree_record_get_list (const OreeRecord *self, const OreeField *field)
{
  g_return_val_if_fail (field->type == OREE_FIELD_TYPE_LIST, NULL);
  return (const char *const *) MEMBER (char **, self, field);
}

/* --- decoding: GVariant → Value, each failure one problem --- */

static gboolean
complain (const OreeRecord *self, const OreeField *field, OreeProblemCode code, const char *detail,
          OreeProblems *problems)
{
  /* What was wrong with a secret is said, the secret is not. */
  if (field->flags & OREE_FIELD_FLAG_SECRET)
    detail = NULL;
  oree_problems_add (problems, self->kind->name, self->id, field->name, code, detail);
  return FALSE;
}

static gboolean
complain_number (const OreeRecord *self, const OreeField *field, OreeProblemCode code, guint64 number,
                 OreeProblems *problems)
{
  g_autofree char *detail = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  oree_problems_add (problems, self->kind->name, self->id, field->name, code, detail);
  return FALSE;
}

/* One text of a STRING, SECRET or LIST field → normal form; "" stays "". */
static char *
decode_text (const OreeRecord *self, const OreeField *field, const char *text, OreeProblems *problems)
{
  guint64 cap = field->type == OREE_FIELD_TYPE_LIST ? OREE_TEXT_MAX : oree_field_max (field);
  OreeProblemCode code = OREE_PROBLEM_BAD_TEXT;
  char *normal;

  if (!(field->flags & OREE_FIELD_FLAG_LINES ? oree_text_is_clean_lines (text) : oree_text_is_clean (text)))
    {
      complain (self, field, OREE_PROBLEM_BAD_TEXT, NULL, problems);
      return NULL;
    }
  if ((guint64) g_utf8_strlen (text, -1) > cap)
    {
      complain_number (self, field, OREE_PROBLEM_TOO_LONG, cap, problems);
      return NULL;
    }
  if (*text == '\0' || field->normalise == NULL)
    return g_strdup (text);
  normal = field->normalise (text, &code);
  if (normal == NULL)
    complain (self, field, code, field->flags & OREE_FIELD_FLAG_LINES ? NULL : text, problems);
  return normal;
}

static gboolean
decode_uint (const OreeRecord *self, const OreeField *field, GVariant *variant, Value *value,
             OreeProblems *problems)
{
  gint64 number = 0;
  gboolean negative;

  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BYTE:
      number = g_variant_get_byte (variant);
      break;
    case G_VARIANT_CLASS_INT16:
      number = g_variant_get_int16 (variant);
      break;
    case G_VARIANT_CLASS_UINT16:
      number = g_variant_get_uint16 (variant);
      break;
    case G_VARIANT_CLASS_INT32:
      number = g_variant_get_int32 (variant);
      break;
    case G_VARIANT_CLASS_UINT32:
      number = g_variant_get_uint32 (variant);
      break;
    case G_VARIANT_CLASS_INT64:
      number = g_variant_get_int64 (variant);
      break;
    case G_VARIANT_CLASS_UINT64:
      /* No range reaches past 63 bits: what does is out of range all the same. */
      number = (gint64) MIN (g_variant_get_uint64 (variant), (guint64) G_MAXINT64);
      break;
    default: /* every other class: not a number */
      return complain (self, field, OREE_PROBLEM_WRONG_TYPE, "uint", problems);
    }
  negative = number < 0;
  if (negative || (guint64) number < field->min || (guint64) number > field->max)
    {
      g_autofree char *range = g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, field->min,
                                                field->max);

      return complain (self, field, OREE_PROBLEM_OUT_OF_RANGE, range, problems);
    }
  value->number = (guint64) number;
  return TRUE;
}

static gboolean
decode_enum (const OreeRecord *self, const OreeField *field, GVariant *variant, Value *value,
             OreeProblems *problems)
{
  g_autoptr (GString) choices = NULL;
  int choice;

  if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    return complain (self, field, OREE_PROBLEM_WRONG_TYPE, "enum", problems);
  if (oree_enum_from_nick (field->choices, oree_span_str (g_variant_get_string (variant, NULL)), &choice))
    {
      value->number = (guint64) choice;
      return TRUE;
    }
  choices = g_string_new (NULL);
  for (const OreeEnumValue *one = field->choices; one->nick != NULL; one++)
    g_string_append_printf (choices, "%s%s", choices->len ? "," : "", one->nick);
  return complain (self, field, OREE_PROBLEM_BAD_CHOICE, choices->str, problems);
}

/* The entries of `variant` (as, or s for one), each in normal form; NULL with problems. */
static GPtrArray *
decode_entries (const OreeRecord *self, const OreeField *field, GVariant *variant, OreeProblems *problems)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
  g_autofree const char **texts = NULL;
  gboolean ok = TRUE;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING_ARRAY))
    texts = g_variant_get_strv (variant, NULL);
  else if (g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    {
      texts = g_new0 (const char *, 2);
      texts[0] = g_variant_get_string (variant, NULL);
    }
  else
    {
      complain (self, field, OREE_PROBLEM_WRONG_TYPE, "list", problems);
      return NULL;
    }
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      /* "," separates entries in the text form; an empty entry would vanish there. */
      gboolean plain = *texts[i] != '\0' && strchr (texts[i], ',') == NULL;
      char *entry = plain ? decode_text (self, field, texts[i], problems) : NULL;

      if (!plain)
        complain (self, field, OREE_PROBLEM_BAD_TEXT, texts[i], problems);
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
      else
        ok = FALSE;
    }
  return ok ? g_steal_pointer (&entries) : NULL;
}

static gboolean
list_has (GPtrArray *list, const char *entry, guint *index)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (g_ptr_array_index (list, i), entry) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

/* `how`: '+' adds to and '-' takes from what the record has, 0 starts anew. */
static gboolean
decode_list (const OreeRecord *self, const OreeField *field, GVariant *variant, char how, Value *value,
             OreeProblems *problems)
{
  g_autoptr (GPtrArray) entries = decode_entries (self, field, variant, problems);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  gboolean ok = TRUE;
  guint at;

  if (entries == NULL)
    return FALSE;
  for (char **entry = MEMBER (char **, self, field); how != '\0' && *entry != NULL; entry++)
    g_ptr_array_add (list, g_strdup (*entry));
  for (guint i = 0; i < entries->len; i++)
    {
      const char *entry = g_ptr_array_index (entries, i);

      if (list_has (list, entry, &at) != (how == '-'))
        ok = complain (self, field, how == '-' ? OREE_PROBLEM_NOT_IN_LIST : OREE_PROBLEM_ALREADY_IN_LIST, entry,
                       problems);
      else if (how == '-')
        g_ptr_array_remove_index (list, at);
      else
        g_ptr_array_add (list, g_strdup (entry));
    }
  if (list->len > oree_field_max (field))
    return complain_number (self, field, OREE_PROBLEM_TOO_MANY, oree_field_max (field), problems);
  g_ptr_array_add (list, NULL);
  value->list = (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return ok;
}

static gboolean
decode (const OreeRecord *self, const OreeField *field, GVariant *variant, char how, Value *value,
        OreeProblems *problems)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
        return complain (self, field, OREE_PROBLEM_WRONG_TYPE, "string", problems);
      value->text = decode_text (self, field, g_variant_get_string (variant, NULL), problems);
      return value->text != NULL;
    case OREE_FIELD_TYPE_BOOLEAN:
      if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_BOOLEAN))
        return complain (self, field, OREE_PROBLEM_WRONG_TYPE, "boolean", problems);
      value->number = g_variant_get_boolean (variant);
      return TRUE;
    case OREE_FIELD_TYPE_UINT:
      return decode_uint (self, field, variant, value, problems);
    case OREE_FIELD_TYPE_ENUM:
      return decode_enum (self, field, variant, value, problems);
    case OREE_FIELD_TYPE_LIST:
      return decode_list (self, field, variant, how, value, problems);
    }
  g_return_val_if_reached (FALSE);
}

/* "additional-domains+" → the field and '+'. NULL when there is no such field in the view. */
static const OreeField *
find_field (const OreeRecord *self, const char *name, OreeRecordView view, char *how)
{
  gsize length = strlen (name);
  g_autofree char *bare = NULL;
  const OreeField *field;

  *how = length > 0 && strchr ("+-", name[length - 1]) != NULL ? name[length - 1] : '\0';
  bare = g_strndup (name, *how ? length - 1 : length);
  field = oree_kind_field (self->kind, bare);
  if (field == NULL || !in_view (field, view, TRUE) || (*how && field->type != OREE_FIELD_TYPE_LIST))
    return NULL;
  return field;
}

/* An administrator who turns a knob that moves nothing yet must hear so. */
static void
warn_no_effect (const OreeRecord *self, const OreeField *field, OreeProblems *problems)
{
  g_auto (Value) value = { 0 };

  default_value (field, &value);
  if ((field->flags & OREE_FIELD_FLAG_NO_EFFECT) && !same_value (self, field, &value))
    oree_problems_add (problems, self->kind->name, self->id, field->name, OREE_PROBLEM_NO_EFFECT, NULL);
}

/* There is no field `name`: is there something better to say than that? */
static OreeProblemCode
why_missing (const OreeKind *kind, const char *name)
{
  for (const OreeFieldMissing *one = kind->missing; one != NULL && one->name != NULL; one++)
    if (g_str_equal (one->name, name))
      return one->problem;
  return OREE_PROBLEM_UNKNOWN_FIELD;
}

gboolean
oree_record_patch (OreeRecord *self, GVariant *fields, OreeRecordView view, gboolean is_new,
                   OreeProblems *problems)
{
  gboolean ok = TRUE, derive = FALSE;
  GVariantIter iter;
  const char *name;
  GVariant *variant;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &variant))
    {
      g_autoptr (GVariant) owned = variant;
      g_auto (Value) value = { 0 };
      char how;
      const OreeField *field = find_field (self, name, view, &how);

      if (field == NULL)
        {
          oree_problems_add (problems, self->kind->name, self->id, name, why_missing (self->kind, name), NULL);
          ok = FALSE;
          continue;
        }
      if (!decode (self, field, owned, how, &value, problems))
        {
          ok = FALSE;
          continue;
        }
      if (!is_new && view == OREE_RECORD_PUBLIC && (field->flags & OREE_FIELD_FLAG_WRITE_ONCE)
          && !same_value (self, field, &value))
        {
          ok = complain (self, field, OREE_PROBLEM_WRITE_ONCE, NULL, problems);
          continue;
        }
      set_value (self, field, &value);
      derive |= (field->flags & OREE_FIELD_FLAG_NOT_STORED) != 0;
      if (view == OREE_RECORD_PUBLIC)
        warn_no_effect (self, field, problems);
    }
  if (derive && self->kind->derive != NULL)
    self->kind->derive (self);
  return ok;
}

static void
set_default (OreeRecord *self, const OreeField *field)
{
  g_auto (Value) value = { 0 };

  default_value (field, &value);
  set_value (self, field, &value);
}

gboolean
oree_record_reset_field (OreeRecord *self, const char *name, OreeProblems *problems)
{
  const OreeField *field = oree_kind_field (self->kind, name);

  if (field == NULL || !in_view (field, OREE_RECORD_PUBLIC, TRUE))
    {
      oree_problems_add (problems, self->kind->name, self->id, name, why_missing (self->kind, name), NULL);
      return FALSE;
    }
  if (field->flags & OREE_FIELD_FLAG_WRITE_ONCE)
    return complain (self, field, OREE_PROBLEM_WRITE_ONCE, NULL, problems);
  if (field->flags & OREE_FIELD_FLAG_REQUIRED)
    return complain (self, field, OREE_PROBLEM_REQUIRED, NULL, problems);
  set_default (self, field);
  if ((field->flags & OREE_FIELD_FLAG_NOT_STORED) && self->kind->derive != NULL)
    self->kind->derive (self);
  return TRUE;
}

void
oree_record_reset (OreeRecord *self)
{
  const OreeFieldFlags kept = OREE_FIELD_FLAG_WRITE_ONCE | OREE_FIELD_FLAG_REQUIRED | OREE_FIELD_FLAG_SECRET
                              | OREE_FIELD_FLAG_HIDDEN;

  for (gsize i = 0; i < self->kind->n_fields; i++)
    if (!(self->kind->fields[i].flags & kept))
      set_default (self, &self->kind->fields[i]);
}

static gboolean
is_empty (const OreeRecord *self, const OreeField *field)
{
  g_autofree char *text = oree_record_get_text (self, field);
  gboolean empty = *text == '\0';

  oree_secret_wipe (text, strlen (text));
  return empty;
}

gboolean
oree_record_check (const OreeRecord *self, OreeProblems *problems)
{
  g_autoptr (OreeProblems) scratch = problems ? NULL : oree_problems_new ();
  OreeProblems *found = problems ? problems : scratch;
  guint before = oree_problems_n_errors (found);

  for (gsize i = 0; i < self->kind->n_fields; i++)
    if ((self->kind->fields[i].flags & OREE_FIELD_FLAG_REQUIRED) && is_empty (self, &self->kind->fields[i]))
      complain (self, &self->kind->fields[i], OREE_PROBLEM_REQUIRED, NULL, found);
  if (self->kind->check != NULL)
    self->kind->check (self, found);
  return oree_problems_n_errors (found) == before;
}

GVariant *
oree_record_diff (const OreeRecord *old_record, const OreeRecord *new_record)
{
  const OreeKind *kind = old_record ? old_record->kind : new_record->kind;
  g_auto (GVariantBuilder) rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; i < kind->n_fields; i++)
    {
      const OreeField *field = &kind->fields[i];

      if (field->flags & OREE_FIELD_FLAG_NOT_STORED)
        continue;
      if (old_record != NULL && new_record != NULL && same_field (old_record, new_record, field))
        continue;
      if ((old_record == NULL || new_record == NULL) && is_empty (old_record ? old_record : new_record, field))
        continue;
      g_variant_builder_open (&rows, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&rows, "{sv}", "field", g_variant_new_string (field->name));
      if (!(field->flags & (OREE_FIELD_FLAG_SECRET | OREE_FIELD_FLAG_HIDDEN)))
        {
          g_autofree char *before = old_record ? oree_record_get_text (old_record, field) : NULL;
          g_autofree char *after = new_record ? oree_record_get_text (new_record, field) : NULL;

          if (before != NULL)
            g_variant_builder_add (&rows, "{sv}", "old", g_variant_new_string (before));
          if (after != NULL)
            g_variant_builder_add (&rows, "{sv}", "new", g_variant_new_string (after));
        }
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}
