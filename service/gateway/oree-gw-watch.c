/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An XMPP contact watches a user of ours: SUBSCRIBEs kept alive, documents become stanzas (RFC 8048 5.2, 6).
 *
 * At most one SUBSCRIBE is under way; what must be asked meanwhile waits for its answer. */
#include "gateway/oree-gw-watch.h"
#include "base/oree-limits.h"
#include "codec/mime/oree-categories.h"
#include "codec/sip/oree-sip-misc.h"
#include "codec/xmpp/oree-xmpp-ns.h"
#include "gateway/oree-gw-shown.h"

#define ASK_SECONDS 3600              /* RFC 3856 6.4 */
#define ASK_SECONDS_MAX 86400         /* a Min-Expires past this is not taken */
#define TIMER_N (32 * OREE_SECOND)    /* RFC 6665 4.1.2.4: a NOTIFY follows every SUBSCRIBE within 64 T1 */
#define ANEW_EVERY (30 * OREE_SECOND) /* new dialogs, whoever wants them, in the long run … */
#define ANEW_AT_ONCE 4                /* … and how many of them without waiting */
#define RETRY_FIRST_SECONDS 30
#define RETRY_MAX_SECONDS 3600
#define REFRESH_MARGIN_SECONDS 32     /* one transaction's time before expiry */

typedef enum
{
  IDLE,    /* nothing on the SIP side */
  ASKING,  /* an initial SUBSCRIBE is out, no dialog yet */
  LIVE,    /* the dialog stands */
  WAITING, /* no dialog; again at retry_at */
  ENDING   /* Expires: 0 is out, or follows the SUBSCRIBE that is; the last NOTIFY is awaited */
} Subscription;

static const char *const subscription_nicks[] = {
  [IDLE] = "idle", [ASKING] = "asking", [LIVE] = "live", [WAITING] = "waiting", [ENDING] = "ending",
};

struct _OreeGwWatch
{
  OreeJid contact; /* bare: the watcher */
  OreeJid user;    /* bare: the watched */
  guint32 random;

  OreeGwAuthorisation authorisation;
  Subscription subscription;
  gboolean in_flight;  /* a SUBSCRIBE awaits its final response */
  gboolean fresh;      /* … which was to make a new dialog */
  gboolean notified;   /* a NOTIFY came since it went out */
  gboolean end_sent;   /* … which was Expires: 0 */
  gboolean end_told;   /* the contact was told `unsubscribed` */
  gboolean asleep;     /* the contact is offline: the subscription may lapse */
  guint32 asked;       /* seconds */
  guint failures;      /* in a row */
  OreeTime anew_paid;  /* until when the new dialogs asked for so far are paid for (generic cell rate) */
  OreeTime expires_at, refresh_at, notify_by, retry_at;

  GHashTable *online; /* the contact's resources known to be available */
  OreeGwShown shown;
};

static OreeGwWatch *
watch_new (const OreeJid *contact, const OreeJid *user, guint32 seed)
{
  OreeGwWatch *self = g_new0 (OreeGwWatch, 1);

  oree_jid_copy (&self->contact, contact);
  oree_jid_copy (&self->user, user);
  g_clear_pointer (&self->contact.resource, g_free);
  g_clear_pointer (&self->user.resource, g_free);
  self->random = seed;
  self->asked = ASK_SECONDS;
  self->anew_paid = G_MININT64;
  self->expires_at = self->refresh_at = self->notify_by = self->retry_at = OREE_TIME_NEVER;
  self->online = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  oree_gw_shown_init (&self->shown, &self->user, &self->contact);
  return self;
}

OreeGwWatch *
oree_gw_watch_new (const OreeJid *contact, const OreeJid *user, guint32 seed)
{
  return watch_new (contact, user, seed);
}

void
oree_gw_watch_set_interval (OreeGwWatch *self, guint64 seconds)
{
  self->asked = (guint32) CLAMP (seconds, 60, ASK_SECONDS_MAX);
}

