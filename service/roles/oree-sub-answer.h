/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a SUBSCRIBE is answered, by the front end and by the gateway alike. */
#pragma once
#include "proto/sip/oree-sip-sub.h"
#include "roles/oree-sip-hub.h"

G_BEGIN_DECLS

/* The rules both serve by: at least a minute, an hour by default, two at most. */
extern const OreeSipSubRules oree_sub_rules;
/* The front end's: its users may learn who watches them, too. */
extern const OreeSipSubRules oree_sub_rules_at_home;

/* Refuses with what `status` has to carry (Min-Expires, Accept, Allow-Events, Unsupported). */
void oree_sub_refuse (OreeLane *lane, const OreeSipRx *rx, guint status);
void oree_sub_refuse_by (OreeLane *lane, const OreeSipRx *rx, guint status, const OreeSipSubRules *rules);
/* 200 in the dialog, with the grant in seconds. */
void oree_sub_accept (OreeLane *lane, const OreeSipRx *rx, const OreeSipDialog *dialog, guint32 expires);
/* "Call-ID local-tag": how a dialog of ours is found again; owned. */
char *oree_sub_key (OreeSpan call_id, OreeSpan local_tag);

G_END_DECLS
