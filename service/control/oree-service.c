/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start: store ─► records ─► (first start: profile) ─► policy ─► certificates, resolver, workers ─► roles.
 * Stop: drain ─► join the workers ─► flush the store. Both are chains of callbacks on the main thread. */
#include "control/oree-service.h"

#include "base/oree-limits.h"
#include "base/oree-names.h"
#include "control/oree-certs.h"
#include "control/oree-fetches.h"
#include "control/oree-health.h"
#include "control/oree-identity.h"
#include "control/oree-lab.h"
#include "control/oree-last-good.h"
#include "policy/oree-explain.h"
#include "policy/oree-policy-build.h"

#include <errno.h>
#include <glib/gstdio.h>

#define START_TYPE_PREFIX "start-type "

struct _OreeService
{
  OreeConfig *config;
  GSourceFunc stopped;
  gpointer stopped_data;
  OreeServiceListener listener;
  OreeServiceState state;
  gint64 started;

  OreeStore *store;
  gboolean opening; /* the store or its first commit owes us an answer */
  gboolean store_ready;
  OreeStoreContent *content;
  OreeRecordSet *first; /* what an empty store is filled with */
  GSource *reopen;

  OreeApply *apply;
  OreeEventRing *events;
  OreeRoster *roster;
  OreeHealth *health;
  OreeCerts *certs; /* NULL: the store of certificates cannot be used */
  OreeTlsSet *tls; /* the generation in force; NULL before the data plane is there */
  OreeResolver *resolver;
  OreeServerSearches *searches;
  OreePartnerTests *tests;
  char *resolver_problem; /* a mistake in [dns] */
  OreeFetcher fetcher;    /* until the data plane starts; empty: none */
  OreeFetches *fetches;
  OreeRoles *roles;
  GSource *finish;
  gboolean finish_wanted;

  GPtrArray *bad_records; /* OreeBadRecord * */
  char *last_reason[OREE_N_ROLES];
  OreeRoleState last_rest[OREE_N_ROLES]; /* the last state that was none on the way */
};

typedef struct
{
  char *key; /* "kind id" */
  OreeRoleId role;
} BadRecord;

/* The role that suffers when a record of this kind cannot be used. */
static const struct
{
  const char *kind;
  OreeRoleId role;
} sufferers[] = {
  { "xmpp-partner", OREE_ROLE_XMPP_PROXY },       { "blocked-domain", OREE_ROLE_XMPP_PROXY },
  { "xmpp-gateway", OREE_ROLE_XMPP_PROXY },       { "sip-domain", OREE_ROLE_XMPP_GATEWAY },
  { "external-access-policy", OREE_ROLE_XMPP_GATEWAY }, { "boundary-profile", OREE_ROLE_XMPP_GATEWAY }, { "user", OREE_ROLE_FRONT_END },
};

static void open_store (OreeService *self);

static OreeRoleId
sufferer_of (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sufferers); i++)
    if (g_str_equal (sufferers[i].kind, kind))
      return sufferers[i].role;
  return OREE_ROLE_ACCESS_EDGE;
}

