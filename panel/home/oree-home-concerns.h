/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What deserves attention, worst first, each with the place where it is cured. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *mark;   /* "✖" or "⚠"; static */
  char *title;
  char *detail;       /* or NULL */
  const char *button; /* translated, static */
  char *place;        /* for win.go */
} OreeConcern;

void oree_concern_free (OreeConcern *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeConcern, oree_concern_free)

/* What was read; each may be NULL while it is not known. Lists are of OreeClientItem. */
typedef struct
{
  GListModel *services;
  GListModel *partners;
  GListModel *access_edge;
  GListModel *sip_domains;
  GHashTable *own_servers; /* domain → a{sv}, as Diagnostics.FindServers */
  GVariant *usages; /* aa{sv}, the third answer of Certificates.List */
  GVariant *status; /* a{sv}, Manager.GetStatus */
} OreeHomeFacts;

/* Owned array of OreeConcern. */
GPtrArray *oree_home_concerns (const OreeHomeFacts *facts);
/* "External Edge certificate: expires in 23 days", owned; NULL when no certificate is in use. */
char *oree_home_certificate (const OreeHomeFacts *facts);
/* The way to a first message, in order. */
typedef enum
{
  OREE_HOME_STEP_TOPOLOGY,    /* a domain of ours */
  OREE_HOME_STEP_CERTIFICATE, /* one that partners are shown */
  OREE_HOME_STEP_FEDERATION,  /* the switch */
  OREE_HOME_N_STEPS
} OreeHomeStep;

gboolean oree_home_is_done (const OreeHomeFacts *facts, OreeHomeStep step);
/* A step is not done, and no partner was ever listed: who has partners knows the way, and hears of what is wrong by the
 * concerns. FALSE until everything is known. */
gboolean oree_home_is_first_run (const OreeHomeFacts *facts);
gboolean oree_home_is_federation_enabled (const OreeHomeFacts *facts);

G_END_DECLS
