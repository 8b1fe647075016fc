/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS through libunbound. Its own thread resolves; its answers come in on a descriptor watched by the main context.
 * A lookup is shared by the asking worker and the main thread; each holds one reference and touches its own half. */
#include "net/oree-resolver.h"
#include "base/oree-limits.h"
#include "net/oree-dns-memory.h"
#include "ident/oree-domain.h"
#include <errno.h>
#include <glib-unix.h>
#include <unbound.h>
#include <unistd.h>

enum
{
  TYPE_A = 1,
  TYPE_AAAA = 28,
  TYPE_SRV = 33,
  TYPE_TLSA = 52,
  CLASS_IN = 1,
  RCODE_OK = 0,
  RCODE_NO_NAME = 3
};

/* One question to libunbound; outlives a lookup that was given up, until libunbound lets go of it. */
typedef struct
{
  OreeLookup *lookup;
  gboolean open;
  int id; /* libunbound's, for cancelling, while open */
} Question;

struct _OreeLookup
{
  gatomicrefcount refs;
  /* fixed */
  OreeResolver *resolver;
  OreeMailbox *worker;
  OreeDnsKind kind;
  char *name;
  /* the worker's */
  OreeLookupCb callback;
  gpointer data;
  gboolean cancelled;
  /* the main thread's, until it is posted back */
  Question questions[2];
  guint waiting;
  OreeDnsOutcome outcomes[2];
  guint n_outcomes, n_answers;
  gboolean over;
  gboolean half; /* one family is there, the other has a moment left */
  gint64 give_up_at;
  GList link;
  OreeDnsAnswer *answer;
};

struct _OreeResolver
{
  struct ub_ctx *unbound;
  OreeMailbox *mailbox;
  GSource *io, *clock;
  GQueue open; /* lookups, the one to give up first in front: all wait equally long */
  GQueue half; /* lookups with the addresses of one family: likewise */
  OreeDnsMemory *memory;
  gint64 timeout;
};

static void
lookup_unref (gpointer data)
{
  OreeLookup *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  if (self->answer != NULL)
    oree_dns_answer_unref (self->answer);
  oree_mailbox_unref (self->worker);
  g_free (self->name);
  g_free (self);
}

static OreeLookup *
lookup_ref (OreeLookup *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* On the worker: the end of it. */
static void
deliver_cb (gpointer data)
{
  OreeLookup *self = data;

  if (!self->cancelled)
    self->callback (self->answer, self->data);
  lookup_unref (self);
}

/* Setting it wakes GLib's loop up, each time: it is only ever brought forward. When it strikes before anybody gives up, which
 * an answer caused that came in time, it is wound anew. */
static void
set_clock (OreeResolver *self)
{
  const OreeLookup *open = g_queue_peek_head (&self->open), *half = g_queue_peek_head (&self->half);
  gint64 at = MIN (open != NULL ? open->give_up_at : G_MAXINT64, half != NULL ? half->give_up_at : G_MAXINT64);
  gint64 set = g_source_get_ready_time (self->clock);

  if (at != G_MAXINT64 && (set == -1 || at < set))
    g_source_set_ready_time (self->clock, at);
}

/* On the main thread: nothing more is awaited. Hands the worker's reference over with the answer. */
static void
lookup_over (OreeLookup *lookup, OreeDnsOutcome outcome)
{
  OreeResolver *self = lookup->resolver;

  if (lookup->over)
    return;

  lookup->over = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (lookup->questions); i++)
    if (lookup->questions[i].open)
      ub_cancel (self->unbound, lookup->questions[i].id);
  g_queue_unlink (lookup->half ? &self->half : &self->open, &lookup->link);
  set_clock (self);

  if (lookup->answer->outcome != outcome) /* one from memory is shared, and not written to */
    lookup->answer->outcome = outcome;
  if (outcome == OREE_DNS_BOGUS)
    g_array_set_size (lookup->answer->addresses, 0); /* the honest half of an answer whose other half was forged */
  oree_mailbox_post (lookup->worker, deliver_cb, lookup, lookup_unref);
  lookup_unref (lookup);
}

