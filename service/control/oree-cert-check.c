/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-cert-check.h"

#include "ident/oree-domain.h"
#include "pki/oree-cert-clock.h"

#define KIND "certificate"
#define SOON_DAYS 7

char *
oree_cert_time_text (gint64 wall)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (wall / G_USEC_PER_SEC);

  return utc != NULL ? g_date_time_format_iso8601 (utc) : g_strdup ("");
}

OreeCertNeeds *
oree_cert_needs_today (const OreeRecordSet *records, GVariant *specification, OreeEdgeUsages usages,
                       OreeProblems *problems)
{
  GVariantDict fields;
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (OreeCsrSpec) spec = NULL;
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (usages);

  g_variant_dict_init (&fields, specification);
  g_variant_dict_insert (&fields, "usages", "^as", nicks);
  g_variant_dict_insert (&fields, "key-usage", "s", "as-needed");
  owned = g_variant_ref_sink (g_variant_dict_end (&fields));
  spec = oree_csr_spec_new (owned, NULL);
  return oree_cert_needs_new (records, spec, problems);
}

static void
add (OreeProblems *problems, const char *field, OreeProblemCode code, const char *detail)
{
  oree_problems_add (problems, KIND, "", field, code, detail);
}

/* ---- Strength, dates, chain ---- */

static void
check_strength (const OreeCertQuestion *q, OreeProblems *problems)
{
  g_autofree char *key = oree_cert_weak_key (q->cert);
  g_autofree char *signature = oree_cert_weak_signature (q->cert);

  if (key != NULL)
    add (problems, "key", OREE_PROBLEM_WEAK_KEY, key);
  if (signature != NULL)
    add (problems, "signature", OREE_PROBLEM_WEAK_SIGNATURE, signature);
}

static void
check_dates (const OreeCertQuestion *q, OreeProblems *problems)
{
  gint64 begin = oree_cert_not_before (q->cert), end = oree_cert_not_after (q->cert);
  g_autofree char *begin_text = oree_cert_time_text (begin);
  g_autofree char *end_text = oree_cert_time_text (end);
  g_autofree char *days = g_strdup_printf ("%d", oree_cert_clock_days (end, q->at));

  switch (oree_cert_clock_state (begin, end, q->at))
    {
    case OREE_CERT_STATE_EXPIRED:
      add (problems, "dates", OREE_PROBLEM_CERTIFICATE_EXPIRED, end_text);
      break;
    case OREE_CERT_STATE_NOT_YET_VALID:
      add (problems, "dates", OREE_PROBLEM_CERTIFICATE_NOT_YET_VALID, begin_text);
      break;
    case OREE_CERT_STATE_RENEW_NOW:
      if (oree_cert_clock_days (end, q->at) < SOON_DAYS)
        add (problems, "dates", OREE_PROBLEM_CERTIFICATE_ENDS_SOON, days);
      break;
    case OREE_CERT_STATE_WAITING:
    case OREE_CERT_STATE_MONITORING:
    case OREE_CERT_STATE_RENEW_SOON:
    case OREE_N_CERT_STATES:
      break;
    }
}

static void
check_chain (const OreeCertQuestion *q, OreeProblems *problems)
{
  gboolean complete, trusted;
  g_autoptr (GPtrArray) chain = oree_cert_chain (q->cert, q->pool, q->anchors, &complete, &trusted);
  const OreeCert *last = chain->len > 0 ? g_ptr_array_index (chain, chain->len - 1) : q->cert;

  for (guint i = 0; i < chain->len; i++)
    if (oree_cert_not_after (g_ptr_array_index (chain, i)) < q->at)
      add (problems, "chain", OREE_PROBLEM_ISSUER_EXPIRED, oree_cert_subject (g_ptr_array_index (chain, i)));
  if (trusted)
    return;
  if (oree_cert_is_self_signed (q->cert))
    add (problems, "chain", OREE_PROBLEM_SELF_SIGNED, NULL);
  else if (!complete)
    add (problems, "chain", OREE_PROBLEM_CHAIN_INCOMPLETE, oree_cert_issuer (last));
  else
    add (problems, "chain", OREE_PROBLEM_ROOT_UNTRUSTED, oree_cert_subject (last));
}

/* ---- Key usages ---- */

/* By choice, whatever is needed today. */
static gboolean
asked_for_client (GVariant *specification)
{
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (specification, NULL);

  return spec->key_usage == OREE_CSR_USAGE_CLIENT || spec->key_usage == OREE_CSR_USAGE_BOTH;
}

