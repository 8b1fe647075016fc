/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLSA records against certificates made here. A row gives the records as "usage selector matching of-what", what the
 * peer shows, and what comes of it for fabrikam.test found at xmpp.fabrikam.test. */
#include "cert-maker.h"
#include "net-fixture.h"
#include "net/oree-tlsa.h"
#include <openssl/x509v3.h>

typedef enum
{
  LEAF,       /* under TRUSTED, for fabrikam.test */
  HOST_LEAF,  /* under TRUSTED, for xmpp.fabrikam.test alone */
  OTHER_LEAF, /* under TRUSTED, for contoso.test */
  LATE_LEAF,  /* under TRUSTED, for fabrikam.test, expired */
  PRIVATE_LEAF, /* under PRIVATE, for fabrikam.test */
  PRIVATE_OTHER, /* under PRIVATE, for contoso.test */
  PRIVATE_LATE,  /* under PRIVATE, for fabrikam.test, expired */
  PRIVATE_WEAK,  /* under PRIVATE, for fabrikam.test, RSA of 1024 bits */
  ITSELF,     /* self-signed, for nobody, expired */
  TRUSTED,    /* an intermediate under ROOT */
  ROOT,       /* our anchor */
  PRIVATE,    /* an intermediate under PRIVATE_ROOT */
  PRIVATE_ROOT,
  NOBODY, /* in a row: shows nothing */
  N_CERTS = NOBODY
} Cert;

static const char *const names[] = { "leaf", "host-leaf", "other-leaf", "late-leaf", "private-leaf", "private-other",
                                     "private-late", "private-weak", "itself", "trusted", "root", "private",
                                     "private-root" };
G_STATIC_ASSERT (G_N_ELEMENTS (names) == N_CERTS);

static MadeCert certs[N_CERTS];
static OreeTlsCtx *ctx;
static char *directory;

static void
make_certs (void)
{
  CertSpec ca = { .cn = "Root", .constraints = "critical,CA:TRUE", .key_usage = "keyCertSign" };
  CertSpec leaf = { .cn = "x", .key_usage = "digitalSignature", .san = "DNS:fabrikam.test" };
  const char *files[2] = { NULL, NULL };
  OreeTlsCtxOptions options = { NULL, NULL, files };
  g_autofree char *anchors = NULL;

  certs[ROOT] = cert_make (&ca, NULL);
  ca.cn = "Trusted";
  certs[TRUSTED] = cert_make (&ca, &certs[ROOT]);
  ca.cn = "Private root";
  certs[PRIVATE_ROOT] = cert_make (&ca, NULL);
  ca.cn = "Private";
  certs[PRIVATE] = cert_make (&ca, &certs[PRIVATE_ROOT]);

  certs[LEAF] = cert_make (&leaf, &certs[TRUSTED]);
  certs[PRIVATE_LEAF] = cert_make (&leaf, &certs[PRIVATE]);
  leaf.rsa_bits = 1024;
  certs[PRIVATE_WEAK] = cert_make (&leaf, &certs[PRIVATE]);
  leaf.rsa_bits = 0;
  leaf.from_days = -20;
  leaf.to_days = -10;
  certs[LATE_LEAF] = cert_make (&leaf, &certs[TRUSTED]);
  certs[PRIVATE_LATE] = cert_make (&leaf, &certs[PRIVATE]);
  leaf.san = NULL;
  certs[ITSELF] = cert_make (&leaf, NULL);
  leaf.from_days = leaf.to_days = 0;
  leaf.san = "DNS:xmpp.fabrikam.test";
  certs[HOST_LEAF] = cert_make (&leaf, &certs[TRUSTED]);
  leaf.san = "DNS:contoso.test";
  certs[OTHER_LEAF] = cert_make (&leaf, &certs[TRUSTED]);
  certs[PRIVATE_OTHER] = cert_make (&leaf, &certs[PRIVATE]);

  directory = g_dir_make_tmp ("oree-tlsa-XXXXXX", NULL);
  files[0] = anchors = cert_write_pem (&certs[ROOT], NULL, directory, "root");
  ctx = oree_tls_ctx_new (&options, NULL);
  g_assert_nonnull (ctx);
}

static GBytes *
association (const char *of, guint selector, guint matching)
{
  unsigned char *der = NULL;
  int length = -1;
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int digest_length;
  GBytes *bytes;

  for (int i = 0; i < N_CERTS; i++)
    if (g_str_equal (names[i], of))
      length = selector == 0 ? i2d_X509 (certs[i].cert, &der) : i2d_X509_PUBKEY (X509_get_X509_PUBKEY (certs[i].cert), &der);
  if (length < 0) /* something that is no certificate's */
    return g_bytes_new (of, strlen (of));

  if (matching == 0)
    bytes = g_bytes_new (der, (gsize) length);
  else
    {
      g_assert_cmpint (EVP_Digest (der, (size_t) length, digest, &digest_length,
                                   matching == 1 ? EVP_sha256 () : EVP_sha512 (), NULL), ==, 1);
      bytes = g_bytes_new (digest, digest_length);
    }
  OPENSSL_free (der);

  return bytes;
}

