/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of connections, in all and per source. */
#include "net/oree-admission.h"

struct _OreeAdmission
{
  guint connections, connections_max;
  guint per_address_max;
  GHashTable *pending; /* OreeInetAddress (owned) → count */
  guint64 refused[OREE_N_ADMISSIONS];
};

static guint
address_hash (gconstpointer key)
{
  return oree_inet_address_hash (key);
}

static gboolean
address_equal (gconstpointer a, gconstpointer b)
{
  return oree_inet_address_equal (a, b);
}

/* An IPv6 site has a /64 to choose addresses from: it is one source. */
static OreeInetAddress
source_key (const OreeInetAddress *source)
{
  OreeInetAddress key = *source;

  if (key.family == OREE_INET_V6)
    memset (key.bytes + 8, 0, 8);

  return key;
}

OreeAdmission *
oree_admission_new (guint connections_max, guint per_address_max)
{
  OreeAdmission *self = g_new0 (OreeAdmission, 1);

  self->connections_max = connections_max;
  self->per_address_max = per_address_max;
  self->pending = g_hash_table_new_full (address_hash, address_equal, g_free, NULL);

  return self;
}

void
oree_admission_free (OreeAdmission *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->pending);
  g_free (self);
}

OreeAdmissionResult
oree_admission_enter (OreeAdmission *self, const OreeInetAddress *source)
{
  OreeInetAddress key = source_key (source);
  guint pending = GPOINTER_TO_UINT (g_hash_table_lookup (self->pending, &key));
  OreeAdmissionResult result = OREE_ADMITTED;

  if (self->connections >= self->connections_max)
    result = OREE_ADMISSION_FULL;
  else if (pending >= self->per_address_max)
    result = OREE_ADMISSION_ADDRESS_FULL;

  if (result == OREE_ADMITTED)
    g_hash_table_insert (self->pending, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (pending + 1));
  else
    self->refused[result]++;

  return result;
}

void
oree_admission_leave (OreeAdmission *self, const OreeInetAddress *source)
{
  OreeInetAddress key = source_key (source);
  guint pending = GPOINTER_TO_UINT (g_hash_table_lookup (self->pending, &key));

  g_return_if_fail (pending > 0);
  if (pending == 1)
    g_hash_table_remove (self->pending, &key);
  else
    g_hash_table_insert (self->pending, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (pending - 1));
}

void
oree_admission_count (OreeAdmission *self, int change)
{
  g_return_if_fail (change > 0 || self->connections >= (guint) -change);
  self->connections += (guint) change;
}

guint
oree_admission_connections (const OreeAdmission *self)
{
  return self->connections;
}

guint
oree_admission_pending (const OreeAdmission *self, const OreeInetAddress *source)
{
  OreeInetAddress key = source_key (source);

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->pending, &key));
}

guint64
oree_admission_refused (const OreeAdmission *self, OreeAdmissionResult why)
{
  return self->refused[why];
}
