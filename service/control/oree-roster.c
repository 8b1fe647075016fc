/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of the roles. The data plane is asked for one thing at a time per role; only a stop may overtake a drain.
 * Answers are matched by ticket, so a late one (the drain that a stop overtook) changes nothing. */
#include "control/oree-roster.h"

#include "base/oree-enum.h"
#include "base/oree-limits.h"

typedef struct
{
  OreeRosterDone done;
  gpointer data;
} Waiter;

typedef struct
{
  OreeRoster *roster;
  OreeRoleId role;
  OreeRoleState state;
  OreeRoleState before; /* where a failed change of state returns to */
  gboolean draining;
  gboolean wanted; /* should run: an automatic role that could not start is tried again */
  OreeStartType start_type;
  gint64 since;
  char *reason; /* what the role reports */
  char *detail;
  char *record_reason; /* a record that could not be used */
  char *record_detail;
  guint64 ticket; /* of the change under way */
  OreeRoleOp pending;
  GArray *waiters;
  GSource *deadline;
} Row;

struct _OreeRoster
{
  OreeRoles *roles;
  Row rows[OREE_N_ROLES];
  guint64 last_ticket;
  OreeRosterChanged changed;
  gpointer data;
  GSource *retry;
  GSourceFunc all_stopped;
  gpointer all_stopped_data;
  guint tickets_open;
  gboolean freed;
};

typedef struct
{
  OreeRoster *roster;
  guint64 number;
} Ticket;

static const OreeEnumValue states[] = {
  { OREE_STATE_STOPPED, "stopped" },
  { OREE_STATE_START_PENDING, "start-pending" },
  { OREE_STATE_RUNNING, "running" },
  { OREE_STATE_PAUSE_PENDING, "pause-pending" },
  { OREE_STATE_PAUSED, "paused" },
  { OREE_STATE_CONTINUE_PENDING, "continue-pending" },
  { OREE_STATE_STOP_PENDING, "stop-pending" },
  { 0, NULL },
};

static const OreeEnumValue start_types[] = {
  { OREE_START_AUTOMATIC, "automatic" },
  { OREE_START_MANUAL, "manual" },
  { OREE_START_DISABLED, "disabled" },
  { 0, NULL },
};

/* For each operation: the state while it is under way, and the state it ends in. */
static const struct
{
  OreeRoleState during;
  OreeRoleState after;
} steps[] = {
  [OREE_ROLE_OP_START] = { OREE_STATE_START_PENDING, OREE_STATE_RUNNING },
  [OREE_ROLE_OP_STOP] = { OREE_STATE_STOP_PENDING, OREE_STATE_STOPPED },
  [OREE_ROLE_OP_PAUSE] = { OREE_STATE_PAUSE_PENDING, OREE_STATE_PAUSED },
  [OREE_ROLE_OP_RESUME] = { OREE_STATE_CONTINUE_PENDING, OREE_STATE_RUNNING },
  [OREE_ROLE_OP_DRAIN] = { OREE_STATE_STOP_PENDING, OREE_STATE_STOPPED },
};

/* What an operation means in a state at rest. */
typedef enum
{
  ACT_NO,   /* not from here */
  ACT_DONE, /* already so */
  ACT_GO
} Act;

static const Act acts[][3] = {
  /*                        stopped   running   paused */
  [OREE_ROLE_OP_START] = { ACT_GO, ACT_DONE, ACT_NO },
  [OREE_ROLE_OP_STOP] = { ACT_DONE, ACT_GO, ACT_GO },
  [OREE_ROLE_OP_PAUSE] = { ACT_NO, ACT_GO, ACT_DONE },
  [OREE_ROLE_OP_RESUME] = { ACT_NO, ACT_DONE, ACT_GO },
  [OREE_ROLE_OP_DRAIN] = { ACT_DONE, ACT_GO, ACT_GO },
};

static gboolean
at_rest (OreeRoleState state)
{
  return state == OREE_STATE_STOPPED || state == OREE_STATE_RUNNING || state == OREE_STATE_PAUSED;
}

