/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests for certificates (PKCS#10, RFC 2986): subject, alternative names in their order, key usages, and for Microsoft's
 * authorities the name of a template. */
#pragma once
#include "model/oree-cert-needs.h"
#include "model/oree-cert-record.h"
#include "pki/oree-key.h"

G_BEGIN_DECLS

/* The request as PEM text, signed with `key` (SHA-256, P-384: SHA-384); owned. `needs` must have a subject. Error: FAILED. */
char *oree_csr_make (const OreeCsrSpec *spec, const OreeCertNeeds *needs, EVP_PKEY *key, GError **error);
/* Reads `pem` back: signature, key, subject, names with their order, extended key usage are what was asked for. FALSE with
 * an error that names what is not: then the request must not leave the house. */
gboolean oree_csr_verify (const char *pem, const OreeCertNeeds *needs, EVP_PKEY *key, GError **error);
/* The members of `record` that a request has: subject, names, key type, usages of the key; FALSE when `pem` is none. */
gboolean oree_csr_read (const char *pem, OreeCertRecord *record);

G_END_DECLS
