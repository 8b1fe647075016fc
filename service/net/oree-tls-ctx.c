/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS contexts: reads certificate, key and trust anchors, and fixes what every connection of ours has in common. */
#include "net/oree-tls-ctx.h"
#include "net/oree-tls-private.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

struct _OreeTlsCtx
{
  gatomicrefcount refs;
  SSL_CTX *ssl;
  OreeTlsAnchors *anchors;
  OreePeerCert *own; /* our certificate, read as a peer's; NULL: none */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_TIME, ASN1_TIME_free)

char *
oree_tls_error_text (const char *prefix)
{
  unsigned long code = ERR_peek_last_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : "no reason given";
  g_autofree char *number = NULL;

  if (reason == NULL)
    reason = number = g_strdup_printf ("error %08lx", code);
  ERR_clear_error ();

  return prefix != NULL ? g_strdup_printf ("%s: %s", prefix, reason) : g_strdup (reason);
}

gboolean
oree_tls_asn1_time (const ASN1_TIME *time, gint64 *wall)
{
  g_autoptr (ASN1_TIME) epoch = ASN1_TIME_set (NULL, 0);
  int days, seconds;

  if (time == NULL || epoch == NULL || !ASN1_TIME_diff (&days, &seconds, epoch, time))
    return FALSE;

  *wall = ((gint64) days * 86400 + seconds) * G_USEC_PER_SEC;
  return TRUE;
}

gboolean
oree_tls_read_file (const char *path, char **contents, gsize *length, OreeNetError unreadable, GError **error)
{
  errno = 0;
  if (access (path, R_OK) < 0 || !g_file_get_contents (path, contents, length, NULL))
    {
      g_set_error (error, OREE_NET_ERROR, unreadable, "%s: %s", path, g_strerror (errno != 0 ? errno : EIO));
      return FALSE;
    }
  return TRUE;
}

static BIO *
open_pem (const char *path, char **contents, OreeNetError unreadable, GError **error)
{
  gsize length;

  if (!oree_tls_read_file (path, contents, &length, unreadable, error))
    return NULL;
  return BIO_new_mem_buf (*contents, (int) MIN (length, G_MAXINT));
}

static gboolean
fail (GError **error, OreeNetError code, const char *path)
{
  g_autofree char *text = oree_tls_error_text (path);

  g_set_error_literal (error, OREE_NET_ERROR, code, text);
  return FALSE;
}

int
oree_tls_no_passphrase (char *buffer, int size, int writing, void *data)
{
  return -1;
}

static gboolean
load_certificate (OreeTlsCtx *self, const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (BIO) bio = open_pem (path, &contents, OREE_NET_ERROR_CERTIFICATE_UNREADABLE, error);
  g_autoptr (X509) leaf = NULL;
  STACK_OF (X509) *chain = NULL;

  if (bio == NULL)
    return FALSE;

  leaf = PEM_read_bio_X509_AUX (bio, NULL, oree_tls_no_passphrase, NULL);
  if (leaf == NULL || SSL_CTX_use_certificate (self->ssl, leaf) != 1)
    return fail (error, OREE_NET_ERROR_CERTIFICATE_INVALID, path);

  while (TRUE)
    {
      X509 *issuer = PEM_read_bio_X509 (bio, NULL, oree_tls_no_passphrase, NULL);

      if (issuer == NULL)
        break;
      if (SSL_CTX_add0_chain_cert (self->ssl, issuer) != 1)
        {
          X509_free (issuer);
          return fail (error, OREE_NET_ERROR_CERTIFICATE_INVALID, path);
        }
    }

  /* The end of the file is the one error expected here; anything else is a broken certificate in the chain. */
  if (ERR_GET_REASON (ERR_peek_last_error ()) != PEM_R_NO_START_LINE)
    return fail (error, OREE_NET_ERROR_CERTIFICATE_INVALID, path);

  ERR_clear_error ();
  SSL_CTX_get0_chain_certs (self->ssl, &chain);
  self->own = oree_peer_cert_new_from_x509 (self->anchors, leaf, chain, g_get_real_time ());

  return TRUE;
}

static gboolean
load_key (OreeTlsCtx *self, const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (BIO) bio = open_pem (path, &contents, OREE_NET_ERROR_KEY_UNREADABLE, error);
  g_autoptr (EVP_PKEY) key = NULL;
  gboolean ok = FALSE;

  if (bio == NULL)
    return FALSE;

  key = PEM_read_bio_PrivateKey (bio, NULL, oree_tls_no_passphrase, NULL);
  OPENSSL_cleanse (contents, strlen (contents));
  if (key == NULL)
    return fail (error, OREE_NET_ERROR_KEY_INVALID, path);

  ok = SSL_CTX_use_PrivateKey (self->ssl, key) == 1 && SSL_CTX_check_private_key (self->ssl) == 1;
  if (!ok)
    return fail (error, OREE_NET_ERROR_KEY_MISMATCH, path);

  return TRUE;
}

