/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user of ours watches an XMPP contact: the contact's stanzas become one full document (RFC 8048 5.3, 6). */
#include "gateway/oree-gw-feed.h"
#include "base/oree-limits.h"
#include "codec/mime/oree-pidf.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "gateway/oree-gw-addr.h"

#define BARE_ID "bare"          /* the tuple of a contact without resource */
#define GONE_RESOURCE "sip"     /* the resource our user leaves from: nobody was shown it, so nobody loses one */
#define RETRY_AFTER_SECONDS 300 /* what could not be asked now may be asked then */
#define ASK_EVERY (30 * OREE_MINUTE) /* a refresh asks the contact again no more often */
#define RETRY_FIRST_SECONDS 60       /* a contact that could not be asked is asked again, … */
#define RETRY_MAX_SECONDS 3600       /* … later each time, up to this */
#define PRIORITY_LEAST (-128)
#define PRIORITY_MOST 127

struct _OreeGwFeed
{
  OreeJid user;    /* bare */
  OreeJid contact; /* bare */
  OreeGwAuthorisation authorisation;
  guint dialogs;
  guint polls;        /* dialogs of a single answer */
  guint ended;        /* dialogs we terminated, whose end is yet to be said */
  gboolean known;     /* the contact's presence was seen since somebody asked */
  guint32 random;
  guint failures;     /* to ask, in a row */
  OreeTime asked_at, ask_at;
  OreePidf *document; /* the resources that are available */
  OreeGwView view;    /* how much of it our user may see */
  GBytes *body;       /* what was made of it last; NULL: nothing known */
};

static OreeGwFeed *
feed_new (const OreeJid *user, const OreeJid *contact, guint32 seed, OreeGwAuthorisation authorisation)
{
  g_autofree char *entity = oree_gw_aor_from_jid (contact);
  OreeGwFeed *self;

  if (entity == NULL)
    return NULL;
  self = g_new0 (OreeGwFeed, 1);
  oree_jid_copy (&self->user, user);
  oree_jid_copy (&self->contact, contact);
  g_clear_pointer (&self->user.resource, g_free);
  g_clear_pointer (&self->contact.resource, g_free);
  self->authorisation = authorisation;
  self->random = seed;
  self->asked_at = G_MININT64;
  self->ask_at = OREE_TIME_NEVER;
  self->view = (OreeGwView){ OREE_GW_DETAIL_FULL, TRUE };
  self->document = oree_pidf_new (entity);
  return self;
}

OreeGwFeed *
oree_gw_feed_new (const OreeJid *user, const OreeJid *contact, guint32 seed)
{
  return feed_new (user, contact, seed, OREE_GW_AUTHORISATION_NONE);
}

OreeGwFeed *
oree_gw_feed_new_from_row (const OreeJid *user, const OreeJid *contact, guint32 seed, GVariant *row)
{
  OreeGwAuthorisation authorisation;

  return oree_gw_authorisation_from_row (row, &authorisation) ? feed_new (user, contact, seed, authorisation) : NULL;
}

