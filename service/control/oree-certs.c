/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What certificates there are, what they are for, and what the clock says of them. */
#include "control/oree-certs-private.h"

#include "pki/oree-cert-clock.h"
#include "pki/oree-csr.h"

/* How often the clock is looked at: it may jump. */
#define TICK_SECONDS 5

/* What a role serves in this version. */
#define SERVED                                                                               \
  (OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_ACCESS_EDGE) | OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_INTERNAL) \
   | OREE_EDGE_USAGE_BIT (OREE_EDGE_USAGE_CLIENT))

const OreeRecordSet *
oree_certs_records (OreeCerts *self)
{
  return oree_apply_records (oree_service_apply (self->service));
}

void
oree_certs_changed (OreeCerts *self)
{
  oree_service_certificates_changed (self->service, ++self->serial);
}

GVariant *
oree_certs_no_rows (void)
{
  return g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0);
}

void
oree_certs_not_found (const char *id, OreeCertsDone done, gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (OREE_ERROR, OREE_ERROR_NOT_FOUND, id);

  done (NULL, FALSE, error, data);
}

/* ---- What serves ---- */

static OreeCert *
first_in (const char *path)
{
  g_autofree char *text = NULL;

  return path != NULL && g_file_get_contents (path, &text, NULL, NULL) ? oree_cert_new_from_pem (text) : NULL;
}

OreeCert *
oree_certs_serving (OreeCerts *self, OreeEdgeUsage usage, const char **source)
{
  const OreeAssignment *assignment = oree_cert_store_assignment (self->store, usage);
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, assignment->current);
  g_autofree char *path = NULL;
  const char *where;

  *source = "assigned";
  if (stored != NULL)
    return oree_cert_ref (stored->cert);
  path = oree_identity_file (oree_service_config (self->service), usage, source);
  if (g_str_equal (*source, "external"))
    return oree_certs_serving (self, OREE_EDGE_USAGE_ACCESS_EDGE, &where);
  if (g_str_equal (*source, "internal"))
    return oree_certs_serving (self, OREE_EDGE_USAGE_INTERNAL, &where);
  return first_in (path);
}

void
oree_certs_places (OreeCerts *self, const char *id, OreeCertRecord *record)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const OreeAssignment *at = oree_cert_store_assignment (self->store, (OreeEdgeUsage) u);
      const char *source;
      g_autoptr (OreeCert) serving = oree_certs_serving (self, (OreeEdgeUsage) u, &source);

      if (serving != NULL && g_str_equal (oree_cert_id (serving), id) && !g_str_equal (source, "external")
          && !g_str_equal (source, "internal"))
        record->usages |= OREE_EDGE_USAGE_BIT (u);
      if (g_str_equal (at->previous, id))
        record->previous_of |= OREE_EDGE_USAGE_BIT (u);
      if (g_str_equal (at->next, id))
        {
          record->next_of |= OREE_EDGE_USAGE_BIT (u);
          record->effective = at->effective;
        }
    }
}

/* ---- Rows ---- */

static OreeCertRecord *
record_of (OreeCerts *self, const OreeCert *cert, gint64 now)
{
  OreeCertRecord *record = oree_cert_record_new ();
  gboolean complete, trusted;
  g_autoptr (GPtrArray) chain = oree_cert_chain (cert, oree_cert_store_issuers (self->store), self->anchors, &complete, &trusted);
  const OreeCert *last = chain->len > 0 ? g_ptr_array_index (chain, chain->len - 1) : cert;
  g_autoptr (GStrvBuilder) subjects = g_strv_builder_new ();

  oree_cert_describe (cert, record);
  for (guint i = 0; i < chain->len; i++)
    g_strv_builder_add (subjects, oree_cert_subject (g_ptr_array_index (chain, i)));
  g_strfreev (record->chain);
  record->chain = g_strv_builder_end (subjects);
  record->chain_complete = complete;
  record->root_trusted = trusted;
  if (!complete)
    oree_assignment_set (&record->missing_issuer, oree_cert_issuer (last));
  record->state = oree_cert_clock_state (oree_cert_not_before (cert), oree_cert_not_after (cert), now);
  record->days_left = oree_cert_clock_days (oree_cert_not_after (cert), now);
  oree_certs_places (self, oree_cert_id (cert), record);
  return record;
}

