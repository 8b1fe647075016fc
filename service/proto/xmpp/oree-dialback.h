/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server dialback keys (XEP-0185): hex (HMAC-SHA256 (hex (SHA256 (secret)), receiving SP originating SP stream-id)). */
#pragma once
#include "base/oree-span.h"

G_BEGIN_DECLS

/* The key `originating` presents to `receiving` on the stream the latter called `stream_id`. 64 hex digits; owned. */
char *oree_dialback_key (OreeSpan secret, const char *receiving, const char *originating, const char *stream_id);
/* Is `key` that key? In time that depends on its length only. */
gboolean oree_dialback_key_check (OreeSpan secret, const char *receiving, const char *originating,
                                  const char *stream_id, OreeSpan key);

/* A key somebody presented to us, to be checked with the authoritative server of `originating`. */
typedef struct
{
  char *receiving;   /* ours */
  char *originating; /* the claimed domain: resolve it, ask there */
  char *stream_id;
  char *key;
} OreeDialbackCheck;

OreeDialbackCheck *oree_dialback_check_new (const char *receiving, const char *originating,
                                            const char *stream_id, const char *key);
void oree_dialback_check_free (OreeDialbackCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeDialbackCheck, oree_dialback_check_free)

/* What the authoritative server said, or why it could not be asked. */
typedef enum
{
  OREE_DIALBACK_RESULT_VALID,
  OREE_DIALBACK_RESULT_INVALID,
  OREE_DIALBACK_RESULT_NOT_FOUND,      /* no such domain, item-not-found or host-unknown there */
  OREE_DIALBACK_RESULT_CONNECT_FAILED, /* no connection to it */
  OREE_DIALBACK_RESULT_TIMEOUT,        /* no answer, or the stream closed before one */
  OREE_DIALBACK_RESULT_REFUSED         /* it answered with some other error, or our policy forbids asking so */
} OreeDialbackResult;

G_END_DECLS
