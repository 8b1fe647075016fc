/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/services/oree-role-commands.h"

#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

#define BIT(command) (1u << OREE_ROLE_##command)

typedef struct
{
  const char *state;
  guint offered;
  const char *mark;
} State;

/* Services.xml says the same: a call the state does not allow is refused with Error.Unsupported. */
static const State states[] = {
  { "stopped", BIT (START), "–" },
  { "start-pending", 0, "◌" },
  { "running", BIT (STOP) | BIT (PAUSE) | BIT (DRAIN) | BIT (RESTART), "✔" },
  { "pause-pending", 0, "◌" },
  { "paused", BIT (RESUME) | BIT (STOP) | BIT (RESTART), "⏸" },
  { "continue-pending", 0, "◌" },
  { "stop-pending", 0, "◌" },
};

static const struct
{
  const char *name;
  OreeCall call;
} commands[] = {
  [OREE_ROLE_START] = { "start", OREE_CALL_SERVICES_START },   [OREE_ROLE_STOP] = { "stop", OREE_CALL_SERVICES_STOP },
  [OREE_ROLE_PAUSE] = { "pause", OREE_CALL_SERVICES_PAUSE },   [OREE_ROLE_RESUME] = { "resume", OREE_CALL_SERVICES_RESUME },
  [OREE_ROLE_DRAIN] = { "drain", OREE_CALL_SERVICES_DRAIN },   [OREE_ROLE_RESTART] = { "restart", OREE_CALL_SERVICES_STOP },
};
G_STATIC_ASSERT (G_N_ELEMENTS (commands) == OREE_N_ROLE_COMMANDS);

static const State *
state_of (GVariant *row)
{
  const char *nick = "";

  g_variant_lookup (row, "state", "&s", &nick);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].state, nick))
      return &states[i];
  return NULL;
}

static gboolean
flag (GVariant *row, const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (row, name, "b", &value);
  return value;
}

const char *
oree_role_command_name (OreeRoleCommand command)
{
  return commands[command].name;
}

gboolean
oree_role_command_is_offered (OreeRoleCommand command, GVariant *row)
{
  const State *state = state_of (row);
  const char *start_type = "";

  if (state == NULL || (state->offered & (1u << command)) == 0)
    return FALSE;
  g_variant_lookup (row, "start-type", "&s", &start_type);
  return command != OREE_ROLE_START || !g_str_equal (start_type, "disabled");
}

OreeCall
oree_role_command_call (OreeRoleCommand command)
{
  return commands[command].call;
}

const char *
oree_role_state_word (GVariant *row)
{
  const char *nick = "";

  g_variant_lookup (row, "state", "&s", &nick);
  if (flag (row, "draining"))
    return _ ("Draining");
  if (flag (row, "degraded") && g_str_equal (nick, "stopped"))
    return C_ ("role", "Failed");
  return oree_sentence_role_state (nick);
}

const char *
oree_role_state_mark (GVariant *row)
{
  const State *state = state_of (row);

  if (flag (row, "draining") || (flag (row, "degraded") && state != NULL && g_str_equal (state->state, "running")))
    return "⚠";
  if (flag (row, "degraded"))
    return "✖";
  return state != NULL ? state->mark : "?";
}

char *
oree_role_complaint (GVariant *row)
{
  const char *reason = NULL, *detail = "";
  g_autofree char *sentence = NULL;

  if (!flag (row, "degraded") || !g_variant_lookup (row, "reason", "&s", &reason))
    return NULL;
  g_variant_lookup (row, "detail", "&s", &detail);
  sentence = oree_sentence_reason (reason);
  /* TRANSLATORS: why a role does not work, then what it is about (an address, a file). */
  return *detail != '\0' ? g_strdup_printf (_ ("%s (%s)"), sentence, detail) : g_steal_pointer (&sentence);
}

gboolean
oree_role_is_pending (GVariant *row)
{
  const State *state = state_of (row);

  return flag (row, "draining") || (state != NULL && state->offered == 0);
}
