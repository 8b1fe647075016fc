/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/policy/oree-policy-form.h"

#include "client/oree-client-draft.h"
#include "model/oree-external-policy.h"
#include "ui/oree-words.h"

struct _OreePolicyForm
{
  AdwPreferencesPage parent;
  AdwActionRow *scope;
  GtkWidget *name;
};

enum
{
  PROP_DRAFT = 1,
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
}

static void
oree_policy_form_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DRAFT)
    set_draft (OREE_POLICY_FORM (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_policy_form_class_init (OreePolicyFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_policy_form_set_property;
  props[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, OREE_TYPE_CLIENT_DRAFT,
                                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-policy-form.ui");
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, scope);
  gtk_widget_class_bind_template_child (widget_class, OreePolicyForm, name);
}

static void
oree_policy_form_init (OreePolicyForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
