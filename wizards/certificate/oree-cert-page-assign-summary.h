/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What assigning would do, and what speaks against it. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_ASSIGN_SUMMARY (oree_cert_page_assign_summary_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageAssignSummary, oree_cert_page_assign_summary, OREE, CERT_PAGE_ASSIGN_SUMMARY, OreeCertPage)

G_END_DECLS
