/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-temper.h"

#include <string.h>

#define DETAIL_MAX 200                                             /* bytes of a peer's words worth keeping */
#define REFRESH (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)        /* the same again is written once a day */

typedef struct
{
  OreeTemper temper;
  char *detail;
  gint64 time;
} Seen;

typedef struct
{
  Seen seen[OREE_N_USAGES];
} Peer;

struct _OreeXmppTemper
{
  GHashTable *peers; /* domain → Peer */
};

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  for (guint u = 0; u < OREE_N_USAGES; u++)
    g_free (peer->seen[u].detail);
  g_free (peer);
}

static Peer *
peer_of (OreeLane *lane, const char *remote)
{
  Peer *peer = g_hash_table_lookup (lane->xmpp_temper->peers, remote);

  if (peer == NULL)
    {
      peer = g_new0 (Peer, 1);
      g_hash_table_insert (lane->xmpp_temper->peers, g_strdup (remote), peer);
    }
  return peer;
}

/* ---- as a row ---- */

static void
write_peer (const Peer *peer, GVariantDict *dict)
{
  for (guint u = 0; u < OREE_N_USAGES; u++)
    {
      const Seen *seen = &peer->seen[u];
      const char *usage = oree_enum_to_nick (oree_usages, (int) u);
      g_autofree char *detail = g_strconcat (usage, "-detail", NULL), *time = g_strconcat (usage, "-time", NULL);

      if (seen->temper == OREE_TEMPER_NEVER_SEEN)
        continue;
      g_variant_dict_insert (dict, usage, "s", oree_enum_to_nick (oree_tempers, (int) seen->temper));
      g_variant_dict_insert (dict, detail, "s", seen->detail != NULL ? seen->detail : "");
      g_variant_dict_insert (dict, time, "x", seen->time);
    }
}

static void
read_peer (Peer *peer, GVariant *value)
{
  for (guint u = 0; u < OREE_N_USAGES; u++)
    {
      Seen *seen = &peer->seen[u];
      const char *usage = oree_enum_to_nick (oree_usages, (int) u);
      g_autofree char *detail = g_strconcat (usage, "-detail", NULL), *time = g_strconcat (usage, "-time", NULL);
      const char *nick;
      int temper;

      if (!g_variant_lookup (value, usage, "&s", &nick)
          || !oree_enum_from_nick (oree_tempers, oree_span_str (nick), &temper))
        continue;
      seen->temper = (OreeTemper) temper;
      g_variant_lookup (value, detail, "s", &seen->detail);
      g_variant_lookup (value, time, "x", &seen->time);
    }
}

/* ---- life ---- */

void
oree_xmpp_temper_init (OreeLane *lane)
{
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;

  lane->xmpp_temper = g_new0 (OreeXmppTemper, 1);
  lane->xmpp_temper->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, peer_free);
  for (guint i = 0; runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);

      if (g_str_equal (row->space, OREE_SPACE_TEMPER) && row->value != NULL && oree_lane_of (lane, row->key) == lane)
        read_peer (peer_of (lane, row->key), row->value);
    }
}

void
oree_xmpp_temper_clear (OreeLane *lane)
{
  g_hash_table_unref (lane->xmpp_temper->peers);
  g_clear_pointer (&lane->xmpp_temper, g_free);
}

/* ---- what happened ---- */

/* What servers say when the extended key usage is why: ejabberd's SASL text, and alert 43 of OpenSSL's. */
static gboolean
speaks_of_purpose (const char *detail)
{
  g_autofree char *lower = g_ascii_strdown (detail, -1);

  return strstr (lower, "purpose") != NULL || strstr (lower, "unsupported certificate") != NULL
         || strstr (lower, "key usage") != NULL;
}

static OreeTemper
temper_of (OreeS2sExternal outcome, const char *detail)
{
  switch (outcome)
    {
    case OREE_S2S_EXTERNAL_ACCEPTED:
      return OREE_TEMPER_ACCEPTED;
    case OREE_S2S_EXTERNAL_REFUSED:
      return speaks_of_purpose (detail) ? OREE_TEMPER_REFUSED_PURPOSE : OREE_TEMPER_REFUSED;
    case OREE_S2S_EXTERNAL_NOT_OFFERED:
      return OREE_TEMPER_NOT_OFFERED;
    case OREE_S2S_EXTERNAL_NOT_SEEN:
      break;
    }
  return OREE_TEMPER_NEVER_SEEN;
}

void
oree_xmpp_temper_note (OreeLane *lane, const char *remote, const OreeTlsCtx *shown, OreeS2sExternal outcome,
                       const char *detail)
{
  OreeTemper temper = temper_of (outcome, detail);
  OreeUsage usage;
  gint64 now = g_get_real_time ();
  g_autofree char *words = NULL;
  GVariantDict dict;
  Peer *peer;
  Seen *seen;

  if (temper == OREE_TEMPER_NEVER_SEEN || shown == NULL || !oree_tls_ctx_has_certificate (shown)
      || oree_policy_xmpp_partner (lane->policy, remote) == NULL) /* strangers would fill the store */
    return;
  usage = oree_tls_ctx_may_be_client (shown) ? OREE_USAGE_CLIENT : OREE_USAGE_SERVER_ONLY;
  peer = peer_of (lane, remote);
  seen = &peer->seen[usage];
  words = g_utf8_make_valid (detail, (gssize) MIN (strlen (detail), DETAIL_MAX));
  if (seen->temper == temper && g_strcmp0 (seen->detail, words) == 0 && ABS (now - seen->time) < REFRESH)
    return;
  g_free (seen->detail);
  *seen = (Seen){ temper, g_steal_pointer (&words), now };
  g_variant_dict_init (&dict, NULL);
  write_peer (peer, &dict);
  oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_TEMPER, remote, g_variant_dict_end (&dict)), NULL, NULL);
}

void
oree_xmpp_temper_list (OreeLane *lane, GVariantBuilder *rows)
{
  GHashTableIter iter;
  const char *domain;
  const Peer *peer;

  g_hash_table_iter_init (&iter, lane->xmpp_temper->peers);
  while (g_hash_table_iter_next (&iter, (gpointer *) &domain, (gpointer *) &peer))
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "domain", "s", domain);
      write_peer (peer, &dict);
      g_variant_builder_add_value (rows, g_variant_dict_end (&dict));
    }
}
