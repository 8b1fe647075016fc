/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays tests/vectors/policy/safeguard.table. */
#include "model/oree-record-set.h"
#include "policy/oree-safeguard.h"

#include "../model/changes.h"

static const char *const changes[] = {
  [OREE_SAFEGUARD_NO_CHANGE] = "",
  [OREE_SAFEGUARD_DISCOVERED] = "discovered",
  [OREE_SAFEGUARD_LIMITED] = "limited",
  [OREE_SAFEGUARD_WATCH_BEGAN] = "watch-began",
  [OREE_SAFEGUARD_SLOW_BEGAN] = "slow-began",
  [OREE_SAFEGUARD_SLOW_ENDED] = "slow-ended",
};

typedef struct
{
  OreeSafeguards *safeguards;
  OreeRecordSet *records;
} Stage;

static const OreeAccessEdge *
rules_of (const Stage *stage)
{
  return (const OreeAccessEdge *) oree_record_set_singleton (stage->records, &oree_access_edge_kind);
}

static void
stage_init (Stage *stage)
{
  stage->safeguards = oree_safeguards_new ();
  stage->records = oree_record_set_new_initial ();
}

static void
stage_clear (Stage *stage)
{
  oree_safeguards_free (stage->safeguards);
  oree_record_set_unref (stage->records);
}

/* "sip:u#@contoso.test", 3 → "sip:u3@contoso.test"; owned. */
static char *
numbered (const char *text, guint number)
{
  g_auto (GStrv) parts = g_strsplit (text, "#", 2);

  return parts[1] == NULL ? g_strdup (text) : g_strdup_printf ("%s%u%s", parts[0], number, parts[1]);
}

static void
play_request (Stage *stage, OreeTime now, char **words, guint times, char **expected)
{
  OreeSafeguardChange change = OREE_SAFEGUARD_NO_CHANGE;

  for (guint i = 1; i <= times; i++)
    {
      g_autofree char *domain = numbered (words[2], i);
      g_autofree char *user = g_str_equal (words[3], "-") ? NULL : numbered (words[3], i);
      OreeReason reason
        = oree_safeguards_on_request (stage->safeguards, rules_of (stage), domain, user, now, &change);

      g_assert_cmpstr (oree_reason_nick (reason), ==, expected[0]);
    }
  g_assert_cmpstr (changes[change], ==, expected[1] != NULL ? expected[1] : "");
}

static void
play_answer (Stage *stage, OreeTime now, char **words, guint times, char **expected)
{
  OreeSafeguardChange change = OREE_SAFEGUARD_NO_CHANGE;
  guint status = (guint) g_ascii_strtoull (words[3], NULL, 10);

  for (guint i = 0; i < times; i++)
    {
      /* Only the last one changes anything. */
      g_assert_cmpint (change, ==, OREE_SAFEGUARD_NO_CHANGE);
      change = oree_safeguards_on_answer (stage->safeguards, rules_of (stage), words[2], status, now);
    }
  g_assert_cmpstr (changes[change], ==, expected[0] != NULL ? expected[0] : "");
}

static char *
value_of (const OreeSafeguardView *view, const char *name)
{
  const struct
  {
    const char *name;
    guint64 value;
  } numbers[] = {
    { "requests", view->requests },
    { "refused-rate", view->refused_rate },
    { "refused-reach", view->refused_reach },
    { "successes", view->successes },
    { "failures", view->failures },
    { "window-failures", view->window_failures },
    { "window-successes", view->window_successes },
    { "contacts", view->contacts },
    { "rate", view->rate },
  };

  if (g_str_equal (name, "state"))
    return g_strdup (oree_enum_to_nick (oree_safeguard_states, view->state));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].name, name))
      return g_strdup_printf ("%" G_GUINT64_FORMAT, numbers[i].value);
  g_error ("no such value: %s", name);
}

static void
play_view (Stage *stage, OreeTime now, char **words, guint times, char **expected)
{
  OreeSafeguardView view;

  if (!oree_safeguards_get (stage->safeguards, rules_of (stage), words[2], now, &view))
    {
      g_assert_cmpstr (expected[0], ==, "unknown");
      return;
    }
  for (char **one = expected; *one != NULL; one++)
    {
      char *equals = strchr (*one, '=');
      g_autofree char *seen = NULL;

      g_assert_nonnull (equals);
      *equals = '\0';
      seen = value_of (&view, *one);
      g_assert_cmpstr (seen, ==, equals + 1);
    }
}

