/* SPDX-License-Identifier: GPL-3.0-or-later */
/* allowed-domain: a SIP partner we know. The id is its domain. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  char *proxy_fqdn; /* "": found by DNS SRV */
  char *comment;
  gboolean mark_for_monitoring;
  int name_check;               /* OreeSipNameCheck */
  int client_certificate_usage; /* OreeClientCertificateUsage, never NONE */
} OreeAllowedDomain;

extern const OreeKind oree_allowed_domain_kind;

G_END_DECLS