OreeGwWatch *
oree_gw_watch_new_from_row (const OreeJid *contact, const OreeJid *user, guint32 seed, GVariant *row, OreeTime start)
{
  OreeGwAuthorisation authorisation;
  OreeGwWatch *self;

  if (!oree_gw_authorisation_from_row (row, &authorisation))
    return NULL;
  self = watch_new (contact, user, seed);
  self->authorisation = authorisation;
  self->subscription = WAITING;
  self->retry_at = start;
  return self;
}

void
oree_gw_watch_free (OreeGwWatch *self)
{
  oree_jid_clear (&self->contact);
  oree_jid_clear (&self->user);
  g_hash_table_unref (self->online);
  oree_gw_shown_clear (&self->shown);
  g_free (self);
}

/* --- time -------------------------------------------------------------------------------------- */

/* `span` less up to one `part`th of it, different each time: pairs that began together drift apart. */
static OreeTime
jittered (OreeGwWatch *self, OreeTime span, int part)
{
  self->random = self->random * 1664525u + 1013904223u; /* spreading, not secrecy */
  return span - (span / 1000 * (self->random >> 16)) % (span / part + 1);
}

static void
set_expiry (OreeGwWatch *self, guint32 seconds, OreeTime now)
{
  guint32 margin = MIN (REFRESH_MARGIN_SECONDS, seconds / 10); /* the later of 90 % and a margin before the end */

  self->expires_at = now + (OreeTime) seconds * OREE_SECOND;
  /* A dialog's first round may be cut by half: what a server asks for in a minute is not asked again in one. */
  self->refresh_at = now + jittered (self, (OreeTime) (seconds - margin) * OREE_SECOND, self->fresh ? 2 : 10);
}

static void
clear_dialog (OreeGwWatch *self)
{
  self->expires_at = self->refresh_at = self->notify_by = OREE_TIME_NEVER;
}

void
oree_gw_watch_set_view (OreeGwWatch *self, const OreeGwView *view, guint interval, OreeTime now, OreeGwOut *out)
{
  oree_gw_shown_set_view (&self->shown, view, interval, now, out);
}

/* --- the subscription -------------------------------------------------------------------------- */

static void
ask (OreeGwWatch *self, gboolean fresh, OreeTime now, OreeGwOut *out)
{
  self->in_flight = TRUE;
  self->fresh = fresh;
  self->notified = FALSE;
  self->end_sent = FALSE;
  self->notify_by = OREE_TIME_NEVER;
  if (fresh)
    {
      clear_dialog (self);
      self->subscription = ASKING;
      self->anew_paid = MAX (self->anew_paid, now) + ANEW_EVERY;
    }
  oree_gw_out_subscribe (out, fresh, self->asked);
}

/* A new dialog as soon as that is decent: neither side can drive us round in circles. */
static void
ask_anew (OreeGwWatch *self, OreeTime not_before, OreeTime now, OreeGwOut *out)
{
  OreeTime at = MAX (not_before, self->anew_paid == G_MININT64 ? now : self->anew_paid - (ANEW_AT_ONCE - 1) * ANEW_EVERY);

  clear_dialog (self);
  if (!self->in_flight && at <= now)
    {
      ask (self, TRUE, now, out);
      return;
    }
  self->subscription = WAITING;
  self->retry_at = MAX (at, now);
}

/* It failed and stays desired: later each time. While the old dialog still stands nothing is lost yet. */
static void
back_off (OreeGwWatch *self, guint32 retry_after, OreeTime now, OreeGwOut *out)
{
  guint64 seconds = MIN ((guint64) RETRY_FIRST_SECONDS << MIN (self->failures, 16), RETRY_MAX_SECONDS);
  OreeTime wait;

  seconds = MAX (seconds, MIN (retry_after, RETRY_MAX_SECONDS));
  self->failures++;
  wait = jittered (self, (OreeTime) seconds * OREE_SECOND, 10);
  if (self->subscription == LIVE && self->expires_at > now)
    {
      self->refresh_at = now + wait;
      return;
    }
  clear_dialog (self);
  self->subscription = WAITING;
  self->retry_at = now + MAX (wait, (OreeTime) retry_after * OREE_SECOND);
  oree_gw_shown_nothing (&self->shown, out);
}

