/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds against the facts: defaults of the Lync 2013 cmdlets, the negotiation table, password digests. */
#include "model/oree-boundary-profile.h"
#include "model/oree-hosting-provider.h"
#include "model/oree-public-provider.h"
#include "model/oree-record-set.h"
#include "model/oree-user.h"
#include "model/oree-xmpp-partner.h"

#include "changes.h"

#define PIN "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define PEM "'-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----'"

/* Every field that the bus speaks, in the order of its table. */
static const struct
{
  const char *kind, *field, *fallback;
} defaults[] = {
  { "sip-domain", "default", "false" },
  { "sip-domain", "sip", "true" },
  { "sip-domain", "xmpp", "true" },
  { "sip-domain", "description", "" },
  { "topology", "site", "" },
  { "topology", "edge-internal-fqdn", "" },
  { "topology", "internal-addresses", "" },
  { "topology", "access-edge-external-fqdn", "" },
  { "topology", "access-edge-external-addresses", "" },
  { "topology", "access-edge-external-port", "5061" },
  { "topology", "access-edge-client-port", "443" },
  { "topology", "access-edge-internal-port", "5061" },
  { "topology", "sip-federation-enabled", "false" },
  { "topology", "xmpp-proxy-enabled", "false" },
  { "topology", "xmpp-external-fqdn", "" },
  { "topology", "xmpp-external-port", "5269" },
  { "topology", "xmpp-internal-port", "23456" },
  { "topology", "web-conferencing-enabled", "false" },
  { "topology", "web-conferencing-external-fqdn", "" },
  { "topology", "web-conferencing-external-port", "443" },
  { "topology", "av-edge-enabled", "false" },
  { "topology", "av-edge-external-fqdn", "" },
  { "topology", "av-edge-external-addresses", "" },
  { "topology", "stun-port", "3478" },
  { "topology", "media-port-first", "50000" },
  { "topology", "media-port-last", "59999" },
  { "topology", "mras-port", "5062" },
  { "topology", "next-hop", "embedded" },
  { "access-edge", "allow-anonymous-users", "false" },
  { "access-edge", "allow-federated-users", "false" },
  { "access-edge", "allow-outside-users", "true" },
  { "access-edge", "be-clearing-house", "false" },
  { "access-edge", "enable-partner-discovery", "false" },
  { "access-edge", "discovered-partner-verification-level", "use-source-verification" },
  { "access-edge", "enable-archiving-disclaimer", "false" },
  { "access-edge", "enable-user-replicator", "true" },
  { "access-edge", "keep-crls-up-to-date-for-peers", "true" },
  { "access-edge", "mark-source-verifiable-on-outgoing-messages", "true" },
  { "access-edge", "outgoing-tls-count-for-federated-partners", "4" },
  { "access-edge", "discovered-partner-standard-rate", "20" },
  { "access-edge", "enable-discovered-partner-contacts-limit", "true" },
  { "access-edge", "max-contacts-per-discovered-partner", "1000" },
  { "access-edge", "discovered-partner-failure-percentage", "1" },
  { "access-edge", "discovered-partner-report-period-minutes", "60" },
  { "access-edge", "max-accepted-certificates-stored", "1000" },
  { "access-edge", "max-rejected-certificates-stored", "500" },
  { "access-edge", "certificates-deleted-percentage", "20" },
  { "access-edge", "routing-method", "use-dns-srv-routing" },
  { "access-edge", "default-route-fqdn", "" },
  { "access-edge", "verification-level", "use-source-verification" },
  { "access-edge", "is-public-provider", "false" },
  { "external-access-policy", "description", "" },
  { "external-access-policy", "enable-federation-access", "false" },
  { "external-access-policy", "enable-xmpp-access", "false" },
  { "external-access-policy", "enable-public-cloud-access", "false" },
  { "external-access-policy", "enable-public-cloud-audio-video-access", "false" },
  { "external-access-policy", "enable-outside-access", "false" },
  { "allowed-domain", "proxy-fqdn", "" },
  { "allowed-domain", "comment", "" },
  { "allowed-domain", "mark-for-monitoring", "false" },
  { "allowed-domain", "name-check", "either" },
  { "allowed-domain", "client-certificate-usage", "lenient" },
  { "blocked-domain", "comment", "" },
  { "blocked-domain", "include-subdomains", "false" },
  { "hosting-provider", "enabled", "false" },
  { "hosting-provider", "proxy-fqdn", "" },
  { "hosting-provider", "enabled-shared-address-space", "false" },
  { "hosting-provider", "hosts-ocs-users", "false" },
  { "hosting-provider", "is-local", "false" },
  { "hosting-provider", "verification-level", "always-unverifiable" },
  { "hosting-provider", "autodiscover-url", "" },
  { "hosting-provider", "sip-client-port", "443" },
  { "hosting-provider", "name-check", "either" },
  { "hosting-provider", "client-certificate-usage", "lenient" },
  { "hosting-provider", "client-authentication-needed", "false" },
  { "public-provider", "enabled", "false" },
  { "public-provider", "proxy-fqdn", "" },
  { "public-provider", "verification-level", "always-unverifiable" },
  { "public-provider", "icon-url", "" },
  { "public-provider", "name-decoration-domain", "" },
  { "public-provider", "name-check", "either" },
  { "public-provider", "client-certificate-usage", "lenient" },
  { "public-provider", "client-authentication-needed", "false" },
  { "xmpp-partner", "additional-domains", "" },
  { "xmpp-partner", "description", "" },
  { "xmpp-partner", "partner-type", "public-unverified" },
  { "xmpp-partner", "tls-negotiation", "required" },
  { "xmpp-partner", "sasl-negotiation", "optional" },
  { "xmpp-partner", "support-dialback-negotiation", "true" },
  { "xmpp-partner", "enable-keep-alive", "true" },
  { "xmpp-partner", "connection-limit", "0" },
  { "xmpp-partner", "queue-limit", "0" },
  { "xmpp-partner", "proxy-fqdn", "" },
  { "xmpp-partner", "enable-bidirectional-streams", "true" },
  { "xmpp-partner", "enable-dane", "true" },
  { "xmpp-partner", "enable-posh", "false" },
  { "xmpp-partner", "client-certificate-usage", "lenient" },
  { "xmpp-partner", "certificate-pins", "" },
  { "xmpp-partner", "trust-anchors", "" },
  { "xmpp-partner", "boundary-profile", "" },
  { "boundary-profile", "description", "" },
  { "boundary-profile", "presence-shown", "full" },
  { "boundary-profile", "presence-taken", "full" },
  { "boundary-profile", "presence-interval", "0" },
  { "boundary-profile", "notes-shown", "true" },
  { "boundary-profile", "notes-taken", "true" },
  { "boundary-profile", "messages", "both" },
  { "boundary-profile", "typing", "both" },
  { "boundary-profile", "receipts", "both" },
  { "boundary-profile", "formatting", "true" },
  { "boundary-profile", "attachments", "true" },
  { "boundary-profile", "corrections", "true" },
  { "boundary-profile", "reactions", "true" },
  { "boundary-profile", "queries", "true" },
  { "boundary-profile", "body-limit", "0" },
  { "boundary-profile", "message-rate", "0" },
  { "boundary-profile", "quiet-hours", "" },
  { "xmpp-gateway", "connection-limit", "1000" },
  { "xmpp-gateway", "partner-connection-limit", "20" },
  { "xmpp-gateway", "partner-queue-limit", "8192" },
  { "xmpp-gateway", "dialback-passphrase", "" },
  { "xmpp-gateway", "enable-logging-all-message-bodies", "false" },
  { "xmpp-gateway", "keep-alive-interval", "300" },
  { "xmpp-gateway", "stream-establishment-timeout", "60" },
  { "xmpp-gateway", "stream-inactivity-timeout", "600" },
  { "xmpp-gateway", "subscription-refresh-interval", "28800" },
  { "user", "display-name", "" },
  { "user", "external-access-policy", "" },
  { "user", "site", "" },
  { "user", "home", "embedded" },
  { "user", "password", "" },
};

