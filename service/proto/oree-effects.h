/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a state machine wants done: an ordered list its owner carries out after each event.
 * A machine never calls out; it appends here. */
#pragma once
#include "base/oree-span.h"
#include "base/oree-time.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_EFFECT_SEND,    /* bytes: to the wire, in order */
  OREE_EFFECT_TLS,     /* start TLS now: discard what was buffered in clear */
  OREE_EFFECT_RESTART, /* forget the parser's state: a new stream follows */
  OREE_EFFECT_DELIVER, /* object: a stanza or a response for the user of the machine */
  OREE_EFFECT_READY,   /* the machine may carry traffic; code: how it was authenticated */
  OREE_EFFECT_ASK,     /* code, object: a question for the owner (verify a key, look a name up) */
  OREE_EFFECT_ACKED,   /* token: the item is acknowledged; code: how */
  OREE_EFFECT_FAIL,    /* code, token or object: an item failed; its sender is to be told */
  OREE_EFFECT_ANSWER,  /* code, token: what came of a question the owner put */
  OREE_EFFECT_AGAIN,   /* code: reason; this connection came to nothing: end it, try another, start anew */
  OREE_EFFECT_CLOSE    /* code: reason; close the connection once the bytes before it are written */
} OreeEffectKind;

typedef struct
{
  OreeEffectKind kind;
  int code;
  guint64 token; /* the item or question meant, as its owner named it */
  GBytes *bytes;
  gpointer object;
  GDestroyNotify free_object;
} OreeEffect;

typedef struct
{
  GArray *items; /* OreeEffect; made on first use */
  guint next;
} OreeEffects;

#define OREE_EFFECTS_INIT { NULL, 0 }

void oree_effects_send (OreeEffects *self, const void *data, gsize length);
/* Takes `text`. */
void oree_effects_take_string (OreeEffects *self, GString *text);
/* References `bytes`. */
void oree_effects_send_bytes (OreeEffects *self, GBytes *bytes);
void oree_effects_add (OreeEffects *self, OreeEffectKind kind, int code);
void oree_effects_add_token (OreeEffects *self, OreeEffectKind kind, int code, guint64 token);
/* Takes `object`. */
void oree_effects_add_object (OreeEffects *self, OreeEffectKind kind, int code, gpointer object,
                              GDestroyNotify free_object);
/* The same with a token. */
void oree_effects_add_object_token (OreeEffects *self, OreeEffectKind kind, int code, guint64 token,
                                    gpointer object, GDestroyNotify free_object);
/* The next effect, moved into `out` (release it with oree_effect_clear), in order; FALSE when none is left. */
gboolean oree_effects_take (OreeEffects *self, OreeEffect *out);
void oree_effect_clear (OreeEffect *effect);
void oree_effects_clear (OreeEffects *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeEffects, oree_effects_clear)

G_END_DECLS
