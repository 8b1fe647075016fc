/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue of jobs, one thread that does them in order, and answers sent back to the asker's context.
 * Rows that stand together in the queue share a transaction: while one is being synced the next batch gathers. */
#include "store/oree-store.h"
#include "base/oree-limits.h"
#include "store/oree-migrate.h"
#include "store/oree-repo.h"
#include "store/oree-runtime-state.h"

typedef struct _Job Job;

/* Who is told; which member counts follows from the job's kind. */
typedef union
{
  OreeStoreOpened opened;
  OreeStoreCommitted committed;
  OreeStoreListed listed;
  OreeStoreSetRead set_read;
  OreeStoreRowSaved row_saved;
  gpointer any;
} Done;

typedef enum
{
  JOB_OPEN,
  JOB_COMMIT,
  JOB_HISTORY,
  JOB_SET_AT,
  JOB_AUDIT,
  JOB_AUDIT_LIST,
  JOB_ROW,
  JOB_ROW_LIST,
  JOB_QUIT
} JobKind;

struct _Job
{
  JobKind kind;
  GMainContext *context; /* where the answer goes */

  /* asked */
  OreeRecordSet *from, *to;
  guint64 revision; /* expected, before, at */
  guint limit;
  gint64 wall;
  char *who, *operation;
  GVariant *body;
  OreeRuntimeRow *row;

  /* answered */
  GError *error;
  OreeStoreContent *content;
  OreeRecordSet *set;
  GPtrArray *rows;

  Done done;
  gpointer data;
};

struct _OreeStore
{
  char *url;
  GMainContext *context;
  GAsyncQueue *queue;
  GThread *thread;
  OreeDb *db; /* the thread's own */
};

/* What callers see, and its count behind it. */
typedef struct
{
  OreeStoreContent content;
  gatomicrefcount refs;
} ContentBox;

OreeStoreContent *
oree_store_content_ref (OreeStoreContent *content)
{
  g_atomic_ref_count_inc (&((ContentBox *) content)->refs);
  return content;
}

void
oree_store_content_unref (OreeStoreContent *content)
{
  if (content == NULL || !g_atomic_ref_count_dec (&((ContentBox *) content)->refs))
    return;
  g_clear_pointer (&content->set, oree_record_set_unref);
  g_clear_pointer (&content->changed, g_hash_table_unref);
  g_clear_pointer (&content->runtime, g_ptr_array_unref);
  g_clear_pointer (&content->problems, oree_problems_free);
  g_free (content);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->from, oree_record_set_unref);
  g_clear_pointer (&job->to, oree_record_set_unref);
  g_free (job->who);
  g_free (job->operation);
  g_clear_pointer (&job->body, g_variant_unref);
  oree_runtime_row_free (job->row);
  g_clear_error (&job->error);
  oree_store_content_unref (job->content);
  g_clear_pointer (&job->set, oree_record_set_unref);
  g_clear_pointer (&job->rows, g_ptr_array_unref);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_free (job);
}

/* --- On the asker's context --- */

static gboolean
answer (gpointer data)
{
  Job *job = data;

  switch (job->kind)
    {
    case JOB_OPEN:
      job->done.opened (job->content, job->error, job->data);
      break;
    case JOB_COMMIT:
    case JOB_AUDIT:
      job->done.committed (job->error ? 0 : job->revision, job->error, job->data);
      break;
    case JOB_HISTORY:
    case JOB_AUDIT_LIST:
    case JOB_ROW_LIST:
      job->done.listed (job->rows, job->error, job->data);
      break;
    case JOB_SET_AT:
      job->done.set_read (job->set, job->error, job->data);
      break;
    case JOB_ROW:
    case JOB_QUIT:
      break;
    }
  return G_SOURCE_REMOVE;
}

static void
send_answer (Job *job)
{
  GSource *source;

  if (job->done.any == NULL)
    {
      job_free (job);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer, job, job_free);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

/* --- On the store's thread --- */

static gboolean
is_open (OreeStore *self, GError **error)
{
  if (self->db != NULL)
    return TRUE;
  g_set_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "the store is not open");
  return FALSE;
}

static void
do_open (OreeStore *self, Job *job)
{
  g_autoptr (OreeDb) db = NULL;
  g_autoptr (GPtrArray) records = NULL;
  ContentBox *box;
  OreeStoreContent *content;
  guint64 revision = 0;

  g_clear_pointer (&self->db, oree_db_free);
  db = oree_db_open (self->url, &job->error);
  if (db == NULL || !oree_migrate (db, oree_migrations, &job->error) || !oree_repo_prepare (db, &job->error)
      || !oree_history_revision (db, &revision, &job->error))
    return;

  box = g_new0 (ContentBox, 1);
  g_atomic_ref_count_init (&box->refs);
  content = &box->content;
  content->revision = revision;
  content->problems = oree_problems_new ();
  records = oree_repo_load (db, content->problems);
  content->set = oree_record_set_new_from (records);

  /* Losing these makes the service forgetful, not wrong: it starts. */
  content->changed = oree_history_last_changes (db, NULL);
  if (content->changed == NULL)
    content->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  content->runtime = oree_runtime_state_list (db, &content->n_runtime_damaged, NULL);
  if (content->runtime == NULL)
    {
      content->runtime = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_runtime_row_free);
      content->n_runtime_damaged++;
    }

  job->content = content;
  self->db = g_steal_pointer (&db);
}

