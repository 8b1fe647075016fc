/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-identity.h"

#include "model/oree-sip-domain.h"
#include "model/oree-topology.h"
#include "pki/oree-lab-ca.h"

#define SYSTEM_TRUST_ANCHORS "/etc/ssl/certs/ca-certificates.crt"

#define MISSING "certificate-missing"

static void
add_name (GPtrArray *names, const char *name)
{
  if (name != NULL && *name != '\0' && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* Partners look for our domains; clients and the inside for host names and addresses. */
static char **
external_names (const OreeConfig *config, const OreeRecordSet *records, const OreeTopology *topology)
{
  GPtrArray *names = g_ptr_array_new ();
  const GPtrArray *domains = oree_record_set_list (records, &oree_sip_domain_kind);

  for (guint i = 0; domains != NULL && i < domains->len; i++)
    add_name (names, ((const OreeRecord *) g_ptr_array_index (domains, i))->id);
  add_name (names, topology->access_edge_external_fqdn);
  add_name (names, topology->xmpp_external_fqdn);
  add_name (names, config->lab_domain);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static char **
internal_names (const OreeConfig *config, const OreeRecordSet *records, const OreeTopology *topology)
{
  GPtrArray *names = g_ptr_array_new ();
  const GPtrArray *domains = oree_record_set_list (records, &oree_sip_domain_kind);

  add_name (names, topology->edge_internal_fqdn);
  for (guint i = 0; domains != NULL && i < domains->len; i++)
    add_name (names, ((const OreeRecord *) g_ptr_array_index (domains, i))->id);
  for (char **address = topology->internal_addresses; *address != NULL; address++)
    add_name (names, *address);
  add_name (names, config->lab_address);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* The lab's directory, filled; NULL (and the identities failed) when that could not be. */
static char *
lab_directory (OreeTlsSet *self, const OreeConfig *config, const OreeRecordSet *records)
{
  const OreeTopology *topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);
  g_autofree char *directory = g_build_filename (config->state_directory, "lab-ca", NULL);
  g_auto (GStrv) external = external_names (config, records, topology);
  g_auto (GStrv) internal = internal_names (config, records, topology);
  g_autoptr (GError) error = NULL;

  if (oree_lab_ca_ensure (directory, (const char *const *) external, (const char *const *) internal, &error))
    return g_steal_pointer (&directory);
  oree_tls_identity_set (&self->external, NULL, "certificate-unreadable", error->message);
  oree_tls_identity_set (&self->internal, NULL, "certificate-unreadable", error->message);
  return NULL;
}

static char *
in_lab (const char *configured, const char *directory, const char *name)
{
  return configured != NULL ? g_strdup (configured)
         : directory != NULL ? g_build_filename (directory, name, NULL)
                             : NULL;
}

static void
load_one (OreeTlsIdentity *self, const char *certificate, const char *key, OreeTlsAnchors *trust,
          const GError *distrust)
{
  const OreeTlsCtxOptions options = { .certificate = certificate, .key = key, .trust = trust };
  g_autoptr (GError) error = NULL;
  OreeTlsCtx *ctx;

  if (certificate == NULL)
    {
      if (self->problem == NULL)
        oree_tls_identity_set (self, NULL, MISSING, NULL);
      return;
    }
  ctx = trust != NULL ? oree_tls_ctx_new (&options, &error) : NULL;
  oree_tls_identity_set (self, ctx, ctx == NULL ? oree_net_error_nick ((OreeNetError) (error ? error : distrust)->code)
                                                : NULL,
                         ctx == NULL ? (error ? error : distrust)->message : NULL);
}

OreeTlsSet *
oree_identities_load (const OreeConfig *config, const OreeRecordSet *records, guint64 generation)
{
  OreeTlsSet *self = oree_tls_set_new (generation);
  gboolean lab = config->profile == OREE_PROFILE_LAB
                 && (config->external_certificate == NULL || config->internal_certificate == NULL);
  g_autofree char *directory = lab ? lab_directory (self, config, records) : NULL;
  g_autofree char *ca = in_lab (NULL, directory, "ca.pem");
  g_autofree char *external = in_lab (config->external_certificate, directory, "external.pem");
  g_autofree char *external_key = in_lab (config->external_key, directory, "external.key");
  g_autofree char *internal = in_lab (config->internal_certificate, directory, "internal.pem");
  g_autofree char *internal_key = in_lab (config->internal_key, directory, "internal.key");
  const char *anchors[3] = { NULL, NULL, NULL };
  g_autoptr (OreeTlsAnchors) trust = NULL;
  g_autoptr (GError) distrust = NULL;
  guint n = 0;

  if (ca != NULL)
    anchors[n++] = ca;
  if (config->tls_trust_anchors != NULL)
    anchors[n++] = config->tls_trust_anchors;
  else if (ca == NULL && g_file_test (SYSTEM_TRUST_ANCHORS, G_FILE_TEST_EXISTS))
    anchors[n++] = SYSTEM_TRUST_ANCHORS;
  trust = oree_tls_anchors_new (anchors, &distrust);
  load_one (&self->external, external, external_key, trust, distrust);
  load_one (&self->internal, internal, internal_key, trust, distrust);
  if (config->client_certificate != NULL)
    load_one (&self->client, config->client_certificate, config->client_key, trust, distrust);
  else
    oree_tls_identity_set (&self->client, self->external.ctx != NULL ? oree_tls_ctx_ref (self->external.ctx) : NULL,
                           self->external.problem, self->external.detail);
  return self;
}

const OreeTlsIdentity *
oree_identities_problem (const OreeTlsSet *next)
{
  const OreeTlsIdentity *all[] = { &next->external, &next->client, &next->internal };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i]->ctx == NULL && g_strcmp0 (all[i]->problem, MISSING) != 0)
      return all[i];
  return NULL;
}

static gboolean
differs (const OreeTlsIdentity *a, const OreeTlsIdentity *b)
{
  if (a->ctx == NULL || b->ctx == NULL)
    return a->ctx != b->ctx;
  return !g_str_equal (oree_tls_ctx_fingerprint (a->ctx), oree_tls_ctx_fingerprint (b->ctx));
}

static gboolean
trusts_others (const OreeTlsIdentity *a, const OreeTlsIdentity *b)
{
  return a->ctx != NULL && b->ctx != NULL
         && !oree_tls_anchors_equal (oree_tls_ctx_anchors (a->ctx), oree_tls_ctx_anchors (b->ctx));
}

char **
oree_identities_changed (const OreeTlsSet *before, const OreeTlsSet *next)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (differs (&before->external, &next->external))
    g_strv_builder_add (names, "external");
  if (differs (&before->client, &next->client))
    g_strv_builder_add (names, "client");
  if (differs (&before->internal, &next->internal))
    g_strv_builder_add (names, "internal");
  if (trusts_others (&before->external, &next->external) || trusts_others (&before->internal, &next->internal))
    g_strv_builder_add (names, "trust-anchors");
  return g_strv_builder_end (names);
}
