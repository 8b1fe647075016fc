/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-extra.h"

#include "wizards/certificate/oree-cert-names.h"
#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FIELD "additional-names"

struct _OreeCertPageExtra
{
  OreeCertPage parent;
  GtkWidget *entry;
  GtkWidget *add;
  GtkWidget *clear;
  GtkWidget *names;
  GtkWidget *private_group;
  GtkWidget *srv;
  GtkWidget *srv_row;
  GtkWidget *xmpp;
  GtkWidget *xmpp_row;
};

G_DEFINE_FINAL_TYPE (OreeCertPageExtra, oree_cert_page_extra, OREE_TYPE_CERT_PAGE)

/* The row of a name that is in the request already; owned, NULL: it is not. */
static GVariant *
included (OreeCertPageExtra *self, const char *name)
{
  GVariant *names = oree_cert_session_get_names (oree_cert_page_get_session (OREE_CERT_PAGE (self)));

  for (gsize i = 0; names != NULL && i < g_variant_n_children (names); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (names, i);
      const char *have = "", *change = "";

      g_variant_lookup (row, "name", "&s", &have);
      g_variant_lookup (row, "change", "&s", &change);
      if (g_str_equal (have, name) && !g_str_equal (change, "dropped"))
        return g_steal_pointer (&row);
    }
  return NULL;
}

/* What is wrong with one name, in words, owned; NULL: nothing, and `*normal` is its normal form. A doubt is said, and
 * keeps nobody from adding it. */
static char *
judge (OreeCertPageExtra *self, const char *text, char **normal, char **doubt)
{
  g_autoptr (OreeProblems) problems
      = oree_cert_draft_check_name (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), text, normal);
  g_autoptr (GVariant) row = NULL;

  for (guint i = 0; problems != NULL && i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);

      if (problem->severity == OREE_SEVERITY_ERROR)
        return oree_sentence_problem_alone (problem);
      g_free (*doubt);
      *doubt = oree_sentence_problem_alone (problem);
    }
  row = *normal != NULL ? included (self, *normal) : NULL;
  if (row != NULL)
    {
      const char *reason = "", *detail = "";
      g_autofree char *why = NULL;

      g_variant_lookup (row, "reason", "&s", &reason);
      g_variant_lookup (row, "detail", "&s", &detail);
      why = oree_sentence_need (reason, detail);
      g_clear_pointer (normal, g_free);
      /* TRANSLATORS: %s says why a name is in the certificate: “XMPP domain”. */
      return g_strdup_printf (_ ("Already included: %s"), why);
    }
  return NULL;
}

static void
draw (OreeCertPageExtra *self)
{
  const char *text = oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->entry));
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *normal = NULL, *doubt = NULL;
  g_autofree char *problem = *stripped != '\0' ? judge (self, stripped, &normal, &doubt) : NULL;
  g_auto (GStrv) added = oree_cert_draft_dup_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), FIELD);

  oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->entry), problem);
  oree_wizard_field_set_warning (OREE_WIZARD_FIELD (self->entry), doubt);
  gtk_widget_set_sensitive (self->add, normal != NULL);
  gtk_widget_set_sensitive (self->clear, added[0] != NULL);
  /* What is typed and not added would be lost unseen. */
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self),
                               *stripped == '\0'  ? NULL
                               : problem != NULL ? _ ("Correct the name, or clear it.")
                                                 : _ ("Add the name, or clear it."));
}

/* What is said against these names stands beneath them as soon as they are ticked, and keeps nobody from asking for them. */
static void
draw_private (OreeCertPageExtra *self, GtkWidget *row, const char *field, const char *help)
{
  const OreeProblem *problem = oree_cert_draft_get_problem (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), field);
  g_autofree char *sentence = problem != NULL ? oree_sentence_problem_alone (problem) : NULL;
  g_autofree char *text = sentence != NULL ? g_strdup_printf ("%s\n⚠ %s", help, sentence) : g_strdup (help);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
}

/* Only partners' XMPP servers look for such names, and only in what is shown to them. */
static gboolean
has_xmpp_domains (OreeCertPageExtra *self)
{
  GVariant *needs = oree_cert_session_get_needs (oree_cert_page_get_session (OREE_CERT_PAGE (self)));
  g_auto (GStrv) usages = oree_cert_draft_dup_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), "usages");
  g_auto (GStrv) domains = NULL;

  return (oree_edge_usages_from_words ((const char *const *) usages, NULL) & OREE_EDGE_USAGES_EXTERNAL) != 0 && needs != NULL
         && g_variant_lookup (needs, "xmpp-domains", "^as", &domains) && domains[0] != NULL;
}

