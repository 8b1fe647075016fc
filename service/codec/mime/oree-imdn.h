/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications of what became of a message (RFC 5438 7.2). */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

#define OREE_IMDN_TYPE "message/imdn+xml"

typedef enum
{
  OREE_IMDN_DELIVERED,  /* delivery-notification */
  OREE_IMDN_FAILED,
  OREE_IMDN_DISPLAYED,  /* display-notification */
  OREE_IMDN_PROCESSED,  /* processing-notification */
  OREE_IMDN_STORED,
  OREE_IMDN_FORBIDDEN,  /* any of the three: the answer is refused … */
  OREE_IMDN_ERROR,      /* … or cannot be given */
  OREE_N_IMDN_STATUSES
} OreeImdnStatus;

/* "delivered", …; static. */
const char *oree_imdn_status_name (OreeImdnStatus status);

typedef struct
{
  char *message_id; /* of the message it is about */
  char *date;       /* its DateTime, RFC 3339 */
  char *recipient;  /* URI; NULL: not said */
  OreeImdnStatus status;
  gboolean display; /* FORBIDDEN, ERROR: in answer to a request for display; else for delivery (or processing) */
} OreeImdn;

void oree_imdn_clear (OreeImdn *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeImdn, oree_imdn_clear)

/* > 0 octets taken and *self filled, else an OreeParseError and *self empty: what the XML reader says, BAD_VALUE (no IMDN, or
 * a status nobody defined), MISSING (message-id, or any notification), TOO_LONG (message-id). */
gssize oree_imdn_parse (OreeImdn *self, OreeSpan body);
/* The document; `message_id` and `date` are needed. Owned. */
char *oree_imdn_write (const OreeImdn *self);

G_END_DECLS
