/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proved pairs. */
#include "proto/xmpp/oree-s2s-pair.h"
#include "base/oree-limits.h"
#include <string.h>

OreeS2sPair *
oree_s2s_pair_new (const char *from, const char *to, OreeS2sProof proof)
{
  OreeS2sPair *self = g_new (OreeS2sPair, 1);

  *self = (OreeS2sPair){ g_strdup (from), g_strdup (to), proof };
  return self;
}

void
oree_s2s_pair_free (OreeS2sPair *self)
{
  if (self == NULL)
    return;
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

static OreeS2sPair *
find (const OreeS2sPairs *self, const char *from, const char *to)
{
  for (guint i = 0; self->items != NULL && i < self->items->len; i++)
    {
      OreeS2sPair *pair = g_ptr_array_index (self->items, i);

      if (strcmp (pair->from, from) == 0 && (to == NULL || strcmp (pair->to, to) == 0))
        return pair;
    }
  return NULL;
}

gboolean
oree_s2s_pairs_add (OreeS2sPairs *self, const char *from, const char *to, OreeS2sProof proof)
{
  OreeS2sPair *pair = find (self, from, to);

  if (pair != NULL)
    {
      pair->proof = MIN (pair->proof, proof); /* proofs are declared strongest first */
      return TRUE;
    }
  if (oree_s2s_pairs_length (self) >= OREE_S2S_PAIRS_MAX)
    return FALSE;
  if (self->items == NULL)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_s2s_pair_free);
  g_ptr_array_add (self->items, oree_s2s_pair_new (from, to, proof));
  return TRUE;
}

OreeS2sProof
oree_s2s_pairs_find (const OreeS2sPairs *self, const char *from, const char *to)
{
  const OreeS2sPair *pair = find (self, from, to);

  return pair != NULL ? pair->proof : OREE_S2S_PROOF_NONE;
}

gboolean
oree_s2s_pairs_has_from (const OreeS2sPairs *self, const char *from)
{
  return find (self, from, NULL) != NULL;
}

guint
oree_s2s_pairs_length (const OreeS2sPairs *self)
{
  return self->items != NULL ? self->items->len : 0;
}

const OreeS2sPair *
oree_s2s_pairs_nth (const OreeS2sPairs *self, guint index)
{
  g_return_val_if_fail (index < oree_s2s_pairs_length (self), NULL);
  return g_ptr_array_index (self->items, index);
}

void
oree_s2s_pairs_clear (OreeS2sPairs *self)
{
  g_clear_pointer (&self->items, g_ptr_array_unref);
}