static void
defaults_are_those_of_lync (void)
{
  gsize row = 0;
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);
  gsize spoken = 0;

  for (; row < G_N_ELEMENTS (defaults); row++)
    {
      const OreeKind *kind = oree_kind_by_name (defaults[row].kind);
      const OreeField *field;
      g_autoptr (OreeRecord) record = NULL;
      g_autofree char *text = NULL;

      g_assert_nonnull (kind);
      field = oree_kind_field (kind, defaults[row].field);
      g_test_message ("%s %s", defaults[row].kind, defaults[row].field);
      g_assert_nonnull (field);
      record = oree_record_new (kind, "x");
      text = oree_record_get_text (record, field);
      g_assert_cmpstr (text, ==, defaults[row].fallback);
    }
  for (guint k = 0; k < n_kinds; k++)
    for (gsize i = 0; i < kinds[k]->n_fields; i++)
      spoken += !(kinds[k]->fields[i].flags & OREE_FIELD_FLAG_HIDDEN);
  g_assert_cmpuint (spoken, ==, G_N_ELEMENTS (defaults));
}

/* The document's compact rule, against our table and against what a set stores. */
static void
eleven_of_eighteen_negotiations_can_be_stored (void)
{
  g_autoptr (OreeRecordSet) set = oree_record_set_new ();
  guint stored = 0;

  for (int tls = 0; tls < 3; tls++)
    for (int sasl = 0; sasl < 3; sasl++)
      for (int dialback = 0; dialback < 2; dialback++)
        {
          const OreeXmppNegotiationRow *row
              = oree_xmpp_negotiation_row ((OreeNegotiation) tls, (OreeNegotiation) sasl, dialback);
          gboolean sasl_ok = sasl != OREE_NEGOTIATION_NOT_SUPPORTED && tls != OREE_NEGOTIATION_NOT_SUPPORTED;
          gboolean both = tls == OREE_NEGOTIATION_REQUIRED && sasl == OREE_NEGOTIATION_REQUIRED;
          OreeXmppMethods methods
              = (sasl_ok ? OREE_XMPP_METHOD_SASL_TLS : 0)
                | (dialback && tls != OREE_NEGOTIATION_NOT_SUPPORTED && !both ? OREE_XMPP_METHOD_TLS_DIALBACK : 0)
                | (dialback && tls != OREE_NEGOTIATION_REQUIRED ? OREE_XMPP_METHOD_TCP_DIALBACK : 0);
          gboolean hopeless = sasl != OREE_NEGOTIATION_NOT_SUPPORTED && tls == OREE_NEGOTIATION_NOT_SUPPORTED;
          gboolean w1 = sasl != OREE_NEGOTIATION_NOT_SUPPORTED && tls != OREE_NEGOTIATION_REQUIRED;
          g_autoptr (OreeProblems) problems = oree_problems_new ();
          g_autoptr (OreeRecordSet) next = NULL;
          g_autofree char *line = g_strdup_printf (
              "add xmpp-partner fabrikam.test tls-negotiation=%s sasl-negotiation=%s support-dialback-negotiation=%s",
              oree_negotiations[tls].nick, oree_negotiations[sasl].nick, dialback ? "true" : "false");

          g_test_message ("%s", line);
          g_assert_cmpint (row->tls, ==, tls);
          g_assert_cmpint (row->sasl, ==, sasl);
          g_assert_cmpint (row->dialback, ==, dialback);
          g_assert_cmpint (row->methods, ==, methods);
          g_assert_cmpint (row->storable, ==, methods != 0 && !hopeless);
          g_assert_cmpint (row->warn_dialback_idle, ==, both && dialback);
          /* Row 6 prints E1 where the rule yields W1. */
          if (!(hopeless && sasl == OREE_NEGOTIATION_REQUIRED && !dialback))
            g_assert_cmpint (row->warn_tls_optional, ==, w1);
          next = changes_apply (set, line, problems);
          g_assert_cmpint (next != NULL, ==, row->storable);
          stored += next != NULL;
          if (next == NULL)
            {
              g_assert_true (oree_problems_has (problems, row->refusal, "sasl-negotiation"));
              continue;
            }
          g_assert_cmpint (oree_problems_has (problems, OREE_PROBLEM_TLS_OPTIONAL_WITH_SASL, NULL), ==, w1);
          g_assert_cmpint (oree_problems_has (problems, OREE_PROBLEM_DIALBACK_IDLE, NULL), ==, both && dialback);
          g_assert_cmpint (oree_xmpp_partner_methods (
                               (const OreeXmppPartner *) oree_record_set_get (next, "xmpp-partner", "fabrikam.test")),
                           ==, methods);
        }
  g_assert_cmpuint (stored, ==, 11);
}

