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

  g_hash_table_insert (self->people, key, person);
  g_queue_push_tail (&self->order, key);
  return person;
}

GVariant *
oree_gw_person_to_row (const OreeGwPerson *person)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (person->name != NULL)
    g_variant_dict_insert (&dict, "name", "s", person->name);
  if (person->language != NULL)
    g_variant_dict_insert (&dict, "language", "s", person->language);
  g_variant_dict_insert (&dict, "html", "b", person->takes_html);
  g_variant_dict_insert (&dict, "cpim", "b", person->takes_cpim);
  return g_variant_dict_end (&dict);
}

gboolean
oree_gw_people_take_row (OreeGwPeople *self, const char *aor, GVariant *row)
{
  OreeGwPerson *person = oree_gw_people_find (self, aor);
  const char *name = NULL, *language = NULL;

  if (row == NULL || !g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
    return FALSE;
  if (person == NULL)
    person = add (self, aor);
  g_variant_lookup (row, "name", "&s", &name);
  g_variant_lookup (row, "language", "&s", &language);
  g_free (person->name);
  person->name = name != NULL && strlen (name) <= OREE_GW_HEADER_TEXT_MAX ? oree_gw_text_line (oree_span_str (name)) : NULL;
  person->language = language != NULL ? oree_gw_phrase_choose (oree_span_str (language)) : NULL;
  if (!g_variant_lookup (row, "html", "b", &person->takes_html))
    person->takes_html = FALSE;
  if (!g_variant_lookup (row, "cpim", "b", &person->takes_cpim))
    person->takes_cpim = FALSE;
  return TRUE;
}

char *
oree_gw_people_spill (OreeGwPeople *self)
{
  g_autofree char *oldest = NULL;

  if (self->order.length <= self->max)
    return NULL;
  oldest = g_strdup (g_queue_pop_head (&self->order));
  g_hash_table_remove (self->people, oldest);
  return g_steal_pointer (&oldest);
}

/* TRUE when it is another than before. */
static gboolean
take_name (OreeGwPerson *person, OreeSpan display)
{
  g_autofree char *name = NULL;

  if (display.length == 0 || display.length > OREE_GW_HEADER_TEXT_MAX
      || (person->name != NULL && oree_span_equal_str (display, person->name)))
    return FALSE;
  name = oree_gw_text_line (display);
  if (g_strcmp0 (name, person->name) == 0)
    return FALSE;
  g_free (person->name);
  person->name = g_steal_pointer (&name);
  return TRUE;
}

const OreeGwPerson *
oree_gw_people_learn (OreeGwPeople *self, const char *aor, const OreeSipMsg *request, OreeSpan display,
                      const OreeGwContent *content)
{
  OreeGwPerson *person = oree_gw_people_find (self, aor);
  /* What the reader wants to read (RFC 3261 20.3), else what he writes. No id: RFC 3428 allows it in requests all the same. */
  const OreeSipHeader *accepts = oree_sip_msg_header_named (request, "Accept-Language");
  const char *language = accepts != NULL ? oree_gw_phrase_choose (accepts->value) : NULL;
  gboolean html = content != NULL && content->was_html;
  gboolean cpim = content != NULL && (content->was_cpim || content->kind == OREE_GW_CONTENT_IMDN);
  gboolean is_news;

  if (person == NULL)
    person = add (self, aor);
  if (language == NULL)
    language = oree_gw_phrase_choose (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE));
  is_news = take_name (person, display) || (language != NULL && language != person->language)
            || (html && !person->takes_html) || (cpim && !person->takes_cpim);
  if (language != NULL)
    person->language = language;
  person->takes_html = person->takes_html || html;
  person->takes_cpim = person->takes_cpim || cpim;
  return is_news ? person : NULL;
}
