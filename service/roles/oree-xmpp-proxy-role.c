/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XMPP proxy: the server-to-server listener, its inbound streams (oree-xmpp-in) and ours (oree-xmpp-out). */
#include "base/oree-limits.h"
#include "roles/oree-census.h"
#include "roles/oree-listeners.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-xmpp-in.h"
#include "roles/oree-xmpp-out.h"
#include "roles/oree-xmpp-posh.h"
#include "roles/oree-xmpp-rx.h"
#include "roles/oree-xmpp-stand.h"
#include "roles/oree-xmpp-temper.h"
#include "roles/oree-xmpp-trust.h"

struct _OreeXmppProxy
{
  OreeListeners listeners;
  OreeTimer trust; /* the next look at the certificates of all streams, both directions */
};

static void
recheck_all (OreeLane *lane, const OreePolicy *policy, OreeImpact *impact)
{
  oree_xmpp_in_recheck (lane, policy, impact);
  oree_xmpp_out_recheck (lane, policy, impact);
}

static void
retrust (OreeLane *lane, OreeImpact *impact)
{
  oree_xmpp_trust_forget (lane);
  recheck_all (lane, lane->policy, impact);
}

static void
arm_trust (OreeLane *lane)
{
  oree_worker_arm (lane->worker, &lane->xmpp_proxy->trust,
                   oree_worker_now (lane->worker) + OREE_S2S_TRUST_SECONDS * OREE_SECOND);
}

static void
trust_cb (gpointer data)
{
  OreeLane *lane = data;
  OreeImpact impact = { 0 };

  recheck_all (lane, lane->policy, &impact);
  arm_trust (lane);
}

static void
init (OreeLane *lane)
{
  lane->xmpp_proxy = g_new0 (OreeXmppProxy, 1);
  oree_timer_init (&lane->xmpp_proxy->trust, trust_cb, lane);
  oree_xmpp_trust_init (lane);
  oree_xmpp_temper_init (lane);
  oree_xmpp_posh_init (lane);
  oree_xmpp_rx_init (lane);
  oree_xmpp_in_init (lane);
  oree_xmpp_out_init (lane);
}

static char *
signature_of (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);

  return oree_listeners_signature ((const char *const *) topology->access_edge_external_addresses,
                                   topology->xmpp_external_port);
}

static const char *
start (OreeLane *lane, char **detail)
{
  g_autofree char *signature = signature_of (lane->policy);

  if (lane->tls->client.ctx == NULL && lane->tls->external.ctx != NULL)
    {
      *detail = g_strdup (lane->tls->client.detail);
      return lane->tls->client.problem;
    }
  if (lane->tls->external.ctx == NULL)
    {
      *detail = g_strdup (lane->tls->external.detail);
      return lane->tls->external.problem != NULL ? lane->tls->external.problem : "certificate-unreadable";
    }
  arm_trust (lane);
  if (!oree_policy_topology (lane->policy)->xmpp_proxy_enabled)
    return NULL; /* runs, and has nothing to do: the switch is off */
  return oree_listeners_open (&lane->xmpp_proxy->listeners, lane, OREE_ROLE_XMPP_PROXY, signature, oree_xmpp_in_accept, lane, detail);
}

static void
stop (OreeLane *lane)
{
  oree_worker_cancel (lane->worker, &lane->xmpp_proxy->trust);
  oree_listeners_close (&lane->xmpp_proxy->listeners);
  oree_xmpp_in_close_all (lane, OREE_S2S_SHUTDOWN);
  oree_xmpp_out_close_all (lane, OREE_S2S_SHUTDOWN);
}

static void
clear (OreeLane *lane)
{
  oree_xmpp_in_clear (lane);
  oree_xmpp_out_clear (lane);
  oree_xmpp_rx_clear (lane);
  oree_xmpp_posh_clear (lane);
  oree_xmpp_trust_clear (lane);
  oree_xmpp_temper_clear (lane);
  g_clear_pointer (&lane->xmpp_proxy, g_free);
}

static gboolean
idle (OreeLane *lane)
{
  oree_listeners_close (&lane->xmpp_proxy->listeners);
  return oree_xmpp_in_idle (lane) && oree_xmpp_out_idle (lane);
}

/* Limits that were lowered, told beforehand: the streams that will be too many. Of a domain that has other reasons to
 * lose streams those are counted alone. */
typedef struct
{
  const OreePolicy *old, *next;
  guint64 total, surplus;
} Forecast;

static gboolean
is_same_stand (const Forecast *forecast, const char *domain)
{
  OreeS2sPolicy was, is;

  oree_xmpp_stand (forecast->old, domain, &was);
  oree_xmpp_stand (forecast->next, domain, &is);
  return was.standing == is.standing && was.tls == is.tls && was.methods == is.methods
         && was.bidirectional == is.bidirectional;
}

static void
forecast_one (const char *domain, guint64 count, gpointer data)
{
  Forecast *forecast = data;
  guint64 limit;

  if (domain == NULL)
    {
      forecast->total = count;
      return;
    }
  limit = oree_xmpp_limit (forecast->next, domain);
  if (count > limit && is_same_stand (forecast, domain))
    forecast->surplus += count - limit;
}

static guint
forecast_surplus (OreeLane *lane, const OreePolicy *old, const OreePolicy *next)
{
  Forecast forecast = { .old = old, .next = next };
  guint64 limit = oree_policy_xmpp_gateway (next)->connection_limit;

  oree_census_foreach (lane->roles, forecast_one, &forecast);
  if (forecast.total > limit)
    forecast.surplus = MAX (forecast.surplus, forecast.total - limit);
  return (guint) forecast.surplus;
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  gboolean was_on = oree_policy_topology (old)->xmpp_proxy_enabled, is_on = oree_policy_topology (next)->xmpp_proxy_enabled;
  g_autofree char *was = signature_of (old), *is = signature_of (next);

  if (!impact->dry)
    oree_xmpp_trust_forget (lane);
  oree_xmpp_in_publish (lane, old, next, impact);
  oree_xmpp_out_publish (lane, old, next, impact);
  if (!impact->dry)
    {
      oree_xmpp_in_evict (lane, next, impact);
      oree_xmpp_out_evict (lane, next, impact);
    }
  else if (lane->index == 0)
    impact->streams_closed += forecast_surplus (lane, old, next);
  if (was_on == is_on && (!is_on || g_str_equal (was, is)))
    return;
  impact->listeners_changed = 1;
  if (!impact->dry)
    oree_listeners_close (&lane->xmpp_proxy->listeners);
}

static const char *
reopen (OreeLane *lane, char **detail)
{
  return lane->xmpp_proxy->listeners.listens == NULL ? start (lane, detail) : NULL;
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  if (g_strcmp0 (what, "tempers") == 0)
    oree_xmpp_temper_list (lane, rows);
  if (g_strcmp0 (what, "connections") != 0)
    return;
  oree_xmpp_out_list (lane, rows);
  oree_xmpp_in_list (lane, rows);
}

const OreeRoleOps oree_xmpp_proxy_ops = { init, clear, start, stop, idle, publish, reopen, retrust, list };
