/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lab authority against the openssl program, which knows nothing of our code. */
#include "pki/oree-lab-ca.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const external[] = { "contoso.test", "sip.contoso.test", "*.im.contoso.test", NULL };
static const char *const internal[] = { "edge.contoso.test", "127.0.0.1", "::1", NULL };

typedef struct
{
  char *dir;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *parent = g_dir_make_tmp ("oree-ca-XXXXXX", NULL);

  f->dir = g_build_filename (parent, "state", "tls", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = NULL;
  char *cut = strstr (f->dir, "/state/tls");

  *cut = '\0';
  command = g_strdup_printf ("rm -rf %s", f->dir);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
}

static char *
file_text (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
write_text (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Output of `openssl ARGUMENTS` run in the directory; its status in `status`. */
static char *
openssl (Fixture *f, const char *arguments, int *status)
{
  g_autofree char *command = g_strconcat ("openssl ", arguments, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_spawn_sync (f->dir, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, status,
                &error);
  g_assert_no_error (error);
  return out;
}

static void
ensure (Fixture *f, const char *const *outer, const char *const *inner)
{
  g_autoptr (GError) error = NULL;

  oree_lab_ca_ensure (f->dir, outer, inner, &error);
  g_assert_no_error (error);
}

static void
first_start_makes_what_openssl_verifies (Fixture *f, gconstpointer data)
{
  static const char *const checks[] = {
    "verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname contoso.test external.pem",
    "verify -x509_strict -CAfile ca.pem -purpose sslclient -verify_hostname sip.contoso.test external.pem",
    "verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname a.im.contoso.test external.pem",
    "verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname edge.contoso.test internal.pem",
    "verify -x509_strict -CAfile ca.pem -purpose sslclient -verify_ip 127.0.0.1 internal.pem",
    "verify -x509_strict -CAfile ca.pem -purpose sslclient -verify_ip ::1 internal.pem",
    "verify -x509_strict -CAfile ca.pem ca.pem",
  };
  static const char *const keys[] = { "ca.key", "external.key", "internal.key" };
  g_autofree char *text = NULL;
  int status;

  ensure (f, external, internal);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_test_message ("openssl %s", checks[i]);
      g_free (openssl (f, checks[i], &status));
      g_assert_cmpint (status, ==, 0);
    }

  text = openssl (f, "verify -CAfile ca.pem -verify_hostname other.test external.pem", &status);
  g_assert_cmpint (status, !=, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *path = g_build_filename (f->dir, keys[i], NULL);
      struct stat info;

      g_assert_cmpint (stat (path, &info), ==, 0);
      g_assert_cmpint (info.st_mode & 07777, ==, 0600);
    }
}

static void
second_start_touches_nothing (Fixture *f, gconstpointer data)
{
  static const char *const files[] = { "ca.pem", "ca.key", "external.pem", "external.key", "internal.pem", "internal.key" };
  static const char *const reordered[] = { "sip.contoso.test", "*.im.contoso.test", "contoso.test", NULL };
  char *before[G_N_ELEMENTS (files)];

  ensure (f, external, internal);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    before[i] = file_text (f, files[i]);
  ensure (f, external, internal);
  ensure (f, reordered, internal); /* names are a set */
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *after = file_text (f, files[i]);

      g_assert_cmpstr (after, ==, before[i]);
      g_free (before[i]);
    }
}

static void
changed_names_reissue_that_leaf_only (Fixture *f, gconstpointer data)
{
  static const char *const more[] = { "contoso.test", "sip.contoso.test", "xmpp.contoso.test", NULL };
  g_autofree char *authority = NULL, *inner = NULL, *outer = NULL;
  g_autofree char *authority_after = NULL, *inner_after = NULL, *outer_after = NULL, *out = NULL;
  int status;

  ensure (f, external, internal);
  authority = file_text (f, "ca.pem");
  inner = file_text (f, "internal.pem");
  outer = file_text (f, "external.pem");
  ensure (f, more, internal);
  authority_after = file_text (f, "ca.pem");
  inner_after = file_text (f, "internal.pem");
  outer_after = file_text (f, "external.pem");
  g_assert_cmpstr (authority_after, ==, authority);
  g_assert_cmpstr (inner_after, ==, inner);
  g_assert_cmpstr (outer_after, !=, outer);

  out = openssl (f, "verify -CAfile ca.pem -verify_hostname xmpp.contoso.test external.pem", &status);
  g_assert_cmpint (status, ==, 0);
}

static void
damage_is_mended (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *file;
    const char *text;
  } damages[] = {
    { "external.pem", "rubbish" }, { "external.key", "rubbish" }, { "internal.pem", "" },
    { "ca.pem", "rubbish" },       { "ca.key", "rubbish" },
  };
  g_autofree char *other = NULL;

  ensure (f, external, internal);
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *out = NULL, *inner = NULL;
      int status;

      g_test_message ("%s", damages[i].file);
      write_text (f, damages[i].file, damages[i].text);
      ensure (f, external, internal);
      out = openssl (f, "verify -x509_strict -CAfile ca.pem external.pem", &status);
      g_assert_cmpint (status, ==, 0);
      inner = openssl (f, "verify -x509_strict -CAfile ca.pem internal.pem", &status);
      g_assert_cmpint (status, ==, 0);
    }

  /* The key of another certificate. */
  other = file_text (f, "internal.key");
  write_text (f, "external.key", other);
  ensure (f, external, internal);
  {
    g_autofree char *after = file_text (f, "external.key");

    g_assert_cmpstr (after, !=, other);
  }
}

