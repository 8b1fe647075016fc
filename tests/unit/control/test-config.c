/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-config.h"

#include <string.h>

static OreeConfig *
parse (const char *text, GPtrArray **problems)
{
  return oree_config_parse (text, strlen (text), "/etc/oree", problems);
}

static void
test_defaults (void)
{
  GPtrArray *problems = NULL;
  g_autoptr (OreeConfig) config = parse ("", &problems);

  g_assert_nonnull (config);
  g_assert_cmpstr (config->state_directory, ==, "/var/lib/oree");
  g_assert_cmpstr (config->bus, ==, "system");
  g_assert_cmpint (config->authorization, ==, OREE_AUTHORIZATION_POLKIT);
  g_assert_cmpstr (config->store_url, ==, "sqlite:/var/lib/oree/oree.db");
  g_assert_cmpuint (config->workers, >=, 1);
  g_assert_cmpuint (config->workers, <=, 8);
  g_assert_cmpint (config->log_level, ==, OREE_LOG_INFO);
  g_assert_cmpint (config->profile, ==, OREE_PROFILE_EMPTY);
  g_assert_null (config->dns_forwarders[0]);
  g_assert_null (config->external_certificate);
  g_assert_cmpstr (config->lab_domain, ==, "contoso.test");
  g_assert_cmpuint (config->lab_xmpp_port, ==, 15269);
  g_assert_cmpuint (config->lab_sip_port, ==, 15061);
}

static void
test_every_key (void)
{
  GPtrArray *problems = NULL;
  g_autoptr (OreeConfig) config
      = parse ("[service]\nstate-directory=/srv/oree\nbus=unix:path=/run/b\nauthorization=same-uid\nworkers=3\n"
               "log-level=debug\nprofile=lab\ndrain-seconds=0\n"
               "[store]\nurl=postgresql:///oree\n"
               "[dns]\nforwarders=127.0.0.1@5353; ::1\ntrust-anchors=root.key\nprivate-addresses=partners\n"
               "[tls]\nexternal-certificate=ext.pem\nexternal-key=/k/ext.key\ninternal-certificate=int.pem\n"
               "internal-key=int.key\ntrust-anchors=ca.pem\n"
               "[lab]\ndomain=example.test\naddress=127.0.0.9\nxmpp-port=1\nsip-port=2\nxmpp-internal-port=3\n",
               &problems);

  g_assert_nonnull (config);
  g_assert_cmpstr (config->state_directory, ==, "/srv/oree");
  g_assert_cmpstr (config->bus, ==, "unix:path=/run/b");
  g_assert_cmpint (config->authorization, ==, OREE_AUTHORIZATION_SAME_UID);
  g_assert_cmpuint (config->workers, ==, 3);
  g_assert_cmpint (config->log_level, ==, OREE_LOG_DEBUG);
  g_assert_cmpint (config->profile, ==, OREE_PROFILE_LAB);
  g_assert_cmpuint (config->drain_seconds, ==, 0);
  g_assert_cmpstr (config->store_url, ==, "postgresql:///oree");
  g_assert_cmpuint (g_strv_length (config->dns_forwarders), ==, 2);
  g_assert_cmpstr (config->dns_forwarders[0], ==, "127.0.0.1@5353");
  g_assert_cmpstr (config->dns_forwarders[1], ==, "::1@53");
  g_assert_cmpstr (config->dns_trust_anchors, ==, "/etc/oree/root.key");
  g_assert_cmpint (config->dns_private, ==, OREE_PRIVATE_PARTNERS);
  g_assert_cmpstr (config->external_certificate, ==, "/etc/oree/ext.pem");
  g_assert_cmpstr (config->external_key, ==, "/k/ext.key");
  g_assert_cmpstr (config->tls_trust_anchors, ==, "/etc/oree/ca.pem");
  g_assert_cmpuint (config->lab_xmpp_internal_port, ==, 3);
}

