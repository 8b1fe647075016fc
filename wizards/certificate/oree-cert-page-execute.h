/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request is made and written, step by step. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_EXECUTE (oree_cert_page_execute_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageExecute, oree_cert_page_execute, OREE, CERT_PAGE_EXECUTE, OreeCertPage)

G_END_DECLS
