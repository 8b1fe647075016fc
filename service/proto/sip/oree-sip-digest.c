/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A nonce is  time(8) count(8) instance(1) proof(16)  in hex: HMAC-SHA-256 over the first three and the realm, cut.
 * Nothing is kept for a nonce until somebody proved a password with it; then the counts used with it are, in a window
 * of 64. When that memory is full the oldest nonces become stale, so a full memory never lets a replay through. */
#include "proto/sip/oree-sip-digest.h"
#include "base/oree-cursor.h"
#include "base/oree-secret.h"
#include "ident/oree-sip-uri.h"

#define PLAIN_BYTES 17
#define PROOF_BYTES 16
#define NONCE_BYTES (PLAIN_BYTES + PROOF_BYTES)
#define NONCE_SECONDS 300
#define HEX_MAX 64 /* digits of the longest digest */

typedef struct
{
  guint64 number; /* the nonce's count: unique in this object */
  guint32 highest;
  guint64 seen; /* bit i: highest - i was used */
  OreeTime made;
  GList link;
} Use;

struct _OreeSipDigest
{
  guint8 key[32];
  guint8 instance;
  guint64 count;
  GHashTable *uses; /* number → Use */
  GQueue order;     /* oldest first */
  OreeTime floor;   /* nonces made at or before this are stale */
};