static void
leaf_near_its_end_is_reissued (Fixture *f, gconstpointer data)
{
  g_autofree char *out = NULL, *before = NULL, *after = NULL;
  int status;

  ensure (f, external, internal);
  /* Ours, right names and key, but ten days left. */
  write_text (f, "ext.cnf",
              "subjectAltName=DNS:contoso.test,DNS:sip.contoso.test,DNS:*.im.contoso.test\n"
              "extendedKeyUsage=serverAuth,clientAuth\n");
  out = openssl (f, "req -new -key external.key -subj /CN=contoso.test -out short.csr", &status);
  g_assert_cmpint (status, ==, 0);
  g_clear_pointer (&out, g_free);
  out = openssl (f, "x509 -req -in short.csr -CA ca.pem -CAkey ca.key -days 10 -extfile ext.cnf -out external.pem",
                 &status);
  g_assert_cmpint (status, ==, 0);

  before = file_text (f, "external.pem");
  ensure (f, external, internal);
  after = file_text (f, "external.pem");
  g_assert_cmpstr (after, !=, before);
}

static void
partner_is_issued_by_the_same_authority (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "fabrikam.test", "conference.fabrikam.test", NULL };
  static const char *const bad_names[] = { "", NULL };
  static const char *const unusable[] = { "../x", "", "ca", ".hidden", "a/b" };
  g_autofree char *out = NULL, *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_false (oree_lab_ca_issue (f->dir, "fabrikam", names, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND); /* no authority yet */
  g_clear_error (&error);

  ensure (f, external, internal);
  g_assert_true (oree_lab_ca_issue (f->dir, "fabrikam", names, &error));
  g_assert_no_error (error);
  out = openssl (f, "verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname fabrikam.test fabrikam.pem",
                 &status);
  g_assert_cmpint (status, ==, 0);

  before = file_text (f, "fabrikam.pem");
  g_assert_true (oree_lab_ca_issue (f->dir, "fabrikam", names, &error));
  after = file_text (f, "fabrikam.pem");
  g_assert_cmpstr (after, ==, before);

  for (gsize i = 0; i < G_N_ELEMENTS (unusable); i++)
    {
      g_assert_false (oree_lab_ca_issue (f->dir, unusable[i], names, &error));
      g_assert_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD);
      g_clear_error (&error);
    }
  g_assert_false (oree_lab_ca_issue (f->dir, "x", bad_names, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD);
}

static void
long_names_fit (Fixture *f, gconstpointer data)
{
  static const char *const names[]
    = { "a-very-long-label-that-goes-on-and-on-for-ever.another-very-long-label-here.contoso.test", NULL };
  g_autofree char *out = NULL;
  int status;

  ensure (f, names, internal);
  out = openssl (f, "verify -x509_strict -CAfile ca.pem external.pem", &status);
  g_assert_cmpint (status, ==, 0);
}

static void
unwritable_directory_is_an_error (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (oree_lab_ca_ensure ("/proc/none", external, internal, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (oree_lab_ca_ensure (f->dir, external, NULL, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_BAD_RECORD);
  g_assert_cmpint (g_mkdir_with_parents (f->dir, 0700), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } cases[] = {
    { "/pki/lab-ca/first-start-makes-what-openssl-verifies", first_start_makes_what_openssl_verifies },
    { "/pki/lab-ca/second-start-touches-nothing", second_start_touches_nothing },
    { "/pki/lab-ca/changed-names-reissue-that-leaf-only", changed_names_reissue_that_leaf_only },
    { "/pki/lab-ca/damage-is-mended", damage_is_mended },
    { "/pki/lab-ca/leaf-near-its-end-is-reissued", leaf_near_its_end_is_reissued },
    { "/pki/lab-ca/partner-is-issued-by-the-same-authority", partner_is_issued_by_the_same_authority },
    { "/pki/lab-ca/long-names-fit", long_names_fit },
    { "/pki/lab-ca/unwritable-directory-is-an-error", unwritable_directory_is_an_error },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Fixture, NULL, set_up, cases[i].run, tear_down);
  return g_test_run ();
}
