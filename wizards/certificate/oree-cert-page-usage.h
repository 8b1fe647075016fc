/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which certificate is asked for? */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_USAGE (oree_cert_page_usage_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageUsage, oree_cert_page_usage, OREE, CERT_PAGE_USAGE, OreeCertPage)

G_END_DECLS
