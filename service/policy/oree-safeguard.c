/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/oree-safeguard.h"

#include "base/oree-hash.h"
#include "base/oree-limits.h"

#define SLOT_SECONDS (OREE_SAFEGUARD_WINDOW_SECONDS / OREE_SAFEGUARD_SLOTS)
#define SLOWED_RATE 1

const OreeEnumValue oree_safeguard_states[] = {
  { OREE_SAFEGUARD_NORMAL, "normal" },
  { OREE_SAFEGUARD_WATCHED, "watched" },
  { OREE_SAFEGUARD_SLOWED, "slowed" },
  { 0, NULL },
};

/* Answers that say whether an address exists. What a wrong guess gets counts as failure; what depends on policy (403), on
 * the user's mood, on credentials or on a server's health does not. */
static const guint16 failures[] = { 404, 410, 414, 416, 484, 485, 604 };

typedef struct
{
  guint successes, failures;
} Slot;

typedef struct
{
  char *domain;
  OreeTime first_seen, last_seen;
  OreeTime filled_at;   /* when `tokens` was right */
  gint64 tokens;        /* millionths of a message */
  OreeTime limited_at;  /* when a message over the rate was last told of; NEVER: not yet */
  GHashTable *contacts; /* hashes of addresses; a collision lets one more through */
  gboolean watched, slowed;
  Slot slots[OREE_SAFEGUARD_SLOTS];
  gint64 slot;          /* number of the newest one, in slot lengths */
  guint64 requests, period_requests, refused_rate, refused_reach, successes, failures;
} Partner;

struct _OreeSafeguards
{
  GHashTable *partners;
  OreeTime period_began; /* NEVER: nobody was here yet */
};

static void
partner_free (gpointer data)
{
  Partner *self = data;

  g_hash_table_unref (self->contacts);
  g_free (self->domain);
  g_free (self);
}

OreeSafeguards *
oree_safeguards_new (void)
{
  OreeSafeguards *self = g_new0 (OreeSafeguards, 1);

  self->partners = g_hash_table_new_full (oree_str_hash, g_str_equal, NULL, partner_free);
  self->period_began = OREE_TIME_NEVER;
  return self;
}

void
oree_safeguards_free (OreeSafeguards *self)
{
  g_hash_table_unref (self->partners);
  g_free (self);
}

/* ---- the window ---- */

/* Slots that lie in the past are emptied as time passes over them. */
static void
slide (Partner *self, OreeTime now)
{
  gint64 slot = now / (SLOT_SECONDS * OREE_SECOND);
  gint64 steps = MIN (slot - self->slot, OREE_SAFEGUARD_SLOTS);

  for (gint64 i = 0; i < steps; i++)
    self->slots[(slot - i) % OREE_SAFEGUARD_SLOTS] = (Slot){ 0, 0 };
  self->slot = MAX (self->slot, slot);
}

static Slot
sum (const Partner *self)
{
  Slot total = { 0, 0 };

  for (gsize i = 0; i < OREE_SAFEGUARD_SLOTS; i++)
    {
      total.successes += self->slots[i].successes;
      total.failures += self->slots[i].failures;
    }
  return total;
}

/* A few wrong addresses prove nothing: everybody mistypes. */
static gboolean
looks_like_harvesting (const OreeAccessEdge *rules, const Slot *window)
{
  guint64 answers = (guint64) window->successes + window->failures;

  return window->failures >= OREE_SAFEGUARD_FAILURES_MIN && rules->discovered_partner_failure_percentage < 100
         && (guint64) window->failures * 100 > answers * rules->discovered_partner_failure_percentage;
}

static OreeSafeguardChange
judge_answers (Partner *self, const OreeAccessEdge *rules, OreeTime now)
{
  gboolean was = self->slowed;
  Slot window;

  slide (self, now);
  window = sum (self);
  self->slowed = looks_like_harvesting (rules, &window);
  if (self->slowed == was)
    return OREE_SAFEGUARD_NO_CHANGE;
  return self->slowed ? OREE_SAFEGUARD_SLOW_BEGAN : OREE_SAFEGUARD_SLOW_ENDED;
}

/* ---- the rate ---- */

