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
  /* What `domain`, one of ours, shows in TLS. */
  OreeTlsCtx *(*identity) (const char *domain);
} BenchXmppCallbacks;

/* Takes `conn`. Both names NULL: we were called and learn them from the stream header. */
BenchXmpp *bench_xmpp_new (OreeConn *conn, const char *from, const char *to, const BenchXmppCallbacks *callbacks,
                           gpointer data);
/* Says goodbye; `closed` follows. */
void bench_xmpp_end (BenchXmpp *self);
/* Our domain; NULL before we know it. */
const char *bench_xmpp_from (const BenchXmpp *self);
void bench_xmpp_free (BenchXmpp *self);
void bench_xmpp_write (BenchXmpp *self, const char *text, gsize length);
/* Asks for an acknowledgement. */
void bench_xmpp_ask (BenchXmpp *self);
/* How often the other end asked us. */
guint bench_xmpp_asked (const BenchXmpp *self);
/* The other end set it up. */
gboolean bench_xmpp_is_called (const BenchXmpp *self);
