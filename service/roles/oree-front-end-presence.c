/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The presence agent: PUBLISH into presentities, SUBSCRIBE into watches, NOTIFY out. */
#include "base/oree-secret.h"
#include "codec/mime/oree-watcherinfo.h"
#include "codec/sip/oree-sip-addr.h"
#include "ident/oree-sip-uri.h"
#include "roles/oree-front-end.h"
#include "roles/oree-sub-answer.h"

static const OreePublishRules publish_rules = OREE_PUBLISH_RULES_DEFAULT;

typedef struct
{
  OreeLane *lane;
  OreePresentity *presentity;
  OreeTimer timer;
  guint held; /* being worked on: not to be freed */
  GPtrArray *curious; /* Watch *: the user's own devices that want to know who watches */
  guint32 version;    /* of what they were told last */
} Person;

typedef struct
{
  OreeLane *lane;
  guint64 id;
  char *key; /* "Call-ID local-tag" */
  Person *person;
  OreeSipSub *sub;
  OreeFlow flow;
  OreeTimer timer;
  OreeTime since;
  gboolean winfo; /* watches the watchers */
} Watch;

struct _OreeFrontEndPresence
{
  GHashTable *persons; /* address of record → Person */
  GHashTable *watches; /* key → Watch */
  GHashTable *by_id;   /* id → Watch: NOTIFYs under way find back */
  guint64 next_id;
};

static void pump (Watch *watch);

/* --- presentities ------------------------------------------------------------------------------ */

static void
refresh_watchers (Person *person)
{
  const GPtrArray *watchers = oree_presentity_watchers (person->presentity);
  g_autofree char *stamp = oree_time_format_wall (g_get_real_time ());
  g_autoptr (GBytes) body = oree_presentity_compose (person->presentity, stamp);
  g_autoptr (GPtrArray) copy = g_ptr_array_new ();

  person->held++;
  for (guint i = 0; i < watchers->len; i++)
    g_ptr_array_add (copy, g_ptr_array_index (watchers, i));
  for (guint i = 0; i < copy->len; i++)
    {
      Watch *watch = g_ptr_array_index (copy, i);

      oree_sip_sub_set_body (watch->sub, body, oree_worker_now (person->lane->worker));
      pump (watch);
    }
  person->held--;
}

static GBytes *
compose_watchers (Person *person)
{
  const GPtrArray *watchers = oree_presentity_watchers (person->presentity);
  OreeTime now = oree_worker_now (person->lane->worker);
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (OreeWatcher));

  for (guint i = 0; i < watchers->len; i++)
    {
      const Watch *watch = g_ptr_array_index (watchers, i);
      OreeWatcher watcher = {
        .id = watch->id, .uri = oree_sip_sub_dialog (watch->sub)->remote_uri, .status = "active", .event = "subscribe",
        .expiration = oree_sip_sub_expires (watch->sub, now), .duration = (guint32) ((now - watch->since) / OREE_SECOND),
      };

      if (oree_sip_sub_state (watch->sub) == OREE_SIP_SUB_ACTIVE)
        g_array_append_val (list, watcher);
    }
  return oree_watcherinfo_write (oree_presentity_aor (person->presentity), person->version++,
                                 (const OreeWatcher *) (gpointer) list->data, list->len);
}

/* Somebody began or ceased to watch: the user's own devices hear it (RFC 3857), within five seconds. */
static void
tell_curious (Person *person)
{
  g_autoptr (GBytes) body = person->curious->len > 0 ? compose_watchers (person) : NULL;

  person->held++;
  for (guint i = 0; i < person->curious->len; i++)
    {
      Watch *watch = g_ptr_array_index (person->curious, i);

      oree_sip_sub_set_body (watch->sub, body, oree_worker_now (person->lane->worker));
      oree_worker_arm (person->lane->worker, &watch->timer, oree_sip_sub_deadline (watch->sub));
    }
  person->held--;
}

static void
settle_person (Person *person)
{
  if (person->held > 0)
    return;
  if (oree_presentity_is_idle (person->presentity) && person->curious->len == 0)
    g_hash_table_remove (person->lane->front_end->presence->persons, oree_presentity_aor (person->presentity));
  else
    oree_worker_arm (person->lane->worker, &person->timer, oree_presentity_deadline (person->presentity));
}

static void
person_timer_cb (gpointer data)
{
  Person *person = data;

  if (oree_presentity_on_deadline (person->presentity, oree_worker_now (person->lane->worker)))
    refresh_watchers (person);
  settle_person (person);
}

static void
person_free (gpointer data)
{
  Person *person = data;

  oree_worker_cancel (person->lane->worker, &person->timer);
  oree_presentity_free (person->presentity);
  g_ptr_array_unref (person->curious);
  g_free (person);
}

