/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-geography.h"

#include "wizards/certificate/oree-cert-countries.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageGeography
{
  OreeCertPage parent;
  GtkWidget *country;
  GtkWidget *state;
  GtkWidget *city;
  GPtrArray *countries; /* OreeCertCountry; the drop-down has one item before them: none */
};

G_DEFINE_FINAL_TYPE (OreeCertPageGeography, oree_cert_page_geography, OREE_TYPE_CERT_PAGE)

static void
on_selected (OreeCertPageGeography *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->country));
  const OreeCertCountry *country = NULL;

  if (selected == GTK_INVALID_LIST_POSITION)
    return;
  if (selected > 0)
    country = g_ptr_array_index (self->countries, selected - 1);
  oree_cert_draft_set_text (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), "country",
                            country != NULL ? country->code : "");
}

static void
update (OreeCertPage *page)
{
  OreeCertPageGeography *self = OREE_CERT_PAGE_GEOGRAPHY (page);
  const char *code = oree_cert_draft_get_text (oree_cert_page_get_draft (page), "country");
  guint at = 0;

  for (guint i = 0; i < self->countries->len; i++)
    if (g_ascii_strcasecmp (((OreeCertCountry *) g_ptr_array_index (self->countries, i))->code, code) == 0)
      at = i + 1;
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->country)) != at)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->country), at);
}

static void
oree_cert_page_geography_finalize (GObject *object)
{
  g_ptr_array_unref (OREE_CERT_PAGE_GEOGRAPHY (object)->countries);
  G_OBJECT_CLASS (oree_cert_page_geography_parent_class)->finalize (object);
}

static void
oree_cert_page_geography_class_init (OreeCertPageGeographyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_geography_finalize;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "geography");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageGeography, country);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageGeography, state);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageGeography, city);
}

static void
oree_cert_page_geography_init (OreeCertPageGeography *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GtkExpression) expression = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  self->countries = oree_cert_countries_new ();
  gtk_string_list_append (names, C_ ("country", "(none)"));
  for (guint i = 0; i < self->countries->len; i++)
    gtk_string_list_append (names, ((OreeCertCountry *) g_ptr_array_index (self->countries, i))->name);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_expression (GTK_DROP_DOWN (self->country), expression);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->country), G_LIST_MODEL (names));
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->state), "state");
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->city), "city");
  g_signal_connect_object (self->country, "notify::selected", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
}
