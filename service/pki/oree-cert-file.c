/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-cert-file.h"

#include "base/oree-limits.h"
#include "pki/oree-pki-private.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)

typedef enum
{
  NOT_THIS,   /* another format, perhaps */
  READ,
  REFUSED     /* this format, and a problem says why not */
} Outcome;

typedef struct
{
  OreeCertFile *file;
  const char *password;
  OreeProblems *problems;
} Reading;

void
oree_cert_file_free (OreeCertFile *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->certs);
  EVP_PKEY_free (self->key);
  g_free (self);
}

static Outcome
refuse (Reading *reading, const char *field, OreeProblemCode code, const char *detail)
{
  oree_problems_add (reading->problems, "certificate", "", field, code, detail);
  return REFUSED;
}

/* Takes `cert`. */
static void
add_cert (Reading *reading, OreeCert *cert)
{
  g_autoptr (OreeCert) owned = cert;

  if (cert == NULL || reading->file->certs->len >= OREE_CERT_FILE_MAX)
    return;
  for (guint i = 0; i < reading->file->certs->len; i++)
    if (g_str_equal (oree_cert_id (g_ptr_array_index (reading->file->certs, i)), oree_cert_id (cert)))
      return;
  g_ptr_array_add (reading->file->certs, g_steal_pointer (&owned));
}

static void
add_x509 (Reading *reading, X509 *x509)
{
  guint8 *der = NULL;
  int length = i2d_X509 (x509, &der);

  if (length > 0)
    add_cert (reading, oree_cert_new_from_der (der, (gsize) length));
  OPENSSL_free (der);
}

static void
add_stack (Reading *reading, const STACK_OF (X509) * certs)
{
  for (int i = 0; i < sk_X509_num (certs); i++)
    add_x509 (reading, sk_X509_value (certs, i));
}

/* Takes `key`. */
static void
add_key (Reading *reading, EVP_PKEY *key, gboolean in_clear)
{
  /* Whichever of several is taken: one that lay open has travelled so. */
  reading->file->in_clear = reading->file->in_clear || in_clear;
  if (reading->file->key == NULL)
    reading->file->key = key;
  else
    EVP_PKEY_free (key);
}

/* ---- PKCS#7 (RFC 2315): certificates without content ---- */

static Outcome
read_pkcs7 (Reading *reading, const guint8 *data, gsize length)
{
  const guint8 *at = data;
  g_autoptr (PKCS7) file = d2i_PKCS7 (NULL, &at, (long) length);

  ERR_clear_error ();
  if (file == NULL || !PKCS7_type_is_signed (file) || file->d.sign == NULL)
    return NOT_THIS;
  reading->file->format = "pkcs7";
  add_stack (reading, file->d.sign->cert);
  return READ;
}

/* ---- Passwords ---- */

static OSSL_PROVIDER *providers[2];

static void
unload_providers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (providers); i++)
    if (providers[i] != NULL)
      OSSL_PROVIDER_unload (providers[i]);
}

/* Old files count: what Windows wrote for years is RC2 with 40 bits, which today's default provider does not read. Naming one
 * provider ends the silent loading of the default, hence both. */
static void
load_providers (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      providers[0] = OSSL_PROVIDER_load (NULL, "default");
      providers[1] = OSSL_PROVIDER_load (NULL, "legacy");
      OPENSSL_atexit (unload_providers);
      ERR_clear_error ();
      g_once_init_leave (&once, 1);
    }
}

/* A file says itself how often its password is to be hashed: so seldom that reading ends. */
static gboolean
is_modest (const ASN1_INTEGER *iterations)
{
  return iterations == NULL || ASN1_INTEGER_get (iterations) <= OREE_CERT_FILE_ITERATIONS_MAX;
}

