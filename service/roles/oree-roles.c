/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-roles.h"

#include "base/oree-limits.h"
#include "base/oree-log.h"
#include "roles/oree-access-edge-gate.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-lane.h"
#include "roles/oree-peer-pool.h"
#include "roles/oree-queues.h"
#include "roles/oree-quiet.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"
#include "roles/oree-sip-peers.h"
#include "roles/oree-xmpp-in.h"
#include "roles/oree-xmpp-out.h"

struct _OreeRoles
{
  gatomicrefcount refs; /* mail on its way to the main thread or back from the store keeps us */
  gboolean closed;      /* nobody is to be told any more; main thread only */
  OreeRolesOptions options;
  OreePolicy *policy;
  OreeLane *lanes;
  guint n_lanes;
};

static const char *const role_nicks[OREE_N_ROLES] = {
  [OREE_ROLE_ACCESS_EDGE] = "access-edge",
  [OREE_ROLE_XMPP_PROXY] = "xmpp-proxy",
  [OREE_ROLE_XMPP_GATEWAY] = "xmpp-gateway",
  [OREE_ROLE_FRONT_END] = "front-end",
};

static const OreeRoleOps *const role_ops[OREE_N_ROLES] = {
  [OREE_ROLE_ACCESS_EDGE] = &oree_access_edge_ops,
  [OREE_ROLE_XMPP_PROXY] = &oree_xmpp_proxy_ops,
  [OREE_ROLE_XMPP_GATEWAY] = &oree_gateway_ops,
  [OREE_ROLE_FRONT_END] = &oree_front_end_ops,
};

static const char *const counter_names[OREE_N_COUNTERS] = {
#define X(symbol, name) [OREE_COUNT_##symbol] = name,
  OREE_COUNTERS (X)
#undef X
};

const char *
oree_role_nick (OreeRoleId role)
{
  return role_nicks[role];
}

gboolean
oree_role_from_nick (const char *nick, OreeRoleId *role)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (g_strcmp0 (nick, role_nicks[i]) == 0)
      {
        *role = i;
        return TRUE;
      }
  return FALSE;
}

static OreeRoles *
roles_ref (OreeRoles *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* The last one out, on whichever thread: the workers are stopped and joined by then. */
static void
roles_unref (OreeRoles *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_lanes; i++)
    {
      oree_worker_free (self->lanes[i].worker);
      oree_policy_unref (self->lanes[i].policy);
      oree_tls_set_unref (self->lanes[i].tls);
    }
  g_clear_pointer (&self->options.runtime, g_ptr_array_unref);
  g_clear_pointer (&self->options.tls, oree_tls_set_unref);
  g_free (self->lanes);
  oree_policy_unref (self->policy);
  g_free (self);
}

/* --- lanes ------------------------------------------------------------------------------------- */

