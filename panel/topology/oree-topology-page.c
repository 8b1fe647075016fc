/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/topology/oree-topology-page.h"

#include "panel/topology/oree-edge-server-page.h"
#include "panel/topology/oree-own-domains-page.h"
#include "panel/topology/oree-sites-page.h"

#include <glib/gi18n-lib.h>

struct _OreeTopologyPage
{
  OreePanelTabs parent;
};

G_DEFINE_FINAL_TYPE (OreeTopologyPage, oree_topology_page, OREE_TYPE_PANEL_TABS)

static const OreePanelTab tabs[] = {
  { "edge-server", N_ ("Edge server"), "network-server-symbolic", oree_edge_server_page_get_type },
  { "own-domains", N_ ("Our domains"), "network-workgroup-symbolic", oree_own_domains_page_get_type },
  { "sites", N_ ("Sites"), "mark-location-symbolic", oree_sites_page_get_type },
};

static void
oree_topology_page_class_init (OreeTopologyPageClass *klass)
{
  OREE_PANEL_TABS_CLASS (klass)->tabs = tabs;
  OREE_PANEL_TABS_CLASS (klass)->n_tabs = G_N_ELEMENTS (tabs);
}

static void
oree_topology_page_init (OreeTopologyPage *self)
{
}
