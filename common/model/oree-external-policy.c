/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-external-policy.h"

#include "model/oree-normalise.h"
#include <string.h>

#define F(member, name, TYPE, flags, doc) \
  OREE_FIELD (OreeExternalPolicy, member, name, TYPE, flags, NULL, 0, 0, NULL, NULL, doc)

static const OreeField fields[] = {
  F (description, "description", STRING, OREE_FIELD_FLAG_NONE, "Free text."),
  F (enable_federation_access, "enable-federation-access", BOOLEAN, OREE_FIELD_FLAG_NONE,
     "Users may talk to federated organisations; XMPP needs it too."),
  F (enable_xmpp_access, "enable-xmpp-access", BOOLEAN, OREE_FIELD_FLAG_NONE, "Users may talk to XMPP partners."),
  F (enable_public_cloud_access, "enable-public-cloud-access", BOOLEAN, OREE_FIELD_FLAG_NONE,
     "Users may talk to public providers."),
  F (enable_public_cloud_audio_video_access, "enable-public-cloud-audio-video-access", BOOLEAN,
     OREE_FIELD_FLAG_NONE, "Users may have audio and video with public providers."),
  F (enable_outside_access, "enable-outside-access", BOOLEAN, OREE_FIELD_FLAG_NO_EFFECT,
     "Users may sign in from the Internet."),
};

static void
check (const OreeRecord *record, OreeProblems *problems)
{
  const OreeExternalPolicy *self = (const OreeExternalPolicy *) record;

  if (self->enable_xmpp_access && !self->enable_federation_access)
    oree_problems_add (problems, record->kind->name, record->id, "enable-xmpp-access",
                       OREE_PROBLEM_XMPP_NEEDS_FEDERATION, NULL);
  if (self->enable_public_cloud_audio_video_access && !self->enable_public_cloud_access)
    oree_problems_add (problems, record->kind->name, record->id, "enable-public-cloud-audio-video-access",
                       OREE_PROBLEM_AUDIO_VIDEO_NEEDS_PUBLIC, NULL);
}

const OreeKind oree_external_policy_kind = {
  .name = "external-access-policy",
  .size = sizeof (OreeExternalPolicy),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_policy_id,
  .id_doc = "global, site:NAME for the users of a site, or the name of a policy granted to users one by one.",
  .doc = "What users may do beyond our walls.",
  .check = check,
};

OreePolicyScope
oree_external_policy_scope (const char *id, const char **site)
{
  const gsize prefix = strlen (OREE_EXTERNAL_POLICY_SITE_PREFIX);

  if (strcmp (id, OREE_EXTERNAL_POLICY_GLOBAL) == 0)
    return OREE_POLICY_SCOPE_GLOBAL;
  if (strncmp (id, OREE_EXTERNAL_POLICY_SITE_PREFIX, prefix) != 0)
    return OREE_POLICY_SCOPE_USER;
  if (site != NULL)
    *site = id + prefix;
  return OREE_POLICY_SCOPE_SITE;
}
