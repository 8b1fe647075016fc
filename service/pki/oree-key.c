/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-key.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static void
fail (GError **error, const char *what)
{
  unsigned long code = ERR_get_error ();
  const char *reason = code ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", what, reason ? reason : "unknown reason");
}

EVP_PKEY *
oree_key_generate (OreeKeyType type, GError **error)
{
  EVP_PKEY *key = NULL;

  switch (type)
    {
    case OREE_KEY_EC_P256:
      key = EVP_EC_gen ("P-256");
      break;
    case OREE_KEY_EC_P384:
      key = EVP_EC_gen ("P-384");
      break;
    case OREE_KEY_RSA_2048:
      key = EVP_RSA_gen (2048);
      break;
    case OREE_KEY_RSA_3072:
      key = EVP_RSA_gen (3072);
      break;
    case OREE_KEY_RSA_4096:
      key = EVP_RSA_gen (4096);
      break;
    }
  if (key == NULL)
    fail (error, "generating a key");
  return key;
}

/* An encrypted key has nobody to type its passphrase: it is unreadable, never a prompt on the terminal. */
static int
no_passphrase (char *buffer, int size, int writing, void *data)
{
  return -1;
}

EVP_PKEY *
oree_key_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (BIO) bio = NULL;
  EVP_PKEY *key;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &problem))
    {
      g_set_error_literal (error, OREE_ERROR,
                           g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? OREE_ERROR_NOT_FOUND
                                                                                      : OREE_ERROR_FAILED,
                           problem->message);
      return NULL;
    }

  bio = BIO_new_mem_buf (text, (int) length);
  key = PEM_read_bio_PrivateKey (bio, NULL, no_passphrase, NULL);
  OPENSSL_cleanse (text, length);
  if (key == NULL)
    fail (error, path);
  return key;
}

gboolean
oree_key_save (EVP_PKEY *key, const char *path, GError **error)
{
  /* A secure-memory BIO is wiped when freed. */
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  char *data = NULL;
  long length;

  if (!PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL))
    {
      fail (error, path);
      return FALSE;
    }
  length = BIO_get_mem_data (bio, &data);
  return oree_key_write_file (path, data, (gsize) length, 0600, error);
}

static gboolean
fail_errno (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", path, g_strerror (saved));
  return FALSE;
}

static gboolean
write_all (int file, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (file, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
sync_directory (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int file = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (file < 0)
    return fail_errno (error, directory);
  ok = fsync (file) == 0;
  if (!ok)
    fail_errno (error, directory);
  close (file);
  return ok;
}

gboolean
oree_key_write_file (const char *path, const void *data, gsize length, int mode, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int file = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  gboolean ok;

  if (file < 0)
    return fail_errno (error, path);

  ok = write_all (file, data, length) && fchmod (file, (mode_t) mode) == 0 && fsync (file) == 0;
  if (!ok)
    fail_errno (error, path);
  if (close (file) != 0 && ok)
    ok = fail_errno (error, path);
  if (ok && rename (temporary, path) != 0)
    ok = fail_errno (error, path);
  if (!ok)
    {
      unlink (temporary);
      return FALSE;
    }
  return sync_directory (path, error);
}