static void
bad_record_free (gpointer data)
{
  BadRecord *bad = data;

  g_free (bad->key);
  g_free (bad);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- Telling ---- */

static void
log_event (const OreeEvent *event)
{
  static const OreeLogLevel levels[] = {
    [OREE_EVENT_INFORMATION] = OREE_LOG_INFO, [OREE_EVENT_WARNING] = OREE_LOG_WARNING, [OREE_EVENT_ERROR] = OREE_LOG_ERROR,
  };
  g_autoptr (GString) line = NULL;
  const char *name, *value;
  const char *reason = NULL, *role = NULL, *peer = NULL;
  GVariantIter iter;

  if (!oree_log_enabled (levels[event->level]))
    return;
  line = g_string_new (NULL);
  g_string_append_printf (line, "event %u %s", (guint) event->id, event->nick);
  g_variant_iter_init (&iter, event->details);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    {
      /* Addresses of people are personal; domains, roles and codes are not. */
      g_autofree char *shown = strchr (value, '@') != NULL ? oree_log_redact (value) : g_strdup (value);

      g_string_append_printf (line, " %s=%s", name, shown);
    }
  g_variant_lookup (event->details, "reason", "&s", &reason);
  g_variant_lookup (event->details, "role", "&s", &role);
  g_variant_lookup (event->details, "partner", "&s", &peer);
  {
    const char *const fields[] = { OREE_FIELD_REASON, reason, OREE_FIELD_ROLE, role, OREE_FIELD_PEER, peer, NULL };

    oree_log (levels[event->level], fields, "%s", line->str);
  }
}

void
oree_service_event (OreeService *self, OreeEvent *event)
{
  GVariant *kept;

  log_event (event);
  if (self->tests != NULL)
    oree_partner_tests_heard (self->tests, event);
  kept = oree_event_ring_push (self->events, event);
  if (self->listener.event != NULL)
    self->listener.event (kept, self->listener.data);
}

static void
summary_changed (OreeService *self)
{
  g_auto (GStrv) degraded = oree_service_degraded (self);
  g_autofree char *list = g_strjoinv (", ", degraded);
  g_autofree char *status
      = g_strdup_printf ("%s, revision %" G_GUINT64_FORMAT "%s%s", oree_service_state_nick (self->state),
                         oree_service_revision (self), *list != '\0' ? "; degraded: " : "", list);

  oree_health_status (self->health, status);
  if (self->listener.summary_changed != NULL)
    self->listener.summary_changed (self->listener.data);
}

static void
tell_reason (OreeService *self, OreeRoleId role)
{
  const char *reason = oree_roster_reason (self->roster, role);

  if (g_strcmp0 (self->last_reason[role], reason) == 0)
    return;
  if (reason != NULL)
    oree_service_event (self, oree_event_new (OREE_EVENT_ROLE_DEGRADED, "role", oree_role_nick (role), "reason", reason,
                                              "detail", oree_roster_detail (self->roster, role), NULL));
  else if (oree_roster_state (self->roster, role) != OREE_STATE_STOPPED)
    oree_service_event (self, oree_event_new (OREE_EVENT_ROLE_RECOVERED, "role", oree_role_nick (role), NULL));
  g_free (self->last_reason[role]);
  self->last_reason[role] = g_strdup (reason);
}

static void
on_roster_changed (OreeRoleId role, gpointer data)
{
  OreeService *self = data;
  OreeRoleState state = oree_roster_state (self->roster, role);

  tell_reason (self, role);
  /* The pending states pass in an instant: the row shows them, an event would be noise. So would be a start tried again
   * and again that leaves the role where it was. */
  if (state != self->last_rest[role]
      && (state == OREE_STATE_STOPPED || state == OREE_STATE_RUNNING || state == OREE_STATE_PAUSED))
    {
      self->last_rest[role] = state;
      oree_service_event (self, oree_event_new (OREE_EVENT_ROLE_STATE, "role", oree_role_nick (role), "state",
                                                oree_role_state_nick (state), NULL));
    }
  if (self->listener.role_changed != NULL)
    self->listener.role_changed (role, self->listener.data);
  summary_changed (self);
}

/* ---- The hooks of the data plane ---- */

static void
on_roles_event (gpointer data, OreeEvent *event)
{
  oree_service_event (data, event);
}

static void
on_roles_degraded (gpointer data, OreeRoleId role, const char *reason, const char *detail)
{
  OreeService *self = data;

  oree_roster_set_degraded (self->roster, role, reason, detail);
}

/* Any thread. */
static void
on_roles_save (gpointer data, OreeRuntimeRow *row, void (*done) (gpointer done_data, gboolean ok), gpointer done_data)
{
  OreeService *self = data;

  oree_store_save_row (self->store, row, done, done_data);
}

typedef struct
{
  OreeRolesFetched done;
  gpointer data;
} FetchMail;

static void
fetched_cb (OreeFetchProblem problem, guint status, GBytes *body, gpointer data)
{
  g_autofree FetchMail *mail = data;

  mail->done (oree_fetch_problem_nick (problem), status, body, mail->data);
}

static void
on_roles_fetch (gpointer data, const char *url, OreeRolesFetched done, gpointer done_data)
{
  OreeService *self = data;
  FetchMail *mail;

  if (self->fetches == NULL)
    {
      done (oree_fetch_problem_nick (OREE_FETCH_BUSY), 0, NULL, done_data);
      return;
    }
  mail = g_new (FetchMail, 1);
  *mail = (FetchMail){ done, done_data };
  oree_fetches_get (self->fetches, url, fetched_cb, mail);
}

/* ---- Records ---- */

static void
show_bad_records (OreeService *self)
{
  for (guint r = 0; r < OREE_N_ROLES; r++)
    {
      const char *key = NULL;

      for (guint i = 0; key == NULL && i < self->bad_records->len; i++)
        {
          const BadRecord *bad = g_ptr_array_index (self->bad_records, i);

          if (bad->role == (OreeRoleId) r)
            key = bad->key;
        }
      if (key == NULL && r == OREE_ROLE_XMPP_PROXY && self->resolver_problem != NULL)
        oree_roster_set_record_problem (self->roster, (OreeRoleId) r, "resolver-option", self->resolver_problem);
      else
        oree_roster_set_record_problem (self->roster, (OreeRoleId) r, key != NULL ? "bad-record" : NULL, key);
    }
}

static void
note_bad_records (OreeService *self, const OreeProblems *problems)
{
  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);
      BadRecord *bad;

      if (problem->severity != OREE_SEVERITY_ERROR)
        continue;
      bad = g_new0 (BadRecord, 1);
      bad->key = g_strconcat (problem->kind, " ", problem->id, NULL);
      bad->role = sufferer_of (problem->kind);
      g_ptr_array_add (self->bad_records, bad);
      oree_service_event (self, oree_event_new (OREE_EVENT_BAD_RECORD, "kind", problem->kind, "id", problem->id, "field",
                                                problem->field, "code", oree_problem_nick (problem->code), "detail",
                                                problem->detail, NULL));
    }
  show_bad_records (self);
}

