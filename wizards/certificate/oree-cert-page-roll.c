/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-roll.h"

#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

/* The hour that is proposed: nobody calls. */
#define NIGHT_HOUR 3

struct _OreeCertPageRoll
{
  OreeCertPage parent;
  GtkWidget *now;
  GtkWidget *later;
  GtkWidget *date;
  GtkWidget *time;
};

G_DEFINE_FINAL_TYPE (OreeCertPageRoll, oree_cert_page_roll, OREE_TYPE_CERT_PAGE)

/* What is typed, in microseconds since 1970; 0 when that is no time. */
static gint64
typed (OreeCertPageRoll *self)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();

  return oree_cert_draft_parse_time (oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->date)),
                                     oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->time)), zone);
}

static void
draw (OreeCertPageRoll *self)
{
  gboolean later = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->later));
  gint64 when = typed (self);
  g_autofree char *sentence = NULL;
  const char *reason = NULL;

  if (later && when == 0)
    reason = _ ("Enter a date as 2026-12-31 and a time as 06:00.");
  else if (later && when <= g_get_real_time ())
    {
      g_autoptr (OreeProblems) problems = oree_problems_new ();

      oree_problems_add (problems, "certificate", "", "effective", OREE_PROBLEM_ROLL_PAST, NULL);
      reason = sentence = oree_sentence_problem_alone (oree_problems_get (problems, 0));
    }
  gtk_widget_set_sensitive (self->date, later);
  gtk_widget_set_sensitive (self->time, later);
  oree_wizard_field_set_problem (OREE_WIZARD_FIELD (self->date), reason);
  oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), reason);
}

/* At once, or at what is typed; while that is no time nothing changes, and nobody goes on. */
static void
on_changed (OreeCertPageRoll *self)
{
  gboolean later = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->later));

  draw (self);
  if (!later || typed (self) != 0)
    oree_cert_draft_set_effective (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), later ? typed (self) : 0);
}

/* Tonight, or what was chosen before. */
static void
suggest (OreeCertPageRoll *self)
{
  gint64 when = oree_cert_draft_get_effective (oree_cert_page_get_draft (OREE_CERT_PAGE (self)));
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autoptr (GDateTime) at = when != 0 ? g_date_time_new_from_unix_local (when / G_USEC_PER_SEC)
                                       : g_date_time_new_local (g_date_time_get_year (tomorrow), g_date_time_get_month (tomorrow),
                                                                g_date_time_get_day_of_month (tomorrow), NIGHT_HOUR, 0, 0);
  g_autofree char *date = g_date_time_format (at, "%Y-%m-%d"), *time = g_date_time_format (at, "%H:%M");

  oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->date), date);
  oree_wizard_field_set_text (OREE_WIZARD_FIELD (self->time), time);
}

static void
shown (OreeWizardPage *page)
{
  OreeCertPageRoll *self = OREE_CERT_PAGE_ROLL (page);

  if (*oree_wizard_field_get_text (OREE_WIZARD_FIELD (self->date)) == '\0')
    suggest (self);
  draw (self);
}

static void
oree_cert_page_roll_class_init (OreeCertPageRollClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_WIZARD_PAGE_CLASS (klass)->shown = shown;
  oree_cert_page_class_set_template (klass, "roll");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageRoll, now);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageRoll, later);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageRoll, date);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageRoll, time);
}

static void
oree_cert_page_roll_init (OreeCertPageRoll *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->later, "toggled", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->date, "notify::text", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->time, "notify::text", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
}
