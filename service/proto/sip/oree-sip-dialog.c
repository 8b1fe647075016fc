/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One dialog we terminate. */
#include "proto/sip/oree-sip-dialog.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "ident/oree-sip-uri.h"

OreeSipDialog *
oree_sip_dialog_new (const char *call_id, const char *local_uri, const char *local_tag, const char *remote_uri,
                     const char *remote_tag)
{
  OreeSipDialog *self = g_new0 (OreeSipDialog, 1);

  self->call_id = g_strdup (call_id);
  self->local_uri = g_strdup (local_uri);
  self->local_tag = g_strdup (local_tag);
  self->remote_uri = g_strdup (remote_uri);
  self->remote_tag = g_strdup (remote_tag);
  self->routes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
oree_sip_dialog_free (OreeSipDialog *self)
{
  if (self == NULL)
    return;
  g_free (self->call_id);
  g_free (self->local_uri);
  g_free (self->local_tag);
  g_free (self->remote_uri);
  g_free (self->remote_tag);
  g_free (self->local_contact);
  g_free (self->remote_target);
  g_ptr_array_unref (self->routes);
  g_free (self);
}

/* Text of the wire that is kept: valid UTF-8 without NUL, or nothing. */
static char *
dup_text (OreeSpan span)
{
  return oree_span_is_utf8 (span) ? oree_span_dup (span) : NULL;
}

/* The route set from Record-Route: in order for the side that was asked, reversed for the one that asks
 * (RFC 3261 12.1). FALSE when a value is malformed or there are too many. */
static gboolean
take_routes (OreeSipDialog *self, const OreeSipMsg *msg, gboolean reversed)
{
  OreeSipValues values;
  OreeSpan value;
  OreeSipAddr addr;
  g_autoptr (GPtrArray) routes = g_ptr_array_new_with_free_func (g_free);

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_RECORD_ROUTE);
  while (oree_sip_values_next (&values, &value))
    {
      if (routes->len == OREE_SIP_ROUTE_MAX || oree_sip_addr_parse (&addr, value) < 0 || addr.star
          || !oree_span_is_utf8 (addr.uri))
        return FALSE;
      g_ptr_array_insert (routes, reversed ? 0 : -1, oree_span_dup (addr.uri));
    }
  g_ptr_array_unref (self->routes);
  self->routes = g_steal_pointer (&routes);
  return TRUE;
}

/* The remote target from Contact: exactly one sip or sips URI (RFC 3261 8.1.1.8). */
static gboolean
take_target (OreeSipDialog *self, const OreeSipMsg *msg)
{
  OreeSipAddr addr;
  OreeSipUri uri;

  if (oree_sip_addr_from_msg (&addr, msg, OREE_SIP_HDR_CONTACT) < 0 || addr.star
      || !oree_sip_uri_parse (&uri, addr.uri)
      || (uri.scheme != OREE_SIP_SCHEME_SIP && uri.scheme != OREE_SIP_SCHEME_SIPS))
    return FALSE;
  g_free (self->remote_target);
  self->remote_target = oree_span_dup (addr.uri);
  return TRUE;
}

/* RFC 3261 12.2, RFC 6665: requests that may move the other end. */
static gboolean
is_target_refresh (OreeSipMethod method)
{
  return method == OREE_SIP_METHOD_INVITE || method == OREE_SIP_METHOD_UPDATE || method == OREE_SIP_METHOD_SUBSCRIBE
         || method == OREE_SIP_METHOD_NOTIFY || method == OREE_SIP_METHOD_REFER;
}

