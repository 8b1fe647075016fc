/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate store: what was kept is there after a restart, what was half done is not, and nobody else may read it. */
#include "base/oree-limits.h"
#include "cert-maker.h"
#include "pki/oree-cert-store.h"
#include "pki/oree-csr.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define CSR_NAMES "sip.contoso.test", "contoso.test"

typedef struct
{
  char *directory;
  OreeCertStore *store;
  EVP_PKEY *key;
  char *csr;
  GVariant *specification;
} Fixture;

static MadeCert root, middle;

static OreeCert *
cert_of (const MadeCert *made)
{
  g_autoptr (GBytes) der = cert_der (made);

  return oree_cert_new_from_der (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
}

static OreeCertStore *
open_ok (const char *directory, guint complaints)
{
  g_autoptr (GPtrArray) said = NULL;
  g_autoptr (GError) error = NULL;
  OreeCertStore *store = oree_cert_store_open (directory, &said, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < said->len; i++)
    g_test_message ("complaint: %s", (char *) g_ptr_array_index (said, i));
  g_assert_cmpuint (said->len, ==, complaints);
  return store;
}

static void
reopen (Fixture *fixture, guint complaints)
{
  oree_cert_store_free (fixture->store);
  fixture->store = open_ok (fixture->directory, complaints);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_dir_make_tmp ("oree-store-XXXXXX", NULL);
  static const char *const names[] = { CSR_NAMES };
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (NULL, NULL);
  OreeCertNeeds needs = { .subject = (char *) "sip.contoso.test", .server_auth = TRUE, .names = g_ptr_array_new () };
  OreeNeededName rows[G_N_ELEMENTS (names)];
  g_autoptr (GError) error = NULL;

  fixture->directory = g_build_filename (parent, "certificates", NULL);
  fixture->store = open_ok (fixture->directory, 0);
  fixture->key = oree_key_generate (OREE_KEY_EC_P256, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      rows[i] = (OreeNeededName){ .type = OREE_NEED_DNS, .name = (char *) names[i] };
      g_ptr_array_add (needs.names, &rows[i]);
    }
  fixture->csr = oree_csr_make (spec, &needs, fixture->key, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (needs.names);
  fixture->specification = g_variant_ref_sink (g_variant_new_parsed ("{'organization': <'Société “Contoso”'>, 'exportable': <true>}"));
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_path_get_dirname (fixture->directory);

  oree_cert_store_free (fixture->store);
  remove_all (parent);
  g_free (fixture->directory);
  g_free (fixture->csr);
  EVP_PKEY_free (fixture->key);
  g_variant_unref (fixture->specification);
}

static char *
add_request (Fixture *fixture, gint64 now)
{
  g_autoptr (GError) error = NULL;
  const OreeStoredRequest *request = oree_cert_store_add_request (fixture->store, fixture->key, fixture->csr,
                                                                  fixture->specification, "alice", now, &error);

  g_assert_no_error (error);
  return g_strdup (request->id);
}

/* A certificate of the middle authority for the fixture's key. */
static MadeCert
answer (Fixture *fixture)
{
  MadeCert made = cert_make (&(CertSpec){ .cn = "sip.contoso.test", .san = "DNS:sip.contoso.test" }, &middle);

  X509_set_pubkey (made.cert, fixture->key);
  X509_sign (made.cert, middle.key, EVP_sha256 ());
  return made;
}

static char *
add_answer (Fixture *fixture)
{
  MadeCert made = answer (fixture);
  g_autoptr (OreeCert) cert = cert_of (&made);
  const OreeStoredRequest *request = oree_cert_store_request_of (fixture->store, cert);
  g_autoptr (GError) error = NULL;
  const OreeStoredCert *stored
      = oree_cert_store_add_cert (fixture->store, cert, NULL, request, "our edge", TRUE, "bob", 77, &error);

  g_assert_no_error (error);
  cert_clear (&made);
  return g_strdup (oree_cert_id (stored->cert));
}

static char *
add_own (Fixture *fixture)
{
  MadeCert made = cert_make (&(CertSpec){ .cn = "own" }, NULL);
  g_autoptr (OreeCert) cert = cert_of (&made);
  g_autoptr (GError) error = NULL;
  const OreeStoredCert *stored
      = oree_cert_store_add_cert (fixture->store, cert, made.key, NULL, "own", FALSE, "bob", 78, &error);

  g_assert_no_error (error);
  cert_clear (&made);
  return g_strdup (oree_cert_id (stored->cert));
}

/* Every directory 0700, every file 0600. */
static guint
check_modes (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  struct stat info;
  guint files = 0;

  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, S_ISDIR (info.st_mode) ? 0700 : 0600);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      files += check_modes (child);
    }
  return files + !S_ISDIR (info.st_mode);
}

