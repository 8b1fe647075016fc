/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP connection on a worker, in clear or with a filter: bounded buffers, back-pressure, one write per loop turn,
 * one deadline. It knows no protocol. All calls on its worker's thread.
 *
 * Reading: on_data gets everything buffered and answers how much it consumed; the rest comes again, in front, with
 * the next bytes. Writing: bytes queue and leave at the end of the loop turn, several messages in one TLS record.
 * Ending: oree_conn_close writes what is queued, says goodbye, waits a moment for the peer's; then on_closed. */
#pragma once
#include "base/oree-span.h"
#include "base/oree-time.h"
#include "ident/oree-inet.h"
#include "net/oree-tls.h"
#include "net/oree-worker.h"

G_BEGIN_DECLS

typedef struct _OreeConn OreeConn;

typedef enum
{
  OREE_CLOSED_LOCAL,     /* "closed": we closed it */
  OREE_CLOSED_PEER,      /* "peer-closed": the peer closed it properly */
  OREE_CLOSED_TRUNCATED, /* "truncated": TCP ended without TLS's goodbye, while we were open */
  OREE_CLOSED_RESET,     /* "connection-reset" */
  OREE_CLOSED_TLS,       /* "tls-failed": handshake or record error; see the detail */
  OREE_CLOSED_TIMED_OUT, /* "timed-out": TLS handshake or unacknowledged data took too long */
  OREE_CLOSED_OVERFLOW,  /* "overflow": the owner left more unread than the cap */
  OREE_N_CLOSED_REASONS
} OreeClosedReason;

/* Kebab-case nick; static. */
const char *oree_closed_reason_nick (OreeClosedReason reason);

/* Callbacks run from the worker's loop only, never inside a call the owner makes. Any may call any function of this
 * header, oree_conn_free included. All but on_closed may be NULL; without on_data nothing is read. */
typedef struct
{
  /* Bytes, borrowed for the call. Answers how many are done with; answering less than all means "the rest is
   * incomplete", or call oree_conn_again. */
  gsize (*on_data) (OreeConn *conn, OreeSpan bytes, gpointer data);
  /* The write queue, once full (oree_conn_is_full), fell below the low mark: sources may be read again. */
  void (*on_drained) (OreeConn *conn, gpointer data);
  /* The handshake begun by oree_conn_start_tls succeeded; with ok FALSE on_closed follows and `detail` is English
   * text for logs ("tlsv1 alert unknown ca"), else NULL. */
  void (*on_tls) (OreeConn *conn, gboolean ok, const char *detail, gpointer data);
  /* The peer sends no more (half close); we still may. NULL: the connection closes by itself. */
  void (*on_end) (OreeConn *conn, gpointer data);
  /* The time of oree_conn_set_deadline has come. */
  void (*on_deadline) (OreeConn *conn, gpointer data);
  /* Gone: nothing can be sent, no other callback follows. The owner frees it, here or later. `detail` is English
   * text for logs, or NULL. */
  void (*on_closed) (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data);
} OreeConnCallbacks;

/* Takes the connected descriptor `fd` (made TCP_NODELAY; it need not be non-blocking). Reading starts with
 * oree_conn_set_callbacks. */
OreeConn *oree_conn_new (OreeWorker *worker, int fd);
/* Sets or replaces them (`callbacks` is borrowed and must live on: a static const). What is already buffered is
 * delivered in the next turn. */
void oree_conn_set_callbacks (OreeConn *self, const OreeConnCallbacks *callbacks, gpointer data);
/* Closes at once if still open (queued bytes are lost: see oree_conn_close) and releases it; no callback follows. */
void oree_conn_free (OreeConn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeConn, oree_conn_free)

