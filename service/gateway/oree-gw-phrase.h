/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the gateway says to people on the wire: in a stanza's error text, a SIP phrase, or a message of its own. Its reader is
 * not who runs the service, so the language comes with the message, not from the locale. Sentences about the service, for
 * those who run it, are in client/oree-sentences. */
#pragma once
#include "base/oree-span.h"
#include "codec/xmpp/oree-stanza-err.h"

G_BEGIN_DECLS

typedef enum
{
  /* Refusals: each says what is not possible, and what is. */
  OREE_GW_PHRASE_GROUP_CHAT,
  OREE_GW_PHRASE_INVITATION,
  OREE_GW_PHRASE_FILE,
  OREE_GW_PHRASE_CALL,
  OREE_GW_PHRASE_MANY_RECIPIENTS,
  OREE_GW_PHRASE_EXTENSION,
  OREE_GW_PHRASE_BODY_TOO_BIG,
  OREE_GW_PHRASE_CONTENT,
  OREE_GW_PHRASE_ENCRYPTED,
  OREE_GW_PHRASE_NOT_A_PERSON,
  OREE_GW_PHRASE_ADDRESS,
  OREE_GW_PHRASE_BUDGET,
  OREE_GW_PHRASE_BOUNDARY_CONTENT,
  OREE_GW_PHRASE_EXPIRED,
  /* What became of a message. */
  OREE_GW_PHRASE_UNDELIVERED, /* {why}: one of the following */
  OREE_GW_PHRASE_UNREACHABLE,
  OREE_GW_PHRASE_NO_ANSWER,
  OREE_GW_PHRASE_NO_SERVER,
  OREE_GW_PHRASE_FORBIDDEN,
  OREE_GW_PHRASE_NOT_ACCEPTED,
  OREE_GW_PHRASE_GONE,
  OREE_GW_PHRASE_BUSY,
  OREE_GW_PHRASE_FAILED,
  /* What a SIP client cannot show, in words. */
  OREE_GW_PHRASE_CORRECTION,      /* {text} */
  OREE_GW_PHRASE_REACTION,        /* {text}: the signs */
  OREE_GW_PHRASE_REACTION_OVER,   /* the reaction was taken back */
  OREE_GW_PHRASE_ATTACHMENT,      /* {text}: name and address */
  OREE_GW_PHRASE_ATTACHMENT_LOST, /* {text}: name */
  OREE_N_GW_PHRASES
} OreeGwPhrase;

/* The sentence in the language of `lang` (a language tag; NULL: not known): French for fr…, else English. Static. */
const char *oree_gw_phrase (OreeGwPhrase phrase, const char *lang);
/* The same with its placeholder filled with `text`. Owned. */
char *oree_gw_phrase_with (OreeGwPhrase phrase, const char *lang, const char *text);
/* What a stanza error of that condition tells a person. */
OreeGwPhrase oree_gw_phrase_of_err (OreeStanzaErr err);
/* The tag we speak best of an Accept-Language or Content-Language ("de, fr;q=0.8": "fr"); static; NULL when none of them. */
const char *oree_gw_phrase_choose (OreeSpan languages);
/* "en" or "fr": what oree_gw_phrase would speak; static. */
const char *oree_gw_phrase_language (const char *lang);

G_END_DECLS