void
oree_gw_feed_free (OreeGwFeed *self)
{
  oree_jid_clear (&self->user);
  oree_jid_clear (&self->contact);
  oree_pidf_free (self->document);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

OreeGwState
oree_gw_feed_state (const OreeGwFeed *self)
{
  return self->authorisation == OREE_GW_AUTHORISATION_GRANTED ? OREE_GW_ACTIVE : OREE_GW_PENDING;
}

GBytes *
oree_gw_feed_body (const OreeGwFeed *self)
{
  return self->authorisation == OREE_GW_AUTHORISATION_GRANTED ? self->body : NULL;
}

/* --- the document ------------------------------------------------------------------------------ */

static void
forget_presence (OreeGwFeed *self)
{
  g_ptr_array_set_size (self->document->tuples, 0);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->known = FALSE;
}

static void
drop_tuple (OreeGwFeed *self, const char *id)
{
  GPtrArray *tuples = self->document->tuples;

  for (guint i = 0; i < tuples->len; i++)
    if (g_str_equal (((OreePidfTuple *) g_ptr_array_index (tuples, i))->id, id))
      {
        g_ptr_array_remove_index (tuples, i);
        return;
      }
}

/* A new tuple of that name in place of the old one; the oldest goes when there are too many. */
static OreePidfTuple *
renew_tuple (OreeGwFeed *self, const char *id)
{
  drop_tuple (self, id);
  if (self->document->tuples->len >= OREE_PIDF_TUPLES_MAX)
    g_ptr_array_remove_index (self->document->tuples, 0);
  return oree_pidf_add_tuple (self->document, id);
}

/* -128 … 127; a negative one is not for the SIP side (RFC 8048 6.2). */
static int
priority_of (const OreeXmlNode *node)
{
  const char *text = oree_xml_node_child_text (node, "priority", NULL);
  gint64 value;

  if (text == NULL)
    return 0;
  if (!g_ascii_string_to_signed (text, 10, PRIORITY_LEAST, PRIORITY_MOST, &value, NULL))
    return OREE_PIDF_NO_PRIORITY;
  return value < 0 ? OREE_PIDF_NO_PRIORITY : (int) value;
}

/* Since when nobody touches that device: XEP-0319 says when, XEP-0256 how long. */
static void
take_idle (OreePidfTuple *tuple, const OreeXmlNode *node, gint64 wall)
{
  const OreeXmlNode *idle = oree_xml_node_child (node, "idle", OREE_NS_IDLE);
  const OreeXmlNode *last = oree_xml_node_child (node, "query", OREE_NS_LAST);
  const char *since = idle ? oree_xml_node_attribute (idle, "since") : NULL;
  const char *seconds = last ? oree_xml_node_attribute (last, "seconds") : NULL;
  guint64 ago;

  if (since != NULL)
    tuple->idle = oree_time_parse_wall (since, strlen (since), &tuple->idle_since);
  else if (seconds != NULL && g_ascii_string_to_unsigned (seconds, 10, 1, G_MAXUINT32, &ago, NULL))
    {
      tuple->idle = TRUE;
      tuple->idle_since = wall - (gint64) ago * G_USEC_PER_SEC;
    }
}

static void
fill_tuple (OreePidfTuple *tuple, const OreeStanza *stanza, gint64 wall)
{
  const OreeXmlNode *node = stanza->node;
  const char *show = oree_xml_node_child_text (node, "show", NULL);
  const OreeXmlNode *delay = oree_xml_node_child (node, "delay", OREE_NS_DELAY);
  const char *stamp = delay ? oree_xml_node_attribute (delay, "stamp") : NULL;
  gint64 then;

  tuple->open = stanza->type == OREE_STANZA_TYPE_AVAILABLE;
  if (tuple->open && show != NULL)
    oree_show_from_name (oree_span_trim_lws (oree_span_str (show)), &tuple->show);
  tuple->priority = tuple->open ? priority_of (node) : OREE_PIDF_NO_PRIORITY;
  tuple->contact = oree_gw_uri_from_jid (&stanza->from);
  if (tuple->contact == NULL)
    tuple->contact = oree_gw_aor_from_jid (&stanza->from);
  if (stamp != NULL && oree_time_parse_wall (stamp, strlen (stamp), &then))
    tuple->timestamp = oree_time_format_wall (then);
  if (tuple->open)
    take_idle (tuple, node, wall);

  for (const OreeXmlNode *status = oree_xml_node_child (node, "status", NULL); status != NULL;
       status = oree_xml_node_next_named (status, "status", oree_xml_node_ns (node)))
    {
      const char *lang = oree_xml_node_lang (status);

      if (*oree_xml_node_text (status))
        oree_pidf_tuple_add_note (tuple, lang ? lang : stanza->lang, oree_xml_node_text (status));
    }
}

/* The document as it is now, for every dialog: full state, always (RFC 3856 6.8). */
static void
publish (OreeGwFeed *self, OreeGwOut *out)
{
  g_autoptr (OreePidf) folded = oree_gw_view_fold (&self->view, self->document);

  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = oree_pidf_write (folded != NULL ? folded : self->document);
  self->known = TRUE;
  oree_gw_out_body (out, g_bytes_ref (self->body));
}

void
oree_gw_feed_set_view (OreeGwFeed *self, const OreeGwView *view, OreeGwOut *out)
{
  gboolean differs = self->view.detail != view->detail || self->view.notes != view->notes;

  self->view = *view;
  if (!differs || !self->known)
    return;
  if (self->document->tuples->len > 0)
    {
      publish (self, out);
      return;
    }
  oree_pidf_add_tuple (self->document, BARE_ID); /* offline: the note that may stand beside it goes or comes */
  publish (self, out);
  g_ptr_array_set_size (self->document->tuples, 0);
}

/* Available: its tuple anew. Unavailable: its tuple closed, once; of the bare address: all of them. */
static void
take_presence (OreeGwFeed *self, const OreeStanza *stanza, gint64 wall, OreeGwOut *out)
{
  gboolean open = stanza->type == OREE_STANZA_TYPE_AVAILABLE;
  g_autofree char *id = stanza->from.resource ? oree_pidf_id_from_resource (stanza->from.resource) : g_strdup (BARE_ID);

  if (!open && stanza->from.resource == NULL)
    g_ptr_array_set_size (self->document->tuples, 0);
  fill_tuple (renew_tuple (self, id), stanza, wall);
  publish (self, out);
  if (!open)
    drop_tuple (self, id);
}

/* Nobody can say any more what there is: no device shows what may be long past. */
static void
show_unknown (OreeGwFeed *self, OreeGwOut *out)
{
  if (!self->known)
    return;
  for (guint i = 0; i < self->document->tuples->len; i++)
    {
      OreePidfTuple *tuple = g_ptr_array_index (self->document->tuples, i);

      tuple->open = tuple->idle = FALSE;
      tuple->show = OREE_SHOW_NONE;
      tuple->priority = OREE_PIDF_NO_PRIORITY;
      g_ptr_array_set_size (tuple->notes, 0);
    }
  if (self->document->tuples->len == 0)
    oree_pidf_add_tuple (self->document, BARE_ID);
  publish (self, out);
  forget_presence (self);
}

/* --- authorisation ----------------------------------------------------------------------------- */

static void
set_authorisation (OreeGwFeed *self, OreeGwAuthorisation authorisation, OreeGwOut *out)
{
  if (self->authorisation == authorisation)
    return;
  self->authorisation = authorisation;
  oree_gw_out_authorisation (out, authorisation);
}

static void
grant (OreeGwFeed *self, OreeGwOut *out)
{
  set_authorisation (self, OREE_GW_AUTHORISATION_GRANTED, out);
  oree_gw_out_state (out, OREE_GW_ACTIVE, NULL, 0);
}

/* All dialogs end; `forget` the authorisation too. */
static void
terminate (OreeGwFeed *self, gboolean forget, const char *reason, guint32 retry_after, OreeGwOut *out)
{
  if (forget)
    set_authorisation (self, OREE_GW_AUTHORISATION_NONE, out);
  oree_gw_out_state (out, OREE_GW_TERMINATED, reason, retry_after);
  self->ended += self->dialogs + self->polls;
  self->dialogs = self->polls = self->failures = 0;
  self->ask_at = OREE_TIME_NEVER;
  forget_presence (self);
}

static void
ask (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  self->asked_at = now;
  self->ask_at = OREE_TIME_NEVER;
  /* Not both: a server answers the probe of somebody not yet authorised with `unsubscribed` (RFC 6121 4.3.2). */
  oree_gw_out_presence (out,
                        self->authorisation == OREE_GW_AUTHORISATION_GRANTED ? OREE_STANZA_TYPE_PROBE
                                                                             : OREE_STANZA_TYPE_SUBSCRIBE,
                        &self->user, &self->contact);
}

void
oree_gw_feed_on_subscribe (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  gboolean first = self->dialogs++ == 0;

  if (self->authorisation == OREE_GW_AUTHORISATION_NONE)
    set_authorisation (self, OREE_GW_AUTHORISATION_PENDING, out);
  /* A contact that was not reached, or has not answered, is asked by every device that comes: asking twice is nothing
   * to a server that knows (RFC 6121 3.1.3). */
  if (first || !self->known)
    ask (self, now, out);
}

void
oree_gw_feed_on_restored (OreeGwFeed *self, OreeTime start)
{
  self->dialogs++;
  self->ask_at = MIN (self->ask_at, start);
}

void
oree_gw_feed_on_refresh (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  if (self->authorisation != OREE_GW_AUTHORISATION_NONE && self->failures == 0 && self->asked_at + ASK_EVERY <= now)
    ask (self, now, out);
}

void
oree_gw_feed_on_poll (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  self->polls++;
  if (self->authorisation == OREE_GW_AUTHORISATION_GRANTED && !self->known)
    ask (self, now, out);
}

void
oree_gw_feed_on_over (OreeGwFeed *self, OreeGwOut *out)
{
  g_autofree char *to = NULL, *from = NULL;
  OreeJid leaving;
  guint *count = self->ended > 0 ? &self->ended : self->polls > 0 ? &self->polls : &self->dialogs;

  if (*count == 0 || --*count > 0 || count != &self->dialogs)
    return;
  forget_presence (self); /* nobody keeps it true any more */
  self->ask_at = OREE_TIME_NEVER;
  if (self->authorisation != OREE_GW_AUTHORISATION_GRANTED)
    return; /* nothing was shown to us: there is nothing to end */
  /* RFC 8048 5.3.3: unavailable, not unsubscribe; the authorisation stands. */
  leaving = (OreeJid){ self->user.local, self->user.domain, (char *) GONE_RESOURCE };
  from = oree_jid_to_string (&leaving);
  to = oree_jid_to_bare_string (&self->contact);
  oree_gw_out_stanza (out, oree_stanza_build_presence (OREE_STANZA_TYPE_UNAVAILABLE, from, to, NULL, NULL, NULL, NULL, 0));
}

/* The contact cannot be asked at present, and there is an agreement. */
static void
unreachable (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  OreeTime wait = (OreeTime) MIN ((guint64) RETRY_FIRST_SECONDS << MIN (self->failures, 16), RETRY_MAX_SECONDS) * OREE_SECOND;

  show_unknown (self, out);
  if (self->dialogs == 0)
    return;
  self->failures++;
  self->random = self->random * 1664525u + 1013904223u; /* spreading, not secrecy: up to a tenth sooner */
  self->ask_at = now + wait - (wait / 1000 * (self->random >> 16)) % (wait / 10);
}

void
oree_gw_feed_on_error (OreeGwFeed *self, OreeStanzaErr err, OreeTime now, OreeGwOut *out)
{
  gboolean granted = self->authorisation == OREE_GW_AUTHORISATION_GRANTED;

  if (self->authorisation == OREE_GW_AUTHORISATION_NONE)
    return;
  switch (err)
    {
    case OREE_STANZA_ERR_ITEM_NOT_FOUND:
    case OREE_STANZA_ERR_GONE:
    case OREE_STANZA_ERR_JID_MALFORMED:
      terminate (self, TRUE, "noresource", 0, out);
      break;
    case OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND:
      if (granted) /* a name server's bad day must not undo what people agreed on */
        unreachable (self, now, out);
      else
        terminate (self, TRUE, "noresource", 0, out);
      break;
    case OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT:
    case OREE_STANZA_ERR_RESOURCE_CONSTRAINT:
    case OREE_STANZA_ERR_INTERNAL_SERVER_ERROR:
    case OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE:
    case OREE_STANZA_ERR_UNEXPECTED_REQUEST:
      if (granted)
        unreachable (self, now, out);
      else
        terminate (self, FALSE, "probation", RETRY_AFTER_SECONDS, out);
      break;
    case OREE_STANZA_ERR_BAD_REQUEST:
    case OREE_STANZA_ERR_CONFLICT:
    case OREE_STANZA_ERR_FEATURE_NOT_IMPLEMENTED:
    case OREE_STANZA_ERR_FORBIDDEN:
    case OREE_STANZA_ERR_NOT_ACCEPTABLE:
    case OREE_STANZA_ERR_NOT_ALLOWED:
    case OREE_STANZA_ERR_NOT_AUTHORIZED:
    case OREE_STANZA_ERR_PAYMENT_REQUIRED:
    case OREE_STANZA_ERR_POLICY_VIOLATION:
    case OREE_STANZA_ERR_REDIRECT:
    case OREE_STANZA_ERR_REGISTRATION_REQUIRED:
    case OREE_STANZA_ERR_SERVICE_UNAVAILABLE:
    case OREE_STANZA_ERR_SUBSCRIPTION_REQUIRED:
    case OREE_STANZA_ERR_UNDEFINED_CONDITION:
    case OREE_N_STANZA_ERRS:
      if (!granted)
        terminate (self, TRUE, "rejected", 0, out);
      break;
    }
}

void
oree_gw_feed_on_stanza (OreeGwFeed *self, const OreeStanza *stanza, OreeTime now, gint64 wall, OreeGwOut *out)
{
  OreeStanzaErrView view;

  if (self->authorisation == OREE_GW_AUTHORISATION_NONE || stanza->kind != OREE_STANZA_PRESENCE)
    return; /* directed presence of somebody nobody asked about (RFC 6121 4.6) */
  if (stanza->type == OREE_STANZA_TYPE_ERROR)
    {
      oree_stanza_err_read (stanza->node, &view);
      oree_gw_feed_on_error (self, view.condition, now, out);
    }
  else if (stanza->type == OREE_STANZA_TYPE_UNSUBSCRIBED)
    terminate (self, TRUE, "rejected", 0, out);
  else if (stanza->type == OREE_STANZA_TYPE_SUBSCRIBED && self->authorisation == OREE_GW_AUTHORISATION_PENDING)
    grant (self, out);
  else if (stanza->type == OREE_STANZA_TYPE_AVAILABLE
           || (stanza->type == OREE_STANZA_TYPE_UNAVAILABLE && self->authorisation == OREE_GW_AUTHORISATION_GRANTED))
    {
      /* Who shows their presence has agreed, whether or not the `subscribed` was lost. Unavailable proves nothing:
       * a server may send it as a receipt (RFC 6121 3.1.3). */
      if (self->authorisation == OREE_GW_AUTHORISATION_PENDING)
        grant (self, out);
      self->failures = 0;
      self->ask_at = OREE_TIME_NEVER;
      take_presence (self, stanza, wall, out);
    }
}

void
oree_gw_feed_on_stream (OreeGwFeed *self, OreeTime start)
{
  if (self->dialogs > 0)
    self->ask_at = start;
  else
    forget_presence (self); /* it may have changed meanwhile */
}

void
oree_gw_feed_on_deadline (OreeGwFeed *self, OreeTime now, OreeGwOut *out)
{
  if (self->ask_at <= now && self->dialogs > 0)
    ask (self, now, out);
}

OreeTime
oree_gw_feed_deadline (const OreeGwFeed *self)
{
  return self->dialogs > 0 ? self->ask_at : OREE_TIME_NEVER;
}

void
oree_gw_feed_end (OreeGwFeed *self, OreeGwOut *out)
{
  if (self->authorisation != OREE_GW_AUTHORISATION_NONE)
    {
      terminate (self, TRUE, "rejected", 0, out);
      oree_gw_out_presence (out, OREE_STANZA_TYPE_UNSUBSCRIBE, &self->user, &self->contact);
    }
}

gboolean
oree_gw_feed_is_over (const OreeGwFeed *self)
{
  return self->dialogs + self->polls == 0 && self->authorisation == OREE_GW_AUTHORISATION_NONE;
}

guint
oree_gw_feed_dialogs (const OreeGwFeed *self)
{
  return self->dialogs;
}

const char *
oree_gw_feed_authorisation (const OreeGwFeed *self)
{
  return oree_gw_authorisation_nick (self->authorisation);
}

gboolean
oree_gw_feed_is_known (const OreeGwFeed *self)
{
  return self->authorisation == OREE_GW_AUTHORISATION_GRANTED && self->known;
}
