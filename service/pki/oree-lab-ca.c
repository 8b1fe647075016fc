/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-lab-ca.h"
#include "pki/oree-key.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)

#define DAY_SECONDS (24 * 60 * 60)
#define CA_DAYS 3650
#define LEAF_DAYS 397
#define RENEW_DAYS 30
/* Clocks of lab machines differ a little. */
#define BACKDATE_SECONDS (60 * 60)

typedef struct
{
  X509 *certificate;
  EVP_PKEY *key;
} Authority;

static void
authority_clear (Authority *self)
{
  X509_free (self->certificate);
  EVP_PKEY_free (self->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Authority, authority_clear)

static gboolean
fail (GError **error, const char *what)
{
  unsigned long code = ERR_get_error ();
  const char *reason = code ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", what, reason ? reason : "unknown reason");
  return FALSE;
}

/* The first certificate of a PEM file; NULL when there is none. */
static X509 *
load_certificate (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (BIO) bio = NULL;
  X509 *certificate;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  bio = BIO_new_mem_buf (text, (int) length);
  certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  ERR_clear_error ();
  return certificate;
}

static gboolean
save_certificates (const char *path, X509 *first, X509 *second, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length;

  if (!PEM_write_bio_X509 (bio, first) || (second != NULL && !PEM_write_bio_X509 (bio, second)))
    return fail (error, path);
  length = BIO_get_mem_data (bio, &data);
  return oree_key_write_file (path, data, (gsize) length, 0644, error);
}

static gboolean
set_serial (X509 *certificate)
{
  g_autoptr (BIGNUM) number = BN_new ();

  /* RFC 5280 4.1.2.2: positive, at most 20 octets; random, so that a lab made anew does not repeat one. */
  return number != NULL && BN_rand (number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
         && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)) != NULL;
}

static gboolean
add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509_EXTENSION *extension;
  X509V3_CTX context;
  gboolean ok;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  if (extension == NULL)
    return FALSE;
  ok = X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
  return ok;
}

