/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a real certificate tells about a SIP peer: its names as RFC 5922 and Lync read them, each way, and what its key
 * usage allows. Then, with the record's wish and DNS, whom it stands for. */
#include "cert-maker.h"
#include "roles/oree-sip-peer.h"
#include <glib/gstdio.h>

static MadeCert root;
static OreeTlsCtx *ctx;
static char *directory;

static void
make_root (void)
{
  CertSpec ca = { .cn = "Root", .constraints = "critical,CA:TRUE", .key_usage = "keyCertSign" };
  const char *files[2] = { NULL, NULL };
  OreeTlsCtxOptions options = { NULL, NULL, files };
  g_autofree char *anchors = NULL;

  root = cert_make (&ca, NULL);
  directory = g_dir_make_tmp ("oree-sip-peer-XXXXXX", NULL);
  files[0] = anchors = cert_write_pem (&root, NULL, directory, "root");
  ctx = oree_tls_ctx_new (&options, NULL);
  g_assert_nonnull (ctx);
  g_unlink (anchors);
  g_rmdir (directory);
}

static OreePeerCert *
show (const CertSpec *spec)
{
  MadeCert leaf = cert_make (spec, &root);
  g_autoptr (GBytes) der = cert_der (&leaf);
  OreeSpan chain = oree_span (g_bytes_get_data (der, NULL), g_bytes_get_size (der));

  cert_clear (&leaf);
  return oree_peer_cert_new (ctx, &chain, 1, g_get_real_time ());
}

#define BOTH "serverAuth,clientAuth"

typedef struct
{
  const char *san, *cn, *extended;
  const char *domains, *hosts; /* joined by blanks */
  gboolean strict_client, strict_server;
} NamesRow;

static const NamesRow names_rows[] = {
  { "DNS:litware.test", NULL, BOTH, "litware.test", "litware.test", TRUE, TRUE },
  { "DNS:SIP.Litware.test,DNS:litware.test", NULL, BOTH, "sip.litware.test litware.test",
    "sip.litware.test litware.test", TRUE, TRUE },
  /* A SIP URI without user is the identity, and dNSNames are none then; they stay names of hosts. */
  { "URI:sip:litware.test,DNS:sip.litware.test", NULL, BOTH, "litware.test", "sip.litware.test", TRUE, TRUE },
  { "URI:sip:boss@litware.test,DNS:sip.litware.test", NULL, BOTH, "sip.litware.test", "sip.litware.test", TRUE, TRUE },
  { "URI:sips:litware.test,DNS:sip.litware.test", NULL, BOTH, "sip.litware.test", "sip.litware.test", TRUE, TRUE },
  { "URI:https://litware.test,DNS:sip.litware.test", NULL, BOTH, "sip.litware.test", "sip.litware.test", TRUE, TRUE },
  /* No wildcards, in either reading. */
  { "DNS:*.litware.test", NULL, BOTH, "", "", TRUE, TRUE },
  /* The common name counts where there is no alternative name at all, not even one of another kind. */
  { NULL, "sip.litware.test", BOTH, "sip.litware.test", "sip.litware.test", TRUE, TRUE },
  { "DNS:other.test", "sip.litware.test", BOTH, "other.test", "other.test", TRUE, TRUE },
  { "IP:192.0.2.1", "sip.litware.test", BOTH, "", "", TRUE, TRUE },
  { "email:a@litware.test", "litware.test", BOTH, "", "", TRUE, TRUE },
  { NULL, "Litware Access Edge", BOTH, "", "", TRUE, TRUE },
  /* Usage: none written allows all; what public issuers give allows servers alone in strict eyes. */
  { "DNS:litware.test", NULL, NULL, "litware.test", "litware.test", TRUE, TRUE },
  { "DNS:litware.test", NULL, "serverAuth", "litware.test", "litware.test", FALSE, TRUE },
  { "DNS:litware.test", NULL, "clientAuth", "litware.test", "litware.test", TRUE, FALSE },
  { "DNS:litware.test", NULL, "anyExtendedKeyUsage", "litware.test", "litware.test", TRUE, TRUE },
  /* RFC 5924: id-kp-sipDomain beside one of them. */
  { "DNS:litware.test", NULL, "serverAuth,1.3.6.1.5.5.7.3.20", "litware.test", "litware.test", FALSE, TRUE },
};

