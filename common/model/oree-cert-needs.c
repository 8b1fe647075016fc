/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order is the one of Lync's own examples: the subject again, web conferencing, then domain by domain sip.DOMAIN and the
 * domain itself, then what was added by hand, and last what is no DNS name. */
#include "model/oree-cert-needs.h"

#include "ident/oree-domain.h"
#include "model/oree-hosting-provider.h"
#include "model/oree-public-provider.h"
#include "model/oree-sip-domain.h"
#include "model/oree-topology.h"
#include <string.h>

#define BIT OREE_EDGE_USAGE_BIT
#define OUTSIDE (OREE_EDGE_USAGES_EXTERNAL | BIT (OREE_EDGE_USAGE_CLIENT))
/* Partners look for our domains in what we show them, whoever connected to whom. */
#define FOR_DOMAINS (BIT (OREE_EDGE_USAGE_ACCESS_EDGE) | BIT (OREE_EDGE_USAGE_CLIENT))
#define FOR_INSIDE (BIT (OREE_EDGE_USAGE_INTERNAL) | BIT (OREE_EDGE_USAGE_AV))
#define FOR_WEB BIT (OREE_EDGE_USAGE_WEB_CONFERENCING)

const OreeEnumValue oree_need_types[]
    = { { OREE_NEED_DNS, "dns" }, { OREE_NEED_SRV, "srv" }, { OREE_NEED_XMPP, "xmpp" }, { 0, NULL } };

const OreeEnumValue oree_need_reasons[] = {
  { OREE_NEED_SUBJECT, "subject" },
  { OREE_NEED_ACCESS_EDGE, "access-edge" },
  { OREE_NEED_WEB_CONFERENCING, "web-conferencing" },
  { OREE_NEED_SIP_DOMAIN, "sip-domain" },
  { OREE_NEED_XMPP_DOMAIN, "xmpp-domain" },
  { OREE_NEED_INTERNAL_NAME, "internal-name" },
  { OREE_NEED_SRV_NAME, "srv-name" },
  { OREE_NEED_XMPP_ADDRESS, "xmpp-address" },
  { OREE_NEED_ADDED, "added" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (oree_need_reasons) == OREE_N_NEED_REASONS + 1);

const OreeEnumValue oree_need_origins[] = {
  { OREE_ORIGIN_AUTOMATIC, "automatic" }, { OREE_ORIGIN_SIP_DOMAIN, "sip-domain" }, { OREE_ORIGIN_ADDED, "added" }, { 0, NULL },
};

const OreeEnumValue oree_client_usages[] = {
  { OREE_CLIENT_USAGE_NO, "no" },
  { OREE_CLIENT_USAGE_RECOMMENDED, "recommended" },
  { OREE_CLIENT_USAGE_REQUIRED, "required" },
  { 0, NULL },
};

static const char *const all_notes[] = {
  "subject-must-be-repeated", "public-authorities-server-only", "propose-pair", "av-token-key",
  "same-key-in-pool",         "private-authority-names",        NULL,
};

/* Names no public authority answers for: RFC 6762, RFC 8375, and what administrators made up (RFC 6762 appendix G). */
static const char *const private_suffixes[]
    = { "local", "lan", "internal", "intranet", "corp", "home", "home.arpa", "private", "localdomain", "localhost", "invalid" };

/* ---- Domains ---- */

static GPtrArray *
domains_where (const OreeRecordSet *records, gsize flag)
{
  const GPtrArray *domains = oree_record_set_list (records, &oree_sip_domain_kind);
  GPtrArray *ids = g_ptr_array_new ();

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; domains != NULL && i < domains->len; i++)
      {
        const OreeSipDomain *domain = g_ptr_array_index (domains, i);

        if (domain->is_default == (pass == 0) && G_STRUCT_MEMBER (gboolean, domain, flag))
          g_ptr_array_add (ids, domain->record.id);
      }
  return ids;
}