static const struct
{
  const char *name;
  GChecksumType type;
  gsize digits;
} algorithms[] = {
  [OREE_SIP_DIGEST_SHA256] = { "SHA-256", G_CHECKSUM_SHA256, 64 },
  [OREE_SIP_DIGEST_MD5] = { "MD5", G_CHECKSUM_MD5, 32 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (algorithms) == OREE_SIP_N_DIGESTS);

const char *
oree_sip_digest_name (OreeSipDigestAlgorithm algorithm)
{
  return algorithms[algorithm].name;
}

/* --- Credentials --- */

static gboolean
read_count (OreeSpan text, guint32 *count)
{
  guint32 value = 0;

  if (text.length != 8)
    return FALSE;
  for (gsize i = 0; i < 8; i++)
    {
      int digit = g_ascii_xdigit_value (text.data[i]);

      if (digit < 0)
        return FALSE;
      value = value << 4 | (guint32) digit;
    }
  *count = value;
  return value > 0;
}

static int
read_algorithm (OreeSpan text, OreeSipDigestAlgorithm *algorithm)
{
  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (oree_span_equal_nocase_str (text, algorithms[i].name))
      {
        *algorithm = (OreeSipDigestAlgorithm) i;
        return 0;
      }
  return OREE_PARSE_UNSUPPORTED;
}

int
oree_sip_credentials_parse (OreeSipCredentials *self, OreeSpan value)
{
  OreeSpan algorithm = OREE_SPAN_EMPTY, qop = OREE_SPAN_EMPTY;
  const struct
  {
    const char *name;
    OreeSpan *span;
  } parts[] = {
    { "username", &self->username }, { "realm", &self->realm },   { "nonce", &self->nonce },
    { "uri", &self->uri },           { "response", &self->response }, { "cnonce", &self->cnonce },
    { "nc", &self->nc },             { "qop", &qop },             { "algorithm", &algorithm },
  };
  OreeSpan rest = oree_span_trim_lws (value), scheme;
  OreeSipParam param;
  guint seen = 0;
  int result;

  *self = (OreeSipCredentials){ .algorithm = OREE_SIP_DIGEST_MD5 };
  scheme = oree_span_sub (rest, 0, oree_sip_hdr_token_length (rest));
  if (scheme.length == 0)
    return OREE_PARSE_BAD_SYNTAX;
  if (!oree_span_equal_nocase_str (scheme, "Digest"))
    return OREE_PARSE_UNSUPPORTED;
  rest = oree_span_from (rest, scheme.length);

  while ((result = oree_sip_hdr_next_auth_param (&rest, &param)) == 1)
    for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
      if (oree_span_equal_nocase_str (param.name, parts[i].name))
        {
          if (seen & 1U << i)
            return OREE_PARSE_DUPLICATE;
          seen |= 1U << i;
          *parts[i].span = param.value;
        }
  if (result < 0)
    return result;

  if (algorithm.length > 0 && read_algorithm (algorithm, &self->algorithm) != 0)
    return OREE_PARSE_UNSUPPORTED;
  /* All but the algorithm, which is the last of the table. */
  if ((seen & 0xff) != 0xff || !oree_span_equal_nocase_str (qop, "auth"))
    return OREE_PARSE_MISSING;
  if (!read_count (self->nc, &self->count) || self->response.length != algorithms[self->algorithm].digits)
    return OREE_PARSE_BAD_VALUE;
  return 0;
}

int
oree_sip_credentials_find (OreeSipCredentials *self, const OreeSipMsg *msg, OreeSipHdrId id, const char *realm)
{
  gboolean found = FALSE;
  int worst = OREE_PARSE_MISSING;

  for (const OreeSipHeader *header = oree_sip_msg_header (msg, id); header != NULL;
       header = oree_sip_msg_next (msg, header))
    {
      OreeSipCredentials candidate;
      int result = oree_sip_credentials_parse (&candidate, header->value);

      if (!oree_span_equal_str (candidate.realm, realm))
        continue;
      if (result != 0)
        worst = result;
      else if (!found || candidate.algorithm < self->algorithm)
        {
          *self = candidate;
          found = TRUE;
        }
    }
  return found ? 0 : worst;
}

char *
oree_sip_credentials_dup_username (const OreeSipCredentials *self)
{
  return oree_sip_hdr_dup_unquoted (self->username);
}

/* --- Digests --- */

static void
add (GChecksum *sum, OreeSpan part)
{
  if (part.length > 0)
    g_checksum_update (sum, (const guint8 *) part.data, (gssize) part.length);
}

static char *
digest (OreeSipDigestAlgorithm algorithm, const OreeSpan *parts, gsize n_parts)
{
  g_autoptr (GChecksum) sum = g_checksum_new (algorithms[algorithm].type);

  for (gsize i = 0; i < n_parts; i++)
    {
      if (i > 0)
        add (sum, OREE_SPAN_LITERAL (":"));
      add (sum, parts[i]);
    }
  return g_strdup (g_checksum_get_string (sum));
}

char *
oree_sip_digest_ha1 (OreeSipDigestAlgorithm algorithm, const char *username, const char *realm, const char *password)
{
  const OreeSpan parts[] = { oree_span_str (username), oree_span_str (realm), oree_span_str (password) };

  return digest (algorithm, parts, G_N_ELEMENTS (parts));
}

/* RFC 7616 3.4.1, 3.4.3, with qop=auth. */
static char *
expected_response (const OreeSipCredentials *c, OreeSpan method, const char *ha1)
{
  const OreeSpan a2[] = { method, c->uri };
  g_autofree char *ha2 = digest (c->algorithm, a2, G_N_ELEMENTS (a2));
  const OreeSpan parts[]
    = { oree_span_str (ha1), c->nonce, c->nc, c->cnonce, OREE_SPAN_LITERAL ("auth"), oree_span_str (ha2) };

  return digest (c->algorithm, parts, G_N_ELEMENTS (parts));
}

/* --- Nonces --- */

OreeSipDigest *
oree_sip_digest_new (const guint8 key[32], guint8 instance)
{
  OreeSipDigest *self = g_new0 (OreeSipDigest, 1);

  memcpy (self->key, key, sizeof self->key);
  self->instance = instance;
  self->floor = G_MININT64;
  self->uses = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_sip_digest_free (OreeSipDigest *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->uses);
  oree_secret_wipe (self->key, sizeof self->key);
  g_free (self);
}

static void
prove (const OreeSipDigest *self, const guint8 plain[PLAIN_BYTES], OreeSpan realm, guint8 proof[PROOF_BYTES])
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, self->key, sizeof self->key);
  guint8 full[32];
  gsize length = sizeof full;

  g_hmac_update (hmac, plain, PLAIN_BYTES);
  if (realm.length > 0)
    g_hmac_update (hmac, (const guint8 *) realm.data, (gssize) realm.length);
  g_hmac_get_digest (hmac, full, &length);
  memcpy (proof, full, PROOF_BYTES);
}

