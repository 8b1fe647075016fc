/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory is filled under a name that begins with a dot, synced, and renamed; it is removed by renaming it to such a name. What
 * begins with a dot when the store opens was never finished. */
#include "pki/oree-cert-store.h"

#include "base/oree-limits.h"
#include "base/oree-secret.h"
#include "pki/oree-csr.h"
#include "pki/oree-pki-private.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ABOUT "about"
#define KEY "key.pem"
#define REQUEST "request.pem"
#define CERTIFICATE "certificate.pem"
#define CHAIN "chain.pem"
#define GROUP "certificate"
#define REQUEST_PREFIX "request-"

struct _OreeCertStore
{
  char *directory, *requests_dir, *certs_dir, *issuers_dir;
  GPtrArray *requests, *certs, *issuers;
  OreeAssignments assignments;
};

/* ---- Files ---- */

static gboolean
fail_errno (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", path, g_strerror (saved));
  return FALSE;
}

static gboolean
sync_directory (const char *path, GError **error)
{
  int file = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = file >= 0 && fsync (file) == 0;

  if (!ok)
    fail_errno (error, path);
  if (file >= 0)
    close (file);
  return ok;
}

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return oree_key_write_file (path, text, strlen (text), 0600, error);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

/* A directory to be filled; owned. */
static char *
begin_entry (const char *parent, GError **error)
{
  g_autofree char *token = oree_random_hex (8);
  g_autofree char *name = g_strconcat (".new-", token, NULL);
  g_autofree char *path = g_build_filename (parent, name, NULL);

  if (g_mkdir (path, 0700) != 0)
    {
      fail_errno (error, path);
      return NULL;
    }
  return g_steal_pointer (&path);
}

static gboolean
finish_entry (const char *filling, const char *parent, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (parent, id, NULL);

  if (!sync_directory (filling, error))
    return FALSE;
  if (g_rename (filling, path) != 0)
    return fail_errno (error, path);
  return sync_directory (parent, error);
}

static gboolean
remove_entry (const char *parent, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (parent, id, NULL);
  g_autofree char *hidden = g_strconcat (".gone-", id, NULL);
  g_autofree char *gone = g_build_filename (parent, hidden, NULL);

  if (g_rename (path, gone) != 0)
    return fail_errno (error, path);
  if (!sync_directory (parent, error))
    return FALSE;
  remove_tree (gone);
  return TRUE;
}

static char *
read_text (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* ---- What is known about an entry ---- */

static void
free_request (gpointer data)
{
  OreeStoredRequest *request = data;

  g_free (request->id);
  g_free (request->pem);
  g_free (request->created_by);
  g_clear_pointer (&request->specification, g_variant_unref);
  g_free (request);
}

static void
free_cert (gpointer data)
{
  OreeStoredCert *cert = data;

  oree_cert_unref (cert->cert);
  g_free (cert->friendly_name);
  g_free (cert->request);
  g_free (cert->names);
  g_free (cert->imported_by);
  g_clear_pointer (&cert->specification, g_variant_unref);
  g_free (cert);
}

static void
set_specification (GKeyFile *about, GVariant *specification)
{
  g_autofree char *text = specification != NULL ? g_variant_print (specification, TRUE) : NULL;

  if (text != NULL)
    g_key_file_set_string (about, GROUP, "specification", text);
}

static GVariant *
get_specification (GKeyFile *about)
{
  g_autofree char *text = g_key_file_get_string (about, GROUP, "specification", NULL);
  GVariant *value = text != NULL ? g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL) : NULL;

  return value != NULL ? g_variant_take_ref (value) : NULL;
}

static char *
get_text (GKeyFile *about, const char *key)
{
  char *text = g_key_file_get_string (about, GROUP, key, NULL);

  return text != NULL ? text : g_strdup ("");
}

static char *
about_request (const OreeStoredRequest *request)
{
  g_autoptr (GKeyFile) about = g_key_file_new ();

  g_key_file_set_int64 (about, GROUP, "created", request->created);
  g_key_file_set_string (about, GROUP, "created-by", request->created_by);
  set_specification (about, request->specification);
  return g_key_file_to_data (about, NULL, NULL);
}

