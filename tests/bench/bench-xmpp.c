/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-xmpp.h"

#define NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SM "urn:xmpp:sm:3"

typedef enum
{
  CLEAR,     /* before TLS */
  PROTECTED, /* before authentication */
  PROVED,    /* authenticated, negotiating acknowledgements */
  READY
} Stage;

struct _BenchXmpp
{
  OreeConn *conn;
  char *from, *to; /* we, they */
  gboolean caller;
  const BenchXmppCallbacks *callbacks;
  gpointer data;
  Stage stage;
  gboolean acks;
  guint received, asked;
  GString *out;
  gboolean broken, ended;
};

static void
say (BenchXmpp *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (BenchXmpp *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_vprintf (self->out, format, arguments);
  va_end (arguments);
  oree_conn_write (self->conn, self->out->str, self->out->len);
}

static void
give_up (BenchXmpp *self, const char *why, OreeSpan what)
{
  g_autofree char *text = g_strdup_printf ("%s: %.*s", why, (int) MIN (what.length, 300), what.data);

  self->broken = TRUE;
  self->callbacks->closed (self, text, self->data);
}

static void
say_header (BenchXmpp *self)
{
  g_autofree char *id = self->caller ? g_strdup ("") : g_strdup_printf (" id='%08x%08x'", g_random_int (), g_random_int ());

  say (self,
       "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
       "xmlns:db='jabber:server:dialback' from='%s' to='%s'%s version='1.0' xml:lang='en'>",
       self->from, self->to, id);
}

static void
become_ready (BenchXmpp *self)
{
  self->stage = READY;
  self->callbacks->ready (self, self->data);
}

static gboolean
is (OreeSpan element, const char *name)
{
  gsize length = strlen (name);

  return element.length > length + 1 && memcmp (element.data + 1, name, length) == 0 &&
         strchr (" />", element.data[length + 1]) != NULL;
}

static gboolean
holds (OreeSpan element, const char *text)
{
  return memmem (element.data, element.length, text, strlen (text)) != NULL;
}

/* The value of an attribute, in either kind of quotes; empty when it is not there. */
static OreeSpan
attribute (OreeSpan tag, const char *name)
{
  g_autofree char *wanted = g_strdup_printf (" %s=", name);
  const char *at = memmem (tag.data, tag.length, wanted, strlen (wanted));
  const char *begin, *end;

  if (at == NULL)
    return OREE_SPAN_EMPTY;

  begin = at + strlen (wanted) + 1;
  end = memchr (begin, begin[-1], (gsize) (tag.data + tag.length - begin));
  return end != NULL ? oree_span (begin, (gsize) (end - begin)) : OREE_SPAN_EMPTY;
}

static void
on_features (BenchXmpp *self, OreeSpan element)
{
  switch (self->stage)
    {
    case CLEAR:
      say (self, "<starttls xmlns='" NS_TLS "'/>");
      break;
    case PROTECTED:
      if (holds (element, "EXTERNAL"))
        say (self, "<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>=</auth>");
      else
        give_up (self, "no EXTERNAL offered", element);
      break;
    case PROVED:
      self->acks = holds (element, NS_SM);
      if (self->acks)
        say (self, "<enable xmlns='" NS_SM "'/>");
      else
        become_ready (self);
      break;
    case READY:
      break;
    }
}

static void
on_header (BenchXmpp *self, OreeSpan tag)
{
  if (self->caller)
    return;

  g_free (self->from);
  g_free (self->to);
  self->from = oree_span_dup (attribute (tag, "to"));
  self->to = oree_span_dup (attribute (tag, "from"));
  say_header (self);
  switch (self->stage)
    {
    case CLEAR:
      say (self, "<stream:features><starttls xmlns='" NS_TLS "'><required/></starttls></stream:features>");
      break;
    case PROTECTED:
      say (self, "<stream:features><mechanisms xmlns='" NS_SASL "'><mechanism>EXTERNAL</mechanism></mechanisms>"
                 "</stream:features>");
      break;
    case PROVED:
    case READY:
      say (self, "<stream:features><sm xmlns='" NS_SM "'/></stream:features>");
      become_ready (self);
      break;
    }
}

static void
on_element (BenchXmpp *self, OreeSpan element)
{
  if (is (element, "message") || is (element, "presence") || is (element, "iq"))
    {
      self->received++;
      self->callbacks->stanza (self, element, self->data);
    }
  else if (is (element, "r"))
    {
      self->asked++;
      say (self, "<a xmlns='" NS_SM "' h='%u'/>", self->received);
    }
  else if (is (element, "a"))
    {
      /* Ours are counted where they arrive. */
    }
  else if (is (element, "stream:features"))
    {
      on_features (self, element);
    }
  else if (is (element, "proceed"))
    {
      oree_conn_start_tls (self->conn, self->callbacks->identity (self->from), OREE_TLS_CLIENT, self->to, "xmpp-server");
    }
  else if (is (element, "starttls"))
    {
      say (self, "<proceed xmlns='" NS_TLS "'/>");
      oree_conn_start_tls (self->conn, self->callbacks->identity (self->from), OREE_TLS_SERVER, NULL, "xmpp-server");
    }
  else if (is (element, "auth"))
    {
      say (self, "<success xmlns='" NS_SASL "'/>");
      self->stage = PROVED;
    }
  else if (is (element, "success"))
    {
      self->stage = PROVED;
      say_header (self);
    }
  else if (is (element, "enable"))
    {
      say (self, "<enabled xmlns='" NS_SM "'/>");
      self->received = 0;
    }
  else if (is (element, "enabled"))
    {
      become_ready (self);
    }
  else
    {
      give_up (self, "unexpected", element);
    }
}

/* The first whole element of `bytes`, or 0 when more is needed. Attribute values are taken to have no '>'. */
static gsize
element_length (OreeSpan bytes)
{
  const char *at = bytes.data, *end = bytes.data + bytes.length;
  int depth = 0;

  while (at < end)
    {
      const char *open = memchr (at, '<', (gsize) (end - at));
      const char *close = open != NULL ? memchr (open, '>', (gsize) (end - open)) : NULL;

      if (close == NULL)
        return 0;
      if (open[1] == '/')
        depth--;
      else if (close[-1] != '/')
        depth++;
      at = close + 1;
      if (depth <= 0)
        return (gsize) (at - bytes.data);
    }

  return 0;
}

/* What starts `bytes`: white space, a declaration, the stream's tags, or an element. 0: more is needed. */
static gsize
take_one (BenchXmpp *self, OreeSpan bytes)
{
  const char *close;
  gsize length;

  if (g_ascii_isspace (bytes.data[0]))
    return 1;
  close = memchr (bytes.data, '>', bytes.length);
  if (close == NULL)
    return 0;
  length = (gsize) (close + 1 - bytes.data);
  if (oree_span_starts_with (bytes, "<?xml"))
    return length;
  if (oree_span_starts_with (bytes, "<stream:stream"))
    {
      on_header (self, oree_span_sub (bytes, 0, length));
      return length;
    }
  if (oree_span_starts_with (bytes, "</stream:stream"))
    {
      give_up (self, "stream ended", oree_span_sub (bytes, 0, length));
      return length;
    }

  length = element_length (bytes);
  if (length > 0)
    on_element (self, oree_span_sub (bytes, 0, length));
  return length;
}

static gsize
on_data (OreeConn *conn, OreeSpan bytes, gpointer data)
{
  BenchXmpp *self = data;
  gsize used = 0;

  while (used < bytes.length && !self->broken)
    {
      gsize length = take_one (self, oree_span_from (bytes, used));

      if (length == 0)
        break;
      used += length;
    }

  return used;
}

static void
on_tls (OreeConn *conn, gboolean ok, const char *detail, gpointer data)
{
  BenchXmpp *self = data;

  if (!ok)
    return;

  self->stage = PROTECTED;
  if (self->caller)
    say_header (self);
}

static void
on_closed (OreeConn *conn, OreeClosedReason reason, const char *detail, gpointer data)
{
  BenchXmpp *self = data;

  if (self->ended)
    self->callbacks->closed (self, "ended", self->data);
  else if (!self->broken)
    give_up (self, oree_closed_reason_nick (reason), oree_span_str (detail != NULL ? detail : ""));
}

static const OreeConnCallbacks conn_callbacks = { .on_data = on_data, .on_tls = on_tls, .on_closed = on_closed };

BenchXmpp *
bench_xmpp_new (OreeConn *conn, const char *from, const char *to, const BenchXmppCallbacks *callbacks, gpointer data)
{
  BenchXmpp *self = g_new0 (BenchXmpp, 1);

  self->conn = conn;
  self->from = g_strdup (from);
  self->to = g_strdup (to);
  self->caller = to != NULL;
  self->callbacks = callbacks;
  self->data = data;
  self->out = g_string_new (NULL);
  oree_conn_set_authenticated (conn);
  oree_conn_set_callbacks (conn, &conn_callbacks, self);
  if (self->caller)
    say_header (self);

  return self;
}

void
bench_xmpp_free (BenchXmpp *self)
{
  if (self == NULL)
    return;

  oree_conn_free (self->conn);
  g_free (self->from);
  g_free (self->to);
  g_string_free (self->out, TRUE);
  g_free (self);
}

void
bench_xmpp_end (BenchXmpp *self)
{
  say (self, "</stream:stream>");
  self->broken = TRUE;
  self->ended = TRUE;
  oree_conn_close (self->conn);
}

const char *
bench_xmpp_from (const BenchXmpp *self)
{
  return self->from;
}

void
bench_xmpp_write (BenchXmpp *self, const char *text, gsize length)
{
  oree_conn_write (self->conn, text, length);
}

void
bench_xmpp_ask (BenchXmpp *self)
{
  if (self->acks)
    say (self, "<r xmlns='" NS_SM "'/>");
}

guint
bench_xmpp_asked (const BenchXmpp *self)
{
  return self->asked;
}

gboolean
bench_xmpp_is_called (const BenchXmpp *self)
{
  return !self->caller;
}