/* No dialog, and none is asked for until the contact wants one again. */
static void
rest (OreeGwWatch *self, OreeGwOut *out)
{
  clear_dialog (self);
  self->subscription = WAITING;
  self->retry_at = OREE_TIME_NEVER;
  oree_gw_shown_nothing (&self->shown, out);
}

/* RFC 8048 5.2.2: the authorisation is over, by the word of the SIP side. */
static void
cancelled (OreeGwWatch *self, OreeGwOut *out)
{
  clear_dialog (self);
  self->subscription = IDLE;
  self->in_flight = FALSE;
  if (self->authorisation == OREE_GW_AUTHORISATION_NONE)
    return;
  self->authorisation = OREE_GW_AUTHORISATION_NONE;
  oree_gw_out_authorisation (out, OREE_GW_AUTHORISATION_NONE);
  oree_gw_shown_nothing (&self->shown, out);
  oree_gw_out_presence (out, OREE_STANZA_TYPE_UNSUBSCRIBED, &self->user, &self->contact);
}

/* The SIP side has no presence at all: that, too, is an answer to a question, but a different one. */
static void
impossible (OreeGwWatch *self, OreeGwOut *out)
{
  g_autoptr (OreeXmlBuilder) builder = NULL;
  g_autofree char *from = NULL, *to = NULL;

  if (self->authorisation == OREE_GW_AUTHORISATION_GRANTED)
    {
      rest (self, out);
      return;
    }
  builder = oree_xml_builder_new ();
  from = oree_jid_to_bare_string (&self->user);
  to = oree_jid_to_bare_string (&self->contact);
  self->subscription = IDLE;
  self->authorisation = OREE_GW_AUTHORISATION_NONE;
  oree_gw_out_authorisation (out, OREE_GW_AUTHORISATION_NONE);
  oree_stanza_open (builder, OREE_STANZA_PRESENCE, OREE_STANZA_TYPE_ERROR, from, to, NULL, NULL);
  oree_stanza_err_build (builder, OREE_STANZA_ERR_FEATURE_NOT_IMPLEMENTED, NULL, NULL);
  oree_gw_out_stanza (out, oree_xml_builder_finish (builder));
}

/* --- the end ----------------------------------------------------------------------------------- */

static void
tell_end (OreeGwWatch *self, OreeGwOut *out)
{
  if (self->end_told)
    return;
  self->end_told = TRUE;
  oree_gw_shown_nothing (&self->shown, out);
  oree_gw_out_presence (out, OREE_STANZA_TYPE_UNSUBSCRIBED, &self->user, &self->contact);
}

/* Nothing is left of the old subscription; somebody may have asked for a new one meanwhile. */
static void
ended (OreeGwWatch *self, OreeTime now, OreeGwOut *out)
{
  clear_dialog (self);
  self->subscription = IDLE;
  if (self->authorisation != OREE_GW_AUTHORISATION_NONE)
    ask_anew (self, now, now, out);
}

static void
send_end (OreeGwWatch *self, OreeGwOut *out)
{
  self->in_flight = TRUE;
  self->fresh = FALSE;
  self->end_sent = TRUE;
  self->notified = FALSE;
  oree_gw_out_subscribe (out, FALSE, 0);
}

static void
begin_end (OreeGwWatch *self, gboolean tell_now, OreeTime now, OreeGwOut *out)
{
  gboolean ending = self->subscription == ENDING;
  gboolean dialog = ending || self->subscription == LIVE || self->subscription == ASKING;

  self->authorisation = OREE_GW_AUTHORISATION_NONE;
  oree_gw_out_authorisation (out, OREE_GW_AUTHORISATION_NONE);
  self->end_told = FALSE;
  if (tell_now || !dialog)
    tell_end (self, out);
  if (!dialog)
    {
      ended (self, now, out);
      return;
    }
  if (ending)
    return; /* its end is under way already */
  clear_dialog (self);
  self->subscription = ENDING;
  if (!self->in_flight)
    send_end (self, out);
}