/* Without certificates, a partner needs a row of the table that leaves dialback. */
static void
without_certificates_dialback_must_remain (void)
{
  g_autoptr (OreeRecordSet) set = oree_record_set_new_initial ();
  guint stored = 0;

  for (int tls = 0; tls < 3; tls++)
    for (int sasl = 0; sasl < 3; sasl++)
      for (int dialback = 0; dialback < 2; dialback++)
        {
          const OreeXmppNegotiationRow *row = oree_xmpp_negotiation_row (tls, sasl, dialback);
          OreeXmppMethods left = row->methods & ~(guint) OREE_XMPP_METHOD_SASL_TLS;
          g_autoptr (OreeProblems) problems = oree_problems_new ();
          g_autoptr (OreeRecordSet) next = NULL;
          g_autofree char *line = g_strdup_printf (
              "add xmpp-partner fabrikam.test client-certificate-usage=none tls-negotiation=%s sasl-negotiation=%s "
              "support-dialback-negotiation=%s",
              oree_negotiations[tls].nick, oree_negotiations[sasl].nick, dialback ? "true" : "false");

          g_test_message ("%s", line);
          next = changes_apply (set, line, problems);
          g_assert_cmpint (next != NULL, ==, row->storable && left != OREE_XMPP_METHOD_NONE);
          stored += next != NULL;
          if (next != NULL)
            g_assert_cmpint (oree_xmpp_partner_methods (
                                 (const OreeXmppPartner *) oree_record_set_get (next, "xmpp-partner", "fabrikam.test")),
                             ==, left);
          else if (row->storable)
            g_assert_true (oree_problems_has (problems, OREE_PROBLEM_NO_METHOD, "client-certificate-usage"));
        }
  g_assert_cmpuint (stored, ==, 6);
}

