/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-diagnostics.h"

#include "roles/oree-sip-mark.h"

static const struct
{
  guint16 code;
  gboolean is_public;
  const char *text;
} codes[] = {
  { 1001, FALSE, "From URI not authorized to communicate with public IM providers" },
  { 1002, FALSE, "From URI not authorized to communicate with federated partners" },
  { 1003, FALSE, "User does not exist" },
  { 1005, TRUE, "Cannot route to destination domain" },
  { 1007, TRUE, "Temporarily cannot route" },
  { 1008, FALSE, "Unable to resolve DNS SRV record" },
  { 1009, FALSE, "No match for domain in DNS SRV results" },
  { 1010, FALSE, "Certificate trust with another server could not be established" },
  { 1012, FALSE, "From URI is not authorized to communicate with users outside the enterprise" },
  { 1014, FALSE, "Unable to resolve DNS A record" },
  { 1017, TRUE, "Cannot route From and To domains in this combination" },
  { 1018, TRUE, "Parsing failure" },
  { 1027, TRUE, "Cannot route this type of SIP request to or from federated partners" },
  { 1034, FALSE, "Previous hop federated peer did not report diagnostic information" },
  { 1046, FALSE, "Failed to connect to a federated peer server" },
  { 1047, FALSE, "Failed to complete TLS negotiation with a federated peer server" },
};

const char *
oree_sip_diagnostics_text (guint code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      return codes[i].text;
  return NULL;
}

gboolean
oree_sip_diagnostics_is_public (guint code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      return codes[i].is_public;
  return FALSE;
}

static void
append_parameter (GString *value, const char *name, const char *text)
{
  g_string_append_printf (value, ";%s=", name);
  oree_sip_hdr_append_quoted (value, oree_span_str (text));
}

void
oree_sip_diagnostics_write (OreeSipWriter *writer, const OreePolicy *policy, gboolean inside, guint code,
                            const char *const *details)
{
  const OreeTopology *topology = oree_policy_topology (policy);
  g_autoptr (GString) value = g_string_new (NULL);
  const char *text = oree_sip_diagnostics_text (code);

  if (inside)
    {
      g_autofree char *trust = oree_sip_mark_trust_own (policy);

      oree_sip_write_header_named (writer, "ms-edge-proxy-message-trust", oree_span_str (trust));
    }
  if (text == NULL || (!inside && !oree_sip_diagnostics_is_public (code)))
    return;
  g_string_append_printf (value, "%u", code);
  append_parameter (value, "reason", text);
  for (; inside && details != NULL && details[0] != NULL && details[1] != NULL; details += 2)
    append_parameter (value, details[0], details[1]);
  if (inside && *topology->access_edge_external_fqdn != '\0')
    append_parameter (value, "source", topology->access_edge_external_fqdn);
  oree_sip_write_header_named (writer, inside ? "ms-diagnostics" : "ms-diagnostics-public",
                               oree_span (value->str, value->len));
}
