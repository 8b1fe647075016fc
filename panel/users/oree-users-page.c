/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/users/oree-users-page.h"

#include "panel/users/oree-allow-page.h"
#include "panel/users/oree-people-page.h"

#include <glib/gi18n-lib.h>

struct _OreeUsersPage
{
  OreePanelTabs parent;
};

G_DEFINE_FINAL_TYPE (OreeUsersPage, oree_users_page, OREE_TYPE_PANEL_TABS)

static const OreePanelTab tabs[] = {
  { "people", N_ ("Users"), "system-users-symbolic", oree_people_page_get_type },
  { "allow-entries", N_ ("Allow entries"), "contact-new-symbolic", oree_allow_page_get_type },
};

static void
oree_users_page_class_init (OreeUsersPageClass *klass)
{
  OREE_PANEL_TABS_CLASS (klass)->tabs = tabs;
  OREE_PANEL_TABS_CLASS (klass)->n_tabs = G_N_ELEMENTS (tabs);
}

static void
oree_users_page_init (OreeUsersPage *self)
{
}
