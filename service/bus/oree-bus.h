/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service on the bus: owns the name, exports one object, and brings each call through permission, handler and audit.
 * Generated skeletons carry the properties and the introspection; every method goes through one closure, so none can be
 * reached around the permission table. Main thread. */
#pragma once
#include "control/oree-service.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OreeBus OreeBus;
typedef struct _OreeBusCall OreeBusCall;

/* A call that is permitted. The handler answers it exactly once, now or later, with one of the functions below. */
typedef void (*OreeBusHandler) (OreeBusCall *call, GVariant *parameters);

typedef struct
{
  const char *method;
  OreeBusHandler handler;
} OreeBusMethod;

/* What each adapter answers, ended by { NULL, NULL }. */
extern const OreeBusMethod oree_bus_manager_methods[];
extern const OreeBusMethod oree_bus_services_methods[];
extern const OreeBusMethod oree_bus_config_methods[];
extern const OreeBusMethod oree_bus_certs_methods[];
extern const OreeBusMethod oree_bus_monitor_methods[];
extern const OreeBusMethod oree_bus_diagnostics_methods[];

/* The bus went away, or the name could not be had: `reason` for the log. */
typedef void (*OreeBusLost) (const char *reason, gpointer data);

/* `service` is borrowed and outlives the bus. */
OreeBus *oree_bus_new (OreeService *service, OreeBusLost lost, gpointer data);
/* Connects; the name is taken as soon as the service runs. */
void oree_bus_start (OreeBus *self);
/* NULL until connected. Whoever ends the process flushes it after the bus is freed. */
GDBusConnection *oree_bus_connection (OreeBus *self);
/* Gives the name back and answers what is still open with UNAVAILABLE. */
void oree_bus_free (OreeBus *self);

/* NULL when the bus is gone: the call is then still to be answered, which frees it. */
OreeService *oree_bus_call_service (OreeBusCall *call);
/* Who calls: a user name, or "uid:1000". Borrowed. */
const char *oree_bus_call_who (OreeBusCall *call);
/* What the audit shall say beside who and which method, "kind id"; NULL pieces end it. */
void oree_bus_call_note (OreeBusCall *call, const char *note);
/* Answers; `reply` is sunk, NULL: the empty tuple. */
void oree_bus_call_reply (OreeBusCall *call, GVariant *reply);
/* A reply of a configuration call in which problems refused it: the audit tells it from success. */
void oree_bus_call_reply_refused (OreeBusCall *call, GVariant *reply);
void oree_bus_call_fail (OreeBusCall *call, const GError *error);
void oree_bus_call_fail_code (OreeBusCall *call, OreeError code, const char *text);

G_END_DECLS
