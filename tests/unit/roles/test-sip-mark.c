/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What crosses the edge and what does not: header lines in, header lines out. */
#include "net/oree-peer-cert.h"
#include "policy/oree-policy-build.h"
#include "roles/oree-refusal.h"
#include "roles/oree-sip-diagnostics.h"
#include "roles/oree-sip-mark.h"

#include "../model/changes.h"

#define IN_FROM "From: <sip:bob@litware.test>;tag=1\r\nTo: <sip:alice@contoso.test>\r\n"
#define HEAD                                                                          \
  "MESSAGE sip:alice@contoso.test SIP/2.0\r\nVia: SIP/2.0/TLS a.test;branch=z9hG4bK1\r\n" \
  "Max-Forwards: 70\r\n" IN_FROM "Call-ID: 1\r\nCSeq: 5 MESSAGE\r\n"
#define TAIL "Content-Length: 0\r\n\r\n"

#define AUTO "ms-edge-proxy-message-trust: ms-source-type=AutoFederation;ms-ep-fqdn=edge.inside.test;ms-source-verified-user="
#define AUTO_V AUTO "verified;ms-source-network=federation;ms-remote-fqdn=sip.litware.test\n"
#define AUTO_U AUTO "unverified;ms-source-network=federation;ms-remote-fqdn=sip.litware.test\n"
#define OUT_V "ms-asserted-verification-level: ms-source-verified-user=verified\n"

/* The stand, in letters: V verified, D discovered, P public cloud. */
typedef struct
{
  const char *name;
  gboolean inward;
  const char *stand;
  const char *change; /* of the configuration; NULL: none */
  const char *given;  /* lines, each ended by \n */
  const char *left;
} Row;

