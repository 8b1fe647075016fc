/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diagnostics: the very function that decides live traffic, asked by hand. */
#include "base/oree-limits.h"
#include "bus/oree-bus.h"

#include <string.h>

static void
explain (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) facts = NULL;
  GVariant *verdict = NULL, *steps = NULL;
  const char *kind;

  g_variant_get (parameters, "(&s@a{sv})", &kind, &facts);
  if (oree_service_explain (oree_bus_call_service (call), kind, facts, &verdict, &steps, problems))
    oree_bus_call_reply (call, g_variant_new ("(@a{sv}@aa{sv})", verdict, steps));
  else
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, "problems", oree_problems_to_variant (problems));
      oree_bus_call_reply_refused (call, g_variant_new ("(@a{sv}aa{sv})", g_variant_dict_end (&dict), NULL));
    }
}

static void
foretold (GVariant *rows, gpointer data)
{
  oree_bus_call_reply (data, g_variant_new ("(@aa{sv})", rows));
}

static void
forecast (OreeBusCall *call, GVariant *parameters)
{
  const char *pem;

  g_variant_get_child (parameters, 0, "&s", &pem);
  if (strlen (pem) > OREE_PEM_MAX)
    oree_bus_call_fail_code (call, OREE_ERROR_BAD_RECORD, "the text is too long");
  else if (!oree_service_forecast (oree_bus_call_service (call), pem, foretold, call))
    oree_bus_call_fail_code (call, OREE_ERROR_UNSUPPORTED, "no certificate is in force");
}

const OreeBusMethod oree_bus_diagnostics_methods[] = {
  { "Explain", explain },
  { "Forecast", forecast },
  { NULL, NULL },
};
