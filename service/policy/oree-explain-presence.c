/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policy first, by the function that decides; then the chain of what must be alive, until a link is missing. */
#include "policy/oree-explain-presence.h"
#include "ident/oree-jid.h"
#include "ident/oree-sip-uri.h"
#include <string.h>

#define KIND "explain"
#define WHAT "presence"

static const char *const step_nicks[] = {
#define X(symbol, nick) nick,
  OREE_PRESENCE_STEPS (X)
#undef X
  NULL
};

static const char *const reason_nicks[] = {
#define X(symbol, nick) nick,
  OREE_PRESENCE_REASONS (X)
#undef X
  NULL
};

const char *const *
oree_presence_step_nicks (void)
{
  return step_nicks;
}

const char *const *
oree_presence_reason_nicks (void)
{
  return reason_nicks;
}

/* --- who --------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean to_sip;  /* the watcher is the outside contact */
  char *ours;       /* address of record */
  char *contact;    /* bare JID key */
  char *partner;    /* its domain */
} Who;

static void
who_clear (Who *who)
{
  g_free (who->ours);
  g_free (who->contact);
  g_free (who->partner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Who, who_clear)

static const char *
text_of (GVariant *row, const char *name)
{
  const char *text = "";

  if (row != NULL)
    g_variant_lookup (row, name, "&s", &text);
  return text;
}

/* An address as people write it, with or without scheme. */
static gboolean
read_jid (const char *text, OreeJid *jid)
{
  static const char *const schemes[] = { "sip:", "sips:", "xmpp:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (text, schemes[i], strlen (schemes[i])) == 0)
      return oree_jid_parse (jid, oree_span_str (text + strlen (schemes[i])));
  return oree_jid_parse (jid, oree_span_str (text));
}

static char *
read_aor (const char *text)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;
  g_autoptr (GString) uri = g_string_new ("sip:");

  if (g_ascii_strncasecmp (text, "sip", 3) == 0 && strchr (text, ':') != NULL)
    return oree_sip_aor_normalise (oree_span_str (text));
  if (!read_jid (text, &jid) || jid.local == NULL)
    return NULL;
  oree_sip_uri_escape_user (oree_span_str (jid.local), uri);
  g_string_append_printf (uri, "@%s", jid.domain);
  return oree_sip_aor_normalise (oree_span_str (uri->str));
}

/* One of them is ours: by the domain. When both are, or neither, the policy's own questions say what is wrong. */
static gboolean
read_who (const OreePolicy *policy, GVariant *facts, OreeProblems *problems, Who *who)
{
  static const char *const names[] = { "watcher", "presentity" };
  g_auto (OreeJid) watcher = OREE_JID_INIT, presentity = OREE_JID_INIT;
  OreeJid *jids[] = { &watcher, &presentity };
  const OreeJid *contact;
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, NULL))
    if (strcmp (name, names[0]) != 0 && strcmp (name, names[1]) != 0)
      oree_problems_add (problems, KIND, WHAT, name, OREE_PROBLEM_UNKNOWN_FIELD, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *text = text_of (facts, names[i]);

      if (*text == '\0')
        oree_problems_add (problems, KIND, WHAT, names[i], OREE_PROBLEM_REQUIRED, NULL);
      else if (!read_jid (text, jids[i]) || jids[i]->local == NULL)
        oree_problems_add (problems, KIND, WHAT, names[i], OREE_PROBLEM_BAD_SIP_URI, text);
    }
  if (oree_problems_n_errors (problems) > 0)
    return FALSE;
  who->to_sip = oree_policy_sip_domain (policy, watcher.domain) == NULL;
  contact = who->to_sip ? &watcher : &presentity;
  who->ours = read_aor (text_of (facts, names[who->to_sip ? 1 : 0]));
  who->contact = oree_jid_to_key (contact);
  who->partner = g_strdup (contact->domain);
  if (who->ours == NULL)
    oree_problems_add (problems, KIND, WHAT, names[who->to_sip ? 1 : 0], OREE_PROBLEM_BAD_SIP_URI, "");
  return who->ours != NULL;
}

