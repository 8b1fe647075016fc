/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What serves what: assign, roll, roll back, withdraw.
 *
 *   check ─► forecast (when our client identity would change) ─► files, identities ─► assignments durable ─► workers
 *
 * Everything that can fail comes before the assignments are written; what is written is what is shown. */
#include "control/oree-certs-private.h"

#define TOKEN_SECONDS G_GINT64_CONSTANT (28800) /* eight hours, how long the media relay's tokens live: their key must outlive them */

#define ROLL_RETRY_SECONDS 60 /* a roll that failed, once more: an administrator may have mended it */

#define BIT OREE_EDGE_USAGE_BIT

typedef enum
{
  CHECK,
  ASSIGN,
  ROLL
} What;

typedef struct
{
  OreeCerts *certs;
  What what;
  char *id;
  OreeEdgeUsages usages;
  gint64 effective;
  gboolean accept;
  char *who;
  OreeProblems *problems;
  GVariant *names;
  GVariant *forecast; /* aa{sv}; NULL: not asked */
  guint accepted;
  OreeAssignments next;
  gboolean due;       /* a roll whose time has come: nobody waits for an answer */
  char *former;       /* Remove: the certificate that goes */
  gboolean forget;    /* … from the store */
  OreeCertsDone done;
  gpointer data;
} Change;

static void
free_change (Change *change)
{
  g_free (change->id);
  g_free (change->who);
  g_free (change->former);
  oree_problems_free (change->problems);
  g_clear_pointer (&change->names, g_variant_unref);
  g_clear_pointer (&change->forecast, g_variant_unref);
  oree_assignments_clear (change->next);
  g_free (change);
}

static Change *
new_change (OreeCerts *self, What what, const char *id, const char *who, OreeCertsDone done, gpointer data)
{
  Change *change = g_new0 (Change, 1);

  change->certs = self;
  change->what = what;
  change->id = g_strdup (id);
  change->who = g_strdup (who != NULL ? who : "");
  change->problems = oree_problems_new ();
  change->done = done;
  change->data = data;
  oree_assignments_copy (change->next, self->store);
  return change;
}

/* ---- Files ---- */

OreeAssignedFiles *
oree_certs_files (OreeCerts *self, const OreeAssignment *all, GError **error)
{
  g_autoptr (OreeAssignedFiles) files = oree_assigned_files_new ();
  const GPtrArray *certs = oree_cert_store_certs (self->store);
  gint64 now = g_get_real_time ();

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *id = all != NULL ? all[u].current : oree_cert_store_assignment (self->store, (OreeEdgeUsage) u)->current;

      if (oree_cert_store_cert (self->store, id) == NULL)
        continue;
      files->certificate[u] = oree_cert_store_write_chain (self->store, id, self->anchors, error);
      if (files->certificate[u] == NULL)
        return NULL;
      files->key[u] = oree_cert_store_key_path (self->store, id);
    }
  for (guint i = 0; i < certs->len; i++)
    {
      const OreeStoredCert *stored = g_ptr_array_index (certs, i);

      if (oree_cert_not_after (stored->cert) > now)
        g_hash_table_add (files->kept, g_strdup (oree_cert_id (stored->cert)));
    }
  return g_steal_pointer (&files);
}

/* ---- Answering ---- */

static GVariant *
forecast_rows (const Change *change)
{
  return change->forecast != NULL ? change->forecast : oree_certs_no_rows ();
}

static GVariant *
nicks_of (OreeEdgeUsages usages)
{
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (usages);

  return g_variant_new_strv ((const char *const *) nicks, -1);
}

