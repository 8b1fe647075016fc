/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One page of a wizard: its content, and what the frame needs to know of it. A page holds no rule of the product and
 * no navigation: it says whether it is complete and why not, the frame does the rest. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_WIZARD_PAGE (oree_wizard_page_get_type ())
/* Properties:
 *   "heading" (s)    the title, shown above the content and in the list of steps
 *   "explanation" (s) one or two sentences under the heading; may be empty
 *   "complete" (b)   may the user go on?
 *   "reason" (s)     why not, in a sentence: shown beside Next while not complete
 *   "skippable" (b)  the page has no place in the present path: neither shown nor counted
 *   "next-label" (s) what Next is called here, with its mnemonic; empty for the usual name
 *   "sealed" (b)     nobody comes back over this page: what it did cannot be undone by going back
 *   "busy" (b)       something is under way: no going anywhere until it ended; see oree_wizard_page_begin ()
 *   "problem" (s)    what went wrong when it was applied; shown until the user changes something */
G_DECLARE_DERIVABLE_TYPE (OreeWizardPage, oree_wizard_page, OREE, WIZARD_PAGE, AdwBin)

struct _OreeWizardPageClass
{
  AdwBinClass parent_class;

  /* The page came into view. May be NULL. */
  void (*shown) (OreeWizardPage *self);
  /* The user wants to go on. Both NULL: nothing to do. While it runs the frame shows that it is busy; cancelling
   * cancels it. Fails with the sentence to show; a silent failure (G_IO_ERROR_CANCELLED) stays on the page. */
  void (*apply_async) (OreeWizardPage *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  gboolean (*apply_finish) (OreeWizardPage *self, GAsyncResult *result, GError **error);
};

const char *oree_wizard_page_get_heading (OreeWizardPage *self);
const char *oree_wizard_page_get_explanation (OreeWizardPage *self);
gboolean oree_wizard_page_is_complete (OreeWizardPage *self);
const char *oree_wizard_page_get_reason (OreeWizardPage *self);
/* `reason` NULL: complete. Else the sentence that says what is missing. */
void oree_wizard_page_set_reason (OreeWizardPage *self, const char *reason);
gboolean oree_wizard_page_is_skippable (OreeWizardPage *self);
void oree_wizard_page_set_skippable (OreeWizardPage *self, gboolean skippable);
const char *oree_wizard_page_get_next_label (OreeWizardPage *self);
void oree_wizard_page_set_next_label (OreeWizardPage *self, const char *label);
gboolean oree_wizard_page_is_sealed (OreeWizardPage *self);
void oree_wizard_page_set_sealed (OreeWizardPage *self, gboolean sealed);
const char *oree_wizard_page_get_problem (OreeWizardPage *self);
/* NULL: none. */
void oree_wizard_page_set_problem (OreeWizardPage *self, const char *problem);

/* Something slow begins: the frame shows it and offers to cancel. The cancellable is the page's; it is cancelled when
 * the user says so or the page goes away. Not nested. */
GCancellable *oree_wizard_page_begin (OreeWizardPage *self);
void oree_wizard_page_end (OreeWizardPage *self);
gboolean oree_wizard_page_is_busy (OreeWizardPage *self);
/* Cancels what is under way, if anything. */
void oree_wizard_page_cancel (OreeWizardPage *self);

void oree_wizard_page_shown (OreeWizardPage *self);
/* Does it have something to do when the user goes on? */
gboolean oree_wizard_page_has_apply (OreeWizardPage *self);
void oree_wizard_page_apply_async (OreeWizardPage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer data);
gboolean oree_wizard_page_apply_finish (OreeWizardPage *self, GAsyncResult *result, GError **error);

G_END_DECLS
