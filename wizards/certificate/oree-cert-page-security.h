/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Friendly name, key, extended key usage, and the pair. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_SECURITY (oree_cert_page_security_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageSecurity, oree_cert_page_security, OREE, CERT_PAGE_SECURITY, OreeCertPage)

G_END_DECLS
