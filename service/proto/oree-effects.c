/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/oree-effects.h"

static OreeEffect *
push (OreeEffects *self, OreeEffectKind kind, int code)
{
  OreeEffect *effect;

  if (self->items == NULL)
    self->items = g_array_new (FALSE, TRUE, sizeof (OreeEffect));
  g_array_set_size (self->items, self->items->len + 1);
  effect = &g_array_index (self->items, OreeEffect, self->items->len - 1);
  effect->kind = kind;
  effect->code = code;
  return effect;
}

void
oree_effects_send (OreeEffects *self, const void *data, gsize length)
{
  if (length > 0)
    push (self, OREE_EFFECT_SEND, 0)->bytes = g_bytes_new (data, length);
}

void
oree_effects_take_string (OreeEffects *self, GString *text)
{
  push (self, OREE_EFFECT_SEND, 0)->bytes = g_string_free_to_bytes (text);
}

void
oree_effects_send_bytes (OreeEffects *self, GBytes *bytes)
{
  push (self, OREE_EFFECT_SEND, 0)->bytes = g_bytes_ref (bytes);
}

void
oree_effects_add (OreeEffects *self, OreeEffectKind kind, int code)
{
  push (self, kind, code);
}

void
oree_effects_add_token (OreeEffects *self, OreeEffectKind kind, int code, guint64 token)
{
  push (self, kind, code)->token = token;
}

void
oree_effects_add_object_token (OreeEffects *self, OreeEffectKind kind, int code, guint64 token,
                               gpointer object, GDestroyNotify free_object)
{
  OreeEffect *effect = push (self, kind, code);

  effect->token = token;
  effect->object = object;
  effect->free_object = free_object;
}

void
oree_effects_add_object (OreeEffects *self, OreeEffectKind kind, int code, gpointer object,
                         GDestroyNotify free_object)
{
  OreeEffect *effect = push (self, kind, code);

  effect->object = object;
  effect->free_object = free_object;
}

gboolean
oree_effects_take (OreeEffects *self, OreeEffect *out)
{
  OreeEffect *effect;

  if (self->items == NULL || self->next >= self->items->len)
    {
      if (self->items != NULL)
        g_array_set_size (self->items, 0);
      self->next = 0;
      return FALSE;
    }
  effect = &g_array_index (self->items, OreeEffect, self->next++);
  *out = *effect;
  *effect = (OreeEffect){ .kind = effect->kind };
  return TRUE;
}

void
oree_effect_clear (OreeEffect *effect)
{
  g_clear_pointer (&effect->bytes, g_bytes_unref);
  if (effect->object != NULL && effect->free_object != NULL)
    effect->free_object (effect->object);
  effect->object = NULL;
}

void
oree_effects_clear (OreeEffects *self)
{
  OreeEffect effect;

  while (oree_effects_take (self, &effect))
    oree_effect_clear (&effect);
  g_clear_pointer (&self->items, g_array_unref);
  self->next = 0;
}
