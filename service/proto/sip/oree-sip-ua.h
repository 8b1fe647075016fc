/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests the gateway begins outside any dialog (MESSAGE, SUBSCRIBE, PUBLISH, OPTIONS), from their parts. */
#pragma once
#include "codec/sip/oree-sip-write.h"
#include "proto/sip/oree-sip-ids.h"

G_BEGIN_DECLS

typedef struct
{
  const char *method;
  const char *ruri;         /* NULL: the To URI */
  const char *from_uri;
  const char *from_display; /* may be NULL */
  const char *from_tag;     /* NULL: a fresh one */
  const char *to_uri;
  const char *call_id;      /* NULL: a fresh one */
  guint32 cseq;             /* 0: 1 */
  int max_forwards;         /* 0: 70; a gateway hands on what is left (RFC 7332) */
  const char *contact;      /* URI; NULL: none (MESSAGE must not carry one) */
  const char *transport;    /* of the Via: "TLS", "TCP" */
  const char *sent_by;      /* "edge.contoso.test:5061" */
  const char *const *routes; /* URIs of Route headers, NULL-terminated; may be NULL */
} OreeSipUaRequest;

/* Writes "SIP/2.0/TLS sent-by;branch=<fresh>" as dialogs and requests want it; owned. */
char *oree_sip_ua_via (OreeSipIds *ids, const char *transport, const char *sent_by);
/* Starts the request; add headers with oree_sip_write_header(), end it with oree_sip_write_finish(). */
void oree_sip_ua_begin (const OreeSipUaRequest *parts, OreeSipIds *ids, OreeSipWriter *writer);

G_END_DECLS
