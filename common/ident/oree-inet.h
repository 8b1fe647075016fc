/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Internet addresses, endpoints and address blocks as values. */
#pragma once
#include "base/oree-span.h"
#include <sys/socket.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_INET_NONE,
  OREE_INET_V4,
  OREE_INET_V6
} OreeInetFamily;

typedef struct
{
  OreeInetFamily family;
  guint8 bytes[16]; /* network order; the first 4 of a V4, rest zero */
} OreeInetAddress;

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; no scope ids, no short IPv4 forms. */
gboolean oree_inet_address_parse (OreeInetAddress *self, OreeSpan text);
void oree_inet_address_from_bytes (OreeInetAddress *self, OreeInetFamily family, const void *bytes);
char *oree_inet_address_to_string (const OreeInetAddress *self);
gboolean oree_inet_address_equal (const OreeInetAddress *a, const OreeInetAddress *b);
guint oree_inet_address_hash (const OreeInetAddress *self);
gboolean oree_inet_address_is_any (const OreeInetAddress *self);
gboolean oree_inet_address_is_loopback (const OreeInetAddress *self);
/* An address of the Internet at large: none of IANA's special-purpose blocks (RFC 6890), private, local, documentation,
 * multicast and reserved ones, nor one that carries such an IPv4 address inside (mapped, NAT64, 6to4). */
gboolean oree_inet_address_is_public (const OreeInetAddress *self);
/* ::ffff:a.b.c.d becomes V4; all else stays. */
void oree_inet_address_unmap (OreeInetAddress *self);

typedef struct
{
  OreeInetAddress address;
  guint16 port;
} OreeEndpoint;

/* "192.0.2.1:5061", "[2001:db8::1]:5061"; the port is required. */
gboolean oree_endpoint_parse (OreeEndpoint *self, OreeSpan text);
char *oree_endpoint_to_string (const OreeEndpoint *self);
gboolean oree_endpoint_equal (const OreeEndpoint *a, const OreeEndpoint *b);
guint oree_endpoint_hash (const OreeEndpoint *self);
/* FALSE for other families. Maps ::ffff:a.b.c.d to V4. */
gboolean oree_endpoint_from_sockaddr (OreeEndpoint *self, const struct sockaddr *sa, socklen_t length);
/* Fills `out`; returns its length. */
socklen_t oree_endpoint_to_sockaddr (const OreeEndpoint *self, struct sockaddr_storage *out);

/* "host:port", "[v6]:port" or "host": the parts; `port` is `default_port` when not written (0 forbids that).
 * The host span is without brackets and not checked further. */
gboolean oree_host_port_parse (OreeSpan text, guint16 default_port, OreeSpan *host, guint16 *port);

typedef struct
{
  OreeInetAddress address; /* host bits zero */
  guint8 prefix;
} OreeCidr;

/* "192.0.2.0/24", "2001:db8::/32", or an address alone (its full length). Host bits must be zero. */
gboolean oree_cidr_parse (OreeCidr *self, OreeSpan text);
gboolean oree_cidr_contains (const OreeCidr *self, const OreeInetAddress *address);
char *oree_cidr_to_string (const OreeCidr *self);

typedef struct _OreeCidrSet OreeCidrSet;
OreeCidrSet *oree_cidr_set_new (void);
void oree_cidr_set_add (OreeCidrSet *self, const OreeCidr *block);
/* FALSE, and nothing added, when `text` is no block. */
gboolean oree_cidr_set_add_text (OreeCidrSet *self, OreeSpan text);
gboolean oree_cidr_set_contains (const OreeCidrSet *self, const OreeInetAddress *address);
gboolean oree_cidr_set_is_empty (const OreeCidrSet *self);
void oree_cidr_set_free (OreeCidrSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCidrSet, oree_cidr_set_free)

G_END_DECLS
