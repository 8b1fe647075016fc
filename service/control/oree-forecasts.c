/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-forecasts.h"

#include "net/oree-peer-cert.h"
#include "policy/oree-forecast.h"

#include <string.h>

typedef struct
{
  OreePolicy *policy;
  OreePeerCert *cert; /* NULL: the text holds none */
  OreeForecastsDone done;
  gpointer data;
} Asked;

/* ---- the certificate ---- */

/* A domain of ours that speaks XMPP and is not in the certificate; NULL when all are. */
static const char *
uncovered (const OreePolicy *policy, const OreePeerCert *cert)
{
  const GPtrArray *domains = oree_record_set_list (oree_policy_records (policy), &oree_sip_domain_kind);

  for (guint i = 0; domains != NULL && i < domains->len; i++)
    {
      const OreeSipDomain *domain = g_ptr_array_index (domains, i);

      if (domain->xmpp && oree_peer_cert_match (cert, OREE_CERT_NAMES_XMPP, domain->record.id) == NULL)
        return domain->record.id;
    }
  return NULL;
}

/* What is wrong with it for everybody. Whether its issuer is trusted is for each peer to say, not for our anchors. */
static const char *
flaw (const OreePeerCert *cert)
{
  OreeCertOutcome outcome = oree_peer_cert_check_leaf (cert, OREE_CERT_PEER_IS_CLIENT, OREE_CERT_USAGE_LENIENT,
                                                       g_get_real_time ());

  return outcome != OREE_CERT_OK ? oree_cert_outcome_nick (outcome) : NULL;
}

/* ---- the evidence ---- */

static GVariant *
evidence_of (GVariant *tempers, const char *domain)
{
  for (gsize i = 0; i < g_variant_n_children (tempers); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (tempers, i);
      const char *about = "";

      if (g_variant_lookup (row, "domain", "&s", &about) && g_str_equal (about, domain))
        return g_steal_pointer (&row);
    }
  return NULL;
}

static OreeTemper
temper_in (GVariant *evidence, OreeUsage usage)
{
  const char *nick = NULL;
  int temper = OREE_TEMPER_NEVER_SEEN;

  if (evidence != NULL && g_variant_lookup (evidence, oree_enum_to_nick (oree_usages, (int) usage), "&s", &nick))
    oree_enum_from_nick (oree_tempers, oree_span_str (nick), &temper);
  return (OreeTemper) temper;
}

/* ---- the rows ---- */

typedef struct
{
  OreeForecastVerdict verdict;
  const char *domain;
  GVariant *evidence;
} Worst;

static void
judge_domain (const OreeForecastIdentity *identity, const OreeXmppPartner *partner, const char *domain,
              GVariant *tempers, Worst *worst)
{
  g_autoptr (GVariant) evidence = evidence_of (tempers, domain);
  OreeTemper seen[OREE_N_USAGES];
  OreeForecastVerdict verdict;

  for (guint u = 0; u < OREE_N_USAGES; u++)
    seen[u] = temper_in (evidence, (OreeUsage) u);
  verdict = oree_forecast (identity, oree_xmpp_partner_methods (partner), seen);
  if (worst->domain != NULL && verdict.forecast <= worst->verdict.forecast)
    return;
  g_clear_pointer (&worst->evidence, g_variant_unref);
  *worst = (Worst){ verdict, domain, g_steal_pointer (&evidence) };
}

/* A partner is as well off as its worst domain. */
static GVariant *
partner_row (const OreeForecastIdentity *identity, const OreeXmppPartner *partner, GVariant *tempers)
{
  Worst worst = { .domain = NULL };
  GVariantDict dict;

  judge_domain (identity, partner, partner->record.id, tempers, &worst);
  for (char **domain = partner->additional_domains; *domain != NULL; domain++)
    judge_domain (identity, partner, *domain, tempers, &worst);
  g_variant_dict_init (&dict, worst.evidence);
  g_variant_dict_insert (&dict, "partner", "s", partner->record.id);
  g_variant_dict_insert (&dict, "domain", "s", worst.domain);
  g_variant_dict_insert (&dict, "forecast", "s", oree_enum_to_nick (oree_forecasts, (int) worst.verdict.forecast));
  g_variant_dict_insert (&dict, "reason", "s", worst.verdict.reason);
  if (g_str_equal (worst.verdict.reason, OREE_FORECAST_NAME_MISSING))
    g_variant_dict_insert (&dict, "detail", "s", identity->uncovered);
  g_clear_pointer (&worst.evidence, g_variant_unref);
  return g_variant_dict_end (&dict);
}

static GVariant *
no_certificate (void)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "problem", "s", "certificate-invalid");
  return g_variant_dict_end (&dict);
}

static void
on_tempers (GVariant *tempers, gpointer data)
{
  Asked *asked = data;
  const GPtrArray *partners = oree_record_set_list (oree_policy_records (asked->policy), &oree_xmpp_partner_kind);
  g_autoptr (GVariant) rows = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  if (asked->cert == NULL)
    g_variant_builder_add_value (&builder, no_certificate ());
  else
    {
      const OreeForecastIdentity identity = {
        .flaw = flaw (asked->cert),
        .uncovered = uncovered (asked->policy, asked->cert),
        .usage = oree_peer_cert_may_be_client (asked->cert) ? OREE_USAGE_CLIENT : OREE_USAGE_SERVER_ONLY,
      };

      for (guint i = 0; partners != NULL && i < partners->len; i++)
        g_variant_builder_add_value (&builder, partner_row (&identity, g_ptr_array_index (partners, i), tempers));
    }
  rows = g_variant_ref_sink (g_variant_builder_end (&builder));
  asked->done (rows, asked->data);
  oree_policy_unref (asked->policy);
  oree_peer_cert_unref (asked->cert);
  g_free (asked);
}

void
oree_forecasts_ask (OreeRoles *roles, OreePolicy *policy, OreeTlsCtx *ctx, const char *pem, OreeForecastsDone done,
                    gpointer data)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->policy = oree_policy_ref (policy);
  asked->cert = oree_peer_cert_new_from_pem (ctx, pem, g_get_real_time ());
  asked->done = done;
  asked->data = data;
  oree_roles_list (roles, "tempers", on_tempers, asked);
}
