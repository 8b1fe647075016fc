/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-summary.h"

#include "wizards/certificate/oree-cert-facts.h"
#include "wizards/certificate/oree-cert-names.h"
#include "wizards/certificate/oree-cert-problems.h"
#include "client/oree-sentences.h"
#include "wizards/flow/oree-wizard.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageSummary
{
  OreeCertPage parent;
  GtkWidget *facts;
  GtkWidget *names;
  GtkWidget *problems;
  GCancellable *checking; /* a CheckRequest under way; NULL: none */
};

G_DEFINE_FINAL_TYPE (OreeCertPageSummary, oree_cert_page_summary, OREE_TYPE_CERT_PAGE)

/* Kinds of keys, as the page before calls them. */
static const struct
{
  const char *nick;
  const char *text;
} keys[] = {
  { "rsa-2048", N_ ("RSA, 2048 bits (default)") }, { "rsa-3072", N_ ("RSA, 3072 bits") },
  { "rsa-4096", N_ ("RSA, 4096 bits") },           { "ecdsa-p256", N_ ("ECDSA P-256") },
  { "ecdsa-p384", N_ ("ECDSA P-384") },
};

static const char *
key_in_words (const char *nick)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].nick, nick))
      return _ (keys[i].text);
  return nick;
}

static char *
usages_in_words (OreeCertDraft *draft)
{
  g_auto (GStrv) words = oree_cert_draft_dup_list (draft, "usages");
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (oree_edge_usages_from_words ((const char *const *) words, NULL));
  GString *text = g_string_new (NULL);

  for (gsize i = 0; nicks[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", oree_sentence_edge_usage (nicks[i]));
  return g_string_free (text, FALSE);
}

/* `normalised` as CheckRequest said; NULL: not yet. */
static const char *
eku_in_words (GVariant *normalised)
{
  gboolean server = FALSE, client = FALSE;

  if (normalised == NULL)
    return "";
  g_variant_lookup (normalised, "server-authentication", "b", &server);
  g_variant_lookup (normalised, "client-authentication", "b", &client);
  return server && client ? _ ("Server and client authentication")
         : client         ? _ ("Client authentication")
                          : _ ("Server authentication");
}

static void
draw (OreeCertPageSummary *self, GVariant *normalised)
{
  OreeCertSession *session = oree_cert_page_get_session (OREE_CERT_PAGE (self));
  OreeCertDraft *draft = oree_cert_session_get_draft (session);
  GVariant *needs = oree_cert_session_get_needs (session);
  OreeCertFacts *facts = OREE_CERT_FACTS (self->facts);
  g_autofree char *usages = usages_in_words (draft);
  const char *subject = "";

  if (needs != NULL)
    g_variant_lookup (needs, "subject", "&s", &subject);
  oree_cert_facts_begin (facts);
  oree_cert_facts_add_group (facts, _ ("Certificate"), "usage");
  oree_cert_facts_add (facts, _ ("Usage"), usages);
  oree_cert_facts_add (facts, _ ("Subject name"), subject);
  oree_cert_facts_add_group (facts, _ ("File"), "file");
  oree_cert_facts_add (facts, _ ("File name"), oree_cert_draft_get_file (draft));
  oree_cert_facts_add_group (facts, _ ("Name and Security Settings"), "security");
  oree_cert_facts_add (facts, _ ("Friendly name"), oree_cert_draft_get_text (draft, "friendly-name"));
  oree_cert_facts_add (facts, _ ("Bit length"), key_in_words (oree_cert_draft_get_text (draft, "key-type")));
  oree_cert_facts_add (facts, _ ("Private key"),
                       oree_cert_draft_get_flag (draft, "exportable") ? _ ("Exportable") : _ ("Not exportable"));
  oree_cert_facts_add (facts, _ ("Key usage"), eku_in_words (normalised));
  oree_cert_facts_add (facts, _ ("Certificate template name"), oree_cert_draft_get_text (draft, "template"));
  oree_cert_facts_add_group (facts, _ ("Organization Information"), "organization");
  oree_cert_facts_add (facts, _ ("Organization"), oree_cert_draft_get_text (draft, "organization"));
  oree_cert_facts_add (facts, _ ("Organizational unit"), oree_cert_draft_get_text (draft, "organizational-unit"));
  oree_cert_facts_add_group (facts, _ ("Geographical Information"), "geography");
  oree_cert_facts_add (facts, _ ("Country/Region"), oree_cert_draft_get_text (draft, "country"));
  oree_cert_facts_add (facts, _ ("State/Province"), oree_cert_draft_get_text (draft, "state"));
  oree_cert_facts_add (facts, _ ("City/Locality"), oree_cert_draft_get_text (draft, "city"));
  oree_cert_facts_add_group (facts, _ ("Subject alternative names"), "subject");
  oree_cert_facts_end (facts);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertPageSummary) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) normalised = NULL, names = NULL, rows = NULL;
  g_autoptr (OreeProblems) problems = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->checking);
  if (reply == NULL)
    {
      oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), oree_sentence_failure (error));
      return;
    }
  g_variant_get (reply, "(@a{sv}@aa{sv}@aa{sv})", &normalised, &names, &rows);
  problems = oree_problems_from_variant (rows);
  draw (self, normalised);
  oree_cert_problems_set (OREE_CERT_PROBLEMS (self->problems), problems, NULL);
  if (*oree_cert_draft_get_text (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), "renews") == '\0')
    oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), names, OREE_CERT_NAMES_REQUEST);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self),
                               oree_problems_n_errors (problems) > 0 ? _ ("Correct what is marked ✖.") : NULL);
}

