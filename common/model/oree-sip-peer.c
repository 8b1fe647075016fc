/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-sip-peer.h"

#include "model/oree-xmpp-partner.h"

const OreeEnumValue oree_sip_name_checks[] = {
  { OREE_SIP_NAME_EITHER, "either" },
  { OREE_SIP_NAME_DOMAIN, "domain" },
  { OREE_SIP_NAME_SRV_TARGET, "srv-target" },
  { 0, NULL },
};

const OreeEnumValue oree_sip_certificate_usages[] = {
  { OREE_CLIENT_CERTIFICATE_LENIENT, "lenient" },
  { OREE_CLIENT_CERTIFICATE_STRICT, "strict" },
  { 0, NULL },
};

const OreeFieldMissing oree_sip_peer_missing[] = {
  { "boundary-profile", OREE_PROBLEM_PROFILE_XMPP_ONLY }, /* DECISIONS/021: their traffic is relayed, not rewritten */
  { NULL },
};
