/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Embedded front end: registrar, messages and presence for sites with no SIP server.
 *
 *   connection's lane: TLS, sign-in by digest, who may send what ─► owner's lane: bindings, delivery, presence
 *                                                              └─► gateway's lane, for contacts elsewhere */
#include "roles/oree-front-end.h"

#include "base/oree-secret.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-status.h"
#include "ident/oree-sip-uri.h"
#include "policy/oree-decide-sip.h"
#include "roles/oree-refusal.h"

static const OreeRegistrarRules registrar_rules = OREE_REGISTRAR_RULES_DEFAULT;

/* --- connections ------------------------------------------------------------------------------- */

static void
guest_tls_cb (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  if (ok)
    oree_sip_hub_adopt (data, conn, OREE_LEG_USER);
}

static void
guest_closed_cb (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  oree_conn_free (conn);
}

static const OreeConnCallbacks guest_callbacks = {
  .on_tls = guest_tls_cb,
  .on_closed = guest_closed_cb,
};

static void
accept_cb (OreeListen *listen, OreeConn *conn, gpointer data)
{
  OreeLane *lane = data;

  if (lane->mode[OREE_ROLE_FRONT_END] != OREE_MODE_RUNNING)
    {
      oree_conn_free (conn);
      return;
    }
  oree_conn_set_callbacks (conn, &guest_callbacks, lane);
  oree_conn_start_tls (conn, lane->tls->internal.ctx, OREE_TLS_SERVER, NULL, NULL);
}

/* --- bindings, on the owner's lane ------------------------------------------------------------- */

static void
arm_registrar (OreeLane *lane)
{
  oree_worker_arm (lane->worker, &lane->front_end->registrar_timer, oree_registrar_deadline (lane->front_end->registrar));
}

/* Contacts that went: whoever has none left is no longer there. */
static void
bindings_gone (OreeLane *lane, const GPtrArray *removed)
{
  for (guint i = 0; i < removed->len; i++)
    {
      const OreeBinding *binding = g_ptr_array_index (removed, i);

      if (!oree_registrar_is_bound (lane->front_end->registrar, binding->aor, oree_worker_now (lane->worker)))
        oree_front_end_registered (lane, binding->aor, FALSE);
    }
}

static void
registrar_timer_cb (gpointer data)
{
  OreeLane *lane = data;
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);

  oree_registrar_on_deadline (lane->front_end->registrar, oree_worker_now (lane->worker), removed);
  bindings_gone (lane, removed);
  arm_registrar (lane);
}

typedef struct
{
  OreeSipRx *rx;
  char *aor;
} Visit;

static Visit *
visit_new (OreeSipRx *rx, const char *aor)
{
  Visit *visit = g_new (Visit, 1);

  *visit = (Visit){ oree_sip_rx_ref (rx), g_strdup (aor) };
  return visit;
}

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  oree_sip_rx_unref (visit->rx);
  g_free (visit->aor);
  g_free (visit);
}

static void
refuse_register (OreeLane *lane, const OreeSipRx *rx, guint status)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  oree_register_write_refusal (status, &rx->msg, &registrar_rules, &writer);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

/* Signed in already. A binding lives as long as its connection, so it is not kept through a restart: the client signs in
 * anew. */
static void
register_on_owner (OreeLane *lane, gpointer data)
{
  Visit *visit = data;
  OreeSipRx *rx = visit->rx;
  OreeTime now = oree_worker_now (lane->worker);
  OreeRegisterRequest request;
  g_auto (OreeRegisterResult) result = { 0 };
  guint status = oree_register_read (&request, &rx->msg, &registrar_rules);

  if (status == 0)
    {
      oree_registrar_register (lane->front_end->registrar, visit->aor, &request, oree_flow_pack (rx->flow), rx->flow.lane,
                               now, &result);
      status = result.status;
    }
  if (status != 200)
    refuse_register (lane, rx, status);
  else
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      char tag[OREE_SIP_ID_SIZE];

      oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
      oree_sip_write_response (&writer, &rx->msg, 200, NULL, tag, FALSE);
      oree_registrar_write_bindings (lane->front_end->registrar, visit->aor, &request, now, &writer);
      oree_register_write_keep_alive (&rx->msg, &writer);
      oree_sip_hub_respond_with (lane, rx, &writer);
      if (result.was_bound != result.is_bound)
        oree_front_end_registered (lane, visit->aor, result.is_bound);
      arm_registrar (lane);
    }
  visit_free (visit);
}