static gboolean
kdf_is_modest (const X509_ALGOR *algorithm)
{
  const ASN1_TYPE *parameter = algorithm != NULL ? algorithm->parameter : NULL;
  gboolean modest = TRUE;

  if (parameter == NULL || parameter->type != V_ASN1_SEQUENCE)
    return TRUE;
  if (OBJ_obj2nid (algorithm->algorithm) == NID_pbes2)
    {
      PBE2PARAM *pbe2 = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBE2PARAM), parameter);
      PBKDF2PARAM *kdf = NULL;

      if (pbe2 != NULL && pbe2->keyfunc != NULL && OBJ_obj2nid (pbe2->keyfunc->algorithm) == NID_id_pbkdf2)
        kdf = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBKDF2PARAM), pbe2->keyfunc->parameter);
      modest = kdf == NULL || is_modest (kdf->iter);
      PBKDF2PARAM_free (kdf);
      PBE2PARAM_free (pbe2);
    }
  else
    {
      PBEPARAM *pbe = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBEPARAM), parameter);

      modest = pbe == NULL || is_modest (pbe->iter);
      PBEPARAM_free (pbe);
    }
  ERR_clear_error ();
  return modest;
}

/* ---- PKCS#12 (RFC 7292) ---- */

static gboolean
safes_are_modest (const PKCS12 *file)
{
  STACK_OF (PKCS7) *safes = PKCS12_unpack_authsafes (file);
  gboolean modest = TRUE;

  for (int i = 0; modest && i < sk_PKCS7_num (safes); i++)
    {
      const PKCS7 *safe = sk_PKCS7_value (safes, i);

      if (PKCS7_type_is_encrypted ((PKCS7 *) safe) && safe->d.encrypted != NULL && safe->d.encrypted->enc_data != NULL)
        modest = kdf_is_modest (safe->d.encrypted->enc_data->algorithm);
    }
  sk_PKCS7_pop_free (safes, PKCS7_free);
  ERR_clear_error ();
  return modest;
}

/* The password that opens it, borrowed; NULL when none does. Without one given both ways of writing none are tried. */
static const char *
opening_password (const PKCS12 *file, const char *password)
{
  const char *const tries[] = { password, password == NULL || *password == '\0' ? "" : NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (tries); i++)
    if (tries[i] != NULL && PKCS12_verify_mac ((PKCS12 *) file, tries[i], -1))
      return tries[i];
  ERR_clear_error ();
  return NULL;
}

static Outcome
read_pkcs12 (Reading *reading, const guint8 *data, gsize length)
{
  const guint8 *at = data;
  g_autoptr (PKCS12) file = d2i_PKCS12 (NULL, &at, (long) length);
  const ASN1_INTEGER *iterations = NULL;
  const char *password;
  EVP_PKEY *key = NULL;
  X509 *leaf = NULL;
  STACK_OF (X509) *others = NULL;
  gboolean ok;

  ERR_clear_error ();
  if (file == NULL)
    return NOT_THIS;
  reading->file->format = "pkcs12";
  load_providers ();
  if (!PKCS12_mac_present (file))
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
  if (!is_modest (iterations))
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  password = opening_password (file, reading->password);
  if (password == NULL)
    return refuse (reading, "password",
                   reading->password == NULL || *reading->password == '\0' ? OREE_PROBLEM_PASSWORD_NEEDED
                                                                           : OREE_PROBLEM_WRONG_PASSWORD,
                   NULL);
  ok = safes_are_modest (file) && PKCS12_parse (file, password, &key, &leaf, &others) == 1;
  ERR_clear_error ();
  if (!ok)
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  if (key != NULL)
    add_key (reading, key, *password == '\0');
  if (leaf != NULL)
    add_x509 (reading, leaf);
  add_stack (reading, others);
  X509_free (leaf);
  sk_X509_pop_free (others, X509_free);
  return READ;
}

/* ---- PEM ---- */

