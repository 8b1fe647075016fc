/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may call what. One table (interface, method) → action; a method that is not in it is denied. polkit is asked
 * asynchronously; a caller that leaves the bus meanwhile cancels its question. */
#pragma once
#include "base/oree-error.h"
#include "control/oree-config.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* The action a method needs; NULL: denied to everybody. */
const char *oree_bus_auth_action (const char *interface, const char *method);

typedef struct
{
  const char *interface;
  const char *method;
  const char *action;
} OreeBusPermission;

/* The whole table, ended by { NULL }; static. */
const OreeBusPermission *oree_bus_auth_table (void);

typedef struct _OreeBusAuth OreeBusAuth;

/* `denied` NULL: permitted; else OREE_ERROR_DENIED or G_IO_ERROR_CANCELLED (the caller is gone); borrowed.
 * `who` is a user name or "uid:1000"; borrowed. */
typedef void (*OreeBusAuthDone) (const char *who, const GError *denied, gpointer data);

/* `on_system_bus`: callers are named to polkit by their bus name, else by their process. */
OreeBusAuth *oree_bus_auth_new (GDBusConnection *connection, OreeAuthorization mode, gboolean on_system_bus);
/* Questions still open are answered CANCELLED before it returns. */
void oree_bus_auth_free (OreeBusAuth *self);

/* May `sender` do `action` (NULL: nobody may)? `done` is called exactly once, at once or later. */
void oree_bus_auth_check (OreeBusAuth *self, const char *sender, const char *action, gboolean interactive,
                          OreeBusAuthDone done, gpointer data);
/* Unique names of those who may hear signals: everybody with a permitted call who is still there. */
GPtrArray *oree_bus_auth_viewers (OreeBusAuth *self);

G_END_DECLS
