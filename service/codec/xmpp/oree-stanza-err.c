/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Condition tables. */
#include "codec/xmpp/oree-stanza-err.h"
#include "codec/oree-parse.h"
#include "codec/xmpp/oree-xmpp-ns.h"

typedef struct
{
  const char *condition;
  OreeErrType type;
  guint16 legacy;
} Condition;

static const Condition conditions[] = {
  [OREE_STANZA_ERR_BAD_REQUEST] = { "bad-request", OREE_ERR_TYPE_MODIFY, 400 },
  [OREE_STANZA_ERR_CONFLICT] = { "conflict", OREE_ERR_TYPE_CANCEL, 409 },
  [OREE_STANZA_ERR_FEATURE_NOT_IMPLEMENTED] = { "feature-not-implemented", OREE_ERR_TYPE_CANCEL, 501 },
  [OREE_STANZA_ERR_FORBIDDEN] = { "forbidden", OREE_ERR_TYPE_AUTH, 403 },
  [OREE_STANZA_ERR_GONE] = { "gone", OREE_ERR_TYPE_CANCEL, 302 },
  [OREE_STANZA_ERR_INTERNAL_SERVER_ERROR] = { "internal-server-error", OREE_ERR_TYPE_CANCEL, 500 },
  [OREE_STANZA_ERR_ITEM_NOT_FOUND] = { "item-not-found", OREE_ERR_TYPE_CANCEL, 404 },
  [OREE_STANZA_ERR_JID_MALFORMED] = { "jid-malformed", OREE_ERR_TYPE_MODIFY, 400 },
  [OREE_STANZA_ERR_NOT_ACCEPTABLE] = { "not-acceptable", OREE_ERR_TYPE_MODIFY, 406 },
  [OREE_STANZA_ERR_NOT_ALLOWED] = { "not-allowed", OREE_ERR_TYPE_CANCEL, 405 },
  [OREE_STANZA_ERR_NOT_AUTHORIZED] = { "not-authorized", OREE_ERR_TYPE_AUTH, 401 },
  [OREE_STANZA_ERR_PAYMENT_REQUIRED] = { "payment-required", OREE_ERR_TYPE_AUTH, 402 },
  [OREE_STANZA_ERR_POLICY_VIOLATION] = { "policy-violation", OREE_ERR_TYPE_MODIFY, 406 },
  [OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE] = { "recipient-unavailable", OREE_ERR_TYPE_WAIT, 404 },
  [OREE_STANZA_ERR_REDIRECT] = { "redirect", OREE_ERR_TYPE_MODIFY, 302 },
  [OREE_STANZA_ERR_REGISTRATION_REQUIRED] = { "registration-required", OREE_ERR_TYPE_AUTH, 407 },
  [OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND] = { "remote-server-not-found", OREE_ERR_TYPE_CANCEL, 404 },
  [OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT] = { "remote-server-timeout", OREE_ERR_TYPE_WAIT, 504 },
  [OREE_STANZA_ERR_RESOURCE_CONSTRAINT] = { "resource-constraint", OREE_ERR_TYPE_WAIT, 500 },
  [OREE_STANZA_ERR_SERVICE_UNAVAILABLE] = { "service-unavailable", OREE_ERR_TYPE_CANCEL, 503 },
  [OREE_STANZA_ERR_SUBSCRIPTION_REQUIRED] = { "subscription-required", OREE_ERR_TYPE_AUTH, 407 },
  [OREE_STANZA_ERR_UNDEFINED_CONDITION] = { "undefined-condition", OREE_ERR_TYPE_CANCEL, 500 },
  [OREE_STANZA_ERR_UNEXPECTED_REQUEST] = { "unexpected-request", OREE_ERR_TYPE_WAIT, 400 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (conditions) == OREE_N_STANZA_ERRS);

static const char *const type_names[] = {
  [OREE_ERR_TYPE_AUTH] = "auth",     [OREE_ERR_TYPE_CANCEL] = "cancel", [OREE_ERR_TYPE_CONTINUE] = "continue",
  [OREE_ERR_TYPE_MODIFY] = "modify", [OREE_ERR_TYPE_WAIT] = "wait",
};
G_STATIC_ASSERT (G_N_ELEMENTS (type_names) == OREE_N_ERR_TYPES);

static const char *const stream_conditions[] = {
  [OREE_STREAM_ERR_NONE] = NULL,
  [OREE_STREAM_ERR_BAD_FORMAT] = "bad-format",
  [OREE_STREAM_ERR_BAD_NAMESPACE_PREFIX] = "bad-namespace-prefix",
  [OREE_STREAM_ERR_CONFLICT] = "conflict",
  [OREE_STREAM_ERR_CONNECTION_TIMEOUT] = "connection-timeout",
  [OREE_STREAM_ERR_HOST_GONE] = "host-gone",
  [OREE_STREAM_ERR_HOST_UNKNOWN] = "host-unknown",
  [OREE_STREAM_ERR_IMPROPER_ADDRESSING] = "improper-addressing",
  [OREE_STREAM_ERR_INTERNAL_SERVER_ERROR] = "internal-server-error",
  [OREE_STREAM_ERR_INVALID_FROM] = "invalid-from",
  [OREE_STREAM_ERR_INVALID_ID] = "invalid-id",
  [OREE_STREAM_ERR_INVALID_NAMESPACE] = "invalid-namespace",
  [OREE_STREAM_ERR_INVALID_XML] = "invalid-xml",
  [OREE_STREAM_ERR_NOT_AUTHORIZED] = "not-authorized",
  [OREE_STREAM_ERR_NOT_WELL_FORMED] = "not-well-formed",
  [OREE_STREAM_ERR_POLICY_VIOLATION] = "policy-violation",
  [OREE_STREAM_ERR_REMOTE_CONNECTION_FAILED] = "remote-connection-failed",
  [OREE_STREAM_ERR_RESET] = "reset",
  [OREE_STREAM_ERR_RESOURCE_CONSTRAINT] = "resource-constraint",
  [OREE_STREAM_ERR_RESTRICTED_XML] = "restricted-xml",
  [OREE_STREAM_ERR_SEE_OTHER_HOST] = "see-other-host",
  [OREE_STREAM_ERR_SYSTEM_SHUTDOWN] = "system-shutdown",
  [OREE_STREAM_ERR_UNDEFINED_CONDITION] = "undefined-condition",
  [OREE_STREAM_ERR_UNSUPPORTED_ENCODING] = "unsupported-encoding",
  [OREE_STREAM_ERR_UNSUPPORTED_FEATURE] = "unsupported-feature",
  [OREE_STREAM_ERR_UNSUPPORTED_STANZA_TYPE] = "unsupported-stanza-type",
  [OREE_STREAM_ERR_UNSUPPORTED_VERSION] = "unsupported-version",
};
G_STATIC_ASSERT (G_N_ELEMENTS (stream_conditions) == OREE_N_STREAM_ERRS);

const char *
oree_stanza_err_condition (OreeStanzaErr err)
{
  return conditions[err].condition;
}

gboolean
oree_stanza_err_from_condition (const char *condition, OreeStanzaErr *err)
{
  for (guint i = 0; i < OREE_N_STANZA_ERRS; i++)
    {
      if (strcmp (conditions[i].condition, condition) == 0)
        {
          *err = i;
          return TRUE;
        }
    }
  *err = OREE_STANZA_ERR_UNDEFINED_CONDITION;
  return FALSE;
}

OreeErrType
oree_stanza_err_type (OreeStanzaErr err)
{
  return conditions[err].type;
}

guint
oree_stanza_err_legacy_code (OreeStanzaErr err)
{
  return conditions[err].legacy;
}

const char *
oree_err_type_name (OreeErrType type)
{
  return type_names[type];
}

static OreeErrType
read_type (const char *name, OreeErrType otherwise)
{
  for (guint i = 0; name != NULL && i < OREE_N_ERR_TYPES; i++)
    {
      if (strcmp (type_names[i], name) == 0)
        return i;
    }
  return otherwise;
}

gboolean
oree_stanza_err_read (const OreeXmlNode *stanza, OreeStanzaErrView *out)
{
  const OreeXmlNode *error = oree_xml_node_child (stanza, "error", NULL);
  const OreeXmlNode *child;
  gboolean found = FALSE;

  *out = (OreeStanzaErrView){ OREE_STANZA_ERR_UNDEFINED_CONDITION, OREE_ERR_TYPE_CANCEL, NULL, NULL, NULL };
  if (error == NULL)
    return FALSE;
  for (child = oree_xml_node_first (error); child != NULL; child = oree_xml_node_next (child))
    {
      if (strcmp (oree_xml_node_ns (child), OREE_NS_STANZA_ERROR) != 0)
        continue;
      if (strcmp (oree_xml_node_name (child), "text") == 0)
        out->text = oree_xml_node_text (child);
      else if (!found)
        {
          oree_stanza_err_from_condition (oree_xml_node_name (child), &out->condition);
          if ((out->condition == OREE_STANZA_ERR_GONE || out->condition == OREE_STANZA_ERR_REDIRECT)
              && *oree_xml_node_text (child) != '\0')
            out->address = oree_xml_node_text (child);
          found = TRUE;
        }
    }
  out->by = oree_xml_node_attribute (error, "by");
  out->type = read_type (oree_xml_node_attribute (error, "type"), oree_stanza_err_type (out->condition));
  return found;
}

static void
build (OreeXmlBuilder *builder, OreeStanzaErr err, const char *address, const char *text, const char *lang, const char *by)
{
  oree_xml_builder_open (builder, "error", NULL);
  oree_xml_builder_attribute (builder, "type", type_names[conditions[err].type]);
  oree_xml_builder_attribute (builder, "by", by);
  oree_xml_builder_element (builder, conditions[err].condition, OREE_NS_STANZA_ERROR, address);
  if (text != NULL)
    {
      oree_xml_builder_open (builder, "text", OREE_NS_STANZA_ERROR);
      if (lang != NULL)
        oree_xml_builder_attribute_ns (builder, "lang", OREE_NS_XML, oree_span_str (lang));
      oree_xml_builder_text (builder, text);
      oree_xml_builder_close (builder);
    }
  oree_xml_builder_close (builder);
}

void
oree_stanza_err_build (OreeXmlBuilder *builder, OreeStanzaErr err, const char *text, const char *by)
{
  build (builder, err, NULL, text, NULL, by);
}

void
oree_stanza_err_build_in (OreeXmlBuilder *builder, OreeStanzaErr err, const char *address, const char *text, const char *lang)
{
  build (builder, err, address, text, lang, NULL);
}

const char *
oree_stream_err_condition (OreeStreamErr err)
{
  return stream_conditions[err];
}

gboolean
oree_stream_err_from_condition (const char *condition, OreeStreamErr *err)
{
  if (strcmp (condition, "xml-not-well-formed") == 0)
    condition = "not-well-formed";
  for (guint i = 1; i < OREE_N_STREAM_ERRS; i++)
    {
      if (strcmp (stream_conditions[i], condition) == 0)
        {
          *err = i;
          return TRUE;
        }
    }
  *err = OREE_STREAM_ERR_UNDEFINED_CONDITION;
  return FALSE;
}

OreeStreamErr
oree_stream_err_from_parse (gssize parse_error)
{
  switch ((OreeParseError) parse_error)
    {
    case OREE_PARSE_BAD_SYNTAX:
    case OREE_PARSE_BAD_VALUE:
    case OREE_PARSE_DUPLICATE:
    case OREE_PARSE_MISSING:
    case OREE_PARSE_BAD_LENGTH:
      return OREE_STREAM_ERR_NOT_WELL_FORMED;
    case OREE_PARSE_BAD_ENCODING:
    case OREE_PARSE_BAD_VERSION:
      return OREE_STREAM_ERR_UNSUPPORTED_ENCODING;
    case OREE_PARSE_TOO_LONG:
    case OREE_PARSE_TOO_MANY:
    case OREE_PARSE_TOO_DEEP:
      return OREE_STREAM_ERR_POLICY_VIOLATION;
    case OREE_PARSE_RESTRICTED:
      return OREE_STREAM_ERR_RESTRICTED_XML;
    case OREE_PARSE_UNSUPPORTED:
      return OREE_STREAM_ERR_INTERNAL_SERVER_ERROR;
    }
  return OREE_STREAM_ERR_BAD_FORMAT;
}
