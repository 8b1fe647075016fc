/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OREE_NET_ERROR: why a socket or a TLS context cannot be had. The code's nick is the reason a role degrades with;
 * the message names the thing (a file, an address) and what the system said. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_NET_ERROR_PORT_BUSY,              /* "port-busy" */
  OREE_NET_ERROR_ADDRESS_UNAVAILABLE,    /* "address-unavailable": not an address of this machine */
  OREE_NET_ERROR_PERMISSION,             /* "permission" */
  OREE_NET_ERROR_SYSTEM,                 /* "system": descriptors, memory, … */
  OREE_NET_ERROR_CERTIFICATE_UNREADABLE, /* "certificate-unreadable": no such file, no permission */
  OREE_NET_ERROR_CERTIFICATE_INVALID,    /* "certificate-invalid": no PEM certificate, too weak a key */
  OREE_NET_ERROR_KEY_UNREADABLE,         /* "key-unreadable" */
  OREE_NET_ERROR_KEY_INVALID,            /* "key-invalid" */
  OREE_NET_ERROR_KEY_MISMATCH,           /* "key-mismatch": not the certificate's key */
  OREE_NET_ERROR_ANCHORS_UNREADABLE,     /* "trust-anchors-unreadable" */
  OREE_NET_ERROR_ANCHORS_INVALID,        /* "trust-anchors-invalid" */
  OREE_NET_ERROR_RESOLVER_OPTION,        /* "resolver-option": a forwarder or trust anchor is refused */
  OREE_N_NET_ERRORS
} OreeNetError;

#define OREE_NET_ERROR (oree_net_error_quark ())
GQuark oree_net_error_quark (void);

/* Kebab-case reason; static. */
const char *oree_net_error_nick (OreeNetError code);

G_END_DECLS
