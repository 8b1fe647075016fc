/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate is in use; the way back. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_ASSIGNED (oree_cert_page_assigned_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageAssigned, oree_cert_page_assigned, OREE, CERT_PAGE_ASSIGNED, OreeCertPage)

G_END_DECLS
