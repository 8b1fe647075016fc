/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a certificate shall be used for. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_ASSIGN_USAGE (oree_cert_page_assign_usage_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageAssignUsage, oree_cert_page_assign_usage, OREE, CERT_PAGE_ASSIGN_USAGE, OreeCertPage)

G_END_DECLS
