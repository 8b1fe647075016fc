/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-error.h"

/* RFC 7247 table 2, with what we may not or will not send replaced. */
static const struct { const char *condition; guint full, bare; } to_sip[] = {
  { "bad-request", 400, 400 },
  { "conflict", 400, 400 },
  { "feature-not-implemented", 405, 501 },
  { "forbidden", 403, 603 },
  { "gone", 410, 410 },
  { "internal-server-error", 500, 500 },
  { "item-not-found", 404, 604 },
  { "jid-malformed", 400, 400 },
  { "not-acceptable", 406, 606 },
  { "not-allowed", 403, 403 },
  { "not-authorized", 403, 403 },
  { "payment-required", 402, 402 },
  { "policy-violation", 403, 403 },
  { "recipient-unavailable", 480, 600 },
  { "redirect", 480, 480 },
  { "registration-required", 403, 403 },
  { "remote-server-not-found", 404, 404 },
  { "remote-server-timeout", 504, 504 },
  { "resource-constraint", 500, 500 },
  { "service-unavailable", 403, 403 },
  { "subscription-required", 400, 400 },
  { "undefined-condition", 400, 400 },
  { "unexpected-request", 491, 491 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (to_sip) == OREE_N_STANZA_ERRS);

static void
every_condition_has_its_status (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (to_sip); i++)
    {
      OreeStanzaErr err;

      g_assert_true (oree_stanza_err_from_condition (to_sip[i].condition, &err));
      g_assert_cmpuint (oree_gw_status_from_err (err, TRUE, FALSE), ==, to_sip[i].full);
      g_assert_cmpuint (oree_gw_status_from_err (err, FALSE, FALSE), ==, to_sip[i].bare);
      g_assert_cmpuint (oree_gw_status_from_err (err, TRUE, TRUE), ==, err == OREE_STANZA_ERR_GONE ? 301 : to_sip[i].full);
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

/* RFC 7247 table 3, all rows; `open` for a sender who may know, `closed` for one who may not. */
static const struct { guint status; const char *open, *closed; } to_xmpp[] = {
  { 300, "redirect", "redirect" },
  { 301, "gone", "service-unavailable" },
  { 302, "redirect", "redirect" },
  { 305, "redirect", "redirect" },
  { 380, "not-acceptable", "not-acceptable" },
  { 399, "redirect", "redirect" },
  { 400, "bad-request", "bad-request" },
  { 401, "not-authorized", "not-authorized" },
  { 402, "bad-request", "bad-request" },
  { 403, "forbidden", "forbidden" },
  { 404, "item-not-found", "service-unavailable" },
  { 405, "feature-not-implemented", "feature-not-implemented" },
  { 406, "not-acceptable", "not-acceptable" },
  { 407, "registration-required", "registration-required" },
  { 408, "remote-server-timeout", "remote-server-timeout" },
  { 410, "gone", "service-unavailable" },
  { 413, "policy-violation", "policy-violation" },
  { 414, "policy-violation", "policy-violation" },
  { 415, "not-acceptable", "not-acceptable" },
  { 416, "not-acceptable", "not-acceptable" },
  { 420, "feature-not-implemented", "feature-not-implemented" },
  { 421, "not-acceptable", "not-acceptable" },
  { 423, "resource-constraint", "resource-constraint" },
  { 430, "recipient-unavailable", "service-unavailable" },
  { 439, "feature-not-implemented", "feature-not-implemented" },
  { 440, "policy-violation", "policy-violation" },
  { 480, "recipient-unavailable", "service-unavailable" },
  { 481, "item-not-found", "service-unavailable" },
  { 482, "not-acceptable", "not-acceptable" },
  { 483, "not-acceptable", "not-acceptable" },
  { 484, "item-not-found", "service-unavailable" },
  { 485, "item-not-found", "service-unavailable" },
  { 486, "recipient-unavailable", "service-unavailable" },
  { 487, "recipient-unavailable", "service-unavailable" },
  { 488, "not-acceptable", "not-acceptable" },
  { 489, "policy-violation", "policy-violation" },
  { 491, "unexpected-request", "unexpected-request" },
  { 493, "bad-request", "bad-request" },
  { 499, "bad-request", "bad-request" },
  { 500, "internal-server-error", "internal-server-error" },
  { 501, "feature-not-implemented", "feature-not-implemented" },
  { 502, "remote-server-not-found", "remote-server-not-found" },
  { 503, "internal-server-error", "internal-server-error" },
  { 504, "remote-server-timeout", "remote-server-timeout" },
  { 505, "not-acceptable", "not-acceptable" },
  { 513, "policy-violation", "policy-violation" },
  { 599, "internal-server-error", "internal-server-error" },
  { 600, "recipient-unavailable", "service-unavailable" },
  { 603, "recipient-unavailable", "service-unavailable" },
  { 604, "item-not-found", "service-unavailable" },
  { 606, "not-acceptable", "not-acceptable" },
  { 699, "recipient-unavailable", "service-unavailable" },
};

static void
every_status_has_its_condition (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (to_xmpp); i++)
    {
      g_test_message ("%u", to_xmpp[i].status);
      g_assert_cmpstr (oree_stanza_err_condition (oree_gw_err_from_status (to_xmpp[i].status, TRUE)), ==, to_xmpp[i].open);
      g_assert_cmpstr (oree_stanza_err_condition (oree_gw_err_from_status (to_xmpp[i].status, FALSE)), ==, to_xmpp[i].closed);
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