static OreeCertRecord *
stored_record (OreeCerts *self, const OreeStoredCert *stored, gint64 now)
{
  OreeCertRecord *record = record_of (self, stored->cert, now);

  record->source = OREE_CERT_SOURCE_STORE;
  record->has_key = TRUE;
  record->exportable = stored->exportable;
  record->created = stored->imported;
  oree_assignment_set (&record->friendly_name, stored->friendly_name);
  oree_assignment_set (&record->request, stored->request);
  oree_assignment_set (&record->created_by, stored->imported_by);
  return record;
}

/* Of the bootstrap file or the lab. */
static OreeCertRecord *
file_record (OreeCerts *self, const OreeCert *cert, const char *source, gint64 now)
{
  OreeCertRecord *record = record_of (self, cert, now);

  record->source = g_str_equal (source, "lab") ? OREE_CERT_SOURCE_LAB : OREE_CERT_SOURCE_FILE;
  record->has_key = TRUE;
  oree_assignment_set (&record->friendly_name, record->common_name);
  return record;
}

static OreeCertRecord *
request_record (const OreeStoredRequest *request)
{
  OreeCertRecord *record = oree_cert_record_new ();
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (request->specification, NULL);

  oree_csr_read (request->pem, record);
  record->is_request = TRUE;
  record->state = OREE_CERT_STATE_WAITING;
  record->created = request->created;
  record->exportable = spec->exportable;
  record->usages = oree_csr_spec_usages (spec);
  oree_assignment_set (&record->id, request->id);
  oree_assignment_set (&record->friendly_name, *spec->friendly_name != '\0' ? spec->friendly_name : record->common_name);
  oree_assignment_set (&record->created_by, request->created_by);
  oree_assignment_set (&record->renews, spec->renews);
  return record;
}

/* The certificates of files that serve now, by usage; NULL where none does. */
static OreeCert *
in_file (OreeCerts *self, OreeEdgeUsage usage, const char **source)
{
  g_autoptr (OreeCert) cert = oree_certs_serving (self, usage, source);

  if (cert == NULL || (!g_str_equal (*source, "file") && !g_str_equal (*source, "lab"))
      || oree_cert_store_cert (self->store, oree_cert_id (cert)) != NULL)
    return NULL;
  return g_steal_pointer (&cert);
}

static GVariant *
usage_row (OreeCerts *self, OreeEdgeUsage usage, gint64 now)
{
  const OreeAssignment *assignment = oree_cert_store_assignment (self->store, usage);
  const char *source;
  g_autoptr (OreeCert) cert = oree_certs_serving (self, usage, &source);
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "usage", "s", oree_edge_usage_nick (usage));
  g_variant_dict_insert (&row, "served", "b", (SERVED & OREE_EDGE_USAGE_BIT (usage)) != 0);
  g_variant_dict_insert (&row, "source", "s", cert != NULL ? source : "none");
  g_variant_dict_insert (&row, "certificate", "s", cert != NULL ? oree_cert_id (cert) : "");
  g_variant_dict_insert (&row, "state", "s",
                         cert == NULL ? "missing"
                                      : oree_enum_to_nick (oree_cert_states,
                                                           (int) oree_cert_clock_state (oree_cert_not_before (cert),
                                                                                        oree_cert_not_after (cert), now)));
  if (cert != NULL)
    g_variant_dict_insert (&row, "days-left", "i", oree_cert_clock_days (oree_cert_not_after (cert), now));
  g_variant_dict_insert (&row, "previous", "s",
                         g_str_equal (assignment->previous, OREE_CERTS_FILE) ? "file" : assignment->previous);
  g_variant_dict_insert (&row, "next", "s", assignment->next);
  if (assignment->effective != 0)
    g_variant_dict_insert (&row, "effective", "x", assignment->effective);
  return g_variant_dict_end (&row);
}

static void
add_record (GVariantBuilder *rows, OreeCertRecord *record)
{
  g_variant_builder_add_value (rows, oree_cert_record_to_variant (record));
  oree_cert_record_free (record);
}

