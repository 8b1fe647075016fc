/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates: decode, call control, encode. */
#include "bus/oree-bus.h"

#include "model/oree-cert-needs.h"

static const OreeRecordSet *
records_of (OreeBusCall *call)
{
  return oree_apply_records (oree_service_apply (oree_bus_call_service (call)));
}

static void
describe (OreeBusCall *call, GVariant *parameters)
{
  oree_bus_call_reply (call, g_variant_new ("(@aa{sv})", oree_kind_describe (&oree_csr_spec_kind)));
}

/* The fields of a specification among options, with the usages of the call. */
static GVariant *
with_usages (GVariant *options, GVariant *usages)
{
  GVariantDict fields;

  g_variant_dict_init (&fields, options);
  g_variant_dict_remove (&fields, "compare");
  g_variant_dict_insert_value (&fields, "usages", usages);
  return g_variant_ref_sink (g_variant_dict_end (&fields));
}

static void
needs (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autoptr (GVariant) fields = with_usages (options, usages);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (fields, problems);
  g_autoptr (OreeCertNeeds) wanted = oree_cert_needs_new (records_of (call), spec, problems);

  oree_bus_call_reply (call, g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", oree_cert_needs_to_variant (wanted, records_of (call)),
                                            oree_cert_needs_names_to_variant (wanted),
                                            oree_problems_to_variant (problems)));
}

static void
check_request (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) fields = g_variant_get_child_value (parameters, 0);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (fields, problems);
  g_autoptr (OreeCertNeeds) wanted = NULL;
  GVariantDict normalised;

  oree_record_check (&spec->record, problems);
  wanted = oree_cert_needs_new (records_of (call), spec, problems);
  {
    g_autoptr (GVariant) whole = g_variant_ref_sink (oree_record_to_variant (&spec->record, OREE_RECORD_PUBLIC));

    g_variant_dict_init (&normalised, whole);
  }
  g_variant_dict_insert (&normalised, "subject", "s", wanted->subject);
  g_variant_dict_insert (&normalised, "server-authentication", "b", wanted->server_auth);
  g_variant_dict_insert (&normalised, "client-authentication", "b", wanted->client_auth);
  oree_bus_call_reply (call, g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", g_variant_dict_end (&normalised),
                                            oree_cert_needs_names_to_variant (wanted),
                                            oree_problems_to_variant (problems)));
}

const OreeBusMethod oree_bus_certs_methods[] = {
  { "Describe", describe }, { "Needs", needs }, { "CheckRequest", check_request }, { NULL, NULL },
};
