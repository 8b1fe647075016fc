/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hosting-provider: a third party that hosts SIP for other organisations. The id is a free name. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  gboolean enabled;
  char *proxy_fqdn;
  gboolean enabled_shared_address_space;
  gboolean hosts_ocs_users;
  gboolean is_local;
  int verification_level; /* OreeVerificationLevel */
  char *autodiscover_url;
  guint64 sip_client_port;
  int name_check;               /* OreeSipNameCheck */
  int client_certificate_usage; /* OreeClientCertificateUsage, never NONE */
  gboolean client_authentication_needed;
} OreeHostingProvider;

extern const OreeKind oree_hosting_provider_kind;

G_END_DECLS
