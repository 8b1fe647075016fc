/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-timing.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageTiming
{
  OreeCertPage parent;
  GtkWidget *later;
  GtkWidget *now;
  GtkWidget *now_row;
};

G_DEFINE_FINAL_TYPE (OreeCertPageTiming, oree_cert_page_timing, OREE_TYPE_CERT_PAGE)

/* The service offers no online authority in this version; the choice is shown, for who looks for it. */
static void
update (OreeCertPage *page)
{
  OreeCertPageTiming *self = OREE_CERT_PAGE_TIMING (page);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->later), TRUE);
  /* Not the row: why it cannot be chosen is to be read. */
  gtk_widget_set_sensitive (self->now, FALSE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->now_row), _ ("No online authority is configured."));
}

static void
oree_cert_page_timing_class_init (OreeCertPageTimingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "timing");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTiming, later);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTiming, now);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTiming, now_row);
}

static void
oree_cert_page_timing_init (OreeCertPageTiming *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
