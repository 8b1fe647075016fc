/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service from start to stop, with a store in a temporary directory and a fake data plane. */
#include "control/oree-lab.h"
#include "control/oree-service.h"
#include "fake-roles.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct
{
  char *directory;
  OreeService *service;
  gboolean stopped;
  GString *events; /* nicks, each followed by a space */
} Fixture;

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        remove_tree (file);
      else
        g_unlink (file);
    }
  g_rmdir (path);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_roles_reset ();
  fixture->directory = g_dir_make_tmp ("oree-service-XXXXXX", NULL);
  fixture->events = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->directory);
  g_free (fixture->directory);
  g_string_free (fixture->events, TRUE);
  fake_roles_reset ();
}

static gboolean
on_stopped (gpointer data)
{
  ((Fixture *) data)->stopped = TRUE;
  return G_SOURCE_REMOVE;
}

static void
on_event (GVariant *event, gpointer data)
{
  const char *nick;

  g_assert_true (g_variant_lookup (event, "nick", "&s", &nick));
  g_string_append_printf (((Fixture *) data)->events, "%s ", nick);
}

static gboolean
all_at_rest (Fixture *fixture)
{
  if (oree_service_state (fixture->service) != OREE_SERVICE_RUNNING)
    return FALSE;
  for (guint r = 0; r < OREE_N_ROLES; r++)
    switch (oree_roster_state (oree_service_roster (fixture->service), (OreeRoleId) r))
      {
      case OREE_STATE_STOPPED:
      case OREE_STATE_RUNNING:
      case OREE_STATE_PAUSED:
        break;
      case OREE_STATE_START_PENDING:
      case OREE_STATE_PAUSE_PENDING:
      case OREE_STATE_CONTINUE_PENDING:
      case OREE_STATE_STOP_PENDING:
        return FALSE;
      }
  return TRUE;
}

static void
start (Fixture *fixture, const char *profile, const char *more)
{
  g_autofree char *text = g_strdup_printf ("[service]\nstate-directory=%s/state\nbus=session\nauthorization=same-uid\n"
                                           "workers=1\nprofile=%s\n%s",
                                           fixture->directory, profile, more);
  const OreeServiceListener listener = { .data = fixture, .event = on_event };
  GPtrArray *problems = NULL;
  OreeConfig *config = oree_config_parse (text, strlen (text), "/", &problems);

  g_assert_nonnull (config);
  g_string_truncate (fixture->events, 0);
  fixture->stopped = FALSE;
  fixture->service = oree_service_new (config, on_stopped, fixture);
  oree_service_set_listener (fixture->service, &listener);
  oree_service_start (fixture->service);
  while (!all_at_rest (fixture))
    g_main_context_iteration (NULL, TRUE);
}

static void
stop (Fixture *fixture)
{
  oree_service_stop (fixture->service, 10);
  while (!fixture->stopped)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&fixture->service, oree_service_free);
}

static const OreeRecord *
record (Fixture *fixture, const char *kind, const char *id)
{
  return oree_record_set_get (oree_apply_records (oree_service_apply (fixture->service)), kind, id);
}

static void
test_lab_profile (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "lab-ca/ca.pem", "lab-ca/external.pem", "lab-ca/internal.key", "oree.db" };
  const OreeRecord *user;
  g_autofree char *digest = NULL;

  start (fixture, "lab", "");
  g_assert_cmpuint (oree_service_revision (fixture->service), ==, 1);
  g_assert_nonnull (record (fixture, "sip-domain", "contoso.test"));
  user = record (fixture, "user", "sip:bob@contoso.test");
  g_assert_nonnull (user);
  digest = oree_record_get_text (user, oree_kind_field (user->kind, "ha1-md5"));
  {
    g_autofree char *expected
        = g_compute_checksum_for_string (G_CHECKSUM_MD5, "bob:contoso.test:" OREE_LAB_PASSWORD, -1);

    g_assert_cmpstr (digest, ==, expected);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->directory, "state", files[i], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_nonnull (fake_roles_options ()->tls->external.ctx);
  g_assert_nonnull (fake_roles_options ()->tls->internal.ctx);
  g_assert_cmpstr (fixture->events->str, ==,
                   "service-started role-state role-state role-state role-state ");
  stop (fixture);
}

