/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Organization and unit. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_ORGANIZATION (oree_cert_page_organization_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageOrganization, oree_cert_page_organization, OREE, CERT_PAGE_ORGANIZATION, OreeCertPage)

G_END_DECLS
