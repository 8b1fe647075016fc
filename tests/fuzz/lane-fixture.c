/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane-fixture.h"

#include "net/oree-resolver.h"
#include "policy/oree-policy-build.h"
#include "roles/oree-access-edge-gate.h"
#include "roles/oree-queues.h"
#include "roles/oree-role-ops.h"
#include "roles/oree-sip-hub.h"
#include "../unit/model/changes.h"
#include <netinet/in.h>
#include <sys/socket.h>

static const OreeRoleOps *const role_ops[OREE_N_ROLES] = {
  [OREE_ROLE_ACCESS_EDGE] = &oree_access_edge_ops,
  [OREE_ROLE_XMPP_PROXY] = &oree_xmpp_proxy_ops,
  [OREE_ROLE_XMPP_GATEWAY] = &oree_gateway_ops,
  [OREE_ROLE_FRONT_END] = &oree_front_end_ops,
};

static OreeWorker *worker;
static OreePolicy *policy;
static OreeTlsSet *tls;
static OreeLane lane;
static OreeRolesOptions options = { .n_workers = 1 };

/* --- what oree-roles is to the roles -------------------------------------------------------------- */

typedef struct
{
  OreeLaneFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Mail;

static void
mail_free (gpointer data)
{
  Mail *mail = data;

  if (mail->free_data != NULL)
    mail->free_data (mail->data);
  g_free (mail);
}

static void
mail_cb (gpointer data)
{
  Mail *mail = data;

  if (lane.gone)
    {
      mail_free (mail);
      return;
    }
  mail->func (&lane, mail->data);
  g_free (mail);
}

void
oree_lane_post (OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data)
{
  Mail *mail = g_new (Mail, 1);

  *mail = (Mail){ func, data, free_data };
  oree_worker_post_full (to->worker, mail_cb, mail, mail_free);
}

void
oree_lane_run (OreeLane *from, OreeLane *to, OreeLaneFunc func, gpointer data, GDestroyNotify free_data)
{
  func (to, data);
}

OreeLane *
oree_lane_of (OreeLane *any, const char *owned_name)
{
  return &lane;
}

OreeLane *
oree_lane_at (OreeLane *any, guint index)
{
  return index == 0 ? &lane : NULL;
}

guint
oree_lane_count (OreeLane *any)
{
  return 1;
}

const OreeRolesOptions *
oree_lane_options (OreeLane *any)
{
  return &options;
}

void
oree_lane_event (OreeLane *any, OreeEvent *event)
{
  oree_event_free (event);
}

void
oree_lane_degraded (OreeLane *any, OreeRoleId role, const char *reason, const char *detail)
{
}

void
oree_lane_save (OreeLane *any, OreeRuntimeRow *row, void (*done) (OreeLane *lane, gboolean ok, gpointer data),
                gpointer data)
{
  oree_runtime_row_free (row);
  if (done != NULL)
    done (&lane, TRUE, data);
}

void
oree_lane_fetch (OreeLane *any, const char *url, OreeLaneFetched done, gpointer data, GDestroyNotify free_data)
{
  done (&lane, "fetch-busy", 0, NULL, data);
}

/* --- DNS: every domain has the server sip.DOMAIN, which has no address ------------------------------- */

struct _OreeLookup
{
  OreeDnsAnswer *answer;
  OreeLookupCb callback;
  gpointer data;
  gboolean cancelled;
};

static void
answered_cb (gpointer data)
{
  OreeLookup *lookup = data;

  if (!lookup->cancelled)
    lookup->callback (lookup->answer, lookup->data);
  oree_dns_answer_unref (lookup->answer);
  g_free (lookup);
}

static OreeLookup *
look_up (OreeDnsAnswer *answer, OreeWorker *on, OreeLookupCb callback, gpointer data)
{
  OreeLookup *lookup = g_new (OreeLookup, 1);

  *lookup = (OreeLookup){ answer, callback, data, FALSE };
  oree_worker_post (on, answered_cb, lookup);
  return lookup;
}

OreeLookup *
oree_resolver_lookup_srv (OreeResolver *self, const char *name, OreeWorker *on, OreeLookupCb callback, gpointer data)
{
  gboolean federation = g_str_has_prefix (name, "_sipfederationtls._tcp.");
  OreeDnsAnswer *answer = oree_dns_answer_new (OREE_DNS_SRV, name, federation ? OREE_DNS_OK : OREE_DNS_NO_NAME);

  if (federation)
    {
      g_autofree char *target = g_strconcat ("sip.", name + strlen ("_sipfederationtls._tcp."), NULL);

      oree_dns_answer_add_srv (answer, 0, 0, 5061, oree_span_str (target));
    }
  return look_up (answer, on, callback, data);
}

OreeLookup *
oree_resolver_lookup_addresses (OreeResolver *self, const char *name, OreeWorker *on, OreeLookupCb callback,
                                gpointer data)
{
  return look_up (oree_dns_answer_new (OREE_DNS_ADDRESSES, name, OREE_DNS_NO_DATA), on, callback, data);
}

OreeLookup *
oree_resolver_lookup_tlsa (OreeResolver *self, const char *host, guint16 port, OreeWorker *on, OreeLookupCb callback,
                           gpointer data)
{
  return look_up (oree_dns_answer_new (OREE_DNS_TLSA, host, OREE_DNS_NO_DATA), on, callback, data);
}

void
oree_lookup_cancel (OreeLookup *self)
{
  self->cancelled = TRUE;
}

/* --- life ---------------------------------------------------------------------------------------- */

void
lane_fixture_init (const char *lines)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autofree char *changes = g_strconcat ("add sip-domain contoso.test\n", lines, NULL);
  g_autoptr (OreeRecordSet) set = changes_apply_ok (initial, changes);

  policy = oree_policy_build (set, 1, NULL);
  tls = oree_tls_set_new (1);
  worker = oree_worker_new (0);
  oree_worker_adopt (worker);
}

OreeLane *
lane_fixture_begin (void)
{
  memset (&lane, 0, sizeof lane);
  lane.worker = worker;
  lane.policy = policy;
  lane.tls = tls;
  oree_queues_init (&lane);
  oree_access_edge_gate_init (&lane);
  oree_sip_hub_init (&lane);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      role_ops[i]->init (&lane);
      lane.mode[i] = OREE_MODE_RUNNING;
    }
  return &lane;
}

void
lane_fixture_settle (void)
{
  while (oree_worker_iterate (worker, FALSE))
    ;
}

void
lane_fixture_end (void)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    {
      role_ops[i]->stop (&lane);
      lane.mode[i] = OREE_MODE_STOPPED;
    }
  oree_sip_hub_fail_all (&lane);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    role_ops[i]->clear (&lane);
  oree_sip_hub_clear (&lane);
  oree_access_edge_gate_clear (&lane);
  oree_queues_clear (&lane);
  lane.gone = TRUE;
  lane_fixture_settle ();
}

/* A socket pair has no addresses; the edge notes where a request came from. Linked with --wrap=getpeername. */
int __wrap_getpeername (int fd, struct sockaddr *address, socklen_t *length);

int
__wrap_getpeername (int fd, struct sockaddr *address, socklen_t *length)
{
  const struct sockaddr_in6 peer = { .sin6_family = AF_INET6, .sin6_port = htons (40112),
                                     .sin6_addr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } };

  memcpy (address, &peer, MIN (*length, sizeof peer));
  *length = sizeof peer;
  return 0;
}

OreeConn *
lane_fixture_connect (int *other)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  *other = fds[1];
  return oree_conn_new (worker, fds[0]);
}
