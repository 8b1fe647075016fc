/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-error.h"

/* The rows of a table of tests/vectors/gateway; test_errors.py drives the same ones through the service. */
static GPtrArray *
rows_of (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("OREE_VECTORS"), "gateway", name, NULL);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (**line != '#' && **line != '\0')
      {
        g_autoptr (GPtrArray) words = g_ptr_array_new ();
        g_auto (GStrv) split = g_strsplit (*line, " ", -1);

        for (char **word = split; *word != NULL; word++)
          if (**word != '\0')
            g_ptr_array_add (words, g_strdup (*word));
        g_ptr_array_add (words, NULL);
        g_ptr_array_add (rows, g_ptr_array_steal (words, NULL));
      }
  return rows;
}

static guint
number (const char *word)
{
  guint64 value;

  g_assert_true (g_ascii_string_to_unsigned (word, 10, 300, 699, &value, NULL));
  return (guint) value;
}

static void
every_condition_has_its_status (void)
{
  g_autoptr (GPtrArray) rows = rows_of ("errors-to-sip.table");

  g_assert_cmpuint (rows->len, ==, OREE_N_STANZA_ERRS);
  for (guint i = 0; i < rows->len; i++)
    {
      char **row = g_ptr_array_index (rows, i);
      OreeStanzaErr err;

      g_test_message ("%s", row[0]);
      g_assert_true (oree_stanza_err_from_condition (row[0], &err));
      g_assert_cmpuint (oree_gw_status_from_err (err, TRUE, FALSE), ==, number (row[1]));
      g_assert_cmpuint (oree_gw_status_from_err (err, FALSE, FALSE), ==, number (row[2]));
      g_assert_cmpuint (oree_gw_status_from_err (err, TRUE, TRUE), ==, err == OREE_STANZA_ERR_GONE ? 301 : number (row[1]));
    }
}

static void
some_statuses_are_never_sent (void)
{
  static const guint never[] = { 401, 407, 408, 503 };

  for (guint err = 0; err < OREE_N_STANZA_ERRS; err++)
    for (guint variant = 0; variant < 4; variant++)
      {
        guint status = oree_gw_status_from_err ((OreeStanzaErr) err, variant & 1, variant & 2);

        g_assert_true (status >= 300 && status <= 699);
        for (guint i = 0; i < G_N_ELEMENTS (never); i++)
          g_assert_cmpuint (status, !=, never[i]);
      }
}

static void
every_status_has_its_condition (void)
{
  g_autoptr (GPtrArray) rows = rows_of ("errors-to-xmpp.table");

  g_assert_cmpuint (rows->len, >, 50);
  for (guint i = 0; i < rows->len; i++)
    {
      char **row = g_ptr_array_index (rows, i);

      g_test_message ("%s", row[0]);
      g_assert_cmpstr (oree_stanza_err_condition (oree_gw_err_from_status (number (row[0]), TRUE)), ==, row[1]);
      g_assert_cmpstr (oree_stanza_err_condition (oree_gw_err_from_status (number (row[0]), FALSE)), ==, row[2]);
    }
}

/* RFC 6120 8.3.3.7, 8.3.3.13, for every status there is. */
static void
strangers_learn_nothing_of_who_is_there (void)
{
  for (guint status = 300; status < 700; status++)
    {
      OreeStanzaErr err = oree_gw_err_from_status (status, FALSE);

      g_assert_true (err != OREE_STANZA_ERR_ITEM_NOT_FOUND && err != OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE
                     && err != OREE_STANZA_ERR_GONE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/error/every-condition-has-its-status", every_condition_has_its_status);
  g_test_add_func ("/gateway/error/some-statuses-are-never-sent", some_statuses_are_never_sent);
  g_test_add_func ("/gateway/error/every-status-has-its-condition", every_status_has_its_condition);
  g_test_add_func ("/gateway/error/strangers-learn-nothing-of-who-is-there", strangers_learn_nothing_of_who_is_there);
  return g_test_run ();
}
