/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lab profile: what an empty store is filled with so that a first look needs no typing. */
#pragma once
#include "control/oree-config.h"
#include "model/oree-record-set.h"

G_BEGIN_DECLS

/* The password of the lab's two users, alice and bob: documented, and of no use elsewhere. */
#define OREE_LAB_PASSWORD "lab-password"

/* The records of the lab profile on top of `initial`: the domain (default, SIP and XMPP), alice and bob on the embedded
 * front end, federation and XMPP switched on, loopback addresses and unprivileged ports. Owned; NULL with `problems`
 * when the [lab] settings do not make valid records. */
OreeRecordSet *oree_lab_records (const OreeConfig *config, const OreeRecordSet *initial, OreeProblems *problems);

/* The same as changes, a(sssa{sv}); floating. */
GVariant *oree_lab_changes (const OreeConfig *config);

G_END_DECLS
