/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path of a change.
 *
 *   submit ─► queue ─► (history, for restore and undo) ─► check ─► build ─► conflict? ─► commit ─► publish ─► answer
 *
 * Only the commit and the publication wait; the queue keeps other changes behind them. */
#include "control/oree-apply.h"

#include "base/oree-limits.h"
#include "model/oree-xmpp-partner.h"
#include "net/oree-tls-anchors.h"
#include "policy/oree-policy-build.h"
#include "roles/oree-ports.h"

typedef struct
{
  OreeApply *apply;
  OreeApplyKind kind;
  GVariant *body;
  guint64 revision;
  guint64 seen;
  char *who;
  gboolean dry, queued;
  OreeApplyDone done;
  gpointer data;

  OreeProblems *problems;
  OreeRecordSet *at_revision; /* of UNDO: the set right after the revision undone */
  OreeRecordSet *next;
  OreePolicy *policy;
  GVariant *touched; /* a(ss) */
} Job;

struct _OreeApply
{
  OreeStore *store;
  OreeRoles *roles;
  OreeRecordSet *set;
  OreePolicy *policy;
  guint64 revision;
  GHashTable *changed; /* "kind id" → guint64 * */
  GQueue jobs;         /* the head is being worked on when `busy` */
  gboolean busy;
  gboolean working; /* in work (), which goes on by itself */
  gboolean freed;
  guint outstanding; /* answers the store or the data plane still owes us */
  OreeApplyChanged changed_cb;
  gpointer data;
};

static void work (OreeApply *self);

static void
job_free (Job *job)
{
  g_clear_pointer (&job->body, g_variant_unref);
  g_clear_pointer (&job->touched, g_variant_unref);
  g_clear_pointer (&job->problems, oree_problems_free);
  g_clear_pointer (&job->at_revision, oree_record_set_unref);
  g_clear_pointer (&job->next, oree_record_set_unref);
  g_clear_pointer (&job->policy, oree_policy_unref);
  g_free (job->who);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static Job *
job_new (OreeApply *self, const OreeApplyRequest *request, OreeApplyDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->apply = self;
  job->kind = request->kind;
  job->body = request->body != NULL ? g_variant_ref_sink (request->body) : NULL;
  job->revision = request->revision;
  job->seen = request->kind == OREE_APPLY_UNDO && request->seen_revision == 0 ? request->revision
                                                                               : request->seen_revision;
  job->who = g_strdup (request->who);
  job->dry = request->dry;
  job->done = done;
  job->data = data;
  job->problems = oree_problems_new ();
  return job;
}

static void
answer_error (Job *job, const GError *error)
{
  job->done (NULL, error, job->data);
}

static void
answer (Job *job, guint64 revision, GVariant *effects)
{
  g_autoptr (GVariant) none = NULL;
  OreeApplyResult result = { revision, job->problems, effects };

  if (effects == NULL)
    {
      none = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
      result.effects = none;
    }
  job->done (&result, NULL, job->data);
}

/* Every public field that an imported record does not name, to be reset: an import says what there shall be. */
static GVariant *
fields_not_named (const OreeKind *kind, GVariant *fields)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < kind->n_fields; i++)
    {
      const OreeField *field = &kind->fields[i];
      g_autoptr (GVariant) named = NULL;

      if (field->flags & (OREE_FIELD_FLAG_REQUIRED | OREE_FIELD_FLAG_WRITE_ONCE | OREE_FIELD_FLAG_SECRET
                          | OREE_FIELD_FLAG_HIDDEN | OREE_FIELD_FLAG_NOT_STORED))
        continue;
      named = g_variant_lookup_value (fields, field->name, NULL);
      if (named == NULL)
        g_variant_builder_add (&builder, "{sv}", field->name, g_variant_new_boolean (TRUE));
    }
  return g_variant_builder_end (&builder);
}

static char *
record_key (const char *kind, const char *id)
{
  return g_strconcat (kind, " ", id, NULL);
}

/* What the import leaves out is removed, or reset where it cannot be. */
static void
drop_others (const OreeRecordSet *set, GHashTable *named, GVariantBuilder *changes)
{
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  /* Backwards: a record goes before those it names. */
  for (guint k = n_kinds; k > 0; k--)
    {
      const GPtrArray *records = oree_record_set_list (set, kinds[k - 1]);

      for (guint i = 0; records != NULL && i < records->len; i++)
        {
          const OreeRecord *record = g_ptr_array_index (records, i);
          g_autofree char *key = record_key (record->kind->name, record->id);

          if (!g_hash_table_contains (named, key))
            g_variant_builder_add (changes, "(sss@a{sv})", record->kind->singleton ? "reset" : "remove",
                                   record->kind->name, record->id, g_variant_new ("a{sv}", NULL));
        }
    }
}

