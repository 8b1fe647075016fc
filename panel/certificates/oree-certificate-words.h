/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of Certificates.List in words. Owned texts, never NULL. */
#pragma once
#include "ui/oree-facts.h"

G_BEGIN_DECLS

/* A text of the row; "" when there is none. Borrowed. */
const char *oree_certificate_text (GVariant *row, const char *name);
/* "expires in 23 days", "expired". */
char *oree_certificate_days (GVariant *row);
/* "✔", "⚠", "✖", "–": of a usage's or a certificate's state; static. */
const char *oree_certificate_mark (GVariant *row);
/* "sip.contoso.com · issued by Example CA · 5 names". */
char *oree_certificate_summary (GVariant *row);
/* Its friendly name, else its common name, else its id. */
const char *oree_certificate_title (GVariant *row);
/* Everything about one certificate or request. */
void oree_certificate_tell (GVariant *row, OreeFacts *facts);

G_END_DECLS
