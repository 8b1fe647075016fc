/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name-addr and addr-spec: From, To, Contact, Route, Record-Route, P-Asserted-Identity (RFC 3261 20, 25.1). */
#pragma once
#include "codec/sip/oree-sip-msg.h"

G_BEGIN_DECLS

typedef struct
{
  OreeSpan value;   /* all of it */
  OreeSpan display; /* inside the quotes (escapes still in) or the tokens; empty: none */
  OreeSpan uri;     /* without <>; parse it with oree_sip_uri_parse() */
  OreeSpan params;  /* ";tag=…": header parameters, never those of the URI */
  OreeSpan tag;     /* empty: none */
  gboolean bracketed;
  gboolean display_quoted;
  gboolean star; /* Contact: * */
} OreeSipAddr;

/* One value. > 0: its length; < 0 an OreeParseError. The URI's inside is not looked at, save that it holds no white
 * space and, without <>, none of , ? ; (RFC 3261 20). */
gssize oree_sip_addr_parse (OreeSipAddr *self, OreeSpan value);
/* The only or first value of header `id`; < 0 an OreeParseError, MISSING when there is none. */
gssize oree_sip_addr_from_msg (OreeSipAddr *self, const OreeSipMsg *msg, OreeSipHdrId id);
/* A header parameter by name. */
gboolean oree_sip_addr_param (const OreeSipAddr *self, const char *name, OreeSipParam *out);
/* The display name as text, unquoted; NULL when there is none; owned. */
char *oree_sip_addr_dup_display (const OreeSipAddr *self);
/* Appends `"display" <uri>;tag=tag`; display and tag may be NULL. */
void oree_sip_addr_append (GString *out, const char *display, OreeSpan uri, const char *tag);

G_END_DECLS
