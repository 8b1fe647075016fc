/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "ident/oree-dns.h"
#include "oree-test.h"
#include <arpa/inet.h>

static void
parses_addresses (void)
{
  static const struct { const char *text, *canonical; } rows[] = {
    { "192.0.2.1", "192.0.2.1" },  { "2001:DB8::1", "2001:db8::1" }, { "[2001:db8::1]", "2001:db8::1" },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.1" }, { "0.0.0.0", "0.0.0.0" },
    { "", NULL }, { "192.0.2", NULL }, { "192.0.2.256", NULL }, { "[192.0.2.1]", NULL }, { "fe80::1%eth0", NULL },
    { "[::1", NULL }, { "x", NULL }, { " 192.0.2.1", NULL }, { "01.2.3.4", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeInetAddress address;
      gboolean good = oree_inet_address_parse (&address, oree_span_str (rows[i].text));
      g_autofree char *text = good ? oree_inet_address_to_string (&address) : NULL;

      g_assert_cmpstr (text, ==, rows[i].canonical);
    }
}

static void
parses_endpoints (void)
{
  static const struct { const char *text, *canonical; } rows[] = {
    { "192.0.2.1:5061", "192.0.2.1:5061" }, { "[2001:db8:0::1]:80", "[2001:db8::1]:80" }, { "192.0.2.1:0", "192.0.2.1:0" },
    { "192.0.2.1", NULL }, { "2001:db8::1:80", NULL }, { "[::1]", NULL }, { "[::1]80", NULL }, { "192.0.2.1:65536", NULL },
    { "192.0.2.1:", NULL }, { "localhost:80", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeEndpoint endpoint, back;
      gboolean good = oree_endpoint_parse (&endpoint, oree_span_str (rows[i].text));
      g_autofree char *text = good ? oree_endpoint_to_string (&endpoint) : NULL;
      struct sockaddr_storage storage;
      socklen_t length;

      g_assert_cmpstr (text, ==, rows[i].canonical);
      if (!good)
        continue;
      length = oree_endpoint_to_sockaddr (&endpoint, &storage);
      g_assert_true (oree_endpoint_from_sockaddr (&back, (struct sockaddr *) &storage, length));
      g_assert_true (oree_endpoint_equal (&endpoint, &back));
      g_assert_cmpuint (oree_endpoint_hash (&endpoint), ==, oree_endpoint_hash (&back));
      g_assert_false (oree_endpoint_from_sockaddr (&back, (struct sockaddr *) &storage, 2));
    }
}

static void
cuts_host_and_port (void)
{
  static const struct { const char *text; guint16 fallback; const char *host; guint port; } rows[] = {
    { "a.test:5061", 0, "a.test", 5061 }, { "a.test", 5269, "a.test", 5269 }, { "[::1]:7", 0, "::1", 7 },
    { "[::1]", 9, "::1", 9 }, { "a.test", 0, NULL, 0 }, { "a.test:", 1, NULL, 0 }, { ":5", 0, NULL, 0 },
    { "::1", 5, NULL, 0 }, { "a:b", 5, NULL, 0 }, { "a:0", 5, NULL, 0 }, { "[]:1", 0, NULL, 0 }, { "", 5, NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeSpan host;
      guint16 port;
      gboolean good = oree_host_port_parse (oree_span_str (rows[i].text), rows[i].fallback, &host, &port);

      oree_test_say (rows[i].text);
      g_assert_cmpint (good, ==, rows[i].host != NULL);
      if (good)
        {
          g_assert_true (oree_span_equal_str (host, rows[i].host));
          g_assert_cmpuint (port, ==, rows[i].port);
        }
    }
}

static void
blocks_contain_their_addresses (void)
{
  static const struct { const char *block, *address; gboolean inside; } rows[] = {
    { "192.0.2.0/24", "192.0.2.255", TRUE },   { "192.0.2.0/24", "192.0.3.0", FALSE },
    { "192.0.2.0/25", "192.0.2.128", FALSE },  { "0.0.0.0/0", "203.0.113.9", TRUE },
    { "192.0.2.7", "192.0.2.7", TRUE },        { "192.0.2.7", "192.0.2.6", FALSE },
    { "2001:db8::/33", "2001:db8:7fff::1", TRUE }, { "2001:db8::/33", "2001:db8:8000::1", FALSE },
    { "192.0.2.0/24", "::ffff:192.0.2.9", TRUE }, { "::/0", "192.0.2.1", FALSE },
  };
  static const char *const bad[] = { "192.0.2.1/24", "192.0.2.0/33", "::/129", "192.0.2.0/", "x/8", "192.0.2.0/-1" };
  g_autoptr (OreeCidrSet) set = oree_cidr_set_new ();
  OreeInetAddress address;

  g_assert_true (oree_cidr_set_is_empty (set));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OreeCidr block;

      g_assert_true (oree_cidr_parse (&block, oree_span_str (rows[i].block)));
      g_assert_true (oree_inet_address_parse (&address, oree_span_str (rows[i].address)));
      g_assert_cmpint (oree_cidr_contains (&block, &address), ==, rows[i].inside);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (oree_cidr_set_add_text (set, oree_span_str (bad[i])));
  g_assert_true (oree_cidr_set_add_text (set, OREE_SPAN_LITERAL ("10.0.0.0/8")));
  g_assert_true (oree_cidr_set_add_text (set, OREE_SPAN_LITERAL ("::1")));
  g_assert_true (oree_inet_address_parse (&address, OREE_SPAN_LITERAL ("::1")));
  g_assert_true (oree_cidr_set_contains (set, &address) && oree_inet_address_is_loopback (&address));
  g_assert_true (oree_inet_address_parse (&address, OREE_SPAN_LITERAL ("::ffff:127.0.0.9")));
  g_assert_true (!oree_cidr_set_contains (set, &address) && oree_inet_address_is_loopback (&address));
  g_assert_true (oree_inet_address_parse (&address, OREE_SPAN_LITERAL ("::")));
  g_assert_true (oree_inet_address_is_any (&address));
}

static void
special_addresses_are_not_public (void)
{
  static const struct
  {
    const char *text;
    gboolean is_public;
  } rows[] = {
    { "8.8.8.8", TRUE },          { "0.0.0.0", FALSE },        { "10.1.2.3", FALSE },       { "11.0.0.1", TRUE },
    { "100.63.255.255", TRUE },   { "100.64.0.1", FALSE },     { "100.127.1.1", FALSE },    { "100.128.0.1", TRUE },
    { "127.0.0.1", FALSE },       { "169.254.169.254", FALSE }, { "172.15.0.1", TRUE },     { "172.16.0.1", FALSE },
    { "172.31.255.1", FALSE },    { "172.32.0.1", TRUE },      { "192.0.0.8", FALSE },      { "192.0.1.1", TRUE },
    { "192.168.0.1", FALSE },     { "198.17.255.1", TRUE },    { "198.19.0.1", FALSE },     { "203.0.113.9", FALSE },
    { "223.255.255.1", TRUE },    { "224.0.0.1", FALSE },      { "255.255.255.255", FALSE },
    { "::", FALSE },              { "::1", FALSE },            { "fe80::1", FALSE },        { "fd00::1", FALSE },
    { "ff02::1", FALSE },         { "2001:db8::1", FALSE },    { "2001::1", FALSE },        { "2001:200::1", TRUE },
    { "2606:4700::1111", TRUE },  { "::ffff:127.0.0.1", FALSE }, { "::ffff:8.8.8.8", TRUE },
    { "64:ff9b::7f00:1", FALSE }, { "64:ff9b::808:808", TRUE }, { "2002:a00:1::1", FALSE },  { "2002:808:808::1", TRUE },
    { "::7f00:1", FALSE },        { "4000::1", FALSE },
  };
  OreeInetAddress address;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      g_assert_true (oree_inet_address_parse (&address, oree_span_str (rows[i].text)));
      g_assert_cmpint (oree_inet_address_is_public (&address), ==, rows[i].is_public);
    }
}

static void
tlsa_records_are_values (void)
{
  g_autoptr (OreeDnsAnswer) answer = oree_dns_answer_new (OREE_DNS_TLSA, "_5269._tcp.x.test", OREE_DNS_OK);
  g_autofree char *name = oree_dns_tlsa_name ("x.test", 5269), *long_one = g_malloc0 (OREE_DNS_TLSA_BYTES_MAX + 1);
  const OreeDnsTlsa *tlsa;

  g_assert_cmpstr (name, ==, "_5269._tcp.x.test");
  g_assert_false (oree_dns_answer_add_tlsa (answer, oree_span ("\3\1\1", 3))); /* names nothing */
  g_assert_false (oree_dns_answer_add_tlsa (answer, oree_span (long_one, OREE_DNS_TLSA_BYTES_MAX + 1)));
  g_assert_false (oree_dns_answer_is_secure_tlsa (answer));
  for (guint i = 0; i < OREE_DNS_TLSA_MAX; i++)
    g_assert_true (oree_dns_answer_add_tlsa (answer, oree_span ("\3\1\2xyz", 6)));
  g_assert_false (oree_dns_answer_add_tlsa (answer, oree_span ("\3\1\2xyz", 6)));
  tlsa = g_ptr_array_index (answer->tlsa, 0);
  g_assert_true (tlsa->usage == 3 && tlsa->selector == 1 && tlsa->matching == 2);
  g_assert_cmpmem (g_bytes_get_data (tlsa->data, NULL), g_bytes_get_size (tlsa->data), "xyz", 3);
  g_assert_false (oree_dns_answer_is_secure_tlsa (answer)); /* not signed: of no use */
  answer->secure = TRUE;
  g_assert_true (oree_dns_answer_is_secure_tlsa (answer));
}

static void
answers_are_capped_values (void)
{
  g_autoptr (OreeDnsAnswer) srv = oree_dns_answer_new (OREE_DNS_SRV, "_xmpp-server._tcp.x.test", OREE_DNS_OK);
  g_autoptr (OreeDnsAnswer) addresses = oree_dns_answer_new (OREE_DNS_ADDRESSES, "x.test", OREE_DNS_OK);
  g_autoptr (OreeDnsAnswer) again = oree_dns_answer_ref (addresses);
  OreeInetAddress address;

  g_assert_true (oree_dns_answer_add_srv (srv, 0, 0, 0, OREE_SPAN_LITERAL (".")));
  g_assert_true (oree_dns_answer_refuses (srv));
  g_assert_false (oree_dns_answer_add_srv (srv, 0, 0, 0, OREE_SPAN_LITERAL ("not a name")));
  for (guint i = 1; i < OREE_DNS_TARGETS_MAX; i++)
    g_assert_true (oree_dns_answer_add_srv (srv, 1, 2, 3, OREE_SPAN_LITERAL ("Host.TEST.")));
  g_assert_false (oree_dns_answer_add_srv (srv, 1, 2, 3, OREE_SPAN_LITERAL ("host.test")));
  g_assert_false (oree_dns_answer_refuses (srv));
  g_assert_cmpstr (((OreeDnsSrv *) g_ptr_array_index (srv->srv, 1))->target, ==, "host.test");

  g_assert_true (oree_inet_address_parse (&address, OREE_SPAN_LITERAL ("192.0.2.1")));
  for (guint i = 0; i < OREE_DNS_ADDRESSES_MAX; i++)
    g_assert_true (oree_dns_answer_add_address (addresses, &address));
  g_assert_false (oree_dns_answer_add_address (addresses, &address));
  g_assert_true (oree_inet_address_parse (&address, OREE_SPAN_LITERAL ("::1")));
  g_assert_true (oree_dns_answer_add_address (addresses, &address));
  g_assert_true (again == addresses);
  for (guint i = 0; i < OREE_DNS_N_OUTCOMES; i++)
    g_assert_nonnull (oree_dns_outcome_nick ((OreeDnsOutcome) i));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ident/inet/parses-addresses", parses_addresses);
  g_test_add_func ("/ident/inet/parses-endpoints", parses_endpoints);
  g_test_add_func ("/ident/inet/cuts-host-and-port", cuts_host_and_port);
  g_test_add_func ("/ident/inet/blocks-contain-their-addresses", blocks_contain_their_addresses);
  g_test_add_func ("/ident/inet/special-addresses-are-not-public", special_addresses_are_not_public);
  g_test_add_func ("/ident/dns/tlsa-records-are-values", tlsa_records_are_values);
  g_test_add_func ("/ident/dns/answers-are-capped-values", answers_are_capped_values);
  return g_test_run ();
}
