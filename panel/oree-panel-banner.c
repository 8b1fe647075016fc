/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worst comes first: absent, read-only, versions that differ. */
#include "panel/oree-panel-banner.h"

#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreePanelBanner
{
  AdwBin parent;
  GtkInfoBar *bar;
  GtkLabel *text;
  GtkButton *button;
  OreeClientSession *session;
};

G_DEFINE_FINAL_TYPE (OreePanelBanner, oree_panel_banner, ADW_TYPE_BIN)

/* A bar that is merely not revealed is still read out. */
static void
reveal (OreePanelBanner *self, gboolean revealed)
{
  gtk_widget_set_visible (GTK_WIDGET (self->bar), revealed);
  gtk_info_bar_set_revealed (self->bar, revealed);
}

static void
show (OreePanelBanner *self, GtkMessageType type, const char *text, const char *button)
{
  gtk_info_bar_set_message_type (self->bar, type);
  gtk_label_set_label (self->text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (self->button, button);
  reveal (self, TRUE);
}

static void
show_absent (OreePanelBanner *self)
{
  g_autofree char *when = oree_ui_short_time (oree_client_session_get_status_time (self->session));
  /* TRANSLATORS: %s is a time. */
  g_autofree char *text
      = g_strdup_printf (_ ("The edge service is not running. Showing the last known settings (%s)."), when);

  show (self, GTK_MESSAGE_WARNING, text, _ ("Try again"));
}

static void
show_version (OreePanelBanner *self, int difference)
{
  GVariant *status = oree_client_session_get_status (self->session);
  const char *version = "?";
  g_autofree char *text = NULL;

  g_variant_lookup (status, "version", "&s", &version);
  /* TRANSLATORS: the version of the service, the version of this program. */
  text = g_strdup_printf (difference > 0
                              ? _ ("The service (%s) is newer than this panel (%s). Some settings are not shown.")
                              : _ ("The service (%s) is older than this panel (%s). Some settings cannot be changed."),
                          version, OREE_VERSION);
  show (self, GTK_MESSAGE_INFO, text, NULL);
}

static void
update (OreePanelBanner *self)
{
  OreeSessionState state = oree_client_session_get_state (self->session);
  int version = oree_client_session_compare_version (self->session);

  /* The window says the rest in place of its pages. */
  if (state == OREE_SESSION_DENIED || (oree_client_session_get_status (self->session) == NULL
                                       && (state == OREE_SESSION_ABSENT || state == OREE_SESSION_NO_BUS)))
    reveal (self, FALSE);
  else if (state == OREE_SESSION_ABSENT || state == OREE_SESSION_NO_BUS)
    show_absent (self);
  else if (oree_client_session_is_read_only (self->session))
    show (self, GTK_MESSAGE_INFO, _ ("You can view the settings. Changing them needs authorization."), _ ("Unlock…"));
  else if (state == OREE_SESSION_READY && version != 0)
    show_version (self, version);
  else
    reveal (self, FALSE);
}

static void
on_response (OreePanelBanner *self, int response)
{
  if (oree_client_session_is_read_only (self->session))
    oree_client_session_unlock (self->session);
  else
    oree_client_session_refresh (self->session);
}

static void
oree_panel_banner_dispose (GObject *object)
{
  g_clear_object (&OREE_PANEL_BANNER (object)->session);
  G_OBJECT_CLASS (oree_panel_banner_parent_class)->dispose (object);
}

static void
oree_panel_banner_class_init (OreePanelBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_panel_banner_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/Panel/oree-panel-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, OreePanelBanner, bar);
  gtk_widget_class_bind_template_child (widget_class, OreePanelBanner, text);
  gtk_widget_class_bind_template_child (widget_class, OreePanelBanner, button);
  gtk_widget_class_bind_template_callback (widget_class, on_response);
}

static void
oree_panel_banner_init (OreePanelBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
oree_panel_banner_set_session (OreePanelBanner *self, OreeClientSession *session)
{
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