OreeSipDialog *
oree_sip_dialog_new_uas (const OreeSipMsg *request, const char *local_tag, const char *local_contact)
{
  OreeSipAddr from;
  OreeSipAddr to;
  g_autoptr (OreeSipDialog) self = NULL;

  g_return_val_if_fail (request->is_request, NULL);
  if (oree_sip_addr_from_msg (&from, request, OREE_SIP_HDR_FROM) < 0
      || oree_sip_addr_from_msg (&to, request, OREE_SIP_HDR_TO) < 0)
    return NULL;
  self = oree_sip_dialog_new (NULL, NULL, local_tag, NULL, NULL);
  self->call_id = dup_text (oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  self->local_uri = dup_text (to.uri);
  self->remote_uri = dup_text (from.uri);
  self->remote_tag = oree_span_dup (from.tag); /* a token, so ASCII */
  self->local_contact = g_strdup (local_contact);
  self->remote_cseq = request->cseq;
  self->has_remote_cseq = TRUE;
  if (self->call_id == NULL || self->local_uri == NULL || self->remote_uri == NULL
      || !take_routes (self, request, FALSE) || !take_target (self, request))
    return NULL;
  return g_steal_pointer (&self);
}

OreeSipDialog *
oree_sip_dialog_new_uac (const OreeSipMsg *request)
{
  OreeSipAddr from;
  OreeSipAddr to;
  OreeSipAddr contact;
  g_autoptr (OreeSipDialog) self = NULL;

  g_return_val_if_fail (request->is_request, NULL);
  if (oree_sip_addr_from_msg (&from, request, OREE_SIP_HDR_FROM) < 0
      || oree_sip_addr_from_msg (&to, request, OREE_SIP_HDR_TO) < 0)
    return NULL;
  self = oree_sip_dialog_new (NULL, NULL, NULL, NULL, NULL);
  self->call_id = dup_text (oree_sip_msg_value (request, OREE_SIP_HDR_CALL_ID));
  self->local_uri = dup_text (from.uri);
  self->local_tag = oree_span_dup (from.tag);
  self->remote_uri = dup_text (to.uri);
  self->remote_target = dup_text (request->ruri);
  self->local_cseq = request->cseq;
  if (oree_sip_addr_from_msg (&contact, request, OREE_SIP_HDR_CONTACT) > 0 && !contact.star)
    self->local_contact = dup_text (contact.uri);
  if (self->call_id == NULL || self->local_uri == NULL || self->remote_uri == NULL || self->remote_target == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
oree_sip_dialog_is_complete (const OreeSipDialog *self)
{
  return self->remote_tag != NULL && self->remote_target != NULL;
}

/* Call-ID and our tag are this dialog's, and the other tag is the known one, or none is known yet. */
static gboolean
belongs (const OreeSipDialog *self, const OreeSipMsg *msg, OreeSpan local_tag, OreeSpan remote_tag)
{
  return oree_span_equal_str (oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID), self->call_id)
         && self->local_tag != NULL && oree_span_equal_str (local_tag, self->local_tag)
         && (self->remote_tag == NULL || oree_span_equal_str (remote_tag, self->remote_tag));
}

gboolean
oree_sip_dialog_on_response (OreeSipDialog *self, const OreeSipMsg *response)
{
  OreeSipAddr from;
  OreeSipAddr to;

  if (oree_sip_addr_from_msg (&from, response, OREE_SIP_HDR_FROM) < 0
      || oree_sip_addr_from_msg (&to, response, OREE_SIP_HDR_TO) < 0 || !belongs (self, response, from.tag, to.tag))
    return FALSE;
  if (response->status <= 100 || response->status > 299)
    return TRUE; /* ours, but it makes and moves nothing */
  if (self->remote_tag != NULL)
    {
      if (response->status >= 200 && is_target_refresh (response->method))
        take_target (self, response); /* a 2xx without Contact leaves it as it is */
      return TRUE;
    }
  if (response->status < 200 && to.tag.length == 0)
    return TRUE;
  /* A provisional response may lack Contact; the dialog then waits for one that has it. */
  if (!take_target (self, response))
    return response->status < 200;
  if (!take_routes (self, response, TRUE))
    return FALSE;
  self->remote_tag = oree_span_dup (to.tag);
  return TRUE;
}

guint
oree_sip_dialog_on_request (OreeSipDialog *self, const OreeSipMsg *request)
{
  OreeSipAddr from;
  OreeSipAddr to;

  if (oree_sip_addr_from_msg (&from, request, OREE_SIP_HDR_FROM) < 0
      || oree_sip_addr_from_msg (&to, request, OREE_SIP_HDR_TO) < 0)
    return 400;
  if (!belongs (self, request, to.tag, from.tag))
    return 481;
  if (self->has_remote_cseq && request->cseq <= self->remote_cseq && request->method != OREE_SIP_METHOD_ACK
      && request->method != OREE_SIP_METHOD_CANCEL)
    return 500;
  if (is_target_refresh (request->method) && !take_target (self, request) && self->remote_tag == NULL)
    return 400;
  if (self->remote_tag == NULL)
    {
      /* RFC 6665 4.4.1: the NOTIFY makes the dialog; its Record-Route is the route set, read as the one who is asked. */
      if (!take_routes (self, request, FALSE))
        return 400;
      self->remote_tag = oree_span_dup (from.tag);
    }
  if (request->method != OREE_SIP_METHOD_ACK && request->method != OREE_SIP_METHOD_CANCEL)
    {
      self->remote_cseq = request->cseq;
      self->has_remote_cseq = TRUE;
    }
  return 0;
}

static gboolean
is_loose (const char *route)
{
  OreeSipUri uri;

  return oree_sip_uri_parse (&uri, oree_span_str (route)) && oree_sip_uri_param (&uri, "lr", NULL);
}

const char *
oree_sip_dialog_next_hop (const OreeSipDialog *self)
{
  if (self->routes->len > 0)
    return g_ptr_array_index (self->routes, 0);
  return self->remote_target;
}

static void
write_route (OreeSipWriter *writer, const char *uri)
{
  oree_sip_write_header_format (writer, OREE_SIP_HDR_ROUTE, "<%s>", uri);
}

void
oree_sip_dialog_begin_request (OreeSipDialog *self, OreeSipWriter *writer, const char *method, const char *via)
{
  /* RFC 3261 12.2.1.1: a first route without lr is a strict router: it becomes the Request-URI, the target goes last. */
  gboolean strict = self->routes->len > 0 && !is_loose (g_ptr_array_index (self->routes, 0));
  g_autoptr (GString) from = g_string_new (NULL);
  g_autoptr (GString) to = g_string_new (NULL);

  if (!g_str_equal (method, "ACK")) /* RFC 3261 13.2.2.4: the number of the INVITE */
    self->local_cseq++;
  oree_sip_write_request (writer, method,
                          oree_span_str (strict ? g_ptr_array_index (self->routes, 0) : self->remote_target));
  oree_sip_write_header (writer, OREE_SIP_HDR_VIA, via);
  oree_sip_write_header (writer, OREE_SIP_HDR_MAX_FORWARDS, "70");
  for (guint i = strict ? 1 : 0; i < self->routes->len; i++)
    write_route (writer, g_ptr_array_index (self->routes, i));
  if (strict)
    write_route (writer, self->remote_target);
  oree_sip_addr_append (from, NULL, oree_span_str (self->local_uri), self->local_tag);
  oree_sip_addr_append (to, NULL, oree_span_str (self->remote_uri), self->remote_tag);
  oree_sip_write_header (writer, OREE_SIP_HDR_FROM, from->str);
  oree_sip_write_header (writer, OREE_SIP_HDR_TO, to->str);
  oree_sip_write_header (writer, OREE_SIP_HDR_CALL_ID, self->call_id);
  oree_sip_write_header_format (writer, OREE_SIP_HDR_CSEQ, "%u %s", self->local_cseq, method);
  if (self->local_contact != NULL)
    oree_sip_write_header_format (writer, OREE_SIP_HDR_CONTACT, "<%s>", self->local_contact);
}

/* GVariant text: quotes and escapes are its own business. */
#define SAVED_TYPE "(sssmsmsmsmsasuub)"

char *
oree_sip_dialog_save (const OreeSipDialog *self)
{
  GVariantBuilder routes;
  g_autoptr (GVariant) saved = NULL;

  g_variant_builder_init (&routes, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < self->routes->len; i++)
    g_variant_builder_add (&routes, "s", (const char *) g_ptr_array_index (self->routes, i));
  saved = g_variant_ref_sink (g_variant_new (SAVED_TYPE, self->call_id, self->local_uri, self->remote_uri,
                                             self->local_tag, self->remote_tag, self->local_contact,
                                             self->remote_target, &routes, self->local_cseq, self->remote_cseq,
                                             self->has_remote_cseq));
  return g_variant_print (saved, FALSE);
}

OreeSipDialog *
oree_sip_dialog_load (const char *text)
{
  g_autoptr (GVariant) saved = g_variant_parse (G_VARIANT_TYPE (SAVED_TYPE), text, NULL, NULL, NULL);
  g_autoptr (GVariantIter) routes = NULL;
  const char *route;
  OreeSipDialog *self;

  if (saved == NULL)
    return NULL;
  self = oree_sip_dialog_new (NULL, NULL, NULL, NULL, NULL);
  g_variant_get (saved, SAVED_TYPE, &self->call_id, &self->local_uri, &self->remote_uri, &self->local_tag,
                 &self->remote_tag, &self->local_contact, &self->remote_target, &routes, &self->local_cseq,
                 &self->remote_cseq, &self->has_remote_cseq);
  while (g_variant_iter_next (routes, "&s", &route))
    g_ptr_array_add (self->routes, g_strdup (route));
  return self;
}