/* Those in use first. */
static void
add_certificates (OreeCerts *self, GVariantBuilder *rows, gint64 now)
{
  const GPtrArray *certs = oree_cert_store_certs (self->store);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < certs->len; i++)
        {
          OreeCertRecord *record = stored_record (self, g_ptr_array_index (certs, i), now);

          if ((record->usages != 0) == (pass == 0))
            add_record (rows, record);
          else
            oree_cert_record_free (record);
        }
      for (guint u = 0; pass == 0 && u < OREE_N_EDGE_USAGES; u++)
        {
          const char *source;
          g_autoptr (OreeCert) cert = in_file (self, (OreeEdgeUsage) u, &source);

          if (cert != NULL && g_hash_table_add (seen, g_strdup (oree_cert_id (cert))))
            add_record (rows, file_record (self, cert, source, now));
        }
    }
}

GVariant *
oree_certs_list (OreeCerts *self)
{
  gint64 now = g_get_real_time ();
  const GPtrArray *waiting = oree_cert_store_requests (self->store);
  GVariantBuilder certificates, requests, usages;

  oree_certs_tick (self);
  g_variant_builder_init (&certificates, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_init (&requests, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_init (&usages, G_VARIANT_TYPE ("aa{sv}"));
  add_certificates (self, &certificates, now);
  for (guint i = 0; i < waiting->len; i++)
    add_record (&requests, request_record (g_ptr_array_index (waiting, i)));
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    g_variant_builder_add_value (&usages, usage_row (self, (OreeEdgeUsage) u, now));
  return g_variant_new ("(aa{sv}aa{sv}aa{sv})", &certificates, &requests, &usages);
}

static char *
pem_with_chain (OreeCerts *self, const OreeCert *cert)
{
  gboolean complete, trusted;
  g_autoptr (GPtrArray) chain = oree_cert_chain (cert, oree_cert_store_issuers (self->store), self->anchors, &complete, &trusted);
  GString *text = g_string_new (NULL);
  g_autofree char *own = oree_cert_to_pem (cert);

  g_string_append (text, own);
  for (guint i = 0; i < chain->len; i++)
    {
      g_autofree char *pem = oree_cert_to_pem (g_ptr_array_index (chain, i));

      g_string_append (text, pem);
    }
  return g_string_free (text, FALSE);
}

static GVariant *
get_request (const OreeStoredRequest *request)
{
  g_autoptr (OreeCertRecord) record = request_record (request);
  g_autoptr (GVariant) row = g_variant_ref_sink (oree_cert_record_to_variant (record));
  GVariantDict dict;

  g_variant_dict_init (&dict, row);
  g_variant_dict_insert_value (&dict, "specification", request->specification);
  return g_variant_new ("(@a{sv}s)", g_variant_dict_end (&dict), request->pem);
}

GVariant *
oree_certs_get (OreeCerts *self, const char *id)
{
  gint64 now = g_get_real_time ();
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, id);
  const OreeStoredRequest *request = oree_cert_store_request (self->store, id);

  if (request != NULL)
    return get_request (request);
  if (stored != NULL)
    {
      g_autoptr (OreeCertRecord) record = stored_record (self, stored, now);
      g_autofree char *pem = pem_with_chain (self, stored->cert);

      return g_variant_new ("(@a{sv}s)", oree_cert_record_to_variant (record), pem);
    }
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *source;
      g_autoptr (OreeCert) cert = in_file (self, (OreeEdgeUsage) u, &source);

      if (cert != NULL && g_str_equal (oree_cert_id (cert), id))
        {
          g_autoptr (OreeCertRecord) record = file_record (self, cert, source, now);
          g_autofree char *pem = pem_with_chain (self, cert);

          return g_variant_new ("(@a{sv}s)", oree_cert_record_to_variant (record), pem);
        }
    }
  return NULL;
}

/* ---- Needs ---- */

/* A certificate we know, wherever it lies; owned. */
static OreeCert *
find_any (OreeCerts *self, const char *id)
{
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, id);

  if (stored != NULL)
    return oree_cert_ref (stored->cert);
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *source;
      g_autoptr (OreeCert) cert = in_file (self, (OreeEdgeUsage) u, &source);

      if (cert != NULL && g_str_equal (oree_cert_id (cert), id))
        return g_steal_pointer (&cert);
    }
  return NULL;
}

/* The names of the needs, compared with those of certificate `id` where there is one; floating. */
static GVariant *
names_against (OreeCerts *self, const OreeCertNeeds *needs, const char *id)
{
  g_autoptr (OreeCert) cert = id != NULL && *id != '\0' ? find_any (self, id) : NULL;
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();

  if (cert == NULL)
    return oree_cert_needs_names_to_variant (needs);
  oree_cert_describe (cert, record);
  return oree_cert_needs_compare (needs, (const char *const *) record->names);
}