typedef struct
{
  guint64 flow;
} Gone;

static void
flow_gone_on_owner (OreeLane *lane, gpointer data)
{
  g_autofree Gone *gone = data;
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);

  oree_registrar_on_flow_closed (lane->front_end->registrar, gone->flow, removed);
  bindings_gone (lane, removed);
  arm_registrar (lane);
}

static void
flow_gone (OreeLane *lane, OreeFlow flow)
{
  const char *aor = g_hash_table_lookup (lane->front_end->signed_in, GUINT_TO_POINTER (flow.id));
  Gone *gone;

  if (aor == NULL)
    return;
  gone = g_new (Gone, 1);
  gone->flow = oree_flow_pack (flow);
  oree_lane_post (oree_lane_of (lane, aor), flow_gone_on_owner, gone, g_free);
  g_hash_table_remove (lane->front_end->signed_in, GUINT_TO_POINTER (flow.id));
}

/* --- what is for a user of this lane ------------------------------------------------------------ */

/* Presence is the agent's; other event packages are a device's own, unless they come to nobody in particular. */
static gboolean
is_for_agent (const OreeSipMsg *msg)
{
  return msg->method == OREE_SIP_METHOD_SUBSCRIBE;
}

/* A request for a user this lane owns; who sent it is known and allowed. */
static void
visit_owner (OreeLane *lane, gpointer data)
{
  Visit *visit = data;
  OreeUserHome home;

  /* An INVITE's CANCEL and ACK are not kept out. */
  if (oree_front_end_fork_takes (lane, visit->rx))
    ;
  else if (lane->mode[OREE_ROLE_FRONT_END] != OREE_MODE_RUNNING)
    oree_sip_hub_respond (lane, visit->rx, 480, NULL);
  else if (!oree_policy_user_home (lane->policy, visit->aor, &home) || home != OREE_HOME_EMBEDDED)
    oree_sip_hub_respond (lane, visit->rx, 404, NULL);
  else if (is_for_agent (&visit->rx->msg))
    oree_front_end_subscribe_in (lane, visit->rx, visit->aor);
  else if (visit->rx->msg.method == OREE_SIP_METHOD_PUBLISH)
    oree_front_end_publish_in (lane, visit->rx, visit->aor);
  else if (visit->rx->msg.method == OREE_SIP_METHOD_REGISTER)
    oree_sip_hub_respond (lane, visit->rx, 405, NULL);
  else
    oree_front_end_fork (lane, visit->rx, visit->aor);
  visit_free (visit);
}

static void
send_to_owner (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  oree_lane_run (lane, oree_lane_of (lane, aor), visit_owner, visit_new (rx, aor), visit_free);
}

/* --- signing in -------------------------------------------------------------------------------- */

/* The address without the port: what a guesser cannot change cheaply. */
static char *
source_of (const OreeSipRx *rx)
{
  const char *colon = strrchr (rx->peer, ':');

  return colon != NULL ? g_strndup (rx->peer, (gsize) (colon - rx->peer)) : g_strdup (rx->peer);
}

/* Clients that give up at a challenge they cannot answer instead of taking the next one (RFC 8760 2.4): MD5 alone for
 * them. Debian 12's baresip 1.0.0 ends its sign-in with ENOSYS when it is offered SHA-256 beside MD5. */
