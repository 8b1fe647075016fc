/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request to the devices of a user: the first success answers it and cancels the others, else the best failure does. */
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-status.h"
#include "ident/oree-sip-uri.h"
#include "roles/oree-front-end.h"

typedef struct _Fork Fork;

typedef struct
{
  Fork *fork;
  char branch[OREE_SIP_ID_SIZE + 20];
  gboolean open; /* the hub will call */
  gboolean succeeded;
} Branch;

struct _Fork
{
  OreeLane *lane;
  OreeSipRx *rx;
  Branch *branches;
  guint n, open;
  guint best;
  OreeSipRx *best_response;
  gboolean answered;
  gboolean cancelled;
  gboolean keyed;
  OreeSipKey key;
};

static void
rules_of (OreeLane *lane, OreeSipProxyRules *rules, OreeSipSelf self[2], char **host)
{
  OreeSpan name;
  guint16 port;

  oree_host_port_parse (oree_span_str (oree_sip_hub_sent_by (lane)), 5061, &name, &port);
  *host = oree_span_dup (name);
  self[0] = (OreeSipSelf){ *host, port };
  self[1] = (OreeSipSelf){ NULL, 0 };
  *rules = (OreeSipProxyRules){ .secret = oree_sip_hub_ids (lane)->secret, .self = self };
}

static void
fork_free (Fork *fork)
{
  if (fork->keyed)
    g_hash_table_remove (fork->lane->front_end->forks, &fork->key);
  g_clear_pointer (&fork->best_response, oree_sip_rx_unref);
  oree_sip_rx_unref (fork->rx);
  g_free (fork->branches);
  g_free (fork);
}

/* FALSE: it cannot be handed back. */
static gboolean
hand_back (Fork *fork, const OreeSipRx *response)
{
  OreeSipProxyRules rules;
  OreeSipSelf self[2];
  g_autofree char *host = NULL;
  GString *text;

  rules_of (fork->lane, &rules, self, &host);
  text = oree_sip_proxy_return (&rules, &response->msg);
  if (text != NULL)
    oree_sip_hub_write (fork->lane, fork->rx->flow, text);
  return text != NULL;
}

static void
answer (Fork *fork, guint status, const OreeSipRx *response)
{
  fork->answered = TRUE;
  /* A 503 becomes a 500 (RFC 3261 16.7): that one is written anew. */
  if (response != NULL && status != 503 && oree_sip_hub_hand_over (fork->lane, fork->rx, response))
    return;
  if (response == NULL || !hand_back (fork, response))
    /* RFC 4320 4.1: no 408 to what is not an INVITE. */
    oree_sip_hub_respond (fork->lane, fork->rx, status == 408 || status == 503 ? 480 : status, NULL);
}

static void
cancel_others (Fork *fork, const Branch *but)
{
  if (fork->rx->msg.method != OREE_SIP_METHOD_INVITE)
    return;
  for (guint i = 0; i < fork->n; i++)
    if (&fork->branches[i] != but && fork->branches[i].open && !fork->branches[i].succeeded)
      oree_sip_hub_relay_cancel (fork->lane, fork->branches[i].branch);
}

static void
keep_best (Fork *fork, guint status, const OreeSipRx *response)
{
  if (fork->best != 0 && status < 600 && (fork->best >= 600 || status >= fork->best))
    return;
  fork->best = status;
  g_clear_pointer (&fork->best_response, oree_sip_rx_unref);
  if (response != NULL)
    fork->best_response = oree_sip_rx_ref ((OreeSipRx *) response);
}

