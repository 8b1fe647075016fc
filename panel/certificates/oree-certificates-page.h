/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeCertificatesPage: usages, requests, certificates. Places: an id; "+request", "+import", "+assign", "+pending" start
 * the wizard with that task. */
#pragma once
#include "panel/oree-panel-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERTIFICATES_PAGE (oree_certificates_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertificatesPage, oree_certificates_page, OREE, CERTIFICATES_PAGE, OreePanelPage)

G_END_DECLS