static const char *const md5_alone_agents[] = { "baresip v0.", "baresip v1." };

static gboolean
wants_md5_alone (const OreeSipMsg *msg)
{
  OreeSpan agent = oree_sip_msg_value (msg, OREE_SIP_HDR_USER_AGENT);

  for (gsize i = 0; i < G_N_ELEMENTS (md5_alone_agents); i++)
    if (oree_span_starts_with (agent, md5_alone_agents[i]))
      return TRUE;
  return FALSE;
}

static void
challenge (OreeLane *lane, OreeSipRx *rx, const char *realm, gboolean stale)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  gboolean registers = rx->msg.method == OREE_SIP_METHOD_REGISTER;
  char tag[OREE_SIP_ID_SIZE];

  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, registers ? 401 : 407, NULL, tag, FALSE);
  oree_sip_digest_challenge (lane->front_end->digest,
                             registers ? OREE_SIP_HDR_WWW_AUTHENTICATE : OREE_SIP_HDR_PROXY_AUTHENTICATE, realm, stale,
                             wants_md5_alone (&rx->msg), oree_worker_now (lane->worker), &writer);
  oree_sip_hub_respond_with (lane, rx, &writer);
}

static void
refuse_sign_in (OreeLane *lane, OreeSipRx *rx, const char *aor, const char *reason)
{
  g_autofree char *source = source_of (rx);

  oree_lane_count_one (lane, OREE_COUNT_SIGN_INS_REFUSED);
  oree_lane_event (lane, oree_event_new (OREE_EVENT_SIGN_IN_REFUSED, "user", aor, "address", source, "reason", reason, NULL));
}

static gboolean
is_signed_in (OreeLane *lane, const OreeSipRx *rx, const char *aor)
{
  const char *known = g_hash_table_lookup (lane->front_end->signed_in, GUINT_TO_POINTER (rx->flow.id));

  return known != NULL && g_strcmp0 (known, aor) == 0;
}

/* By what the request shows of the user's password. TRUE: the connection is signed in as that user. FALSE: it was answered. */
static gboolean
sign_in (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  OreeFrontEndRole *self = lane->front_end;
  gboolean registers = rx->msg.method == OREE_SIP_METHOD_REGISTER;
  g_autofree char *realm = oree_user_domain (aor), *name = oree_user_digest_name (aor), *source = source_of (rx);
  const OreeUser *user = oree_policy_user (lane->policy, aor);
  OreeTime now = oree_worker_now (lane->worker), wait;
  const char *ha1[OREE_SIP_N_DIGESTS] = { NULL, NULL };
  OreeSipCredentials credentials;
  g_autofree char *claimed = NULL;

  if (realm == NULL || oree_policy_sip_domain (lane->policy, realm) == NULL)
    {
      oree_sip_hub_respond (lane, rx, registers ? 404 : 403, NULL);
      return FALSE;
    }
  wait = oree_sip_backoff_wait (self->backoff, source, now);
  if (wait > 0)
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      char tag[OREE_SIP_ID_SIZE];

      refuse_sign_in (lane, rx, aor, "too-many-failures");
      oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
      oree_sip_write_response (&writer, &rx->msg, 503, NULL, tag, FALSE);
      oree_sip_write_header_uint (&writer, OREE_SIP_HDR_RETRY_AFTER, (guint64) (wait / OREE_SECOND) + 1);
      oree_sip_hub_respond_with (lane, rx, &writer);
      return FALSE;
    }
  if (oree_sip_credentials_find (&credentials, &rx->msg,
                                 registers ? OREE_SIP_HDR_AUTHORIZATION : OREE_SIP_HDR_PROXY_AUTHORIZATION, realm) != 0)
    {
      challenge (lane, rx, realm, FALSE);
      return FALSE;
    }
  claimed = oree_sip_credentials_dup_username (&credentials);
  /* Whoever has no record costs as much time as a wrong password. */
  if (user != NULL && user->home == OREE_HOME_EMBEDDED && g_strcmp0 (claimed, name) == 0)
    {
      ha1[OREE_SIP_DIGEST_SHA256] = user->ha1_sha256;
      ha1[OREE_SIP_DIGEST_MD5] = user->ha1_md5;
    }
  switch (oree_sip_digest_check (self->digest, &credentials, rx->msg.method_name, rx->msg.ruri, ha1, now))
    {
    case OREE_SIP_DIGEST_ACCEPTED:
      break;
    case OREE_SIP_DIGEST_STALE:
      challenge (lane, rx, realm, TRUE);
      return FALSE;
    case OREE_SIP_DIGEST_WRONG:
      oree_sip_backoff_failed (self->backoff, source, now);
      refuse_sign_in (lane, rx, aor, "wrong-password");
      challenge (lane, rx, realm, FALSE);
      return FALSE;
    case OREE_SIP_DIGEST_FOREIGN:
      refuse_sign_in (lane, rx, aor, "foreign-uri");
      oree_sip_hub_respond (lane, rx, 400, NULL);
      return FALSE;
    }
  oree_sip_backoff_succeeded (self->backoff, source);
  oree_lane_count_one (lane, OREE_COUNT_SIGN_INS);
  g_hash_table_insert (self->signed_in, GUINT_TO_POINTER (rx->flow.id), g_strdup (aor));
  oree_sip_hub_set_signed_in (lane, rx->flow);
  return TRUE;
}

