/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-answer.h"

#include "base/oree-secret.h"
#include "client/oree-sentences.h"

typedef struct
{
  GBytes *file;
  char *password;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_pointer (&question->file, g_bytes_unref);
  oree_secret_free (question->password);
  g_free (question);
}

/* TRUE when the call came back; else the task has ended. */
static gboolean
came_back (GTask *task, GVariant *reply, GError *error)
{
  if (reply != NULL)
    return TRUE;
  if (error->domain == OREE_ERROR)
    g_task_return_new_error (task, OREE_ERROR, error->code, "%s", oree_sentence_error ((OreeError) error->code));
  else
    g_task_return_error (task, g_error_copy (error));
  return FALSE;
}

static GVariant *
file_variant (GBytes *file)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, file, TRUE);
}

static void
on_judged (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) answer = NULL, names = NULL, problems = NULL;

  if (!came_back (task, reply, error))
    return;
  g_variant_get (reply, "(@a{sv}@aa{sv}@aa{sv})", &answer, &names, &problems);
  oree_cert_session_set_answer (g_task_get_source_object (task), question->file, question->password, answer, names,
                                oree_problems_from_variant (problems));
  g_task_return_boolean (task, TRUE);
}

/* Takes `task`, whose data is the question. */
static void
judge (GTask *task)
{
  OreeCertSession *session = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (question->password != NULL && *question->password != '\0')
    g_variant_dict_insert (&options, "password", "s", question->password);
  oree_client_call_async (oree_cert_session_get_client (session), OREE_CALL_CERTIFICATES_CHECK_ANSWER,
                          g_variant_new ("(@ay@a{sv})", file_variant (question->file), g_variant_dict_end (&options)),
                          g_task_get_cancellable (task), on_judged, task);
}

/* The bytes of a file that was read, owned; NULL: the task has ended. */
static GBytes *
bytes_of (GTask *task, GObject *file, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  if (g_file_load_contents_finish (G_FILE (file), result, &contents, &length, NULL, &error))
    return g_bytes_new_take (contents, length);
  g_task_return_error (task, g_steal_pointer (&error));
  return NULL;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);

  question->file = bytes_of (task, source, result);
  if (question->file != NULL)
    judge (g_steal_pointer (&task));
}

static void
read_file (const char *path, GTask *task, GAsyncReadyCallback callback)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_file_load_contents_async (file, g_task_get_cancellable (task), callback, task);
}

void
oree_cert_answer_read_async (OreeCertSession *session, const char *path, const char *password,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  Question *question = g_new0 (Question, 1);

  question->password = g_strdup (password);
  g_task_set_task_data (task, question, question_free);
  read_file (path, task, on_read);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (OreeProblems) problems = NULL;

  if (!came_back (task, reply, error))
    return;
  rows = g_variant_get_child_value (reply, 1);
  problems = oree_problems_from_variant (rows);
  for (guint i = 0; i < oree_problems_n (problems); i++)
    if (oree_problems_get (problems, i)->severity == OREE_SEVERITY_ERROR)
      {
        g_autofree char *sentence = oree_sentence_problem_alone (oree_problems_get (problems, i));

        g_task_return_new_error (task, OREE_ERROR, OREE_ERROR_FAILED, "%s", sentence);
        return;
      }
  judge (g_steal_pointer (&task));
}

static void
on_read_more (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  OreeCertSession *session = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GBytes) file = bytes_of (task, source, result);

  if (file != NULL)
    oree_client_call_async (oree_cert_session_get_client (session), OREE_CALL_CERTIFICATES_IMPORT,
                            g_variant_new ("(@aya{sv})", file_variant (file), NULL), cancellable, on_added,
                            g_steal_pointer (&task));
}

void
oree_cert_answer_add_async (OreeCertSession *session, const char *path, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  Question *question = g_new0 (Question, 1);

  g_return_if_fail (oree_cert_session_get_answer_file (session) != NULL);

  question->file = g_bytes_ref (oree_cert_session_get_answer_file (session));
  question->password = g_strdup (oree_cert_session_get_answer_password (session));
  g_task_set_task_data (task, question, question_free);
  read_file (path, task, on_read_more);
}

gboolean
oree_cert_answer_finish (OreeCertSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
