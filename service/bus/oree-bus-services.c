/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services: the roles, each controlled alone. */
#include "base/oree-limits.h"
#include "bus/oree-bus.h"

static void
list (OreeBusCall *call, GVariant *parameters)
{
  OreeRoster *roster = oree_service_roster (oree_bus_call_service (call));
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint r = 0; r < OREE_N_ROLES; r++)
    g_variant_builder_add_value (&rows, oree_roster_row (roster, (OreeRoleId) r));
  oree_bus_call_reply (call, g_variant_new ("(aa{sv})", &rows));
}

static void
reply_row (OreeBusCall *call, OreeRoleId role)
{
  OreeService *service = oree_bus_call_service (call);

  if (service == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "stopping");
  else
    oree_bus_call_reply (call, g_variant_new ("(@a{sv})", oree_roster_row (oree_service_roster (service), role)));
}

static void
on_done (OreeRoleId role, const GError *error, gpointer data)
{
  OreeBusCall *call = data;

  if (error == NULL || error->code == OREE_ERROR_FAILED)
    /* A role that could not is told by its row: degraded, and why. */
    reply_row (call, role);
  else
    oree_bus_call_fail (call, error);
}

/* The role a call names; FALSE, and the call answered, when there is none. */
static gboolean
role_of (OreeBusCall *call, GVariant *parameters, OreeRoleId *role)
{
  const char *nick;

  g_variant_get_child (parameters, 0, "&s", &nick);
  oree_bus_call_note (call, nick);
  if (oree_role_from_nick (nick, role))
    return TRUE;
  oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "no such role");
  return FALSE;
}

static void
control (OreeBusCall *call, GVariant *parameters, OreeRoleOp op)
{
  OreeService *service = oree_bus_call_service (call);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  guint32 deadline = oree_service_config (service)->drain_seconds;
  gboolean graceful = FALSE;
  OreeRoleId role;

  if (!role_of (call, parameters, &role))
    return;
  g_variant_lookup (options, "deadline", "u", &deadline);
  if (op == OREE_ROLE_OP_STOP && g_variant_lookup (options, "graceful", "b", &graceful) && graceful)
    op = OREE_ROLE_OP_DRAIN;
  oree_roster_control (oree_service_roster (service), role, op, MIN (deadline, OREE_DRAIN_SECONDS_MAX), on_done, call);
}

static void
start (OreeBusCall *call, GVariant *parameters)
{
  control (call, parameters, OREE_ROLE_OP_START);
}

static void
stop (OreeBusCall *call, GVariant *parameters)
{
  control (call, parameters, OREE_ROLE_OP_STOP);
}

static void
pause_role (OreeBusCall *call, GVariant *parameters)
{
  control (call, parameters, OREE_ROLE_OP_PAUSE);
}

static void
resume (OreeBusCall *call, GVariant *parameters)
{
  control (call, parameters, OREE_ROLE_OP_RESUME);
}

static void
drain (OreeBusCall *call, GVariant *parameters)
{
  control (call, parameters, OREE_ROLE_OP_DRAIN);
}

static void
set_start_type (OreeBusCall *call, GVariant *parameters)
{
  OreeStartType type;
  OreeRoleId role;
  const char *nick;

  if (!role_of (call, parameters, &role))
    return;
  g_variant_get_child (parameters, 1, "&s", &nick);
  if (!oree_start_type_from_nick (nick, &type))
    {
      oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "no such start type");
      return;
    }
  oree_service_set_start_type (oree_bus_call_service (call), role, type);
  reply_row (call, role);
}

const OreeBusMethod oree_bus_services_methods[] = {
  { "List", list },     { "Start", start },   { "Stop", stop },
  { "Pause", pause_role }, { "Resume", resume }, { "Drain", drain },
  { "SetStartType", set_start_type }, { NULL, NULL },
};
