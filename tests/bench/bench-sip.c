/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-sip.h"
#include "bench-sip-text.h"
#include <string.h>

struct _BenchSip
{
  OreeConn *conn;
  char *name, *domain, *password, *local, *tag;
  const BenchSipCallbacks *callbacks;
  gpointer data;
  guint sequence;
  gboolean ready, asked, broken;
  GString *out;
};

static void
give_up (BenchSip *self, const char *why, OreeSpan what)
{
  g_autofree char *text = g_strdup_printf ("%s: %.*s", why, (int) MIN (what.length, 300), what.data);

  self->broken = TRUE;
  self->callbacks->closed (self, text, self->data);
}

static char *
parameter (OreeSpan challenge, const char *name)
{
  g_autofree char *text = oree_span_dup (challenge);
  g_autofree char *pattern = g_strdup_printf ("\\b%s\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,]+))", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  char *quoted;

  if (!g_regex_match (regex, text, 0, &match))
    return NULL;

  quoted = g_match_info_fetch (match, 1);
  if (quoted != NULL && *quoted != '\0')
    return quoted;
  g_free (quoted);
  return g_match_info_fetch (match, 2);
}

static char *
hash (GChecksumType type, const char *format, ...) G_GNUC_PRINTF (2, 3);

static char *
hash (GChecksumType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_compute_checksum_for_string (type, text, -1);
}

static char *
credentials (BenchSip *self, OreeSpan challenge)
{
  g_autofree char *realm = parameter (challenge, "realm"), *nonce = parameter (challenge, "nonce");
  g_autofree char *algorithm = parameter (challenge, "algorithm"), *opaque = parameter (challenge, "opaque");
  GChecksumType type = g_strcmp0 (algorithm, "SHA-256") == 0 ? G_CHECKSUM_SHA256 : G_CHECKSUM_MD5;
  g_autofree char *a1 = hash (type, "%s:%s:%s", self->name, realm, self->password);
  g_autofree char *a2 = hash (type, "REGISTER:sip:%s", self->domain);
  g_autofree char *response = hash (type, "%s:%s:00000001:bench:auth:%s", a1, nonce, a2);
  GString *line = g_string_new (NULL);

  g_string_printf (line,
                   "Authorization: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"sip:%s\", "
                   "response=\"%s\", qop=auth, nc=00000001, cnonce=\"bench\", algorithm=%s",
                   self->name, realm, nonce, self->domain, response, algorithm != NULL ? algorithm : "MD5");
  if (opaque != NULL)
    g_string_append_printf (line, ", opaque=\"%s\"", opaque);
  g_string_append (line, "\r\n");

  return g_string_free (line, FALSE);
}

static void
begin_request (BenchSip *self, const char *method, const char *to)
{
  self->sequence++;
  g_string_printf (self->out,
                   "%s sip:%s SIP/2.0\r\n"
                   "Via: SIP/2.0/TLS %s;branch=z9hG4bKbench%s%u;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "From: <sip:%s@%s>;tag=%s\r\n"
                   "To: <sip:%s%s%s>\r\n"
                   "Call-ID: %s-%s\r\n"
                   "CSeq: %u %s\r\n",
                   method, to, self->local, self->tag, self->sequence, self->name, self->domain, self->tag,
                   strchr (to, '@') == NULL ? self->name : "", strchr (to, '@') == NULL ? "@" : "", to, method,
                   self->tag, self->sequence, method);
}

static void
send_register (BenchSip *self, const char *authorization)
{
  begin_request (self, "REGISTER", self->domain);
  g_string_append_printf (self->out, "Contact: <sip:%s@%s;transport=tls>;expires=3600\r\nExpires: 3600\r\n%s"
                                     "Content-Length: 0\r\n\r\n",
                          self->name, self->local, authorization);
  oree_conn_write (self->conn, self->out->str, self->out->len);
}

void
bench_sip_send (BenchSip *self, const char *to, const char *body, gsize length)
{
  begin_request (self, "MESSAGE", to);
  g_string_append_printf (self->out, "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %" G_GSIZE_FORMAT
                                     "\r\n\r\n",
                          length);
  g_string_append_len (self->out, body, (gssize) length);
  oree_conn_write (self->conn, self->out->str, self->out->len);
}

static void
on_response (BenchSip *self, OreeSpan head)
{
  guint64 status = 0;
  OreeSpan sequence = bench_sip_header (head, "CSeq");

  oree_span_to_uint (oree_span_sub (head, 8, 3), 699, &status);
  if (status < 200)
    return;
  if (!oree_span_ends_with (sequence, "REGISTER"))
    {
      self->callbacks->answer (self, (guint) status, self->data);
      return;
    }

  if (status == 401 && !self->asked)
    {
      g_autofree char *authorization = credentials (self, bench_sip_header (head, "WWW-Authenticate"));

      self->asked = TRUE;
      send_register (self, authorization);
    }
  else if (status == 200)
    {
      self->ready = TRUE;
      self->callbacks->ready (self, self->data);
    }
  else
    {
      give_up (self, "REGISTER", head);
    }
}

static void
on_request (BenchSip *self, OreeSpan head, OreeSpan body)
{
  g_string_truncate (self->out, 0);
  bench_sip_write_answer (self->out, head, self->tag, "");
  oree_conn_write (self->conn, self->out->str, self->out->len);
  if (oree_span_starts_with (head, "MESSAGE "))
    self->callbacks->message (self, body, self->data);
}

static gsize
on_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  BenchSip *self = data;
  gsize used = 0;

  OreeSpan head, body;
  gsize n;

  while (!self->broken && (n = bench_sip_cut (oree_span_from (bytes, used), &head, &body)) > 0)
    {
      used += n;
      if (oree_span_is_empty (head))
        continue;
      if (oree_span_starts_with (head, "SIP/2.0 "))
        on_response (self, head);
      else
        on_request (self, head, body);
    }

  return used;
}

static void
on_tls (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  if (ok)
    send_register (data, "");
}

static void
on_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  BenchSip *self = data;

  if (!self->broken)
    give_up (self, oree_closed_reason_nick (reason), oree_span_str (detail != NULL ? detail : ""));
}

static const OreeConnCallbacks conn_callbacks = { .on_data = on_data, .on_tls = on_tls, .on_closed = on_closed };

BenchSip *
bench_sip_new (OreeConn *conn, OreeTlsCtx *ctx, const char *name, const char *domain, const char *password,
               const BenchSipCallbacks *callbacks, gpointer data)
{
  BenchSip *self = g_new0 (BenchSip, 1);

  self->conn = conn;
  self->name = g_strdup (name);
  self->domain = g_strdup (domain);
  self->password = g_strdup (password);
  self->local = oree_endpoint_to_string (oree_conn_local (conn));
  self->tag = g_strdup_printf ("%08x", g_random_int ());
  self->callbacks = callbacks;
  self->data = data;
  self->out = g_string_new (NULL);
  oree_conn_set_callbacks (conn, &conn_callbacks, self);
  oree_conn_start_tls (conn, ctx, OREE_TLS_CLIENT, domain, NULL);

  return self;
}

void
bench_sip_free (BenchSip *self)
{
  if (self == NULL)
    return;

  oree_conn_free (self->conn);
  g_free (self->name);
  g_free (self->domain);
  g_free (self->password);
  g_free (self->local);
  g_free (self->tag);
  g_string_free (self->out, TRUE);
  g_free (self);
}
