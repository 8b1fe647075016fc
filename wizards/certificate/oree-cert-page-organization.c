/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-organization.h"

struct _OreeCertPageOrganization
{
  OreeCertPage parent;
  GtkWidget *organization;
  GtkWidget *unit;
};

G_DEFINE_FINAL_TYPE (OreeCertPageOrganization, oree_cert_page_organization, OREE_TYPE_CERT_PAGE)

static void
oree_cert_page_organization_class_init (OreeCertPageOrganizationClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  oree_cert_page_class_set_template (klass, "organization");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageOrganization, organization);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageOrganization, unit);
}

static void
oree_cert_page_organization_init (OreeCertPageOrganization *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->organization), "organization");
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->unit), "organizational-unit");
}
