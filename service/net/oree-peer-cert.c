/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a peer's certificate proves. OpenSSL builds and verifies the path (signatures, basic constraints, name
 * constraints); strength, dates, usage and names are judged here, by tables, each with its own reason. */
#include "net/oree-peer-cert.h"
#include "base/oree-enum.h"
#include "base/oree-limits.h"
#include "ident/oree-domain.h"
#include "net/oree-tls-private.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define PATH_MAX_DEPTH 10

/* Extended key usages we know, as bits. */
enum
{
  USE_SERVER = 1 << 0,
  USE_CLIENT = 1 << 1,
  USE_ANY = 1 << 2,
  USE_SIP_DOMAIN = 1 << 3, /* RFC 5924 */
  USE_ALL = USE_SERVER | USE_CLIENT | USE_ANY | USE_SIP_DOMAIN
};

/* From when to when, and for what. */
typedef struct
{
  gint64 not_before, not_after;
  guint extended_usage; /* USE_ bits */
} Span;

/* What one set of anchors makes of a certificate. */
typedef struct
{
  gatomicrefcount refs;
  OreeTlsAnchors *anchors;
  OreeCertOutcome outcome; /* chain and strength, without dates */
  STACK_OF (X509) *path;   /* from the leaf to an anchor; NULL: none verified */
  Span span;               /* of the whole path: what every certificate on it allows */
} Judged;

/* What was shown, as read; the same whoever is trusted. */
typedef struct
{
  gatomicrefcount refs;
  GMutex lock;    /* over `last` */
  Judged *last;   /* under the anchors asked for last: signatures are verified once, questions come often */
  OreeCertOutcome reading; /* OK, NO_CERTIFICATE, MALFORMED or TOO_MANY_NAMES */
  X509 *cert;              /* kept to be judged anew; NULL: none was shown, or it is no certificate */
  STACK_OF (X509) *others;
  Span span;         /* its own */
  guint key_usage;   /* OpenSSL's KU_ bits; all set without the extension */
  GPtrArray *names;  /* OreeCertName */
  char *subject, *issuer, *fingerprint;
} Leaf;

struct _OreePeerCert
{
  gatomicrefcount refs;
  Leaf *leaf;
  Judged *judged;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE_CTX, X509_STORE_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GENERAL_NAMES, GENERAL_NAMES_free)

static const OreeEnumValue outcomes[] = {
  { OREE_CERT_OK, "ok" },
  { OREE_CERT_NO_CERTIFICATE, "no-certificate" },
  { OREE_CERT_MALFORMED, "malformed" },
  { OREE_CERT_TOO_MANY_NAMES, "too-many-names" },
  { OREE_CERT_SELF_SIGNED, "self-signed" },
  { OREE_CERT_UNTRUSTED_ISSUER, "untrusted-issuer" },
  { OREE_CERT_INVALID_ISSUER, "invalid-issuer" },
  { OREE_CERT_WEAK_KEY, "weak-key" },
  { OREE_CERT_NOT_YET_VALID, "not-yet-valid" },
  { OREE_CERT_EXPIRED, "expired" },
  { OREE_CERT_WRONG_USAGE, "wrong-usage" },
  { OREE_CERT_WRONG_NAME, "wrong-name" },
  { OREE_CERT_DANE_MISMATCH, "dane-mismatch" },
  { OREE_CERT_PIN_MISMATCH, "pin-mismatch" },
  { OREE_CERT_NOT_ASKED, "certificate-not-asked" },
  { OREE_CERT_POSH_MISMATCH, "posh-mismatch" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (outcomes) == OREE_N_CERT_OUTCOMES + 1);

const char *
oree_cert_outcome_nick (OreeCertOutcome outcome)
{
  return oree_enum_to_nick (outcomes, outcome);
}

/* What X509_verify_cert can answer, in our words; what is not listed is an untrusted issuer. */
static const struct
{
  int error;
  OreeCertOutcome outcome;
} path_errors[] = {
  { X509_V_OK, OREE_CERT_OK },
  { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, OREE_CERT_SELF_SIGNED },
  { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, OREE_CERT_UNTRUSTED_ISSUER },
  { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, OREE_CERT_UNTRUSTED_ISSUER },
  { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, OREE_CERT_UNTRUSTED_ISSUER },
  { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, OREE_CERT_UNTRUSTED_ISSUER },
  { X509_V_ERR_CERT_CHAIN_TOO_LONG, OREE_CERT_UNTRUSTED_ISSUER },
  { X509_V_ERR_CERT_SIGNATURE_FAILURE, OREE_CERT_MALFORMED },
  { X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, OREE_CERT_MALFORMED },
  { X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, OREE_CERT_MALFORMED },
  { X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, OREE_CERT_MALFORMED },
  { X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, OREE_CERT_MALFORMED },
  { X509_V_ERR_INVALID_EXTENSION, OREE_CERT_MALFORMED },
  { X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, OREE_CERT_MALFORMED },
  { X509_V_ERR_INVALID_CA, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_INVALID_NON_CA, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_PATH_LENGTH_EXCEEDED, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_KEYUSAGE_NO_CERTSIGN, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_PERMITTED_VIOLATION, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_EXCLUDED_VIOLATION, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_SUBTREE_MINMAX, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, OREE_CERT_INVALID_ISSUER },
  { X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, OREE_CERT_INVALID_ISSUER },
};

static OreeCertOutcome
path_outcome (int error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (path_errors); i++)
    if (path_errors[i].error == error)
      return path_errors[i].outcome;

  return OREE_CERT_UNTRUSTED_ISSUER;
}

