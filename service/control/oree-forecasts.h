/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forecast for all partners: a certificate read, what the data plane remembers of each peer, one verdict per
 * partner. Main thread. */
#pragma once
#include "net/oree-tls-ctx.h"
#include "policy/oree-policy.h"
#include "roles/oree-roles.h"

G_BEGIN_DECLS

/* `rows` is aa{sv} as Diagnostics.Forecast, borrowed. */
typedef void (*OreeForecastsDone) (GVariant *rows, gpointer data);

/* What would become of the partners of `policy` with the certificate in `pem` as our client identity. `ctx`: the
 * identity in force, for its trust anchors; `done` is called once, later. */
void oree_forecasts_ask (OreeRoles *roles, OreePolicy *policy, OreeTlsCtx *ctx, const char *pem, OreeForecastsDone done,
                         gpointer data);

G_END_DECLS
