/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of oreectl.c: what oreectl-change and oreectl-file call of it, without a service. */
#include "ctl/oreectl-verb.h"

OreectlStatus
oreectl_usage (const char *text)
{
  return OREECTL_USAGE;
}

GVariant *
oreectl_call (Oreectl *ctl, OreeCall call, GVariant *parameters, OreectlStatus *status)
{
  g_assert_not_reached ();
}

GVariant *
oreectl_no_options (void)
{
  g_assert_not_reached ();
}
