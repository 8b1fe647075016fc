/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boundary profiles on a lane: what the policy says of a partner, as the gateway's engine wants it, and messages that wait for
 * their rate. Only who writes faster than a profile allows is remembered for longer than one message. */
#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "roles/oree-gateway-role.h"

#define HELD_TIME (OREE_GW_HELD_SECONDS * OREE_SECOND)

typedef struct
{
  OreeTime at;
  OreeXmppRx *rx;     /* one of the two */
  OreeSipRx *request;
  OreeJid *contact;   /* of a request inside a session; NULL: its Request-URI names it */
} Held;

/* Whose messages are paced. */
typedef struct
{
  OreeLane *lane;
  char *key;
  OreeTime paid_until;
  GQueue waiting; /* Held *, in order */
  OreeTimer timer;
  GList *link;    /* in `order` */
} Person;

struct _OreeGatewayBoundary
{
  OreePolicy *policy;     /* that `boundaries` are of */
  GHashTable *boundaries; /* OreeBoundaryProfile → OreeGwBoundary */
  GHashTable *people;     /* key → Person */
  GQueue order;           /* Person *, the oldest first */
  guint held;
  gconstpointer passing;  /* what waited and goes now */
};

/* --- what the policy says ------------------------------------------------------------------------ */

static OreeGwDetail
detail_of (int detail)
{
  static const OreeGwDetail details[] = {
    [OREE_PRESENCE_DETAIL_FULL] = OREE_GW_DETAIL_FULL,
    [OREE_PRESENCE_DETAIL_FOLDED] = OREE_GW_DETAIL_FOLDED,
    [OREE_PRESENCE_DETAIL_REACHABLE] = OREE_GW_DETAIL_REACHABLE,
  };

  return details[detail];
}

static void
read_profile (const OreeBoundaryProfile *profile, OreeGwBoundary *out)
{
  *out = (OreeGwBoundary){
    .shown = { detail_of (profile->presence_shown), profile->notes_shown },
    .taken = { detail_of (profile->presence_taken), profile->notes_taken },
    .interval = (guint) profile->presence_interval,
    .typing_out = oree_boundary_way_allows ((OreeBoundaryWay) profile->typing, TRUE),
    .typing_in = oree_boundary_way_allows ((OreeBoundaryWay) profile->typing, FALSE),
    .receipts_out = oree_boundary_way_allows ((OreeBoundaryWay) profile->receipts, TRUE),
    .receipts_in = oree_boundary_way_allows ((OreeBoundaryWay) profile->receipts, FALSE),
    .formatting = profile->formatting,
    .attachments = profile->attachments,
    .corrections = profile->corrections,
    .reactions = profile->reactions,
    .queries = profile->queries,
    .body_limit = (gsize) profile->body_limit,
    .rate = (guint) profile->message_rate,
  };
}

gboolean
oree_gateway_boundary_read (const OreePolicy *policy, const char *domain, OreeGwBoundary *out)
{
  const OreeBoundaryProfile *profile = oree_policy_boundary_profile (policy, domain);

  if (profile != NULL)
    read_profile (profile, out);
  return profile != NULL;
}

const OreeGwBoundary *
oree_gateway_boundary (OreeLane *lane, const char *domain)
{
  const OreeBoundaryProfile *profile = oree_policy_boundary_profile (lane->policy, domain);
  OreeGatewayBoundary *self;
  OreeGwBoundary *boundary;

  if (profile == NULL)
    return NULL;
  self = lane->gateway->boundary;
  if (self->policy != lane->policy)
    {
      g_hash_table_remove_all (self->boundaries);
      g_clear_pointer (&self->policy, oree_policy_unref);
      self->policy = oree_policy_ref (lane->policy);
    }
  boundary = g_hash_table_lookup (self->boundaries, profile);
  if (boundary == NULL)
    {
      boundary = g_new (OreeGwBoundary, 1);
      read_profile (profile, boundary);
      g_hash_table_insert (self->boundaries, (gpointer) profile, boundary);
    }
  return boundary;
}

/* --- what waits ---------------------------------------------------------------------------------- */

static void
held_free (Held *held)
{
  g_clear_pointer (&held->rx, oree_xmpp_rx_free);
  g_clear_pointer (&held->request, oree_sip_rx_unref);
  if (held->contact != NULL)
    oree_jid_clear (held->contact);
  g_free (held->contact);
  g_free (held);
}

static void
person_free (gpointer data)
{
  Person *person = data;

  oree_worker_cancel (person->lane->worker, &person->timer);
  g_queue_clear_full (&person->waiting, (GDestroyNotify) held_free);
  g_free (person->key);
  g_free (person);
}

static void
forget (OreeGatewayBoundary *self, Person *person)
{
  g_queue_delete_link (&self->order, person->link);
  g_hash_table_remove (self->people, person->key); /* frees */
}