/* The service has the last word before anything is done. */
static void
check (OreeCertPageSummary *self)
{
  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  self->checking = g_cancellable_new ();
  oree_client_call_async (oree_cert_page_get_client (OREE_CERT_PAGE (self)), OREE_CALL_CERTIFICATES_CHECK_REQUEST,
                          g_variant_new ("(@a{sv}a{sv})",
                                         oree_cert_draft_to_specification (oree_cert_page_get_draft (OREE_CERT_PAGE (self))),
                                         NULL),
                          self->checking, on_checked, g_object_ref (self));
}

static void
shown (OreeWizardPage *page)
{
  OreeCertPageSummary *self = OREE_CERT_PAGE_SUMMARY (page);

  draw (self, NULL);
  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), oree_cert_session_get_names (oree_cert_page_get_session (OREE_CERT_PAGE (self))),
                            OREE_CERT_NAMES_REQUEST);
  oree_wizard_page_set_reason (page, _ ("Waiting for the service…"));
  check (self);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageSummary *self = OREE_CERT_PAGE_SUMMARY (page);

  if (gtk_widget_get_mapped (GTK_WIDGET (page)))
    shown (OREE_WIZARD_PAGE (self));
}

static void
on_edit (OreeCertPageSummary *self, const char *name)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (OREE_IS_WIZARD (root))
    oree_wizard_go_to (OREE_WIZARD (root), name);
}

static void
on_copy (OreeCertPageSummary *self)
{
  g_autofree char *text = oree_cert_facts_to_text (OREE_CERT_FACTS (self->facts));
  GVariant *names = oree_cert_session_get_names (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  g_autoptr (GString) all = g_string_new (text);

  for (gsize i = 0; names != NULL && i < g_variant_n_children (names); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (names, i);
      const char *name = "";

      g_variant_lookup (row, "name", "&s", &name);
      g_string_append_printf (all, "%s\n", name);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), all->str);
  oree_ui_toast (GTK_WIDGET (self), _ ("Copied"), NULL, NULL, NULL);
}

static void
oree_cert_page_summary_dispose (GObject *object)
{
  OreeCertPageSummary *self = OREE_CERT_PAGE_SUMMARY (object);

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  G_OBJECT_CLASS (oree_cert_page_summary_parent_class)->dispose (object);
}

static void
oree_cert_page_summary_class_init (OreeCertPageSummaryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oree_cert_page_summary_dispose;
  OREE_CERT_PAGE_CLASS (klass)->update = update;
  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  oree_cert_page_class_set_template (klass, "summary");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSummary, facts);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSummary, names);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageSummary, problems);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
}

static void
oree_cert_page_summary_init (OreeCertPageSummary *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->facts, "edit", G_CALLBACK (on_edit), self, G_CONNECT_SWAPPED);
}