static OreeDnsAnswer *
read_records (const char *text)
{
  OreeDnsAnswer *answer = oree_dns_answer_new (OREE_DNS_TLSA, "_5269._tcp.xmpp.fabrikam.test", OREE_DNS_OK);
  g_auto (GStrv) records = g_strsplit (text, ", ", -1);

  for (char **record = records; *record != NULL && **record != '\0'; record++)
    {
      g_auto (GStrv) words = g_strsplit (*record, " ", 4);
      guint8 head[3];
      g_autoptr (GByteArray) rdata = g_byte_array_new ();
      g_autoptr (GBytes) data = NULL;

      g_assert_cmpuint (g_strv_length (words), ==, 4);
      for (guint i = 0; i < 3; i++)
        head[i] = (guint8) g_ascii_digit_value (words[i][0]);
      data = association (words[3], head[1], head[2]);
      g_byte_array_append (rdata, head, 3);
      g_byte_array_append (rdata, g_bytes_get_data (data, NULL), (guint) g_bytes_get_size (data));
      g_assert_true (oree_dns_answer_add_tlsa (answer, oree_span ((const char *) rdata->data, rdata->len)));
    }
  answer->secure = TRUE;

  return answer;
}

static OreePeerCert *
shown (Cert leaf, gboolean with_issuer, gint64 wall)
{
  g_autoptr (GBytes) der = leaf == NOBODY ? NULL : cert_der (&certs[leaf]);
  g_autoptr (GBytes) issuer = leaf >= PRIVATE_LEAF && leaf <= PRIVATE_WEAK ? cert_der (&certs[PRIVATE])
                                                                           : cert_der (&certs[TRUSTED]);
  OreeSpan chain[2];
  gsize n = 0;

  if (der != NULL)
    chain[n++] = oree_span (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  if (der != NULL && with_issuer && leaf != ITSELF)
    chain[n++] = oree_span (g_bytes_get_data (issuer, NULL), g_bytes_get_size (issuer));

  return oree_peer_cert_new (ctx, chain, n, wall);
}

static void
test_check (void)
{
  static const struct
  {
    const char *records;
    Cert leaf;
    gboolean without_issuer;
    const char *outcome;
  } rows[] = {
    /* DANE-EE: the key is all there is; every selector and digest. */
    { "3 0 0 itself", ITSELF, FALSE, "key" },
    { "3 0 1 itself", ITSELF, FALSE, "key" },
    { "3 0 2 itself", ITSELF, FALSE, "key" },
    { "3 1 0 itself", ITSELF, FALSE, "key" },
    { "3 1 1 itself", ITSELF, FALSE, "key" },
    { "3 1 2 itself", ITSELF, FALSE, "key" },
    { "3 1 1 private-other", PRIVATE_OTHER, TRUE, "key" },
    { "3 1 1 leaf", ITSELF, FALSE, "mismatch" },
    { "3 0 1 leaf", ITSELF, FALSE, "mismatch" },
    { "3 0 0 leaf", ITSELF, FALSE, "mismatch" },
    { "3 1 1 leaf, 3 1 1 itself", ITSELF, FALSE, "key" },
    { "3 1 1 leaf", NOBODY, FALSE, "mismatch" },
    /* A trusted certificate that the records do not name is refused all the same: no downgrade. */
    { "3 1 1 itself", LEAF, FALSE, "mismatch" },
    /* The issuer's key does not stand for the server's. */
    { "3 1 1 private", PRIVATE_LEAF, FALSE, "mismatch" },

    /* DANE-TA: the issuer among those shown, or given whole; names, dates and strength count. */
    { "2 0 0 private", PRIVATE_LEAF, FALSE, "issuer" },
    { "2 0 1 private", PRIVATE_LEAF, FALSE, "issuer" },
    { "2 1 1 private", PRIVATE_LEAF, FALSE, "issuer" },
    { "2 1 2 private", PRIVATE_LEAF, FALSE, "issuer" },
    { "2 0 0 private", PRIVATE_LEAF, TRUE, "issuer" },
    { "2 0 1 private", PRIVATE_LEAF, TRUE, "mismatch" },
    { "2 0 0 private-root", PRIVATE_LEAF, FALSE, "issuer" },
    { "2 0 1 private-root", PRIVATE_LEAF, FALSE, "mismatch" },
    { "2 1 1 private", PRIVATE_OTHER, FALSE, "mismatch" },
    { "2 1 1 private", PRIVATE_LATE, FALSE, "mismatch" },
    { "2 1 1 private", PRIVATE_WEAK, FALSE, "mismatch" },
    { "2 1 1 trusted", PRIVATE_LEAF, FALSE, "mismatch" },
    { "2 1 1 private-leaf", PRIVATE_LEAF, FALSE, "mismatch" }, /* an end certificate is nobody's issuer */
    { "2 0 1 trusted", HOST_LEAF, FALSE, "issuer" },           /* RFC 7673: the SRV target's name is as good */

    /* PKIX-EE and PKIX-TA: besides, our own anchors must prove it. */
    { "1 1 1 leaf", LEAF, FALSE, "pkix" },
    { "1 0 2 leaf", LEAF, FALSE, "pkix" },
    { "1 1 1 host-leaf", HOST_LEAF, FALSE, "pkix" },
    { "1 1 1 leaf", LEAF, TRUE, "mismatch" },
    { "1 1 1 private-leaf", PRIVATE_LEAF, FALSE, "mismatch" },
    { "1 1 1 other-leaf", OTHER_LEAF, FALSE, "mismatch" },
    { "1 1 1 late-leaf", LATE_LEAF, FALSE, "mismatch" },
    { "1 1 1 leaf", HOST_LEAF, FALSE, "mismatch" },
    { "0 0 1 trusted", LEAF, FALSE, "pkix" },
    { "0 1 1 root", LEAF, FALSE, "pkix" },
    { "0 0 0 root", LEAF, FALSE, "pkix" },
    { "0 1 1 leaf", LEAF, FALSE, "mismatch" },
    { "0 1 1 private", LEAF, FALSE, "mismatch" },
    { "0 1 1 private", PRIVATE_LEAF, FALSE, "mismatch" },
    { "0 1 1 trusted", OTHER_LEAF, FALSE, "mismatch" },

    /* What we do not understand is not there; beside what we do it changes nothing. */
    { "", LEAF, FALSE, "none-usable" },
    { "4 1 1 leaf", LEAF, FALSE, "none-usable" },
    { "3 2 1 leaf", LEAF, FALSE, "none-usable" },
    { "3 1 3 leaf", LEAF, FALSE, "none-usable" },
    { "3 1 1 short", LEAF, FALSE, "none-usable" },
    { "3 1 2 thirty-two-bytes-where-64-belong", LEAF, FALSE, "none-usable" },
    { "3 0 0 no-certificate-at-all", LEAF, FALSE, "none-usable" },
    { "3 1 0 no-key-at-all", LEAF, FALSE, "none-usable" },
    { "3 1 1 short, 3 1 1 leaf", LEAF, FALSE, "key" },
    { "3 1 1 short, 3 1 1 itself", LEAF, FALSE, "mismatch" },

    /* RFC 7671 9: the stronger digest counts alone, per usage and selector; a whole object always does. */
    { "3 1 1 leaf, 3 1 2 itself", LEAF, FALSE, "mismatch" },
    { "3 1 1 leaf, 3 1 2 short", LEAF, FALSE, "key" },
    { "3 1 1 leaf, 3 0 2 itself", LEAF, FALSE, "key" },
    { "3 1 1 leaf, 2 1 2 private", LEAF, FALSE, "key" },
    { "3 1 0 leaf, 3 1 2 itself", LEAF, FALSE, "key" },
  };
  gint64 wall = g_get_real_time ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeTlsaQuestion question = { OREE_CERT_PEER_IS_SERVER, OREE_CERT_USAGE_LENIENT, wall, "fabrikam.test",
                                    "xmpp.fabrikam.test" };
      g_autoptr (OreeDnsAnswer) answer = read_records (rows[i].records);
      g_autoptr (OreePeerCert) cert = shown (rows[i].leaf, !rows[i].without_issuer, wall);
      const char *nick = oree_tlsa_outcome_nick (oree_tlsa_check (answer, cert, &question));

      g_test_message ("row %zu: %s", i, rows[i].records);
      g_assert_cmpstr (nick, ==, rows[i].outcome);
      g_assert_cmpint (oree_tlsa_any_usable (answer), ==, strcmp (rows[i].outcome, "none-usable") != 0);
    }
}

