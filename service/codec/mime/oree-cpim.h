/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/cpim (RFC 3862) with the headers that ask for and carry delivery notifications (RFC 5438 6). */
#pragma once
#include "codec/mime/oree-mime.h"

G_BEGIN_DECLS

#define OREE_CPIM_TYPE "message/cpim"

/* imdn.Disposition-Notification */
typedef enum
{
  OREE_CPIM_POSITIVE_DELIVERY = 1 << 0,
  OREE_CPIM_NEGATIVE_DELIVERY = 1 << 1,
  OREE_CPIM_DISPLAY = 1 << 2,
  OREE_CPIM_PROCESSING = 1 << 3
} OreeCpimWants;

typedef struct
{
  char *from;         /* URI without the brackets; NULL: not said */
  char *to;
  char *date;         /* DateTime, as written (RFC 3339) */
  char *subject;      /* the first; escapes undone */
  char *subject_lang; /* NULL: not said */
  char *message_id;   /* imdn.Message-ID */
  guint wants;        /* OreeCpimWants */
  GPtrArray *routes;  /* char *: IMDN-Record-Route when read, IMDN-Route when written, topmost first; NULL: none */
  OreeMimePart content; /* read only: spans into the body */
} OreeCpim;

void oree_cpim_clear (OreeCpim *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeCpim, oree_cpim_clear)

/* > 0 octets taken and *self filled, else an OreeParseError and *self empty: BAD_SYNTAX, BAD_ENCODING (headers are UTF-8),
 * TOO_MANY (headers), TOO_LONG (message id), UNSUPPORTED (Require names what we do not know), or what the content's headers
 * are told. */
gssize oree_cpim_parse (OreeCpim *self, OreeSpan body);

/* Writes the message around `body`, of type `content_type`; `disposition` (may be NULL) is the content's. Texts are escaped;
 * NULL when an address, the date, the id, a route or the type holds what no header may. Owned. */
GString *oree_cpim_write (const OreeCpim *self, const char *content_type, const char *disposition, OreeSpan body);

G_END_DECLS
