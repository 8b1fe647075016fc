/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-shown.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "gateway/oree-gw-addr.h"

void
oree_gw_shown_init (OreeGwShown *self, const OreeJid *user, const OreeJid *contact)
{
  *self = (OreeGwShown){ .user = user, .contact = contact, .show_at = OREE_TIME_NEVER, .last_at = G_MININT64 };
  self->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) oree_xml_node_unref);
}

static void
forget_document (OreeGwShown *self)
{
  g_clear_pointer (&self->document, oree_pidf_free);
  g_clear_pointer (&self->folded, oree_pidf_free);
  self->show_at = OREE_TIME_NEVER;
}

void
oree_gw_shown_clear (OreeGwShown *self)
{
  forget_document (self);
  g_clear_pointer (&self->shown, g_hash_table_unref);
  g_clear_pointer (&self->language, g_free);
}

/* What of the document the contact may see. */
static const OreePidf *
visible (const OreeGwShown *self)
{
  return self->folded != NULL ? self->folded : self->document;
}

static void
add_notes (OreeXmlBuilder *builder, const OreePidfTuple *tuple)
{
  for (guint i = 0; i < tuple->notes->len; i++)
    {
      const OreePidfNote *note = g_ptr_array_index (tuple->notes, i);

      oree_xml_builder_open (builder, "status", NULL);
      if (note->lang != NULL)
        oree_xml_builder_attribute_ns (builder, "lang", OREE_NS_XML, oree_span_str (note->lang));
      oree_xml_builder_text (builder, note->text);
      oree_xml_builder_close (builder);
    }
}

/* `tuple`: what the document still says of it; NULL: nothing. */
static OreeXmlNode *
unavailable_stanza (const OreeGwShown *self, const char *resource, const OreePidfTuple *tuple)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  OreeJid from = { self->user->local, self->user->domain, (char *) resource };
  g_autofree char *from_text = oree_jid_to_string (&from);
  g_autofree char *to_text = oree_jid_to_bare_string (self->contact);
  gboolean notes = self->view.notes && tuple != NULL && tuple->notes->len > 0;

  oree_stanza_open (builder, OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_UNAVAILABLE, from_text, to_text, NULL,
                    notes ? self->language : NULL);
  if (notes)
    add_notes (builder, tuple);
  return oree_xml_builder_finish (builder);
}

static OreeXmlNode *
available_stanza (const OreeGwShown *self, const OreePidfTuple *tuple, const char *resource)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  OreeJid from = { self->user->local, self->user->domain, (char *) resource };
  g_autofree char *from_text = oree_jid_to_string (&from);
  g_autofree char *to_text = oree_jid_to_bare_string (self->contact);
  g_autofree char *priority = tuple->priority > 0 ? g_strdup_printf ("%d", tuple->priority) : NULL;

  oree_stanza_open (builder, OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_AVAILABLE, from_text, to_text, NULL, self->language);
  if (tuple->show != OREE_SHOW_NONE)
    oree_xml_builder_element (builder, "show", NULL, oree_show_name (tuple->show));
  if (self->view.notes)
    add_notes (builder, tuple);
  if (priority != NULL)
    oree_xml_builder_element (builder, "priority", NULL, priority);
  if (tuple->idle && tuple->idle_since != 0)
    {
      g_autofree char *since = oree_time_format_wall (tuple->idle_since);

      oree_xml_builder_open (builder, "idle", OREE_NS_IDLE);
      oree_xml_builder_attribute (builder, "since", since);
      oree_xml_builder_close (builder);
    }
  return oree_xml_builder_finish (builder);
}

/* A resource as JIDs have it, not yet in `taken`; NULL when it is none. */
static char *
usable (const OreeGwShown *self, const char *resource, GHashTable *taken)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;

  if (resource == NULL || !oree_jid_set (&jid, self->user->local, self->user->domain, resource)
      || g_hash_table_contains (taken, jid.resource))
    return NULL;
  return g_steal_pointer (&jid.resource);
}

/* What a tuple is called over there: its GRUU, else its device, else its identifier: the first that holds. The same
 * in every document, or clients would show ghosts. */
static char *
resource_of (const OreeGwShown *self, const OreePidfTuple *tuple, GHashTable *taken)
{
  g_auto (OreeJid) gruu = OREE_JID_INIT;
  g_autofree char *id = oree_pidf_resource_from_id (tuple->id);
  char *resource = NULL;

  if (tuple->contact != NULL && oree_gw_jid_from_uri (&gruu, oree_span_str (tuple->contact))
      && oree_jid_bare_equal (&gruu, self->user))
    resource = usable (self, gruu.resource, taken);
  if (resource == NULL)
    resource = usable (self, tuple->device_id, taken);
  if (resource == NULL)
    resource = usable (self, id, taken);
  return resource != NULL ? resource : usable (self, tuple->id, taken);
}

