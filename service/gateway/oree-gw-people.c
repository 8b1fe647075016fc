/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-people.h"
#include "base/oree-hash.h"
#include "base/oree-limits.h"
#include "gateway/oree-gw-text.h"

struct _OreeGwPeople
{
  guint max;
  GHashTable *people; /* address of record → OreeGwPerson */
  GQueue order;       /* addresses, borrowed, the oldest first */
};

static void
person_free (gpointer data)
{
  OreeGwPerson *person = data;

  g_free (person->name);
  g_free (person);
}

OreeGwPeople *
oree_gw_people_new (guint max)
{
  OreeGwPeople *self = g_new0 (OreeGwPeople, 1);

  self->max = max;
  self->people = g_hash_table_new_full (oree_str_hash, g_str_equal, g_free, person_free);
  g_queue_init (&self->order);
  return self;
}

void
oree_gw_people_free (OreeGwPeople *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->people);
  g_free (self);
}

OreeGwPerson *
oree_gw_people_find (OreeGwPeople *self, const char *aor)
{
  return g_hash_table_lookup (self->people, aor);
}

static OreeGwPerson *
add (OreeGwPeople *self, const char *aor)
{
  OreeGwPerson *person = g_new0 (OreeGwPerson, 1);
  char *key = g_strdup (aor);

  if (self->order.length >= self->max)
    g_hash_table_remove (self->people, g_queue_pop_head (&self->order));
  g_hash_table_insert (self->people, key, person);
  g_queue_push_tail (&self->order, key);
  return person;
}

OreeGwPerson *
oree_gw_people_learn (OreeGwPeople *self, const char *aor, const OreeSipMsg *request, OreeSpan display,
                      const OreeGwContent *content)
{
  OreeGwPerson *person = oree_gw_people_find (self, aor);
  /* What the reader wants to read (RFC 3261 20.3), else what he writes. No id: RFC 3428 allows it in requests all the same. */
  const OreeSipHeader *accepts = oree_sip_msg_header_named (request, "Accept-Language");
  const char *language = accepts != NULL ? oree_gw_phrase_choose (accepts->value) : NULL;

  if (person == NULL)
    person = add (self, aor);
  if (language == NULL)
    language = oree_gw_phrase_choose (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE));
  if (language != NULL)
    person->language = language;
  if (display.length > 0 && display.length <= OREE_GW_HEADER_TEXT_MAX
      && (person->name == NULL || !oree_span_equal_str (display, person->name)))
    {
      g_free (person->name);
      person->name = oree_gw_text_line (display);
    }
  if (content != NULL)
    {
      person->takes_html = person->takes_html || content->was_html;
      person->takes_cpim = person->takes_cpim || content->was_cpim || content->kind == OREE_GW_CONTENT_IMDN;
    }
  return person;
}
