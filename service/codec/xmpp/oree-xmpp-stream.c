/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stream header, features, stream errors (RFC 6120 4). */
#include "codec/xmpp/oree-xmpp-stream.h"
#include "codec/xml/oree-xml-write.h"

/* "1.0" as two integers (RFC 6120 4.7.5); leading zeros are ignored. */
static gboolean
read_version (const char *text, guint *major, guint *minor)
{
  OreeSpan head, tail;
  guint64 a, b;

  if (!oree_span_cut (oree_span_str (text), '.', &head, &tail) || !oree_span_to_uint (head, 999, &a)
      || !oree_span_to_uint (tail, 999, &b))
    return FALSE;
  *major = (guint) a;
  *minor = (guint) b;
  return TRUE;
}

OreeStreamErr
oree_stream_header_read (OreeStreamHeader *self, const OreeXmlNode *node)
{
  const char *version = oree_xml_node_attribute (node, "version");
  const char *content = oree_xml_node_attribute_ns (node, "xmlns", OREE_NS_XMLNS);
  const char *db = oree_xml_node_attribute_ns (node, "db", OREE_NS_XMLNS);

  *self = (OreeStreamHeader){
    .from = oree_xml_node_attribute (node, "from"),
    .to = oree_xml_node_attribute (node, "to"),
    .id = oree_xml_node_attribute (node, "id"),
    .lang = oree_xml_node_attribute_ns (node, "lang", OREE_NS_XML),
    .dialback = db != NULL && strcmp (db, OREE_NS_DIALBACK) == 0,
  };
  if (strcmp (oree_xml_node_ns (node), OREE_NS_STREAM) != 0)
    return OREE_STREAM_ERR_INVALID_NAMESPACE;
  if (strcmp (oree_xml_node_name (node), "stream") != 0)
    return OREE_STREAM_ERR_BAD_FORMAT;
  if (content == NULL || strcmp (content, OREE_NS_SERVER) != 0)
    return OREE_STREAM_ERR_INVALID_NAMESPACE;
  if (version != NULL && !read_version (version, &self->major, &self->minor))
    return OREE_STREAM_ERR_UNSUPPORTED_VERSION;
  return OREE_STREAM_ERR_NONE;
}

void
oree_stream_header_write (GString *out, const OreeStreamHeader *self)
{
  g_string_append (out, "<?xml version='1.0'?><stream:stream xmlns='" OREE_NS_SERVER "' xmlns:stream='" OREE_NS_STREAM
                        "' xmlns:db='" OREE_NS_DIALBACK "'");
  oree_xml_write_attribute (out, "from", self->from);
  oree_xml_write_attribute (out, "to", self->to);
  oree_xml_write_attribute (out, "id", self->id);
  if (self->major > 0)
    g_string_append_printf (out, " version='%u.%u'", self->major, self->minor);
  oree_xml_write_attribute (out, "xml:lang", self->lang);
  g_string_append_c (out, '>');
}

void
oree_stream_end_write (GString *out)
{
  g_string_append (out, "</stream:stream>");
}

gboolean
oree_stream_is_features (const OreeXmlNode *node)
{
  return oree_xml_node_is (node, "features", OREE_NS_STREAM);
}

static void
read_mechanisms (OreeStreamFeatures *self, const OreeXmlNode *node)
{
  const OreeXmlNode *m = oree_xml_node_child (node, "mechanism", NULL);

  for (; m != NULL; m = oree_xml_node_next_named (m, "mechanism", NULL))
    {
      self->mechanisms = TRUE;
      self->external |= strcmp (oree_xml_node_text (m), "EXTERNAL") == 0;
    }
}

/* A number that is none, or 0, says nothing. */
static guint
read_limit (const OreeXmlNode *limits, const char *name)
{
  const char *text = oree_xml_node_child_text (limits, name, NULL);
  guint64 value;

  if (text == NULL || !oree_span_to_uint (oree_span_trim_lws (oree_span_str (text)), G_MAXUINT32, &value))
    return 0;
  return (guint) value;
}

void
oree_stream_limits_read (OreeStreamLimits *self, const OreeXmlNode *node)
{
  const OreeXmlNode *limits = oree_xml_node_child (node, "limits", OREE_NS_LIMITS);

  *self = (OreeStreamLimits){ 0 };
  if (limits == NULL)
    return;
  self->max_bytes = read_limit (limits, "max-bytes");
  self->idle_seconds = read_limit (limits, "idle-seconds");
}

static void
write_limits (GString *out, const OreeStreamLimits *limits)
{
  if (limits->max_bytes == 0 && limits->idle_seconds == 0)
    return;
  g_string_append (out, "<limits xmlns='" OREE_NS_LIMITS "'>");
  if (limits->max_bytes > 0)
    g_string_append_printf (out, "<max-bytes>%zu</max-bytes>", limits->max_bytes);
  if (limits->idle_seconds > 0)
    g_string_append_printf (out, "<idle-seconds>%u</idle-seconds>", limits->idle_seconds);
  g_string_append (out, "</limits>");
}

