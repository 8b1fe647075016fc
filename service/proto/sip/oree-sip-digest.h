/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest authentication, the server's side (RFC 3261 22, RFC 7616, RFC 8760): challenges, answers, nonces that carry
 * their own proof, and a bounded memory of how often each was used. One object per thread; told the time. */
#pragma once
#include "base/oree-time.h"
#include "codec/sip/oree-sip-write.h"

G_BEGIN_DECLS

/* Most preferred first: challenges are written in this order (RFC 8760 2.4). */
typedef enum
{
  OREE_SIP_DIGEST_SHA256,
  OREE_SIP_DIGEST_MD5,
  OREE_SIP_N_DIGESTS
} OreeSipDigestAlgorithm;

/* Credentials as sent. Spans are the insides of quoted strings, escapes still in, borrowed from the message. */
typedef struct
{
  OreeSipDigestAlgorithm algorithm; /* absent: MD5 */
  OreeSpan username;
  OreeSpan realm;
  OreeSpan nonce;
  OreeSpan uri;
  OreeSpan response;
  OreeSpan cnonce;
  OreeSpan nc; /* eight hex digits */
  guint32 count;
} OreeSipCredentials;

/* One Authorization value. 0; UNSUPPORTED: another scheme or algorithm; BAD_SYNTAX; MISSING: a part is absent (qop=auth,
 * cnonce and nc among them: a client without qop cannot be told from a replay); DUPLICATE; BAD_VALUE. */
int oree_sip_credentials_parse (OreeSipCredentials *self, OreeSpan value);
/* The best credentials for `realm` among the headers `id` (Authorization, Proxy-Authorization) of `msg`.
 * 0; MISSING: none for this realm; another OreeParseError when all there are for this realm are bad. */
int oree_sip_credentials_find (OreeSipCredentials *self, const OreeSipMsg *msg, OreeSipHdrId id, const char *realm);
/* The user name, unquoted; owned. */
char *oree_sip_credentials_dup_username (const OreeSipCredentials *self);

/* H(user:realm:password), lower-case hex; owned. Realm changed: all are void. */
char *oree_sip_digest_ha1 (OreeSipDigestAlgorithm algorithm, const char *username, const char *realm,
                           const char *password);
/* "SHA-256", "MD5"; static. */
const char *oree_sip_digest_name (OreeSipDigestAlgorithm algorithm);

typedef enum
{
  OREE_SIP_DIGEST_ACCEPTED,
  OREE_SIP_DIGEST_STALE, /* right password, but the nonce is old, not ours, or was used with this count: challenge with stale */
  OREE_SIP_DIGEST_WRONG, /* wrong password or unknown user: challenge again, and count it against the source */
  OREE_SIP_DIGEST_FOREIGN/* the digest is for a URI that is none of ours: 400 */
} OreeSipDigestOutcome;

typedef struct _OreeSipDigest OreeSipDigest;

/* `key`: 32 random bytes, drawn at each start (a nonce of before the start is stale). `instance` tells the objects of one
 * key apart: a nonce is good where it was made. */
OreeSipDigest *oree_sip_digest_new (const guint8 key[32], guint8 instance);
void oree_sip_digest_free (OreeSipDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipDigest, oree_sip_digest_free)

/* Writes one challenge header per algorithm, all with one fresh nonce. `id`: WWW-Authenticate (401) or
 * Proxy-Authenticate (407). `md5_alone`: for a client that cannot choose among several. */
void oree_sip_digest_challenge (OreeSipDigest *self, OreeSipHdrId id, const char *realm, gboolean stale,
                                gboolean md5_alone, OreeTime now, OreeSipWriter *writer);
/* Judges an answer. `ha1`: what is stored per algorithm, NULL or "" where nothing is (all NULL: no such user, which takes
 * as long as a wrong password). `ruri`: the Request-URI as received; the digest's URI must be that or one at `realm`. */
OreeSipDigestOutcome oree_sip_digest_check (OreeSipDigest *self, const OreeSipCredentials *credentials, OreeSpan method,
                                            OreeSpan ruri, const char *const ha1[OREE_SIP_N_DIGESTS], OreeTime now);

G_END_DECLS
