/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a certificate of ours is for: the usages it can be assigned to, alone and in the groups people speak of. */
#pragma once
#include "base/oree-enum.h"
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_EDGE_USAGE_ACCESS_EDGE,      /* partners that connect to us: SIP and XMPP */
  OREE_EDGE_USAGE_WEB_CONFERENCING,
  OREE_EDGE_USAGE_AV,               /* signs the tokens of the media relay */
  OREE_EDGE_USAGE_INTERNAL,
  OREE_EDGE_USAGE_CLIENT,           /* shown to partners we connect to */
  OREE_N_EDGE_USAGES
} OreeEdgeUsage;

typedef guint OreeEdgeUsages; /* 1 << OreeEdgeUsage */

#define OREE_EDGE_USAGE_BIT(usage) (1u << (usage))
#define OREE_EDGE_USAGES_EXTERNAL \
  (OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_ACCESS_EDGE) | OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_WEB_CONFERENCING))

/* "access-edge-external" "web-conferencing-external" "av-authentication" "edge-internal" "client-identity"; static. */
extern const OreeEnumValue oree_edge_usages[];
const char *oree_edge_usage_nick (OreeEdgeUsage usage);

/* One word, a usage or a group ("external", "av", "internal", "client"), as a set; 0 when it is neither. */
OreeEdgeUsages oree_edge_usages_from_word (const char *word);
/* The union of words; 0, and `*bad` (borrowed) the word, when one is neither; 0 too without words. `bad` may be NULL. */
OreeEdgeUsages oree_edge_usages_from_words (const char *const *words, const char **bad);
/* The nicks of a set, in the order above; owned. */
char **oree_edge_usages_to_nicks (OreeEdgeUsages usages);
/* The words that are understood, comma-separated, for a problem's detail; static. */
const char *oree_edge_usage_words (void);

G_END_DECLS
