/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The template of a Microsoft authority. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_TEMPLATE (oree_cert_page_template_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageTemplate, oree_cert_page_template, OREE, CERT_PAGE_TEMPLATE, OreeCertPage)

G_END_DECLS
