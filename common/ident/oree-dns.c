/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers as values. */
#include "ident/oree-dns.h"
#include "base/oree-limits.h"
#include "ident/oree-domain.h"

static const char *const outcome_nicks[] = {
  [OREE_DNS_OK] = "ok",       [OREE_DNS_NO_DATA] = "no-data", [OREE_DNS_NO_NAME] = "no-name",
  [OREE_DNS_BOGUS] = "bogus", [OREE_DNS_FAILED] = "failed",   [OREE_DNS_TIMED_OUT] = "timed-out",
};
G_STATIC_ASSERT (G_N_ELEMENTS (outcome_nicks) == OREE_DNS_N_OUTCOMES);

const char *
oree_dns_outcome_nick (OreeDnsOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < OREE_DNS_N_OUTCOMES, outcome_nicks[OREE_DNS_FAILED]);
  return outcome_nicks[outcome];
}

static void
srv_free (gpointer data)
{
  OreeDnsSrv *srv = data;

  g_free (srv->target);
  g_free (srv);
}

static void
tlsa_free (gpointer data)
{
  OreeDnsTlsa *tlsa = data;

  g_bytes_unref (tlsa->data);
  g_free (tlsa);
}

OreeDnsAnswer *
oree_dns_answer_new (OreeDnsKind kind, const char *name, OreeDnsOutcome outcome)
{
  OreeDnsAnswer *self = g_new0 (OreeDnsAnswer, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->outcome = outcome;
  self->name = g_strdup (name);
  self->srv = g_ptr_array_new_with_free_func (srv_free);
  self->addresses = g_array_new (FALSE, FALSE, sizeof (OreeInetAddress));
  return self;
}

OreeDnsAnswer *
oree_dns_answer_ref (OreeDnsAnswer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_dns_answer_unref (OreeDnsAnswer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_ptr_array_unref (self->srv);
  g_array_unref (self->addresses);
  g_clear_pointer (&self->tlsa, g_ptr_array_unref);
  g_free (self);
}

gboolean
oree_dns_answer_add_srv (OreeDnsAnswer *self, guint16 priority, guint16 weight, guint16 port, OreeSpan target)
{
  gboolean is_root = target.length == 0 || oree_span_equal_str (target, ".");
  g_autofree char *name = is_root ? g_strdup ("") : oree_domain_normalise (target);
  OreeDnsSrv *srv;

  if (name == NULL || self->srv->len >= OREE_DNS_TARGETS_MAX)
    return FALSE;
  srv = g_new0 (OreeDnsSrv, 1);
  *srv = (OreeDnsSrv){ priority, weight, port, g_steal_pointer (&name) };
  g_ptr_array_add (self->srv, srv);
  return TRUE;
}

gboolean
oree_dns_answer_add_address (OreeDnsAnswer *self, const OreeInetAddress *address)
{
  guint same_family = 0;

  for (guint i = 0; i < self->addresses->len; i++)
    same_family += g_array_index (self->addresses, OreeInetAddress, i).family == address->family;
  if (address->family == OREE_INET_NONE || same_family >= OREE_DNS_ADDRESSES_MAX)
    return FALSE;
  g_array_append_val (self->addresses, *address);
  return TRUE;
}

gboolean
oree_dns_answer_add_tlsa (OreeDnsAnswer *self, OreeSpan rdata)
{
  OreeDnsTlsa *tlsa;

  if (rdata.length < 4 || rdata.length > OREE_DNS_TLSA_BYTES_MAX)
    return FALSE;
  if (self->tlsa == NULL)
    self->tlsa = g_ptr_array_new_with_free_func (tlsa_free);
  if (self->tlsa->len >= OREE_DNS_TLSA_MAX)
    return FALSE;

  tlsa = g_new (OreeDnsTlsa, 1);
  *tlsa = (OreeDnsTlsa){ (guint8) rdata.data[0], (guint8) rdata.data[1], (guint8) rdata.data[2],
                         g_bytes_new (rdata.data + 3, rdata.length - 3) };
  g_ptr_array_add (self->tlsa, tlsa);
  return TRUE;
}

gboolean
oree_dns_answer_is_secure_tlsa (const OreeDnsAnswer *self)
{
  return self->kind == OREE_DNS_TLSA && self->outcome == OREE_DNS_OK && self->secure && self->tlsa != NULL;
}

char *
oree_dns_tlsa_name (const char *host, guint16 port)
{
  return g_strdup_printf ("_%u._tcp.%s", port, host);
}

gboolean
oree_dns_answer_refuses (const OreeDnsAnswer *self)
{
  if (self->kind != OREE_DNS_SRV || self->srv->len != 1)
    return FALSE;
  return ((const OreeDnsSrv *) g_ptr_array_index (self->srv, 0))->target[0] == '\0';
}
