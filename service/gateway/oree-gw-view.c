/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-view.h"

#define ONE_DEVICE "presence" /* the name of the one device of a folded document */

static void
copy_notes (const OreeGwView *view, const OreePidfTuple *from, OreePidfTuple *to)
{
  for (guint i = 0; view->notes && i < from->notes->len; i++)
    {
      const OreePidfNote *note = g_ptr_array_index (from->notes, i);

      oree_pidf_tuple_add_note (to, note->lang, note->text);
    }
}

static gboolean
is_here (const OreePidfTuple *tuple)
{
  return tuple->open && (tuple->show == OREE_SHOW_NONE || tuple->show == OREE_SHOW_CHAT);
}

/* Somebody here before somebody open before somebody closed; the first of each. NULL: there is none. */
static const OreePidfTuple *
best_of (const OreePidf *document)
{
  const OreePidfTuple *best = NULL;

  for (guint i = 0; i < document->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (document->tuples, i);

      if (best == NULL || (tuple->open && !best->open) || (is_here (tuple) && !is_here (best)))
        best = tuple;
    }
  return best;
}

/* The whole document without its notes. */
static OreePidf *
without_notes (const OreePidf *document)
{
  OreePidf *out = oree_pidf_new (document->entity);

  for (guint i = 0; i < document->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (document->tuples, i);
      OreePidfTuple *copy = oree_pidf_add_tuple (out, tuple->id);

      if (copy == NULL)
        break;
      copy->open = tuple->open;
      copy->show = tuple->show;
      copy->priority = tuple->priority;
      copy->contact = g_strdup (tuple->contact);
      copy->device_id = g_strdup (tuple->device_id);
      copy->timestamp = g_strdup (tuple->timestamp);
      copy->idle = tuple->idle;
      copy->idle_since = tuple->idle_since;
    }
  return out;
}

OreePidf *
oree_gw_view_fold (const OreeGwView *view, const OreePidf *document)
{
  const OreePidfTuple *best;
  OreePidfTuple *one;
  OreePidf *out;

  if (view->detail == OREE_GW_DETAIL_FULL)
    return view->notes ? NULL : without_notes (document);
  best = best_of (document);
  out = oree_pidf_new (document->entity);
  if (best == NULL)
    return out;
  one = oree_pidf_add_tuple (out, ONE_DEVICE);
  one->open = best->open;
  one->priority = OREE_PIDF_NO_PRIORITY;
  if (view->detail == OREE_GW_DETAIL_FOLDED && best->open && !is_here (best))
    one->show = OREE_SHOW_AWAY;
  copy_notes (view, best, one);
  return out;
}