/* Names */

static void
name_free (gpointer data)
{
  OreeCertName *name = data;

  g_free (name->text);
  g_free (name);
}

static OreeCertOutcome
add_name (Leaf *self, OreeCertNameKind kind, OreeSpan text)
{
  OreeCertName *name;

  /* A NUL hides what follows from C readers: the whole certificate is not to be believed. */
  if (text.length > 0 && memchr (text.data, '\0', text.length) != NULL)
    return OREE_CERT_MALFORMED;

  if (self->names->len >= OREE_CERT_NAMES_MAX)
    return OREE_CERT_TOO_MANY_NAMES;

  name = g_new (OreeCertName, 1);
  name->kind = kind;
  name->text = oree_span_dup (text);
  g_ptr_array_add (self->names, name);

  return OREE_CERT_OK;
}

static OreeSpan
asn1_span (const ASN1_STRING *string)
{
  return oree_span (ASN1_STRING_get0_data (string), (gsize) ASN1_STRING_length (string));
}

static gboolean
has_oid (const ASN1_OBJECT *object, const char *dotted)
{
  char text[64];

  return OBJ_obj2txt (text, sizeof text, object, 1) > 0 && strcmp (text, dotted) == 0;
}

static OreeCertOutcome
add_other_name (Leaf *self, const OTHERNAME *other)
{
  static const OreeSpan service = OREE_SPAN_LITERAL ("_xmpp-server.");
  const ASN1_TYPE *value = other->value;
  OreeSpan text;

  /* RFC 4985: SRVName is an IA5String "_service.domain". */
  if (has_oid (other->type_id, "1.3.6.1.5.5.7.8.7") && value != NULL && value->type == V_ASN1_IA5STRING)
    {
      text = asn1_span (value->value.ia5string);
      if (!oree_span_equal_nocase (oree_span_sub (text, 0, service.length), service))
        return text.length > 0 && memchr (text.data, '\0', text.length) != NULL ? OREE_CERT_MALFORMED : OREE_CERT_OK;
      return add_name (self, OREE_CERT_NAME_SRV_XMPP_SERVER, oree_span_from (text, service.length));
    }

  /* RFC 6120 13.7.1.4: an XMPP address; only a bare domain names a server. */
  if (has_oid (other->type_id, "1.3.6.1.5.5.7.8.5") && value != NULL && value->type == V_ASN1_UTF8STRING)
    {
      text = asn1_span (value->value.utf8string);
      if (oree_span_index (text, '@') >= 0 || oree_span_index (text, '/') >= 0)
        return OREE_CERT_OK;
      return add_name (self, OREE_CERT_NAME_XMPP_ADDR, text);
    }

  return OREE_CERT_OK;
}

