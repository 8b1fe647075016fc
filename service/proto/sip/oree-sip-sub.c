/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-sip-sub.h"
#include "proto/sip/oree-sip-admit.h"

/* RFC 3856 6.10: not more often than that for changes of the document. */
#define NOTIFY_INTERVAL (5 * OREE_SECOND)
/* Kept at each SUBSCRIBE, not at each NOTIFY: after a restart numbers continue beyond any that can have been used
 * since. Gaps are allowed (RFC 3261 12.2.2). */
#define CSEQ_LEAP 100000

struct _OreeSipSub
{
  OreeSipDialog *dialog;
  char *event_id; /* "": none */
  gboolean winfo;
  OreeSipSubState state;
  gboolean admitted; /* may see the document */
  char *reason;      /* of TERMINATED */
  guint32 retry_after;
  OreeTime until;
  GBytes *body;
  gboolean urgent;    /* the state changed, or a SUBSCRIBE asks: a NOTIFY is due whatever the interval */
  gboolean dirty;     /* the document changed */
  gboolean in_flight; /* a NOTIFY awaits its response… */
  gboolean last_sent_is_final; /* …and it said terminated */
  OreeTime last_shown; /* when a document went out; what only says how things stand does not count */
  gboolean has_shown;
  gboolean over;
};

static const char *const no_options[] = { NULL };

guint
oree_sip_sub_read (OreeSipSubRequest *self, const OreeSipMsg *msg, const OreeSipSubRules *rules)
{
  *self = (OreeSipSubRequest){ .expires = oree_sip_expires (msg, rules->default_expires) };

  if (oree_sip_admit_requires_unknown (msg, no_options, NULL))
    return 420;
  self->winfo = rules->winfo && oree_sip_admit_event (msg, OREE_SIP_SUB_WINFO_PACKAGE, &self->event_id);
  if (!self->winfo && !oree_sip_admit_event (msg, OREE_SIP_SUB_PACKAGE, &self->event_id))
    return 489;
  if (!oree_sip_admit_accepts (msg, self->winfo ? OREE_SIP_SUB_WINFO_TYPE : OREE_SIP_SUB_TYPE))
    return 406;
  if (oree_sip_admit_too_brief (self->expires, rules->min_expires))
    return 423;
  self->expires = MIN (self->expires, rules->max_expires);
  return 0;
}

void
oree_sip_sub_write_refusal (guint status, const OreeSipMsg *msg, const OreeSipSubRules *rules, OreeSipWriter *writer)
{
  if (status == 489 && rules->winfo)
    oree_sip_write_header (writer, OREE_SIP_HDR_ALLOW_EVENTS, OREE_SIP_SUB_PACKAGE ", " OREE_SIP_SUB_WINFO_PACKAGE);
  else
    oree_sip_admit_write_refusal (status, msg, no_options, rules->min_expires, writer);
}

static void
terminate (OreeSipSub *self, const char *reason, guint32 retry_after)
{
  self->state = OREE_SIP_SUB_TERMINATED;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  self->retry_after = retry_after;
  self->urgent = TRUE;
}

static void
prolong (OreeSipSub *self, guint32 expires, OreeTime now)
{
  self->urgent = TRUE;
  self->until = now + (OreeTime) expires * OREE_SECOND;
  /* RFC 6665 4.4.3: a poll, or the end, is one NOTIFY that says so. */
  if (expires == 0)
    terminate (self, "timeout", 0);
}

OreeSipSub *
oree_sip_sub_new (OreeSipDialog *dialog, const OreeSipSubRequest *request, OreeSipSubState state, OreeTime now)
{
  OreeSipSub *self = g_new0 (OreeSipSub, 1);

  self->dialog = dialog;
  self->event_id = oree_span_dup (request->event_id);
  self->winfo = request->winfo;
  self->state = state;
  self->admitted = state == OREE_SIP_SUB_ACTIVE;
  prolong (self, request->expires, now);
  return self;
}

