/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers → where to connect, in order. */
#include "proto/oree-target.h"
#include "base/oree-limits.h"

static void
target_free (gpointer data)
{
  OreeTarget *target = data;

  g_free (target->host);
  g_free (target);
}

static OreeTargets *
targets_new (OreeTargetsOutcome outcome)
{
  OreeTargets *self = g_new0 (OreeTargets, 1);

  self->outcome = outcome;
  self->targets = g_ptr_array_new_with_free_func (target_free);
  return self;
}

void
oree_targets_free (OreeTargets *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->targets);
  g_free (self);
}

static void
add_target (OreeTargets *self, const char *host, guint16 port)
{
  OreeTarget *target;

  if (self->targets->len == OREE_DNS_TARGETS_MAX || port == 0)
    return;
  target = g_new (OreeTarget, 1);
  target->host = g_strdup (host);
  target->port = port;
  g_ptr_array_add (self->targets, target);
}

/* splitmix64: enough to spread load, and every test can repeat it. */
static guint64
next_random (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static int
by_priority (gconstpointer a, gconstpointer b)
{
  const OreeDnsSrv *x = *(const OreeDnsSrv *const *) a;
  const OreeDnsSrv *y = *(const OreeDnsSrv *const *) b;

  if (x->priority != y->priority)
    return x->priority < y->priority ? -1 : 1;
  /* RFC 2782: those of weight 0 stand first within their priority, so that they have a small chance of their own. */
  return (x->weight > 0) - (y->weight > 0);
}

/* RFC 2782: takes one record after another out of `pool` (one priority), each with chance in proportion to its weight. */
static void
draw_priority (OreeTargets *self, GPtrArray *pool, guint64 *random)
{
  while (pool->len > 0)
    {
      guint64 sum = 0;
      guint64 mark;
      guint64 running = 0;
      guint i;

      for (i = 0; i < pool->len; i++)
        sum += ((const OreeDnsSrv *) g_ptr_array_index (pool, i))->weight;
      mark = next_random (random) % (sum + 1);
      for (i = 0; i + 1 < pool->len; i++)
        {
          running += ((const OreeDnsSrv *) g_ptr_array_index (pool, i))->weight;
          if (running >= mark)
            break;
        }
      {
        const OreeDnsSrv *srv = g_ptr_array_index (pool, i);

        add_target (self, srv->target, srv->port);
      }
      g_ptr_array_remove_index (pool, i);
    }
}

static void
order_srv (OreeTargets *self, const OreeDnsAnswer *answer, guint64 random)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GPtrArray) pool = g_ptr_array_new ();

  for (guint i = 0; i < answer->srv->len; i++)
    {
      OreeDnsSrv *srv = g_ptr_array_index (answer->srv, i);

      if (*srv->target != '\0') /* a "." among others means nothing */
        g_ptr_array_add (sorted, srv);
    }
  g_ptr_array_sort (sorted, by_priority);
  for (guint i = 0; i < sorted->len; i++)
    {
      const OreeDnsSrv *srv = g_ptr_array_index (sorted, i);
      gboolean last = i + 1 == sorted->len
                      || ((const OreeDnsSrv *) g_ptr_array_index (sorted, i + 1))->priority != srv->priority;

      g_ptr_array_add (pool, g_ptr_array_index (sorted, i));
      if (last)
        draw_priority (self, pool, &random);
    }
}

OreeTargets *
oree_targets_from_srv (const OreeDnsAnswer *srv, const char *domain, guint16 fallback_port, guint64 random)
{
  OreeTargets *self = targets_new (OREE_TARGETS_OK);

  g_return_val_if_fail (srv->kind == OREE_DNS_SRV, self);
  self->secure = srv->secure;
  switch (srv->outcome)
    {
    case OREE_DNS_OK:
      if (oree_dns_answer_refuses (srv))
        {
          self->outcome = OREE_TARGETS_NOT_OFFERED;
          break;
        }
      order_srv (self, srv, random);
      if (self->targets->len == 0)
        self->outcome = OREE_TARGETS_NOT_OFFERED; /* records, but none that can be used: no fallback either */
      break;
    case OREE_DNS_NO_DATA:
    case OREE_DNS_NO_NAME:
      /* The SRV name may well not exist while the domain does: its addresses decide (RFC 6120 3.2.2). */
      self->fallback = fallback_port != 0;
      add_target (self, domain, fallback_port);
      if (self->targets->len == 0)
        self->outcome = OREE_TARGETS_NO_NAME;
      break;
    case OREE_DNS_BOGUS:
      self->outcome = OREE_TARGETS_UNUSABLE;
      break;
    case OREE_DNS_FAILED:
    case OREE_DNS_TIMED_OUT:
    case OREE_DNS_N_OUTCOMES:
      self->outcome = OREE_TARGETS_UNREACHABLE;
      break;
    }
  return self;
}

OreeTargets *
oree_targets_from_host (const char *host, guint16 port)
{
  OreeTargets *self = targets_new (OREE_TARGETS_OK);

  self->fixed = TRUE;
  add_target (self, host, port);
  return self;
}

static gboolean
is_literal (const char *host)
{
  OreeInetAddress address;

  return oree_inet_address_parse (&address, oree_span_str (host));
}

void
oree_target_question_sip (const char *host, guint16 port, OreeTargetQuestion *question)
{
  /* RFC 3263 4.2: a port or an address leaves nothing to ask SRV about. */
  if (port != 0 || is_literal (host))
    *question = (OreeTargetQuestion){ OREE_TARGET_ASK_ADDRESSES, g_strdup (host), port != 0 ? port : 5061 };
  else
    *question = (OreeTargetQuestion){ OREE_TARGET_ASK_SRV, g_strconcat ("_sips._tcp.", host, NULL), 0 };
}

void
oree_target_question_xmpp (const char *domain, OreeTargetQuestion *question)
{
  *question
    = (OreeTargetQuestion){ OREE_TARGET_ASK_SRV, g_strconcat ("_xmpp-server._tcp.", domain, NULL), 0 };
}

void
oree_target_question_clear (OreeTargetQuestion *question)
{
  g_clear_pointer (&question->name, g_free);
}

void
oree_target_endpoints (const OreeTarget *target, const OreeDnsAnswer *addresses, GArray *out)
{
  guint start = out->len;
  guint index[2] = { 0, 0 }; /* IPv6, IPv4 */
  static const OreeInetFamily families[2] = { OREE_INET_V6, OREE_INET_V4 };
  gboolean found = TRUE;

  g_return_if_fail (addresses->kind == OREE_DNS_ADDRESSES);
  /* A family at a time in turn (RFC 8305 4): when one is broken the other is next. */
  while (found)
    {
      found = FALSE;
      for (guint f = 0; f < 2; f++)
        {
          while (index[f] < addresses->addresses->len
                 && g_array_index (addresses->addresses, OreeInetAddress, index[f]).family != families[f])
            index[f]++;
          if (index[f] == addresses->addresses->len)
            continue;
          if (out->len - start == OREE_DNS_ADDRESSES_MAX)
            return;
          {
            OreeEndpoint endpoint = { g_array_index (addresses->addresses, OreeInetAddress, index[f]++),
                                      target->port };

            g_array_append_val (out, endpoint);
          }
          found = TRUE;
        }
    }
}
