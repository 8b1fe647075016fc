/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each remote server did with certificates of ours that it saw as client identity, by the kind of certificate:
 * remembered durably on the lane that owns the domain, read by the forecast (policy/oree-forecast.h). */
#pragma once
#include "policy/oree-forecast.h"
#include "proto/xmpp/oree-s2s-out.h"
#include "roles/oree-lane.h"

G_BEGIN_DECLS

void oree_xmpp_temper_init (OreeLane *lane);
void oree_xmpp_temper_clear (OreeLane *lane);

/* `remote` saw what `shown` shows; `outcome` came of it, `detail` are the peer's words (SASL text or TLS alert). */
void oree_xmpp_temper_note (OreeLane *lane, const char *remote, const OreeTlsCtx *shown, OreeS2sExternal outcome,
                            const char *detail);
/* Adds a row per domain: domain s, and per kind seen ("server-only", "client") the temper s, with "-detail" s and
 * "-time" x behind the kind's name. */
void oree_xmpp_temper_list (OreeLane *lane, GVariantBuilder *rows);

G_END_DECLS
