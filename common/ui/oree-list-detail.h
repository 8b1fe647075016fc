/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeListDetail: a list, and what is known about one of its rows in its place; Escape and Alt+Left lead back. */
#pragma once
#include "ui/oree-facts.h"
#include "ui/oree-list-view.h"

G_BEGIN_DECLS

#define OREE_TYPE_LIST_DETAIL (oree_list_detail_get_type ())
/* Signal: "closed" (): the list is shown again. */
G_DECLARE_FINAL_TYPE (OreeListDetail, oree_list_detail, OREE, LIST_DETAIL, GtkWidget)

GtkWidget *oree_list_detail_new (void);

/* Borrowed. */
OreeListView *oree_list_detail_get_list (OreeListDetail *self);
OreeFacts *oree_list_detail_get_facts (OreeListDetail *self);

/* Shows the facts, which the caller filled in, under this heading. */
void oree_list_detail_open (OreeListDetail *self, const char *title);
void oree_list_detail_close (OreeListDetail *self);
gboolean oree_list_detail_is_open (OreeListDetail *self);
/* A button beside the heading: activates `action`. Away with it when the detail closes. */
void oree_list_detail_add_button (OreeListDetail *self, const char *label, const char *action, const char *target);

G_END_DECLS
