/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import of a list of domains: choose a file, see what is in it and what is wrong with which line, commit all or nothing. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

/* Asks for the file first. */
void oree_import_dialog_open (OreePanelList *list);
/* Shows what `text` holds; the name is that of the file. */
void oree_import_dialog_show (OreePanelList *list, const char *name, const char *text);

G_END_DECLS
