/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running service: owns the store, the configuration in force, the data plane and the roles, from start to stop.
 * It always comes up: what cannot be used (a record, a certificate, a port, the store itself) is named and costs one
 * role, not the service. Main thread. */
#pragma once
#include "control/oree-apply.h"
#include "control/oree-config.h"
#include "control/oree-event-ring.h"
#include "control/oree-forecasts.h"
#include "control/oree-fetcher.h"
#include "control/oree-identity.h"
#include "control/oree-roster.h"
#include "control/oree-partner-test.h"
#include "control/oree-server-search.h"
#include "policy/oree-explain-presence.h"

G_BEGIN_DECLS

typedef struct _OreeService OreeService;
typedef struct _OreeCerts OreeCerts; /* control/oree-certs.h */

typedef enum
{
  OREE_SERVICE_STARTING,
  OREE_SERVICE_RUNNING,
  OREE_SERVICE_STOPPING
} OreeServiceState;

/* What the bus wants to hear. All on the main thread; values are borrowed. */
typedef struct
{
  gpointer data;
  void (*role_changed) (OreeRoleId role, gpointer data);
  void (*configuration_changed) (guint64 revision, GVariant *records, gpointer data);
  void (*event) (GVariant *event, gpointer data);
  /* State, revision or degraded roles of the whole service. */
  void (*summary_changed) (gpointer data);
  void (*certificates_changed) (guint64 serial, gpointer data);
} OreeServiceListener;

/* Takes `config`. `stopped (data)` is called once, when a stop asked for is complete. */
OreeService *oree_service_new (OreeConfig *config, GSourceFunc stopped, gpointer data);
/* After `stopped`, or before a start. */
void oree_service_free (OreeService *self);

/* Before the start: who fetches by https; copied, and ended with the service. Without one nothing is fetched. */
void oree_service_set_fetcher (OreeService *self, const OreeFetcher *fetcher);
/* Borrowed; NULL: nobody listens. */
void oree_service_set_listener (OreeService *self, const OreeServiceListener *listener);
void oree_service_start (OreeService *self);
/* Tells the service manager that we can be used: the name is on the bus. */
void oree_service_say_ready (OreeService *self);
/* Drains for at most `deadline_seconds` (0: at once), flushes the store, then calls `stopped`. A second call with a
 * deadline of 0 cuts a drain short. */
void oree_service_stop (OreeService *self, guint deadline_seconds);

/* What a reload did. `reason` NULL: the new generation is in force, `changed` names what differs ("external", "client",
 * "internal", "trust-anchors") and `effects` is a{sv} as oree_roles_publish; else the old one stays. Borrowed. */
typedef struct
{
  guint64 generation;
  const char *const *changed;
  GVariant *effects;
  const char *reason; /* a reason code; `detail` names the file or the line */
  const char *detail;
} OreeReload;

typedef void (*OreeReloadDone) (const OreeReload *result, gpointer data);

/* Reads [tls] of the bootstrap file, certificates, keys and trust anchors again and swaps them between two events, or
 * leaves everything as it is. `done` is called once. */
void oree_service_reload (OreeService *self, const char *who, OreeReloadDone done, gpointer data);

/* Makes what is to be in force durable, just before it is; FALSE with an error: nothing changes. */
typedef gboolean (*OreeServiceCommit) (gpointer data, GError **error);

/* The identities with `files` assigned take the place of those in force, unless one that worked would not any more, or `commit` fails: as
 * oree_service_reload (), but live streams go on with what they were shown. */
void oree_service_swap (OreeService *self, const OreeAssignedFiles *files, const char *who, OreeServiceCommit commit,
                        OreeReloadDone done, gpointer data);

/* See oree_forecasts_ask (). FALSE, and `done` never called, when the service has nothing to ask: no data plane, no
 * identity in force. */
gboolean oree_service_forecast (OreeService *self, const char *pem, OreeForecastsDone done, gpointer data);

/* As oree_partner_tests_ask; Error also UNAVAILABLE. */
gboolean oree_service_test_partner (OreeService *self, const char *domain, OreePartnerTested done, gpointer data,
                                    GError **error);
/* NULL until the resolver is there. */
OreeServerSearches *oree_service_server_searches (OreeService *self);

/* NULL until the data plane is there, or when the store of certificates cannot be used. */
OreeCerts *oree_service_certs (OreeService *self);
/* What is shown now; NULL before the data plane is there. */
const OreeTlsSet *oree_service_tls (const OreeService *self);

const OreeConfig *oree_service_config (const OreeService *self);
OreeServiceState oree_service_state (const OreeService *self);
const char *oree_service_state_nick (OreeServiceState state);
OreeRoster *oree_service_roster (OreeService *self);
OreeEventRing *oree_service_events (OreeService *self);
/* NULL until the store was read. */
OreeApply *oree_service_apply (OreeService *self);
OreeStore *oree_service_store (OreeService *self);
/* NULL until the data plane is there. */
OreeRoles *oree_service_roles (OreeService *self);
guint64 oree_service_revision (const OreeService *self);
/* Nicks of the roles that do not work as they should; owned. */
char **oree_service_degraded (const OreeService *self);
/* a{sv}, as Manager.GetStatus; floating. */
GVariant *oree_service_status (const OreeService *self);
/* Why the watcher sees the presentity's presence, or does not, with the rows of the data plane handed in: see
 * oree_explain_presence (). */
gboolean oree_service_explain_presence (OreeService *self, GVariant *facts, const OreePresenceLive *live,
                                        GVariant **verdict, GVariant **steps, OreeProblems *problems);
/* Runs the decision on the policy in force: see oree_explain (). */
gboolean oree_service_explain (OreeService *self, const char *what, GVariant *facts, GVariant **verdict,
                               GVariant **steps, OreeProblems *problems);

/* Kept across restarts. */
void oree_service_set_start_type (OreeService *self, OreeRoleId role, OreeStartType type);
/* Tells the listener. */
void oree_service_certificates_changed (OreeService *self, guint64 serial);
/* Takes the event: keeps it, logs it, tells the listener. */
void oree_service_event (OreeService *self, OreeEvent *event);
/* One line of the audit; `body` is a{sv}, sunk. */
void oree_service_audit (OreeService *self, GVariant *body);

G_END_DECLS
