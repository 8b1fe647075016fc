/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Safeguards: what keeps partners whom nobody listed from flooding us or trying out our addresses. A machine per
 * discovered partner, told requests, answers and the time; allowed partners never come here.
 *
 *   rate     so many messages a second; more are refused for the moment
 *   reach    so many of our users; then the partner is watched: those it reached before stay, new ones are refused
 *   answers  when too many of them fail, as they do when addresses are tried out, one message a second, until the share
 *            has fallen again */
#pragma once
#include "base/oree-time.h"
#include "model/oree-access-edge.h"
#include "policy/oree-verdict.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SAFEGUARD_NORMAL,
  OREE_SAFEGUARD_WATCHED, /* it reached as many of our users as it may */
  OREE_SAFEGUARD_SLOWED   /* its answers look like harvesting; may be watched besides */
} OreeSafeguardState;

extern const OreeEnumValue oree_safeguard_states[]; /* "normal" "watched" "slowed" */

/* What a request or an answer changed; for events. */
typedef enum
{
  OREE_SAFEGUARD_NO_CHANGE,
  OREE_SAFEGUARD_DISCOVERED, /* the first request of this partner */
  OREE_SAFEGUARD_LIMITED,    /* the first message over the rate since a minute */
  OREE_SAFEGUARD_WATCH_BEGAN,
  OREE_SAFEGUARD_SLOW_BEGAN,
  OREE_SAFEGUARD_SLOW_ENDED
} OreeSafeguardChange;

/* What is known of one partner. Borrowed until the next call. */
typedef struct
{
  const char *domain;
  OreeSafeguardState state;
  OreeTime first_seen, last_seen;
  guint64 requests;         /* all, refused ones included */
  guint64 period_requests;  /* since the last report */
  guint64 refused_rate;     /* over the rate, slowed or not */
  guint64 refused_reach;
  guint64 successes, failures; /* answers that say whether somebody is there, all */
  guint window_successes, window_failures;
  guint contacts;           /* distinct users of ours, at most what the record allows */
  guint rate;               /* messages per second it may send now */
} OreeSafeguardView;

typedef void (*OreeSafeguardFunc) (const OreeSafeguardView *view, gpointer data);

typedef struct _OreeSafeguards OreeSafeguards;

OreeSafeguards *oree_safeguards_new (void);
void oree_safeguards_free (OreeSafeguards *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSafeguards, oree_safeguards_free)

/* A request of `domain` (normal form) for `user` (address of record of ours; NULL: nobody in particular). ALLOWED, or
 * DISCOVERED_RATE, DISCOVERED_SLOWED, DISCOVERED_REACH. `change` may be NULL. Not for ACK and CANCEL, which nobody can
 * send again. The numbers are those of `rules`, whatever they were before. */
OreeReason oree_safeguards_on_request (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain,
                                       const char *user, OreeTime now, OreeSafeguardChange *change);
/* The final answer that a request let through got. A success or a failure counts, anything else (a challenge, a busy
 * user, a server in trouble) says nothing about addresses. */
OreeSafeguardChange oree_safeguards_on_answer (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain,
                                               guint status, OreeTime now);
/* The partner was listed, or is to start anew. FALSE when it was not known. */
gboolean oree_safeguards_forget (OreeSafeguards *self, const char *domain);
/* One partner as it is now; FALSE when it is not known. */
gboolean oree_safeguards_get (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain, OreeTime now,
                              OreeSafeguardView *view);
/* Every partner, in no order. */
void oree_safeguards_foreach (OreeSafeguards *self, const OreeAccessEdge *rules, OreeTime now, OreeSafeguardFunc func,
                              gpointer data);
guint oree_safeguards_n_partners (const OreeSafeguards *self);
/* When the next report is due, by the period of `rules`. */
OreeTime oree_safeguards_report_due (const OreeSafeguards *self, const OreeAccessEdge *rules);
/* Every partner that sent anything since the last report; begins a new period. */
void oree_safeguards_report (OreeSafeguards *self, const OreeAccessEdge *rules, OreeTime now, OreeSafeguardFunc func,
                             gpointer data);

G_END_DECLS