typedef struct
{
  OreeLane *lane;
  OreeLaneFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Mail;

/* The lane is gone before the mail was read. */
static void
mail_free (gpointer data)
{
  Mail *mail = data;

  if (mail->free_data != NULL)
    mail->free_data (mail->data);
  g_free (mail);
}

static void
mail_cb (gpointer data)
{
  Mail *mail = data;

  if (mail->lane->gone)
    {
      mail_free (mail);
      return;
    }
  mail->func (mail->lane, mail->data);
  g_free (mail);
}

void
oree_lane_post (OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data)
{
  Mail *mail = g_new (Mail, 1);

  *mail = (Mail){ to, func, data, free_data };
  oree_worker_post_full (to->worker, mail_cb, mail, mail_free);
}

void
oree_lane_run (OreeLane *from, OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data)
{
  if (from == to)
    func (to, data);
  else
    oree_lane_post (to, func, data, free_data);
}

OreeLane *
oree_lane_of (OreeLane *any, const char *owned_name)
{
  OreeRoles *roles = any->roles;

  return &roles->lanes[g_str_hash (owned_name) % roles->n_lanes];
}

OreeLane *
oree_lane_at (OreeLane *any, guint index)
{
  return index < any->roles->n_lanes ? &any->roles->lanes[index] : NULL;
}

guint
oree_lane_count (OreeLane *any)
{
  return any->roles->n_lanes;
}

const OreeRolesOptions *
oree_lane_options (OreeLane *any)
{
  return &any->roles->options;
}

/* --- to the main thread ------------------------------------------------------------------------ */

typedef struct
{
  OreeRoles *roles;
  OreeEvent *event;
} EventMail;

static gboolean
event_on_main_cb (gpointer data)
{
  EventMail *mail = data;
  const OreeRolesHooks *hooks = &mail->roles->options.hooks;

  if (hooks->event != NULL && !mail->roles->closed)
    hooks->event (hooks->data, mail->event);
  else
    oree_event_free (mail->event);
  roles_unref (mail->roles);
  g_free (mail);
  return G_SOURCE_REMOVE;
}

static const OreeEventId noises[] = {
  [OREE_NOISE_STREAM_REFUSED] = OREE_EVENT_STREAM_REFUSED,
  [OREE_NOISE_STANZA_REFUSED] = OREE_EVENT_STANZA_REFUSED,
  [OREE_NOISE_MESSAGE_REFUSED] = OREE_EVENT_MESSAGE_REFUSED,
  [OREE_NOISE_SUBSCRIPTION_REFUSED] = OREE_EVENT_SUBSCRIPTION_REFUSED,
  [OREE_NOISE_LIMIT_HIT] = OREE_EVENT_LIMIT_HIT,
  [OREE_NOISE_SIP_PEER_REFUSED] = OREE_EVENT_SIP_PEER_REFUSED,
  [OREE_NOISE_PARTNER_DISCOVERED] = OREE_EVENT_PARTNER_DISCOVERED,
  [OREE_NOISE_PARTNER_LIMITED] = OREE_EVENT_PARTNER_LIMITED,
  [OREE_NOISE_PARTNER_WATCHED] = OREE_EVENT_PARTNER_WATCHED,
  [OREE_NOISE_PARTNER_SLOWED] = OREE_EVENT_PARTNER_SLOWED,
  [OREE_NOISE_SIP_PARTNER_READY] = OREE_EVENT_SIP_PARTNER_READY,
  [OREE_NOISE_SIP_PARTNER_CLOSED] = OREE_EVENT_SIP_PARTNER_CLOSED,
  [OREE_NOISE_SIP_PARTNER_FAILED] = OREE_EVENT_SIP_PARTNER_FAILED,
  [OREE_NOISE_SIP_REQUEST_REFUSED] = OREE_EVENT_SIP_REQUEST_REFUSED,
};
G_STATIC_ASSERT (G_N_ELEMENTS (noises) == OREE_N_NOISES);

/* FALSE: too many of these already. */
static gboolean
may_tell (OreeLane *lane, OreeEvent *event)
{
  OreeNoiseCount *count = NULL;
  OreeTime now;

  for (guint i = 0; i < OREE_N_NOISES; i++)
    if (noises[i] == event->id)
      count = &lane->noise[i];
  if (count == NULL)
    return TRUE;
  now = oree_worker_now (lane->worker);
  if (now - count->second >= OREE_SECOND)
    {
      count->second = now;
      count->told = 0;
    }
  if (count->told >= OREE_EVENTS_PER_SECOND_MAX)
    {
      count->untold++;
      return FALSE;
    }
  count->told++;
  if (count->untold > 0)
    {
      g_autofree char *untold = g_strdup_printf ("%u", count->untold);

      oree_event_add (event, "untold", untold);
      count->untold = 0;
    }
  return TRUE;
}

void
oree_lane_event (OreeLane *lane, OreeEvent *event)
{
  EventMail *mail;

  if ((lane->policy != NULL && oree_policy_has_quiet_hours (lane->policy)
       && oree_quiet_event (lane->policy, event, oree_quiet_minute ()))
      || !may_tell (lane, event))
    {
      oree_event_free (event);
      return;
    }
  mail = g_new (EventMail, 1);
  *mail = (EventMail){ roles_ref (lane->roles), event };
  g_main_context_invoke (NULL, event_on_main_cb, mail);
}

typedef struct
{
  OreeRoles *roles;
  OreeRoleId role;
  const char *reason;
  char *detail;
} DegradedMail;

static gboolean
degraded_on_main_cb (gpointer data)
{
  DegradedMail *mail = data;
  const OreeRolesHooks *hooks = &mail->roles->options.hooks;

  if (hooks->degraded != NULL && !mail->roles->closed)
    hooks->degraded (hooks->data, mail->role, mail->reason, mail->detail);
  roles_unref (mail->roles);
  g_free (mail->detail);
  g_free (mail);
  return G_SOURCE_REMOVE;
}

void
oree_lane_degraded (OreeLane *lane, OreeRoleId role, const char *reason, const char *detail)
{
  DegradedMail *mail = g_new (DegradedMail, 1);

  *mail = (DegradedMail){ roles_ref (lane->roles), role, reason, g_strdup (detail) };
  g_main_context_invoke (NULL, degraded_on_main_cb, mail);
}

typedef struct
{
  OreeLane *lane;
  gboolean ok;
  void (*done) (OreeLane *lane, gboolean ok, gpointer data);
  gpointer data;
} SaveMail;

static void
saved_on_lane (OreeLane *lane, gpointer data)
{
  g_autofree SaveMail *mail = data;

  mail->done (lane, mail->ok, mail->data);
}

static void
saved_cb (gpointer data, gboolean ok)
{
  SaveMail *mail = data;
  OreeRoles *roles = mail->lane->roles;

  mail->ok = ok;
  oree_lane_post (mail->lane, saved_on_lane, mail, g_free);
  roles_unref (roles);
}

void
oree_lane_save (OreeLane *lane, OreeRuntimeRow *row,
                void (*done) (OreeLane *lane, gboolean ok, gpointer data), gpointer data)
{
  const OreeRolesHooks *hooks = &lane->roles->options.hooks;
  SaveMail *mail = NULL;

  if (done != NULL)
    {
      mail = g_new (SaveMail, 1);
      *mail = (SaveMail){ lane, FALSE, done, data };
      roles_ref (lane->roles);
    }
  if (hooks->save != NULL)
    hooks->save (hooks->data, row, done ? saved_cb : NULL, mail);
  else
    {
      oree_runtime_row_free (row);
      if (mail != NULL)
        saved_cb (mail, TRUE);
    }
}

/* --- fetching: to the main thread and back ------------------------------------------------------- */

typedef struct
{
  OreeRoles *roles;
  OreeLane *lane;
  char *url;
  OreeLaneFetched done;
  gpointer data;
  GDestroyNotify free_data;
  const char *problem;
  guint status;
  GBytes *body;
} FetchMail;

static void
fetch_mail_free (gpointer data)
{
  FetchMail *mail = data;
  OreeRoles *roles = mail->roles;

  if (mail->data != NULL && mail->free_data != NULL)
    mail->free_data (mail->data);
  g_clear_pointer (&mail->body, g_bytes_unref);
  g_free (mail->url);
  g_free (mail);
  roles_unref (roles);
}

static void
fetched_on_lane (OreeLane *lane, gpointer data)
{
  FetchMail *mail = data;

  mail->done (lane, mail->problem, mail->status, mail->body, g_steal_pointer (&mail->data));
  fetch_mail_free (mail);
}

static void
fetched_cb (const char *problem, guint status, GBytes *body, gpointer data)
{
  FetchMail *mail = data;

  mail->problem = problem;
  mail->status = status;
  mail->body = body != NULL ? g_bytes_ref (body) : NULL;
  if (mail->roles->closed)
    fetch_mail_free (mail);
  else
    oree_lane_post (mail->lane, fetched_on_lane, mail, fetch_mail_free);
}

static gboolean
fetch_on_main_cb (gpointer data)
{
  FetchMail *mail = data;
  const OreeRolesHooks *hooks = &mail->roles->options.hooks;

  if (mail->roles->closed || hooks->fetch == NULL)
    fetched_cb ("fetch-busy", 0, NULL, mail);
  else
    hooks->fetch (hooks->data, mail->url, fetched_cb, mail);
  return G_SOURCE_REMOVE;
}

void
oree_lane_fetch (OreeLane *lane, const char *url, OreeLaneFetched done, gpointer data, GDestroyNotify free_data)
{
  FetchMail *mail = g_new0 (FetchMail, 1);

  *mail = (FetchMail){ .roles = roles_ref (lane->roles), .lane = lane, .url = g_strdup (url), .done = done,
                       .data = data, .free_data = free_data };
  g_main_context_invoke (NULL, fetch_on_main_cb, mail);
}

/* --- ask every lane, answer once on the main thread ------------------------------------------- */

typedef struct _Poll Poll;
struct _Poll
{
  OreeRoles *roles;
  gint waiting; /* atomic */
  void (*each) (OreeLane *lane, Poll *poll);
  void (*finish) (Poll *poll);
  GMutex lock; /* over what `each` adds below */

  OreeRoleId role;
  OreeRoleOp op;
  OreeRoleDone role_done;
  const char *problem;
  char *detail;

  OreePolicy *policy;
  OreeTlsSet *tls;
  OreeImpact impact;
  char *what;
  char *key;
  gboolean found;
  GVariantBuilder rows;
  gboolean has_rows;
  guint64 counters[OREE_N_COUNTERS];
  guint64 reasons[OREE_N_REASONS];
  guint64 certificates[OREE_N_CERT_OUTCOMES];
  guint64 matters[OREE_N_GW_REFUSALS];

  OreeRolesResult done;
  gpointer data;
};

static gboolean
poll_finish_cb (gpointer data)
{
  Poll *poll = data;

  if (!poll->roles->closed)
    poll->finish (poll);
  roles_unref (poll->roles);
  g_clear_pointer (&poll->policy, oree_policy_unref);
  g_clear_pointer (&poll->tls, oree_tls_set_unref);
  if (poll->has_rows)
    g_variant_builder_clear (&poll->rows);
  g_free (poll->detail);
  g_free (poll->what);
  g_free (poll->key);
  g_mutex_clear (&poll->lock);
  g_free (poll);
  return G_SOURCE_REMOVE;
}

static void
poll_one_done (Poll *poll)
{
  if (g_atomic_int_dec_and_test (&poll->waiting))
    g_main_context_invoke (NULL, poll_finish_cb, poll);
}

static void
poll_on_lane (OreeLane *lane, gpointer data)
{
  Poll *poll = data;

  poll->each (lane, poll);
}

static Poll *
poll_new (OreeRoles *roles, void (*each) (OreeLane *, Poll *), void (*finish) (Poll *))
{
  Poll *poll = g_new0 (Poll, 1);

  poll->roles = roles_ref (roles);
  poll->each = each;
  poll->finish = finish;
  g_mutex_init (&poll->lock);
  return poll;
}

static void
poll_start (Poll *poll)
{
  poll->waiting = (gint) poll->roles->n_lanes;
  for (guint i = 0; i < poll->roles->n_lanes; i++)
    oree_lane_post (&poll->roles->lanes[i], poll_on_lane, poll, NULL);
}

static void
finish_variant (Poll *poll, GVariant *floating)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (floating);

  if (poll->done != NULL)
    poll->done (value, poll->data);
}