/* RFC 5922 7.1: scheme "sip" only, and no user part: "sip:fabrikam.test". */
static OreeCertOutcome
add_uri (Leaf *self, OreeSpan uri)
{
  OreeSpan rest = oree_span_from (uri, 4);
  gsize end = 0;

  if (uri.length > 0 && memchr (uri.data, '\0', uri.length) != NULL)
    return OREE_CERT_MALFORMED;
  if (!oree_span_equal_nocase_str (oree_span_sub (uri, 0, 4), "sip:") || oree_span_index (rest, '@') >= 0)
    return OREE_CERT_OK;

  while (end < rest.length && strchr (":;?", rest.data[end]) == NULL)
    end++;

  return end > 0 ? add_name (self, OREE_CERT_NAME_SIP_URI, oree_span_sub (rest, 0, end)) : OREE_CERT_OK;
}

static OreeCertOutcome
add_general_name (Leaf *self, const GENERAL_NAME *name)
{
  switch (name->type)
    {
    case GEN_DNS:
      return add_name (self, OREE_CERT_NAME_DNS, asn1_span (name->d.dNSName));
    case GEN_URI:
      return add_uri (self, asn1_span (name->d.uniformResourceIdentifier));
    case GEN_OTHERNAME:
      return add_other_name (self, name->d.otherName);
    default: /* an int of OpenSSL's: addresses, e-mail and the rest name no domain */
      return OREE_CERT_OK;
    }
}

static OreeCertOutcome
read_common_name (Leaf *self, X509 *leaf)
{
  X509_NAME *subject = X509_get_subject_name (leaf);
  int at = X509_NAME_get_index_by_NID (subject, NID_commonName, -1);
  unsigned char *utf8 = NULL;
  OreeCertOutcome outcome;
  int length;

  if (at < 0)
    return OREE_CERT_OK;

  length = ASN1_STRING_to_UTF8 (&utf8, X509_NAME_ENTRY_get_data (X509_NAME_get_entry (subject, at)));
  if (length < 0)
    return OREE_CERT_MALFORMED;

  outcome = add_name (self, OREE_CERT_NAME_COMMON, oree_span (utf8, (gsize) length));
  OPENSSL_free (utf8);

  return outcome;
}

static OreeCertOutcome
read_names (Leaf *self, X509 *leaf)
{
  int critical;
  g_autoptr (GENERAL_NAMES) names = X509_get_ext_d2i (leaf, NID_subject_alt_name, &critical, NULL);
  OreeCertOutcome outcome = OREE_CERT_OK;

  /* NULL: -1 means absent, anything else doubled or broken. */
  if (names == NULL)
    return critical == -1 ? read_common_name (self, leaf) : OREE_CERT_MALFORMED;

  for (int i = 0; outcome == OREE_CERT_OK && i < sk_GENERAL_NAME_num (names); i++)
    outcome = add_general_name (self, sk_GENERAL_NAME_value (names, i));

  return outcome;
}

/* Usage */

static const struct
{
  const char *oid;
  guint bit;
} usages[] = {
  { "1.3.6.1.5.5.7.3.1", USE_SERVER },
  { "1.3.6.1.5.5.7.3.2", USE_CLIENT },
  { "2.5.29.37.0", USE_ANY },
  { "1.3.6.1.5.5.7.3.20", USE_SIP_DOMAIN },
};

/* FALSE when the extension is there and broken. */
static gboolean
read_extended_usage (X509 *cert, guint *bits)
{
  int critical;
  g_autoptr (EXTENDED_KEY_USAGE) list = X509_get_ext_d2i (cert, NID_ext_key_usage, &critical, NULL);

  *bits = USE_ALL;
  if (list == NULL)
    return critical == -1;

  *bits = 0;
  for (int i = 0; i < sk_ASN1_OBJECT_num (list); i++)
    for (gsize u = 0; u < G_N_ELEMENTS (usages); u++)
      if (has_oid (sk_ASN1_OBJECT_value (list, i), usages[u].oid))
        *bits |= usages[u].bit;

  return TRUE;
}

