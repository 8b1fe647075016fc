/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of certificates as people have them, written by OpenSSL; and those that are none. */
#include "base/oree-limits.h"
#include "cert-maker.h"
#include "pki/oree-cert-file.h"
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

static MadeCert ca, leaf;

static GBytes *
bytes_of (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);
  GBytes *bytes = g_bytes_new (data, (gsize) length);

  BIO_free (bio);
  return bytes;
}

static GBytes *
pem (gboolean with_key, const char *key_password)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  BIO_puts (bio, "Subject: what some authorities write before\n");
  PEM_write_bio_X509 (bio, leaf.cert);
  PEM_write_bio_X509 (bio, ca.cert);
  PEM_write_bio_X509 (bio, leaf.cert); /* twice */
  if (with_key)
    PEM_write_bio_PKCS8PrivateKey (bio, leaf.key, key_password != NULL ? EVP_aes_256_cbc () : NULL, key_password,
                                   key_password != NULL ? (int) strlen (key_password) : 0, NULL, NULL);
  return bytes_of (bio);
}

static GBytes *
old_pem_key (const char *password)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_X509 (bio, leaf.cert);
  PEM_write_bio_PrivateKey_traditional (bio, leaf.key, EVP_aes_128_cbc (), (const guchar *) password, (int) strlen (password),
                                        NULL, NULL);
  return bytes_of (bio);
}

static GBytes *
pkcs7 (gboolean as_pem)
{
  PKCS7 *file = PKCS7_new ();
  BIO *bio = BIO_new (BIO_s_mem ());

  PKCS7_set_type (file, NID_pkcs7_signed);
  PKCS7_content_new (file, NID_pkcs7_data);
  PKCS7_set_detached (file, 1);
  PKCS7_add_certificate (file, leaf.cert);
  PKCS7_add_certificate (file, ca.cert);
  if (as_pem)
    PEM_write_bio_PKCS7 (bio, file);
  else
    i2d_PKCS7_bio (bio, file);
  PKCS7_free (file);
  return bytes_of (bio);
}

static GBytes *
pkcs12 (const char *password, int cipher, int iterations, int mac_iterations)
{
  STACK_OF (X509) *more = sk_X509_new_null ();
  PKCS12 *file;
  BIO *bio = BIO_new (BIO_s_mem ());

  sk_X509_push (more, ca.cert);
  file = PKCS12_create (password, "edge", leaf.key, leaf.cert, more, cipher, cipher, iterations, mac_iterations, 0);
  g_assert_nonnull (file);
  i2d_PKCS12_bio (bio, file);
  PKCS12_free (file);
  sk_X509_free (more);
  return bytes_of (bio);
}

static GBytes *
bare (void)
{
  g_autoptr (GBytes) der = cert_der (&leaf);
  gsize length;
  const guint8 *data = g_bytes_get_data (der, &length);
  g_autofree char *text = g_base64_encode (data, length);
  g_autofree char *lines = g_strdup_printf ("%.40s\r\n%s\r\n", text, text + 40);

  return g_bytes_new (lines, strlen (lines));
}

static GBytes *
crlf (void)
{
  g_autoptr (GBytes) unix_lines = pem (FALSE, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (unix_lines, NULL), g_bytes_get_size (unix_lines));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\r\n", lines);

  return g_bytes_new (joined, strlen (joined));
}

/* Takes `bytes`. */
static void
reads (GBytes *bytes, const char *password, const char *format, guint certs, gboolean key)
{
  gboolean protected = password != NULL && *password != '\0';

  G_GNUC_UNUSED g_autoptr (GBytes) owned = bytes;
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCertFile) file
      = oree_cert_file_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), password, problems);

  if (file == NULL)
    g_test_message ("%s", oree_problem_nick (oree_problems_get (problems, 0)->code));
  g_assert_nonnull (file);
  g_assert_cmpuint (oree_problems_n (problems), ==, 0);
  g_assert_cmpstr (file->format, ==, format);
  g_assert_cmpuint (file->certs->len, ==, certs);
  g_assert_cmpint (file->key != NULL, ==, key);
  g_assert_cmpint (file->in_clear, ==, key && !protected);
  g_assert_cmpstr (oree_cert_subject (g_ptr_array_index (file->certs, 0)), ==, "CN=sip.contoso.test");
  if (key)
    g_assert_true (oree_cert_matches_key (g_ptr_array_index (file->certs, 0), file->key));
}

