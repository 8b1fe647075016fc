/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-sip.h"

#include "wizards/certificate/oree-cert-names.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageSip
{
  OreeCertPage parent;
  GtkWidget *group;
  GtkWidget *all;
  GtkWidget *none;
  GtkWidget *names;
  char **domains;     /* as shown */
  GPtrArray *buttons; /* one check button per domain; borrowed */
  GPtrArray *rows;    /* likewise */
};

G_DEFINE_FINAL_TYPE (OreeCertPageSip, oree_cert_page_sip, OREE_TYPE_CERT_PAGE)

static void
on_tick (OreeCertPageSip *self)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ticked = NULL;
  gboolean all = TRUE;

  for (guint i = 0; i < self->buttons->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->buttons, i)))
      g_strv_builder_add (builder, self->domains[i]);
    else
      all = FALSE;
  ticked = g_strv_builder_end (builder);
  oree_cert_draft_set_list (draft, "sip-domains", (const char *const *) ticked);
  oree_cert_draft_set_flag (draft, "all-sip-domains", all);
}

static void
tick_all (OreeCertPageSip *self, gboolean on)
{
  for (guint i = 0; i < self->buttons->len; i++)
    gtk_check_button_set_active (g_ptr_array_index (self->buttons, i), on);
}

static void
on_all (OreeCertPageSip *self)
{
  tick_all (self, TRUE);
}

static void
on_none (OreeCertPageSip *self)
{
  tick_all (self, FALSE);
}

static void
add_domain (OreeCertPageSip *self, const char *domain)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_check_button_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), domain);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_focusable (row, FALSE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_ptr_array_add (self->buttons, button);
  g_ptr_array_add (self->rows, row);
  g_signal_connect_object (button, "notify::active", G_CALLBACK (on_tick), self, G_CONNECT_SWAPPED);
}

/* The domains changed, which happens when somebody edits the topology meanwhile. */
static void
rebuild (OreeCertPageSip *self, char **domains)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->group), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->buttons, 0);
  g_strfreev (self->domains);
  self->domains = g_strdupv (domains);
  for (gsize i = 0; domains[i] != NULL; i++)
    add_domain (self, domains[i]);
}

static void
draw_row (OreeCertPageSip *self, guint i, const char *subject, gboolean on)
{
  g_autofree char *name = g_strconcat ("sip.", self->domains[i], NULL);
  /* TRANSLATORS: %s is a host name. */
  g_autofree char *adds = g_strdup_printf (_ ("Adds %s"), name);
  gboolean is_subject = g_str_equal (name, subject);
  GtkWidget *button = g_ptr_array_index (self->buttons, i);

  adw_action_row_set_subtitle (g_ptr_array_index (self->rows, i),
                               is_subject ? _ ("Already included: it is the subject name") : adds);
  gtk_widget_set_sensitive (button, !is_subject);
  /* A list whose first row takes no keyboard is passed over whole (GTK 4.8); here one wants to hear why it is fixed. */
  gtk_widget_set_focusable (g_ptr_array_index (self->rows, i), is_subject);
  g_signal_handlers_block_by_func (button, on_tick, self);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), on || is_subject);
  g_signal_handlers_unblock_by_func (button, on_tick, self);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageSip *self = OREE_CERT_PAGE_SIP (page);
  OreeCertSession *session = oree_cert_page_get_session (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  GVariant *needs = oree_cert_session_get_needs (session);
  gboolean all = oree_cert_draft_get_flag (draft, "all-sip-domains");
  g_auto (GStrv) ticked = oree_cert_draft_dup_list (draft, "sip-domains");
  g_auto (GStrv) domains = NULL;
  const char *subject = "";

  if (needs != NULL && g_variant_lookup (needs, "sip-domains", "^as", &domains))
    {
      g_variant_lookup (needs, "subject", "&s", &subject);
      if (self->domains == NULL || !g_strv_equal ((const char *const *) domains, (const char *const *) self->domains))
        rebuild (self, domains);
    }
  for (guint i = 0; i < self->buttons->len; i++)
    draw_row (self, i, subject, all || g_strv_contains ((const char *const *) ticked, self->domains[i]));
  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), oree_cert_session_get_names (session),
                            OREE_CERT_NAMES_REQUEST);
}

static void
oree_cert_page_sip_finalize (GObject *object)
{
  OreeCertPageSip *self = OREE_CERT_PAGE_SIP (object);

  g_strfreev (self->domains);
  g_ptr_array_unref (self->buttons);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (oree_cert_page_sip_parent_class)->finalize (object);
}

static void
oree_cert_page_sip_class_init (OreeCertPageSipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oree_cert_page_sip_finalize;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "sip");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSip, group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSip, all);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSip, none);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSip, names);
  gtk_widget_class_bind_template_callback (widget_class, on_all);
  gtk_widget_class_bind_template_callback (widget_class, on_none);
}

static void
oree_cert_page_sip_init (OreeCertPageSip *self)
{
  self->buttons = g_ptr_array_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