static void
idle_certificate_settings_are_said (void)
{
  static const struct
  {
    const char *fields, *field; /* NULL: nothing to say */
  } cases[] = {
    { "certificate-pins=sha256:" PIN, NULL },
    { "certificate-pins=sha256:" PIN " client-certificate-usage=strict", NULL },
    { "certificate-pins=sha256:" PIN " client-certificate-usage=none", "certificate-pins" },
    { "certificate-pins=sha256:" PIN " sasl-negotiation=not-supported", "certificate-pins" },
    { "trust-anchors=" PEM, NULL },
    { "trust-anchors=" PEM " client-certificate-usage=none", "trust-anchors" },
  };
  g_autoptr (OreeRecordSet) set = oree_record_set_new_initial ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OreeProblems) problems = oree_problems_new ();
      g_autofree char *line = g_strconcat ("add xmpp-partner fabrikam.test ", cases[i].fields, NULL);
      g_autoptr (OreeRecordSet) next = changes_apply (set, line, problems);

      g_test_message ("%s", line);
      g_assert_nonnull (next);
      g_assert_cmpint (oree_problems_has (problems, OREE_PROBLEM_CERTIFICATES_IDLE, cases[i].field), ==,
                       cases[i].field != NULL);
    }
}

static void
partner_types_have_their_rights (void)
{
  static const struct
  {
    OreePartnerType type;
    gboolean sees_note, trusted;
  } rights[] = {
    { OREE_PARTNER_FEDERATED, TRUE, TRUE },
    { OREE_PARTNER_PUBLIC_VERIFIED, FALSE, TRUE },
    { OREE_PARTNER_PUBLIC_UNVERIFIED, FALSE, FALSE },
  };
  g_autoptr (OreeRecord) record = oree_record_new (&oree_xmpp_partner_kind, "fabrikam.test");
  OreeXmppPartner *partner = (OreeXmppPartner *) record;

  for (gsize i = 0; i < G_N_ELEMENTS (rights); i++)
    {
      partner->partner_type = rights[i].type;
      g_assert_cmpint (oree_xmpp_partner_sees_note (partner), ==, rights[i].sees_note);
      g_assert_cmpint (oree_xmpp_partner_trusted (partner), ==, rights[i].trusted);
    }
}