/* A name in wire form to text; FALSE for what is no host name (labels with dots or control characters). */
static gboolean
wire_name (const guint8 *data, gsize length, GString *text)
{
  gsize at = 0;

  while (at < length && data[at] != 0)
    {
      gsize label = data[at++];

      if (label > 63 || label > length - at)
        return FALSE;
      if (text->len > 0)
        g_string_append_c (text, '.');
      for (gsize i = 0; i < label; i++)
        {
          guint8 c = data[at + i];

          if (!g_ascii_isalnum (c) && c != '-' && c != '_')
            return FALSE;
          g_string_append_c (text, (char) c);
        }
      at += label;
    }

  if (at >= length)
    return FALSE;
  if (text->len == 0)
    g_string_append_c (text, '.');

  return TRUE;
}

/* RFC 2782: priority, weight, port, target. */
static void
add_srv (OreeDnsAnswer *answer, const guint8 *data, gsize length)
{
  g_autoptr (GString) target = g_string_new (NULL);

  if (length < 7 || !wire_name (data + 6, length - 6, target))
    return;

  oree_dns_answer_add_srv (answer, (guint16) (data[0] << 8 | data[1]), (guint16) (data[2] << 8 | data[3]),
                           (guint16) (data[4] << 8 | data[5]), oree_span (target->str, target->len));
}

static void
add_address (OreeDnsAnswer *answer, OreeInetFamily family, const guint8 *data, gsize length)
{
  OreeInetAddress address;

  if (length != (family == OREE_INET_V4 ? 4u : 16u))
    return;

  oree_inet_address_from_bytes (&address, family, data);
  oree_dns_answer_add_address (answer, &address);
}

static guint
n_records (const OreeDnsAnswer *answer)
{
  return answer->srv->len + answer->addresses->len + (answer->tlsa != NULL ? answer->tlsa->len : 0);
}

static void
add_records (OreeDnsAnswer *answer, const struct ub_result *result)
{
  for (guint i = 0; result->data[i] != NULL; i++)
    {
      const guint8 *data = (const guint8 *) result->data[i];
      gsize length = (gsize) MAX (result->len[i], 0);

      switch (result->qtype)
        {
        case TYPE_SRV:
          add_srv (answer, data, length);
          break;
        case TYPE_A:
          add_address (answer, OREE_INET_V4, data, length);
          break;
        case TYPE_AAAA:
          add_address (answer, OREE_INET_V6, data, length);
          break;
        case TYPE_TLSA:
          oree_dns_answer_add_tlsa (answer, oree_span ((const char *) data, length));
          break;
        }
    }
}

static OreeDnsOutcome
take_result (OreeLookup *lookup, const struct ub_result *result)
{
  OreeDnsAnswer *answer = lookup->answer;
  guint before = n_records (answer);
  guint ttl = (guint) MAX (result->ttl, 0);

  /* A forged answer is as good as none, and its records are never looked at. */
  if (result->bogus)
    return OREE_DNS_BOGUS;
  if (result->rcode != RCODE_OK && result->rcode != RCODE_NO_NAME)
    return OREE_DNS_FAILED;

  /* What failed for lack of an answer says nothing about how far the other may be trusted: whoever can make a question
   * fail must not thereby make a signed zone look unsigned. */
  answer->ttl = lookup->n_answers == 0 ? ttl : MIN (answer->ttl, ttl);
  answer->secure = (lookup->n_answers == 0 || answer->secure) && result->secure;
  lookup->n_answers++;
  if (result->nxdomain || result->rcode == RCODE_NO_NAME)
    return OREE_DNS_NO_NAME;
  if (!result->havedata)
    return OREE_DNS_NO_DATA;

  add_records (answer, result);
  return n_records (answer) > before ? OREE_DNS_OK : OREE_DNS_NO_DATA;
}

/* A and AAAA are one answer. A forged one spoils both: the host is left alone (RFC 7673 3.2). Else anything found wins,
 * then what is least final, so that nothing is concluded from it. */
static OreeDnsOutcome
combine (const OreeLookup *lookup)
{
  static const OreeDnsOutcome order[] = {
    OREE_DNS_BOGUS, OREE_DNS_OK, OREE_DNS_TIMED_OUT, OREE_DNS_FAILED, OREE_DNS_NO_DATA, OREE_DNS_NO_NAME,
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (order) == OREE_DNS_N_OUTCOMES);

  for (gsize o = 0; o < G_N_ELEMENTS (order); o++)
    for (guint i = 0; i < lookup->n_outcomes; i++)
      if (lookup->outcomes[i] == order[o])
        return order[o];

  return OREE_DNS_FAILED;
}

