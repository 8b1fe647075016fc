/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SIP domains have their sip.DOMAIN among the names. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_SIP (oree_cert_page_sip_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageSip, oree_cert_page_sip, OREE, CERT_PAGE_SIP, OreeCertPage)

G_END_DECLS