static const Row rows[] = {
  { "adds-ours", TRUE, "V", NULL, "", AUTO_V },
  { "unverified", TRUE, "", NULL, "", AUTO_U },
  { "marks-from-outside-go", TRUE, "", NULL,
    "ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-ep-fqdn=x;ms-source-verified-user=verified\n"
    "MS-Edge-Proxy-Message-Trust : again\nms-asserted-verification-level: ms-source-verified-user=verified\n"
    "ms-source-network: x\nms-ep-fqdn: x\nms-remote-fqdn: x\nms-user-logon-data: RemoteUser\nms-text-format: text/plain\n",
    "ms-text-format: text/plain\n" AUTO_U },
  { "diagnostics-come-in", TRUE, "V", NULL, "ms-diagnostics: 1003;reason=\"x\"\n",
    "ms-diagnostics: 1003;reason=\"x\"\n" AUTO_V },

  { "asserted-by-its-own-domain", TRUE, "V", NULL, "P-Asserted-Identity: \"Bob\" <sip:bob@LITWARE.test>\n",
    "P-Asserted-Identity: \"Bob\" <sip:bob@LITWARE.test>\n" AUTO_V },
  { "asserted-by-another", TRUE, "V", NULL, "P-Asserted-Identity: <sip:boss@contoso.test>\n", AUTO_V },
  { "asserted-below-its-domain", TRUE, "V", NULL, "P-Asserted-Identity: <sip:bob@eu.litware.test>\n", AUTO_V },
  { "asserted-and-unverified", TRUE, "", NULL, "P-Asserted-Identity: <sip:bob@litware.test>\n", AUTO_U },
  { "asserted-in-part", TRUE, "V", NULL, "P-Asserted-Identity: <tel:+33123>, <sip:bob@litware.test>\n",
    "P-Asserted-Identity: <sip:bob@litware.test>\n" AUTO_V },
  { "asserted-in-two-lines-oddly-written", TRUE, "V", NULL,
    "p-asserted-identity : <sip:boss@contoso.test>\nP-ASSERTED-IDENTITY:\n <sip:boss@contoso.test>\n", AUTO_V },
  { "asserted-and-unreadable", TRUE, "V", NULL, "P-Asserted-Identity: <<>\n", AUTO_V },
  { "preferred-and-remote-party-go", TRUE, "V", NULL,
    "P-Preferred-Identity: <sip:bob@litware.test>\nRemote-Party-ID: <sip:bob@litware.test>\n", AUTO_V },
  { "identity-stays", TRUE, "", NULL, "Identity: abc;info=<https://x.test>\ny: def;info=<https://x.test>\n",
    "Identity: abc;info=<https://x.test>\ny: def;info=<https://x.test>\n" AUTO_U },
  { "history-of-the-verified", TRUE, "V", NULL, "History-Info: <sip:a@b.test>;index=1\nDiversion: <sip:a@b.test>\n",
    "History-Info: <sip:a@b.test>;index=1\nDiversion: <sip:a@b.test>\n" AUTO_V },
  { "history-of-the-unverified", TRUE, "", NULL, "History-Info: <sip:a@b.test>;index=1\nDiversion: <sip:a@b.test>\n",
    AUTO_U },
  { "pictures-of-the-listed", TRUE, "V", NULL, "Call-Info: <http://x.test/p.jpg>;purpose=icon\n",
    "Call-Info: <http://x.test/p.jpg>;purpose=icon\n" AUTO_V },
  { "pictures-of-the-discovered", TRUE, "VD", NULL, "Call-Info: <http://x.test/p.jpg>\nAlert-Info: <http://x.test>\n",
    AUTO_V },
  { "credentials-for-inside-stay", TRUE, "V", NULL, "Authorization: Digest realm=\"contoso.test\"\n",
    "Authorization: Digest realm=\"contoso.test\"\n" AUTO_V },
  { "proxy-credentials-go", TRUE, "V", NULL, "Proxy-Authorization: Digest realm=\"x\"\n", AUTO_V },

  { "says-verified", FALSE, "V", NULL, "", OUT_V },
  { "says-unverified", FALSE, "V", "set access-edge global mark-source-verifiable-on-outgoing-messages=false", "",
    "ms-asserted-verification-level: ms-source-verified-user=unverified\n" },
  { "marks-of-inside-go", FALSE, "V", NULL,
    "ms-edge-proxy-message-trust: x\nms-asserted-verification-level: ms-source-verified-user=unverified\n"
    "ms-user-logon-data: RemoteUser\nms-diagnostics: 1;source=\"fe.inside.test\"\nms-diagnostics-public: 1\n",
    "ms-diagnostics-public: 1\n" OUT_V },
  { "asserts-ours", FALSE, "V", NULL, "P-Asserted-Identity: <sip:alice@contoso.test>\n",
    "P-Asserted-Identity: <sip:alice@contoso.test>\n" OUT_V },
  { "asserts-nobody-elses", FALSE, "V", NULL,
    "P-Asserted-Identity: <sip:alice@fe.inside.test>, <sip:alice@contoso.test>, <tel:+331>\n",
    "P-Asserted-Identity: <sip:alice@contoso.test>\n" OUT_V },
  { "privacy-takes-it-off", FALSE, "V", NULL,
    "Privacy: none; id\nP-Asserted-Identity: <sip:alice@contoso.test>\n", "Privacy: none; id\n" OUT_V },
  { "privacy-none-keeps-it", FALSE, "V", NULL, "Privacy: none\nP-Asserted-Identity: <sip:alice@contoso.test>\n",
    "Privacy: none\nP-Asserted-Identity: <sip:alice@contoso.test>\n" OUT_V },
  { "history-without-inside", FALSE, "V", NULL,
    "History-Info: <sip:alice@contoso.test>;index=1, <sip:bob@litware.test?Reason=SIP%3Bcause%3D302>;index=1.1\n",
    "History-Info: <sip:alice@contoso.test>;index=1, <sip:bob@litware.test?Reason=SIP%3Bcause%3D302>;index=1.1\n" OUT_V },
  { "history-with-inside", FALSE, "V", NULL,
    "History-Info: <sip:alice@contoso.test>;index=1\nhistory-info: <sip:10.0.0.3:5060>;index=1.1\n", OUT_V },
  { "diversion-with-inside", FALSE, "V", NULL, "Diversion: <sip:alice@pbx.inside.test>;reason=unknown\n", OUT_V },
  { "pictures-at-addresses-inside", FALSE, "V", NULL,
    "Call-Info: <http://10.0.0.1/p.jpg>;purpose=icon\nAlert-Info: <http://cdn.test/ring.wav>\n",
    "Alert-Info: <http://cdn.test/ring.wav>\n" OUT_V },
  { "own-credentials-go", FALSE, "V", NULL,
    "Authorization: Digest username=\"a,b\", realm=\"contoso.test\", response=\"00\"\n"
    "Authorization: Digest username=\"a\", realm=\"litware.test\", response=\"11\"\n",
    "Authorization: Digest username=\"a\", realm=\"litware.test\", response=\"11\"\n" OUT_V },
  { "foreign-credentials-stay", FALSE, "V", NULL, "Authorization: Digest realm=\"litware.test\", response=\"11\"\n",
    "Authorization: Digest realm=\"litware.test\", response=\"11\"\n" OUT_V },
  { "archiving-is-told", FALSE, "V", "set access-edge global enable-archiving-disclaimer=true", "",
    OUT_V "ms-archiving-disclaimer: true\n" },
  { "archiving-is-not-told-to-public-networks", FALSE, "VP", "set access-edge global enable-archiving-disclaimer=true",
    "", OUT_V },
};

