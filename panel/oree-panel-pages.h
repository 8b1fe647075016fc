/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of pages: what the navigation shows, in its order. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;         /* for win.go and --page */
  const char *title;        /* N_() */
  const char *icon;
  GType (*get_type) (void); /* a subclass of OreePanelPage */
  const char *places[8];    /* further names that lead into it, such as its tabs; NULL-terminated */
} OreePanelPageRow;

/* Static. */
const OreePanelPageRow *oree_panel_pages (guint *n_rows);
/* By a page's name or one of its places; NULL. */
const OreePanelPageRow *oree_panel_pages_find (const char *name);

G_END_DECLS
