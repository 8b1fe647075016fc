/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip-domain: a domain of ours, and what it is used for. The id is the domain. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef struct
{
  OreeRecord record;
  gboolean is_default; /* exactly one domain is */
  gboolean sip;        /* our users have SIP addresses here */
  gboolean xmpp;       /* the XMPP proxy speaks for it */
  char *description;
} OreeSipDomain;

extern const OreeKind oree_sip_domain_kind;

G_END_DECLS
