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

static gboolean
uses_lab (const OreeConfig *config)
{
  return config->profile == OREE_PROFILE_LAB
         && (config->external_certificate == NULL || config->internal_certificate == NULL);
}

static char *
in_lab (const OreeConfig *config, const char *configured, const char *name)
{
  if (configured != NULL)
    return g_strdup (configured);
  return uses_lab (config) ? g_build_filename (config->state_directory, "lab-ca", name, NULL) : NULL;
}

char *
oree_identity_file (const OreeConfig *config, OreeEdgeUsage usage, const char **source)
{
  const char *configured = NULL, *lab = NULL;
  char *path;

  *source = "none";
  switch (usage)
    {
    case OREE_EDGE_USAGE_ACCESS_EDGE:
      configured = config->external_certificate;
      lab = "external.pem";
      break;
    case OREE_EDGE_USAGE_INTERNAL:
      configured = config->internal_certificate;
      lab = "internal.pem";
      break;
    case OREE_EDGE_USAGE_CLIENT:
      configured = config->client_certificate;
      if (configured == NULL)
        *source = "external";
      break;
    case OREE_EDGE_USAGE_AV:
      *source = "internal";
      break;
    case OREE_EDGE_USAGE_WEB_CONFERENCING:
    case OREE_N_EDGE_USAGES:
      break;
    }
  if (configured != NULL)
    *source = "file";
  if (configured != NULL || lab == NULL)
    return g_strdup (configured);
  path = in_lab (config, NULL, lab);
  if (path != NULL)
    *source = "lab";
  return path;
}

char **
oree_identity_anchors (const OreeConfig *config)
{
  g_autofree char *ca = uses_lab (config) ? in_lab (config, NULL, "ca.pem") : NULL;
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();

  if (ca != NULL && g_file_test (ca, G_FILE_TEST_EXISTS))
    g_strv_builder_add (files, ca);
  if (config->tls_trust_anchors != NULL)
    g_strv_builder_add (files, config->tls_trust_anchors);
  else if (ca == NULL && g_file_test (SYSTEM_TRUST_ANCHORS, G_FILE_TEST_EXISTS))
    g_strv_builder_add (files, SYSTEM_TRUST_ANCHORS);
  return g_strv_builder_end (files);
}

/* Fills the lab's directory; FALSE (and the identities failed) when that could not be. */
static gboolean
make_lab (OreeTlsSet *self, const OreeConfig *config, const OreeRecordSet *records)
{
  const OreeTopology *topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);
  g_autofree char *directory = g_build_filename (config->state_directory, "lab-ca", NULL);
  g_auto (GStrv) external = external_names (config, records, topology);
  g_auto (GStrv) internal = internal_names (config, records, topology);
  g_autoptr (GError) error = NULL;

  if (oree_lab_ca_ensure (directory, (const char *const *) external, (const char *const *) internal, &error))
    return TRUE;
  oree_tls_identity_set (&self->external, NULL, "certificate-unreadable", error->message);
  oree_tls_identity_set (&self->internal, NULL, "certificate-unreadable", error->message);
  return FALSE;
}

OreeAssignedFiles *
oree_assigned_files_new (void)
{
  OreeAssignedFiles *self = g_new0 (OreeAssignedFiles, 1);

  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
oree_assigned_files_free (OreeAssignedFiles *self)
{
  if (self == NULL)
    return;
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      g_free (self->certificate[u]);
      g_free (self->key[u]);
    }
  g_hash_table_unref (self->kept);
  g_free (self);
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

/* What is assigned comes before what the bootstrap file or the lab has. */
static void
load_usage (OreeTlsIdentity *self, const OreeAssignedFiles *assigned, OreeEdgeUsage usage, const char *certificate,
            const char *key, OreeTlsAnchors *trust, const GError *distrust)
{
  if (assigned != NULL && assigned->certificate[usage] != NULL)
    load_one (self, assigned->certificate[usage], assigned->key[usage], trust, distrust);
  else
    load_one (self, certificate, key, trust, distrust);
}

OreeTlsSet *
oree_identities_load (const OreeConfig *config, const OreeRecordSet *records, const OreeAssignedFiles *assigned,
                      guint64 generation)
{
  OreeTlsSet *self = oree_tls_set_new (generation);
  gboolean made = !uses_lab (config) || make_lab (self, config, records);
  g_autofree char *external = made ? in_lab (config, config->external_certificate, "external.pem") : NULL;
  g_autofree char *external_key = in_lab (config, config->external_key, "external.key");
  g_autofree char *internal = made ? in_lab (config, config->internal_certificate, "internal.pem") : NULL;
  g_autofree char *internal_key = in_lab (config, config->internal_key, "internal.key");
  g_auto (GStrv) anchors = oree_identity_anchors (config);
  g_autoptr (GError) distrust = NULL;
  g_autoptr (OreeTlsAnchors) trust = oree_tls_anchors_new ((const char *const *) anchors, &distrust);

  load_usage (&self->external, assigned, OREE_EDGE_USAGE_ACCESS_EDGE, external, external_key, trust, distrust);
  load_usage (&self->internal, assigned, OREE_EDGE_USAGE_INTERNAL, internal, internal_key, trust, distrust);
  if (config->client_certificate != NULL || (assigned != NULL && assigned->certificate[OREE_EDGE_USAGE_CLIENT] != NULL))
    load_usage (&self->client, assigned, OREE_EDGE_USAGE_CLIENT, config->client_certificate, config->client_key, trust,
                distrust);
  else
    oree_tls_identity_set (&self->client, self->external.ctx != NULL ? oree_tls_ctx_ref (self->external.ctx) : NULL,
                           self->external.problem, self->external.detail);
  if (assigned != NULL)
    self->kept = g_hash_table_ref (assigned->kept);
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

const OreeTlsIdentity *
oree_identities_worse (const OreeTlsSet *before, const OreeTlsSet *next, const OreeAssignedFiles *assigned)
{
  const struct
  {
    const OreeTlsIdentity *was, *is;
    OreeEdgeUsage usage;
  } all[] = {
    { &before->external, &next->external, OREE_EDGE_USAGE_ACCESS_EDGE },
    { &before->client, &next->client, OREE_EDGE_USAGE_CLIENT },
    { &before->internal, &next->internal, OREE_EDGE_USAGE_INTERNAL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].is->ctx == NULL
        && (assigned->certificate[all[i].usage] != NULL
            || (all[i].was->ctx != NULL && g_strcmp0 (all[i].is->problem, MISSING) != 0)))
      return all[i].is;
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
