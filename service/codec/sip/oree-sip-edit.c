/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits a message that came in: changes are remembered, then one pass writes the whole header block anew. */
#include "codec/sip/oree-sip-status.h"
#include "codec/sip/oree-sip-write.h"

typedef enum
{
  OP_START,      /* what stands in the start line: Request-URI, or status and phrase */
  OP_PREPEND,
  OP_APPEND,
  OP_APPEND_RAW, /* "Name: value" */
  OP_REPLACE,
  OP_REMOVE,
  OP_REMOVE_NAMED,
  OP_REPLACE_TOP
} OpKind;

void
oree_sip_edit_init (OreeSipEdit *self, const OreeSipMsg *msg)
{
  memset (self, 0, sizeof *self);
  self->msg = msg;
  self->values = g_string_sized_new (256);
}

void
oree_sip_edit_clear (OreeSipEdit *self)
{
  if (self->values != NULL)
    g_string_free (self->values, TRUE);
  self->values = NULL;
}

static OreeSpan
op_value (const OreeSipEdit *self, const OreeSipEditOp *op)
{
  return oree_span (self->values->str + op->start, op->length);
}

static void
add_op (OreeSipEdit *self, OpKind kind, OreeSipHdrId id, OreeSpan value)
{
  OreeSipEditOp *op;

  g_return_if_fail (self->values != NULL && id != OREE_SIP_HDR_CONTENT_LENGTH);
  if (!oree_sip_hdr_is_one_line (value) || self->n_ops == OREE_SIP_EDITS_MAX)
    self->failed = TRUE;
  if (self->failed)
    return;
  self->touched[id] = 1;
  op = &self->ops[self->n_ops++];
  *op = (OreeSipEditOp){ (guint8) kind, (guint8) id, self->values->len, value.length };
  oree_span_append_to (value, self->values);
}

void
oree_sip_edit_set_ruri (OreeSipEdit *self, OreeSpan ruri)
{
  if (ruri.length == 0 || oree_span_index (ruri, ' ') >= 0 || oree_span_index (ruri, '\t') >= 0)
    self->failed = TRUE;
  add_op (self, OP_START, OREE_SIP_HDR_OTHER, ruri);
}

void
oree_sip_edit_set_status (OreeSipEdit *self, guint status, const char *phrase)
{
  g_autofree char *text
    = g_strdup_printf ("%u %s", status, phrase != NULL ? phrase : oree_sip_status_phrase (status));

  g_return_if_fail (oree_sip_status_is_valid (status));
  add_op (self, OP_START, OREE_SIP_HDR_OTHER, oree_span_str (text));
}

void
oree_sip_edit_prepend (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value)
{
  add_op (self, OP_PREPEND, id, value);
}

void
oree_sip_edit_append (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value)
{
  add_op (self, OP_APPEND, id, value);
}

void
oree_sip_edit_append_named (OreeSipEdit *self, const char *name, OreeSpan value)
{
  g_autoptr (GString) line = g_string_new (name);

  if (!oree_sip_hdr_is_token (oree_span_str (name))
      || oree_sip_hdr_id (oree_span_str (name)) == OREE_SIP_HDR_CONTENT_LENGTH)
    self->failed = TRUE;
  oree_str_append_to (": ", line);
  oree_span_append_to (value, line);
  add_op (self, OP_APPEND_RAW, OREE_SIP_HDR_OTHER, oree_span (line->str, line->len));
}

void
oree_sip_edit_replace (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value)
{
  add_op (self, OP_REPLACE, id, value);
}

void
oree_sip_edit_remove (OreeSipEdit *self, OreeSipHdrId id)
{
  add_op (self, OP_REMOVE, id, OREE_SPAN_EMPTY);
}

void
oree_sip_edit_remove_named (OreeSipEdit *self, const char *name)
{
  add_op (self, OP_REMOVE_NAMED, OREE_SIP_HDR_OTHER, oree_span_str (name));
}

