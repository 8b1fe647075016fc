/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching a document by https, as control wants it done: `web` does it, main.c brings the two together. Main thread. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

/* Why there was no answer. */
#define OREE_FETCH_PROBLEMS(X)                                                                               \
  X (NONE, NULL)                                                                                             \
  X (NOT_HTTPS, "fetch-not-https")             /* the address, or where it was redirected to */              \
  X (NO_NAME, "fetch-no-name")                 /* the host has no address */                                 \
  X (PRIVATE_ADDRESS, "fetch-private-address") /* it has, but none that is to be asked */                    \
  X (REDIRECTS, "fetch-redirects")             /* too many */                                                \
  X (TOO_BIG, "fetch-too-big")                                                                               \
  X (TIMED_OUT, "fetch-timed-out")                                                                           \
  X (TLS, "fetch-tls-failed")                  /* no TLS, or a certificate that does not prove the host */   \
  X (CONNECT, "fetch-connect-failed")          /* no connection, or no HTTP on it */                         \
  X (BUSY, "fetch-busy")                       /* too many at once, or we are stopping */

typedef enum
{
#define X(symbol, nick) OREE_FETCH_##symbol,
  OREE_FETCH_PROBLEMS (X)
#undef X
  OREE_N_FETCH_PROBLEMS
} OreeFetchProblem;

/* "fetch-too-big"; NULL for NONE; static. */
const char *oree_fetch_problem_nick (OreeFetchProblem problem);

/* `status` is that of the last answer (200, 404, …) and `body` what it held (200 alone); with a problem both are 0 and
 * NULL. Borrowed. */
typedef void (*OreeFetched) (OreeFetchProblem problem, guint status, GBytes *body, gpointer data);

/* `addresses` (GInetAddress) may be asked; borrowed; empty with a problem. Never called from inside the question. */
typedef void (*OreeFetchResolved) (OreeFetchProblem problem, GPtrArray *addresses, gpointer data);

typedef struct
{
  const char *url;    /* https */
  gsize bytes_max;    /* of the body */
  guint seconds;      /* for everything */
  guint redirects_max;
  const char *trust_anchors; /* PEM file; NULL: the system's */
  /* Asks for the addresses of each host before it is connected to; answers `answered (…, answered_data)` once, unless
   * what it returned is given to `unresolve` before. */
  gpointer (*resolve) (gpointer data, const char *host, OreeFetchResolved answered, gpointer answered_data);
  void (*unresolve) (gpointer question);
  gpointer resolve_data;
} OreeFetchRequest;

typedef struct
{
  gpointer data;
  /* `request` is copied. `done` comes exactly once, never from inside. */
  void (*fetch) (gpointer data, const OreeFetchRequest *request, OreeFetched done, gpointer done_data);
  /* Ends what is under way as BUSY, from inside, and frees `data`. */
  void (*free) (gpointer data);
} OreeFetcher;

G_END_DECLS