/* What was refused, or only asked. */
static void
answer (Change *change, gboolean refused)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "forecast", forecast_rows (change));
  g_variant_dict_insert_value (&dict, "usages", nicks_of (change->usages));
  if (change->what == CHECK)
    {
      GVariantBuilder replaces;

      g_variant_builder_init (&replaces, G_VARIANT_TYPE_STRING_ARRAY);
      for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
        if ((change->usages & BIT (u)) && *change->next[u].current != '\0'
            && !g_str_equal (change->next[u].current, change->id))
          g_variant_builder_add (&replaces, "s", change->next[u].current);
      g_variant_dict_insert_value (&dict, "replaces", g_variant_builder_end (&replaces));
      change->done (g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", g_variant_dict_end (&dict),
                                   change->names != NULL ? change->names : oree_certs_no_rows (),
                                   oree_problems_to_variant (change->problems)),
                    FALSE, NULL, change->data);
    }
  else
    {
      g_variant_dict_insert (&dict, change->what == ROLL ? "scheduled" : "assigned", "b", !refused);
      if (!refused)
        {
          g_variant_dict_insert (&dict, "accepted", "u", change->accepted);
          g_variant_dict_insert (&dict, "effective", "x", change->effective);
        }
      change->done (g_variant_new ("(@a{sv}@aa{sv})", g_variant_dict_end (&dict),
                                   oree_problems_to_variant (change->problems)),
                    refused, NULL, change->data);
    }
  free_change (change);
}

/* ---- Putting in force ---- */

static gboolean
commit (gpointer data, GError **error)
{
  Change *change = data;

  return oree_cert_store_assign (change->certs->store, change->next, error);
}

static void
tell_assigned (Change *change)
{
  OreeCerts *self = change->certs;
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, change->id);
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (change->usages);
  g_autofree char *usages = g_strjoinv (", ", nicks);
  g_autofree char *accepted = g_strdup_printf ("%u", change->accepted);

  self->n_assigned++;
  g_clear_pointer (&self->roll_failed, g_free);
  oree_service_event (self->service,
                      oree_event_new (OREE_EVENT_CERTIFICATE_ASSIGNED, "certificate", change->id, "subject",
                                      stored != NULL ? oree_cert_subject (stored->cert) : "oreed.conf", "usages", usages,
                                      "who", change->who, "accepted", accepted, NULL));
}

static void
forget (Change *change)
{
  OreeCerts *self = change->certs;
  const OreeStoredCert *stored = oree_cert_store_cert (self->store, change->former);
  g_autofree char *subject = stored != NULL ? g_strdup (oree_cert_subject (stored->cert)) : NULL;
  g_autoptr (GError) error = NULL;

  if (oree_cert_store_remove_cert (self->store, change->former, &error))
    oree_service_event (self->service, oree_event_new (OREE_EVENT_CERTIFICATE_REMOVED, "certificate", change->former,
                                                       "subject", subject, "who", change->who, NULL));
  else
    oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_STORE_FAILED, error->message);
}

/* Once per certificate, however often it is tried again. */
static void
tell_roll_failed (Change *change, const OreeReload *result)
{
  OreeCerts *self = change->certs;
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (change->usages);
  g_autofree char *usages = g_strjoinv (", ", nicks);

  self->roll_again = g_get_monotonic_time () + ROLL_RETRY_SECONDS * G_USEC_PER_SEC;
  if (g_strcmp0 (self->roll_failed, change->id) == 0)
    return;
  oree_assignment_set (&self->roll_failed, change->id);
  oree_service_event (self->service,
                      oree_event_new (OREE_EVENT_CERTIFICATE_ROLL_FAILED, "certificate", change->id, "usages", usages, "reason",
                                      result->reason, "detail", result->detail, NULL));
}

