/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which partners would accept a certificate as our client identity? Decided from what their records leave as methods,
 * from what the certificate says, and from what each of them did with certificates of ours before. Pure. */
#pragma once
#include "base/oree-enum.h"
#include "model/oree-xmpp-partner.h"

G_BEGIN_DECLS

/* What a peer did with a certificate of ours that it saw as client identity. */
typedef enum
{
  OREE_TEMPER_NEVER_SEEN,
  OREE_TEMPER_ACCEPTED,
  OREE_TEMPER_REFUSED,         /* SASL EXTERNAL or the handshake failed */
  OREE_TEMPER_REFUSED_PURPOSE, /* … and it said that the purpose was why */
  OREE_TEMPER_NOT_OFFERED      /* it did not offer EXTERNAL after having seen it */
} OreeTemper;

extern const OreeEnumValue oree_tempers[]; /* "never-seen" "accepted" "refused" "refused-purpose" "not-offered" */

/* The two kinds of certificates that peers tell apart. */
typedef enum
{
  OREE_USAGE_SERVER_ONLY, /* extended key usage without clientAuth: what public authorities give from now on */
  OREE_USAGE_CLIENT,      /* with clientAuth, any usage, or without that extension */
  OREE_N_USAGES
} OreeUsage;

extern const OreeEnumValue oree_usages[]; /* "server-only" "client" */

typedef enum
{
  OREE_FORECAST_WORKS,
  OREE_FORECAST_UNKNOWN,
  OREE_FORECAST_FALLS_BACK, /* the certificate is refused, dialback remains */
  OREE_FORECAST_BREAKS,     /* the certificate is refused, and nothing else is allowed */
  OREE_N_FORECASTS
} OreeForecast;

extern const OreeEnumValue oree_forecasts[]; /* "works" "unknown" "falls-back" "breaks" */

typedef struct
{
  const char *flaw;      /* reason code of what spoils it for everybody ("expired", …); NULL: nothing */
  const char *uncovered; /* a domain of ours it does not name; NULL: it names all */
  OreeUsage usage;
} OreeForecastIdentity;

/* The reason that wants `uncovered` told with it. */
#define OREE_FORECAST_NAME_MISSING "our-name-missing"

typedef struct
{
  OreeForecast forecast;
  const char *reason; /* a code with a sentence; static */
} OreeForecastVerdict;

/* `methods`: what the partner's record permits; `seen`: by usage. */
OreeForecastVerdict oree_forecast (const OreeForecastIdentity *identity, OreeXmppMethods methods,
                                   const OreeTemper seen[OREE_N_USAGES]);
/* Every reason oree_forecast may give of itself, NULL-terminated, static: a test holds the sentences against it. */
const char *const *oree_forecast_reasons (void);

G_END_DECLS
