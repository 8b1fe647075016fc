/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-session.h"

#include "base/oree-secret.h"

struct _OreeCertSession
{
  GObject parent;
  OreeClient *client;
  OreeClientCerts *certs;
  OreeCertDraft *draft;
  GCancellable *asking; /* the Needs under way; NULL: none */
  GVariant *needs;
  GVariant *names;
  OreeProblems *needs_problems;
  char *request_id;
  char *csr;
  GVariant *request;
  GBytes *file;
  char *password;
  GVariant *answer;
  GVariant *answer_names;
  OreeProblems *answer_problems;
  GVariant *imported;
  OreeProblems *imported_problems;
  GVariant *assigned;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeCertSession, oree_cert_session, G_TYPE_OBJECT)

void
oree_cert_session_touch (OreeCertSession *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
replace_variant (GVariant **at, GVariant *with)
{
  g_clear_pointer (at, g_variant_unref);
  *at = with != NULL ? g_variant_ref_sink (with) : NULL;
}

static void
on_needs (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeCertSession) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_call_finish (OREE_CLIENT (source), result, &error);
  g_autoptr (GVariant) problems = NULL;

  /* A newer question is under way. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->asking);
  /* Without the service nothing is known anew; it is asked again when it returns. */
  if (reply == NULL)
    return;
  g_clear_pointer (&self->needs, g_variant_unref);
  g_clear_pointer (&self->names, g_variant_unref);
  g_variant_get (reply, "(@a{sv}@aa{sv}@aa{sv})", &self->needs, &self->names, &problems);
  g_clear_pointer (&self->needs_problems, oree_problems_free);
  self->needs_problems = oree_problems_from_variant (problems);
  oree_cert_session_touch (self);
}

/* The fields of the draft that bear on the names, usages apart: these have their own argument. */
static GVariant *
naming_fields (OreeCertSession *self)
{
  g_autoptr (GVariant) specification = g_variant_ref_sink (oree_cert_draft_to_specification (self->draft));
  const char *renews = oree_cert_draft_get_text (self->draft, "renews");
  GVariantDict dict;
  GVariantIter iter;
  const char *field;
  GVariant *value;

  g_variant_dict_init (&dict, NULL);
  g_variant_iter_init (&iter, specification);
  while (g_variant_iter_next (&iter, "{&sv}", &field, &value))
    {
      if (oree_cert_draft_field_bears_on_names (field) && !g_str_equal (field, "usages"))
        g_variant_dict_insert_value (&dict, field, value);
      g_variant_unref (value);
    }
  if (*renews != '\0')
    g_variant_dict_insert (&dict, "compare", "s", renews);
  return g_variant_dict_end (&dict);
}

static void
ask_needs (OreeCertSession *self)
{
  g_auto (GStrv) usages = oree_cert_draft_dup_list (self->draft, "usages");

  if (!oree_client_is_present (self->client))
    return;
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  self->asking = g_cancellable_new ();
  oree_client_call_async (self->client, OREE_CALL_CERTIFICATES_NEEDS,
                          g_variant_new ("(^as@a{sv})", usages, naming_fields (self)), self->asking, on_needs,
                          g_object_ref (self));
}

static void
on_draft_changed (OreeCertSession *self, const char *what)
{
  if (oree_cert_draft_field_bears_on_names (what) || g_str_equal (what, "renews"))
    ask_needs (self);
  oree_cert_session_touch (self);
}

static void
oree_cert_session_dispose (GObject *object)
{
  OreeCertSession *self = OREE_CERT_SESSION (object);

  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  g_clear_object (&self->certs);
  g_clear_object (&self->client);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (oree_cert_session_parent_class)->dispose (object);
}

static void
forget_answer (OreeCertSession *self)
{
  g_clear_pointer (&self->file, g_bytes_unref);
  g_clear_pointer (&self->password, oree_secret_free);
  g_clear_pointer (&self->answer, g_variant_unref);
  g_clear_pointer (&self->answer_names, g_variant_unref);
  g_clear_pointer (&self->answer_problems, oree_problems_free);
}

static void
oree_cert_session_finalize (GObject *object)
{
  OreeCertSession *self = OREE_CERT_SESSION (object);

  g_clear_pointer (&self->needs, g_variant_unref);
  g_clear_pointer (&self->names, g_variant_unref);
  g_clear_pointer (&self->needs_problems, oree_problems_free);
  g_clear_pointer (&self->request, g_variant_unref);
  g_free (self->request_id);
  g_free (self->csr);
  g_clear_pointer (&self->imported, g_variant_unref);
  g_clear_pointer (&self->imported_problems, oree_problems_free);
  g_clear_pointer (&self->assigned, g_variant_unref);
  forget_answer (self);
  G_OBJECT_CLASS (oree_cert_session_parent_class)->finalize (object);
}

