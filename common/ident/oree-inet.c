/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Internet addresses, endpoints and address blocks. */
#include "ident/oree-inet.h"
#include <arpa/inet.h>
#include <netinet/in.h>

static guint
address_bits (OreeInetFamily family)
{
  return family == OREE_INET_V4 ? 32 : 128;
}

gboolean
oree_inet_address_parse (OreeInetAddress *self, OreeSpan text)
{
  char buffer[INET6_ADDRSTRLEN];
  OreeInetAddress parsed = { OREE_INET_NONE, { 0 } };
  gboolean bracketed = text.length >= 2 && text.data[0] == '[' && text.data[text.length - 1] == ']';

  if (bracketed)
    text = oree_span_sub (text, 1, text.length - 2);
  if (text.length == 0 || text.length >= sizeof buffer || memchr (text.data, '\0', text.length) != NULL)
    return FALSE;
  memcpy (buffer, text.data, text.length);
  buffer[text.length] = '\0';
  if (inet_pton (AF_INET6, buffer, parsed.bytes) == 1)
    parsed.family = OREE_INET_V6;
  else if (!bracketed && inet_pton (AF_INET, buffer, parsed.bytes) == 1)
    parsed.family = OREE_INET_V4;
  else
    return FALSE;
  *self = parsed;
  return TRUE;
}

void
oree_inet_address_from_bytes (OreeInetAddress *self, OreeInetFamily family, const void *bytes)
{
  *self = (OreeInetAddress){ family, { 0 } };
  if (family != OREE_INET_NONE)
    memcpy (self->bytes, bytes, address_bits (family) / 8);
}

char *
oree_inet_address_to_string (const OreeInetAddress *self)
{
  char buffer[INET6_ADDRSTRLEN] = "";

  if (self->family == OREE_INET_NONE)
    return g_strdup ("");
  inet_ntop (self->family == OREE_INET_V4 ? AF_INET : AF_INET6, self->bytes, buffer, sizeof buffer);
  return g_strdup (buffer);
}

gboolean
oree_inet_address_equal (const OreeInetAddress *a, const OreeInetAddress *b)
{
  return a->family == b->family
         && (a->family == OREE_INET_NONE || memcmp (a->bytes, b->bytes, address_bits (a->family) / 8) == 0);
}

guint
oree_inet_address_hash (const OreeInetAddress *self)
{
  return self->family == OREE_INET_NONE ? 0 : oree_span_hash (oree_span (self->bytes, address_bits (self->family) / 8));
}

gboolean
oree_inet_address_is_any (const OreeInetAddress *self)
{
  static const guint8 zero[16];

  return self->family != OREE_INET_NONE && memcmp (self->bytes, zero, address_bits (self->family) / 8) == 0;
}

gboolean
oree_inet_address_is_loopback (const OreeInetAddress *self)
{
  static const guint8 v6[16] = { [15] = 1 };
  OreeInetAddress plain = *self;

  oree_inet_address_unmap (&plain);
  return (plain.family == OREE_INET_V4 && plain.bytes[0] == 127)
         || (plain.family == OREE_INET_V6 && memcmp (plain.bytes, v6, sizeof v6) == 0);
}

void
oree_inet_address_unmap (OreeInetAddress *self)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };
  guint8 v4[4];

  if (self->family != OREE_INET_V6 || memcmp (self->bytes, prefix, sizeof prefix) != 0)
    return;
  memcpy (v4, self->bytes + 12, sizeof v4);
  oree_inet_address_from_bytes (self, OREE_INET_V4, v4);
}

/* "host:port" at the last colon; brackets around a host with colons are required and kept in `host`. */
static gboolean
cut_port (OreeSpan text, OreeSpan *host, OreeSpan *port)
{
  gssize at;

  if (oree_span_starts_with (text, "["))
    {
      at = oree_span_index (text, ']');
      if (at < 0)
        return FALSE;
      *host = oree_span_sub (text, 0, (gsize) at + 1);
      *port = oree_span_from (text, (gsize) at + 1);
      if (port->length == 0)
        return TRUE;
      if (port->data[0] != ':' || port->length == 1)
        return FALSE;
      *port = oree_span_from (*port, 1);
      return TRUE;
    }
  return !oree_span_cut (text, ':', host, port) || (port->length > 0 && oree_span_index (*port, ':') < 0);
}