/* --- control ----------------------------------------------------------------------------------- */

typedef struct
{
  Poll *poll;
  OreeLane *lane;
  OreeTimer timer;
} DrainWatch;

static void
drain_check (DrainWatch *watch)
{
  OreeRoleId role = watch->poll->role;

  /* A stop or a resume that came meanwhile ends the wait as well. */
  if (watch->lane->mode[role] == OREE_MODE_DRAINING && !role_ops[role]->idle (watch->lane))
    {
      oree_worker_arm (watch->lane->worker, &watch->timer, oree_worker_now (watch->lane->worker) + 20 * OREE_MS);
      return;
    }
  if (watch->lane->mode[role] == OREE_MODE_DRAINING)
    {
      watch->lane->mode[role] = OREE_MODE_STOPPED;
      role_ops[role]->stop (watch->lane);
    }
  poll_one_done (watch->poll);
  g_free (watch);
}

static void
drain_timer_cb (gpointer data)
{
  drain_check (data);
}

static void
control_each (OreeLane *lane, Poll *poll)
{
  const OreeRoleOps *ops = role_ops[poll->role];
  g_autofree char *detail = NULL;
  const char *problem = NULL;

  switch (poll->op)
    {
    case OREE_ROLE_OP_START:
      if (lane->mode[poll->role] == OREE_MODE_STOPPED)
        problem = ops->start (lane, &detail);
      if (problem == NULL)
        lane->mode[poll->role] = OREE_MODE_RUNNING;
      break;
    case OREE_ROLE_OP_STOP:
      if (lane->mode[poll->role] != OREE_MODE_STOPPED)
        {
          lane->mode[poll->role] = OREE_MODE_STOPPED;
          ops->stop (lane);
        }
      break;
    case OREE_ROLE_OP_PAUSE:
      if (lane->mode[poll->role] == OREE_MODE_RUNNING)
        lane->mode[poll->role] = OREE_MODE_PAUSED;
      break;
    case OREE_ROLE_OP_RESUME:
      if (lane->mode[poll->role] != OREE_MODE_STOPPED)
        lane->mode[poll->role] = OREE_MODE_RUNNING;
      break;
    case OREE_ROLE_OP_DRAIN:
      if (lane->mode[poll->role] != OREE_MODE_STOPPED)
        {
          DrainWatch *watch = g_new0 (DrainWatch, 1);

          lane->mode[poll->role] = OREE_MODE_DRAINING;
          watch->poll = poll;
          watch->lane = lane;
          oree_timer_init (&watch->timer, drain_timer_cb, watch);
          drain_check (watch);
          return;
        }
      break;
    }
  if (problem != NULL)
    {
      g_mutex_lock (&poll->lock);
      if (poll->problem == NULL)
        {
          poll->problem = problem;
          poll->detail = g_steal_pointer (&detail);
        }
      g_mutex_unlock (&poll->lock);
    }
  poll_one_done (poll);
}