static char *
about_cert (const OreeStoredCert *cert)
{
  g_autoptr (GKeyFile) about = g_key_file_new ();

  g_key_file_set_string (about, GROUP, "friendly-name", cert->friendly_name);
  g_key_file_set_boolean (about, GROUP, "exportable", cert->exportable);
  g_key_file_set_string (about, GROUP, "request", cert->request);
  g_key_file_set_string (about, GROUP, "names", cert->names);
  g_key_file_set_int64 (about, GROUP, "imported", cert->imported);
  g_key_file_set_string (about, GROUP, "imported-by", cert->imported_by);
  if (cert->said != G_MAXINT)
    g_key_file_set_integer (about, GROUP, "said", cert->said);
  set_specification (about, cert->specification);
  return g_key_file_to_data (about, NULL, NULL);
}

/* ---- Opening ---- */

static GKeyFile *
read_about (const char *path)
{
  g_autoptr (GKeyFile) about = g_key_file_new ();
  g_autofree char *file = g_build_filename (path, ABOUT, NULL);

  return g_key_file_load_from_file (about, file, G_KEY_FILE_NONE, NULL) ? g_steal_pointer (&about) : NULL;
}

static gboolean
load_request (OreeCertStore *self, const char *id, const char *path)
{
  g_autoptr (GKeyFile) about = read_about (path);
  g_autofree char *pem = read_text (path, REQUEST);
  g_autofree char *key = g_build_filename (path, KEY, NULL);
  OreeStoredRequest *request;

  if (about == NULL || pem == NULL || !g_file_test (key, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  request = g_new0 (OreeStoredRequest, 1);
  request->id = g_strdup (id);
  request->pem = g_steal_pointer (&pem);
  request->created = g_key_file_get_int64 (about, GROUP, "created", NULL);
  request->created_by = get_text (about, "created-by");
  request->specification = get_specification (about);
  if (request->specification == NULL)
    request->specification = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_ptr_array_add (self->requests, request);
  return TRUE;
}

static gboolean
load_cert (OreeCertStore *self, const char *id, const char *path)
{
  g_autoptr (GKeyFile) about = read_about (path);
  g_autofree char *pem = read_text (path, CERTIFICATE);
  g_autofree char *key = g_build_filename (path, KEY, NULL);
  g_autoptr (OreeCert) cert = pem != NULL ? oree_cert_new_from_pem (pem) : NULL;
  OreeStoredCert *stored;

  if (about == NULL || cert == NULL || !g_str_equal (oree_cert_id (cert), id) || !g_file_test (key, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  stored = g_new0 (OreeStoredCert, 1);
  stored->cert = g_steal_pointer (&cert);
  stored->friendly_name = get_text (about, "friendly-name");
  stored->exportable = g_key_file_get_boolean (about, GROUP, "exportable", NULL);
  stored->request = get_text (about, "request");
  stored->names = get_text (about, "names");
  stored->imported = g_key_file_get_int64 (about, GROUP, "imported", NULL);
  stored->imported_by = get_text (about, "imported-by");
  stored->specification = get_specification (about);
  stored->said = g_key_file_has_key (about, GROUP, "said", NULL) ? g_key_file_get_integer (about, GROUP, "said", NULL) : G_MAXINT;
  g_ptr_array_add (self->certs, stored);
  return TRUE;
}

static gboolean
load_issuer (OreeCertStore *self, const char *id, const char *path)
{
  g_autofree char *pem = NULL;
  g_autoptr (OreeCert) cert = NULL;

  if (g_file_get_contents (path, &pem, NULL, NULL))
    cert = oree_cert_new_from_pem (pem);
  if (cert == NULL)
    return FALSE;
  g_ptr_array_add (self->issuers, g_steal_pointer (&cert));
  return TRUE;
}

static gboolean
load_all (OreeCertStore *self, const char *parent, gboolean (*load) (OreeCertStore *, const char *, const char *),
          GPtrArray *complaints, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_mkdir_with_parents (parent, 0700) != 0)
    return fail_errno (error, parent);
  dir = g_dir_open (parent, 0, NULL);
  if (dir == NULL)
    return fail_errno (error, parent);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);

      if (*name == '.')
        {
          remove_tree (path);
          g_unlink (path);
        }
      else if (!load (self, name, path))
        g_ptr_array_add (complaints, g_steal_pointer (&path));
    }
  return TRUE;
}

static int
newest_request (gconstpointer a, gconstpointer b)
{
  const OreeStoredRequest *one = *(OreeStoredRequest *const *) a, *two = *(OreeStoredRequest *const *) b;

  return (one->created < two->created) - (one->created > two->created);
}

static int
newest_cert (gconstpointer a, gconstpointer b)
{
  const OreeStoredCert *one = *(OreeStoredCert *const *) a, *two = *(OreeStoredCert *const *) b;

  return (one->imported < two->imported) - (one->imported > two->imported);
}

/* A crash between keeping an answer and letting go of its request: the answer counts. */
static void
forget_answered (OreeCertStore *self)
{
  for (guint i = 0; i < self->certs->len; i++)
    {
      const char *id = ((OreeStoredCert *) g_ptr_array_index (self->certs, i))->request;

      if (*id != '\0' && oree_cert_store_request (self, id) != NULL)
        oree_cert_store_remove_request (self, id, NULL);
    }
}

static void
load_assignments (OreeCertStore *self, GPtrArray *complaints)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (self->directory, "assignments", NULL);

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    self->assignments[u] = (OreeAssignment){ g_strdup (""), g_strdup (""), g_strdup (""), 0 };
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    {
      g_ptr_array_add (complaints, g_steal_pointer (&path));
      return;
    }
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *group = oree_edge_usage_nick ((OreeEdgeUsage) u);
      OreeAssignment *at = &self->assignments[u];
      const struct
      {
        char **text;
        const char *key;
      } members[] = { { &at->current, "current" }, { &at->previous, "previous" }, { &at->next, "next" } };

      for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
        {
          g_autofree char *id = g_key_file_get_string (file, group, members[i].key, NULL);

          /* What was assigned and is damaged now serves nothing: the usage falls back, and the complaint says why. */
          if (id != NULL && *id != '\0' && oree_cert_store_cert (self, id) == NULL)
            g_ptr_array_add (complaints, g_strdup_printf ("%s: %s", path, id));
          else if (id != NULL)
            oree_assignment_set (members[i].text, id);
        }
      at->effective = *at->next != '\0' ? g_key_file_get_int64 (file, group, "effective", NULL) : 0;
    }
}