static void
test_names (void)
{
  gint64 wall = g_get_real_time ();
  g_autoptr (OreePeerCert) leaf = shown (LEAF, TRUE, wall);
  g_autoptr (OreePeerCert) host = shown (HOST_LEAF, TRUE, wall);

  g_assert_cmpint (oree_tlsa_check_names (leaf, "fabrikam.test", NULL), ==, OREE_CERT_OK);
  g_assert_cmpint (oree_tlsa_check_names (leaf, "fabrikam.test", "xmpp.fabrikam.test"), ==, OREE_CERT_OK);
  g_assert_cmpint (oree_tlsa_check_names (host, "fabrikam.test", NULL), ==, OREE_CERT_WRONG_NAME);
  g_assert_cmpint (oree_tlsa_check_names (host, "fabrikam.test", "xmpp.fabrikam.test"), ==, OREE_CERT_OK);
  g_assert_cmpint (oree_tlsa_check_names (host, "fabrikam.test", "mx.fabrikam.test"), ==, OREE_CERT_WRONG_NAME);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_certs ();
  g_test_add_func ("/net/tlsa/check", test_check);
  g_test_add_func ("/net/tlsa/names", test_names);
  result = g_test_run ();
  oree_tls_ctx_unref (ctx);
  for (guint i = 0; i < N_CERTS; i++)
    cert_clear (&certs[i]);
  remove_directory (directory);
  g_free (directory);
  return result;
}
