/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-usage.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageUsage
{
  OreeCertPage parent;
  GtkWidget *external;
  GtkWidget *internal;
  GtkWidget *client;
  GtkWidget *av;
  GtkWidget *renews;
};

G_DEFINE_FINAL_TYPE (OreeCertPageUsage, oree_cert_page_usage, OREE_TYPE_CERT_PAGE)

/* The words of groups that the service understands. */
static const char *const words[] = { "external", "internal", "client", "av" };

static void
buttons_of (OreeCertPageUsage *self, GtkCheckButton *buttons[])
{
  buttons[0] = GTK_CHECK_BUTTON (self->external);
  buttons[1] = GTK_CHECK_BUTTON (self->internal);
  buttons[2] = GTK_CHECK_BUTTON (self->client);
  buttons[3] = GTK_CHECK_BUTTON (self->av);
}

static void
on_toggled (OreeCertPageUsage *self)
{
  GtkCheckButton *buttons[G_N_ELEMENTS (words)];

  buttons_of (self, buttons);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (gtk_check_button_get_active (buttons[i]))
      {
        const char *const usages[] = { words[i], NULL };

        oree_cert_draft_set_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), "usages", usages);
      }
}

static void
update (OreeCertPage *page)
{
  OreeCertPageUsage *self = OREE_CERT_PAGE_USAGE (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  g_auto (GStrv) usages = oree_cert_draft_dup_list (draft, "usages");
  OreeEdgeUsages set = oree_edge_usages_from_words ((const char *const *) usages, NULL);
  const OreeCertRecord *old = oree_client_certs_find (oree_cert_session_get_certs (oree_cert_page_get_session (page)),
                                                      oree_cert_draft_get_text (draft, "renews"));
  GtkCheckButton *buttons[G_N_ELEMENTS (words)];
  g_autofree char *text = NULL;

  buttons_of (self, buttons);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (set != 0 && (set & oree_edge_usages_from_word (words[i])) == set)
      gtk_check_button_set_active (buttons[i], TRUE);
  if (old != NULL)
    /* TRANSLATORS: %s is the name of a certificate. */
    text = g_strdup_printf (_ ("This request renews the certificate “%s”. Names are those needed today; what differs is marked."),
                            *old->friendly_name != '\0' ? old->friendly_name : old->common_name);
  gtk_label_set_label (GTK_LABEL (self->renews), text != NULL ? text : "");
  gtk_widget_set_visible (self->renews, text != NULL);
}

static void
oree_cert_page_usage_class_init (OreeCertPageUsageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "usage");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageUsage, external);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageUsage, internal);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageUsage, client);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageUsage, av);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageUsage, renews);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
}

static void
oree_cert_page_usage_init (OreeCertPageUsage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
