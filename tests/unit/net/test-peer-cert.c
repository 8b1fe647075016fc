/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cert-maker.h"
#include "net-fixture.h"
#include "net/oree-peer-cert.h"
#include <openssl/x509v3.h>

#define DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define LEAF_USE .key_usage = "digitalSignature"

typedef enum
{
  BY_ROOT,
  BY_INTERMEDIATE,          /* which is shown */
  BY_INTERMEDIATE_NOT_SHOWN,
  BY_SERVER_ONLY,           /* an intermediate limited to serverAuth */
  BY_NOT_AN_ISSUER,         /* an end certificate that signs, basic constraints say it may not */
  BY_NO_CONSTRAINTS,        /* keyCertSign, but no basic constraints */
  BY_CONSTRAINED,           /* name constraints: fabrikam.test only */
  BY_STRANGER,
  BY_ITSELF,
  BY_EXPIRED_INTERMEDIATE,
  N_SIGNERS
} Signer;

static MadeCert root, stranger, signers[N_SIGNERS];
static OreeTlsCtx *ctx;
static char *directory;

static void
make_issuers (void)
{
  CertSpec ca = { .cn = "Root", .constraints = "critical,CA:TRUE", .key_usage = "keyCertSign" };
  const char *files[2] = { NULL, NULL };
  OreeTlsCtxOptions options = { NULL, NULL, files };
  g_autofree char *anchors = NULL;
  CertSpec spec;

  root = cert_make (&ca, NULL);
  ca.cn = "Stranger";
  stranger = cert_make (&ca, NULL);
  signers[BY_ROOT] = (MadeCert){ root.cert, root.key };
  signers[BY_STRANGER] = (MadeCert){ stranger.cert, stranger.key };

  spec = ca;
  spec.cn = "Intermediate";
  signers[BY_INTERMEDIATE] = cert_make (&spec, &root);
  signers[BY_INTERMEDIATE_NOT_SHOWN] = signers[BY_INTERMEDIATE];
  spec.cn = "Server issuer";
  spec.extended = "serverAuth";
  signers[BY_SERVER_ONLY] = cert_make (&spec, &root);
  spec = (CertSpec){ .cn = "No issuer", .constraints = "CA:FALSE", .key_usage = "digitalSignature" };
  signers[BY_NOT_AN_ISSUER] = cert_make (&spec, &root);
  spec = (CertSpec){ .cn = "Old issuer", .key_usage = "keyCertSign" };
  signers[BY_NO_CONSTRAINTS] = cert_make (&spec, &root);
  spec = ca;
  spec.cn = "Constrained";
  spec.name_constraints = "permitted;DNS:fabrikam.test";
  signers[BY_CONSTRAINED] = cert_make (&spec, &root);
  spec = ca;
  spec.cn = "Past issuer";
  spec.from_days = -20;
  spec.to_days = -10;
  signers[BY_EXPIRED_INTERMEDIATE] = cert_make (&spec, &root);

  directory = g_dir_make_tmp ("oree-cert-XXXXXX", NULL);
  files[0] = anchors = cert_write_pem (&root, NULL, directory, "root");
  ctx = oree_tls_ctx_new (&options, NULL);
  g_assert_nonnull (ctx);
  g_assert_cmpuint (oree_tls_anchors_n (oree_tls_ctx_anchors (ctx)), ==, 1);
}

static OreePeerCert *
judge (const CertSpec *spec, Signer signer, gint64 wall)
{
  MadeCert leaf = cert_make (spec, signer == BY_ITSELF ? NULL : &signers[signer]);
  g_autoptr (GBytes) leaf_der = cert_der (&leaf);
  g_autoptr (GBytes) issuer_der = signer == BY_ITSELF ? NULL : cert_der (&signers[signer]);
  OreeSpan chain[2];
  gsize n = 1;

  chain[0] = oree_span (g_bytes_get_data (leaf_der, NULL), g_bytes_get_size (leaf_der));
  if (issuer_der != NULL && signer != BY_INTERMEDIATE_NOT_SHOWN)
    chain[n++] = oree_span (g_bytes_get_data (issuer_der, NULL), g_bytes_get_size (issuer_der));
  cert_clear (&leaf);

  return oree_peer_cert_new (ctx, chain, n, wall);
}

