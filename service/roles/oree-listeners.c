/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-listeners.h"

#include "base/oree-limits.h"
#include <unistd.h>

/* Sockets bound by the first lane and not yet fetched by the others. Lanes start in no order, each on its own
 * thread, so this one table has a lock; it is touched when a role starts, never by traffic. */
typedef struct
{
  OreeRoles *roles;
  OreeRoleId role;
  OreeEndpoint at;
  int fds[8];
  guint n;
} Bound;

static GMutex bound_lock;
static GPtrArray *bound; /* Bound * */

char *
oree_listeners_signature (const char *const *addresses, guint64 port)
{
  GString *text = g_string_new (NULL);

  if (addresses == NULL || addresses[0] == NULL)
    g_string_append_printf (text, "127.0.0.1:%" G_GUINT64_FORMAT, port);
  for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
    g_string_append_printf (text, strchr (addresses[i], ':') ? "%s[%s]:%" G_GUINT64_FORMAT : "%s%s:%" G_GUINT64_FORMAT,
                            i > 0 ? " " : "", addresses[i], port);
  return g_string_free (text, FALSE);
}

static Bound *
find_bound (OreeLane *lane, OreeRoleId role, const OreeEndpoint *at)
{
  for (guint i = 0; bound != NULL && i < bound->len; i++)
    {
      Bound *b = g_ptr_array_index (bound, i);

      if (b->roles == lane->roles && b->role == role && oree_endpoint_equal (&b->at, at))
        return b;
    }
  return NULL;
}

/* This lane's descriptor for `at`, binding for all lanes when it is the first; -1 with `error`. */
static int
fetch (OreeLane *lane, OreeRoleId role, const OreeEndpoint *at, GError **error)
{
  Bound *b;
  int fd;

  if (bound == NULL)
    bound = g_ptr_array_new_with_free_func (g_free);
  b = find_bound (lane, role, at);
  if (b != NULL && b->fds[lane->index] < 0)
    {
      /* Left over from a start that failed elsewhere: begin anew. */
      for (guint i = 0; i < b->n; i++)
        if (b->fds[i] >= 0)
          close (b->fds[i]);
      g_ptr_array_remove (bound, b);
      b = NULL;
    }
  if (b == NULL)
    {
      Bound fresh = { lane->roles, role, *at, { -1, -1, -1, -1, -1, -1, -1, -1 }, oree_lane_count (lane) };

      if (!oree_listen_bind (at, fresh.fds, fresh.n, NULL, error))
        return -1;
      b = g_memdup2 (&fresh, sizeof fresh);
      g_ptr_array_add (bound, b);
    }
  fd = b->fds[lane->index];
  b->fds[lane->index] = -1;
  for (guint i = 0; i < b->n; i++)
    if (b->fds[i] >= 0)
      return fd;
  g_ptr_array_remove (bound, b);
  return fd;
}

void
oree_listeners_say_limit (OreeLane *lane, const char *limit, const char *peer)
{
  OreeTime now = oree_worker_now (lane->worker);

  oree_lane_count_one (lane, OREE_COUNT_LIMITS_HIT);
  if (g_strcmp0 (lane->limit_said, limit) == 0 && now < lane->limit_said_at + OREE_LIMIT_SAID_SECONDS * OREE_SECOND)
    return;
  lane->limit_said = limit;
  lane->limit_said_at = now;
  oree_lane_event (lane, oree_event_new (OREE_EVENT_LIMIT_HIT, "limit", limit, "peer", peer, NULL));
}

static void
refused_cb (OreeListen *listen, const OreeEndpoint *peer, OreeAdmissionResult why, gpointer data)
{
  g_autofree char *text = oree_endpoint_to_string (peer);

  oree_listeners_say_limit (data, why == OREE_ADMISSION_ADDRESS_FULL ? "unauthenticated-per-address" : "connections",
                            text);
}

const char *
oree_listeners_open (OreeListeners *self, OreeLane *lane, OreeRoleId role, const char *signature,
                     OreeAcceptCb accept, gpointer data, char **detail)
{
  g_auto (GStrv) parts = g_strsplit (signature, " ", -1);

  oree_listeners_close (self);
  self->listens = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_listen_free);
  self->signature = g_strdup (signature);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      OreeEndpoint at;
      int fd;

      if (!oree_endpoint_parse (&at, oree_span_str (parts[i])))
        {
          *detail = g_strdup (parts[i]);
          oree_listeners_close (self);
          return "address-unavailable";
        }
      g_mutex_lock (&bound_lock);
      fd = fetch (lane, role, &at, &error);
      g_mutex_unlock (&bound_lock);
      if (fd < 0)
        {
          *detail = g_strdup (error->message);
          oree_listeners_close (self);
          return oree_net_error_nick (error->code);
        }
      g_ptr_array_add (self->listens, oree_listen_new (lane->worker, fd, accept, data));
      oree_listen_set_refused (g_ptr_array_index (self->listens, self->listens->len - 1), refused_cb, lane);
    }
  return NULL;
}

void
oree_listeners_close (OreeListeners *self)
{
  g_clear_pointer (&self->listens, g_ptr_array_unref);
  g_clear_pointer (&self->signature, g_free);
}