void
oree_stream_bidi_write (GString *out, const OreeStreamLimits *limits)
{
  g_string_append (out, "<bidi xmlns='" OREE_NS_BIDI "'>");
  write_limits (out, limits);
  g_string_append (out, "</bidi>");
}

gboolean
oree_stream_is_bidi (const OreeXmlNode *node)
{
  return oree_xml_node_is (node, "bidi", OREE_NS_BIDI);
}

void
oree_stream_features_read (OreeStreamFeatures *self, const OreeXmlNode *node)
{
  *self = (OreeStreamFeatures){ 0 };
  for (const OreeXmlNode *f = oree_xml_node_first (node); f != NULL; f = oree_xml_node_next (f))
    {
      if (oree_xml_node_is (f, "starttls", OREE_NS_TLS))
        {
          self->starttls = TRUE;
          self->starttls_required = oree_xml_node_child (f, "required", NULL) != NULL;
        }
      else if (oree_xml_node_is (f, "mechanisms", OREE_NS_SASL))
        read_mechanisms (self, f);
      else if (oree_xml_node_is (f, "dialback", OREE_NS_DIALBACK_FEATURE))
        {
          self->dialback = TRUE;
          self->dialback_errors = oree_xml_node_child (f, "errors", NULL) != NULL;
        }
      else if (oree_xml_node_is (f, "sm", OREE_NS_SM))
        self->sm = TRUE;
      else if (oree_xml_node_is (f, "bidi", OREE_NS_BIDI_FEATURE))
        self->bidi = TRUE;
    }
  oree_stream_limits_read (&self->limits, node);
}

void
oree_stream_features_write (GString *out, const OreeStreamFeatures *self)
{
  g_string_append (out, "<stream:features>");
  if (self->starttls)
    g_string_append (out, self->starttls_required
                            ? "<starttls xmlns='" OREE_NS_TLS "'><required/></starttls>"
                            : "<starttls xmlns='" OREE_NS_TLS "'/>");
  if (self->external)
    g_string_append (out, "<mechanisms xmlns='" OREE_NS_SASL "'><mechanism>EXTERNAL</mechanism></mechanisms>");
  if (self->dialback)
    g_string_append (out, self->dialback_errors
                            ? "<dialback xmlns='" OREE_NS_DIALBACK_FEATURE "'><errors/></dialback>"
                            : "<dialback xmlns='" OREE_NS_DIALBACK_FEATURE "'/>");
  if (self->sm)
    g_string_append (out, "<sm xmlns='" OREE_NS_SM "'/>");
  if (self->bidi)
    g_string_append (out, "<bidi xmlns='" OREE_NS_BIDI_FEATURE "'/>");
  write_limits (out, &self->limits);
  g_string_append (out, "</stream:features>");
}

gboolean
oree_stream_is_error (const OreeXmlNode *node)
{
  return oree_xml_node_is (node, "error", OREE_NS_STREAM);
}

OreeStreamErr
oree_stream_error_read (const OreeXmlNode *node, const char **text)
{
  OreeStreamErr err = OREE_STREAM_ERR_UNDEFINED_CONDITION;
  gboolean found = FALSE;

  if (text != NULL)
    *text = NULL;
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    {
      const char *name = oree_xml_node_name (child);

      if (strcmp (oree_xml_node_ns (child), OREE_NS_STREAM_ERROR) != 0)
        continue;
      if (strcmp (name, "text") == 0)
        {
          if (text != NULL && *text == NULL)
            *text = oree_xml_node_text (child);
        }
      else if (!found)
        {
          found = TRUE;
          oree_stream_err_from_condition (name, &err);
          if (err == OREE_STREAM_ERR_SEE_OTHER_HOST && text != NULL)
            *text = oree_xml_node_text (child);
        }
    }
  return err;
}

void
oree_stream_error_write (GString *out, OreeStreamErr err, const char *text)
{
  g_return_if_fail (err != OREE_STREAM_ERR_NONE);
  g_string_append_printf (out, "<stream:error><%s xmlns='" OREE_NS_STREAM_ERROR "'/>",
                          oree_stream_err_condition (err));
  if (text != NULL)
    {
      g_string_append (out, "<text xmlns='" OREE_NS_STREAM_ERROR "' xml:lang='en'>");
      oree_xml_escape_str (out, text);
      g_string_append (out, "</text>");
    }
  g_string_append (out, "</stream:error>");
}

void
oree_stream_error_write_handled_too_high (GString *out, guint32 h, guint32 sent)
{
  g_string_append_printf (out,
                          "<stream:error><undefined-condition xmlns='" OREE_NS_STREAM_ERROR "'/>"
                          "<handled-count-too-high xmlns='" OREE_NS_SM "' h='%u' send-count='%u'/></stream:error>",
                          h, sent);
}