void
oree_sip_edit_drop_top (OreeSipEdit *self, OreeSipHdrId id)
{
  g_return_if_fail (id < OREE_SIP_N_HDRS);
  if (self->drop_values[id] == G_MAXUINT8)
    self->failed = TRUE;
  else
    self->drop_values[id]++;
  self->touched[id] = 1;
}

void
oree_sip_edit_drop_last (OreeSipEdit *self, OreeSipHdrId id)
{
  g_return_if_fail (id < OREE_SIP_N_HDRS);
  self->drop_last[id] = 1;
  self->touched[id] = 1;
}

void
oree_sip_edit_replace_top (OreeSipEdit *self, OreeSipHdrId id, OreeSpan value)
{
  add_op (self, OP_REPLACE_TOP, id, value);
}

/* The last change of that kind to that header; NULL when there is none. */
static const OreeSipEditOp *
find_op (const OreeSipEdit *self, OpKind kind, guint id)
{
  for (guint i = self->n_ops; i > 0; i--)
    if (self->ops[i - 1].kind == kind && self->ops[i - 1].id == id)
      return &self->ops[i - 1];
  return NULL;
}

static gboolean
is_removed_name (const OreeSipEdit *self, OreeSpan name)
{
  for (guint i = 0; i < self->n_ops; i++)
    {
      OreeSpan pattern = op_value (self, &self->ops[i]);

      if (self->ops[i].kind != OP_REMOVE_NAMED || pattern.length == 0)
        continue;
      if (pattern.data[pattern.length - 1] == '*')
        {
          pattern = oree_span_sub (pattern, 0, pattern.length - 1);
          if (name.length >= pattern.length
              && oree_span_equal_nocase (oree_span_sub (name, 0, pattern.length), pattern))
            return TRUE;
        }
      else if (oree_span_equal_nocase (name, pattern))
        {
          return TRUE;
        }
    }
  return FALSE;
}

static void
append_line (GString *out, guint id, OreeSpan value)
{
  oree_str_append_to (oree_sip_hdr_name (id), out);
  oree_str_append_to (": ", out);
  oree_span_append_to (value, out);
  oree_str_append_to ("\r\n", out);
}

/* The lines put before the headers of `id`; the one added last stands on top. */
static void
append_prepended (const OreeSipEdit *self, GString *out, guint id)
{
  for (guint i = self->n_ops; i > 0; i--)
    if (self->ops[i - 1].kind == OP_PREPEND && self->ops[i - 1].id == id)
      append_line (out, id, op_value (self, &self->ops[i - 1]));
}

static void
append_start_line (const OreeSipEdit *self, GString *out)
{
  const OreeSipEditOp *op = find_op (self, OP_START, OREE_SIP_HDR_OTHER);
  const OreeSipMsg *msg = self->msg;

  if (msg->is_request)
    {
      oree_span_append_to (msg->method_name, out);
      g_string_append_c (out, ' ');
      oree_span_append_to (op != NULL ? op_value (self, op) : msg->ruri, out);
      oree_str_append_to (" SIP/2.0\r\n", out);
      return;
    }
  oree_str_append_to ("SIP/2.0 ", out);
  if (op != NULL)
    {
      oree_span_append_to (op_value (self, op), out);
    }
  else
    {
      oree_uint_append_to (msg->status, out);
      g_string_append_c (out, ' ');
      oree_span_append_to (msg->reason, out);
    }
  oree_str_append_to ("\r\n", out);
}

/* How many values a list header has over all its lines. */
static guint
count_values (const OreeSipMsg *msg, guint id)
{
  OreeSipValues values;
  OreeSpan value;
  guint n = 0;

  oree_sip_values_init (&values, msg, id);
  while (oree_sip_values_next (&values, &value))
    n++;
  return n;
}

