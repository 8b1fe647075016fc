/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typing both ways, by a clock of the test's. */
#include "base/oree-limits.h"
#include "gateway/oree-gw-budget.h"
#include "gateway/oree-gw-typing.h"

#define S OREE_SECOND
#define APART (OREE_GW_TYPING_APART_SECONDS * S)
#define REFRESH (OREE_GW_TYPING_REFRESH * S)

static OreeGwTypingDo
says (OreeGwTyping *typing, OreeChatState state, OreeTime now)
{
  return oree_gw_typing_on_stanza (typing, state, FALSE, now);
}

static void
states_become_status_messages (void)
{
  OreeGwTyping typing = { 0 };
  OreeTime now = 100 * S;

  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_ACTIVE, now), ==, OREE_GW_TYPING_NOTHING); /* idle is what they think */
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, now), ==, OREE_GW_TYPING_ACTIVE);
  g_assert_cmpint (oree_gw_typing_on_outcome (&typing, 200, now), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, now), ==, OREE_GW_TYPING_NOTHING);
  /* Not at once: two status messages stand apart, and the last word counts. */
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_PAUSED, now + S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, now + APART);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, now + S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, now + REFRESH);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_INACTIVE, now + S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_on_deadline (&typing, now + APART), ==, OREE_GW_TYPING_IDLE);
  g_assert_cmpint (oree_gw_typing_on_outcome (&typing, 200, now + APART), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER);
}

static void
one_status_message_at_a_time (void)
{
  OreeGwTyping typing = { 0 };

  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, S), ==, OREE_GW_TYPING_ACTIVE);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_GONE, 10 * S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER); /* its outcome comes first */
  g_assert_cmpint (oree_gw_typing_on_outcome (&typing, 202, 11 * S), ==, OREE_GW_TYPING_IDLE);
}

static void
content_says_it_all (void)
{
  OreeGwTyping typing = { 0 };

  says (&typing, OREE_CHAT_STATE_COMPOSING, S);
  oree_gw_typing_on_outcome (&typing, 200, S);
  g_assert_cmpint (oree_gw_typing_on_stanza (&typing, OREE_CHAT_STATE_ACTIVE, TRUE, 9 * S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_PAUSED, 10 * S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, 11 * S), ==, OREE_GW_TYPING_ACTIVE);
}

static void
a_long_letter_is_refreshed_not_for_ever (void)
{
  OreeGwTyping typing = { 0 };
  OreeTime now = S;
  guint n = 0;

  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, now), ==, OREE_GW_TYPING_ACTIVE);
  oree_gw_typing_on_outcome (&typing, 200, now);
  while (oree_gw_typing_deadline (&typing) != OREE_TIME_NEVER)
    {
      OreeTime next = oree_gw_typing_deadline (&typing);

      g_assert_cmpint (next, ==, now + REFRESH);
      now = next;
      if (oree_gw_typing_on_deadline (&typing, now) == OREE_GW_TYPING_ACTIVE)
        n++;
      oree_gw_typing_on_outcome (&typing, 200, now);
    }
  g_assert_cmpuint (n, ==, 5);
}

static void
a_refusal_is_heeded (void)
{
  static const struct
  {
    guint status;
    gboolean lasting;
  } rows[] = { { 415, TRUE }, { 405, TRUE }, { 488, TRUE }, { 501, TRUE }, { 480, FALSE }, { 408, FALSE }, { 503, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeGwTyping typing = { 0 };
      OreeTime later = S + OREE_GW_TYPING_REFUSED_SECONDS * S;

      says (&typing, OREE_CHAT_STATE_COMPOSING, S);
      g_assert_cmpint (oree_gw_typing_on_outcome (&typing, rows[i].status, S), ==, OREE_GW_TYPING_NOTHING);
      says (&typing, OREE_CHAT_STATE_PAUSED, 10 * S);
      g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, 20 * S), ==,
                       rows[i].lasting ? OREE_GW_TYPING_NOTHING : OREE_GW_TYPING_ACTIVE);
      oree_gw_typing_on_outcome (&typing, 200, 20 * S);
      says (&typing, OREE_CHAT_STATE_PAUSED, 30 * S);
      if (!rows[i].lasting)
        continue;
      g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, later + S), ==, OREE_GW_TYPING_ACTIVE);
    }
}

