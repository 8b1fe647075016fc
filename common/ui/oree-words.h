/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of choices: what an enumeration of a record is called on the screen. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *nick;        /* as the record has it */
  const char *label;       /* N_() */
  const char *description; /* N_(), or NULL */
} OreeWord;

/* A set by its name ("negotiation", "partner-type", …): static; NULL when there is none. */
const OreeWord *oree_words (const char *set, guint *n_words);
/* The label of a nick, translated, static; the nick itself when a newer service has more of them. */
const char *oree_words_label (const char *set, const char *nick);

G_END_DECLS
