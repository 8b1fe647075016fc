/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents by https. Every hop (the first one and each redirect) is the same: check the address, ask for the host's
 * addresses, connect to those and to nothing else with a session of its own, look at the status.
 *
 *   hop ─► resolving ─► sending ─┬─ redirect ─► hop
 *                                ├─ 200 ─► reading ─► done
 *                                └─ else ─► done            time, too big, error: done */
#include "web/oree-fetch.h"
#include "base/oree-limits.h"
#include <libsoup/soup.h>

/* ---- a host whose addresses were chosen by somebody else ---- */

/* A GNetworkAddress, so that TLS asks for and checks the host's name; but it leads where we say. */
typedef struct
{
  GNetworkAddress parent;
  GPtrArray *addresses; /* GInetAddress */
} Vetted;
typedef GNetworkAddressClass VettedClass;

typedef struct
{
  GSocketAddressEnumerator parent;
  GPtrArray *addresses;
  guint16 port;
  guint next;
} VettedEnumerator;
typedef GSocketAddressEnumeratorClass VettedEnumeratorClass;

GType vetted_enumerator_get_type (void);
GType vetted_get_type (void);
G_DEFINE_TYPE (VettedEnumerator, vetted_enumerator, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static GSocketAddress *
vetted_enumerator_next (GSocketAddressEnumerator *enumerator, GCancellable *cancellable, GError **error)
{
  VettedEnumerator *self = (VettedEnumerator *) enumerator;

  if (self->next >= self->addresses->len)
    return NULL;

  return g_inet_socket_address_new (g_ptr_array_index (self->addresses, self->next++), self->port);
}

static void
vetted_enumerator_finalize (GObject *object)
{
  g_ptr_array_unref (((VettedEnumerator *) object)->addresses);
  G_OBJECT_CLASS (vetted_enumerator_parent_class)->finalize (object);
}

static void
vetted_enumerator_class_init (VettedEnumeratorClass *class)
{
  class->next = vetted_enumerator_next;
  G_OBJECT_CLASS (class)->finalize = vetted_enumerator_finalize;
}

static void
vetted_enumerator_init (VettedEnumerator *self)
{
}

static GSocketAddressEnumerator *
vetted_enumerate (GSocketConnectable *connectable)
{
  Vetted *self = (Vetted *) connectable;
  VettedEnumerator *enumerator = g_object_new (vetted_enumerator_get_type (), NULL);

  enumerator->addresses = g_ptr_array_ref (self->addresses);
  enumerator->port = g_network_address_get_port (G_NETWORK_ADDRESS (self));
  return G_SOCKET_ADDRESS_ENUMERATOR (enumerator);
}

static void
vetted_connectable_init (GSocketConnectableIface *iface)
{
  iface->enumerate = vetted_enumerate;
  iface->proxy_enumerate = vetted_enumerate;
}

G_DEFINE_TYPE_WITH_CODE (Vetted, vetted, G_TYPE_NETWORK_ADDRESS,
                         G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE, vetted_connectable_init))

static void
vetted_finalize (GObject *object)
{
  g_ptr_array_unref (((Vetted *) object)->addresses);
  G_OBJECT_CLASS (vetted_parent_class)->finalize (object);
}

static void
vetted_class_init (VettedClass *class)
{
  G_OBJECT_CLASS (class)->finalize = vetted_finalize;
}

static void
vetted_init (Vetted *self)
{
}

static GSocketConnectable *
vetted_new (const char *host, guint16 port, GPtrArray *addresses)
{
  Vetted *self = g_object_new (vetted_get_type (), "hostname", host, "port", (guint) port, NULL);

  self->addresses = g_ptr_array_ref (addresses);
  return G_SOCKET_CONNECTABLE (self);
}

/* ---- one document ---- */

typedef struct
{
  GPtrArray *jobs; /* Job */
} Fetch;

