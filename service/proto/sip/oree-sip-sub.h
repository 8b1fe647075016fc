/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A subscription to presence that we serve (RFC 6665 4.2, RFC 3856): one dialog, its state, when the next NOTIFY is due.
 *
 *   pending ─set_state→ active ─expiry, Expires: 0, set_state, NOTIFY refused→ terminated ─last NOTIFY answered→ over
 *
 * One NOTIFY is under way at a time; changes of the document are gathered for 5 s, changes of state are not. */
#pragma once
#include "base/oree-time.h"
#include "codec/sip/oree-sip-misc.h"
#include "proto/sip/oree-sip-dialog.h"

G_BEGIN_DECLS

#define OREE_SIP_SUB_PACKAGE "presence"
#define OREE_SIP_SUB_TYPE "application/pidf+xml"
#define OREE_SIP_SUB_WINFO_PACKAGE "presence.winfo"             /* RFC 3857: who watches */
#define OREE_SIP_SUB_WINFO_TYPE "application/watcherinfo+xml"

typedef struct
{
  guint32 min_expires;     /* shorter, and under an hour, is refused with 423 */
  guint32 default_expires; /* RFC 3856 6.4: 3600 */
  guint32 max_expires;     /* longer is cut */
  gboolean winfo;          /* presence.winfo is served too */
} OreeSipSubRules;

#define OREE_SIP_SUB_RULES_DEFAULT { 60, 3600, 7200, FALSE }

/* What a SUBSCRIBE asks; `event_id` is borrowed from the message. */
typedef struct
{
  OreeSpan event_id;
  guint32 expires; /* as granted; 0: end, or poll */
  gboolean winfo;  /* asks who watches, not for presence */
} OreeSipSubRequest;

/* Reads a SUBSCRIBE, in the order of the sheet: Require (420), Event (489), Accept (406), Expires (423); 400 when
 * malformed. 0: go on to authorisation. */
guint oree_sip_sub_read (OreeSipSubRequest *self, const OreeSipMsg *msg, const OreeSipSubRules *rules);
/* Adds what a refusal of `status` has to carry: Allow-Events, Accept, Min-Expires, Unsupported. */
void oree_sip_sub_write_refusal (guint status, const OreeSipMsg *msg, const OreeSipSubRules *rules,
                                 OreeSipWriter *writer);

typedef enum
{
  OREE_SIP_SUB_PENDING,
  OREE_SIP_SUB_ACTIVE,
  OREE_SIP_SUB_TERMINATED
} OreeSipSubState;

typedef struct _OreeSipSub OreeSipSub;

/* A SUBSCRIBE outside a dialog, accepted: answer 200 with Expires, To tag and Contact of the dialog. Takes `dialog`. A NOTIFY
 * is due at once. `state`: PENDING or ACTIVE; with `expires` 0 it is a poll: one NOTIFY, then over. */
OreeSipSub *oree_sip_sub_new (OreeSipDialog *dialog, const OreeSipSubRequest *request, OreeSipSubState state,
                              OreeTime now);
void oree_sip_sub_free (OreeSipSub *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipSub, oree_sip_sub_free)

/* A SUBSCRIBE in the dialog: 200 with `*expires` to grant, and a NOTIFY is due; else 481, 500 or what
 * oree_sip_sub_read() says. */
guint oree_sip_sub_on_subscribe (OreeSipSub *self, const OreeSipMsg *msg, const OreeSipSubRules *rules, OreeTime now,
                                 guint32 *expires);
/* The watcher was admitted, or is refused: `reason` ("rejected", "noresource", "deactivated", "probation", "giveup") and
 * `retry_after` (0: none) go with TERMINATED. A NOTIFY is due at once when anything changed. */
void oree_sip_sub_set_state (OreeSipSub *self, OreeSipSubState state, const char *reason, guint32 retry_after,
                             OreeTime now);
/* What the watcher may see now; NULL: nothing known, the NOTIFY has no body. Not sent while pending. Equal to the last:
 * nothing happens. Sets a NOTIFY due, 5 s after the last one. `body` is referenced. */
void oree_sip_sub_set_body (OreeSipSub *self, GBytes *body, OreeTime now);

/* The NOTIFY that is due, whole, owned; NULL when none is. `via` as for oree_sip_dialog_begin_request(). */
GString *oree_sip_sub_take_notify (OreeSipSub *self, const char *via, OreeTime now);
/* Its final response; 0: none came, or it could not be sent. */
void oree_sip_sub_on_response (OreeSipSub *self, const OreeSipMsg *response, guint status, OreeTime now);
/* Expiry. Ask oree_sip_sub_take_notify() afterwards. */
void oree_sip_sub_on_deadline (OreeSipSub *self, OreeTime now);
/* When oree_sip_sub_on_deadline() or a NOTIFY that is held back is due; in the past when one is due already. */
OreeTime oree_sip_sub_deadline (const OreeSipSub *self);

OreeSipSubState oree_sip_sub_state (const OreeSipSub *self);
/* Seconds left. */
guint32 oree_sip_sub_expires (const OreeSipSub *self, OreeTime now);
OreeSipDialog *oree_sip_sub_dialog (OreeSipSub *self);
/* Terminated, and the last NOTIFY is answered or was refused: free it. */
gboolean oree_sip_sub_is_over (const OreeSipSub *self);

/* a{sv} that survives a restart, floating, NULL once terminated; and back, a NOTIFY is then due: NULL when damaged or
 * out of time. */
GVariant *oree_sip_sub_to_variant (const OreeSipSub *self, OreeTime now, gint64 wall);
OreeSipSub *oree_sip_sub_new_from_variant (GVariant *value, OreeTime now, gint64 wall);

G_END_DECLS
