/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net-fixture.h"
#include <glib/gstdio.h>

static OreeTlsCtx *
make_context (const char *directory, const char *anchors, const char *domain, const MadeCert *issuer)
{
  g_autofree char *san = g_strconcat ("DNS:", domain, NULL);
  CertSpec spec = { .cn = domain, .san = san, .extended = "serverAuth,clientAuth", .key_usage = "digitalSignature" };
  MadeCert made = cert_make (&spec, issuer);
  g_autofree char *pem = cert_write_pem (&made, NULL, directory, domain);
  g_autofree char *key = cert_write_key (&made, directory, domain);
  const char *files[] = { anchors, NULL };
  OreeTlsCtxOptions options = { pem, key, files };
  g_autoptr (GError) error = NULL;
  OreeTlsCtx *ctx = oree_tls_ctx_new (&options, &error);

  g_assert_no_error (error);
  cert_clear (&made);
  return ctx;
}

void
tls_fixture_init (TlsFixture *self)
{
  CertSpec spec = { .cn = "Test issuer", .constraints = "critical,CA:TRUE", .key_usage = "keyCertSign" };
  MadeCert issuer = cert_make (&spec, NULL);

  self->directory = g_dir_make_tmp ("oree-net-XXXXXX", NULL);
  self->anchors = cert_write_pem (&issuer, NULL, self->directory, "issuer");
  self->contoso = make_context (self->directory, self->anchors, "contoso.test", &issuer);
  self->fabrikam = make_context (self->directory, self->anchors, "fabrikam.test", &issuer);
  cert_clear (&issuer);
}

void
remove_directory (const char *directory)
{
  GDir *dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_rmdir (directory);
}

void
tls_fixture_clear (TlsFixture *self)
{
  remove_directory (self->directory);
  oree_tls_ctx_unref (self->contoso);
  oree_tls_ctx_unref (self->fabrikam);
  g_free (self->anchors);
  g_free (self->directory);
}

static gboolean
expired_cb (gpointer data)
{
  g_error ("nothing happened for ten seconds");
  return G_SOURCE_REMOVE;
}

void
run_until (OreeWorker *worker, const guint *flag, guint value)
{
  GSource *watchdog = g_timeout_source_new_seconds (10);

  g_source_set_callback (watchdog, expired_cb, NULL, NULL);
  g_source_attach (watchdog, oree_worker_context (worker));
  while (*flag < value)
    oree_worker_iterate (worker, TRUE);
  g_source_destroy (watchdog);
  g_source_unref (watchdog);
}