static Act
act_for (OreeRoleOp op, OreeRoleState state)
{
  return acts[op][state == OREE_STATE_STOPPED ? 0 : state == OREE_STATE_RUNNING ? 1 : 2];
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
changed (Row *row)
{
  row->roster->changed (row->role, row->roster->data);
}

static void
set_state (Row *row, OreeRoleState state, gboolean draining)
{
  if (row->state == state && row->draining == draining)
    return;
  row->state = state;
  row->draining = draining;
  row->since = g_get_real_time ();
  changed (row);
}

static void
answer (Row *row, const GError *error)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&row->waiters);

  row->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->done (row->role, error, waiter->data);
    }
}

static void
wait_for (Row *row, OreeRosterDone done, gpointer data)
{
  Waiter waiter = { done, data };

  if (done != NULL)
    g_array_append_val (row->waiters, waiter);
}

static void
check_all_stopped (OreeRoster *self)
{
  GSourceFunc func = self->all_stopped;

  /* What was asked and overtaken by a stop is answered too, a moment later: nothing is left behind. */
  if (func == NULL || self->tickets_open > 0)
    return;
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (self->rows[i].state != OREE_STATE_STOPPED)
      return;
  self->all_stopped = NULL;
  func (self->all_stopped_data);
}

static gboolean
on_retry (gpointer data)
{
  OreeRoster *self = data;

  clear_source (&self->retry);
  oree_roster_retry (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (OreeRoster *self)
{
  if (self->retry != NULL || self->all_stopped != NULL)
    return;
  self->retry = g_timeout_source_new_seconds (OREE_ROLE_RETRY_SECONDS);
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, NULL);
}

static void
forget_ticket (Ticket *ticket)
{
  OreeRoster *self = ticket->roster;

  g_free (ticket);
  self->tickets_open--;
  if (self->freed && self->tickets_open == 0)
    g_free (self);
}

static void
on_done (OreeRoleId role, OreeRoleOp op, const char *problem, const char *detail, gpointer data)
{
  Ticket *ticket = data;
  OreeRoster *self = ticket->roster;
  Row *row = &self->rows[role];
  gboolean freed = self->freed;
  gboolean current = !freed && row->ticket == ticket->number;
  g_autoptr (GError) error = NULL;

  forget_ticket (ticket);
  if (!current)
    {
      if (!freed)
        check_all_stopped (self);
      return;
    }
  row->ticket = 0;
  clear_source (&row->deadline);
  if (problem == NULL)
    {
      if (op == OREE_ROLE_OP_START)
        oree_roster_set_degraded (self, role, NULL, NULL);
      set_state (row, steps[op].after, FALSE);
    }
  else
    {
      g_set_error (&error, OREE_ERROR, OREE_ERROR_FAILED, "%s", problem);
      oree_roster_set_degraded (self, role, problem, detail);
      set_state (row, row->before, FALSE);
      if (op == OREE_ROLE_OP_START)
        retry_later (self);
    }
  answer (row, error);
  check_all_stopped (self);
}

static void
ask (Row *row, OreeRoleOp op)
{
  Ticket *ticket = g_new0 (Ticket, 1);

  ticket->roster = row->roster;
  ticket->number = ++row->roster->last_ticket;
  row->roster->tickets_open++;
  row->ticket = ticket->number;
  row->pending = op;
  oree_roles_control (row->roster->roles, row->role, op, on_done, ticket);
}

static gboolean
on_deadline (gpointer data)
{
  Row *row = data;

  clear_source (&row->deadline);
  ask (row, OREE_ROLE_OP_STOP);
  return G_SOURCE_REMOVE;
}

static void
begin (Row *row, OreeRoleOp op, guint deadline_seconds)
{
  row->before = row->state;
  if (op == OREE_ROLE_OP_DRAIN)
    {
      row->deadline = g_timeout_source_new_seconds (deadline_seconds);
      g_source_set_callback (row->deadline, on_deadline, row, NULL);
      g_source_attach (row->deadline, NULL);
    }
  set_state (row, steps[op].during, op == OREE_ROLE_OP_DRAIN);
  ask (row, op);
}

static void
refuse (Row *row, OreeRosterDone done, gpointer data, OreeError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (OREE_ERROR, (int) code, text);

  if (done != NULL)
    done (row->role, error, data);
}

/* While something is under way: the same again waits with it, a stop overtakes a drain, all else is busy. */
static void
control_pending (Row *row, OreeRoleOp op, OreeRosterDone done, gpointer data)
{
  if (op == row->pending)
    wait_for (row, done, data);
  else if (row->pending == OREE_ROLE_OP_DRAIN && op == OREE_ROLE_OP_STOP)
    {
      wait_for (row, done, data);
      clear_source (&row->deadline);
      ask (row, OREE_ROLE_OP_STOP);
    }
  else if (row->pending == OREE_ROLE_OP_STOP && op == OREE_ROLE_OP_DRAIN)
    wait_for (row, done, data);
  else
    refuse (row, done, data, OREE_ERROR_BUSY, oree_role_state_nick (row->state));
}

void
oree_roster_control (OreeRoster *self, OreeRoleId role, OreeRoleOp op, guint deadline_seconds, OreeRosterDone done,
                     gpointer data)
{
  Row *row = &self->rows[role];

  if (self->roles == NULL)
    {
      refuse (row, done, data, OREE_ERROR_UNAVAILABLE, "no-data-plane");
      return;
    }
  if (op == OREE_ROLE_OP_START && row->start_type == OREE_START_DISABLED)
    {
      refuse (row, done, data, OREE_ERROR_UNSUPPORTED, "disabled");
      return;
    }
  if (op == OREE_ROLE_OP_START || op == OREE_ROLE_OP_STOP || op == OREE_ROLE_OP_DRAIN)
    row->wanted = op == OREE_ROLE_OP_START;
  if (!at_rest (row->state))
    {
      control_pending (row, op, done, data);
      return;
    }
  switch (act_for (op, row->state))
    {
    case ACT_NO:
      refuse (row, done, data, OREE_ERROR_UNSUPPORTED, oree_role_state_nick (row->state));
      break;
    case ACT_DONE:
      /* Who stops a role that could not start no longer wants it: it is stopped, not degraded. */
      if (row->state == OREE_STATE_STOPPED)
        oree_roster_set_degraded (self, role, NULL, NULL);
      if (done != NULL)
        done (role, NULL, data);
      break;
    case ACT_GO:
      wait_for (row, done, data);
      begin (row, op, deadline_seconds);
      break;
    }
}

void
oree_roster_start_automatic (OreeRoster *self)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (self->rows[i].start_type == OREE_START_AUTOMATIC)
      oree_roster_control (self, (OreeRoleId) i, OREE_ROLE_OP_START, 0, NULL, NULL);
}

