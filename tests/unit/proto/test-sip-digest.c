/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "proto/sip/oree-sip-backoff.h"
#include "proto/sip/oree-sip-digest.h"
#include "sip-text.h"

static const guint8 key[32] = "0123456789abcdef0123456789abcdef";

#define AT(seconds) ((OreeTime) (seconds) *OREE_SECOND)
#define REALM "contoso.test"
#define RURI "sip:contoso.test"

/* --- The client's side, written from the RFC and not from our code --- */

static char *hash (GChecksumType type, const char *format, ...) G_GNUC_PRINTF (2, 3);

static char *
hash (GChecksumType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return g_compute_checksum_for_string (type, text, -1);
}

typedef struct
{
  const char *algorithm;
  const char *user;
  const char *password;
  const char *uri;
  const char *nonce;
  guint nc;
} Client;

static char *
answer (const Client *c)
{
  GChecksumType type = g_str_equal (c->algorithm, "MD5") ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA256;
  g_autofree char *a1 = hash (type, "%s:" REALM ":%s", c->user, c->password);
  g_autofree char *a2 = hash (type, "REGISTER:%s", c->uri);
  g_autofree char *response = hash (type, "%s:%s:%08x:cn:auth:%s", a1, c->nonce, c->nc, a2);

  return g_strdup_printf ("Digest username=\"%s\", realm=\"" REALM "\", nonce=\"%s\", uri=\"%s\", response=\"%s\", "
                          "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x",
                          c->user, c->nonce, c->uri, response, c->algorithm, c->nc);
}

/* The nonce of a challenge. */
static char *
nonce_of (OreeSipDigest *digest, gboolean stale, OreeTime now)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *text = NULL;
  const char *start;

  oree_sip_write_request (&writer, "X", oree_span_str ("sip:x"));
  oree_sip_digest_challenge (digest, OREE_SIP_HDR_WWW_AUTHENTICATE, REALM, stale, FALSE, now, &writer);
  text = sip_text_finish (&writer);
  start = strstr (text, "nonce=\"") + strlen ("nonce=\"");
  return g_strndup (start, strcspn (start, "\""));
}

static OreeSipDigestOutcome
judge (OreeSipDigest *digest, const char *value, const char *stored_password, OreeTime now)
{
  g_autofree char *sha = stored_password ? oree_sip_digest_ha1 (OREE_SIP_DIGEST_SHA256, "otto", REALM, stored_password)
                                         : NULL;
  g_autofree char *md5
    = stored_password ? oree_sip_digest_ha1 (OREE_SIP_DIGEST_MD5, "otto", REALM, stored_password) : NULL;
  const char *const ha1[] = { sha, md5 };
  OreeSipCredentials credentials;

  g_assert_cmpint (oree_sip_credentials_parse (&credentials, oree_span_str (value)), ==, 0);
  return oree_sip_digest_check (digest, &credentials, oree_span_str ("REGISTER"), oree_span_str (RURI), ha1, now);
}