static Person *
person_of (OreeLane *lane, const char *aor)
{
  Person *person = g_hash_table_lookup (lane->front_end->presence->persons, aor);

  if (person == NULL)
    {
      g_autofree char *tag = oree_random_hex (16);

      person = g_new0 (Person, 1);
      person->lane = lane;
      person->curious = g_ptr_array_new ();
      person->presentity = oree_presentity_new (aor, tag);
      oree_timer_init (&person->timer, person_timer_cb, person);
      oree_presentity_set_registered (person->presentity,
                                      oree_registrar_is_bound (lane->front_end->registrar, aor, oree_worker_now (lane->worker)));
      g_hash_table_insert (lane->front_end->presence->persons, (gpointer) oree_presentity_aor (person->presentity), person);
    }
  return person;
}

void
oree_front_end_registered (OreeLane *lane, const char *aor, gboolean registered)
{
  Person *person = person_of (lane, aor);

  if (oree_presentity_set_registered (person->presentity, registered))
    refresh_watchers (person);
  settle_person (person);
}

void
oree_front_end_publish_in (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  OreePublishRequest request;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  char tag[OREE_SIP_ID_SIZE];
  guint status = oree_publish_read (&request, &rx->msg, &publish_rules);
  OreePublishResult result = { 0 };
  Person *person = NULL;

  if (status == 0)
    {
      person = person_of (lane, aor);
      result = oree_presentity_publish (person->presentity, &request, oree_worker_now (lane->worker));
      status = result.status;
    }
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  oree_sip_write_response (&writer, &rx->msg, status, NULL, tag, FALSE);
  if (status == 200)
    oree_publish_write_result (&result, &writer);
  else
    oree_publish_write_refusal (status, &rx->msg, &publish_rules, &writer);
  oree_sip_hub_respond_with (lane, rx, &writer);
  if (person != NULL)
    {
      if (result.changed)
        refresh_watchers (person);
      settle_person (person);
    }
}

/* --- watches ----------------------------------------------------------------------------------- */

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  oree_worker_cancel (watch->lane->worker, &watch->timer);
  oree_presentity_remove_watcher (watch->person->presentity, watch);
  g_ptr_array_remove (watch->person->curious, watch);
  g_hash_table_remove (watch->lane->front_end->presence->by_id, &watch->id);
  oree_sip_sub_free (watch->sub);
  g_free (watch->key);
  g_free (watch);
}

static void
watch_over (Watch *watch)
{
  Person *person = watch->person;

  gboolean seen = !watch->winfo;

  g_hash_table_remove (watch->lane->front_end->presence->watches, watch->key);
  if (seen)
    tell_curious (person);
  settle_person (person);
}

static void
notified_cb (OreeLane *lane, guint status, const OreeSipRx *response, gpointer data)
{
  g_autofree guint64 *id = data;
  Watch *watch = lane->front_end != NULL ? g_hash_table_lookup (lane->front_end->presence->by_id, id) : NULL;

  if (watch == NULL)
    return;
  oree_sip_sub_on_response (watch->sub, response != NULL ? &response->msg : NULL, response != NULL ? status : 0,
                            oree_worker_now (lane->worker));
  pump (watch);
}

/* Sends what is due, then waits for the next moment; frees the watch when it is over. */
static void
pump (Watch *watch)
{
  OreeLane *lane = watch->lane;
  g_autofree char *via = oree_sip_hub_via (lane, watch->flow);
  GString *text = oree_sip_sub_take_notify (watch->sub, via, oree_worker_now (lane->worker));

  if (text != NULL)
    oree_sip_hub_request (lane, watch->flow, text, notified_cb, g_memdup2 (&watch->id, sizeof watch->id));
  if (oree_sip_sub_is_over (watch->sub))
    watch_over (watch);
  else
    oree_worker_arm (lane->worker, &watch->timer, oree_sip_sub_deadline (watch->sub));
}

static void
watch_timer_cb (gpointer data)
{
  Watch *watch = data;

  oree_sip_sub_on_deadline (watch->sub, oree_worker_now (watch->lane->worker));
  pump (watch);
}