static OreePolicy *
policy_with (const char *change)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new_initial ();
  g_autofree char *changes
    = g_strdup_printf ("add sip-domain contoso.test\nset topology global edge-internal-fqdn=edge.inside.test "
                       "sip-federation-enabled=true\nadd allowed-domain litware.test\n%s\n",
                       change != NULL ? change : "");
  g_autoptr (OreeRecordSet) set = changes_apply_ok (initial, changes);

  return oree_policy_build (set, 1, NULL);
}

/* "a\nb\n" → "a\r\nb\r\n"; owned. */
static char *
on_the_wire (const char *lines)
{
  g_auto (GStrv) split = g_strsplit (lines, "\n", -1);

  return g_strjoinv ("\r\n", split);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (OreePolicy) policy = policy_with (row->change);
  const OreePeerStand stand = { .relation = strchr (row->stand, 'D') ? OREE_RELATION_DISCOVERED
                                                                    : OREE_RELATION_ALLOWED_DOMAIN,
                                .verified = strchr (row->stand, 'V') != NULL,
                                .discovered = strchr (row->stand, 'D') != NULL,
                                .public_cloud = strchr (row->stand, 'P') != NULL,
                                .proved_by = "sip.litware.test" };
  const OreeSipMarking marking = { policy, &stand, "litware.test", row->inward };
  g_autofree char *given = on_the_wire (row->given), *left = on_the_wire (row->left);
  g_autofree char *text = g_strconcat (HEAD, given, TAIL, NULL);
  g_autofree char *expected = g_strconcat (HEAD, left, TAIL, NULL);
  g_autoptr (GString) crossed = NULL;
  g_auto (OreeSipEdit) edit = { 0 };
  OreeSipMsg msg;

  g_assert_cmpint (oree_sip_msg_parse (&msg, text, (gsize) strlen (text), OREE_SIP_MSG_STREAM), ==,
                   (gssize) strlen (text));
  oree_sip_edit_init (&edit, &msg);
  oree_sip_mark_edit (&marking, &msg, &edit);
  g_assert_cmpuint (edit.n_ops, <=, 24);
  crossed = oree_sip_edit_finish (&edit);
  g_assert_nonnull (crossed);
  g_assert_cmpstr (crossed->str, ==, expected);
}