/* An issuer that allows any use allows every one. */
static guint
issuer_usage (guint bits)
{
  return (bits & USE_ANY) != 0 ? USE_ALL : bits;
}

static gboolean
usage_allows (guint key_use, guint extended, OreeCertDirection direction, OreeCertUsageMode mode)
{
  /* RFC 5280 4.2.1.12: which key usages go with TLS server and client authentication. */
  static const guint key_usage[] = {
    [OREE_CERT_PEER_IS_SERVER] = KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT,
    [OREE_CERT_PEER_IS_CLIENT] = KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT,
  };
  static const guint strict[] = {
    [OREE_CERT_PEER_IS_SERVER] = USE_SERVER | USE_ANY,
    [OREE_CERT_PEER_IS_CLIENT] = USE_CLIENT | USE_ANY,
  };

  switch (mode)
    {
    case OREE_CERT_USAGE_STRICT:
      return (key_use & key_usage[direction]) != 0 && (extended & strict[direction]) != 0;
    case OREE_CERT_USAGE_LENIENT:
      /* The handshake itself proved that the key signs: what remains is a certificate made for something else. */
      return (key_use & key_usage[OREE_CERT_PEER_IS_SERVER]) != 0 && extended != 0;
    }

  return FALSE;
}

/* The path */

static gboolean
is_weak (X509 *cert, gboolean judge_signature)
{
  static const struct
  {
    int type;
    int bits;
  } minimum[] = { { EVP_PKEY_RSA, 2048 }, { EVP_PKEY_RSA_PSS, 2048 }, { EVP_PKEY_DSA, 2048 }, { EVP_PKEY_EC, 224 } };
  static const int weak_digests[] = { NID_md2, NID_md4, NID_md5, NID_md5_sha1, NID_sha1 };
  EVP_PKEY *key = X509_get0_pubkey (cert);
  int digest = NID_undef;

  if (key == NULL)
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (minimum); i++)
    if (EVP_PKEY_get_base_id (key) == minimum[i].type && EVP_PKEY_get_bits (key) < minimum[i].bits)
      return TRUE;

  if (judge_signature && X509_get_signature_info (cert, &digest, NULL, NULL, NULL))
    for (gsize i = 0; i < G_N_ELEMENTS (weak_digests); i++)
      if (digest == weak_digests[i])
        return TRUE;

  return FALSE;
}

/* Reads dates, strength and usage off a path that verified. */
static OreeCertOutcome
judge_path (STACK_OF (X509) *path, Span *span)
{
  int n = sk_X509_num (path);
  OreeCertOutcome outcome = OREE_CERT_OK;

  span->not_before = G_MININT64;
  span->not_after = G_MAXINT64;
  for (int i = 0; i < n; i++)
    {
      X509 *cert = sk_X509_value (path, i);
      gboolean is_leaf = i == 0, is_anchor = i == n - 1;
      gint64 from, to;
      guint bits;

      if (!oree_tls_asn1_time (X509_get0_notBefore (cert), &from) ||
          !oree_tls_asn1_time (X509_get0_notAfter (cert), &to) || !read_extended_usage (cert, &bits))
        return OREE_CERT_MALFORMED;

      span->not_before = MAX (span->not_before, from);
      span->not_after = MIN (span->not_after, to);
      if (is_leaf)
        span->extended_usage = bits;
      else if (!is_anchor)
        span->extended_usage &= issuer_usage (bits);

      /* Without basic constraints a certificate is no issuer, whatever its key usage says (RFC 5280 6.1.4 (k)).
       * Anchors are what the administrator says they are, old version 1 roots included. */
      if (!is_leaf && !is_anchor && (X509_get_extension_flags (cert) & EXFLAG_CA) == 0)
        outcome = OREE_CERT_INVALID_ISSUER;
      if ((is_leaf || !is_anchor) && outcome == OREE_CERT_OK && is_weak (cert, !is_anchor))
        outcome = OREE_CERT_WEAK_KEY;
    }

  return outcome;
}