static void
test_settings_of_the_lab (Fixture *fixture, gconstpointer data)
{
  const OreeRecord *topology;
  g_autofree char *port = NULL;
  g_autofree char *addresses = NULL;

  start (fixture, "lab", "[lab]\ndomain=example.test\naddress=127.0.0.7\nxmpp-port=12345\nsip-port=23451\n");
  g_assert_nonnull (record (fixture, "user", "sip:alice@example.test"));
  topology = record (fixture, "topology", "global");
  port = oree_record_get_text (topology, oree_kind_field (topology->kind, "xmpp-external-port"));
  addresses = oree_record_get_text (topology, oree_kind_field (topology->kind, "internal-addresses"));
  g_assert_cmpstr (port, ==, "12345");
  g_assert_cmpstr (addresses, ==, "127.0.0.7");
  stop (fixture);
}

static void
on_applied (const OreeApplyResult *result, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  g_assert_cmpuint (oree_problems_n_errors (result->problems), ==, 0);
  *(gboolean *) data = TRUE;
}

static void
apply (Fixture *fixture, const char *text)
{
  g_autoptr (GVariant) body = g_variant_parse (G_VARIANT_TYPE (OREE_CHANGES_TYPE), text, NULL, NULL, NULL);
  const OreeApplyRequest request = { OREE_APPLY_CHANGES, body, 0, 0, "tester" };
  gboolean done = FALSE;

  oree_apply_submit (oree_service_apply (fixture->service), &request, on_applied, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_survives_a_restart (Fixture *fixture, gconstpointer data)
{
  start (fixture, "lab", "");
  apply (fixture, "[('add', 'xmpp-partner', 'fabrikam.test', {})]");
  oree_service_set_start_type (fixture->service, OREE_ROLE_FRONT_END, OREE_START_MANUAL);
  stop (fixture);

  start (fixture, "lab", "");
  g_assert_cmpuint (oree_service_revision (fixture->service), ==, 2);
  g_assert_nonnull (record (fixture, "xmpp-partner", "fabrikam.test"));
  g_assert_cmpint (oree_roster_start_type (oree_service_roster (fixture->service), OREE_ROLE_FRONT_END), ==,
                   OREE_START_MANUAL);
  g_assert_cmpint (oree_roster_state (oree_service_roster (fixture->service), OREE_ROLE_FRONT_END), ==,
                   OREE_STATE_STOPPED);
  stop (fixture);
}

static void
test_empty_profile (Fixture *fixture, gconstpointer data)
{
  start (fixture, "empty", "");
  g_assert_cmpuint (oree_service_revision (fixture->service), ==, 1);
  g_assert_null (record (fixture, "sip-domain", "contoso.test"));
  g_assert_null (fake_roles_options ()->tls->external.ctx);
  g_assert_cmpstr (fake_roles_options ()->tls->external.problem, ==, "certificate-missing");
  stop (fixture);
}

static void
test_busy_port_costs_one_role (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) degraded = NULL;

  fake_roles_fail_start (OREE_ROLE_XMPP_PROXY, "port-busy", "127.0.0.1:15269");
  start (fixture, "lab", "");
  degraded = oree_service_degraded (fixture->service);
  g_assert_cmpuint (g_strv_length (degraded), ==, 1);
  g_assert_cmpstr (degraded[0], ==, "xmpp-proxy");
  g_assert_nonnull (strstr (fixture->events->str, "role-degraded "));
  g_assert_cmpint (oree_roster_state (oree_service_roster (fixture->service), OREE_ROLE_FRONT_END), ==,
                   OREE_STATE_RUNNING);

  /* A new configuration is a new chance. */
  fake_roles_fail_start (OREE_ROLE_XMPP_PROXY, NULL, NULL);
  apply (fixture, "[('set', 'topology', '', {'xmpp-external-port': <uint64 15270>})]");
  while (oree_roster_state (oree_service_roster (fixture->service), OREE_ROLE_XMPP_PROXY) != OREE_STATE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (oree_roster_reason (oree_service_roster (fixture->service), OREE_ROLE_XMPP_PROXY));
  stop (fixture);
}

typedef struct
{
  guint64 generation;
  char *changed, *reason, *detail;
  gboolean done;
} Reloaded;

static void
on_reloaded (const OreeReload *result, gpointer data)
{
  Reloaded *reloaded = data;

  reloaded->generation = result->generation;
  reloaded->changed = result->changed != NULL ? g_strjoinv (",", (char **) result->changed) : NULL;
  reloaded->reason = g_strdup (result->reason);
  reloaded->detail = g_strdup (result->detail);
  reloaded->done = TRUE;
}

/* "changed" or "reason detail"; owned. */
static char *
reload (Fixture *fixture, guint64 generation)
{
  Reloaded reloaded = { 0 };
  char *text;

  oree_service_reload (fixture->service, "tester", on_reloaded, &reloaded);
  while (!reloaded.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (reloaded.generation, ==, generation);
  g_assert_cmpuint (fake_roles_options ()->tls->generation, ==, generation);
  text = reloaded.reason != NULL ? g_strconcat (reloaded.reason, " ", reloaded.detail, NULL)
                                 : g_strdup (reloaded.changed);
  g_free (reloaded.changed);
  g_free (reloaded.reason);
  g_free (reloaded.detail);
  return text;
}

static void
copy (Fixture *fixture, const char *from, const char *to)
{
  g_autofree char *source = g_build_filename (fixture->directory, "state", "lab-ca", from, NULL);
  g_autofree char *target = g_build_filename (fixture->directory, to, NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (source, &text, &length, NULL));
  g_assert_true (g_file_set_contents (target, text, (gssize) length, NULL));
}

/* Files change under a service that runs: the next generation, or the old one and why. */
static void
test_reload (Fixture *fixture, gconstpointer data)
{
  g_autofree char *more = g_strdup_printf ("[tls]\nclient-certificate=%s/client.pem\nclient-key=%s/client.key\n",
                                           fixture->directory, fixture->directory);
  const OreeTlsSet *tls;
  g_autofree char *nothing = NULL, *client = NULL, *broken = NULL, *mended = NULL;

  start (fixture, "lab", "");
  copy (fixture, "external.pem", "client.pem");
  copy (fixture, "external.key", "client.key");
  stop (fixture);

  start (fixture, "lab", more);
  tls = fake_roles_options ()->tls;
  g_assert_cmpuint (tls->generation, ==, 1);
  g_assert_cmpstr (oree_tls_ctx_fingerprint (tls->client.ctx), ==, oree_tls_ctx_fingerprint (tls->external.ctx));
  nothing = reload (fixture, 2);
  g_assert_cmpstr (nothing, ==, "");

  copy (fixture, "internal.pem", "client.pem");
  broken = reload (fixture, 2);
  g_assert_true (g_str_has_prefix (broken, "key-mismatch "));
  g_assert_nonnull (strstr (broken, "client.key"));
  g_assert_nonnull (strstr (fixture->events->str, "reload-failed "));

  copy (fixture, "internal.key", "client.key");
  client = reload (fixture, 3);
  g_assert_cmpstr (client, ==, "client");
  g_assert_nonnull (strstr (fixture->events->str, "certificates-reloaded "));
  tls = fake_roles_options ()->tls;
  g_assert_cmpstr (oree_tls_ctx_fingerprint (tls->client.ctx), ==, oree_tls_ctx_fingerprint (tls->internal.ctx));

  copy (fixture, "ca.key", "client.pem");
  mended = reload (fixture, 3);
  g_assert_true (g_str_has_prefix (mended, "certificate-invalid "));
  stop (fixture);
}

static void
test_unreadable_certificate (Fixture *fixture, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (fixture->directory, "none.pem", NULL);
  g_autofree char *more = g_strdup_printf ("[tls]\nexternal-certificate=%s\nexternal-key=%s\n", missing, missing);

  start (fixture, "lab", more);
  g_assert_null (fake_roles_options ()->tls->external.ctx);
  g_assert_cmpstr (fake_roles_options ()->tls->external.problem, ==, "certificate-unreadable");
  g_assert_nonnull (strstr (fake_roles_options ()->tls->external.detail, "none.pem"));
  g_assert_nonnull (fake_roles_options ()->tls->internal.ctx);
  stop (fixture);
}

static void
damage_partner (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->directory, "state", "oree.db", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeDb) db = oree_db_open (url, &error);

  g_assert_no_error (error);
  oree_db_script (db, "UPDATE \"xmpp_partner\" SET \"partner_type\" = 'enemy'", &error);
  g_assert_no_error (error);
}

static void
test_bad_record_costs_one_role (Fixture *fixture, gconstpointer data)
{
  OreeRoster *roster;

  start (fixture, "lab", "");
  apply (fixture, "[('add', 'xmpp-partner', 'fabrikam.test', {}), ('add', 'blocked-domain', 'evil.test', {})]");
  stop (fixture);
  damage_partner (fixture);

  start (fixture, "lab", "");
  roster = oree_service_roster (fixture->service);
  g_assert_null (record (fixture, "xmpp-partner", "fabrikam.test"));
  g_assert_nonnull (record (fixture, "blocked-domain", "evil.test"));
  g_assert_cmpstr (oree_roster_reason (roster, OREE_ROLE_XMPP_PROXY), ==, "bad-record");
  g_assert_cmpstr (oree_roster_detail (roster, OREE_ROLE_XMPP_PROXY), ==, "xmpp-partner fabrikam.test");
  g_assert_cmpint (oree_roster_state (roster, OREE_ROLE_XMPP_PROXY), ==, OREE_STATE_RUNNING);
  g_assert_null (oree_roster_reason (roster, OREE_ROLE_FRONT_END));
  g_assert_true (g_str_has_prefix (fixture->events->str, "bad-record "));

  apply (fixture, "[('add', 'xmpp-partner', 'fabrikam.test', {'partner-type': <'federated'>})]");
  g_assert_null (oree_roster_reason (roster, OREE_ROLE_XMPP_PROXY));
  stop (fixture);
}

static void
on_refused (const OreeApplyResult *result, const GError *error, gpointer data)
{
  g_assert_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
  *(gboolean *) data = TRUE;
}

static void
test_starts_on_the_last_good_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *state = g_build_filename (fixture->directory, "state", NULL);
  g_autofree char *more = g_strdup_printf ("[store]\nurl=sqlite:%s\n", state); /* a directory is no database */
  g_autoptr (GVariant) body = NULL;
  OreeApplyRequest request = { OREE_APPLY_CHANGES, NULL, 0, 0, "tester" };
  gboolean done = FALSE;

  start (fixture, "lab", "");
  apply (fixture, "[('add', 'xmpp-partner', 'fabrikam.test', {})]");
  stop (fixture);

  start (fixture, "lab", more);
  g_assert_cmpuint (oree_service_revision (fixture->service), ==, 2);
  g_assert_nonnull (record (fixture, "xmpp-partner", "fabrikam.test"));
  g_assert_nonnull (record (fixture, "user", "sip:alice@contoso.test"));
  for (guint r = 0; r < OREE_N_ROLES; r++)
    {
      OreeRoster *roster = oree_service_roster (fixture->service);

      g_assert_cmpstr (oree_roster_reason (roster, (OreeRoleId) r), ==, "store-unavailable");
      g_assert_cmpint (oree_roster_state (roster, (OreeRoleId) r), ==, OREE_STATE_RUNNING);
    }
  body = g_variant_parse (G_VARIANT_TYPE (OREE_CHANGES_TYPE), "[('add', 'xmpp-partner', 'x.test', {})]", NULL, NULL, NULL);
  request.body = body;
  oree_apply_submit (oree_service_apply (fixture->service), &request, on_refused, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  stop (fixture);
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) status = NULL;
  const char *text;
  guint64 revision;

  start (fixture, "lab", "");
  status = g_variant_ref_sink (oree_service_status (fixture->service));
  g_assert_true (g_variant_lookup (status, "state", "&s", &text));
  g_assert_cmpstr (text, ==, "running");
  g_assert_true (g_variant_lookup (status, "profile", "&s", &text));
  g_assert_cmpstr (text, ==, "lab");
  g_assert_true (g_variant_lookup (status, "revision", "t", &revision));
  g_assert_cmpuint (revision, ==, 1);
  stop (fixture);
}

static void
test_stop_before_it_runs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strdup_printf ("[service]\nstate-directory=%s/state\nbus=session\n", fixture->directory);
  GPtrArray *problems = NULL;

  fixture->service = oree_service_new (oree_config_parse (text, strlen (text), "/", &problems), on_stopped, fixture);
  oree_service_start (fixture->service);
  stop (fixture);
}

#define ADD(name, function) g_test_add ("/control/service/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oree_log_set_level (OREE_LOG_ERROR);
  ADD ("lab-profile", test_lab_profile);
  ADD ("settings-of-the-lab", test_settings_of_the_lab);
  ADD ("survives-a-restart", test_survives_a_restart);
  ADD ("empty-profile", test_empty_profile);
  ADD ("busy-port-costs-one-role", test_busy_port_costs_one_role);
  ADD ("unreadable-certificate", test_unreadable_certificate);
  ADD ("certificates-are-read-again", test_reload);
  ADD ("bad-record-costs-one-role", test_bad_record_costs_one_role);
  ADD ("starts-on-the-last-good-copy", test_starts_on_the_last_good_copy);
  ADD ("status", test_status);
  ADD ("stop-before-it-runs", test_stop_before_it_runs);
  return g_test_run ();
}
