/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS without a socket: two filters, each one's output the other's input. */
#include "net-fixture.h"
#include "net/oree-tls.h"
#include <glib/gstdio.h>
#include <openssl/ssl.h>
#include <string.h>

static TlsFixture fixture;

typedef struct
{
  OreeFilter *filter;
  OreeFilterState state;
  OreeBuffer plain, wire; /* received in clear, to be sent */
} End;

static End
end_new (OreeTlsCtx *ctx, OreeTlsRole role, const char *sni, const char *alpn)
{
  return (End){ oree_tls_new (ctx, role, sni, alpn), OREE_FILTER_HANDSHAKE, OREE_BUFFER_INIT, OREE_BUFFER_INIT };
}

static void
end_clear (End *end)
{
  end->filter->klass->free (end->filter);
  oree_buffer_clear (&end->plain);
  oree_buffer_clear (&end->wire);
}

/* Carries at most `step` bytes from one to the other; FALSE when there was nothing. */
static gboolean
carry (End *from, End *to, gsize step)
{
  OreeSpan all = oree_buffer_span (&from->wire);
  OreeSpan part = oree_span_sub (all, 0, step);
  g_autofree char *copy = oree_span_dup (part); /* so that reading past it is caught */

  if (part.length == 0)
    return FALSE;

  oree_buffer_consume (&from->wire, part.length);
  to->state = to->filter->klass->in (to->filter, oree_span (copy, part.length), &to->plain, &to->wire);
  return TRUE;
}

static void
settle (End *a, End *b, gsize step)
{
  gboolean moved = TRUE;

  while (moved)
    {
      moved = carry (a, b, step);
      moved = carry (b, a, step) || moved;
    }
}

static void
begin (End *client)
{
  client->state = client->filter->klass->in (client->filter, OREE_SPAN_EMPTY, &client->plain, &client->wire);
  g_assert_cmpint (client->state, ==, OREE_FILTER_HANDSHAKE);
}

static void
exchange (gsize step)
{
  End client = end_new (fixture.contoso, OREE_TLS_CLIENT, "fabrikam.test", "xmpp-server");
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, "xmpp-server");
  g_autofree char *big = g_strnfill (100000, 'x');

  begin (&client);
  settle (&client, &server, step);
  g_assert_cmpint (client.state, ==, OREE_FILTER_OPEN);
  g_assert_cmpint (server.state, ==, OREE_FILTER_OPEN);
  g_assert_cmpstr (oree_tls_version (client.filter), ==, "TLSv1.3");
  g_assert_cmpstr (oree_tls_sni (server.filter), ==, "fabrikam.test");
  g_assert_cmpstr (oree_tls_alpn (server.filter), ==, "xmpp-server");
  g_assert_cmpstr (oree_tls_alpn (client.filter), ==, "xmpp-server");
  g_assert_cmpint (oree_peer_cert_check_for (oree_tls_peer_cert (client.filter), OREE_CERT_PEER_IS_SERVER,
                                             OREE_CERT_USAGE_STRICT, g_get_real_time (), OREE_CERT_NAMES_XMPP,
                                             "fabrikam.test"),
                   ==, OREE_CERT_OK);
  g_assert_cmpint (oree_peer_cert_check_for (oree_tls_peer_cert (server.filter), OREE_CERT_PEER_IS_CLIENT,
                                             OREE_CERT_USAGE_STRICT, g_get_real_time (), OREE_CERT_NAMES_XMPP,
                                             "contoso.test"),
                   ==, OREE_CERT_OK);

  client.filter->klass->out (client.filter, oree_span_str ("hello"), &client.wire);
  server.filter->klass->out (server.filter, oree_span_str (big), &server.wire);
  settle (&client, &server, step);
  g_assert_true (oree_span_equal_str (oree_buffer_span (&server.plain), "hello"));
  g_assert_true (oree_span_equal_str (oree_buffer_span (&client.plain), big));

  client.filter->klass->end (client.filter, &client.wire);
  settle (&client, &server, step);
  g_assert_cmpint (server.state, ==, OREE_FILTER_ENDED);
  server.filter->klass->out (server.filter, oree_span_str ("still here"), &server.wire);
  oree_buffer_clear (&client.plain);
  settle (&client, &server, step);
  g_assert_true (oree_span_equal_str (oree_buffer_span (&client.plain), "still here"));

  end_clear (&client);
  end_clear (&server);
}

