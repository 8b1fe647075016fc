/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-forecast.h"

const OreeEnumValue oree_tempers[] = {
  { OREE_TEMPER_NEVER_SEEN, "never-seen" },
  { OREE_TEMPER_ACCEPTED, "accepted" },
  { OREE_TEMPER_REFUSED, "refused" },
  { OREE_TEMPER_REFUSED_PURPOSE, "refused-purpose" },
  { OREE_TEMPER_NOT_OFFERED, "not-offered" },
  { 0, NULL },
};

const OreeEnumValue oree_usages[] = {
  { OREE_USAGE_SERVER_ONLY, "server-only" },
  { OREE_USAGE_CLIENT, "client" },
  { 0, NULL },
};

const OreeEnumValue oree_forecasts[] = {
  { OREE_FORECAST_WORKS, "works" },
  { OREE_FORECAST_UNKNOWN, "unknown" },
  { OREE_FORECAST_FALLS_BACK, "falls-back" },
  { OREE_FORECAST_BREAKS, "breaks" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (oree_forecasts) == OREE_N_FORECASTS + 1);

#define NOT_NEEDED "certificate-not-asked"
#define ACCEPTED "accepted-before"
#define LENIENT "peer-is-lenient"
#define STRICT "peer-is-strict"
#define REFUSED "refused-before"
#define NEVER_SEEN "never-tried"

const char *const *
oree_forecast_reasons (void)
{
  static const char *const reasons[]
      = { NOT_NEEDED, OREE_FORECAST_NAME_MISSING, ACCEPTED, LENIENT, STRICT, REFUSED, NEVER_SEEN, NULL };

  return reasons;
}

static OreeForecastVerdict
refused (OreeXmppMethods methods, const char *reason)
{
  gboolean dialback = (methods & (OREE_XMPP_METHOD_TLS_DIALBACK | OREE_XMPP_METHOD_TCP_DIALBACK)) != 0;

  return (OreeForecastVerdict){ dialback ? OREE_FORECAST_FALLS_BACK : OREE_FORECAST_BREAKS, reason };
}

/* What one kind of certificate met says of both kinds: who takes less takes more, who wants more refuses less. */
static OreeForecastVerdict
by_temper (OreeUsage usage, OreeXmppMethods methods, const OreeTemper seen[OREE_N_USAGES])
{
  OreeTemper same = seen[usage], less = seen[OREE_USAGE_SERVER_ONLY], more = seen[OREE_USAGE_CLIENT];

  switch (same)
    {
    case OREE_TEMPER_ACCEPTED:
      return (OreeForecastVerdict){ OREE_FORECAST_WORKS, ACCEPTED };
    case OREE_TEMPER_REFUSED_PURPOSE:
      return refused (methods, STRICT);
    case OREE_TEMPER_REFUSED:
    case OREE_TEMPER_NOT_OFFERED:
      return refused (methods, usage == OREE_USAGE_SERVER_ONLY && more == OREE_TEMPER_ACCEPTED ? STRICT : REFUSED);
    case OREE_TEMPER_NEVER_SEEN:
      break;
    }
  if (usage == OREE_USAGE_CLIENT && less == OREE_TEMPER_ACCEPTED)
    return (OreeForecastVerdict){ OREE_FORECAST_WORKS, LENIENT };
  return (OreeForecastVerdict){ OREE_FORECAST_UNKNOWN, NEVER_SEEN };
}

OreeForecastVerdict
oree_forecast (const OreeForecastIdentity *identity, OreeXmppMethods methods, const OreeTemper seen[OREE_N_USAGES])
{
  if ((methods & OREE_XMPP_METHOD_SASL_TLS) == 0)
    return (OreeForecastVerdict){ OREE_FORECAST_WORKS, NOT_NEEDED };
  if (identity->flaw != NULL)
    return refused (methods, identity->flaw);
  if (identity->uncovered != NULL)
    return refused (methods, OREE_FORECAST_NAME_MISSING);
  return by_temper (identity->usage, methods, seen);
}
