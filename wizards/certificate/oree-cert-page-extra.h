/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names added by hand. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_EXTRA (oree_cert_page_extra_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageExtra, oree_cert_page_extra, OREE, CERT_PAGE_EXTRA, OreeCertPage)

G_END_DECLS
