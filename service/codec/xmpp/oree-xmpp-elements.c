/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The elements of STARTTLS, SASL EXTERNAL, dialback and stream management. */
#include "codec/xml/oree-xml-write.h"
#include "codec/xmpp/oree-xmpp-stream.h"

void
oree_stream_starttls_write (GString *out)
{
  g_string_append (out, "<starttls xmlns='" OREE_NS_TLS "'/>");
}

void
oree_stream_proceed_write (GString *out)
{
  g_string_append (out, "<proceed xmlns='" OREE_NS_TLS "'/>");
}

void
oree_stream_tls_failure_write (GString *out)
{
  g_string_append (out, "<failure xmlns='" OREE_NS_TLS "'/>");
}

/* ---- SASL ---- */

static const char *const sasl_conditions[] = {
  [OREE_SASL_ABORTED] = "aborted",
  [OREE_SASL_INCORRECT_ENCODING] = "incorrect-encoding",
  [OREE_SASL_INVALID_AUTHZID] = "invalid-authzid",
  [OREE_SASL_INVALID_MECHANISM] = "invalid-mechanism",
  [OREE_SASL_MALFORMED_REQUEST] = "malformed-request",
  [OREE_SASL_NOT_AUTHORIZED] = "not-authorized",
  [OREE_SASL_TEMPORARY_AUTH_FAILURE] = "temporary-auth-failure",
  [OREE_SASL_ENCRYPTION_REQUIRED] = "encryption-required",
  [OREE_SASL_UNDEFINED] = "not-authorized",
};
G_STATIC_ASSERT (G_N_ELEMENTS (sasl_conditions) == OREE_N_SASL_CONDITIONS);

static void
append_base64 (GString *out, const char *text)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) text, strlen (text));

  g_string_append (out, encoded);
}

void
oree_sasl_auth_write (GString *out, const char *authzid)
{
  g_string_append (out, "<auth xmlns='" OREE_NS_SASL "' mechanism='EXTERNAL'>");
  if (authzid == NULL || *authzid == '\0')
    g_string_append_c (out, '=');
  else
    append_base64 (out, authzid);
  g_string_append (out, "</auth>");
}

void
oree_sasl_response_write (GString *out, const char *authzid)
{
  /* "=" is only for <auth/> and <success/> (RFC 6120 6.4.2). */
  g_string_append (out, "<response xmlns='" OREE_NS_SASL "'>");
  if (authzid != NULL)
    append_base64 (out, authzid);
  g_string_append (out, "</response>");
}

void
oree_sasl_challenge_write (GString *out)
{
  g_string_append (out, "<challenge xmlns='" OREE_NS_SASL "'/>");
}

void
oree_sasl_success_write (GString *out)
{
  g_string_append (out, "<success xmlns='" OREE_NS_SASL "'/>");
}

void
oree_sasl_failure_write (GString *out, OreeSaslCondition condition)
{
  g_string_append_printf (out, "<failure xmlns='" OREE_NS_SASL "'><%s/></failure>", sasl_conditions[condition]);
}

OreeSaslCondition
oree_sasl_failure_read (const OreeXmlNode *node)
{
  for (const OreeXmlNode *child = oree_xml_node_first (node); child != NULL; child = oree_xml_node_next (child))
    {
      for (guint i = 0; i < OREE_SASL_UNDEFINED; i++)
        {
          if (oree_xml_node_is (child, sasl_conditions[i], OREE_NS_SASL))
            return i;
        }
    }
  return OREE_SASL_UNDEFINED;
}

static int
base64_value (char c)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c != '\0' ? strchr (alphabet, c) : NULL;

  return at != NULL ? (int) (at - alphabet) : -1;
}

/* RFC 6120 6.3.5, RFC 4648 3: only the alphabet, whole quanta, zero padding bits. */
static gboolean
is_strict_base64 (const char *text, gsize length)
{
  gsize body = length;

  if (length == 0 || length % 4 != 0)
    return FALSE;
  while (body > length - 2 && text[body - 1] == '=')
    body--;
  for (gsize i = 0; i < body; i++)
    {
      if (base64_value (text[i]) < 0)
        return FALSE;
    }
  if (body == length - 2)
    return (base64_value (text[body - 1]) & 0x0f) == 0;
  return body == length || (base64_value (text[body - 1]) & 0x03) == 0;
}

char *
oree_sasl_authzid_read (const OreeXmlNode *node, gboolean *absent)
{
  const char *text = oree_xml_node_text (node);
  gsize length = strlen (text), n;
  g_autofree guchar *decoded = NULL;
  OreeSpan span;

  *absent = length == 0;
  if (length == 0 || strcmp (text, "=") == 0)
    return g_strdup ("");
  if (!is_strict_base64 (text, length))
    return NULL;
  decoded = g_base64_decode (text, &n);
  span = oree_span (decoded, n);
  if (!oree_span_is_utf8 (span) || !oree_xml_is_clean (span))
    return NULL;
  return oree_span_dup (span);
}

/* ---- dialback ---- */

