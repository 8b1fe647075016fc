/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-roles.h"

struct _OreeRoles
{
  OreePolicy *policy;
};

typedef struct
{
  OreeRoleId role;
  OreeRoleOp op;
  OreeRoleDone done;
  gpointer data;
} Asked;

typedef struct
{
  OreeRolesResult done;
  gpointer data;
  GVariant *result;
} Answer;

static const char *const role_nicks[] = { "access-edge", "xmpp-proxy", "xmpp-gateway", "front-end" };
static const char *const op_nicks[] = { "start", "stop", "pause", "resume", "drain" };

static GQueue waiting = G_QUEUE_INIT;
static GString *asked;
static GString *published;
static gboolean holding;
static const char *start_problem[OREE_N_ROLES];
static const char *start_detail[OREE_N_ROLES];
static OreeRolesOptions options_seen;

const char *
oree_role_nick (OreeRoleId role)
{
  return role_nicks[role];
}

gboolean
oree_role_from_nick (const char *nick, OreeRoleId *role)
{
  for (guint i = 0; i < OREE_N_ROLES; i++)
    if (g_str_equal (role_nicks[i], nick))
      {
        *role = (OreeRoleId) i;
        return TRUE;
      }
  return FALSE;
}

void
fake_roles_hold (gboolean hold)
{
  holding = hold;
}

gboolean
fake_roles_answer (const char *problem, const char *detail)
{
  g_autofree Asked *item = g_queue_pop_head (&waiting);

  if (item == NULL)
    return FALSE;
  item->done (item->role, item->op, problem, detail, item->data);
  return TRUE;
}

void
fake_roles_fail_start (OreeRoleId role, const char *problem, const char *detail)
{
  start_problem[role] = problem;
  start_detail[role] = detail;
}

static char *
take (GString **text)
{
  char *result = *text != NULL ? g_string_free (*text, FALSE) : g_strdup ("");

  *text = NULL;
  return result;
}

char *
fake_roles_asked (void)
{
  return take (&asked);
}

char *
fake_roles_published (void)
{
  return take (&published);
}

const OreeRolesOptions *
fake_roles_options (void)
{
  return &options_seen;
}

void
fake_roles_reset (void)
{
  g_free (take (&asked));
  g_free (take (&published));
  holding = FALSE;
  g_queue_clear_full (&waiting, g_free);
  for (guint i = 0; i < OREE_N_ROLES; i++)
    start_problem[i] = start_detail[i] = NULL;
}

OreeRoles *
oree_roles_new (OreePolicy *policy, const OreeRolesOptions *options)
{
  OreeRoles *self = g_new0 (OreeRoles, 1);

  self->policy = oree_policy_ref (policy);
  options_seen = *options;
  return self;
}

void
oree_roles_free (OreeRoles *self)
{
  oree_policy_unref (self->policy);
  g_free (self);
}

static gboolean
answer_later (gpointer data)
{
  Asked *item = data;
  gboolean fails = item->op == OREE_ROLE_OP_START && start_problem[item->role] != NULL;

  item->done (item->role, item->op, fails ? start_problem[item->role] : NULL, fails ? start_detail[item->role] : NULL,
              item->data);
  return G_SOURCE_REMOVE;
}

void
oree_roles_control (OreeRoles *self, OreeRoleId role, OreeRoleOp op, OreeRoleDone done, gpointer data)
{
  Asked *item = g_new0 (Asked, 1);

  *item = (Asked){ role, op, done, data };
  if (asked == NULL)
    asked = g_string_new (NULL);
  g_string_append_printf (asked, "%s%s %s", asked->len > 0 ? ", " : "", op_nicks[op], role_nicks[role]);
  if (holding)
    g_queue_push_tail (&waiting, item);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, answer_later, item, g_free);
}

static gboolean
result_later (gpointer data)
{
  Answer *item = data;

  item->done (item->result, item->data);
  g_variant_unref (item->result);
  g_free (item);
  return G_SOURCE_REMOVE;
}

static void
answer_result (OreeRolesResult done, gpointer data, GVariant *result)
{
  Answer *item = g_new0 (Answer, 1);

  *item = (Answer){ done, data, g_variant_ref_sink (result) };
  g_idle_add_full (G_PRIORITY_DEFAULT, result_later, item, NULL);
}

static GVariant *
impact (guint streams)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "streams-closed", "u", streams);
  g_variant_dict_insert (&dict, "subscriptions-ended", "u", 0);
  g_variant_dict_insert (&dict, "listeners-changed", "u", 0);
  return g_variant_dict_end (&dict);
}

void
oree_roles_publish (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data)
{
  if (published == NULL)
    published = g_string_new (NULL);
  g_string_append_printf (published, "%s%u", published->len > 0 ? " " : "", (guint) oree_policy_revision (policy));
  oree_policy_unref (self->policy);
  self->policy = oree_policy_ref (policy);
  answer_result (done, data, impact (1));
}

void
oree_roles_retrust (OreeRoles *self, OreeTlsSet *tls, OreeRolesResult done, gpointer data)
{
  options_seen.tls = tls; /* the service holds it */
  answer_result (done, data, impact (3));
}

void
oree_roles_forecast (OreeRoles *self, OreePolicy *policy, OreeRolesResult done, gpointer data)
{
  answer_result (done, data, impact (2));
}

void
oree_roles_list (OreeRoles *self, const char *what, OreeRolesResult done, gpointer data)
{
  answer_result (done, data, g_variant_new ("aa{sv}", NULL));
}

void
oree_roles_reset (OreeRoles *self, const char *partner, OreeRolesResult done, gpointer data)
{
  answer_result (done, data, g_variant_new ("a{sv}", NULL));
}

void
oree_roles_open_stream (OreeRoles *self, const char *local, const char *remote, OreeRolesResult done, gpointer data)
{
  answer_result (done, data, g_variant_new ("a{sv}", NULL));
}

void
oree_roles_counters (OreeRoles *self, OreeRolesResult done, gpointer data)
{
  answer_result (done, data, g_variant_new ("a{st}", NULL));
}

void
oree_roles_forget (OreeRoles *self, const char *space, const char *key, OreeRolesResult done, gpointer data)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "found", "b", g_str_equal (key, "alice@contoso.test juliet@fabrikam.test"));
  answer_result (done, data, g_variant_dict_end (&dict));
}