char *
oree_explain_presence_partner (const OreePolicy *policy, GVariant *facts)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_auto (Who) who = { 0 };

  return read_who (policy, facts, problems, &who) ? g_steal_pointer (&who.partner) : NULL;
}

/* --- what is alive ----------------------------------------------------------------------------- */

static GVariant *
find_row (GVariant *rows, const char *a_name, const char *a, const char *b_name, const char *b)
{
  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      if (strcmp (text_of (row, a_name), a) == 0 && (b == NULL || strcmp (text_of (row, b_name), b) == 0))
        return g_steal_pointer (&row);
    }
  return NULL;
}

typedef struct
{
  GVariantBuilder steps;
  const char *missing; /* the first reason; NULL: nothing is missing yet */
} Chain;

/* Adds a step; after the first one that fails the others are not asked. `field` of `row` is shown. */
static void
add_step (Chain *chain, OreePresenceStep step, const char *reason, const char *kind, GVariant *row, const char *field)
{
  g_autofree char *time_name = field != NULL ? g_strconcat (field, "-time", NULL) : NULL;
  gboolean asked = chain->missing == NULL;
  GVariantDict dict;
  gint64 at;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "step", "s", step_nicks[step]);
  g_variant_dict_insert (&dict, "outcome", "s", !asked ? "skip" : reason != NULL ? "refuse" : "pass");
  g_variant_dict_insert (&dict, "reason", "s", asked && reason != NULL ? reason : "allowed");
  if (asked && row != NULL && field != NULL && *text_of (row, field) != '\0')
    {
      g_variant_dict_insert (&dict, "kind", "s", kind);
      g_variant_dict_insert (&dict, "field", "s", field);
      g_variant_dict_insert (&dict, "value", "s", text_of (row, field));
      if (g_variant_lookup (row, time_name, "x", &at) || g_variant_lookup (row, "time", "x", &at))
        g_variant_dict_insert (&dict, "time", "x", at);
    }
  g_variant_builder_add_value (&chain->steps, g_variant_dict_end (&dict));
  if (asked)
    chain->missing = reason;
}

/* A stream is dialled when there is something to say, so none is no failure; one that failed last is. */
static const char *
stream_reason (GVariant *stream, GVariant *event, GVariant **shown, const char **field)
{
  static const char *const failures[] = { "stream-failed", "stream-refused" };
  g_autoptr (GVariant) details = event != NULL ? g_variant_lookup_value (event, "details", G_VARIANT_TYPE_VARDICT) : NULL;

  *field = "state";
  *shown = stream != NULL ? g_variant_ref (stream) : NULL;
  if (stream != NULL || details == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    if (strcmp (text_of (event, "nick"), failures[i]) == 0)
      {
        *field = "reason";
        *shown = g_variant_ref (details);
        return *text_of (details, "reason") != '\0' ? g_intern_string (text_of (details, "reason")) : "connect-failed";
      }
  return NULL;
}

static const struct
{
  const char *state;
  OreePresenceReason reason;
} states[] = {
  { "asking", OREE_PRESENCE_ASKING }, { "waiting", OREE_PRESENCE_WAITING }, { "asleep", OREE_PRESENCE_ASLEEP },
  { "ending", OREE_PRESENCE_ENDING }, { "idle", OREE_PRESENCE_NO_DEVICE },
};

static const char *
subscription_reason (GVariant *row)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (text_of (row, "state"), states[i].state) == 0)
      return reason_nicks[states[i].reason];
  return NULL;
}

/* Each link needs the one before: somebody asked, the other agreed, the domains can talk, the SIP side stands, and
 * something was said. An answer that is pending because the SIP side cannot be asked is the SIP side's fault. */