static void
make_nonce (OreeSipDigest *self, OreeSpan realm, OreeTime now, char out[2 * NONCE_BYTES + 1])
{
  static const char digits[] = "0123456789abcdef";
  guint8 bytes[NONCE_BYTES];
  OreeWriter writer;

  oree_writer_init (&writer, bytes, PLAIN_BYTES);
  oree_writer_u64 (&writer, (guint64) now);
  oree_writer_u64 (&writer, ++self->count);
  oree_writer_u8 (&writer, self->instance);
  prove (self, bytes, realm, bytes + PLAIN_BYTES);

  for (gsize i = 0; i < NONCE_BYTES; i++)
    {
      out[2 * i] = digits[bytes[i] >> 4];
      out[2 * i + 1] = digits[bytes[i] & 15];
    }
  out[2 * NONCE_BYTES] = '\0';
}

/* Made by this object, and not too long ago? */
static gboolean
read_nonce (const OreeSipDigest *self, OreeSpan text, OreeSpan realm, OreeTime now, OreeTime *made, guint64 *number)
{
  guint8 bytes[NONCE_BYTES], proof[PROOF_BYTES];
  OreeCursor cursor;

  if (text.length != 2 * NONCE_BYTES)
    return FALSE;
  for (gsize i = 0; i < NONCE_BYTES; i++)
    {
      int high = g_ascii_xdigit_value (text.data[2 * i]);
      int low = g_ascii_xdigit_value (text.data[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      bytes[i] = (guint8) (high << 4 | low);
    }
  prove (self, bytes, realm, proof);
  if (!oree_secret_equal (proof, bytes + PLAIN_BYTES, PROOF_BYTES))
    return FALSE;

  oree_cursor_init (&cursor, bytes, PLAIN_BYTES);
  *made = (OreeTime) oree_cursor_u64 (&cursor);
  *number = oree_cursor_u64 (&cursor);
  return oree_cursor_u8 (&cursor) == self->instance && *made > self->floor && *made <= now
         && now - *made < NONCE_SECONDS * OREE_SECOND;
}

static void
forget_oldest (OreeSipDigest *self)
{
  Use *use = g_queue_peek_head (&self->order);

  g_queue_unlink (&self->order, &use->link);
  g_hash_table_remove (self->uses, &use->number);
}

/* Room for one more: the expired go; when none is, the oldest does and takes all as old as it along. */
static void
make_room (OreeSipDigest *self, OreeTime now)
{
  const Use *oldest;

  while ((oldest = g_queue_peek_head (&self->order)) != NULL
         && now - oldest->made >= NONCE_SECONDS * OREE_SECOND)
    forget_oldest (self);
  if (g_hash_table_size (self->uses) < OREE_SIP_NONCES_MAX)
    return;

  self->floor = MAX (self->floor, oldest->made);
  while ((oldest = g_queue_peek_head (&self->order)) != NULL && oldest->made <= self->floor)
    forget_oldest (self);
}

/* Notes that the nonce was used with `count`; FALSE when it was before, or may have been. */
static gboolean
use_nonce (OreeSipDigest *self, guint64 number, OreeTime made, guint32 count, OreeTime now)
{
  Use *use = g_hash_table_lookup (self->uses, &number);
  GList *after;

  if (use == NULL)
    {
      make_room (self, now);
      if (made <= self->floor)
        return FALSE;
      use = g_new0 (Use, 1);
      use->number = number;
      use->made = made;
      use->highest = count;
      use->seen = 1;
      use->link.data = use;
      g_hash_table_insert (self->uses, &use->number, use);

      /* By age; nearly always the youngest. */
      for (after = self->order.tail; after != NULL && ((Use *) after->data)->made > made; after = after->prev)
        ;
      if (after == NULL)
        g_queue_push_head_link (&self->order, &use->link);
      else
        g_queue_insert_after_link (&self->order, after, &use->link);
      return TRUE;
    }

  if (count > use->highest)
    {
      guint32 step = count - use->highest;

      use->seen = step < 64 ? use->seen << step | 1 : 1;
      use->highest = count;
      return TRUE;
    }
  /* Requests sent one after the other may arrive out of order, within reason. */
  if (use->highest - count >= 64 || use->seen >> (use->highest - count) & 1)
    return FALSE;
  use->seen |= (guint64) 1 << (use->highest - count);
  return TRUE;
}

/* --- Asking and judging --- */

void
oree_sip_digest_challenge (OreeSipDigest *self, OreeSipHdrId id, const char *realm, gboolean stale, gboolean md5_alone,
                           OreeTime now, OreeSipWriter *writer)
{
  g_autoptr (GString) quoted = g_string_new (NULL);
  char nonce[2 * NONCE_BYTES + 1];

  make_nonce (self, oree_span_str (realm), now, nonce);
  oree_sip_hdr_append_quoted (quoted, oree_span_str (realm));
  for (gsize i = md5_alone ? OREE_SIP_DIGEST_MD5 : 0; i < G_N_ELEMENTS (algorithms); i++)
    oree_sip_write_header_format (writer, id, "Digest realm=%s, nonce=\"%s\", algorithm=%s, qop=\"auth\"%s", quoted->str,
                                  nonce, algorithms[i].name, stale ? ", stale=true" : "");
}

/* The digest's URI may be rewritten on the way, but not to another house. */
static gboolean
is_for_us (OreeSpan uri, OreeSpan ruri, OreeSpan realm)
{
  OreeSipUri parsed;
  g_autofree char *domain = NULL;

  if (oree_span_equal (uri, ruri))
    return TRUE;
  if (!oree_sip_uri_parse (&parsed, uri))
    return FALSE;
  domain = oree_sip_uri_dup_domain (&parsed);
  return domain != NULL && oree_span_equal_str (realm, domain);
}

static gboolean
response_is_right (const OreeSipCredentials *c, OreeSpan method, const char *ha1)
{
  static const char nobody[] = "00000000000000000000000000000000";
  gboolean known = ha1 != NULL && ha1[0] != '\0';
  g_autofree char *expected = expected_response (c, method, known ? ha1 : nobody);
  char given[HEX_MAX];
  gsize digits = algorithms[c->algorithm].digits;

  if (c->response.length != digits)
    return FALSE;
  for (gsize i = 0; i < digits; i++)
    given[i] = g_ascii_tolower (c->response.data[i]);
  return oree_secret_equal (expected, given, digits) && known;
}

OreeSipDigestOutcome
oree_sip_digest_check (OreeSipDigest *self, const OreeSipCredentials *credentials, OreeSpan method, OreeSpan ruri,
                       const char *const ha1[OREE_SIP_N_DIGESTS], OreeTime now)
{
  guint64 number = 0;
  OreeTime made = 0;

  if (!response_is_right (credentials, method, ha1[credentials->algorithm]))
    return OREE_SIP_DIGEST_WRONG;
  if (!is_for_us (credentials->uri, ruri, credentials->realm))
    return OREE_SIP_DIGEST_FOREIGN;

  /* RFC 7616 3.3: "stale" says the password was right. */
  if (!read_nonce (self, credentials->nonce, credentials->realm, now, &made, &number)
      || !use_nonce (self, number, made, credentials->count, now))
    return OREE_SIP_DIGEST_STALE;
  return OREE_SIP_DIGEST_ACCEPTED;
}