static void
requests_wait_through_restarts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *older = add_request (fixture, 5), *newer = add_request (fixture, 6);

  reopen (fixture, 0);
  g_assert_cmpuint (oree_cert_store_requests (fixture->store)->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const OreeStoredRequest *request = g_ptr_array_index (oree_cert_store_requests (fixture->store), i);

      /* The newest first; what was asked for, letter by letter. */
      g_assert_cmpstr (request->id, ==, i == 0 ? newer : older);
      g_assert_cmpint (request->created, ==, i == 0 ? 6 : 5);
      g_assert_cmpstr (request->pem, ==, fixture->csr);
      g_assert_cmpstr (request->created_by, ==, "alice");
      g_assert_cmpvariant (request->specification, fixture->specification);
    }
  g_assert_cmpuint (check_modes (fixture->directory), ==, 6);
  g_assert_true (oree_cert_store_remove_request (fixture->store, newer, NULL));
  reopen (fixture, 0);
  g_assert_cmpuint (oree_cert_store_requests (fixture->store)->len, ==, 1);
  g_assert_null (oree_cert_store_request (fixture->store, newer));
  g_assert_cmpuint (check_modes (fixture->directory), ==, 3);
}

static void
an_answer_takes_the_key_of_its_request (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = add_request (fixture, 5);
  g_autofree char *id = add_answer (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  for (guint pass = 0; pass < 2; pass++)
    {
      const OreeStoredCert *stored = oree_cert_store_cert (fixture->store, id);

      g_assert_nonnull (stored);
      g_assert_null (oree_cert_store_request (fixture->store, request));
      g_assert_cmpstr (stored->request, ==, request);
      g_assert_cmpstr (stored->friendly_name, ==, "our edge");
      g_assert_cmpstr (stored->names, ==, "sip.contoso.test,contoso.test");
      g_assert_cmpstr (stored->imported_by, ==, "bob");
      g_assert_cmpint (stored->imported, ==, 77);
      g_assert_true (stored->exportable);
      g_assert_cmpint (stored->said, ==, pass == 0 ? G_MAXINT : 14);
      g_assert_cmpvariant (stored->specification, fixture->specification);
      g_assert_true (oree_cert_store_said (fixture->store, id, 14, &error));
      reopen (fixture, 0);
    }
  key = oree_cert_store_key (fixture->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (EVP_PKEY_eq (key, fixture->key), ==, 1);
  g_assert_cmpuint (check_modes (fixture->directory), ==, 3);
  g_assert_true (oree_cert_store_remove_cert (fixture->store, id, &error));
  g_assert_cmpuint (check_modes (fixture->directory), ==, 0);
}

/* A crash after the answer was kept and before the request went: the answer counts. */
static void
an_answered_request_does_not_come_back (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = add_request (fixture, 5);
  g_autofree char *path = g_build_filename (fixture->directory, "requests", request, NULL);
  g_autofree char *aside = g_build_filename (fixture->directory, "aside", NULL);
  g_autofree char *copy = g_strdup_printf ("cp -r %s %s", path, aside);
  g_autofree char *id = NULL;

  g_assert_true (g_spawn_command_line_sync (copy, NULL, NULL, NULL, NULL));
  id = add_answer (fixture);
  g_assert_cmpint (g_rename (aside, path), ==, 0);
  reopen (fixture, 0);
  g_assert_null (oree_cert_store_request (fixture->store, request));
  g_assert_nonnull (oree_cert_store_cert (fixture->store, id));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
write_file (const char *text, const char *first, ...)
{
  va_list more;
  g_autofree char *path = NULL;

  va_start (more, first);
  path = g_build_filename_valist ((char *) first, &more);
  va_end (more);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
what_is_half_done_or_damaged_is_left_out (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *request = add_request (fixture, 5);
  g_autofree char *good = add_answer (fixture);
  g_autofree char *bad = add_own (fixture);
  g_autofree char *half = g_build_filename (fixture->directory, "certificates", ".new-0123", NULL);
  OreeAssignments all = { { NULL } };
  g_autoptr (GError) error = NULL;

  oree_assignments_copy (all, fixture->store);
  oree_assignment_set (&all[OREE_EDGE_USAGE_ACCESS_EDGE].current, bad);
  oree_assignment_set (&all[OREE_EDGE_USAGE_ACCESS_EDGE].previous, good);
  oree_assignment_set (&all[OREE_EDGE_USAGE_INTERNAL].current, good);
  g_assert_true (oree_cert_store_assign (fixture->store, all, &error));
  oree_assignments_clear (all);

  g_assert_cmpint (g_mkdir (half, 0700), ==, 0);
  write_file ("half", half, "key.pem", NULL);
  write_file ("-----BEGIN CERTIFICATE-----\nAAAA\n", fixture->directory, "certificates", bad, "certificate.pem", NULL);
  /* Named: the certificate, and what named it. */
  reopen (fixture, 2);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  g_assert_null (oree_cert_store_cert (fixture->store, bad));
  g_assert_nonnull (oree_cert_store_cert (fixture->store, good));
  g_assert_cmpstr (oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_ACCESS_EDGE)->current, ==, "");
  g_assert_cmpstr (oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_ACCESS_EDGE)->previous, ==, good);
  g_assert_cmpstr (oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_INTERNAL)->current, ==, good);
  /* The damaged one is not thrown away: its key may still be wanted. */
  {
    g_autofree char *key = g_build_filename (fixture->directory, "certificates", bad, "key.pem", NULL);

    g_assert_true (g_file_test (key, G_FILE_TEST_EXISTS));
  }
  write_file ("[[[", fixture->directory, "assignments", NULL);
  reopen (fixture, 2);
}

static void
assignments_are_all_or_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add_own (fixture);
  g_autofree char *path = g_build_filename (fixture->directory, "assignments", NULL);
  OreeAssignments all = { { NULL } };
  g_autoptr (GError) error = NULL;

  oree_assignments_copy (all, fixture->store);
  oree_assignment_set (&all[OREE_EDGE_USAGE_AV].current, id);
  oree_assignment_set (&all[OREE_EDGE_USAGE_CLIENT].next, id);
  all[OREE_EDGE_USAGE_CLIENT].effective = 99;
  g_assert_true (oree_cert_store_assign (fixture->store, all, &error));
  for (guint pass = 0; pass < 2; pass++)
    {
      const OreeAssignment *av = oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_AV);
      const OreeAssignment *client = oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_CLIENT);

      g_assert_cmpstr (av->current, ==, id);
      g_assert_cmpstr (av->previous, ==, "");
      g_assert_cmpstr (client->next, ==, id);
      g_assert_cmpint (client->effective, ==, 99);
      reopen (fixture, 0);
    }
  /* Where the file cannot be written (a directory is in its place) nothing changes. */
  g_unlink (path);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  oree_assignment_set (&all[OREE_EDGE_USAGE_AV].current, "");
  g_assert_false (oree_cert_store_assign (fixture->store, all, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_assert_cmpstr (oree_cert_store_assignment (fixture->store, OREE_EDGE_USAGE_AV)->current, ==, id);
  oree_assignments_clear (all);
  g_rmdir (path);
}

static guint
n_pem (const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "-----BEGIN CERTIFICATE-----", -1);
  return g_strv_length (parts) - 1;
}

