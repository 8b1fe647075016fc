/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-problem.h"

#include "base/oree-limits.h"
#include <string.h>

struct _OreeProblems
{
  GPtrArray *list; /* OreeProblem * */
  guint n_errors;  /* all that were added, kept or not */
};

static const char *const nicks[] = {
#define X(symbol, nick) nick,
  OREE_PROBLEMS (X)
#undef X
    NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (nicks) == OREE_N_PROBLEMS + 1);

static void
free_problem (gpointer data)
{
  OreeProblem *problem = data;

  g_free (problem->kind);
  g_free (problem->id);
  g_free (problem->field);
  g_free (problem->detail);
  g_free (problem);
}

OreeProblems *
oree_problems_new (void)
{
  OreeProblems *self = g_new0 (OreeProblems, 1);

  self->list = g_ptr_array_new_with_free_func (free_problem);
  return self;
}

void
oree_problems_free (OreeProblems *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_free (self);
}

/* Warnings leave room for errors: an error is dropped only behind as many errors. */
static gboolean
has_room (const OreeProblems *self, OreeSeverity severity)
{
  if (severity == OREE_SEVERITY_ERROR)
    return self->n_errors < OREE_PROBLEMS_MAX;
  return self->list->len < OREE_PROBLEMS_MAX;
}

static void
append (OreeProblems *self, const char *kind, const char *id, const char *field, OreeProblemCode code,
        const char *detail, OreeSeverity severity)
{
  if (has_room (self, severity))
    {
      OreeProblem *problem = g_new0 (OreeProblem, 1);

      problem->kind = g_strdup (kind ? kind : "");
      problem->id = g_strdup (id ? id : "");
      problem->field = g_strdup (field ? field : "");
      problem->code = code;
      problem->detail = g_strdup (detail ? detail : "");
      problem->severity = severity;
      g_ptr_array_add (self->list, problem);
    }
  if (severity == OREE_SEVERITY_ERROR)
    self->n_errors++;
}

void
oree_problems_add (OreeProblems *self, const char *kind, const char *id, const char *field,
                   OreeProblemCode code, const char *detail)
{
  if (self != NULL)
    append (self, kind, id, field, code, detail, oree_problem_severity (code));
}

guint
oree_problems_n (const OreeProblems *self)
{
  return self->list->len;
}

const OreeProblem *
oree_problems_get (const OreeProblems *self, guint index)
{
  return index < self->list->len ? g_ptr_array_index (self->list, index) : NULL;
}

guint
oree_problems_n_errors (const OreeProblems *self)
{
  return self->n_errors;
}

gboolean
oree_problems_has (const OreeProblems *self, OreeProblemCode code, const char *field)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const OreeProblem *problem = g_ptr_array_index (self->list, i);

      if (problem->code == code && (field == NULL || strcmp (problem->field, field) == 0))
        return TRUE;
    }
  return FALSE;
}

const char *
oree_problem_nick (OreeProblemCode code)
{
  g_return_val_if_fail ((guint) code < OREE_N_PROBLEMS, NULL);
  return nicks[code];
}

gboolean
oree_problem_from_nick (const char *nick, OreeProblemCode *code)
{
  for (guint i = 0; i < OREE_N_PROBLEMS; i++)
    if (strcmp (nicks[i], nick) == 0)
      {
        *code = (OreeProblemCode) i;
        return TRUE;
      }
  return FALSE;
}