static void
end_answered (OreeGwWatch *self, guint status, OreeTime now, OreeGwOut *out)
{
  gboolean good = status >= 200 && status < 300;

  if (good && !self->end_sent)
    {
      send_end (self, out); /* this one made or kept the dialog we want to leave */
      return;
    }
  tell_end (self, out);
  if (good && !self->notified)
    self->notify_by = now + TIMER_N; /* RFC 6665 4.4.1: the dialog lives until the last NOTIFY */
  else
    ended (self, now, out);
}

void
oree_gw_watch_end (OreeGwWatch *self, OreeTime now, OreeGwOut *out)
{
  if (self->authorisation != OREE_GW_AUTHORISATION_NONE)
    begin_end (self, TRUE, now, out);
}

/* --- from the contact -------------------------------------------------------------------------- */

/* The contact is back, or wants to know: a subscription that rests is taken up. */
static void
wake (OreeGwWatch *self, OreeTime now, OreeGwOut *out)
{
  self->asleep = FALSE;
  if (self->subscription == IDLE || (self->subscription == WAITING && self->retry_at > now))
    ask_anew (self, now, now, out);
}

static void
on_subscribe (OreeGwWatch *self, OreeTime now, OreeGwOut *out)
{
  switch (self->authorisation)
    {
    case OREE_GW_AUTHORISATION_GRANTED:
      /* RFC 6121 3.1.3 (2); servers ask again when their users sign in */
      oree_gw_out_presence (out, OREE_STANZA_TYPE_SUBSCRIBED, &self->user, &self->contact);
      if (self->subscription == LIVE)
        oree_gw_shown_again (&self->shown, NULL, out);
      wake (self, now, out);
      break;
    case OREE_GW_AUTHORISATION_PENDING:
      wake (self, now, out);
      break;
    case OREE_GW_AUTHORISATION_NONE:
      if (self->subscription == ENDING)
        tell_end (self, out); /* told now: later it would undo what begins here */
      self->authorisation = OREE_GW_AUTHORISATION_PENDING;
      oree_gw_out_authorisation (out, OREE_GW_AUTHORISATION_PENDING);
      wake (self, now, out);
      break;
    }
}

static void
on_probe (OreeGwWatch *self, const OreeStanza *stanza, OreeTime now, OreeGwOut *out)
{
  switch (self->authorisation)
    {
    case OREE_GW_AUTHORISATION_NONE:
      oree_gw_out_presence (out, OREE_STANZA_TYPE_UNSUBSCRIBED, &self->user, &self->contact);
      break;
    case OREE_GW_AUTHORISATION_PENDING: /* `unsubscribed` would undo the question that is still open */
      wake (self, now, out);
      break;
    case OREE_GW_AUTHORISATION_GRANTED:
      if (self->subscription == LIVE)
        oree_gw_shown_again (&self->shown, stanza->to.resource, out);
      wake (self, now, out);
      break;
    }
}

/* Who of the contact's resources is there. Only when the last one known leaves, the contact is offline: after a start of
 * ours there may be others we never heard of. */
static void
on_availability (OreeGwWatch *self, const OreeStanza *stanza, OreeTime now, OreeGwOut *out)
{
  const char *resource = stanza->from.resource ? stanza->from.resource : "";

  if (stanza->type == OREE_STANZA_TYPE_AVAILABLE)
    {
      gboolean rested = self->asleep && self->subscription == WAITING;

      if (g_hash_table_size (self->online) < OREE_PIDF_TUPLES_MAX)
        g_hash_table_add (self->online, g_strdup (resource));
      self->asleep = FALSE;
      if (rested && self->authorisation != OREE_GW_AUTHORISATION_NONE)
        wake (self, now, out);
      return;
    }
  if (stanza->from.resource == NULL && g_hash_table_size (self->online) > 0)
    {
      g_hash_table_remove_all (self->online);
      self->asleep = TRUE;
    }
  else if (g_hash_table_remove (self->online, resource) && g_hash_table_size (self->online) == 0)
    self->asleep = TRUE;
}