static void
on_swapped (const OreeReload *result, gpointer data)
{
  Change *change = data;
  OreeCerts *self = change->certs;
  GVariantDict dict;
  gboolean ok = result->reason == NULL;

  self->swapping = FALSE;
  if (!ok)
    {
      oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_STORE_FAILED,
                         result->detail != NULL ? result->detail : result->reason);
      if (change->due)
        tell_roll_failed (change, result);
    }
  else if (change->former == NULL)
    tell_assigned (change);
  else if (change->forget)
    forget (change);
  oree_certs_changed (self);
  if (change->done == NULL)
    {
      free_change (change);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, change->former != NULL ? "removed" : "assigned", "b", ok);
  g_variant_dict_insert (&dict, "generation", "t", result->generation);
  g_variant_dict_insert_value (&dict, change->former != NULL ? "withdrawn" : "usages", nicks_of (change->usages));
  g_variant_dict_insert_value (&dict, "effects",
                               result->effects != NULL ? result->effects : g_variant_new ("a{sv}", NULL));
  if (change->former == NULL)
    {
      g_variant_dict_insert_value (&dict, "forecast", forecast_rows (change));
      g_variant_dict_insert (&dict, "accepted", "u", change->accepted);
    }
  change->done (g_variant_new ("(@a{sv}@aa{sv})", g_variant_dict_end (&dict), oree_problems_to_variant (change->problems)),
                !ok, NULL, change->data);
  free_change (change);
}

/* Takes `change`, whose `next` is complete. */
static void
put_in_force (Change *change)
{
  OreeCerts *self = change->certs;
  g_autoptr (GError) error = NULL;
  g_autoptr (OreeAssignedFiles) files = NULL;

  if (self->swapping)
    {
      error = g_error_new_literal (OREE_ERROR, OREE_ERROR_BUSY, "another assignment is under way");
      if (change->done != NULL)
        change->done (NULL, FALSE, error, change->data);
      free_change (change);
      return;
    }
  files = oree_certs_files (self, change->next, &error);
  if (files == NULL)
    {
      const OreeReload failed = { .reason = "certificate-unreadable", .detail = error->message };

      on_swapped (&failed, change);
      return;
    }
  /* Who is removed may keep nobody. */
  if (change->forget)
    g_hash_table_remove (files->kept, change->former);
  self->swapping = TRUE;
  oree_service_swap (self->service, files, change->who, commit, on_swapped, change);
}

/* `id` serves `usages` from now on; what served before can come back. */
static void
plan (Change *change)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      OreeAssignment *at = &change->next[u];

      if (!(change->usages & BIT (u)))
        continue;
      if (!g_str_equal (at->current, change->id))
        {
          oree_assignment_set (&at->previous, *at->current != '\0' ? at->current : OREE_CERTS_FILE);
          oree_assignment_set (&at->current, change->id);
        }
      oree_assignment_set (&at->next, "");
      at->effective = 0;
    }
}

static void
schedule (Change *change)
{
  OreeCerts *self = change->certs;
  g_autoptr (GError) error = NULL;

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    if (change->usages & BIT (u))
      {
        oree_assignment_set (&change->next[u].next, change->id);
        change->next[u].effective = change->effective;
      }
  if (!oree_cert_store_assign (self->store, change->next, &error))
    oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_STORE_FAILED, error->message);
  oree_certs_changed (self);
  answer (change, error != NULL);
}

/* ---- Checks ---- */

static void
check_effective (Change *change)
{
  OreeCerts *self = change->certs;

  if (change->effective <= g_get_real_time ())
    oree_problems_add (change->problems, "certificate", "", "effective", OREE_PROBLEM_ROLL_PAST, NULL);
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const char *source;
      g_autoptr (OreeCert) serving = (change->usages & BIT (u)) ? oree_certs_serving (self, (OreeEdgeUsage) u, &source) : NULL;
      gint64 latest = serving != NULL ? oree_cert_not_after (serving) : G_MAXINT64;
      g_autofree char *text = NULL;

      if (u == OREE_EDGE_USAGE_AV && serving != NULL)
        latest -= TOKEN_SECONDS * G_USEC_PER_SEC;
      if (change->effective <= latest)
        continue;
      text = oree_cert_time_text (latest);
      oree_problems_add (change->problems, "certificate", "", "effective", OREE_PROBLEM_ROLL_TOO_LATE, text);
    }
}

