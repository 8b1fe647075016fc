/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of increments per counter. A counter that went down counted anew: its service was started again. */
#include "client/oree-client-counters.h"

#define PERIOD_MS 1000
/* A silence longer than this (nobody watched, the service was away) is no second of zero: the past is forgotten. */
#define SILENCE (5 * G_USEC_PER_SEC)

typedef struct
{
  guint64 value;
  double rates[OREE_COUNTERS_REMEMBERED];
  guint64 steps[OREE_COUNTERS_REMEMBERED];
} Series;

struct _OreeClientCounters
{
  GObject parent;
  OreeClientSession *session; /* which owns us */
  GHashTable *series; /* name → Series */
  GCancellable *cancellable;
  guint watchers;
  guint timer;
  gboolean asking;
  gint64 last;  /* when the last reading came */
  guint known;  /* seconds in the rings */
  guint place;  /* where the next one goes */
};

enum
{
  SIGNAL_SAMPLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeClientCounters, oree_client_counters, G_TYPE_OBJECT)

static void
forget (OreeClientCounters *self)
{
  self->known = 0;
  self->place = 0;
}

void
oree_client_counters_take (OreeClientCounters *self, GVariant *counters, gint64 now)
{
  gint64 passed = now - self->last;
  gboolean first = self->last == 0 || passed > SILENCE || passed <= 0;
  double seconds = (double) passed / G_USEC_PER_SEC;
  GVariantIter iter;
  const char *name;
  guint64 value;

  if (first)
    forget (self);
  g_variant_iter_init (&iter, counters);
  while (g_variant_iter_next (&iter, "{&st}", &name, &value))
    {
      Series *series = g_hash_table_lookup (self->series, name);
      guint64 step;

      if (series == NULL)
        {
          series = g_new0 (Series, 1);
          series->value = value;
          g_hash_table_insert (self->series, g_strdup (name), series);
        }
      step = value >= series->value ? value - series->value : value;
      if (!first)
        {
          series->steps[self->place] = step;
          series->rates[self->place] = (double) step / seconds;
        }
      series->value = value;
    }
  self->last = now;
  if (!first)
    {
      self->place = (self->place + 1) % OREE_COUNTERS_REMEMBERED;
      self->known = MIN (self->known + 1, OREE_COUNTERS_REMEMBERED);
    }
  g_signal_emit (self, signals[SIGNAL_SAMPLED], 0);
}

static void
on_counters (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GVariant) counters = NULL;
  OreeClientCounters *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->asking = FALSE;
  if (reply == NULL)
    return;
  counters = g_variant_get_child_value (reply, 0);
  oree_client_counters_take (self, counters, g_get_monotonic_time ());
}

static void
ask (OreeClientCounters *self)
{
  if (self->asking || oree_client_session_get_state (self->session) != OREE_SESSION_READY)
    return;
  self->asking = TRUE;
  oree_client_session_call_async (self->session, OREE_CALL_COUNTERS, g_variant_new ("()"), self->cancellable,
                                  on_counters, self);
}

static gboolean
on_second (gpointer data)
{
  ask (data);
  return G_SOURCE_CONTINUE;
}

static void
oree_client_counters_dispose (GObject *object)
{
  OreeClientCounters *self = OREE_CLIENT_COUNTERS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  G_OBJECT_CLASS (oree_client_counters_parent_class)->dispose (object);
}

static void
oree_client_counters_finalize (GObject *object)
{
  OreeClientCounters *self = OREE_CLIENT_COUNTERS (object);

  g_hash_table_unref (self->series);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (oree_client_counters_parent_class)->finalize (object);
}

static void
oree_client_counters_class_init (OreeClientCountersClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = oree_client_counters_dispose;
  object_class->finalize = oree_client_counters_finalize;
  signals[SIGNAL_SAMPLED]
      = g_signal_new ("sampled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oree_client_counters_init (OreeClientCounters *self)
{
  self->series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->cancellable = g_cancellable_new ();
}

OreeClientCounters *
oree_client_counters_of (OreeClientSession *session)
{
  OreeClientCounters *self = g_object_get_data (G_OBJECT (session), "oree-counters");

  if (self == NULL)
    {
      self = g_object_new (OREE_TYPE_CLIENT_COUNTERS, NULL);
      self->session = session;
      g_object_set_data_full (G_OBJECT (session), "oree-counters", self, g_object_unref);
    }
  return self;
}

void
oree_client_counters_watch (OreeClientCounters *self)
{
  if (self->watchers++ > 0)
    return;
  self->timer = g_timeout_add (PERIOD_MS, on_second, self);
  ask (self);
}

void
oree_client_counters_unwatch (OreeClientCounters *self)
{
  g_return_if_fail (self->watchers > 0);
  if (--self->watchers == 0)
    g_clear_handle_id (&self->timer, g_source_remove);
}

guint64
oree_client_counters_total (OreeClientCounters *self, const char *const *names)
{
  guint64 sum = 0;

  for (; *names != NULL; names++)
    {
      const Series *series = g_hash_table_lookup (self->series, *names);

      sum += series != NULL ? series->value : 0;
    }
  return sum;
}

double
oree_client_counters_rate (OreeClientCounters *self, const char *const *names)
{
  double rate;

  oree_client_counters_history (self, names, &rate, 1);
  return rate;
}

/* The place of the second that is `ago` (1: the last one) in the rings. */
static guint
place_of (OreeClientCounters *self, guint ago)
{
  return (self->place + OREE_COUNTERS_REMEMBERED - ago) % OREE_COUNTERS_REMEMBERED;
}

guint
oree_client_counters_history (OreeClientCounters *self, const char *const *names, double *values, guint n)
{
  guint known = MIN (n, self->known);

  for (guint i = 0; i < n; i++)
    values[i] = 0;
  for (; *names != NULL; names++)
    {
      const Series *series = g_hash_table_lookup (self->series, *names);

      for (guint ago = 1; series != NULL && ago <= known; ago++)
        values[n - ago] += series->rates[place_of (self, ago)];
    }
  return known;
}

guint64
oree_client_counters_recent (OreeClientCounters *self, const char *const *names, guint seconds)
{
  guint64 sum = 0;

  for (; *names != NULL; names++)
    {
      const Series *series = g_hash_table_lookup (self->series, *names);

      for (guint ago = 1; series != NULL && ago <= MIN (seconds, self->known); ago++)
        sum += series->steps[place_of (self, ago)];
    }
  return sum;
}