static int
give_password (char *buffer, int size, int writing, void *data)
{
  const char *password = data;
  gsize length = password != NULL ? strlen (password) : 0;

  if (password == NULL || length > (gsize) size)
    return -1;
  memcpy (buffer, password, length);
  return (int) length;
}

static Outcome
read_encrypted_key (Reading *reading, const guint8 *data, gsize length)
{
  const guint8 *at = data;
  g_autoptr (X509_SIG) sealed = d2i_X509_SIG (NULL, &at, (long) length);
  const X509_ALGOR *algorithm = NULL;
  PKCS8_PRIV_KEY_INFO *info = NULL;

  if (sealed == NULL)
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  if (reading->password == NULL || *reading->password == '\0')
    return refuse (reading, "password", OREE_PROBLEM_PASSWORD_NEEDED, NULL);
  load_providers ();
  X509_SIG_get0 (sealed, &algorithm, NULL);
  if (!kdf_is_modest (algorithm))
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  info = PKCS8_decrypt (sealed, reading->password, -1);
  if (info == NULL)
    return refuse (reading, "password", OREE_PROBLEM_WRONG_PASSWORD, NULL);
  {
    EVP_PKEY *key = EVP_PKCS82PKEY (info);

    PKCS8_PRIV_KEY_INFO_free (info);
    if (key == NULL)
      return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
    add_key (reading, key, FALSE);
  }
  return READ;
}

/* "Proc-Type: 4,ENCRYPTED": a key as OpenSSL wrote it long ago; its cipher's password is hashed once. */
static Outcome
read_old_key (Reading *reading, const char *header, guint8 *data, gsize length)
{
  EVP_CIPHER_INFO cipher;
  const guint8 *at = data;
  long n = (long) length;
  g_autofree char *words = g_strdup (header);
  EVP_PKEY *key;

  if (!PEM_get_EVP_CIPHER_INFO (words, &cipher))
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  if (cipher.cipher != NULL && (reading->password == NULL || *reading->password == '\0'))
    return refuse (reading, "password", OREE_PROBLEM_PASSWORD_NEEDED, NULL);
  if (!PEM_do_header (&cipher, data, &n, give_password, (char *) reading->password))
    return refuse (reading, "password", OREE_PROBLEM_WRONG_PASSWORD, NULL);
  key = d2i_AutoPrivateKey (NULL, &at, n);
  if (key == NULL)
    return refuse (reading, cipher.cipher != NULL ? "password" : "file",
                   cipher.cipher != NULL ? OREE_PROBLEM_WRONG_PASSWORD : OREE_PROBLEM_FILE_UNKNOWN, NULL);
  add_key (reading, key, cipher.cipher == NULL);
  return READ;
}

static Outcome
read_certificate (Reading *reading, const guint8 *data, gsize length)
{
  OreeCert *cert = oree_cert_new_from_der (data, length);

  if (cert == NULL)
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  add_cert (reading, cert);
  return READ;
}

/* With trust settings behind it: those are ours to decide. */
static Outcome
read_trusted (Reading *reading, const guint8 *data, gsize length)
{
  const guint8 *at = data;
  g_autoptr (X509) x509 = d2i_X509_AUX (NULL, &at, (long) length);

  if (x509 == NULL)
    return refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  add_x509 (reading, x509);
  return READ;
}

static Outcome
read_pem_block (Reading *reading, const char *name, const char *header, guint8 *data, gsize length)
{
  if (g_str_equal (name, PEM_STRING_X509) || g_str_equal (name, PEM_STRING_X509_OLD))
    return read_certificate (reading, data, length);
  if (g_str_equal (name, PEM_STRING_X509_TRUSTED))
    return read_trusted (reading, data, length);
  if (g_str_equal (name, PEM_STRING_PKCS7) || g_str_equal (name, PEM_STRING_PKCS7_SIGNED))
    return read_pkcs7 (reading, data, length);
  if (g_str_equal (name, PEM_STRING_PKCS8))
    return read_encrypted_key (reading, data, length);
  if (g_str_has_suffix (name, "PRIVATE KEY"))
    return read_old_key (reading, header, data, length);
  return READ; /* requests, parameters, revocation lists: not for us */
}

