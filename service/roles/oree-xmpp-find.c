/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   new ─next─► SRV of both services ─► targets ─► addresses ─► (keys, where signed) ─► dial ─► found
 *                                         ▲  next, or nobody there                        │
 *                                         └───────────────────────────────────────────────┘ */
#include "roles/oree-xmpp-find.h"

#include "base/oree-secret.h"
#include "net/oree-dial.h"
#include "net/oree-resolver.h"
#include "roles/oree-xmpp-trust.h"

#define PORT 5269

struct _OreeXmppFind
{
  OreeLane *lane;
  char *remote;
  OreeXmppFound found;
  gpointer data;
  OreeLookup *lookups[2]; /* indexed by "direct": what is under way */
  OreeDnsAnswer *answers[2];
  OreeTargets *targets; /* NULL: DNS was not asked yet */
  guint next;           /* first not tried */
  OreeXmppDnaQuestion *asked; /* the keys of the target at hand */
  OreeDnsAnswer *addresses;   /* … and where it is, meanwhile */
  OreeXmppDna *dna;           /* what its zone says; NULL: nothing signed */
  gboolean bogus;             /* DNSSEC failed for a target: why none is left */
  OreeDial *dial;
};

OreeXmppFind *
oree_xmpp_find_new (OreeLane *lane, const char *remote, OreeXmppFound found, gpointer data)
{
  OreeXmppFind *self = g_new0 (OreeXmppFind, 1);

  self->lane = lane;
  self->remote = g_strdup (remote);
  self->found = found;
  self->data = data;
  return self;
}

void
oree_xmpp_find_free (OreeXmppFind *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->lookups); i++)
    {
      g_clear_pointer (&self->lookups[i], oree_lookup_cancel);
      g_clear_pointer (&self->answers[i], oree_dns_answer_unref);
    }
  g_clear_pointer (&self->asked, oree_xmpp_dna_cancel);
  g_clear_pointer (&self->addresses, oree_dns_answer_unref);
  g_clear_pointer (&self->dna, oree_xmpp_dna_unref);
  g_clear_pointer (&self->dial, oree_dial_cancel);
  g_clear_pointer (&self->targets, oree_targets_free);
  g_free (self->remote);
  g_free (self);
}

/* ---- one target ---- */

static const OreeTarget *
current (const OreeXmppFind *self)
{
  return g_ptr_array_index (self->targets->targets, self->next - 1);
}

static void
dialled_cb (OreeConn *conn, guint index, const char *reason, gpointer data)
{
  OreeXmppFind *self = data;

  self->dial = NULL;
  if (conn == NULL)
    oree_xmpp_find_next (self);
  else
    self->found (conn, current (self), self->dna, OREE_S2S_OK, self->data);
}

/* A domain without a record is called because it named itself, and its DNS is its own: it shall not make us call what
 * stands inside, or ourselves. */
static void
leave_out_private (const OreeXmppFind *self, GArray *endpoints)
{
  if (oree_lane_options (self->lane)->private_for_anybody
      || oree_policy_xmpp_partner (self->lane->policy, self->remote) != NULL)
    return;
  for (guint i = endpoints->len; i > 0; i--)
    if (!oree_inet_address_is_public (&g_array_index (endpoints, OreeEndpoint, i - 1).address))
      g_array_remove_index (endpoints, i - 1);
}

static void
dial (OreeXmppFind *self, const OreeDnsAnswer *answer)
{
  g_autoptr (GArray) endpoints = g_array_new (FALSE, FALSE, sizeof (OreeEndpoint));

  oree_target_endpoints (current (self), answer, endpoints);
  leave_out_private (self, endpoints);
  if (endpoints->len == 0)
    oree_xmpp_find_next (self);
  else
    self->dial = oree_dial_start (self->lane->worker, (const OreeEndpoint *) (gpointer) endpoints->data,
                                  endpoints->len, OREE_TIME_NEVER, dialled_cb, self);
}

static void
keys_cb (OreeXmppDna *dna, gpointer data)
{
  OreeXmppFind *self = data;
  g_autoptr (OreeDnsAnswer) addresses = g_steal_pointer (&self->addresses);

  self->asked = NULL;
  /* RFC 7673 3.3: what might have named keys and was kept from us is no licence to do without. */
  if (dna->unusable)
    {
      self->bogus = TRUE;
      oree_xmpp_find_next (self);
      return;
    }
  self->dna = oree_xmpp_dna_ref (dna);
  dial (self, addresses);
}

static gboolean
wants_keys (const OreeXmppFind *self, const OreeDnsAnswer *addresses)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (self->lane->policy, self->remote);

  /* Where the administrator said that there is no TLS there is nothing to judge. */
  return (current (self)->secure || self->targets->fixed) && addresses->secure && addresses->outcome == OREE_DNS_OK
         && (partner == NULL || (partner->enable_dane && partner->tls_negotiation != OREE_NEGOTIATION_NOT_SUPPORTED));
}

