/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second look at a parsed message: the inside of the headers a server acts on. What fails here is answered,
 * not guessed at (RFC 3261 16.3; RFC 4475 is its test). */
#pragma once
#include "codec/sip/oree-sip-msg.h"

G_BEGIN_DECLS

typedef struct
{
  guint status;        /* 0: fine; else what answers a request (400, 416, 505); a response is dropped */
  OreeSipHdrId header; /* the header at fault; OTHER: the start line */
} OreeSipCheck;

/* Via (every value of a request), From, To, Contact, Route, Record-Route, P-Asserted-Identity, Max-Forwards, Content-Type and the
 * Request-URI: well-formed? A Request-URI of a scheme other than sip and sips gives 416. */
OreeSipCheck oree_sip_check (const OreeSipMsg *msg);

G_END_DECLS
