/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-client-config.h"

#include "client/oree-sentences.h"

/* How far back the history is searched for who changed a record. */
#define LOOK_BACK 100u

void
oree_client_outcome_free (OreeClientOutcome *self)
{
  oree_problems_free (self->problems);
  g_variant_unref (self->effects);
  g_free (self);
}

static OreeClientOutcome *
outcome_of (GVariant *reply)
{
  OreeClientOutcome *outcome = g_new0 (OreeClientOutcome, 1);
  g_autoptr (GVariant) problems = NULL;

  /* Check answers (aa{sv}a{sv}), the others have the revision before it. */
  if (g_variant_n_children (reply) == 3)
    g_variant_get (reply, "(t@aa{sv}@a{sv})", &outcome->revision, &problems, &outcome->effects);
  else
    g_variant_get (reply, "(@aa{sv}@a{sv})", &problems, &outcome->effects);
  outcome->problems = oree_problems_from_variant (problems);
  return outcome;
}

static void
outcome_destroy (gpointer data)
{
  oree_client_outcome_free (data);
}

static void
on_outcome (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, outcome_of (reply), outcome_destroy);
}

static void
call (OreeClientSession *session, OreeCall which, GVariant *parameters, GCancellable *cancellable,
      GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);

  g_task_set_source_tag (task, oree_client_config_finish);
  oree_client_session_call_async (session, which, parameters, cancellable, on_outcome, task);
}

static void
restore (OreeClientSession *session, guint64 revision, guint64 seen_revision, gboolean alone, gboolean dry,
         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (alone)
    g_variant_dict_insert (&options, "only-last", "b", TRUE);
  if (dry)
    g_variant_dict_insert (&options, "dry-run", "b", TRUE);
  call (session, OREE_CALL_RESTORE, g_variant_new ("(tt@a{sv})", revision, seen_revision, g_variant_dict_end (&options)),
        cancellable, callback, data);
}

void
oree_client_check_async (OreeClientSession *session, GVariant *changes, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  call (session, OREE_CALL_CHECK, g_variant_new ("(@a(sssa{sv}))", changes), cancellable, callback, data);
}

void
oree_client_apply_async (OreeClientSession *session, GVariant *changes, guint64 seen_revision, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  call (session, OREE_CALL_APPLY, g_variant_new ("(@a(sssa{sv})ta{sv})", changes, seen_revision, NULL), cancellable, callback,
        data);
}

void
oree_client_undo_async (OreeClientSession *session, guint64 revision, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  /* Seen is the revision itself: whoever changed the same records since is not run over. */
  restore (session, revision, revision, TRUE, FALSE, cancellable, callback, data);
}

void
oree_client_restore_async (OreeClientSession *session, guint64 revision, gboolean alone, gboolean dry,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  restore (session, revision, 0, alone, dry, cancellable, callback, data);
}

OreeClientOutcome *
oree_client_config_finish (OreeClientSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
oree_client_outcome_why_not (const OreeClientOutcome *outcome, const GError *error)
{
  if (outcome == NULL)
    return g_strdup (oree_sentence_failure (error));
  for (guint i = 0; i < oree_problems_n (outcome->problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (outcome->problems, i);

      if (problem->severity == OREE_SEVERITY_ERROR)
        return oree_sentence_problem (problem);
    }
  return NULL;
}

void
oree_client_add_change (GVariantBuilder *changes, const char *operation, const char *kind, const char *id,
                        GVariant *fields)
{
  if (fields == NULL)
    fields = g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  g_variant_builder_add (changes, "(sss@a{sv})", operation, kind, id, fields);
}

/* ---- who changed it last ---- */

typedef struct
{
  char *kind;
  char *id;
  char *who;
  gint64 when;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->kind);
  g_free (search->id);
  g_free (search->who);
  g_free (search);
}

static gboolean
touches (GVariant *revision, const Search *search)
{
  g_autoptr (GVariant) changes = g_variant_lookup_value (revision, "changes", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; changes != NULL && i < g_variant_n_children (changes); i++)
    {
      g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
      const char *kind = "", *id = "";

      g_variant_lookup (change, "kind", "&s", &kind);
      g_variant_lookup (change, "id", "&s", &id);
      if (g_str_equal (kind, search->kind) && g_str_equal (id, search->id))
        return TRUE;
    }
  return FALSE;
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) revisions = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (revisions) && search->who == NULL; i++)
    {
      g_autoptr (GVariant) revision = g_variant_get_child_value (revisions, i);

      if (!touches (revision, search))
        continue;
      g_variant_lookup (revision, "who", "s", &search->who);
      g_variant_lookup (revision, "time", "x", &search->when);
    }
  g_task_return_boolean (task, TRUE);
}

void
oree_client_last_change_async (OreeClientSession *session, const char *kind, const char *id, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  Search *search = g_new0 (Search, 1);
  GVariantDict dict;

  search->kind = g_strdup (kind);
  search->id = g_strdup (id);
  g_task_set_source_tag (task, oree_client_last_change_async);
  g_task_set_task_data (task, search, search_free);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "limit", "u", LOOK_BACK);
  oree_client_session_call_async (session, OREE_CALL_HISTORY, g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)),
                                  cancellable, on_history, task);
}

char *
oree_client_last_change_finish (OreeClientSession *session, GAsyncResult *result, gint64 *when, GError **error)
{
  Search *search = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (when != NULL)
    *when = search->when;
  return g_steal_pointer (&search->who);
}
