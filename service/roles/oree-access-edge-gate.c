/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-gate.h"

#include "codec/sip/oree-sip-addr.h"
#include "ident/oree-sip-uri.h"
#include "policy/oree-safeguard.h"
#include "roles/oree-gateway-role.h"
#include "roles/oree-sip-mark.h"

/* Numbers of Lync's and Office Communications Server's event log that administrators search for. */
#define LYNC_DISCOVERED "14601"
#define LYNC_LIMITED "14603"
#define LYNC_REACH "14508"

#define REPORTED_MAX 100 /* partners named in one report */

struct _OreeAccessEdgeGate
{
  OreeLane *lane;
  OreeSafeguards *safeguards;
  OreeTimer report;
  OreeTime due; /* what it is armed for */
};

static const OreeAccessEdge *
rules_of (OreeLane *lane)
{
  return oree_policy_access_edge (lane->policy);
}

/* --- events -------------------------------------------------------------------------------------- */

static char *
number (guint64 value)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, value);
}

static void
tell (OreeLane *lane, OreeSafeguardChange change, const char *domain)
{
  g_autofree char *rate = NULL, *contacts = NULL, *failures = NULL, *answers = NULL;
  OreeSafeguardView view;
  OreeEvent *event = NULL;

  if (change == OREE_SAFEGUARD_NO_CHANGE
      || !oree_safeguards_get (lane->gate->safeguards, rules_of (lane), domain, oree_worker_now (lane->worker), &view))
    return;
  rate = number (view.rate);
  contacts = number (view.contacts);
  failures = number (view.window_failures);
  answers = number ((guint64) view.window_failures + view.window_successes);
  switch (change)
    {
    case OREE_SAFEGUARD_NO_CHANGE:
      return;
    case OREE_SAFEGUARD_DISCOVERED:
      event = oree_event_new (OREE_EVENT_PARTNER_DISCOVERED, "partner", domain, "lync", LYNC_DISCOVERED, NULL);
      break;
    case OREE_SAFEGUARD_LIMITED:
      event = oree_event_new (OREE_EVENT_PARTNER_LIMITED, "partner", domain, "rate", rate, "lync", LYNC_LIMITED, NULL);
      break;
    case OREE_SAFEGUARD_WATCH_BEGAN:
      event = oree_event_new (OREE_EVENT_PARTNER_WATCHED, "partner", domain, "contacts", contacts, "lync", LYNC_REACH,
                              NULL);
      break;
    case OREE_SAFEGUARD_SLOW_BEGAN:
      event = oree_event_new (OREE_EVENT_PARTNER_SLOWED, "partner", domain, "failures", failures, "answers", answers,
                              "lync", LYNC_LIMITED, NULL);
      break;
    case OREE_SAFEGUARD_SLOW_ENDED:
      event = oree_event_new (OREE_EVENT_PARTNER_UNSLOWED, "partner", domain, NULL);
      break;
    }
  oree_lane_event (lane, event);
}

/* --- the report ---------------------------------------------------------------------------------- */

typedef struct
{
  GString *partners;
  guint64 count, requests;
} Report;

static void
report_one (const OreeSafeguardView *view, gpointer data)
{
  Report *report = data;

  report->count++;
  report->requests += view->period_requests;
  if (report->count <= REPORTED_MAX)
    g_string_append_printf (report->partners, "%s%s: %" G_GUINT64_FORMAT, report->count > 1 ? ", " : "", view->domain,
                            view->period_requests);
}

static void
arm_report (OreeAccessEdgeGate *self)
{
  OreeTime due = oree_safeguards_report_due (self->safeguards, rules_of (self->lane));

  if (due == OREE_TIME_NEVER || (due == self->due && oree_timer_is_armed (&self->report)))
    return;
  oree_worker_cancel (self->lane->worker, &self->report);
  oree_worker_arm (self->lane->worker, &self->report, due);
  self->due = due;
}

static void
report_cb (gpointer data)
{
  OreeAccessEdgeGate *self = data;
  OreeTime now = oree_worker_now (self->lane->worker);
  g_autofree char *count = NULL, *requests = NULL;
  Report report = { .partners = NULL };

  if (now >= oree_safeguards_report_due (self->safeguards, rules_of (self->lane)))
    {
      report.partners = g_string_new (NULL);
      oree_safeguards_report (self->safeguards, rules_of (self->lane), now, report_one, &report);
      count = number (report.count);
      requests = number (report.requests);
      if (report.count > 0)
        oree_lane_event (self->lane, oree_event_new (OREE_EVENT_PARTNERS_REPORT, "count", count, "requests", requests,
                                                     "partners", report.partners->str, "lync", LYNC_DISCOVERED, NULL));
      g_string_free (report.partners, TRUE);
    }
  arm_report (self);
}

/* --- requests in --------------------------------------------------------------------------------- */

/* The other side of From or To as allow entries name it; FALSE when it is no address there can be an entry for. */
static gboolean
read_contact (const OreeSipMsg *msg, OreeSipHdrId id, OreeJid *contact)
{
  OreeSipAddr address;
  g_autofree char *aor = oree_sip_addr_from_msg (&address, msg, id) > 0 ? oree_sip_aor_normalise (address.uri) : NULL;

  return aor != NULL && strchr (aor, '@') != NULL && oree_jid_parse (contact, oree_span_str (aor + strlen ("sip:")));
}

static gboolean
knows (OreeLane *lane, const char *user, const OreeSipMsg *msg)
{
  g_auto (OreeJid) contact = OREE_JID_INIT;
  g_autofree char *key = NULL;

  if (user == NULL || !read_contact (msg, OREE_SIP_HDR_FROM, &contact))
    return FALSE;
  key = oree_jid_to_key (&contact);
  return oree_gateway_allows (lane, user, key);
}

