/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-quiet.h"

#include <string.h>

/* Events that name people; of streams and limits everybody is told at any hour. */
static const OreeEventId personal[] = {
  OREE_EVENT_STANZA_REFUSED,       OREE_EVENT_MESSAGE_REFUSED,  OREE_EVENT_MESSAGE_UNDELIVERED,
  OREE_EVENT_SUBSCRIPTION_REFUSED, OREE_EVENT_ALLOW_ENTRY_MADE, OREE_EVENT_ALLOW_ENTRY_REVOKED,
};

guint
oree_quiet_minute (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  return (guint) (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now));
}

gboolean
oree_quiet_event (const OreePolicy *policy, const OreeEvent *event, guint minute)
{
  GVariantIter iter;
  const char *value;
  gboolean is_personal = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (personal); i++)
    is_personal = is_personal || personal[i] == event->id;
  if (!is_personal)
    return FALSE;
  g_variant_iter_init (&iter, event->details);
  while (g_variant_iter_next (&iter, "{&s&s}", NULL, &value))
    {
      const char *at = strrchr (value, '@');
      const OreeBoundaryProfile *profile = oree_policy_boundary_profile (policy, at != NULL ? at + 1 : value);

      if (profile != NULL && oree_boundary_profile_is_quiet (profile, minute))
        return TRUE;
    }
  return FALSE;
}
