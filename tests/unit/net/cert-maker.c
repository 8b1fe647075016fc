/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and certificates for tests. */
#include "cert-maker.h"
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static EVP_PKEY *
make_key (int rsa_bits)
{
  return rsa_bits != 0 ? EVP_RSA_gen ((unsigned int) rsa_bits) : EVP_EC_gen ("P-256");
}

static void
add_extension (X509 *cert, X509V3_CTX *context, int nid, const char *value)
{
  X509_EXTENSION *extension;

  if (value == NULL)
    return;

  extension = X509V3_EXT_conf_nid (NULL, context, nid, value);
  g_assert_nonnull (extension);
  g_assert_true (X509_add_ext (cert, extension, -1));
  X509_EXTENSION_free (extension);
}

static void
add_dns (GENERAL_NAMES *names, const char *text, int length)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();
  ASN1_IA5STRING *string = ASN1_IA5STRING_new ();

  ASN1_STRING_set (string, text, length);
  GENERAL_NAME_set0_value (name, GEN_DNS, string);
  sk_GENERAL_NAME_push (names, name);
}

static void
add_names (X509 *cert, const CertSpec *spec)
{
  GENERAL_NAMES *names = sk_GENERAL_NAME_new_null ();

  if (spec->raw_dns != NULL)
    add_dns (names, spec->raw_dns, spec->raw_dns_length);
  for (int i = 0; i < spec->n_dns; i++)
    {
      g_autofree char *text = g_strdup_printf ("host%d.test", i);

      add_dns (names, text, (int) strlen (text));
    }
  if (sk_GENERAL_NAME_num (names) > 0)
    X509_add1_ext_i2d (cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
  GENERAL_NAMES_free (names);
}

MadeCert
cert_make (const CertSpec *spec, const MadeCert *issuer)
{
  static int serial = 1;
  MadeCert made = { X509_new (), make_key (spec->rsa_bits) };
  X509_NAME *subject = X509_get_subject_name (made.cert);
  X509V3_CTX context;
  gboolean dated = spec->from_days != 0 || spec->to_days != 0;

  X509_set_version (made.cert, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (made.cert), serial++);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_UTF8, (const guchar *) (spec->cn ? spec->cn : "test"), -1, -1,
                              0);
  X509_set_issuer_name (made.cert, issuer != NULL ? X509_get_subject_name (issuer->cert) : subject);
  X509_gmtime_adj (X509_getm_notBefore (made.cert), (dated ? spec->from_days : -1) * 86400L);
  X509_gmtime_adj (X509_getm_notAfter (made.cert), (dated ? spec->to_days : 365) * 86400L);
  X509_set_pubkey (made.cert, made.key);

  X509V3_set_ctx (&context, issuer != NULL ? issuer->cert : made.cert, made.cert, NULL, NULL, 0);
  add_extension (made.cert, &context, NID_basic_constraints, spec->constraints);
  add_extension (made.cert, &context, NID_subject_alt_name, spec->san);
  add_extension (made.cert, &context, NID_key_usage, spec->key_usage);
  add_extension (made.cert, &context, NID_ext_key_usage, spec->extended);
  add_extension (made.cert, &context, NID_name_constraints, spec->name_constraints);
  add_names (made.cert, spec);
  g_assert_cmpint (X509_sign (made.cert, issuer != NULL ? issuer->key : made.key,
                              spec->digest != NULL ? spec->digest : EVP_sha256 ()),
                   >, 0);

  return made;
}

void
cert_clear (MadeCert *made)
{
  X509_free (made->cert);
  EVP_PKEY_free (made->key);
  *made = (MadeCert){ NULL, NULL };
}

GBytes *
cert_der (const MadeCert *made)
{
  guchar *der = NULL;
  int length = i2d_X509 (made->cert, &der);
  GBytes *bytes = g_bytes_new (der, (gsize) length);

  OPENSSL_free (der);
  return bytes;
}

char *
cert_write_pem (const MadeCert *made, const MadeCert *chain, const char *directory, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".pem", NULL);
  char *path = g_build_filename (directory, file, NULL);
  BIO *bio = BIO_new_file (path, "w");

  PEM_write_bio_X509 (bio, made->cert);
  if (chain != NULL)
    PEM_write_bio_X509 (bio, chain->cert);
  BIO_free (bio);

  return path;
}

char *
cert_write_key (const MadeCert *made, const char *directory, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".key", NULL);
  char *path = g_build_filename (directory, file, NULL);
  BIO *bio = BIO_new_file (path, "w");

  PEM_write_bio_PrivateKey (bio, made->key, NULL, NULL, 0, NULL, NULL);
  BIO_free (bio);

  return path;
}