/* RFC 8305 3: the addresses of one family are there; those of the other are waited for a moment, not for a time-out. */
static void
wait_a_moment (OreeLookup *lookup)
{
  OreeResolver *self = lookup->resolver;

  g_queue_unlink (&self->open, &lookup->link);
  lookup->half = TRUE;
  lookup->give_up_at = g_get_monotonic_time () + OREE_DNS_OTHER_FAMILY_MS * OREE_MS;
  g_queue_push_tail_link (&self->half, &lookup->link);
  set_clock (self);
}

/* Where no question went without an answer, nothing better is to be had while this may be kept. */
static void
all_answered (OreeLookup *lookup)
{
  lookup->answer->outcome = combine (lookup);
  if (lookup->n_answers == lookup->n_outcomes)
    oree_dns_memory_put (lookup->resolver->memory, lookup->answer, g_get_monotonic_time ());
  lookup_over (lookup, lookup->answer->outcome);
}

static void
lookup_answered (OreeLookup *lookup, OreeDnsOutcome outcome)
{
  lookup->outcomes[lookup->n_outcomes++] = outcome;
  if (--lookup->waiting == 0)
    all_answered (lookup);
  else if (outcome == OREE_DNS_OK)
    wait_a_moment (lookup);
}

/* From ub_process, on the main thread. Not called for questions that were cancelled. */
static void
answered_cb (void *data, int error, struct ub_result *result)
{
  Question *question = data;
  OreeLookup *lookup = question->lookup;

  question->open = FALSE;
  lookup_answered (lookup, error != 0 || result == NULL ? OREE_DNS_FAILED : take_result (lookup, result));
  if (result != NULL)
    ub_resolve_free (result);
}

static gboolean
ask (OreeLookup *lookup, guint index, int type)
{
  Question *question = &lookup->questions[index];

  question->lookup = lookup;
  question->open = ub_resolve_async (lookup->resolver->unbound, lookup->name, type, CLASS_IN, question, answered_cb,
                                     &question->id) == 0;
  return question->open;
}

/* On the main thread: the question arrives, with the main thread's reference and, for the way back, the worker's. */
static void
start_cb (gpointer data)
{
  OreeLookup *lookup = data;
  OreeResolver *self = lookup->resolver;
  int types[2] = { lookup->kind == OREE_DNS_TLSA ? TYPE_TLSA : TYPE_SRV, 0 };
  OreeDnsAnswer *known;
  OreeInetAddress literal;
  guint n = 1;

  lookup->give_up_at = g_get_monotonic_time () + self->timeout;
  lookup->link.data = lookup;
  g_queue_push_tail_link (&self->open, &lookup->link);
  set_clock (self);

  if (self->open.length > OREE_DNS_LOOKUPS_MAX)
    {
      lookup_over (lookup, OREE_DNS_FAILED);
      return;
    }

  known = oree_dns_memory_get (self->memory, lookup->kind, lookup->name, g_get_monotonic_time ());
  if (known != NULL)
    {
      oree_dns_answer_unref (lookup->answer);
      lookup->answer = oree_dns_answer_ref (known);
      lookup_over (lookup, OREE_DNS_OK);
      return;
    }
  if (lookup->kind == OREE_DNS_ADDRESSES)
    {
      if (oree_inet_address_parse (&literal, oree_span_str (lookup->name)))
        {
          oree_dns_answer_add_address (lookup->answer, &literal);
          lookup_over (lookup, OREE_DNS_OK);
          return;
        }
      types[0] = TYPE_A;
      types[1] = TYPE_AAAA;
      n = 2;
    }

  lookup->waiting = n;
  lookup_ref (lookup);
  for (guint i = 0; i < n; i++)
    if (!ask (lookup, i, types[i]))
      lookup_answered (lookup, OREE_DNS_FAILED);
  lookup_unref (lookup);
}

/* The resolver is gone before the question reached it: the worker still gets its answer. */
static void
start_dropped (gpointer data)
{
  OreeLookup *lookup = data;

  lookup->answer->outcome = OREE_DNS_FAILED;
  oree_mailbox_post (lookup->worker, deliver_cb, lookup, lookup_unref);
  lookup_unref (lookup);
}

static void
cancel_cb (gpointer data)
{
  OreeLookup *lookup = data;

  lookup_over (lookup, OREE_DNS_FAILED);
  lookup_unref (lookup);
}

