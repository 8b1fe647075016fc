/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session descriptions (RFC 8866), as far as a gateway of messages needs them: which media are offered, and the answer
 * that takes the messages and declines the rest (RFC 3264). */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SDP_OTHER,        /* audio, video, application, anything */
  OREE_SDP_MESSAGE_SIP,  /* "m=message … sip …": MESSAGE inside the dialog, as Lync's clients do it */
  OREE_SDP_MESSAGE_MSRP  /* "m=message … TCP/MSRP" or "TCP/TLS/MSRP" (RFC 4975) */
} OreeSdpMediaKind;

typedef struct
{
  OreeSdpMediaKind kind;
  OreeSpan media;        /* "message", "audio", … */
  OreeSpan proto;        /* "sip", "RTP/AVP", … */
  OreeSpan formats;      /* what stands behind the proto */
  guint port;            /* 0: declined */
  OreeSpan accept_types; /* of a=accept-types; empty: not said */
} OreeSdpMedia;

#define OREE_SDP_MEDIA_MAX 16

typedef struct
{
  OreeSdpMedia media[OREE_SDP_MEDIA_MAX];
  guint n_media;
} OreeSdp;

/* Reads a whole description. > 0: its length; BAD_VERSION (no v=0), BAD_SYNTAX (a line that is none), BAD_VALUE (an m=
 * line that cannot be read), BAD_ENCODING (a NUL), TOO_MANY (media). Spans live as long as `body`. */
gssize oree_sdp_parse (OreeSdp *self, OreeSpan body);
/* The first offered medium that is messages over SIP and takes `type` ("text/plain"); NULL when there is none. */
const OreeSdpMedia *oree_sdp_find_message (const OreeSdp *self, const char *type);

/* An offer of messages over SIP, or, with `offer` (which must hold such a medium), the answer to it: every other medium is
 * declined. `host` is the name or address that we are reached at, `uri` our side ("sip:juliet@fabrikam.test"),
 * `accept_types` what we take ("text/plain text/html"). Owned. */
GString *oree_sdp_write_message (const OreeSdp *offer, const char *host, const char *uri, const char *accept_types);

G_END_DECLS