static void
heard_cb (OreeLane *lane, guint status, const OreeSipRx *response, gboolean last, gpointer data)
{
  Branch *branch = data;
  Fork *fork = branch->fork;
  gboolean invite = fork->rx->msg.method == OREE_SIP_METHOD_INVITE;

  if (oree_sip_status_is_success (status))
    {
      branch->succeeded = TRUE;
      /* Every success of an INVITE goes back (RFC 3261 16.7 (5)): whoever asked chooses. */
      if (!fork->answered)
        {
          answer (fork, status, response);
          cancel_others (fork, branch);
        }
      else if (invite && response != NULL)
        hand_back (fork, response);
    }
  else if (status > 100 && status < 200 && invite && !fork->answered)
    hand_back (fork, response);
  else if (status >= 300)
    {
      keep_best (fork, status, response);
      if (status >= 600)
        cancel_others (fork, branch);
    }
  if (!last)
    return;
  branch->open = FALSE;
  if (--fork->open > 0)
    return;
  if (!fork->answered)
    answer (fork, fork->best != 0 ? fork->best : 480, fork->best_response);
  fork_free (fork);
}

/* Leaves the bindings at which `uri` is found: in full, or by user part alone. FALSE, and all left, when there is none. */
static gboolean
narrow (GPtrArray *bindings, const OreeSipUri *uri, gboolean in_full)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < bindings->len; i++)
    {
      OreeBinding *binding = g_ptr_array_index (bindings, i);
      OreeSipUri bound;

      if (!oree_sip_uri_parse (&bound, oree_span_str (binding->uri))
          || !(in_full ? oree_sip_uri_equal (&bound, uri) : oree_span_equal (bound.user, uri->user)))
        g_ptr_array_add (others, binding);
    }
  if (others->len == bindings->len)
    return FALSE;
  for (guint i = 0; i < others->len; i++)
    g_ptr_array_remove (bindings, g_ptr_array_index (others, i));
  return TRUE;
}

/* In a dialog it is for the one device the dialog is with: the contact in the Request-URI. A device with several
 * listeners (baresip) may give another port there than it registered; its user part is its own. */
static GPtrArray *
targets_of (OreeLane *lane, const OreeSipRx *rx, const char *aor, gboolean in_dialog)
{
  GPtrArray *bindings = oree_registrar_bindings (lane->front_end->registrar, aor, oree_worker_now (lane->worker));
  OreeSipUri wanted;

  /* A session of messages of the gateway's is offered to the one device its user likes best: two that took it would be one too
   * many. A partner's call, which is relayed and so nobody's request here, rings everywhere. */
  if (!in_dialog && rx->msg.method == OREE_SIP_METHOD_INVITE && rx->branch != NULL && bindings->len > 1)
    g_ptr_array_set_size (bindings, 1);
  if (!in_dialog || !oree_sip_uri_parse (&wanted, rx->msg.ruri) || narrow (bindings, &wanted, TRUE)
      || narrow (bindings, &wanted, FALSE))
    return bindings;
  /* One device: whatever it called itself. But a stray ACK is nobody's. */
  if (bindings->len > 1 || rx->msg.method == OREE_SIP_METHOD_ACK)
    g_ptr_array_set_size (bindings, 0);
  return bindings;
}

static GString *
write_copy (OreeLane *lane, const OreeSipRx *rx, const OreeSipProxyRules *rules, const OreeSipProxyRoute *route,
            const OreeBinding *binding, gboolean in_dialog, OreeSipProxyLeg *leg)
{
  OreeSipEdit edit;

  *leg = (OreeSipProxyLeg){
    .target = in_dialog ? NULL : binding->uri,
    .transport = oree_sip_hub_transport (lane, oree_flow_unpack (binding->flow)),
    .sent_by = oree_sip_hub_sent_by (lane),
  };
  oree_sip_proxy_forward (rules, &rx->msg, route, leg, oree_sip_hub_ids (lane), &edit);
  /* What proved the sender to us is not the receiver's business. */
  oree_sip_edit_remove (&edit, OREE_SIP_HDR_PROXY_AUTHORIZATION);
  oree_sip_edit_remove (&edit, OREE_SIP_HDR_AUTHORIZATION);
  return oree_sip_edit_finish (&edit);
}