/* Digests computed apart: printf 'alice:contoso.test:lab' | sha256sum, md5sum. */
static const char ha1_sha256[] = "44b8e0eeee1def60d1a1314feb93ff1c6c596fc96ce1419e127304827842addf";
static const char ha1_md5[] = "ee65295d536ef626343dc7a2ffef46f2";

static void
a_password_is_kept_as_two_digests (void)
{
  g_autoptr (OreeRecordSet) base = oree_record_set_new ();
  g_autoptr (OreeRecordSet) set
      = changes_apply_ok (base, "add sip-domain contoso.test\nadd user Alice@Contoso.test password=lab");
  g_autoptr (OreeRecordSet) kept = changes_apply_ok (set, "set user sip:alice@contoso.test display-name=Alice");
  g_autoptr (OreeRecordSet) cleared = changes_apply_ok (set, "set user sip:alice@contoso.test password=");
  g_autoptr (OreeRecordSet) reset = changes_apply_ok (set, "reset user sip:alice@contoso.test password");
  const OreeUser *user = (const OreeUser *) oree_record_set_get (set, "user", "alice@contoso.test");

  g_assert_nonnull (user);
  g_assert_cmpstr (user->record.id, ==, "sip:alice@contoso.test");
  g_assert_cmpstr (user->password, ==, "");
  g_assert_cmpstr (user->ha1_sha256, ==, ha1_sha256);
  g_assert_cmpstr (user->ha1_md5, ==, ha1_md5);
  user = (const OreeUser *) oree_record_set_get (kept, "user", "sip:alice@contoso.test");
  g_assert_cmpstr (user->ha1_md5, ==, ha1_md5);
  user = (const OreeUser *) oree_record_set_get (cleared, "user", "sip:alice@contoso.test");
  g_assert_cmpstr (user->ha1_sha256, ==, "");
  g_assert_cmpstr (user->ha1_md5, ==, "");
  user = (const OreeUser *) oree_record_set_get (reset, "user", "sip:alice@contoso.test");
  g_assert_cmpstr (user->ha1_md5, ==, "");
}

static void
three_public_providers_come_disabled (void)
{
  g_autoptr (OreeRecordSet) set = oree_record_set_new_initial ();
  const GPtrArray *list = oree_record_set_list (set, &oree_public_provider_kind);
  static const char *const ids[] = { "AOL", "Windows Live", "Yahoo!" };

  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (ids));
  for (guint i = 0; i < list->len; i++)
    {
      const OreePublicProvider *provider = g_ptr_array_index (list, i);

      g_assert_cmpstr (provider->record.id, ==, ids[i]);
      g_assert_false (provider->enabled);
      g_assert_cmpuint (strlen (provider->proxy_fqdn), >, 0);
      g_assert_true (oree_record_check (&provider->record, NULL));
    }
}

