/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Languages: called once at the start of each program that speaks to people. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Takes the locale of the environment and binds the catalogue (in $OREE_LOCALEDIR when set, else where it is
 * installed). A machine that has not generated the locale asked for (LANG=fr_FR.UTF-8 on a fresh Debian) still gets
 * its language: the C.UTF-8 locale with that language's catalogue. */
void oree_locale_init (void);

G_END_DECLS
