/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-security.h"

#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageSecurity
{
  OreeCertPage parent;
  GtkWidget *friendly;
  GtkWidget *key;
  GtkWidget *exportable;
  GtkWidget *usage;
  GtkWidget *explanation;
  GtkWidget *pair_group;
  GtkWidget *pair;
  GtkWidget *forecast;
  GCancellable *cancellable;
  gboolean asked; /* who refused certificates for servers only */
};

G_DEFINE_FINAL_TYPE (OreeCertPageSecurity, oree_cert_page_security, OREE_TYPE_CERT_PAGE)

/* The items of a drop-down stand in the order of the enumeration: its index is the value. */
static void
choose (GtkWidget *drop, const OreeEnumValue *values, const char *nick)
{
  int value;

  if (oree_enum_from_nick (values, oree_span_str (nick), &value))
    gtk_drop_down_set_selected (GTK_DROP_DOWN (drop), (guint) value);
}

static void
on_selected (OreeCertPageSecurity *self)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));
  guint key = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->key));
  guint usage = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->usage));

  oree_cert_draft_set_text (draft, "key-type", oree_enum_to_nick (oree_key_types, (int) key));
  oree_cert_draft_set_text (draft, "key-usage", oree_enum_to_nick (oree_csr_usages, (int) usage));
}

static void
on_pair (OreeCertPageSecurity *self)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (OREE_CERT_PAGE (self));
  gboolean pair = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->pair));

  if (oree_cert_draft_get_pair (draft) == pair)
    return;
  oree_cert_draft_set_pair (draft, pair);
  /* A pair is what makes the first one a server's alone. */
  if (pair)
    oree_cert_draft_set_text (draft, "key-usage", oree_enum_to_nick (oree_csr_usages, OREE_CSR_USAGE_SERVER));
}

static void
add_line (GString *text, const char *line)
{
  if (*line != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", line);
}

/* What the request asks for by need, why, and what public authorities think of it. */
static char *
explain (OreeCertPageSecurity *self, const char *usage)
{
  GVariant *needs = oree_cert_session_get_needs (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  const char *client = "no", *reason = "", *detail = "";
  g_autofree char *why = NULL;
  GString *text = g_string_new (NULL);

  if (needs != NULL)
    {
      g_variant_lookup (needs, "client-authentication", "&s", &client);
      g_variant_lookup (needs, "client-reason", "&s", &reason);
      g_variant_lookup (needs, "client-detail", "&s", &detail);
    }
  why = *reason != '\0' ? oree_sentence_client_reason (reason, detail) : NULL;
  if (g_str_equal (client, "no"))
    add_line (text, _ ("Today nothing asks for client authentication: “As needed today” means server authentication."));
  else if (why != NULL)
    {
      /* TRANSLATORS: {reason} is one of “the public provider AOL wants it”, “it is shown where we connect” … */
      g_auto (GStrv) parts = g_strsplit (_ ("Client authentication is asked for today: {reason}."), "{reason}", 2);
      g_autofree char *line = g_strjoinv (why, parts);

      add_line (text, line);
    }
  if (g_str_equal (usage, "both") || g_str_equal (usage, "client")
      || (g_str_equal (usage, "as-needed") && !g_str_equal (client, "no")))
    add_line (text, _ ("Public authorities no longer issue certificates for client authentication: they refuse such a request, or leave it out. Ask a public authority for server authentication, and a private one for the client identity."));
  return g_string_free (text, FALSE);
}

static gboolean
is_external (OreeCertPageSecurity *self)
{
  g_auto (GStrv) usages = oree_cert_draft_dup_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), "usages");
  OreeEdgeUsages set = oree_edge_usages_from_words ((const char *const *) usages, NULL);

  return (set & OREE_EDGE_USAGES_EXTERNAL) != 0;
}

