/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-cert.h"

#include "base/oree-limits.h"
#include "pki/oree-pki-private.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define PKCS12_ITERATIONS 600000 /* OWASP 2023 for PBKDF2 with HMAC-SHA-256 */
#define CHAIN_MAX 10             /* issuers above one certificate */

struct _OreeCert
{
  gatomicrefcount refs;
  X509 *x509;
  char *id;
  char *subject;
  char *issuer;
  gint64 not_before, not_after;
};

/* ---- Making ---- */

static gint64
wall_of (const ASN1_TIME *time)
{
  ASN1_TIME *epoch = ASN1_TIME_set (NULL, 0);
  int days = 0, seconds = 0;
  gboolean ok = epoch != NULL && time != NULL && ASN1_TIME_diff (&days, &seconds, epoch, time);

  ASN1_TIME_free (epoch);
  return ok ? ((gint64) days * 86400 + seconds) * G_USEC_PER_SEC : 0;
}

static char *
hash_of (X509 *x509)
{
  guint8 *der = NULL;
  int length = i2d_X509 (x509, &der);
  char *text = length > 0 ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return text;
}

/* Takes `x509`. */
static OreeCert *
new_from_x509 (X509 *x509)
{
  OreeCert *self = g_new0 (OreeCert, 1);

  g_atomic_ref_count_init (&self->refs);
  self->x509 = x509;
  self->id = hash_of (x509);
  self->subject = oree_pki_name_text (X509_get_subject_name (x509));
  self->issuer = oree_pki_name_text (X509_get_issuer_name (x509));
  self->not_before = wall_of (X509_get0_notBefore (x509));
  self->not_after = wall_of (X509_get0_notAfter (x509));
  /* Caches the extensions, so that reading it later never writes. */
  X509_check_purpose (x509, -1, 0);
  ERR_clear_error ();
  if (self->id == NULL)
    g_clear_pointer (&self, oree_cert_unref);
  return self;
}

OreeCert *
oree_cert_new_from_der (const void *data, gsize length)
{
  const guint8 *at = data;
  X509 *x509 = d2i_X509 (NULL, &at, (long) MIN (length, G_MAXINT));

  ERR_clear_error ();
  if (x509 == NULL)
    return NULL;
  if (at != (const guint8 *) data + length)
    {
      X509_free (x509);
      return NULL;
    }
  return new_from_x509 (x509);
}

static GPtrArray *
read_pem (const char *text, gsize length, guint max)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (text, (int) MIN (length, G_MAXINT));
  GPtrArray *certs = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);

  while (certs->len < max)
    {
      X509 *x509 = PEM_read_bio_X509_AUX (bio, NULL, oree_pki_no_passphrase, NULL);
      OreeCert *cert = x509 != NULL ? new_from_x509 (x509) : NULL;

      if (x509 == NULL)
        break;
      if (cert != NULL)
        g_ptr_array_add (certs, cert);
    }
  ERR_clear_error ();
  return certs;
}

OreeCert *
oree_cert_new_from_pem (const char *pem)
{
  g_autoptr (GPtrArray) certs = read_pem (pem, strlen (pem), 1);

  return certs->len > 0 ? oree_cert_ref (g_ptr_array_index (certs, 0)) : NULL;
}

GPtrArray *
oree_certs_load (const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (path == NULL || !g_file_get_contents (path, &text, &length, NULL))
    return g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  return read_pem (text, length, G_MAXUINT);
}