static void
on_error (OreeGwWatch *self, const OreeStanza *stanza, OreeTime now, OreeGwOut *out)
{
  OreeStanzaErrView view;

  oree_stanza_err_read (stanza->node, &view);
  if ((view.condition == OREE_STANZA_ERR_ITEM_NOT_FOUND || view.condition == OREE_STANZA_ERR_GONE)
      && self->authorisation != OREE_GW_AUTHORISATION_NONE)
    begin_end (self, FALSE, now, out); /* the watcher exists no more */
}

void
oree_gw_watch_on_stanza (OreeGwWatch *self, const OreeStanza *stanza, OreeTime now, OreeGwOut *out)
{
  if (stanza->kind != OREE_STANZA_PRESENCE)
    return;
  switch (stanza->type)
    {
    case OREE_STANZA_TYPE_SUBSCRIBE:
      on_subscribe (self, now, out);
      break;
    case OREE_STANZA_TYPE_UNSUBSCRIBE:
      if (self->authorisation != OREE_GW_AUTHORISATION_NONE)
        begin_end (self, FALSE, now, out);
      break;
    case OREE_STANZA_TYPE_PROBE:
      on_probe (self, stanza, now, out);
      break;
    case OREE_STANZA_TYPE_AVAILABLE:
    case OREE_STANZA_TYPE_UNAVAILABLE:
      on_availability (self, stanza, now, out);
      break;
    case OREE_STANZA_TYPE_ERROR:
      on_error (self, stanza, now, out);
      break;
    case OREE_STANZA_TYPE_NORMAL:
    case OREE_STANZA_TYPE_CHAT:
    case OREE_STANZA_TYPE_GROUPCHAT:
    case OREE_STANZA_TYPE_HEADLINE:
    case OREE_STANZA_TYPE_SUBSCRIBED:
    case OREE_STANZA_TYPE_UNSUBSCRIBED:
    case OREE_STANZA_TYPE_GET:
    case OREE_STANZA_TYPE_SET:
    case OREE_STANZA_TYPE_RESULT:
    case OREE_STANZA_TYPE_INVALID:
    case OREE_N_STANZA_TYPES:
      break;
    }
}

/* --- from the SIP side ------------------------------------------------------------------------- */

/* What a final response to a SUBSCRIBE means for the pair (interworking sheet 4.2, 4.3). */
typedef enum
{
  ANSWER_LATER,      /* transient */
  ANSWER_CANCELLED,  /* the authorisation is over */
  ANSWER_NOBODY,     /* no such user: over while pending; an agreement once made survives it */
  ANSWER_IMPOSSIBLE, /* no presence there */
  ANSWER_NO_DIALOG,  /* this dialog is dead, a new one may work */
  ANSWER_TOO_SHORT   /* 423 */
} Answer;

static const struct
{
  guint16 status;
  Answer initial, refresh;
} answers[] = {
  { 401, ANSWER_CANCELLED, ANSWER_CANCELLED },   { 403, ANSWER_CANCELLED, ANSWER_CANCELLED },
  { 404, ANSWER_NOBODY, ANSWER_NO_DIALOG },      { 405, ANSWER_IMPOSSIBLE, ANSWER_NO_DIALOG },
  { 406, ANSWER_IMPOSSIBLE, ANSWER_IMPOSSIBLE }, { 407, ANSWER_CANCELLED, ANSWER_CANCELLED },
  { 410, ANSWER_NOBODY, ANSWER_NO_DIALOG },      { 416, ANSWER_IMPOSSIBLE, ANSWER_NO_DIALOG },
  { 423, ANSWER_TOO_SHORT, ANSWER_TOO_SHORT },   { 480, ANSWER_LATER, ANSWER_NO_DIALOG },
  { 481, ANSWER_NO_DIALOG, ANSWER_NO_DIALOG },   { 482, ANSWER_LATER, ANSWER_NO_DIALOG },
  { 483, ANSWER_LATER, ANSWER_NO_DIALOG },       { 484, ANSWER_NOBODY, ANSWER_NO_DIALOG },
  { 485, ANSWER_NOBODY, ANSWER_NO_DIALOG },      { 489, ANSWER_CANCELLED, ANSWER_CANCELLED },
  { 501, ANSWER_IMPOSSIBLE, ANSWER_NO_DIALOG },  { 603, ANSWER_CANCELLED, ANSWER_CANCELLED },
  { 604, ANSWER_NOBODY, ANSWER_NO_DIALOG },
};