static void
test_back_to_back (void)
{
  static const gsize steps[] = { G_MAXSIZE, 4096, 317, 5, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    exchange (steps[i]);
}

/* After the handshake a server says nothing of its own: no ticket, in any version of TLS, whatever the client offers.
 * (TLS 1.3 would send them as records of their own right then.) */
static void
test_no_tickets (void)
{
  End client = end_new (fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);

  begin (&client);
  while (server.state == OREE_FILTER_HANDSHAKE)
    {
      gboolean moved = carry (&client, &server, G_MAXSIZE);

      if (server.state == OREE_FILTER_HANDSHAKE)
        moved = carry (&server, &client, G_MAXSIZE) || moved;
      g_assert_true (moved);
    }
  g_assert_cmpint (server.state, ==, OREE_FILTER_OPEN);
  g_assert_cmpstr (oree_tls_version (server.filter), ==, "TLSv1.3");
  g_assert_cmpuint (oree_buffer_length (&server.wire), ==, 0);
  end_clear (&client);
  end_clear (&server);
}

/* Resting gives buffers back, at any point of the stream, and changes nothing. */
static void
test_rests_and_wakes (void)
{
  End client = end_new (fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
  GString *expected = g_string_new (NULL);

  begin (&client);
  settle (&client, &server, G_MAXSIZE);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *text = g_strnfill (1 + i * 500, (char) ('a' + i % 26));

      g_string_append (expected, text);
      client.filter->klass->out (client.filter, oree_span_str (text), &client.wire);
      client.filter->klass->rest (client.filter);
      carry (&client, &server, 3 + i); /* in the middle of a record */
      server.filter->klass->rest (server.filter);
      settle (&client, &server, 700);
      server.filter->klass->rest (server.filter);
    }
  g_assert_cmpint (server.state, ==, OREE_FILTER_OPEN);
  g_assert_true (oree_span_equal_str (oree_buffer_span (&server.plain), expected->str));
  g_string_free (expected, TRUE);
  end_clear (&client);
  end_clear (&server);
}

static void
test_client_without_certificate_is_let_in (void)
{
  const char *files[] = { fixture.anchors, NULL };
  OreeTlsCtxOptions options = { NULL, NULL, files };
  g_autoptr (OreeTlsCtx) bare = oree_tls_ctx_new (&options, NULL);
  End client = end_new (bare, OREE_TLS_CLIENT, NULL, NULL);
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, "xmpp-server");

  begin (&client);
  settle (&client, &server, G_MAXSIZE);
  g_assert_cmpint (server.state, ==, OREE_FILTER_OPEN);
  g_assert_null (oree_tls_alpn (server.filter));
  g_assert_null (oree_tls_sni (server.filter));
  g_assert_cmpint (oree_peer_cert_check (oree_tls_peer_cert (server.filter), OREE_CERT_PEER_IS_CLIENT,
                                         OREE_CERT_USAGE_LENIENT, g_get_real_time ()),
                   ==, OREE_CERT_NO_CERTIFICATE);
  end_clear (&client);
  end_clear (&server);
}

static void
test_garbage_fails_with_a_reason (void)
{
  static const char *const inputs[] = { "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x02\x01\x00", "\x80\x2e\x01\x03\x01" };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);
      gsize length = i == 1 ? 7 : strlen (inputs[i]);

      server.state = server.filter->klass->in (server.filter, oree_span (inputs[i], length), &server.plain,
                                               &server.wire);
      if (server.state == OREE_FILTER_FAILED)
        g_assert_nonnull (server.filter->klass->error (server.filter));
      else
        g_assert_cmpint (server.state, ==, OREE_FILTER_HANDSHAKE);
      g_assert_cmpuint (oree_buffer_length (&server.plain), ==, 0);
      end_clear (&server);
    }
}

/* A record altered on the way ends it; what came before stays. */
static void
test_altered_record_fails (void)
{
  End client = end_new (fixture.contoso, OREE_TLS_CLIENT, NULL, NULL);
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);

  begin (&client);
  settle (&client, &server, G_MAXSIZE);
  client.filter->klass->out (client.filter, oree_span_str ("good"), &client.wire);
  settle (&client, &server, G_MAXSIZE);
  client.filter->klass->out (client.filter, oree_span_str ("bad"), &client.wire);
  client.wire.data[client.wire.end - 1] ^= 1;
  carry (&client, &server, G_MAXSIZE);
  g_assert_cmpint (server.state, ==, OREE_FILTER_FAILED);
  g_assert_true (oree_span_equal_str (oree_buffer_span (&server.plain), "good"));
  g_assert_cmpuint (oree_buffer_length (&server.wire), >, 0); /* the alert */
  carry (&server, &client, G_MAXSIZE);
  g_assert_cmpint (client.state, ==, OREE_FILTER_FAILED);
  g_assert_nonnull (strstr (client.filter->klass->error (client.filter), "bad record mac"));
  end_clear (&client);
  end_clear (&server);
}

