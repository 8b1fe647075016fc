/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-own-srv.h"

static OreeTopology *
topology_new (const char *name, gboolean federates)
{
  OreeTopology *self = (OreeTopology *) oree_record_new (&oree_topology_kind, "global");

  g_free (self->access_edge_external_fqdn);
  self->access_edge_external_fqdn = g_strdup (name);
  self->access_edge_external_port = 5061;
  self->sip_federation_enabled = federates;
  return self;
}

/* "host:port host:port"; NULL: `outcome` is all there is. */
static OreeDnsAnswer *
answer_new (OreeDnsOutcome outcome, const char *records)
{
  OreeDnsAnswer *self = oree_dns_answer_new (OREE_DNS_SRV, "_sipfederationtls._tcp.contoso.test", outcome);
  g_auto (GStrv) words = g_strsplit (records != NULL ? records : "", " ", -1);

  for (guint i = 0; records != NULL && words[i] != NULL; i++)
    {
      char *colon = strchr (words[i], ':');

      *colon = '\0';
      g_assert_true (oree_dns_answer_add_srv (self, 0, 0, (guint16) g_ascii_strtoull (colon + 1, NULL, 10),
                                              oree_span_str (words[i])));
    }
  return self;
}

static void
records_lead_here_or_not (void)
{
  static const struct
  {
    const char *domain, *name; /* ours; the Access Edge's */
    gboolean federates;
    OreeDnsOutcome outcome;
    const char *records, *state, *host;
  } rows[] = {
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:5061", "ok", "sip.contoso.test" },
    { "contoso.test", "edge.contoso.test", TRUE, OREE_DNS_OK, "edge.contoso.test:5061", "ok", "edge.contoso.test" },
    { "contoso.test", "edge.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:5061", "ok", "edge.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "old.contoso.test:5061 sip.contoso.test:5061", "ok",
      "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "old.contoso.test:5061", "elsewhere", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:443", "port", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:443 old.contoso.test:5061", "port",
      "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, ".:0", "missing", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_NO_NAME, NULL, "missing", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_NO_DATA, NULL, "missing", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_BOGUS, NULL, "unknown", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_FAILED, NULL, "unknown", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", TRUE, OREE_DNS_TIMED_OUT, NULL, "unknown", "sip.contoso.test" },
    { "contoso.test", "sip.contoso.test", FALSE, OREE_DNS_NO_NAME, NULL, "off", "sip.contoso.test" },
    /* Another domain of ours: each has its own name, and partners take no other. */
    { "tailspin.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.tailspin.test:5061", "ok", "sip.tailspin.test" },
    { "tailspin.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:5061", "outside", "sip.tailspin.test" },
    { "eu.contoso.test", "sip.contoso.test", TRUE, OREE_DNS_OK, "sip.contoso.test:5061", "outside", "sip.eu.contoso.test" },
    /* Nobody said what the Access Edge is called. */
    { "contoso.test", "", TRUE, OREE_DNS_OK, "sip.contoso.test:5061", "ok", "sip.contoso.test" },
    { "contoso.test", "", TRUE, OREE_DNS_OK, "x.contoso.test:5061", "elsewhere", "sip.contoso.test" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeTopology *topology = topology_new (rows[i].name, rows[i].federates);
      g_autoptr (OreeDnsAnswer) answer = answer_new (rows[i].outcome, rows[i].records);
      g_autofree char *host = oree_own_srv_host (topology, rows[i].domain);

      g_test_message ("%s: %s", rows[i].domain, rows[i].records);
      g_assert_cmpstr (oree_enum_to_nick (oree_own_srvs, oree_own_srv_judge (topology, rows[i].domain, answer)), ==,
                       rows[i].state);
      g_assert_cmpstr (host, ==, rows[i].host);
      oree_record_unref (&topology->record);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/own-srv/records-lead-here-or-not", records_lead_here_or_not);
  return g_test_run ();
}