static void
reads_names_and_usage (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names_rows); i++)
    {
      const NamesRow *row = &names_rows[i];
      const CertSpec spec = { .san = row->san, .cn = row->cn, .extended = row->extended };
      g_autoptr (OreePeerCert) cert = show (&spec);
      static const OreeCertDirection directions[] = { OREE_CERT_PEER_IS_CLIENT, OREE_CERT_PEER_IS_SERVER };

      for (gsize d = 0; d < G_N_ELEMENTS (directions); d++)
        {
          g_autoptr (OreeSipPeer) peer = NULL;
          g_autofree char *domains = NULL, *hosts = NULL;

          g_test_message ("%s / %s / %s", row->san, row->cn, row->extended);
          g_assert_cmpstr (
            oree_cert_outcome_nick (oree_sip_peer_read (cert, directions[d], g_get_real_time (), &peer)), ==, "ok");
          domains = g_strjoinv (" ", (char **) peer->names.domains);
          hosts = g_strjoinv (" ", (char **) peer->names.hosts);
          g_assert_cmpstr (domains, ==, row->domains);
          g_assert_cmpstr (hosts, ==, row->hosts);
          g_assert_cmpint (peer->names.strict_usage, ==, d == 0 ? row->strict_client : row->strict_server);
        }
    }
}

static void
bad_certificates_are_told_by_what_is_wrong (void)
{
  static const struct
  {
    CertSpec spec;
    const char *outcome;
  } rows[] = {
    { { .san = "DNS:litware.test", .from_days = -20, .to_days = -10 }, "expired" },
    { { .san = "DNS:litware.test", .from_days = 10, .to_days = 20 }, "not-yet-valid" },
    { { .san = "DNS:litware.test", .extended = "codeSigning" }, "wrong-usage" },
    { { .san = "DNS:litware.test", .rsa_bits = 1024 }, "weak-key" },
    { { .raw_dns = "litware.test\0.evil.test", .raw_dns_length = 22 }, "malformed" },
    { { .n_dns = 300 }, "too-many-names" },
  };
  OreeSipPeer *peer = NULL;

  g_assert_cmpstr (oree_cert_outcome_nick (oree_sip_peer_read (NULL, OREE_CERT_PEER_IS_CLIENT, 0, &peer)), ==,
                   "no-certificate");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreePeerCert) cert = show (&rows[i].spec);

      g_assert_cmpstr (oree_cert_outcome_nick (
                         oree_sip_peer_read (cert, OREE_CERT_PEER_IS_CLIENT, g_get_real_time (), &peer)),
                       ==, rows[i].outcome);
      g_assert_null (peer);
    }
}

/* "a b" → names; NULL: not asked. */
static GStrv
split (const char *text)
{
  return text == NULL ? NULL : g_strsplit_set (text, " ", -1);
}

