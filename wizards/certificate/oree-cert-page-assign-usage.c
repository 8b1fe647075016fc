/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-assign-usage.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageAssignUsage
{
  OreeCertPage parent;
  GtkWidget *external;
  GtkWidget *internal;
  GtkWidget *client;
  GtkWidget *av;
};

G_DEFINE_FINAL_TYPE (OreeCertPageAssignUsage, oree_cert_page_assign_usage, OREE_TYPE_CERT_PAGE)

static const char *const words[] = { "external", "internal", "client", "av" };

static void
buttons_of (OreeCertPageAssignUsage *self, GtkCheckButton *buttons[])
{
  buttons[0] = GTK_CHECK_BUTTON (self->external);
  buttons[1] = GTK_CHECK_BUTTON (self->internal);
  buttons[2] = GTK_CHECK_BUTTON (self->client);
  buttons[3] = GTK_CHECK_BUTTON (self->av);
}

static void
on_toggled (OreeCertPageAssignUsage *self)
{
  GtkCheckButton *buttons[G_N_ELEMENTS (words)];
  const char *chosen[G_N_ELEMENTS (words) + 1] = { NULL };
  gsize n = 0;

  buttons_of (self, buttons);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (gtk_check_button_get_active (buttons[i]))
      chosen[n++] = words[i];
  oree_cert_draft_set_assign_usages (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), chosen);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageAssignUsage *self = OREE_CERT_PAGE_ASSIGN_USAGE (page);
  OreeEdgeUsages set = oree_edge_usages_from_words (oree_cert_draft_get_assign_usages (oree_cert_page_get_draft (page)), NULL);
  GtkCheckButton *buttons[G_N_ELEMENTS (words)];

  buttons_of (self, buttons);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      OreeEdgeUsages mine = oree_edge_usages_from_word (words[i]);

      g_signal_handlers_block_by_func (buttons[i], on_toggled, self);
      gtk_check_button_set_active (buttons[i], (set & mine) != 0);
      g_signal_handlers_unblock_by_func (buttons[i], on_toggled, self);
    }
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), set == 0 ? _ ("Choose at least one usage.") : NULL);
}

static void
oree_cert_page_assign_usage_class_init (OreeCertPageAssignUsageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "assign-usage");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignUsage, external);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignUsage, internal);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignUsage, client);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageAssignUsage, av);
}

static void
oree_cert_page_assign_usage_init (OreeCertPageAssignUsage *self)
{
  GtkCheckButton *buttons[G_N_ELEMENTS (words)];

  gtk_widget_init_template (GTK_WIDGET (self));
  buttons_of (self, buttons);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_signal_connect_object (buttons[i], "toggled", G_CALLBACK (on_toggled), self, G_CONNECT_SWAPPED);
}