/* Is `rx` from `aor`? FALSE: it was answered. */
static gboolean
is_from (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  return is_signed_in (lane, rx, aor) || sign_in (lane, rx, aor);
}

/* --- requests ---------------------------------------------------------------------------------- */

static void
register_in (OreeLane *lane, OreeSipRx *rx, const char *from)
{
  OreeSipAddr to_addr;
  g_autofree char *to = NULL;

  if (oree_sip_addr_from_msg (&to_addr, &rx->msg, OREE_SIP_HDR_TO) > 0)
    to = oree_sip_aor_normalise (to_addr.uri);
  if (to == NULL)
    oree_sip_hub_respond (lane, rx, 400, NULL);
  else if (!g_str_equal (from, to))
    oree_sip_hub_respond (lane, rx, 403, NULL); /* nobody registers for somebody else */
  else if (is_from (lane, rx, to))
    oree_lane_run (lane, oree_lane_of (lane, to), register_on_owner, visit_new (rx, to), visit_free);
}

/* ACK and CANCEL cannot be challenged: they go where their INVITE went, when their sender has signed in on this
 * connection. */
static void
follow_invite (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipAddr addr;
  OreeSipUri ruri;
  g_autofree char *from = NULL, *domain = NULL;

  if (oree_sip_addr_from_msg (&addr, &rx->msg, OREE_SIP_HDR_FROM) > 0)
    from = oree_sip_aor_normalise (addr.uri);
  if (!is_signed_in (lane, rx, from))
    {
      oree_sip_hub_respond (lane, rx, 481, NULL); /* nothing to an ACK */
      return;
    }
  if (oree_sip_hub_to_contact (lane, rx) || oree_sip_hub_partner_takes (lane, rx))
    return;
  if (oree_sip_uri_parse (&ruri, rx->msg.ruri))
    domain = oree_sip_uri_dup_domain (&ruri);
  if (domain != NULL && oree_policy_sip_domain (lane->policy, domain) == NULL
      && oree_policy_xmpp_partner (lane->policy, domain) == NULL)
    oree_sip_hub_to_partner (lane, rx, domain);
  else
    oree_sip_hub_respond (lane, rx, 481, NULL);
}

