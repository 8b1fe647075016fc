/* SPDX-License-Identifier: GPL-3.0-or-later */
#define OREE_IFACE_MANAGER "org.oree.Edge1.Manager"
#define OREE_ACTION_VIEW "org.oree.edge.view"