static void
check_usages (const OreeCertQuestion *q, const OreeCertNeeds *needs, const OreeCertRecord *record, OreeProblems *problems)
{
  gboolean server_needed = (needs->usages & ~OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_CLIENT)) != 0;

  if (!oree_cert_may_sign (q->cert))
    add (problems, "usage", OREE_PROBLEM_KEY_USAGE_WRONG, NULL);
  if (server_needed && !record->server_auth)
    add (problems, "usage", OREE_PROBLEM_SERVER_USAGE_MISSING, NULL);
  if (needs->client != OREE_CLIENT_USAGE_NO && !record->client_auth)
    add (problems, "usage", OREE_PROBLEM_CLIENT_USAGE_MISSING,
         *needs->client_detail != '\0' ? needs->client_detail : needs->client_reason);
  else if (!record->client_auth && asked_for_client (q->specification))
    add (problems, "usage", OREE_PROBLEM_CLIENT_USAGE_NOT_GRANTED, NULL);
}

/* ---- Names ---- */

static gboolean
stands_for (char **presented, const char *name)
{
  for (; *presented != NULL; presented++)
    if (oree_domain_name_match (oree_span_str (*presented), name))
      return TRUE;
  return FALSE;
}

static gboolean
is_in (char **texts, const char *text)
{
  for (; *texts != NULL; texts++)
    if (g_ascii_strcasecmp (*texts, text) == 0)
      return TRUE;
  return FALSE;
}

/* Is it in the certificate? Of SRVNames and xmppAddr the text alone counts. */
static gboolean
is_granted (const OreeNeededName *name, const OreeCertRecord *record)
{
  switch (name->type)
    {
    case OREE_NEED_DNS:
      return stands_for (record->names, name->name);
    case OREE_NEED_SRV:
      return is_in (record->srv_names, name->name);
    case OREE_NEED_XMPP:
      {
        g_autofree char *unicode = oree_domain_to_unicode (name->name);

        return is_in (record->xmpp_addresses, name->name) || is_in (record->xmpp_addresses, unicode);
      }
    }
  g_return_val_if_reached (FALSE);
}

typedef struct
{
  GVariantBuilder *rows;
  char **requested;
} Listing;

/* Takes a floating a{sv}. */
static void
list_row (Listing *listing, GVariant *row, const char *name, const char *change)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (row);
  GVariantDict dict;

  g_variant_dict_init (&dict, owned);
  g_variant_dict_insert (&dict, "change", "s", change);
  g_variant_dict_insert (&dict, "requested", "b", is_in (listing->requested, name));
  g_variant_builder_add_value (listing->rows, g_variant_dict_end (&dict));
}

static void
check_names (const OreeCertNeeds *needs, const OreeCertRecord *record, Listing *listing, OreeProblems *problems)
{
  for (guint i = 0; i < needs->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (needs->names, i);
      gboolean granted = is_granted (name, record);

      list_row (listing, oree_needed_name_to_variant (name), name->name, granted ? "same" : "dropped");
      if (!granted)
        add (problems, "names", OREE_PROBLEM_NAME_MISSING, name->name);
    }
  for (char **name = record->names; *name != NULL; name++)
    if (oree_cert_needs_find (needs, OREE_NEED_DNS, *name) == NULL)
      {
        const OreeNeededName extra
            = { .type = OREE_NEED_DNS, .name = *name, .reason = OREE_NEED_ADDED, .detail = (char *) "" };

        list_row (listing, oree_needed_name_to_variant (&extra), *name, "new");
      }
  for (char **name = listing->requested; *name != NULL; name++)
    if (!stands_for (record->names, *name) && oree_cert_needs_find (needs, OREE_NEED_DNS, *name) == NULL)
      add (problems, "names", OREE_PROBLEM_NAME_NOT_GRANTED, *name);
  if (*needs->subject != '\0' && *record->common_name != '\0'
      && g_ascii_strcasecmp (needs->subject, record->common_name) != 0 && stands_for (record->names, needs->subject))
    add (problems, "names", OREE_PROBLEM_SUBJECT_DIFFERS, needs->subject);
  if (*needs->first != '\0' && stands_for (record->names, needs->first)
      && !oree_domain_name_match (oree_span_str (record->names[0]), needs->first))
    add (problems, "names", OREE_PROBLEM_FIRST_NAME, record->names[0]);
}

void
oree_cert_check (const OreeCertQuestion *q, OreeProblems *problems, GVariant **names)
{
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
  GVariantBuilder rows;
  g_auto (GStrv) requested = g_strsplit (q->requested != NULL ? q->requested : "", ",", -1);
  Listing listing = { &rows, requested };

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  oree_cert_describe (q->cert, record);
  if (!q->has_key)
    add (problems, "key", OREE_PROBLEM_KEY_MISSING, NULL);
  if (oree_cert_is_authority (q->cert))
    add (problems, "usage", OREE_PROBLEM_IS_AUTHORITY, NULL);
  check_strength (q, problems);
  check_dates (q, problems);
  check_chain (q, problems);
  if (q->usages != 0)
    {
      g_autoptr (OreeCertNeeds) needs = oree_cert_needs_today (q->records, q->specification, q->usages, NULL);

      check_usages (q, needs, record, problems);
      check_names (needs, record, &listing, problems);
    }
  if (names != NULL)
    *names = g_variant_builder_end (&rows);
  else
    g_variant_builder_clear (&rows);
}
