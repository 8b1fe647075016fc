/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TLSA records say of a peer's certificate. A record is compared with one certificate by `matches`; the usages
 * differ in which certificates are compared and in what must hold besides. */
#include "net/oree-tlsa.h"
#include "base/oree-enum.h"
#include "net/oree-tls-private.h"
#include <openssl/err.h>

/* RFC 7218 */
enum
{
  PKIX_TA = 0,
  PKIX_EE = 1,
  DANE_TA = 2,
  DANE_EE = 3,
  N_USAGES,
  CERT = 0,
  SPKI = 1,
  N_SELECTORS,
  FULL = 0,
  SHA2_256 = 1,
  SHA2_512 = 2,
  N_MATCHINGS
};

static const OreeEnumValue outcomes[] = {
  { OREE_TLSA_NONE_USABLE, "none-usable" },
  { OREE_TLSA_KEY, "key" },
  { OREE_TLSA_ISSUER, "issuer" },
  { OREE_TLSA_PKIX, "pkix" },
  { OREE_TLSA_MISMATCH, "mismatch" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (outcomes) == OREE_N_TLSA_OUTCOMES + 1);

const char *
oree_tlsa_outcome_nick (OreeTlsaOutcome outcome)
{
  return oree_enum_to_nick (outcomes, outcome);
}

/* Records */

static X509 *
read_cert (const OreeDnsTlsa *record)
{
  gsize length;
  const unsigned char *data = g_bytes_get_data (record->data, &length), *at = data;
  X509 *cert = d2i_X509 (NULL, &at, (long) length);

  if (cert != NULL && at != data + length)
    g_clear_pointer (&cert, X509_free);
  ERR_clear_error ();

  return cert;
}

static gboolean
is_whole_object (const OreeDnsTlsa *record)
{
  gsize length;
  const unsigned char *data = g_bytes_get_data (record->data, &length), *at = data;
  gboolean is_whole;

  if (record->selector == CERT)
    {
      X509 *cert = read_cert (record);

      is_whole = cert != NULL;
      X509_free (cert);
    }
  else
    {
      EVP_PKEY *key = d2i_PUBKEY (NULL, &at, (long) length);

      is_whole = key != NULL && at == data + length;
      EVP_PKEY_free (key);
      ERR_clear_error ();
    }

  return is_whole;
}

/* RFC 7671 4.1: what a record must be so that it counts at all. */
static gboolean
is_usable (const OreeDnsTlsa *record)
{
  static const gsize lengths[N_MATCHINGS] = { [SHA2_256] = 32, [SHA2_512] = 64 };

  if (record->usage >= N_USAGES || record->selector >= N_SELECTORS || record->matching >= N_MATCHINGS)
    return FALSE;
  if (record->matching == FULL)
    return is_whole_object (record);

  return g_bytes_get_size (record->data) == lengths[record->matching];
}

/* RFC 7671 9: where the same is said by several digests the strongest counts alone. */
static gboolean
is_outdone (const GPtrArray *records, const OreeDnsTlsa *record)
{
  if (record->matching != SHA2_256)
    return FALSE;

  for (guint i = 0; i < records->len; i++)
    {
      const OreeDnsTlsa *other = g_ptr_array_index (records, i);

      if (other->usage == record->usage && other->selector == record->selector && other->matching == SHA2_512
          && is_usable (other))
        return TRUE;
    }

  return FALSE;
}

gboolean
oree_tlsa_any_usable (const OreeDnsAnswer *answer)
{
  for (guint i = 0; answer->tlsa != NULL && i < answer->tlsa->len; i++)
    if (is_usable (g_ptr_array_index (answer->tlsa, i)))
      return TRUE;

  return FALSE;
}

/* One record, one certificate */

static gboolean
matches (const OreeDnsTlsa *record, X509 *cert)
{
  gsize length;
  const void *data = g_bytes_get_data (record->data, &length);
  unsigned char *der = NULL;
  int der_length = record->selector == CERT ? i2d_X509 (cert, &der) : i2d_X509_PUBKEY (X509_get_X509_PUBKEY (cert), &der);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int digest_length = 0;
  gboolean equal = FALSE;

  if (der_length > 0 && record->matching == FULL)
    equal = (gsize) der_length == length && memcmp (der, data, length) == 0;
  else if (der_length > 0
           && EVP_Digest (der, (size_t) der_length, digest, &digest_length,
                          record->matching == SHA2_256 ? EVP_sha256 () : EVP_sha512 (), NULL) == 1)
    equal = digest_length == length && memcmp (digest, data, length) == 0;
  OPENSSL_free (der);
  ERR_clear_error ();

  return equal;
}

/* The usages */

static OreeCertOutcome
check_valid (const OreePeerCert *cert, const OreeTlsaQuestion *question)
{
  OreeCertOutcome outcome = oree_peer_cert_check (cert, question->direction, question->usage, question->wall);

  return outcome == OREE_CERT_OK ? oree_tlsa_check_names (cert, question->domain, question->host) : outcome;
}

static gboolean
any_issuer_matches (const OreeDnsTlsa *record, STACK_OF (X509) *issuers, int from)
{
  for (int i = from; i < sk_X509_num (issuers); i++)
    if (matches (record, sk_X509_value (issuers, i)))
      return TRUE;

  return FALSE;
}

/* RFC 7671 5.2: the authorities the records name, of those the peer showed or given whole, as the only anchors. */
static OreeTlsAnchors *
named_anchors (const GPtrArray *records, STACK_OF (X509) *shown)
{
  STACK_OF (X509) *named = sk_X509_new_null ();
  OreeTlsAnchors *anchors;

  for (guint i = 0; i < records->len; i++)
    {
      const OreeDnsTlsa *record = g_ptr_array_index (records, i);

      if (record->usage != DANE_TA || !is_usable (record) || is_outdone (records, record))
        continue;
      if (record->selector == CERT && record->matching == FULL)
        sk_X509_push (named, read_cert (record));
      else
        for (int at = 0; at < sk_X509_num (shown); at++)
          if (matches (record, sk_X509_value (shown, at)) && X509_up_ref (sk_X509_value (shown, at)))
            sk_X509_push (named, sk_X509_value (shown, at));
    }
  anchors = oree_tls_anchors_new_from_x509 (named);
  sk_X509_pop_free (named, X509_free);

  return anchors;
}

static gboolean
issued_under (const GPtrArray *records, const OreePeerCert *cert, const OreeTlsaQuestion *question)
{
  g_autoptr (OreeTlsAnchors) anchors = named_anchors (records, oree_peer_cert_others (cert));
  g_autoptr (OreePeerCert) again = oree_peer_cert_under (cert, anchors, question->wall);

  return check_valid (again, question) == OREE_CERT_OK;
}

OreeTlsaOutcome
oree_tlsa_check (const OreeDnsAnswer *answer, const OreePeerCert *cert, const OreeTlsaQuestion *question)
{
  X509 *leaf = oree_peer_cert_leaf (cert);
  gboolean usable = FALSE, by_issuer = FALSE, by_pkix = FALSE;

  for (guint i = 0; answer->tlsa != NULL && i < answer->tlsa->len; i++)
    {
      const OreeDnsTlsa *record = g_ptr_array_index (answer->tlsa, i);

      if (!is_usable (record))
        continue;
      usable = TRUE;
      if (leaf == NULL || is_outdone (answer->tlsa, record))
        continue;
      switch (record->usage)
        {
        case DANE_EE: /* RFC 7671 5.1: neither names nor dates nor path */
          if (matches (record, leaf))
            return OREE_TLSA_KEY;
          break;
        case DANE_TA:
          by_issuer = TRUE;
          break;
        case PKIX_EE:
          by_pkix = by_pkix || matches (record, leaf);
          break;
        case PKIX_TA: /* an issuer on the very path that our anchors end */
          by_pkix = by_pkix || any_issuer_matches (record, oree_peer_cert_path (cert), 1);
          break;
        }
    }

  if (!usable)
    return OREE_TLSA_NONE_USABLE;
  if (by_issuer && issued_under (answer->tlsa, cert, question))
    return OREE_TLSA_ISSUER;
  if (by_pkix && check_valid (cert, question) == OREE_CERT_OK)
    return OREE_TLSA_PKIX;

  return OREE_TLSA_MISMATCH;
}

OreeCertOutcome
oree_tlsa_check_names (const OreePeerCert *cert, const char *domain, const char *host)
{
  OreeCertOutcome outcome = oree_peer_cert_check_name (cert, OREE_CERT_NAMES_XMPP, domain);

  if (outcome == OREE_CERT_WRONG_NAME && host != NULL)
    return oree_peer_cert_check_name (cert, OREE_CERT_NAMES_HOST, host);

  return outcome;
}