/* All of them, the default first: the order of the request. */
static GPtrArray *
all_domains (const OreeRecordSet *records)
{
  const GPtrArray *domains = oree_record_set_list (records, &oree_sip_domain_kind);
  GPtrArray *list = g_ptr_array_new ();

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; domains != NULL && i < domains->len; i++)
      if (((const OreeSipDomain *) g_ptr_array_index (domains, i))->is_default == (pass == 0))
        g_ptr_array_add (list, g_ptr_array_index (domains, i));
  return list;
}

GPtrArray *
oree_cert_needs_sip_domains (const OreeRecordSet *records)
{
  return domains_where (records, G_STRUCT_OFFSET (OreeSipDomain, sip));
}

GPtrArray *
oree_cert_needs_xmpp_domains (const OreeRecordSet *records)
{
  const OreeTopology *topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);

  if (!topology->xmpp_proxy_enabled)
    return g_ptr_array_new ();
  return domains_where (records, G_STRUCT_OFFSET (OreeSipDomain, xmpp));
}

/* ---- Names ---- */

static void
free_name (gpointer data)
{
  OreeNeededName *name = data;

  g_free (name->name);
  g_free (name->detail);
  g_free (name);
}

static OreeNeededName *
find (const OreeCertNeeds *self, OreeNeedType type, const char *text)
{
  for (guint i = 0; i < self->names->len; i++)
    {
      OreeNeededName *name = g_ptr_array_index (self->names, i);

      if (name->type == type && g_ascii_strcasecmp (name->name, text) == 0)
        return name;
    }
  return NULL;
}

const OreeNeededName *
oree_cert_needs_find (const OreeCertNeeds *self, OreeNeedType type, const char *name)
{
  return find (self, type, name);
}

/* Those of `who` that are wanted need it; nobody: nothing happens. A name that is there keeps its place and reason. */
static void
need (OreeCertNeeds *self, OreeNeedType type, const char *text, OreeNeedReason reason, const char *detail,
      OreeEdgeUsages who)
{
  OreeNeededName *name;

  who &= self->usages;
  if (who == 0 || text == NULL || *text == '\0')
    return;
  name = find (self, type, text);
  if (name == NULL)
    {
      name = g_new0 (OreeNeededName, 1);
      *name = (OreeNeededName){ .type = type, .name = g_strdup (text), .reason = reason, .detail = g_strdup (detail) };
      g_ptr_array_add (self->names, name);
    }
  name->usages |= who;
}

static void
lacks (OreeProblems *problems, const char *field)
{
  oree_problems_add (problems, oree_topology_kind.name, "global", field, OREE_PROBLEM_REQUIRED, NULL);
}

/* Whose name the certificate bears: the first usage that has one to give. */
static const char *
subject_of (const OreeTopology *topology, OreeEdgeUsages usages, OreeProblems *problems)
{
  const struct
  {
    OreeEdgeUsages usages;
    const char *name;
    const char *field;
  } givers[] = {
    { FOR_DOMAINS, topology->access_edge_external_fqdn, "access-edge-external-fqdn" },
    { FOR_WEB, topology->web_conferencing_external_fqdn, "web-conferencing-external-fqdn" },
    /* Lync's own wizard names the A/V certificate after the pool inside: nobody validates it by name. */
    { FOR_INSIDE, topology->edge_internal_fqdn, "edge-internal-fqdn" },
  };
  const char *subject = "";

  for (gsize i = G_N_ELEMENTS (givers); i > 0; i--)
    if (usages & givers[i - 1].usages)
      {
        gboolean optional = givers[i - 1].usages == FOR_WEB && !topology->web_conferencing_enabled
                            && (usages & ~FOR_WEB) != 0;
        gboolean only_av = givers[i - 1].usages == FOR_INSIDE && !(usages & BIT (OREE_EDGE_USAGE_INTERNAL))
                           && (usages & OUTSIDE) != 0;

        if (*givers[i - 1].name != '\0')
          subject = optional && *subject != '\0' ? subject : givers[i - 1].name;
        else if (!optional && !only_av)
          lacks (problems, givers[i - 1].field);
      }
  return subject;
}

static gboolean
is_ticked (const OreeCsrSpec *spec, const char *domain)
{
  return spec->all_sip_domains || g_strv_contains ((const char *const *) spec->sip_domains, domain);
}

