/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of the authority's answer. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_IMPORT (oree_cert_page_import_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageImport, oree_cert_page_import, OREE, CERT_PAGE_IMPORT, OreeCertPage)

G_END_DECLS
