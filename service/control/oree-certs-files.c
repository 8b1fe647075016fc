/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and files: requests made, answers read, keys exported. What takes long (a key, a password's hash) runs beside the main
 * thread; what it found is judged and kept on it. */
#include "control/oree-certs-private.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "pki/oree-cert-file.h"
#include "pki/oree-csr.h"

/* Keys and files computed with at once. */
#define BESIDE_MAX 4

/* ---- Beside the main thread ---- */

typedef struct
{
  OreeCerts *certs; /* not to be touched after the task was cancelled */
  OreeCertsDone done;
  gpointer data;
  char *who;
  /* a request */
  OreeCsrSpec *spec;
  OreeCertNeeds *needs;
  OreeProblems *problems;
  GVariant *specification;
  EVP_PKEY *key;
  char *pem;
  gint64 steps[6]; /* when each began, and the end */
  /* a file */
  GBytes *bytes;
  char *password;
  GVariant *options;
  gboolean keep;
  OreeCertFile *file;
  /* an export */
  OreeCert *cert;
  GPtrArray *chain;
  char *friendly_name;
  GBytes *pkcs12;
} Job;

static void
free_job (gpointer data)
{
  Job *job = data;

  g_free (job->who);
  oree_csr_spec_free (job->spec);
  oree_cert_needs_free (job->needs);
  oree_problems_free (job->problems);
  g_clear_pointer (&job->specification, g_variant_unref);
  EVP_PKEY_free (job->key);
  g_free (job->pem);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  oree_secret_free (job->password);
  g_clear_pointer (&job->options, g_variant_unref);
  oree_cert_file_free (job->file);
  oree_cert_unref (job->cert);
  g_clear_pointer (&job->chain, g_ptr_array_unref);
  g_free (job->friendly_name);
  g_clear_pointer (&job->pkcs12, g_bytes_unref);
  g_free (job);
}

static Job *
new_job (OreeCerts *self, const char *who, OreeCertsDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->certs = self;
  job->done = done;
  job->data = data;
  job->who = g_strdup (who != NULL ? who : "");
  job->problems = oree_problems_new ();
  return job;
}

/* Takes `job`. */
static void
run_beside (Job *job, GTaskThreadFunc work, GAsyncReadyCallback then)
{
  OreeCerts *self = job->certs;
  g_autoptr (GTask) task = NULL;

  if (self->beside >= BESIDE_MAX)
    {
      g_autoptr (GError) busy = g_error_new_literal (OREE_ERROR, OREE_ERROR_BUSY, "other keys and files are under way");

      job->done (NULL, FALSE, busy, job->data);
      free_job (job);
      return;
    }
  self->beside++;
  task = g_task_new (NULL, self->cancellable, then, job);
  g_task_set_task_data (task, job, free_job);
  g_task_run_in_thread (task, work);
}

/* Back on the main thread: FALSE, and the call answered, when nobody is there any more or it failed. */
static gboolean
come_back (GAsyncResult *result, Job *job)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autoptr (GError) gone = g_error_new_literal (OREE_ERROR, OREE_ERROR_UNAVAILABLE, "stopping");

      job->done (NULL, FALSE, gone, job->data);
      return FALSE;
    }
  job->certs->beside--;
  if (!ok)
    job->done (NULL, FALSE, error, job->data);
  return ok;
}

/* ---- Requests ---- */

static void
make_request (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  job->steps[0] = g_get_monotonic_time ();
  job->key = oree_key_generate ((OreeKeyType) job->spec->key_type, &error);
  job->steps[1] = g_get_monotonic_time ();
  if (job->key != NULL)
    job->pem = oree_csr_make (job->spec, job->needs, job->key, &error);
  job->steps[2] = g_get_monotonic_time ();
  if (job->pem == NULL || !oree_csr_verify (job->pem, job->needs, job->key, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  job->steps[3] = g_get_monotonic_time ();
  g_task_return_boolean (task, TRUE);
}

static GVariant *
steps_of (const Job *job)
{
  static const char *const names[] = { "generate-key", "build-request", "read-back", "store" };
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GVariantDict row;

      g_variant_dict_init (&row, NULL);
      g_variant_dict_insert (&row, "step", "s", names[i]);
      g_variant_dict_insert (&row, "microseconds", "x", job->steps[i + 1] - job->steps[i]);
      g_variant_builder_add_value (&rows, g_variant_dict_end (&row));
    }
  return g_variant_builder_end (&rows);
}

/* (s s a{sv} aa{sv}) with what was made; floating. */
static GVariant *
request_reply (OreeCerts *self, const Job *job, const char *id)
{
  g_autoptr (GVariant) got = g_variant_ref_sink (oree_certs_get (self, id));
  g_autoptr (GVariant) row = g_variant_get_child_value (got, 0);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, job->pem, -1);
  GVariantDict dict;

  g_variant_dict_init (&dict, row);
  g_variant_dict_insert (&dict, "sha256", "s", sum);
  g_variant_dict_insert_value (&dict, "steps", steps_of (job));
  return g_variant_new ("(ss@a{sv}@aa{sv})", id, job->pem, g_variant_dict_end (&dict),
                        oree_problems_to_variant (job->problems));
}

