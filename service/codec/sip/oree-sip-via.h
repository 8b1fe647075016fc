/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Via: where a request has been and how its response finds back (RFC 3261 20.42, RFC 3581). */
#pragma once
#include "codec/sip/oree-sip-msg.h"

G_BEGIN_DECLS

#define OREE_SIP_BRANCH_COOKIE "z9hG4bK"

typedef struct
{
  OreeSpan value;     /* all of it */
  OreeSpan transport; /* "TLS" */
  OreeSpan host;      /* sent-by; an IPv6 address without its brackets */
  guint16 port;       /* 0: none given */
  OreeSpan params;    /* ";branch=…" */
  OreeSpan branch;    /* empty: none */
  OreeSpan received;  /* without brackets; empty: none */
  gboolean has_rport;
  guint16 rport; /* 0: no value */
  gboolean has_alias;
  gboolean has_cookie;  /* branch begins with the cookie and has something after it */
  gboolean bad_version; /* not SIP/2.0: enough was read to answer 505 */
} OreeSipVia;

/* One Via value. > 0: its length; < 0 an OreeParseError. */
gssize oree_sip_via_parse (OreeSipVia *self, OreeSpan value);
/* The topmost value of a message; < 0 an OreeParseError (MISSING too). */
gssize oree_sip_via_top (OreeSipVia *self, const OreeSipMsg *msg);
/* How many values a message carries. */
guint oree_sip_via_count (const OreeSipMsg *msg);
/* The port a response goes to over a stream when the connection is gone: sent-by's, or the transport's default. */
guint16 oree_sip_via_port (const OreeSipVia *self);

G_END_DECLS