gboolean
oree_endpoint_parse (OreeEndpoint *self, OreeSpan text)
{
  OreeSpan host, port;
  OreeInetAddress address;
  guint64 number;

  if (!cut_port (text, &host, &port) || !oree_inet_address_parse (&address, host)
      || !oree_span_to_uint (port, G_MAXUINT16, &number))
    return FALSE;
  *self = (OreeEndpoint){ address, (guint16) number };
  return TRUE;
}

char *
oree_endpoint_to_string (const OreeEndpoint *self)
{
  g_autofree char *address = oree_inet_address_to_string (&self->address);

  return g_strdup_printf (self->address.family == OREE_INET_V6 ? "[%s]:%u" : "%s:%u", address, self->port);
}

gboolean
oree_endpoint_equal (const OreeEndpoint *a, const OreeEndpoint *b)
{
  return a->port == b->port && oree_inet_address_equal (&a->address, &b->address);
}

guint
oree_endpoint_hash (const OreeEndpoint *self)
{
  return oree_inet_address_hash (&self->address) * 31 + self->port;
}

gboolean
oree_endpoint_from_sockaddr (OreeEndpoint *self, const struct sockaddr *sa, socklen_t length)
{
  if (sa->sa_family == AF_INET && length >= sizeof (struct sockaddr_in))
    {
      struct sockaddr_in in;

      memcpy (&in, sa, sizeof in);
      oree_inet_address_from_bytes (&self->address, OREE_INET_V4, &in.sin_addr);
      self->port = ntohs (in.sin_port);
      return TRUE;
    }
  if (sa->sa_family == AF_INET6 && length >= sizeof (struct sockaddr_in6))
    {
      struct sockaddr_in6 in6;

      memcpy (&in6, sa, sizeof in6);
      oree_inet_address_from_bytes (&self->address, OREE_INET_V6, &in6.sin6_addr);
      oree_inet_address_unmap (&self->address);
      self->port = ntohs (in6.sin6_port);
      return TRUE;
    }
  return FALSE;
}

socklen_t
oree_endpoint_to_sockaddr (const OreeEndpoint *self, struct sockaddr_storage *out)
{
  memset (out, 0, sizeof *out);
  if (self->address.family == OREE_INET_V4)
    {
      struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons (self->port) };

      memcpy (&in.sin_addr, self->address.bytes, 4);
      memcpy (out, &in, sizeof in);
      return sizeof in;
    }
  if (self->address.family == OREE_INET_V6)
    {
      struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons (self->port) };

      memcpy (&in6.sin6_addr, self->address.bytes, 16);
      memcpy (out, &in6, sizeof in6);
      return sizeof in6;
    }
  return 0;
}

gboolean
oree_host_port_parse (OreeSpan text, guint16 default_port, OreeSpan *host, guint16 *port)
{
  OreeSpan name, digits;
  guint64 number = default_port;

  if (!cut_port (text, &name, &digits) || name.length == 0)
    return FALSE;
  if (name.data[0] == '[')
    name = oree_span_sub (name, 1, name.length - 2);
  if ((digits.length > 0 && !oree_span_to_uint (digits, G_MAXUINT16, &number)) || number == 0 || name.length == 0)
    return FALSE;
  *host = name;
  *port = (guint16) number;
  return TRUE;
}