static OreeLookup *
lookup_new (OreeResolver *self, OreeDnsKind kind, const char *name, OreeMailbox *asker, OreeLookupCb callback,
            gpointer data)
{
  OreeLookup *lookup = g_new0 (OreeLookup, 1);

  g_atomic_ref_count_init (&lookup->refs);
  lookup_ref (lookup);
  lookup->resolver = self;
  lookup->worker = oree_mailbox_ref (asker);
  lookup->kind = kind;
  lookup->name = g_strdup (name);
  lookup->callback = callback;
  lookup->data = data;
  lookup->answer = oree_dns_answer_new (kind, name, OREE_DNS_FAILED);
  oree_mailbox_post (self->mailbox, start_cb, lookup, start_dropped);

  return lookup;
}

OreeLookup *
oree_resolver_lookup_srv (OreeResolver *self, const char *name, OreeWorker *worker, OreeLookupCb callback,
                          gpointer data)
{
  return lookup_new (self, OREE_DNS_SRV, name, oree_worker_mailbox (worker), callback, data);
}

OreeLookup *
oree_resolver_lookup_addresses (OreeResolver *self, const char *name, OreeWorker *worker, OreeLookupCb callback,
                                gpointer data)
{
  return lookup_new (self, OREE_DNS_ADDRESSES, name, oree_worker_mailbox (worker), callback, data);
}

OreeLookup *
oree_resolver_lookup_srv_on_main (OreeResolver *self, const char *name, OreeLookupCb callback, gpointer data)
{
  return lookup_new (self, OREE_DNS_SRV, name, self->mailbox, callback, data);
}

OreeLookup *
oree_resolver_lookup_addresses_on_main (OreeResolver *self, const char *name, OreeLookupCb callback, gpointer data)
{
  return lookup_new (self, OREE_DNS_ADDRESSES, name, self->mailbox, callback, data);
}

OreeLookup *
oree_resolver_lookup_tlsa (OreeResolver *self, const char *host, guint16 port, OreeWorker *worker,
                           OreeLookupCb callback, gpointer data)
{
  g_autofree char *name = oree_dns_tlsa_name (host, port);

  return lookup_new (self, OREE_DNS_TLSA, name, oree_worker_mailbox (worker), callback, data);
}

void
oree_lookup_cancel (OreeLookup *self)
{
  if (self == NULL)
    return;

  self->cancelled = TRUE;
  oree_mailbox_post (self->resolver->mailbox, cancel_cb, lookup_ref (self), lookup_unref);
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  OreeResolver *self = data;

  ub_process (self->unbound);
  return G_SOURCE_CONTINUE;
}