OreeCertStore *
oree_cert_store_open (const char *directory, GPtrArray **complaints, GError **error)
{
  g_autoptr (OreeCertStore) self = g_new0 (OreeCertStore, 1);
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);

  self->directory = g_strdup (directory);
  self->requests_dir = g_build_filename (directory, "requests", NULL);
  self->certs_dir = g_build_filename (directory, "certificates", NULL);
  self->issuers_dir = g_build_filename (directory, "issuers", NULL);
  self->requests = g_ptr_array_new_with_free_func (free_request);
  self->certs = g_ptr_array_new_with_free_func (free_cert);
  self->issuers = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  if (!load_all (self, self->requests_dir, load_request, said, error)
      || !load_all (self, self->certs_dir, load_cert, said, error)
      || !load_all (self, self->issuers_dir, load_issuer, said, error))
    return NULL;
  g_chmod (directory, 0700);
  load_assignments (self, said);
  g_ptr_array_sort (self->requests, newest_request);
  g_ptr_array_sort (self->certs, newest_cert);
  forget_answered (self);
  if (complaints != NULL)
    *complaints = g_steal_pointer (&said);
  return g_steal_pointer (&self);
}

void
oree_cert_store_free (OreeCertStore *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->certs);
  g_ptr_array_unref (self->issuers);
  oree_assignments_clear (self->assignments);
  g_free (self->directory);
  g_free (self->requests_dir);
  g_free (self->certs_dir);
  g_free (self->issuers_dir);
  g_free (self);
}

