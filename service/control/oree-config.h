/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap key file (oreed.conf) as a typed struct. Everything an administrator edits later is a record. */
#pragma once
#include "base/oree-log.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_AUTHORIZATION_POLKIT,
  OREE_AUTHORIZATION_SAME_UID /* the service's own user may do everything; never on the system bus */
} OreeAuthorization;

typedef enum
{
  OREE_PROFILE_EMPTY,
  OREE_PROFILE_LAB
} OreeProfile;

typedef enum
{
  OREE_PRIVATE_DEFAULT, /* of the profile */
  OREE_PRIVATE_PARTNERS,
  OREE_PRIVATE_ANYBODY
} OreePrivateAddresses;

typedef struct
{
  /* [service] */
  char *state_directory; /* absolute */
  char *bus;             /* "system", "session" or an address */
  OreeAuthorization authorization;
  guint workers; /* 1 … 8: 0 of the file is resolved */
  OreeLogLevel log_level;
  OreeProfile profile;
  guint drain_seconds;
  /* [store] */
  char *store_url; /* as the store takes it: file names absolute */
  /* [dns] */
  char **dns_forwarders; /* "address@port", may be empty */
  char *dns_trust_anchors;  /* file or NULL */
  OreePrivateAddresses dns_private; /* whose servers may stand at addresses that are not the Internet's */
  /* [tls] */
  char *external_certificate; /* files or NULL */
  char *external_key;
  char *client_certificate; /* shown where we connect; NULL: the external one */
  char *client_key;
  char *internal_certificate;
  char *internal_key;
  char *tls_trust_anchors;
  /* [lab] */
  char *lab_domain;
  char *lab_address;
  guint lab_xmpp_port;
  guint lab_sip_port;
  guint lab_xmpp_internal_port; /* 0: the record's default */
  /* The file this was read from, absolute; NULL: none */
  char *path;
} OreeConfig;

/* Reads `text` of `length` bytes. Relative file names are taken from `directory`. On failure NULL, and `problems`
 * (owned, char *) holds every mistake, not the first alone: each names group, key, reason and what is allowed, in
 * English, for the log. OREE_ERROR_BAD_RECORD. */
OreeConfig *oree_config_parse (const char *text, gsize length, const char *directory, GPtrArray **problems);
/* The same from a file; a file that cannot be read is one problem. NULL `path`: defaults alone. */
OreeConfig *oree_config_load (const char *path, GPtrArray **problems);
/* Reads config->path again and takes over what may change while the service runs: [tls]. FALSE, with `problems` as
 * above, when the file cannot be used: then nothing changes. Without a file there is nothing to read. */
gboolean oree_config_reload_tls (OreeConfig *config, GPtrArray **problems);
void oree_config_free (OreeConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeConfig, oree_config_free)

const char *oree_authorization_nick (OreeAuthorization value);
const char *oree_profile_nick (OreeProfile value);

G_END_DECLS
