/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP as a load generator needs it: quick, trusting, no more than it takes. */
#pragma once
#include "base/oree-span.h"

/* The value of the first header of that name, as written ("\r\nName: "), to the end of its line. */
OreeSpan bench_sip_header (OreeSpan head, const char *name);
/* One message off the front: its length, head (without the empty line) and body; both empty for bytes between messages.
 * 0: it is not all there. */
gsize bench_sip_cut (OreeSpan bytes, OreeSpan *head, OreeSpan *body);
/* 200 to the request `head`, with `extra` header lines. */
void bench_sip_write_answer (GString *out, OreeSpan head, const char *tag, const char *extra);
