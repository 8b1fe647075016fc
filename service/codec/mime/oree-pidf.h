/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence documents: application/pidf+xml (RFC 3863) with RPID activities (RFC 4480) and jabber:client show (RFC 8048). */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

#define OREE_PIDF_TYPE "application/pidf+xml"

typedef enum
{
  OREE_SHOW_NONE,
  OREE_SHOW_AWAY,
  OREE_SHOW_CHAT,
  OREE_SHOW_DND,
  OREE_SHOW_XA,
  OREE_N_SHOWS
} OreeShow;

/* "away", …; NULL for NONE; static. */
const char *oree_show_name (OreeShow show);
/* FALSE, and NONE, for anything but the four words of RFC 6121 4.7.2.1. */
gboolean oree_show_from_name (OreeSpan name, OreeShow *show);

#define OREE_PIDF_NO_PRIORITY (-1)

typedef struct
{
  char *lang; /* NULL: not said */
  char *text;
} OreePidfNote;

typedef struct
{
  char *id;
  gboolean open;
  OreeShow show;
  int priority;      /* 0 … 127 of XMPP; OREE_PIDF_NO_PRIORITY: not said */
  char *contact;     /* a URI; NULL: none */
  char *device_id;   /* of a data-model deviceID; NULL: none */
  char *timestamp;   /* RFC 3339, UTC; NULL: none */
  gboolean idle;     /* nobody touches the device (RPID user-input) */
  gint64 idle_since; /* wall clock, µs; 0: not said */
  GPtrArray *notes;  /* OreePidfNote *, at most one per language */
} OreePidfTuple;

typedef struct
{
  char *entity;
  GPtrArray *tuples; /* OreePidfTuple * */
} OreePidf;

OreePidf *oree_pidf_new (const char *entity);
void oree_pidf_free (OreePidf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreePidf, oree_pidf_free)

/* A new tuple at the end, closed, owned by the document; NULL past OREE_PIDF_TUPLES_MAX. Any `id`: the writer makes it
 * an xs:ID. */
OreePidfTuple *oree_pidf_add_tuple (OreePidf *self, const char *id);
/* Adds a note; a second one of the same language is left out, a long one is cut at OREE_TEXT_MAX octets, at a character.
 * Nothing raw crosses: what turns the text of whoever shows it around (controls, embedding and override of direction)
 * becomes a space or goes; a language that is no tag (RFC 5646 2.1) counts as none. */
void oree_pidf_tuple_add_note (OreePidfTuple *self, const char *lang, const char *text);

/* Reads a document, whole, at most OREE_PIDF_BYTES_MAX. Folded on the way: `show` is jabber:client show, else RPID of the
 * tuple, else RPID of the person where no tuple has the first (interworking sheet 5.3); notes are the tuple's, else the person's, else the document's;
 * `idle` is the tuple's user-input, else that
 * of the device it names, else the person's; a missing <basic/> is open when the tuple shows or reaches anything. Unknown elements are passed over, with
 * mustUnderstand too. > 0 octets taken and *pidf owned, else an OreeParseError: TOO_LONG, TOO_MANY (tuples), what the XML
 * reader says, BAD_VALUE (no PIDF), MISSING (entity or tuple id), DUPLICATE (tuple id). */
gssize oree_pidf_parse (OreePidf **pidf, OreeSpan body);

/* The document, schema order kept, person with activities last. The same input gives the same octets. */
GBytes *oree_pidf_write (const OreePidf *self);

/* XMPP priority ⇄ PIDF contact priority (RFC 8048 6.2): 0 → "0", 127 → "1", between: three decimals, all different. */
char *oree_pidf_priority_to_q (int priority);
int oree_pidf_priority_from_q (OreeSpan q);

/* A resource ⇄ an xs:ID: "ID-" and hex of its octets. From: any other identifier stands for itself. Owned. */
char *oree_pidf_id_from_resource (const char *resource);
char *oree_pidf_resource_from_id (const char *id);

G_END_DECLS
