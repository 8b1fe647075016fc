/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts in groups, "Organization: Contoso", that can be selected, copied as text, and lead back to where they come from. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_CERT_FACTS (oree_cert_facts_get_type ())
/* Signal "edit" (s page): the Edit button of a group. */
G_DECLARE_FINAL_TYPE (OreeCertFacts, oree_cert_facts, OREE, CERT_FACTS, AdwBin)

/* To draw: begin, add groups and facts, end. Nothing flickers when they are the same as before. */
void oree_cert_facts_begin (OreeCertFacts *self);
/* `title` may be NULL; `page`, static, NULL: nothing to edit. */
void oree_cert_facts_add_group (OreeCertFacts *self, const char *title, const char *page);
/* Left out when `value` is NULL or empty. */
void oree_cert_facts_add (OreeCertFacts *self, const char *title, const char *value);
void oree_cert_facts_end (OreeCertFacts *self);

/* All of it as lines of text; owned. */
char *oree_cert_facts_to_text (OreeCertFacts *self);

G_END_DECLS
