/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question is a bundle of lookups under way: SRV of both services, then TLSA of each target found under a signed
 * answer, and the POSH document beside them. When none is under way, or time is up, the whole is handed out. */
#include "roles/oree-xmpp-dna.h"

#include "base/oree-limits.h"
#include "net/oree-resolver.h"
#include "net/oree-tlsa.h"
#include "proto/oree-target.h"

/* One lookup of a question. */
typedef struct
{
  OreeXmppDnaQuestion *question;
  OreeLookup *lookup;
  guint16 default_port; /* SRV: where the domain itself stands when there are none; 0: nowhere */
  char *host;           /* TLSA: of whom; else NULL */
  guint16 port;
  gboolean delegated;
} Part;

struct _OreeXmppDnaQuestion
{
  OreeLane *lane;
  char *domain;
  OreeXmppDnaCb callback;
  gpointer data;
  GPtrArray *parts; /* Part, under way */
  guint n_hosts;    /* asked for so far */
  OreeXmppPoshQuestion *posh; /* under way */
  OreeTimer timer;
  OreeXmppDna *dna;
};

static const struct
{
  const char *prefix;
  guint16 default_port;
} services[] = {
  { "_xmpp-server._tcp.", 5269 },
  { "_xmpps-server._tcp.", 0 },
};

/* ---- what is known ---- */

static void
host_free (gpointer data)
{
  OreeXmppDnaHost *host = data;

  g_clear_pointer (&host->tlsa, oree_dns_answer_unref);
  g_free (host->host);
  g_free (host);
}

static OreeXmppDna *
dna_new (void)
{
  OreeXmppDna *self = g_new0 (OreeXmppDna, 1);

  g_atomic_ref_count_init (&self->refs);
  self->hosts = g_ptr_array_new_with_free_func (host_free);
  return self;
}

OreeXmppDna *
oree_xmpp_dna_ref (OreeXmppDna *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_xmpp_dna_unref (OreeXmppDna *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->hosts);
  oree_posh_unref (self->posh);
  g_free (self);
}

gboolean
oree_xmpp_dna_has_keys (const OreeXmppDna *self)
{
  for (guint i = 0; self != NULL && i < self->hosts->len; i++)
    if (((const OreeXmppDnaHost *) g_ptr_array_index (self->hosts, i))->tlsa != NULL)
      return TRUE;

  return FALSE;
}

/* ---- questions ---- */

static void
part_free (gpointer data)
{
  Part *part = data;

  g_clear_pointer (&part->lookup, oree_lookup_cancel);
  g_free (part->host);
  g_free (part);
}

static void
question_free (OreeXmppDnaQuestion *self)
{
  oree_worker_cancel (self->lane->worker, &self->timer);
  g_ptr_array_unref (self->parts);
  g_clear_pointer (&self->posh, oree_xmpp_posh_cancel);
  oree_xmpp_dna_unref (self->dna);
  g_free (self->domain);
  g_free (self);
}

static void
conclude (OreeXmppDnaQuestion *self)
{
  g_autoptr (OreeXmppDna) dna = oree_xmpp_dna_ref (self->dna);
  OreeXmppDnaCb callback = self->callback;
  gpointer data = self->data;

  question_free (self);
  callback (dna, data);
}

static void
timer_cb (gpointer data)
{
  OreeXmppDnaQuestion *self = data;

  self->dna->unusable = TRUE;
  conclude (self);
}

static void
conclude_if_done (OreeXmppDnaQuestion *self)
{
  if (self->parts->len == 0 && self->posh == NULL)
    conclude (self);
}

/* `part` has its answer. */
static void
part_done (OreeXmppDnaQuestion *self, Part *part)
{
  part->lookup = NULL;
  g_ptr_array_remove_fast (self->parts, part);
  conclude_if_done (self);
}

static void
posh_cb (OreePosh *posh, gpointer data)
{
  OreeXmppDnaQuestion *self = data;

  self->posh = NULL;
  self->dna->posh = posh != NULL ? oree_posh_ref (posh) : NULL;
  conclude_if_done (self);
}

static Part *
part_new (OreeXmppDnaQuestion *self)
{
  Part *part = g_new0 (Part, 1);

  part->question = self;
  g_ptr_array_add (self->parts, part);
  return part;
}

static OreeResolver *
resolver_of (const OreeXmppDnaQuestion *self)
{
  return oree_lane_options (self->lane)->resolver;
}

