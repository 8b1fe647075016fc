/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One end of a server-to-server stream for the load generator: TLS, EXTERNAL, acknowledgements. It knows just enough
 * XML to find where an element ends; it trusts its peer, which is the server being measured. */
#pragma once
#include "net/oree-conn.h"
#include "net/oree-tls-ctx.h"

typedef struct _BenchXmpp BenchXmpp;

typedef struct
{
  void (*ready) (BenchXmpp *end, gpointer data);
  /* A whole stanza. */
  void (*stanza) (BenchXmpp *end, OreeSpan stanza, gpointer data);
  /* Whoever ended it; `why` is for people. */
  void (*closed) (BenchXmpp *end, const char *why, gpointer data);
} BenchXmppCallbacks;

/* Takes `conn`. `to` NULL: we were called and learn both names from the stream header. */
BenchXmpp *bench_xmpp_new (OreeConn *conn, OreeTlsCtx *ctx, const char *from, const char *to,
                           const BenchXmppCallbacks *callbacks, gpointer data);
void bench_xmpp_free (BenchXmpp *self);
void bench_xmpp_write (BenchXmpp *self, const char *text, gsize length);
/* Asks for an acknowledgement; the number acknowledged so far. */
void bench_xmpp_ask (BenchXmpp *self);
guint bench_xmpp_acked (const BenchXmpp *self);
gboolean bench_xmpp_has_acks (const BenchXmpp *self);