/* From an embedded user's connection. */
static void
user_request (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipAddr from_addr;
  OreeSipUri ruri;
  g_autofree char *from = NULL, *to = NULL, *domain = NULL, *method = NULL;
  OreeSipFacts facts = { .source = OREE_SIP_FROM_CLIENT };
  OreeSipRoute route;
  OreeVerdict verdict;

  if (rx->msg.method == OREE_SIP_METHOD_ACK || rx->msg.method == OREE_SIP_METHOD_CANCEL)
    {
      follow_invite (lane, rx);
      return;
    }
  if (lane->mode[OREE_ROLE_FRONT_END] != OREE_MODE_RUNNING)
    {
      oree_sip_hub_respond (lane, rx, 480, NULL);
      return;
    }
  if (oree_sip_addr_from_msg (&from_addr, &rx->msg, OREE_SIP_HDR_FROM) <= 0
      || (from = oree_sip_aor_normalise (from_addr.uri)) == NULL)
    {
      oree_sip_hub_respond (lane, rx, 400, NULL);
      return;
    }
  if (rx->msg.method == OREE_SIP_METHOD_REGISTER)
    {
      register_in (lane, rx, from);
      return;
    }
  if (!is_from (lane, rx, from) || oree_sip_hub_to_contact (lane, rx) || oree_sip_hub_partner_takes (lane, rx))
    return;
  if (oree_sip_uri_parse (&ruri, rx->msg.ruri))
    {
      to = oree_sip_uri_dup_aor (&ruri);
      domain = oree_sip_uri_dup_domain (&ruri);
    }
  if (to == NULL || domain == NULL)
    {
      oree_sip_hub_respond (lane, rx, 404, NULL);
      return;
    }
  method = oree_span_dup (rx->msg.method_name);
  facts.method = method;
  facts.from = from;
  facts.to = to;
  facts.authenticated = from;
  verdict = oree_decide_sip (lane->policy, &facts, &route, NULL);
  if (!verdict.allow && route != OREE_SIP_ROUTE_PARTNER)
    {
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      char tag[OREE_SIP_ID_SIZE];

      oree_refusal_report (lane, rx->msg.method == OREE_SIP_METHOD_SUBSCRIBE ? OREE_EVENT_SUBSCRIPTION_REFUSED
                                                                             : OREE_EVENT_MESSAGE_REFUSED,
                           from, to, method, verdict.reason);
      oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
      oree_sip_write_response (&writer, &rx->msg, oree_refusal (verdict.reason)->sip,
                               oree_refusal_phrase_of (&rx->msg, verdict.reason), tag, FALSE);
      if (verdict.reason == OREE_REASON_METHOD_NOT_ALLOWED)
        oree_sip_write_header (&writer, OREE_SIP_HDR_ALLOW, oree_sip_allowed_methods ());
      oree_sip_write_header_format (&writer, OREE_SIP_HDR_WARNING, "399 %s \"%s\"", oree_sip_hub_sent_by (lane),
                                    oree_reason_nick (verdict.reason));
      oree_sip_hub_respond_with (lane, rx, &writer);
      return;
    }
  switch (route)
    {
    case OREE_SIP_ROUTE_XMPP:
      oree_sip_hub_to_gateway (lane, rx, domain);
      break;
    case OREE_SIP_ROUTE_FRONT_END:
      send_to_owner (lane, rx, to);
      break;
    case OREE_SIP_ROUTE_SELF:
      if (rx->msg.method == OREE_SIP_METHOD_OPTIONS)
        oree_sip_hub_respond (lane, rx, 200, NULL);
      else
        send_to_owner (lane, rx, to);
      break;
    case OREE_SIP_ROUTE_PARTNER:
      oree_sip_hub_to_partner (lane, rx, domain);
      break;
    case OREE_SIP_ROUTE_NEXT_HOP:
    case OREE_SIP_ROUTE_NONE:
      oree_sip_hub_respond (lane, rx, 404, NULL);
      break;
    }
}

