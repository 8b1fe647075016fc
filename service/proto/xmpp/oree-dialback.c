/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialback keys. */
#include "proto/xmpp/oree-dialback.h"
#include "base/oree-secret.h"

#define KEY_LENGTH 64

char *
oree_dialback_key (OreeSpan secret, const char *receiving, const char *originating, const char *stream_id)
{
  char *hashed = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) secret.data, secret.length);
  g_autofree char *text = g_strdup_printf ("%s %s %s", receiving, originating, stream_id);
  /* The HMAC key is the hex text, 64 bytes, not the 32 bytes it stands for (XEP-0185's vectors). */
  char *key = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) hashed, strlen (hashed), text, -1);

  oree_secret_free (hashed);
  return key;
}

gboolean
oree_dialback_key_check (OreeSpan secret, const char *receiving, const char *originating, const char *stream_id,
                         OreeSpan key)
{
  char *expected;
  gboolean equal;

  if (key.length != KEY_LENGTH)
    return FALSE;
  expected = oree_dialback_key (secret, receiving, originating, stream_id);
  equal = oree_secret_equal (expected, key.data, KEY_LENGTH);
  oree_secret_free (expected);
  return equal;
}

OreeDialbackCheck *
oree_dialback_check_new (const char *receiving, const char *originating, const char *stream_id, const char *key)
{
  OreeDialbackCheck *self = g_new (OreeDialbackCheck, 1);

  *self = (OreeDialbackCheck){ g_strdup (receiving), g_strdup (originating), g_strdup (stream_id),
                               g_strdup (key) };
  return self;
}

void
oree_dialback_check_free (OreeDialbackCheck *self)
{
  if (self == NULL)
    return;
  g_free (self->receiving);
  g_free (self->originating);
  g_free (self->stream_id);
  g_free (self->key);
  g_free (self);
}
