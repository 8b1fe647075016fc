/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-watch.h"

#define TIMER_N (32 * OREE_SECOND)
#define RETRY_FIRST 30   /* seconds */
#define RETRY_MAX 3600
#define MARGIN 32        /* seconds before the end a refresh goes out at the latest */

void
oree_gw_watch_init (OreeGwWatch *self, guint32 interval)
{
  *self = (OreeGwWatch){ .interval = interval,
                         .refresh_at = OREE_TIME_NEVER,
                         .ends_at = OREE_TIME_NEVER,
                         .notify_by = OREE_TIME_NEVER,
                         .retry_at = OREE_TIME_NEVER };
}

void
oree_gw_watch_clear (OreeGwWatch *self)
{
  g_clear_pointer (&self->commands, g_array_unref);
}

void
oree_gw_watch_restore (OreeGwWatch *self, OreeGwAuthz authz, OreeTime at)
{
  self->authz = authz;
  self->retry_at = at;
}

static void
will (OreeGwWatch *self, OreeGwDo what, guint32 value)
{
  OreeGwCommand command = { what, value };

  if (self->commands == NULL)
    self->commands = g_array_new (FALSE, FALSE, sizeof (OreeGwCommand));
  g_array_append_val (self->commands, command);
}

gboolean
oree_gw_watch_take (OreeGwWatch *self, OreeGwCommand *command)
{
  if (self->commands == NULL || self->commands->len == 0)
    return FALSE;
  *command = g_array_index (self->commands, OreeGwCommand, 0);
  g_array_remove_index (self->commands, 0);
  return TRUE;
}

/* --- parts of transitions ---------------------------------------------------------------------- */

static void
no_dialog (OreeGwWatch *self)
{
  if (self->dialog != OREE_GW_DIALOG_NONE)
    will (self, OREE_GW_DO_FORGET_DIALOG, 0);
  self->dialog = OREE_GW_DIALOG_NONE;
  self->refresh_at = self->ends_at = self->notify_by = OREE_TIME_NEVER;
}

static void
subscribe (OreeGwWatch *self, guint32 expires, OreeTime now)
{
  no_dialog (self);
  self->dialog = OREE_GW_DIALOG_ASKING;
  self->retry_at = OREE_TIME_NEVER;
  will (self, OREE_GW_DO_SUBSCRIBE, expires);
}

/* RFC 8048 5.2.2: the authorisation is cancelled for good. */
static void
refused (OreeGwWatch *self)
{
  no_dialog (self);
  self->retry_at = OREE_TIME_NEVER;
  if (self->authz == OREE_GW_AUTHZ_NONE)
    return;
  will (self, OREE_GW_DO_HIDE, 0);
  will (self, OREE_GW_DO_UNSUBSCRIBED, 0);
  self->authz = OREE_GW_AUTHZ_NONE;
  will (self, OREE_GW_DO_FORGET, 0);
}

/* Transient: the authorisation stays, the subscription is tried again, later each time, spread by `random`. */
static void
later (OreeGwWatch *self, guint32 seconds, guint32 random, OreeTime now)
{
  guint64 wait = seconds;

  no_dialog (self);
  if (self->authz == OREE_GW_AUTHZ_NONE)
    return;
  will (self, OREE_GW_DO_HIDE, 0);
  if (wait == 0)
    wait = MIN ((guint64) RETRY_FIRST << MIN (self->failures, 7), RETRY_MAX);
  self->failures++;
  self->retry_at = now + (OreeTime) wait * OREE_SECOND + (OreeTime) (random % 1000) * (OreeTime) wait * OREE_MS / 10;
}

/* A grant of `expires` seconds from now on. */
static void
granted_until (OreeGwWatch *self, guint32 expires, OreeTime now)
{
  guint32 refresh = expires > 10 * MARGIN ? expires - MARGIN : expires / 10 * 9;

  self->ends_at = now + (OreeTime) expires * OREE_SECOND;
  self->refresh_at = now + (OreeTime) MAX (refresh, 1) * OREE_SECOND;
}