static void
quiet_stop_finish (Poll *poll)
{
}

static void
control_finish (Poll *poll)
{
  if (poll->problem != NULL && poll->op == OREE_ROLE_OP_START)
    {
      /* All lanes or none: what did start is stopped again. */
      Poll *stop = poll_new (poll->roles, control_each, quiet_stop_finish);

      stop->role = poll->role;
      stop->op = OREE_ROLE_OP_STOP;
      poll_start (stop);
    }
  if (poll->role_done != NULL)
    poll->role_done (poll->role, poll->op, poll->problem, poll->detail, poll->data);
}

void
oree_roles_control (OreeRoles *self, OreeRoleId role, OreeRoleOp op, OreeRoleDone done, gpointer data)
{
  Poll *poll = poll_new (self, control_each, control_finish);

  poll->role = role;
  poll->op = op;
  poll->role_done = done;
  poll->data = data;
  poll_start (poll);
}

/* --- snapshots --------------------------------------------------------------------------------- */

static void
add_impact (Poll *poll, const OreeImpact *impact)
{
  g_mutex_lock (&poll->lock);
  poll->impact.streams_closed += impact->streams_closed;
  poll->impact.sip_closed += impact->sip_closed;
  poll->impact.sessions_ended += impact->sessions_ended;
  poll->impact.users_signed_out += impact->users_signed_out;
  poll->impact.subscriptions_ended += impact->subscriptions_ended;
  poll->impact.listeners_changed = MAX (poll->impact.listeners_changed, impact->listeners_changed);
  g_mutex_unlock (&poll->lock);
}