/* What is wrong, and what the message must name: group, key, what is allowed. */
static const struct
{
  const char *name;
  const char *text;
  const char *named[4];
} mistakes[] = {
  { "enum", "[service]\nprofile=big\n", { "[service] profile", "big", "empty, lab" } },
  { "log-level", "[service]\nlog-level=loud\n", { "[service] log-level", "error, warning, notice, info, debug" } },
  { "private-addresses", "[dns]\nprivate-addresses=yes\n", { "[dns] private-addresses", "yes", "partners, anybody" } },
  { "number-text", "[service]\nworkers=many\n", { "[service] workers", "many", "0 to 8" } },
  { "number-range", "[service]\nworkers=9\n", { "[service] workers", "9", "0 to 8" } },
  { "number-negative", "[lab]\nsip-port=-1\n", { "[lab] sip-port", "1 to 65535" } },
  { "port-zero", "[lab]\nxmpp-port=0\n", { "[lab] xmpp-port", "1 to 65535" } },
  { "unknown-key", "[service]\nworker=2\n", { "[service] worker", "unknown key", "workers" } },
  { "unknown-group", "[sip]\nport=2\n", { "[sip]", "unknown group", "service, store, dns, tls, lab" } },
  { "same-uid-on-the-system-bus", "[service]\nauthorization=same-uid\n", { "[service] authorization", "polkit" } },
  { "bus", "[service]\nbus=tram\n", { "[service] bus", "tram", "system, session" } },
  { "store", "[store]\nurl=mysql://x\n", { "[store] url", "sqlite:FILE", "postgresql://" } },
  { "certificate-without-key", "[tls]\nexternal-certificate=a.pem\n", { "[tls] external-certificate", "external-key" } },
  { "forwarder", "[dns]\nforwarders=ns.example.net\n", { "[dns] forwarders", "ns.example.net", "address@port" } },
  { "forwarder-port", "[dns]\nforwarders=192.0.2.1@0\n", { "[dns] forwarders", "address@port" } },
  { "lab-address", "[lab]\naddress=localhost\n", { "[lab] address", "localhost", "IP address" } },
  { "not-a-key-file", "workers=2\n", { "not a key file" } },
};

static void
test_names_mistakes (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GPtrArray) problems = NULL;
  OreeConfig *config = parse (mistakes[i].text, &problems);

  g_assert_null (config);
  g_assert_cmpuint (problems->len, ==, 1);
  for (gsize n = 0; n < G_N_ELEMENTS (mistakes[i].named) && mistakes[i].named[n] != NULL; n++)
    if (strstr (g_ptr_array_index (problems, 0), mistakes[i].named[n]) == NULL)
      g_error ("“%s” does not name “%s”", (char *) g_ptr_array_index (problems, 0), mistakes[i].named[n]);
}

static void
test_names_all_mistakes (void)
{
  g_autoptr (GPtrArray) problems = NULL;

  g_assert_null (parse ("[service]\nworkers=99\nprofile=x\n[dns]\nforwarders=a;b\n[zoo]\n", &problems));
  g_assert_cmpuint (problems->len, ==, 5);
}

static void
test_same_uid_elsewhere (void)
{
  GPtrArray *problems = NULL;
  g_autoptr (OreeConfig) config = parse ("[service]\nauthorization=same-uid\nbus=session\n", &problems);

  g_assert_nonnull (config);
}

static void
test_missing_file (void)
{
  g_autoptr (GPtrArray) problems = NULL;

  g_assert_null (oree_config_load ("/nonexistent/oreed.conf", &problems));
  g_assert_cmpuint (problems->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/config/defaults", test_defaults);
  g_test_add_func ("/control/config/every-key", test_every_key);
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *path = g_strconcat ("/control/config/names-mistake/", mistakes[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_names_mistakes);
    }
  g_test_add_func ("/control/config/names-all-mistakes", test_names_all_mistakes);
  g_test_add_func ("/control/config/same-uid-off-the-system-bus", test_same_uid_elsewhere);
  g_test_add_func ("/control/config/missing-file", test_missing_file);
  return g_test_run ();
}
