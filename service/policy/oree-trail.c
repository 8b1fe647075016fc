/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-trail.h"

struct _OreeTrail
{
  GArray *steps; /* OreeStep */
};

static const char *const step_nicks[] = {
#define X(symbol, nick) nick,
  OREE_STEPS (X)
#undef X
    NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (step_nicks) == OREE_N_STEPS + 1);

static void
clear_step (gpointer data)
{
  OreeStep *step = data;

  g_free (step->id);
  g_free (step->value);
}

OreeTrail *
oree_trail_new (void)
{
  OreeTrail *self = g_new0 (OreeTrail, 1);

  self->steps = g_array_new (FALSE, FALSE, sizeof (OreeStep));
  g_array_set_clear_func (self->steps, clear_step);
  return self;
}

void
oree_trail_free (OreeTrail *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->steps);
  g_free (self);
}

guint
oree_trail_n_steps (const OreeTrail *self)
{
  return self->steps->len;
}

const OreeStep *
oree_trail_get (const OreeTrail *self, guint index)
{
  return index < self->steps->len ? &g_array_index (self->steps, OreeStep, index) : NULL;
}

void
oree_trail_add (OreeTrail *self, OreeStepId step, OreeReason reason, const char *kind, const char *id,
                const char *field, const char *value)
{
  OreeStep one = { step,  reason == OREE_REASON_ALLOWED ? OREE_OUTCOME_PASS : OREE_OUTCOME_REFUSE, reason, kind,
                   NULL, field, NULL };

  if (self == NULL)
    return;
  one.id = g_strdup (id);
  one.value = g_strdup (value);
  g_array_append_val (self->steps, one);
}

void
oree_trail_skip (OreeTrail *self, OreeStepId step)
{
  OreeStep one = { step, OREE_OUTCOME_SKIP, OREE_REASON_ALLOWED, NULL, NULL, NULL, NULL };

  if (self != NULL)
    g_array_append_val (self->steps, one);
}

const char *
oree_step_nick (OreeStepId step)
{
  g_return_val_if_fail ((guint) step < OREE_N_STEPS, NULL);
  return step_nicks[step];
}

const char *
oree_outcome_nick (OreeOutcome outcome)
{
  static const char *const nicks[] = { "pass", "skip", "refuse" };

  return nicks[outcome];
}

const char *const *
oree_step_nicks (void)
{
  return step_nicks;
}

static void
add_text (GVariantBuilder *row, const char *name, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (row, "{sv}", name, g_variant_new_string (text));
}

GVariant *
oree_trail_to_variant (const OreeTrail *self)
{
  g_auto (GVariantBuilder) rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->steps->len; i++)
    {
      const OreeStep *step = oree_trail_get (self, i);

      g_variant_builder_open (&rows, G_VARIANT_TYPE_VARDICT);
      add_text (&rows, "step", oree_step_nick (step->step));
      add_text (&rows, "outcome", oree_outcome_nick (step->outcome));
      add_text (&rows, "reason", oree_reason_nick (step->reason));
      add_text (&rows, "kind", step->kind);
      add_text (&rows, "id", step->id);
      add_text (&rows, "field", step->field);
      add_text (&rows, "value", step->value);
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}
