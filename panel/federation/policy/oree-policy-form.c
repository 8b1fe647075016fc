/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/policy/oree-policy-form.h"

#include "client/oree-client-draft.h"
#include "client/oree-client-list.h"
#include "model/oree-external-policy.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

/* So many users are named; of the others it is said how many there are. */
#define USERS_NAMED 8

struct _OreePolicyForm
{
  AdwPreferencesPage parent;
  AdwActionRow *scope;
  GtkWidget *name;
  GtkWidget *assigned;
  AdwActionRow *users;
  GtkWidget *show_users;
  OreeClientList *people;
  char *id;
};

enum
{
  PROP_DRAFT = 1,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreePolicyForm, oree_policy_form, ADW_TYPE_PREFERENCES_PAGE)

const char *
oree_policy_form_scope (const char *id)
{
  static const char *const nicks[] = {
    [OREE_POLICY_SCOPE_GLOBAL] = "global",
    [OREE_POLICY_SCOPE_SITE] = "site",
    [OREE_POLICY_SCOPE_USER] = "user",
  };

  return oree_words_label ("scope", nicks[oree_external_policy_scope (id, NULL)]);
}

/* The users to whom the policy is granted; it takes effect for nobody else. */
static void
show_users (OreePolicyForm *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *literal = NULL, *place = NULL;
  guint n = 0;

  for (guint i = 0; self->people != NULL && self->id != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->people)); i++)
    {
      g_autoptr (OreeClientItem) user = g_list_model_get_item (G_LIST_MODEL (self->people), i);

      if (!g_str_equal (oree_client_item_text (user, "external-access-policy"), self->id))
        continue;
      if (n++ < USERS_NAMED)
        g_string_append_printf (text, "%s%s", n > 1 ? ", " : "", oree_client_item_get_id (user));
    }
  if (n > USERS_NAMED)
    /* TRANSLATORS: after the names of some users. */
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", n - USERS_NAMED), n - USERS_NAMED);
  if (n == 0)
    g_string_append (text, _ ("None yet: it has no effect until it is granted on the Users page."));
  literal = g_markup_escape_text (text->str, -1);
  adw_action_row_set_subtitle (self->users, literal);
  place = g_strconcat ("people/?", n > 0 ? self->id : "", NULL);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->show_users), "s", place);
}

static void
set_session (OreePolicyForm *self, OreeClientSession *session)
{
  self->people = oree_client_list_new_for_kind (session, "user");
  g_signal_connect_object (self->people, "loaded", G_CALLBACK (show_users), self, G_CONNECT_SWAPPED);
}

static void
set_draft (OreePolicyForm *self, OreeClientDraft *draft)
{
  const char *id = oree_client_draft_get_id (draft), *site = NULL;
  OreePolicyScope scope = oree_external_policy_scope (id, &site);
  g_autofree char *text = scope == OREE_POLICY_SCOPE_SITE
                              ? g_strdup_printf ("%s: %s", oree_policy_form_scope (id), site)
                              : g_strdup (oree_policy_form_scope (id));
  g_autofree char *literal = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (self->scope, literal);
  gtk_widget_set_visible (self->name, scope == OREE_POLICY_SCOPE_USER);
  gtk_widget_set_visible (self->assigned, scope == OREE_POLICY_SCOPE_USER && !oree_client_draft_is_new (draft));
  g_free (self->id);
  self->id = g_strdup (id);
  show_users (self);
}

static void
oree_policy_form_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DRAFT)
    set_draft (OREE_POLICY_FORM (object), g_value_get_object (value));
  else if (id == PROP_SESSION)
    set_session (OREE_POLICY_FORM (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_policy_form_finalize (GObject *object)
{
  g_clear_object (&OREE_POLICY_FORM (object)->people);
  g_free (OREE_POLICY_FORM (object)->id);
  G_OBJECT_CLASS (oree_policy_form_parent_class)->finalize (object);
}

static void
oree_policy_form_class_init (OreePolicyFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_policy_form_set_property;
  G_OBJECT_CLASS (klass)->finalize = oree_policy_form_finalize;
  props[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, OREE_TYPE_CLIENT_DRAFT,
                                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, OREE_TYPE_CLIENT_SESSION,
                                             G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-policy-form.ui");
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, scope);
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, name);
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, assigned);
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, users);
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, show_users);
}

static void
oree_policy_form_init (OreePolicyForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
