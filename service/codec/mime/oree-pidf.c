/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence documents. */
#include "codec/mime/oree-pidf.h"
#include "base/oree-limits.h"
#include "base/oree-time.h"
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

#define NS_PIDF "urn:ietf:params:xml:ns:pidf"
#define NS_PERSON "urn:ietf:params:xml:ns:pidf:data-model"
#define NS_RPID "urn:ietf:params:xml:ns:pidf:rpid"
#define NS_CLIENT "jabber:client"

#define ID_PREFIX "ID-"
#define PRIORITY_MAX 127
#define LANGUAGE_MAX 35

static const char *const show_names[] = {
  [OREE_SHOW_NONE] = NULL, [OREE_SHOW_AWAY] = "away", [OREE_SHOW_CHAT] = "chat", [OREE_SHOW_DND] = "dnd", [OREE_SHOW_XA] = "xa",
};
G_STATIC_ASSERT (G_N_ELEMENTS (show_names) == OREE_N_SHOWS);

/* RPID activity → show (interworking sheet 5.3); what is not here shows nothing. */
static const struct
{
  const char *activity;
  OreeShow show;
} activities[] = {
  { "away", OREE_SHOW_AWAY },        { "breakfast", OREE_SHOW_AWAY },   { "dinner", OREE_SHOW_AWAY },
  { "meal", OREE_SHOW_AWAY },        { "in-transit", OREE_SHOW_AWAY },  { "travel", OREE_SHOW_AWAY },
  { "steering", OREE_SHOW_AWAY },    { "shopping", OREE_SHOW_AWAY },    { "spectator", OREE_SHOW_AWAY },
  { "performance", OREE_SHOW_AWAY }, { "sleeping", OREE_SHOW_AWAY },    { "tv", OREE_SHOW_AWAY },
  { "worship", OREE_SHOW_AWAY },     { "playing", OREE_SHOW_AWAY },     { "vacation", OREE_SHOW_XA },
  { "holiday", OREE_SHOW_XA },       { "permanent-absence", OREE_SHOW_XA }, { "busy", OREE_SHOW_DND },
  { "on-the-phone", OREE_SHOW_DND }, { "meeting", OREE_SHOW_DND },      { "appointment", OREE_SHOW_DND },
  { "presentation", OREE_SHOW_DND },
};

const char *
oree_show_name (OreeShow show)
{
  g_return_val_if_fail ((guint) show < OREE_N_SHOWS, NULL);
  return show_names[show];
}

gboolean
oree_show_from_name (OreeSpan name, OreeShow *show)
{
  *show = OREE_SHOW_NONE;
  for (guint i = 1; i < OREE_N_SHOWS; i++)
    if (oree_span_equal_str (name, show_names[i]))
      {
        *show = (OreeShow) i;
        return TRUE;
      }
  return FALSE;
}

/* --- values ------------------------------------------------------------------------------------ */

static void
note_free (gpointer data)
{
  OreePidfNote *note = data;

  g_free (note->lang);
  g_free (note->text);
  g_free (note);
}

static void
tuple_free (gpointer data)
{
  OreePidfTuple *tuple = data;

  g_free (tuple->id);
  g_free (tuple->contact);
  g_free (tuple->device_id);
  g_free (tuple->timestamp);
  g_ptr_array_unref (tuple->notes);
  g_free (tuple);
}

OreePidf *
oree_pidf_new (const char *entity)
{
  OreePidf *self = g_new0 (OreePidf, 1);

  self->entity = g_strdup (entity);
  self->tuples = g_ptr_array_new_with_free_func (tuple_free);
  return self;
}

void
oree_pidf_free (OreePidf *self)
{
  g_free (self->entity);
  g_ptr_array_unref (self->tuples);
  g_free (self);
}

OreePidfTuple *
oree_pidf_add_tuple (OreePidf *self, const char *id)
{
  OreePidfTuple *tuple;

  if (self->tuples->len >= OREE_PIDF_TUPLES_MAX)
    return NULL;
  tuple = g_new0 (OreePidfTuple, 1);
  tuple->id = g_strdup (id);
  tuple->priority = OREE_PIDF_NO_PRIORITY;
  tuple->notes = g_ptr_array_new_with_free_func (note_free);
  g_ptr_array_add (self->tuples, tuple);
  return tuple;
}

