/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One dialog we terminate, either side of it (RFC 3261 12, RFC 6665 4.4.1): who, which tags, which numbers, which way. */
#pragma once
#include "codec/sip/oree-sip-write.h"

G_BEGIN_DECLS

typedef struct
{
  char *call_id;
  char *local_uri;
  char *local_tag;
  char *remote_uri;
  char *remote_tag;    /* "": an RFC 2543 peer, or none yet */
  char *local_contact; /* the URI of our Contact */
  char *remote_target; /* the URI requests go to */
  GPtrArray *routes;   /* char *: URIs with their parameters, in the order we send them */
  guint32 local_cseq;  /* of the last request we sent; 0: none */
  guint32 remote_cseq; /* of the last request they sent */
  gboolean has_remote_cseq;
} OreeSipDialog;

/* We are asked: from a request outside any dialog (SUBSCRIBE, INVITE). NULL when From, Contact or Record-Route is
 * missing or malformed (answer 400). */
OreeSipDialog *oree_sip_dialog_new_uas (const OreeSipMsg *request, const char *local_tag, const char *local_contact);
/* We ask: from the request we sent; completed by the 2xx or the NOTIFY that comes first. */
OreeSipDialog *oree_sip_dialog_new_uac (const OreeSipMsg *request);
/* Made from parts (after a restart). Takes nothing; `routes` may be NULL. */
OreeSipDialog *oree_sip_dialog_new (const char *call_id, const char *local_uri, const char *local_tag,
                                    const char *remote_uri, const char *remote_tag);
void oree_sip_dialog_free (OreeSipDialog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeSipDialog, oree_sip_dialog_free)

/* One line of text that oree_sip_dialog_load() reads back; owned. For keeping a dialog through a restart. */
char *oree_sip_dialog_save (const OreeSipDialog *self);
/* NULL when `text` is no saved dialog. */
OreeSipDialog *oree_sip_dialog_load (const char *text);

/* TRUE once the other side's tag is known (or known to be absent). */
gboolean oree_sip_dialog_is_complete (const OreeSipDialog *self);
/* A 1xx with tag or a 2xx to our request: takes tag, target and route set the first time, the target on each 2xx to
 * a target refresh (SUBSCRIBE, INVITE, NOTIFY…). FALSE when it does not belong here or lacks what it needs. */
gboolean oree_sip_dialog_on_response (OreeSipDialog *self, const OreeSipMsg *response);
/* A request of the other side: 0 when it is in order, else the status that answers it: 481 when it is not of this
 * dialog, 500 when its CSeq is behind (RFC 3261 12.2.2). Completes a dialog whose NOTIFY comes before the 2xx; takes a new
 * target from SUBSCRIBE, NOTIFY, INVITE, UPDATE. */
guint oree_sip_dialog_on_request (OreeSipDialog *self, const OreeSipMsg *request);

/* Starts the next request: request line, Via, Max-Forwards, Route, From, To, Call-ID, CSeq (one higher; ACK: the same), Contact.
 * `via` is "SIP/2.0/TLS host:port;branch=…". Add the rest with oree_sip_write_header() and finish. */
void oree_sip_dialog_begin_request (OreeSipDialog *self, OreeSipWriter *writer, const char *method, const char *via);
/* The URI whose host the next request goes to: the first route, or the remote target. Borrowed. */
const char *oree_sip_dialog_next_hop (const OreeSipDialog *self);

G_END_DECLS