/* id as written → id as kept, or why not. */
static const struct
{
  const char *kind, *id, *normal;
  OreeProblemCode code;
} ids[] = {
  { "xmpp-partner", "Fabrikam.TEST.", "fabrikam.test", 0 },
  { "xmpp-partner", "b\xc3\xbc""cher.test", "xn--bcher-kva.test", 0 },
  { "xmpp-partner", "192.0.2.1", NULL, OREE_PROBLEM_DOMAIN_IS_ADDRESS },
  { "xmpp-partner", "2001:db8::1", NULL, OREE_PROBLEM_DOMAIN_IS_ADDRESS },
  { "xmpp-partner", "*.fabrikam.test", NULL, OREE_PROBLEM_BAD_DOMAIN },
  { "xmpp-partner", "", NULL, OREE_PROBLEM_REQUIRED },
  { "topology", "", "global", 0 },
  { "topology", "Global", "global", 0 },
  { "topology", "other", NULL, OREE_PROBLEM_BAD_NAME },
  { "external-access-policy", "Global", "global", 0 },
  { "external-access-policy", "Site:Redmond", "site:Redmond", 0 },
  { "external-access-policy", "tag:Sales", "Sales", 0 },
  { "external-access-policy", "site:", NULL, OREE_PROBLEM_BAD_NAME },
  { "external-access-policy", "service:x", NULL, OREE_PROBLEM_BAD_NAME },
  { "external-access-policy", "tag:global", NULL, OREE_PROBLEM_BAD_NAME },
  { "site", "Saint-\xc3\x89tienne", "Saint-\xc3\x89tienne", 0 },
  { "site", "E\xcc\x81vry", "\xc3\x89vry", 0 },
  { "boundary-profile", "strict", "strict", 0 },
  { "boundary-profile", "a/b", NULL, OREE_PROBLEM_BAD_NAME },
  { "site", " Redmond", NULL, OREE_PROBLEM_BAD_NAME },
  { "site", "a/b", NULL, OREE_PROBLEM_BAD_NAME },
  { "user", "sip:Alice@Contoso.test", "sip:alice@contoso.test", 0 },
  { "user", "alice@contoso.test", "sip:alice@contoso.test", 0 },
  { "user", "sip:al%69ce@contoso.test", "sip:alice@contoso.test", 0 },
  { "user", "sip:alice@contoso.test:5060", NULL, OREE_PROBLEM_BAD_SIP_URI },
  { "user", "sip:alice@contoso.test;transport=tcp", NULL, OREE_PROBLEM_BAD_SIP_URI },
  { "user", "sip:contoso.test", NULL, OREE_PROBLEM_BAD_SIP_URI },
  { "user", "sip:alice@192.0.2.1", NULL, OREE_PROBLEM_BAD_SIP_URI },
  { "user", "tel:+15551234", NULL, OREE_PROBLEM_BAD_SIP_URI },
};

static void
ids_have_one_spelling (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      OreeProblemCode code = OREE_N_PROBLEMS;
      const OreeKind *kind = oree_kind_by_name (ids[i].kind);
      g_autofree char *normal = oree_kind_normalise_id (kind, ids[i].id, &code);

      g_test_message ("%s '%s'", ids[i].kind, ids[i].id);
      g_assert_cmpstr (normal, ==, ids[i].normal);
      if (normal == NULL)
        g_assert_cmpint (code, ==, ids[i].code);
      else
        {
          g_autofree char *again = oree_kind_normalise_id (kind, normal, &code);

          g_assert_cmpstr (again, ==, normal);
        }
    }
}

