/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and requests to be viewed, renewed, exported, removed. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_MANAGE (oree_cert_page_manage_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageManage, oree_cert_page_manage, OREE, CERT_PAGE_MANAGE, OreeCertPage)

G_END_DECLS