/* Chain, strength, dates and usage: what, signed by whom, used as what, judged how, on which day, gives what. */
static void
test_check (void)
{
  enum { S = OREE_CERT_PEER_IS_SERVER, C = OREE_CERT_PEER_IS_CLIENT };
  enum { STRICT = OREE_CERT_USAGE_STRICT, LENIENT = OREE_CERT_USAGE_LENIENT };
  static const struct
  {
    const char *what;
    CertSpec spec;
    Signer signer;
    int direction, mode;
    int day;
    const char *outcome;
  } rows[] = {
    { "plain", { LEAF_USE }, BY_ROOT, S, STRICT, 0, "ok" },
    { "plain, client", { LEAF_USE }, BY_ROOT, C, STRICT, 0, "ok" },
    { "no key usage", { .cn = "x" }, BY_ROOT, C, STRICT, 0, "ok" },
    { "intermediate shown", { LEAF_USE }, BY_INTERMEDIATE, S, STRICT, 0, "ok" },
    { "intermediate not shown", { LEAF_USE }, BY_INTERMEDIATE_NOT_SHOWN, S, STRICT, 0, "untrusted-issuer" },
    { "stranger", { LEAF_USE }, BY_STRANGER, S, STRICT, 0, "untrusted-issuer" },
    { "itself", { LEAF_USE }, BY_ITSELF, S, STRICT, 0, "self-signed" },
    { "end certificate as issuer", { LEAF_USE }, BY_NOT_AN_ISSUER, S, LENIENT, 0, "invalid-issuer" },
    { "issuer without constraints", { LEAF_USE }, BY_NO_CONSTRAINTS, S, LENIENT, 0, "invalid-issuer" },
    { "inside name constraints", { LEAF_USE, .san = "DNS:im.fabrikam.test" }, BY_CONSTRAINED, S, STRICT, 0, "ok" },
    { "outside name constraints", { LEAF_USE, .san = "DNS:contoso.test" }, BY_CONSTRAINED, S, LENIENT, 0,
      "invalid-issuer" },

    { "RSA 2048", { LEAF_USE, .rsa_bits = 2048 }, BY_ROOT, S, STRICT, 0, "ok" },
    { "RSA 1024", { LEAF_USE, .rsa_bits = 1024 }, BY_ROOT, S, LENIENT, 0, "weak-key" },

    { "not yet", { LEAF_USE }, BY_ROOT, S, STRICT, -2, "not-yet-valid" },
    { "first day", { LEAF_USE }, BY_ROOT, S, STRICT, 0, "ok" },
    { "past", { LEAF_USE }, BY_ROOT, S, STRICT, 366, "expired" },
    { "already past", { LEAF_USE, .from_days = -9, .to_days = -3 }, BY_ROOT, S, LENIENT, 0, "expired" },
    { "issuer past", { LEAF_USE }, BY_EXPIRED_INTERMEDIATE, S, LENIENT, 0, "expired" },

    { "both usages, server", { LEAF_USE, .extended = "serverAuth,clientAuth" }, BY_ROOT, S, STRICT, 0, "ok" },
    { "both usages, client", { LEAF_USE, .extended = "serverAuth,clientAuth" }, BY_ROOT, C, STRICT, 0, "ok" },
    { "server usage, server", { LEAF_USE, .extended = "serverAuth" }, BY_ROOT, S, STRICT, 0, "ok" },
    { "server usage, client", { LEAF_USE, .extended = "serverAuth" }, BY_ROOT, C, STRICT, 0, "wrong-usage" },
    { "server usage, client, lenient", { LEAF_USE, .extended = "serverAuth" }, BY_ROOT, C, LENIENT, 0, "ok" },
    { "client usage, server", { LEAF_USE, .extended = "clientAuth" }, BY_ROOT, S, STRICT, 0, "wrong-usage" },
    { "client usage, server, lenient", { LEAF_USE, .extended = "clientAuth" }, BY_ROOT, S, LENIENT, 0, "ok" },
    { "any usage, client", { LEAF_USE, .extended = "2.5.29.37.0" }, BY_ROOT, C, STRICT, 0, "ok" },
    { "SIP usage", { LEAF_USE, .extended = "1.3.6.1.5.5.7.3.20" }, BY_ROOT, S, LENIENT, 0, "ok" },
    { "mail usage", { LEAF_USE, .extended = "emailProtection" }, BY_ROOT, S, LENIENT, 0, "wrong-usage" },
    { "code usage", { LEAF_USE, .extended = "codeSigning" }, BY_ROOT, C, STRICT, 0, "wrong-usage" },
    { "limited issuer, server", { LEAF_USE }, BY_SERVER_ONLY, S, STRICT, 0, "ok" },
    { "limited issuer, client", { LEAF_USE, .extended = "clientAuth,serverAuth" }, BY_SERVER_ONLY, C, STRICT, 0,
      "wrong-usage" },
    { "limited issuer, client, lenient", { LEAF_USE }, BY_SERVER_ONLY, C, LENIENT, 0, "ok" },
    { "encipherment only, server", { .key_usage = "keyEncipherment" }, BY_ROOT, S, STRICT, 0, "ok" },
    { "encipherment only, client", { .key_usage = "keyEncipherment" }, BY_ROOT, C, STRICT, 0, "wrong-usage" },
    { "encipherment only, client, lenient", { .key_usage = "keyEncipherment" }, BY_ROOT, C, LENIENT, 0, "ok" },
    { "signing certificates only", { .key_usage = "keyCertSign" }, BY_ROOT, S, LENIENT, 0, "wrong-usage" },

    { "NUL in a name", { LEAF_USE, .raw_dns = "fabrikam.test\0.evil.test", .raw_dns_length = 24 }, BY_ROOT, S,
      LENIENT, 0, "malformed" },
    { "as many names as we look at", { LEAF_USE, .n_dns = 256 }, BY_ROOT, S, LENIENT, 0, "ok" },
    { "one name more", { LEAF_USE, .n_dns = 257 }, BY_ROOT, S, LENIENT, 0, "too-many-names" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 wall = g_get_real_time () + rows[i].day * DAY;
      g_autoptr (OreePeerCert) cert = judge (&rows[i].spec, rows[i].signer, wall);

      g_test_message ("%s", rows[i].what);
      g_assert_cmpstr (oree_cert_outcome_nick (
                         oree_peer_cert_check (cert, (OreeCertDirection) rows[i].direction,
                                               (OreeCertUsageMode) rows[i].mode, wall)),
                       ==, rows[i].outcome);
    }
}

#define SRV(name) "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:" name
#define ADDR(name) "otherName:1.3.6.1.5.5.7.8.5;UTF8:" name

static void
test_names (void)
{
  enum { X = OREE_CERT_NAMES_XMPP, S = OREE_CERT_NAMES_SIP, H = OREE_CERT_NAMES_HOST };
  static const struct
  {
    const char *san;
    const char *cn;
    int rule;
    const char *domain;
    const char *outcome;
  } rows[] = {
    { "DNS:fabrikam.test", NULL, X, "fabrikam.test", "ok" },
    { "DNS:FABRIKAM.Test", NULL, X, "fabrikam.test", "ok" },
    { "DNS:fabrikam.test", NULL, X, "contoso.test", "wrong-name" },
    { "DNS:fabrikam.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:a.test,DNS:fabrikam.test", NULL, X, "fabrikam.test", "ok" },
    { "DNS:*.fabrikam.test", NULL, X, "im.fabrikam.test", "ok" },
    { "DNS:*.fabrikam.test", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:*.fabrikam.test", NULL, X, "a.im.fabrikam.test", "wrong-name" },
    { "DNS:i*.fabrikam.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:*.test", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:*", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:*", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:*fabrikam.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:*fabrikam.test", NULL, X, "evilfabrikam.test", "wrong-name" },
    { "DNS:*.*.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:im.*.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:.fabrikam.test", NULL, X, "im.fabrikam.test", "wrong-name" },
    { "DNS:*..test", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:xfabrikam.test", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:fabrikam.test.evil.test", NULL, X, "fabrikam.test", "wrong-name" },
    { "DNS:elsewhere.test", "fabrikam.test", X, "fabrikam.test", "wrong-name" },
    { "IP:192.0.2.1", "fabrikam.test", X, "fabrikam.test", "wrong-name" },
    { SRV ("_xmpp-server.fabrikam.test"), NULL, X, "fabrikam.test", "ok" },
    { SRV ("_XMPP-Server.fabrikam.test"), NULL, X, "fabrikam.test", "ok" },
    { SRV ("_xmpp-client.fabrikam.test"), NULL, X, "fabrikam.test", "wrong-name" },
    { SRV ("_xmpp-server.*.fabrikam.test"), NULL, X, "im.fabrikam.test", "ok" },
    { ADDR ("fabrikam.test"), NULL, X, "fabrikam.test", "ok" },
    { ADDR ("bob@fabrikam.test"), NULL, X, "fabrikam.test", "wrong-name" },
    { ADDR ("fabrikam.test/server"), NULL, X, "fabrikam.test", "wrong-name" },
    { ADDR ("*.fabrikam.test"), NULL, X, "im.fabrikam.test", "wrong-name" },
    { NULL, "fabrikam.test", X, "fabrikam.test", "wrong-name" },
    { "URI:sip:fabrikam.test", NULL, X, "fabrikam.test", "wrong-name" },
    { "email:bob@fabrikam.test", "fabrikam.test", X, "fabrikam.test", "wrong-name" },

    { "URI:sip:fabrikam.test", NULL, S, "fabrikam.test", "ok" },
    { "URI:SIP:Fabrikam.test;lr", NULL, S, "fabrikam.test", "ok" },
    { "URI:sips:fabrikam.test", NULL, S, "fabrikam.test", "wrong-name" },
    { "URI:sip:bob@fabrikam.test", NULL, S, "fabrikam.test", "wrong-name" },
    { "URI:sip:fabrikam.test,DNS:contoso.test", NULL, S, "contoso.test", "wrong-name" },
    { "URI:sips:fabrikam.test,DNS:contoso.test", NULL, S, "contoso.test", "ok" },
    { "DNS:fabrikam.test", NULL, S, "fabrikam.test", "ok" },
    { "DNS:*.fabrikam.test", NULL, S, "im.fabrikam.test", "wrong-name" },
    { NULL, "fabrikam.test", S, "fabrikam.test", "ok" },
    { "DNS:contoso.test", "fabrikam.test", S, "fabrikam.test", "wrong-name" },

    { "DNS:*.fabrikam.test", NULL, H, "sip.fabrikam.test", "ok" },
    { SRV ("_xmpp-server.fabrikam.test"), NULL, H, "fabrikam.test", "wrong-name" },
    { "IP:192.0.2.1", "fabrikam.test", H, "fabrikam.test", "wrong-name" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CertSpec spec = { .cn = rows[i].cn, .san = rows[i].san };
      g_autoptr (OreePeerCert) cert = judge (&spec, BY_ROOT, g_get_real_time ());

      g_test_message ("%s / %s for %s", rows[i].san, rows[i].cn, rows[i].domain);
      g_assert_cmpstr (
        oree_cert_outcome_nick (oree_peer_cert_check_name (cert, (OreeCertNameRule) rows[i].rule, rows[i].domain)),
        ==, rows[i].outcome);
    }
}

static void
test_none_and_garbage (void)
{
  static const OreeSpan garbage = OREE_SPAN_LITERAL ("\x30\x03\x02\x01\x01");
  g_autoptr (OreePeerCert) none = oree_peer_cert_new (ctx, NULL, 0, 0);
  g_autoptr (OreePeerCert) broken = oree_peer_cert_new (ctx, &garbage, 1, 0);

  g_assert_cmpint (oree_peer_cert_check (none, OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT, 0), ==,
                   OREE_CERT_NO_CERTIFICATE);
  g_assert_cmpint (oree_peer_cert_check_name (none, OREE_CERT_NAMES_XMPP, "fabrikam.test"), ==,
                   OREE_CERT_NO_CERTIFICATE);
  g_assert_false (oree_peer_cert_is_readable (none));
  g_assert_cmpint (oree_peer_cert_check (broken, OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT, 0), ==,
                   OREE_CERT_MALFORMED);
}

/* Every prefix of a certificate is malformed, none is a crash. */
static void
test_truncated (void)
{
  CertSpec spec = { .san = "DNS:fabrikam.test" };
  MadeCert made = cert_make (&spec, &root);
  g_autoptr (GBytes) der = cert_der (&made);

  for (gsize length = 0; length < g_bytes_get_size (der); length++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (der, NULL), MAX (length, 1));
      OreeSpan span = oree_span (copy, length);
      g_autoptr (OreePeerCert) cert = oree_peer_cert_new (ctx, &span, 1, 0);

      g_assert_cmpint (oree_peer_cert_check_name (cert, OREE_CERT_NAMES_XMPP, "fabrikam.test"), ==,
                       OREE_CERT_MALFORMED);
    }
  cert_clear (&made);
}

static void
test_one_certificate_many_questions (void)
{
  CertSpec spec = { .cn = "Edge", .san = "DNS:fabrikam.test,DNS:*.contoso.test," SRV ("_xmpp-server.c.test"), LEAF_USE };
  gint64 now = g_get_real_time ();
  g_autoptr (OreePeerCert) cert = judge (&spec, BY_INTERMEDIATE, now);

  g_assert_cmpuint (oree_peer_cert_n_names (cert), ==, 3);
  g_assert_cmpint (oree_peer_cert_name (cert, 2)->kind, ==, OREE_CERT_NAME_SRV_XMPP_SERVER);
  g_assert_cmpstr (oree_peer_cert_name (cert, 2)->text, ==, "c.test");
  g_assert_cmpstr (oree_peer_cert_subject (cert), ==, "CN=Edge");
  g_assert_cmpstr (oree_peer_cert_issuer (cert), ==, "CN=Intermediate");
  g_assert_cmpuint (strlen (oree_peer_cert_fingerprint (cert)), ==, 64);
  g_assert_cmpint (ABS (oree_peer_cert_not_after (cert) - now - 365 * DAY), <, DAY);
  g_assert_cmpint (oree_peer_cert_check_for (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_STRICT, now,
                                             OREE_CERT_NAMES_XMPP, "im.contoso.test"),
                   ==, OREE_CERT_OK);
  g_assert_cmpint (oree_peer_cert_check_for (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_STRICT, now,
                                             OREE_CERT_NAMES_SIP, "im.contoso.test"),
                   ==, OREE_CERT_WRONG_NAME);
  g_assert_cmpint (oree_peer_cert_check_for (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_STRICT, now + 400 * DAY,
                                             OREE_CERT_NAMES_SIP, "im.contoso.test"),
                   ==, OREE_CERT_EXPIRED);
}

static void
test_pinned_certificate_is_its_own_anchor (void)
{
  CertSpec spec = { .cn = "Partner", .san = "DNS:fabrikam.test" };
  MadeCert partner = cert_make (&spec, NULL);
  g_autofree char *path = cert_write_pem (&partner, NULL, directory, "partner");
  const char *files[] = { path, NULL };
  OreeTlsCtxOptions options = { NULL, NULL, files };
  g_autoptr (OreeTlsCtx) pinned = oree_tls_ctx_new (&options, NULL);
  g_autoptr (GBytes) der = cert_der (&partner);
  OreeSpan chain = oree_span (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  g_autoptr (OreePeerCert) cert = oree_peer_cert_new (pinned, &chain, 1, g_get_real_time ());

  g_assert_cmpint (
    oree_peer_cert_check (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_STRICT, g_get_real_time ()), ==,
    OREE_CERT_OK);
  cert_clear (&partner);
}

/* A key by its pin: whom the chain leads to and what names it holds do not matter; its own dates and usage do. */
static void
test_pins (void)
{
  enum { S = OREE_CERT_PEER_IS_SERVER, C = OREE_CERT_PEER_IS_CLIENT };
  static const struct
  {
    const char *what;
    CertSpec spec;
    Signer signer;
    gboolean right; /* its own pin is among them */
    int direction, mode, day;
    const char *outcome;
  } rows[] = {
    { "trusted, pinned", { LEAF_USE }, BY_ROOT, TRUE, S, OREE_CERT_USAGE_LENIENT, 0, "ok" },
    { "trusted, not pinned", { LEAF_USE }, BY_ROOT, FALSE, S, OREE_CERT_USAGE_LENIENT, 0, "pin-mismatch" },
    { "stranger's", { LEAF_USE }, BY_STRANGER, TRUE, S, OREE_CERT_USAGE_LENIENT, 0, "ok" },
    { "its own", { LEAF_USE, .san = "DNS:elsewhere.test" }, BY_ITSELF, TRUE, C, OREE_CERT_USAGE_STRICT, 0, "ok" },
    { "issuer past, itself valid", { LEAF_USE }, BY_EXPIRED_INTERMEDIATE, TRUE, S, OREE_CERT_USAGE_LENIENT, 0, "ok" },
    { "past", { LEAF_USE }, BY_ROOT, TRUE, S, OREE_CERT_USAGE_LENIENT, 366, "expired" },
    { "not yet", { LEAF_USE }, BY_ROOT, TRUE, S, OREE_CERT_USAGE_LENIENT, -2, "not-yet-valid" },
    { "server only as client", { LEAF_USE, .extended = "serverAuth" }, BY_ROOT, TRUE, C, OREE_CERT_USAGE_LENIENT, 0,
      "ok" },
    { "server only as client, strict", { LEAF_USE, .extended = "serverAuth" }, BY_ROOT, TRUE, C,
      OREE_CERT_USAGE_STRICT, 0, "wrong-usage" },
    { "for mail", { LEAF_USE, .extended = "emailProtection" }, BY_ROOT, TRUE, C, OREE_CERT_USAGE_LENIENT, 0,
      "wrong-usage" },
    { "broken", { LEAF_USE, .raw_dns = "a.test\0b", .raw_dns_length = 8 }, BY_ROOT, TRUE, S, OREE_CERT_USAGE_LENIENT,
      0, "malformed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 wall = g_get_real_time () + rows[i].day * DAY;
      g_autoptr (OreePeerCert) cert = judge (&rows[i].spec, rows[i].signer, wall);
      g_autofree char *own = oree_peer_cert_dup_pin (cert);
      const char *pins[] = { "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                             rows[i].right ? own : NULL, NULL };

      g_test_message ("%s", rows[i].what);
      g_assert_cmpstr (oree_cert_outcome_nick (oree_peer_cert_check_pins (
                         cert, pins, (OreeCertDirection) rows[i].direction, (OreeCertUsageMode) rows[i].mode, wall)),
                       ==, rows[i].outcome);
    }
}

/* As `openssl x509 -pubkey | openssl pkey -pubin -outform der | sha256sum` counts it: from the key, made apart. */
static void
test_pin_is_of_the_public_key (void)
{
  CertSpec spec = { LEAF_USE };
  MadeCert leaf = cert_make (&spec, &root);
  g_autoptr (GBytes) der = cert_der (&leaf);
  OreeSpan chain = oree_span (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  g_autoptr (OreePeerCert) cert = oree_peer_cert_new (ctx, &chain, 1, g_get_real_time ());
  g_autofree char *pin = oree_peer_cert_dup_pin (cert);
  g_autofree char *digest = NULL, *wanted = NULL;
  unsigned char *key = NULL;
  int length = i2d_PUBKEY (leaf.key, &key);

  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, key, (gsize) length);
  wanted = g_strconcat ("sha256:", digest, NULL);
  g_assert_cmpstr (pin, ==, wanted);
  OPENSSL_free (key);
  cert_clear (&leaf);
}

/* One certificate, several sets of anchors: each judges anew, and what was judged before stands. */
static void
test_other_anchors (void)
{
  g_autofree char *path = cert_write_pem (&stranger, NULL, directory, "stranger");
  g_autofree char *pem = NULL, *both = NULL, *root_pem = NULL, *root_path = NULL;
  g_autoptr (OreeTlsAnchors) theirs = NULL, all = NULL, nobody = oree_tls_anchors_new (NULL, NULL);
  CertSpec spec = { LEAF_USE, .san = "DNS:fabrikam.test" };
  gint64 now = g_get_real_time ();
  g_autoptr (OreePeerCert) cert = judge (&spec, BY_STRANGER, now);
  g_autoptr (OreePeerCert) under_theirs = NULL, under_nobody = NULL, under_all = NULL;
  guint bad = 7;

  root_path = cert_write_pem (&root, NULL, directory, "root-again");
  g_assert_true (g_file_get_contents (path, &pem, NULL, NULL));
  g_assert_true (g_file_get_contents (root_path, &root_pem, NULL, NULL));
  both = g_strconcat (root_pem, pem, NULL);
  theirs = oree_tls_anchors_new_from_pem (pem, &bad);
  g_assert_nonnull (theirs);
  g_assert_cmpuint (bad, ==, 0);
  all = oree_tls_anchors_new_from_pem (both, NULL);
  g_assert_cmpuint (oree_tls_anchors_n (all), ==, 2);
  under_theirs = oree_peer_cert_under (cert, theirs, now);
  under_nobody = oree_peer_cert_under (under_theirs, nobody, now);
  under_all = oree_peer_cert_under (under_nobody, all, now);
#define OUTCOME(cert) oree_peer_cert_check (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_STRICT, now)
  g_assert_cmpint (OUTCOME (cert), ==, OREE_CERT_UNTRUSTED_ISSUER);
  g_assert_cmpint (OUTCOME (under_theirs), ==, OREE_CERT_OK);
  g_assert_cmpint (OUTCOME (under_nobody), ==, OREE_CERT_UNTRUSTED_ISSUER);
  g_assert_cmpint (OUTCOME (under_all), ==, OREE_CERT_OK);
#undef OUTCOME
  g_assert_cmpstr (oree_peer_cert_subject (under_all), ==, oree_peer_cert_subject (cert));
  g_assert_cmpstr (oree_peer_cert_match (under_all, OREE_CERT_NAMES_XMPP, "fabrikam.test")->text, ==, "fabrikam.test");
}

static void
test_anchors_from_text (void)
{
  g_autofree char *path = cert_write_pem (&root, NULL, directory, "text-root");
  g_autofree char *other_path = cert_write_pem (&stranger, NULL, directory, "text-stranger");
  g_autofree char *pem = NULL, *other = NULL, *broken = NULL, *ab = NULL, *ba = NULL;
  g_autoptr (OreeTlsAnchors) one = NULL, two = NULL, three = NULL;
  guint bad = 0;

  g_assert_true (g_file_get_contents (path, &pem, NULL, NULL));
  g_assert_true (g_file_get_contents (other_path, &other, NULL, NULL));
  broken = g_strconcat (pem, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", NULL);
  g_assert_null (oree_tls_anchors_new_from_pem (broken, &bad));
  g_assert_cmpuint (bad, ==, 2);
  g_assert_null (oree_tls_anchors_new_from_pem ("", &bad));
  g_assert_cmpuint (bad, ==, 1);
  ab = g_strconcat (pem, other, NULL);
  ba = g_strconcat (other, pem, NULL);
  one = oree_tls_anchors_new_from_pem (ab, NULL);
  two = oree_tls_anchors_new_from_pem (ba, NULL);
  three = oree_tls_anchors_new_from_pem (pem, NULL);
  g_assert_true (oree_tls_anchors_equal (one, two));
  g_assert_false (oree_tls_anchors_equal (one, three));
}

static void
test_weak_signature (void)
{
  CertSpec spec = { LEAF_USE, .digest = EVP_sha1 () };
  g_autoptr (OreePeerCert) cert = judge (&spec, BY_ROOT, g_get_real_time ());

  g_assert_cmpint (
    oree_peer_cert_check (cert, OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_LENIENT, g_get_real_time ()), ==,
    OREE_CERT_WEAK_KEY);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_issuers ();
  g_test_add_func ("/net/peer-cert/check", test_check);
  g_test_add_func ("/net/peer-cert/names", test_names);
  g_test_add_func ("/net/peer-cert/weak-signature", test_weak_signature);
  g_test_add_func ("/net/peer-cert/pins", test_pins);
  g_test_add_func ("/net/peer-cert/pin-is-of-the-public-key", test_pin_is_of_the_public_key);
  g_test_add_func ("/net/peer-cert/other-anchors-judge-anew", test_other_anchors);
  g_test_add_func ("/net/peer-cert/anchors-from-text", test_anchors_from_text);
  g_test_add_func ("/net/peer-cert/none-and-garbage", test_none_and_garbage);
  g_test_add_func ("/net/peer-cert/truncated-is-malformed", test_truncated);
  g_test_add_func ("/net/peer-cert/answers-for-several-domains-and-times", test_one_certificate_many_questions);
  g_test_add_func ("/net/peer-cert/pinned-certificate-is-its-own-anchor", test_pinned_certificate_is_its_own_anchor);
  result = g_test_run ();

  remove_directory (directory);
  g_free (directory);
  oree_tls_ctx_unref (ctx);
  cert_clear (&root);
  cert_clear (&stranger);
  for (int i = BY_INTERMEDIATE; i < N_SIGNERS; i++)
    if (i != BY_INTERMEDIATE_NOT_SHOWN && i != BY_STRANGER)
      cert_clear (&signers[i]);
  return result;
}