/* Everything shown goes; the contact is told. */
void
oree_gw_shown_nothing (OreeGwShown *self, OreeGwOut *out)
{
  GHashTableIter iter;
  const char *resource;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, (gpointer *) &resource, NULL))
    {
      oree_gw_out_stanza (out, unavailable_stanza (self, resource, NULL));
      self->told_gone = TRUE;
    }
  g_hash_table_remove_all (self->shown);
  forget_document (self); /* nobody keeps it true any more */
}

/* Nobody there, said once, of the bare address; with what the first tuple has to say about it. */
void
oree_gw_shown_gone (OreeGwShown *self, OreeGwOut *out)
{
  const OreePidf *document = visible (self);
  const OreePidfTuple *tuple
      = document != NULL && document->tuples->len > 0 ? g_ptr_array_index (document->tuples, 0) : NULL;

  if (!self->told_gone && g_hash_table_size (self->shown) == 0)
    oree_gw_out_stanza (out, unavailable_stanza (self, NULL, tuple));
  self->told_gone = TRUE;
}

/* The closed tuple that is called `resource`; NULL: the document does not mention it any more. */
static const OreePidfTuple *
closed_tuple (const OreeGwShown *self, const char *resource, GHashTable *taken)
{
  const OreePidf *document = visible (self);

  for (guint i = 0; i < document->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (document->tuples, i);
      g_autofree char *name = tuple->open ? NULL : resource_of (self, tuple, taken);

      if (name != NULL && g_str_equal (name, resource))
        return tuple;
    }
  return NULL;
}

/* The document against what was shown: what is new or differs, then what vanished or closed. */
static void
show_document (OreeGwShown *self, OreeGwOut *out)
{
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const OreePidf *document = visible (self);
  GHashTableIter iter;
  const char *resource;

  for (guint i = 0; i < document->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (document->tuples, i);
      g_autoptr (OreeXmlNode) stanza = NULL;
      OreeXmlNode *before;
      char *name;

      if (!tuple->open || (name = resource_of (self, tuple, open)) == NULL)
        continue;
      g_hash_table_add (open, name);
      stanza = available_stanza (self, tuple, name);
      before = g_hash_table_lookup (self->shown, name);
      if (before != NULL && oree_xml_node_equal (before, stanza))
        continue;
      oree_gw_out_stanza (out, oree_xml_node_ref (stanza));
      g_hash_table_replace (self->shown, g_strdup (name), g_steal_pointer (&stanza));
      self->told_gone = FALSE;
    }
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, (gpointer *) &resource, NULL))
    if (!g_hash_table_contains (open, resource))
      {
        oree_gw_out_stanza (out, unavailable_stanza (self, resource, closed_tuple (self, resource, open)));
        self->told_gone = TRUE;
        g_hash_table_iter_remove (&iter);
      }
  if (g_hash_table_size (self->shown) == 0)
    oree_gw_shown_gone (self, out);
  else
    self->told_gone = FALSE;
}

/* The answer to a probe: all there is, of one resource when that was asked for (RFC 6121 4.3.2). */
void
oree_gw_shown_again (const OreeGwShown *self, const char *resource, OreeGwOut *out)
{
  GHashTableIter iter;
  const char *name;
  OreeXmlNode *stanza;
  gboolean any = FALSE;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &stanza))
    if (resource == NULL || g_str_equal (resource, name))
      {
        oree_gw_out_stanza (out, oree_xml_node_ref (stanza));
        any = TRUE;
      }
  if (!any)
    oree_gw_out_stanza (out, unavailable_stanza (self, resource, NULL));
}

/* Tells the contact what stands in the document now; `now` starts the interval anew. */
static void
show (OreeGwShown *self, OreeTime now, OreeGwOut *out)
{
  self->show_at = OREE_TIME_NEVER;
  self->last_at = now;
  g_clear_pointer (&self->folded, oree_pidf_free);
  if (self->view.detail != OREE_GW_DETAIL_FULL)
    self->folded = oree_gw_view_fold (&self->view, self->document);
  show_document (self, out);
}

void
oree_gw_shown_take (OreeGwShown *self, OreePidf *document, char *language, OreeTime now, OreeGwOut *out)
{
  OreeTime wait = (OreeTime) self->interval * OREE_SECOND;

  g_clear_pointer (&self->document, oree_pidf_free);
  g_free (self->language);
  self->document = document;
  self->language = language;
  if (wait == 0 || self->last_at == G_MININT64 || now >= self->last_at + wait)
    show (self, now, out);
  else
    self->show_at = self->last_at + wait;
}

OreeTime
oree_gw_shown_deadline (const OreeGwShown *self)
{
  return self->show_at;
}

void
oree_gw_shown_on_deadline (OreeGwShown *self, OreeTime now, OreeGwOut *out)
{
  if (self->show_at <= now)
    show (self, now, out);
}

void
oree_gw_shown_set_view (OreeGwShown *self, const OreeGwView *view, guint interval, OreeTime now, OreeGwOut *out)
{
  gboolean differs = self->view.detail != view->detail || self->view.notes != view->notes;

  self->view = *view;
  self->interval = interval;
  if (self->document != NULL && (differs || (interval == 0 && self->show_at != OREE_TIME_NEVER)))
    show (self, now, out);
}