/* Queues a copy. FALSE, and nothing queued, when that would pass OREE_CONN_WRITE_MAX, or when closing or closed. */
gboolean oree_conn_write (OreeConn *self, const void *data, gsize length);
static inline gboolean
oree_conn_write_span (OreeConn *self, OreeSpan bytes)
{
  return oree_conn_write (self, bytes.data, bytes.length);
}
/* Bytes accepted and not yet given to the kernel. */
gsize oree_conn_queued (const OreeConn *self);
/* The queue passed its high mark: stop reading what feeds it; on_drained tells when to go on. */
gboolean oree_conn_is_full (const OreeConn *self);

/* Stop and go on reading (back-pressure). Nests not: a flag. */
void oree_conn_pause (OreeConn *self);
void oree_conn_resume (OreeConn *self);
/* From on_data: call again in the next turn with what is left, though nothing new came (message budget spent). */
void oree_conn_again (OreeConn *self);

/* From now on TLS, in mid-stream: bytes received in clear and not consumed yet are discarded, bytes queued in clear
 * before are written first. `sni`, `alpn` as oree_tls_new. The handshake has OREE_TLS_HANDSHAKE_SECONDS.
 * Bytes written before on_tls wait for the handshake. */
void oree_conn_start_tls (OreeConn *self, OreeTlsCtx *ctx, OreeTlsRole role, const char *sni, const char *alpn);
/* The same as server, from the first byte: `hello` is what on_data was given (and must report as consumed), the
 * beginning of the handshake. */
void oree_conn_accept_tls (OreeConn *self, OreeTlsCtx *ctx, const char *alpn, OreeSpan hello);
/* start_tls or accept_tls was called: bytes in clear count no more, though the handshake may still be under way. */
gboolean oree_conn_tls_begun (const OreeConn *self);
/* The handshake is done. */
gboolean oree_conn_is_tls (const OreeConn *self);
/* After on_tls; owned by the connection (reference it to keep it). NULL in clear. */
OreePeerCert *oree_conn_peer_cert (OreeConn *self);
/* "TLSv1.3" and cipher name; NULL in clear. */
const char *oree_conn_tls_version (OreeConn *self);
const char *oree_conn_tls_cipher (OreeConn *self);
const char *oree_conn_tls_sni (OreeConn *self);
const char *oree_conn_tls_alpn (OreeConn *self);

/* Write what is queued, then close both ways; on_closed (LOCAL) follows, at the latest after
 * OREE_CONN_LINGER_SECONDS. on_data is not called any more. */
void oree_conn_close (OreeConn *self);
/* Write what is queued, then say that we send no more; reading goes on. */
void oree_conn_finish (OreeConn *self);
/* Close now; on_closed (LOCAL) follows in the next turn. */
void oree_conn_abort (OreeConn *self);
/* TRUE until closing began or the peer was lost. */
gboolean oree_conn_is_open (const OreeConn *self);

/* One deadline per connection; setting it again moves it, OREE_TIME_NEVER takes it away. */
void oree_conn_set_deadline (OreeConn *self, OreeTime deadline);

/* The peer proved itself: it no longer counts against OREE_PREAUTH_PER_ADDRESS_MAX. */
void oree_conn_set_authenticated (OreeConn *self);

OreeWorker *oree_conn_worker (const OreeConn *self);
const OreeEndpoint *oree_conn_local (const OreeConn *self);
const OreeEndpoint *oree_conn_peer (const OreeConn *self);
/* When bytes last came, on the worker's clock. */
OreeTime oree_conn_last_read (const OreeConn *self);
/* Bytes on the wire so far. */
guint64 oree_conn_bytes_in (const OreeConn *self);
guint64 oree_conn_bytes_out (const OreeConn *self);

/* Moving to another worker, between two events. Detach on the old worker, outside the connection's callbacks (post
 * to yourself): it stops; the deadline and whatever is buffered go along. Post it to the new worker and attach it
 * there; then it goes on. */
void oree_conn_detach (OreeConn *self);
void oree_conn_attach (OreeConn *self, OreeWorker *worker);

G_END_DECLS