/* One attempt at a path, with dates at `wall` or without looking at dates. */
static int
build_path (Judged *self, const Leaf *leaf, const gint64 *wall)
{
  g_autoptr (X509_STORE_CTX) store = X509_STORE_CTX_new ();
  X509_VERIFY_PARAM *param;
  int error;

  if (store == NULL || X509_STORE_CTX_init (store, oree_tls_anchors_store (self->anchors), leaf->cert, leaf->others) != 1)
    return X509_V_ERR_OUT_OF_MEM;

  param = X509_STORE_CTX_get0_param (store);
  /* What the administrator lists is an anchor, be it an intermediate or a partner's own certificate. */
  X509_VERIFY_PARAM_set_flags (param, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_depth (param, PATH_MAX_DEPTH);
  X509_VERIFY_PARAM_set_auth_level (param, 0);
  if (wall != NULL)
    X509_VERIFY_PARAM_set_time (param, (time_t) (*wall / G_USEC_PER_SEC));
  else
    X509_VERIFY_PARAM_set_flags (param, X509_V_FLAG_NO_CHECK_TIME);

  error = X509_verify_cert (store) == 1 ? X509_V_OK : X509_STORE_CTX_get_error (store);
  if (error == X509_V_OK)
    {
      self->path = X509_STORE_CTX_get1_chain (store);
      self->outcome = judge_path (self->path, &self->span);
    }
  else
    self->outcome = path_outcome (error);
  ERR_clear_error ();

  return error;
}

/* Text */

static char *
name_text (X509_NAME *name)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data;
  long length;

  if (bio == NULL || X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return g_strdup ("");

  length = BIO_get_mem_data (bio, &data);
  return g_utf8_make_valid (data, length);
}

static char *
hex_text (const char *prefix, const guint8 *bytes, gsize length)
{
  GString *text = g_string_new (prefix);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);

  return g_string_free (text, FALSE);
}

static char *
fingerprint_text (X509 *leaf)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  X509_digest (leaf, EVP_sha256 (), digest, &length);
  return hex_text (NULL, digest, length);
}

static OreeCertOutcome
read_leaf (Leaf *self)
{
  X509 *cert = self->cert;

  self->subject = name_text (X509_get_subject_name (cert));
  self->issuer = name_text (X509_get_issuer_name (cert));
  self->fingerprint = fingerprint_text (cert);
  self->key_usage = X509_get_key_usage (cert);
  if ((X509_get_extension_flags (cert) & EXFLAG_INVALID) != 0 ||
      !oree_tls_asn1_time (X509_get0_notBefore (cert), &self->span.not_before) ||
      !oree_tls_asn1_time (X509_get0_notAfter (cert), &self->span.not_after) ||
      !read_extended_usage (cert, &self->span.extended_usage))
    return OREE_CERT_MALFORMED;

  return read_names (self, cert);
}

static Judged *
judged_new (const Leaf *leaf, OreeTlsAnchors *anchors, gint64 wall)
{
  Judged *self = g_new0 (Judged, 1);

  g_atomic_ref_count_init (&self->refs);
  self->anchors = oree_tls_anchors_ref (anchors);
  self->span = leaf->span;
  /* Where two paths exist, one that is valid now is preferred; only without one do dates step back, so that
   * "expired" and "untrusted" stay apart. */
  if (leaf->reading == OREE_CERT_OK && build_path (self, leaf, &wall) != X509_V_OK)
    build_path (self, leaf, NULL);
  ERR_clear_error ();

  return self;
}

static void
judged_unref (Judged *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  oree_tls_anchors_unref (self->anchors);
  sk_X509_pop_free (self->path, X509_free);
  g_free (self);
}

