/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/oree-tls-anchors.h"

#include "net/oree-tls-private.h"
#include <openssl/err.h>
#include <openssl/pem.h>

#define DIGEST_BYTES 32

struct _OreeTlsAnchors
{
  gatomicrefcount refs;
  X509_STORE *store;
  GByteArray *digests; /* SHA-256 of each certificate, sorted: what the set is */
};

static int
compare_digests (const void *a, const void *b)
{
  return memcmp (a, b, DIGEST_BYTES);
}

static OreeTlsAnchors *
anchors_new (void)
{
  OreeTlsAnchors *self = g_new0 (OreeTlsAnchors, 1);

  g_atomic_ref_count_init (&self->refs);
  self->store = X509_STORE_new ();
  self->digests = g_byte_array_new ();
  if (self->store == NULL)
    g_error ("OpenSSL is out of memory");
  return self;
}

static gboolean
add_cert (OreeTlsAnchors *self, X509 *cert)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;

  if (X509_STORE_add_cert (self->store, cert) != 1 || X509_digest (cert, EVP_sha256 (), digest, &size) != 1)
    return FALSE;
  g_byte_array_append (self->digests, digest, DIGEST_BYTES);
  return TRUE;
}

/* Everything in `text`. FALSE when there is nothing, or something broken; `n` is the number of the last one tried. */
static gboolean
add_pem (OreeTlsAnchors *self, const char *text, gsize length, guint *n)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (text, (int) MIN (length, G_MAXINT));

  *n = 0;
  ERR_clear_error ();
  while (TRUE)
    {
      g_autoptr (X509) anchor = PEM_read_bio_X509 (bio, NULL, oree_tls_no_passphrase, NULL);

      if (anchor == NULL)
        break;
      ++*n;
      if (!add_cert (self, anchor))
        return FALSE;
    }
  /* The end of the text is the one error expected here. */
  if (*n == 0 || ERR_GET_REASON (ERR_peek_last_error ()) != PEM_R_NO_START_LINE)
    {
      ++*n;
      return FALSE;
    }
  ERR_clear_error ();
  return TRUE;
}

static void
seal (OreeTlsAnchors *self)
{
  if (self->digests->len > 0) /* qsort() takes no null pointer, not even for nothing */
    qsort (self->digests->data, self->digests->len / DIGEST_BYTES, DIGEST_BYTES, compare_digests);
}

OreeTlsAnchors *
oree_tls_anchors_new (const char *const *files, GError **error)
{
  g_autoptr (OreeTlsAnchors) self = anchors_new ();

  for (const char *const *path = files; path != NULL && *path != NULL; path++)
    {
      g_autofree char *contents = NULL;
      gsize length;
      guint n;

      if (!oree_tls_read_file (*path, &contents, &length, OREE_NET_ERROR_ANCHORS_UNREADABLE, error))
        return NULL;
      if (!add_pem (self, contents, length, &n))
        {
          g_autofree char *text = oree_tls_error_text (*path);

          g_set_error_literal (error, OREE_NET_ERROR, OREE_NET_ERROR_ANCHORS_INVALID, text);
          return NULL;
        }
    }
  seal (self);
  return g_steal_pointer (&self);
}

OreeTlsAnchors *
oree_tls_anchors_new_from_pem (const char *pem, guint *bad)
{
  g_autoptr (OreeTlsAnchors) self = anchors_new ();
  guint n = 0;
  gboolean ok = add_pem (self, pem, strlen (pem), &n);

  ERR_clear_error ();
  if (bad != NULL)
    *bad = ok ? 0 : n;
  if (!ok)
    return NULL;
  seal (self);
  return g_steal_pointer (&self);
}

OreeTlsAnchors *
oree_tls_anchors_new_from_x509 (STACK_OF (X509) *certs)
{
  OreeTlsAnchors *self = anchors_new ();

  for (int i = 0; i < sk_X509_num (certs); i++)
    add_cert (self, sk_X509_value (certs, i));
  ERR_clear_error ();
  seal (self);
  return self;
}

OreeTlsAnchors *
oree_tls_anchors_ref (OreeTlsAnchors *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_tls_anchors_unref (OreeTlsAnchors *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  X509_STORE_free (self->store);
  g_byte_array_unref (self->digests);
  g_free (self);
}

guint
oree_tls_anchors_n (const OreeTlsAnchors *self)
{
  return self->digests->len / DIGEST_BYTES;
}

gboolean
oree_tls_anchors_equal (const OreeTlsAnchors *a, const OreeTlsAnchors *b)
{
  return a == b || (a->digests->len == b->digests->len
                    && (a->digests->len == 0 || memcmp (a->digests->data, b->digests->data, a->digests->len) == 0));
}

X509_STORE *
oree_tls_anchors_store (OreeTlsAnchors *self)
{
  return self->store;
}