/* Sends on what waited longest. */
static void
let_go (Person *person)
{
  OreeLane *lane = person->lane;
  OreeGatewayBoundary *self = lane->gateway->boundary;
  Held *held = g_queue_pop_head (&person->waiting);

  self->held--;
  if (held->rx != NULL)
    {
      OreeXmppRx *rx = g_steal_pointer (&held->rx);

      self->passing = rx;
      oree_gateway_message_in (lane, rx);
    }
  else
    {
      self->passing = held->request;
      oree_gateway_message_out (lane, held->request, held->contact);
    }
  self->passing = NULL;
  held_free (held);
}

static void
due_cb (gpointer data)
{
  Person *person = data;
  OreeTime now = oree_worker_now (person->lane->worker);
  const Held *next;

  while ((next = g_queue_peek_head (&person->waiting)) != NULL && next->at <= now)
    let_go (person);
  if (next != NULL)
    oree_worker_arm (person->lane->worker, &person->timer, next->at);
}

/* The table is of people who wrote of late: the oldest who waits for nothing goes first. */
static void
make_room (OreeGatewayBoundary *self)
{
  for (guint i = self->order.length; i > 0 && self->order.length >= OREE_GW_RATED_MAX; i--)
    {
      Person *oldest = g_queue_peek_head (&self->order);

      if (oldest->waiting.length == 0)
        {
          forget (self, oldest);
          return;
        }
      g_queue_unlink (&self->order, oldest->link);
      g_queue_push_tail_link (&self->order, oldest->link);
    }
}

static Person *
person_of (OreeLane *lane, const char *key)
{
  OreeGatewayBoundary *self = lane->gateway->boundary;
  Person *person = g_hash_table_lookup (self->people, key);

  if (person != NULL)
    return person;
  make_room (self);
  person = g_new0 (Person, 1);
  person->lane = lane;
  person->key = g_strdup (key);
  oree_timer_init (&person->timer, due_cb, person);
  g_queue_push_tail (&self->order, person);
  person->link = self->order.tail;
  g_hash_table_insert (self->people, person->key, person);
  return person;
}

static void
hold (Person *person, OreeTime at, OreeXmppRx *rx, OreeSipRx *request, const OreeJid *contact)
{
  Held *held = g_new0 (Held, 1);

  held->at = at;
  held->rx = rx;
  held->request = request != NULL ? oree_sip_rx_ref (request) : NULL;
  if (contact != NULL)
    {
      held->contact = g_new0 (OreeJid, 1);
      oree_jid_copy (held->contact, contact);
    }
  g_queue_push_tail (&person->waiting, held);
  person->lane->gateway->boundary->held++;
  oree_lane_count_one (person->lane, OREE_COUNT_BOUNDARY_DELAYED);
  oree_worker_arm (person->lane->worker, &person->timer, ((const Held *) g_queue_peek_head (&person->waiting))->at);
}

OreePace
oree_gateway_boundary_pace (OreeLane *lane, const OreeGwBoundary *boundary, const char *key, OreeXmppRx *rx, OreeSipRx *request,
                            const OreeJid *contact)
{
  OreeGatewayBoundary *self = lane->gateway->boundary;
  OreeTime now = oree_worker_now (lane->worker), due;
  Person *person;

  if (boundary->rate == 0 || self->passing == (rx != NULL ? (gconstpointer) rx : (gconstpointer) request))
    return OREE_PACE_GO;
  person = person_of (lane, key);
  due = oree_gw_boundary_due (boundary, person->paid_until, now);
  if (person->waiting.length > 0)
    due = MAX (due, ((const Held *) g_queue_peek_tail (&person->waiting))->at);
  if (due > now + HELD_TIME || (due > now && self->held >= OREE_GW_HELD_MAX))
    return OREE_PACE_TOO_MUCH;
  oree_gw_boundary_pay (boundary, &person->paid_until, now);
  if (due <= now && person->waiting.length == 0)
    return OREE_PACE_GO;
  hold (person, due, rx, request, contact);
  return OREE_PACE_WAITS;
}

/* --- life ---------------------------------------------------------------------------------------- */

gboolean
oree_gateway_boundary_idle (OreeLane *lane)
{
  return lane->gateway->boundary->held == 0;
}

static void
let_all_go (OreeLane *lane)
{
  OreeGatewayBoundary *self = lane->gateway->boundary;
  Person *person;

  while ((person = g_queue_peek_head (&self->order)) != NULL)
    {
      while (person->waiting.length > 0)
        let_go (person);
      forget (self, person);
    }
}

void
oree_gateway_boundary_publish (OreeLane *lane)
{
  let_all_go (lane);
}

void
oree_gateway_boundary_stop (OreeLane *lane)
{
  let_all_go (lane);
}

void
oree_gateway_boundary_init (OreeLane *lane)
{
  OreeGatewayBoundary *self = g_new0 (OreeGatewayBoundary, 1);

  self->boundaries = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->people = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, person_free);
  g_queue_init (&self->order);
  lane->gateway->boundary = self;
}

void
oree_gateway_boundary_clear (OreeLane *lane)
{
  OreeGatewayBoundary *self = lane->gateway->boundary;

  g_queue_clear (&self->order);
  g_hash_table_unref (self->people);
  g_hash_table_unref (self->boundaries);
  g_clear_pointer (&self->policy, oree_policy_unref);
  g_clear_pointer (&lane->gateway->boundary, g_free);
}