/* Writing a record over a bad one mends it. */
static void
forget_mended (OreeService *self, GVariant *records)
{
  GVariantIter iter;
  const char *kind, *id;

  g_variant_iter_init (&iter, records);
  while (g_variant_iter_next (&iter, "(&s&s)", &kind, &id))
    for (guint i = self->bad_records->len; i > 0; i--)
      {
        const BadRecord *bad = g_ptr_array_index (self->bad_records, i - 1);
        g_autofree char *key = g_strconcat (kind, " ", id, NULL);

        if (g_str_equal (bad->key, key))
          g_ptr_array_remove_index (self->bad_records, i - 1);
      }
  show_bad_records (self);
}

static void
keep_last_good (OreeService *self)
{
  g_autoptr (GError) error = NULL;

  if (!oree_last_good_save (self->config->state_directory, oree_apply_records (self->apply),
                            oree_apply_revision (self->apply), &error))
    oree_warning ("cannot keep a copy of the configuration: %s", error->message);
}

static void
on_configuration_changed (guint64 revision, GVariant *records, const char *who, gpointer data)
{
  OreeService *self = data;
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);

  keep_last_good (self);
  forget_mended (self, records);
  oree_service_event (self,
                      oree_event_new (OREE_EVENT_CONFIGURATION_CHANGED, "revision", text, "who", who, NULL));
  if (self->listener.configuration_changed != NULL)
    self->listener.configuration_changed (revision, records, self->listener.data);
  summary_changed (self);
  /* A role that could not start may be able to, once the change is published. */
  oree_roster_retry (self->roster);
}

static void
read_start_types (OreeService *self, const GPtrArray *rows)
{
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (rows, i);
      const char *value = NULL;
      OreeRoleId role;
      OreeStartType type;

      if (g_str_equal (row->space, OREE_SPACE_STATE) && g_str_has_prefix (row->key, START_TYPE_PREFIX)
          && oree_role_from_nick (row->key + strlen (START_TYPE_PREFIX), &role) && row->value != NULL
          && g_variant_lookup (row->value, "value", "&s", &value) && oree_start_type_from_nick (value, &type))
        oree_roster_set_start_type (self->roster, role, type);
    }
}

/* ---- The data plane ---- */

static void
make_resolver (OreeService *self)
{
  OreeResolverOptions options = {
    .forwarders = (const char *const *) self->config->dns_forwarders,
    .trust_anchor_file = self->config->dns_trust_anchors,
    .lab = self->config->profile == OREE_PROFILE_LAB,
  };
  g_autoptr (GError) error = NULL;

  self->resolver = oree_resolver_new (NULL, &options, &error);
  if (self->resolver != NULL)
    return;
  /* A mistake in [dns] costs the streams that need names, not the service. */
  self->resolver_problem = g_strdup (error->message);
  show_bad_records (self);
  options.forwarders = NULL;
  options.trust_anchor_file = NULL;
  self->resolver = oree_resolver_new (NULL, &options, NULL);
}