static void
on_request_made (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  OreeCerts *self = job->certs;
  const OreeStoredRequest *request;
  g_autoptr (GError) error = NULL;

  if (!come_back (result, job))
    return;
  request = oree_cert_store_add_request (self->store, job->key, job->pem, job->specification, job->who, g_get_real_time (),
                                         &error);
  if (request == NULL)
    {
      job->done (NULL, FALSE, error, job->data);
      return;
    }
  job->steps[4] = g_get_monotonic_time ();
  self->n_requested++;
  oree_service_event (self->service, oree_event_new (OREE_EVENT_CERTIFICATE_REQUESTED, "request", request->id, "subject",
                                                     job->needs->subject, "who", job->who, NULL));
  oree_certs_changed (self);
  job->done (request_reply (self, job, request->id), FALSE, NULL, job->data);
}

void
oree_certs_create (OreeCerts *self, GVariant *specification, const char *who, OreeCertsDone done, gpointer data)
{
  Job *job = new_job (self, who, done, data);

  job->spec = oree_csr_spec_new (specification, job->problems);
  oree_record_check (&job->spec->record, job->problems);
  job->needs = oree_cert_needs_new (oree_certs_records (self), job->spec, job->problems);
  if (oree_problems_n_errors (job->problems) > 0)
    {
      done (g_variant_new ("(ss@a{sv}@aa{sv})", "", "", g_variant_new ("a{sv}", NULL),
                           oree_problems_to_variant (job->problems)),
            TRUE, NULL, data);
      free_job (job);
      return;
    }
  job->specification = g_variant_ref_sink (oree_record_to_variant (&job->spec->record, OREE_RECORD_PUBLIC));
  run_beside (job, make_request, on_request_made);
}

/* ---- Answers ---- */

static void
read_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  gsize length;
  const void *bytes = g_bytes_get_data (job->bytes, &length);

  job->file = oree_cert_file_read (bytes, length, job->password, job->problems);
  g_task_return_boolean (task, TRUE);
}

/* What a file holds, sorted. */
typedef struct
{
  GPtrArray *leaves;  /* OreeCert *, borrowed */
  GPtrArray *issuers; /* likewise */
  GPtrArray *pool;    /* issuers of the file and of the store */
} Sorted;

static void
sort_file (OreeCerts *self, const OreeCertFile *file, Sorted *sorted)
{
  const GPtrArray *known = oree_cert_store_issuers (self->store);

  sorted->leaves = g_ptr_array_new ();
  sorted->issuers = g_ptr_array_new ();
  sorted->pool = g_ptr_array_new ();
  for (guint i = 0; i < file->certs->len; i++)
    {
      OreeCert *cert = g_ptr_array_index (file->certs, i);
      gboolean issuer = oree_cert_is_authority (cert) && !oree_cert_matches_key (cert, file->key);

      g_ptr_array_add (issuer ? sorted->issuers : sorted->leaves, cert);
      if (issuer)
        g_ptr_array_add (sorted->pool, cert);
    }
  for (guint i = 0; i < known->len; i++)
    g_ptr_array_add (sorted->pool, g_ptr_array_index (known, i));
}

