/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-error.h"
#include "base/oree-log.h"
#include "base/oree-names.h"
#include "base/oree-secret.h"
#include <string.h>

static void
redacts_people_not_domains (void)
{
  static const struct { const char *address, *redacted; } rows[] = {
    { "alice@contoso.test", "a****@contoso.test" },
    { "alice@contoso.test/desk", "a****@contoso.test" },
    { "sip:alice@contoso.test;gr=x", "sip:a****@contoso.test" },
    { "sips:a/b:secret@contoso.test", "sips:a****@contoso.test" },
    { "jürg@x.test", "j****@x.test" },
    { "élan@x.test", "é****@x.test" },
    { "@x.test", "****@x.test" },
    { "\xff@x.test", "****@x.test" },
    { "contoso.test", "contoso.test" },
    { "contoso.test/re@source", "contoso.test" },
    { "tel:+4912345", "tel:****" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = oree_log_redact (rows[i].address);

      g_assert_cmpstr (got, ==, rows[i].redacted);
    }
  g_assert_null (oree_log_redact (NULL));
}

static void
writes_one_line_without_injection (void)
{
  if (g_test_subprocess ())
    {
      const char *const fields[] = { OREE_FIELD_PEER, "fabrikam.test\nOREE_ROLE=fake", OREE_FIELD_REASON, NULL,
                                     OREE_FIELD_ROLE, "xmpp-proxy", NULL };

      oree_debug ("not at this level");
      oree_log (OREE_LOG_NOTICE, fields, "hello %s", "w\x1b[31m\xffö\xe2\x80\xae\r\nx\\");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*Z notice hello w\\x1b[31m\\xffö\\u{202e}\\x0d\\nx\\\\ "
                             "OREE_PEER=fabrikam.test\\nOREE_ROLE=fake OREE_ROLE=xmpp-proxy\n*");
  g_test_trap_assert_stderr_unmatched ("*not at this level*");
}

static void
levels_are_a_threshold (void)
{
  g_assert_true (oree_log_enabled (OREE_LOG_INFO));
  g_assert_false (oree_log_enabled (OREE_LOG_DEBUG));
  oree_log_set_level (OREE_LOG_WARNING);
  g_assert_false (oree_log_enabled (OREE_LOG_NOTICE));
  g_assert_true (oree_log_enabled (OREE_LOG_ERROR));
  oree_log_set_level (OREE_LOG_INFO);
}

static void
names_every_error_on_the_bus (void)
{
  for (guint i = 0; i < OREE_N_ERRORS; i++)
    {
      OreeError back;
      const char *name = oree_error_to_dbus ((OreeError) i);

      g_assert_true (g_str_has_prefix (name, OREE_BUS_ERROR_PREFIX));
      g_assert_true (oree_error_from_dbus (name, &back));
      g_assert_cmpuint (back, ==, i);
    }
  g_assert_false (oree_error_from_dbus ("org.freedesktop.DBus.Error.NoReply", NULL));
  g_assert_false (oree_error_from_dbus (NULL, NULL));
}

static void
secrets_compare_wipe_and_differ (void)
{
  char buffer[] = "secret";
  g_autofree char *one = oree_random_hex (16);
  g_autofree char *two = oree_random_hex (16);
  guint8 many[1000] = { 0 };
  guint zeros = 0;

  g_assert_true (oree_secret_equal ("abc", "abc", 3));
  g_assert_false (oree_secret_equal ("abc", "abd", 3));
  g_assert_true (oree_secret_equal (NULL, NULL, 0));
  oree_secret_wipe (buffer, sizeof buffer);
  g_assert_cmpstr (buffer, ==, "");
  g_assert_cmpuint (strlen (one), ==, 32);
  g_assert_cmpuint (strspn (one, "0123456789abcdef"), ==, 32);
  g_assert_cmpstr (one, !=, two);
  oree_random_bytes (many, sizeof many);
  for (guint i = 0; i < sizeof many; i++)
    zeros += many[i] == 0;
  g_assert_cmpuint (zeros, <, 50);
  oree_secret_free (NULL);
  oree_secret_free (g_strdup ("x"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/redacts-people-not-domains", redacts_people_not_domains);
  g_test_add_func ("/base/log/writes-one-line-without-injection", writes_one_line_without_injection);
  g_test_add_func ("/base/log/levels-are-a-threshold", levels_are_a_threshold);
  g_test_add_func ("/base/error/names-every-error-on-the-bus", names_every_error_on_the_bus);
  g_test_add_func ("/base/secret/compares-wipes-and-differs", secrets_compare_wipe_and_differ);
  return g_test_run ();
}