static void
start_data_plane (OreeService *self)
{
  g_autoptr (GPtrArray) no_rows = g_ptr_array_new ();
  OreeRolesOptions options = { .n_workers = self->config->workers };

  self->certs = oree_certs_new (self);
  {
    g_autoptr (OreeAssignedFiles) files = self->certs != NULL ? oree_certs_files (self->certs, NULL, NULL) : NULL;

    self->tls = oree_identities_load (self->config, oree_apply_records (self->apply), files, 1);
  }
  /* The lab's authority may have been made just now. */
  if (self->certs != NULL)
    oree_certs_told_of_change (self->certs);
  make_resolver (self);
  self->searches = oree_server_searches_new (self->resolver);
  options.resolver = self->resolver;
  options.private_for_anybody = self->config->dns_private == OREE_PRIVATE_ANYBODY;
  options.tls = self->tls;
  options.runtime = self->content != NULL ? self->content->runtime : no_rows;
  options.hooks = (OreeRolesHooks){ self, on_roles_event, on_roles_degraded, on_roles_save, on_roles_fetch };
  if (self->fetcher.fetch != NULL)
    self->fetches = oree_fetches_new (&self->fetcher, self->resolver, self->config->profile == OREE_PROFILE_LAB,
                                      self->config->tls_trust_anchors);
  self->fetcher = (OreeFetcher){ NULL };
  self->roles = oree_roles_new (oree_apply_policy (self->apply), &options);
  self->tests = oree_partner_tests_new (self->roles);
  oree_apply_set_roles (self->apply, self->roles);
  oree_roster_set_roles (self->roster, self->roles);
}

static void
now_running (OreeService *self)
{
  if (self->state != OREE_SERVICE_STARTING)
    return;
  self->state = OREE_SERVICE_RUNNING;
  start_data_plane (self);
  oree_service_event (self, oree_event_new (OREE_EVENT_SERVICE_STARTED, "version", OREE_VERSION, NULL));
  oree_roster_start_automatic (self->roster);
  summary_changed (self);
}

static void
published_cb (GVariant *effects, gpointer data)
{
}

/* The configuration in force is now `set`; a data plane that runs already is told. */
static void
use_records (OreeService *self, OreeRecordSet *set, guint64 revision, GHashTable *changed)
{
  g_clear_pointer (&self->apply, oree_apply_free);
  self->apply = oree_apply_new (self->store, set, revision, changed, on_configuration_changed, self);
  if (self->roles != NULL)
    {
      oree_apply_set_roles (self->apply, self->roles);
      oree_roles_publish (self->roles, oree_apply_policy (self->apply), published_cb, NULL);
      oree_roster_retry (self->roster);
    }
}

/* ---- The store ---- */

static gboolean
on_reopen (gpointer data)
{
  OreeService *self = data;

  clear_source (&self->reopen);
  open_store (self);
  return G_SOURCE_REMOVE;
}

/* Come up with what we have, and keep trying. */
static void
without_store (OreeService *self, const GError *error)
{
  guint64 revision = 0;

  oree_warning ("the store cannot be used: %s", error->message);
  if (self->apply == NULL)
    {
      g_autoptr (OreeRecordSet) set = oree_last_good_load (self->config->state_directory, &revision);

      if (set == NULL)
        set = oree_record_set_new ();
      use_records (self, set, revision, NULL);
    }
  for (guint r = 0; r < OREE_N_ROLES; r++)
    oree_roster_set_record_problem (self->roster, (OreeRoleId) r, "store-unavailable", error->message);
  now_running (self);
  self->reopen = g_timeout_source_new_seconds (OREE_ROLE_RETRY_SECONDS);
  g_source_set_callback (self->reopen, on_reopen, self, NULL);
  g_source_attach (self->reopen, NULL);
}

static gboolean
on_finish (gpointer data)
{
  OreeService *self = data;

  clear_source (&self->finish);
  if (self->opening)
    {
      self->finish_wanted = TRUE;
      return G_SOURCE_REMOVE;
    }
  if (self->apply != NULL)
    oree_apply_set_roles (self->apply, NULL);
  oree_roster_set_roles (self->roster, NULL);
  if (self->fetcher.free != NULL)
    self->fetcher.free (self->fetcher.data);
  g_clear_pointer (&self->fetches, oree_fetches_free);
  g_clear_pointer (&self->roles, oree_roles_free);
  g_clear_pointer (&self->tests, oree_partner_tests_free);
  g_clear_pointer (&self->searches, oree_server_searches_free);
  g_clear_pointer (&self->resolver, oree_resolver_free);
  g_clear_pointer (&self->certs, oree_certs_free);
  g_clear_pointer (&self->tls, oree_tls_set_unref);
  g_clear_pointer (&self->apply, oree_apply_free);
  g_clear_pointer (&self->store, oree_store_free);
  self->stopped (self->stopped_data);
  return G_SOURCE_REMOVE;
}