static void
settle (Change *change)
{
  guint errors = oree_problems_n_errors (change->problems);
  guint warnings = oree_problems_n (change->problems) - errors;

  if (change->what == CHECK)
    answer (change, FALSE);
  else if (errors > 0 || (warnings > 0 && !change->accept))
    answer (change, TRUE);
  else
    {
      change->accepted = warnings;
      if (change->what == ROLL)
        schedule (change);
      else
        {
          plan (change);
          put_in_force (change);
        }
    }
}

static void
on_forecast (GVariant *partners, gpointer data)
{
  Change *change = data;

  change->forecast = g_variant_ref (partners);
  for (gsize i = 0; i < g_variant_n_children (partners); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (partners, i);
      const char *forecast = "", *domain = "";

      g_variant_lookup (row, "forecast", "&s", &forecast);
      g_variant_lookup (row, "domain", "&s", &domain);
      if (g_str_equal (forecast, "breaks"))
        oree_problems_add (change->problems, "certificate", "", "usage", OREE_PROBLEM_PARTNER_WOULD_BREAK, domain);
    }
  settle (change);
}

/* Would what we show where we connect be this one? */
static gboolean
becomes_client (const Change *change)
{
  const char *source;
  g_autoptr (OreeCert) client = oree_certs_serving (change->certs, OREE_EDGE_USAGE_CLIENT, &source);

  if (change->usages & BIT (OREE_EDGE_USAGE_CLIENT))
    return TRUE;
  return (change->usages & BIT (OREE_EDGE_USAGE_ACCESS_EDGE)) && (client == NULL || g_str_equal (source, "external"));
}

static char *
own_pem (OreeCerts *self, const OreeStoredCert *stored)
{
  gboolean complete, trusted;
  g_autoptr (GPtrArray) chain
      = oree_cert_chain (stored->cert, oree_cert_store_issuers (self->store), self->anchors, &complete, &trusted);
  GString *text = g_string_new (NULL);
  g_autofree char *own = oree_cert_to_pem (stored->cert);

  g_string_append (text, own);
  for (guint i = 0; i < chain->len; i++)
    {
      g_autofree char *pem = oree_cert_to_pem (g_ptr_array_index (chain, i));

      g_string_append (text, pem);
    }
  return g_string_free (text, FALSE);
}

/* Takes `change`. */
static void
check (Change *change, const OreeStoredCert *stored)
{
  OreeCerts *self = change->certs;
  g_autofree char *pem = own_pem (self, stored);
  GVariant *names = NULL;
  const OreeCertQuestion question = { .cert = stored->cert,
                                      .has_key = TRUE,
                                      .pool = oree_cert_store_issuers (self->store),
                                      .anchors = self->anchors,
                                      .usages = change->usages,
                                      .records = oree_certs_records (self),
                                      .specification = stored->specification,
                                      .requested = stored->names,
                                      .at = change->what == ROLL ? change->effective : g_get_real_time () };

  oree_cert_check (&question, change->problems, &names);
  change->names = g_variant_ref_sink (names);
  if (change->what == ROLL)
    check_effective (change);
  if (!becomes_client (change) || !oree_service_forecast (self->service, pem, on_forecast, change))
    settle (change);
}

/* FALSE, with a problem, when the words are none. */
static gboolean
read_usages (Change *change, GVariant *usages)
{
  g_autofree const char **words = g_variant_get_strv (usages, NULL);
  const char *bad;

  change->usages = oree_edge_usages_from_words (words, &bad);
  if (bad != NULL)
    oree_problems_add (change->problems, "certificate", "", "usages", OREE_PROBLEM_UNKNOWN_USAGE, bad);
  else if (change->usages == 0)
    oree_problems_add (change->problems, "certificate", "", "usages", OREE_PROBLEM_REQUIRED, NULL);
  return change->usages != 0;
}

/* Of the bootstrap file or the lab: it serves already where it is, and its key is not ours to move. */
static void
not_ours (Change *change)
{
  g_autoptr (GVariant) elsewhere = oree_certs_get (change->certs, change->id);

  if (elsewhere == NULL || oree_cert_store_request (change->certs->store, change->id) != NULL)
    {
      oree_certs_not_found (change->id, change->done, change->data);
      free_change (change);
      return;
    }
  oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_NOT_IN_STORE, NULL);
  answer (change, TRUE);
}

