/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-find.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "net/oree-resolver.h"
#include "roles/oree-role-ops.h"

#define PORT 5061

typedef enum
{
  SERVICE_FEDERATION,
  SERVICE_SIPS,
  N_SERVICES
} Service;

static const char *const services[N_SERVICES] = { "_sipfederationtls._tcp.", "_sips._tcp." };

typedef struct
{
  OreeSipFoundCb callback;
  gpointer data;
  GDestroyNotify free_data;
} Waiter;

typedef struct
{
  OreeLane *lane;
  char *domain;
  OreeLookup *lookups[N_SERVICES];
  OreeDnsAnswer *answers[N_SERVICES];
  OreeSipFound *found; /* NULL: being asked */
  OreeTime until;
  GArray *waiters; /* Waiter */
} Entry;

struct _OreeSipFind
{
  GHashTable *entries; /* domain → Entry */
};

OreeSipFound *
oree_sip_found_ref (OreeSipFound *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_sip_found_unref (OreeSipFound *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  oree_targets_free (self->targets);
  g_strfreev (self->hosts);
  g_free (self);
}

/* Takes both. */
static OreeSipFound *
found_new (OreeTargets *targets, GStrv hosts)
{
  OreeSipFound *self = g_new0 (OreeSipFound, 1);

  g_atomic_ref_count_init (&self->refs);
  self->targets = targets;
  self->hosts = hosts;
  return self;
}

OreeSipFound *
oree_sip_found_new_server (const char *host)
{
  const char *const hosts[] = { host, NULL };

  return found_new (oree_targets_from_host (host, PORT), g_strdupv ((GStrv) hosts));
}

OreeReason
oree_sip_found_trouble (const OreeSipFound *self)
{
  switch (self->targets->outcome)
    {
    case OREE_TARGETS_UNUSABLE:
      return OREE_REASON_DNS_BOGUS;
    case OREE_TARGETS_UNREACHABLE:
      return OREE_REASON_DNS_FAILED;
    case OREE_TARGETS_OK:
    case OREE_TARGETS_NOT_OFFERED:
    case OREE_TARGETS_NO_NAME:
      break;
    }
  return OREE_REASON_ALLOWED;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  for (guint i = 0; i < N_SERVICES; i++)
    {
      g_clear_pointer (&entry->lookups[i], oree_lookup_cancel);
      g_clear_pointer (&entry->answers[i], oree_dns_answer_unref);
    }
  for (guint i = 0; i < entry->waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (entry->waiters, Waiter, i);

      if (waiter->free_data != NULL)
        waiter->free_data (waiter->data);
    }
  g_array_unref (entry->waiters);
  oree_sip_found_unref (entry->found);
  g_free (entry->domain);
  g_free (entry);
}

/* The service that speaks: the federation one where it has anything to say, be it "none". */
static const OreeDnsAnswer *
choose (const Entry *entry)
{
  const OreeDnsAnswer *federation = entry->answers[SERVICE_FEDERATION];

  switch (federation->outcome)
    {
    case OREE_DNS_NO_DATA:
    case OREE_DNS_NO_NAME:
      return entry->answers[SERVICE_SIPS];
    case OREE_DNS_OK:
    case OREE_DNS_BOGUS:
    case OREE_DNS_FAILED:
    case OREE_DNS_TIMED_OUT:
    case OREE_DNS_N_OUTCOMES:
      break;
    }
  return federation;
}

static void
settle (Entry *entry)
{
  const OreeDnsAnswer *answer = choose (entry);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  g_autoptr (OreeSipFound) found = NULL;
  g_autoptr (GArray) waiters = NULL;
  OreeLane *lane = entry->lane;
  OreeTargets *targets;
  guint64 random;

  oree_random_bytes (&random, sizeof random);
  targets = oree_targets_from_srv (answer, entry->domain, PORT, random);
  for (guint i = 0; answer->outcome == OREE_DNS_OK && i < answer->srv->len; i++)
    {
      const OreeDnsSrv *srv = g_ptr_array_index (answer->srv, i);

      if (*srv->target != '\0')
        g_strv_builder_add (hosts, srv->target);
    }
  entry->found = found_new (targets, g_strv_builder_end (hosts));
  entry->until = oree_worker_now (lane->worker)
                 + CLAMP (answer->ttl, OREE_SIP_FOUND_SECONDS_MIN, OREE_SIP_FOUND_SECONDS_MAX) * OREE_SECOND;
  found = oree_sip_found_ref (entry->found);
  waiters = g_steal_pointer (&entry->waiters);
  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  /* The entry may be dropped by what a waiter does. */
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->callback (lane, found, waiter->data);
    }
}