GVariant *
oree_certs_needs (OreeCerts *self, GVariant *usages, GVariant *options)
{
  const OreeRecordSet *records = oree_certs_records (self);
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) fields = NULL;
  g_autoptr (OreeCsrSpec) spec = NULL;
  g_autoptr (OreeCertNeeds) needs = NULL;
  const char *compare = NULL;
  GVariantDict dict;

  g_variant_lookup (options, "compare", "&s", &compare);
  g_variant_dict_init (&dict, options);
  g_variant_dict_remove (&dict, "compare");
  g_variant_dict_insert_value (&dict, "usages", usages);
  fields = g_variant_ref_sink (g_variant_dict_end (&dict));
  spec = oree_csr_spec_new (fields, problems);
  needs = oree_cert_needs_new (records, spec, problems);
  return g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", oree_cert_needs_to_variant (needs, records),
                        names_against (self, needs, compare), oree_problems_to_variant (problems));
}

static GVariant *
checked (OreeCerts *self, GVariant *specification)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCsrSpec) spec = oree_csr_spec_new (specification, problems);
  g_autoptr (OreeCertNeeds) needs = NULL;
  g_autoptr (GVariant) whole = NULL;
  GVariantDict dict;

  oree_record_check (&spec->record, problems);
  needs = oree_cert_needs_new (oree_certs_records (self), spec, problems);
  whole = g_variant_ref_sink (oree_record_to_variant (&spec->record, OREE_RECORD_PUBLIC));
  g_variant_dict_init (&dict, whole);
  g_variant_dict_insert (&dict, "subject", "s", needs->subject);
  g_variant_dict_insert (&dict, "server-authentication", "b", needs->server_auth);
  g_variant_dict_insert (&dict, "client-authentication", "b", needs->client_auth);
  return g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", g_variant_dict_end (&dict), names_against (self, needs, spec->renews),
                        oree_problems_to_variant (problems));
}

GVariant *
oree_certs_check_request (OreeCerts *self, GVariant *specification)
{
  return checked (self, specification);
}

/* ---- Renewal ---- */

/* "CN=a,O=Contoso,C=FR" → the member of that attribute; owned. What is escaped in it is taken as it stands. */
static char *
subject_part (const char *subject, const char *attribute)
{
  g_auto (GStrv) parts = g_regex_split_simple ("(?<!\\\\),", subject, 0, 0);

  for (char **part = parts; *part != NULL; part++)
    if (g_str_has_prefix (*part, attribute) && (*part)[strlen (attribute)] == '=')
      return g_strcompress (*part + strlen (attribute) + 1);
  return NULL;
}

/* A specification for what was not made from one: subject and key as they are, usages as it serves. */
static GVariant *
guess_specification (const OreeCertRecord *record)
{
  static const char *const parts[][2] = { { "O", "organization" }, { "OU", "organizational-unit" }, { "C", "country" },
                                          { "ST", "state" },       { "L", "city" } };
  GVariantDict dict;
  int type;

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *text = subject_part (record->subject, parts[i][0]);

      if (text != NULL)
        g_variant_dict_insert (&dict, parts[i][1], "s", text);
    }
  if (oree_enum_from_nick (oree_key_types, oree_span_str (record->key_type), &type))
    g_variant_dict_insert (&dict, "key-type", "s", record->key_type);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* What a renewal asks for; owned; NULL: no such certificate. */
static GVariant *
renewal_specification (OreeCerts *self, const char *id)
{
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, id);
  g_autoptr (OreeCert) cert = find_any (self, id);
  g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
  g_autoptr (GVariant) base = NULL;
  GVariantDict dict;

  if (cert == NULL)
    return NULL;
  oree_cert_describe (cert, record);
  oree_certs_places (self, id, record);
  base = stored != NULL && stored->specification != NULL ? g_variant_ref (stored->specification)
                                                         : guess_specification (record);
  g_variant_dict_init (&dict, base);
  if (record->usages != 0 || !g_variant_dict_contains (&dict, "usages"))
    {
      g_auto (GStrv) usages = oree_edge_usages_to_nicks (record->usages);

      g_variant_dict_insert (&dict, "usages", "^as", usages);
    }
  g_variant_dict_insert (&dict, "renews", "s", id);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