/* RFC 5646 2.1, as far as a shape goes; 35 characters hold any tag of its 4.4.1. */
static gboolean
is_language (const char *lang)
{
  gsize length = lang != NULL ? strlen (lang) : 0;

  if (length == 0 || length > LANGUAGE_MAX || !g_ascii_isalpha (lang[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (lang[i]) && (lang[i] != '-' || i + 1 == length || lang[i - 1] == '-'))
      return FALSE;
  return TRUE;
}

/* A note is shown inside somebody's window: it has no business with what stands around it there. */
static char *
note_text (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize size = (gsize) (g_utf8_next_char (at) - at);

      if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
        continue; /* embeddings, overrides, isolates: they reach beyond the text */
      if (out->len + size > OREE_TEXT_MAX)
        break;
      if (c != '\n' && (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029))
        g_string_append_c (out, ' ');
      else
        g_string_append_len (out, at, (gssize) size);
    }
  return g_string_free (out, FALSE);
}

void
oree_pidf_tuple_add_note (OreePidfTuple *self, const char *lang, const char *text)
{
  OreePidfNote *note;

  if (!is_language (lang))
    lang = NULL;
  for (guint i = 0; i < self->notes->len; i++)
    {
      const OreePidfNote *other = g_ptr_array_index (self->notes, i);

      if (g_ascii_strcasecmp (other->lang ? other->lang : "", lang ? lang : "") == 0)
        return;
    }
  note = g_new0 (OreePidfNote, 1);
  note->lang = g_strdup (lang);
  note->text = note_text (text);
  g_ptr_array_add (self->notes, note);
}

/* --- reading ----------------------------------------------------------------------------------- */

static OreeSpan
trimmed_text (const OreeXmlNode *node)
{
  return oree_span_trim_lws (oree_span_str (oree_xml_node_text (node)));
}

/* The first activity that says something. `holder`: a tuple, its status or a person. */
static OreeShow
rpid_show (const OreeXmlNode *holder)
{
  const OreeXmlNode *list = oree_xml_node_child (holder, "activities", NS_RPID);
  const OreeXmlNode *one = list != NULL ? oree_xml_node_first (list) : NULL;

  for (; one != NULL; one = oree_xml_node_next (one))
    for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
      if (oree_xml_node_is (one, activities[i].activity, NS_RPID))
        return activities[i].show;
  return OREE_SHOW_NONE;
}

/* What the person does, for tuples that do not say. Whoever writes XMPP's show in one tuple means it when another has
 * none: then the person says nothing. */
static OreeShow
person_show (const OreeXmlNode *root, const OreeXmlNode *person)
{
  const OreeXmlNode *tuple = oree_xml_node_child (root, "tuple", NS_PIDF);

  for (; tuple != NULL; tuple = oree_xml_node_next_named (tuple, "tuple", NS_PIDF))
    if (oree_xml_node_child (oree_xml_node_child (tuple, "status", NS_PIDF), "show", NS_CLIENT) != NULL)
      return OREE_SHOW_NONE;
  return rpid_show (person);
}

static OreeShow
tuple_show (const OreeXmlNode *tuple, const OreeXmlNode *status, OreeShow otherwise)
{
  const OreeXmlNode *node = oree_xml_node_child (status, "show", NS_CLIENT);
  OreeShow show = OREE_SHOW_NONE;

  if (node != NULL && oree_show_from_name (trimmed_text (node), &show))
    return show;
  if ((show = rpid_show (tuple)) == OREE_SHOW_NONE && (show = rpid_show (status)) == OREE_SHOW_NONE)
    show = otherwise;
  return show;
}

static gboolean
tuple_open (const OreeXmlNode *tuple, const OreeXmlNode *status)
{
  const OreeXmlNode *basic = oree_xml_node_child (status, "basic", NS_PIDF);

  if (basic != NULL)
    return oree_span_equal_str (trimmed_text (basic), "open");
  return oree_xml_node_child (tuple, "contact", NS_PIDF) != NULL || oree_xml_node_child (status, "show", NS_CLIENT) != NULL
         || rpid_show (tuple) != OREE_SHOW_NONE || rpid_show (status) != OREE_SHOW_NONE;
}

/* Adds the notes directly inside `holder`; FALSE when it has none. */
static gboolean
take_notes (OreePidfTuple *tuple, const OreeXmlNode *holder, const char *ns)
{
  const OreeXmlNode *note = oree_xml_node_child (holder, "note", ns);

  if (note == NULL)
    return FALSE;
  for (; note != NULL; note = oree_xml_node_next_named (note, "note", ns))
    {
      g_autofree char *text = oree_span_dup (trimmed_text (note));

      if (*text)
        oree_pidf_tuple_add_note (tuple, oree_xml_node_lang (note), text);
    }
  return TRUE;
}

/* The device a tuple names (RFC 4479 3.2); NULL: none, or not in this document. */
static const OreeXmlNode *
device_of (const OreeXmlNode *root, const OreeXmlNode *tuple)
{
  const char *id = oree_xml_node_child_text (tuple, "deviceID", NS_PERSON);
  const OreeXmlNode *device = id != NULL ? oree_xml_node_child (root, "device", NS_PERSON) : NULL;

  for (; device != NULL; device = oree_xml_node_next_named (device, "device", NS_PERSON))
    {
      const char *own = oree_xml_node_child_text (device, "deviceID", NS_PERSON);

      if (own != NULL && oree_span_equal (oree_span_trim_lws (oree_span_str (own)), oree_span_trim_lws (oree_span_str (id))))
        return device;
    }
  return NULL;
}

/* RFC 4480 3.12: of the first holder that says anything. */
static void
take_idle (OreePidfTuple *tuple, const OreeXmlNode *node, const OreeXmlNode *person)
{
  const OreeXmlNode *holders[] = { node, device_of (oree_xml_node_parent (node), node), person };

  for (guint i = 0; i < G_N_ELEMENTS (holders); i++)
    {
      const OreeXmlNode *input = oree_xml_node_child (holders[i], "user-input", NS_RPID);
      const char *last = input != NULL ? oree_xml_node_attribute (input, "last-input") : NULL;

      if (input == NULL)
        continue;
      tuple->idle = oree_span_equal_str (trimmed_text (input), "idle");
      if (tuple->idle && last != NULL && !oree_time_parse_wall (last, strlen (last), &tuple->idle_since))
        tuple->idle_since = 0;
      return;
    }
}

static int
take_tuple (OreePidf *self, const OreeXmlNode *node, const OreeXmlNode *person, OreeShow otherwise)
{
  const char *id = oree_xml_node_attribute (node, "id");
  const OreeXmlNode *status = oree_xml_node_child (node, "status", NS_PIDF);
  const OreeXmlNode *contact = oree_xml_node_child (node, "contact", NS_PIDF);
  const OreeXmlNode *device = oree_xml_node_child (node, "deviceID", NS_PERSON);
  const OreeXmlNode *stamp = oree_xml_node_child (node, "timestamp", NS_PIDF);
  OreePidfTuple *tuple;
  gint64 wall;

  if (id == NULL || *id == '\0')
    return OREE_PARSE_MISSING;
  for (guint i = 0; i < self->tuples->len; i++)
    if (g_str_equal (((OreePidfTuple *) g_ptr_array_index (self->tuples, i))->id, id))
      return OREE_PARSE_DUPLICATE;
  tuple = oree_pidf_add_tuple (self, id);
  if (tuple == NULL)
    return OREE_PARSE_TOO_MANY;

  tuple->open = tuple_open (node, status);
  tuple->show = tuple->open ? tuple_show (node, status, otherwise) : OREE_SHOW_NONE;
  if (contact != NULL)
    {
      const char *q = oree_xml_node_attribute (contact, "priority");

      tuple->contact = oree_span_dup (trimmed_text (contact));
      if (q != NULL)
        tuple->priority = oree_pidf_priority_from_q (oree_span_str (q));
    }
  if (device != NULL)
    tuple->device_id = oree_span_dup (trimmed_text (device));
  if (stamp != NULL && oree_time_parse_wall (trimmed_text (stamp).data, trimmed_text (stamp).length, &wall))
    tuple->timestamp = oree_time_format_wall (wall);
  if (tuple->open)
    take_idle (tuple, node, person);
  if (!take_notes (tuple, node, NS_PIDF) && !take_notes (tuple, person, NS_PERSON))
    take_notes (tuple, oree_xml_node_parent (node), NS_PIDF);
  return 0;
}

gssize
oree_pidf_parse (OreePidf **pidf, OreeSpan body)
{
  g_autoptr (OreeXmlNode) root = NULL;
  g_autoptr (OreePidf) self = NULL;
  const OreeXmlNode *person, *node;
  const char *entity;
  OreeShow otherwise;
  gssize taken;

  *pidf = NULL;
  if (body.length > OREE_PIDF_BYTES_MAX)
    return OREE_PARSE_TOO_LONG;
  taken = oree_xml_document_parse (body.data, body.length, &oree_xml_caps_document, &root);
  if (taken <= 0)
    return taken < 0 ? taken : OREE_PARSE_BAD_SYNTAX;
  if (!oree_xml_node_is (root, "presence", NS_PIDF))
    return OREE_PARSE_BAD_VALUE;
  entity = oree_xml_node_attribute (root, "entity");
  if (entity == NULL || *entity == '\0')
    return OREE_PARSE_MISSING;

  self = oree_pidf_new (entity);
  person = oree_xml_node_child (root, "person", NS_PERSON);
  otherwise = person_show (root, person);
  for (node = oree_xml_node_child (root, "tuple", NS_PIDF); node != NULL;
       node = oree_xml_node_next_named (node, "tuple", NS_PIDF))
    {
      int error = take_tuple (self, node, person, otherwise);

      if (error < 0)
        return error;
    }
  *pidf = g_steal_pointer (&self);
  return taken;
}

/* --- writing ----------------------------------------------------------------------------------- */

static gboolean
is_xs_id (const char *id)
{
  if (!g_ascii_isalpha (id[0]) && id[0] != '_')
    return FALSE;
  for (const char *at = id; *at; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-_.", *at) == NULL)
      return FALSE;
  return TRUE;
}

static void
write_tuple (OreeXmlBuilder *builder, const OreePidfTuple *tuple)
{
  g_autofree char *id = is_xs_id (tuple->id) ? g_strdup (tuple->id) : oree_pidf_id_from_resource (tuple->id);

  oree_xml_builder_open (builder, "tuple", NULL);
  oree_xml_builder_attribute (builder, "id", id);
  oree_xml_builder_open (builder, "status", NULL);
  oree_xml_builder_element (builder, "basic", NULL, tuple->open ? "open" : "closed");
  if (tuple->show != OREE_SHOW_NONE)
    oree_xml_builder_element (builder, "show", NS_CLIENT, show_names[tuple->show]);
  oree_xml_builder_close (builder);
  if (tuple->device_id != NULL)
    oree_xml_builder_element (builder, "deviceID", NS_PERSON, tuple->device_id);
  if (tuple->idle)
    {
      g_autofree char *since = tuple->idle_since != 0 ? oree_time_format_wall (tuple->idle_since) : NULL;

      oree_xml_builder_open (builder, "user-input", NS_RPID);
      oree_xml_builder_attribute (builder, "last-input", since);
      oree_xml_builder_text (builder, "idle");
      oree_xml_builder_close (builder);
    }
  if (tuple->contact != NULL)
    {
      oree_xml_builder_open (builder, "contact", NULL);
      if (tuple->priority >= 0)
        {
          g_autofree char *q = oree_pidf_priority_to_q (tuple->priority);

          oree_xml_builder_attribute (builder, "priority", q);
        }
      oree_xml_builder_text (builder, tuple->contact);
      oree_xml_builder_close (builder);
    }
  for (guint i = 0; i < tuple->notes->len; i++)
    {
      const OreePidfNote *note = g_ptr_array_index (tuple->notes, i);

      oree_xml_builder_open (builder, "note", NULL);
      if (note->lang != NULL)
        oree_xml_builder_attribute_ns (builder, "lang", OREE_NS_XML, oree_span_str (note->lang));
      oree_xml_builder_text (builder, note->text);
      oree_xml_builder_close (builder);
    }
  if (tuple->timestamp != NULL)
    oree_xml_builder_element (builder, "timestamp", NULL, tuple->timestamp);
  oree_xml_builder_close (builder);
}

/* The person does what the tuple of the highest priority shows. */
static const char *
person_activity (const OreePidf *self)
{
  const OreePidfTuple *best = NULL;

  for (guint i = 0; i < self->tuples->len; i++)
    {
      const OreePidfTuple *tuple = g_ptr_array_index (self->tuples, i);

      if (tuple->open && (best == NULL || tuple->priority > best->priority))
        best = tuple;
    }
  switch (best != NULL ? best->show : OREE_SHOW_NONE)
    {
    case OREE_SHOW_AWAY:
    case OREE_SHOW_XA:
      return "away";
    case OREE_SHOW_DND:
      return "busy";
    case OREE_SHOW_NONE:
    case OREE_SHOW_CHAT:
    case OREE_N_SHOWS:
      break;
    }
  return NULL;
}

GBytes *
oree_pidf_write (const OreePidf *self)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) root = NULL;
  const char *activity = person_activity (self);
  char *text;

  oree_xml_builder_open (builder, "presence", NS_PIDF);
  oree_xml_builder_attribute (builder, "entity", self->entity);
  for (guint i = 0; i < self->tuples->len; i++)
    write_tuple (builder, g_ptr_array_index (self->tuples, i));
  if (activity != NULL)
    {
      oree_xml_builder_open (builder, "person", NS_PERSON);
      oree_xml_builder_attribute (builder, "id", "person");
      oree_xml_builder_open (builder, "activities", NS_RPID);
      oree_xml_builder_element (builder, activity, NULL, NULL);
      oree_xml_builder_close (builder);
      oree_xml_builder_close (builder);
    }
  root = oree_xml_builder_finish (builder);
  text = oree_xml_write_document (root);
  return g_bytes_new_take (text, strlen (text));
}

