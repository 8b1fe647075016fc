/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-problems.h"

#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

struct _OreeCertProblems
{
  AdwBin parent;
};

G_DEFINE_FINAL_TYPE (OreeCertProblems, oree_cert_problems, ADW_TYPE_BIN)

/* Fields of a request, as the pages call them. */
static const struct
{
  const char *field;
  const char *title;
} titles[] = {
  { "usages", N_ ("Usage") },
  { "friendly-name", N_ ("Friendly name") },
  { "key-type", N_ ("Bit length") },
  { "key-usage", N_ ("Key usage") },
  { "organization", N_ ("Organization") },
  { "organizational-unit", N_ ("Organizational unit") },
  { "country", N_ ("Country/Region") },
  { "state", N_ ("State/Province") },
  { "city", N_ ("City/Locality") },
  { "template", N_ ("Certificate template name") },
  { "sip-domains", N_ ("SIP domains") },
  { "additional-names", N_ ("Subject alternative names") },
};

/* The sentence with the field it is about, where people know that field; owned. */
static char *
in_words (const OreeProblem *problem)
{
  g_autofree char *sentence = NULL;

  if (g_str_equal (problem->kind, "topology"))
    return oree_sentence_problem (problem);
  sentence = oree_sentence_problem_alone (problem);
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (titles[i].field, problem->field))
      return g_strconcat (_ (titles[i].title), C_ ("between name and sentence", ": "), sentence, NULL);
  return g_steal_pointer (&sentence);
}

static GtkWidget *
row_of (const char *mark, const char *css, const char *sentence)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *label = gtk_label_new (mark);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sentence);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), label);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_add_css_class (label, css);
  gtk_widget_add_css_class (label, "wizard-mark");
  return row;
}

/* Errors first: they are what must be mended. */
static void
add_rows (GtkWidget *group, const OreeProblems *problems, OreeSeverity severity)
{
  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);
      g_autofree char *sentence = NULL;
      gboolean error = severity == OREE_SEVERITY_ERROR;

      if (problem->severity != severity)
        continue;
      sentence = in_words (problem);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                                 row_of (error ? "✖" : "⚠", error ? "error" : "warning", sentence));
    }
}

void
oree_cert_problems_set (OreeCertProblems *self, const OreeProblems *problems, const char *fine)
{
  gboolean any = problems != NULL && oree_problems_n (problems) > 0;
  GtkWidget *group = NULL;

  if (any || fine != NULL)
    {
      group = adw_preferences_group_new ();
      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Checks"));
      if (any)
        {
          add_rows (group, problems, OREE_SEVERITY_ERROR);
          add_rows (group, problems, OREE_SEVERITY_WARNING);
        }
      else
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row_of ("✔", "success", fine));
    }
  adw_bin_set_child (ADW_BIN (self), group);
  gtk_widget_set_visible (GTK_WIDGET (self), group != NULL);
}

static void
oree_cert_problems_class_init (OreeCertProblemsClass *klass)
{
}

static void
oree_cert_problems_init (OreeCertProblems *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
