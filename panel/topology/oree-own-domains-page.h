/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeOwnDomainsPage: the SIP domains that are ours. */
#pragma once
#include "panel/oree-panel-list.h"

G_BEGIN_DECLS

#define OREE_TYPE_OWN_DOMAINS_PAGE (oree_own_domains_page_get_type ())
G_DECLARE_FINAL_TYPE (OreeOwnDomainsPage, oree_own_domains_page, OREE, OWN_DOMAINS_PAGE, OreePanelList)

G_END_DECLS