static void
oree_cert_session_class_init (OreeCertSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oree_cert_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = oree_cert_session_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static void
oree_cert_session_init (OreeCertSession *self)
{
  self->draft = oree_cert_draft_new ();
}

OreeCertSession *
oree_cert_session_new (OreeClient *client)
{
  OreeCertSession *self = g_object_new (OREE_TYPE_CERT_SESSION, NULL);

  self->client = g_object_ref (client);
  self->certs = oree_client_certs_new (client);
  g_signal_connect_object (self->certs, "changed", G_CALLBACK (oree_cert_session_touch), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->draft, "changed", G_CALLBACK (on_draft_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::present", G_CALLBACK (ask_needs), self, G_CONNECT_SWAPPED);
  /* The topology may change under a request that is being written. */
  g_signal_connect_object (client, "changed", G_CALLBACK (ask_needs), self, G_CONNECT_SWAPPED);
  ask_needs (self);
  return self;
}

OreeClient *
oree_cert_session_get_client (OreeCertSession *self)
{
  return self->client;
}

OreeClientCerts *
oree_cert_session_get_certs (OreeCertSession *self)
{
  return self->certs;
}

OreeCertDraft *
oree_cert_session_get_draft (OreeCertSession *self)
{
  return self->draft;
}

GVariant *
oree_cert_session_get_needs (OreeCertSession *self)
{
  return self->needs;
}

GVariant *
oree_cert_session_get_names (OreeCertSession *self)
{
  return self->names;
}

OreeProblems *
oree_cert_session_get_needs_problems (OreeCertSession *self)
{
  return self->needs_problems;
}

gboolean
oree_cert_session_names_are_current (OreeCertSession *self)
{
  return self->names != NULL && self->asking == NULL;
}

const char *
oree_cert_session_get_request_id (OreeCertSession *self)
{
  return self->request_id;
}

const char *
oree_cert_session_get_csr (OreeCertSession *self)
{
  return self->csr;
}

GVariant *
oree_cert_session_get_request (OreeCertSession *self)
{
  return self->request;
}

void
oree_cert_session_set_request (OreeCertSession *self, const char *id, const char *csr, GVariant *record)
{
  g_free (self->request_id);
  self->request_id = g_strdup (id);
  g_free (self->csr);
  self->csr = g_strdup (csr);
  replace_variant (&self->request, record);
  oree_cert_session_touch (self);
}

GBytes *
oree_cert_session_get_answer_file (OreeCertSession *self)
{
  return self->file;
}

const char *
oree_cert_session_get_answer_password (OreeCertSession *self)
{
  return self->password;
}

GVariant *
oree_cert_session_get_answer (OreeCertSession *self)
{
  return self->answer;
}

GVariant *
oree_cert_session_get_answer_names (OreeCertSession *self)
{
  return self->answer_names;
}

OreeProblems *
oree_cert_session_get_answer_problems (OreeCertSession *self)
{
  return self->answer_problems;
}

void
oree_cert_session_set_answer (OreeCertSession *self, GBytes *file, const char *password, GVariant *answer,
                              GVariant *names, OreeProblems *problems)
{
  forget_answer (self);
  if (file != NULL)
    {
      self->file = g_bytes_ref (file);
      self->password = g_strdup (password);
      replace_variant (&self->answer, answer);
      replace_variant (&self->answer_names, names);
      self->answer_problems = problems;
    }
  oree_cert_session_touch (self);
}

GVariant *
oree_cert_session_get_imported (OreeCertSession *self)
{
  return self->imported;
}

OreeProblems *
oree_cert_session_get_imported_problems (OreeCertSession *self)
{
  return self->imported_problems;
}

/* What the request of an imported certificate was made for; else the draft's usages stay as they are. */
static void
take_usages (OreeCertSession *self, GVariant *result)
{
  const char *id = "";
  const OreeCertRecord *request;

  g_variant_lookup (result, "request", "&s", &id);
  request = oree_client_certs_find (self->certs, id);
  if (request != NULL && request->usages != 0)
    {
      g_auto (GStrv) nicks = oree_edge_usages_to_nicks (request->usages);

      oree_cert_draft_set_assign_usages (self->draft, (const char *const *) nicks);
    }
}

void
oree_cert_session_set_imported (OreeCertSession *self, GVariant *result, OreeProblems *problems)
{
  g_auto (GStrv) ids = NULL;

  replace_variant (&self->imported, result);
  g_clear_pointer (&self->imported_problems, oree_problems_free);
  self->imported_problems = problems;
  take_usages (self, result);
  if (g_variant_lookup (result, "imported", "^as", &ids) && ids[0] != NULL)
    oree_cert_draft_set_certificate (self->draft, ids[0]);
  oree_client_certs_refresh (self->certs);
  oree_cert_session_touch (self);
}

GVariant *
oree_cert_session_get_assigned (OreeCertSession *self)
{
  return self->assigned;
}

void
oree_cert_session_set_assigned (OreeCertSession *self, GVariant *result)
{
  replace_variant (&self->assigned, result);
  oree_client_certs_refresh (self->certs);
  oree_cert_session_touch (self);
}