static guint
rate_of (const Partner *self, const OreeAccessEdge *rules)
{
  return self->slowed ? SLOWED_RATE : (guint) rules->discovered_partner_standard_rate;
}

/* A second's worth may come at once. */
static gboolean
take_token (Partner *self, const OreeAccessEdge *rules, OreeTime now)
{
  gint64 rate = rate_of (self, rules);
  gint64 full = rate * OREE_SECOND;
  gint64 passed = CLAMP (now - self->filled_at, 0, OREE_SECOND);

  self->tokens = MIN (full, self->tokens + passed * rate);
  self->filled_at = now;
  if (self->tokens < OREE_SECOND)
    return FALSE;
  self->tokens -= OREE_SECOND;
  return TRUE;
}

/* ---- the reach ---- */

static gboolean
may_reach (Partner *self, const OreeAccessEdge *rules, const char *user, OreeSafeguardChange *change)
{
  guint64 max = MIN (rules->max_contacts_per_discovered_partner, OREE_SAFEGUARD_CONTACTS_MAX);
  gpointer key;

  if (user == NULL)
    return TRUE;
  key = GUINT_TO_POINTER (oree_str_hash (user));
  if (!rules->enable_discovered_partner_contacts_limit)
    self->watched = FALSE;
  if (g_hash_table_contains (self->contacts, key))
    return TRUE;
  if (g_hash_table_size (self->contacts) < max)
    {
      self->watched = FALSE; /* the limit was raised */
      g_hash_table_add (self->contacts, key);
      return TRUE;
    }
  if (!rules->enable_discovered_partner_contacts_limit)
    return TRUE;
  if (!self->watched)
    *change = OREE_SAFEGUARD_WATCH_BEGAN;
  self->watched = TRUE;
  return FALSE;
}

/* ---- the table ---- */

/* The one that was silent longest makes room: what it did is forgotten with it. One that is held is not the first to go,
 * else silence would be a way out. */
static void
make_room (OreeSafeguards *self)
{
  GHashTableIter iter;
  gpointer value;
  Partner *oldest = NULL;

  if (g_hash_table_size (self->partners) < OREE_SAFEGUARD_PARTNERS_MAX)
    return;
  g_hash_table_iter_init (&iter, self->partners);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Partner *partner = value;
      gboolean held = partner->watched || partner->slowed;
      gboolean oldest_held = oldest != NULL && (oldest->watched || oldest->slowed);

      if (oldest == NULL || (oldest_held && !held)
          || (oldest_held == held && partner->last_seen < oldest->last_seen))
        oldest = partner;
    }
  g_hash_table_remove (self->partners, oldest->domain);
}

static Partner *
find_or_add (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain, OreeTime now)
{
  Partner *partner = g_hash_table_lookup (self->partners, domain);

  if (partner != NULL)
    return partner;
  make_room (self);
  partner = g_new0 (Partner, 1);
  partner->domain = g_strdup (domain);
  partner->first_seen = partner->last_seen = partner->filled_at = now;
  partner->limited_at = OREE_TIME_NEVER;
  partner->slot = now / (SLOT_SECONDS * OREE_SECOND);
  partner->contacts = g_hash_table_new (NULL, NULL);
  partner->tokens = (gint64) rules->discovered_partner_standard_rate * OREE_SECOND;
  g_hash_table_insert (self->partners, partner->domain, partner);
  if (self->period_began == OREE_TIME_NEVER)
    self->period_began = now;
  return partner;
}

OreeReason
oree_safeguards_on_request (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain, const char *user,
                            OreeTime now, OreeSafeguardChange *change)
{
  OreeSafeguardChange ignored;
  Partner *partner = find_or_add (self, rules, domain, now);

  change = change != NULL ? change : &ignored;
  *change = partner->requests == 0 ? OREE_SAFEGUARD_DISCOVERED : OREE_SAFEGUARD_NO_CHANGE;
  partner->last_seen = now;
  partner->requests++;
  partner->period_requests++;
  if (partner->slowed && judge_answers (partner, rules, now) == OREE_SAFEGUARD_SLOW_ENDED)
    *change = OREE_SAFEGUARD_SLOW_ENDED;
  if (!take_token (partner, rules, now))
    {
      partner->refused_rate++;
      if (partner->limited_at == OREE_TIME_NEVER || now - partner->limited_at >= OREE_MINUTE)
        *change = OREE_SAFEGUARD_LIMITED;
      partner->limited_at = now;
      return partner->slowed ? OREE_REASON_DISCOVERED_SLOWED : OREE_REASON_DISCOVERED_RATE;
    }
  if (!may_reach (partner, rules, user, change))
    {
      partner->refused_reach++;
      return OREE_REASON_DISCOVERED_REACH;
    }
  return OREE_REASON_ALLOWED;
}

