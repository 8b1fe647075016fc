/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePanelList: a page that lists records of one or a few kinds and edits them in place. A page of its sort says what is
 * its own in an OreePanelListSpec; New, details, Duplicate, Delete, Commit and undo are done here. */
#pragma once
#include "client/oree-client-list.h"
#include "panel/oree-panel-page.h"
#include "ui/oree-list-view.h"
#include "ui/oree-record-editor.h"

G_BEGIN_DECLS

typedef struct
{
  const char *kind;         /* of record */
  const char *form;         /* a .ui of the resources with the OreeFieldRow of the kind in an object "form" */
  GType (*form_type) (void);/* or a widget class of its own */
  const char *new_label;    /* N_(), in the menu New; NULL: none is made by hand */
  const char *new_title;    /* N_(), the heading of the edit page */
  const char *edit_title;   /* N_() */
  gboolean unlisted;        /* edited here, but not among the rows */
} OreePanelKind;

typedef struct
{
  const char *heading;      /* N_(), the full official title */
  const char *note;         /* N_(), a sentence below it; NULL */
  const OreePanelKind *kinds;
  guint n_kinds;
  const OreeListColumn *columns; /* their functions get the page as data */
  guint n_columns;
  const char *icon;         /* of the empty list */
  const char *empty_title;  /* N_() */
  const char *empty_text;   /* N_() */
  char *(*count) (guint n); /* "12 partners", owned */
  char *(*ask_delete) (guint n);          /* "Delete 3 partners?", owned */
  char *(*committed) (const char *id);    /* "Partner fabrikam.test committed", owned */
} OreePanelListSpec;

#define OREE_TYPE_PANEL_LIST (oree_panel_list_get_type ())
G_DECLARE_DERIVABLE_TYPE (OreePanelList, oree_panel_list, OREE, PANEL_LIST, OreePanelPage)

struct _OreePanelListClass
{
  OreePanelPageClass parent_class;

  const OreePanelListSpec *spec; /* set by class_init */
  /* The list and the models are there: further commands, filters, hints. May be NULL, like what follows. */
  void (*prepare) (OreePanelList *self);
  /* One of the page's own commands was given; the selection is what it is about. */
  void (*command) (OreePanelList *self, const char *name, GPtrArray *selected);
  /* A new draft before it is shown: `target` is what New was given ("external-access-policy:site"). TRUE: the page
   * shows it itself (after a question), by oree_panel_list_edit (). */
  gboolean (*begin_new) (OreePanelList *self, const char *target);
  /* The operation that Delete is for this item: "remove", "reset". */
  const char *(*delete_operation) (OreePanelList *self, OreeClientItem *item);
};

OreeListView *oree_panel_list_get_view (OreePanelList *self);
OreeRecordEditor *oree_panel_list_get_editor (OreePanelList *self);
/* The mirror of the records of `kind`; borrowed. */
OreeClientList *oree_panel_list_get_records (OreePanelList *self, const char *kind);
/* Opens the edit page; `draft` is of one of the page's kinds. */
void oree_panel_list_edit (OreePanelList *self, OreeClientDraft *draft);
void oree_panel_list_open (OreePanelList *self, OreeClientItem *item);
/* Reads a singleton of an unlisted kind and opens it. */
void oree_panel_list_open_singleton (OreePanelList *self, const char *kind);
/* Applies changes (a(sssa{sv}), sunk) as one transaction after saying what they do to live traffic. `question` NULL: asks
 * only when something living is touched; `yes` is the label that goes on. `done` is the toast, with Undo. */
void oree_panel_list_apply (OreePanelList *self, GVariant *changes, const char *question, const char *yes,
                            const char *done);
/* A line of advice below the heading, with a button that goes to a place; NULL: none. */
void oree_panel_list_set_hint (OreePanelList *self, const char *text, const char *button, const char *place);

G_END_DECLS
