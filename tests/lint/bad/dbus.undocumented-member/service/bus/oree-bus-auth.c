/* SPDX-License-Identifier: GPL-3.0-or-later */
static const Row rows[] = {
  { OREE_IFACE_MANAGER, "GetStatus", OREE_ACTION_VIEW },
};
