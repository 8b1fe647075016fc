/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people of ours have shown of themselves, whoever they wrote to, and through restarts: every lane knows all of it. One lane
 * learns, writes a row and tells the others; that is seldom, for people change their name, language and devices seldom. */
#include "base/oree-limits.h"
#include "roles/oree-gateway-role.h"

static void
spill (OreeLane *lane)
{
  char *oldest;

  while ((oldest = oree_gw_people_spill (lane->gateway->people)) != NULL)
    {
      oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_PERSON, oldest, NULL), NULL, NULL);
      g_free (oldest);
    }
}

static void
told (OreeLane *lane, gpointer data)
{
  g_autoptr (OreeRuntimeRow) row = data;

  if (lane->gateway != NULL && oree_gw_people_take_row (lane->gateway->people, row->key, row->value))
    spill (lane);
}

/* What this lane knows of `aor` is news: for the store, and for the other lanes. */
static void
spread (OreeLane *lane, const char *aor, const OreeGwPerson *person)
{
  g_autoptr (OreeRuntimeRow) row = oree_runtime_row_new (OREE_SPACE_PERSON, aor, oree_gw_person_to_row (person));

  for (guint i = 0; i < oree_lane_count (lane); i++)
    if (i != lane->index)
      oree_lane_run (lane, oree_lane_at (lane, i), told, oree_runtime_row_copy (row), (GDestroyNotify) oree_runtime_row_free);
  oree_lane_save (lane, g_steal_pointer (&row), NULL, NULL);
}

void
oree_gateway_people_learn (OreeLane *lane, const char *aor, const OreeSipMsg *request, OreeSpan display,
                           const OreeGwContent *content)
{
  const OreeGwPerson *news = oree_gw_people_learn (lane->gateway->people, aor, request, display, content);

  if (news != NULL)
    spread (lane, aor, news);
  spill (lane); /* whoever showed nothing yet takes a place too */
}

void
oree_gateway_people_takes_plain (OreeLane *lane, const char *aor)
{
  OreeGwPerson *person = oree_gw_people_find (lane->gateway->people, aor);

  if (person == NULL || !(person->takes_html || person->takes_cpim))
    return;
  person->takes_html = person->takes_cpim = FALSE;
  spread (lane, aor, person);
}

void
oree_gateway_people_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  lane->gateway->people = oree_gw_people_new (OREE_GW_PEOPLE_MAX);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);

      /* What is damaged is learnt anew by the next message. */
      if (g_str_equal (row->space, OREE_SPACE_PERSON))
        oree_gw_people_take_row (lane->gateway->people, row->key, row->value);
    }
  spill (lane);
}
