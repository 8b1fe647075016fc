/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small headers: CSeq, numbers and delta-seconds, Event, Subscription-State, Content-Type, Retry-After. */
#pragma once
#include "codec/sip/oree-sip-msg.h"

G_BEGIN_DECLS

/* "314159 INVITE"; BAD_VALUE past 2^32-1. > 0 length, < 0 an OreeParseError. */
gssize oree_sip_cseq_parse (OreeSpan value, guint32 *number, OreeSpan *method);

/* A number header. FALSE when absent or not a number. Numbers past `max` are given as `max`
 * (delta-seconds overflow: RFC 3261 20, RFC 4475 3.1.2.4). */
gboolean oree_sip_number (const OreeSipMsg *msg, OreeSipHdrId id, guint32 max, guint32 *value);
/* Max-Forwards; `absent` when there is none, or when it is past 255 (RFC 3261 16.3, 20.22); -1 when it is no number. */
int oree_sip_max_forwards (const OreeSipMsg *msg, int absent);
/* Expires in seconds; `absent` when there is none or it is no number. */
guint32 oree_sip_expires (const OreeSipMsg *msg, guint32 absent);

typedef struct
{
  OreeSpan package; /* "presence", template included: "presence.winfo" */
  OreeSpan id;      /* empty: none */
  OreeSpan params;
} OreeSipEvent;

/* Event (RFC 6665 8.2.1). > 0 length, < 0 an OreeParseError. */
gssize oree_sip_event_parse (OreeSipEvent *self, OreeSpan value);

typedef enum
{
  OREE_SIP_SUBSTATE_OTHER, /* an extension: treated as active (RFC 6665 4.1.3) */
  OREE_SIP_SUBSTATE_ACTIVE,
  OREE_SIP_SUBSTATE_PENDING,
  OREE_SIP_SUBSTATE_TERMINATED
} OreeSipSubstateKind;

typedef struct
{
  OreeSipSubstateKind kind;
  OreeSpan reason; /* "deactivated", "rejected", …; empty: none */
  gboolean has_expires;
  guint32 expires;
  gboolean has_retry_after;
  guint32 retry_after;
} OreeSipSubstate;

/* Subscription-State (RFC 6665 8.2.3). > 0 length, < 0 an OreeParseError. */
gssize oree_sip_substate_parse (OreeSipSubstate *self, OreeSpan value);

typedef struct
{
  OreeSpan type;
  OreeSpan subtype;
  OreeSpan params; /* ";charset=utf-8" */
} OreeSipContentType;

/* Content-Type. > 0 length, < 0 an OreeParseError. */
gssize oree_sip_content_type_parse (OreeSipContentType *self, OreeSpan value);
/* TRUE when it is type/subtype, case-insensitive. */
gboolean oree_sip_content_type_is (const OreeSipContentType *self, const char *type, const char *subtype);
/* TRUE when the message's Content-Type is "type/subtype" (given as one string), whatever its parameters. */
gboolean oree_sip_msg_content_is (const OreeSipMsg *msg, const char *type);

/* Retry-After: seconds, its comment and parameters passed over. FALSE when absent or malformed. */
gboolean oree_sip_retry_after (const OreeSipMsg *msg, guint32 *seconds);

G_END_DECLS
