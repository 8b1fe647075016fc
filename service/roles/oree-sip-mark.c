/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "roles/oree-sip-mark.h"

#include "codec/sip/oree-sip-addr.h"
#include "ident/oree-domain.h"
#include "ident/oree-sip-uri.h"

#define TRUST "ms-edge-proxy-message-trust" /* [MS-SIPRE] 2.2.15 has its grammar */
/* What Lync calls these two stands in no public document: a partner's Lync may not know them (data/doc/PROTOCOLS.md). */
#define LEVEL "ms-asserted-verification-level"
#define DISCLAIMER "ms-archiving-disclaimer"
#define CREDENTIALS_MAX 4 /* of other realms, in one request that also has some of ours */

/* --- what stands in headers ---------------------------------------------------------------------- */

/* The domain of a URI of any scheme with an authority, or of sip: and kin; owned; NULL: none, or no domain. */
static char *
dup_domain_of_uri (OreeSpan text)
{
  gssize slashes;
  OreeSpan rest;
  OreeSipUri uri;
  gsize end = 0;

  if (oree_sip_uri_parse (&uri, text) && uri.scheme != OREE_SIP_SCHEME_OTHER)
    return uri.host.length > 0 ? oree_sip_uri_dup_domain (&uri) : NULL;
  slashes = oree_span_index (text, '/');
  if (slashes < 0 || !oree_span_equal_str (oree_span_sub (text, (gsize) slashes, 2), "//"))
    return NULL;
  rest = oree_span_from (text, (gsize) slashes + 2);
  while (end < rest.length && strchr (":/?#", rest.data[end]) == NULL)
    end++;
  return oree_domain_normalise (oree_span_sub (rest, 0, end));
}

static gboolean
is_ours (const OreeSipMarking *marking, const char *domain)
{
  return oree_policy_sip_domain (marking->policy, domain) != NULL;
}

static gboolean
is_anybodys_here (const OreeSipMarking *marking, const char *domain)
{
  return is_ours (marking, domain) || strcmp (domain, marking->remote_domain) == 0;
}

