/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-xmpp-stand.h"

#include "base/oree-secret.h"

#define SECRET_BYTES 32
#define SECRET_KEY "dialback-secret"

static const OreeS2sNeed needs[] = {
  [OREE_NEGOTIATION_REQUIRED] = OREE_S2S_REQUIRED,
  [OREE_NEGOTIATION_OPTIONAL] = OREE_S2S_OPTIONAL,
  [OREE_NEGOTIATION_NOT_SUPPORTED] = OREE_S2S_NOT_SUPPORTED,
};

/* The model's table is the only one: its methods are taken as they are. */
G_STATIC_ASSERT ((int) OREE_XMPP_METHOD_SASL_TLS == (int) OREE_S2S_METHOD_SASL_TLS
                 && (int) OREE_XMPP_METHOD_TLS_DIALBACK == (int) OREE_S2S_METHOD_TLS_DIALBACK
                 && (int) OREE_XMPP_METHOD_TCP_DIALBACK == (int) OREE_S2S_METHOD_TCP_DIALBACK);

void
oree_xmpp_stand (const OreePolicy *policy, const char *domain, OreeS2sPolicy *out)
{
  const OreeXmppGateway *gateway = oree_policy_xmpp_gateway (policy);
  const OreeXmppPartner *partner = domain != NULL ? oree_policy_xmpp_partner (policy, domain) : NULL;

  out->establish = (OreeTime) gateway->stream_establishment_timeout * OREE_SECOND;
  out->inactivity = (OreeTime) gateway->stream_inactivity_timeout * OREE_SECOND;
  out->keep_alive_interval = (OreeTime) gateway->keep_alive_interval * OREE_SECOND;
  if (domain != NULL && oree_policy_blocked (policy, domain) != NULL)
    out->standing = OREE_S2S_STANDING_BLOCKED;
  else
    out->standing = partner != NULL ? OREE_S2S_STANDING_PARTNER : OREE_S2S_STANDING_STRANGER;
  if (partner != NULL)
    {
      out->tls = needs[partner->tls_negotiation];
      out->methods = (OreeS2sMethods) oree_xmpp_partner_methods (partner);
      out->bidirectional = partner->enable_bidirectional_streams;
      if (!partner->enable_keep_alive)
        out->keep_alive_interval = OREE_TIME_NEVER;
      return;
    }
  /* Before the name is known TLS cannot be demanded: the partner behind it may be one that has none. A stranger
   * proves its name over TLS or not at all. */
  out->bidirectional = FALSE;
  out->tls = domain == NULL ? OREE_S2S_OPTIONAL : OREE_S2S_REQUIRED;
  out->methods = (OreeS2sMethods) (domain == NULL ? oree_xmpp_negotiation_row (OREE_NEGOTIATION_OPTIONAL,
                                                                              OREE_NEGOTIATION_OPTIONAL, TRUE)->methods
                                                  : oree_policy_xmpp_methods (policy, domain));
}

OreeXmppAuth
oree_xmpp_auth_of (OreeS2sProof proof)
{
  static const OreeXmppAuth auths[OREE_N_S2S_PROOFS] = {
    [OREE_S2S_PROOF_NONE] = OREE_XMPP_AUTH_NONE,
    [OREE_S2S_PROOF_EXTERNAL] = OREE_XMPP_AUTH_SASL_TLS,
    [OREE_S2S_PROOF_CERTIFICATE] = OREE_XMPP_AUTH_SASL_TLS,
    [OREE_S2S_PROOF_DIALBACK_TLS] = OREE_XMPP_AUTH_TLS_DIALBACK,
    [OREE_S2S_PROOF_DIALBACK] = OREE_XMPP_AUTH_TCP_DIALBACK,
  };

  return auths[proof];
}

const char *
oree_xmpp_auth_nick (OreeS2sProof proof)
{
  return oree_enum_to_nick (oree_xmpp_auths, oree_xmpp_auth_of (proof));
}

OreeVerdict
oree_xmpp_stream_verdict (const OreePolicy *policy, OreeDirection direction, const char *local, const char *remote,
                          OreeXmppAuth auth)
{
  OreeXmppFacts facts = {
    .direction = direction, .ask = OREE_XMPP_STREAM, .local_domain = local, .remote_domain = remote, .auth = auth,
  };

  return oree_decide_xmpp (policy, &facts, NULL);
}

const char *
oree_xmpp_end_nick (const OreePolicy *policy, OreeDirection direction, const char *local, const char *remote,
                    OreeS2sProof proof, OreeS2sReason reason)
{
  OreeVerdict verdict = OREE_VERDICT_ALLOW;

  if (reason == OREE_S2S_BLOCKED && remote != NULL && local != NULL)
    verdict = oree_xmpp_stream_verdict (policy, direction, local, remote,
                                        proof == OREE_S2S_PROOF_NONE ? OREE_XMPP_AUTH_PENDING : oree_xmpp_auth_of (proof));
  return verdict.allow ? oree_s2s_reason_nick (reason) : oree_reason_nick (verdict.reason);
}

guint64
oree_xmpp_limit (const OreePolicy *policy, const char *domain)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (policy, domain);

  return partner != NULL ? oree_policy_partner_connection_limit (policy, partner)
                         : oree_policy_xmpp_gateway (policy)->partner_connection_limit;
}

gboolean
oree_xmpp_is_ours (const OreePolicy *policy, const char *domain)
{
  const OreeSipDomain *own = oree_policy_sip_domain (policy, domain);

  return own != NULL && own->xmpp;
}

/* What was found in the store, else made now. */
char *
oree_xmpp_kept_secret (OreeLane *lane)
{
  static GMutex lock;
  static GHashTable *secrets; /* OreeRoles * → secret */
  const GPtrArray *runtime = oree_lane_options (lane)->runtime;
  char *secret;

  g_mutex_lock (&lock);
  if (secrets == NULL)
    secrets = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  secret = g_hash_table_lookup (secrets, lane->roles);
  for (guint i = 0; secret == NULL && runtime != NULL && i < runtime->len; i++)
    {
      const OreeRuntimeRow *row = g_ptr_array_index (runtime, i);

      if (g_str_equal (row->space, OREE_SPACE_STATE) && g_str_equal (row->key, SECRET_KEY) && row->value != NULL
          && g_variant_lookup (row->value, "value", "s", &secret))
        g_hash_table_insert (secrets, lane->roles, secret);
    }
  if (secret == NULL)
    {
      GVariantDict dict;

      secret = oree_random_hex (SECRET_BYTES);
      g_hash_table_insert (secrets, lane->roles, secret);
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "value", "s", secret);
      oree_lane_save (lane, oree_runtime_row_new (OREE_SPACE_STATE, SECRET_KEY, g_variant_dict_end (&dict)), NULL, NULL);
    }
  secret = g_strdup (secret);
  g_mutex_unlock (&lock);
  return secret;
}

gboolean
oree_xmpp_is_of (const OreePolicy *policy, const char *partner, const char *domain)
{
  const OreeXmppPartner *record = oree_policy_xmpp_partner (policy, domain);

  return g_str_equal (domain, partner) || (record != NULL && g_str_equal (record->record.id, partner));
}

char *
oree_xmpp_dialback_secret (OreeLane *lane)
{
  const OreeXmppGateway *gateway = oree_policy_xmpp_gateway (lane->policy);

  return *gateway->dialback_passphrase ? g_strdup (gateway->dialback_passphrase) : oree_xmpp_kept_secret (lane);
}
