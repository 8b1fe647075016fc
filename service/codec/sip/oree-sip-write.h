/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds messages, from scratch, as the response to a request, or by editing one that came in. A value that holds CR,
 * LF or NUL is refused, so nothing can be injected; there is always exactly one Content-Length. */
#pragma once
#include "codec/sip/oree-sip-msg.h"

G_BEGIN_DECLS

/* --- From scratch, and responses --- */

typedef struct
{
  GString *text;
  gboolean failed; /* sticky: a value was refused */
} OreeSipWriter;

#define OREE_SIP_WRITER_INIT { NULL, FALSE }

/* Starts a request: "METHOD ruri SIP/2.0". */
void oree_sip_write_request (OreeSipWriter *self, const char *method, OreeSpan ruri);
/* Starts the response to `request`: status line, every Via, From, To (with `to_tag` when it has none and status > 100;
 * may be NULL), Call-ID, CSeq; Record-Route when `dialog` (RFC 3261 8.2.6, 12.1.1); Timestamp on 100.
 * `phrase` NULL: the usual one. */
void oree_sip_write_response (OreeSipWriter *self, const OreeSipMsg *request, guint status, const char *phrase,
                              const char *to_tag, gboolean dialog);
/* One header line. A value of NULL or with CR, LF, NUL makes the whole message fail. Content-Length is not for these. */
void oree_sip_write_header (OreeSipWriter *self, OreeSipHdrId id, const char *value);
void oree_sip_write_header_span (OreeSipWriter *self, OreeSipHdrId id, OreeSpan value);
void oree_sip_write_header_uint (OreeSipWriter *self, OreeSipHdrId id, guint64 value);
void oree_sip_write_header_format (OreeSipWriter *self, OreeSipHdrId id, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* A header we have no id for. */
void oree_sip_write_header_named (OreeSipWriter *self, const char *name, OreeSpan value);
/* A header taken over from a message: unfolded, canonical name. */
void oree_sip_write_header_copy (OreeSipWriter *self, const OreeSipHeader *header);
/* All headers of that id of `msg`, in order. */
void oree_sip_write_headers_from (OreeSipWriter *self, const OreeSipMsg *msg, OreeSipHdrId id);
/* Ends the message: Content-Type (when `content_type` is not NULL), Content-Length, the empty line, the body.
 * The bytes, owned, or NULL when something was refused; the writer is empty again either way. */
GString *oree_sip_write_finish (OreeSipWriter *self, const char *content_type, OreeSpan body);
/* What stands before a body of so many bytes: Content-Length and the empty line. */
void oree_sip_write_end (GString *text, gsize body);
/* Gives up what was begun. */
void oree_sip_writer_clear (OreeSipWriter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeSipWriter, oree_sip_writer_clear)

/* A whole response without more headers or body: the common refusal. Owned; NULL when refused. */
GString *oree_sip_write_simple_response (const OreeSipMsg *request, guint status, const char *phrase,
                                         const char *to_tag);

/* --- Editing a message that came in (proxying) --- */

#define OREE_SIP_EDITS_MAX 48

typedef struct
{
  guint8 kind;
  guint8 id;
  gsize start; /* in `values` */
  gsize length;
} OreeSipEditOp;

/* Remembers changes, carries them out in one pass at the end. Headers not touched keep order and value; all are written
 * unfolded and with canonical names. `msg` and its buffer must outlive the edit. */
typedef struct
{
  const OreeSipMsg *msg;
  GString *values;
  OreeSipEditOp ops[OREE_SIP_EDITS_MAX];
  guint n_ops;
  gboolean failed;
  guint8 drop_values[OREE_SIP_N_HDRS]; /* how many values go from the top of a list header */
  guint8 drop_last[OREE_SIP_N_HDRS];   /* one value goes from its end */
  guint8 touched[OREE_SIP_N_HDRS];     /* some change concerns it: the others are copied without asking further */
} OreeSipEdit;

void oree_sip_edit_init (OreeSipEdit *self, const OreeSipMsg *msg);
/* The Request-URI. */
void oree_sip_edit_set_ruri (OreeSipEdit *self, OreeSpan ruri);
/* The status line of a response; `phrase` NULL: the usual one. */
void oree_sip_edit_set_status (OreeSipEdit *self, guint status, const char *phrase);
/* A new header line before the first of its id (or, where there is none, before all headers). The one added last
 * stands on top. */
void oree_sip_edit_prepend (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value);
/* A new header line after all others. */
void oree_sip_edit_append (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value);
void oree_sip_edit_append_named (OreeSipEdit *self, const char *name, OreeSpan value);
/* All of that id go; one line with `value` stands at the place of the first, or at the end. */
void oree_sip_edit_replace (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value);
void oree_sip_edit_remove (OreeSipEdit *self, OreeSipHdrId id);
/* All headers we have no id for whose name is `name`, or begins with it when it ends in '*' (case-insensitive). */
void oree_sip_edit_remove_named (OreeSipEdit *self, const char *name);
/* The topmost value of a list header (Via, Route) goes; call twice for two. */
void oree_sip_edit_drop_top (OreeSipEdit *self, OreeSipHdrId id);
/* The last value of a list header goes. */
void oree_sip_edit_drop_last (OreeSipEdit *self, OreeSipHdrId id);
/* The top value of a list header is replaced by `value` (Via with received filled in). */
void oree_sip_edit_replace_top (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value);
/* The message as changed, owned; NULL when a value was refused or there were too many changes. Ends the edit. */
GString *oree_sip_edit_finish (OreeSipEdit *self);
void oree_sip_edit_clear (OreeSipEdit *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeSipEdit, oree_sip_edit_clear)

G_END_DECLS