void
oree_access_edge_gate_in (OreeLane *lane, const OreeSipRx *rx, const OreeSipPeer *peer, const OreePeerStand *stand,
                          OreePeerFacts *facts)
{
  OreeSafeguardChange change = OREE_SAFEGUARD_NO_CHANGE;

  facts->mark = oree_sip_mark_read (&rx->msg);
  facts->allow_entry = knows (lane, facts->local_user, &rx->msg);
  facts->safeguard = OREE_REASON_ALLOWED;
  if (!stand->discovered || rx->msg.method == OREE_SIP_METHOD_ACK || rx->msg.method == OREE_SIP_METHOD_CANCEL)
    return;
  facts->safeguard = oree_safeguards_on_request (lane->gate->safeguards, rules_of (lane), facts->remote_domain,
                                                 facts->local_user, oree_worker_now (lane->worker), &change);
  tell (lane, change, facts->remote_domain);
  arm_report (lane->gate);
}

void
oree_access_edge_gate_answered (OreeLane *lane, const char *domain, const char *user, gboolean discovered, guint status)
{
  if (discovered && user != NULL)
    tell (lane,
          oree_safeguards_on_answer (lane->gate->safeguards, rules_of (lane), domain, status,
                                     oree_worker_now (lane->worker)),
          domain);
}

/* --- requests out -------------------------------------------------------------------------------- */

static void
allowed_cb (OreeLane *lane, gboolean ok, gpointer data)
{
}

void
oree_access_edge_gate_out (OreeLane *lane, const OreeSipMsg *msg, const OreePeerStand *stand, const char *domain)
{
  g_auto (OreeJid) contact = OREE_JID_INIT;
  g_autofree char *user = NULL;
  OreeSipAddr from;

  if (stand->level == OREE_VERIFY_ALWAYS_VERIFIABLE
      || (msg->method != OREE_SIP_METHOD_MESSAGE && msg->method != OREE_SIP_METHOD_SUBSCRIBE
          && msg->method != OREE_SIP_METHOD_INVITE)
      || oree_sip_addr_from_msg (&from, msg, OREE_SIP_HDR_FROM) <= 0 || !read_contact (msg, OREE_SIP_HDR_TO, &contact)
      || strcmp (contact.domain, domain) != 0)
    return;
  user = oree_sip_aor_normalise (from.uri);
  if (user != NULL && strchr (user, '@') != NULL)
    oree_gateway_allow_contact (lane, user, &contact, allowed_cb, NULL);
}

/* --- life ---------------------------------------------------------------------------------------- */

void
oree_access_edge_gate_init (OreeLane *lane)
{
  lane->gate = g_new0 (OreeAccessEdgeGate, 1);
  lane->gate->lane = lane;
  lane->gate->safeguards = oree_safeguards_new ();
  oree_timer_init (&lane->gate->report, report_cb, lane->gate);
}

void
oree_access_edge_gate_clear (OreeLane *lane)
{
  oree_worker_cancel (lane->worker, &lane->gate->report);
  oree_safeguards_free (lane->gate->safeguards);
  g_clear_pointer (&lane->gate, g_free);
}

typedef struct
{
  OreeLane *lane;
  GVariantBuilder *rows;
  GPtrArray *listed; /* domains that an administrator listed meanwhile */
} Listing;

static void
add_row (const OreeSafeguardView *view, gpointer data)
{
  Listing *listing = data;
  OreeTime now = oree_worker_now (listing->lane->worker);
  gint64 wall = g_get_real_time ();
  GVariantDict row;

  if (oree_policy_allowed_domain (listing->lane->policy, view->domain) != NULL
      || oree_policy_blocked (listing->lane->policy, view->domain) != NULL)
    {
      g_ptr_array_add (listing->listed, g_strdup (view->domain));
      return;
    }
  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "partner", "s", view->domain);
  g_variant_dict_insert (&row, "state", "s", oree_enum_to_nick (oree_safeguard_states, view->state));
  g_variant_dict_insert (&row, "first-seen", "x", wall - (now - view->first_seen));
  g_variant_dict_insert (&row, "last-seen", "x", wall - (now - view->last_seen));
  g_variant_dict_insert (&row, "requests", "t", view->requests);
  g_variant_dict_insert (&row, "rate", "u", view->rate);
  g_variant_dict_insert (&row, "refused-rate", "t", view->refused_rate);
  g_variant_dict_insert (&row, "contacts", "u", view->contacts);
  g_variant_dict_insert (&row, "refused-contacts", "t", view->refused_reach);
  g_variant_dict_insert (&row, "successes", "t", view->successes);
  g_variant_dict_insert (&row, "failures", "t", view->failures);
  g_variant_dict_insert (&row, "recent-successes", "u", view->window_successes);
  g_variant_dict_insert (&row, "recent-failures", "u", view->window_failures);
  g_variant_builder_add_value (listing->rows, g_variant_dict_end (&row));
}

void
oree_access_edge_gate_list (OreeLane *lane, GVariantBuilder *rows)
{
  g_autoptr (GPtrArray) listed = g_ptr_array_new_with_free_func (g_free);
  Listing listing = { lane, rows, listed };

  oree_safeguards_foreach (lane->gate->safeguards, rules_of (lane), oree_worker_now (lane->worker), add_row, &listing);
  for (guint i = 0; i < listed->len; i++)
    oree_safeguards_forget (lane->gate->safeguards, g_ptr_array_index (listed, i));
}
