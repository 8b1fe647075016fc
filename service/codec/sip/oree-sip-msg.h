/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SIP message as an index of spans into the receive buffer: start line, headers, body. Lives on the caller's
 * stack, allocates nothing, is valid while the buffer lives. Strict, as an edge has to be (RFC 3261 7, 8.1.1). */
#pragma once
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-hdr.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_SIP_METHOD_OTHER,
  OREE_SIP_METHOD_INVITE,
  OREE_SIP_METHOD_ACK,
  OREE_SIP_METHOD_BYE,
  OREE_SIP_METHOD_CANCEL,
  OREE_SIP_METHOD_OPTIONS,
  OREE_SIP_METHOD_REGISTER,
  OREE_SIP_METHOD_MESSAGE,
  OREE_SIP_METHOD_SUBSCRIBE,
  OREE_SIP_METHOD_NOTIFY,
  OREE_SIP_METHOD_PUBLISH,
  OREE_SIP_METHOD_INFO,
  OREE_SIP_METHOD_UPDATE,
  OREE_SIP_METHOD_PRACK,
  OREE_SIP_METHOD_REFER,
  OREE_SIP_METHOD_BENOTIFY, /* Microsoft's notification that nobody answers ([MS-SIP] 3.5) */
  OREE_SIP_N_METHODS
} OreeSipMethod;

/* Methods are case-sensitive. */
OreeSipMethod oree_sip_method_from_span (OreeSpan text);
/* "INVITE"; "" for OTHER. */
const char *oree_sip_method_name (OreeSipMethod method);
/* Does a request of `method` end with a response? An ACK does not (RFC 3261 17.1), nor does a BENOTIFY ([MS-SIP] 3.5): such a
 * one goes on as it comes, nobody waits for it, and a refusal of it stays unsaid. */
gboolean oree_sip_method_is_answered (OreeSipMethod method);

typedef struct
{
  OreeSpan name;  /* as written, without the white space before the colon */
  OreeSpan value; /* trimmed; may hold folds */
  guint8 id;      /* OreeSipHdrId */
  guint8 next;    /* index + 1 of the next header with the same id; 0: none */
} OreeSipHeader;

typedef struct
{
  OreeSpan head; /* start line, headers, empty line */
  OreeSpan body;
  gboolean is_request;
  OreeSipMethod method; /* request: of the start line; response: of CSeq */
  OreeSpan method_name;
  OreeSpan ruri;   /* request */
  guint status;    /* response: 100 to 699 */
  OreeSpan reason; /* response: may be empty */
  guint32 cseq;    /* number */
  guint n_headers;
  guint8 first[OREE_SIP_N_HDRS]; /* index + 1 of the first header with that id; 0: none */
  OreeSipHeader headers[OREE_SIP_HEADERS_MAX];
} OreeSipMsg;
G_STATIC_ASSERT (OREE_SIP_HEADERS_MAX < 255);

typedef enum
{
  OREE_SIP_MSG_STREAM,  /* Content-Length is required and cuts */
  OREE_SIP_MSG_DATAGRAM /* absent: the body is the rest; octets after the body are ignored (RFC 3261 18.3) */
} OreeSipMsgFraming;

/* Parses one message at the start of `data`. > 0: bytes consumed (a datagram: all of it); 0: more is needed;
 * < 0 an OreeParseError. On an error in what a message says (not in its lines), the index is filled as far as
 * it goes, so that oree_sip_msg_can_answer() can tell whether a refusal can be written.
 * Checked here: CR LF line ends, no controls, the start line, one of each singleton (DUPLICATE), Via, From, To,
 * Call-ID and CSeq present (MISSING), CSeq number and method, Content-Length, every cap.
 * Not checked here: the inside of Via, addresses, URIs: see oree-sip-check. */
gssize oree_sip_msg_parse (OreeSipMsg *self, const void *data, gsize length, OreeSipMsgFraming framing);

/* Bytes of an OreeSipMsg that say something: its table has room for more headers than it mostly has. */
static inline gsize
oree_sip_msg_size (const OreeSipMsg *self)
{
  return G_STRUCT_OFFSET (OreeSipMsg, headers) + self->n_headers * sizeof self->headers[0];
}

/* `other`, parsed at `from`, for a copy of its bytes at `to`. Writes oree_sip_msg_size (other) bytes of `self`, which need
 * be no larger. */
void oree_sip_msg_move (OreeSipMsg *self, const OreeSipMsg *other, const char *from, const char *to);

/* TRUE when `self`, perhaps after an error, is a request other than ACK with enough to answer it. */
gboolean oree_sip_msg_can_answer (const OreeSipMsg *self);
/* The status that answers a parse error: 505, 513 or 400. */
guint oree_sip_msg_error_status (gssize error);

/* The first header of that id; NULL when there is none. Not for OTHER. */
const OreeSipHeader *oree_sip_msg_header (const OreeSipMsg *self, OreeSipHdrId id);
/* The next one with the id of `header`; NULL at the end. */
const OreeSipHeader *oree_sip_msg_next (const OreeSipMsg *self, const OreeSipHeader *header);
/* The value of the first header of that id; empty when absent. */
OreeSpan oree_sip_msg_value (const OreeSipMsg *self, OreeSipHdrId id);
/* The first header we have no id for, by name (case-insensitive); NULL when absent. */
const OreeSipHeader *oree_sip_msg_header_named (const OreeSipMsg *self, const char *name);
/* TRUE when any header of that id lists `token` (option tags, event names). */
gboolean oree_sip_msg_lists (const OreeSipMsg *self, OreeSipHdrId id, const char *token);

/* Walks the values of a list header across its lines and commas:
 *   OreeSipValues it; OreeSpan v;
 *   oree_sip_values_init (&it, msg, OREE_SIP_HDR_ROUTE);
 *   while (oree_sip_values_next (&it, &v)) … */
typedef struct
{
  const OreeSipMsg *msg;
  const OreeSipHeader *header;
  OreeSpan rest;
} OreeSipValues;

void oree_sip_values_init (OreeSipValues *self, const OreeSipMsg *msg, OreeSipHdrId id);
gboolean oree_sip_values_next (OreeSipValues *self, OreeSpan *value);

G_END_DECLS