static void
addresses_cb (const OreeDnsAnswer *answer, gpointer data)
{
  OreeXmppFind *self = data;
  const OreeTarget *target = current (self);

  self->lookups[0] = NULL;
  self->bogus = self->bogus || answer->outcome == OREE_DNS_BOGUS;
  if (!wants_keys (self, answer))
    {
      dial (self, answer);
      return;
    }
  self->addresses = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  self->asked = oree_xmpp_dna_ask_host (self->lane, target->host, target->port, !self->targets->fixed, keys_cb, self);
}

static void
try_target (OreeXmppFind *self)
{
  const char *host = current (self)->host;
  OreeInetAddress literal;

  if (oree_inet_address_parse (&literal, oree_span_str (host)))
    {
      g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_ADDRESSES, host, OREE_DNS_OK);

      oree_dns_answer_add_address (answer, &literal);
      dial (self, answer);
    }
  else
    self->lookups[0] = oree_resolver_lookup_addresses (oree_lane_options (self->lane)->resolver, host,
                                                       self->lane->worker, addresses_cb, self);
}

/* ---- all targets ---- */

static void
both_asked (OreeXmppFind *self)
{
  guint64 random;

  if (self->lookups[FALSE] != NULL || self->lookups[TRUE] != NULL)
    return;
  oree_random_bytes (&random, sizeof random);
  self->targets = oree_targets_from_xmpp (self->answers[TRUE], self->answers[FALSE], self->remote, random);
  oree_xmpp_find_next (self);
}

static void
plain_cb (const OreeDnsAnswer *answer, gpointer data)
{
  OreeXmppFind *self = data;

  self->lookups[FALSE] = NULL;
  self->answers[FALSE] = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  both_asked (self);
}

static void
direct_cb (const OreeDnsAnswer *answer, gpointer data)
{
  OreeXmppFind *self = data;

  self->lookups[TRUE] = NULL;
  self->answers[TRUE] = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
  both_asked (self);
}

static void
ask (OreeXmppFind *self, gboolean direct_tls)
{
  OreeTargetQuestion question = { 0 };

  oree_target_question_xmpp (self->remote, direct_tls, &question);
  self->lookups[direct_tls] = oree_resolver_lookup_srv (oree_lane_options (self->lane)->resolver, question.name,
                                                        self->lane->worker, direct_tls ? direct_cb : plain_cb, self);
  oree_target_question_clear (&question);
}

/* Direct TLS is TLS: not with a partner that has none, nor when we have nothing to show. */
static gboolean
may_be_direct (const OreeXmppFind *self, const OreeXmppPartner *partner)
{
  return (partner == NULL || partner->tls_negotiation != OREE_NEGOTIATION_NOT_SUPPORTED)
         && oree_xmpp_trust_ctx (self->lane, OREE_DIRECTION_OUT, self->remote) != NULL;
}

static void
begin (OreeXmppFind *self)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (self->lane->policy, self->remote);
  OreeSpan host;
  guint16 port;

  if (partner != NULL && *partner->proxy_fqdn
      && oree_host_port_parse (oree_span_str (partner->proxy_fqdn), PORT, &host, &port))
    {
      g_autofree char *name = oree_span_dup (host);

      self->targets = oree_targets_from_host (name, port);
      oree_xmpp_find_next (self);
      return;
    }
  if (may_be_direct (self, partner))
    ask (self, TRUE);
  ask (self, FALSE);
}

gboolean
oree_xmpp_find_has_more (const OreeXmppFind *self)
{
  return self->targets == NULL
         || (self->targets->outcome == OREE_TARGETS_OK && self->next < self->targets->targets->len);
}

static OreeS2sReason
why_none (const OreeXmppFind *self)
{
  if (self->bogus || self->targets->outcome == OREE_TARGETS_UNUSABLE)
    {
      oree_lane_count_one (self->lane, OREE_COUNT_XMPP_DNS_BOGUS);
      return OREE_S2S_DNS_BOGUS;
    }
  return self->targets->outcome == OREE_TARGETS_NO_NAME || self->targets->outcome == OREE_TARGETS_NOT_OFFERED
           ? OREE_S2S_NOT_FOUND
           : OREE_S2S_CONNECT_FAILED;
}

void
oree_xmpp_find_next (OreeXmppFind *self)
{
  if (self->targets == NULL)
    {
      begin (self);
      return;
    }
  if (oree_xmpp_find_has_more (self))
    {
      self->next++;
      g_clear_pointer (&self->dna, oree_xmpp_dna_unref);
      try_target (self);
      return;
    }
  self->found (NULL, NULL, NULL, why_none (self), self->data);
}