/* Likewise. */
static void
refuses (GBytes *bytes, const char *password, const char *field, OreeProblemCode code)
{
  G_GNUC_UNUSED g_autoptr (GBytes) owned = bytes;
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  OreeCertFile *file = oree_cert_file_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), password, problems);
  const OreeProblem *problem;

  g_assert_null (file);
  g_assert_cmpuint (oree_problems_n (problems), ==, 1);
  problem = oree_problems_get (problems, 0);
  g_assert_cmpstr (oree_problem_nick (problem->code), ==, oree_problem_nick (code));
  g_assert_cmpstr (problem->field, ==, field);
  g_assert_cmpstr (problem->kind, ==, "certificate");
}

static void
every_format_is_read (void)
{
  reads (pem (FALSE, NULL), NULL, "pem", 2, FALSE);
  reads (pem (TRUE, NULL), NULL, "pem", 2, TRUE);
  reads (crlf (), NULL, "pem", 2, FALSE);
  reads (cert_der (&leaf), NULL, "der", 1, FALSE);
  reads (bare (), NULL, "der", 1, FALSE);
  reads (pkcs7 (FALSE), NULL, "pkcs7", 2, FALSE);
  reads (pkcs7 (TRUE), NULL, "pkcs7", 2, FALSE);
  reads (pkcs12 ("swordfish", NID_aes_256_cbc, 2048, 2048), "swordfish", "pkcs12", 2, TRUE);
  /* Letters beyond ASCII travel as UTF-16 inside. */
  reads (pkcs12 ("mot de passé", NID_aes_256_cbc, 2048, 2048), "mot de passé", "pkcs12", 2, TRUE);
  reads (pkcs12 ("", NID_aes_256_cbc, 2048, 2048), NULL, "pkcs12", 2, TRUE);
  reads (pkcs12 ("", NID_aes_256_cbc, 2048, 2048), "", "pkcs12", 2, TRUE);
}

/* What Windows wrote for years: RC2 with 40 bits, triple DES. */
static void
old_ciphers_are_read (void)
{
  OSSL_PROVIDER *base = OSSL_PROVIDER_load (NULL, "default"), *legacy = OSSL_PROVIDER_load (NULL, "legacy");

  if (legacy == NULL)
    {
      g_test_skip ("OpenSSL came without its provider for old ciphers");
      OSSL_PROVIDER_unload (base);
      return;
    }
  {
    GBytes *rc2 = pkcs12 ("swordfish", NID_pbe_WithSHA1And40BitRC2_CBC, 2000, 2000);
    GBytes *des = pkcs12 ("swordfish", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2000, 2000);

    OSSL_PROVIDER_unload (legacy);
    OSSL_PROVIDER_unload (base);
    reads (rc2, "swordfish", "pkcs12", 2, TRUE);
    reads (des, "swordfish", "pkcs12", 2, TRUE);
  }
}

static void
passwords_are_asked_for (void)
{
  refuses (pkcs12 ("swordfish", NID_aes_256_cbc, 2048, 2048), NULL, "password", OREE_PROBLEM_PASSWORD_NEEDED);
  refuses (pkcs12 ("swordfish", NID_aes_256_cbc, 2048, 2048), "", "password", OREE_PROBLEM_PASSWORD_NEEDED);
  refuses (pkcs12 ("swordfish", NID_aes_256_cbc, 2048, 2048), "sailfish", "password", OREE_PROBLEM_WRONG_PASSWORD);
  refuses (pem (TRUE, "swordfish"), NULL, "password", OREE_PROBLEM_PASSWORD_NEEDED);
  refuses (pem (TRUE, "swordfish"), "sailfish", "password", OREE_PROBLEM_WRONG_PASSWORD);
  reads (pem (TRUE, "swordfish"), "swordfish", "pem", 2, TRUE);
  refuses (old_pem_key ("swordfish"), NULL, "password", OREE_PROBLEM_PASSWORD_NEEDED);
  refuses (old_pem_key ("swordfish"), "sailfish", "password", OREE_PROBLEM_WRONG_PASSWORD);
  reads (old_pem_key ("swordfish"), "swordfish", "pem", 1, TRUE);
}

