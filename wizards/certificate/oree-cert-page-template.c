/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-template.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageTemplate
{
  OreeCertPage parent;
  GtkWidget *use;
  GtkWidget *name;
  char *kept; /* what was typed, while the box is not ticked */
};

G_DEFINE_FINAL_TYPE (OreeCertPageTemplate, oree_cert_page_template, OREE_TYPE_CERT_PAGE)

static gboolean
is_used (OreeCertPageTemplate *self)
{
  return gtk_check_button_get_active (GTK_CHECK_BUTTON (self->use));
}

/* Ticked without a name is the one thing the field table cannot know: for it, no name means no template. */
static void
update (OreeCertPage *page)
{
  OreeCertPageTemplate *self = OREE_CERT_PAGE_TEMPLATE (page);
  const char *name = oree_cert_draft_get_text (oree_cert_page_get_draft (page), "template");
  g_autofree char *reason = oree_cert_page_dup_field_reason (page);

  if (*name != '\0')
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->use), TRUE);
  gtk_widget_set_sensitive (self->name, is_used (self));
  if (reason == NULL && is_used (self) && *name == '\0')
    reason = g_strdup (_ ("Enter the name of the template, or untick the box."));
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), reason);
}

static void
on_use (OreeCertPageTemplate *self)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));

  if (is_used (self))
    {
      if (self->kept != NULL)
        oree_cert_draft_set_text (draft, "template", self->kept);
    }
  else
    {
      g_free (self->kept);
      self->kept = g_strdup (oree_cert_draft_get_text (draft, "template"));
      oree_cert_draft_set_text (draft, "template", "");
    }
  update (OREE_CERT_PAGE (self));
}

static void
oree_cert_page_template_finalize (GObject *object)
{
  g_free (OREE_CERT_PAGE_TEMPLATE (object)->kept);
  G_OBJECT_CLASS (oree_cert_page_template_parent_class)->finalize (object);
}

static void
oree_cert_page_template_class_init (OreeCertPageTemplateClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_template_finalize;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "template");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTemplate, use);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTemplate, name);
}

static void
oree_cert_page_template_init (OreeCertPageTemplate *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->name), "template");
  g_signal_connect_object (self->use, "notify::active", G_CALLBACK (on_use), self, G_CONNECT_SWAPPED);
}