oree_certs_renewal (OreeCerts *self, const char *id)
{
  g_autoptr (GVariant) specification = renewal_specification (self, id);

  return specification != NULL ? checked (self, specification) : NULL;
}

void
oree_certs_renew (OreeCerts *self, const char *id, GVariant *changes, const char *who, OreeCertsDone done, gpointer data)
{
  g_autoptr (GVariant) base = renewal_specification (self, id);
  g_autoptr (GVariant) whole = NULL;
  GVariantDict dict;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (base == NULL)
    {
      oree_certs_not_found (id, done, data);
      return;
    }
  g_variant_dict_init (&dict, base);
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_variant_dict_insert_value (&dict, name, value);
      g_variant_unref (value);
    }
  whole = g_variant_ref_sink (g_variant_dict_end (&dict));
  oree_certs_create (self, whole, who, done, data);
}

/* ---- The clock ---- */

static OreeEventId
event_of (int mark)
{
  if (mark == 0)
    return OREE_EVENT_CERTIFICATE_EXPIRED;
  return mark <= 7 ? OREE_EVENT_CERTIFICATE_EXPIRES_NOW : OREE_EVENT_CERTIFICATE_EXPIRES;
}

static int
said_of (OreeCerts *self, const char *id)
{
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, id);
  gpointer mark = g_hash_table_lookup (self->said, id);

  if (stored != NULL)
    return stored->said;
  return mark != NULL ? GPOINTER_TO_INT (mark) - 1 : G_MAXINT;
}

static void
note_said (OreeCerts *self, const char *id, int mark)
{
  g_autoptr (GError) error = NULL;

  if (oree_cert_store_cert (self->store, id) == NULL)
    g_hash_table_insert (self->said, g_strdup (id), GINT_TO_POINTER (mark + 1));
  else if (!oree_cert_store_said (self->store, id, mark, &error))
    oree_warning ("certificates: %s", error->message);
}

/* Says once per mark that what serves `usages` comes to its end. */
static void
tell_mark (OreeCerts *self, const OreeCert *cert, OreeEdgeUsages usages, gint64 now)
{
  const char *id = oree_cert_id (cert);
  int mark = oree_cert_clock_due (oree_cert_not_before (cert), oree_cert_not_after (cert), now, said_of (self, id));
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (usages);
  g_autofree char *list = g_strjoinv (", ", nicks);
  g_autofree char *days
      = g_strdup_printf ("%d", MAX (oree_cert_clock_days (oree_cert_not_after (cert), now), 0));

  if (mark < 0)
    return;
  note_said (self, id, mark);
  oree_service_event (self->service, oree_event_new (event_of (mark), "certificate", id, "subject", oree_cert_subject (cert),
                                                     "usages", list, "days", mark == 0 ? NULL : days, NULL));
  oree_certs_changed (self);
}

void
oree_certs_tick (OreeCerts *self)
{
  gint64 now = g_get_real_time ();
  gboolean changed = FALSE;

  oree_certs_roll_due (self, now);
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *source;
      g_autoptr (OreeCert) cert = oree_certs_serving (self, (OreeEdgeUsage) u, &source);
      g_autoptr (OreeCertRecord) record = oree_cert_record_new ();
      OreeCertState state = OREE_N_CERT_STATES;

      if (cert != NULL)
        {
          state = oree_cert_clock_state (oree_cert_not_before (cert), oree_cert_not_after (cert), now);
          oree_certs_places (self, oree_cert_id (cert), record);
          tell_mark (self, cert, record->usages, now);
        }
      changed |= self->last_states[u] != state;
      self->last_states[u] = state;
    }
  if (changed)
    oree_certs_changed (self);
}

/* Rolls are due to the moment. Days are counted each minute, for every certificate is read for it; at once when the wall
 * clock was set. */
static gboolean
on_clock (gpointer data)
{
  OreeCerts *self = data;
  gint64 now = g_get_real_time (), passed = g_get_monotonic_time ();

  if (passed >= self->count_again || ABS (now - passed - self->clock_ahead) > OREE_SECOND)
    {
      self->count_again = passed + OREE_MINUTE;
      self->clock_ahead = now - passed;
      oree_certs_tick (self);
    }
  else
    oree_certs_roll_due (self, now);
  return G_SOURCE_CONTINUE;
}

