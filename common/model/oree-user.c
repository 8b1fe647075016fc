/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-user.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "ident/oree-sip-uri.h"
#include "model/oree-normalise.h"
#include <string.h>

static const OreeEnumValue homes[] = {
  { OREE_HOME_EMBEDDED, "embedded" },
  { OREE_HOME_NEXT_HOP, "next-hop" },
  { 0, NULL },
};

#define HIDDEN (OREE_FIELD_FLAG_SECRET | OREE_FIELD_FLAG_HIDDEN)
#define F(member, name, TYPE, flags, max, choices, normalise, doc) \
  OREE_FIELD (OreeUser, member, name, TYPE, flags, NULL, 0, max, choices, normalise, doc)

static const OreeField fields[] = {
  F (display_name, "display-name", STRING, OREE_FIELD_FLAG_NONE, OREE_NAME_MAX, NULL, NULL,
     "The name people see."),
  F (external_access_policy, "external-access-policy", STRING, OREE_FIELD_FLAG_NONE, OREE_NAME_MAX, NULL,
     oree_normalise_policy_id, "The policy granted to this user; empty: that of the site, else the global one."),
  F (site, "site", STRING, OREE_FIELD_FLAG_NONE, OREE_NAME_MAX, NULL, oree_normalise_name,
     "The user's site; empty: the site of the edge."),
  F (home, "home", ENUM, OREE_FIELD_FLAG_NONE, 0, homes, NULL,
     "Where the user lives: the embedded front end, or the server behind the next hop."),
  F (password, "password", SECRET, OREE_FIELD_FLAG_SECRET | OREE_FIELD_FLAG_NOT_STORED, 0, NULL, NULL,
     "Kept only as the digests of SIP; empty: the user cannot sign in here."),
  F (ha1_sha256, "ha1-sha256", SECRET, HIDDEN, 0, NULL, oree_normalise_hex, "RFC 8760 digest of the password."),
  F (ha1_md5, "ha1-md5", SECRET, HIDDEN, 0, NULL, oree_normalise_hex, "RFC 7616 digest of the password."),
};

char *
oree_user_digest_name (const char *id)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, oree_span_str (id)) ? oree_sip_uri_dup_user (&uri) : NULL;
}

char *
oree_user_domain (const char *id)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, oree_span_str (id)) ? oree_sip_uri_dup_domain (&uri) : NULL;
}

static void
replace (char **secret, char *value)
{
  oree_secret_free (*secret);
  *secret = value;
}

/* RFC 7616 3.4.2: A1 = user ":" realm ":" password, hashed once per algorithm. */
static void
derive (OreeRecord *record)
{
  OreeUser *self = (OreeUser *) record;
  g_autofree char *name = oree_user_digest_name (record->id);
  g_autofree char *realm = oree_user_domain (record->id);
  char *a1;

  if (*self->password == '\0' || name == NULL || realm == NULL)
    {
      replace (&self->ha1_sha256, g_strdup (""));
      replace (&self->ha1_md5, g_strdup (""));
      replace (&self->password, g_strdup (""));
      return;
    }
  a1 = g_strconcat (name, ":", realm, ":", self->password, NULL);
  replace (&self->ha1_sha256, g_compute_checksum_for_string (G_CHECKSUM_SHA256, a1, -1));
  replace (&self->ha1_md5, g_compute_checksum_for_string (G_CHECKSUM_MD5, a1, -1));
  replace (&self->password, g_strdup (""));
  oree_secret_free (a1);
}

const OreeKind oree_user_kind = {
  .name = "user",
  .size = sizeof (OreeUser),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .normalise_id = oree_normalise_user,
  .id_doc = "The user's SIP address, sip:name@domain.",
  .doc = "A person of ours.",
  .derive = derive,
};