/* From the gateway or the Access Edge, which have decided already; this lane owns the user. In a dialog the Request-URI is
 * a device's contact, or the presence agent's, and the user stands in To. */
static void
inside_request (OreeLane *lane, OreeSipRx *rx)
{
  OreeSipAddr to_addr, from_addr;
  OreeSpan uri = rx->msg.ruri;
  g_autofree char *to = NULL, *from = NULL;

  if (oree_sip_addr_from_msg (&to_addr, &rx->msg, OREE_SIP_HDR_TO) > 0
      && (rx->msg.method == OREE_SIP_METHOD_NOTIFY || to_addr.tag.length > 0))
    uri = to_addr.uri;
  to = oree_sip_aor_normalise (uri);

  if (to == NULL)
    oree_sip_hub_respond (lane, rx, 404, NULL);
  /* What somebody is seen as is nobody else's to say (RFC 3903 6): its own devices sign in and come another way. */
  else if (rx->msg.method == OREE_SIP_METHOD_PUBLISH)
    {
      if (oree_sip_addr_from_msg (&from_addr, &rx->msg, OREE_SIP_HDR_FROM) > 0)
        from = oree_sip_aor_normalise (from_addr.uri);
      oree_refusal_report (lane, OREE_EVENT_SIP_REQUEST_REFUSED, from, to, "PUBLISH", OREE_REASON_IDENTITY_MISMATCH);
      oree_sip_hub_respond (lane, rx, oree_refusal (OREE_REASON_IDENTITY_MISMATCH)->sip, NULL);
    }
  else
    send_to_owner (lane, rx, to);
}

/* --- the role ---------------------------------------------------------------------------------- */

static void
init (OreeLane *lane)
{
  OreeFrontEndRole *self = g_new0 (OreeFrontEndRole, 1);
  guint8 key[32];

  lane->front_end = self;
  self->lane = lane;
  oree_random_bytes (key, sizeof key);
  self->digest = oree_sip_digest_new (key, (guint8) lane->index);
  self->backoff = oree_sip_backoff_new ();
  self->signed_in = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->registrar = oree_registrar_new (&registrar_rules);
  oree_timer_init (&self->registrar_timer, registrar_timer_cb, lane);
  oree_front_end_presence_init (lane);
  oree_front_end_fork_init (lane);
  oree_sip_hub_set_handler (lane, OREE_LEG_USER, user_request, flow_gone);
  oree_sip_hub_set_handler (lane, OREE_LEG_FRONT_END, inside_request, NULL);
}

static void
clear (OreeLane *lane)
{
  OreeFrontEndRole *self = lane->front_end;

  oree_worker_cancel (lane->worker, &self->registrar_timer);
  oree_front_end_presence_clear (lane);
  oree_front_end_fork_clear (lane);
  oree_registrar_free (self->registrar);
  oree_sip_digest_free (self->digest);
  oree_sip_backoff_free (self->backoff);
  g_hash_table_unref (self->signed_in);
  g_clear_pointer (&lane->front_end, g_free);
}

static char *
signature_of (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);

  return oree_listeners_signature ((const char *const *) topology->internal_addresses,
                                   topology->access_edge_internal_port);
}

static const char *
start (OreeLane *lane, char **detail)
{
  g_autofree char *signature = signature_of (lane->policy);

  if (!oree_policy_next_hop (lane->policy)->embedded)
    return NULL;
  if (lane->tls->internal.ctx == NULL)
    {
      *detail = g_strdup (lane->tls->internal.detail);
      return lane->tls->internal.problem != NULL ? lane->tls->internal.problem : "certificate-unreadable";
    }
  return oree_listeners_open (&lane->front_end->listeners, lane, OREE_ROLE_FRONT_END, signature, accept_cb, lane, detail);
}

static void
stop (OreeLane *lane)
{
  oree_listeners_close (&lane->front_end->listeners);
  oree_front_end_presence_stop (lane);
  oree_sip_hub_close_leg (lane, OREE_LEG_USER);
}

