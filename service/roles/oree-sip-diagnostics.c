/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-diagnostics.h"

#include "net/oree-peer-cert.h"
#include "roles/oree-refusal.h"
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
  { 1028, FALSE, "Domain resolved by DNS SRV to a configured hosting service but the domain is not in the allow list" },
  { 1034, FALSE, "Previous hop federated peer did not report diagnostic information" },
  { 1046, FALSE, "Failed to connect to a federated peer server" },
  { 1047, FALSE, "Failed to complete TLS negotiation with a federated peer server" },
};

/* Certificates and what policy refused are elsewhere: oree_cert_outcome_nick, oree_refusal. */
static const struct
{
  const char *reason;
  guint16 code;
} troubles[] = {
  { "no-sip-server", 1008 },  { "dns-failed", 1008 },     { "dns-bogus", 1008 },
  { "no-address", 1014 },     { "connect-failed", 1046 }, { "tls-failed", 1047 },
  { "handshake-lost", 1047 }, { "certificate-unreadable", 1047 }, /* ours */
};

/* What Lync says besides (MS-OCER, and traces); others say the domain. */
static const struct
{
  guint16 code;
  const char *names[3]; /* of what `gives` says */
  enum
  {
    GIVES_SERVER,      /* host:port */
    GIVES_HOST,
    GIVES_CERTIFICATE, /* the reason, the host asked for, the host */
    GIVES_DOMAIN_AND_SERVER,
  } gives;
} parameters[] = {
  { 1009, { "domain", "fqdn1" }, GIVES_DOMAIN_AND_SERVER },
  { 1010, { "ErrorType", "tls-target", "PeerServer" }, GIVES_CERTIFICATE },
  { 1014, { "fqdn" }, GIVES_HOST },
  { 1046, { "fqdn" }, GIVES_SERVER },
  { 1047, { "fqdn" }, GIVES_SERVER },
};

static guint
code_of_trouble (const char *reason)
{
  OreeReason refused;

  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    if (g_str_equal (troubles[i].reason, reason))
      return troubles[i].code;
  for (guint i = OREE_CERT_OK + 1; i < OREE_N_CERT_OUTCOMES; i++)
    if (g_str_equal (oree_cert_outcome_nick (i), reason))
      return 1010;
  if (oree_reason_from_nick (reason, &refused) && oree_refusal (refused)->diagnostics != 0)
    return oree_refusal (refused)->diagnostics;
  return 1007;
}

guint
oree_sip_diagnostics_of_trouble (const OreeSipTrouble *trouble, const char *details[OREE_SIP_DETAILS_MAX])
{
  guint code = code_of_trouble (trouble->reason);
  const char *names[3] = { "domain" }, *values[3] = { trouble->domain };
  guint n = 0;

  for (gsize i = 0; trouble->host != NULL && i < G_N_ELEMENTS (parameters); i++)
    {
      if (parameters[i].code != code)
        continue;
      memcpy (names, parameters[i].names, sizeof names);
      switch (parameters[i].gives)
        {
        case GIVES_SERVER:
          values[0] = trouble->server;
          break;
        case GIVES_HOST:
          values[0] = trouble->host;
          break;
        case GIVES_CERTIFICATE:
          values[0] = trouble->reason;
          values[1] = values[2] = trouble->host;
          break;
        case GIVES_DOMAIN_AND_SERVER:
          values[1] = trouble->server;
          break;
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (names) && names[i] != NULL; i++)
    {
      details[n++] = names[i];
      details[n++] = values[i];
    }
  details[n] = NULL;
  return code;
}

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
