/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-key.h"
#include <glib/gstdio.h>
#include <sys/stat.h>

static char *
temporary_directory (void)
{
  return g_dir_make_tmp ("oree-key-XXXXXX", NULL);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static void
saved_key_is_the_same_and_private (gconstpointer data)
{
  OreeKeyType type = (OreeKeyType) GPOINTER_TO_INT (data);
  g_autofree char *dir = temporary_directory ();
  g_autofree char *path = g_build_filename (dir, "a.key", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EVP_PKEY) key = oree_key_generate (type, &error);
  g_autoptr (EVP_PKEY) again = NULL;
  struct stat info;

  g_assert_no_error (error);
  g_assert_true (oree_key_save (key, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);

  again = oree_key_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (EVP_PKEY_eq (key, again), ==, 1);
  remove_directory (dir);
}

static void
load_says_why_not (void)
{
  static const char *const encrypted
    = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
  g_autofree char *dir = temporary_directory ();
  g_autofree char *path = g_build_filename (dir, "a.key", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (oree_key_load (path, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "nothing", -1, NULL));
  g_assert_null (oree_key_load (path, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, encrypted, -1, NULL));
  g_assert_null (oree_key_load (path, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  remove_directory (dir);
}

static void
failed_write_keeps_the_old_file (void)
{
  g_autofree char *dir = temporary_directory ();
  g_autofree char *path = g_build_filename (dir, "a.pem", NULL);
  g_autofree char *target = g_build_filename (dir, "taken", NULL);
  g_autofree char *inside = g_build_filename (target, "x", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) listing = NULL;
  guint n = 0;

  g_assert_true (oree_key_write_file (path, "one", 3, 0644, &error));
  g_assert_true (oree_key_write_file (path, "two", 3, 0640, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "two");

  /* A directory with something in it cannot be renamed over. */
  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  g_assert_true (g_file_set_contents (inside, "x", 1, NULL));
  g_assert_false (oree_key_write_file (target, "three", 5, 0644, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_clear_error (&error);

  listing = g_dir_open (dir, 0, NULL);
  while (g_dir_read_name (listing) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2); /* no temporary file is left behind */

  g_assert_false (oree_key_write_file ("/nonexistent/dir/file", "x", 1, 0644, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_FAILED);
  g_unlink (inside);
  g_rmdir (target);
  remove_directory (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pki/key/ec-round-trip", GINT_TO_POINTER (OREE_KEY_EC_P256), saved_key_is_the_same_and_private);
  g_test_add_data_func ("/pki/key/rsa-round-trip", GINT_TO_POINTER (OREE_KEY_RSA_2048),
                        saved_key_is_the_same_and_private);
  g_test_add_func ("/pki/key/load-says-why-not", load_says_why_not);
  g_test_add_func ("/pki/key/failed-write-keeps-the-old-file", failed_write_keeps_the_old_file);
  return g_test_run ();
}