/* ---- Looking ---- */

const GPtrArray *
oree_cert_store_requests (const OreeCertStore *self)
{
  return self->requests;
}

const GPtrArray *
oree_cert_store_certs (const OreeCertStore *self)
{
  return self->certs;
}

const GPtrArray *
oree_cert_store_issuers (const OreeCertStore *self)
{
  return self->issuers;
}

const OreeStoredRequest *
oree_cert_store_request (const OreeCertStore *self, const char *id)
{
  for (guint i = 0; i < self->requests->len; i++)
    {
      const OreeStoredRequest *request = g_ptr_array_index (self->requests, i);

      if (g_str_equal (request->id, id))
        return request;
    }
  return NULL;
}

static OreeStoredCert *
find_cert (const OreeCertStore *self, const char *id)
{
  for (guint i = 0; i < self->certs->len; i++)
    {
      OreeStoredCert *cert = g_ptr_array_index (self->certs, i);

      if (g_str_equal (oree_cert_id (cert->cert), id))
        return cert;
    }
  return NULL;
}

const OreeStoredCert *
oree_cert_store_cert (const OreeCertStore *self, const char *id)
{
  return find_cert (self, id);
}

const OreeStoredRequest *
oree_cert_store_request_of (const OreeCertStore *self, const OreeCert *cert)
{
  for (guint i = 0; i < self->requests->len; i++)
    {
      const OreeStoredRequest *request = g_ptr_array_index (self->requests, i);

      if (oree_cert_matches_request (cert, request->pem))
        return request;
    }
  return NULL;
}

/* ---- Requests ---- */

static gboolean
save_key (EVP_PKEY *key, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, KEY, NULL);

  return oree_key_save (key, path, error);
}

const OreeStoredRequest *
oree_cert_store_add_request (OreeCertStore *self, EVP_PKEY *key, const char *pem, GVariant *specification, const char *who,
                             gint64 now, GError **error)
{
  g_autofree char *token = oree_random_hex (8);
  g_autofree char *filling = NULL;
  g_autofree char *about = NULL;
  OreeStoredRequest *request;

  if (self->requests->len >= OREE_CERT_REQUESTS_MAX)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BUSY, "%d requests wait already", OREE_CERT_REQUESTS_MAX);
      return NULL;
    }
  request = g_new0 (OreeStoredRequest, 1);
  *request = (OreeStoredRequest){ .id = g_strconcat (REQUEST_PREFIX, token, NULL), .pem = g_strdup (pem),
                                  .specification = g_variant_ref (specification), .created = now,
                                  .created_by = g_strdup (who) };
  about = about_request (request);
  filling = begin_entry (self->requests_dir, error);
  if (filling == NULL || !save_key (key, filling, error) || !write_text (filling, REQUEST, pem, error)
      || !write_text (filling, ABOUT, about, error) || !finish_entry (filling, self->requests_dir, request->id, error))
    {
      if (filling != NULL)
        remove_tree (filling);
      free_request (request);
      return NULL;
    }
  g_ptr_array_insert (self->requests, 0, request);
  return request;
}

gboolean
oree_cert_store_remove_request (OreeCertStore *self, const char *id, GError **error)
{
  guint at;

  for (at = 0; at < self->requests->len; at++)
    if (g_str_equal (((OreeStoredRequest *) g_ptr_array_index (self->requests, at))->id, id))
      break;
  if (at == self->requests->len)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND, "%s", id);
      return FALSE;
    }
  if (!remove_entry (self->requests_dir, id, error))
    return FALSE;
  g_ptr_array_remove_index (self->requests, at);
  return TRUE;
}

/* ---- Certificates ---- */

