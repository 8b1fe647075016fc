/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When does the request go out? */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_TIMING (oree_cert_page_timing_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageTiming, oree_cert_page_timing, OREE, CERT_PAGE_TIMING, OreeCertPage)

G_END_DECLS