static void
need_domains (OreeCertNeeds *self, const OreeRecordSet *records, const OreeCsrSpec *spec, gboolean xmpp)
{
  g_autoptr (GPtrArray) domains = all_domains (records);

  for (guint i = 0; i < domains->len; i++)
    {
      const OreeSipDomain *domain = g_ptr_array_index (domains, i);
      const char *id = domain->record.id;
      g_autofree char *sip = g_strconcat ("sip.", id, NULL);

      if (domain->sip && is_ticked (spec, id))
        need (self, OREE_NEED_DNS, sip, OREE_NEED_SIP_DOMAIN, id, FOR_DOMAINS);
      if (domain->xmpp && xmpp)
        need (self, OREE_NEED_DNS, id, OREE_NEED_XMPP_DOMAIN, id, FOR_DOMAINS);
    }
}

static void
need_other_names (OreeCertNeeds *self, const OreeRecordSet *records, const OreeCsrSpec *spec)
{
  g_autoptr (GPtrArray) domains = oree_cert_needs_xmpp_domains (records);

  for (guint i = 0; spec->srv_names && i < domains->len; i++)
    {
      const char *id = g_ptr_array_index (domains, i);
      g_autofree char *srv = g_strconcat ("_xmpp-server.", id, NULL);

      need (self, OREE_NEED_SRV, srv, OREE_NEED_SRV_NAME, id, FOR_DOMAINS);
    }
  for (guint i = 0; spec->xmpp_addresses && i < domains->len; i++)
    {
      const char *id = g_ptr_array_index (domains, i);

      need (self, OREE_NEED_XMPP, id, OREE_NEED_XMPP_ADDRESS, id, FOR_DOMAINS);
    }
}

static void
need_added (OreeCertNeeds *self, const OreeCsrSpec *spec, OreeProblems *problems)
{
  for (char **name = spec->additional_names; *name != NULL; name++)
    {
      if (find (self, OREE_NEED_DNS, *name) != NULL)
        oree_problems_add (problems, spec->record.kind->name, spec->record.id, "additional-names",
                           OREE_PROBLEM_ALREADY_INCLUDED, *name);
      need (self, OREE_NEED_DNS, *name, OREE_NEED_ADDED, "", self->usages);
    }
}

static void
doubt_private_names (const OreeCertNeeds *self, const OreeCsrSpec *spec, OreeProblems *problems)
{
  if (!(self->usages & OREE_EDGE_USAGES_EXTERNAL))
    return;
  for (guint i = 0; i < self->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (self->names, i);

      for (gsize s = 0; name->type == OREE_NEED_DNS && s < G_N_ELEMENTS (private_suffixes); s++)
        if (oree_domain_has_suffix (name->name, private_suffixes[s]))
          oree_problems_add (problems, spec->record.kind->name, spec->record.id,
                             name->reason == OREE_NEED_ADDED ? "additional-names" : "", OREE_PROBLEM_PRIVATE_NAME,
                             name->name);
    }
}

/* Behind us somebody may know us by the first DNS name alone: Kamailio 5.6 does (PEERS.md). */
static void
ask_next_hop (OreeCertNeeds *self, const OreeTopology *topology, const OreeCsrSpec *spec, OreeProblems *problems)
{
  g_auto (OreeNextHop) hop = { 0 };
  const OreeNeededName *first = self->names->len > 0 ? g_ptr_array_index (self->names, 0) : NULL;

  if (!(self->usages & BIT (OREE_EDGE_USAGE_INTERNAL)) || !oree_next_hop_parse (&hop, topology->next_hop) || !hop.tls)
    return;
  g_free (self->first);
  self->first = g_strdup (topology->edge_internal_fqdn);
  if (*self->first != '\0' && first != NULL && !g_str_equal (first->name, self->first))
    oree_problems_add (problems, spec->record.kind->name, spec->record.id, "usages", OREE_PROBLEM_FIRST_NAME, first->name);
}

/* ---- Extended key usage ---- */