static gboolean
write_change (OreeStore *self, const OreeHistoryEntry *entry, guint place, GError **error)
{
  gboolean ok = entry->new_record != NULL
                  ? oree_repo_save (self->db, entry->new_record, error)
                  : oree_repo_remove (self->db, entry->old_record->kind, entry->id, error);

  return ok && oree_history_append (self->db, entry, place, error);
}

/* Everything that differs, as rows; a revision is spent even when nothing does. */
static gboolean
write_changes (OreeStore *self, Job *job, GError **error)
{
  g_autoptr (GVariant) ids = g_variant_ref_sink (oree_record_set_changed_ids (job->from, job->to));
  GVariantIter iter;
  const char *kind, *id;
  guint place = 0;

  if (!oree_history_advance (self->db, job->revision, error))
    return FALSE;

  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    {
      const OreeRecord *before = oree_record_set_get (job->from, kind, id);
      const OreeRecord *after = oree_record_set_get (job->to, kind, id);
      /* Borrowed throughout: the sets outlive the entry. */
      const OreeHistoryEntry entry = {
        .revision = job->revision + 1,
        .wall = job->wall,
        .who = job->who,
        .operation = job->operation,
        .kind = (char *) kind,
        .id = (char *) id,
        .old_record = (OreeRecord *) before,
        .new_record = (OreeRecord *) after,
      };

      if ((before != NULL || after != NULL) && !write_change (self, &entry, place++, error))
        return FALSE;
    }
  return TRUE;
}

static void
do_commit (OreeStore *self, Job *job)
{
  if (!is_open (self, &job->error) || !oree_db_begin (self->db, &job->error))
    return;

  if (!write_changes (self, job, &job->error))
    {
      oree_db_rollback (self->db);
      return;
    }
  if (oree_db_commit (self->db, &job->error))
    job->revision++;
}

static void
do_audit (OreeStore *self, Job *job)
{
  if (!is_open (self, &job->error) || !oree_db_begin (self->db, &job->error))
    return;
  job->revision = 0;
  if (oree_audit_log_append (self->db, job->wall, job->body, &job->error))
    oree_db_commit (self->db, &job->error);
  else
    oree_db_rollback (self->db);
}

static gboolean
write_rows (OreeStore *self, Job *const *jobs, guint n_jobs, GError **error)
{
  if (!is_open (self, error) || !oree_db_begin (self->db, error))
    return FALSE;
  for (guint i = 0; i < n_jobs; i++)
    if (!oree_runtime_state_save (self->db, jobs[i]->row, error))
      {
        oree_db_rollback (self->db);
        return FALSE;
      }
  return oree_db_commit (self->db, error);
}

static void
finish_row (Job *job, gboolean ok)
{
  if (job->done.row_saved != NULL)
    job->done.row_saved (job->data, ok);
  job_free (job);
}

/* `first` and the rows right behind it in the queue. The job that ended the batch, NULL when the queue was empty. */
static Job *
do_rows (OreeStore *self, Job *first)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Job *next = NULL;
  gboolean ok, alone;

  g_ptr_array_add (batch, first);
  while (batch->len < OREE_STORE_BATCH_MAX && (next = g_async_queue_try_pop (self->queue)) != NULL)
    {
      if (next->kind != JOB_ROW)
        break;
      g_ptr_array_add (batch, next);
      next = NULL;
    }

  ok = write_rows (self, (Job *const *) batch->pdata, batch->len, &error);
  /* One row the database refuses must not fail its neighbours. */
  alone = !ok && batch->len > 1 && g_error_matches (error, OREE_ERROR, OREE_ERROR_FAILED);
  for (guint i = 0; i < batch->len; i++)
    {
      Job *job = g_ptr_array_index (batch, i);

      finish_row (job, alone ? write_rows (self, &job, 1, NULL) : ok);
    }
  return next;
}

