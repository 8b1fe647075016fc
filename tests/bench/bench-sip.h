/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SIP user over TLS for the load generator: signs in with digest, writes messages, takes messages. */
#pragma once
#include "net/oree-conn.h"
#include "net/oree-tls-ctx.h"

typedef struct _BenchSip BenchSip;

typedef struct
{
  void (*ready) (BenchSip *user, gpointer data);
  /* The final answer to one of ours. */
  void (*answer) (BenchSip *user, guint status, gpointer data);
  /* A MESSAGE came; it was answered 200. */
  void (*message) (BenchSip *user, OreeSpan body, gpointer data);
  void (*closed) (BenchSip *user, const char *why, gpointer data);
} BenchSipCallbacks;

/* Takes `conn`; `name` at `domain`. */
BenchSip *bench_sip_new (OreeConn *conn, OreeTlsCtx *ctx, const char *name, const char *domain, const char *password,
                         const BenchSipCallbacks *callbacks, gpointer data);
void bench_sip_free (BenchSip *self);
/* A MESSAGE to `to` ("juliet@fabrikam.test"). */
void bench_sip_send (BenchSip *self, const char *to, const char *body, gsize length);