static void
clear_sorted (Sorted *sorted)
{
  g_ptr_array_unref (sorted->leaves);
  g_ptr_array_unref (sorted->issuers);
  g_ptr_array_unref (sorted->pool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sorted, clear_sorted)

static gboolean
key_is_there (OreeCerts *self, const OreeCertFile *file, const OreeCert *cert, const OreeStoredRequest **request)
{
  *request = oree_cert_store_request_of (self->store, cert);
  return oree_cert_matches_key (cert, file->key) || *request != NULL
         || oree_cert_store_cert (self->store, oree_cert_id (cert)) != NULL;
}

static OreeEdgeUsages
usages_of (GVariant *options, GVariant *specification, OreeProblems *problems)
{
  g_autofree const char **words = NULL;
  const char *bad;
  OreeEdgeUsages usages;

  if (g_variant_lookup (options, "usages", "^a&s", &words))
    {
      usages = oree_edge_usages_from_words (words, &bad);
      if (bad != NULL)
        oree_problems_add (problems, "certificate", "", "usages", OREE_PROBLEM_UNKNOWN_USAGE, bad);
      return usages;
    }
  {
    g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (specification, NULL);

    return oree_csr_spec_usages (spec);
  }
}

static char *
requested_names (const OreeStoredRequest *request, const OreeStoredCert *stored)
{
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();

  if (stored != NULL)
    return g_strdup (stored->names);
  return request != NULL && oree_csr_read (request->pem, record) ? g_strjoinv (",", record->names) : g_strdup ("");
}

/* Judges one certificate of the file; the names go to `rows`. */
static void
judge (OreeCerts *self, Job *job, const OreeCert *cert, const Sorted *sorted, GVariant **rows)
{
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, oree_cert_id (cert));
  const OreeStoredRequest *request;
  gboolean has_key = key_is_there (self, job->file, cert, &request);
  GVariant *specification = request != NULL ? request->specification : stored != NULL ? stored->specification : NULL;
  g_autofree char *requested = requested_names (request, stored);
  OreeCertQuestion question = { .cert = cert,
                                .has_key = has_key || job->file->key != NULL,
                                .pool = sorted->pool,
                                .anchors = self->anchors,
                                .usages = usages_of (job->options, specification, job->problems),
                                .records = oree_certs_records (self),
                                .specification = specification,
                                .requested = requested,
                                .at = g_get_real_time () };

  /* A key is there, and it is another one. */
  if (!has_key && job->file->key != NULL)
    oree_problems_add (job->problems, "certificate", "", "key", OREE_PROBLEM_KEY_MISMATCH, NULL);
  oree_cert_check (&question, job->problems, rows);
}

static GVariant *
subjects_of (const GPtrArray *certs)
{
  GVariantBuilder subjects;

  g_variant_builder_init (&subjects, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < certs->len; i++)
    g_variant_builder_add (&subjects, "s", oree_cert_subject (g_ptr_array_index (certs, i)));
  return g_variant_builder_end (&subjects);
}

static GVariant *
leaf_row (const OreeCert *cert, const Sorted *sorted, OreeCerts *self, gboolean has_key)
{
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
  gboolean complete, trusted;
  g_autoptr (GPtrArray) chain = oree_cert_chain (cert, sorted->pool, self->anchors, &complete, &trusted);
  const OreeCert *last = chain->len > 0 ? g_ptr_array_index (chain, chain->len - 1) : cert;
  g_autoptr (GVariant) subjects = g_variant_ref_sink (subjects_of (chain));

  oree_cert_describe (cert, record);
  record->has_key = has_key;
  record->chain_complete = complete;
  record->root_trusted = trusted;
  g_strfreev (record->chain);
  record->chain = g_variant_dup_strv (subjects, NULL);
  if (!complete)
    oree_assignment_set (&record->missing_issuer, oree_cert_issuer (last));
  return oree_cert_record_to_variant (record);
}

/* What CheckAnswer and Import both say of the file. */
static void
describe_file (OreeCerts *self, const Job *job, const Sorted *sorted, GVariantDict *dict)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_dict_insert (dict, "format", "s", job->file->format);
  g_variant_dict_insert (dict, "has-key", "b", job->file->key != NULL);
  for (guint i = 0; i < sorted->leaves->len; i++)
    {
      const OreeCert *cert = g_ptr_array_index (sorted->leaves, i);
      const OreeStoredRequest *request;
      gboolean has_key = key_is_there (self, job->file, cert, &request);

      g_variant_builder_add_value (&rows, leaf_row (cert, sorted, self, has_key));
      if (request != NULL)
        {
          g_autoptr (OreeCertRecord) record = oree_cert_record_new ();

          oree_csr_read (request->pem, record);
          g_variant_dict_insert (dict, "request", "s", request->id);
          g_variant_dict_insert (dict, "common-name", "s", record->common_name);
        }
    }
  g_variant_dict_insert_value (dict, "certificates", g_variant_builder_end (&rows));
  g_variant_dict_insert_value (dict, "issuers", subjects_of (sorted->issuers));
}

