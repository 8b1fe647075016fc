/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/oree-federation-page.h"

#include "panel/federation/access-edge/oree-access-edge-page.h"
#include "panel/federation/domains/oree-domains-page.h"
#include "panel/federation/policy/oree-policies-page.h"
#include "panel/federation/providers/oree-providers-page.h"
#include "panel/federation/xmpp-partners/oree-partners-page.h"

#include <glib/gi18n-lib.h>

struct _OreeFederationPage
{
  OreePanelTabs parent;
};

G_DEFINE_FINAL_TYPE (OreeFederationPage, oree_federation_page, OREE_TYPE_PANEL_TABS)

/* The short titles: five full ones do not fit. */
static const OreePanelTab tabs[] = {
  { "policies", N_ ("Policies"), "security-high-symbolic", oree_policies_page_get_type },
  { "edge", N_ ("Access Edge"), "network-server-symbolic", oree_access_edge_page_get_type },
  { "domains", N_ ("SIP Domains"), "network-workgroup-symbolic", oree_domains_page_get_type },
  { "providers", N_ ("SIP Providers"), "network-transmit-receive-symbolic", oree_providers_page_get_type },
  { "xmpp", N_ ("XMPP Partners"), "system-users-symbolic", oree_partners_page_get_type },
};

static void
oree_federation_page_class_init (OreeFederationPageClass *klass)
{
  OREE_PANEL_TABS_CLASS (klass)->tabs = tabs;
  OREE_PANEL_TABS_CLASS (klass)->n_tabs = G_N_ELEMENTS (tabs);
  OREE_PANEL_TABS_CLASS (klass)->narrow = TRUE;
}

static void
oree_federation_page_init (OreeFederationPage *self)
{
}