void
oree_roster_retry (OreeRoster *self)
{
  if (self->all_stopped != NULL)
    return;
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      Row *row = &self->rows[i];

      if (row->wanted && row->state == OREE_STATE_STOPPED && row->start_type != OREE_START_DISABLED)
        oree_roster_control (self, (OreeRoleId) i, OREE_ROLE_OP_START, 0, NULL, NULL);
    }
}

void
oree_roster_stop_all (OreeRoster *self, guint deadline_seconds, GSourceFunc done, gpointer data)
{
  OreeRoleOp op = deadline_seconds > 0 ? OREE_ROLE_OP_DRAIN : OREE_ROLE_OP_STOP;

  self->all_stopped = done;
  self->all_stopped_data = data;
  clear_source (&self->retry);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      Row *row = &self->rows[i];

      row->wanted = FALSE;
      if (at_rest (row->state))
        {
          if (row->state != OREE_STATE_STOPPED)
            begin (row, op, deadline_seconds);
        }
      else if (row->pending != OREE_ROLE_OP_STOP && row->pending != op)
        {
          /* A start or a drain under way gives way: the data plane carries out what it is asked in order. */
          clear_source (&row->deadline);
          set_state (row, OREE_STATE_STOP_PENDING, FALSE);
          ask (row, OREE_ROLE_OP_STOP);
        }
    }
  check_all_stopped (self);
}

static gboolean
replace_text (char **slot, const char *text)
{
  if (g_strcmp0 (*slot, text) == 0)
    return FALSE;
  g_free (*slot);
  *slot = g_strdup (text);
  return TRUE;
}

