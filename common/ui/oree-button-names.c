/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-button-names.h"

#include "ui/oree-ui.h"

/* "S_top" → "Stop", "A__B" → "A_B"; owned. */
static char *
without_mnemonic (const char *label)
{
  GString *plain = g_string_new (NULL);

  for (; *label != '\0'; label++)
    {
      if (*label == '_' && *++label == '\0')
        break;
      g_string_append_c (plain, *label);
    }
  return g_string_free (plain, FALSE);
}

void
oree_ui_name_buttons (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && gtk_button_get_use_underline (GTK_BUTTON (root))
      && gtk_button_get_label (GTK_BUTTON (root)) != NULL)
    {
      g_autofree char *name = without_mnemonic (gtk_button_get_label (GTK_BUTTON (root)));

      oree_ui_set_label (root, name);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    oree_ui_name_buttons (child);
}