/* Hashing a password as often as the file likes would keep a thread busy for hours. */
static void
patience_ends (void)
{
  /* The file says so; what it was made with does not matter, it is refused before. */
  PKCS12 *file;
  g_autoptr (GBytes) made = pkcs12 ("swordfish", NID_aes_256_cbc, 2048, 2048);
  const guint8 *at = g_bytes_get_data (made, NULL);
  const ASN1_INTEGER *iterations;
  BIO *bio = BIO_new (BIO_s_mem ());

  file = d2i_PKCS12 (NULL, &at, (long) g_bytes_get_size (made));
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
  g_assert_true (ASN1_INTEGER_set ((ASN1_INTEGER *) iterations, OREE_CERT_FILE_ITERATIONS_MAX + 1L));
  i2d_PKCS12_bio (bio, file);
  PKCS12_free (file);
  refuses (bytes_of (bio), "swordfish", "file", OREE_PROBLEM_FILE_UNKNOWN);
}

static void
what_is_no_file_of_certificates_is_refused (void)
{
  g_autofree char *big = g_malloc0 (OREE_CERT_FILE_BYTES_MAX + 1);
  BIO *key_alone = BIO_new (BIO_s_mem ());

  refuses (g_bytes_new_static ("", 0), NULL, "file", OREE_PROBLEM_FILE_UNKNOWN);
  refuses (g_bytes_new_static ("nothing of the kind", 19), NULL, "file", OREE_PROBLEM_FILE_UNKNOWN);
  refuses (g_bytes_new (big, OREE_CERT_FILE_BYTES_MAX + 1), NULL, "file", OREE_PROBLEM_FILE_TOO_BIG);
  PEM_write_bio_PrivateKey (key_alone, leaf.key, NULL, NULL, 0, NULL, NULL);
  refuses (bytes_of (key_alone), NULL, "file", OREE_PROBLEM_FILE_EMPTY);
  /* Something behind the end of a DER certificate. */
  {
    g_autoptr (GBytes) der = cert_der (&leaf);
    GByteArray *longer = g_byte_array_new ();

    g_byte_array_append (longer, g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der));
    g_byte_array_append (longer, (const guint8 *) "x", 1);
    refuses (g_byte_array_free_to_bytes (longer), NULL, "file", OREE_PROBLEM_FILE_UNKNOWN);
  }
  /* A block cut short: not half of the file is taken. */
  {
    g_autoptr (GBytes) whole = pem (FALSE, NULL);

    refuses (g_bytes_new (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole) - 60), NULL, "file",
             OREE_PROBLEM_FILE_UNKNOWN);
  }
}

/* What leaves the house can be read again, here and by others, and the password is needed. */
static void
what_is_exported_is_read_again (void)
{
  g_autoptr (GBytes) leaf_der = cert_der (&leaf), ca_der = cert_der (&ca);
  g_autoptr (OreeCert) cert = oree_cert_new_from_der (g_bytes_get_data (leaf_der, NULL), g_bytes_get_size (leaf_der));
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  g_autoptr (GError) error = NULL;
  GBytes *file;

  g_ptr_array_add (chain, oree_cert_new_from_der (g_bytes_get_data (ca_der, NULL), g_bytes_get_size (ca_der)));
  file = oree_cert_to_pkcs12 (cert, chain, leaf.key, "the edge", "long enough", &error);
  g_assert_no_error (error);
  refuses (g_bytes_ref (file), "long enougj", "password", OREE_PROBLEM_WRONG_PASSWORD);
  reads (file, "long enough", "pkcs12", 2, TRUE);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  ca = cert_make (&(CertSpec){ .cn = "ca", .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign" }, NULL);
  leaf = cert_make (&(CertSpec){ .cn = "sip.contoso.test", .san = "DNS:sip.contoso.test" }, &ca);
  g_test_add_func ("/pki/cert-file/every-format-is-read", every_format_is_read);
  g_test_add_func ("/pki/cert-file/old-ciphers-are-read", old_ciphers_are_read);
  g_test_add_func ("/pki/cert-file/passwords-are-asked-for", passwords_are_asked_for);
  g_test_add_func ("/pki/cert-file/patience-ends", patience_ends);
  g_test_add_func ("/pki/cert-file/what-is-no-file-of-certificates-is-refused", what_is_no_file_of_certificates_is_refused);
  g_test_add_func ("/pki/cert-file/what-is-exported-is-read-again", what_is_exported_is_read_again);
  status = g_test_run ();
  cert_clear (&leaf);
  cert_clear (&ca);
  return status;
}