/* Names go in as values, not through the configuration syntax, where a comma would start another name. */
static gboolean
add_names (X509 *certificate, const char *const *names)
{
  GENERAL_NAMES *list = sk_GENERAL_NAME_new_null ();
  gboolean ok = list != NULL;

  for (gsize i = 0; ok && names[i] != NULL; i++)
    {
      GENERAL_NAME *name = GENERAL_NAME_new ();
      ASN1_OCTET_STRING *address = a2i_IPADDRESS (names[i]);

      ERR_clear_error ();
      if (name != NULL && address != NULL)
        GENERAL_NAME_set0_value (name, GEN_IPADD, address);
      else if (name != NULL)
        {
          ASN1_IA5STRING *text = ASN1_IA5STRING_new ();

          ok = text != NULL && ASN1_STRING_set (text, names[i], -1);
          GENERAL_NAME_set0_value (name, GEN_DNS, text);
        }
      ok = ok && name != NULL && sk_GENERAL_NAME_push (list, name) > 0;
    }
  ok = ok && X509_add1_ext_i2d (certificate, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1;
  GENERAL_NAMES_free (list);
  return ok;
}

static gboolean
set_subject (X509 *certificate, const char *common_name)
{
  X509_NAME *name = X509_get_subject_name (certificate);

  /* X.520 allows 64 characters; the alternative names are what counts. */
  if (strlen (common_name) > 64)
    common_name = "Oree lab";
  return X509_NAME_add_entry_by_NID (name, NID_commonName, MBSTRING_UTF8, (const guint8 *) common_name, -1, -1, 0);
}

/* What authority and leaf have in common; signed by `authority`, or by itself when that is NULL. */
static X509 *
make_certificate (const char *common_name, EVP_PKEY *key, const Authority *authority, const char *const *names, int days,
                  GError **error)
{
  g_autoptr (X509) certificate = X509_new ();
  X509 *issuer = authority ? authority->certificate : certificate;
  EVP_PKEY *signer = authority ? authority->key : key;
  gboolean ok;

  ok = certificate != NULL && X509_set_version (certificate, X509_VERSION_3) && set_serial (certificate)
       && X509_gmtime_adj (X509_getm_notBefore (certificate), -BACKDATE_SECONDS)
       && X509_time_adj_ex (X509_getm_notAfter (certificate), days, 0, NULL) && set_subject (certificate, common_name)
       && X509_set_issuer_name (certificate, X509_get_subject_name (issuer)) && X509_set_pubkey (certificate, key)
       && add_extension (certificate, issuer, NID_subject_key_identifier, "hash")
       && add_extension (certificate, issuer, NID_authority_key_identifier, "keyid:always");

  if (ok && names == NULL)
    ok = add_extension (certificate, issuer, NID_basic_constraints, "critical,CA:TRUE")
         && add_extension (certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  else if (ok)
    ok = add_extension (certificate, issuer, NID_basic_constraints, "critical,CA:FALSE")
         && add_extension (certificate, issuer, NID_key_usage, "critical,digitalSignature")
         && add_extension (certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth")
         && add_names (certificate, names);

  if (!ok || X509_sign (certificate, signer, EVP_sha256 ()) == 0)
    {
      fail (error, common_name);
      return NULL;
    }
  return g_steal_pointer (&certificate);
}

/* The authority's files; FALSE when one is missing or bad, or the certificate does not match its key. */
static gboolean
load_authority (const char *dir, Authority *self, GError **error)
{
  g_autofree char *certificate_path = g_build_filename (dir, "ca.pem", NULL);
  g_autofree char *key_path = g_build_filename (dir, "ca.key", NULL);

  self->key = oree_key_load (key_path, error);
  if (self->key == NULL)
    return FALSE;
  self->certificate = load_certificate (certificate_path);
  if (self->certificate == NULL || X509_check_private_key (self->certificate, self->key) != 1)
    {
      ERR_clear_error ();
      g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: no certificate for its key", certificate_path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
expires_within (X509 *certificate, int days)
{
  time_t limit = time (NULL) + (time_t) days * DAY_SECONDS;

  return X509_cmp_time (X509_get0_notAfter (certificate), &limit) <= 0;
}

static gboolean
make_authority (const char *dir, Authority *self, GError **error)
{
  g_autofree char *certificate_path = g_build_filename (dir, "ca.pem", NULL);
  g_autofree char *key_path = g_build_filename (dir, "ca.key", NULL);
  g_autofree char *tag = NULL;
  g_autofree char *name = NULL;
  guint8 random[4];

  if (RAND_bytes (random, sizeof random) != 1)
    return fail (error, "random bytes");
  /* Two labs are two authorities: the names must not collide in somebody's trust store. */
  tag = g_strdup_printf ("%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
  name = g_strdup_printf ("Oree lab authority %s", tag);

  self->key = oree_key_generate (OREE_KEY_EC_P256, error);
  if (self->key == NULL)
    return FALSE;
  self->certificate = make_certificate (name, self->key, NULL, NULL, CA_DAYS, error);
  if (self->certificate == NULL)
    return FALSE;
  /* Key first: a certificate without key would look like a damaged authority; the other way it is made anew. */
  return oree_key_save (self->key, key_path, error)
         && save_certificates (certificate_path, self->certificate, NULL, error);
}

static gboolean
ensure_authority (const char *dir, Authority *self, GError **error)
{
  if (load_authority (dir, self, NULL) && !expires_within (self->certificate, RENEW_DAYS))
    return TRUE;
  authority_clear (self);
  *self = (Authority){ NULL, NULL };
  return make_authority (dir, self, error);
}

/* --- Leaves --- */

static char *
name_text (const GENERAL_NAME *name)
{
  if (name->type == GEN_DNS)
    return g_strndup ((const char *) ASN1_STRING_get0_data (name->d.dNSName),
                      (gsize) ASN1_STRING_length (name->d.dNSName));
  if (name->type == GEN_IPADD)
    {
      GString *hex = g_string_new ("ip:");

      for (int i = 0; i < ASN1_STRING_length (name->d.iPAddress); i++)
        g_string_append_printf (hex, "%02x", ASN1_STRING_get0_data (name->d.iPAddress)[i]);
      return g_string_free (hex, FALSE);
    }
  return g_strdup ("other");
}

/* Compares by making the same extension once more: one way to turn text into names. */
static gboolean
has_names (X509 *certificate, const char *const *names)
{
  g_autoptr (X509) wanted = X509_new ();
  g_autoptr (GHashTable) left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GENERAL_NAMES *have, *want;
  gboolean same = TRUE;

  if (!add_names (wanted, names))
    return FALSE;
  want = X509_get_ext_d2i (wanted, NID_subject_alt_name, NULL, NULL);
  have = X509_get_ext_d2i (certificate, NID_subject_alt_name, NULL, NULL);

  for (int i = 0; i < sk_GENERAL_NAME_num (want); i++)
    g_hash_table_add (left, name_text (sk_GENERAL_NAME_value (want, i)));
  for (int i = 0; i < sk_GENERAL_NAME_num (have) && same; i++)
    {
      g_autofree char *text = name_text (sk_GENERAL_NAME_value (have, i));

      same = g_hash_table_remove (left, text);
    }
  same = same && g_hash_table_size (left) == 0;
  GENERAL_NAMES_free (have);
  GENERAL_NAMES_free (want);
  return same;
}

static gboolean
leaf_is_good (const char *certificate_path, const char *key_path, const Authority *authority, const char *const *names)
{
  g_autoptr (X509) certificate = load_certificate (certificate_path);
  g_autoptr (EVP_PKEY) key = NULL;
  gboolean good;

  if (certificate == NULL)
    return FALSE;
  key = oree_key_load (key_path, NULL);
  good = key != NULL && X509_check_private_key (certificate, key) == 1
         && X509_verify (certificate, authority->key) == 1 && !expires_within (certificate, RENEW_DAYS)
         && has_names (certificate, names);
  ERR_clear_error ();
  return good;
}

static gboolean
ensure_leaf (const char *dir, const char *name, const Authority *authority, const char *const *names, GError **error)
{
  g_autofree char *certificate_file = g_strconcat (name, ".pem", NULL);
  g_autofree char *key_file = g_strconcat (name, ".key", NULL);
  g_autofree char *certificate_path = g_build_filename (dir, certificate_file, NULL);
  g_autofree char *key_path = g_build_filename (dir, key_file, NULL);
  g_autoptr (X509) certificate = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (leaf_is_good (certificate_path, key_path, authority, names))
    return TRUE;

  key = oree_key_generate (OREE_KEY_EC_P256, error);
  if (key == NULL)
    return FALSE;
  certificate = make_certificate (names[0], key, authority, names, LEAF_DAYS, error);
  return certificate != NULL && oree_key_save (key, key_path, error)
         && save_certificates (certificate_path, certificate, authority->certificate, error);
}

static gboolean
names_are_usable (const char *const *names, GError **error)
{
  gboolean ok = names != NULL && names[0] != NULL;

  for (gsize i = 0; ok && names[i] != NULL; i++)
    ok = names[i][0] != '\0' && g_str_is_ascii (names[i]);
  if (!ok)
    g_set_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD, "a certificate needs names, in their ASCII form");
  return ok;
}

gboolean
oree_lab_ca_ensure (const char *dir, const char *const *external_names, const char *const *internal_names,
                    GError **error)
{
  g_auto (Authority) authority = { NULL, NULL };

  if (!names_are_usable (external_names, error) || !names_are_usable (internal_names, error))
    return FALSE;
  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      int saved = errno;

      g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", dir, g_strerror (saved));
      return FALSE;
    }
  return ensure_authority (dir, &authority, error) && ensure_leaf (dir, "external", &authority, external_names, error)
         && ensure_leaf (dir, "internal", &authority, internal_names, error);
}

gboolean
oree_lab_ca_issue (const char *dir, const char *name, const char *const *names, GError **error)
{
  g_auto (Authority) authority = { NULL, NULL };

  if (!names_are_usable (names, error))
    return FALSE;
  if (name[0] == '\0' || name[0] == '.' || strchr (name, '/') != NULL || g_str_equal (name, "ca"))
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD, "not a plain file name: %s", name);
      return FALSE;
    }
  return load_authority (dir, &authority, error) && ensure_leaf (dir, name, &authority, names, error);
}
