/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words the SIP codec's tests share. */
#pragma once
#include "codec/sip/oree-sip-msg.h"

/* A copy of exactly `length` bytes on the heap, so that the sanitizer sees any byte read past the end. */
static inline char *
exact_copy (const char *data, gsize length)
{
  char *copy = g_malloc (MAX (length, 1));

  if (length > 0)
    memcpy (copy, data, length);
  return copy;
}

#define assert_span(span, expected)                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *span_text_ = oree_span_dup (span);                                                                \
    g_assert_cmpstr (span_text_, ==, expected);                                                                        \
  }                                                                                                                    \
  G_STMT_END

/* Parses a message that must be fine. */
static inline void
parse_ok (OreeSipMsg *msg, const char *text)
{
  g_assert_cmpint (oree_sip_msg_parse (msg, text, strlen (text), OREE_SIP_MSG_STREAM), ==, (gssize) strlen (text));
}