static const char *
friendly_name (const Job *job, const OreeStoredRequest *request, const OreeCertRecord *record)
{
  const char *name = NULL;

  g_variant_lookup (job->options, "friendly-name", "&s", &name);
  if (name != NULL && *name != '\0')
    return name;
  if (request != NULL)
    g_variant_lookup (request->specification, "friendly-name", "&s", &name);
  return name != NULL && *name != '\0' ? name : record->common_name;
}

static gboolean
is_exportable (const Job *job, const OreeStoredRequest *request)
{
  gboolean yes = FALSE;

  if (request != NULL)
    g_variant_lookup (request->specification, "exportable", "b", &yes);
  else
    g_variant_lookup (job->options, "exportable", "b", &yes);
  return yes;
}

typedef struct
{
  GVariantBuilder imported, completed;
} Kept;

static gboolean
keep_leaf (OreeCerts *self, Job *job, OreeCert *cert, Kept *kept, GError **error)
{
  const OreeStoredRequest *request;
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
  gboolean own = oree_cert_matches_key (cert, job->file->key);
  const OreeStoredCert *stored;

  key_is_there (self, job->file, cert, &request);
  oree_cert_describe (cert, record);
  if (request != NULL)
    g_variant_builder_add (&kept->completed, "s", request->id);
  stored = oree_cert_store_add_cert (self->store, cert, own ? job->file->key : NULL, request,
                                     friendly_name (job, request, record), is_exportable (job, request), job->who,
                                     g_get_real_time (), error);
  if (stored == NULL)
    return FALSE;
  g_variant_builder_add (&kept->imported, "s", oree_cert_id (cert));
  self->n_imported++;
  oree_service_event (self->service, oree_event_new (OREE_EVENT_CERTIFICATE_IMPORTED, "certificate", oree_cert_id (cert),
                                                     "subject", oree_cert_subject (cert), "who", job->who, NULL));
  return TRUE;
}

/* Issuers first: a certificate is never kept without the chain that came with it. */
static GVariant *
keep_file (OreeCerts *self, Job *job, const Sorted *sorted, GVariantDict *dict)
{
  g_autoptr (GError) error = NULL;
  int issuers = oree_cert_store_add_issuers (self->store, sorted->issuers, &error);
  Kept kept;

  g_variant_builder_init (&kept.imported, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_init (&kept.completed, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; error == NULL && i < sorted->leaves->len; i++)
    keep_leaf (self, job, g_ptr_array_index (sorted->leaves, i), &kept, &error);
  if (error != NULL)
    oree_problems_add (job->problems, "certificate", "", "", OREE_PROBLEM_STORE_FAILED, error->message);
  g_variant_dict_insert_value (dict, "imported", g_variant_builder_end (&kept.imported));
  g_variant_dict_insert_value (dict, "completed", g_variant_builder_end (&kept.completed));
  g_variant_dict_insert (dict, "intermediates", "u", (guint32) MAX (issuers, 0));
  oree_certs_changed (self);
  return g_variant_new ("(@a{sv}@aa{sv})", g_variant_dict_end (dict), oree_problems_to_variant (job->problems));
}

static void
on_file_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  OreeCerts *self;
  g_auto (Sorted) sorted = { NULL };
  g_autoptr (GVariant) names = NULL;
  GVariantDict dict;
  gboolean refused;

  if (!come_back (result, job))
    {
      sorted = (Sorted){ g_ptr_array_new (), g_ptr_array_new (), g_ptr_array_new () };
      return;
    }
  self = job->certs;
  g_variant_dict_init (&dict, NULL);
  names = g_variant_ref_sink (oree_certs_no_rows ());
  if (job->file != NULL)
    {
      sort_file (self, job->file, &sorted);
      if (job->file->in_clear)
        oree_problems_add (job->problems, "certificate", "", "key", OREE_PROBLEM_KEY_IN_CLEAR, NULL);
      for (guint i = 0; i < sorted.leaves->len; i++)
        {
          GVariant *rows = NULL;

          judge (self, job, g_ptr_array_index (sorted.leaves, i), &sorted, &rows);
          g_variant_unref (names);
          names = g_variant_ref_sink (rows);
        }
      describe_file (self, job, &sorted, &dict);
    }
  else
    sorted = (Sorted){ g_ptr_array_new (), g_ptr_array_new (), g_ptr_array_new () };
  refused = oree_problems_n_errors (job->problems) > 0;
  if (!job->keep)
    job->done (g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", g_variant_dict_end (&dict), names,
                              oree_problems_to_variant (job->problems)),
               FALSE, NULL, job->data);
  else if (refused)
    job->done (g_variant_new ("(@a{sv}@aa{sv})", g_variant_dict_end (&dict), oree_problems_to_variant (job->problems)), TRUE,
               NULL, job->data);
  else
    job->done (keep_file (self, job, &sorted, &dict), FALSE, NULL, job->data);
}