/* --- priorities and identifiers ---------------------------------------------------------------- */

char *
oree_pidf_priority_to_q (int priority)
{
  guint p = (guint) CLAMP (priority, 0, PRIORITY_MAX);

  if (p == 0 || p == PRIORITY_MAX)
    return g_strdup (p == 0 ? "0" : "1");
  return g_strdup_printf ("0.%03u", p * 1000 / PRIORITY_MAX);
}

/* "0", "0.d{0,3}", "1", "1.0{0,3}" */
int
oree_pidf_priority_from_q (OreeSpan q)
{
  guint thousandths;

  if (q.length == 0 || q.length > 5 || (q.data[0] != '0' && q.data[0] != '1') || (q.length > 1 && q.data[1] != '.'))
    return OREE_PIDF_NO_PRIORITY;
  thousandths = (guint) (q.data[0] - '0') * 1000;
  for (gsize i = 2, weight = 100; i < q.length; i++, weight /= 10)
    {
      if (!g_ascii_isdigit (q.data[i]))
        return OREE_PIDF_NO_PRIORITY;
      thousandths += (guint) (q.data[i] - '0') * (guint) weight;
    }
  return thousandths > 1000 ? OREE_PIDF_NO_PRIORITY : (int) ((thousandths * PRIORITY_MAX + 500) / 1000);
}

char *
oree_pidf_id_from_resource (const char *resource)
{
  GString *out = g_string_new (ID_PREFIX);

  for (const char *at = resource; *at; at++)
    g_string_append_printf (out, "%02x", (guint8) *at);
  return g_string_free (out, FALSE);
}

char *
oree_pidf_resource_from_id (const char *id)
{
  const char *hex = id + strlen (ID_PREFIX);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!g_str_has_prefix (id, ID_PREFIX) || *hex == '\0' || strlen (hex) % 2 != 0)
    return g_strdup (id);
  for (; *hex; hex += 2)
    {
      int high = g_ascii_xdigit_value (hex[0]), low = g_ascii_xdigit_value (hex[1]);

      if (high < 0 || low < 0)
        return g_strdup (id);
      g_string_append_c (out, (char) (high << 4 | low));
    }
  return oree_span_is_utf8 (oree_span (out->str, out->len)) ? g_string_free (g_steal_pointer (&out), FALSE) : g_strdup (id);
}