static void
client_is_needed (OreeCertNeeds *self, OreeClientUsage how, const char *reason, const char *detail)
{
  if (how <= self->client)
    return;
  g_free (self->client_detail);
  self->client = how;
  self->client_reason = reason;
  self->client_detail = g_strdup (detail);
}

static void
ask_providers (OreeCertNeeds *self, const OreeRecordSet *records)
{
  const GPtrArray *public = oree_record_set_list (records, &oree_public_provider_kind);
  const GPtrArray *hosting = oree_record_set_list (records, &oree_hosting_provider_kind);

  for (guint i = 0; public != NULL && i < public->len; i++)
    {
      const OreePublicProvider *provider = g_ptr_array_index (public, i);

      if (provider->enabled && provider->client_authentication_needed)
        client_is_needed (self, OREE_CLIENT_USAGE_REQUIRED, "public-provider", provider->record.id);
    }
  for (guint i = 0; hosting != NULL && i < hosting->len; i++)
    {
      const OreeHostingProvider *provider = g_ptr_array_index (hosting, i);

      if (provider->enabled && provider->client_authentication_needed)
        client_is_needed (self, OREE_CLIENT_USAGE_REQUIRED, "hosting-provider", provider->record.id);
    }
}

static void
ask_client_usage (OreeCertNeeds *self, const OreeRecordSet *records, const OreeTopology *topology)
{
  g_auto (OreeNextHop) hop = { 0 };

  if (self->usages & BIT (OREE_EDGE_USAGE_CLIENT))
    client_is_needed (self, OREE_CLIENT_USAGE_REQUIRED, "client-identity", "");
  if (self->usages & BIT (OREE_EDGE_USAGE_ACCESS_EDGE))
    ask_providers (self, records);
  /* We connect to the next hop too, and it may look at the purpose of what we show: OpenSSL's servers do. */
  if ((self->usages & BIT (OREE_EDGE_USAGE_INTERNAL)) && oree_next_hop_parse (&hop, topology->next_hop) && hop.tls)
    client_is_needed (self, OREE_CLIENT_USAGE_RECOMMENDED, "next-hop", "");
}

static void
settle_key_usage (OreeCertNeeds *self, const OreeCsrSpec *spec, OreeProblems *problems)
{
  gboolean server_needed = (self->usages & ~BIT (OREE_EDGE_USAGE_CLIENT)) != 0;
  const char *kind = spec->record.kind->name, *id = spec->record.id;

  switch ((OreeCsrUsage) spec->key_usage)
    {
    case OREE_CSR_USAGE_AS_NEEDED:
      self->server_auth = server_needed;
      self->client_auth = self->client != OREE_CLIENT_USAGE_NO;
      break;
    case OREE_CSR_USAGE_SERVER:
      self->server_auth = TRUE;
      break;
    case OREE_CSR_USAGE_CLIENT:
      self->client_auth = TRUE;
      break;
    case OREE_CSR_USAGE_BOTH:
      self->server_auth = self->client_auth = TRUE;
      break;
    }
  if (server_needed && !self->server_auth)
    oree_problems_add (problems, kind, id, "key-usage", OREE_PROBLEM_SERVER_USAGE_MISSING, NULL);
  if (self->client == OREE_CLIENT_USAGE_REQUIRED && !self->client_auth)
    oree_problems_add (problems, kind, id, "key-usage", OREE_PROBLEM_CLIENT_USAGE_MISSING,
                       *self->client_detail != '\0' ? self->client_detail : self->client_reason);
  if ((self->usages & OREE_EDGE_USAGES_EXTERNAL) && self->client_auth)
    oree_problems_add (problems, kind, id, "key-usage", OREE_PROBLEM_PUBLIC_AUTHORITY_USAGE, NULL);
}

/* ---- The whole ---- */

static void
check_ticks (const OreeRecordSet *records, const OreeCsrSpec *spec, OreeProblems *problems)
{
  g_autoptr (GPtrArray) domains = oree_cert_needs_sip_domains (records);

  for (char **domain = spec->sip_domains; *domain != NULL; domain++)
    if (!g_ptr_array_find_with_equal_func (domains, *domain, g_str_equal, NULL))
      oree_problems_add (problems, spec->record.kind->name, spec->record.id, "sip-domains", OREE_PROBLEM_NOT_OUR_DOMAIN,
                         *domain);
}

