/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with one of each, on which the harness proves itself before it judges the panel. */
#include <adwaita.h>

static void
told (GtkButton *button, gpointer label)
{
  gtk_label_set_text (label, "You clicked");
}

static void
warned (GtkButton *button, gpointer unused)
{
  g_warning ("as asked");
}

static void
activate (GtkApplication *application, gpointer unused)
{
  GtkWidget *window = adw_application_window_new (application), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *header = adw_header_bar_new (), *click = gtk_button_new_with_label ("Click me");
  GtkWidget *complain = gtk_button_new_with_label ("Complain"), *said = gtk_label_new ("Nothing yet");
  GtkWidget *list = gtk_list_box_new (), *entry = adw_entry_row_new (), *row = adw_action_row_new ();
  GtkWidget *discovery = gtk_switch_new (), *off = gtk_button_new_with_label ("Never");

  gtk_window_set_title (GTK_WINDOW (window), "Probe");
  gtk_window_set_default_size (GTK_WINDOW (window), 500, 400);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), "Domain");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Discovery");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), discovery);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), discovery);
  gtk_widget_set_valign (discovery, GTK_ALIGN_CENTER);
  gtk_list_box_append (GTK_LIST_BOX (list), entry);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_widget_set_sensitive (off, FALSE);
  g_signal_connect (click, "clicked", G_CALLBACK (told), said);
  g_signal_connect (complain, "clicked", G_CALLBACK (warned), NULL);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), click);
  gtk_box_append (GTK_BOX (box), complain);
  gtk_box_append (GTK_BOX (box), off);
  gtk_box_append (GTK_BOX (box), said);
  gtk_box_append (GTK_BOX (box), list);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = adw_application_new ("org.oree.Probe", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
