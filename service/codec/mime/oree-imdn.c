/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications. */
#include "codec/mime/oree-imdn.h"
#include "base/oree-limits.h"
#include "codec/xml/oree-xml-reader.h"
#include "codec/xml/oree-xml-write.h"

#define NS "urn:ietf:params:xml:ns:imdn"

static const char *const families[] = { "delivery-notification", "display-notification", "processing-notification" };
enum { DELIVERY, DISPLAY, PROCESSING };

static const struct
{
  const char *name;
  guint8 family; /* forbidden and error: of all */
} statuses[] = {
  [OREE_IMDN_DELIVERED] = { "delivered", DELIVERY },   [OREE_IMDN_FAILED] = { "failed", DELIVERY },
  [OREE_IMDN_DISPLAYED] = { "displayed", DISPLAY },    [OREE_IMDN_PROCESSED] = { "processed", PROCESSING },
  [OREE_IMDN_STORED] = { "stored", PROCESSING },       [OREE_IMDN_FORBIDDEN] = { "forbidden", DELIVERY },
  [OREE_IMDN_ERROR] = { "error", DELIVERY },
};
G_STATIC_ASSERT (G_N_ELEMENTS (statuses) == OREE_N_IMDN_STATUSES);

const char *
oree_imdn_status_name (OreeImdnStatus status)
{
  g_return_val_if_fail ((guint) status < OREE_N_IMDN_STATUSES, NULL);
  return statuses[status].name;
}

void
oree_imdn_clear (OreeImdn *self)
{
  g_clear_pointer (&self->message_id, g_free);
  g_clear_pointer (&self->date, g_free);
  g_clear_pointer (&self->recipient, g_free);
}

static gboolean
is_status (OreeImdnStatus status, const char *name, guint family)
{
  return strcmp (statuses[status].name, name) == 0
         && (status == OREE_IMDN_FORBIDDEN || status == OREE_IMDN_ERROR || statuses[status].family == family);
}

/* The status element below <delivery-notification><status>…; FALSE when there is none we know. */
static gboolean
read_status (OreeImdn *self, const OreeXmlNode *notification, guint family)
{
  const OreeXmlNode *child = oree_xml_node_first (oree_xml_node_child (notification, "status", NULL)
                                                      ? oree_xml_node_child (notification, "status", NULL)
                                                      : notification);

  for (; child != NULL; child = oree_xml_node_next (child))
    for (guint i = 0; i < OREE_N_IMDN_STATUSES; i++)
      if (is_status ((OreeImdnStatus) i, oree_xml_node_name (child), family))
        {
          self->status = (OreeImdnStatus) i;
          self->display = family == DISPLAY;
          return TRUE;
        }
  return FALSE;
}

gssize
oree_imdn_parse (OreeImdn *self, OreeSpan body)
{
  g_autoptr (OreeXmlNode) root = NULL;
  g_auto (OreeImdn) read = { NULL };
  gssize taken = oree_xml_document_parse (body.data, body.length, &oree_xml_caps_document, &root);
  const OreeXmlNode *notification = NULL;
  const char *id;
  guint family;

  *self = (OreeImdn){ NULL };
  if (taken < 0)
    return taken;
  if (!oree_xml_node_is (root, "imdn", NS))
    return OREE_PARSE_BAD_VALUE;
  id = oree_xml_node_child_text (root, "message-id", NULL);
  if (id == NULL || *id == '\0')
    return OREE_PARSE_MISSING;
  if (strlen (id) > OREE_MESSAGE_ID_MAX)
    return OREE_PARSE_TOO_LONG;
  for (family = 0; family < G_N_ELEMENTS (families) && notification == NULL; family++)
    notification = oree_xml_node_child (root, families[family], NULL);
  if (notification == NULL)
    return OREE_PARSE_MISSING;
  if (!read_status (&read, notification, family - 1))
    return OREE_PARSE_BAD_VALUE;
  read.message_id = g_strdup (id);
  read.date = g_strdup (oree_xml_node_child_text (root, "datetime", NULL));
  read.recipient = g_strdup (oree_xml_node_child_text (root, "recipient-uri", NULL));
  *self = read;
  read = (OreeImdn){ NULL };
  return taken;
}

char *
oree_imdn_write (const OreeImdn *self)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) root = NULL;

  oree_xml_builder_open (builder, "imdn", NS);
  oree_xml_builder_element (builder, "message-id", NULL, self->message_id);
  oree_xml_builder_element (builder, "datetime", NULL, self->date);
  if (self->recipient != NULL)
    oree_xml_builder_element (builder, "recipient-uri", NULL, self->recipient);
  oree_xml_builder_open (builder, families[self->display ? DISPLAY : statuses[self->status].family], NULL);
  oree_xml_builder_open (builder, "status", NULL);
  oree_xml_builder_element (builder, statuses[self->status].name, NULL, NULL);
  root = oree_xml_builder_finish (builder);
  return oree_xml_write_document (root);
}
