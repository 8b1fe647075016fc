/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All of it once more, before anything is done. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_SUMMARY (oree_cert_page_summary_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageSummary, oree_cert_page_summary, OREE, CERT_PAGE_SUMMARY, OreeCertPage)

G_END_DECLS