OreeCertNeeds *
oree_cert_needs_new (const OreeRecordSet *records, const OreeCsrSpec *spec, OreeProblems *problems)
{
  const OreeTopology *topology = (const OreeTopology *) oree_record_set_singleton (records, &oree_topology_kind);
  OreeCertNeeds *self = g_new0 (OreeCertNeeds, 1);

  self->names = g_ptr_array_new_with_free_func (free_name);
  self->usages = oree_csr_spec_usages (spec);
  self->client_detail = g_strdup ("");
  self->first = g_strdup ("");
  self->subject = g_strdup (subject_of (topology, self->usages, problems));
  need (self, OREE_NEED_DNS, self->subject, OREE_NEED_SUBJECT, "", self->usages);
  need (self, OREE_NEED_DNS, topology->access_edge_external_fqdn, OREE_NEED_ACCESS_EDGE, "", FOR_DOMAINS);
  if (topology->web_conferencing_enabled)
    need (self, OREE_NEED_DNS, topology->web_conferencing_external_fqdn, OREE_NEED_WEB_CONFERENCING, "", FOR_WEB);
  need_domains (self, records, spec, topology->xmpp_proxy_enabled);
  need (self, OREE_NEED_DNS, topology->edge_internal_fqdn, OREE_NEED_INTERNAL_NAME, "", BIT (OREE_EDGE_USAGE_INTERNAL));
  need_added (self, spec, problems);
  need_other_names (self, records, spec);
  doubt_private_names (self, spec, problems);
  check_ticks (records, spec, problems);
  ask_next_hop (self, topology, spec, problems);
  ask_client_usage (self, records, topology);
  settle_key_usage (self, spec, problems);
  return self;
}

void
oree_cert_needs_free (OreeCertNeeds *self)
{
  if (self == NULL)
    return;
  g_free (self->subject);
  g_free (self->first);
  g_free (self->client_detail);
  g_ptr_array_unref (self->names);
  g_free (self);
}

const char **
oree_cert_needs_notes (const OreeCertNeeds *self)
{
  gboolean external = (self->usages & OREE_EDGE_USAGES_EXTERNAL) != 0;
  gboolean others = FALSE;
  GPtrArray *notes = g_ptr_array_new ();

  for (guint i = 0; i < self->names->len; i++)
    others |= ((const OreeNeededName *) g_ptr_array_index (self->names, i))->type != OREE_NEED_DNS;
  {
    const gboolean holds[] = {
      external,
      external && self->client_auth,
      external && self->client_auth,
      (self->usages & BIT (OREE_EDGE_USAGE_AV)) != 0,
      (self->usages & BIT (OREE_EDGE_USAGE_AV)) != 0,
      others,
    };

    G_STATIC_ASSERT (G_N_ELEMENTS (holds) == G_N_ELEMENTS (all_notes) - 1);
    for (gsize i = 0; i < G_N_ELEMENTS (holds); i++)
      if (holds[i])
        g_ptr_array_add (notes, (char *) all_notes[i]);
  }
  g_ptr_array_add (notes, NULL);
  return (const char **) g_ptr_array_free (notes, FALSE);
}

const char *const *
oree_cert_needs_all_notes (void)
{
  return all_notes;
}

/* ---- For the bus ---- */

static OreeNeedOrigin
origin_of (OreeNeedReason reason)
{
  switch (reason)
    {
    case OREE_NEED_SIP_DOMAIN:
      return OREE_ORIGIN_SIP_DOMAIN;
    case OREE_NEED_ADDED:
      return OREE_ORIGIN_ADDED;
    case OREE_NEED_SUBJECT:
    case OREE_NEED_ACCESS_EDGE:
    case OREE_NEED_WEB_CONFERENCING:
    case OREE_NEED_XMPP_DOMAIN:
    case OREE_NEED_INTERNAL_NAME:
    case OREE_NEED_SRV_NAME:
    case OREE_NEED_XMPP_ADDRESS:
    case OREE_N_NEED_REASONS:
      break;
    }
  return OREE_ORIGIN_AUTOMATIC;
}

