/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS as a byte filter. OpenSSL reads from and writes to a BIO of ours that looks straight into the caller's buffers,
 * so nothing is copied twice and an idle connection holds no I/O memory; its own record buffers go when it rests. */
#include "net/oree-tls.h"
#include "base/oree-limits.h"
#include "net/oree-tls-private.h"
#include <openssl/err.h>

typedef struct
{
  OreeFilter base;
  OreeTlsCtx *ctx;
  SSL *ssl;
  OreeSpan wire_in;     /* what OpenSSL may read, during a call */
  OreeBuffer *wire_out; /* where it writes, during a call */
  char *alpn;           /* ours */
  char *agreed;
  OreePeerCert *peer;
  char *error;
  OreeFilterState state;
  gboolean renegotiates; /* the peer tried to */
} Tls;

static int
wire_read (BIO *bio, char *out, size_t length, size_t *done)
{
  Tls *self = BIO_get_data (bio);

  BIO_clear_retry_flags (bio);
  if (self->wire_in.length == 0)
    {
      BIO_set_retry_read (bio);
      *done = 0;
      return 0;
    }

  *done = MIN (length, self->wire_in.length);
  memcpy (out, self->wire_in.data, *done);
  self->wire_in = oree_span_from (self->wire_in, *done);
  return 1;
}

static int
wire_write (BIO *bio, const char *in, size_t length, size_t *done)
{
  Tls *self = BIO_get_data (bio);

  BIO_clear_retry_flags (bio);
  *done = length;
  if (self->wire_out != NULL)
    oree_buffer_append (self->wire_out, in, length);
  return 1;
}

static long
wire_ctrl (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH;
}

static int
wire_create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

static BIO_METHOD *
wire_method (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      BIO_METHOD *method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "oree-wire");

      BIO_meth_set_read_ex (method, wire_read);
      BIO_meth_set_write_ex (method, wire_write);
      BIO_meth_set_ctrl (method, wire_ctrl);
      BIO_meth_set_create (method, wire_create);
      g_once_init_leave (&once, (gsize) method);
    }

  return (BIO_METHOD *) once;
}

const char *
oree_tls_wanted_alpn (const SSL *ssl)
{
  const Tls *self = SSL_get_app_data (ssl);

  return self->alpn;
}

/* OpenSSL judges a call by what stands in its queue of errors, and clears all of that whether something stands there or not. */
static void
clear_errors (void)
{
  if (ERR_peek_error () != 0)
    ERR_clear_error ();
}

static OreeFilterState
tls_fail (Tls *self)
{
  if (self->error == NULL)
    self->error = oree_tls_error_text (NULL);
  self->state = OREE_FILTER_FAILED;
  return self->state;
}

static void
handshake_done (Tls *self)
{
  X509 *leaf = SSL_get0_peer_certificate (self->ssl);
  const unsigned char *protocol;
  unsigned int length;

  self->state = OREE_FILTER_OPEN;
  self->peer = oree_peer_cert_new_from_x509 (oree_tls_ctx_anchors (self->ctx), leaf, SSL_get_peer_cert_chain (self->ssl),
                                             g_get_real_time ());
  SSL_get0_alpn_selected (self->ssl, &protocol, &length);
  if (length > 0)
    self->agreed = oree_span_dup (oree_span (protocol, length));
}

/* TRUE to go on, FALSE when it waits for bytes or failed (see state). */
static gboolean
handshake (Tls *self)
{
  int result = SSL_do_handshake (self->ssl);

  if (result == 1)
    {
      handshake_done (self);
      return TRUE;
    }

  if (SSL_get_error (self->ssl, result) != SSL_ERROR_WANT_READ)
    tls_fail (self);

  return FALSE;
}

static void
read_records (Tls *self, OreeBuffer *plain)
{
  while (self->wire_in.length > 0 || SSL_has_pending (self->ssl))
    {
      gsize done = 0;
      int result = SSL_read_ex (self->ssl, oree_buffer_reserve (plain, OREE_TLS_RECORD_MAX), OREE_TLS_RECORD_MAX,
                                &done);

      if (result == 1)
        {
          oree_buffer_commit (plain, done);
          continue;
        }

      switch (SSL_get_error (self->ssl, result))
        {
        case SSL_ERROR_WANT_READ:
          break;
        case SSL_ERROR_ZERO_RETURN:
          self->state = OREE_FILTER_ENDED;
          break;
        default:
          tls_fail (self);
          break;
        }
      break;
    }

  if (oree_buffer_length (plain) == 0)
    oree_buffer_clear (plain);
}

/* OpenSSL turns a renegotiation down with a warning, as often as it is asked; RFC 6120 5.3.5 wants the end. */
static void
info_cb (const SSL *ssl, int where, int value)
{
  Tls *self = SSL_get_app_data (ssl);

  if ((where & SSL_CB_WRITE_ALERT) == SSL_CB_WRITE_ALERT && (value & 0xff) == SSL_AD_NO_RENEGOTIATION)
    self->renegotiates = TRUE;
}

