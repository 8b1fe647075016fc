/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hierarchical timer wheel.
 *
 * Time is cut in ticks of one millisecond, and a tick number in digits of six bits. A timer sits on the level of the
 * highest digit in which its tick differs from the wheel's, in the slot of that digit's value. So every occupied slot
 * lies ahead, everything on a level comes before everything on the next, and the earliest slot is one bit scan away.
 * When the wheel reaches a slot above level 0, its timers move down to where their remaining digits put them. */
#include "net/oree-wheel.h"

#define TICK OREE_MS
#define DIGIT_BITS 6
#define SLOTS (1u << DIGIT_BITS)
#define LEVELS 9 /* 54 bits of milliseconds hold any OreeTime */
#define LEVEL_DUE 0xff /* on the list of timers about to run */

struct _OreeWheel
{
  guint64 tick;  /* every timer due up to here has run */
  guint64 floor; /* nothing new is put at or before this tick: callbacks cannot extend the advance they run in */
  guint count;
  guint64 occupied[LEVELS];
  OreeTimer heads[LEVELS][SLOTS];
  OreeTimer due;
};

static void
list_init (OreeTimer *head)
{
  head->next = head->previous = head;
}

static void
list_append (OreeTimer *head, OreeTimer *timer)
{
  timer->previous = head->previous;
  timer->next = head;
  head->previous->next = timer;
  head->previous = timer;
}

static void
list_remove (OreeTimer *timer)
{
  timer->previous->next = timer->next;
  timer->next->previous = timer->previous;
  timer->next = timer->previous = NULL;
}

static gboolean
list_is_empty (const OreeTimer *head)
{
  return head->next == head;
}

/* The first tick at or after `deadline`. */
static guint64
tick_of (OreeTime deadline)
{
  if (deadline <= 0)
    return 0;

  return ((guint64) deadline + TICK - 1) / TICK;
}

static void
put (OreeWheel *self, OreeTimer *timer, guint64 tick)
{
  guint64 differing = tick ^ self->tick;
  guint level, slot;

  if (differing == 0)
    {
      timer->level = LEVEL_DUE;
      list_append (&self->due, timer);
      return;
    }

  level = (guint) (63 - __builtin_clzll (differing)) / DIGIT_BITS;
  g_assert (level < LEVELS);
  slot = (tick >> (level * DIGIT_BITS)) & (SLOTS - 1);
  timer->level = level;
  timer->slot = slot;
  list_append (&self->heads[level][slot], timer);
  self->occupied[level] |= G_GUINT64_CONSTANT (1) << slot;
}

static void
take (OreeWheel *self, OreeTimer *timer)
{
  guint level = timer->level, slot = timer->slot;

  list_remove (timer);
  if (level != LEVEL_DUE && list_is_empty (&self->heads[level][slot]))
    self->occupied[level] &= ~(G_GUINT64_CONSTANT (1) << slot);
}

/* The earliest occupied slot and the tick it begins at; FALSE when nothing is armed. */
static gboolean
earliest (const OreeWheel *self, guint *level, guint *slot, guint64 *tick)
{
  for (guint l = 0; l < LEVELS; l++)
    {
      guint shift = l * DIGIT_BITS;
      guint64 above;

      if (self->occupied[l] == 0)
        continue;

      *level = l;
      *slot = (guint) __builtin_ctzll (self->occupied[l]);
      above = shift + DIGIT_BITS < 64 ? self->tick >> (shift + DIGIT_BITS) << (shift + DIGIT_BITS) : 0;
      *tick = above | ((guint64) *slot << shift);
      return TRUE;
    }

  return FALSE;
}

OreeWheel *
oree_wheel_new (OreeTime now)
{
  OreeWheel *self = g_new0 (OreeWheel, 1);

  self->tick = self->floor = now > 0 ? (guint64) now / TICK : 0;
  list_init (&self->due);
  for (guint level = 0; level < LEVELS; level++)
    for (guint slot = 0; slot < SLOTS; slot++)
      list_init (&self->heads[level][slot]);

  return self;
}

static void
disarm_all (OreeTimer *head)
{
  while (!list_is_empty (head))
    list_remove (head->next);
}

void
oree_wheel_free (OreeWheel *self)
{
  if (self == NULL)
    return;

  disarm_all (&self->due);
  for (guint level = 0; level < LEVELS; level++)
    for (guint slot = 0; slot < SLOTS; slot++)
      disarm_all (&self->heads[level][slot]);
  g_free (self);
}

void
oree_timer_init (OreeTimer *timer, OreeTimerCb callback, gpointer data)
{
  *timer = (OreeTimer){ .callback = callback, .data = data };
}

void
oree_wheel_arm (OreeWheel *self, OreeTimer *timer, OreeTime deadline)
{
  oree_wheel_cancel (self, timer);
  if (deadline == OREE_TIME_NEVER)
    return;

  /* What is late already fires at the next tick, and not within the advance that is running. */
  timer->deadline = MAX (deadline, (OreeTime) (self->floor + 1) * TICK);
  put (self, timer, tick_of (timer->deadline));
  self->count++;
}

void
oree_wheel_cancel (OreeWheel *self, OreeTimer *timer)
{
  if (!oree_timer_is_armed (timer))
    return;

  take (self, timer);
  self->count--;
}

OreeTime
oree_wheel_next (const OreeWheel *self)
{
  guint level, slot;
  guint64 tick;

  if (!earliest (self, &level, &slot, &tick))
    return OREE_TIME_NEVER;

  return tick > (guint64) (OREE_TIME_NEVER / TICK) ? OREE_TIME_NEVER : (OreeTime) (tick * TICK);
}

/* Empties one slot: down a level, or onto the list of what is due. */
static void
cascade (OreeWheel *self, guint level, guint slot)
{
  OreeTimer moved;

  list_init (&moved);
  while (!list_is_empty (&self->heads[level][slot]))
    {
      OreeTimer *timer = self->heads[level][slot].next;

      list_remove (timer);
      list_append (&moved, timer);
    }
  self->occupied[level] &= ~(G_GUINT64_CONSTANT (1) << slot);

  while (!list_is_empty (&moved))
    {
      OreeTimer *timer = moved.next;

      list_remove (timer);
      put (self, timer, tick_of (timer->deadline));
    }
}

guint
oree_wheel_advance (OreeWheel *self, OreeTime now)
{
  guint64 target = now > 0 ? (guint64) now / TICK : 0;
  guint level, slot, ran = 0;
  guint64 tick;

  target = MAX (target, self->tick);
  self->floor = target;
  while (earliest (self, &level, &slot, &tick) && tick <= target)
    {
      self->tick = tick;
      cascade (self, level, slot);
      while (!list_is_empty (&self->due))
        {
          OreeTimer *timer = self->due.next;

          list_remove (timer);
          self->count--;
          ran++;
          timer->callback (timer->data);
        }
    }
  self->tick = target;

  return ran;
}

guint
oree_wheel_count (const OreeWheel *self)
{
  return self->count;
}
