/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-edge-usage.h"

#define BIT OREE_EDGE_USAGE_BIT

const OreeEnumValue oree_edge_usages[] = {
  { OREE_EDGE_USAGE_ACCESS_EDGE, "access-edge-external" },
  { OREE_EDGE_USAGE_WEB_CONFERENCING, "web-conferencing-external" },
  { OREE_EDGE_USAGE_AV, "av-authentication" },
  { OREE_EDGE_USAGE_INTERNAL, "edge-internal" },
  { OREE_EDGE_USAGE_CLIENT, "client-identity" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (oree_edge_usages) == OREE_N_EDGE_USAGES + 1);

static const struct
{
  const char *word;
  OreeEdgeUsages usages;
} groups[] = {
  { "external", OREE_EDGE_USAGES_EXTERNAL },
  { "av", BIT (OREE_EDGE_USAGE_AV) },
  { "internal", BIT (OREE_EDGE_USAGE_INTERNAL) },
  { "client", BIT (OREE_EDGE_USAGE_CLIENT) },
};

const char *
oree_edge_usage_nick (OreeEdgeUsage usage)
{
  return oree_enum_to_nick (oree_edge_usages, (int) usage);
}

OreeEdgeUsages
oree_edge_usages_from_word (const char *word)
{
  int usage;

  if (oree_enum_from_nick (oree_edge_usages, oree_span_str (word), &usage))
    return BIT (usage);
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (groups[i].word, word))
      return groups[i].usages;
  return 0;
}

OreeEdgeUsages
oree_edge_usages_from_words (const char *const *words, const char **bad)
{
  OreeEdgeUsages all = 0;

  if (bad != NULL)
    *bad = NULL;
  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    {
      OreeEdgeUsages some = oree_edge_usages_from_word (words[i]);

      if (some == 0)
        {
          if (bad != NULL)
            *bad = words[i];
          return 0;
        }
      all |= some;
    }
  return all;
}

char **
oree_edge_usages_to_nicks (OreeEdgeUsages usages)
{
  g_autoptr (GStrvBuilder) nicks = g_strv_builder_new ();

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    if (usages & BIT (u))
      g_strv_builder_add (nicks, oree_edge_usage_nick ((OreeEdgeUsage) u));
  return g_strv_builder_end (nicks);
}

const char *
oree_edge_usage_words (void)
{
  return "external, internal, client, av, access-edge-external, web-conferencing-external, av-authentication, "
         "edge-internal, client-identity";
}