OreeSafeguardChange
oree_safeguards_on_answer (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain, guint status,
                           OreeTime now)
{
  Partner *partner = g_hash_table_lookup (self->partners, domain);
  gboolean failure = FALSE;
  Slot *slot;

  if (partner == NULL)
    return OREE_SAFEGUARD_NO_CHANGE;
  for (gsize i = 0; i < G_N_ELEMENTS (failures) && !failure; i++)
    failure = failures[i] == status;
  if (!failure && status / 100 != 2)
    return OREE_SAFEGUARD_NO_CHANGE;
  slide (partner, now);
  slot = &partner->slots[partner->slot % OREE_SAFEGUARD_SLOTS];
  if (failure)
    {
      slot->failures++;
      partner->failures++;
    }
  else
    {
      slot->successes++;
      partner->successes++;
    }
  return judge_answers (partner, rules, now);
}

gboolean
oree_safeguards_forget (OreeSafeguards *self, const char *domain)
{
  return g_hash_table_remove (self->partners, domain);
}

static void
view_of (Partner *partner, const OreeAccessEdge *rules, OreeTime now, OreeSafeguardView *view)
{
  Slot window;

  slide (partner, now);
  window = sum (partner);
  *view = (OreeSafeguardView){
    .domain = partner->domain,
    .state = partner->slowed ? OREE_SAFEGUARD_SLOWED : partner->watched ? OREE_SAFEGUARD_WATCHED : OREE_SAFEGUARD_NORMAL,
    .first_seen = partner->first_seen,
    .last_seen = partner->last_seen,
    .requests = partner->requests,
    .period_requests = partner->period_requests,
    .refused_rate = partner->refused_rate,
    .refused_reach = partner->refused_reach,
    .successes = partner->successes,
    .failures = partner->failures,
    .window_successes = window.successes,
    .window_failures = window.failures,
    .contacts = g_hash_table_size (partner->contacts),
    .rate = rate_of (partner, rules),
  };
}

gboolean
oree_safeguards_get (OreeSafeguards *self, const OreeAccessEdge *rules, const char *domain, OreeTime now,
                     OreeSafeguardView *view)
{
  Partner *partner = g_hash_table_lookup (self->partners, domain);

  if (partner == NULL)
    return FALSE;
  view_of (partner, rules, now, view);
  return TRUE;
}

void
oree_safeguards_foreach (OreeSafeguards *self, const OreeAccessEdge *rules, OreeTime now, OreeSafeguardFunc func,
                         gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->partners);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OreeSafeguardView view;

      view_of (value, rules, now, &view);
      func (&view, data);
    }
}

guint
oree_safeguards_n_partners (const OreeSafeguards *self)
{
  return g_hash_table_size (self->partners);
}

OreeTime
oree_safeguards_report_due (const OreeSafeguards *self, const OreeAccessEdge *rules)
{
  if (self->period_began == OREE_TIME_NEVER)
    return OREE_TIME_NEVER;
  return self->period_began + (OreeTime) rules->discovered_partner_report_period_minutes * OREE_MINUTE;
}

void
oree_safeguards_report (OreeSafeguards *self, const OreeAccessEdge *rules, OreeTime now, OreeSafeguardFunc func,
                        gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->partners);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Partner *partner = value;
      OreeSafeguardView view;

      if (partner->period_requests == 0)
        continue;
      view_of (partner, rules, now, &view);
      func (&view, data);
      partner->period_requests = 0;
    }
  self->period_began = now;
}
