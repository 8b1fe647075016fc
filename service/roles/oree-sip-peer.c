/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-peer.h"

#include "ident/oree-domain.h"

/* The names of the kinds in `kinds` (ended by -1), normalised. What is no domain name proves nothing and is left out;
 * a wildcard is none (RFC 5922 7.2). */
static GStrv
names_of (const OreePeerCert *cert, const int *kinds)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < oree_peer_cert_n_names (cert); i++)
    for (const int *kind = kinds; *kind >= 0; kind++)
      {
        const OreeCertName *name = oree_peer_cert_name (cert, i);
        g_autofree char *normal = (int) name->kind == *kind ? oree_domain_normalise (oree_span_str (name->text)) : NULL;

        if (normal != NULL)
          g_strv_builder_add (builder, normal);
      }
  return g_strv_builder_end (builder);
}

/* RFC 5922 7.1: "sip:" URIs; dNSNames only where there is no such URI; the common name only where there is neither. */
static GStrv
domains_of (const OreePeerCert *cert)
{
  static const int uris[] = { OREE_CERT_NAME_SIP_URI, -1 };
  static const int others[] = { OREE_CERT_NAME_DNS, OREE_CERT_NAME_COMMON, -1 };
  g_auto (GStrv) domains = names_of (cert, uris);

  return domains[0] != NULL ? g_steal_pointer (&domains) : names_of (cert, others);
}

OreeCertOutcome
oree_sip_peer_judge (OreeConn *conn, OreeCertDirection direction, OreeSipPeer **peer)
{
  return oree_sip_peer_read (oree_conn_peer_cert (conn), direction, g_get_real_time (), peer);
}

OreeCertOutcome
oree_sip_peer_read (OreePeerCert *cert, OreeCertDirection direction, gint64 wall, OreeSipPeer **peer)
{
  static const int hosts[] = { OREE_CERT_NAME_DNS, OREE_CERT_NAME_COMMON, -1 };
  OreeCertOutcome outcome = cert == NULL ? OREE_CERT_NO_CERTIFICATE
                                         : oree_peer_cert_check (cert, direction, OREE_CERT_USAGE_LENIENT, wall);
  OreeSipPeer *self;

  if (outcome != OREE_CERT_OK)
    return outcome;
  self = g_new0 (OreeSipPeer, 1);
  g_atomic_ref_count_init (&self->refs);
  self->cert = oree_peer_cert_ref (cert);
  self->direction = direction;
  self->names.domains = (const char *const *) domains_of (cert);
  self->names.hosts = (const char *const *) names_of (cert, hosts);
  self->names.strict_usage = oree_peer_cert_check (cert, direction, OREE_CERT_USAGE_STRICT, wall) == OREE_CERT_OK;
  *peer = self;
  return OREE_CERT_OK;
}

OreeSipPeer *
oree_sip_peer_ref (OreeSipPeer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_sip_peer_unref (OreeSipPeer *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_strfreev ((GStrv) self->names.domains);
  g_strfreev ((GStrv) self->names.hosts);
  oree_peer_cert_unref (self->cert);
  g_free (self);
}
