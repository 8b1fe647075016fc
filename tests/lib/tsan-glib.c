/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets the thread sanitizer see GLib's synchronisation. Debian's GLib is not instrumented and its mutexes are bare
 * futexes, so every hand-over through a GMutex or a GAsyncQueue would look like a race. Preloaded before GLib, this
 * wraps the functions our code calls and tells the sanitizer who waits for whom. Only for the tree built with
 * -Db_sanitize=thread. */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define NEXT(type, name)                                                                        \
  static type (*next) NEXT_ARGUMENTS;                                                           \
  if (__atomic_load_n (&next, __ATOMIC_RELAXED) == NULL)                                        \
    __atomic_store_n (&next, (type (*) NEXT_ARGUMENTS) dlsym (RTLD_NEXT, name), __ATOMIC_RELAXED)

#define NEXT_ARGUMENTS (GMutex *)
void
g_mutex_lock (GMutex *mutex)
{
  NEXT (void, "g_mutex_lock");
  next (mutex);
  __tsan_acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  NEXT (gboolean, "g_mutex_trylock");
  if (!next (mutex))
    return FALSE;
  __tsan_acquire (mutex);
  return TRUE;
}

void
g_mutex_unlock (GMutex *mutex)
{
  NEXT (void, "g_mutex_unlock");
  __tsan_release (mutex);
  next (mutex);
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (GCond *, GMutex *)
void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  NEXT (void, "g_cond_wait");
  __tsan_release (mutex);
  next (cond, mutex);
  __tsan_acquire (mutex);
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (GCond *, GMutex *, gint64)
gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  gboolean signalled;
  NEXT (gboolean, "g_cond_wait_until");

  __tsan_release (mutex);
  signalled = next (cond, mutex, end);
  __tsan_acquire (mutex);
  return signalled;
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (GAsyncQueue *, gpointer)
void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  NEXT (void, "g_async_queue_push");
  __tsan_release (queue);
  next (queue, data);
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (GAsyncQueue *)
gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data;
  NEXT (gpointer, "g_async_queue_pop");

  data = next (queue);
  __tsan_acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data;
  NEXT (gpointer, "g_async_queue_try_pop");

  data = next (queue);
  if (data != NULL)
    __tsan_acquire (queue);
  return data;
}
#undef NEXT_ARGUMENTS

/* The other half of g_once_init_enter(), whose fast path is an atomic load in our own, instrumented code. */
#define NEXT_ARGUMENTS (volatile void *, gsize)
void (g_once_init_leave) (volatile void *location, gsize result)
{
  NEXT (void, "g_once_init_leave");
  __tsan_release ((void *) location);
  next (location, result);
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (volatile void *)
gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean ours;
  NEXT (gboolean, "g_once_init_enter");

  ours = next (location);
  if (!ours)
    __tsan_acquire ((void *) location);
  return ours;
}
#undef NEXT_ARGUMENTS

/* The last holder sees what all the others did before they let go. */
#define NEXT_ARGUMENTS (gatomicrefcount *)
gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean last;
  NEXT (gboolean, "g_atomic_ref_count_dec");

  __tsan_release (count);
  last = next (count);
  if (last)
    __tsan_acquire (count);
  return last;
}
#undef NEXT_ARGUMENTS

#define NEXT_ARGUMENTS (gpointer)
void (g_object_unref) (gpointer object)
{
  NEXT (void, "g_object_unref");
  __tsan_release (object);
  next (object);
}
#undef NEXT_ARGUMENTS

/* What was done before a source was attached is seen by the thread that dispatches it. GLib's own calls do not come
 * through here, so what it attaches for us (invoke, idle) is attached by us instead. */
typedef struct
{
  GSourceFuncs funcs;
  const GSourceFuncs *original;
} SeenFuncs;

static gboolean
dispatch_seen (GSource *source, GSourceFunc callback, gpointer data)
{
  __tsan_acquire (source);
  return ((SeenFuncs *) source->source_funcs)->original->dispatch (source, callback, data);
}

static SeenFuncs *
seen_funcs (const GSourceFuncs *original)
{
  static GMutex lock;
  static GHashTable *made; /* GSourceFuncs* → SeenFuncs*, kept for ever */
  SeenFuncs *self;

  g_mutex_lock (&lock);
  if (made == NULL)
    made = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (made, original);
  if (self == NULL)
    {
      self = g_new0 (SeenFuncs, 1);
      self->funcs = *original;
      self->funcs.dispatch = dispatch_seen;
      self->original = original;
      g_hash_table_insert (made, (gpointer) original, self);
    }
  g_mutex_unlock (&lock);
  return self;
}

#define NEXT_ARGUMENTS (GSource *, GMainContext *)
guint
g_source_attach (GSource *source, GMainContext *context)
{
  NEXT (guint, "g_source_attach");

  if (source->source_funcs->dispatch != dispatch_seen)
    source->source_funcs = &seen_funcs (source->source_funcs)->funcs;
  __tsan_release (source);
  return next (source, context);
}
#undef NEXT_ARGUMENTS

void
g_main_context_invoke_full (GMainContext *context, int priority, GSourceFunc function, gpointer data,
                            GDestroyNotify notify)
{
  GSource *source;

  if (g_main_context_is_owner (context))
    {
      while (function (data) != G_SOURCE_REMOVE)
        ;
      if (notify != NULL)
        notify (data);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc function, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, function, data, NULL);
}

guint
g_idle_add_full (int priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_idle_source_new ();
  guint id;

  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}

guint (g_idle_add) (GSourceFunc function, gpointer data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, function, data, NULL);
}
