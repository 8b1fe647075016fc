/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-lab.h"

static void
add (GVariantBuilder *changes, const char *operation, const char *kind, const char *id, GVariantDict *fields)
{
  g_variant_builder_add (changes, "(sss@a{sv})", operation, kind, id, g_variant_dict_end (fields));
}

static void
add_domain (GVariantBuilder *changes, const OreeConfig *config)
{
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "default", "b", TRUE);
  g_variant_dict_insert (&fields, "sip", "b", TRUE);
  g_variant_dict_insert (&fields, "xmpp", "b", TRUE);
  add (changes, "add", "sip-domain", config->lab_domain, &fields);
}

static void
add_topology (GVariantBuilder *changes, const OreeConfig *config)
{
  const char *const addresses[] = { config->lab_address, NULL };
  g_autofree char *edge = g_strconcat ("edge.", config->lab_domain, NULL);
  g_autofree char *sip = g_strconcat ("sip.", config->lab_domain, NULL);
  g_autofree char *xmpp = g_strconcat ("xmpp.", config->lab_domain, NULL);
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "edge-internal-fqdn", "s", edge);
  g_variant_dict_insert (&fields, "internal-addresses", "^as", addresses);
  g_variant_dict_insert (&fields, "access-edge-external-fqdn", "s", sip);
  g_variant_dict_insert (&fields, "access-edge-external-addresses", "^as", addresses);
  g_variant_dict_insert (&fields, "access-edge-internal-port", "t", (guint64) config->lab_sip_port);
  g_variant_dict_insert (&fields, "xmpp-proxy-enabled", "b", TRUE);
  g_variant_dict_insert (&fields, "xmpp-external-fqdn", "s", xmpp);
  g_variant_dict_insert (&fields, "xmpp-external-port", "t", (guint64) config->lab_xmpp_port);
  if (config->lab_xmpp_internal_port != 0)
    g_variant_dict_insert (&fields, "xmpp-internal-port", "t", (guint64) config->lab_xmpp_internal_port);
  g_variant_dict_insert (&fields, "next-hop", "s", "embedded");
  add (changes, "set", "topology", "", &fields);
}

static void
add_user (GVariantBuilder *changes, const OreeConfig *config, const char *name, const char *display_name)
{
  g_autofree char *id = g_strdup_printf ("sip:%s@%s", name, config->lab_domain);
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "display-name", "s", display_name);
  g_variant_dict_insert (&fields, "home", "s", "embedded");
  g_variant_dict_insert (&fields, "password", "s", OREE_LAB_PASSWORD);
  add (changes, "add", "user", id, &fields);
}

GVariant *
oree_lab_changes (const OreeConfig *config)
{
  GVariantBuilder changes;
  GVariantDict fields;

  g_variant_builder_init (&changes, G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  add_domain (&changes, config);
  add_topology (&changes, config);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "allow-federated-users", "b", TRUE);
  add (&changes, "set", "access-edge", "", &fields);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "enable-federation-access", "b", TRUE);
  g_variant_dict_insert (&fields, "enable-xmpp-access", "b", TRUE);
  add (&changes, "set", "external-access-policy", "global", &fields);
  add_user (&changes, config, "alice", "Alice");
  add_user (&changes, config, "bob", "Bob");
  return g_variant_builder_end (&changes);
}

OreeRecordSet *
oree_lab_records (const OreeConfig *config, const OreeRecordSet *initial, OreeProblems *problems)
{
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_lab_changes (config));

  return oree_record_set_apply (initial, changes, OREE_RECORD_PUBLIC, problems);
}