static void
note (const OreeSafeguardView *view, gpointer data)
{
  g_ptr_array_add (data, g_strdup_printf ("%s=%" G_GUINT64_FORMAT, view->domain, view->period_requests));
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
play_report (Stage *stage, OreeTime now, char **words, guint times, char **expected)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  oree_safeguards_report (stage->safeguards, rules_of (stage), now, note, lines);
  g_ptr_array_sort (lines, by_name);
  g_assert_cmpuint (lines->len, ==, g_strv_length (expected));
  for (guint i = 0; i < lines->len; i++)
    g_assert_cmpstr (lines->pdata[i], ==, expected[i]);
}

static void
play_due (Stage *stage, OreeTime now, char **words, guint times, char **expected)
{
  OreeTime due = oree_safeguards_report_due (stage->safeguards, rules_of (stage));
  g_autofree char *text = due == OREE_TIME_NEVER ? g_strdup ("never")
                                                 : g_strdup_printf ("%" G_GINT64_FORMAT, due / OREE_SECOND);

  g_assert_cmpstr (text, ==, expected[0]);
}

static void
play_step (Stage *stage, const char *line)
{
  static const struct
  {
    const char *word;
    guint n_words;
    void (*play) (Stage *stage, OreeTime now, char **words, guint times, char **expected);
  } steps[] = {
    { "request", 4, play_request }, { "answer", 4, play_answer }, { "view", 3, play_view },
    { "report", 2, play_report },   { "due", 2, play_due },
  };
  const char *colon = strstr (line, " :");
  g_autofree char *given = NULL;
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) expected = NULL;
  guint n, times = 1;

  g_assert_nonnull (colon);
  given = g_strndup (line, (gsize) (colon - line));
  words = g_strsplit (given, " ", -1);
  expected = g_strsplit (colon[2] == ' ' ? colon + 3 : colon + 2, " ", -1);
  n = g_strv_length (words);
  if (words[n - 1][0] == 'x')
    {
      times = (guint) g_ascii_strtoull (words[--n] + 1, NULL, 10);
      g_assert_cmpuint (times, >, 0);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (steps[i].word, words[1]))
      {
        g_assert_cmpuint (n, ==, steps[i].n_words);
        steps[i].play (stage, (OreeTime) (g_ascii_strtod (words[0], NULL) * OREE_SECOND), words, times, expected);
        return;
      }
  g_error ("no such step: %s", line);
}

static void
partners_are_held_as_the_table_says (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("OREE_VECTORS"), "policy", "safeguard.table", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  Stage stage;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  stage_init (&stage);
  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *change = NULL;
      OreeRecordSet *next;

      if (**line == '\0' || **line == '#')
        continue;
      g_test_message ("%s", *line);
      if (g_str_equal (*line, "new"))
        {
          stage_clear (&stage);
          stage_init (&stage);
        }
      else if (g_str_has_prefix (*line, "forget "))
        g_assert_true (oree_safeguards_forget (stage.safeguards, *line + strlen ("forget ")));
      else if (g_str_has_prefix (*line, "set "))
        {
          change = g_strdup_printf ("set access-edge global %s", *line + strlen ("set "));
          next = changes_apply_ok (stage.records, change);
          oree_record_set_unref (stage.records);
          stage.records = next;
        }
      else
        play_step (&stage, *line);
    }
  stage_clear (&stage);
}

static void
nobody_is_forgotten_twice (void)
{
  g_autoptr (OreeSafeguards) safeguards = oree_safeguards_new ();

  g_assert_false (oree_safeguards_forget (safeguards, "a.test"));
  g_assert_cmpuint (oree_safeguards_n_partners (safeguards), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/safeguard/partners-are-held-as-the-table-says", partners_are_held_as_the_table_says);
  g_test_add_func ("/policy/safeguard/nobody-is-forgotten-twice", nobody_is_forgotten_twice);
  return g_test_run ();
}