static gboolean
fill_cert (const OreeStoredCert *stored, EVP_PKEY *key, const char *filling, GError **error)
{
  g_autofree char *pem = oree_cert_to_pem (stored->cert);
  g_autofree char *about = about_cert (stored);

  return save_key (key, filling, error) && write_text (filling, CERTIFICATE, pem, error)
         && write_text (filling, ABOUT, about, error);
}

static EVP_PKEY *
request_key (const OreeCertStore *self, const OreeStoredRequest *request, GError **error)
{
  g_autofree char *path = g_build_filename (self->requests_dir, request->id, KEY, NULL);

  return oree_key_load (path, error);
}

static char *
names_asked (const OreeStoredRequest *request)
{
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();

  return request != NULL && oree_csr_read (request->pem, record) ? g_strjoinv (",", record->names) : g_strdup ("");
}

const OreeStoredCert *
oree_cert_store_add_cert (OreeCertStore *self, OreeCert *cert, EVP_PKEY *key, const OreeStoredRequest *request,
                          const char *friendly_name, gboolean exportable, const char *who, gint64 now, GError **error)
{
  g_autoptr (EVP_PKEY) own = NULL;
  g_autofree char *filling = NULL;
  OreeStoredCert *stored = find_cert (self, oree_cert_id (cert));

  if (stored != NULL)
    return stored;
  if (self->certs->len >= OREE_CERTS_MAX)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BUSY, "%d certificates are kept already", OREE_CERTS_MAX);
      return NULL;
    }
  if (key == NULL)
    key = own = request_key (self, request, error);
  if (key == NULL)
    return NULL;
  stored = g_new0 (OreeStoredCert, 1);
  *stored = (OreeStoredCert){ .cert = oree_cert_ref (cert), .friendly_name = g_strdup (friendly_name),
                              .exportable = exportable, .request = g_strdup (request != NULL ? request->id : ""),
                              .names = names_asked (request),
                              .specification = request != NULL ? g_variant_ref (request->specification) : NULL,
                              .imported = now, .imported_by = g_strdup (who), .said = G_MAXINT };
  filling = begin_entry (self->certs_dir, error);
  if (filling == NULL || !fill_cert (stored, key, filling, error)
      || !finish_entry (filling, self->certs_dir, oree_cert_id (cert), error))
    {
      if (filling != NULL)
        remove_tree (filling);
      free_cert (stored);
      return NULL;
    }
  g_ptr_array_insert (self->certs, 0, stored);
  if (request != NULL)
    oree_cert_store_remove_request (self, stored->request, NULL);
  return stored;
}

gboolean
oree_cert_store_remove_cert (OreeCertStore *self, const char *id, GError **error)
{
  OreeStoredCert *stored = find_cert (self, id);

  if (stored == NULL)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND, "%s", id);
      return FALSE;
    }
  if (!remove_entry (self->certs_dir, id, error))
    return FALSE;
  g_ptr_array_remove (self->certs, stored);
  return TRUE;
}

static gboolean
has_issuer (const OreeCertStore *self, const OreeCert *cert)
{
  for (guint i = 0; i < self->issuers->len; i++)
    if (g_str_equal (oree_cert_id (g_ptr_array_index (self->issuers, i)), oree_cert_id (cert)))
      return TRUE;
  return FALSE;
}

int
oree_cert_store_add_issuers (OreeCertStore *self, const GPtrArray *certs, GError **error)
{
  int added = 0;

  for (guint i = 0; i < certs->len; i++)
    {
      OreeCert *cert = g_ptr_array_index (certs, i);
      g_autofree char *pem = NULL;
      g_autofree char *name = g_strconcat (oree_cert_id (cert), ".pem", NULL);

      if (has_issuer (self, cert))
        continue;
      if (self->issuers->len >= OREE_CERT_INTERMEDIATES_MAX)
        {
          g_set_error (error, OREE_ERROR, OREE_ERROR_BUSY, "%d issuers are kept already", OREE_CERT_INTERMEDIATES_MAX);
          return -1;
        }
      pem = oree_cert_to_pem (cert);
      if (!write_text (self->issuers_dir, name, pem, error))
        return -1;
      g_ptr_array_add (self->issuers, oree_cert_ref (cert));
      added++;
    }
  return added;
}

