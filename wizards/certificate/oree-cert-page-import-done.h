/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was kept; assigning it follows. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_IMPORT_DONE (oree_cert_page_import_done_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageImportDone, oree_cert_page_import_done, OREE, CERT_PAGE_IMPORT_DONE, OreeCertPage)

G_END_DECLS