/* --- from the XMPP side ------------------------------------------------------------------------ */

void
oree_gw_watch_on_subscribe (OreeGwWatch *self, OreeTime now)
{
  if (self->authz == OREE_GW_AUTHZ_GRANTED)
    {
      /* RFC 6121 3.1.3 (2): answered at once; servers ask again at every sign-in. */
      will (self, OREE_GW_DO_SUBSCRIBED, 0);
      if (self->dialog == OREE_GW_DIALOG_LIVE)
        will (self, OREE_GW_DO_SHOW, 0);
    }
  else if (self->authz == OREE_GW_AUTHZ_NONE)
    {
      self->authz = OREE_GW_AUTHZ_PENDING;
      will (self, OREE_GW_DO_SAVE, 0);
    }
  if (self->dialog == OREE_GW_DIALOG_NONE || self->dialog == OREE_GW_DIALOG_ENDING)
    subscribe (self, self->interval, now);
}

static void
give_up (OreeGwWatch *self)
{
  if (self->dialog == OREE_GW_DIALOG_LIVE || self->dialog == OREE_GW_DIALOG_ASKING)
    {
      will (self, OREE_GW_DO_REFRESH, 0);
      self->dialog = OREE_GW_DIALOG_ENDING;
      self->refresh_at = self->ends_at = OREE_TIME_NEVER;
    }
  self->retry_at = OREE_TIME_NEVER;
}

void
oree_gw_watch_on_unsubscribe (OreeGwWatch *self, OreeTime now)
{
  gboolean had = self->authz != OREE_GW_AUTHZ_NONE;

  give_up (self);
  if (self->dialog == OREE_GW_DIALOG_ENDING)
    self->notify_by = now + TIMER_N;
  if (had)
    will (self, OREE_GW_DO_HIDE, 0);
  will (self, OREE_GW_DO_UNSUBSCRIBED, 0);
  self->authz = OREE_GW_AUTHZ_NONE;
  if (had)
    will (self, OREE_GW_DO_FORGET, 0);
}

void
oree_gw_watch_on_revoked (OreeGwWatch *self, OreeTime now)
{
  if (self->authz != OREE_GW_AUTHZ_NONE)
    oree_gw_watch_on_unsubscribe (self, now);
}

void
oree_gw_watch_on_probe (OreeGwWatch *self, OreeTime now)
{
  switch (self->authz)
    {
    case OREE_GW_AUTHZ_NONE:
      will (self, OREE_GW_DO_UNSUBSCRIBED, 0); /* RFC 6121 4.3.2 (1) */
      break;
    case OREE_GW_AUTHZ_PENDING:
      break;
    case OREE_GW_AUTHZ_GRANTED:
      if (self->dialog == OREE_GW_DIALOG_LIVE)
        will (self, OREE_GW_DO_SHOW, 0);
      else if (self->dialog == OREE_GW_DIALOG_NONE)
        subscribe (self, self->interval, now);
      break;
    }
}

/* --- from the SIP side ------------------------------------------------------------------------- */

void
oree_gw_watch_on_response (OreeGwWatch *self, guint status, guint32 expires, guint32 min_expires, guint32 random,
                           OreeTime now)
{
  if (self->dialog == OREE_GW_DIALOG_NONE)
    return;
  if (self->dialog == OREE_GW_DIALOG_ENDING)
    {
      if (status >= 300)
        no_dialog (self);
      return;
    }
  if (status >= 200 && status <= 299)
    {
      granted_until (self, expires, now);
      self->notify_by = now + TIMER_N;
      return;
    }
  switch (status)
    {
    case 401:
    case 403:
    case 407:
    case 489:
    case 603:
      refused (self);
      break;
    case 404:
    case 410:
    case 604:
      refused (self); /* nobody there: said as a refusal, which tells no more than it must */
      break;
    case 405:
    case 406:
    case 501:
      no_dialog (self);
      will (self, OREE_GW_DO_ERROR, 0);
      refused (self);
      break;
    case 423:
      if (min_expires > self->interval && min_expires <= 604800)
        {
          self->interval = min_expires;
          subscribe (self, min_expires, now);
        }
      else
        later (self, 0, random, now);
      break;
    case 481:
      if (self->dialog == OREE_GW_DIALOG_LIVE)
        subscribe (self, self->interval, now); /* RFC 8048 5.2.2: a new dialog, the authorisation stays */
      else
        later (self, 0, random, now);
      break;
    default:
      later (self, 0, random, now);
      break;
    }
}

