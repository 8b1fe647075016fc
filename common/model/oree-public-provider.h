/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public-provider: a public instant-messaging network. The id is its name. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  gboolean enabled;
  char *proxy_fqdn;
  int verification_level; /* OreeVerificationLevel */
  char *icon_url;
  char *name_decoration_domain;
  int name_check;               /* OreeSipNameCheck */
  int client_certificate_usage; /* OreeClientCertificateUsage, never NONE */
  gboolean client_authentication_needed;
} OreePublicProvider;

extern const OreeKind oree_public_provider_kind;

/* The entries a new installation has, all disabled: AOL, Windows Live, Yahoo!. Appends OreeRecord * to `records`. */
void oree_public_provider_append_initial (GPtrArray *records);

G_END_DECLS