static void
never_needs_more_changes_than_it_says (void)
{
  static const char *const names[] = { "ms-edge-a", "ms-asserted-a", "ms-source-a", "ms-ep-a", "ms-remote-a",
                                       "ms-user-logon-data", "ms-diagnostics", "Call-Info", "Alert-Info", "Error-Info",
                                       "History-Info", "Diversion", "P-Preferred-Identity", "Remote-Party-ID",
                                       "P-Asserted-Identity", "Proxy-Authorization",
                                       "ms-archiving-disclaimer" };
  g_autoptr (OreePolicy) policy = policy_with ("set access-edge global enable-archiving-disclaimer=true");
  g_autoptr (GString) text = g_string_new (HEAD);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint n = 0; n < 3; n++)
      g_string_append_printf (text, "%s: <sip:x@10.0.0.1>\r\n", names[i]);
  for (guint n = 0; n < 20; n++)
    g_string_append (text, "Authorization: Digest realm=\"contoso.test\"\r\nAuthorization: Digest realm=\"x\"\r\n");
  g_string_append (text, TAIL);
  for (guint inward = 0; inward < 2; inward++)
    {
      const OreePeerStand stand = { .relation = OREE_RELATION_DISCOVERED, .discovered = TRUE };
      const OreeSipMarking marking = { policy, &stand, "litware.test", inward != 0 };
      g_autoptr (GString) crossed = NULL;
      g_auto (OreeSipEdit) edit = { 0 };
      OreeSipMsg msg;

      g_assert_cmpint (oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM), ==, (gssize) text->len);
      oree_sip_edit_init (&edit, &msg);
      oree_sip_mark_edit (&marking, &msg, &edit);
      g_assert_cmpuint (edit.n_ops, <=, 24);
      crossed = oree_sip_edit_finish (&edit);
      g_assert_nonnull (crossed);
      if (inward == 0)
        {
          g_assert_null (strstr (crossed->str, "10.0.0.1"));
          g_assert_null (strstr (crossed->str, "contoso.test\"\r\n"));
        }
    }
}

