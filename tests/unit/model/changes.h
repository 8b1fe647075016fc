/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes written as people write them: "add xmpp-partner fabrikam.test partner-type=federated", one a line. */
#pragma once
#include "model/oree-record-set.h"
#include <string.h>

/* "name=text" → the field's GVariant; what the table does not know travels as text and is refused by the model. */
static inline void
change_field (GVariantBuilder *fields, const OreeKind *kind, const char *word)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = equals ? g_strndup (word, (gsize) (equals - word)) : g_strdup (word);
  g_autofree char *bare = g_strdup (name);
  const char *text = equals ? equals + 1 : "";
  const OreeField *field;
  GVariant *value = NULL;

  if (*bare && strchr ("+-", bare[strlen (bare) - 1]) != NULL)
    bare[strlen (bare) - 1] = '\0';
  field = kind ? oree_kind_field (kind, bare) : NULL;
  if (field != NULL)
    value = oree_field_variant_from_text (field, text);
  g_variant_builder_add (fields, "{sv}", name, value ? value : g_variant_new_string (text));
}

/* Owned a(sssa{sv}); lines end in "\n"; words may be quoted as in a shell; "" as id is written ''. */
static inline GVariant *
changes_new (const char *lines)
{
  g_auto (GStrv) split = g_strsplit (lines, "\n", -1);
  g_auto (GVariantBuilder) changes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));

  for (char **line = split; *line != NULL; line++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) words = NULL;
      g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
      int n;

      if (*g_strstrip (*line) == '\0')
        continue;
      g_shell_parse_argv (*line, &n, &words, &error);
      g_assert_no_error (error);
      g_assert_cmpint (n, >=, 3);
      for (int i = 3; i < n; i++)
        change_field (&fields, oree_kind_by_name (words[1]), words[i]);
      g_variant_builder_add (&changes, "(sss@a{sv})", words[0], words[1], words[2],
                             g_variant_builder_end (&fields));
    }
  return g_variant_ref_sink (g_variant_builder_end (&changes));
}

/* Applies `lines` as a client would; NULL with `problems` when refused. */
static inline OreeRecordSet *
changes_apply (const OreeRecordSet *set, const char *lines, OreeProblems *problems)
{
  g_autoptr (GVariant) changes = changes_new (lines);

  return oree_record_set_apply (set, changes, OREE_RECORD_PUBLIC, problems);
}

/* The same for what must succeed. */
static inline OreeRecordSet *
changes_apply_ok (const OreeRecordSet *set, const char *lines)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  OreeRecordSet *next = changes_apply (set, lines, problems);

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *p = oree_problems_get (problems, i);

      if (p->severity == OREE_SEVERITY_ERROR)
        g_test_message ("%s %s %s: %s %s", p->kind, p->id, p->field, oree_problem_nick (p->code), p->detail);
    }
  g_assert_nonnull (next);
  return next;
}