static void
begin (Change *change, GVariant *usages)
{
  const OreeStoredCert *stored = oree_cert_store_cert (change->certs->store, change->id);

  if (stored == NULL)
    not_ours (change);
  else if (!read_usages (change, usages))
    answer (change, TRUE);
  else
    check (change, stored);
}

void
oree_certs_check_assign (OreeCerts *self, const char *id, GVariant *usages, OreeCertsDone done, gpointer data)
{
  begin (new_change (self, CHECK, id, NULL, done, data), usages);
}

void
oree_certs_assign (OreeCerts *self, const char *id, GVariant *usages, GVariant *options, const char *who,
                   OreeCertsDone done, gpointer data)
{
  Change *change = new_change (self, ASSIGN, id, who, done, data);

  g_variant_lookup (options, "accept-warnings", "b", &change->accept);
  begin (change, usages);
}

void
oree_certs_roll (OreeCerts *self, const char *id, GVariant *usages, gint64 effective, GVariant *options, const char *who,
                 OreeCertsDone done, gpointer data)
{
  Change *change = new_change (self, ROLL, id, who, done, data);

  change->effective = effective;
  g_variant_lookup (options, "accept-warnings", "b", &change->accept);
  begin (change, usages);
}

/* ---- Rolls that are due ---- */

/* One certificate at a time: the next tick takes the next. */
void
oree_certs_roll_due (OreeCerts *self, gint64 now)
{
  Change *change = NULL;

  if (self->swapping || oree_service_roles (self->service) == NULL || g_get_monotonic_time () < self->roll_again)
    return;
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      const OreeAssignment *at = oree_cert_store_assignment (self->store, (OreeEdgeUsage) u);

      if (*at->next == '\0' || at->effective > now)
        continue;
      if (change == NULL)
        {
          change = new_change (self, ASSIGN, at->next, "oreed", NULL, NULL);
          change->due = TRUE;
        }
      if (g_str_equal (change->id, at->next))
        change->usages |= BIT (u);
    }
  if (change == NULL)
    return;
  plan (change);
  put_in_force (change);
}

/* ---- Roll back ---- */

/* The former certificate of `usage` can serve; else a problem. */
static gboolean
check_former (Change *change, OreeEdgeUsage usage)
{
  const char *former = change->next[usage].previous;
  const OreeStoredCert *stored = oree_cert_store_cert (change->certs->store, former);
  g_autofree char *end = NULL;

  if (*former == '\0' || (stored == NULL && !g_str_equal (former, OREE_CERTS_FILE)))
    {
      oree_problems_add (change->problems, "certificate", "", "usages", OREE_PROBLEM_NO_FORMER, oree_edge_usage_nick (usage));
      return FALSE;
    }
  if (stored == NULL || oree_cert_not_after (stored->cert) > g_get_real_time ())
    return TRUE;
  end = oree_cert_time_text (oree_cert_not_after (stored->cert));
  oree_problems_add (change->problems, "certificate", "", "dates", OREE_PROBLEM_CERTIFICATE_EXPIRED, end);
  return FALSE;
}

void
oree_certs_roll_back (OreeCerts *self, GVariant *usages, const char *who, OreeCertsDone done, gpointer data)
{
  Change *change = new_change (self, ASSIGN, "", who, done, data);
  gboolean ok = read_usages (change, usages);

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    if (change->usages & BIT (u))
      {
        OreeAssignment *at = &change->next[u];
        g_autofree char *former = g_strdup (g_str_equal (at->previous, OREE_CERTS_FILE) ? "" : at->previous);

        ok = check_former (change, (OreeEdgeUsage) u) && ok;
        oree_assignment_set (&at->previous, *at->current != '\0' ? at->current : OREE_CERTS_FILE);
        oree_assignment_set (&at->current, former);
        oree_assignment_set (&change->id, former);
      }
  if (ok)
    put_in_force (change);
  else
    answer (change, TRUE);
}

