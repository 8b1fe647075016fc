/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records of SIP partners say alike about the certificates of their servers. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

/* Which name in the certificate stands for a partner. */
typedef enum
{
  OREE_SIP_NAME_EITHER,    /* one of the two below is enough */
  OREE_SIP_NAME_DOMAIN,    /* the partner's SIP domain itself (RFC 5922) */
  OREE_SIP_NAME_SRV_TARGET /* the host DNS leads to, directly inside the domain, or the one the record names (Lync) */
} OreeSipNameCheck;

extern const OreeEnumValue oree_sip_name_checks[]; /* "either" "domain" "srv-target" */

/* "lenient" "strict": OreeClientCertificateUsage without "none", for SIP has no other proof. */
extern const OreeEnumValue oree_sip_certificate_usages[];

/* What these records do not have, and why. */
extern const OreeFieldMissing oree_sip_peer_missing[];

#define OREE_SIP_NAME_CHECK_DOC                                                                                \
  "domain: the certificate names the SIP domain (RFC 5922); srv-target: it names the server, which lies directly in " \
  "that domain or is the proxy-fqdn (Lync); either: one of the two."
#define OREE_SIP_CERTIFICATE_USAGE_DOC \
  "lenient: a server certificate also identifies a client; strict: key usage must say so."

G_END_DECLS