static Answer
answer_of (guint status, gboolean fresh)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (answers[i].status == status)
      return fresh ? answers[i].initial : answers[i].refresh;
  return ANSWER_LATER;
}

static void
accepted (OreeGwWatch *self, const OreeSipMsg *response, OreeTime now, OreeGwOut *out)
{
  guint32 expires = response ? MIN (oree_sip_expires (response, self->asked), self->asked) : self->asked;

  if (self->subscription == WAITING)
    return; /* the NOTIFY that ended it was faster */
  if (expires == 0)
    {
      self->subscription = ASKING;
      back_off (self, 0, now, out);
      return;
    }
  self->subscription = LIVE;
  /* RFC 6665 4.1.2.1: NOTIFY says it better, and may only shorten. */
  if (!self->notified || now + (OreeTime) expires * OREE_SECOND < self->expires_at)
    set_expiry (self, expires, now);
  if (!self->notified)
    self->notify_by = now + TIMER_N;
}

static void
refused (OreeGwWatch *self, guint status, const OreeSipMsg *response, OreeTime now, OreeGwOut *out)
{
  guint32 retry_after = 0, shortest = 0;

  switch (answer_of (status, self->fresh))
    {
    case ANSWER_CANCELLED:
      cancelled (self, out);
      return;
    case ANSWER_NOBODY:
      if (self->authorisation == OREE_GW_AUTHORISATION_PENDING)
        {
          cancelled (self, out);
          return;
        }
      self->failures = MAX (self->failures, 7); /* once an hour: an account may come back */
      break;
    case ANSWER_IMPOSSIBLE:
      impossible (self, out);
      return;
    case ANSWER_NO_DIALOG:
      if (!self->fresh)
        {
          ask_anew (self, now, now, out);
          return;
        }
      break;
    case ANSWER_TOO_SHORT:
      if (response != NULL && oree_sip_number (response, OREE_SIP_HDR_MIN_EXPIRES, G_MAXUINT32, &shortest)
          && shortest > self->asked && shortest <= ASK_SECONDS_MAX)
        {
          self->asked = shortest;
          ask (self, self->fresh, now, out);
          return;
        }
      break;
    case ANSWER_LATER:
      break;
    }
  if (response != NULL)
    oree_sip_retry_after (response, &retry_after);
  if (self->subscription == ASKING || self->subscription == LIVE)
    back_off (self, retry_after, now, out);
}

void
oree_gw_watch_on_response (OreeGwWatch *self, guint status, const OreeSipMsg *response, OreeTime now, OreeGwOut *out)
{
  if (!self->in_flight || status < 200)
    return;
  self->in_flight = FALSE;
  if (self->subscription == ENDING)
    end_answered (self, status, now, out);
  else if (status < 300)
    accepted (self, response, now, out);
  else
    refused (self, status, response, now, out);
}

/* The document in a NOTIFY: 0 and *document (NULL: there is none), or the status that answers it. */
static guint
read_document (const OreeGwWatch *self, const OreeSipMsg *request, OreePidf **document)
{
  *document = NULL;
  if (request->body.length == 0)
    return 0;
  if (oree_sip_msg_content_is (request, OREE_CATEGORIES_TYPE))
    return oree_categories_parse (document, request->body, self->shown.document) > 0 ? 0 : 400;
  if (!oree_sip_msg_content_is (request, OREE_PIDF_TYPE))
    return 415;
  return oree_pidf_parse (document, request->body) > 0 ? 0 : 400;
}

