/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What OpenSSL alone asks for a mutually authenticated TLS connection: a thread that accepts and one that connects over
 * TCP, each verifying the other's chain; nothing resumed, no protocol inside. Prints the CPU of each end per connection
 * as a finding of bench-gateway's kind.
 *
 * usage: bench-handshake CERTIFICATE KEY ANCHORS CONNECTIONS */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 20u

typedef struct
{
  SSL_CTX *ctx;
  gboolean server;
  int listener;
  struct sockaddr_in at;
  guint connections;
  gint64 cpu;
} End;

static gint64
thread_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static SSL_CTX *
context (const char *certificate, const char *key, const char *anchors)
{
  SSL_CTX *ctx = SSL_CTX_new (TLS_method ());

  SSL_CTX_set_min_proto_version (ctx, TLS1_2_VERSION);
  SSL_CTX_set_options (ctx, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets (ctx, 0);
  SSL_CTX_set_session_cache_mode (ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify (ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  if (SSL_CTX_use_certificate_chain_file (ctx, certificate) != 1
      || SSL_CTX_use_PrivateKey_file (ctx, key, SSL_FILETYPE_PEM) != 1
      || SSL_CTX_load_verify_locations (ctx, anchors, NULL) != 1)
    g_error ("cannot use %s, %s, %s", certificate, key, anchors);
  return ctx;
}

static int
connected (const End *end)
{
  int fd = end->server ? accept (end->listener, NULL, NULL) : socket (AF_INET, SOCK_STREAM, 0);
  int yes = 1;

  if (fd < 0 || (!end->server && connect (fd, (const struct sockaddr *) &end->at, sizeof end->at) < 0))
    g_error ("no connection");
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

static gpointer
run (gpointer data)
{
  End *end = data;
  gint64 began = 0;
  char byte;

  for (guint i = 0; i < end->connections + WARM_UP; i++)
    {
      int fd;
      SSL *ssl;

      if (i == WARM_UP)
        began = thread_cpu ();
      fd = connected (end);
      ssl = SSL_new (end->ctx);
      SSL_set_fd (ssl, fd);
      if ((end->server ? SSL_accept (ssl) : SSL_connect (ssl)) != 1)
        g_error ("handshake failed");
      /* The client says goodbye first; each end hears the other's. */
      if (!end->server)
        SSL_shutdown (ssl);
      if (SSL_read (ssl, &byte, 1) > 0)
        g_error ("unexpected data");
      if (end->server)
        SSL_shutdown (ssl);
      SSL_free (ssl);
      close (fd);
    }
  end->cpu = thread_cpu () - began;
  return NULL;
}

int
main (int argc, char **argv)
{
  End ends[2] = { { .server = TRUE }, { .server = FALSE } };
  GThread *threads[2];
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t length = sizeof at;
  int listener = socket (AF_INET, SOCK_STREAM, 0);

  if (argc != 5)
    g_error ("usage: bench-handshake CERTIFICATE KEY ANCHORS CONNECTIONS");
  if (bind (listener, (struct sockaddr *) &at, sizeof at) < 0 || listen (listener, 5) < 0
      || getsockname (listener, (struct sockaddr *) &at, &length) < 0)
    g_error ("cannot listen");
  for (guint i = 0; i < 2; i++)
    {
      ends[i].ctx = context (argv[1], argv[2], argv[3]);
      ends[i].listener = listener;
      ends[i].at = at;
      ends[i].connections = (guint) g_ascii_strtoull (argv[4], NULL, 10);
      threads[i] = g_thread_new ("end", run, &ends[i]);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_thread_join (threads[i]);
      g_print ("{\"server\": \"openssl\", \"partners\": 0, \"way\": \"%s\", \"mode\": \"setup\", \"streams\": %u, "
               "\"cpu_us\": %.1f}\n",
               ends[i].server ? "in" : "out", ends[i].connections,
               (double) ends[i].cpu / 1000 / ends[i].connections);
      SSL_CTX_free (ends[i].ctx);
    }
  close (listener);
  return 0;
}
