/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/users/oree-user-form.h"

#include "client/oree-client-list.h"
#include "panel/users/oree-grant-dialog.h"
#include "ui/oree-reference-row.h"

struct _OreeUserForm
{
  AdwPreferencesPage parent;
  OreeReferenceRow *policy;
  OreeReferenceRow *site;
  OreeClientList *policies;
  OreeClientList *sites;
};

enum
{
  PROP_SESSION = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreeUserForm, oree_user_form, ADW_TYPE_PREFERENCES_PAGE)

static void
on_policies (OreeUserForm *self)
{
  g_auto (GStrv) names = oree_grant_user_policies (G_LIST_MODEL (self->policies));

  oree_reference_row_set_names (self->policy, (const char *const *) names);
}

static void
on_sites (OreeUserForm *self)
{
  g_auto (GStrv) names = oree_client_list_dup_ids (self->sites);

  oree_reference_row_set_names (self->site, (const char *const *) names);
}

static void
set_session (OreeUserForm *self, OreeClientSession *session)
{
  if (self->policies != NULL || session == NULL)
    return;
  self->policies = oree_client_list_new_for_kind (session, "external-access-policy");
  self->sites = oree_client_list_new_for_kind (session, "site");
  g_signal_connect_object (self->policies, "loaded", G_CALLBACK (on_policies), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sites, "loaded", G_CALLBACK (on_sites), self, G_CONNECT_SWAPPED);
}

static void
oree_user_form_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    set_session (OREE_USER_FORM (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_user_form_dispose (GObject *object)
{
  OreeUserForm *self = OREE_USER_FORM (object);

  g_clear_object (&self->policies);
  g_clear_object (&self->sites);
  G_OBJECT_CLASS (oree_user_form_parent_class)->dispose (object);
}

static void
oree_user_form_class_init (OreeUserFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_user_form_set_property;
  G_OBJECT_CLASS (klass)->dispose = oree_user_form_dispose;
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, OREE_TYPE_CLIENT_SESSION,
                                             G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-user-form.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeUserForm, policy);
  gtk_widget_class_bind_template_child (widget_class, OreeUserForm, site);
}

static void
oree_user_form_init (OreeUserForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
