/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeFacts: what is known about one thing, as groups of labelled values that can be selected and copied; values are shown
 * literally, whatever is in them. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_FACTS (oree_facts_get_type ())
G_DECLARE_FINAL_TYPE (OreeFacts, oree_facts, OREE, FACTS, GtkWidget)

GtkWidget *oree_facts_new (void);

/* Away with everything. */
void oree_facts_clear (OreeFacts *self);
/* What is added from now on goes into a new group; `title` and `description` may be NULL. */
void oree_facts_add_group (OreeFacts *self, const char *title, const char *description);
/* A labelled value; nothing when `value` is NULL or empty. */
void oree_facts_add (OreeFacts *self, const char *label, const char *value);
/* A row that leads somewhere: activates `action` with the string `target` (NULL: none). */
void oree_facts_add_link (OreeFacts *self, const char *label, const char *action, const char *target);
/* Any widget, as a row of its own. */
void oree_facts_add_widget (OreeFacts *self, GtkWidget *widget);

G_END_DECLS