/* ---- Remove ---- */

static void
reply_removed (Change *change, gboolean removed)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "removed", "b", removed);
  g_variant_dict_insert_value (&dict, "withdrawn", nicks_of (0));
  change->done (g_variant_new ("(@a{sv}@aa{sv})", g_variant_dict_end (&dict), oree_problems_to_variant (change->problems)),
                !removed, NULL, change->data);
  free_change (change);
}

static void
remove_request (Change *change)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = oree_cert_store_remove_request (change->certs->store, change->former, &error);

  if (!ok)
    oree_problems_add (change->problems, "certificate-request", "", "", OREE_PROBLEM_STORE_FAILED, error->message);
  oree_certs_changed (change->certs);
  reply_removed (change, ok);
}

/* What it serves, or will serve, in `next`. */
static OreeEdgeUsages
named_by (const Change *change)
{
  OreeEdgeUsages usages = 0;

  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    if (g_str_equal (change->next[u].current, change->former) || g_str_equal (change->next[u].next, change->former))
      usages |= BIT (u);
  return usages;
}

static void
withdraw (Change *change, OreeEdgeUsages usages)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    {
      OreeAssignment *at = &change->next[u];

      if (!(usages & BIT (u)))
        continue;
      if (g_str_equal (at->next, change->former))
        {
          oree_assignment_set (&at->next, "");
          at->effective = 0;
        }
      if (g_str_equal (at->current, change->former))
        {
          oree_assignment_set (&at->previous, at->current);
          oree_assignment_set (&at->current, "");
          change->usages |= BIT (u);
        }
    }
}

static void
forget_former (Change *change, OreeEdgeUsages usages)
{
  for (guint u = 0; u < OREE_N_EDGE_USAGES; u++)
    if ((usages & BIT (u)) && g_str_equal (change->next[u].previous, change->former))
      oree_assignment_set (&change->next[u].previous, "");
}

static void
remove_cert (Change *change, GVariant *options)
{
  g_autofree const char **words = NULL;
  gboolean previous = FALSE;
  const char *bad = NULL;
  OreeEdgeUsages usages = 0;

  g_variant_lookup (options, "previous", "b", &previous);
  if (g_variant_lookup (options, "usages", "^a&s", &words))
    usages = oree_edge_usages_from_words (words, &bad);
  if (bad != NULL)
    oree_problems_add (change->problems, "certificate", "", "usages", OREE_PROBLEM_UNKNOWN_USAGE, bad);
  else if (usages != 0 && previous)
    forget_former (change, usages);
  else if (usages != 0)
    withdraw (change, usages);
  else
    {
      g_auto (GStrv) nicks = NULL;
      g_autofree char *list = NULL;

      change->forget = TRUE;
      forget_former (change, ~0u);
      nicks = oree_edge_usages_to_nicks (named_by (change));
      list = g_strjoinv (",", nicks);
      if (*list != '\0')
        oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_IN_USE, list);
    }
  if (oree_problems_n_errors (change->problems) > 0)
    reply_removed (change, FALSE);
  else
    put_in_force (change);
}

void
oree_certs_remove (OreeCerts *self, const char *id, GVariant *options, const char *who, OreeCertsDone done, gpointer data)
{
  Change *change = new_change (self, ASSIGN, id, who, done, data);
  g_autoptr (GVariant) elsewhere = NULL;

  change->former = g_strdup (id);
  if (oree_cert_store_request (self->store, id) != NULL)
    remove_request (change);
  else if (oree_cert_store_cert (self->store, id) != NULL)
    remove_cert (change, options);
  else
    {
      elsewhere = oree_certs_get (self, id);
      if (elsewhere != NULL)
        {
          oree_problems_add (change->problems, "certificate", "", "", OREE_PROBLEM_NOT_IN_STORE, NULL);
          reply_removed (change, FALSE);
          return;
        }
      oree_certs_not_found (id, done, data);
      free_change (change);
    }
}
