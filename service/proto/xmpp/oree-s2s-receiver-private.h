/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the receiving half's two files share: stanzas (oree-s2s-receiver.c) and keys (oree-s2s-receiver-dialback.c). */
#pragma once
#include "ident/oree-domain.h"
#include "proto/xmpp/oree-s2s-receiver.h"

/* A key presented to us whose authoritative server is being asked, or will be unless the certificate is proof enough. */
typedef struct
{
  gboolean awaits_proof;
  OreeDialbackCheck *check;
  OreeTime deadline;
} OreeS2sPending;

void oree_s2s_pending_free (gpointer data);
/* Concludes those whose time is over. */
OreeS2sReason oree_s2s_receiver_expire_keys (OreeS2sReceiver *self, OreeTime now, OreeEffects *out);