gboolean
oree_cert_store_said (OreeCertStore *self, const char *id, int mark, GError **error)
{
  OreeStoredCert *stored = find_cert (self, id);
  g_autofree char *path = g_build_filename (self->certs_dir, id, NULL);
  g_autofree char *about = NULL;

  g_return_val_if_fail (stored != NULL, FALSE);
  stored->said = mark;
  about = about_cert (stored);
  return write_text (path, ABOUT, about, error);
}

char *
oree_cert_store_key_path (const OreeCertStore *self, const char *id)
{
  return g_build_filename (self->certs_dir, id, KEY, NULL);
}

EVP_PKEY *
oree_cert_store_key (const OreeCertStore *self, const char *id, GError **error)
{
  g_autofree char *path = oree_cert_store_key_path (self, id);

  return oree_key_load (path, error);
}

char *
oree_cert_store_write_chain (OreeCertStore *self, const char *id, const GPtrArray *anchors, GError **error)
{
  const OreeStoredCert *stored = find_cert (self, id);
  g_autofree char *directory = g_build_filename (self->certs_dir, id, NULL);
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *before = read_text (directory, CHAIN);
  gboolean complete, trusted;

  g_return_val_if_fail (stored != NULL, NULL);
  chain = oree_cert_chain (stored->cert, self->issuers, anchors, &complete, &trusted);
  {
    g_autofree char *own = oree_cert_to_pem (stored->cert);

    g_string_append (text, own);
  }
  for (guint i = 0; i < chain->len; i++)
    {
      OreeCert *issuer = g_ptr_array_index (chain, i);
      g_autofree char *pem = oree_cert_to_pem (issuer);

      if (!oree_cert_is_self_signed (issuer))
        g_string_append (text, pem);
    }
  if (g_strcmp0 (before, text->str) != 0 && !write_text (directory, CHAIN, text->str, error))
    return NULL;
  return g_build_filename (directory, CHAIN, NULL);
}

/* ---- Assignments ---- */

void
oree_assignment_set (char **text, const char *id)
{
  char *copy = g_strdup (id);

  g_free (*text);
  *text = copy;
}

void
oree_assignments_copy (OreeAssignment *to, const OreeCertStore *self)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const OreeAssignment *from = &self->assignments[u];

      to[u] = (OreeAssignment){ g_strdup (from->current), g_strdup (from->previous), g_strdup (from->next), from->effective };
    }
}

void
oree_assignments_clear (OreeAssignment *all)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      g_clear_pointer (&all[u].current, g_free);
      g_clear_pointer (&all[u].previous, g_free);
      g_clear_pointer (&all[u].next, g_free);
    }
}

const OreeAssignment *
oree_cert_store_assignment (const OreeCertStore *self, OreeEdgeUsage usage)
{
  return &self->assignments[usage];
}

gboolean
oree_cert_store_assign (OreeCertStore *self, const OreeAssignment *all, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *group = oree_edge_usage_nick ((OreeEdgeUsage) u);

      if (*all[u].current != '\0')
        g_key_file_set_string (file, group, "current", all[u].current);
      if (*all[u].previous != '\0')
        g_key_file_set_string (file, group, "previous", all[u].previous);
      if (*all[u].next != '\0')
        {
          g_key_file_set_string (file, group, "next", all[u].next);
          g_key_file_set_int64 (file, group, "effective", all[u].effective);
        }
    }
  text = g_key_file_to_data (file, NULL, NULL);
  if (!write_text (self->directory, "assignments", text, error))
    return FALSE;
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      oree_assignment_set (&self->assignments[u].current, all[u].current);
      oree_assignment_set (&self->assignments[u].previous, all[u].previous);
      oree_assignment_set (&self->assignments[u].next, all[u].next);
      self->assignments[u].effective = *all[u].next != '\0' ? all[u].effective : 0;
    }
  return TRUE;
}