/* (kind, id, fields) that there shall be → the changes that make it so. */
static GVariant *
changes_of_import (const OreeRecordSet *set, GVariant *records)
{
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder changes, own;
  GVariantIter iter;
  const char *kind_name, *id;
  GVariant *fields;
  GVariant *change;

  g_variant_builder_init (&changes, G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_variant_builder_init (&own, G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_variant_iter_init (&iter, records);
  while (g_variant_iter_loop (&iter, "(&s&s@a{sv})", &kind_name, &id, &fields))
    {
      const OreeKind *kind = oree_kind_by_name (kind_name);
      OreeProblemCode code;
      g_autofree char *normal = kind != NULL ? oree_kind_normalise_id (kind, id, &code) : NULL;

      if (normal != NULL && oree_record_set_get (set, kind_name, normal) != NULL)
        {
          g_autoptr (GVariant) others = g_variant_ref_sink (fields_not_named (kind, fields));

          if (g_variant_n_children (others) > 0)
            g_variant_builder_add (&own, "(sss@a{sv})", "reset", kind_name, id, others);
          g_variant_builder_add (&own, "(sss@a{sv})", "set", kind_name, id, fields);
        }
      else
        /* A bad kind or identifier is told by the check of the change. */
        g_variant_builder_add (&own, "(sss@a{sv})", "add", kind_name, id, fields);
      g_hash_table_add (named, record_key (kind_name, normal != NULL ? normal : id));
    }
  /* Removals first, so that a name they held is free for what is added. */
  drop_others (set, named, &changes);
  {
    g_autoptr (GVariant) rest = g_variant_ref_sink (g_variant_builder_end (&own));

    g_variant_iter_init (&iter, rest);
    while ((change = g_variant_iter_next_value (&iter)) != NULL)
      {
        g_variant_builder_add_value (&changes, change);
        g_variant_unref (change);
      }
  }
  return g_variant_builder_end (&changes);
}

/* The model sees that a text is PEM; whether certificates come of it takes a library it has not. Only what the change
 * touches is looked at. */
static void
check_trust_anchors (Job *job)
{
  GVariantIter iter;
  const char *kind, *id;

  g_variant_iter_init (&iter, job->touched);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    {
      const OreeRecord *record
          = g_str_equal (kind, oree_xmpp_partner_kind.name) ? oree_record_set_get (job->next, kind, id) : NULL;
      const char *pem = record != NULL ? ((const OreeXmppPartner *) record)->trust_anchors : "";
      g_autoptr (OreeTlsAnchors) anchors = NULL;
      g_autofree char *number = NULL;
      guint bad = 0;

      if (*pem == '\0')
        continue;
      anchors = oree_tls_anchors_new_from_pem (pem, &bad);
      number = g_strdup_printf ("%u", bad);
      if (anchors == NULL)
        oree_problems_add (job->problems, kind, id, "trust-anchors", OREE_PROBLEM_BAD_CERTIFICATE, number);
    }
}

/* Steps 1 and 2: the next set and the next policy. FALSE when there is an error among the problems. */
static gboolean
check_and_build (Job *job, GVariant *changes, OreeRecordView view)
{
  OreeApply *self = job->apply;
  g_autoptr (GVariant) owned = g_variant_ref_sink (changes);

  if (g_variant_n_children (owned) > OREE_CHANGES_MAX)
    {
      g_autofree char *cap = g_strdup_printf ("%d", OREE_CHANGES_MAX);

      oree_problems_add (job->problems, NULL, NULL, NULL, OREE_PROBLEM_TOO_MANY_CHANGES, cap);
      return FALSE;
    }
  job->next = oree_record_set_apply (self->set, owned, view, job->problems);
  if (job->next == NULL)
    return FALSE;
  job->policy = oree_policy_build (job->next, self->revision + 1, job->problems);
  job->touched = g_variant_ref_sink (oree_record_set_changed_ids (self->set, job->next));
  check_trust_anchors (job);
  if (job->policy != NULL && self->policy != NULL)
    oree_ports_try (self->policy, job->policy, job->problems);
  return oree_problems_n_errors (job->problems) == 0;
}

/* Changed after what the client saw? Only the records that this change touches count. */
static gboolean
conflicts (Job *job, GError **error)
{
  GVariantIter iter;
  const char *kind, *id;

  if (job->seen == 0)
    return FALSE;
  g_variant_iter_init (&iter, job->touched);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    {
      g_autofree char *key = record_key (kind, id);
      const guint64 *last = g_hash_table_lookup (job->apply->changed, key);

      if (last != NULL && *last > job->seen)
        {
          g_set_error_literal (error, OREE_ERROR, OREE_ERROR_CONFLICT, key);
          return TRUE;
        }
    }
  return FALSE;
}

/* The answer of the store or the data plane has come; FALSE when nobody waits for it any more. */
static gboolean
still_wanted (OreeApply *self)
{
  self->outstanding--;
  if (!self->freed)
    return TRUE;
  if (self->outstanding == 0)
    g_free (self);
  return FALSE;
}

static void
next_job (OreeApply *self)
{
  self->busy = FALSE;
  work (self);
}

static void
on_published (GVariant *effects, gpointer data)
{
  g_autoptr (Job) job = data;
  OreeApply *self = job->apply;
  guint64 revision = oree_policy_revision (job->policy);

  answer (job, revision, effects);
  if (still_wanted (self))
    next_job (self);
}

static void
take_over (Job *job, guint64 revision)
{
  OreeApply *self = job->apply;
  GVariantIter iter;
  const char *kind, *id;

  g_clear_pointer (&self->set, oree_record_set_unref);
  self->set = oree_record_set_ref (job->next);
  g_clear_pointer (&self->policy, oree_policy_unref);
  self->policy = oree_policy_ref (job->policy);
  self->revision = revision;
  g_variant_iter_init (&iter, job->touched);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    {
      guint64 *last = g_new (guint64, 1);

      *last = revision;
      g_hash_table_insert (self->changed, record_key (kind, id), last);
    }
}

static void
refuse_job (Job *job, const GError *error)
{
  OreeApply *self = job->apply;

  if (error != NULL)
    answer_error (job, error);
  else
    answer (job, self->revision, NULL);
  job_free (job);
  next_job (self);
}

static void
on_committed (guint64 revision, const GError *error, gpointer data)
{
  Job *job = data;
  OreeApply *self = job->apply;

  if (!still_wanted (self))
    {
      if (error != NULL)
        answer_error (job, error);
      else
        answer (job, revision, NULL);
      job_free (job);
      return;
    }
  if (error != NULL)
    {
      refuse_job (job, error);
      return;
    }
  take_over (job, revision);
  self->changed_cb (revision, job->touched, job->who, self->data);
  self->outstanding++;
  if (self->roles != NULL)
    oree_roles_publish (self->roles, job->policy, on_published, job);
  else
    on_published (NULL, job);
}

static const char *
operation_nick (OreeApplyKind kind)
{
  static const char *const nicks[] = { "apply", "import", "restore", "undo" };

  return nicks[kind];
}

static void
on_forecast (GVariant *effects, gpointer data)
{
  g_autoptr (Job) job = data;
  OreeApply *self = job->apply;

  answer (job, self->freed ? 0 : self->revision, effects);
  if (still_wanted (self) && job->queued)
    next_job (self);
}

/* Takes `job`. */
static void
forecast (Job *job)
{
  OreeApply *self = job->apply;

  self->outstanding++;
  if (self->roles != NULL)
    oree_roles_forecast (self->roles, job->policy, on_forecast, job);
  else
    on_forecast (NULL, job);
}

static void
run_changes (Job *job, GVariant *changes, OreeRecordView view)
{
  OreeApply *self = job->apply;
  g_autoptr (GError) error = NULL;

  if (!check_and_build (job, changes, view) || conflicts (job, &error)
      || g_variant_n_children (job->touched) == 0) /* nothing differs: there is no revision to make */
    {
      refuse_job (job, error);
      return;
    }
  if (job->dry)
    {
      forecast (job);
      return;
    }
  self->outstanding++;
  oree_store_commit (self->store, self->set, job->next, self->revision, job->who, operation_nick (job->kind),
                     on_committed, job);
}

static void
on_before_read (OreeRecordSet *before, const GError *error, gpointer data)
{
  Job *job = data;
  OreeApply *self = job->apply;

  if (!still_wanted (self))
    {
      g_autoptr (GError) gone = g_error_new_literal (OREE_ERROR, OREE_ERROR_UNAVAILABLE, "stopping");

      answer_error (job, gone);
      job_free (job);
    }
  else if (error != NULL)
    refuse_job (job, error);
  else if (job->kind == OREE_APPLY_RESTORE)
    run_changes (job, oree_record_set_changes (self->set, before), OREE_RECORD_STORED);
  else
    run_changes (job, oree_record_set_changes (job->at_revision, before), OREE_RECORD_STORED);
}

static void
on_after_read (OreeRecordSet *after, const GError *error, gpointer data)
{
  Job *job = data;

  if (error != NULL || job->apply->freed)
    {
      on_before_read (NULL, error, job);
      return;
    }
  job->at_revision = oree_record_set_ref (after);
  oree_store_set_at (job->apply->store, job->revision - 1, on_before_read, job);
}

static void
run_undo (Job *job)
{
  g_autoptr (GError) error = NULL;

  /* Revision 1 is the installation itself: there is nothing before it. */
  if (job->revision < 2)
    {
      g_set_error_literal (&error, OREE_ERROR, OREE_ERROR_NOT_FOUND, "nothing to undo");
      refuse_job (job, error);
      return;
    }
  job->apply->outstanding++;
  oree_store_set_at (job->apply->store, job->revision, on_after_read, job);
}

static void
run (Job *job)
{
  OreeApply *self = job->apply;

  switch (job->kind)
    {
    case OREE_APPLY_CHANGES:
      run_changes (job, job->body, OREE_RECORD_PUBLIC);
      break;
    case OREE_APPLY_IMPORT:
      run_changes (job, changes_of_import (self->set, job->body), OREE_RECORD_PUBLIC);
      break;
    case OREE_APPLY_RESTORE:
      self->outstanding++;
      oree_store_set_at (self->store, job->revision, on_before_read, job);
      break;
    case OREE_APPLY_UNDO:
      run_undo (job);
      break;
    }
}

/* Starts jobs until one has to wait. */
static void
work (OreeApply *self)
{
  if (self->working)
    return;
  self->working = TRUE;
  while (!self->busy && !self->freed && !g_queue_is_empty (&self->jobs))
    {
      self->busy = TRUE;
      run (g_queue_pop_head (&self->jobs));
    }
  self->working = FALSE;
}

OreeApply *
oree_apply_new (OreeStore *store, OreeRecordSet *set, guint64 revision, GHashTable *changed,
                OreeApplyChanged changed_cb, gpointer data)
{
  OreeApply *self = g_new0 (OreeApply, 1);
  GHashTableIter iter;
  gpointer key, value;

  self->store = store;
  self->set = oree_record_set_ref (set);
  self->revision = revision;
  self->policy = oree_policy_build (set, revision, NULL);
  /* A copy of our own: the content the store handed over is not ours to write. */
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (changed != NULL)
    {
      g_hash_table_iter_init (&iter, changed);
      while (g_hash_table_iter_next (&iter, &key, &value))
        g_hash_table_insert (self->changed, g_strdup (key), g_memdup2 (value, sizeof (guint64)));
    }
  g_queue_init (&self->jobs);
  self->changed_cb = changed_cb;
  self->data = data;
  return self;
}

void
oree_apply_free (OreeApply *self)
{
  g_autoptr (GError) error = g_error_new_literal (OREE_ERROR, OREE_ERROR_UNAVAILABLE, "stopping");
  Job *job;

  if (self == NULL)
    return;
  self->freed = TRUE;
  self->roles = NULL;
  while ((job = g_queue_pop_head (&self->jobs)) != NULL)
    {
      answer_error (job, error);
      job_free (job);
    }
  g_clear_pointer (&self->set, oree_record_set_unref);
  g_clear_pointer (&self->policy, oree_policy_unref);
  g_clear_pointer (&self->changed, g_hash_table_unref);
  if (self->outstanding == 0)
    g_free (self);
}

void
oree_apply_set_roles (OreeApply *self, OreeRoles *roles)
{
  self->roles = roles;
}

void
oree_apply_submit (OreeApply *self, const OreeApplyRequest *request, OreeApplyDone done, gpointer data)
{
  Job *job = job_new (self, request, done, data);

  job->queued = TRUE;
  g_queue_push_tail (&self->jobs, job);
  work (self);
}

void
oree_apply_check (OreeApply *self, const OreeApplyRequest *request, OreeApplyDone done, gpointer data)
{
  g_autoptr (Job) job = job_new (self, request, done, data);

  if (check_and_build (job, job->body, OREE_RECORD_PUBLIC))
    forecast (g_steal_pointer (&job));
  else
    answer (job, self->revision, NULL);
}

OreePolicy *
oree_apply_policy (OreeApply *self)
{
  return self->policy;
}

OreeRecordSet *
oree_apply_records (OreeApply *self)
{
  return self->set;
}

guint64
oree_apply_revision (OreeApply *self)
{
  return self->revision;
}
