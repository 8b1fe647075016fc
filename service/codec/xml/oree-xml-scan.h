/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two guards in front of the XML parser: strict UTF-8, and a scanner that only knows where tags begin and end.
 * The scanner decides nothing about content: it refuses what is restricted at its first bytes, counts attributes
 * before a parser compares them with each other, and says where a first-level element ends, so that not one byte
 * after it is looked at. */
#pragma once
#include "codec/oree-parse.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 need;    /* continuation bytes missing */
  guint8 got;     /* bytes of the unfinished character seen */
  guint32 value;
  guint32 least;  /* against overlong forms */
} OreeXmlUtf8;

/* Checks `length` bytes: UTF-8 of RFC 3629 and only characters of XML 1.0 2.2. 0, or BAD_ENCODING, or BAD_SYNTAX for
 * a forbidden character. An unfinished character at the end is kept in the state. */
int oree_xml_utf8_check (OreeXmlUtf8 *self, const guint8 *data, gsize length);

typedef enum
{
  OREE_XML_SCAN_TEXT,
  OREE_XML_SCAN_LT,      /* after '<' */
  OREE_XML_SCAN_TAG,     /* in a start tag */
  OREE_XML_SCAN_QUOTED,  /* in an attribute value */
  OREE_XML_SCAN_END_TAG, /* in an end tag */
  OREE_XML_SCAN_BANG,    /* after "<!": only "[CDATA[" may follow */
  OREE_XML_SCAN_CDATA
} OreeXmlScanState;

typedef struct
{
  OreeXmlScanState state;
  gint depth;        /* open elements */
  guint attributes;  /* in this tag */
  guint matched;     /* bytes of "[CDATA[" or "]]>" */
  char quote;
  gboolean slash;    /* the byte before was '/' */
  guint max_attributes;
} OreeXmlScan;

/* Looks at bytes until an element begins or ends that leaves at most `level` elements open (its '>' included) or all
 * are seen. *boundary tells which. Returns how many were looked at, or RESTRICTED, TOO_MANY. */
gssize oree_xml_scan (OreeXmlScan *self, const guint8 *data, gsize length, gint level, gboolean *boundary);

G_END_DECLS