static void
subscribe_again (OreeLane *lane, OreeSipRx *rx, OreeSpan tag)
{
  OreeFrontEndPresence *self = lane->front_end->presence;
  g_autofree char *key = oree_sub_key (oree_sip_msg_value (&rx->msg, OREE_SIP_HDR_CALL_ID), tag);
  Watch *watch = g_hash_table_lookup (self->watches, key);
  guint32 expires = 0;
  guint status;

  if (watch == NULL)
    {
      oree_sub_refuse_by (lane, rx, 481, &oree_sub_rules_at_home);
      return;
    }
  status = oree_sip_sub_on_subscribe (watch->sub, &rx->msg, &oree_sub_rules_at_home, oree_worker_now (lane->worker), &expires);
  if (status != 200)
    {
      oree_sub_refuse_by (lane, rx, status, &oree_sub_rules_at_home);
      return;
    }
  watch->flow = rx->flow;
  oree_sub_accept (lane, rx, oree_sip_sub_dialog (watch->sub), expires);
  pump (watch);
}

/* Does the request come from the user it is about? Its sender is who signed in. */
static gboolean
is_own (const OreeSipMsg *msg, const char *aor)
{
  OreeSipAddr from;
  g_autofree char *sender = oree_sip_addr_from_msg (&from, msg, OREE_SIP_HDR_FROM) > 0 ? oree_sip_aor_normalise (from.uri) : NULL;

  return g_strcmp0 (sender, aor) == 0;
}

void
oree_front_end_subscribe_in (OreeLane *lane, OreeSipRx *rx, const char *aor)
{
  OreeFrontEndPresence *self = lane->front_end->presence;
  OreeTime now = oree_worker_now (lane->worker);
  g_autofree char *stamp = NULL;
  g_autoptr (GBytes) body = NULL;
  OreeSipSubRequest request;
  OreeSipDialog *dialog;
  OreeSipAddr to;
  char tag[OREE_SIP_ID_SIZE];
  Watch *watch;
  guint status;

  if (oree_sip_addr_from_msg (&to, &rx->msg, OREE_SIP_HDR_TO) > 0 && !oree_span_is_empty (to.tag))
    {
      subscribe_again (lane, rx, to.tag);
      return;
    }
  status = oree_sip_sub_read (&request, &rx->msg, &oree_sub_rules_at_home);
  if (status == 0 && request.winfo && !is_own (&rx->msg, aor))
    status = 403; /* who watches is nobody else's business */
  if (status != 0)
    {
      oree_sub_refuse_by (lane, rx, status, &oree_sub_rules_at_home);
      return;
    }
  oree_sip_ids_tag (oree_sip_hub_ids (lane), tag);
  dialog = oree_sip_dialog_new_uas (&rx->msg, tag, aor);
  if (dialog == NULL)
    {
      oree_sub_refuse_by (lane, rx, 400, &oree_sub_rules_at_home);
      return;
    }
  watch = g_new0 (Watch, 1);
  watch->lane = lane;
  watch->id = ++self->next_id;
  watch->key = oree_sub_key (oree_span_str (dialog->call_id), oree_span_str (dialog->local_tag));
  watch->person = person_of (lane, aor);
  watch->flow = rx->flow;
  watch->sub = oree_sip_sub_new (dialog, &request, OREE_SIP_SUB_ACTIVE, now);
  oree_timer_init (&watch->timer, watch_timer_cb, watch);
  g_hash_table_insert (self->watches, watch->key, watch);
  g_hash_table_insert (self->by_id, &watch->id, watch);
  watch->since = now;
  watch->winfo = request.winfo;
  if (watch->winfo)
    {
      g_ptr_array_add (watch->person->curious, watch);
      body = compose_watchers (watch->person);
    }
  else
    {
      oree_presentity_add_watcher (watch->person->presentity, watch);
      stamp = oree_time_format_wall (g_get_real_time ());
      body = oree_presentity_compose (watch->person->presentity, stamp);
      tell_curious (watch->person);
    }
  oree_sip_sub_set_body (watch->sub, body, now);
  oree_sub_accept (lane, rx, oree_sip_sub_dialog (watch->sub), request.expires);
  pump (watch);
}

/* --- life -------------------------------------------------------------------------------------- */

void
oree_front_end_presence_stop (OreeLane *lane)
{
  g_autoptr (GList) watches = g_hash_table_get_values (lane->front_end->presence->watches);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      Watch *watch = l->data;

      oree_sip_sub_set_state (watch->sub, OREE_SIP_SUB_TERMINATED, "deactivated", 0, oree_worker_now (lane->worker));
      pump (watch);
    }
}

void
oree_front_end_presence_init (OreeLane *lane)
{
  OreeFrontEndPresence *self = g_new0 (OreeFrontEndPresence, 1);

  self->persons = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, person_free);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, watch_free);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  lane->front_end->presence = self;
}

void
oree_front_end_presence_clear (OreeLane *lane)
{
  OreeFrontEndPresence *self = lane->front_end->presence;

  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->persons);
  g_clear_pointer (&lane->front_end->presence, g_free);
}
