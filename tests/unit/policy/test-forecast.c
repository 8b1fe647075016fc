/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every row: the certificate, what the record leaves, what the peer did before; what is foretold and why. */
#include "policy/oree-forecast.h"

enum
{
  SASL = OREE_XMPP_METHOD_SASL_TLS,
  BOTH = OREE_XMPP_METHOD_SASL_TLS | OREE_XMPP_METHOD_TLS_DIALBACK,
  CLEAR = OREE_XMPP_METHOD_SASL_TLS | OREE_XMPP_METHOD_TCP_DIALBACK,
  DIALBACK = OREE_XMPP_METHOD_TLS_DIALBACK,
};

#define ONLY OREE_USAGE_SERVER_ONLY
#define CLIENT OREE_USAGE_CLIENT
#define NEVER OREE_TEMPER_NEVER_SEEN
#define YES OREE_TEMPER_ACCEPTED
#define NO OREE_TEMPER_REFUSED
#define PURPOSE OREE_TEMPER_REFUSED_PURPOSE
#define HIDDEN OREE_TEMPER_NOT_OFFERED

static const struct
{
  OreeForecastIdentity identity;
  int methods;
  OreeTemper seen[OREE_N_USAGES]; /* server-only, client */
  const char *forecast, *reason;
} rows[] = {
  /* Who asks for no certificate. */
  { { NULL, NULL, ONLY }, DIALBACK, { NO, NO }, "works", "certificate-not-asked" },
  { { "expired", "contoso.test", ONLY }, DIALBACK, { NEVER, NEVER }, "works", "certificate-not-asked" },
  /* What spoils it for everybody. */
  { { "expired", NULL, CLIENT }, SASL, { YES, YES }, "breaks", "expired" },
  { { "not-yet-valid", NULL, CLIENT }, BOTH, { YES, YES }, "falls-back", "not-yet-valid" },
  { { NULL, "contoso.test", CLIENT }, SASL, { YES, YES }, "breaks", "our-name-missing" },
  { { NULL, "contoso.test", CLIENT }, CLEAR, { YES, YES }, "falls-back", "our-name-missing" },
  { { "expired", "contoso.test", CLIENT }, SASL, { YES, YES }, "breaks", "expired" },
  /* A server's certificate. */
  { { NULL, NULL, ONLY }, SASL, { YES, NEVER }, "works", "accepted-before" },
  { { NULL, NULL, ONLY }, SASL, { NO, YES }, "breaks", "peer-is-strict" },
  { { NULL, NULL, ONLY }, BOTH, { NO, YES }, "falls-back", "peer-is-strict" },
  { { NULL, NULL, ONLY }, BOTH, { HIDDEN, YES }, "falls-back", "peer-is-strict" },
  { { NULL, NULL, ONLY }, SASL, { PURPOSE, NEVER }, "breaks", "peer-is-strict" },
  { { NULL, NULL, ONLY }, SASL, { NO, NEVER }, "breaks", "refused-before" },
  { { NULL, NULL, ONLY }, BOTH, { HIDDEN, NO }, "falls-back", "refused-before" },
  { { NULL, NULL, ONLY }, SASL, { NEVER, YES }, "unknown", "never-tried" },
  { { NULL, NULL, ONLY }, SASL, { NEVER, NEVER }, "unknown", "never-tried" },
  { { NULL, NULL, ONLY }, BOTH, { NEVER, NO }, "unknown", "never-tried" },
  /* One that says clientAuth. */
  { { NULL, NULL, CLIENT }, SASL, { NEVER, YES }, "works", "accepted-before" },
  { { NULL, NULL, CLIENT }, SASL, { YES, NEVER }, "works", "peer-is-lenient" },
  { { NULL, NULL, CLIENT }, SASL, { PURPOSE, YES }, "works", "accepted-before" },
  { { NULL, NULL, CLIENT }, SASL, { PURPOSE, NEVER }, "unknown", "never-tried" },
  { { NULL, NULL, CLIENT }, SASL, { NEVER, NO }, "breaks", "refused-before" },
  { { NULL, NULL, CLIENT }, BOTH, { YES, HIDDEN }, "falls-back", "refused-before" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeForecastVerdict verdict = oree_forecast (&rows[i].identity, (OreeXmppMethods) rows[i].methods, rows[i].seen);

      g_test_message ("row %u", (guint) i);
      g_assert_cmpstr (oree_enum_to_nick (oree_forecasts, verdict.forecast), ==, rows[i].forecast);
      g_assert_cmpstr (verdict.reason, ==, rows[i].reason);
    }
}

/* Each reason is in some row. */
static void
test_reasons (void)
{
  for (const char *const *reason = oree_forecast_reasons (); *reason != NULL; reason++)
    {
      gboolean seen = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        seen |= g_str_equal (rows[i].reason, *reason);
      g_test_message ("%s", *reason);
      g_assert_true (seen);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/forecast/rows", test_rows);
  g_test_add_func ("/policy/forecast/every-reason-has-a-row", test_reasons);
  return g_test_run ();
}
