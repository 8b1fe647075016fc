/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-access-edge-names.h"

#include "base/oree-secret.h"
#include "codec/sip/oree-sip-addr.h"
#include "ident/oree-domain.h"
#include "ident/oree-sip-uri.h"

#define MARK "oree-d"
#define MARK_HEX 16

const guint8 *
oree_edge_secret (void)
{
  static guint8 secret[OREE_SIP_SECRET_BYTES];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      oree_random_bytes (secret, sizeof secret);
      g_once_init_leave (&made, 1);
    }
  return secret;
}

static void
add_self (OreeEdgeNames *names, GArray *self, const char *host, guint64 port)
{
  OreeSipSelf one;

  if (host == NULL || *host == '\0')
    return;
  one = (OreeSipSelf){ g_strdup (host), (guint16) port };
  g_ptr_array_add (names->hosts, (gpointer) one.host);
  g_array_append_val (self, one);
}

void
oree_edge_names_clear (OreeEdgeNames *names)
{
  g_clear_pointer (&names->hosts, g_ptr_array_unref);
  g_clear_pointer (&names->self, g_free);
  g_clear_pointer (&names->outside, g_free);
  g_clear_pointer (&names->outside_host, g_free);
}

void
oree_edge_names_update (OreeEdgeNames *names, const OreePolicy *policy)
{
  static const char *const loopback[] = { "127.0.0.1", NULL };
  const OreeTopology *topology = oree_policy_topology (policy);
  const OreeSipDomain *domain = oree_policy_default_domain (policy);
  const char *fallback = domain != NULL ? domain->record.id : "localhost";
  const char *outside = *topology->access_edge_external_fqdn ? topology->access_edge_external_fqdn : fallback;
  const char *inside = *topology->edge_internal_fqdn ? topology->edge_internal_fqdn : fallback;
  const char *const *addresses;
  GArray *self;

  if (names->self != NULL && names->revision == oree_policy_revision (policy))
    return;
  oree_edge_names_clear (names);
  names->hosts = g_ptr_array_new_with_free_func (g_free);
  self = g_array_new (TRUE, TRUE, sizeof (OreeSipSelf));
  add_self (names, self, outside, topology->access_edge_external_port);
  add_self (names, self, inside, topology->access_edge_internal_port);
  addresses = (const char *const *) topology->access_edge_external_addresses;
  for (const char *const *a = addresses != NULL && *addresses != NULL ? addresses : loopback; *a != NULL; a++)
    add_self (names, self, *a, topology->access_edge_external_port);
  addresses = (const char *const *) topology->internal_addresses;
  for (const char *const *a = addresses != NULL && *addresses != NULL ? addresses : loopback; *a != NULL; a++)
    add_self (names, self, *a, topology->access_edge_internal_port);
  names->self = (OreeSipSelf *) (gpointer) g_array_free (self, FALSE);
  names->outside_host = g_strdup (outside);
  names->outside = g_strdup_printf ("%s:%u", outside, (guint) topology->access_edge_external_port);
  names->revision = oree_policy_revision (policy);
}

static void
write_mark (char hex[MARK_HEX + 1], OreeSpan partner, OreeSpan call_id)
{
  OreeSipHash hash;

  oree_sip_hash_init (&hash, oree_edge_secret ());
  oree_sip_hash_add_part (&hash, OREE_SPAN_LITERAL (MARK));
  oree_sip_hash_add_part (&hash, partner);
  oree_sip_hash_add_part (&hash, call_id);
  g_snprintf (hex, MARK_HEX + 1, "%016" G_GINT64_MODIFIER "x", oree_sip_hash_end (&hash));
}

/* transport=tls in a sip URI is deprecated (RFC 3261 26.2.2, RFC 5658 6.2), and what every TLS proxy in the field writes
 * and needs: without it a name with a port means UDP (RFC 3263 4.1). DECISION 025. */
char *
oree_edge_record_route (const char *sent_by, gboolean sips, const char *transport, const char *partner, OreeSpan call_id)
{
  char mark[MARK_HEX + 1];

  write_mark (mark, oree_span_str (partner), call_id);
  if (sips)
    return g_strdup_printf ("sips:%s;lr;" MARK "=%s.%s", sent_by, mark, partner);
  return g_strdup_printf ("sip:%s;transport=%s;lr;" MARK "=%s.%s", sent_by,
                          g_str_equal (transport, "TLS") ? "tls" : "tcp", mark, partner);
}

/* The partner named by `uri`, when it is a Record-Route of ours for this Call-ID. */
static char *
read_mark (OreeSpan uri, OreeSpan call_id)
{
  OreeSipUri parsed;
  OreeSpan value, hex, partner;
  char mark[MARK_HEX + 1];

  if (!oree_sip_uri_parse (&parsed, uri) || !oree_sip_uri_param (&parsed, MARK, &value)
      || !oree_span_cut (value, '.', &hex, &partner) || hex.length != MARK_HEX)
    return NULL;
  write_mark (mark, partner, call_id);
  if (!oree_secret_equal (hex.data, mark, MARK_HEX) || !oree_domain_is_normal (partner))
    return NULL;
  return oree_span_dup (partner);
}

char *
oree_edge_dialog_partner (const OreeSipProxyRules *rules, const OreeSipMsg *msg)
{
  OreeSpan call_id = oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID);
  OreeSipValues values;
  OreeSpan value;
  OreeSipAddr addr;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_ROUTE);
  while (oree_sip_values_next (&values, &value))
    {
      char *partner;

      if (oree_sip_addr_parse (&addr, value) < 0 || !oree_sip_proxy_is_us (rules, addr.uri))
        return NULL;
      partner = read_mark (addr.uri, call_id);
      if (partner != NULL)
        return partner;
    }
  return NULL;
}