static void
finish_soon (OreeService *self)
{
  if (self->finish != NULL)
    return;
  self->finish = g_idle_source_new ();
  g_source_set_callback (self->finish, on_finish, self, NULL);
  g_source_attach (self->finish, NULL);
}

/* An answer of the store came; FALSE when we are stopping and only waited for it. */
static gboolean
go_on (OreeService *self)
{
  self->opening = FALSE;
  if (self->state != OREE_SERVICE_STOPPING)
    return TRUE;
  if (self->finish_wanted)
    finish_soon (self);
  return FALSE;
}

static void
with_store (OreeService *self, OreeRecordSet *set, guint64 revision)
{
  self->store_ready = TRUE;
  show_bad_records (self);
  use_records (self, set, revision, self->content->changed);
  keep_last_good (self);
  read_start_types (self, self->content->runtime);
  now_running (self);
  summary_changed (self);
}

static void
on_first_committed (guint64 revision, const GError *error, gpointer data)
{
  OreeService *self = data;

  if (!go_on (self))
    return;
  if (error != NULL)
    without_store (self, error);
  else
    with_store (self, self->first, revision);
}

/* An empty store: the profile says what it is filled with. */
static void
fill_store (OreeService *self)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();

  g_clear_pointer (&self->first, oree_record_set_unref);
  if (self->config->profile == OREE_PROFILE_LAB)
    self->first = oree_lab_records (self->config, initial, problems);
  if (self->first == NULL)
    {
      note_bad_records (self, problems);
      self->first = oree_record_set_ref (initial);
    }
  self->opening = TRUE;
  {
    g_autoptr (OreeRecordSet) nothing = oree_record_set_new ();

    oree_store_commit (self->store, nothing, self->first, 0, "oreed", "first-start", on_first_committed, self);
  }
}

static void
on_opened (OreeStoreContent *content, const GError *error, gpointer data)
{
  OreeService *self = data;

  if (!go_on (self))
    return;
  if (error != NULL)
    {
      without_store (self, error);
      return;
    }
  g_clear_pointer (&self->content, oree_store_content_unref);
  self->content = oree_store_content_ref (content);
  g_ptr_array_set_size (self->bad_records, 0);
  note_bad_records (self, content->problems);
  if (content->revision == 0)
    fill_store (self);
  else
    {
      g_autoptr (OreeProblems) together = oree_problems_new ();

      /* Built once for what it finds; the one in force is built by the apply path. */
      oree_policy_unref (oree_policy_build (content->set, content->revision, together));
      note_bad_records (self, together);
      with_store (self, content->set, content->revision);
    }
}

static void
open_store (OreeService *self)
{
  self->opening = TRUE;
  oree_store_open (self->store, on_opened, self);
}

/* ---- Start and stop ---- */

static void
on_alive (GVariant *counters, gpointer data)
{
  OreeService *self = data;

  if (self->health != NULL)
    oree_health_beat (self->health);
}

static void
probe (gpointer data)
{
  OreeService *self = data;

  if (self->roles != NULL)
    oree_roles_counters (self->roles, on_alive, self);
  else
    oree_health_beat (self->health);
}

OreeService *
oree_service_new (OreeConfig *config, GSourceFunc stopped, gpointer data)
{
  OreeService *self = g_new0 (OreeService, 1);

  self->config = config;
  self->stopped = stopped;
  self->stopped_data = data;
  self->started = g_get_real_time ();
  self->events = oree_event_ring_new ();
  self->bad_records = g_ptr_array_new_with_free_func (bad_record_free);
  self->roster = oree_roster_new (on_roster_changed, self);
  self->health = oree_health_new (probe, self);
  return self;
}

void
oree_service_start (OreeService *self)
{
  if (g_mkdir_with_parents (self->config->state_directory, 0700) != 0)
    oree_warning ("cannot make the state directory %s: %s", self->config->state_directory, g_strerror (errno));
  self->store = oree_store_new (self->config->store_url, NULL);
  open_store (self);
}

void
oree_service_say_ready (OreeService *self)
{
  oree_health_ready (self->health);
}

