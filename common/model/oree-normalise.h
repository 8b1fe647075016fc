/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal forms of ids and text fields: each takes one text and gives the owned normal form, or NULL and why. */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

/* A domain: lower-case A-labels; no IP address. */
char *oree_normalise_domain (const char *text, OreeProblemCode *code);
/* A host name of at least two labels. */
char *oree_normalise_fqdn (const char *text, OreeProblemCode *code);
/* The same, with ":port" behind it where one is wanted. */
char *oree_normalise_fqdn_port (const char *text, OreeProblemCode *code);
/* An IPv4 or IPv6 address, in its canonical text. */
char *oree_normalise_address (const char *text, OreeProblemCode *code);
/* "embedded" or "host:port;transport=tls|tcp". */
char *oree_normalise_next_hop (const char *text, OreeProblemCode *code);
/* An https URL: scheme and a host; the rest must be printable ASCII. */
char *oree_normalise_url (const char *text, OreeProblemCode *code);
/* A name people give (site, provider): 1-256 characters, no control characters, no "/" and no spaces at the ends. */
char *oree_normalise_name (const char *text, OreeProblemCode *code);
/* "global", "site:NAME" or a name; "tag:" as Lync writes before user policies is taken off. */
char *oree_normalise_policy_id (const char *text, OreeProblemCode *code);
/* The address of record of a user; "sip:" may be left out. */
char *oree_normalise_user (const char *text, OreeProblemCode *code);
/* The id of a singleton: "global" whatever its case, or nothing at all. */
char *oree_normalise_global (const char *text, OreeProblemCode *code);
/* 32 or 64 lower-case hexadecimal digits. */
char *oree_normalise_hex (const char *text, OreeProblemCode *code);

/* "sha256:" and 64 lower-case hexadecimal digits; digits may be written in capitals and with ":" between bytes. */
char *oree_normalise_pin (const char *text, OreeProblemCode *code);
/* PEM certificates and nothing else: what stands around them is taken off, lines are cut anew. What they hold is not
 * looked at. */
char *oree_normalise_pem (const char *text, OreeProblemCode *code);

/* Valid UTF-8 without control characters? */
gboolean oree_text_is_clean (const char *text);
/* The same, but the controls that make up lines (line feed, carriage return, tab) may stand. */
gboolean oree_text_is_clean_lines (const char *text);

G_END_DECLS
