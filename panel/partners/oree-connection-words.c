/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/partners/oree-connection-words.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *nick;
  const char *words; /* N_() */
} Word;

/* oree_xmpp_auth_nick () of the service. */
static const Word methods[] = {
  { "pending", N_ ("not yet") },
  { "none", N_ ("none") },
  { "sasl-tls", N_ ("SASL over TLS") },
  { "tls-dialback", N_ ("TLS dialback") },
  { "tcp-dialback", N_ ("TCP dialback") },
};

/* oree_xmpp_by_nick (). */
static const Word proofs[] = {
  { "pkix", N_ ("a trusted authority") },
  { "pin", N_ ("its fingerprint") },
  { "dane", N_ ("DANE") },
  { "posh", N_ ("POSH") },
};

static const Word legs[] = {
  { "user", N_ ("a user's client") },
  { "next-hop", N_ ("next hop") },
  { "gateway", N_ ("XMPP gateway") },
  { "front-end", N_ ("front end") },
  { "partner", N_ ("partner") },
};

/* What has no word here is shown as it is: a newer service stays readable. */
static const char *
word_of (const Word *words, guint n, const char *nick)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (words[i].nick, nick))
      return _ (words[i].words);
  return nick;
}

char *
oree_connection_title (OreeClientItem *item)
{
  const char *partner = oree_client_item_text (item, "partner");

  return g_strdup (*partner != '\0' ? partner : oree_client_item_text (item, "peer"));
}

static char *
title (OreeClientItem *item, gpointer data)
{
  return oree_connection_title (item);
}

static char *
protocol (OreeClientItem *item, gpointer data)
{
  return g_ascii_strup (oree_client_item_text (item, "protocol"), -1);
}

static char *
direction (OreeClientItem *item, gpointer data)
{
  const char *nick = oree_client_item_text (item, "direction");

  if (oree_client_item_flag (item, "bidirectional"))
    return g_strdup (_ ("↔ both"));
  if (g_str_equal (nick, "in"))
    return g_strdup (_ ("← in"));
  if (g_str_equal (nick, "out"))
    return g_strdup (_ ("→ out"));
  return g_strdup (word_of (legs, G_N_ELEMENTS (legs), oree_client_item_text (item, "leg")));
}

static char *
state (OreeClientItem *item, gpointer data)
{
  const char *nick = oree_client_item_text (item, "state");

  /* A SIP connection has no state: it is there. */
  return g_strdup (g_str_equal (nick, "connecting") ? _ ("◌ Connecting") : _ ("✔ Connected"));
}

static char *
tls (OreeClientItem *item, gpointer data)
{
  if (!oree_client_item_flag (item, "tls"))
    return g_strdup (_ ("⚠ none"));
  return g_strdup (oree_client_item_flag (item, "direct-tls") ? _ ("direct TLS") : _ ("TLS"));
}

static char *
method (OreeClientItem *item, gpointer data)
{
  const char *nick = oree_client_item_text (item, "method");

  return g_strdup (*nick != '\0' ? word_of (methods, G_N_ELEMENTS (methods), nick) : "–");
}

/* A method's name says whether there is TLS; what has none (SIP, a stream that begins) has TLS or not. */
static char *
security (OreeClientItem *item, gpointer data)
{
  const char *nick = oree_client_item_text (item, "method");

  return *nick != '\0' ? g_strdup (word_of (methods, G_N_ELEMENTS (methods), nick)) : tls (item, data);
}

static char *
since (OreeClientItem *item, gpointer data)
{
  return oree_ui_short_time (oree_client_item_time (item, "since"));
}

static char *
by_time (OreeClientItem *item, const char *name)
{
  return g_strdup_printf ("%020" G_GINT64_FORMAT, oree_client_item_time (item, name));
}

static char *
since_sort (OreeClientItem *item, gpointer data)
{
  return by_time (item, "since");
}

static char *
number_of (OreeClientItem *item, const char *name)
{
  return oree_ui_number (oree_client_item_number (item, name));
}

static char *
padded (OreeClientItem *item, const char *name)
{
  return g_strdup_printf ("%020" G_GUINT64_FORMAT, oree_client_item_number (item, name));
}

static char *
in (OreeClientItem *item, gpointer data)
{
  return number_of (item, "messages-in");
}

static char *
in_sort (OreeClientItem *item, gpointer data)
{
  return padded (item, "messages-in");
}

static char *
out (OreeClientItem *item, gpointer data)
{
  return number_of (item, "messages-out");
}

static char *
out_sort (OreeClientItem *item, gpointer data)
{
  return padded (item, "messages-out");
}

const OreeListColumn oree_connection_columns[] = {
  { .id = "partner", .title = N_ ("Partner"), .text = title, .expand = TRUE },
  { .id = "protocol", .title = N_ ("Protocol"), .text = protocol, .width = 60 },
  { .id = "direction", .title = N_ ("Direction"), .text = direction, .width = 78 },
  { .id = "state", .title = N_ ("State"), .text = state, .width = 106 },
  { .id = "method", .title = N_ ("Authentication"), .text = security, .width = 100 },
  { .id = "since", .title = N_ ("Since"), .text = since, .sort = since_sort, .width = 74 },
  { .id = "in", .title = NC_ ("messages", "In"), .context = "messages", .text = in, .sort = in_sort, .number = TRUE, .width = 44 },
  { .id = "out", .title = NC_ ("messages", "Out"), .context = "messages", .text = out, .sort = out_sort, .number = TRUE, .width = 40 },
};
const guint oree_n_connection_columns = G_N_ELEMENTS (oree_connection_columns);