/* The handshake takes any certificate: what it proves is decided afterwards, with a reason. */
static int
accept_any_certificate (X509_STORE_CTX *store, void *data)
{
  return 1;
}

/* A client that offers protocols without ours goes on without one: the name is a hint, not a gate. */
static int
select_alpn (SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
             unsigned int in_length, void *data)
{
  const char *wanted = oree_tls_wanted_alpn (ssl);
  gsize length = wanted != NULL ? strlen (wanted) : 0;

  if (length == 0)
    return SSL_TLSEXT_ERR_NOACK;

  for (unsigned int at = 0; at < in_length && at + 1 + in[at] <= in_length; at += 1u + in[at])
    if (in[at] == length && memcmp (in + at + 1, wanted, length) == 0)
      {
        *out = in + at + 1;
        *out_length = in[at];
        return SSL_TLSEXT_ERR_OK;
      }

  return SSL_TLSEXT_ERR_NOACK;
}

static void
configure (SSL_CTX *ssl)
{
  SSL_CTX_set_min_proto_version (ssl, TLS1_2_VERSION);
  SSL_CTX_set_options (ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                              SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets (ssl, 0);
  SSL_CTX_set_session_cache_mode (ssl, SSL_SESS_CACHE_OFF);
  /* Forward secrecy and authenticated encryption only (RFC 9325 4.2); TLS 1.3 has nothing else. */
  SSL_CTX_set_cipher_list (ssl, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK:!SRP");
  /* Curves only: in a finite field a peer has us compute for next to nothing (CVE-2002-20001, CVE-2022-40735). */
  SSL_CTX_set1_groups_list (ssl, "X25519:P-256:X448:P-384:P-521");
  /* No DSA, nothing below SHA-256. */
  SSL_CTX_set1_sigalgs_list (ssl, "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:RSA-PSS+SHA256:RSA-PSS+SHA384:"
                                  "RSA-PSS+SHA512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:"
                                  "RSA+SHA384:RSA+SHA512");
  SSL_CTX_set_mode (ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify (ssl, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback (ssl, accept_any_certificate, NULL);
  SSL_CTX_set_alpn_select_cb (ssl, select_alpn, NULL);
}

OreeTlsCtx *
oree_tls_ctx_new (const OreeTlsCtxOptions *options, GError **error)
{
  g_autoptr (OreeTlsCtx) self = g_new0 (OreeTlsCtx, 1);

  g_atomic_ref_count_init (&self->refs);
  ERR_clear_error ();
  self->ssl = SSL_CTX_new (TLS_method ());
  if (self->ssl == NULL)
    {
      fail (error, OREE_NET_ERROR_SYSTEM, "OpenSSL");
      return NULL;
    }
  configure (self->ssl);
  self->anchors = options->trust != NULL ? oree_tls_anchors_ref (options->trust)
                                         : oree_tls_anchors_new (options->anchors, error);
  if (self->anchors == NULL)
    return NULL;

  if (options->certificate != NULL)
    {
      const char *key = options->key != NULL ? options->key : options->certificate;

      if (!load_certificate (self, options->certificate, error) || !load_key (self, key, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

OreeTlsCtx *
oree_tls_ctx_ref (OreeTlsCtx *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_tls_ctx_unref (OreeTlsCtx *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  SSL_CTX_free (self->ssl);
  oree_tls_anchors_unref (self->anchors);
  oree_peer_cert_unref (self->own);
  g_free (self);
}

gboolean
oree_tls_ctx_has_certificate (const OreeTlsCtx *self)
{
  return self->own != NULL;
}

OreeTlsAnchors *
oree_tls_ctx_anchors (const OreeTlsCtx *self)
{
  return self->anchors;
}

const char *
oree_tls_ctx_fingerprint (const OreeTlsCtx *self)
{
  return self->own != NULL ? oree_peer_cert_fingerprint (self->own) : "";
}

gboolean
oree_tls_ctx_may_be_client (const OreeTlsCtx *self)
{
  return self->own != NULL && oree_peer_cert_may_be_client (self->own);
}

gint64
oree_tls_ctx_not_after (const OreeTlsCtx *self)
{
  return self->own != NULL ? oree_peer_cert_leaf_not_after (self->own) : 0;
}

SSL_CTX *
oree_tls_ctx_ssl (OreeTlsCtx *self)
{
  return self->ssl;
}