/* Every value of the headers like `first` names a domain that `fits`; what cannot be read does not. */
static gboolean
all_fit (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first,
         gboolean (*fits) (const OreeSipMarking *marking, const char *domain))
{
  for (const OreeSipHeader *header = first; header < msg->headers + msg->n_headers; header++)
    {
      OreeSpan rest = header->value, value;

      if (header->id != first->id || !oree_span_equal_nocase (header->name, first->name))
        continue;
      while (oree_sip_hdr_next_value (&rest, &value))
        {
          OreeSipAddr address;
          g_autofree char *domain = oree_sip_addr_parse (&address, value) > 0 ? dup_domain_of_uri (address.uri) : NULL;

          if (domain == NULL || !fits (marking, domain))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
wants_privacy (const OreeSipMsg *msg)
{
  static const char *const kinds[] = { "id", "user", "header" };

  for (const OreeSipHeader *header = oree_sip_msg_header (msg, OREE_SIP_HDR_PRIVACY); header != NULL;
       header = oree_sip_msg_next (msg, header))
    {
      OreeSpan rest = header->value, one;

      while (rest.length > 0)
        {
          oree_span_cut (rest, ';', &one, &rest);
          for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
            if (oree_span_equal_nocase_str (oree_span_trim_lws (one), kinds[i]))
              return TRUE;
        }
    }
  return FALSE;
}

/* --- rules --------------------------------------------------------------------------------------- */

typedef gboolean (*Keep) (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first);

static gboolean
keep_verified (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first)
{
  return marking->stand->verified;
}

static gboolean
keep_listed (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first)
{
  return marking->stand->verified && !marking->stand->discovered;
}

static gboolean
is_a_name (const OreeSipMarking *marking, const char *domain)
{
  return TRUE;
}

/* An address is a place inside. */
static gboolean
keep_named_hosts (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first)
{
  return all_fit (marking, msg, first, is_a_name);
}

static gboolean
keep_known_hosts (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first)
{
  return all_fit (marking, msg, first, is_anybodys_here);
}

static gboolean
keep_always (const OreeSipMarking *marking, const OreeSipMsg *msg, const OreeSipHeader *first)
{
  return TRUE;
}

/* Names we have no id for, '*' at the end for all that begin so. NULL: never kept. */
static const struct
{
  const char *name;
  Keep inward, outward;
} named_rules[] = {
  { "ms-edge-*", NULL, NULL },
  { "ms-asserted-*", NULL, NULL },
  { "ms-source-*", NULL, NULL },
  { "ms-ep-*", NULL, NULL },
  { "ms-remote-*", NULL, NULL },
  { "ms-user-logon-data", NULL, NULL },
  { "ms-diagnostics", keep_always, NULL },
  { "Call-Info", keep_listed, keep_named_hosts },
  { "Alert-Info", keep_listed, keep_named_hosts },
  { "Error-Info", keep_listed, keep_named_hosts },
  { "History-Info", keep_verified, keep_known_hosts },
  { "Diversion", keep_verified, keep_known_hosts },
};

static gboolean
name_fits (OreeSpan name, const char *pattern)
{
  gsize length = strlen (pattern);

  if (pattern[length - 1] != '*')
    return oree_span_equal_nocase_str (name, pattern);
  return name.length >= length - 1
         && oree_span_equal_nocase (oree_span_sub (name, 0, length - 1), oree_span (pattern, length - 1));
}

static void
edit_named (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit)
{
  gboolean any = FALSE;

  for (guint i = 0; i < msg->n_headers && !any; i++)
    any = msg->headers[i].id == OREE_SIP_HDR_OTHER;
  for (gsize r = 0; any && r < G_N_ELEMENTS (named_rules); r++)
    {
      Keep keep = marking->inward ? named_rules[r].inward : named_rules[r].outward;

      for (guint i = 0; i < msg->n_headers; i++)
        if (msg->headers[i].id == OREE_SIP_HDR_OTHER && name_fits (msg->headers[i].name, named_rules[r].name))
          {
            if (keep == NULL || !keep (marking, msg, &msg->headers[i]))
              oree_sip_edit_remove_named (edit, named_rules[r].name);
            break;
          }
    }
}

/* RFC 3325 5, 7: who is asserted must be the asserter's own. What is not stays behind; a telephone number is nobody's
 * here. */
static void
edit_asserted (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit)
{
  g_autoptr (GString) kept = NULL;
  gboolean may = marking->inward ? marking->stand->verified : !wants_privacy (msg);
  gboolean all = TRUE;
  OreeSipValues values;
  OreeSpan value;

  if (oree_sip_msg_header (msg, OREE_SIP_HDR_P_ASSERTED_IDENTITY) == NULL)
    return;
  kept = g_string_new (NULL);
  oree_sip_values_init (&values, msg, OREE_SIP_HDR_P_ASSERTED_IDENTITY);
  while (oree_sip_values_next (&values, &value))
    {
      OreeSipAddr address;
      g_autofree char *domain = oree_sip_addr_parse (&address, value) > 0 ? dup_domain_of_uri (address.uri) : NULL;
      gboolean own = domain != NULL
                     && (marking->inward ? strcmp (domain, marking->remote_domain) == 0 : is_ours (marking, domain));

      all &= own;
      if (!own)
        continue;
      if (kept->len > 0)
        g_string_append (kept, ", ");
      oree_sip_hdr_append_unfolded (kept, value);
    }
  if (!may || kept->len == 0)
    oree_sip_edit_remove (edit, OREE_SIP_HDR_P_ASSERTED_IDENTITY);
  else if (!all)
    oree_sip_edit_replace (edit, OREE_SIP_HDR_P_ASSERTED_IDENTITY, oree_span (kept->str, kept->len));
}

/* --- credentials --------------------------------------------------------------------------------- */

static gboolean
is_realm_ours (const OreeSipMarking *marking, const OreeSipHeader *header)
{
  OreeSpan rest = oree_span_from (header->value, oree_sip_hdr_token_length (header->value));
  OreeSipParam param;

  while (oree_sip_hdr_next_auth_param (&rest, &param) > 0)
    if (oree_span_equal_nocase_str (param.name, "realm"))
      {
        g_autofree char *realm = oree_domain_normalise (param.value);

        return realm != NULL && is_ours (marking, realm);
      }
  return FALSE;
}

/* What one of ours would prove to us is not shown to a partner, who could use it against us. */
static void
edit_credentials (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit)
{
  gboolean any = FALSE;
  guint kept = 0;

  for (const OreeSipHeader *header = oree_sip_msg_header (msg, OREE_SIP_HDR_AUTHORIZATION); header != NULL && !any;
       header = oree_sip_msg_next (msg, header))
    any = is_realm_ours (marking, header);
  if (!any)
    return;
  oree_sip_edit_remove (edit, OREE_SIP_HDR_AUTHORIZATION);
  for (const OreeSipHeader *header = oree_sip_msg_header (msg, OREE_SIP_HDR_AUTHORIZATION);
       header != NULL && kept < CREDENTIALS_MAX; header = oree_sip_msg_next (msg, header))
    if (!is_realm_ours (marking, header))
      {
        g_autoptr (GString) value = g_string_new (NULL);

        oree_sip_hdr_append_unfolded (value, header->value);
        oree_sip_edit_append (edit, OREE_SIP_HDR_AUTHORIZATION, oree_span (value->str, value->len));
        kept++;
      }
}

/* --- what we say --------------------------------------------------------------------------------- */

/* MS-SIPRE 2.2.15. A default route is a clearing house to Lync, for which the header has no word. */
static const char *const source_types[] = {
  [OREE_RELATION_NONE] = "AutoFederation",
  [OREE_RELATION_ALLOWED_SERVER] = "DirectPartner",
  [OREE_RELATION_ALLOWED_DOMAIN] = "AutoFederation",
  [OREE_RELATION_HOSTING_PROVIDER] = "AuthorizedServer",
  [OREE_RELATION_PUBLIC_PROVIDER] = "AuthorizedServer",
  [OREE_RELATION_DEFAULT_ROUTE] = "AuthorizedServer",
  [OREE_RELATION_DISCOVERED] = "AutoFederation",
};

static const char *
inside_name (const OreePolicy *policy)
{
  const OreeTopology *topology = oree_policy_topology (policy);

  if (*topology->edge_internal_fqdn != '\0')
    return topology->edge_internal_fqdn;
  return *topology->access_edge_external_fqdn != '\0' ? topology->access_edge_external_fqdn : "localhost";
}

static const char *
verified_word (gboolean verified)
{
  return verified ? "verified" : "unverified";
}

char *
oree_sip_mark_trust (const OreePolicy *policy, const OreePeerStand *stand)
{
  const char *remote = stand->server != NULL ? stand->server : stand->proved_by;
  const char *const parts[] = { "ms-source-type=", source_types[stand->relation], ";ms-ep-fqdn=", inside_name (policy),
                                ";ms-source-verified-user=", verified_word (stand->verified), ";ms-source-network=",
                                stand->public_cloud ? "publiccloud" : "federation",
                                remote ? ";ms-remote-fqdn=" : "", remote ? remote : "" };
  GString *text = g_string_sized_new (192);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    oree_str_append_to (parts[i], text);
  return g_string_free (text, FALSE);
}

char *
oree_sip_mark_trust_own (const OreePolicy *policy)
{
  return g_strdup_printf ("ms-source-type=EdgeProxyGenerated;ms-ep-fqdn=%s;ms-source-verified-user=verified",
                          inside_name (policy));
}

static void
add_ours (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit)
{
  const OreeAccessEdge *edge = oree_policy_access_edge (marking->policy);
  g_autofree char *level = NULL, *trust = NULL;

  if (marking->inward)
    {
      trust = oree_sip_mark_trust (marking->policy, marking->stand);
      oree_sip_edit_append_named (edit, TRUST, oree_span_str (trust));
      return;
    }
  level = g_strconcat ("ms-source-verified-user=", verified_word (edge->mark_source_verifiable_on_outgoing_messages),
                       NULL);
  oree_sip_edit_append_named (edit, LEVEL, oree_span_str (level));
  if (edge->enable_archiving_disclaimer && !marking->stand->public_cloud)
    {
      oree_sip_edit_remove_named (edit, DISCLAIMER);
      oree_sip_edit_append_named (edit, DISCLAIMER, oree_span_str ("true"));
    }
}

void
oree_sip_mark_edit (const OreeSipMarking *marking, const OreeSipMsg *msg, OreeSipEdit *edit)
{
  static const OreeSipHdrId never[] = { OREE_SIP_HDR_P_PREFERRED_IDENTITY, OREE_SIP_HDR_REMOTE_PARTY_ID,
                                        OREE_SIP_HDR_PROXY_AUTHORIZATION };

  edit_named (marking, msg, edit);
  edit_asserted (marking, msg, edit);
  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    if (oree_sip_msg_header (msg, never[i]) != NULL)
      oree_sip_edit_remove (edit, never[i]);
  if (!marking->inward)
    edit_credentials (marking, msg, edit);
  add_ours (marking, msg, edit);
}

OreeSourceMark
oree_sip_mark_read (const OreeSipMsg *msg)
{
  OreeSourceMark mark = OREE_SOURCE_UNMARKED;

  for (guint i = 0; i < msg->n_headers; i++)
    {
      const OreeSipHeader *header = &msg->headers[i];
      g_autoptr (GString) params = NULL;
      OreeSipParam param;

      if (header->id != OREE_SIP_HDR_OTHER || !oree_span_equal_nocase_str (header->name, LEVEL))
        continue;
      if (mark != OREE_SOURCE_UNMARKED)
        return OREE_SOURCE_UNVERIFIED;
      params = g_string_new (";");
      oree_sip_hdr_append_unfolded (params, header->value);
      mark = oree_sip_hdr_find_param (oree_span (params->str, params->len), "ms-source-verified-user", &param)
                 && oree_span_equal_nocase_str (param.value, "verified")
               ? OREE_SOURCE_VERIFIED
               : OREE_SOURCE_UNVERIFIED;
    }
  return mark;
}