static void
publish_each (OreeLane *lane, Poll *poll)
{
  OreeImpact impact = { .dry = poll->impact.dry };
  g_autoptr (OreePolicy) old = oree_policy_ref (lane->policy);

  if (!impact.dry)
    {
      oree_policy_unref (lane->policy);
      lane->policy = oree_policy_ref (poll->policy);
    }
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (lane->mode[i] != OREE_MODE_STOPPED)
      role_ops[i]->publish (lane, old, poll->policy, &impact);
  add_impact (poll, &impact);
  poll_one_done (poll);
}

static void
retrust_each (OreeLane *lane, Poll *poll)
{
  OreeImpact impact = { 0 };

  oree_tls_set_unref (lane->tls);
  lane->tls = oree_tls_set_ref (poll->tls);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (lane->mode[i] != OREE_MODE_STOPPED && role_ops[i]->retrust != NULL)
      role_ops[i]->retrust (lane, &impact);
  add_impact (poll, &impact);
  poll_one_done (poll);
}

static void
publish_finish (Poll *poll)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "streams-closed", "u", poll->impact.streams_closed);
  g_variant_dict_insert (&dict, "sip-connections-closed", "u", poll->impact.sip_closed);
  g_variant_dict_insert (&dict, "sessions-ended", "u", poll->impact.sessions_ended);
  g_variant_dict_insert (&dict, "users-signed-out", "u", poll->impact.users_signed_out);
  g_variant_dict_insert (&dict, "subscriptions-ended", "u", poll->impact.subscriptions_ended);
  g_variant_dict_insert (&dict, "listeners-changed", "u", poll->impact.listeners_changed);
  finish_variant (poll, g_variant_dict_end (&dict));
}