/* RFC 7616 3.9.1: the worked example, both algorithms. */
static void
rfc_7616_example (void)
{
  g_autofree char *sha
    = oree_sip_digest_ha1 (OREE_SIP_DIGEST_SHA256, "Mufasa", "http-auth@example.org", "Circle of Life");
  g_autofree char *a1 = hash (G_CHECKSUM_SHA256, "Mufasa:http-auth@example.org:Circle of Life");

  g_assert_cmpstr (sha, ==, a1);
  g_assert_cmpstr (sha, ==, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

static void
challenge_offers_sha_256_first (void)
{
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *text = NULL;
  const char *sha, *md5;

  oree_sip_write_request (&writer, "X", oree_span_str ("sip:x"));
  oree_sip_digest_challenge (digest, OREE_SIP_HDR_WWW_AUTHENTICATE, "a \"b\"", TRUE, FALSE, AT (1), &writer);
  text = sip_text_finish (&writer);
  sha = strstr (text, "algorithm=SHA-256, qop=\"auth\", stale=true\r\n");
  md5 = strstr (text, "algorithm=MD5, qop=\"auth\", stale=true\r\n");
  g_assert_nonnull (sha);
  g_assert_nonnull (md5);
  g_assert_true (sha < md5);
  g_assert_nonnull (strstr (text, "WWW-Authenticate: Digest realm=\"a \\\"b\\\"\", nonce=\""));
}

/* A client that cannot choose is not asked to. */
static void
challenge_may_be_md5_alone (void)
{
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *text = NULL;

  oree_sip_write_request (&writer, "X", oree_span_str ("sip:x"));
  oree_sip_digest_challenge (digest, OREE_SIP_HDR_WWW_AUTHENTICATE, REALM, FALSE, TRUE, AT (1), &writer);
  text = sip_text_finish (&writer);
  g_assert_nonnull (strstr (text, "algorithm=MD5"));
  g_assert_null (strstr (text, "SHA-256"));
}

static void
right_and_wrong_answers (void)
{
  static const struct
  {
    const char *algorithm, *user, *password, *stored, *uri;
    OreeSipDigestOutcome outcome;
  } cases[] = {
    { "SHA-256", "otto", "pw", "pw", RURI, OREE_SIP_DIGEST_ACCEPTED },
    { "MD5", "otto", "pw", "pw", RURI, OREE_SIP_DIGEST_ACCEPTED },
    { "SHA-256", "otto", "no", "pw", RURI, OREE_SIP_DIGEST_WRONG },
    { "MD5", "otto", "", "pw", RURI, OREE_SIP_DIGEST_WRONG },
    { "SHA-256", "otto", "pw", NULL, RURI, OREE_SIP_DIGEST_WRONG },
    { "MD5", "otto", "pw", NULL, RURI, OREE_SIP_DIGEST_WRONG },
    { "SHA-256", "otto", "pw", "pw", "sip:otto@contoso.test;transport=tls", OREE_SIP_DIGEST_ACCEPTED },
    { "SHA-256", "otto", "pw", "pw", "sip:CONTOSO.test:5061", OREE_SIP_DIGEST_ACCEPTED },
    { "SHA-256", "otto", "pw", "pw", "sip:fabrikam.test", OREE_SIP_DIGEST_FOREIGN },
    { "SHA-256", "otto", "pw", "pw", "/register", OREE_SIP_DIGEST_FOREIGN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 3);
      g_autofree char *nonce = nonce_of (digest, FALSE, AT (100));
      const Client client = { cases[i].algorithm, cases[i].user, cases[i].password, cases[i].uri, nonce, 1 };
      g_autofree char *value = answer (&client);

      g_test_message ("case %u", (guint) i);
      g_assert_cmpint (judge (digest, value, cases[i].stored, AT (101)), ==, cases[i].outcome);
    }
}

/* An empty stored digest is "cannot sign in", never a password. */
static void
empty_digest_never_matches (void)
{
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_autofree char *nonce = nonce_of (digest, FALSE, AT (1));
  g_autofree char *a2 = hash (G_CHECKSUM_SHA256, "REGISTER:" RURI);
  g_autofree char *from_empty = hash (G_CHECKSUM_SHA256, ":%s:00000001:cn:auth:%s", nonce, a2);
  g_autofree char *from_zeros
    = hash (G_CHECKSUM_SHA256, "00000000000000000000000000000000:%s:00000001:cn:auth:%s", nonce, a2);
  const char *const responses[] = { from_empty, from_zeros };
  const char *const ha1[] = { "", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (responses); i++)
    {
      OreeSipCredentials c = {
        .algorithm = OREE_SIP_DIGEST_SHA256,
        .username = OREE_SPAN_LITERAL ("otto"),
        .realm = OREE_SPAN_LITERAL (REALM),
        .nonce = oree_span_str (nonce),
        .uri = OREE_SPAN_LITERAL (RURI),
        .response = oree_span_str (responses[i]),
        .cnonce = OREE_SPAN_LITERAL ("cn"),
        .nc = OREE_SPAN_LITERAL ("00000001"),
        .count = 1,
      };

      g_assert_cmpint (oree_sip_digest_check (digest, &c, oree_span_str ("REGISTER"), oree_span_str (RURI), ha1, AT (2)),
                       ==, OREE_SIP_DIGEST_WRONG);
    }
}

static OreeSipDigestOutcome
use (OreeSipDigest *digest, const char *nonce, guint nc, OreeTime now)
{
  const Client client = { "SHA-256", "otto", "pw", RURI, nonce, nc };
  g_autofree char *value = answer (&client);

  return judge (digest, value, "pw", now);
}

static void
each_count_is_good_once (void)
{
  static const struct
  {
    guint nc;
    OreeSipDigestOutcome outcome;
  } steps[] = {
    { 1, OREE_SIP_DIGEST_ACCEPTED },   { 1, OREE_SIP_DIGEST_STALE },    { 2, OREE_SIP_DIGEST_ACCEPTED },
    { 5, OREE_SIP_DIGEST_ACCEPTED },   { 4, OREE_SIP_DIGEST_ACCEPTED }, { 4, OREE_SIP_DIGEST_STALE },
    { 3, OREE_SIP_DIGEST_ACCEPTED },   { 2, OREE_SIP_DIGEST_STALE },    { 100, OREE_SIP_DIGEST_ACCEPTED },
    { 36, OREE_SIP_DIGEST_STALE },     { 37, OREE_SIP_DIGEST_ACCEPTED }, { 37, OREE_SIP_DIGEST_STALE },
    { 0xffffffff, OREE_SIP_DIGEST_ACCEPTED }, { 101, OREE_SIP_DIGEST_STALE }, { 0xfffffffe, OREE_SIP_DIGEST_ACCEPTED },
  };
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_autofree char *nonce = nonce_of (digest, FALSE, AT (10));

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_test_message ("step %u: nc %u", (guint) i, steps[i].nc);
      g_assert_cmpint (use (digest, nonce, steps[i].nc, AT (20)), ==, steps[i].outcome);
    }
}

static void
nonces_are_ours_and_young (void)
{
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_autoptr (OreeSipDigest) sibling = oree_sip_digest_new (key, 1);
  g_autoptr (OreeSipDigest) stranger = oree_sip_digest_new ((const guint8 *) "another key, 32 bytes long ......", 0);
  g_autofree char *nonce = nonce_of (digest, FALSE, AT (1000));
  g_autofree char *from_sibling = nonce_of (sibling, FALSE, AT (1000));
  g_autofree char *from_stranger = nonce_of (stranger, FALSE, AT (1000));

  g_assert_cmpint (use (digest, nonce, 1, AT (999)), ==, OREE_SIP_DIGEST_STALE); /* from the future */
  g_assert_cmpint (use (digest, nonce, 1, AT (1299)), ==, OREE_SIP_DIGEST_ACCEPTED);
  g_assert_cmpint (use (digest, nonce, 2, AT (1300)), ==, OREE_SIP_DIGEST_STALE);
  g_assert_cmpint (use (digest, from_sibling, 1, AT (1001)), ==, OREE_SIP_DIGEST_STALE);
  g_assert_cmpint (use (digest, from_stranger, 1, AT (1001)), ==, OREE_SIP_DIGEST_STALE);
  g_assert_cmpint (use (digest, "abcd", 1, AT (1001)), ==, OREE_SIP_DIGEST_STALE);

  /* One bit of any digit changed. */
  for (gsize i = 0; i < strlen (nonce); i++)
    {
      g_autofree char *forged = g_strdup (nonce);

      forged[i] = forged[i] == '0' ? '1' : '0';
      g_assert_cmpint (use (digest, forged, 9, AT (1001)), ==, OREE_SIP_DIGEST_STALE);
    }
}

/* Past the cap the oldest nonces die; no count that was used becomes good again. */
static void
full_memory_lets_no_replay_through (void)
{
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new (key, 0);
  g_autoptr (GPtrArray) nonces = g_ptr_array_new_with_free_func (g_free);
  guint accepted = 0;

  for (guint i = 0; i < OREE_SIP_NONCES_MAX + 100; i++)
    {
      g_ptr_array_add (nonces, nonce_of (digest, FALSE, AT (1) + i));
      g_assert_cmpint (use (digest, g_ptr_array_index (nonces, i), 1, AT (2)), ==, OREE_SIP_DIGEST_ACCEPTED);
    }
  for (guint i = 0; i < nonces->len; i += 500)
    g_assert_cmpint (use (digest, g_ptr_array_index (nonces, i), 1, AT (3)), ==, OREE_SIP_DIGEST_STALE);
  for (guint i = nonces->len - 10; i < nonces->len; i++)
    accepted += use (digest, g_ptr_array_index (nonces, i), 2, AT (3)) == OREE_SIP_DIGEST_ACCEPTED;
  g_assert_cmpuint (accepted, ==, 10);
}

static void
credentials_are_read_strictly (void)
{
#define FULL "username=\"o\", realm=\"r\", nonce=\"n\", uri=\"u\", cnonce=\"c\", qop=auth, nc=00000001"
#define MD5_RESPONSE "response=\"00112233445566778899aabbccddeeff\""
  static const struct
  {
    const char *value;
    int result;
  } cases[] = {
    { "Digest " FULL ", " MD5_RESPONSE, 0 },
    { "digest\t" MD5_RESPONSE "," FULL ",algorithm=md5", 0 },
    { "Digest " FULL ", " MD5_RESPONSE ", opaque=\"x\", unknown=1", 0 },
    { "Digest " FULL ", " MD5_RESPONSE ", algorithm=SHA-256", OREE_PARSE_BAD_VALUE },
    { "Digest " FULL ", " MD5_RESPONSE ", algorithm=SHA-512-256", OREE_PARSE_UNSUPPORTED },
    { "Digest " FULL ", " MD5_RESPONSE ", algorithm=MD5-sess", OREE_PARSE_UNSUPPORTED },
    { "Basic b3R0bzpwdw==", OREE_PARSE_UNSUPPORTED },
    { "Digest " FULL, OREE_PARSE_MISSING },
    { "Digest username=\"o\", realm=\"r\", nonce=\"n\", uri=\"u\", " MD5_RESPONSE, OREE_PARSE_MISSING },
    { "Digest " FULL ", " MD5_RESPONSE ", username=\"p\"", OREE_PARSE_DUPLICATE },
    { "Digest username=\"o\", realm=\"r\", nonce=\"n\", uri=\"u\", cnonce=\"c\", qop=auth-int, nc=00000001, " MD5_RESPONSE,
      OREE_PARSE_MISSING },
    { "Digest username=\"o\", realm=\"r\", nonce=\"n\", uri=\"u\", cnonce=\"c\", qop=auth, nc=00000000, " MD5_RESPONSE,
      OREE_PARSE_BAD_VALUE },
    { "Digest username=\"o\", realm=\"r\", nonce=\"n\", uri=\"u\", cnonce=\"c\", qop=auth, nc=1, " MD5_RESPONSE,
      OREE_PARSE_BAD_VALUE },
    { "", OREE_PARSE_BAD_SYNTAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OreeSipCredentials c;

      g_test_message ("%s", cases[i].value);
      g_assert_cmpint (oree_sip_credentials_parse (&c, oree_span_str (cases[i].value)), ==, cases[i].result);
    }
}

static void
best_credentials_of_the_realm_win (void)
{
#define SHA_RESPONSE "response=\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\", algorithm=SHA-256"
#define WITH_REALM(r) "username=\"o\", realm=\"" r "\", nonce=\"n\", uri=\"u\", cnonce=\"c\", qop=auth, nc=00000001, "
  g_auto (SipText) text = { NULL };
  OreeSipCredentials c;

  sip_text_init (&text, "REGISTER", RURI, 1,
                 "From: <sip:o@contoso.test>;tag=1\r\nTo: <sip:o@contoso.test>\r\nCall-ID: c\r\n"
                 "Authorization: Basic eA==\r\n"
                 "Authorization: Digest " WITH_REALM ("other.test") SHA_RESPONSE "\r\n"
                 "Authorization: Digest " WITH_REALM ("contoso.test") MD5_RESPONSE "\r\n"
                 "Authorization: Digest " WITH_REALM ("contoso.test") SHA_RESPONSE "\r\n"
                 "Authorization: Digest " WITH_REALM ("bad.test") "\r\n",
                 "");
  g_assert_cmpint (oree_sip_credentials_find (&c, &text.msg, OREE_SIP_HDR_AUTHORIZATION, "contoso.test"), ==, 0);
  g_assert_cmpint (c.algorithm, ==, OREE_SIP_DIGEST_SHA256);
  g_assert_cmpint (oree_sip_credentials_find (&c, &text.msg, OREE_SIP_HDR_AUTHORIZATION, "none.test"), ==,
                   OREE_PARSE_MISSING);
  g_assert_cmpint (oree_sip_credentials_find (&c, &text.msg, OREE_SIP_HDR_AUTHORIZATION, "bad.test"), <, 0);
  g_assert_cmpint (oree_sip_credentials_find (&c, &text.msg, OREE_SIP_HDR_PROXY_AUTHORIZATION, "contoso.test"), ==,
                   OREE_PARSE_MISSING);
}

/* --- Back-off --- */

static void
failures_double_the_wait (void)
{
  static const gint64 waits[] = { 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 };
  g_autoptr (OreeSipBackoff) backoff = oree_sip_backoff_new ();
  OreeTime now = AT (1);

  g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", now), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      oree_sip_backoff_failed (backoff, "10.0.0.1", now);
      g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", now), ==, AT (waits[i]));
      g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.2", now), ==, 0);
      now += AT (waits[i]);
      g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", now), ==, 0);
    }
  oree_sip_backoff_succeeded (backoff, "10.0.0.1");
  oree_sip_backoff_failed (backoff, "10.0.0.1", now);
  g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", now), ==, 0);
}

static void
silence_is_forgiven_and_memory_bounded (void)
{
  g_autoptr (OreeSipBackoff) backoff = oree_sip_backoff_new ();

  for (int i = 0; i < 10; i++)
    oree_sip_backoff_failed (backoff, "10.0.0.1", AT (1));
  oree_sip_backoff_failed (backoff, "10.0.0.9", AT (1000));
  oree_sip_backoff_failed (backoff, "10.0.0.1", AT (1000));
  g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", AT (1000)), ==, 0);

  /* More sources than are remembered: the busiest guesser of the moment still is. */
  for (int i = 0; i < 20000; i++)
    {
      g_autofree char *source = g_strdup_printf ("s%d", i);

      oree_sip_backoff_failed (backoff, source, AT (1001));
      if (i % 100 == 0)
        oree_sip_backoff_failed (backoff, "10.0.0.1", AT (1001));
    }
  g_assert_cmpint (oree_sip_backoff_wait (backoff, "10.0.0.1", AT (1001)), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sip/digest/rfc-7616-example", rfc_7616_example);
  g_test_add_func ("/proto/sip/digest/challenge-offers-sha-256-first", challenge_offers_sha_256_first);
  g_test_add_func ("/proto/sip/digest/challenge-may-be-md5-alone", challenge_may_be_md5_alone);
  g_test_add_func ("/proto/sip/digest/right-and-wrong-answers", right_and_wrong_answers);
  g_test_add_func ("/proto/sip/digest/empty-digest-never-matches", empty_digest_never_matches);
  g_test_add_func ("/proto/sip/digest/each-count-is-good-once", each_count_is_good_once);
  g_test_add_func ("/proto/sip/digest/nonces-are-ours-and-young", nonces_are_ours_and_young);
  g_test_add_func ("/proto/sip/digest/full-memory-lets-no-replay-through", full_memory_lets_no_replay_through);
  g_test_add_func ("/proto/sip/digest/credentials-are-read-strictly", credentials_are_read_strictly);
  g_test_add_func ("/proto/sip/digest/best-credentials-of-the-realm-win", best_credentials_of_the_realm_win);
  g_test_add_func ("/proto/sip/backoff/failures-double-the-wait", failures_double_the_wait);
  g_test_add_func ("/proto/sip/backoff/silence-is-forgiven-and-memory-bounded", silence_is_forgiven_and_memory_bounded);
  return g_test_run ();
}
