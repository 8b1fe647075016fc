/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser, the check, and what is written from what was parsed: answers and edits parse again. */
#include "codec/sip/oree-sip-check.h"
#include "codec/sip/oree-sip-frame.h"
#include "codec/sip/oree-sip-write.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A message taken over unchanged parses, has the same body and as many headers. */
static void
round_trip (const OreeSipMsg *msg)
{
  g_auto (OreeSipEdit) edit = { 0 };
  OreeSipMsg again;
  GString *text;
  gssize result;

  oree_sip_edit_init (&edit, msg);
  text = oree_sip_edit_finish (&edit);
  g_assert (text != NULL);
  result = oree_sip_msg_parse (&again, text->str, text->len, OREE_SIP_MSG_STREAM);
  /* Canonical names are longer than compact ones: only a cap may be passed by that. */
  g_assert (result == (gssize) text->len || result == OREE_PARSE_TOO_LONG || result == OREE_PARSE_TOO_MANY);
  if (result > 0)
    g_assert (oree_span_equal (again.body, msg->body) && again.is_request == msg->is_request
              && again.cseq == msg->cseq && again.status == msg->status && oree_span_equal (again.ruri, msg->ruri));
  g_string_free (text, TRUE);
}

static void
answer (const OreeSipMsg *msg, gssize error)
{
  guint status = error < 0 ? oree_sip_msg_error_status (error) : 200;
  GString *text = oree_sip_write_simple_response (msg, status, NULL, "tag");
  OreeSipFrame frame;

  g_assert (text != NULL);
  oree_sip_frame_init (&frame);
  if (error >= 0 && text->len < OREE_SIP_HEAD_MAX)
    g_assert (oree_sip_frame_next (&frame, text->str, text->len) != 0);
  g_string_free (text, TRUE);
}

/* What the parser takes off a stream, the framer cuts at the same place: two readers, one message. */
static void
framer_agrees (const guint8 *data, gsize size, gssize parsed)
{
  OreeSipFrame frame;
  gssize cut;

  oree_sip_frame_init (&frame);
  cut = oree_sip_frame_next (&frame, data, size);
  g_assert (cut == parsed || cut == OREE_PARSE_TOO_MANY); /* the framer counts the lines of folds too */
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  for (guint framing = 0; framing < 2; framing++)
    {
      OreeSipMsg msg;
      gssize result = oree_sip_msg_parse (&msg, data, size, framing);

      g_assert (result <= (gssize) size && result >= OREE_PARSE_ERROR_LAST);
      if (oree_sip_msg_can_answer (&msg))
        answer (&msg, result);
      if (result <= 0)
        continue;
      if (framing == OREE_SIP_MSG_STREAM)
        framer_agrees (data, size, result);
      oree_sip_check (&msg);
      round_trip (&msg);
    }
  return 0;
}
