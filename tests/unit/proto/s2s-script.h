/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripted peers of the stream machines: what they say, what must be answered. */
#pragma once
#include "s2s-wire.h"

#define XMLNS "xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'"
#define HEAD_AS(from, to) "<stream:stream " XMLNS " from='" from "' to='" to "' version='1.0'>"
#define HEAD HEAD_AS (ALPHA, BETA)
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define AUTH(text) "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>" text "</auth>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
#define ASK_ACK "<r xmlns='urn:xmpp:sm:3'/>"
#define MSG_AS(from, to) "<message from='" from "' to='" to "' id='1' type='chat'><body>x</body></message>"
#define MSG MSG_AS ("u@" ALPHA "/r", "v@" BETA)
#define CLOSE_TAG "</stream:stream>"
/* Through TLS and EXTERNAL; "\1" is the handshake. */
#define SIGNED_IN HEAD STARTTLS "\1" HEAD AUTH ("YWxwaGEudGVzdA==") HEAD

/* What a receiving server says. */
#define REPLY "<stream:stream " XMLNS " from='" BETA "' to='" ALPHA "' id='S1' version='1.0'>"
#define FEATURES(inner) "<stream:features>" inner "</stream:features>"
#define EXTERNAL "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>"
#define DIALBACK "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"
#define SM "<sm xmlns='urn:xmpp:sm:3'/>"
#define PROCEED "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define SUCCESS "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
#define REFUSED "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"
#define TO_TLS REPLY FEATURES (STARTTLS) PROCEED "\1" REPLY
#define IN_GOOD_ORDER TO_TLS FEATURES (EXTERNAL) SUCCESS REPLY

typedef struct
{
  const char *name;
  OreeS2sNeed tls, sasl;
  gboolean dialback;
  const char *proven;
  const char *peer;     /* what it sends; "\1" TLS is done, "\2x" the last ASK came out as result x, "\3" flush */
  const char *sent;     /* must be found in what we send, in this order, "|" between pieces */
  const char *log;      /* all of it */
} Script;

/* A test per row, below /proto/<group>. */
void script_add_rows (const char *group, const Script *rows, gsize n, GTestDataFunc func);
/* What real peers sent, recorded: first line the expected log, then their bytes; %TLS and %VALID stand for the
 * handshake and for the authoritative server's yes. Both owned. */
char *script_load (const char *name, char **expected);