static OreeFilterState
tls_in (OreeFilter *filter, OreeSpan wire, OreeBuffer *plain, OreeBuffer *wire_out)
{
  Tls *self = (Tls *) filter;

  if (self->state == OREE_FILTER_FAILED)
    return self->state;

  clear_errors ();
  self->wire_in = wire;
  self->wire_out = wire_out;
  if (self->state != OREE_FILTER_HANDSHAKE || handshake (self))
    read_records (self, plain);
  if (self->renegotiates && self->state != OREE_FILTER_FAILED)
    {
      self->error = g_strdup ("the peer began to renegotiate");
      self->state = OREE_FILTER_FAILED;
    }
  self->wire_in = OREE_SPAN_EMPTY;
  self->wire_out = NULL;

  return self->state;
}

static OreeFilterState
tls_out (OreeFilter *filter, OreeSpan plain, OreeBuffer *wire_out)
{
  Tls *self = (Tls *) filter;

  if (self->state != OREE_FILTER_OPEN && self->state != OREE_FILTER_ENDED)
    return self->state;

  clear_errors ();
  self->wire_out = wire_out;
  while (plain.length > 0)
    {
      gsize done = 0;

      if (SSL_write_ex (self->ssl, plain.data, plain.length, &done) != 1)
        {
          tls_fail (self);
          break;
        }
      plain = oree_span_from (plain, done);
    }
  self->wire_out = NULL;

  return self->state;
}

static void
tls_end (OreeFilter *filter, OreeBuffer *wire_out)
{
  Tls *self = (Tls *) filter;

  if (self->state != OREE_FILTER_OPEN && self->state != OREE_FILTER_ENDED)
    return;

  clear_errors ();
  self->wire_out = wire_out;
  SSL_shutdown (self->ssl);
  self->wire_out = NULL;
  clear_errors ();
}

static void
tls_rest (OreeFilter *filter)
{
  /* Refused while a record is half read: then it stays. */
  SSL_free_buffers (((Tls *) filter)->ssl);
}

static const char *
tls_error (OreeFilter *filter)
{
  return ((Tls *) filter)->error;
}

static void
tls_free (OreeFilter *filter)
{
  Tls *self = (Tls *) filter;

  SSL_free (self->ssl);
  oree_tls_ctx_unref (self->ctx);
  oree_peer_cert_unref (self->peer);
  g_free (self->alpn);
  g_free (self->agreed);
  g_free (self->error);
  g_free (self);
}

static const OreeFilterClass tls_class = {
  .in = tls_in,
  .out = tls_out,
  .end = tls_end,
  .rest = tls_rest,
  .error = tls_error,
  .free = tls_free,
};

static void
offer_alpn (Tls *self)
{
  gsize length = strlen (self->alpn);
  g_autofree guint8 *list = g_malloc (length + 1);

  g_return_if_fail (length > 0 && length < 256);
  list[0] = (guint8) length;
  memcpy (list + 1, self->alpn, length);
  SSL_set_alpn_protos (self->ssl, list, (unsigned int) length + 1);
}

OreeFilter *
oree_tls_new (OreeTlsCtx *ctx, OreeTlsRole role, const char *sni, const char *alpn)
{
  Tls *self = g_new0 (Tls, 1);
  BIO *bio = BIO_new (wire_method ());

  self->base.klass = &tls_class;
  self->ctx = oree_tls_ctx_ref (ctx);
  self->state = OREE_FILTER_HANDSHAKE;
  self->alpn = g_strdup (alpn);
  self->ssl = SSL_new (oree_tls_ctx_ssl (ctx));
  if (self->ssl == NULL || bio == NULL)
    g_error ("OpenSSL is out of memory");

  BIO_set_data (bio, self);
  SSL_set_bio (self->ssl, bio, bio);
  SSL_set_app_data (self->ssl, self);
  SSL_set_info_callback (self->ssl, info_cb);
  if (role == OREE_TLS_SERVER)
    {
      SSL_set_accept_state (self->ssl);
    }
  else
    {
      SSL_set_connect_state (self->ssl);
      if (sni != NULL)
        SSL_set_tlsext_host_name (self->ssl, sni);
      if (alpn != NULL)
        offer_alpn (self);
    }

  return &self->base;
}

OreePeerCert *
oree_tls_peer_cert (OreeFilter *self)
{
  return ((Tls *) self)->peer;
}

const char *
oree_tls_version (OreeFilter *self)
{
  return SSL_get_version (((Tls *) self)->ssl);
}

const char *
oree_tls_cipher (OreeFilter *self)
{
  return SSL_get_cipher_name (((Tls *) self)->ssl);
}

const char *
oree_tls_sni (OreeFilter *self)
{
  return SSL_get_servername (((Tls *) self)->ssl, TLSEXT_NAMETYPE_host_name);
}

const char *
oree_tls_alpn (OreeFilter *self)
{
  return ((Tls *) self)->agreed;
}
