/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An XMPP user who watches a user of ours (RFC 8048 5.2): what the authorisation and the SIP subscription behind it want
 * done. Pure, told the time. The owner does the dialog, the stanzas and the store; the machine says what and when.
 *
 *   authorisation   none ─subscribe→ pending ─NOTIFY active→ granted ─unsubscribe, refusal→ none
 *   subscription    none ─SUBSCRIBE→ asking ─NOTIFY→ live ─refresh …→ live;  lost → tried again later
 *
 * The authorisation outlives subscriptions and restarts. */
#pragma once
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_GW_DO_SUBSCRIBE,    /* a new dialog, Expires `value` */
  OREE_GW_DO_REFRESH,      /* in the dialog, Expires `value`; 0 ends it */
  OREE_GW_DO_FORGET_DIALOG,/* no request may go there any more */
  OREE_GW_DO_SUBSCRIBED,   /* presence of that type, bare to bare */
  OREE_GW_DO_UNSUBSCRIBED,
  OREE_GW_DO_ERROR,        /* presence of type error, feature-not-implemented: there is no presence there */
  OREE_GW_DO_SHOW,         /* presence as last notified; unavailable when nothing is known */
  OREE_GW_DO_HIDE,         /* unavailable, for everything shown */
  OREE_GW_DO_SAVE,         /* make the authorisation durable, before what follows is sent */
  OREE_GW_DO_FORGET        /* and forget it */
} OreeGwDo;

typedef struct
{
  OreeGwDo what;
  guint32 value;
} OreeGwCommand;

typedef enum
{
  OREE_GW_AUTHZ_NONE,
  OREE_GW_AUTHZ_PENDING,
  OREE_GW_AUTHZ_GRANTED
} OreeGwAuthz;

typedef enum
{
  OREE_GW_DIALOG_NONE,
  OREE_GW_DIALOG_ASKING, /* SUBSCRIBE sent, no NOTIFY yet */
  OREE_GW_DIALOG_LIVE,
  OREE_GW_DIALOG_ENDING  /* Expires: 0 sent; the last NOTIFY is still to come */
} OreeGwDialog;

typedef struct
{
  OreeGwAuthz authz;
  OreeGwDialog dialog;
  guint32 interval;    /* Expires we ask for */
  guint failures;      /* in a row */
  OreeTime refresh_at; /* NEVER when no refresh is due */
  OreeTime ends_at;    /* when the subscription is over if nothing is heard */
  OreeTime notify_by;  /* Timer N: a NOTIFY must come (RFC 6665 4.1.2.4) */
  OreeTime retry_at;
  GArray *commands;    /* OreeGwCommand; made on first use */
} OreeGwWatch;

/* `interval` seconds between refreshes. */
void oree_gw_watch_init (OreeGwWatch *self, guint32 interval);
void oree_gw_watch_clear (OreeGwWatch *self);
/* After a restart: the authorisation as it was; a subscription is asked for at `at`. */
void oree_gw_watch_restore (OreeGwWatch *self, OreeGwAuthz authz, OreeTime at);

/* The next thing to do, in order; FALSE when there is none. */
gboolean oree_gw_watch_take (OreeGwWatch *self, OreeGwCommand *command);

/* From the XMPP side. */
void oree_gw_watch_on_subscribe (OreeGwWatch *self, OreeTime now);
void oree_gw_watch_on_unsubscribe (OreeGwWatch *self, OreeTime now);
void oree_gw_watch_on_probe (OreeGwWatch *self, OreeTime now);
/* The administrator's policy took the right away: as unsubscribe, told to both sides. */
void oree_gw_watch_on_revoked (OreeGwWatch *self, OreeTime now);

/* The final response to SUBSCRIBE; 408 when none came. `expires`: granted; `min_expires`: of a 423. `random` spreads
 * retries. */
void oree_gw_watch_on_response (OreeGwWatch *self, guint status, guint32 expires, guint32 min_expires, guint32 random,
                                OreeTime now);

typedef enum
{
  OREE_GW_NOTIFY_PENDING,
  OREE_GW_NOTIFY_ACTIVE,
  OREE_GW_NOTIFY_TERMINATED
} OreeGwNotify;

/* A NOTIFY in the dialog, its body taken note of already. `reason` ("" none) and `retry_after` (0 none) of a
 * termination; `expires` 0: not said. */
void oree_gw_watch_on_notify (OreeGwWatch *self, OreeGwNotify state, const char *reason, guint32 retry_after,
                              guint32 expires, guint32 random, OreeTime now);

void oree_gw_watch_on_deadline (OreeGwWatch *self, guint32 random, OreeTime now);
OreeTime oree_gw_watch_deadline (const OreeGwWatch *self);
/* Nothing is kept: it may be freed. */
gboolean oree_gw_watch_is_over (const OreeGwWatch *self);

G_END_DECLS
