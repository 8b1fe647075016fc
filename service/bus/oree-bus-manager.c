/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manager: the service as a whole. */
#include "base/oree-limits.h"
#include "bus/oree-bus.h"

static void
get_status (OreeBusCall *call, GVariant *parameters)
{
  oree_bus_call_reply (call, g_variant_new ("(@a{sv})", oree_service_status (oree_bus_call_service (call))));
}

static void
shut_down (OreeBusCall *call, GVariant *parameters)
{
  OreeService *service = oree_bus_call_service (call);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  gboolean drain = TRUE;
  guint32 deadline = oree_service_config (service)->drain_seconds;

  g_variant_lookup (options, "drain", "b", &drain);
  g_variant_lookup (options, "deadline", "u", &deadline);
  oree_bus_call_reply (call, NULL);
  oree_service_stop (service, drain ? MIN (deadline, OREE_DRAIN_SECONDS_MAX) : 0);
}

static void
reloaded (const OreeReload *result, gpointer data)
{
  OreeBusCall *call = data;
  GVariantDict dict;

  g_variant_dict_init (&dict, result->effects);
  g_variant_dict_insert (&dict, "generation", "t", result->generation);
  if (result->changed != NULL)
    g_variant_dict_insert (&dict, "changed", "^as", result->changed);
  if (result->reason == NULL)
    {
      oree_bus_call_reply (call, g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)));
      return;
    }
  g_variant_dict_insert (&dict, "reason", "s", result->reason);
  g_variant_dict_insert (&dict, "detail", "s", result->detail != NULL ? result->detail : "");
  oree_bus_call_reply_refused (call, g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)));
}

static void
reload (OreeBusCall *call, GVariant *parameters)
{
  oree_service_reload (oree_bus_call_service (call), oree_bus_call_who (call), reloaded, call);
}

const OreeBusMethod oree_bus_manager_methods[] = {
  { "GetStatus", get_status },
  { "Reload", reload },
  { "Shutdown", shut_down },
  { NULL, NULL },
};