typedef struct
{
  gatomicrefcount refs; /* one of the list, one per operation of libsoup's under way */
  Fetch *fetch;         /* NULL: over */
  OreeFetchRequest request;
  char *anchors;
  OreeFetched done;
  gpointer done_data;
  GUri *uri;
  guint redirects;
  gpointer question; /* addresses asked for */
  GSource *deadline;
  GCancellable *cancellable;
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
} Job;

static void hop (Job *job);

static Job *
job_ref (Job *job)
{
  g_atomic_ref_count_inc (&job->refs);
  return job;
}

static void
job_unref (Job *job)
{
  if (!g_atomic_ref_count_dec (&job->refs))
    return;
  g_clear_object (&job->stream);
  g_clear_object (&job->message);
  g_clear_object (&job->session);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->uri, g_uri_unref);
  g_clear_pointer (&job->body, g_byte_array_unref);
  g_free (job->anchors);
  g_free (job);
}

static void
finish (Job *job, OreeFetchProblem problem, guint status, GBytes *body)
{
  Fetch *fetch = g_steal_pointer (&job->fetch);

  if (fetch == NULL)
    return;
  if (job->question != NULL)
    job->request.unresolve (g_steal_pointer (&job->question));
  if (job->deadline != NULL)
    {
      g_source_destroy (job->deadline);
      g_clear_pointer (&job->deadline, g_source_unref);
    }
  g_cancellable_cancel (job->cancellable);
  job->done (problem, status, body, job->done_data);
  g_ptr_array_remove_fast (fetch->jobs, job); /* drops the list's reference */
}

static OreeFetchProblem
problem_of (const GError *error)
{
  if (error->domain == G_TLS_ERROR)
    return OREE_FETCH_TLS;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return OREE_FETCH_TIMED_OUT;

  return OREE_FETCH_CONNECT;
}

static void
read_more (Job *job);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) part = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (job->fetch != NULL && part == NULL)
    finish (job, problem_of (error), 0, NULL);
  else if (job->fetch != NULL && g_bytes_get_size (part) > 0)
    {
      g_byte_array_append (job->body, g_bytes_get_data (part, NULL), (guint) g_bytes_get_size (part));
      if (job->body->len > job->request.bytes_max)
        finish (job, OREE_FETCH_TOO_BIG, 0, NULL);
      else
        read_more (job);
    }
  else if (job->fetch != NULL)
    {
      g_autoptr (GBytes) body = g_byte_array_free_to_bytes (g_steal_pointer (&job->body));

      finish (job, OREE_FETCH_NONE, SOUP_STATUS_OK, body);
    }
  job_unref (job);
}

static void
read_more (Job *job)
{
  g_input_stream_read_bytes_async (job->stream, 4096, G_PRIORITY_DEFAULT, job->cancellable, read_cb, job_ref (job));
}

static void
redirect (Job *job)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (job->message), "Location");
  g_autoptr (GUri) next = location != NULL ? g_uri_parse_relative (job->uri, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (next == NULL)
    finish (job, OREE_FETCH_CONNECT, 0, NULL);
  else if (job->redirects++ >= job->request.redirects_max)
    finish (job, OREE_FETCH_REDIRECTS, 0, NULL);
  else
    {
      g_uri_unref (job->uri);
      job->uri = g_steal_pointer (&next);
      hop (job);
    }
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  guint status;

  if (job->fetch == NULL)
    {
      job_unref (job);
      return;
    }
  status = soup_message_get_status (job->message);
  if (stream == NULL)
    finish (job, problem_of (error), 0, NULL);
  else if (SOUP_STATUS_IS_REDIRECTION (status))
    redirect (job);
  else if (status != SOUP_STATUS_OK)
    finish (job, OREE_FETCH_NONE, status, NULL);
  else
    {
      job->stream = g_steal_pointer (&stream);
      read_more (job);
    }
  job_unref (job);
}

