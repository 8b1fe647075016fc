/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelPage: the base class of every page, and of every tab of a page. */
#pragma once
#include "client/oree-client-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_PANEL_PAGE (oree_panel_page_get_type ())
/* Property: "session" (construct only). Signal: "actions-changed" (): get_actions () answers something else now. */
G_DECLARE_DERIVABLE_TYPE (OreePanelPage, oree_panel_page, OREE, PANEL_PAGE, AdwBin)

/* TRUE: the page may be left. */
typedef void (*OreePanelLeave) (gboolean leave, gpointer data);

struct _OreePanelPageClass
{
  AdwBinClass parent_class;

  /* Once, when the session is known: lists, bindings. May be NULL, like all that follow. */
  void (*setup) (OreePanelPage *self);
  /* It came to the front, or went from it: begin and end what costs (polling, sparklines). */
  void (*shown) (OreePanelPage *self);
  void (*hidden) (OreePanelPage *self);
  /* Shows a place within: `name` is one the table of pages gives this page, `place` "" or a record, "+KIND" for a
   * new one, "?WORDS" for a search, "=KIND" for settings that are no row of the list. */
  void (*go) (OreePanelPage *self, const char *name, const char *place);
  /* Everything that will be shown is there: a picture may be taken. */
  gboolean (*is_settled) (OreePanelPage *self);
  /* The commands of the page: the group "page" of the window; borrowed, may be NULL. */
  GActionGroup *(*get_actions) (OreePanelPage *self);
  /* May it be left? Asks about unsaved changes; calls `done` now or later, exactly once. */
  void (*leave) (OreePanelPage *self, OreePanelLeave done, gpointer data);
  /* Brings the next (1) or the previous (-1) tab to the front, round and round. FALSE: there are none. */
  gboolean (*turn) (OreePanelPage *self, int step);

  gpointer padding[4];
};

OreeClientSession *oree_panel_page_get_session (OreePanelPage *self);
void oree_panel_page_shown (OreePanelPage *self);
void oree_panel_page_hidden (OreePanelPage *self);
void oree_panel_page_go (OreePanelPage *self, const char *name, const char *place);
gboolean oree_panel_page_is_settled (OreePanelPage *self);
GActionGroup *oree_panel_page_get_actions (OreePanelPage *self);
void oree_panel_page_actions_changed (OreePanelPage *self);
void oree_panel_page_leave (OreePanelPage *self, OreePanelLeave done, gpointer data);
gboolean oree_panel_page_turn (OreePanelPage *self, int step);
/* The page is in front now. */
gboolean oree_panel_page_is_shown (OreePanelPage *self);

G_END_DECLS
