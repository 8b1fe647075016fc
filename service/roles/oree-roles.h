/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data plane seen from the main thread: N workers and the four roles that run on them.
 * Every call is made on the main thread, returns at once, and calls back on the main thread.
 * Roles know nothing of the bus, the store or the seven states: `control` keeps those and calls here. */
#pragma once
#include "model/oree-event.h"
#include "model/oree-runtime-row.h"
#include "net/oree-resolver.h"
#include "policy/oree-policy.h"
#include "roles/oree-tls-set.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_ROLE_ACCESS_EDGE,  /* the SIP leg towards a configured next hop */
  OREE_ROLE_XMPP_PROXY,   /* server-to-server streams */
  OREE_ROLE_XMPP_GATEWAY, /* SIP ⇄ XMPP */
  OREE_ROLE_FRONT_END,    /* embedded registrar, presence and messages */
  OREE_N_ROLES
} OreeRoleId;

/* "access-edge", "xmpp-proxy", "xmpp-gateway", "front-end"; static. */
const char *oree_role_nick (OreeRoleId role);
gboolean oree_role_from_nick (const char *nick, OreeRoleId *role);

typedef enum
{
  OREE_ROLE_OP_START,  /* bind listeners, admit traffic */
  OREE_ROLE_OP_STOP,   /* close everything now; what is pending is answered first */
  OREE_ROLE_OP_PAUSE,  /* keep connections, refuse new work with a temporary error */
  OREE_ROLE_OP_RESUME, /* undo pause */
  OREE_ROLE_OP_DRAIN   /* refuse new work, let pending work finish, then stop; completes when empty */
} OreeRoleOp;

/* `problem` is NULL on success, else a reason code ("port-busy", "certificate-unreadable", "next-hop-invalid", …)
 * and `detail` names the thing (an address, a file). Both are borrowed for the call. */
typedef void (*OreeRoleDone) (OreeRoleId role, OreeRoleOp op, const char *problem, const char *detail,
                              gpointer data);
/* `result` is borrowed for the call. */
typedef void (*OreeRolesResult) (GVariant *result, gpointer data);

/* What came of a fetch: `problem` names why there was no answer (then `status` is 0); else `status` is HTTP's, and
 * `body` what was there when it is 200. Borrowed. */
typedef void (*OreeRolesFetched) (const char *problem, guint status, GBytes *body, gpointer data);

/* What the roles ask of their owner. All but `save` are called on the main thread. */
typedef struct
{
  gpointer data;
  /* Something happened; takes the event. */
  void (*event) (gpointer data, OreeEvent *event);
  /* A role became worse or better by itself (a listener lost, a next hop unreachable): `reason` NULL = better. */
  void (*degraded) (gpointer data, OreeRoleId role, const char *reason, const char *detail);
  /* Make `row` durable, then call `done (done_data, ok)`; callable from any thread, `done` runs on the store's
   * thread. Takes the row. `done` may be NULL. */
  void (*save) (gpointer data, OreeRuntimeRow *row, void (*done) (gpointer done_data, gboolean ok),
                gpointer done_data);
  /* Fetch an https document; `done` comes once, on the main thread. NULL: nothing can be fetched. */
  void (*fetch) (gpointer data, const char *url, OreeRolesFetched done, gpointer done_data);
} OreeRolesHooks;

typedef struct
{
  guint n_workers;         /* 1 … 8 */
  OreeResolver *resolver;  /* borrowed; lives on the main thread, outlives the roles */
  OreeTlsSet *tls;         /* referenced; what is absent in it costs the roles that need it, with its reason */
  gboolean private_for_anybody; /* domains without a record may have servers at addresses that are not public */
  GPtrArray *runtime;      /* OreeRuntimeRow*, everything durable, read at start; borrowed */
  OreeRolesHooks hooks;
} OreeRolesOptions;

typedef struct _OreeRoles OreeRoles;

/* Starts the worker threads; no role runs yet. `policy` is referenced. */
OreeRoles *oree_roles_new (OreePolicy *policy, const OreeRolesOptions *options);
/* Stops and joins the workers. Blocks for at most a few milliseconds: stop or drain the roles first. */
void oree_roles_free (OreeRoles *self);

/* Asks one role to do `op`; `done` is called exactly once. */
void oree_roles_control (OreeRoles *self, OreeRoleId role, OreeRoleOp op, OreeRoleDone done, gpointer data);
/* Hands a new snapshot to every worker; `done` gets a{sv} of what it did to the living
 * (streams-closed u, subscriptions-ended u, listeners-changed u) once all have swapped. */
void oree_roles_publish (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data);
/* Hands the next generation of certificates to every worker; `done` as above: streams whose proof depended on what is
 * gone are closed. What waits for a certificate is for the owner to start again. */
void oree_roles_retrust (OreeRoles *self, OreeTlsSet *tls, OreeRolesResult done, gpointer data);
/* The same count without doing it, for Configuration.Check. */
void oree_roles_forecast (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data);
/* Closes, in good order, what is open with `partner` (an XMPP partner's record or one of its domains, or a SIP domain), and
 * forgets what failed: the next connection is made at once. `done` as for publish. */
void oree_roles_reset (OreeRoles *self, const char *partner, OreeRolesResult done, gpointer data);
/* A stream from `local` to the XMPP domain `remote`, though nothing is to be sent: what comes of it is an event. `done`:
 * a{sv} with "found" b, FALSE: the XMPP proxy does not run. */
void oree_roles_open_stream (OreeRoles *self, const char *local, const char *remote, OreeRolesResult done, gpointer data);
/* Live rows, aa{sv}: what = "connections", "subscriptions", "allow-entries", "bindings", "queues" (what waits for
 * each partner domain: roles/oree-queues.h); "discovered-partners"; "tempers": what remote servers did with certificates of ours
 * (roles/oree-xmpp-temper.h). */
void oree_roles_list (OreeRoles *self, const char *what, OreeRolesResult done, gpointer data);
/* a{st}: counter name → value, summed over the workers. */
void oree_roles_counters (OreeRoles *self, OreeRolesResult done, gpointer data);
/* Forget a durable row (revoke an allow entry): a{sv} with "found" b. */
void oree_roles_forget (OreeRoles *self, const char *space, const char *key, OreeRolesResult done, gpointer data);

G_END_DECLS