static void
reset_each (OreeLane *lane, Poll *poll)
{
  OreeImpact impact = { 0 };

  if (lane->mode[OREE_ROLE_XMPP_PROXY] != OREE_MODE_STOPPED)
    {
      oree_xmpp_in_reset (lane, poll->what, &impact);
      oree_xmpp_out_reset (lane, poll->what, &impact);
    }
  if (lane->mode[OREE_ROLE_ACCESS_EDGE] != OREE_MODE_STOPPED)
    {
      oree_sip_peers_reset (lane, poll->what, &impact);
      oree_peer_pool_hurry (lane);
    }
  add_impact (poll, &impact);
  poll_one_done (poll);
}

static void
open_stream_each (OreeLane *lane, Poll *poll)
{
  if (oree_lane_of (lane, poll->key) == lane && lane->mode[OREE_ROLE_XMPP_PROXY] == OREE_MODE_RUNNING)
    {
      oree_xmpp_out_open (lane, poll->what, poll->key);
      g_mutex_lock (&poll->lock);
      poll->found = TRUE;
      g_mutex_unlock (&poll->lock);
    }
  poll_one_done (poll);
}

static void
reopen_each (OreeLane *lane, Poll *poll)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      g_autofree char *detail = NULL;
      const char *problem;

      if (lane->mode[i] == OREE_MODE_STOPPED || lane->mode[i] == OREE_MODE_DRAINING || role_ops[i]->reopen == NULL)
        continue;
      problem = role_ops[i]->reopen (lane, &detail);
      if (problem != NULL)
        oree_lane_degraded (lane, (OreeRoleId) i, problem, detail);
    }
  poll_one_done (poll);
}

/* Every listener that does not fit the snapshot is closed now, on every lane: what it wants can be opened. */
static void
published_finish (Poll *poll)
{
  Poll *reopen = poll_new (poll->roles, reopen_each, publish_finish);

  reopen->impact = poll->impact;
  reopen->done = poll->done;
  reopen->data = poll->data;
  poll_start (reopen);
}

