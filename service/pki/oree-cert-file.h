/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of certificates as people have them: PEM, DER, PKCS#7, PKCS#12, from authorities, Windows and colleagues. */
#pragma once
#include "model/oree-problem.h"
#include "pki/oree-cert.h"

G_BEGIN_DECLS

typedef struct
{
  const char *format; /* "pem" "der" "pkcs7" "pkcs12"; static */
  GPtrArray *certs;   /* OreeCert *, in the file's order, none twice */
  EVP_PKEY *key;      /* NULL: none in it */
  gboolean in_clear;  /* that key had no password, or an empty one */
} OreeCertFile;

/* Reads `data` (untrusted). `password`: of PKCS#12 or of an encrypted PEM key; NULL: none given. NULL with one problem of kind
 * "certificate", field "file" or "password": FILE_TOO_BIG, FILE_UNKNOWN, FILE_EMPTY, PASSWORD_NEEDED, WRONG_PASSWORD. May take
 * seconds for a password that was made hard to guess: not for a thread that serves. */
OreeCertFile *oree_cert_file_read (const void *data, gsize length, const char *password, OreeProblems *problems);
void oree_cert_file_free (OreeCertFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCertFile, oree_cert_file_free)

G_END_DECLS