void
oree_roster_set_degraded (OreeRoster *self, OreeRoleId role, const char *reason, const char *detail)
{
  Row *row = &self->rows[role];
  gboolean a = replace_text (&row->reason, reason);
  gboolean b = replace_text (&row->detail, reason != NULL ? detail : NULL);

  if (a || b)
    changed (row);
}

void
oree_roster_set_record_problem (OreeRoster *self, OreeRoleId role, const char *reason, const char *detail)
{
  Row *row = &self->rows[role];
  gboolean a = replace_text (&row->record_reason, reason);
  gboolean b = replace_text (&row->record_detail, reason != NULL ? detail : NULL);

  if (a || b)
    changed (row);
}

void
oree_roster_set_start_type (OreeRoster *self, OreeRoleId role, OreeStartType type)
{
  Row *row = &self->rows[role];

  if (row->start_type == type)
    return;
  row->start_type = type;
  changed (row);
}

OreeRoleState
oree_roster_state (const OreeRoster *self, OreeRoleId role)
{
  return self->rows[role].state;
}

OreeStartType
oree_roster_start_type (const OreeRoster *self, OreeRoleId role)
{
  return self->rows[role].start_type;
}

const char *
oree_roster_reason (const OreeRoster *self, OreeRoleId role)
{
  const Row *row = &self->rows[role];

  return row->reason != NULL ? row->reason : row->record_reason;
}

const char *
oree_roster_detail (const OreeRoster *self, OreeRoleId role)
{
  const Row *row = &self->rows[role];

  return row->reason != NULL ? row->detail : row->record_detail;
}

GVariant *
oree_roster_row (const OreeRoster *self, OreeRoleId role)
{
  const Row *row = &self->rows[role];
  const char *reason = oree_roster_reason (self, role);
  const char *detail = oree_roster_detail (self, role);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "role", "s", oree_role_nick (role));
  g_variant_dict_insert (&dict, "state", "s", oree_role_state_nick (row->state));
  g_variant_dict_insert (&dict, "draining", "b", row->draining);
  g_variant_dict_insert (&dict, "degraded", "b", reason != NULL);
  if (reason != NULL)
    g_variant_dict_insert (&dict, "reason", "s", reason);
  if (reason != NULL && detail != NULL)
    g_variant_dict_insert (&dict, "detail", "s", detail);
  g_variant_dict_insert (&dict, "start-type", "s", oree_start_type_nick (row->start_type));
  g_variant_dict_insert (&dict, "since", "x", row->since);
  return g_variant_dict_end (&dict);
}

OreeRoster *
oree_roster_new (OreeRosterChanged changed_cb, gpointer data)
{
  OreeRoster *self = g_new0 (OreeRoster, 1);

  self->changed = changed_cb;
  self->data = data;
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      self->rows[i].roster = self;
      self->rows[i].role = (OreeRoleId) i;
      self->rows[i].since = g_get_real_time ();
      self->rows[i].waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
    }
  return self;
}

void
oree_roster_set_roles (OreeRoster *self, OreeRoles *roles)
{
  self->roles = roles;
}

void
oree_roster_free (OreeRoster *self)
{
  if (self == NULL)
    return;
  clear_source (&self->retry);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      Row *row = &self->rows[i];

      clear_source (&row->deadline);
      g_free (row->reason);
      g_free (row->detail);
      g_free (row->record_reason);
      g_free (row->record_detail);
      g_array_unref (row->waiters);
    }
  /* A ticket still out keeps the memory until its answer comes. */
  self->freed = TRUE;
  if (self->tickets_open == 0)
    g_free (self);
}

const char *
oree_role_state_nick (OreeRoleState state)
{
  return oree_enum_to_nick (states, state);
}

const char *
oree_start_type_nick (OreeStartType type)
{
  return oree_enum_to_nick (start_types, type);
}

gboolean
oree_start_type_from_nick (const char *nick, OreeStartType *type)
{
  int value;

  if (!oree_enum_from_nick (start_types, oree_span_str (nick), &value))
    return FALSE;
  *type = (OreeStartType) value;
  return TRUE;
}