void
oree_front_end_fork (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  OreeSipAddr to;
  gboolean answered = oree_sip_method_is_answered (rx->msg.method);
  gboolean in_dialog = rx->msg.method == OREE_SIP_METHOD_NOTIFY || rx->msg.method == OREE_SIP_METHOD_ACK
                       || (oree_sip_addr_from_msg (&to, &rx->msg, OREE_SIP_HDR_TO) > 0 && to.tag.length > 0);
  g_autoptr (GPtrArray) bindings = targets_of (lane, rx, aor, in_dialog);
  OreeSipProxyRules rules;
  OreeSipSelf self[2];
  g_autofree char *host = NULL;
  OreeSipProxyRoute route;
  guint status;
  Fork *fork;

  rules_of (lane, &rules, self, &host);
  /* What the gateway wrote has come no way yet, and what the Access Edge hands on was admitted there. */
  status = rx->flow.leg == OREE_LEG_GATEWAY ? 0 : oree_sip_proxy_admit (&rules, &rx->msg, NULL);
  if (status == 0)
    status = oree_sip_proxy_route (&rules, &rx->msg, &route);
  if (status == 0 && bindings->len == 0)
    status = 480; /* nobody signed in */
  if (status != 0)
    {
      oree_sip_hub_respond (lane, rx, status, NULL);
      return;
    }
  fork = g_new0 (Fork, 1);
  fork->lane = lane;
  fork->rx = oree_sip_rx_ref (rx);
  fork->n = fork->open = bindings->len;
  fork->branches = g_new0 (Branch, fork->n);
  if (rx->msg.method == OREE_SIP_METHOD_INVITE && oree_sip_match_server (rules.secret, &rx->msg, &fork->key)
      && !g_hash_table_contains (lane->front_end->forks, &fork->key))
    {
      fork->keyed = TRUE;
      g_hash_table_insert (lane->front_end->forks, &fork->key, fork);
    }
  for (guint i = 0; i < bindings->len; i++)
    {
      const OreeBinding *binding = g_ptr_array_index (bindings, i);
      Branch *branch = &fork->branches[i];
      OreeSipProxyLeg leg;
      GString *text = write_copy (lane, rx, &rules, &route, binding, in_dialog, &leg);

      g_strlcpy (branch->branch, leg.branch, sizeof branch->branch);
      branch->fork = fork;
      branch->open = TRUE;
      if (answered)
        oree_sip_hub_relay (lane, oree_flow_unpack (binding->flow), text, branch->branch, heard_cb, branch);
      else if (text != NULL)
        oree_sip_hub_write (lane, oree_flow_unpack (binding->flow), text);
    }
  if (!answered)
    fork_free (fork);
}

gboolean
oree_front_end_fork_takes (OreeLane *lane, OreeSipRx *rx)
{
  const guint8 *secret = oree_sip_hub_ids (lane)->secret;
  OreeSipKey key;
  Fork *fork = NULL;

  if (rx->msg.method == OREE_SIP_METHOD_ACK)
    return oree_sip_match_server (secret, &rx->msg, &key) && g_hash_table_contains (lane->front_end->forks, &key);
  if (rx->msg.method != OREE_SIP_METHOD_CANCEL)
    return FALSE;
  if (oree_sip_match_cancelled (secret, &rx->msg, &key))
    fork = g_hash_table_lookup (lane->front_end->forks, &key);
  oree_sip_hub_respond (lane, rx, fork != NULL ? 200 : 481, NULL);
  if (fork != NULL)
    {
      cancel_others (fork, NULL);
    }
  return TRUE;
}

void
oree_front_end_fork_init (OreeLane *lane)
{
  lane->front_end->forks = g_hash_table_new (oree_sip_key_hash, oree_sip_key_equal);
}

void
oree_front_end_fork_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->front_end->forks);
}
