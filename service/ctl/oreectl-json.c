/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/oreectl-json.h"

#include <stdio.h>

static void write_value (GString *out, GVariant *value, guint depth);

static void
write_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '"':
      case '\\':
        g_string_append_c (out, '\\');
        g_string_append_c (out, *text);
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '\t':
        g_string_append (out, "\\t");
        break;
      default:
        if ((guchar) *text < 0x20 || *text == 0x7f)
          g_string_append_printf (out, "\\u%04x", (guint) (guchar) *text);
        else
          g_string_append_c (out, *text);
      }
  g_string_append_c (out, '"');
}

static void
new_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  g_autoptr (GVariant) key_a = g_variant_get_child_value (*(GVariant *const *) a, 0);
  g_autoptr (GVariant) key_b = g_variant_get_child_value (*(GVariant *const *) b, 0);

  return g_variant_compare (key_a, key_b);
}

static void
write_object (GString *out, GVariant *value, guint depth)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    g_ptr_array_add (entries, g_variant_get_child_value (value, i));
  g_ptr_array_sort (entries, by_key);
  g_string_append_c (out, '{');
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (g_ptr_array_index (entries, i), 0);
      g_autoptr (GVariant) entry = g_variant_get_child_value (g_ptr_array_index (entries, i), 1);

      g_string_append (out, i > 0 ? "," : "");
      new_line (out, depth + 1);
      write_string (out, g_variant_get_string (key, NULL));
      g_string_append (out, ": ");
      write_value (out, entry, depth + 1);
    }
  if (entries->len > 0)
    new_line (out, depth);
  g_string_append_c (out, '}');
}

static void
write_array (GString *out, GVariant *value, guint depth)
{
  gsize n = g_variant_n_children (value);

  g_string_append_c (out, '[');
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      g_string_append (out, i > 0 ? "," : "");
      new_line (out, depth + 1);
      write_value (out, child, depth + 1);
    }
  if (n > 0)
    new_line (out, depth);
  g_string_append_c (out, ']');
}

static void
write_number (GString *out, GVariant *value)
{
  /* The text form without its type annotation: "7", "-3". */
  g_autofree char *text = g_variant_print (value, FALSE);

  g_string_append (out, text);
}

static void
write_value (GString *out, GVariant *value, guint depth)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      write_string (out, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
      break;
    case G_VARIANT_CLASS_VARIANT:
      {
        g_autoptr (GVariant) inner = g_variant_get_variant (value);

        write_value (out, inner, depth);
      }
      break;
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
        write_object (out, value, depth);
      else
        write_array (out, value, depth);
      break;
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    case G_VARIANT_CLASS_MAYBE:
      write_array (out, value, depth);
      break;
    case G_VARIANT_CLASS_BYTE:
      g_string_append_printf (out, "%u", (guint) g_variant_get_byte (value));
      break;
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_DOUBLE:
      write_number (out, value);
      break;
    }
}

char *
oreectl_json_from_variant (GVariant *value)
{
  GString *out = g_string_new (NULL);

  write_value (out, value, 0);
  return g_string_free (out, FALSE);
}

void
oreectl_json_print (GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autofree char *text = oreectl_json_from_variant (owned);

  puts (text);
}
