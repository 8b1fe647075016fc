/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate or a waiting request as data: what List says of it. No key, no OpenSSL. */
#pragma once
#include "model/oree-csr-spec.h"

G_BEGIN_DECLS

/* Where it stands between request and end, in the spirit of certmonger's states. */
typedef enum
{
  OREE_CERT_STATE_WAITING,       /* a request; the authority's answer is awaited */
  OREE_CERT_STATE_NOT_YET_VALID,
  OREE_CERT_STATE_MONITORING,    /* good, the end is far */
  OREE_CERT_STATE_RENEW_SOON,
  OREE_CERT_STATE_RENEW_NOW,
  OREE_CERT_STATE_EXPIRED,
  OREE_N_CERT_STATES
} OreeCertState;

extern const OreeEnumValue oree_cert_states[]; /* "waiting" "not-yet-valid" "monitoring" "renew-soon" "renew-now" "expired" */

typedef enum
{
  OREE_CERT_SOURCE_STORE,
  OREE_CERT_SOURCE_FILE, /* of the bootstrap file */
  OREE_CERT_SOURCE_LAB
} OreeCertSource;

extern const OreeEnumValue oree_cert_sources[]; /* "store" "file" "lab" */

typedef struct
{
  char *id;
  gboolean is_request;
  OreeCertState state;
  OreeCertSource source;
  char *friendly_name;
  char *subject; /* RFC 4514 */
  char *common_name;
  char *issuer;
  char *serial;
  char **names; /* dNSNames, in their order, as they stand */
  char **srv_names;
  char **xmpp_addresses;
  char **other_names; /* addresses, URIs: "ip:…", "uri:…" */
  gint64 not_before;  /* microseconds since 1970 */
  gint64 not_after;
  int days_left;
  char *key_type;  /* a nick of oree_key_types, or "rsa-1024", "ed25519", … of what others made */
  char *signature; /* "ecdsa-with-SHA256" */
  gboolean server_auth;
  gboolean client_auth;
  gboolean has_key;
  gboolean exportable;
  OreeEdgeUsages usages;
  OreeEdgeUsages previous_of;
  OreeEdgeUsages next_of;
  gint64 effective;
  char **chain; /* subjects of the issuers, nearest first */
  gboolean chain_complete;
  char *missing_issuer;
  gboolean self_signed;
  gboolean root_trusted;
  char *request;
  gint64 created; /* made (request) or imported (certificate) */
  char *created_by;
  char *renews;
} OreeCertRecord;

/* Empty texts and lists, never NULL ones. */
OreeCertRecord *oree_cert_record_new (void);
void oree_cert_record_free (OreeCertRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCertRecord, oree_cert_record_free)

/* a{sv} as Certificates.List documents it; floating. */
GVariant *oree_cert_record_to_variant (const OreeCertRecord *self);
/* The inverse, lenient: what is missing or of another type keeps its default. Never NULL. */
OreeCertRecord *oree_cert_record_from_variant (GVariant *row);

G_END_DECLS
