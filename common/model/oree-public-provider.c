/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-public-provider.h"

#include "base/oree-limits.h"
#include "model/oree-access-edge.h"
#include "model/oree-normalise.h"
#include "model/oree-sip-peer.h"

#define NOW OREE_FIELD_FLAG_NONE
#define LATER OREE_FIELD_FLAG_NO_EFFECT
#define ONCE OREE_FIELD_FLAG_WRITE_ONCE
#define F(member, name, TYPE, flags, fallback, max, choices, normalise, doc) \
  OREE_FIELD (OreePublicProvider, member, name, TYPE, flags, fallback, 0, max, choices, normalise, doc)

static const OreeField fields[] = {
  F (enabled, "enabled", BOOLEAN, NOW, "false", 0, NULL, NULL, "Messages pass to and from this provider."),
  F (proxy_fqdn, "proxy-fqdn", STRING, OREE_FIELD_FLAG_REQUIRED | ONCE, "", OREE_NAME_MAX, NULL,
     oree_normalise_fqdn,
     "The provider's Access Edge; to change it, remove the provider and add it again."),
  F (verification_level, "verification-level", ENUM, NOW, "always-unverifiable", 0, oree_verification_levels,
     NULL, "Whom to believe about the provider's users."),
  F (icon_url, "icon-url", STRING, ONCE | LATER, "", 0, NULL, oree_normalise_url,
     "The picture shown for the provider's contacts."),
  F (name_decoration_domain, "name-decoration-domain", STRING, ONCE | LATER, "", OREE_NAME_MAX, NULL,
     oree_normalise_domain, "The domain put behind the names of the provider's contacts."),
  F (name_check, "name-check", ENUM, NOW, NULL, 0, oree_sip_name_checks, NULL, OREE_SIP_NAME_CHECK_DOC),
  F (client_certificate_usage, "client-certificate-usage", ENUM, NOW, NULL, 0, oree_sip_certificate_usages, NULL,
     OREE_SIP_CERTIFICATE_USAGE_DOC),
  F (client_authentication_needed, "client-authentication-needed", BOOLEAN, OREE_FIELD_FLAG_NONE, "false", 0, NULL, NULL,
     "The provider wants client authentication in our certificate's key usage: requests for certificates ask for it."),
};

const OreeKind oree_public_provider_kind = {
  .name = "public-provider",
  .size = sizeof (OreePublicProvider),
  .fields = fields,
  .n_fields = G_N_ELEMENTS (fields),
  .missing = oree_sip_peer_missing,
  .normalise_id = oree_normalise_name,
  .id_doc = "The provider's name, unique among public and hosting providers.",
  .doc = "A public instant-messaging network.",
};

void
oree_public_provider_append_initial (GPtrArray *records)
{
  static const struct
  {
    const char *id;
    const char *proxy_fqdn;
    gboolean client_authentication_needed;
  } shipped[] = {
    { "AOL", "sip.oscar.aol.com", TRUE },
    { "Windows Live", "federation.messenger.msn.com", FALSE },
    { "Yahoo!", "lcsap.msg.yahoo.com", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shipped); i++)
    {
      OreeRecord *record = oree_record_new (&oree_public_provider_kind, shipped[i].id);
      OreePublicProvider *provider = (OreePublicProvider *) record;

      g_free (provider->proxy_fqdn);
      provider->proxy_fqdn = g_strdup (shipped[i].proxy_fqdn);
      provider->client_authentication_needed = shipped[i].client_authentication_needed;
      g_ptr_array_add (records, record);
    }
}
