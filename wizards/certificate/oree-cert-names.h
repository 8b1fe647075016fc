/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of a certificate, each with the reason it is there: rows as Certificates.Needs, CheckAnswer and CheckAssign
 * say them. Where two lists were compared, what is new and what is missing is marked. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_CERT_NAMES (oree_cert_names_get_type ())
/* Signal "remove" (s name): its Remove button; only names that were added have one. */
G_DECLARE_FINAL_TYPE (OreeCertNames, oree_cert_names, OREE, CERT_NAMES, AdwBin)

typedef enum
{
  OREE_CERT_NAMES_REQUEST, /* what a request asks for; `change` against the certificate it renews */
  OREE_CERT_NAMES_ANSWER   /* what a certificate has against what is needed today */
} OreeCertNamesView;

/* `rows` (aa{sv}) is not kept; NULL: none yet. Nothing is drawn anew when they are the same. */
void oree_cert_names_set_rows (OreeCertNames *self, GVariant *rows, OreeCertNamesView view);
/* May added names be removed here? FALSE when made. */
void oree_cert_names_set_editable (OreeCertNames *self, gboolean editable);

G_END_DECLS
