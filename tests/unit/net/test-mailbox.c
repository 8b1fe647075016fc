/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/oree-worker.h"

enum { SENDERS = 4, MAILS = 20000 };

typedef struct
{
  guint sender, number;
} Letter;

static guint expected[SENDERS];
static guint received, freed;
static OreeWorker *receiver;

static void
letter_cb (gpointer data)
{
  Letter *letter = data;

  g_assert_true (oree_worker_current () == receiver);
  g_assert_cmpuint (letter->number, ==, expected[letter->sender]);
  expected[letter->sender]++;
  received++;
  g_free (letter);
}

static gpointer
sender_main (gpointer data)
{
  for (guint i = 0; i < MAILS; i++)
    {
      Letter *letter = g_new (Letter, 1);

      *letter = (Letter){ GPOINTER_TO_UINT (data), i };
      oree_worker_post (receiver, letter_cb, letter);
    }

  return NULL;
}

static void
test_keeps_each_senders_order (void)
{
  GThread *senders[SENDERS];

  receiver = oree_worker_new (0);
  oree_worker_start (receiver);
  for (guint i = 0; i < SENDERS; i++)
    senders[i] = g_thread_new ("sender", sender_main, GUINT_TO_POINTER (i));
  for (guint i = 0; i < SENDERS; i++)
    g_thread_join (senders[i]);
  oree_worker_stop (receiver);
  oree_worker_join (receiver);
  g_assert_cmpuint (received, ==, SENDERS * MAILS);
  oree_worker_free (receiver);
}

static void
count_freed (gpointer data)
{
  freed++;
}

static void
never_cb (gpointer data)
{
  g_assert_not_reached ();
}

static void
close_cb (gpointer data)
{
  oree_mailbox_close (data);
}

static void
test_frees_what_it_cannot_deliver (void)
{
  GMainContext *context = g_main_context_new ();
  OreeMailbox *box = oree_mailbox_new (context);

  freed = 0;
  g_assert_true (oree_mailbox_post (box, close_cb, box, NULL));
  g_assert_true (oree_mailbox_post (box, never_cb, NULL, count_freed));
  g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (freed, ==, 1);
  g_assert_false (oree_mailbox_post (box, never_cb, NULL, count_freed));
  g_assert_cmpuint (freed, ==, 2);
  oree_mailbox_unref (box);

  box = oree_mailbox_new (context);
  g_assert_true (oree_mailbox_post (box, never_cb, NULL, count_freed));
  oree_mailbox_unref (box);
  g_assert_cmpuint (freed, ==, 3);
  g_main_context_unref (context);
}

/* Two workers hand one token back and forth: the wake-up is never lost. */
static OreeWorker *players[2];
static guint rallies;

static void
token_cb (gpointer data)
{
  guint hops = GPOINTER_TO_UINT (data);

  rallies = hops;
  if (hops < 20000)
    oree_worker_post (players[(hops + 1) % 2], token_cb, GUINT_TO_POINTER (hops + 1));
  else
    for (guint i = 0; i < 2; i++)
      oree_worker_stop (players[i]);
}

static void
test_never_loses_a_wakeup (void)
{
  for (guint i = 0; i < 2; i++)
    players[i] = oree_worker_new (i);
  for (guint i = 0; i < 2; i++)
    oree_worker_start (players[i]);
  oree_worker_post (players[0], token_cb, GUINT_TO_POINTER (0));
  for (guint i = 0; i < 2; i++)
    oree_worker_join (players[i]);
  g_assert_cmpuint (rallies, ==, 20000);
  for (guint i = 0; i < 2; i++)
    oree_worker_free (players[i]);
}

/* Timers and hooks on a worker's loop. */
static OreeTimer timer;
static OreeHook at_end, next_turn;
static GString *trace;

static void
trace_cb (gpointer data)
{
  g_string_append (trace, data);
}

static void
hooks_cb (gpointer data)
{
  OreeReactor *reactor = oree_worker_reactor (data);

  g_string_append (trace, "mail ");
  oree_reactor_at_end (reactor, &at_end);
  oree_reactor_at_end (reactor, &at_end);
  oree_reactor_next_turn (reactor, &next_turn);
}

static void
timer_cb (gpointer data)
{
  g_string_append (trace, "timer ");
  oree_worker_stop (data);
}

static void
arm_cb (gpointer data)
{
  oree_timer_init (&timer, timer_cb, data);
  oree_worker_arm (data, &timer, oree_worker_now (data) + 5 * OREE_MS);
}

static void
test_turn_ends_then_next_begins (void)
{
  OreeWorker *worker = oree_worker_new (0);

  trace = g_string_new (NULL);
  oree_hook_init (&at_end, trace_cb, (gpointer) "end ");
  oree_hook_init (&next_turn, trace_cb, (gpointer) "next ");
  oree_worker_post (worker, arm_cb, worker);
  oree_worker_post (worker, hooks_cb, worker);
  oree_worker_start (worker);
  oree_worker_join (worker);
  g_assert_cmpstr (trace->str, ==, "mail end next timer ");
  g_string_free (trace, TRUE);
  oree_worker_free (worker);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/mailbox/keeps-each-senders-order", test_keeps_each_senders_order);
  g_test_add_func ("/net/mailbox/frees-what-it-cannot-deliver", test_frees_what_it_cannot_deliver);
  g_test_add_func ("/net/mailbox/never-loses-a-wakeup", test_never_loses_a_wakeup);
  g_test_add_func ("/net/worker/turn-ends-then-next-begins", test_turn_ends_then_next_begins);
  return g_test_run ();
}