/* libsoup's own: no cookies, cache, proxies or passwords; what is left of its extras is put aside. */
static SoupSession *
session_new (const Job *job, GSocketConnectable *to)
{
  SoupSession *session = soup_session_new_with_options ("remote-connectable", to, "proxy-resolver", NULL, "timeout",
                                                        job->request.seconds, "max-conns", 1, "user-agent", "oreed",
                                                        NULL);

  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  if (job->anchors != NULL)
    {
      /* A file that cannot be read trusts nobody: the handshake fails, and says so. */
      g_autoptr (GTlsDatabase) anchors = g_tls_file_database_new (job->anchors, NULL);

      soup_session_set_tls_database (session, anchors);
    }

  return session;
}

static void
resolved_cb (OreeFetchProblem problem, GPtrArray *addresses, gpointer data)
{
  Job *job = data;
  int port = g_uri_get_port (job->uri);
  g_autoptr (GSocketConnectable) to = NULL;

  job->question = NULL;
  if (problem != OREE_FETCH_NONE)
    {
      finish (job, problem, 0, NULL);
      return;
    }
  to = vetted_new (g_uri_get_host (job->uri), (guint16) (port > 0 ? port : 443), addresses);
  g_clear_object (&job->stream);
  g_clear_object (&job->message);
  g_clear_object (&job->session);
  job->session = session_new (job, to);
  job->message = soup_message_new_from_uri (SOUP_METHOD_GET, job->uri);
  soup_message_set_flags (job->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_session_send_async (job->session, job->message, G_PRIORITY_DEFAULT, job->cancellable, sent_cb, job_ref (job));
}

static void
hop (Job *job)
{
  if (g_strcmp0 (g_uri_get_scheme (job->uri), "https") != 0 || g_uri_get_host (job->uri) == NULL
      || *g_uri_get_host (job->uri) == '\0' || g_uri_get_userinfo (job->uri) != NULL)
    {
      finish (job, OREE_FETCH_NOT_HTTPS, 0, NULL);
      return;
    }
  job->question = job->request.resolve (job->request.resolve_data, g_uri_get_host (job->uri), resolved_cb, job);
}

static gboolean
deadline_cb (gpointer data)
{
  finish (data, OREE_FETCH_TIMED_OUT, 0, NULL);
  return G_SOURCE_REMOVE;
}

/* On the next turn: nothing calls back from inside a question. */
static gboolean
begin_cb (gpointer data)
{
  Job *job = data;

  if (job->fetch == NULL)
    ;
  else if (job->fetch->jobs->len > OREE_FETCHES_MAX)
    finish (job, OREE_FETCH_BUSY, 0, NULL);
  else if (job->uri == NULL)
    finish (job, OREE_FETCH_NOT_HTTPS, 0, NULL);
  else
    hop (job);
  job_unref (job);
  return G_SOURCE_REMOVE;
}

static void
fetch (gpointer data, const OreeFetchRequest *request, OreeFetched done, gpointer done_data)
{
  Job *job = g_new0 (Job, 1);

  g_atomic_ref_count_init (&job->refs);
  job->fetch = data;
  job->request = *request;
  job->anchors = g_strdup (request->trust_anchors);
  job->uri = g_uri_parse (request->url, SOUP_HTTP_URI_FLAGS, NULL);
  job->done = done;
  job->done_data = done_data;
  job->body = g_byte_array_new ();
  job->cancellable = g_cancellable_new ();
  job->deadline = g_timeout_source_new_seconds (request->seconds);
  g_source_set_callback (job->deadline, deadline_cb, job, NULL);
  g_source_attach (job->deadline, NULL);
  g_ptr_array_add (job->fetch->jobs, job);
  g_idle_add_full (G_PRIORITY_DEFAULT, begin_cb, job_ref (job), NULL);
}

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  while (self->jobs->len > 0)
    finish (g_ptr_array_index (self->jobs, self->jobs->len - 1), OREE_FETCH_BUSY, 0, NULL);
  g_ptr_array_unref (self->jobs);
  g_free (self);
}

static void
unref_job (gpointer data)
{
  job_unref (data);
}

void
oree_fetch_init (OreeFetcher *fetcher)
{
  Fetch *self = g_new0 (Fetch, 1);

  self->jobs = g_ptr_array_new_with_free_func (unref_job);
  *fetcher = (OreeFetcher){ self, fetch, fetch_free };
}
