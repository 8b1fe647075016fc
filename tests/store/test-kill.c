/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer killed with SIGKILL at random moments, over and over: what it was told is on disk is there, and no transaction
 * is there in part. The writer is this program again, with --writer URL; it tells what was answered on its output. */
#include "model/oree-sip-domain.h"
#include "store-fixture.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 30

static const char *program;

/* --- The writer --- */

typedef struct
{
  OreeStore *store;
  OreeRecordSet *set, *next;
  guint64 revision;
} Writer;

static void
tell (char what, guint64 number)
{
  char line[32];
  int length = g_snprintf (line, sizeof line, "%c%" G_GUINT64_FORMAT "\n", what, number);

  if (write (STDOUT_FILENO, line, (size_t) length) != length)
    _exit (0);
}

static void
row_saved_cb (gpointer data, gboolean ok)
{
  g_assert_true (ok);
  tell ('R', GPOINTER_TO_SIZE (data));
}

static void write_next (Writer *self);

static void
committed_cb (guint64 revision, const GError *error, gpointer data)
{
  Writer *self = data;

  g_assert_no_error (error);
  tell ('C', revision);
  oree_record_set_unref (self->set);
  self->set = g_steal_pointer (&self->next);
  self->revision = revision;
  write_next (self);
}

/* Two records and some rows, all bearing the number of the revision to come. */
static void
write_next (Writer *self)
{
  guint64 number = self->revision + 1;
  g_autofree char *fields = g_strdup_printf ("{'description': <'%" G_GUINT64_FORMAT "'>}", number);
  g_autoptr (OreeRecordSet) half = NULL;

  half = store_fixture_change (self->set, number == 1 ? "add" : "set", "sip-domain", "a.test", fields);
  self->next = store_fixture_change (half, number == 1 ? "add" : "set", "sip-domain", "b.test", fields);

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%d", i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "n", "t", number);
      oree_store_save_row (self->store, oree_runtime_row_new (OREE_SPACE_STATE, key, g_variant_dict_end (&dict)),
                           row_saved_cb, GSIZE_TO_POINTER (number));
    }
  oree_store_commit (self->store, self->set, self->next, self->revision, "writer", "apply", committed_cb, self);
}

static void
opened_cb (OreeStoreContent *content, const GError *error, gpointer data)
{
  Writer *self = data;

  g_assert_no_error (error);
  self->set = oree_record_set_ref (content->set);
  self->revision = content->revision;
  write_next (self);
}

static int
be_writer (const char *url)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Writer self = { .store = oree_store_new (url, NULL) };

  oree_store_open (self.store, opened_cb, &self);
  g_main_loop_run (loop); /* until killed */
  return 1;
}

/* --- The judge --- */

typedef struct
{
  guint64 committed, saved;
} Told;

/* Reads what the writer says until it is gone; kills it a random moment after its first word. */
static void
run_and_kill (const char *url, GRand *rand, Told *told)
{
  const char *const argv[] = { program, "--writer", url, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GIOChannel) channel = NULL;
  gint64 deadline = G_MAXINT64;
  gboolean killed = FALSE;
  GPid pid;
  int out, status;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  channel = g_io_channel_unix_new (out);

  while (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      guint64 number = 0;

      g_assert_true (g_ascii_string_to_unsigned (g_strchomp (line + 1), 10, 0, G_MAXINT64, &number, NULL));
      if (line[0] == 'C')
        told->committed = MAX (told->committed, number);
      else
        told->saved = MAX (told->saved, number);
      g_clear_pointer (&line, g_free);

      if (deadline == G_MAXINT64)
        deadline = g_get_monotonic_time () + g_rand_int_range (rand, 0, 60000);
      if (!killed && g_get_monotonic_time () >= deadline)
        {
          kill (pid, SIGKILL);
          killed = TRUE;
        }
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_spawn_close_pid (pid);
  close (out);
}

typedef struct
{
  OreeStoreContent *content;
  GPtrArray *history;
  gboolean done;
} Seen;

static void
seen_cb (OreeStoreContent *content, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  ((Seen *) data)->content = oree_store_content_ref (content);
}

static void
history_cb (GPtrArray *rows, const GError *error, gpointer data)
{
  Seen *seen = data;

  g_assert_no_error (error);
  seen->history = g_ptr_array_ref (rows);
  seen->done = TRUE;
}

static guint64
description_of (OreeRecordSet *set, const char *id)
{
  const OreeSipDomain *domain = (const OreeSipDomain *) oree_record_set_get (set, "sip-domain", id);
  guint64 number = 0;

  /* The first kill may come before the first commit. */
  if (domain == NULL)
    return 0;
  g_assert_true (g_ascii_string_to_unsigned (domain->description, 10, 0, G_MAXINT64, &number, NULL));
  return number;
}

static void
judge (const char *url, const Told *told)
{
  g_autoptr (OreeStore) store = oree_store_new (url, NULL);
  Seen seen = { NULL, NULL, FALSE };
  guint64 revision, highest = 0;

  oree_store_open (store, seen_cb, &seen);
  oree_store_history (store, 0, 1, history_cb, &seen);
  while (!seen.done)
    g_main_context_iteration (NULL, TRUE);

  revision = seen.content->revision;
  g_assert_cmpuint (revision, >=, told->committed);
  g_assert_cmpuint (revision, <=, told->committed + 1); /* at most the one under way */
  g_assert_cmpuint (oree_problems_n (seen.content->problems), ==, 0);
  g_assert_cmpuint (description_of (seen.content->set, "a.test"), ==, revision);
  g_assert_cmpuint (description_of (seen.content->set, "b.test"), ==, revision);
  g_assert_cmpuint (seen.history->len, ==, revision > 0 ? 2 : 0);

  g_assert_cmpuint (seen.content->n_runtime_damaged, ==, 0);
  /* Rows are promised one by one; those of a commit that was answered were asked before it. */
  g_assert_cmpuint (seen.content->runtime->len, >=, told->committed > 0 ? 5 : 1);
  g_assert_cmpuint (seen.content->runtime->len, <=, 5);
  for (guint i = 0; i < seen.content->runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (seen.content->runtime, i);
      guint64 n = 0;

      g_assert_true (g_variant_lookup (row->value, "n", "t", &n));
      highest = MAX (highest, n);
    }
  g_assert_cmpuint (highest, >=, told->saved);

  g_ptr_array_unref (seen.history);
  oree_store_content_unref (seen.content);
}

static void
killed_writer_leaves_nothing_half_done (void)
{
  g_autofree char *url = store_fixture_url ();
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  Told told = { 0, 0 };

  for (int i = 0; i < ROUNDS; i++)
    {
      run_and_kill (url, rand, &told);
      judge (url, &told);
    }
  g_test_message ("%d kills, revision %" G_GUINT64_FORMAT, ROUNDS, told.committed);
}

int
main (int argc, char **argv)
{
  int status;

  if (argc == 3 && g_str_equal (argv[1], "--writer"))
    return be_writer (argv[2]);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/kill/writer-leaves-nothing-half-done", killed_writer_leaves_nothing_half_done);
  status = g_test_run ();
  store_fixture_clean_up ();
  return status;
}
