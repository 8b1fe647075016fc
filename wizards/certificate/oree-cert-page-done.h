/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request that was made. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_DONE (oree_cert_page_done_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageDone, oree_cert_page_done, OREE, CERT_PAGE_DONE, OreeCertPage)

G_END_DECLS
