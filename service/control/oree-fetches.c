/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-fetches.h"

#include "base/oree-limits.h"

struct _OreeFetches
{
  OreeFetcher fetcher;
  OreeResolver *resolver;
  gboolean lab;
  char *trust_anchors;
};

typedef struct
{
  OreeLookup *lookup;
  gboolean lab;
  OreeFetchResolved answered;
  gpointer data;
} Question;

gboolean
oree_fetches_may_ask (const OreeInetAddress *address, gboolean lab)
{
  return oree_inet_address_is_public (address) || (lab && oree_inet_address_is_loopback (address));
}

static GInetAddress *
inet_address (const OreeInetAddress *address)
{
  return g_inet_address_new_from_bytes (address->bytes, address->family == OREE_INET_V4 ? G_SOCKET_FAMILY_IPV4
                                                                                         : G_SOCKET_FAMILY_IPV6);
}

static void
addresses_cb (const OreeDnsAnswer *answer, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  OreeFetchProblem problem = OREE_FETCH_NONE;

  for (guint i = 0; i < answer->addresses->len; i++)
    {
      const OreeInetAddress *address = &g_array_index (answer->addresses, OreeInetAddress, i);

      if (oree_fetches_may_ask (address, question->lab))
        g_ptr_array_add (addresses, inet_address (address));
    }
  if (addresses->len == 0)
    problem = answer->addresses->len == 0 ? OREE_FETCH_NO_NAME : OREE_FETCH_PRIVATE_ADDRESS;
  question->answered (problem, addresses, question->data);
}

static gpointer
resolve (gpointer data, const char *host, OreeFetchResolved answered, gpointer answered_data)
{
  OreeFetches *self = data;
  Question *question = g_new (Question, 1);

  *question = (Question){ NULL, self->lab, answered, answered_data };
  question->lookup = oree_resolver_lookup_addresses_on_main (self->resolver, host, addresses_cb, question);
  return question;
}

static void
unresolve (gpointer data)
{
  Question *question = data;

  oree_lookup_cancel (question->lookup);
  g_free (question);
}

OreeFetches *
oree_fetches_new (const OreeFetcher *fetcher, OreeResolver *resolver, gboolean lab, const char *trust_anchors)
{
  OreeFetches *self = g_new0 (OreeFetches, 1);

  self->fetcher = *fetcher;
  self->resolver = resolver;
  self->lab = lab;
  self->trust_anchors = g_strdup (trust_anchors);
  return self;
}

void
oree_fetches_free (OreeFetches *self)
{
  if (self == NULL)
    return;
  self->fetcher.free (self->fetcher.data);
  g_free (self->trust_anchors);
  g_free (self);
}

void
oree_fetches_get (OreeFetches *self, const char *url, OreeFetched done, gpointer done_data)
{
  const OreeFetchRequest request = {
    .url = url,
    .bytes_max = OREE_POSH_BYTES_MAX,
    .seconds = OREE_FETCH_SECONDS,
    .redirects_max = OREE_FETCH_REDIRECTS_MAX,
    .trust_anchors = self->trust_anchors,
    .resolve = resolve,
    .unresolve = unresolve,
    .resolve_data = self,
  };

  self->fetcher.fetch (self->fetcher.data, &request, done, done_data);
}
