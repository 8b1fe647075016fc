/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the file holds, and what speaks against it. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_IMPORT_SUMMARY (oree_cert_page_import_summary_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageImportSummary, oree_cert_page_import_summary, OREE, CERT_PAGE_IMPORT_SUMMARY, OreeCertPage)

G_END_DECLS
