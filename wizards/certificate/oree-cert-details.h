/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window over the wizard with everything that is known of one certificate or request, and its PEM text to copy; and the one
 * that asks for a password and a file to export a certificate with its key. */
#pragma once
#include "wizards/certificate/oree-cert-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

void oree_cert_details_show (GtkWidget *owner, OreeCertSession *session, const OreeCertRecord *record);

/* Asks for a password twice and for a file, exports and writes it; says itself what went wrong. */
void oree_cert_export_show (GtkWidget *owner, OreeCertSession *session, const OreeCertRecord *record);

G_END_DECLS
