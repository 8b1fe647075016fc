/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-file-choice.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GWeakRef owner;
  OreeFileChosen chosen;
} Choice;

/* Where the last file was chosen: the next one lies there too. NULL: none yet. */
static char *last_directory;

static void
set_folder (GtkFileChooserNative *dialog, const char *directory)
{
  g_autoptr (GFile) folder = g_file_new_for_path (directory);

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  Choice *choice = data;
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&choice->owner);

  if (response == GTK_RESPONSE_ACCEPT && owner != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

      if (path != NULL)
        {
          g_free (last_directory);
          last_directory = g_path_get_dirname (path);
          choice->chosen (path, owner);
        }
    }
  g_weak_ref_clear (&choice->owner);
  g_free (choice);
  g_object_unref (dialog);
}

static GtkFileChooserNative *
chooser (GtkWidget *owner, const char *title, GtkFileChooserAction action, OreeFileChosen chosen)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (owner)), action,
                                                              NULL, NULL);
  Choice *choice = g_new0 (Choice, 1);

  g_weak_ref_init (&choice->owner, owner);
  choice->chosen = chosen;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), choice);
  return dialog;
}

void
oree_file_choice_open (GtkWidget *owner, const char *title, OreeFileChosen chosen)
{
  GtkFileChooserNative *dialog = chooser (owner, title, GTK_FILE_CHOOSER_ACTION_OPEN, chosen);
  const char *downloads = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);

  /* What an authority sends is seldom among the recent files: it was downloaded. */
  set_folder (dialog, last_directory != NULL ? last_directory : downloads != NULL ? downloads : g_get_home_dir ());
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
oree_file_choice_save (GtkWidget *owner, const char *title, const char *suggestion, OreeFileChosen chosen)
{
  GtkFileChooserNative *dialog = chooser (owner, title, GTK_FILE_CHOOSER_ACTION_SAVE, chosen);

  if (suggestion != NULL && g_path_is_absolute (suggestion))
    {
      g_autofree char *name = g_path_get_basename (suggestion);
      g_autofree char *directory = g_path_get_dirname (suggestion);

      set_folder (dialog, directory);
      gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
    }
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