/* References what it is given. */
static Leaf *
leaf_new (X509 *cert, STACK_OF (X509) *others)
{
  Leaf *self = g_new0 (Leaf, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->names = g_ptr_array_new_with_free_func (name_free);
  self->reading = OREE_CERT_NO_CERTIFICATE;
  if (cert == NULL)
    return self;

  X509_up_ref (cert);
  self->cert = cert;
  if (others != NULL)
    self->others = X509_chain_up_ref (others);
  self->reading = read_leaf (self);
  return self;
}

static void
leaf_unref (Leaf *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  X509_free (self->cert);
  sk_X509_pop_free (self->others, X509_free);
  g_clear_pointer (&self->last, judged_unref);
  g_mutex_clear (&self->lock);
  g_ptr_array_unref (self->names);
  g_free (self->subject);
  g_free (self->issuer);
  g_free (self->fingerprint);
  g_free (self);
}

/* Takes both. */
static OreePeerCert *
peer_cert (Leaf *leaf, Judged *judged)
{
  OreePeerCert *self = g_new0 (OreePeerCert, 1);

  g_atomic_ref_count_init (&self->refs);
  self->leaf = leaf;
  self->judged = judged;
  return self;
}

OreePeerCert *
oree_peer_cert_new_from_x509 (OreeTlsAnchors *anchors, X509 *leaf, STACK_OF (X509) *others, gint64 wall)
{
  Leaf *read = leaf_new (leaf, others);

  return peer_cert (read, judged_new (read, anchors, wall));
}

OreePeerCert *
oree_peer_cert_under (const OreePeerCert *self, OreeTlsAnchors *anchors, gint64 wall)
{
  Leaf *leaf = self->leaf;
  Judged *judged = NULL;

  if (oree_tls_anchors_equal (self->judged->anchors, anchors))
    return oree_peer_cert_ref ((OreePeerCert *) self); /* the count alone changes */

  g_mutex_lock (&leaf->lock);
  if (leaf->last == NULL || !oree_tls_anchors_equal (leaf->last->anchors, anchors))
    {
      g_clear_pointer (&leaf->last, judged_unref);
      leaf->last = judged_new (leaf, anchors, wall);
    }
  judged = leaf->last;
  g_atomic_ref_count_inc (&judged->refs);
  g_mutex_unlock (&leaf->lock);
  g_atomic_ref_count_inc (&leaf->refs);
  return peer_cert (leaf, judged);
}

static X509 *
read_der (OreeSpan der)
{
  const unsigned char *at = (const unsigned char *) der.data;
  X509 *cert = d2i_X509 (NULL, &at, (long) der.length);

  /* What follows a certificate is part of it for nobody. */
  if (cert != NULL && at != (const unsigned char *) der.data + der.length)
    g_clear_pointer (&cert, X509_free);

  return cert;
}

OreePeerCert *
oree_peer_cert_new (OreeTlsCtx *ctx, const OreeSpan *chain, gsize n, gint64 wall)
{
  STACK_OF (X509) *others = sk_X509_new_null ();
  X509 *cert = n > 0 ? read_der (chain[0]) : NULL;
  Leaf *leaf;

  for (gsize i = 1; i < n; i++)
    {
      X509 *other = read_der (chain[i]);

      if (other != NULL)
        sk_X509_push (others, other);
    }

  leaf = leaf_new (cert, others);
  if (n > 0 && cert == NULL)
    leaf->reading = OREE_CERT_MALFORMED;
  X509_free (cert);
  sk_X509_pop_free (others, X509_free);

  return peer_cert (leaf, judged_new (leaf, oree_tls_ctx_anchors (ctx), wall));
}

OreePeerCert *
oree_peer_cert_new_from_pem (OreeTlsCtx *ctx, const char *pem, gint64 wall)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  g_autoptr (X509) cert = PEM_read_bio_X509 (bio, NULL, oree_tls_no_passphrase, NULL);
  STACK_OF (X509) *others = sk_X509_new_null ();
  OreePeerCert *self = NULL;
  X509 *other;

  while (cert != NULL && (other = PEM_read_bio_X509 (bio, NULL, oree_tls_no_passphrase, NULL)) != NULL)
    sk_X509_push (others, other);
  ERR_clear_error ();
  if (cert != NULL)
    self = oree_peer_cert_new_from_x509 (oree_tls_ctx_anchors (ctx), cert, others, wall);
  sk_X509_pop_free (others, X509_free);
  return self;
}