static void
chains_grow_with_the_issuers (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *request = add_request (fixture, 5);
  g_autofree char *id = add_answer (fixture);
  g_autoptr (GPtrArray) issuers = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = oree_cert_store_write_chain (fixture->store, id, none, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n_pem (path), ==, 1);
  g_ptr_array_add (issuers, cert_of (&middle));
  g_ptr_array_add (issuers, cert_of (&root));
  g_assert_cmpint (oree_cert_store_add_issuers (fixture->store, issuers, &error), ==, 2);
  g_assert_cmpint (oree_cert_store_add_issuers (fixture->store, issuers, &error), ==, 0);
  reopen (fixture, 0);
  g_assert_cmpuint (oree_cert_store_issuers (fixture->store)->len, ==, 2);
  g_free (path);
  path = oree_cert_store_write_chain (fixture->store, id, none, &error);
  /* The root is not sent: who trusts it has it. */
  g_assert_cmpuint (n_pem (path), ==, 2);
}

/* An authority that renewed its own certificate with the same key: the one that lasts longer is shown. */
static void
the_longer_lasting_issuer_is_shown (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *request = add_request (fixture, 5);
  g_autofree char *id = add_answer (fixture);
  MadeCert old = { X509_dup (middle.cert), middle.key };
  g_autoptr (GPtrArray) issuers = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  gboolean complete, trusted;

  X509_gmtime_adj (X509_getm_notAfter (old.cert), -3600);
  X509_sign (old.cert, root.key, EVP_sha256 ());
  g_ptr_array_add (issuers, cert_of (&old));
  g_ptr_array_add (issuers, cert_of (&middle));
  g_ptr_array_add (issuers, cert_of (&root));
  for (guint pass = 0; pass < 2; pass++)
    {
      g_autoptr (GPtrArray) chain = oree_cert_chain (oree_cert_store_cert (fixture->store, id)->cert, issuers, NULL, &complete, &trusted);

      g_assert_cmpuint (chain->len, ==, 2);
      g_assert_cmpstr (oree_cert_id (g_ptr_array_index (chain, 0)), ==, oree_cert_id (g_ptr_array_index (issuers, 1 - pass)));
      g_assert_true (complete);
      g_assert_false (trusted);
      /* The other way round. */
      {
        gpointer first = issuers->pdata[0];

        issuers->pdata[0] = issuers->pdata[1];
        issuers->pdata[1] = first;
      }
    }
  X509_free (old.cert);
}

