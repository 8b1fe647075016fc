/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which certificate shall be assigned? */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_STORE (oree_cert_page_store_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageStore, oree_cert_page_store, OREE, CERT_PAGE_STORE, OreeCertPage)

G_END_DECLS
