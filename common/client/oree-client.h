/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one client of the bus: panel, wizards and oreectl speak through it. It watches the name, maps errors to
 * OREE_ERROR and never parses message text. Every call is a row of OREE_CALLS; a test compares the rows with the XML. */
#pragma once
#include "base/oree-error.h"
#include "base/oree-names.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* X (symbol, interface, method, parameters, reply) */
#define OREE_CALLS(X)                                                                                           \
  X (GET_STATUS, OREE_IFACE_MANAGER, "GetStatus", "(a{sv})", "(a{sv})")                                         \
  X (RELOAD, OREE_IFACE_MANAGER, "Reload", "(a{sv})", "(a{sv})")                                                \
  X (SHUTDOWN, OREE_IFACE_MANAGER, "Shutdown", "(a{sv})", "()")                                                 \
  X (SERVICES_LIST, OREE_IFACE_SERVICES, "List", "()", "(aa{sv})")                                              \
  X (SERVICES_START, OREE_IFACE_SERVICES, "Start", "(sa{sv})", "(a{sv})")                                       \
  X (SERVICES_STOP, OREE_IFACE_SERVICES, "Stop", "(sa{sv})", "(a{sv})")                                         \
  X (SERVICES_PAUSE, OREE_IFACE_SERVICES, "Pause", "(sa{sv})", "(a{sv})")                                       \
  X (SERVICES_RESUME, OREE_IFACE_SERVICES, "Resume", "(sa{sv})", "(a{sv})")                                     \
  X (SERVICES_DRAIN, OREE_IFACE_SERVICES, "Drain", "(sa{sv})", "(a{sv})")                                       \
  X (SERVICES_SET_START_TYPE, OREE_IFACE_SERVICES, "SetStartType", "(ssa{sv})", "(a{sv})")                      \
  X (DESCRIBE, OREE_IFACE_CONFIGURATION, "Describe", "(s)", "(aa{sv})")                                         \
  X (LIST, OREE_IFACE_CONFIGURATION, "List", "(sa{sv})", "(aa{sv}t)")                                           \
  X (GET, OREE_IFACE_CONFIGURATION, "Get", "(ss)", "(a{sv}t)")                                                  \
  X (CHECK, OREE_IFACE_CONFIGURATION, "Check", "(a(sssa{sv}))", "(aa{sv}a{sv})")                                \
  X (APPLY, OREE_IFACE_CONFIGURATION, "Apply", "(a(sssa{sv})ta{sv})", "(taa{sv}a{sv})")                         \
  X (HISTORY, OREE_IFACE_CONFIGURATION, "History", "(a{sv})", "(aa{sv})")                                       \
  X (RESTORE, OREE_IFACE_CONFIGURATION, "Restore", "(tta{sv})", "(taa{sv}a{sv})")                               \
  X (EXPORT, OREE_IFACE_CONFIGURATION, "Export", "(a{sv})", "(a(ssa{sv})t)")                                    \
  X (IMPORT, OREE_IFACE_CONFIGURATION, "Import", "(a(ssa{sv})ta{sv})", "(taa{sv}a{sv})")                        \
  X (CERTIFICATES_LIST, OREE_IFACE_CERTIFICATES, "List", "(a{sv})", "(aa{sv}aa{sv}aa{sv})")                      \
  X (CERTIFICATES_GET, OREE_IFACE_CERTIFICATES, "Get", "(sa{sv})", "(a{sv}s)")                                   \
  X (CERTIFICATES_DESCRIBE, OREE_IFACE_CERTIFICATES, "Describe", "()", "(aa{sv})")                               \
  X (CERTIFICATES_NEEDS, OREE_IFACE_CERTIFICATES, "Needs", "(asa{sv})", "(a{sv}aa{sv}aa{sv})")                   \
  X (CERTIFICATES_CHECK_REQUEST, OREE_IFACE_CERTIFICATES, "CheckRequest", "(a{sv}a{sv})", "(a{sv}aa{sv}aa{sv})") \
  X (CERTIFICATES_CREATE_REQUEST, OREE_IFACE_CERTIFICATES, "CreateRequest", "(a{sv}a{sv})", "(ssa{sv}aa{sv})")   \
  X (CERTIFICATES_CHECK_ANSWER, OREE_IFACE_CERTIFICATES, "CheckAnswer", "(aya{sv})", "(a{sv}aa{sv}aa{sv})")      \
  X (CERTIFICATES_IMPORT, OREE_IFACE_CERTIFICATES, "Import", "(aya{sv})", "(a{sv}aa{sv})")                       \
  X (CERTIFICATES_CHECK_ASSIGN, OREE_IFACE_CERTIFICATES, "CheckAssign", "(sasa{sv})", "(a{sv}aa{sv}aa{sv})")     \
  X (CERTIFICATES_ASSIGN, OREE_IFACE_CERTIFICATES, "Assign", "(sasa{sv})", "(a{sv}aa{sv})")                      \
  X (CERTIFICATES_ROLL, OREE_IFACE_CERTIFICATES, "Roll", "(sasxa{sv})", "(a{sv}aa{sv})")                         \
  X (CERTIFICATES_ROLL_BACK, OREE_IFACE_CERTIFICATES, "RollBack", "(asa{sv})", "(a{sv}aa{sv})")                  \
  X (CERTIFICATES_REMOVE, OREE_IFACE_CERTIFICATES, "Remove", "(sa{sv})", "(a{sv}aa{sv})")                        \
  X (CERTIFICATES_RENEWAL, OREE_IFACE_CERTIFICATES, "Renewal", "(sa{sv})", "(a{sv}aa{sv}aa{sv})")                \
  X (CERTIFICATES_RENEW, OREE_IFACE_CERTIFICATES, "Renew", "(sa{sv}a{sv})", "(ssa{sv}aa{sv})")                   \
  X (CERTIFICATES_EXPORT, OREE_IFACE_CERTIFICATES, "Export", "(ssa{sv})", "(ayaa{sv})")                          \
  X (COUNTERS, OREE_IFACE_MONITOR, "Counters", "()", "(a{st})")                                                 \
  X (CONNECTIONS, OREE_IFACE_MONITOR, "Connections", "(a{sv})", "(aa{sv})")                                     \
  X (PARTNERS, OREE_IFACE_MONITOR, "Partners", "(a{sv})", "(aa{sv})")                                           \
  X (DISCOVERED_PARTNERS, OREE_IFACE_MONITOR, "DiscoveredPartners", "(a{sv})", "(aa{sv})")                      \
  X (SESSIONS, OREE_IFACE_MONITOR, "Sessions", "(a{sv})", "(aa{sv})")                                           \
  X (SUBSCRIPTIONS, OREE_IFACE_MONITOR, "Subscriptions", "(a{sv})", "(aa{sv})")                                 \
  X (ALLOW_ENTRIES, OREE_IFACE_MONITOR, "AllowEntries", "(a{sv})", "(aa{sv})")                                  \
  X (REVOKE_ALLOW_ENTRY, OREE_IFACE_MONITOR, "RevokeAllowEntry", "(ssa{sv})", "()")                             \
  X (RESET_CONNECTIONS, OREE_IFACE_MONITOR, "ResetConnections", "(sa{sv})", "(a{sv})")                          \
  X (LIST_EVENTS, OREE_IFACE_MONITOR, "ListEvents", "(a{sv})", "(aa{sv}t)")                                     \
  X (EXPLAIN, OREE_IFACE_DIAGNOSTICS, "Explain", "(sa{sv})", "(a{sv}aa{sv})") \
  X (FORECAST, OREE_IFACE_DIAGNOSTICS, "Forecast", "(sa{sv})", "(aa{sv})") \
  X (FIND_SERVERS, OREE_IFACE_DIAGNOSTICS, "FindServers", "(ssa{sv})", "(a{sv})") \
  X (TEST_PARTNER, OREE_IFACE_DIAGNOSTICS, "TestPartner", "(sa{sv})", "(a{sv})")