/* One line of a list header whose values change. `seen`: values of this header met so far. */
static void
append_list_line (const OreeSipEdit *self, GString *out, const OreeSipHeader *header, guint *seen)
{
  const OreeSipEditOp *top = find_op (self, OP_REPLACE_TOP, header->id);
  guint last = self->drop_last[header->id] ? count_values (self->msg, header->id) - 1 : G_MAXUINT;
  OreeSpan rest = header->value;
  OreeSpan value;
  guint kept = 0;

  while (oree_sip_hdr_next_value (&rest, &value))
    {
      guint index = (*seen)++;

      if (index < self->drop_values[header->id] || index == last)
        continue;
      oree_str_append_to (kept++ == 0 ? oree_sip_hdr_name (header->id) : "", out);
      oree_str_append_to (kept == 1 ? ": " : ", ", out);
      if (top != NULL && index == self->drop_values[header->id])
        oree_span_append_to (op_value (self, top), out);
      else
        oree_sip_hdr_append_unfolded (out, value);
    }
  if (kept > 0)
    oree_str_append_to ("\r\n", out);
}

static void
append_header (const OreeSipEdit *self, GString *out, const OreeSipHeader *header, gboolean first, guint *seen)
{
  guint id = header->id;
  const OreeSipEditOp *replacement;

  if (id == OREE_SIP_HDR_OTHER)
    {
      if (self->touched[id] && is_removed_name (self, header->name))
        return;
      oree_span_append_to (header->name, out);
    }
  else if (!self->touched[id])
    {
      if (id == OREE_SIP_HDR_CONTENT_LENGTH)
        return;
      oree_str_append_to (oree_sip_hdr_name (id), out);
    }
  else
    {
      if (first)
        append_prepended (self, out, id);
      replacement = find_op (self, OP_REPLACE, id);
      if (replacement != NULL)
        {
          if (first)
            append_line (out, id, op_value (self, replacement));
          return;
        }
      if (find_op (self, OP_REMOVE, id) != NULL)
        return;
      if (self->drop_values[id] > 0 || self->drop_last[id] || find_op (self, OP_REPLACE_TOP, id) != NULL)
        {
          append_list_line (self, out, header, seen);
          return;
        }
      oree_str_append_to (oree_sip_hdr_name (id), out);
    }
  oree_str_append_to (": ", out);
  oree_sip_hdr_append_unfolded (out, header->value);
  oree_str_append_to ("\r\n", out);
}

GString *
oree_sip_edit_finish (OreeSipEdit *self)
{
  const OreeSipMsg *msg = self->msg;
  guint seen[OREE_SIP_N_HDRS] = { 0 };
  GString *out;

  g_return_val_if_fail (self->values != NULL, NULL);
  if (self->failed)
    {
      oree_sip_edit_clear (self);
      return NULL;
    }
  out = g_string_sized_new (msg->head.length + msg->body.length + self->values->len + 128);
  append_start_line (self, out);

  /* What stands before all headers: lines whose like the message has not; the one added last on top. */
  for (guint i = self->n_ops; i > 0; i--)
    if (self->ops[i - 1].kind == OP_PREPEND && msg->first[self->ops[i - 1].id] == 0)
      append_line (out, self->ops[i - 1].id, op_value (self, &self->ops[i - 1]));
  for (guint i = 0; i < msg->n_headers; i++)
    append_header (self, out, &msg->headers[i], msg->first[msg->headers[i].id] == i + 1,
                   &seen[msg->headers[i].id]);
  for (guint i = 0; i < self->n_ops; i++)
    {
      const OreeSipEditOp *op = &self->ops[i];

      if (op->kind == OP_APPEND
          || (op->kind == OP_REPLACE && msg->first[op->id] == 0 && find_op (self, OP_REPLACE, op->id) == op))
        {
          append_line (out, op->id, op_value (self, op));
        }
      else if (op->kind == OP_APPEND_RAW)
        {
          oree_span_append_to (op_value (self, op), out);
          oree_str_append_to ("\r\n", out);
        }
    }
  oree_sip_write_end (out, msg->body.length);
  oree_span_append_to (msg->body, out);
  oree_sip_edit_clear (self);
  return out;
}
