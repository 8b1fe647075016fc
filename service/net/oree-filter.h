/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A byte filter between the wire and the owner of a connection: bytes in, bytes out, no descriptor.
 * A connection without a filter is in clear; TLS is one filter; two filters back to back need no socket. */
#pragma once
#include "net/oree-buffer.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_FILTER_HANDSHAKE, /* negotiating: plain bytes to send must wait */
  OREE_FILTER_OPEN,      /* carries data both ways */
  OREE_FILTER_ENDED,     /* the peer said it sends no more; we still may */
  OREE_FILTER_FAILED     /* unusable; see error () */
} OreeFilterState;

typedef struct _OreeFilter OreeFilter;

typedef struct
{
  /* Takes all of `wire` as received; appends what it yields to `plain`, and what must be answered to `wire_out`.
   * With an empty span: begins (a client's first flight). */
  OreeFilterState (*in) (OreeFilter *self, OreeSpan wire, OreeBuffer *plain, OreeBuffer *wire_out);
  /* Takes all of `plain`; appends its wire form to `wire_out`. Only in OPEN and ENDED. */
  OreeFilterState (*out) (OreeFilter *self, OreeSpan plain, OreeBuffer *wire_out);
  /* We send no more: appends the goodbye. */
  void (*end) (OreeFilter *self, OreeBuffer *wire_out);
  /* Nothing moved for a while: lets go of what it can get back. */
  void (*rest) (OreeFilter *self);
  /* Why it failed, English detail for logs; borrowed; NULL when it did not. */
  const char *(*error) (OreeFilter *self);
  void (*free) (OreeFilter *self);
} OreeFilterClass;

struct _OreeFilter
{
  const OreeFilterClass *klass;
};

G_END_DECLS
