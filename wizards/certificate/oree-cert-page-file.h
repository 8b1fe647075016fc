/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the request is written. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_FILE (oree_cert_page_file_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageFile, oree_cert_page_file, OREE, CERT_PAGE_FILE, OreeCertPage)

G_END_DECLS