static void
answered (Entry *entry, Service service, const OreeDnsAnswer *answer)
{
  entry->lookups[service] = NULL;
  entry->answers[service] = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  for (guint i = 0; i < N_SERVICES; i++)
    if (entry->answers[i] == NULL)
      return;
  settle (entry);
}

static void
federation_cb (const OreeDnsAnswer *answer, gpointer data)
{
  answered (data, SERVICE_FEDERATION, answer);
}

static void
sips_cb (const OreeDnsAnswer *answer, gpointer data)
{
  answered (data, SERVICE_SIPS, answer);
}

/* Those whose time is over go, and if none's is, all that are not asked for just now. */
static void
make_room (OreeLane *lane)
{
  GHashTable *entries = lane->sip_find->entries;

  for (guint round = 0; round < 2 && g_hash_table_size (entries) >= OREE_SIP_FOUND_MAX; round++)
    {
      GHashTableIter iter;
      Entry *entry;

      g_hash_table_iter_init (&iter, entries);
      while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
        if (entry->found != NULL && (round == 1 || entry->until <= oree_worker_now (lane->worker)))
          g_hash_table_iter_remove (&iter);
    }
}

static Entry *
begin (OreeLane *lane, const char *domain)
{
  static const OreeLookupCb callbacks[N_SERVICES] = { federation_cb, sips_cb };
  Entry *entry;

  make_room (lane);
  if (g_hash_table_size (lane->sip_find->entries) >= OREE_SIP_FOUND_MAX)
    return NULL;
  entry = g_new0 (Entry, 1);
  entry->lane = lane;
  entry->domain = g_strdup (domain);
  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_hash_table_insert (lane->sip_find->entries, entry->domain, entry);
  for (guint i = 0; i < N_SERVICES; i++)
    {
      g_autofree char *name = g_strconcat (services[i], domain, NULL);

      entry->lookups[i] = oree_resolver_lookup_srv (oree_lane_options (lane)->resolver, name, lane->worker, callbacks[i],
                                                    entry);
    }
  return entry;
}

gboolean
oree_sip_find (OreeLane *lane, const char *domain, OreeSipFoundCb callback, gpointer data, GDestroyNotify free_data)
{
  Entry *entry = g_hash_table_lookup (lane->sip_find->entries, domain);
  const Waiter waiter = { callback, data, free_data };

  if (entry != NULL && entry->found != NULL && entry->until > oree_worker_now (lane->worker))
    {
      g_autoptr (OreeSipFound) found = oree_sip_found_ref (entry->found);

      callback (lane, found, data);
      return TRUE;
    }
  if (entry != NULL && entry->found != NULL)
    {
      g_hash_table_remove (lane->sip_find->entries, domain);
      entry = NULL;
    }
  if (entry == NULL)
    entry = begin (lane, domain);
  if (entry == NULL || entry->waiters->len >= OREE_SIP_FIND_WAITERS_MAX)
    return FALSE;
  g_array_append_val (entry->waiters, waiter);
  return TRUE;
}

void
oree_sip_find_init (OreeLane *lane)
{
  lane->sip_find = g_new0 (OreeSipFind, 1);
  lane->sip_find->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
}

void
oree_sip_find_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->sip_find->entries);
  g_clear_pointer (&lane->sip_find, g_free);
}
