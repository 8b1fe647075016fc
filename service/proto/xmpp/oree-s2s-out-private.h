/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the outbound machine, shared by its two files: the stream (oree-s2s-out.c) and the way to READY
 * (oree-s2s-out-auth.c). */
#pragma once
#include "codec/xmpp/oree-xmpp-stream.h"
#include "proto/xmpp/oree-s2s-out.h"

typedef enum
{
  NEW,
  HEADER,
  FEATURES,
  PROCEED,
  TLS,
  SASL,
  DIALBACK,
  ASKING,
  READY,
  DRAINING,
  CLOSING,
  CLOSED
} State;

typedef struct
{
  OreeDialbackCheck *check;
  guint64 token;
  gboolean sent;
  OreeTime deadline;
} Question;

struct _OreeS2sOut
{
  char *from;
  char *to;
  OreeS2sPolicy policy;
  gboolean tls_demanded; /* by the domain's zone, whatever the policy */
  OreeSpan secret;
  gboolean certificate;
  gboolean verify_only;
  gboolean spare;       /* another server may be tried */

  State state;
  OreeS2sReason reason; /* DRAINING, CLOSING, CLOSED: why */
  gboolean peer_ended;
  gboolean tls;
  gboolean proven; /* the server's certificate proves `to` */
  gboolean external_done;
  gboolean responded; /* to a challenge */
  OreeS2sExternal external;
  char *external_detail;
  char *stream_id;
  gboolean old_peer; /* of before 1.0: no features */
  gboolean dialback_declared;
  OreeStreamFeatures features;
  OreeStreamErr peer_error;

  GPtrArray *questions;
  gboolean asked_once;
  OreeS2sSender sender;
  gboolean may_bidi; /* there is somebody to answer the receiver's questions */
  gboolean bidi;     /* stanzas of the peer may come this way */
  OreeS2sReceiver receiver;
  OreeTime peer_idle;

  OreeTime started;
  OreeTime begun;      /* with the server at hand */
  OreeTime step_by;    /* DIALBACK, DRAINING, CLOSING */
  OreeTime last_heard;
  OreeTime last_sent;  /* what the halves did not send */
};

/* Takes `text`. */
void oree_s2s_out_send_text (OreeS2sOut *self, GString *text, OreeTime now, OreeEffects *out);
void oree_s2s_out_send_header (OreeS2sOut *self, OreeTime now, OreeEffects *out);
/* Our last word; `ended`: the peer has said its own already. */
void oree_s2s_out_stop (OreeS2sOut *self, OreeS2sReason reason, OreeTime now, OreeEffects *out);
void oree_s2s_out_stop_with (OreeS2sOut *self, OreeS2sReason reason, OreeStreamErr err, gboolean ended, OreeTime now,
                             OreeEffects *out);

/* The server has shown what it can do: the next step. */
void oree_s2s_out_decide (OreeS2sOut *self, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_header (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_sasl (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_tls_element (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
/* <db:result/> or <db:verify/> of the peer itself: legal on a stream used both ways. */
void oree_s2s_out_on_dialback_request (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);
void oree_s2s_out_on_dialback (OreeS2sOut *self, const OreeXmlNode *node, OreeTime now, OreeEffects *out);

/* May questions go out in this state? */
gboolean oree_s2s_out_may_ask (const OreeS2sOut *self);
void oree_s2s_out_send_question (OreeS2sOut *self, Question *question, OreeTime now, OreeEffects *out);
void oree_s2s_out_end_if_answered (OreeS2sOut *self, OreeTime now, OreeEffects *out);
