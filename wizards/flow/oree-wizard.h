/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of a wizard: steps at the left, one page at a time, Cancel · Back · Next below. Pages are added in order
 * and stay alive, so that going back finds what was typed. A skippable page is passed over and not counted, which is
 * how one wizard has several paths. Back: Alt+Left; Next: Enter or its mnemonic; Cancel: Escape. */
#pragma once
#include "wizards/flow/oree-wizard-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_WIZARD (oree_wizard_get_type ())
/* Signals:
 *   "finished"          the user left the last page by its button; the window closes after it
 *   "page-changed"
 * To ask before closing, connect to GtkWindow::close-request. */
G_DECLARE_FINAL_TYPE (OreeWizard, oree_wizard, OREE, WIZARD, AdwWindow)

/* `title` names the wizard in its header. */
OreeWizard *oree_wizard_new (const char *title);

/* Appends; `name` is unique and never shown. Takes the floating reference. The first page added is shown. */
void oree_wizard_add_page (OreeWizard *self, const char *name, OreeWizardPage *page);
/* Something to stand above everything, such as a banner. */
void oree_wizard_add_above (OreeWizard *self, GtkWidget *widget);

/* Borrowed; NULL when there is none. */
OreeWizardPage *oree_wizard_get_page (OreeWizard *self, const char *name);
OreeWizardPage *oree_wizard_get_current (OreeWizard *self);
const char *oree_wizard_get_current_name (OreeWizard *self);

/* Shows that page, whatever lies between: for tests, pictures and a link that jumps. A skippable page is refused:
 * FALSE. Pages before it become done. */
gboolean oree_wizard_go_to (OreeWizard *self, const char *name);
/* As the buttons do. Nothing happens when the button would be insensitive. */
void oree_wizard_next (OreeWizard *self);
void oree_wizard_back (OreeWizard *self);

G_END_DECLS