static gboolean
clock_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static gboolean
give_up_cb (gpointer data)
{
  OreeResolver *self = data;
  gint64 now = g_get_monotonic_time ();
  GList *first;

  g_source_set_ready_time (self->clock, -1);
  while ((first = g_queue_peek_head_link (&self->open)) != NULL && ((OreeLookup *) first->data)->give_up_at <= now)
    lookup_over (first->data, OREE_DNS_TIMED_OUT);
  while ((first = g_queue_peek_head_link (&self->half)) != NULL && ((OreeLookup *) first->data)->give_up_at <= now)
    lookup_over (first->data, combine (first->data));
  set_clock (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs clock_funcs = { .dispatch = clock_dispatch };

static gboolean
refuse (GError **error, const char *what, const char *why)
{
  g_set_error (error, OREE_NET_ERROR, OREE_NET_ERROR_RESOLVER_OPTION, "%s: %s", what, why);
  return FALSE;
}

/* "192.0.2.53@5353": libunbound takes the text late and complains later, so it is checked here. */
static gboolean
add_forwarder (OreeResolver *self, const char *text, gboolean *loopback, GError **error)
{
  OreeSpan host, port;
  OreeInetAddress address;
  guint64 number;
  gboolean has_port = oree_span_cut (oree_span_str (text), '@', &host, &port);

  if (!oree_inet_address_parse (&address, host) || text[0] == '[' ||
      (has_port && (!oree_span_to_uint (port, 65535, &number) || number == 0)))
    return refuse (error, text, "not address or address@port");
  if (ub_ctx_set_fwd (self->unbound, text) != 0)
    return refuse (error, text, "refused");

  *loopback = *loopback || oree_inet_address_is_loopback (&address);
  return TRUE;
}

static gboolean
set_option (OreeResolver *self, const char *name, const char *value, GError **error)
{
  int code = ub_ctx_set_option (self->unbound, name, value);

  return code == 0 || refuse (error, name, ub_strerror (code));
}

static gboolean
configure (OreeResolver *self, const OreeResolverOptions *options, GError **error)
{
  gboolean local = options->lab;
  int code;

  for (const char *const *at = options->forwarders; at != NULL && *at != NULL; at++)
    if (!add_forwarder (self, *at, &local, error))
      return FALSE;

  if (options->trust_anchor_file != NULL)
    {
      if (access (options->trust_anchor_file, R_OK) < 0)
        return refuse (error, options->trust_anchor_file, g_strerror (errno));
      code = ub_ctx_add_ta_file (self->unbound, options->trust_anchor_file);
      if (code != 0)
        return refuse (error, options->trust_anchor_file, ub_strerror (code));
    }

  /* A server that was down is asked again at once when it is back, instead of being left out for minutes. */
  if (!set_option (self, "infra-keep-probing:", "yes", error) ||
      (local && !set_option (self, "do-not-query-localhost:", "no", error)))
    return FALSE;

  /* A forwarder asks others in its turn. Left alone, libunbound learns from the quick answers how quick this one is, gives
   * up after a second on the name that takes it longer (five tries, the first after 50 ms), and after an outage waits as
   * long again as it lasted, up to two minutes, before it asks once more. */
  if (options->forwarders != NULL && options->forwarders[0] != NULL &&
      (!set_option (self, "infra-cache-min-rtt:", "1000", error) || !set_option (self, "infra-host-ttl:", "10", error)))
    return FALSE;

  /* RFC 6761 keeps "test." from the world: libunbound answers for it by itself. In the lab it is ours. Absence is not
   * remembered there either: what is started next should be found. */
  return !options->lab || (set_option (self, "local-zone:", "test. transparent", error) &&
                           set_option (self, "cache-max-negative-ttl:", "1", error));
}

OreeResolver *
oree_resolver_new (GMainContext *context, const OreeResolverOptions *options, GError **error)
{
  OreeResolver *self = g_new0 (OreeResolver, 1);
  guint seconds = options->timeout_seconds != 0 ? options->timeout_seconds : OREE_DNS_SECONDS;

  g_queue_init (&self->open);
  g_queue_init (&self->half);
  self->timeout = seconds * OREE_SECOND;
  self->memory = oree_dns_memory_new ();
  self->unbound = ub_ctx_create ();
  if (self->unbound == NULL)
    {
      refuse (error, "libunbound", g_strerror (ENOMEM));
      oree_dns_memory_free (self->memory);
      g_free (self);
      return NULL;
    }

  ub_ctx_debugout (self->unbound, NULL);
  ub_ctx_async (self->unbound, 1); /* a thread, not a process */
  if (!configure (self, options, error))
    {
      ub_ctx_delete (self->unbound);
      oree_dns_memory_free (self->memory);
      g_free (self);
      return NULL;
    }

  self->mailbox = oree_mailbox_new (context);
  self->io = g_unix_fd_source_new (ub_fd (self->unbound), G_IO_IN);
  g_source_set_callback (self->io, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_set_static_name (self->io, "oree-resolver");
  g_source_attach (self->io, context);
  self->clock = g_source_new (&clock_funcs, sizeof (GSource));
  g_source_set_callback (self->clock, give_up_cb, self, NULL);
  g_source_set_static_name (self->clock, "oree-resolver-clock");
  g_source_attach (self->clock, context);

  return self;
}

void
oree_resolver_free (OreeResolver *self)
{
  GList *first;

  if (self == NULL)
    return;

  oree_mailbox_close (self->mailbox);
  while ((first = g_queue_peek_head_link (&self->open)) != NULL
         || (first = g_queue_peek_head_link (&self->half)) != NULL)
    lookup_over (first->data, OREE_DNS_FAILED);
  g_source_destroy (self->io);
  g_source_unref (self->io);
  g_source_destroy (self->clock);
  g_source_unref (self->clock);
  ub_ctx_delete (self->unbound);
  oree_mailbox_unref (self->mailbox);
  oree_dns_memory_free (self->memory);
  g_free (self);
}