static void
there_is_an_end_to_requests (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < OREE_CERT_REQUESTS_MAX; i++)
    g_free (add_request (fixture, i));
  g_assert_null (oree_cert_store_add_request (fixture->store, fixture->key, fixture->csr, fixture->specification, "alice", 1, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_BUSY);
}

static void
a_store_that_cannot_be_is_said (void)
{
  g_autofree char *parent = g_dir_make_tmp ("oree-store-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (parent, "file", NULL);
  g_autofree char *inside = g_build_filename (file, "certificates", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (oree_cert_store_open (inside, NULL, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, inside));
  remove_all (parent);
}

#define ADD(path, func) g_test_add ("/pki/cert-store/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  root = cert_make (&(CertSpec){ .cn = "root", .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign" }, NULL);
  middle = cert_make (&(CertSpec){ .cn = "middle", .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign" }, &root);
  ADD ("requests-wait-through-restarts", requests_wait_through_restarts);
  ADD ("an-answer-takes-the-key-of-its-request", an_answer_takes_the_key_of_its_request);
  ADD ("an-answered-request-does-not-come-back", an_answered_request_does_not_come_back);
  ADD ("what-is-half-done-or-damaged-is-left-out", what_is_half_done_or_damaged_is_left_out);
  ADD ("assignments-are-all-or-nothing", assignments_are_all_or_nothing);
  ADD ("chains-grow-with-the-issuers", chains_grow_with_the_issuers);
  ADD ("the-longer-lasting-issuer-is-shown", the_longer_lasting_issuer_is_shown);
  ADD ("there-is-an-end-to-requests", there_is_an_end_to_requests);
  g_test_add_func ("/pki/cert-store/a-store-that-cannot-be-is-said", a_store_that_cannot_be_is_said);
  status = g_test_run ();
  cert_clear (&middle);
  cert_clear (&root);
  return status;
}
