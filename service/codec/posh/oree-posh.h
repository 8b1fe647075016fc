/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POSH documents (RFC 7711 3): the fingerprints of certificates a domain's servers may show, or the place where those
 * stand. */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

#define OREE_POSH_SHA256_BYTES 32
#define OREE_POSH_SHA512_BYTES 64

/* One certificate. Those of its hashes that we know; at least one is there. */
typedef struct
{
  gboolean has_sha256, has_sha512;
  guint8 sha256[OREE_POSH_SHA256_BYTES];
  guint8 sha512[OREE_POSH_SHA512_BYTES];
} OreePoshFingerprint;

typedef struct
{
  gatomicrefcount refs;
  guint expires;        /* seconds it holds from when it was fetched: 1 … OREE_POSH_SECONDS_MAX */
  char *url;            /* a reference: https, where the fingerprints are; NULL: they are here */
  GArray *fingerprints; /* OreePoshFingerprint; empty in a reference */
} OreePosh;

/* The whole document at once. Returns its length, or an OreeParseError: BAD_SYNTAX no JSON object; TOO_LONG, TOO_DEEP,
 * TOO_MANY a cap; MISSING neither fingerprints nor a reference, or no `expires`; DUPLICATE both; BAD_VALUE a field of
 * the wrong kind, `expires` 0 or negative, a hash that is no base64 of its length, a reference that is not https;
 * UNSUPPORTED no hash we know. `*posh` is set on success alone. */
gssize oree_posh_parse (OreePosh **posh, OreeSpan document);
OreePosh *oree_posh_ref (OreePosh *self);
void oree_posh_unref (OreePosh *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreePosh, oree_posh_unref)

/* Is a certificate with these hashes of its DER one of those named? Every hash that is given for it must fit. */
gboolean oree_posh_names (const OreePosh *self, const guint8 *sha256, const guint8 *sha512);

G_END_DECLS