static gboolean
prefix_equal (const guint8 *a, const guint8 *b, guint bits)
{
  guint whole = bits / 8, rest = bits % 8;

  if (memcmp (a, b, whole) != 0)
    return FALSE;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static gboolean
host_bits_are_zero (const OreeCidr *block)
{
  for (guint bit = block->prefix; bit < address_bits (block->address.family); bit++)
    if (block->address.bytes[bit / 8] & (0x80 >> bit % 8))
      return FALSE;
  return TRUE;
}

gboolean
oree_cidr_parse (OreeCidr *self, OreeSpan text)
{
  OreeSpan address, prefix;
  gboolean cut = oree_span_cut (text, '/', &address, &prefix);
  OreeCidr block = { 0 };
  guint64 bits;

  if (!oree_inet_address_parse (&block.address, address))
    return FALSE;
  bits = address_bits (block.address.family);
  if (cut && !oree_span_to_uint (prefix, bits, &bits))
    return FALSE;
  block.prefix = (guint8) bits;
  if (!host_bits_are_zero (&block))
    return FALSE;
  *self = block;
  return TRUE;
}

gboolean
oree_cidr_contains (const OreeCidr *self, const OreeInetAddress *address)
{
  OreeInetAddress plain = *address;

  if (self->address.family == OREE_INET_V4)
    oree_inet_address_unmap (&plain);
  return self->address.family == plain.family && plain.family != OREE_INET_NONE
         && prefix_equal (self->address.bytes, plain.bytes, self->prefix);
}

char *
oree_cidr_to_string (const OreeCidr *self)
{
  g_autofree char *address = oree_inet_address_to_string (&self->address);

  return g_strdup_printf ("%s/%u", address, self->prefix);
}

/* RFC 6890 and the registries it founded: what is never somebody's server on the Internet. */
static const struct
{
  OreeInetFamily family;
  guint8 bytes[4];
  guint8 prefix;
} special[] = {
  { OREE_INET_V4, { 0 }, 8 },                 /* this network */
  { OREE_INET_V4, { 10 }, 8 },                /* private */
  { OREE_INET_V4, { 100, 64 }, 10 },          /* behind a carrier's NAT */
  { OREE_INET_V4, { 127 }, 8 },               /* loopback */
  { OREE_INET_V4, { 169, 254 }, 16 },         /* link */
  { OREE_INET_V4, { 172, 16 }, 12 },          /* private */
  { OREE_INET_V4, { 192, 0, 0 }, 24 },        /* protocol assignments */
  { OREE_INET_V4, { 192, 0, 2 }, 24 },        /* documentation */
  { OREE_INET_V4, { 192, 88, 99 }, 24 },      /* 6to4 relays, given up */
  { OREE_INET_V4, { 192, 168 }, 16 },         /* private */
  { OREE_INET_V4, { 198, 18 }, 15 },          /* benchmarks */
  { OREE_INET_V4, { 198, 51, 100 }, 24 },     /* documentation */
  { OREE_INET_V4, { 203, 0, 113 }, 24 },      /* documentation */
  { OREE_INET_V4, { 224 }, 3 },               /* multicast, reserved, broadcast */
  { OREE_INET_V6, { 0x20, 0x01, 0x00 }, 23 }, /* protocol assignments, Teredo among them */
  { OREE_INET_V6, { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
};

gboolean
oree_inet_address_is_public (const OreeInetAddress *self)
{
  static const guint8 global[16] = { 0x20 }, nat64[16] = { 0x00, 0x64, 0xff, 0x9b }, sixto4[16] = { 0x20, 0x02 };
  OreeInetAddress plain = *self;

  oree_inet_address_unmap (&plain);
  if (plain.family == OREE_INET_V6)
    {
      OreeInetAddress inside;

      if (prefix_equal (nat64, plain.bytes, 96) || prefix_equal (sixto4, plain.bytes, 16))
        {
          oree_inet_address_from_bytes (&inside, OREE_INET_V4, plain.bytes + (plain.bytes[0] == 0 ? 12 : 2));
          return oree_inet_address_is_public (&inside);
        }
      if (!prefix_equal (global, plain.bytes, 3)) /* RFC 4291 2.4: unicast in use lies in 2000::/3 */
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (special); i++)
    if (special[i].family == plain.family && prefix_equal (special[i].bytes, plain.bytes, special[i].prefix))
      return FALSE;

  return plain.family != OREE_INET_NONE;
}

struct _OreeCidrSet
{
  GArray *blocks; /* OreeCidr */
};

OreeCidrSet *
oree_cidr_set_new (void)
{
  OreeCidrSet *self = g_new0 (OreeCidrSet, 1);

  self->blocks = g_array_new (FALSE, FALSE, sizeof (OreeCidr));
  return self;
}

void
oree_cidr_set_add (OreeCidrSet *self, const OreeCidr *block)
{
  g_array_append_val (self->blocks, *block);
}

gboolean
oree_cidr_set_add_text (OreeCidrSet *self, OreeSpan text)
{
  OreeCidr block;

  if (!oree_cidr_parse (&block, text))
    return FALSE;
  oree_cidr_set_add (self, &block);
  return TRUE;
}

gboolean
oree_cidr_set_contains (const OreeCidrSet *self, const OreeInetAddress *address)
{
  for (guint i = 0; i < self->blocks->len; i++)
    if (oree_cidr_contains (&g_array_index (self->blocks, OreeCidr, i), address))
      return TRUE;
  return FALSE;
}

gboolean
oree_cidr_set_is_empty (const OreeCidrSet *self)
{
  return self->blocks->len == 0;
}

void
oree_cidr_set_free (OreeCidrSet *self)
{
  g_array_unref (self->blocks);
  g_free (self);
}