/* A single language tag; a list is none (RFC 8048 6.3). */
static char *
language_of (const OreeSipMsg *request)
{
  OreeSpan tag = oree_span_trim_lws (oree_sip_msg_value (request, OREE_SIP_HDR_CONTENT_LANGUAGE));

  for (gsize i = 0; i < tag.length; i++)
    if (!g_ascii_isalnum (tag.data[i]) && tag.data[i] != '-')
      return NULL;
  return tag.length > 0 && tag.length <= 64 ? oree_span_dup (tag) : NULL;
}

static void
notified_active (OreeGwWatch *self, const OreeSipMsg *request, OreePidf *document, OreeTime now, OreeGwOut *out)
{
  gboolean first = self->authorisation != OREE_GW_AUTHORISATION_GRANTED;

  self->failures = 0;
  if (first)
    {
      self->authorisation = OREE_GW_AUTHORISATION_GRANTED;
      oree_gw_out_authorisation (out, OREE_GW_AUTHORISATION_GRANTED);
      oree_gw_out_presence (out, OREE_STANZA_TYPE_SUBSCRIBED, &self->user, &self->contact);
    }
  if (document != NULL)
    oree_gw_shown_take (&self->shown, document, language_of (request), now, out);
  else if (first)
    oree_gw_shown_gone (&self->shown, out); /* allowed, and nothing known */
}

static void
notified_terminated (OreeGwWatch *self, const OreeSipSubstate *state, OreeTime now, OreeGwOut *out)
{
  OreeTime delay = (OreeTime) MIN (state->has_retry_after ? state->retry_after : 0, RETRY_MAX_SECONDS) * OREE_SECOND;

  if (oree_span_equal_nocase_str (state->reason, "rejected"))
    cancelled (self, out);
  else if (oree_span_equal_nocase_str (state->reason, "noresource"))
    {
      if (self->authorisation == OREE_GW_AUTHORISATION_PENDING)
        cancelled (self, out);
      else
        rest (self, out);
    }
  else if (oree_span_equal_nocase_str (state->reason, "invariant"))
    {
      clear_dialog (self); /* what was shown stays true */
      self->subscription = WAITING;
      self->retry_at = OREE_TIME_NEVER;
    }
  else if (self->asleep)
    rest (self, out);
  else if (oree_span_equal_nocase_str (state->reason, "probation") || oree_span_equal_nocase_str (state->reason, "giveup"))
    {
      self->subscription = ASKING; /* nothing stands any more: this is a failure, and is shown */
      back_off (self, (guint32) (delay / OREE_SECOND), now, out);
    }
  else /* deactivated, timeout, none, unknown */
    ask_anew (self, now + delay, now, out);
}

guint
oree_gw_watch_on_notify (OreeGwWatch *self, const OreeSipMsg *request, OreeTime now, OreeGwOut *out)
{
  OreeSipSubstate state;
  OreeSipEvent event;
  OreePidf *document;
  guint status;

  if (oree_sip_event_parse (&event, oree_sip_msg_value (request, OREE_SIP_HDR_EVENT)) <= 0
      || !oree_span_equal_str (event.package, "presence"))
    return 489;
  if (oree_sip_substate_parse (&state, oree_sip_msg_value (request, OREE_SIP_HDR_SUBSCRIPTION_STATE)) <= 0)
    return 400;
  if (self->subscription == IDLE || self->subscription == WAITING)
    return 481;

  self->notified = TRUE;
  self->notify_by = OREE_TIME_NEVER;
  if (self->subscription == ENDING)
    {
      if (state.kind == OREE_SIP_SUBSTATE_TERMINATED && !self->in_flight)
        ended (self, now, out);
      else if (state.kind != OREE_SIP_SUBSTATE_TERMINATED)
        self->notified = FALSE; /* an older one; the last is yet to come */
      return 200;
    }
  status = read_document (self, request, &document);
  if (state.kind == OREE_SIP_SUBSTATE_TERMINATED)
    {
      g_clear_pointer (&document, oree_pidf_free); /* what it shows is over with it */
      notified_terminated (self, &state, now, out);
      return status ? status : 200;
    }
  self->subscription = LIVE;
  if (state.has_expires && state.expires > 0
      && (self->in_flight || now + (OreeTime) state.expires * OREE_SECOND < self->expires_at))
    set_expiry (self, MIN (state.expires, self->asked), now);
  else if (self->expires_at == OREE_TIME_NEVER)
    set_expiry (self, self->asked, now); /* an old notifier that says nothing */
  if (state.kind == OREE_SIP_SUBSTATE_PENDING)
    g_clear_pointer (&document, oree_pidf_free); /* RFC 8048 5.2.1: silent until allowed */
  else
    notified_active (self, request, document, now, out);
  return status ? status : 200;
}