static void
add_live (Chain *chain, const Who *who, const OreePresenceLive *live, GVariant *event)
{
  g_autoptr (GVariant) row = who->to_sip
    ? find_row (live->subscriptions, "watcher", who->contact, "presentity", who->ours)
    : find_row (live->subscriptions, "watcher", who->ours, "presentity", who->contact);
  g_autoptr (GVariant) stream = find_row (live->connections, "partner", who->partner, NULL, NULL);
  g_autoptr (GVariant) shown = NULL;
  const char *authorisation = text_of (row, "authorisation"), *field;
  gboolean asked = strcmp (authorisation, "pending") == 0 || strcmp (authorisation, "granted") == 0, known = FALSE;
  const char *later = row != NULL ? subscription_reason (row) : NULL, *pending = NULL, *reason;

  if (strcmp (authorisation, "pending") == 0)
    pending = who->to_sip && later != NULL ? later
            : reason_nicks[who->to_sip ? OREE_PRESENCE_PENDING_SIP : OREE_PRESENCE_PENDING_XMPP];
  if (row != NULL)
    g_variant_lookup (row, "known", "b", &known);
  reason = stream_reason (stream, event, &shown, &field);

  add_step (chain, OREE_PRESENCE_STEP_ASKED, asked ? NULL : reason_nicks[OREE_PRESENCE_NEVER_ASKED], "subscription", row,
            "authorisation");
  add_step (chain, OREE_PRESENCE_STEP_STREAM, reason, "stream", shown, field);
  add_step (chain, OREE_PRESENCE_STEP_APPROVED, pending, "subscription", row, who->to_sip ? "last-sip" : "last-xmpp");
  add_step (chain, OREE_PRESENCE_STEP_SUBSCRIPTION, later, "subscription", row, "last-sip");
  add_step (chain, OREE_PRESENCE_STEP_TOLD, known ? NULL : reason_nicks[OREE_PRESENCE_NOTHING_TOLD], "subscription", row,
            who->to_sip ? "last-sip" : "last-xmpp");
}

/* --- both -------------------------------------------------------------------------------------- */

static GVariant *
policy_facts (const Who *who, const OreePresenceLive *live)
{
  g_autoptr (GVariant) entry = find_row (live->allow_entries, "user", who->ours, "contact", who->contact);
  GVariantDict facts;

  g_variant_dict_init (&facts, NULL);
  g_variant_dict_insert (&facts, "direction", "s", who->to_sip ? "in" : "out");
  g_variant_dict_insert (&facts, "ask", "s", "subscribe");
  g_variant_dict_insert (&facts, "local-user", "s", who->ours);
  g_variant_dict_insert (&facts, "remote-domain", "s", who->partner);
  g_variant_dict_insert (&facts, "allow-entry", "b", entry != NULL);
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

gboolean
oree_explain_presence (const OreePolicy *policy, GVariant *facts, const OreePresenceLive *live, GVariant *last_event,
                       GVariant **verdict, GVariant **steps, OreeProblems *problems)
{
  g_autoptr (GVariant) own = NULL, decided = NULL, asked = NULL;
  g_auto (Who) who = { 0 };
  Chain chain = { .missing = NULL };
  gboolean allow = FALSE;
  GVariantDict dict;

  if (!read_who (policy, facts, problems, &who))
    return FALSE;
  own = policy_facts (&who, live);
  if (!oree_explain (policy, "xmpp", own, &decided, &asked, problems))
    return FALSE;
  g_variant_ref_sink (decided);
  g_variant_ref_sink (asked);
  g_variant_lookup (decided, "allow", "b", &allow);

  g_variant_builder_init (&chain.steps, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (asked); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (asked, i);

      g_variant_builder_add_value (&chain.steps, step);
    }
  if (!allow)
    {
      g_variant_dict_init (&dict, decided);
      *verdict = g_variant_dict_end (&dict);
      *steps = g_variant_builder_end (&chain.steps);
      return TRUE;
    }
  add_live (&chain, &who, live, last_event);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "allow", "b", chain.missing == NULL);
  g_variant_dict_insert (&dict, "reason", "s", chain.missing != NULL ? chain.missing : "allowed");
  g_variant_dict_insert (&dict, "level", "s", chain.missing != NULL ? "warning" : "info");
  *verdict = g_variant_dict_end (&dict);
  *steps = g_variant_builder_end (&chain.steps);
  return TRUE;
}
