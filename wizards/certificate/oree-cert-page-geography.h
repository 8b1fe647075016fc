/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Country, state, city. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_GEOGRAPHY (oree_cert_page_geography_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageGeography, oree_cert_page_geography, OREE, CERT_PAGE_GEOGRAPHY, OreeCertPage)

G_END_DECLS