GVariant *
oree_certs_counters (OreeCerts *self, GVariant *counters)
{
  gint64 now = g_get_real_time ();
  g_autoptr (GVariant) before = g_variant_ref_sink (counters);
  GVariantBuilder all;
  GVariantIter iter;
  GVariant *entry;
  guint64 expiring = 0, expired = 0;

  g_variant_builder_init (&all, G_VARIANT_TYPE ("a{st}"));
  g_variant_iter_init (&iter, before);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&all, entry);
      g_variant_unref (entry);
    }
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *source;
      g_autoptr (OreeCert) cert = oree_certs_serving (self, (OreeEdgeUsage) u, &source);
      g_autofree char *name = g_strdup_printf ("certificate-days-left-%s", oree_edge_usage_nick ((OreeEdgeUsage) u));
      int days;

      if (cert == NULL)
        continue;
      days = oree_cert_clock_days (oree_cert_not_after (cert), now);
      g_variant_builder_add (&all, "{st}", name, (guint64) MAX (days, 0));
      expired += days < 0;
      expiring += oree_cert_clock_state (oree_cert_not_before (cert), oree_cert_not_after (cert), now)
                  == OREE_CERT_STATE_RENEW_SOON;
      expiring += oree_cert_clock_state (oree_cert_not_before (cert), oree_cert_not_after (cert), now)
                  == OREE_CERT_STATE_RENEW_NOW;
    }
  g_variant_builder_add (&all, "{st}", "certificate-usages-expiring", expiring);
  g_variant_builder_add (&all, "{st}", "certificate-usages-expired", expired);
  g_variant_builder_add (&all, "{st}", "certificate-requests-waiting",
                         (guint64) oree_cert_store_requests (self->store)->len);
  g_variant_builder_add (&all, "{st}", "certificates-requested", self->n_requested);
  g_variant_builder_add (&all, "{st}", "certificates-imported", self->n_imported);
  g_variant_builder_add (&all, "{st}", "certificates-assigned", self->n_assigned);
  g_variant_builder_add (&all, "{st}", "certificates-exported", self->n_exported);
  return g_variant_builder_end (&all);
}

/* ---- Life ---- */

static void
read_anchors (OreeCerts *self)
{
  g_auto (GStrv) files = oree_identity_anchors (oree_service_config (self->service));

  g_clear_pointer (&self->anchors, g_ptr_array_unref);
  self->anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_cert_unref);
  for (char **file = files; *file != NULL; file++)
    g_ptr_array_extend_and_steal (self->anchors, oree_certs_load (*file));
}

static void
complain (OreeService *service, const char *detail)
{
  oree_service_event (service, oree_event_new (OREE_EVENT_CERTIFICATE_STORE_DAMAGED, "detail", detail, NULL));
}

OreeCerts *
oree_certs_new (OreeService *service)
{
  g_autofree char *directory = g_build_filename (oree_service_config (service)->state_directory, "certificates", NULL);
  g_autoptr (GPtrArray) complaints = NULL;
  g_autoptr (GError) error = NULL;
  OreeCertStore *store = oree_cert_store_open (directory, &complaints, &error);
  OreeCerts *self;

  for (guint i = 0; complaints != NULL && i < complaints->len; i++)
    complain (service, g_ptr_array_index (complaints, i));
  if (store == NULL)
    {
      complain (service, error->message);
      return NULL;
    }
  self = g_new0 (OreeCerts, 1);
  self->service = service;
  self->store = store;
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    self->last_states[u] = OREE_N_CERT_STATES;
  read_anchors (self);
  self->clock = g_timeout_source_new_seconds (TICK_SECONDS);
  g_source_set_callback (self->clock, on_clock, self, NULL);
  g_source_attach (self->clock, NULL);
  return self;
}

void
oree_certs_free (OreeCerts *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_source_destroy (self->clock);
  g_source_unref (self->clock);
  g_ptr_array_unref (self->anchors);
  g_hash_table_unref (self->said);
  g_free (self->roll_failed);
  oree_cert_store_free (self->store);
  g_free (self);
}

void
oree_certs_told_of_change (OreeCerts *self)
{
  read_anchors (self);
  /* What stood in the way of a roll may be gone. */
  self->roll_again = 0;
  oree_certs_changed (self);
}