OreeCert *
oree_cert_ref (OreeCert *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_cert_unref (OreeCert *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  X509_free (self->x509);
  g_free (self->id);
  g_free (self->subject);
  g_free (self->issuer);
  g_free (self);
}

/* ---- Asking ---- */

const char *
oree_cert_id (const OreeCert *self)
{
  return self->id;
}

const char *
oree_cert_subject (const OreeCert *self)
{
  return self->subject;
}

const char *
oree_cert_issuer (const OreeCert *self)
{
  return self->issuer;
}

gint64
oree_cert_not_before (const OreeCert *self)
{
  return self->not_before;
}

gint64
oree_cert_not_after (const OreeCert *self)
{
  return self->not_after;
}

gboolean
oree_cert_is_authority (const OreeCert *self)
{
  return (X509_get_extension_flags (self->x509) & EXFLAG_CA) != 0;
}

gboolean
oree_cert_is_self_signed (const OreeCert *self)
{
  gboolean yes = X509_self_signed (self->x509, 1) == 1;

  ERR_clear_error ();
  return yes;
}

gboolean
oree_cert_matches_key (const OreeCert *self, EVP_PKEY *key)
{
  EVP_PKEY *own = X509_get0_pubkey (self->x509);
  gboolean yes = own != NULL && key != NULL && EVP_PKEY_eq (own, key) == 1;

  ERR_clear_error ();
  return yes;
}

gboolean
oree_cert_matches_request (const OreeCert *self, const char *pem)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  g_autoptr (X509_REQ) request = PEM_read_bio_X509_REQ (bio, NULL, oree_pki_no_passphrase, NULL);

  ERR_clear_error ();
  return request != NULL && oree_cert_matches_key (self, X509_REQ_get0_pubkey (request));
}

gboolean
oree_cert_is_issued_by (const OreeCert *self, const OreeCert *issuer)
{
  EVP_PKEY *key = X509_get0_pubkey (issuer->x509);
  gboolean yes = key != NULL && X509_check_issued (issuer->x509, self->x509) == X509_V_OK && X509_verify (self->x509, key) == 1;

  ERR_clear_error ();
  return yes;
}

char *
oree_cert_to_pem (const OreeCert *self)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_X509 (bio, self->x509);
  return oree_pki_bio_text (bio);
}

static char *
serial_of (X509 *x509)
{
  const ASN1_INTEGER *serial = X509_get0_serialNumber (x509);
  GString *text = g_string_new (NULL);

  for (int i = 0; i < ASN1_STRING_length (serial); i++)
    g_string_append_printf (text, "%02x", ASN1_STRING_get0_data (serial)[i]);
  return g_string_free (text, FALSE);
}

/* NID_undef is not an algorithm. */
static char *
signature_of (X509 *x509)
{
  char oid[64] = "";
  int nid = X509_get_signature_nid (x509);
  const X509_ALGOR *algorithm = NULL;

  if (nid != NID_undef)
    return g_strdup (OBJ_nid2ln (nid));
  X509_get0_signature (NULL, &algorithm, x509);
  if (algorithm != NULL)
    OBJ_obj2txt (oid, sizeof oid, algorithm->algorithm, 1);
  return g_strdup (oid);
}

/* Without the extension every use is allowed (RFC 5280 4.2.1.12). */
static gboolean
allows (X509 *x509, guint32 usage)
{
  guint32 extended;

  if (!(X509_get_extension_flags (x509) & EXFLAG_XKUSAGE))
    return TRUE;
  extended = X509_get_extended_key_usage (x509);
  return (extended & (usage | XKU_ANYEKU)) != 0;
}

static void
take (char **text, char *value)
{
  g_free (*text);
  *text = value;
}

static void
take_list (char ***list, const GPtrArray *texts)
{
  g_strfreev (*list);
  *list = oree_pki_names_strv (texts);
}

void
oree_cert_describe (const OreeCert *self, OreeCertRecord *record)
{
  g_auto (OreePkiNames) names = { NULL };
  g_autoptr (GENERAL_NAMES) list = X509_get_ext_d2i (self->x509, NID_subject_alt_name, NULL, NULL);

  oree_pki_names_init (&names);
  oree_pki_names_read (&names, list);
  take (&record->id, g_strdup (self->id));
  take (&record->subject, g_strdup (self->subject));
  take (&record->common_name, oree_pki_common_name (X509_get_subject_name (self->x509)));
  take (&record->issuer, g_strdup (self->issuer));
  take (&record->serial, serial_of (self->x509));
  take (&record->key_type, oree_pki_key_type (X509_get0_pubkey (self->x509)));
  take (&record->signature, signature_of (self->x509));
  take_list (&record->names, names.dns);
  take_list (&record->srv_names, names.srv);
  take_list (&record->xmpp_addresses, names.xmpp);
  take_list (&record->other_names, names.others);
  record->not_before = self->not_before;
  record->not_after = self->not_after;
  record->server_auth = allows (self->x509, XKU_SSL_SERVER);
  record->client_auth = allows (self->x509, XKU_SSL_CLIENT);
  record->self_signed = oree_cert_is_self_signed (self);
  ERR_clear_error ();
}

