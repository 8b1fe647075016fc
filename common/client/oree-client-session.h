/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeClientSession: the connection of a program with a face. It connects when it can, notices that the service came,
 * went, or speaks another version, remembers the last known status, and learns from refusals what the user may not do. */
#pragma once
#include "client/oree-client.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SESSION_CONNECTING, /* nothing is known yet */
  OREE_SESSION_READY,
  OREE_SESSION_ABSENT, /* the bus is there, the service is not */
  OREE_SESSION_NO_BUS, /* tried again every few seconds */
  OREE_SESSION_DENIED  /* the user may not even look */
} OreeSessionState;

#define OREE_TYPE_CLIENT_SESSION (oree_client_session_get_type ())
/* Properties: "state" (i, OreeSessionState), "read-only" (b), "status" (v, as Manager.GetStatus; NULL before the first),
 * "writable" (b: ready, and nobody said no). Signals: "changed" (t revision, a(ss) records) — the configuration;
 * "role-changed" (s role, v row); "event" (v event); "certificates-changed" (): list them again. */
G_DECLARE_FINAL_TYPE (OreeClientSession, oree_client_session, OREE, CLIENT_SESSION, GObject)

/* `bus` as oree_client_new_sync () takes it. Begins to connect at once. */
OreeClientSession *oree_client_session_new (const char *bus);

OreeSessionState oree_client_session_get_state (OreeClientSession *self);
/* Ready, and no refusal of a change was learnt. */
gboolean oree_client_session_is_writable (OreeClientSession *self);
gboolean oree_client_session_is_read_only (OreeClientSession *self);
/* Forget the refusal: the next change asks again. */
void oree_client_session_unlock (OreeClientSession *self);
/* Borrowed a{sv}, NULL before the service was ever there. */
GVariant *oree_client_session_get_status (OreeClientSession *self);
/* When `status` was read, microseconds since 1970; 0 never. */
gint64 oree_client_session_get_status_time (OreeClientSession *self);
/* The revision last heard of. */
guint64 oree_client_session_get_revision (OreeClientSession *self);
/* The service's interface is newer than ours (> 0), older (< 0), or unknown or the same (0). */
int oree_client_session_compare_version (OreeClientSession *self);
/* Reads the status again; connects again when there is no bus. */
void oree_client_session_refresh (OreeClientSession *self);

/* As oree_client_call_async (); UNAVAILABLE when there is no bus. DENIED of a change makes the session read-only. */
void oree_client_session_call_async (OreeClientSession *self, OreeCall call, GVariant *parameters,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* A reply of the call's type, owned. */
GVariant *oree_client_session_call_finish (OreeClientSession *self, GAsyncResult *result, GError **error);

G_END_DECLS