OreeSeverity
oree_problem_severity (OreeProblemCode code)
{
  static const OreeProblemCode warnings[] = {
    OREE_PROBLEM_TLS_OPTIONAL_WITH_SASL,  OREE_PROBLEM_DIALBACK_IDLE, OREE_PROBLEM_CERTIFICATES_IDLE,
    OREE_PROBLEM_XMPP_NEEDS_FEDERATION,
    OREE_PROBLEM_AUDIO_VIDEO_NEEDS_PUBLIC, OREE_PROBLEM_HOSTS_NEEDS_SHARED, OREE_PROBLEM_NO_EFFECT,
    OREE_PROBLEM_ALREADY_INCLUDED, OREE_PROBLEM_PRIVATE_NAME, OREE_PROBLEM_ABBREVIATION,
    OREE_PROBLEM_PRIVATE_AUTHORITY_ONLY, OREE_PROBLEM_EJABBERD_XMPP_ADDRESS, OREE_PROBLEM_PUBLIC_AUTHORITY_USAGE,
    OREE_PROBLEM_CERTIFICATE_ENDS_SOON, OREE_PROBLEM_CERTIFICATE_NOT_YET_VALID, OREE_PROBLEM_CHAIN_INCOMPLETE, OREE_PROBLEM_ROOT_UNTRUSTED,
    OREE_PROBLEM_SELF_SIGNED, OREE_PROBLEM_NAME_MISSING, OREE_PROBLEM_NAME_NOT_GRANTED, OREE_PROBLEM_SUBJECT_DIFFERS,
    OREE_PROBLEM_CLIENT_USAGE_NOT_GRANTED, OREE_PROBLEM_ISSUER_EXPIRED, OREE_PROBLEM_FIRST_NAME, OREE_PROBLEM_CLIENT_USAGE_MISSING, OREE_PROBLEM_PARTNER_WOULD_BREAK,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (warnings); i++)
    if (warnings[i] == code)
      return OREE_SEVERITY_WARNING;
  return OREE_SEVERITY_ERROR;
}

const char *const *
oree_problem_nicks (void)
{
  return nicks;
}

GVariant *
oree_problems_to_variant (const OreeProblems *self)
{
  g_auto (GVariantBuilder) rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->list->len; i++)
    {
      const OreeProblem *problem = g_ptr_array_index (self->list, i);
      gboolean known = problem->code != OREE_N_PROBLEMS;

      g_variant_builder_open (&rows, G_VARIANT_TYPE ("a{sv}"));
      g_variant_builder_add (&rows, "{sv}", "kind", g_variant_new_string (problem->kind));
      g_variant_builder_add (&rows, "{sv}", "id", g_variant_new_string (problem->id));
      g_variant_builder_add (&rows, "{sv}", "field", g_variant_new_string (problem->field));
      g_variant_builder_add (&rows, "{sv}", "code",
                             g_variant_new_string (known ? nicks[problem->code] : problem->detail));
      g_variant_builder_add (&rows, "{sv}", "detail", g_variant_new_string (known ? problem->detail : ""));
      g_variant_builder_add (
          &rows, "{sv}", "severity",
          g_variant_new_string (problem->severity == OREE_SEVERITY_ERROR ? "error" : "warning"));
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}

OreeProblems *
oree_problems_from_variant (GVariant *rows)
{
  OreeProblems *self = oree_problems_new ();
  GVariantIter iter;
  GVariant *row;

  if (!g_variant_is_of_type (rows, G_VARIANT_TYPE ("aa{sv}")))
    return self;
  g_variant_iter_init (&iter, rows);
  while ((row = g_variant_iter_next_value (&iter)) != NULL)
    {
      const char *kind = NULL, *id = NULL, *field = NULL, *nick = "", *detail = NULL, *severity = "error";
      OreeProblemCode code = OREE_N_PROBLEMS;

      g_variant_lookup (row, "kind", "&s", &kind);
      g_variant_lookup (row, "id", "&s", &id);
      g_variant_lookup (row, "field", "&s", &field);
      g_variant_lookup (row, "code", "&s", &nick);
      g_variant_lookup (row, "detail", "&s", &detail);
      g_variant_lookup (row, "severity", "&s", &severity);
      if (!oree_problem_from_nick (nick, &code))
        detail = nick;
      append (self, kind, id, field, code, detail,
              strcmp (severity, "warning") == 0 ? OREE_SEVERITY_WARNING : OREE_SEVERITY_ERROR);
      g_variant_unref (row);
    }
  return self;
}
