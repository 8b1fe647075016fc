/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-identity.h"

#include "model/oree-sip-domain.h"
#include "model/oree-topology.h"
#include "pki/oree-lab-ca.h"

#define SYSTEM_TRUST_ANCHORS "/etc/ssl/certs/ca-certificates.crt"

static void
fail (OreeIdentity *self, const char *problem, const char *detail)
{
  self->problem = problem;
  g_free (self->detail);
  self->detail = g_strdup (detail);
}

static void
load (OreeIdentity *self, const char *certificate, const char *key, const char *const *anchors)
{
  const OreeTlsCtxOptions options = { .certificate = certificate, .key = key, .anchors = anchors };
  g_autoptr (GError) error = NULL;

  self->ctx = oree_tls_ctx_new (&options, &error);
  if (self->ctx == NULL)
    fail (self, oree_net_error_nick ((OreeNetError) error->code), error->message);
}

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

/* The lab's directory, filled; NULL (and both identities failed) when that could not be. */
static char *
lab_directory (OreeIdentities *self, const OreeConfig *config, const OreeRecordSet *records)
{
  const OreeTopology *topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);
  g_autofree char *directory = g_build_filename (config->state_directory, "lab-ca", NULL);
  g_auto (GStrv) external = external_names (config, records, topology);
  g_auto (GStrv) internal = internal_names (config, records, topology);
  g_autoptr (GError) error = NULL;

  if (oree_lab_ca_ensure (directory, (const char *const *) external, (const char *const *) internal, &error))
    return g_steal_pointer (&directory);
  fail (&self->external, "certificate-unreadable", error->message);
  fail (&self->internal, "certificate-unreadable", error->message);
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
load_one (OreeIdentity *self, const char *certificate, const char *key, const char *const *anchors)
{
  if (certificate != NULL)
    {
      self->problem = NULL;
      load (self, certificate, key, anchors);
    }
  else if (self->problem == NULL)
    fail (self, "certificate-missing", NULL);
}

void
oree_identities_load (OreeIdentities *self, const OreeConfig *config, const OreeRecordSet *records)
{
  gboolean lab = config->profile == OREE_PROFILE_LAB
                 && (config->external_certificate == NULL || config->internal_certificate == NULL);
  g_autofree char *directory = lab ? lab_directory (self, config, records) : NULL;
  g_autofree char *ca = in_lab (NULL, directory, "ca.pem");
  g_autofree char *external = in_lab (config->external_certificate, directory, "external.pem");
  g_autofree char *external_key = in_lab (config->external_key, directory, "external.key");
  g_autofree char *internal = in_lab (config->internal_certificate, directory, "internal.pem");
  g_autofree char *internal_key = in_lab (config->internal_key, directory, "internal.key");
  const char *anchors[3] = { NULL, NULL, NULL };
  guint n = 0;

  if (ca != NULL)
    anchors[n++] = ca;
  if (config->tls_trust_anchors != NULL)
    anchors[n++] = config->tls_trust_anchors;
  else if (ca == NULL && g_file_test (SYSTEM_TRUST_ANCHORS, G_FILE_TEST_EXISTS))
    anchors[n++] = SYSTEM_TRUST_ANCHORS;
  load_one (&self->external, external, external_key, anchors);
  load_one (&self->internal, internal, internal_key, anchors);
}

static void
clear (OreeIdentity *self)
{
  g_clear_pointer (&self->ctx, oree_tls_ctx_unref);
  g_clear_pointer (&self->detail, g_free);
  self->problem = NULL;
}

void
oree_identities_clear (OreeIdentities *self)
{
  clear (&self->external);
  clear (&self->internal);
}
