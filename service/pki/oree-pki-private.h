/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this directory share: owners of OpenSSL's values, its errors, names in and out. */
#pragma once
#include "pki/oree-key.h"
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS12, PKCS12_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GENERAL_NAMES, GENERAL_NAMES_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

/* id-on-dnsSRV (RFC 4985) and id-on-xmppAddr (RFC 6120 13.7.1.4). */
#define OREE_OID_SRV_NAME "1.3.6.1.5.5.7.8.7"
#define OREE_OID_XMPP_ADDR "1.3.6.1.5.5.7.8.5"

/* Fails with what OpenSSL said about `what`, and empties its queue; FALSE. */
gboolean oree_pki_fail (GError **error, const char *what);
/* OpenSSL's question for a passphrase, never put to a terminal. */
int oree_pki_no_passphrase (char *buffer, int size, int writing, void *data);
/* What was written into a memory BIO, as text; owned. */
char *oree_pki_bio_text (BIO *bio);
/* RFC 4514 text of a name, UTF-8; owned. */
char *oree_pki_name_text (const X509_NAME *name);
/* The last common name, UTF-8; "" without one; owned. */
char *oree_pki_common_name (const X509_NAME *name);
/* "rsa-2048", "ecdsa-p256", …; what has no nick of ours by OpenSSL's name and its bits; owned. */
char *oree_pki_key_type (EVP_PKEY *key);
/* Equivalent strength: 0 under RSA 2048 or EC 224. */
gboolean oree_pki_key_is_strong (EVP_PKEY *key);

/* Alternative names by kind, in their order; each text is free of NUL and control characters, others are left out. */
typedef struct
{
  GPtrArray *dns, *srv, *xmpp, *others; /* char *, owned */
} OreePkiNames;

void oree_pki_names_init (OreePkiNames *self);
void oree_pki_names_clear (OreePkiNames *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreePkiNames, oree_pki_names_clear)
void oree_pki_names_read (OreePkiNames *self, const GENERAL_NAMES *names);
/* The texts of one array, NULL-terminated; owned. */
char **oree_pki_names_strv (const GPtrArray *texts);

G_END_DECLS