static void
status_messages_become_states (void)
{
  OreeGwTyping typing = { 0 };
  OreeIsComposing active = { TRUE, 90 }, unsaid = { TRUE, 0 }, idle = { FALSE, 0 };

  /* Not to who has not shown to follow. */
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &active, S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER);
  oree_gw_typing_on_stanza (&typing, OREE_CHAT_STATE_ACTIVE, TRUE, S);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &active, S), ==, OREE_GW_TYPING_COMPOSING);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &active, 60 * S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, 150 * S);
  g_assert_cmpint (oree_gw_typing_on_deadline (&typing, 150 * S), ==, OREE_GW_TYPING_PAUSED);
  g_assert_cmpint (oree_gw_typing_on_deadline (&typing, 150 * S), ==, OREE_GW_TYPING_NOTHING);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &unsaid, 200 * S), ==, OREE_GW_TYPING_COMPOSING);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, 320 * S); /* RFC 3994 3.3 */
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &idle, 201 * S), ==, OREE_GW_TYPING_PAUSED);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &idle, 202 * S), ==, OREE_GW_TYPING_NOTHING);
  oree_gw_typing_on_status (&typing, &active, 203 * S);
  oree_gw_typing_on_content (&typing);
  g_assert_cmpint (oree_gw_typing_deadline (&typing), ==, OREE_TIME_NEVER);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &idle, 204 * S), ==, OREE_GW_TYPING_NOTHING); /* the content said so */
  /* After <gone/> it must show again that it follows (XEP-0085 5.1). */
  says (&typing, OREE_CHAT_STATE_GONE, 210 * S);
  g_assert_cmpint (oree_gw_typing_on_status (&typing, &active, 211 * S), ==, OREE_GW_TYPING_NOTHING);
}

static void
a_user_who_types_reads_it_too (void)
{
  OreeGwTyping typing = { 0 };
  OreeIsComposing active = { TRUE, 90 };

  says (&typing, OREE_CHAT_STATE_COMPOSING, S);
  oree_gw_typing_on_outcome (&typing, 415, S);
  oree_gw_typing_on_status (&typing, &active, 10 * S);
  g_assert_cmpint (says (&typing, OREE_CHAT_STATE_COMPOSING, 20 * S), ==, OREE_GW_TYPING_ACTIVE);
}

static void
a_budget_is_a_rate_and_a_burst (void)
{
  OreeGwBudget budget = { 0 };
  OreeTime now = 5 * S;

  for (guint i = 0; i < 10; i++)
    g_assert_true (oree_gw_budget_take (&budget, 2, 10, now));
  g_assert_false (oree_gw_budget_take (&budget, 2, 10, now));
  g_assert_false (oree_gw_budget_take (&budget, 2, 10, now + S / 4));
  g_assert_true (oree_gw_budget_take (&budget, 2, 10, now + S / 2));
  g_assert_false (oree_gw_budget_take (&budget, 2, 10, now + S / 2));
  now += 1000000 * S; /* a long rest fills it, and no more */
  for (guint i = 0; i < 10; i++)
    g_assert_true (oree_gw_budget_take (&budget, 2, 10, now));
  g_assert_false (oree_gw_budget_take (&budget, 2, 10, now));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/typing/states-become-status-messages", states_become_status_messages);
  g_test_add_func ("/gateway/typing/one-status-message-at-a-time", one_status_message_at_a_time);
  g_test_add_func ("/gateway/typing/content-says-it-all", content_says_it_all);
  g_test_add_func ("/gateway/typing/a-long-letter-is-refreshed-not-for-ever", a_long_letter_is_refreshed_not_for_ever);
  g_test_add_func ("/gateway/typing/a-refusal-is-heeded", a_refusal_is_heeded);
  g_test_add_func ("/gateway/typing/status-messages-become-states", status_messages_become_states);
  g_test_add_func ("/gateway/typing/a-user-who-types-reads-it-too", a_user_who_types_reads_it_too);
  g_test_add_func ("/gateway/budget/a-budget-is-a-rate-and-a-burst", a_budget_is_a_rate_and_a_burst);
  return g_test_run ();
}
