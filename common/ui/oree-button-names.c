/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-button-names.h"

/* A button whose label has a mnemonic sets its name to the label with the underscore; without that, its name is what its
 * label shows. */
void
oree_ui_name_buttons (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && gtk_button_get_use_underline (GTK_BUTTON (root))
      && gtk_button_get_label (GTK_BUTTON (root)) != NULL)
    {
      gtk_accessible_reset_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    oree_ui_name_buttons (child);
}