static gboolean
on_all_stopped (gpointer data)
{
  /* We may be inside a call of the data plane: what it runs on is taken down from the main loop. */
  finish_soon (data);
  return G_SOURCE_REMOVE;
}

void
oree_service_stop (OreeService *self, guint deadline_seconds)
{
  if (self->state != OREE_SERVICE_STOPPING)
    {
      self->state = OREE_SERVICE_STOPPING;
      clear_source (&self->reopen);
      oree_health_stopping (self->health);
      oree_service_event (self, oree_event_new (OREE_EVENT_SERVICE_STOPPING, NULL));
      summary_changed (self);
    }
  if (self->finish == NULL && !self->finish_wanted)
    oree_roster_stop_all (self->roster, deadline_seconds, on_all_stopped, self);
}

void
oree_service_free (OreeService *self)
{
  if (self == NULL)
    return;
  clear_source (&self->reopen);
  clear_source (&self->finish);
  g_clear_pointer (&self->roles, oree_roles_free);
  g_clear_pointer (&self->tests, oree_partner_tests_free);
  g_clear_pointer (&self->searches, oree_server_searches_free);
  g_clear_pointer (&self->resolver, oree_resolver_free);
  g_clear_pointer (&self->certs, oree_certs_free);
  g_clear_pointer (&self->tls, oree_tls_set_unref);
  g_clear_pointer (&self->apply, oree_apply_free);
  g_clear_pointer (&self->store, oree_store_free);
  g_clear_pointer (&self->content, oree_store_content_unref);
  g_clear_pointer (&self->first, oree_record_set_unref);
  g_clear_pointer (&self->health, oree_health_free);
  g_clear_pointer (&self->roster, oree_roster_free);
  g_clear_pointer (&self->events, oree_event_ring_free);
  g_ptr_array_unref (self->bad_records);
  g_free (self->resolver_problem);
  for (guint r = 0; r < OREE_N_ROLES; r++)
    g_free (self->last_reason[r]);
  oree_config_free (self->config);
  g_free (self);
}

void
oree_service_set_fetcher (OreeService *self, const OreeFetcher *fetcher)
{
  self->fetcher = *fetcher;
}

void
oree_service_set_listener (OreeService *self, const OreeServiceListener *listener)
{
  self->listener = listener != NULL ? *listener : (OreeServiceListener){ NULL };
}

/* ---- Certificates, read again ---- */

typedef struct
{
  OreeService *service;
  OreeReload result;
  char **changed;
  OreeReloadDone done;
  gpointer data;
} Reload;

static void
on_retrusted (GVariant *effects, gpointer data)
{
  g_autofree Reload *reload = data;

  reload->result.effects = effects;
  reload->done (&reload->result, reload->data);
  g_strfreev (reload->changed);
}

/* The old certificates stay in force. */
static void
refuse_reload (OreeService *self, const char *reason, const char *detail, OreeReloadDone done, gpointer data)
{
  OreeReload result = { .generation = self->tls != NULL ? self->tls->generation : 0, .reason = reason,
                        .detail = detail };

  oree_service_event (self, oree_event_new (OREE_EVENT_RELOAD_FAILED, "reason", reason, "detail", detail, NULL));
  done (&result, data);
}

/* `next` comes into force. */
static void
put_in_force (OreeService *self, OreeTlsSet *next, const char *who, OreeReloadDone done, gpointer data)
{
  Reload *reload = g_new0 (Reload, 1);
  g_autofree char *generation = g_strdup_printf ("%" G_GUINT64_FORMAT, next->generation);
  g_autofree char *names = NULL;

  reload->changed = oree_identities_changed (self->tls, next);
  reload->result = (OreeReload){ .generation = next->generation, .changed = (const char *const *) reload->changed };
  reload->done = done;
  reload->data = data;
  oree_tls_set_unref (self->tls);
  self->tls = oree_tls_set_ref (next);
  names = g_strjoinv (",", reload->changed);
  oree_service_event (self, oree_event_new (OREE_EVENT_CERTIFICATES_RELOADED, "generation", generation, "changed", names,
                                            "who", who, NULL));
  oree_roles_retrust (self->roles, next, on_retrusted, reload);
  /* A role that waited for a certificate may be able to start now. */
  oree_roster_retry (self->roster);
  if (self->certs != NULL)
    oree_certs_told_of_change (self->certs);
}