void
oree_gw_watch_on_notify (OreeGwWatch *self, OreeGwNotify state, const char *reason, guint32 retry_after, guint32 expires,
                         guint32 random, OreeTime now)
{
  static const char *const final[] = { "rejected", "noresource", "invariant" };

  self->notify_by = OREE_TIME_NEVER;
  if (self->dialog == OREE_GW_DIALOG_ENDING)
    {
      if (state == OREE_GW_NOTIFY_TERMINATED)
        no_dialog (self);
      else
        self->notify_by = now + TIMER_N;
      return;
    }
  switch (state)
    {
    case OREE_GW_NOTIFY_PENDING:
      self->dialog = OREE_GW_DIALOG_LIVE;
      break;
    case OREE_GW_NOTIFY_ACTIVE:
      self->dialog = OREE_GW_DIALOG_LIVE;
      self->failures = 0;
      if (expires > 0 && now + (OreeTime) expires * OREE_SECOND < self->ends_at)
        granted_until (self, expires, now);
      if (self->authz == OREE_GW_AUTHZ_PENDING)
        {
          self->authz = OREE_GW_AUTHZ_GRANTED;
          will (self, OREE_GW_DO_SAVE, 0);
          will (self, OREE_GW_DO_SUBSCRIBED, 0); /* the first active NOTIFY only */
        }
      if (self->authz == OREE_GW_AUTHZ_GRANTED)
        will (self, OREE_GW_DO_SHOW, 0);
      break;
    case OREE_GW_NOTIFY_TERMINATED:
      for (guint i = 0; i < G_N_ELEMENTS (final); i++)
        if (g_strcmp0 (reason, final[i]) == 0)
          {
            refused (self);
            return;
          }
      if (g_strcmp0 (reason, "deactivated") == 0 || g_strcmp0 (reason, "timeout") == 0)
        {
          if (self->authz != OREE_GW_AUTHZ_NONE)
            subscribe (self, self->interval, now);
          else
            no_dialog (self);
        }
      else
        later (self, retry_after, random, now);
      break;
    }
}

/* --- time -------------------------------------------------------------------------------------- */

void
oree_gw_watch_on_deadline (OreeGwWatch *self, guint32 random, OreeTime now)
{
  if (self->dialog == OREE_GW_DIALOG_NONE)
    {
      if (now >= self->retry_at)
        subscribe (self, self->interval, now);
      return;
    }
  if (now >= self->notify_by || now >= self->ends_at)
    {
      if (self->dialog == OREE_GW_DIALOG_ENDING)
        no_dialog (self);
      else
        later (self, 0, random, now);
    }
  else if (now >= self->refresh_at)
    {
      self->refresh_at = OREE_TIME_NEVER;
      will (self, OREE_GW_DO_REFRESH, self->interval);
    }
}

OreeTime
oree_gw_watch_deadline (const OreeGwWatch *self)
{
  if (self->dialog == OREE_GW_DIALOG_NONE)
    return self->retry_at;
  return MIN (MIN (self->refresh_at, self->ends_at), self->notify_by);
}

gboolean
oree_gw_watch_is_over (const OreeGwWatch *self)
{
  return self->authz == OREE_GW_AUTHZ_NONE && self->dialog == OREE_GW_DIALOG_NONE
         && (self->commands == NULL || self->commands->len == 0);
}
