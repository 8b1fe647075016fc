/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private keys: generate, load, and write so that a crash leaves the old file or the new one. */
#pragma once
#include "base/oree-error.h"
#include "model/oree-csr-spec.h"
#include <glib.h>
#include <openssl/evp.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)

/* A fresh key; owned. */
EVP_PKEY *oree_key_generate (OreeKeyType type, GError **error);
/* Reads an unencrypted PEM private key. Errors: NOT_FOUND, FAILED (unreadable or no key; the message says which). */
EVP_PKEY *oree_key_load (const char *path, GError **error);
/* Writes PKCS#8 PEM, mode 0600. */
gboolean oree_key_save (EVP_PKEY *key, const char *path, GError **error);
/* Writes `data` to `path` through a temporary file of that mode in the same directory, fsync, rename, and fsync
 * of the directory. */
gboolean oree_key_write_file (const char *path, const void *data, gsize length, int mode, GError **error);

G_END_DECLS