static gboolean
idle (OreeLane *lane)
{
  return oree_sip_hub_n_pending (lane) == 0;
}

static guint
count_signed_out (OreeLane *lane, const OreePolicy *old, const OreePolicy *next)
{
  g_autoptr (GPtrArray) aors = oree_registrar_aors (lane->front_end->registrar);
  guint n = 0;

  for (guint i = 0; i < aors->len; i++)
    n += !oree_policy_sign_in_holds (next, old, g_ptr_array_index (aors, i));
  return n;
}

/* Of this lane's connections, then of the users this lane owns. */
static void
sign_out (OreeLane *lane, const OreePolicy *old, const OreePolicy *next)
{
  OreeFrontEndRole *self = lane->front_end;
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);
  g_autoptr (GPtrArray) aors = oree_registrar_aors (self->registrar);
  g_autoptr (GList) ids = g_hash_table_get_keys (self->signed_in);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      OreeFlow flow = { .lane = (guint16) lane->index, .leg = OREE_LEG_USER, .id = GPOINTER_TO_UINT (l->data) };

      if (oree_policy_sign_in_holds (next, old, g_hash_table_lookup (self->signed_in, l->data)))
        continue;
      /* Nothing more is taken from it, though bytes may still arrive. */
      flow_gone (lane, flow);
      oree_sip_hub_close (lane, flow);
    }
  for (guint i = 0; i < aors->len; i++)
    if (!oree_policy_sign_in_holds (next, old, g_ptr_array_index (aors, i)))
      oree_registrar_remove (self->registrar, g_ptr_array_index (aors, i), removed);
  bindings_gone (lane, removed);
}

static void
publish (OreeLane *lane, OreePolicy *old, OreePolicy *next, OreeImpact *impact)
{
  g_autofree char *was = signature_of (old), *is = signature_of (next);
  gboolean was_on = oree_policy_next_hop (old)->embedded, is_on = oree_policy_next_hop (next)->embedded;

  impact->users_signed_out += count_signed_out (lane, old, next);
  if (!impact->dry)
    sign_out (lane, old, next);
  if (was_on == is_on && (!is_on || g_str_equal (was, is)))
    return;
  impact->listeners_changed = 1;
  if (impact->dry)
    return;
  oree_listeners_close (&lane->front_end->listeners);
  if (!is_on)
    oree_sip_hub_close_leg (lane, OREE_LEG_USER);
}

static const char *
reopen (OreeLane *lane, char **detail)
{
  return lane->front_end->listeners.listens == NULL ? start (lane, detail) : NULL;
}

static void
list (OreeLane *lane, const char *what, GVariantBuilder *rows)
{
  g_autoptr (GPtrArray) aors = NULL;
  OreeTime now = oree_worker_now (lane->worker);

  if (g_strcmp0 (what, "bindings") != 0)
    return;
  aors = oree_registrar_aors (lane->front_end->registrar);
  for (guint i = 0; i < aors->len; i++)
    {
      g_autoptr (GPtrArray) bindings = oree_registrar_bindings (lane->front_end->registrar, g_ptr_array_index (aors, i), now);

      for (guint j = 0; j < bindings->len; j++)
        {
          const OreeBinding *binding = g_ptr_array_index (bindings, j);
          GVariantDict row;

          g_variant_dict_init (&row, NULL);
          g_variant_dict_insert (&row, "user", "s", binding->aor);
          g_variant_dict_insert (&row, "contact", "s", binding->uri);
          g_variant_dict_insert (&row, "expires", "u", (guint32) ((binding->until - now) / OREE_SECOND));
          g_variant_builder_add_value (rows, g_variant_dict_end (&row));
        }
    }
}

const OreeRoleOps oree_front_end_ops = { init, clear, start, stop, idle, publish, reopen, NULL, list };