typedef enum
{
#define X(symbol, interface, method, parameters, reply) OREE_CALL_##symbol,
  OREE_CALLS (X)
#undef X
      OREE_N_CALLS
} OreeCall;

typedef struct
{
  const char *interface;
  const char *method;
  const char *parameters;
  const char *reply;
} OreeCallRow;

/* Static. */
const OreeCallRow *oree_call_row (OreeCall call);

#define OREE_TYPE_CLIENT (oree_client_get_type ())
/* Properties: "present" (b). Signals:
 *   "changed" (t revision, a(ss) records)    the configuration
 *   "state-changed" (s role, a{sv} row)
 *   "event" (a{sv} event)
 *   "certificates-changed" (): List them again
 *   "closed" (): the bus itself went away; this client is of no more use
 * On "notify::present" becoming TRUE, and on a gap between revisions, a user of the client fetches anew. */
G_DECLARE_FINAL_TYPE (OreeClient, oree_client, OREE, CLIENT, GObject)

/* `bus` is "system", "session" or an address; NULL: $OREE_BUS, else "system".
 * Error: UNAVAILABLE (no bus there). The service itself may be absent: see oree_client_is_present. */
OreeClient *oree_client_new_sync (const char *bus, GCancellable *cancellable, GError **error);
void oree_client_new_async (const char *bus, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
OreeClient *oree_client_new_finish (GAsyncResult *result, GError **error);

/* Is the service on the bus? Known once the main context ran; the calls tell in any case. */
gboolean oree_client_is_present (OreeClient *self);

/* Calls; `parameters` is sunk and must have the row's type. The reply has the row's type; owned.
 * Errors: OREE_ERROR; UNAVAILABLE when the service is not there, DENIED, TIMED_OUT; G_IO_ERROR_CANCELLED. */
GVariant *oree_client_call_sync (OreeClient *self, OreeCall call, GVariant *parameters, GCancellable *cancellable,
                                 GError **error);
void oree_client_call_async (OreeClient *self, OreeCall call, GVariant *parameters, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
GVariant *oree_client_call_finish (OreeClient *self, GAsyncResult *result, GError **error);

/* What a bus error means to us; takes `remote`. */
GError *oree_client_map_error (GError *remote);

G_END_DECLS