static void
publish (OreeRoles *self, OreePolicy *policy, gboolean dry, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, publish_each, dry ? publish_finish : published_finish);

  poll->policy = oree_policy_ref (policy);
  poll->impact.dry = dry;
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

void
oree_roles_publish (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data)
{
  oree_policy_unref (self->policy);
  self->policy = oree_policy_ref (policy);
  publish (self, policy, FALSE, done, data);
}

void
oree_roles_retrust (OreeRoles *self, OreeTlsSet *tls, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, retrust_each, publish_finish);

  poll->tls = oree_tls_set_ref (tls);
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

void
oree_roles_forecast (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data)
{
  publish (self, policy, TRUE, done, data);
}

void
oree_roles_reset (OreeRoles *self, const char *partner, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, reset_each, publish_finish);

  poll->what = g_strdup (partner);
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

static void found_finish (Poll *poll);

void
oree_roles_open_stream (OreeRoles *self, const char *local, const char *remote, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, open_stream_each, found_finish);

  poll->what = g_strdup (local);
  poll->key = g_strdup (remote);
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

/* --- views ------------------------------------------------------------------------------------- */

static void
list_each (OreeLane *lane, Poll *poll)
{
  GVariantBuilder rows;
  GVariantIter iter;
  g_autoptr (GVariant) mine = NULL;
  GVariant *row;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  oree_sip_hub_list (lane, poll->what, &rows);
  if (g_str_equal (poll->what, "queues"))
    oree_queues_list (lane, &rows);
  if (g_str_equal (poll->what, "discovered-partners"))
    oree_access_edge_gate_list (lane, &rows);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    role_ops[i]->list (lane, poll->what, &rows);
  mine = g_variant_ref_sink (g_variant_builder_end (&rows));
  g_mutex_lock (&poll->lock);
  g_variant_iter_init (&iter, mine);
  while ((row = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&poll->rows, row);
      g_variant_unref (row);
    }
  g_mutex_unlock (&poll->lock);
  poll_one_done (poll);
}

static void
list_finish (Poll *poll)
{
  finish_variant (poll, g_variant_builder_end (&poll->rows));
}

void
oree_roles_list (OreeRoles *self, const char *what, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, list_each, list_finish);

  poll->what = g_strdup (what);
  g_variant_builder_init (&poll->rows, G_VARIANT_TYPE ("aa{sv}"));
  poll->has_rows = TRUE;
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

static void
counters_each (OreeLane *lane, Poll *poll)
{
  g_mutex_lock (&poll->lock);
  for (guint i = 0; i < OREE_N_COUNTERS; i++)
    poll->counters[i] += lane->counters[i];
  for (guint i = 0; i < OREE_N_REASONS; i++)
    poll->reasons[i] += lane->reasons[i];
  for (guint i = 0; i < OREE_N_CERT_OUTCOMES; i++)
    poll->certificates[i] += lane->certificates[i];
  for (guint i = 0; i < OREE_N_GW_REFUSALS; i++)
    poll->matters[i] += lane->matters[i];
  g_mutex_unlock (&poll->lock);
  poll_one_done (poll);
}

static void
counters_finish (Poll *poll)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{st}"));
  for (guint i = 0; i < OREE_N_COUNTERS; i++)
    g_variant_builder_add (&builder, "{st}", counter_names[i], poll->counters[i]);
  for (guint i = 0; i < OREE_N_REASONS; i++)
    if (poll->reasons[i] > 0)
      {
        g_autofree char *name = g_strconcat ("refused-", oree_reason_nick (i), NULL);

        g_variant_builder_add (&builder, "{st}", name, poll->reasons[i]);
      }
  for (guint i = 0; i < OREE_N_GW_REFUSALS; i++)
    if (poll->matters[i] > 0)
      {
        g_autofree char *name = g_strconcat ("refused-", oree_gw_refusal (i)->nick, NULL);

        g_variant_builder_add (&builder, "{st}", name, poll->matters[i]);
      }
  for (guint i = 0; i < OREE_N_CERT_OUTCOMES; i++)
    if (poll->certificates[i] > 0)
      {
        g_autofree char *name = g_strconcat ("certificate-", oree_cert_outcome_nick ((OreeCertOutcome) i), NULL);

        g_variant_builder_add (&builder, "{st}", name, poll->certificates[i]);
      }
  finish_variant (poll, g_variant_builder_end (&builder));
}