static void
do_job (OreeStore *self, Job *job)
{
  guint damaged;

  switch (job->kind)
    {
    case JOB_OPEN:
      do_open (self, job);
      break;
    case JOB_COMMIT:
      do_commit (self, job);
      break;
    case JOB_AUDIT:
      do_audit (self, job);
      break;
    case JOB_HISTORY:
      if (is_open (self, &job->error))
        job->rows = oree_history_list (self->db, job->revision, job->limit, &job->error);
      break;
    case JOB_SET_AT:
      if (is_open (self, &job->error))
        job->set = oree_history_set_at (self->db, job->revision, &job->error);
      break;
    case JOB_AUDIT_LIST:
      if (is_open (self, &job->error))
        job->rows = oree_audit_log_list (self->db, job->revision, job->limit, &job->error);
      break;
    case JOB_ROW_LIST:
      if (is_open (self, &job->error))
        job->rows = oree_runtime_state_list (self->db, &damaged, &job->error);
      break;
    case JOB_ROW:
    case JOB_QUIT:
      g_assert_not_reached ();
    }
}

static gpointer
run (gpointer data)
{
  OreeStore *self = data;
  Job *job = NULL;

  while (TRUE)
    {
      if (job == NULL)
        job = g_async_queue_pop (self->queue);
      if (job->kind == JOB_QUIT)
        break;
      if (job->kind == JOB_ROW)
        {
          job = do_rows (self, job);
          continue;
        }
      do_job (self, job);
      send_answer (g_steal_pointer (&job));
    }

  job_free (job);
  g_clear_pointer (&self->db, oree_db_free);
  return NULL;
}

/* --- Asking --- */

static Job *
job_new (OreeStore *self, JobKind kind, Done done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->kind = kind;
  job->context = g_main_context_ref (self->context);
  job->done = done;
  job->data = data;
  return job;
}

OreeStore *
oree_store_new (const char *url, GMainContext *context)
{
  OreeStore *self = g_new0 (OreeStore, 1);

  self->url = g_strdup (url);
  self->context = g_main_context_ref (context ? context : g_main_context_default ());
  self->queue = g_async_queue_new_full (job_free);
  self->thread = g_thread_new ("oree-store", run, self);
  return self;
}

void
oree_store_free (OreeStore *self)
{
  if (self == NULL)
    return;
  g_async_queue_push (self->queue, job_new (self, JOB_QUIT, (Done){ .any = NULL }, NULL));
  g_thread_join (self->thread);
  g_async_queue_unref (self->queue);
  g_main_context_unref (self->context);
  g_free (self->url);
  g_free (self);
}

void
oree_store_open (OreeStore *self, OreeStoreOpened done, gpointer data)
{
  g_async_queue_push (self->queue, job_new (self, JOB_OPEN, (Done){ .opened = done }, data));
}

void
oree_store_commit (OreeStore *self, OreeRecordSet *from, OreeRecordSet *to, guint64 expected, const char *who,
                   const char *operation, OreeStoreCommitted done, gpointer data)
{
  Job *job = job_new (self, JOB_COMMIT, (Done){ .committed = done }, data);

  job->from = oree_record_set_ref (from);
  job->to = oree_record_set_ref (to);
  job->revision = expected;
  job->wall = g_get_real_time ();
  job->who = g_strdup (who);
  job->operation = g_strdup (operation);
  g_async_queue_push (self->queue, job);
}

void
oree_store_history (OreeStore *self, guint64 before, guint limit, OreeStoreListed done, gpointer data)
{
  Job *job = job_new (self, JOB_HISTORY, (Done){ .listed = done }, data);

  job->revision = before;
  job->limit = limit;
  g_async_queue_push (self->queue, job);
}

void
oree_store_set_at (OreeStore *self, guint64 revision, OreeStoreSetRead done, gpointer data)
{
  Job *job = job_new (self, JOB_SET_AT, (Done){ .set_read = done }, data);

  job->revision = revision;
  g_async_queue_push (self->queue, job);
}

void
oree_store_audit (OreeStore *self, gint64 wall, GVariant *body, OreeStoreCommitted done, gpointer data)
{
  Job *job = job_new (self, JOB_AUDIT, (Done){ .committed = done }, data);

  job->wall = wall;
  job->body = g_variant_ref_sink (body);
  g_async_queue_push (self->queue, job);
}

void
oree_store_audit_list (OreeStore *self, guint64 before, guint limit, OreeStoreListed done, gpointer data)
{
  Job *job = job_new (self, JOB_AUDIT_LIST, (Done){ .listed = done }, data);

  job->revision = before;
  job->limit = limit;
  g_async_queue_push (self->queue, job);
}

void
oree_store_save_row (OreeStore *self, OreeRuntimeRow *row, OreeStoreRowSaved done, gpointer data)
{
  Job *job = job_new (self, JOB_ROW, (Done){ .row_saved = done }, data);

  job->row = row;
  g_async_queue_push (self->queue, job);
}

void
oree_store_list_rows (OreeStore *self, OreeStoreListed done, gpointer data)
{
  g_async_queue_push (self->queue, job_new (self, JOB_ROW_LIST, (Done){ .listed = done }, data));
}