static void
names_stand_for_partners (void)
{
  enum { EITHER = OREE_SIP_NAME_EITHER, DOMAIN = OREE_SIP_NAME_DOMAIN, TARGET = OREE_SIP_NAME_SRV_TARGET };
  static const struct
  {
    const char *san, *domain, *server, *targets;
    int check;
    const char *proof, *name, *why, *outside;
    gboolean asks_dns;
  } rows[] = {
    { "DNS:litware.test", "litware.test", NULL, NULL, EITHER, "domain", "litware.test", "allowed", NULL, FALSE },
    { "DNS:litware.test", "litware.test", NULL, NULL, TARGET, "none", NULL, "certificate-name", NULL, TRUE },
    { "DNS:sip.litware.test", "litware.test", NULL, NULL, EITHER, "none", NULL, "certificate-name", NULL, TRUE },
    { "DNS:sip.litware.test", "litware.test", NULL, NULL, DOMAIN, "none", NULL, "certificate-name", NULL, FALSE },
    { "DNS:sip.litware.test", "litware.test", NULL, "sip.litware.test", EITHER, "srv-target", "sip.litware.test",
      "allowed", NULL, FALSE },
    { "DNS:sip.litware.test", "litware.test", NULL, "", EITHER, "none", NULL, "certificate-name", NULL, FALSE },
    { "DNS:b.litware.test", "litware.test", NULL, "a.litware.test b.litware.test", EITHER, "srv-target",
      "b.litware.test", "allowed", NULL, FALSE },
    /* A URI names the domain, a dNSName the host: each is asked its own question. */
    { "URI:sip:litware.test,DNS:sip.litware.test", "litware.test", NULL, "sip.litware.test", TARGET, "srv-target",
      "sip.litware.test", "allowed", NULL, FALSE },
    { "URI:sip:litware.test,DNS:fabrikam.test", "fabrikam.test", NULL, NULL, DOMAIN, "none", NULL,
      "certificate-name", NULL, FALSE },
    { "DNS:sip.eu.litware.test", "litware.test", NULL, "sip.eu.litware.test", EITHER, "none", NULL,
      "srv-target-outside", "sip.eu.litware.test", FALSE },
    { "DNS:sip.evil.test", "litware.test", NULL, "sip.evil.test sip.litware.test", EITHER, "none", NULL,
      "certificate-name", NULL, FALSE },
    { "DNS:sip.xlitware.test", "litware.test", NULL, "sip.xlitware.test", EITHER, "none", NULL, "srv-target-outside",
      "sip.xlitware.test", FALSE },
    { "DNS:edge.elsewhere.test", "litware.test", "edge.elsewhere.test", NULL, EITHER, "server",
      "edge.elsewhere.test", "allowed", NULL, FALSE },
    { "DNS:litware.test", "litware.test", "edge.elsewhere.test", NULL, EITHER, "none", NULL, "certificate-name", NULL,
      FALSE },
    { "DNS:litware.test", "litware.test", "edge.elsewhere.test", NULL, DOMAIN, "domain", "litware.test", "allowed",
      NULL, FALSE },
    { "DNS:*.litware.test", "litware.test", NULL, "sip.litware.test", EITHER, "none", NULL, "certificate-name", NULL,
      FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CertSpec spec = { .san = rows[i].san };
      g_autoptr (OreePeerCert) cert = show (&spec);
      g_autoptr (OreeSipPeer) peer = NULL;
      g_auto (GStrv) targets = split (rows[i].targets);
      OreePeerQuestion question = { .domain = rows[i].domain, .server = rows[i].server,
                                    .srv_targets = (const char *const *) targets,
                                    .check = (OreeSipNameCheck) rows[i].check };
      OreePeerAnswer answer = oree_peer_proof (&question);

      g_test_message ("%s for %s (%s) by %s", rows[i].san, rows[i].domain, rows[i].server, rows[i].targets);
      g_assert_cmpint (answer.proof, ==, OREE_PEER_PROOF_PENDING);
      g_assert_false (oree_peer_proof_asks_dns (&question));
      g_assert_cmpint (oree_sip_peer_read (cert, OREE_CERT_PEER_IS_CLIENT, g_get_real_time (), &peer), ==, OREE_CERT_OK);
      question.names = &peer->names;
      answer = oree_peer_proof (&question);
      g_assert_cmpstr (oree_enum_to_nick (oree_peer_proofs, answer.proof), ==, rows[i].proof);
      g_assert_cmpstr (answer.name, ==, rows[i].name);
      g_assert_cmpstr (oree_reason_nick (answer.why), ==, rows[i].why);
      g_assert_cmpstr (answer.host, ==, rows[i].outside);
      g_assert_cmpint (oree_peer_proof_asks_dns (&question), ==, rows[i].asks_dns);
    }
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  make_root ();
  g_test_add_func ("/roles/sip-peer/reads-names-and-usage", reads_names_and_usage);
  g_test_add_func ("/roles/sip-peer/bad-certificates-are-told-by-what-is-wrong",
                   bad_certificates_are_told_by_what_is_wrong);
  g_test_add_func ("/roles/sip-peer/names-stand-for-partners", names_stand_for_partners);
  status = g_test_run ();
  oree_tls_ctx_unref (ctx);
  cert_clear (&root);
  g_free (directory);
  return status;
}