void
oree_service_reload (OreeService *self, const char *who, OreeReloadDone done, gpointer data)
{
  g_autoptr (GPtrArray) mistakes = NULL;
  g_autoptr (OreeTlsSet) next = NULL;
  g_autoptr (OreeAssignedFiles) files = NULL;
  g_autoptr (GError) error = NULL;
  const OreeTlsIdentity *problem;

  if (self->roles == NULL || self->apply == NULL)
    {
      refuse_reload (self, "no-data-plane", NULL, done, data);
      return;
    }
  if (!oree_config_reload_tls (self->config, &mistakes))
    {
      refuse_reload (self, "bad-option", g_ptr_array_index (mistakes, 0), done, data);
      return;
    }
  files = self->certs != NULL ? oree_certs_files (self->certs, NULL, &error) : NULL;
  if (error != NULL)
    {
      refuse_reload (self, "certificate-unreadable", error->message, done, data);
      return;
    }
  next = oree_identities_load (self->config, oree_apply_records (self->apply), files, self->tls->generation + 1);
  problem = oree_identities_problem (next);
  if (problem != NULL)
    refuse_reload (self, problem->problem, problem->detail, done, data);
  else
    put_in_force (self, next, who, done, data);
}

/* Live streams may go on with what is shown until now, and with what they could go on with already. */
static void
keep_shown (const OreeTlsSet *before, GHashTable *kept)
{
  const OreeTlsIdentity *all[] = { &before->external, &before->client, &before->internal };
  GHashTableIter iter;
  gpointer key;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i]->ctx != NULL)
      g_hash_table_add (kept, g_strdup (oree_tls_ctx_fingerprint (all[i]->ctx)));
  if (before->kept == NULL)
    return;
  g_hash_table_iter_init (&iter, before->kept);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (kept, g_strdup (key));
}

void
oree_service_swap (OreeService *self, const OreeAssignedFiles *files, const char *who, OreeServiceCommit commit,
                   OreeReloadDone done, gpointer data)
{
  g_autoptr (OreeTlsSet) next = NULL;
  g_autoptr (GError) error = NULL;
  const OreeTlsIdentity *worse;

  if (self->roles == NULL || self->apply == NULL)
    {
      refuse_reload (self, "no-data-plane", NULL, done, data);
      return;
    }
  keep_shown (self->tls, files->kept);
  next = oree_identities_load (self->config, oree_apply_records (self->apply), files, self->tls->generation + 1);
  worse = oree_identities_worse (self->tls, next, files);
  if (worse != NULL)
    refuse_reload (self, worse->problem, worse->detail, done, data);
  else if (!commit (data, &error))
    refuse_reload (self, "store-unavailable", error->message, done, data);
  else
    put_in_force (self, next, who, done, data);
}

OreeCerts *
oree_service_certs (OreeService *self)
{
  return self->certs;
}

const OreeTlsSet *
oree_service_tls (const OreeService *self)
{
  return self->tls;
}

void
oree_service_certificates_changed (OreeService *self, guint64 serial)
{
  if (self->listener.certificates_changed != NULL)
    self->listener.certificates_changed (serial, self->listener.data);
}

gboolean
oree_service_forecast (OreeService *self, const char *pem, OreeForecastsDone done, gpointer data)
{
  if (self->roles == NULL || self->apply == NULL || self->tls == NULL || self->tls->client.ctx == NULL)
    return FALSE;
  oree_forecasts_ask (self->roles, oree_apply_policy (self->apply), self->tls->client.ctx, pem, done, data);
  return TRUE;
}

/* ---- Answers ---- */

gboolean
oree_service_test_partner (OreeService *self, const char *domain, OreePartnerTested done, gpointer data, GError **error)
{
  if (self->tests != NULL)
    return oree_partner_tests_ask (self->tests, oree_apply_policy (self->apply), domain, done, data, error);
  g_set_error_literal (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE, "no-data-plane");
  return FALSE;
}

OreeServerSearches *
oree_service_server_searches (OreeService *self)
{
  return self->searches;
}

const OreeConfig *
oree_service_config (const OreeService *self)
{
  return self->config;
}

OreeServiceState
oree_service_state (const OreeService *self)
{
  return self->state;
}

const char *
oree_service_state_nick (OreeServiceState state)
{
  static const char *const nicks[] = { "starting", "running", "stopping" };

  return nicks[state];
}

OreeRoster *
oree_service_roster (OreeService *self)
{
  return self->roster;
}

OreeEventRing *
oree_service_events (OreeService *self)
{
  return self->events;
}