static void
quiet_hours_may_span_midnight (void)
{
  static const struct
  {
    const char *hours;
    guint first, last, outside; /* minutes; `hours` no hours: outside alone counts */
  } rows[] = {
    { "22:00-06:00", 22 * 60, 6 * 60 - 1, 6 * 60 },
    { "08:30-17:00", 8 * 60 + 30, 17 * 60 - 1, 17 * 60 },
    { "00:00-24:00", 0, 24 * 60 - 1, G_MAXUINT },
    { "23:59-00:00", 23 * 60 + 59, 23 * 60 + 59, 0 },
  };
  static const char *const bad[] = { "22:00", "22:00-22:00", "24:00-06:00", "22:60-06:00", "22:00-24:01", "2:00-6:00",
                                     "22-06", "22:00–06:00", "22:00-06:00 ", "ab:cd-ef:gh" };
  g_autoptr (OreeRecord) record = oree_record_new (&oree_boundary_profile_kind, "strict");
  OreeBoundaryProfile *profile = (OreeBoundaryProfile *) record;

  g_assert_false (oree_boundary_profile_is_quiet (profile, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeProblemCode code = OREE_N_PROBLEMS;
      char *hours = oree_normalise_hours (rows[i].hours, &code);

      g_assert_cmpstr (hours, ==, rows[i].hours);
      g_free (profile->quiet_hours);
      profile->quiet_hours = hours;
      g_assert_true (oree_boundary_profile_is_quiet (profile, rows[i].first));
      g_assert_true (oree_boundary_profile_is_quiet (profile, rows[i].last));
      if (rows[i].outside != G_MAXUINT)
        g_assert_false (oree_boundary_profile_is_quiet (profile, rows[i].outside));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      OreeProblemCode code = OREE_N_PROBLEMS;

      g_test_message ("%s", bad[i]);
      g_assert_null (oree_normalise_hours (bad[i], &code));
      g_assert_cmpint (code, ==, OREE_PROBLEM_BAD_HOURS);
    }
}

static void
crossings_have_directions (void)
{
  g_assert_true (oree_boundary_way_allows (OREE_BOUNDARY_WAY_BOTH, TRUE) && oree_boundary_way_allows (OREE_BOUNDARY_WAY_BOTH, FALSE));
  g_assert_true (oree_boundary_way_allows (OREE_BOUNDARY_WAY_TO_PARTNER, TRUE));
  g_assert_false (oree_boundary_way_allows (OREE_BOUNDARY_WAY_TO_PARTNER, FALSE));
  g_assert_true (oree_boundary_way_allows (OREE_BOUNDARY_WAY_FROM_PARTNER, FALSE));
  g_assert_false (oree_boundary_way_allows (OREE_BOUNDARY_WAY_FROM_PARTNER, TRUE));
  g_assert_false (oree_boundary_way_allows (OREE_BOUNDARY_WAY_NONE, TRUE) || oree_boundary_way_allows (OREE_BOUNDARY_WAY_NONE, FALSE));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/kinds/defaults-are-those-of-lync", defaults_are_those_of_lync);
  g_test_add_func ("/model/xmpp-partner/eleven-of-eighteen-negotiations-can-be-stored",
                   eleven_of_eighteen_negotiations_can_be_stored);
  g_test_add_func ("/model/xmpp-partner/without-certificates-dialback-must-remain",
                   without_certificates_dialback_must_remain);
  g_test_add_func ("/model/xmpp-partner/idle-certificate-settings-are-said", idle_certificate_settings_are_said);
  g_test_add_func ("/model/xmpp-partner/types-have-their-rights", partner_types_have_their_rights);
  g_test_add_func ("/model/user/a-password-is-kept-as-two-digests", a_password_is_kept_as_two_digests);
  g_test_add_func ("/model/public-provider/three-come-disabled", three_public_providers_come_disabled);
  g_test_add_func ("/model/boundary-profile/quiet-hours-may-span-midnight", quiet_hours_may_span_midnight);
  g_test_add_func ("/model/boundary-profile/crossings-have-directions", crossings_have_directions);
  g_test_add_func ("/model/kinds/ids-have-one-spelling", ids_have_one_spelling);
  return g_test_run ();
}