static void
update (OreeCertPage *page)
{
  OreeCertPageExtra *self = OREE_CERT_PAGE_EXTRA (page);

  gtk_widget_set_visible (self->private_group, has_xmpp_domains (self));
  draw_private (self, self->srv_row, "srv-names", _ ("One name for XMPP between servers alone, such as _xmpp-server.contoso.com."));
  draw_private (self, self->xmpp_row, "xmpp-addresses", _ ("The XMPP domain as XMPP’s own kind of name, for old partners that ask for it."));

  oree_cert_names_set_rows (OREE_CERT_NAMES (self->names), oree_cert_session_get_names (oree_cert_page_get_session (page)),
                            OREE_CERT_NAMES_REQUEST);
  draw (self);
}

static void
set_list (OreeCertPageExtra *self, GPtrArray *list)
{
  g_ptr_array_add (list, NULL);
  oree_cert_draft_set_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), FIELD, (const char *const *) list->pdata);
}

static void
on_add (OreeCertPageExtra *self)
{
  g_autofree char *text = g_strstrip (g_strdup (oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->entry))));
  g_autofree char *normal = NULL, *doubt = NULL;
  g_autofree char *problem = judge (self, text, &normal, &doubt);

  if (normal != NULL)
    {
      g_auto (GStrv) added = oree_cert_draft_dup_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), FIELD);
      g_autoptr (GPtrArray) list = g_ptr_array_new ();

      for (gsize i = 0; added[i] != NULL; i++)
        g_ptr_array_add (list, added[i]);
      g_ptr_array_add (list, normal);
      set_list (self, list);
      oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->entry), "");
    }
  gtk_widget_grab_focus (GTK_WIDGET (oree_wizard_field_get_editable (OREE_WIZARD_FIELD (self->entry))));
}

/* Enter adds what was typed; with nothing typed it goes on. */
static void
on_entry_activated (OreeCertPageExtra *self)
{
  if (*oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->entry)) != '\0')
    on_add (self);
  else
    gtk_widget_activate_default (GTK_WIDGET (self));
}

static void
on_remove (OreeCertPageExtra *self, const char *name)
{
  g_auto (GStrv) added = oree_cert_draft_dup_list (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), FIELD);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (gsize i = 0; added[i] != NULL; i++)
    if (!g_str_equal (added[i], name))
      g_ptr_array_add (list, added[i]);
  set_list (self, list);
  gtk_widget_grab_focus (GTK_WIDGET (oree_wizard_field_get_editable (OREE_WIZARD_FIELD (self->entry))));
}

static void
on_clear (OreeCertPageExtra *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  set_list (self, none);
}

/* Several lines at once: each that is right is added, the first that is not stays in the entry. */
static void
take_lines (OreeCertPageExtra *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n\t ,;", -1);
  g_autofree char *left = NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] == '\0')
        continue;
      oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->entry), lines[i]);
      on_add (self);
      if (left == NULL && *oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->entry)) != '\0')
        left = g_strdup (lines[i]);
    }
  oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->entry), left != NULL ? left : "");
}

/* An entry makes one line of what is pasted; the lines come to us as spaces or marks of line ends. */
static void
on_text (OreeCertPageExtra *self)
{
  const char *text = oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->entry));
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  if (strpbrk (stripped, "\r\n\t ,;") != NULL)
    take_lines (self, stripped);
  draw (self);
}

static void
oree_cert_page_extra_class_init (OreeCertPageExtraClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "extra");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, entry);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, clear);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, names);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, private_group);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, srv);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, srv_row);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, xmpp);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageExtra, xmpp_row);
  gtk_widget_class_bind_template_callback (widget_class, on_clear);
}

static void
oree_cert_page_extra_init (OreeCertPageExtra *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->add = gtk_button_new_with_label (C_ ("to a list", "Add"));
  oree_wizard_field_add (OREE_WIZARD_FIELD (self->entry), self->add);
  oree_cert_page_bind_flag (OREE_CERT_PAGE (self), G_OBJECT (self->srv), "active", "srv-names");
  oree_cert_page_bind_flag (OREE_CERT_PAGE (self), G_OBJECT (self->xmpp), "active", "xmpp-addresses");
  oree_cert_names_set_editable (OREE_CERT_NAMES (self->names), TRUE);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (on_add), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "notify::text", G_CALLBACK (on_text), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "entry-activated", G_CALLBACK (on_entry_activated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->names, "remove", G_CALLBACK (on_remove), self, G_CONNECT_SWAPPED);
}
