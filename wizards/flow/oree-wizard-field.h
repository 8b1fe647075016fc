/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row with a title, a text to type, and beneath it a hint or what is wrong with the text. Not an AdwEntryRow, which in
 * 1.2 has no place for a problem and tells assistive technology not even its focus. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_WIZARD_FIELD (oree_wizard_field_get_type ())
/* Properties: "text" (s), "hint" (s), "problem" (s, NULL: none), "warning" (s, NULL: none), "secret" (b: typed unseen),
 * "max-length" (i, 0: any).
 * Signal "entry-activated": Enter was pressed in it; when nobody listens the window's default button is used. */
G_DECLARE_FINAL_TYPE (OreeWizardField, oree_wizard_field, OREE, WIZARD_FIELD, AdwPreferencesRow)

GtkWidget *oree_wizard_field_new (const char *title);
const char *oree_wizard_field_get_text (OreeWizardField *self);
/* Does nothing when it is that text already, so that the cursor stays. */
void oree_wizard_field_set_text (OreeWizardField *self, const char *text);
void oree_wizard_field_set_problem (OreeWizardField *self, const char *problem);
void oree_wizard_field_set_warning (OreeWizardField *self, const char *warning);
GtkEditable *oree_wizard_field_get_editable (OreeWizardField *self);
/* Something behind the entry, such as a button. */
void oree_wizard_field_add (OreeWizardField *self, GtkWidget *widget);

G_END_DECLS