OreePeerCert *
oree_peer_cert_ref (OreePeerCert *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_peer_cert_unref (OreePeerCert *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  leaf_unref (self->leaf);
  judged_unref (self->judged);
  g_free (self);
}

static OreeCertOutcome
check_span (const OreePeerCert *self, const Span *span, OreeCertDirection direction, OreeCertUsageMode mode,
            gint64 wall)
{
  if (wall < span->not_before)
    return OREE_CERT_NOT_YET_VALID;
  if (wall > span->not_after)
    return OREE_CERT_EXPIRED;
  if (!usage_allows (self->leaf->key_usage, span->extended_usage, direction, mode))
    return OREE_CERT_WRONG_USAGE;

  return OREE_CERT_OK;
}

OreeCertOutcome
oree_peer_cert_check (const OreePeerCert *self, OreeCertDirection direction, OreeCertUsageMode mode, gint64 wall)
{
  if (self->leaf->reading != OREE_CERT_OK)
    return self->leaf->reading;
  if (self->judged->outcome != OREE_CERT_OK)
    return self->judged->outcome;

  return check_span (self, &self->judged->span, direction, mode, wall);
}

OreeCertOutcome
oree_peer_cert_check_leaf (const OreePeerCert *self, OreeCertDirection direction, OreeCertUsageMode mode, gint64 wall)
{
  if (self->leaf->reading != OREE_CERT_OK)
    return self->leaf->reading;

  return check_span (self, &self->leaf->span, direction, mode, wall);
}

OreeCertOutcome
oree_peer_cert_check_pins (const OreePeerCert *self, const char *const *pins, OreeCertDirection direction,
                           OreeCertUsageMode mode, gint64 wall)
{
  g_autofree char *pin = NULL;

  if (self->leaf->reading != OREE_CERT_OK)
    return self->leaf->reading;
  pin = oree_peer_cert_dup_pin (self);
  if (pin == NULL || !g_strv_contains (pins, pin))
    return OREE_CERT_PIN_MISMATCH;

  return oree_peer_cert_check_leaf (self, direction, mode, wall);
}

static gboolean
equals_domain (const char *text, const char *domain)
{
  return oree_domain_equal (oree_span_str (text), oree_span_str (domain));
}

static gboolean
names_xmpp (const OreePeerCert *self, const OreeCertName *name, const char *domain)
{
  g_autofree char *address = NULL;

  switch (name->kind)
    {
    case OREE_CERT_NAME_DNS:
    case OREE_CERT_NAME_SRV_XMPP_SERVER:
      return oree_domain_name_match (oree_span_str (name->text), domain);
    case OREE_CERT_NAME_XMPP_ADDR:
      address = oree_domain_normalise (oree_span_str (name->text));
      return address != NULL && strcmp (address, domain) == 0;
    case OREE_CERT_NAME_SIP_URI:
    case OREE_CERT_NAME_COMMON:
      return FALSE;
    }

  return FALSE;
}

static gboolean
has_sip_uri (const OreePeerCert *self)
{
  for (guint i = 0; i < self->leaf->names->len; i++)
    if (oree_peer_cert_name (self, i)->kind == OREE_CERT_NAME_SIP_URI)
      return TRUE;

  return FALSE;
}

static gboolean
names_sip (const OreePeerCert *self, const OreeCertName *name, const char *domain)
{
  switch (name->kind)
    {
    case OREE_CERT_NAME_SIP_URI:
    case OREE_CERT_NAME_COMMON: /* kept only without alternative names */
      return equals_domain (name->text, domain);
    case OREE_CERT_NAME_DNS:
      return !has_sip_uri (self) && equals_domain (name->text, domain);
    case OREE_CERT_NAME_SRV_XMPP_SERVER:
    case OREE_CERT_NAME_XMPP_ADDR:
      return FALSE;
    }

  return FALSE;
}

static gboolean
names_host (const OreePeerCert *self, const OreeCertName *name, const char *domain)
{
  return name->kind == OREE_CERT_NAME_DNS && oree_domain_name_match (oree_span_str (name->text), domain);
}

const OreeCertName *
oree_peer_cert_match (const OreePeerCert *self, OreeCertNameRule rule, const char *domain)
{
  static gboolean (*const rules[]) (const OreePeerCert *, const OreeCertName *, const char *) = {
    [OREE_CERT_NAMES_XMPP] = names_xmpp,
    [OREE_CERT_NAMES_SIP] = names_sip,
    [OREE_CERT_NAMES_HOST] = names_host,
  };

  if (self->leaf->reading != OREE_CERT_OK)
    return NULL;

  for (guint i = 0; i < self->leaf->names->len; i++)
    if (rules[rule](self, oree_peer_cert_name (self, i), domain))
      return oree_peer_cert_name (self, i);

  return NULL;
}

OreeCertOutcome
oree_peer_cert_check_name (const OreePeerCert *self, OreeCertNameRule rule, const char *domain)
{
  if (self->leaf->reading != OREE_CERT_OK)
    return self->leaf->reading;

  return oree_peer_cert_match (self, rule, domain) != NULL ? OREE_CERT_OK : OREE_CERT_WRONG_NAME;
}

OreeCertOutcome
oree_peer_cert_check_for (const OreePeerCert *self, OreeCertDirection direction, OreeCertUsageMode mode,
                          gint64 wall, OreeCertNameRule rule, const char *domain)
{
  OreeCertOutcome outcome = oree_peer_cert_check (self, direction, mode, wall);

  return outcome == OREE_CERT_OK ? oree_peer_cert_check_name (self, rule, domain) : outcome;
}

gboolean
oree_peer_cert_is_readable (const OreePeerCert *self)
{
  return self->leaf->subject != NULL;
}

gboolean
oree_peer_cert_may_be_client (const OreePeerCert *self)
{
  return self->leaf->reading == OREE_CERT_OK
         && usage_allows (self->leaf->key_usage, self->leaf->span.extended_usage, OREE_CERT_PEER_IS_CLIENT,
                          OREE_CERT_USAGE_STRICT);
}

guint
oree_peer_cert_n_names (const OreePeerCert *self)
{
  return self->leaf->names->len;
}

const OreeCertName *
oree_peer_cert_name (const OreePeerCert *self, guint i)
{
  return g_ptr_array_index (self->leaf->names, i);
}

const char *
oree_peer_cert_subject (const OreePeerCert *self)
{
  return self->leaf->subject;
}

const char *
oree_peer_cert_issuer (const OreePeerCert *self)
{
  return self->leaf->issuer;
}

const char *
oree_peer_cert_fingerprint (const OreePeerCert *self)
{
  return self->leaf->fingerprint;
}

gboolean
oree_peer_cert_digests (const OreePeerCert *self, guint8 *sha256, guint8 *sha512)
{
  return self->leaf->cert != NULL && X509_digest (self->leaf->cert, EVP_sha256 (), sha256, NULL) == 1
         && X509_digest (self->leaf->cert, EVP_sha512 (), sha512, NULL) == 1;
}

X509 *
oree_peer_cert_leaf (const OreePeerCert *self)
{
  return self->leaf->cert;
}

STACK_OF (X509) *
oree_peer_cert_others (const OreePeerCert *self)
{
  return self->leaf->others;
}

STACK_OF (X509) *
oree_peer_cert_path (const OreePeerCert *self)
{
  return self->judged->path;
}

char *
oree_peer_cert_dup_pin (const OreePeerCert *self)
{
  unsigned char *der = NULL;
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  char *pin = NULL;
  int length;

  if (self->leaf->cert == NULL)
    return NULL;
  length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (self->leaf->cert), &der);
  if (length > 0 && EVP_Digest (der, (size_t) length, digest, &size, EVP_sha256 (), NULL) == 1)
    pin = hex_text ("sha256:", digest, size);
  OPENSSL_free (der);
  return pin;
}

gint64
oree_peer_cert_not_before (const OreePeerCert *self)
{
  return self->judged->span.not_before;
}

gint64
oree_peer_cert_not_after (const OreePeerCert *self)
{
  return self->judged->span.not_after;
}

gint64
oree_peer_cert_leaf_not_before (const OreePeerCert *self)
{
  return self->leaf->span.not_before;
}

gint64
oree_peer_cert_leaf_not_after (const OreePeerCert *self)
{
  return self->leaf->span.not_after;
}
