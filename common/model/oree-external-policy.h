/* SPDX-License-Identifier: GPL-3.0-or-later */
/* external-access-policy: what a user may do beyond our walls. The id is "global", "site:NAME" or the name of a
 * policy granted to users. User beats site beats global; the whole record counts, nothing is merged. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  char *description;
  gboolean enable_federation_access;
  gboolean enable_xmpp_access;
  gboolean enable_public_cloud_access;
  gboolean enable_public_cloud_audio_video_access;
  gboolean enable_outside_access;
} OreeExternalPolicy;

extern const OreeKind oree_external_policy_kind;

#define OREE_EXTERNAL_POLICY_GLOBAL "global"
#define OREE_EXTERNAL_POLICY_SITE_PREFIX "site:"

typedef enum
{
  OREE_POLICY_SCOPE_GLOBAL,
  OREE_POLICY_SCOPE_SITE,
  OREE_POLICY_SCOPE_USER
} OreePolicyScope;

/* The scope an id speaks of; for a site `*site` (may be NULL) points at its name inside `id`. */
OreePolicyScope oree_external_policy_scope (const char *id, const char **site);

G_END_DECLS
