/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeDomainsPage: SIP Federated Domains, allowed and blocked. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_DOMAINS_PAGE (oree_domains_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeDomainsPage, oree_domains_page, OREE, DOMAINS_PAGE, OreePanelList)

G_END_DECLS
