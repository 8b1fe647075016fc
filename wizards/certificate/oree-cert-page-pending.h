/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which request was answered? */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_PENDING (oree_cert_page_pending_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPagePending, oree_cert_page_pending, OREE, CERT_PAGE_PENDING, OreeCertPage)

G_END_DECLS