/* --- deadlines --------------------------------------------------------------------------------- */

static OreeTime
subscription_deadline (const OreeGwWatch *self)
{
  if (self->in_flight)
    return OREE_TIME_NEVER; /* its answer comes, or its transaction ends */
  switch (self->subscription)
    {
    case WAITING:
      return self->retry_at;
    case LIVE:
      return MIN (MIN (self->expires_at, self->refresh_at), self->notify_by);
    case ENDING:
      return self->notify_by;
    case IDLE:
    case ASKING:
      break;
    }
  return OREE_TIME_NEVER;
}

OreeTime
oree_gw_watch_deadline (const OreeGwWatch *self)
{
  return MIN (subscription_deadline (self), oree_gw_shown_deadline (&self->shown));
}

void
oree_gw_watch_on_deadline (OreeGwWatch *self, OreeTime now, OreeGwOut *out)
{
  oree_gw_shown_on_deadline (&self->shown, now, out);
  if (subscription_deadline (self) > now)
    return;
  if (self->subscription == WAITING)
    ask (self, TRUE, now, out);
  else if (self->subscription == ENDING)
    ended (self, now, out);
  else if (self->notify_by <= now)
    {
      self->expires_at = now; /* RFC 6665 4.1.2.2: no NOTIFY, no subscription */
      back_off (self, 0, now, out);
    }
  else if (self->expires_at <= now && self->asleep)
    rest (self, out);
  else if (self->expires_at <= now)
    ask_anew (self, now, now, out);
  else if (self->asleep)
    self->refresh_at = OREE_TIME_NEVER;
  else
    {
      self->refresh_at = OREE_TIME_NEVER;
      ask (self, FALSE, now, out);
    }
}

void
oree_gw_watch_on_return (OreeGwWatch *self, OreeTime at)
{
  if (self->subscription == LIVE && !self->asleep)
    self->refresh_at = MIN (self->refresh_at, at);
  else if (self->subscription == WAITING && self->failures > 0)
    self->retry_at = MIN (self->retry_at, at);
}

gboolean
oree_gw_watch_is_over (const OreeGwWatch *self)
{
  return self->authorisation == OREE_GW_AUTHORISATION_NONE && self->subscription == IDLE;
}

const char *
oree_gw_watch_authorisation (const OreeGwWatch *self)
{
  return oree_gw_authorisation_nick (self->authorisation);
}

const char *
oree_gw_watch_subscription (const OreeGwWatch *self)
{
  return subscription_nicks[self->subscription];
}

OreeTime
oree_gw_watch_next (const OreeGwWatch *self)
{
  switch (self->subscription)
    {
    case WAITING:
      return self->retry_at;
    case LIVE:
      return self->asleep ? OREE_TIME_NEVER : MIN (self->refresh_at, self->expires_at);
    case IDLE:
    case ASKING:
    case ENDING:
      break;
    }
  return OREE_TIME_NEVER;
}

gboolean
oree_gw_watch_is_known (const OreeGwWatch *self)
{
  return self->authorisation == OREE_GW_AUTHORISATION_GRANTED && self->shown.document != NULL;
}

gboolean
oree_gw_watch_is_asleep (const OreeGwWatch *self)
{
  return self->asleep;
}
