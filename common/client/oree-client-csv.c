/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-client-csv.h"

#include "base/oree-limits.h"
#include "model/oree-allowed-domain.h"
#include "model/oree-blocked-domain.h"
#include "model/oree-normalise.h"
#include <string.h>

/* ---- rows and cells ---- */

static void
end_cell (GPtrArray *cells, GString *cell)
{
  g_strstrip (cell->str);
  g_ptr_array_add (cells, g_strdup (cell->str));
  g_string_truncate (cell, 0);
}

static void
end_row (GPtrArray *rows, GArray *lines, GPtrArray **cells, guint line)
{
  g_ptr_array_add (*cells, NULL);
  g_ptr_array_add (rows, g_ptr_array_free (*cells, FALSE));
  g_array_append_val (lines, line);
  *cells = g_ptr_array_new ();
}

GPtrArray *
oree_csv_split (const char *text, GArray *lines)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  GPtrArray *cells = g_ptr_array_new ();
  g_autoptr (GString) cell = g_string_new (NULL);
  gboolean quoted = FALSE;
  guint line = 1, began = 1;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (quoted && *p == '"' && p[1] == '"')
        g_string_append_c (cell, *p++);
      else if (*p == '"' && (quoted || cell->len == 0))
        quoted = !quoted;
      else if (!quoted && strchr (",;\t", *p) != NULL)
        end_cell (cells, cell);
      else if (!quoted && *p == '\n')
        {
          end_cell (cells, cell);
          end_row (rows, lines, &cells, began);
          began = line + 1;
        }
      else if (*p != '\r')
        g_string_append_c (cell, *p);
      if (*p == '\n')
        line++;
    }
  if (cell->len > 0 || cells->len > 0)
    {
      end_cell (cells, cell);
      end_row (rows, lines, &cells, began);
    }
  g_ptr_array_free (cells, TRUE);
  return rows;
}

/* ---- domains ---- */

enum
{
  CELL_DOMAIN,
  CELL_STATUS,
  CELL_EDGE,
  CELL_COMMENT
};

static const char *
cell_of (char **cells, guint n_cells, guint which)
{
  return which < n_cells ? cells[which] : "";
}

static void
csv_problem_free (gpointer data)
{
  OreeCsvProblem *problem = data;

  g_free (problem->text);
  g_free (problem->detail);
  g_free (problem);
}

static void
add_problem (OreeCsvDomains *self, guint line, const char *text, OreeProblemCode code, const char *detail)
{
  OreeCsvProblem *problem = g_new (OreeCsvProblem, 1);

  problem->line = line;
  problem->text = g_strdup (text);
  problem->code = code;
  problem->detail = g_strdup (detail);
  g_ptr_array_add (self->problems, problem);
}

/* Checks the record as the service would. */
static gboolean
check_fields (OreeCsvDomains *self, const OreeKind *kind, const char *id, GVariant *fields, guint line)
{
  g_autoptr (OreeRecord) record = oree_record_new (kind, id);
  g_autoptr (OreeProblems) problems = oree_problems_new ();

  oree_record_patch (record, fields, OREE_RECORD_PUBLIC, TRUE, problems);
  oree_record_check (record, problems);
  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);

      if (problem->severity == OREE_SEVERITY_ERROR)
        {
          add_problem (self, line, id, problem->code, problem->detail);
          return FALSE;
        }
    }
  return TRUE;
}

static void
read_row (OreeCsvDomains *self, char **cells, guint line, GHashTable *seen, GVariantBuilder *changes)
{
  guint n = g_strv_length (cells);
  const char *status = cell_of (cells, n, CELL_STATUS);
  gboolean blocked = g_ascii_strcasecmp (status, "blocked") == 0;
  const OreeKind *kind = blocked ? &oree_blocked_domain_kind : &oree_allowed_domain_kind;
  OreeProblemCode code = OREE_PROBLEM_BAD_DOMAIN;
  g_autofree char *id = NULL;
  g_autoptr (GVariant) fields = NULL;
  GVariantDict dict;

  if (*status != '\0' && !blocked && g_ascii_strcasecmp (status, "allowed") != 0)
    {
      add_problem (self, line, status, OREE_PROBLEM_BAD_CHOICE, "allowed, blocked");
      return;
    }
  id = oree_normalise_domain (cells[CELL_DOMAIN], &code);
  if (id == NULL)
    {
      add_problem (self, line, cells[CELL_DOMAIN], code, cells[CELL_DOMAIN]);
      return;
    }
  if (!g_hash_table_add (seen, g_strdup (id)))
    {
      add_problem (self, line, id, OREE_PROBLEM_ALREADY_IN_LIST, id);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  if (!blocked && *cell_of (cells, n, CELL_EDGE) != '\0')
    g_variant_dict_insert (&dict, "proxy-fqdn", "s", cells[CELL_EDGE]);
  if (*cell_of (cells, n, CELL_COMMENT) != '\0')
    g_variant_dict_insert (&dict, "comment", "s", cells[CELL_COMMENT]);
  fields = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!check_fields (self, kind, id, fields, line))
    return;
  g_variant_builder_add (changes, "(sss@a{sv})", "add", kind->name, id, fields);
  if (blocked)
    self->n_blocked++;
  else
    self->n_allowed++;
}

/* The first line may say what the columns are. */
static gboolean
is_heading (char **cells)
{
  return g_ascii_strcasecmp (cells[CELL_DOMAIN], "domain") == 0
         || g_ascii_strcasecmp (cells[CELL_DOMAIN], "domaine") == 0;
}

OreeCsvDomains *
oree_csv_read_domains (const char *text)
{
  OreeCsvDomains *self = g_new0 (OreeCsvDomains, 1);
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) rows = oree_csv_split (text, lines);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder changes;

  self->problems = g_ptr_array_new_with_free_func (csv_problem_free);
  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a(sssa{sv})"));
  for (guint i = 0; i < rows->len; i++)
    {
      char **cells = rows->pdata[i];

      if ((*cells[0] != '\0' || g_strv_length (cells) > 1) && !(i == 0 && is_heading (cells)))
        read_row (self, cells, g_array_index (lines, guint, i), seen, &changes);
    }
  self->changes = g_variant_ref_sink (g_variant_builder_end (&changes));
  if (g_variant_n_children (self->changes) > OREE_CHANGES_MAX)
    add_problem (self, OREE_CHANGES_MAX + 1, "", OREE_PROBLEM_TOO_MANY_CHANGES, G_STRINGIFY (OREE_CHANGES_MAX));
  return self;
}

void
oree_csv_domains_free (OreeCsvDomains *self)
{
  g_clear_pointer (&self->changes, g_variant_unref);
  g_ptr_array_unref (self->problems);
  g_free (self);
}
