/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/oree-panel-pages.h"

#include "panel/certificates/oree-certificates-page.h"
#include "panel/events/oree-events-page.h"
#include "panel/federation/oree-federation-page.h"
#include "panel/history/oree-history-page.h"
#include "panel/home/oree-home-page.h"
#include "panel/partners/oree-connections-page.h"
#include "panel/services/oree-services-page.h"
#include "panel/topology/oree-topology-page.h"
#include "panel/users/oree-users-page.h"

#include <glib/gi18n-lib.h>

static const OreePanelPageRow rows[] = {
  { "home", N_ ("Home"), "go-home-symbolic", oree_home_page_get_type, { NULL } },
  { "federation", N_ ("Federation and External Access"), "network-workgroup-symbolic", oree_federation_page_get_type,
    { "policies", "edge", "domains", "providers", "xmpp", NULL } },
  { "services", N_ ("Services"), "system-run-symbolic", oree_services_page_get_type, { NULL } },
  { "certificates", N_ ("Certificates"), "application-certificate-symbolic", oree_certificates_page_get_type, { NULL } },
  { "connections", N_ ("Partner Connections"), "network-transmit-receive-symbolic", oree_connections_page_get_type,
    { NULL } },
  { "events", N_ ("Event Log"), "x-office-document-symbolic", oree_events_page_get_type, { NULL } },
  { "topology", N_ ("Topology"), "network-server-symbolic", oree_topology_page_get_type,
    { "edge-server", "own-domains", "sites", NULL } },
  { "users", N_ ("Users"), "system-users-symbolic", oree_users_page_get_type, { "people", "allow-entries", NULL } },
  { "history", N_ ("History"), "document-open-recent-symbolic", oree_history_page_get_type, { NULL } },
};

const OreePanelPageRow *
oree_panel_pages (guint *n_rows)
{
  *n_rows = G_N_ELEMENTS (rows);
  return rows;
}

const OreePanelPageRow *
oree_panel_pages_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, name) || g_strv_contains (rows[i].places, name))
      return &rows[i];
  return NULL;
}
