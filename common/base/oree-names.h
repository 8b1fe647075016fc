/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every string that names Orée to the outside, written once. */
#pragma once

#define OREE_BUS_NAME "org.oree.Edge1"
#define OREE_BUS_PATH "/org/oree/Edge1"
#define OREE_IFACE_MANAGER "org.oree.Edge1.Manager"
#define OREE_IFACE_SERVICES "org.oree.Edge1.Services"
#define OREE_IFACE_CONFIGURATION "org.oree.Edge1.Configuration"
#define OREE_IFACE_CERTIFICATES "org.oree.Edge1.Certificates"
#define OREE_IFACE_MONITOR "org.oree.Edge1.Monitor"
#define OREE_IFACE_DIAGNOSTICS "org.oree.Edge1.Diagnostics"
#define OREE_BUS_ERROR_PREFIX "org.oree.Edge1.Error."
#define OREE_API_VERSION 1

#define OREE_ACTION_VIEW "org.oree.edge.view"
#define OREE_ACTION_CONFIGURE "org.oree.edge.configure"
#define OREE_ACTION_MANAGE_CERTIFICATES "org.oree.edge.manage-certificates"
#define OREE_ACTION_EXPORT_KEY "org.oree.edge.export-key"
#define OREE_ACTION_MANAGE_SERVICES "org.oree.edge.manage-services"
#define OREE_ACTION_TRACE "org.oree.edge.trace"

/* Environment: which bus clients speak on (system, session or an address), and where catalogues lie. */
#define OREE_ENV_BUS "OREE_BUS"
#define OREE_ENV_LOCALEDIR "OREE_LOCALEDIR"

#define OREE_USER_AGENT "Oree/" OREE_VERSION

/* Structured log fields. */
#define OREE_FIELD_TRACE "OREE_TRACE"
#define OREE_FIELD_PEER "OREE_PEER"
#define OREE_FIELD_REASON "OREE_REASON"
#define OREE_FIELD_ROLE "OREE_ROLE"