static void
begin_file (OreeCerts *self, GVariant *file, GVariant *options, const char *who, gboolean keep, OreeCertsDone done,
            gpointer data)
{
  Job *job = new_job (self, who, done, data);
  const char *password = NULL;

  job->bytes = g_variant_get_data_as_bytes (file);
  job->options = g_variant_ref (options);
  job->keep = keep;
  g_variant_lookup (options, "password", "&s", &password);
  job->password = g_strdup (password);
  run_beside (job, read_file, on_file_read);
}

void
oree_certs_check_answer (OreeCerts *self, GVariant *file, GVariant *options, OreeCertsDone done, gpointer data)
{
  begin_file (self, file, options, NULL, FALSE, done, data);
}

void
oree_certs_import (OreeCerts *self, GVariant *file, GVariant *options, const char *who, OreeCertsDone done, gpointer data)
{
  begin_file (self, file, options, who, TRUE, done, data);
}

/* ---- Export ---- */

static void
seal (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  job->pkcs12 = oree_cert_to_pkcs12 (job->cert, job->chain, job->key, job->friendly_name, job->password, &error);
  if (job->pkcs12 != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_sealed (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  OreeCerts *self = job->certs;

  if (!come_back (result, job))
    return;
  self->n_exported++;
  oree_service_event (self->service, oree_event_new (OREE_EVENT_CERTIFICATE_EXPORTED, "certificate", oree_cert_id (job->cert),
                                                     "subject", oree_cert_subject (job->cert), "who", job->who, NULL));
  job->done (g_variant_new ("(@ay@aa{sv})", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, job->pkcs12, TRUE),
                            oree_certs_no_rows ()),
             FALSE, NULL, job->data);
}

void
oree_certs_export (OreeCerts *self, const char *id, const char *password, const char *who, OreeCertsDone done, gpointer data)
{
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, id);
  g_autoptr (GError) error = NULL;
  gboolean complete, trusted;
  Job *job;

  if (stored == NULL)
    {
      g_autoptr (GVariant) elsewhere = oree_certs_get (self, id);

      if (elsewhere == NULL || oree_cert_store_request (self->store, id) != NULL)
        {
          oree_certs_not_found (id, done, data);
          return;
        }
    }
  job = new_job (self, who, done, data);
  if (stored == NULL)
    oree_problems_add (job->problems, "certificate", "", "", OREE_PROBLEM_NOT_IN_STORE, NULL);
  else if (!stored->exportable)
    oree_problems_add (job->problems, "certificate", "", "key", OREE_PROBLEM_KEY_NOT_EXPORTABLE, NULL);
  if (g_utf8_strlen (password, -1) < OREE_CERT_PASSWORD_MIN)
    {
      g_autofree char *least = g_strdup_printf ("%d", OREE_CERT_PASSWORD_MIN);

      oree_problems_add (job->problems, "certificate", "", "password", OREE_PROBLEM_PASSWORD_TOO_SHORT, least);
    }
  if (oree_problems_n_errors (job->problems) == 0)
    job->key = oree_cert_store_key (self->store, id, &error);
  if (job->key == NULL)
    {
      if (error != NULL)
        done (NULL, FALSE, error, data);
      else
        done (g_variant_new ("(@ay@aa{sv})", g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, "", 0, TRUE, NULL, NULL),
                             oree_problems_to_variant (job->problems)),
              TRUE, NULL, data);
      free_job (job);
      return;
    }
  job->cert = oree_cert_ref (stored->cert);
  job->chain = oree_cert_chain (stored->cert, oree_cert_store_issuers (self->store), self->anchors, &complete, &trusted);
  job->friendly_name = g_strdup (stored->friendly_name);
  job->password = g_strdup (password);
  run_beside (job, seal, on_sealed);
}
