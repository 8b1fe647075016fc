/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection between an outbound and an inbound stream machine, in memory; time is a number, and what happens is
 * written into a log. */
#pragma once
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-write.h"
#include "model/oree-xmpp-partner.h"
#include "proto/xmpp/oree-s2s-in.h"
#include "proto/xmpp/oree-s2s-out.h"

#define SECRET OREE_SPAN_LITERAL ("s3cr3tf0rd14lb4ck")
#define ALPHA "alpha.test" /* initiating */
#define BETA "beta.test"   /* receiving */

/* What one side believes. */
typedef struct
{
  const char *ours;
  OreeS2sPolicy policy;
  const char *proven; /* the domain the other's certificate proves; NULL: none */
  guint ids;
} Side;

#define R OREE_S2S_REQUIRED
#define O OREE_S2S_OPTIONAL
#define N OREE_S2S_NOT_SUPPORTED

OreeS2sQueries side_queries (Side *side);
/* As roles make it of a partner's record: the methods are those of the model's table. */
OreeS2sPolicy side_policy_of (OreeS2sNeed tls, OreeS2sNeed sasl, gboolean dialback);

/* One connection between two machines. */
typedef struct _Wire Wire;
struct _Wire
{
  OreeS2sOut *out;
  OreeS2sIn *in;
  OreeXmlReader *out_reader, *in_reader;
  GString *to_in, *to_out;
  gboolean tls_out, tls_in, closed_out, closed_in, cut;
  gboolean proven; /* the server's certificate, as the initiator sees it */
  gboolean settle; /* deliveries are settled at once */
  OreeS2sReason unwanted; /* the receiver wants nobody, however well proved; OK: all are welcome */
  Side *in_side;
  Side *out_side; /* NULL: the initiator's stream goes one way */
  Side *authority; /* who answers db:verify: the initiator's inbound side; NULL: unreachable */
  OreeTime now;
  GString *log;
  Wire *asker; /* of a wire made to verify */
};


Wire *wire_new (const char *from, const char *to, const OreeS2sPolicy *out_policy, Side *in_side, gboolean verify_only);
/* The same with somebody to answer the initiator's questions, so that its stream may go both ways. */
Wire *wire_new_both (const char *from, const char *to, Side *out_side, Side *in_side);
void wire_free (Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wire, wire_free)
void wire_run_out (Wire *wire, OreeEffects *effects);
void wire_run_in (Wire *wire, OreeEffects *effects);
/* One event for the outbound machine. */
gboolean wire_step_out (Wire *wire);
/* Until nothing moves. */
void wire_pump (Wire *wire);
/* A message "m<token>" the ordinary way, or "b<token>" from the receiving side over the same stream. */
void wire_send (Wire *wire, guint64 token);
void wire_send_back (Wire *wire, guint64 token);
void wire_tick (Wire *wire, OreeTime now);
void wire_close_out (Wire *wire, OreeS2sReason reason);
/* Pieces, "|" between them, stand in `text` in this order. */
void assert_pieces (const char *text, const char *pieces);