char *
oree_cert_weak_key (const OreeCert *self)
{
  EVP_PKEY *key = X509_get0_pubkey (self->x509);

  ERR_clear_error ();
  return oree_pki_key_is_strong (key) ? NULL : oree_pki_key_type (key);
}

char *
oree_cert_weak_signature (const OreeCert *self)
{
  int digest = NID_undef, bits = 0;

  /* Nobody looks at what an anchor signed itself with. */
  if (oree_cert_is_self_signed (self))
    return NULL;
  if (X509_get_signature_info (self->x509, &digest, NULL, &bits, NULL) != 1)
    bits = 0;
  ERR_clear_error ();
  return bits >= 112 && digest != NID_sha1 && digest != NID_md5 ? NULL : signature_of (self->x509);
}

gboolean
oree_cert_may_sign (const OreeCert *self)
{
  /* All bits are set without the extension. */
  return (X509_get_key_usage (self->x509) & KU_DIGITAL_SIGNATURE) != 0;
}

/* ---- Chains ---- */

/* Authorities renew their certificates too, with the key they had: of several that fit, the one that lasts longest. */
static OreeCert *
find_issuer (const OreeCert *cert, const GPtrArray *pool)
{
  OreeCert *best = NULL;

  for (guint i = 0; pool != NULL && i < pool->len; i++)
    {
      OreeCert *other = g_ptr_array_index (pool, i);

      if (!g_str_equal (other->id, cert->id) && (best == NULL || other->not_after > best->not_after)
          && oree_cert_is_issued_by (cert, other))
        best = other;
    }
  return best;
}

static gboolean
contains (const GPtrArray *pool, const OreeCert *cert)
{
  for (guint i = 0; pool != NULL && i < pool->len; i++)
    if (g_str_equal (((const OreeCert *) g_ptr_array_index (pool, i))->id, cert->id))
      return TRUE;
  return FALSE;
}

GPtrArray *
oree_cert_chain (const OreeCert *self, const GPtrArray *pool, const GPtrArray *anchors, gboolean *complete,
                 gboolean *trusted)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  const OreeCert *at = self;

  *trusted = contains (anchors, self);
  while (!*trusted && chain->len < CHAIN_MAX && !oree_cert_is_self_signed (at))
    {
      OreeCert *issuer = find_issuer (at, anchors);

      *trusted = issuer != NULL;
      if (issuer == NULL)
        issuer = find_issuer (at, pool);
      if (issuer == NULL || contains (chain, issuer))
        break;
      g_ptr_array_add (chain, oree_cert_ref (issuer));
      at = issuer;
    }
  *complete = *trusted || oree_cert_is_self_signed (at);
  return chain;
}

/* ---- PKCS#12 ---- */

GBytes *
oree_cert_to_pkcs12 (const OreeCert *self, const GPtrArray *chain, EVP_PKEY *key, const char *friendly_name,
                     const char *password, GError **error)
{
  STACK_OF (X509) *issuers = sk_X509_new_null ();
  g_autoptr (PKCS12) file = NULL;
  guint8 *der = NULL;
  int length = -1;

  for (guint i = 0; i < chain->len; i++)
    sk_X509_push (issuers, ((OreeCert *) g_ptr_array_index (chain, i))->x509);
  file = PKCS12_create (password, friendly_name, key, self->x509, issuers, NID_aes_256_cbc, NID_aes_256_cbc,
                        PKCS12_ITERATIONS, -1, 0);
  sk_X509_free (issuers);
  if (file != NULL && PKCS12_set_mac (file, password, -1, NULL, 0, PKCS12_ITERATIONS, EVP_sha256 ()))
    length = i2d_PKCS12 (file, &der);
  if (length <= 0)
    {
      oree_pki_fail (error, "PKCS#12");
      return NULL;
    }
  {
    GBytes *bytes = g_bytes_new (der, (gsize) length);

    OPENSSL_free (der);
    return bytes;
  }
}