static void
marks_are_read (void)
{
  static const struct
  {
    const char *lines;
    OreeSourceMark mark;
  } marks[] = {
    { "", OREE_SOURCE_UNMARKED },
    { "ms-asserted-verification-level: ms-source-verified-user=verified\r\n", OREE_SOURCE_VERIFIED },
    { "MS-Asserted-Verification-Level: a=b ; MS-Source-Verified-User = Verified\r\n", OREE_SOURCE_VERIFIED },
    { "ms-asserted-verification-level: ms-source-verified-user=unverified\r\n", OREE_SOURCE_UNVERIFIED },
    { "ms-asserted-verification-level: ms-source-verified-user\r\n", OREE_SOURCE_UNVERIFIED },
    { "ms-asserted-verification-level:\r\n", OREE_SOURCE_UNVERIFIED },
    { "ms-asserted-verification-level: ms-source-verified-user=verified\r\n"
      "ms-asserted-verification-level: ms-source-verified-user=verified\r\n",
      OREE_SOURCE_UNVERIFIED },
    { "ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-source-verified-user=verified\r\n",
      OREE_SOURCE_UNMARKED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *text = g_strconcat (HEAD, marks[i].lines, TAIL, NULL);
      OreeSipMsg msg;

      g_assert_cmpint (oree_sip_msg_parse (&msg, text, (gsize) strlen (text), OREE_SIP_MSG_STREAM), >, 0);
      g_test_message ("%s", marks[i].lines);
      g_assert_cmpint (oree_sip_mark_read (&msg), ==, marks[i].mark);
    }
}

static void
every_relation_has_its_source_type (void)
{
  static const char *const types[] = {
    [OREE_RELATION_ALLOWED_SERVER] = "DirectPartner",       [OREE_RELATION_ALLOWED_DOMAIN] = "AutoFederation",
    [OREE_RELATION_HOSTING_PROVIDER] = "AuthorizedServer",  [OREE_RELATION_PUBLIC_PROVIDER] = "AuthorizedServer",
    [OREE_RELATION_DEFAULT_ROUTE] = "AuthorizedServer",     [OREE_RELATION_DISCOVERED] = "AutoFederation",
  };
  g_autoptr (OreePolicy) policy = policy_with (NULL);
  g_autofree char *own = oree_sip_mark_trust_own (policy);

  for (guint i = OREE_RELATION_ALLOWED_SERVER; i <= OREE_RELATION_DISCOVERED; i++)
    {
      const OreePeerStand stand = { .relation = (OreeRelation) i, .server = "edge.x.test", .verified = TRUE,
                                    .public_cloud = i == OREE_RELATION_PUBLIC_PROVIDER };
      g_autofree char *trust = oree_sip_mark_trust (policy, &stand);
      g_autofree char *expected
        = g_strdup_printf ("ms-source-type=%s;ms-ep-fqdn=edge.inside.test;ms-source-verified-user=verified;"
                           "ms-source-network=%s;ms-remote-fqdn=edge.x.test",
                           types[i], i == OREE_RELATION_PUBLIC_PROVIDER ? "publiccloud" : "federation");

      g_assert_cmpstr (trust, ==, expected);
    }
  g_assert_cmpstr (own, ==, "ms-source-type=EdgeProxyGenerated;ms-ep-fqdn=edge.inside.test;ms-source-verified-user=verified");
}

static char *
diagnostics_of (const OreePolicy *policy, gboolean inside, guint code, const char *const *details)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (GString) text = NULL;
  char *empty;
  OreeSipMsg msg;

  g_assert_cmpint (oree_sip_msg_parse (&msg, HEAD TAIL, (gsize) strlen (HEAD TAIL), OREE_SIP_MSG_STREAM), >, 0);
  oree_sip_write_response (&writer, &msg, 403, NULL, "t", FALSE);
  oree_sip_diagnostics_write (&writer, policy, inside, code, details);
  text = oree_sip_write_finish (&writer, NULL, OREE_SPAN_EMPTY);
  g_assert_nonnull (text);
  empty = strstr (text->str, "CSeq: 5 MESSAGE\r\n") + strlen ("CSeq: 5 MESSAGE\r\n");
  return g_strndup (empty, (gsize) (strstr (empty, "Content-Length") - empty));
}

#define OWN "ms-edge-proxy-message-trust: ms-source-type=EdgeProxyGenerated;ms-ep-fqdn=edge.inside.test;ms-source-verified-user=verified\r\n"

static void
the_inside_is_told_why_and_a_partner_what_says_nothing_of_us (void)
{
  static const char *const details[] = { "domain", "litware.test", "fqdn1", "a\"b\r\nX: y", NULL };
  static const struct
  {
    guint code;
    gboolean inside, with_details;
    const char *lines;
  } told[] = {
    { 1009, TRUE, TRUE,
      OWN "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";domain=\"litware.test\";"
          "fqdn1=\"a\\\"bX: y\";source=\"sip.contoso.test\"\r\n" },
    { 1005, TRUE, FALSE,
      OWN "ms-diagnostics: 1005;reason=\"Cannot route to destination domain\";source=\"sip.contoso.test\"\r\n" },
    { 0, TRUE, FALSE, OWN },
    { 1009, FALSE, TRUE, "" },
    { 1003, FALSE, FALSE, "" },
    { 0, FALSE, FALSE, "" },
    { 1005, FALSE, TRUE, "ms-diagnostics-public: 1005;reason=\"Cannot route to destination domain\"\r\n" },
  };
  g_autoptr (OreePolicy) policy = policy_with ("set topology global access-edge-external-fqdn=sip.contoso.test");

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autofree char *lines
        = diagnostics_of (policy, told[i].inside, told[i].code, told[i].with_details ? details : NULL);

      g_assert_cmpstr (lines, ==, told[i].lines);
    }
}

