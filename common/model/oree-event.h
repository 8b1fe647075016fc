/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event catalogue: numbered things an administrator may want to know, with details as codes. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_EVENT_INFORMATION,
  OREE_EVENT_WARNING,
  OREE_EVENT_ERROR
} OreeEventLevel;

/* X (symbol, number, level, nick). Numbers are stable for ever; sentences live in client/oree-sentences. */
#define OREE_EVENTS(X)                                                                          \
  X (SERVICE_STARTED, 1000, INFORMATION, "service-started")                                     \
  X (SERVICE_STOPPING, 1001, INFORMATION, "service-stopping")                                   \
  X (ROLE_STATE, 1010, INFORMATION, "role-state")               /* role state */                \
  X (ROLE_DEGRADED, 1011, ERROR, "role-degraded")               /* role reason detail */        \
  X (ROLE_RECOVERED, 1012, INFORMATION, "role-recovered")       /* role */                      \
  X (BAD_RECORD, 1020, ERROR, "bad-record")                     /* kind id field code */        \
  X (CONFIGURATION_CHANGED, 1030, INFORMATION, "configuration-changed") /* revision who */      \
  X (CERTIFICATES_RELOADED, 1031, INFORMATION, "certificates-reloaded") /* generation changed who */ \
  X (RELOAD_FAILED, 1032, ERROR, "reload-failed")               /* reason detail */             \
  X (CERTIFICATE_REQUESTED, 1040, INFORMATION, "certificate-requested") /* request subject who */ \
  X (CERTIFICATE_IMPORTED, 1041, INFORMATION, "certificate-imported")   /* certificate subject who */ \
  X (CERTIFICATE_ASSIGNED, 1042, INFORMATION, "certificate-assigned")   /* certificate subject usages who */ \
  X (CERTIFICATE_REMOVED, 1043, INFORMATION, "certificate-removed")     /* certificate subject who */ \
  X (CERTIFICATE_EXPORTED, 1044, WARNING, "certificate-exported")       /* certificate subject who */ \
  X (CERTIFICATE_EXPIRES, 1045, WARNING, "certificate-expires")         /* certificate subject usages days */ \
  X (CERTIFICATE_EXPIRES_NOW, 1046, ERROR, "certificate-expires-now")   /* likewise, within a week */ \
  X (CERTIFICATE_EXPIRED, 1047, ERROR, "certificate-expired")           /* certificate subject usages */ \
  X (CERTIFICATE_ROLL_FAILED, 1048, ERROR, "certificate-roll-failed")   /* certificate usages reason detail */ \
  X (CERTIFICATE_STORE_DAMAGED, 1049, ERROR, "certificate-store-damaged") /* detail */            \
  X (STREAM_READY, 2000, INFORMATION, "stream-ready")           /* partner direction method */  \
  X (STREAM_CLOSED, 2001, INFORMATION, "stream-closed")         /* partner direction reason */  \
  X (STREAM_REFUSED, 2002, WARNING, "stream-refused")           /* partner direction reason */  \
  X (STREAM_FAILED, 2003, WARNING, "stream-failed")             /* partner reason detail */     \
  X (POSH_FAILED, 2004, WARNING, "posh-failed")                 /* partner reason */            \
  X (STANZA_REFUSED, 2010, WARNING, "stanza-refused")           /* from to kind reason */       \
  X (MESSAGE_REFUSED, 2011, WARNING, "message-refused")         /* from to reason */            \
  X (MESSAGE_UNDELIVERED, 2012, WARNING, "message-undelivered") /* from to reason direction */  \
  X (SENDER_NOT_TOLD, 2013, ERROR, "sender-not-told")           /* from to partner direction reason */ \
  X (SUBSCRIPTION_REFUSED, 2020, WARNING, "subscription-refused") /* from to reason */          \
  X (ALLOW_ENTRY_MADE, 2021, INFORMATION, "allow-entry-made")   /* user contact */              \
  X (ALLOW_ENTRY_REVOKED, 2022, INFORMATION, "allow-entry-revoked")                             \
  X (LIMIT_HIT, 2030, WARNING, "limit-hit")                     /* limit peer */                \
  X (QUEUE_FULL, 2031, WARNING, "queue-full")                   /* partner domain direction depth */ \
  X (SIP_PEER_REFUSED, 3000, WARNING, "sip-peer-refused")       /* peer reason */               \
  /* Discovered partners; `lync` is the number of the event that Lync's administrators know. */                    \
  X (PARTNER_DISCOVERED, 3020, INFORMATION, "partner-discovered") /* partner lync */                \
  X (PARTNER_LIMITED, 3021, WARNING, "partner-limited")         /* partner rate lync */             \
  X (PARTNER_WATCHED, 3022, WARNING, "partner-watched")         /* partner contacts lync */         \
  X (PARTNER_SLOWED, 3023, WARNING, "partner-slowed")           /* partner failures answers lync */ \
  X (PARTNER_UNSLOWED, 3024, INFORMATION, "partner-unslowed")   /* partner */                       \
  X (PARTNERS_REPORT, 3025, INFORMATION, "partners-report")     /* count requests partners lync */  \
  X (SIP_PARTNER_READY, 3001, INFORMATION, "sip-partner-ready")   /* partner direction relation name */ \
  X (SIP_PARTNER_CLOSED, 3002, INFORMATION, "sip-partner-closed") /* partner direction reason */ \
  X (SIP_PARTNER_FAILED, 3003, WARNING, "sip-partner-failed")     /* partner reason detail */   \
  X (SIP_REQUEST_REFUSED, 3004, WARNING, "sip-request-refused")   /* from to kind reason */     \
  X (SIGN_IN_REFUSED, 3010, WARNING, "sign-in-refused")         /* user address reason */

typedef enum
{
#define X(symbol, number, level, nick) OREE_EVENT_##symbol = number,
  OREE_EVENTS (X)
#undef X
} OreeEventId;

typedef struct
{
  OreeEventId id;
  OreeEventLevel level;
  const char *nick;
  gint64 wall;       /* microseconds since 1970 */
  GVariant *details; /* a{ss}: names and codes, never sentences */
} OreeEvent;

/* NULL-terminated name, value pairs (both strings; a pair with NULL value is left out). */
OreeEvent *oree_event_new (OreeEventId id, ...) G_GNUC_NULL_TERMINATED;
/* One more detail of an event not told yet. */
void oree_event_add (OreeEvent *event, const char *name, const char *value);
/* a{sv} as Monitor.ListEvents carries it: serial t, number u, level s, nick s, time x, details a{ss}; floating. */
GVariant *oree_event_to_variant (const OreeEvent *event, guint64 serial);
const char *oree_event_level_nick (OreeEventLevel level);
const char *oree_event_nick (OreeEventId id);
/* Every nick, NULL-terminated, static: a test holds the sentences against it. */
const char *const *oree_event_nicks (void);
void oree_event_free (OreeEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeEvent, oree_event_free)

G_END_DECLS