void
oree_roles_counters (OreeRoles *self, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, counters_each, counters_finish);

  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

static void
forget_each (OreeLane *lane, Poll *poll)
{
  gboolean found = g_str_equal (poll->what, OREE_SPACE_ALLOW) && oree_gateway_revoke (lane, poll->key);

  g_mutex_lock (&poll->lock);
  poll->found |= found;
  g_mutex_unlock (&poll->lock);
  poll_one_done (poll);
}

static void
found_finish (Poll *poll)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "found", "b", poll->found);
  finish_variant (poll, g_variant_dict_end (&dict));
}

void
oree_roles_forget (OreeRoles *self, const char *space, const char *key, OreeRolesResult done, gpointer data)
{
  Poll *poll = poll_new (self, forget_each, found_finish);

  poll->what = g_strdup (space);
  poll->key = g_strdup (key);
  poll->done = done;
  poll->data = data;
  poll_start (poll);
}

/* --- life -------------------------------------------------------------------------------------- */

static void
init_each (OreeLane *lane, Poll *poll)
{
  oree_queues_init (lane);
  oree_access_edge_gate_init (lane);
  oree_sip_hub_init (lane);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    role_ops[i]->init (lane);
  poll_one_done (poll);
}

OreeRoles *
oree_roles_new (OreePolicy *policy, const OreeRolesOptions *options)
{
  OreeRoles *self = g_new0 (OreeRoles, 1);

  g_atomic_ref_count_init (&self->refs);
  self->options = *options;
  if (options->runtime != NULL)
    self->options.runtime = g_ptr_array_ref (options->runtime);
  self->options.tls = options->tls != NULL ? oree_tls_set_ref (options->tls) : oree_tls_set_new (0);
  self->policy = oree_policy_ref (policy);
  self->n_lanes = CLAMP (options->n_workers, 1, 8);
  self->lanes = g_new0 (OreeLane, self->n_lanes);
  for (guint i = 0; i < self->n_lanes; i++)
    {
      self->lanes[i].index = i;
      self->lanes[i].roles = self;
      self->lanes[i].policy = oree_policy_ref (policy);
      self->lanes[i].tls = oree_tls_set_ref (self->options.tls);
      self->lanes[i].worker = oree_worker_new (i);
    }
  for (guint i = 0; i < self->n_lanes; i++)
    oree_worker_start (self->lanes[i].worker);
  poll_start (poll_new (self, init_each, quiet_stop_finish));
  return self;
}

static void
clear_each (OreeLane *lane, Poll *poll)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      if (lane->mode[i] != OREE_MODE_STOPPED)
        role_ops[i]->stop (lane);
      lane->mode[i] = OREE_MODE_STOPPED;
    }
  oree_sip_hub_fail_all (lane);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    role_ops[i]->clear (lane);
  oree_sip_hub_clear (lane);
  oree_access_edge_gate_clear (lane);
  oree_queues_clear (lane);
  lane->gone = TRUE; /* what other lanes, and stopping itself, still sent here finds nobody */
  poll_one_done (poll);
}

void
oree_roles_free (OreeRoles *self)
{
  if (self == NULL)
    return;
  poll_start (poll_new (self, clear_each, quiet_stop_finish));
  for (guint i = 0; i < self->n_lanes; i++)
    oree_worker_stop (self->lanes[i].worker); /* after what is in its mailbox */
  for (guint i = 0; i < self->n_lanes; i++)
    oree_worker_join (self->lanes[i].worker);
  self->closed = TRUE;
  roles_unref (self);
}
