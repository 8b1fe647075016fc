/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus/oree-bus-audit.h"

#include "base/oree-names.h"
#include "bus/oree-bus-auth.h"

/* Looking needs no trace in the store: a status page would write one every second. */
static gboolean
is_kept (const char *interface, const char *method, const char *outcome)
{
  const char *action = oree_bus_auth_action (interface, method);

  return g_strcmp0 (action, OREE_ACTION_VIEW) != 0 || g_str_equal (outcome, "denied");
}

/* The log names no people: every address in it loses its local part. */
static char *
redacted (const char *note)
{
  g_auto (GStrv) words = g_strsplit (note != NULL ? note : "", " ", -1);

  for (char **word = words; *word != NULL; word++)
    if (strchr (*word, '@') != NULL)
      {
        char *shown = oree_log_redact (*word);

        g_free (*word);
        *word = shown;
      }
  return g_strjoinv (" ", words);
}

void
oree_bus_audit (OreeService *service, const char *who, const char *interface, const char *method, const char *note,
                const char *outcome)
{
  g_autofree char *shown = redacted (note);
  GVariantDict body;

  oree_info ("call %s.%s by %s%s%s: %s", interface + strlen (OREE_BUS_NAME) + 1, method, who, *shown != '\0' ? " " : "",
             shown, outcome);
  if (!is_kept (interface, method, outcome))
    return;
  g_variant_dict_init (&body, NULL);
  g_variant_dict_insert (&body, "who", "s", who);
  g_variant_dict_insert (&body, "interface", "s", interface);
  g_variant_dict_insert (&body, "method", "s", method);
  g_variant_dict_insert (&body, "outcome", "s", outcome);
  if (note != NULL)
    g_variant_dict_insert (&body, "note", "s", note);
  oree_service_audit (service, g_variant_dict_end (&body));
}
