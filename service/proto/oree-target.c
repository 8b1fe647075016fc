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
add_target (OreeTargets *self, const char *host, guint16 port, gboolean direct_tls, gboolean secure)
{
  OreeTarget *target;

  if (self->targets->len == OREE_DNS_TARGETS_MAX || port == 0)
    return;
  target = g_new (OreeTarget, 1);
  *target = (OreeTarget){ g_strdup (host), port, direct_tls, secure };
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

/* One SRV record and what its answer says of it. */
typedef struct
{
  const OreeDnsSrv *srv;
  gboolean direct_tls;
  gboolean secure;
} Candidate;

static int
by_priority (gconstpointer a, gconstpointer b)
{
  const OreeDnsSrv *x = ((const Candidate *) a)->srv;
  const OreeDnsSrv *y = ((const Candidate *) b)->srv;

  if (x->priority != y->priority)
    return x->priority < y->priority ? -1 : 1;
  /* RFC 2782: those of weight 0 stand first within their priority, so that they have a small chance of their own. */
  return (x->weight > 0) - (y->weight > 0);
}

/* RFC 2782: takes one record after another out of the `n` at `pool` (one priority), each with chance in proportion to its
 * weight. */
static void
draw_priority (OreeTargets *self, Candidate *pool, guint n, guint64 *random)
{
  for (; n > 0; n--)
    {
      guint64 sum = 0, running = 0, mark;
      Candidate drawn;
      guint i;

      for (i = 0; i < n; i++)
        sum += pool[i].srv->weight;
      mark = next_random (random) % (sum + 1);
      for (i = 0; i + 1 < n; i++)
        {
          running += pool[i].srv->weight;
          if (running >= mark)
            break;
        }
      drawn = pool[i];
      add_target (self, drawn.srv->target, drawn.srv->port, drawn.direct_tls, drawn.secure);
      memmove (&pool[i], &pool[i + 1], (n - i - 1) * sizeof *pool);
    }
}

static void
add_candidates (GArray *candidates, const OreeDnsAnswer *answer, gboolean direct_tls)
{
  for (guint i = 0; answer->outcome == OREE_DNS_OK && i < answer->srv->len; i++)
    {
      Candidate candidate = { g_ptr_array_index (answer->srv, i), direct_tls, answer->secure };

      if (*candidate.srv->target != '\0') /* a "." among others means nothing */
        g_array_append_val (candidates, candidate);
    }
}

static void
order_candidates (OreeTargets *self, GArray *candidates, guint64 random)
{
  Candidate *all = (Candidate *) (gpointer) candidates->data;
  guint first = 0;

  g_array_sort (candidates, by_priority);
  for (guint i = 0; i < candidates->len; i++)
    {
      if (i + 1 < candidates->len && all[i + 1].srv->priority == all[i].srv->priority)
        continue;
      draw_priority (self, all + first, i + 1 - first, &random);
      first = i + 1;
    }
}

/* What an answer leaves to do, the worst first. */
typedef enum
{
  LEAVES_NOTHING,  /* bogus */
  LEAVES_RECORDS,
  LEAVES_DOUBT,    /* no answer: whether there are records is not known */
  LEAVES_REFUSAL,  /* ".", or records none of which can be used */
  LEAVES_FALLBACK, /* no records */
} Leaves;

static Leaves
what_it_leaves (const OreeDnsAnswer *answer)
{
  switch (answer->outcome)
    {
    case OREE_DNS_OK:
      return oree_dns_answer_refuses (answer) ? LEAVES_REFUSAL : LEAVES_RECORDS;
    case OREE_DNS_NO_DATA:
    case OREE_DNS_NO_NAME:
      /* The SRV name may well not exist while the domain does: its addresses decide (RFC 6120 3.2.2). */
      return LEAVES_FALLBACK;
    case OREE_DNS_BOGUS:
      return LEAVES_NOTHING;
    case OREE_DNS_FAILED:
    case OREE_DNS_TIMED_OUT:
    case OREE_DNS_N_OUTCOMES:
      break;
    }
  return LEAVES_DOUBT;
}

static OreeTargets *
targets_from (const OreeDnsAnswer *direct, const OreeDnsAnswer *plain, const char *domain, guint16 fallback_port,
              guint64 random)
{
  OreeTargets *self = targets_new (OREE_TARGETS_OK);
  Leaves plain_leaves = what_it_leaves (plain);
  Leaves leaves = direct != NULL ? MIN (plain_leaves, what_it_leaves (direct)) : plain_leaves;
  g_autoptr (GArray) candidates = NULL;

  self->secure = plain->secure && (direct == NULL || direct->secure);
  switch (leaves)
    {
    case LEAVES_NOTHING:
      self->outcome = OREE_TARGETS_UNUSABLE;
      break;
    case LEAVES_RECORDS:
      candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
      add_candidates (candidates, plain, FALSE);
      if (direct != NULL)
        add_candidates (candidates, direct, TRUE);
      order_candidates (self, candidates, random);
      if (self->targets->len == 0)
        self->outcome = OREE_TARGETS_NOT_OFFERED; /* records, but none that can be used: no fallback either */
      break;
    case LEAVES_DOUBT:
      self->outcome = OREE_TARGETS_UNREACHABLE;
      break;
    case LEAVES_REFUSAL:
      self->outcome = OREE_TARGETS_NOT_OFFERED;
      break;
    case LEAVES_FALLBACK:
      self->fallback = fallback_port != 0;
      add_target (self, domain, fallback_port, FALSE, self->secure);
      if (self->targets->len == 0)
        self->outcome = OREE_TARGETS_NO_NAME;
      break;
    }
  return self;
}

OreeTargets *
oree_targets_from_srv (const OreeDnsAnswer *srv, const char *domain, guint16 fallback_port, guint64 random)
{
  return targets_from (NULL, srv, domain, fallback_port, random);
}

OreeTargets *
oree_targets_from_xmpp (const OreeDnsAnswer *direct, const OreeDnsAnswer *plain, const char *domain, guint64 random)
{
  return targets_from (direct, plain, domain, 5269, random);
}

OreeTargets *
oree_targets_from_host (const char *host, guint16 port)
{
  OreeTargets *self = targets_new (OREE_TARGETS_OK);

  self->fixed = TRUE;
  add_target (self, host, port, FALSE, FALSE);
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
oree_target_question_xmpp (const char *domain, gboolean direct_tls, OreeTargetQuestion *question)
{
  const char *service = direct_tls ? "_xmpps-server._tcp." : "_xmpp-server._tcp.";

  *question = (OreeTargetQuestion){ OREE_TARGET_ASK_SRV, g_strconcat (service, domain, NULL), 0 };
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