static void
every_refusal_has_its_text (void)
{
  for (guint i = 0; i < OREE_N_REASONS; i++)
    if (oree_refusal (i)->diagnostics != 0)
      g_assert_nonnull (oree_sip_diagnostics_text (oree_refusal (i)->diagnostics));
}

static void
every_trouble_has_its_number (void)
{
  static const struct
  {
    const char *reason;
    gboolean came_far; /* a server's turn it was */
    guint code;
    const char *details; /* name=value … */
  } told[] = {
    { "no-sip-server", FALSE, 1008, "domain=litware.test " },
    { "dns-failed", FALSE, 1008, "domain=litware.test " },
    { "dns-bogus", FALSE, 1008, "domain=litware.test " },
    { "srv-target-outside", TRUE, 1009, "domain=litware.test fqdn1=sip.litware.test:5061 " },
    { "expired", TRUE, 1010, "ErrorType=expired tls-target=sip.litware.test PeerServer=sip.litware.test " },
    { "certificate-usage", TRUE, 1010,
      "ErrorType=certificate-usage tls-target=sip.litware.test PeerServer=sip.litware.test " },
    { "no-address", TRUE, 1014, "fqdn=sip.litware.test " },
    { "connect-failed", TRUE, 1046, "fqdn=sip.litware.test:5061 " },
    { "tls-failed", TRUE, 1047, "fqdn=sip.litware.test:5061 " },
    { "handshake-lost", TRUE, 1047, "fqdn=sip.litware.test:5061 " },
    { "certificate-unreadable", FALSE, 1047, "domain=litware.test " },
    { "blocked-domain", TRUE, 1005, "domain=litware.test " },
    { "asked-for-rest", FALSE, 1007, "domain=litware.test " },
    { "no-answer", FALSE, 1007, "domain=litware.test " },
    { "connection-lost", FALSE, 1007, "domain=litware.test " },
    { "next-hop-unreachable", FALSE, 1007, "domain=litware.test " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      const OreeSipTrouble trouble = { told[i].reason, "litware.test", told[i].came_far ? "sip.litware.test" : NULL,
                                       told[i].came_far ? "sip.litware.test:5061" : NULL };
      const char *details[OREE_SIP_DETAILS_MAX];
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_cmpuint (oree_sip_diagnostics_of_trouble (&trouble, details), ==, told[i].code);
      g_assert_nonnull (oree_sip_diagnostics_text (told[i].code));
      for (guint n = 0; details[n] != NULL; n += 2)
        g_string_append_printf (text, "%s=%s ", details[n], details[n + 1]);
      g_assert_cmpstr (text->str, ==, told[i].details);
    }
  for (guint i = OREE_CERT_OK + 1; i < OREE_N_CERT_OUTCOMES; i++)
    {
      const OreeSipTrouble trouble = { oree_cert_outcome_nick (i), "litware.test", "a.test", "a.test:1" };
      const char *details[OREE_SIP_DETAILS_MAX];

      g_assert_cmpuint (oree_sip_diagnostics_of_trouble (&trouble, details), ==, 1010);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/roles/sip-mark/%s/%s", rows[i].inward ? "inward" : "outward", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/roles/sip-mark/never-needs-more-changes-than-it-says", never_needs_more_changes_than_it_says);
  g_test_add_func ("/roles/sip-diagnostics/the-inside-is-told-why-and-a-partner-what-says-nothing-of-us",
                   the_inside_is_told_why_and_a_partner_what_says_nothing_of_us);
  g_test_add_func ("/roles/sip-diagnostics/every-refusal-has-its-text", every_refusal_has_its_text);
  g_test_add_func ("/roles/sip-diagnostics/every-trouble-has-its-number", every_trouble_has_its_number);
  g_test_add_func ("/roles/sip-mark/marks-are-read", marks_are_read);
  g_test_add_func ("/roles/sip-mark/every-relation-has-its-source-type", every_relation_has_its_source_type);
  return g_test_run ();
}
