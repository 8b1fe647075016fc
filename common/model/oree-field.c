/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-field.h"

#include "base/oree-limits.h"
#include "base/oree-span.h"
#include <string.h>

const char *
oree_field_type_nick (OreeFieldType type)
{
  switch (type)
    {
    case OREE_FIELD_TYPE_STRING:
      return "string";
    case OREE_FIELD_TYPE_BOOLEAN:
      return "boolean";
    case OREE_FIELD_TYPE_UINT:
      return "uint";
    case OREE_FIELD_TYPE_ENUM:
      return "enum";
    case OREE_FIELD_TYPE_LIST:
      return "list";
    case OREE_FIELD_TYPE_SECRET:
      return "secret";
    }
  g_return_val_if_reached (NULL);
}

const OreeField *
oree_kind_field (const OreeKind *kind, const char *name)
{
  for (gsize i = 0; i < kind->n_fields; i++)
    if (strcmp (kind->fields[i].name, name) == 0)
      return &kind->fields[i];
  return NULL;
}

char *
oree_kind_normalise_id (const OreeKind *kind, const char *id, OreeProblemCode *code)
{
  if (*id == '\0' && !kind->singleton)
    {
      *code = OREE_PROBLEM_REQUIRED;
      return NULL;
    }
  if (strlen (id) > OREE_ID_BYTES_MAX)
    {
      *code = OREE_PROBLEM_TOO_LONG;
      return NULL;
    }
  return kind->normalise_id (id, code);
}

/* The comma-separated text form → entries without the blanks around them. */
static GVariant *
list_from_text (const char *text)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  OreeSpan rest = oree_span_str (text);

  while (!oree_span_is_empty (oree_span_trim (rest)))
    {
      OreeSpan head, tail;
      g_autofree char *entry = NULL;

      oree_span_cut (rest, ',', &head, &tail);
      entry = oree_span_dup (oree_span_trim (head));
      g_variant_builder_add (&list, "s", entry);
      rest = tail;
    }
  return g_variant_builder_end (&list);
}

GVariant *
oree_field_variant_from_text (const OreeField *field, const char *text)
{
  guint64 number;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  switch (field->type)
    {
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
    case OREE_FIELD_TYPE_ENUM:
      return g_variant_new_string (text);
    case OREE_FIELD_TYPE_BOOLEAN:
      if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0)
        return g_variant_new_boolean (*text == 't');
      return NULL;
    case OREE_FIELD_TYPE_UINT:
      if (oree_span_to_uint (oree_span_str (text), G_MAXUINT64, &number))
        return g_variant_new_uint64 (number);
      return NULL;
    case OREE_FIELD_TYPE_LIST:
      return list_from_text (text);
    }
  g_return_val_if_reached (NULL);
}

const char *
oree_field_default_text (const OreeField *field)
{
  if (field->fallback != NULL)
    return field->fallback;
  switch (field->type)
    {
    case OREE_FIELD_TYPE_BOOLEAN:
      return "false";
    case OREE_FIELD_TYPE_UINT:
      return "0";
    case OREE_FIELD_TYPE_ENUM:
      return field->choices[0].nick;
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_LIST:
    case OREE_FIELD_TYPE_SECRET:
      return "";
    }
  g_return_val_if_reached ("");
}

guint64
oree_field_max (const OreeField *field)
{
  switch (field->type)
    {
    case OREE_FIELD_TYPE_UINT:
      return field->max;
    case OREE_FIELD_TYPE_STRING:
    case OREE_FIELD_TYPE_SECRET:
      return field->max ? field->max : OREE_TEXT_MAX;
    case OREE_FIELD_TYPE_LIST:
      return field->max ? field->max : OREE_RECORD_LIST_MAX;
    case OREE_FIELD_TYPE_BOOLEAN:
    case OREE_FIELD_TYPE_ENUM:
      return 0;
    }
  g_return_val_if_reached (0);
}

static void
describe_row (GVariantBuilder *rows, const char *name, const char *type, const char *fallback, guint64 min,
              guint64 max, const OreeEnumValue *choices, OreeFieldFlags flags, const char *doc)
{
  static const struct
  {
    OreeFieldFlags flag;
    const char *nick;
  } nicks[] = {
    { OREE_FIELD_FLAG_REQUIRED, "required" },
    { OREE_FIELD_FLAG_WRITE_ONCE, "write-once" },
    { OREE_FIELD_FLAG_SECRET, "secret" },
    { OREE_FIELD_FLAG_NO_EFFECT, "no-effect-yet" },
    { OREE_FIELD_FLAG_LINES, "lines" },
  };
  GVariantBuilder list;

  g_variant_builder_open (rows, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (rows, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (rows, "{sv}", "type", g_variant_new_string (type));
  if (fallback != NULL)
    g_variant_builder_add (rows, "{sv}", "default", g_variant_new_string (fallback));
  g_variant_builder_add (rows, "{sv}", "min", g_variant_new_uint64 (min));
  g_variant_builder_add (rows, "{sv}", "max", g_variant_new_uint64 (max));
  g_variant_builder_init (&list, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; choices != NULL && choices[i].nick != NULL; i++)
    g_variant_builder_add (&list, "s", choices[i].nick);
  g_variant_builder_add (rows, "{sv}", "choices", g_variant_builder_end (&list));
  g_variant_builder_init (&list, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (flags & nicks[i].flag)
      g_variant_builder_add (&list, "s", nicks[i].nick);
  g_variant_builder_add (rows, "{sv}", "flags", g_variant_builder_end (&list));
  g_variant_builder_add (rows, "{sv}", "doc", g_variant_new_string (doc));
  g_variant_builder_close (rows);
}

GVariant *
oree_kind_describe (const OreeKind *kind)
{
  g_auto (GVariantBuilder) rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  describe_row (&rows, "id", "string", kind->singleton ? "global" : "", 0, OREE_ID_BYTES_MAX, NULL,
                OREE_FIELD_FLAG_REQUIRED | OREE_FIELD_FLAG_WRITE_ONCE, kind->id_doc);
  for (gsize i = 0; i < kind->n_fields; i++)
    {
      const OreeField *field = &kind->fields[i];

      if (field->flags & OREE_FIELD_FLAG_HIDDEN)
        continue;
      describe_row (&rows, field->name, oree_field_type_nick (field->type),
                    field->flags & OREE_FIELD_FLAG_SECRET ? NULL : oree_field_default_text (field), field->min,
                    oree_field_max (field), field->choices, field->flags, field->doc);
    }
  return g_variant_builder_end (&rows);
}
