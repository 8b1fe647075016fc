/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of what a presence machine wants done, and the row both machines keep. */
#include "gateway/oree-gw-out.h"
#include "base/oree-enum.h"

#define KEY_AUTHORISATION "authorisation"

static const OreeEnumValue authorisations[] = {
  { OREE_GW_AUTHORISATION_NONE, "none" },
  { OREE_GW_AUTHORISATION_PENDING, "pending" },
  { OREE_GW_AUTHORISATION_GRANTED, "granted" },
  { 0, NULL },
};

void
oree_gw_out_item_clear (OreeGwOutItem *item)
{
  g_clear_pointer (&item->row, g_variant_unref);
  g_clear_pointer (&item->stanza, oree_xml_node_unref);
  g_clear_pointer (&item->body, g_bytes_unref);
}

gboolean
oree_gw_out_take (OreeGwOut *self, OreeGwOutItem *item)
{
  if (self->items == NULL)
    return FALSE;
  if (self->next == self->items->len)
    {
      g_clear_pointer (&self->items, g_array_unref); /* a pair is silent for hours: it keeps nothing for the next word */
      self->next = 0;
      return FALSE;
    }
  *item = g_array_index (self->items, OreeGwOutItem, self->next++);
  return TRUE;
}

void
oree_gw_out_clear (OreeGwOut *self)
{
  OreeGwOutItem item;

  while (oree_gw_out_take (self, &item))
    oree_gw_out_item_clear (&item);
  g_clear_pointer (&self->items, g_array_unref);
  self->next = 0;
}

static void
append (OreeGwOut *self, OreeGwOutItem item)
{
  if (self->items == NULL)
    self->items = g_array_new (FALSE, FALSE, sizeof (OreeGwOutItem));
  g_array_append_val (self->items, item);
}

void
oree_gw_out_save (OreeGwOut *self, GVariant *row)
{
  append (self, (OreeGwOutItem){ .kind = OREE_GW_OUT_SAVE, .row = row ? g_variant_ref_sink (row) : NULL });
}

void
oree_gw_out_stanza (OreeGwOut *self, OreeXmlNode *stanza)
{
  append (self, (OreeGwOutItem){ .kind = OREE_GW_OUT_STANZA, .stanza = stanza });
}

void
oree_gw_out_presence (OreeGwOut *self, OreeStanzaType type, const OreeJid *from, const OreeJid *to)
{
  g_autofree char *from_text = oree_jid_to_bare_string (from);
  g_autofree char *to_text = oree_jid_to_bare_string (to);

  oree_gw_out_stanza (self, oree_stanza_build_presence (type, from_text, to_text, NULL, NULL, NULL, NULL, 0));
}

void
oree_gw_out_subscribe (OreeGwOut *self, gboolean fresh, guint32 expires)
{
  append (self, (OreeGwOutItem){ .kind = OREE_GW_OUT_SUBSCRIBE, .fresh = fresh, .expires = expires });
}

void
oree_gw_out_state (OreeGwOut *self, OreeGwState state, const char *reason, guint32 retry_after)
{
  append (self, (OreeGwOutItem){ .kind = OREE_GW_OUT_STATE, .state = state, .reason = reason, .retry_after = retry_after });
}

void
oree_gw_out_body (OreeGwOut *self, GBytes *body)
{
  append (self, (OreeGwOutItem){ .kind = OREE_GW_OUT_BODY, .body = body });
}

const char *
oree_gw_authorisation_nick (OreeGwAuthorisation authorisation)
{
  return oree_enum_to_nick (authorisations, (int) authorisation);
}

void
oree_gw_out_authorisation (OreeGwOut *self, OreeGwAuthorisation authorisation)
{
  GVariantDict dict;

  if (authorisation == OREE_GW_AUTHORISATION_NONE)
    {
      oree_gw_out_save (self, NULL);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_AUTHORISATION, "s", oree_gw_authorisation_nick (authorisation));
  oree_gw_out_save (self, g_variant_dict_end (&dict));
}

gboolean
oree_gw_authorisation_from_row (GVariant *row, OreeGwAuthorisation *authorisation)
{
  const char *nick;
  int value;

  if (row == NULL || !g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (row, KEY_AUTHORISATION, "&s", &nick)
      || !oree_enum_from_nick (authorisations, oree_span_str (nick), &value) || value == OREE_GW_AUTHORISATION_NONE)
    return FALSE;
  *authorisation = (OreeGwAuthorisation) value;
  return TRUE;
}