static OreeDialbackType
read_dialback_type (const char *type)
{
  if (type == NULL)
    return OREE_DIALBACK_KEY;
  if (strcmp (type, "valid") == 0)
    return OREE_DIALBACK_VALID;
  if (strcmp (type, "invalid") == 0)
    return OREE_DIALBACK_INVALID;
  return strcmp (type, "error") == 0 ? OREE_DIALBACK_ERROR : OREE_DIALBACK_UNKNOWN;
}

/* The <error/> of a dialback element is in no fixed namespace in the field: any child of that name counts. */
static OreeStanzaErr
read_dialback_error (const OreeXmlNode *node)
{
  OreeStanzaErr err = OREE_STANZA_ERR_UNDEFINED_CONDITION;
  const OreeXmlNode *error = oree_xml_node_first (node);

  while (error != NULL && strcmp (oree_xml_node_name (error), "error") != 0)
    error = oree_xml_node_next (error);
  for (const OreeXmlNode *c = error ? oree_xml_node_first (error) : NULL; c != NULL; c = oree_xml_node_next (c))
    {
      if (strcmp (oree_xml_node_ns (c), OREE_NS_STANZA_ERROR) == 0
          && oree_stanza_err_from_condition (oree_xml_node_name (c), &err))
        break;
    }
  return err;
}

gboolean
oree_dialback_element_read (OreeDialbackElement *self, const OreeXmlNode *node)
{
  gboolean verify = oree_xml_node_is (node, "verify", OREE_NS_DIALBACK);

  if (!verify && !oree_xml_node_is (node, "result", OREE_NS_DIALBACK))
    return FALSE;
  *self = (OreeDialbackElement){
    .verify = verify,
    .type = read_dialback_type (oree_xml_node_attribute (node, "type")),
    .from = oree_xml_node_attribute (node, "from"),
    .to = oree_xml_node_attribute (node, "to"),
    .id = oree_xml_node_attribute (node, "id"),
    .key = oree_xml_node_text (node),
    .error = OREE_STANZA_ERR_UNDEFINED_CONDITION,
  };
  if (self->type == OREE_DIALBACK_ERROR)
    self->error = read_dialback_error (node);
  return TRUE;
}

static const char *
dialback_type_name (OreeDialbackType type)
{
  switch (type)
    {
    case OREE_DIALBACK_VALID:
      return "valid";
    case OREE_DIALBACK_INVALID:
      return "invalid";
    case OREE_DIALBACK_ERROR:
      return "error";
    case OREE_DIALBACK_KEY:
    case OREE_DIALBACK_UNKNOWN:
      return NULL;
    }
  return NULL;
}

void
oree_dialback_element_write (GString *out, const OreeDialbackElement *self)
{
  const char *name = self->verify ? "db:verify" : "db:result";

  g_string_append_printf (out, "<%s", name);
  oree_xml_write_attribute (out, "from", self->from);
  oree_xml_write_attribute (out, "to", self->to);
  if (self->verify)
    oree_xml_write_attribute (out, "id", self->id);
  oree_xml_write_attribute (out, "type", dialback_type_name (self->type));
  if (self->type == OREE_DIALBACK_KEY && self->key != NULL)
    {
      g_string_append_c (out, '>');
      oree_xml_escape_str (out, self->key);
      g_string_append_printf (out, "</%s>", name);
    }
  else if (self->type == OREE_DIALBACK_ERROR)
    g_string_append_printf (out, "><error type='%s'><%s xmlns='" OREE_NS_STANZA_ERROR "'/></error></%s>",
                            oree_err_type_name (oree_stanza_err_type (self->error)),
                            oree_stanza_err_condition (self->error), name);
  else
    g_string_append (out, "/>");
}

/* ---- stream management ---- */

void
oree_sm_enable_write (GString *out)
{
  g_string_append (out, "<enable xmlns='" OREE_NS_SM "'/>");
}

void
oree_sm_enabled_write (GString *out)
{
  g_string_append (out, "<enabled xmlns='" OREE_NS_SM "'/>");
}

void
oree_sm_failed_write (GString *out, OreeStanzaErr err)
{
  g_string_append_printf (out, "<failed xmlns='" OREE_NS_SM "'><%s xmlns='" OREE_NS_STANZA_ERROR "'/></failed>",
                          oree_stanza_err_condition (err));
}

void
oree_sm_request_write (GString *out)
{
  g_string_append (out, "<r xmlns='" OREE_NS_SM "'/>");
}

void
oree_sm_ack_write (GString *out, guint32 h)
{
  g_string_append_printf (out, "<a xmlns='" OREE_NS_SM "' h='%u'/>", h);
}

gboolean
oree_sm_ack_read (const OreeXmlNode *node, guint32 *h)
{
  const char *text = oree_xml_node_attribute (node, "h");
  guint64 value;

  if (text == NULL || !oree_span_to_uint (oree_span_str (text), G_MAXUINT32, &value))
    return FALSE;
  *h = (guint32) value;
  return TRUE;
}