OreeApply *
oree_service_apply (OreeService *self)
{
  return self->apply;
}

OreeStore *
oree_service_store (OreeService *self)
{
  return self->store;
}

OreeRoles *
oree_service_roles (OreeService *self)
{
  return self->roles;
}

guint64
oree_service_revision (const OreeService *self)
{
  return self->apply != NULL ? oree_apply_revision (self->apply) : 0;
}

char **
oree_service_degraded (const OreeService *self)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint r = 0; r < OREE_N_ROLES; r++)
    if (oree_roster_reason (self->roster, (OreeRoleId) r) != NULL)
      g_strv_builder_add (list, oree_role_nick ((OreeRoleId) r));
  return g_strv_builder_end (list);
}

/* "postgresql://user:secret@host/db" without what stands between ':' and '@'. */
static char *
url_without_password (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_NON_DNS, NULL);

  return uri != NULL ? g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD | G_URI_HIDE_QUERY)
                     : g_strdup (g_uri_peek_scheme (url));
}

GVariant *
oree_service_status (const OreeService *self)
{
  g_auto (GStrv) degraded = oree_service_degraded (self);
  g_autofree char *url = url_without_password (self->config->store_url);
  GVariantBuilder roles, problems;
  GVariantDict dict;

  g_variant_builder_init (&roles, G_VARIANT_TYPE ("aa{sv}"));
  for (guint r = 0; r < OREE_N_ROLES; r++)
    g_variant_builder_add_value (&roles, oree_roster_row (self->roster, (OreeRoleId) r));
  g_variant_builder_init (&problems, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < self->bad_records->len; i++)
    g_variant_builder_add (&problems, "s", ((const BadRecord *) g_ptr_array_index (self->bad_records, i))->key);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "version", "s", OREE_VERSION);
  g_variant_dict_insert (&dict, "api-version", "u", (guint32) OREE_API_VERSION);
  g_variant_dict_insert (&dict, "state", "s", oree_service_state_nick (self->state));
  g_variant_dict_insert (&dict, "revision", "t", oree_service_revision (self));
  g_variant_dict_insert (&dict, "started", "x", self->started);
  g_variant_dict_insert (&dict, "profile", "s", oree_profile_nick (self->config->profile));
  g_variant_dict_insert (&dict, "authorization", "s", oree_authorization_nick (self->config->authorization));
  g_variant_dict_insert (&dict, "store", "s", url);
  g_variant_dict_insert (&dict, "store-ready", "b", self->store_ready);
  g_variant_dict_insert (&dict, "workers", "u", self->config->workers);
  g_variant_dict_insert (&dict, "degraded", "^as", degraded);
  g_variant_dict_insert_value (&dict, "roles", g_variant_builder_end (&roles));
  g_variant_dict_insert_value (&dict, "bad-records", g_variant_builder_end (&problems));
  return g_variant_dict_end (&dict);
}

gboolean
oree_service_explain (OreeService *self, const char *what, GVariant *facts, GVariant **verdict, GVariant **steps,
                      OreeProblems *problems)
{
  return oree_explain (oree_apply_policy (self->apply), what, facts, verdict, steps, problems);
}

gboolean
oree_service_explain_presence (OreeService *self, GVariant *facts, const OreePresenceLive *live, GVariant **verdict,
                               GVariant **steps, OreeProblems *problems)
{
  OreePolicy *policy = oree_apply_policy (self->apply);
  g_autofree char *partner = oree_explain_presence_partner (policy, facts);
  GVariant *event = partner != NULL ? oree_event_ring_find (self->events, "partner", partner) : NULL;

  return oree_explain_presence (policy, facts, live, event, verdict, steps, problems);
}

void
oree_service_set_start_type (OreeService *self, OreeRoleId role, OreeStartType type)
{
  g_autofree char *key = g_strconcat (START_TYPE_PREFIX, oree_role_nick (role), NULL);
  GVariantDict dict;

  oree_roster_set_start_type (self->roster, role, type);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "value", "s", oree_start_type_nick (type));
  if (self->store != NULL)
    oree_store_save_row (self->store, oree_runtime_row_new (OREE_SPACE_STATE, key, g_variant_dict_end (&dict)), NULL,
                         NULL);
}

void
oree_service_audit (OreeService *self, GVariant *body)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (body);

  if (self->store != NULL)
    oree_store_audit (self->store, g_get_real_time (), owned, NULL, NULL);
}