static void
update (OreeCertPage *page)
{
  OreeCertPageSecurity *self = OREE_CERT_PAGE_SECURITY (page);
  OreeCertDraft *draft = oree_cert_page_get_draft (page);
  g_autofree char *usage = g_strdup (oree_cert_draft_get_text (draft, "key-usage"));
  g_autofree char *explanation = explain (self, usage);

  g_signal_handlers_block_by_func (self->key, on_selected, self);
  g_signal_handlers_block_by_func (self->usage, on_selected, self);
  choose (self->key, oree_key_types, oree_cert_draft_get_text (draft, "key-type"));
  choose (self->usage, oree_csr_usages, usage);
  g_signal_handlers_unblock_by_func (self->key, on_selected, self);
  g_signal_handlers_unblock_by_func (self->usage, on_selected, self);
  gtk_label_set_label (GTK_LABEL (self->explanation), explanation);
  gtk_widget_set_visible (self->explanation, *explanation != '\0');
  gtk_widget_set_visible (self->pair_group, is_external (self));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->pair), oree_cert_draft_get_pair (draft));
}

/* Who is known to refuse a certificate for servers only, by what their servers did before. */
static void
on_forecast (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageSecurity) self = data;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, NULL);
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  g_auto (GStrv) parts = NULL;
  g_autofree char *text = NULL;

  if (reply == NULL || self->cancellable == NULL)
    return;
  rows = g_variant_get_child_value (reply, 0);
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *seen = "", *partner = "";

      g_variant_lookup (row, "server-only", "&s", &seen);
      g_variant_lookup (row, "partner", "&s", &partner);
      if (g_str_has_prefix (seen, "refused"))
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", partner);
    }
  if (names->len == 0)
    return;
  /* TRANSLATORS: {partners} is a list of domains. */
  parts = g_strsplit (_ ("⚠ Seen before: these partners refused a certificate without client authentication: {partners}"),
                      "{partners}", 2);
  text = g_strjoinv (names->str, parts);
  gtk_label_set_label (GTK_LABEL (self->forecast), text);
  gtk_widget_set_visible (self->forecast, TRUE);
}

static void
on_pem (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageSecurity) self = data;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, NULL);
  const char *pem;

  if (reply == NULL || self->cancellable == NULL)
    return;
  g_variant_get (reply, "(@a{sv}&s)", NULL, &pem);
  oree_client_call_async (OREE_CLIENT (source), OREE_CALL_FORECAST, g_variant_new ("(sa{sv})", pem, NULL),
                          self->cancellable, on_forecast, g_object_ref (self));
}

/* The evidence does not depend on the certificate; any of ours will do to ask for it. */
static void
shown (OreeWizardPage *page)
{
  OreeCertPageSecurity *self = OREE_CERT_PAGE_SECURITY (page);
  GPtrArray *certificates
      = oree_client_certs_get_certificates (oree_cert_session_get_certs (oree_cert_page_get_session (OREE_CERT_PAGE (page))));
  const OreeCertRecord *first;

  if (self->asked || certificates->len == 0)
    return;
  self->asked = TRUE;
  first = g_ptr_array_index (certificates, 0);
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (page)), OREE_CALL_CERTIFICATES_GET,
                          g_variant_new ("(sa{sv})", first->id, NULL), self->cancellable, on_pem, g_object_ref (self));
}

static void
oree_cert_page_security_dispose (GObject *object)
{
  OreeCertPageSecurity *self = OREE_CERT_PAGE_SECURITY (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (oree_cert_page_security_parent_class)->dispose (object);
}

static void
oree_cert_page_security_class_init (OreeCertPageSecurityClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_cert_page_security_dispose;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  oree_cert_page_class_set_template (klass, "security");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, friendly);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, key);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, exportable);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, usage);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, explanation);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, pair_group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, pair);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSecurity, forecast);
}

static void
oree_cert_page_security_init (OreeCertPageSecurity *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (self->forecast, FALSE);
  oree_cert_page_bind_text (OREE_CERT_PAGE (self), OREE_WIZARD_FIELD (self->friendly), "friendly-name");
  oree_cert_page_bind_flag (OREE_CERT_PAGE (self), G_OBJECT (self->exportable), "active", "exportable");
  g_signal_connect_object (self->key, "notify::selected", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->usage, "notify::selected", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pair, "notify::active", G_CALLBACK (on_pair), self, G_CONNECT_SWAPPED);
}