/* A client of OpenSSL's own, for what our filter would never do. */
static void
shake (SSL *client, End *server)
{
  for (guint turn = 0; turn < 10; turn++)
    {
      char bytes[16384];
      int n;

      SSL_do_handshake (client);
      while ((n = BIO_read (SSL_get_wbio (client), bytes, sizeof bytes)) > 0)
        server->state = server->filter->klass->in (server->filter, oree_span (bytes, (gsize) n), &server->plain,
                                                   &server->wire);
      if (oree_buffer_length (&server->wire) > 0)
        {
          OreeSpan wire = oree_buffer_span (&server->wire);

          BIO_write (SSL_get_rbio (client), wire.data, (int) wire.length);
          oree_buffer_consume (&server->wire, wire.length);
        }
    }
}

/* RFC 6120 5.3.5; OpenSSL alone would answer each attempt with a warning (CVE-2021-32920's kind). */
static void
test_renegotiation_ends_it (void)
{
  SSL_CTX *ctx = SSL_CTX_new (TLS_client_method ());
  SSL *client;
  End server = end_new (fixture.fabrikam, OREE_TLS_SERVER, NULL, NULL);

  SSL_CTX_set_max_proto_version (ctx, TLS1_2_VERSION);
  client = SSL_new (ctx);
  SSL_set_bio (client, BIO_new (BIO_s_mem ()), BIO_new (BIO_s_mem ()));
  SSL_set_connect_state (client);
  shake (client, &server);
  g_assert_cmpint (server.state, ==, OREE_FILTER_OPEN);
  SSL_renegotiate (client);
  shake (client, &server);
  g_assert_cmpint (server.state, ==, OREE_FILTER_FAILED);
  g_assert_nonnull (strstr (server.filter->klass->error (server.filter), "renegotiate"));
  SSL_free (client);
  SSL_CTX_free (ctx);
  end_clear (&server);
}

static void
test_context_errors_name_file_and_reason (void)
{
  g_autofree char *contoso = g_build_filename (fixture.directory, "contoso.test.pem", NULL);
  g_autofree char *contoso_key = g_build_filename (fixture.directory, "contoso.test.key", NULL);
  g_autofree char *fabrikam_key = g_build_filename (fixture.directory, "fabrikam.test.key", NULL);
  g_autofree char *text = g_build_filename (fixture.directory, "text.pem", NULL);
  g_autofree char *cut = g_build_filename (fixture.directory, "cut.pem", NULL);
  g_autofree char *pem = NULL, *doubled = NULL;
  const struct
  {
    const char *certificate, *key, *anchors;
    const char *nick, *file;
  } rows[] = {
    { "/no/such/file", contoso_key, NULL, "certificate-unreadable", "/no/such/file" },
    { text, contoso_key, NULL, "certificate-invalid", text },
    { contoso_key, contoso_key, NULL, "certificate-invalid", contoso_key },
    { cut, contoso_key, NULL, "certificate-invalid", cut },
    { contoso, "/no/such/key", NULL, "key-unreadable", "/no/such/key" },
    { contoso, text, NULL, "key-invalid", text },
    { contoso, fabrikam_key, NULL, "key-mismatch", fabrikam_key },
    { contoso, NULL, NULL, "key-invalid", contoso },
    { contoso, contoso_key, "/no/such/anchors", "trust-anchors-unreadable", "/no/such/anchors" },
    { contoso, contoso_key, text, "trust-anchors-invalid", text },
  };

  g_file_set_contents (text, "only words\n", -1, NULL);
  g_file_get_contents (contoso, &pem, NULL, NULL);
  doubled = g_strdup_printf ("%s%.200s\n-----END CERTIFICATE-----\n", pem, pem);
  g_file_set_contents (cut, doubled, -1, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *anchors[] = { rows[i].anchors, NULL };
      OreeTlsCtxOptions options = { rows[i].certificate, rows[i].key, anchors };
      g_autoptr (GError) error = NULL;

      g_assert_null (oree_tls_ctx_new (&options, &error));
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_true (error->domain == OREE_NET_ERROR);
      g_assert_cmpstr (oree_net_error_nick ((OreeNetError) error->code), ==, rows[i].nick);
      g_assert_true (g_str_has_prefix (error->message, rows[i].file));
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tls_fixture_init (&fixture);
  g_test_add_func ("/net/tls/back-to-back-in-any-pieces", test_back_to_back);
  g_test_add_func ("/net/tls/no-tickets", test_no_tickets);
  g_test_add_func ("/net/tls/rests-and-wakes", test_rests_and_wakes);
  g_test_add_func ("/net/tls/client-without-certificate-is-let-in", test_client_without_certificate_is_let_in);
  g_test_add_func ("/net/tls/garbage-fails-with-a-reason", test_garbage_fails_with_a_reason);
  g_test_add_func ("/net/tls/altered-record-fails", test_altered_record_fails);
  g_test_add_func ("/net/tls/renegotiation-ends-it", test_renegotiation_ends_it);
  g_test_add_func ("/net/tls/context-errors-name-file-and-reason", test_context_errors_name_file_and_reason);
  result = g_test_run ();
  tls_fixture_clear (&fixture);
  return result;
}