static char *
partner_state (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("partner-state", oree_enum_to_nick (oree_partner_states,
                                                                         (int) oree_client_item_partner_state (item))));
}

static char *
partner_type (OreeClientItem *item, gpointer data)
{
  return g_strdup (oree_words_label ("partner-type", oree_client_item_text (item, "partner-type")));
}

static char *
streams_in (OreeClientItem *item, gpointer data)
{
  return number_of (item, "streams-in");
}

static char *
streams_out (OreeClientItem *item, gpointer data)
{
  return number_of (item, "streams-out");
}

static char *
subscriptions (OreeClientItem *item, gpointer data)
{
  return number_of (item, "subscriptions");
}

static char *
last_word (OreeClientItem *item, gpointer data)
{
  const char *reason = oree_client_item_text (item, "last-reason");

  return *reason != '\0' ? oree_sentence_reason (reason) : g_strdup ("");
}

static char *
last_time (OreeClientItem *item, gpointer data)
{
  return oree_ui_short_time (oree_client_item_time (item, "last-time"));
}

static char *
last_sort (OreeClientItem *item, gpointer data)
{
  return by_time (item, "last-time");
}

const OreeListColumn oree_partner_columns[] = {
  { .id = "partner", .title = N_ ("Partner"), .field = "partner", .width = 112, .expand = TRUE },
  { .id = "type", .title = N_ ("Type"), .text = partner_type, .width = 128 },
  { .id = "state", .title = N_ ("State"), .text = partner_state, .width = 106 },
  { .id = "in", .title = NC_ ("streams", "In"), .context = "streams", .text = streams_in, .number = TRUE, .width = 44 },
  { .id = "out", .title = NC_ ("streams", "Out"), .context = "streams", .text = streams_out, .number = TRUE, .width = 44 },
  { .id = "last", .title = N_ ("Last reason"), .text = last_word, .width = 95, .expand = TRUE },
  { .id = "time", .title = N_ ("Time"), .text = last_time, .sort = last_sort, .width = 78 },
};
const guint oree_n_partner_columns = G_N_ELEMENTS (oree_partner_columns);

/* Adds what `text` makes of the row. */
static void
add (OreeFacts *facts, const char *label, OreeListText text, OreeClientItem *item)
{
  g_autofree char *value = text (item, NULL);

  oree_facts_add (facts, label, value);
}

static void
tell_certificate (OreeClientItem *item, OreeFacts *facts)
{
  const char *by = oree_client_item_text (item, "certificate-by");
  const char *problem = oree_client_item_text (item, "certificate-problem");
  g_autofree char *expires = oree_ui_time (oree_client_item_time (item, "certificate-expires"));
  g_autofree char *wrong = *problem != '\0' ? oree_sentence_reason (problem) : NULL;

  if (*oree_client_item_text (item, "certificate-fingerprint") == '\0')
    return;
  oree_facts_add_group (facts, _ ("Peer certificate"), NULL);
  oree_facts_add (facts, _ ("Subject"), oree_client_item_text (item, "certificate-subject"));
  oree_facts_add (facts, _ ("Name that stands for the partner"), oree_client_item_text (item, "certificate-name"));
  oree_facts_add (facts, _ ("Proved by"), *by != '\0' ? word_of (proofs, G_N_ELEMENTS (proofs), by) : NULL);
  oree_facts_add (facts, _ ("What is wrong"), wrong);
  oree_facts_add (facts, _ ("Valid until"), expires);
  oree_facts_add (facts, _ ("Thumbprint (SHA-256)"), oree_client_item_text (item, "certificate-fingerprint"));
}

void
oree_connection_tell (OreeClientItem *item, OreeFacts *facts)
{
  g_autofree char *started = oree_ui_time (oree_client_item_time (item, "since"));

  oree_facts_add_group (facts, _ ("Connection"), NULL);
  oree_facts_add (facts, _ ("Partner"), oree_client_item_text (item, "partner"));
  oree_facts_add (facts, _ ("Our domain"), oree_client_item_text (item, "local-domain"));
  add (facts, _ ("Protocol"), protocol, item);
  add (facts, _ ("Direction"), direction, item);
  oree_facts_add (facts, _ ("Address"), oree_client_item_text (item, "peer"));
  add (facts, _ ("State"), state, item);
  oree_facts_add (facts, _ ("Since"), started);
  oree_facts_add_group (facts, _ ("Security"), NULL);
  add (facts, _ ("TLS"), tls, item);
  add (facts, _ ("Authentication"), method, item);
  tell_certificate (item, facts);
  oree_facts_add_group (facts, _ ("Traffic"), NULL);
  add (facts, _ ("Messages in"), in, item);
  add (facts, _ ("Messages out"), out, item);
  if (g_str_equal (oree_client_item_text (item, "protocol"), "xmpp"))
    oree_facts_add (facts, _ ("Acknowledgements"), oree_client_item_flag (item, "acknowledgements") ? _ ("yes") : _ ("no"));
}

void
oree_partner_tell (OreeClientItem *item, OreeFacts *facts)
{
  g_autofree char *when = oree_ui_time (oree_client_item_time (item, "last-time"));

  oree_facts_add_group (facts, _ ("Partner"), NULL);
  add (facts, _ ("Partner type"), partner_type, item);
  add (facts, _ ("State"), partner_state, item);
  add (facts, _ ("Incoming streams"), streams_in, item);
  add (facts, _ ("Outgoing streams"), streams_out, item);
  add (facts, _ ("Presence subscriptions"), subscriptions, item);
  add (facts, _ ("Last reason"), last_word, item);
  oree_facts_add (facts, _ ("Last event"), when);
}