/* RFC 7671 2.1: a zone that cannot answer might have had keys to name: that is no "none". */
static gboolean
is_answer (const OreeDnsAnswer *answer)
{
  return answer->outcome == OREE_DNS_OK || answer->outcome == OREE_DNS_NO_DATA || answer->outcome == OREE_DNS_NO_NAME;
}

static void
tlsa_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Part *part = data;
  OreeXmppDnaQuestion *self = part->question;

  if (is_answer (answer))
    {
      OreeXmppDnaHost *host = g_new0 (OreeXmppDnaHost, 1);

      host->host = g_steal_pointer (&part->host);
      host->port = part->port;
      host->delegated = part->delegated;
      if (oree_dns_answer_is_secure_tlsa (answer) && oree_tlsa_any_usable (answer))
        host->tlsa = oree_dns_answer_ref ((OreeDnsAnswer *) answer);
      g_ptr_array_add (self->dna->hosts, host);
    }
  else
    self->dna->unusable = TRUE;
  part_done (self, part);
}

static void
ask_tlsa (OreeXmppDnaQuestion *self, const char *host, guint16 port, gboolean delegated)
{
  Part *part;

  if (self->n_hosts >= OREE_S2S_DNA_HOSTS_MAX)
    return;
  self->n_hosts++;
  part = part_new (self);
  part->host = g_strdup (host);
  part->port = port;
  part->delegated = delegated;
  part->lookup = oree_resolver_lookup_tlsa (resolver_of (self), host, port, self->lane->worker, tlsa_cb, part);
}

static void
srv_cb (const OreeDnsAnswer *answer, gpointer data)
{
  Part *part = data;
  OreeXmppDnaQuestion *self = part->question;
  g_autoptr (OreeTargets) targets = oree_targets_from_srv (answer, self->domain, part->default_port, 0);

  if (!is_answer (answer))
    self->dna->unusable = TRUE;
  else if (answer->secure && targets->outcome == OREE_TARGETS_OK)
    for (guint i = 0; i < targets->targets->len; i++)
      {
        const OreeTarget *target = g_ptr_array_index (targets->targets, i);

        ask_tlsa (self, target->host, target->port, TRUE);
      }
  part_done (self, part);
}

static OreeXmppDnaQuestion *
question_new (OreeLane *lane, const char *domain, OreeXmppDnaCb callback, gpointer data)
{
  OreeXmppDnaQuestion *self = g_new0 (OreeXmppDnaQuestion, 1);

  self->lane = lane;
  self->domain = g_strdup (domain);
  self->callback = callback;
  self->data = data;
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->dna = dna_new ();
  oree_timer_init (&self->timer, timer_cb, self);
  oree_worker_arm (lane->worker, &self->timer, oree_worker_now (lane->worker) + OREE_S2S_DNA_SECONDS * OREE_SECOND);
  return self;
}

OreeXmppDnaQuestion *
oree_xmpp_dna_ask_host (OreeLane *lane, const char *host, guint16 port, gboolean delegated, OreeXmppDnaCb callback,
                        gpointer data)
{
  OreeXmppDnaQuestion *self = question_new (lane, NULL, callback, data);

  ask_tlsa (self, host, port, delegated);
  return self;
}

static void
ask_dns (OreeXmppDnaQuestion *self, const OreeXmppPartner *partner)
{
  OreeSpan host;
  guint16 port;

  if (*partner->proxy_fqdn && oree_host_port_parse (oree_span_str (partner->proxy_fqdn), 5269, &host, &port))
    {
      g_autofree char *name = oree_span_dup (host);

      ask_tlsa (self, name, port, FALSE);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autofree char *name = g_strconcat (services[i].prefix, self->domain, NULL);
      Part *part = part_new (self);

      part->default_port = services[i].default_port;
      part->lookup = oree_resolver_lookup_srv (resolver_of (self), name, self->lane->worker, srv_cb, part);
    }
}

OreeXmppDnaQuestion *
oree_xmpp_dna_ask_domain (OreeLane *lane, const char *domain, OreeXmppDnaCb callback, gpointer data)
{
  const OreeXmppPartner *partner = oree_policy_xmpp_partner (lane->policy, domain);
  OreeXmppDnaQuestion *self = question_new (lane, domain, callback, data);

  g_return_val_if_fail (partner != NULL, self);
  if (partner->enable_dane)
    ask_dns (self, partner);
  if (partner->enable_posh)
    self->posh = oree_xmpp_posh_ask (lane, domain, posh_cb, self);
  return self;
}

void
oree_xmpp_dna_cancel (OreeXmppDnaQuestion *self)
{
  if (self != NULL)
    question_free (self);
}