static GVariant *
name_row (const OreeNeededName *self, const char *change)
{
  GVariantDict row;
  g_autofree char *unicode = oree_domain_to_unicode (self->name);
  g_auto (GStrv) usages = oree_edge_usages_to_nicks (self->usages);

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "type", "s", oree_enum_to_nick (oree_need_types, (int) self->type));
  g_variant_dict_insert (&row, "name", "s", self->name);
  if (!g_str_equal (unicode, self->name))
    g_variant_dict_insert (&row, "unicode", "s", unicode);
  g_variant_dict_insert (&row, "reason", "s", oree_enum_to_nick (oree_need_reasons, (int) self->reason));
  g_variant_dict_insert (&row, "detail", "s", self->detail);
  g_variant_dict_insert (&row, "origin", "s", oree_enum_to_nick (oree_need_origins, (int) origin_of (self->reason)));
  g_variant_dict_insert (&row, "usages", "^as", usages);
  if (change != NULL)
    g_variant_dict_insert (&row, "change", "s", change);
  return g_variant_dict_end (&row);
}

GVariant *
oree_needed_name_to_variant (const OreeNeededName *self)
{
  return name_row (self, NULL);
}

GVariant *
oree_cert_needs_names_to_variant (const OreeCertNeeds *self)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->names->len; i++)
    g_variant_builder_add_value (&rows, oree_needed_name_to_variant (g_ptr_array_index (self->names, i)));
  return g_variant_builder_end (&rows);
}

static GVariant *
dropped_row (const char *name)
{
  const OreeNeededName had
      = { .type = OREE_NEED_DNS, .name = (char *) name, .reason = OREE_NEED_ADDED, .detail = (char *) "" };

  return name_row (&had, "dropped");
}

static gboolean
contains (const char *const *names, const char *name)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (*names, name) == 0)
      return TRUE;
  return FALSE;
}

GVariant *
oree_cert_needs_compare (const OreeCertNeeds *self, const char *const *have)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (self->names, i);
      gboolean had = name->type == OREE_NEED_DNS && contains (have, name->name);

      g_variant_builder_add_value (&rows, name_row (name, had ? "same" : "new"));
    }
  for (; *have != NULL; have++)
    if (find (self, OREE_NEED_DNS, *have) == NULL)
      g_variant_builder_add_value (&rows, dropped_row (*have));
  return g_variant_builder_end (&rows);
}

static void
insert_ids (GVariantDict *dict, const char *key, GPtrArray *ids)
{
  g_variant_dict_insert_value (dict, key, g_variant_new_strv ((const char *const *) ids->pdata, (gssize) ids->len));
  g_ptr_array_unref (ids);
}

GVariant *
oree_cert_needs_to_variant (const OreeCertNeeds *self, const OreeRecordSet *records)
{
  GVariantDict dict;
  g_auto (GStrv) usages = oree_edge_usages_to_nicks (self->usages);
  g_autofree const char **notes = oree_cert_needs_notes (self);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "usages", "^as", usages);
  g_variant_dict_insert (&dict, "subject", "s", self->subject);
  g_variant_dict_insert (&dict, "server-authentication", "b", self->server_auth);
  g_variant_dict_insert (&dict, "client-authentication", "s", oree_enum_to_nick (oree_client_usages, (int) self->client));
  if (self->client_reason != NULL)
    {
      g_variant_dict_insert (&dict, "client-reason", "s", self->client_reason);
      g_variant_dict_insert (&dict, "client-detail", "s", self->client_detail);
    }
  insert_ids (&dict, "sip-domains", oree_cert_needs_sip_domains (records));
  insert_ids (&dict, "xmpp-domains", oree_cert_needs_xmpp_domains (records));
  g_variant_dict_insert (&dict, "notes", "^as", notes);
  return g_variant_dict_end (&dict);
}
