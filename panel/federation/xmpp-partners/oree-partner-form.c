/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which combinations work is the model's matrix (oree_xmpp_negotiation_row ()); here it is only put into words. */
#include "panel/federation/xmpp-partners/oree-partner-form.h"

#include "client/oree-client-draft.h"
#include "client/oree-client-list.h"
#include "client/oree-sentences.h"
#include "model/oree-xmpp-partner.h"
#include "ui/oree-field-row.h"
#include "ui/oree-reference-row.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreePartnerForm
{
  AdwPreferencesPage parent;
  GtkDropDown *presets;
  AdwActionRow *methods;
  GtkWidget *domain;
  OreeReferenceRow *profile;
  OreeClientDraft *draft;
  OreeClientList *profiles;
};

enum
{
  PROP_DRAFT = 1,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (OreePartnerForm, oree_partner_form, ADW_TYPE_PREFERENCES_PAGE)

typedef struct
{
  const char *label;
  const char *tls;
  const char *sasl;
  gboolean dialback;
} Preset;

static const Preset presets[] = {
  { N_ ("Choose…"), NULL, NULL, FALSE },
  { N_ ("Recommended"), "required", "optional", TRUE },
  { N_ ("Partner with certificate"), "required", "required", FALSE },
  { N_ ("Flexible"), "optional", "optional", TRUE },
  { N_ ("Dialback over TLS"), "required", "not-supported", TRUE },
  { N_ ("Dialback only, unencrypted"), "not-supported", "not-supported", TRUE },
};

static const struct
{
  OreeXmppMethods method;
  const char *name;
} names[] = {
  { OREE_XMPP_METHOD_SASL_TLS, N_ ("SASL over TLS") },
  { OREE_XMPP_METHOD_TLS_DIALBACK, N_ ("TLS dialback") },
  { OREE_XMPP_METHOD_TCP_DIALBACK, N_ ("TCP dialback (unencrypted)") },
};

char *
oree_partner_form_methods (guint methods)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((methods & names[i].method) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", _ (names[i].name));
  return g_string_free (text, FALSE);
}

static int
choice (OreePartnerForm *self, const char *name)
{
  g_autoptr (GVariant) value = oree_client_draft_get (self->draft, name);
  int chosen = 0;

  oree_enum_from_nick (oree_negotiations, oree_span_str (g_variant_get_string (value, NULL)), &chosen);
  return chosen;
}

/* Why the service would refuse it. */
static char *
refusal (const OreeXmppNegotiationRow *row)
{
  OreeProblem problem = { "", "", "", row->refusal, "", OREE_SEVERITY_ERROR };
  g_autofree char *reason = oree_sentence_problem_alone (&problem);

  return g_strconcat ("✖ ", reason, NULL);
}

static void
show (OreePartnerForm *self)
{
  const OreeXmppNegotiationRow *row = oree_xmpp_negotiation_row (
      (OreeNegotiation) choice (self, "tls-negotiation"), (OreeNegotiation) choice (self, "sasl-negotiation"),
      oree_client_draft_get_flag (self->draft, "support-dialback-negotiation"));
  g_autofree char *text = NULL, *literal = NULL;
  OreeXmppMethods methods;

  if (!row->storable)
    text = refusal (row);
  else
    {
      g_autofree char *list = NULL;

      /* What the whole record leaves of the row: certificates may be of no account. */
      methods = oree_xmpp_partner_methods ((const OreeXmppPartner *) oree_client_draft_peek (self->draft));
      list = oree_partner_form_methods (methods);
      text = g_strdup_printf ("%s %s", (methods & OREE_XMPP_METHOD_TCP_DIALBACK) != 0 ? "⚠" : "✔", list);
    }
  literal = g_markup_escape_text (text, -1);
  adw_action_row_set_subtitle (self->methods, literal);
}

static void
set (OreePartnerForm *self, const char *name, GVariant *value)
{
  oree_client_draft_set (self->draft, name, value);
}

/* The rows follow, for the editor fills them again. */
static void
on_preset (OreePartnerForm *self)
{
  guint chosen = gtk_drop_down_get_selected (self->presets);

  if (self->draft == NULL || chosen >= G_N_ELEMENTS (presets) || presets[chosen].tls == NULL)
    return;
  set (self, "tls-negotiation", g_variant_new_string (presets[chosen].tls));
  set (self, "sasl-negotiation", g_variant_new_string (presets[chosen].sasl));
  set (self, "support-dialback-negotiation", g_variant_new_boolean (presets[chosen].dialback));
  gtk_widget_activate_action (GTK_WIDGET (self), "page.refill", NULL);
  gtk_drop_down_set_selected (self->presets, 0);
}

static void
on_profiles (OreePartnerForm *self)
{
  g_auto (GStrv) ids = oree_client_list_dup_ids (self->profiles);

  oree_reference_row_set_names (self->profile, (const char *const *) ids);
}

static void
set_session (OreePartnerForm *self, OreeClientSession *session)
{
  self->profiles = oree_client_list_new_for_kind (session, "boundary-profile");
  g_signal_connect_object (self->profiles, "loaded", G_CALLBACK (on_profiles), self, G_CONNECT_SWAPPED);
}

static void
set_draft (OreePartnerForm *self, OreeClientDraft *draft)
{
  self->draft = g_object_ref (draft);
  g_signal_connect_object (draft, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
}

static void
oree_partner_form_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreePartnerForm *self = OREE_PARTNER_FORM (object);

  if (id == PROP_DRAFT)
    set_draft (self, g_value_get_object (value));
  else if (id == PROP_SESSION)
    set_session (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_partner_form_dispose (GObject *object)
{
  g_clear_object (&OREE_PARTNER_FORM (object)->draft);
  g_clear_object (&OREE_PARTNER_FORM (object)->profiles);
  G_OBJECT_CLASS (oree_partner_form_parent_class)->dispose (object);
}

static void
oree_partner_form_class_init (OreePartnerFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = oree_partner_form_set_property;
  G_OBJECT_CLASS (klass)->dispose = oree_partner_form_dispose;
  props[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, OREE_TYPE_CLIENT_DRAFT,
                                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, OREE_TYPE_CLIENT_SESSION,
                                             G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-partner-form.ui");
  gtk_widget_class_bind_template_child (widget_class, OreePartnerForm, profile);
  gtk_widget_class_bind_template_child (widget_class, OreePartnerForm, presets);
  gtk_widget_class_bind_template_child (widget_class, OreePartnerForm, methods);
  gtk_widget_class_bind_template_child (widget_class, OreePartnerForm, domain);
}

static void
oree_partner_form_init (OreePartnerForm *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    gtk_string_list_append (list, _ (presets[i].label));
  gtk_drop_down_set_model (self->presets, G_LIST_MODEL (list));
  oree_ui_set_label (GTK_WIDGET (self->presets), _ ("Apply a preset"));
  g_signal_connect_swapped (self->presets, "notify::selected", G_CALLBACK (on_preset), self);
}