static Outcome
read_pem (Reading *reading, const guint8 *data, gsize length)
{
  g_autoptr (BIO) bio = NULL;
  Outcome outcome = READ;
  char *name = NULL, *header = NULL;
  guint8 *block = NULL;
  long n = 0;
  guint blocks = 0;

  if (g_strstr_len ((const char *) data, (gssize) length, "-----BEGIN ") == NULL)
    return NOT_THIS;
  bio = BIO_new_mem_buf (data, (int) length);
  reading->file->format = "pem";
  while (outcome != REFUSED && PEM_read_bio (bio, &name, &header, &block, &n))
    {
      blocks++;
      outcome = read_pem_block (reading, name, header, block, (gsize) n);
      if (outcome == NOT_THIS)
        outcome = refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
      if (g_str_equal (name, PEM_STRING_PKCS7))
        reading->file->format = "pkcs7";
      OPENSSL_free (name);
      OPENSSL_free (header);
      OPENSSL_clear_free (block, (gsize) n);
    }
  /* The end is the one error expected; a block cut short is a broken file. */
  if (outcome != REFUSED && ERR_GET_REASON (ERR_peek_last_error ()) != PEM_R_NO_START_LINE)
    outcome = refuse (reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  ERR_clear_error ();
  return outcome == REFUSED || blocks > 0 ? outcome : NOT_THIS;
}

/* ---- DER ---- */

static Outcome
read_der (Reading *reading, const guint8 *data, gsize length)
{
  OreeCert *cert = oree_cert_new_from_der (data, length);

  if (cert == NULL)
    return NOT_THIS;
  reading->file->format = "der";
  add_cert (reading, cert);
  return READ;
}

/* Base64 without the lines that frame it: some authorities paste it into mails. */
static Outcome
read_bare (Reading *reading, const guint8 *data, gsize length)
{
  g_autofree char *text = g_strndup ((const char *) data, length);
  g_autofree guint8 *der = NULL;
  gsize n = 0;
  Outcome outcome;

  if (strlen (text) != length || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t") != length)
    return NOT_THIS;
  der = g_base64_decode (text, &n);
  outcome = read_der (reading, der, n);
  return outcome == NOT_THIS ? read_pkcs7 (reading, der, n) : outcome;
}

OreeCertFile *
oree_cert_file_read (const void *data, gsize length, const char *password, OreeProblems *problems)
{
  static Outcome (*const formats[]) (Reading *, const guint8 *, gsize)
      = { read_pem, read_der, read_pkcs7, read_pkcs12, read_bare };
  g_autoptr (OreeCertFile) file = g_new0 (OreeCertFile, 1);
  Reading reading = { file, password, problems };
  Outcome outcome = NOT_THIS;

  file->certs = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  if (length > OREE_CERT_FILE_BYTES_MAX)
    {
      g_autofree char *cap = g_strdup_printf ("%d", OREE_CERT_FILE_BYTES_MAX / 1024);

      refuse (&reading, "file", OREE_PROBLEM_FILE_TOO_BIG, cap);
      return NULL;
    }
  ERR_clear_error ();
  for (gsize i = 0; outcome == NOT_THIS && i < G_N_ELEMENTS (formats); i++)
    outcome = length > 0 ? formats[i](&reading, data, length) : NOT_THIS;
  ERR_clear_error ();
  if (outcome == NOT_THIS)
    refuse (&reading, "file", OREE_PROBLEM_FILE_UNKNOWN, NULL);
  if (outcome != READ)
    return NULL;
  if (file->certs->len == 0)
    {
      refuse (&reading, "file", OREE_PROBLEM_FILE_EMPTY, NULL);
      return NULL;
    }
  return g_steal_pointer (&file);
}
