/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/oreectl-table.h"

#include <stdio.h>

#define GAP 2

struct _OreectlTable
{
  guint n_columns;
  GPtrArray *cells;
};

OreectlTable *
oreectl_table_new (guint n_columns, const char *const *headings)
{
  OreectlTable *self = g_new0 (OreectlTable, 1);

  self->n_columns = n_columns;
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; headings != NULL && i < n_columns; i++)
    oreectl_table_add (self, headings[i]);
  return self;
}

void
oreectl_table_free (OreectlTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
oreectl_table_add (OreectlTable *self, const char *cell)
{
  g_autofree char *valid = g_utf8_make_valid (cell != NULL ? cell : "", -1);
  GString *shown = g_string_new (NULL);

  /* What comes from a peer must not move the cursor of an administrator's terminal. */
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      g_string_append (shown, "·");
    else
      g_string_append_unichar (shown, g_utf8_get_char (c));
  g_ptr_array_add (self->cells, g_string_free (shown, FALSE));
}

static guint
width (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!g_unichar_iszerowidth (c))
        n += g_unichar_iswide (c) ? 2 : 1;
    }
  return n;
}

static guint
column_width (const OreectlTable *self, guint column)
{
  guint widest = 0;

  for (guint i = column; i < self->cells->len; i += self->n_columns)
    widest = MAX (widest, width (g_ptr_array_index (self->cells, i)));
  return widest;
}

char *
oreectl_table_to_text (const OreectlTable *self)
{
  GString *text = g_string_new (NULL);
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint c = 0; c < self->n_columns; c++)
    widths[c] = column_width (self, c);
  for (guint i = 0; i < self->cells->len; i++)
    {
      const char *cell = g_ptr_array_index (self->cells, i);
      guint column = i % self->n_columns;
      gboolean last = column == self->n_columns - 1 || i == self->cells->len - 1;

      g_string_append (text, cell);
      if (!last)
        for (guint n = width (cell); n < widths[column] + GAP; n++)
          g_string_append_c (text, ' ');
      else
        {
          while (text->len > 0 && text->str[text->len - 1] == ' ')
            g_string_truncate (text, text->len - 1);
          g_string_append_c (text, '\n');
        }
    }
  return g_string_free (text, FALSE);
}

void
oreectl_table_print (const OreectlTable *self)
{
  g_autofree char *text = oreectl_table_to_text (self);

  fputs (text, stdout);
}