void
oree_sip_sub_free (OreeSipSub *self)
{
  if (self == NULL)
    return;
  oree_sip_dialog_free (self->dialog);
  g_free (self->event_id);
  g_free (self->reason);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

guint
oree_sip_sub_on_subscribe (OreeSipSub *self, const OreeSipMsg *msg, const OreeSipSubRules *rules, OreeTime now,
                           guint32 *expires)
{
  OreeSipSubRequest request;
  guint status;

  if (self->over || self->state == OREE_SIP_SUB_TERMINATED)
    return 481;
  status = oree_sip_sub_read (&request, msg, rules);
  if (status != 0)
    return status;
  /* RFC 6665 8.2.1: another id is another subscription, and there is none. */
  if (!oree_span_equal_str (request.event_id, self->event_id) || request.winfo != self->winfo)
    return 481;
  status = oree_sip_dialog_on_request (self->dialog, msg);
  if (status != 0)
    return status;

  prolong (self, request.expires, now);
  *expires = request.expires;
  return 200;
}

void
oree_sip_sub_set_state (OreeSipSub *self, OreeSipSubState state, const char *reason, guint32 retry_after, OreeTime now)
{
  if (self->state == OREE_SIP_SUB_TERMINATED || self->state == state)
    return;

  if (state == OREE_SIP_SUB_TERMINATED)
    {
      /* Who is turned away does not get a last look. */
      self->admitted = self->admitted && !g_str_equal (reason, "rejected");
      terminate (self, reason, retry_after);
      return;
    }
  self->state = state;
  self->admitted = state == OREE_SIP_SUB_ACTIVE;
  self->urgent = TRUE;
}

void
oree_sip_sub_set_body (OreeSipSub *self, GBytes *body, OreeTime now)
{
  if (self->body == body || (self->body != NULL && body != NULL && g_bytes_equal (self->body, body)))
    return;
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body ? g_bytes_ref (body) : NULL;
  self->dirty = TRUE;
}

static gboolean
may_send (const OreeSipSub *self)
{
  return !self->over && !self->in_flight;
}

/* When the document may go; NEVER while there is nothing to say, or nobody who may see it. */
static OreeTime
body_due (const OreeSipSub *self)
{
  if (!self->dirty || !self->admitted || self->state != OREE_SIP_SUB_ACTIVE)
    return OREE_TIME_NEVER;
  return self->has_shown ? self->last_shown + NOTIFY_INTERVAL : 0;
}

guint32
oree_sip_sub_expires (const OreeSipSub *self, OreeTime now)
{
  if (self->state == OREE_SIP_SUB_TERMINATED || self->until <= now)
    return 0;
  return (guint32) ((self->until - now + OREE_SECOND - 1) / OREE_SECOND);
}

static void
write_state (const OreeSipSub *self, OreeTime now, OreeSipWriter *writer)
{
  switch (self->state)
    {
    case OREE_SIP_SUB_PENDING:
      oree_sip_write_header_format (writer, OREE_SIP_HDR_SUBSCRIPTION_STATE, "pending;expires=%u",
                                    oree_sip_sub_expires (self, now));
      break;
    case OREE_SIP_SUB_ACTIVE:
      oree_sip_write_header_format (writer, OREE_SIP_HDR_SUBSCRIPTION_STATE, "active;expires=%u",
                                    oree_sip_sub_expires (self, now));
      break;
    case OREE_SIP_SUB_TERMINATED:
      if (self->retry_after > 0)
        oree_sip_write_header_format (writer, OREE_SIP_HDR_SUBSCRIPTION_STATE, "terminated;reason=%s;retry-after=%u",
                                      self->reason, self->retry_after);
      else
        oree_sip_write_header_format (writer, OREE_SIP_HDR_SUBSCRIPTION_STATE, "terminated;reason=%s", self->reason);
      break;
    }
}

GString *
oree_sip_sub_take_notify (OreeSipSub *self, const char *via, OreeTime now)
{
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreeSpan body = OREE_SPAN_EMPTY;
  const char *package = self->winfo ? OREE_SIP_SUB_WINFO_PACKAGE : OREE_SIP_SUB_PACKAGE;
  const char *type = self->winfo ? OREE_SIP_SUB_WINFO_TYPE : OREE_SIP_SUB_TYPE;
  GString *message;
  gboolean has_body;

  if (!may_send (self) || (!self->urgent && body_due (self) > now))
    return NULL;

  oree_sip_dialog_begin_request (self->dialog, &writer, "NOTIFY", via);
  if (self->event_id[0] != '\0')
    oree_sip_write_header_format (&writer, OREE_SIP_HDR_EVENT, "%s;id=%s", package, self->event_id);
  else
    oree_sip_write_header (&writer, OREE_SIP_HDR_EVENT, package);
  write_state (self, now, &writer);

  has_body = self->admitted && self->body != NULL;
  if (has_body)
    body = oree_span (g_bytes_get_data (self->body, NULL), g_bytes_get_size (self->body));

  self->urgent = FALSE;
  self->dirty = self->dirty && !self->admitted;
  self->in_flight = TRUE;
  self->last_sent_is_final = self->state == OREE_SIP_SUB_TERMINATED;
  if (has_body)
    {
      self->last_shown = now;
      self->has_shown = TRUE;
    }

  message = oree_sip_write_finish (&writer, has_body ? type : NULL, body);
  /* What the peer gave us for the dialog cannot be written: nothing can ever be sent in it. */
  if (message == NULL)
    {
      self->state = OREE_SIP_SUB_TERMINATED;
      self->over = TRUE;
    }
  return message;
}

/* RFC 6665 4.2.2: these end the subscription; any other failure leaves it. */
static gboolean
is_fatal (guint status)
{
  static const guint codes[] = { 0, 404, 405, 408, 410, 416, 489, 501, 604 };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (status == codes[i])
      return TRUE;
  return status >= 480 && status <= 485;
}

void
oree_sip_sub_on_response (OreeSipSub *self, const OreeSipMsg *response, guint status, OreeTime now)
{
  if (!self->in_flight)
    return;
  self->in_flight = FALSE;

  if (self->last_sent_is_final || is_fatal (status))
    {
      self->over = TRUE;
      self->state = OREE_SIP_SUB_TERMINATED;
      return;
    }
  if (response != NULL)
    oree_sip_dialog_on_response (self->dialog, response);
}

void
oree_sip_sub_on_deadline (OreeSipSub *self, OreeTime now)
{
  if (self->state != OREE_SIP_SUB_TERMINATED && now >= self->until)
    terminate (self, "timeout", 0);
}

OreeTime
oree_sip_sub_deadline (const OreeSipSub *self)
{
  OreeTime expiry = self->state == OREE_SIP_SUB_TERMINATED ? OREE_TIME_NEVER : self->until;

  if (self->over)
    return OREE_TIME_NEVER;
  if (self->in_flight)
    return expiry;
  return self->urgent ? 0 : MIN (expiry, body_due (self));
}

OreeSipSubState
oree_sip_sub_state (const OreeSipSub *self)
{
  return self->state;
}

OreeSipDialog *
oree_sip_sub_dialog (OreeSipSub *self)
{
  return self->dialog;
}

gboolean
oree_sip_sub_is_over (const OreeSipSub *self)
{
  return self->over;
}

GVariant *
oree_sip_sub_to_variant (const OreeSipSub *self, OreeTime now, gint64 wall)
{
  g_autofree char *dialog = NULL;
  GVariantBuilder builder;

  if (self->state == OREE_SIP_SUB_TERMINATED)
    return NULL;
  dialog = oree_sip_dialog_save (self->dialog);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "dialog", g_variant_new_string (dialog));
  g_variant_builder_add (&builder, "{sv}", "event-id", g_variant_new_string (self->event_id));
  g_variant_builder_add (&builder, "{sv}", "active", g_variant_new_boolean (self->state == OREE_SIP_SUB_ACTIVE));
  g_variant_builder_add (&builder, "{sv}", "until", g_variant_new_int64 (wall + (self->until - now)));
  return g_variant_builder_end (&builder);
}

OreeSipSub *
oree_sip_sub_new_from_variant (GVariant *value, OreeTime now, gint64 wall)
{
  OreeSipDialog *dialog;
  OreeSipSubRequest request = { .event_id = OREE_SPAN_EMPTY };
  const char *text, *event_id;
  gboolean active;
  gint64 until, left;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (value, "dialog", "&s", &text)
      || !g_variant_lookup (value, "event-id", "&s", &event_id) || !g_variant_lookup (value, "active", "b", &active)
      || !g_variant_lookup (value, "until", "x", &until))
    return NULL;
  left = until > wall ? (until - wall) / OREE_SECOND : 0;
  if (left == 0 || left > G_MAXUINT32)
    return NULL;
  dialog = oree_sip_dialog_load (text);
  if (dialog == NULL)
    return NULL;

  dialog->local_cseq = MIN (dialog->local_cseq, G_MAXINT32 - CSEQ_LEAP) + CSEQ_LEAP;
  request.event_id = oree_span_str (event_id);
  request.expires = (guint32) left;
  return oree_sip_sub_new (dialog, &request, active ? OREE_SIP_SUB_ACTIVE : OREE_SIP_SUB_PENDING, now);
}
