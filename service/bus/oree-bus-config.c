/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configuration: one handler for every kind of record; the field tables know the rest. */
#include "bus/oree-bus.h"

#define HISTORY_DEFAULT 50
#define HISTORY_MAX 1000

static OreeApply *
apply_of (OreeBusCall *call)
{
  return oree_service_apply (oree_bus_call_service (call));
}

/* ---- Reading ---- */

static GVariant *
describe_kinds (void)
{
  GVariantBuilder rows;
  guint n_kinds;
  const OreeKind *const *kinds = oree_kinds (&n_kinds);

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < n_kinds; i++)
    {
      g_variant_builder_open (&rows, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&rows, "{sv}", "kind", g_variant_new_string (kinds[i]->name));
      g_variant_builder_add (&rows, "{sv}", "singleton", g_variant_new_boolean (kinds[i]->singleton));
      g_variant_builder_add (&rows, "{sv}", "doc", g_variant_new_string (kinds[i]->doc));
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}

/* NULL, and the call answered, when there is no such kind. */
static const OreeKind *
kind_of (OreeBusCall *call, const char *name)
{
  const OreeKind *kind = oree_kind_by_name (name);

  if (kind == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "no such kind of record");
  return kind;
}

static void
describe (OreeBusCall *call, GVariant *parameters)
{
  const OreeKind *kind;
  const char *name;

  g_variant_get (parameters, "(&s)", &name);
  if (*name == '\0')
    oree_bus_call_reply (call, g_variant_new ("(@aa{sv})", describe_kinds ()));
  else if ((kind = kind_of (call, name)) != NULL)
    oree_bus_call_reply (call, g_variant_new ("(@aa{sv})", oree_kind_describe (kind)));
}

static GVariant *
row_of (const OreeRecord *record)
{
  g_autoptr (GVariant) fields = g_variant_ref_sink (oree_record_to_variant (record, OREE_RECORD_PUBLIC));
  GVariantDict dict;

  g_variant_dict_init (&dict, fields);
  g_variant_dict_insert (&dict, "id", "s", record->id);
  return g_variant_dict_end (&dict);
}

static gboolean
matches (const OreeRecord *record, GVariant *filter)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, filter);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      const OreeField *field = oree_kind_field (record->kind, name);
      g_autoptr (GVariant) own = NULL;
      gboolean same;

      if (g_str_equal (name, "first") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
        continue; /* how many, not which */
      if (g_str_equal (name, "match") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        same = g_pattern_match_simple (g_variant_get_string (value, NULL), record->id);
      else if (field == NULL || field->flags & (OREE_FIELD_FLAG_SECRET | OREE_FIELD_FLAG_HIDDEN))
        same = FALSE;
      else
        {
          own = g_variant_ref_sink (oree_record_get_variant (record, field));
          same = g_variant_equal (own, value);
        }
      if (!same)
        {
          g_variant_unref (value);
          return FALSE;
        }
    }
  return TRUE;
}

static void
list (OreeBusCall *call, GVariant *parameters)
{
  OreeApply *apply = apply_of (call);
  g_autoptr (GVariant) filter = NULL;
  const GPtrArray *records;
  const OreeKind *kind;
  GVariantBuilder rows;
  const char *name;
  guint32 first = G_MAXUINT32;

  g_variant_get (parameters, "(&s@a{sv})", &name, &filter);
  g_variant_lookup (filter, "first", "u", &first);
  kind = kind_of (call, name);
  if (kind == NULL)
    return;
  records = oree_record_set_list (oree_apply_records (apply), kind);
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; records != NULL && i < records->len && first > 0; i++)
    if (matches (g_ptr_array_index (records, i), filter))
      {
        g_variant_builder_add_value (&rows, row_of (g_ptr_array_index (records, i)));
        first--;
      }
  oree_bus_call_reply (call, g_variant_new ("(aa{sv}t)", &rows, oree_apply_revision (apply)));
}

static void
get (OreeBusCall *call, GVariant *parameters)
{
  OreeApply *apply = apply_of (call);
  const OreeRecord *record;
  const char *name, *id;
  const OreeKind *kind;

  g_variant_get (parameters, "(&s&s)", &name, &id);
  kind = kind_of (call, name);
  if (kind == NULL)
    return;
  record = kind->singleton && *id == '\0' ? oree_record_set_singleton (oree_apply_records (apply), kind)
                                          : oree_record_set_get (oree_apply_records (apply), name, id);
  if (record == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "no such record");
  else
    oree_bus_call_reply (call, g_variant_new ("(@a{sv}t)", row_of (record), oree_apply_revision (apply)));
}

static void
export (OreeBusCall *call, GVariant *parameters)
{
  OreeApply *apply = apply_of (call);
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_record_set_export (oree_apply_records (apply)));
  GVariantBuilder records;
  GVariantIter iter;
  const char *kind, *id;
  GVariant *fields;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(ssa{sv})"));
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_loop (&iter, "(&s&s&s@a{sv})", NULL, &kind, &id, &fields))
    g_variant_builder_add (&records, "(ss@a{sv})", kind, id, fields);
  oree_bus_call_reply (call, g_variant_new ("(a(ssa{sv})t)", &records, oree_apply_revision (apply)));
}

/* ---- Changing ---- */

/* "add xmpp-partner fabrikam.test" for the audit, or how many there are. */
static void
on_applied (const OreeApplyResult *result, const GError *error, gpointer data)
{
  OreeBusCall *call = data;
  GVariant *reply;

  if (error != NULL)
    {
      oree_bus_call_fail (call, error);
      return;
    }
  reply = g_variant_new ("(t@aa{sv}@a{sv})", result->revision, oree_problems_to_variant (result->problems),
                         result->effects);
  if (oree_problems_n_errors (result->problems) > 0)
    oree_bus_call_reply_refused (call, reply);
  else
    oree_bus_call_reply (call, reply);
}

/* The options of Apply, Restore and Import; `note` (taken) says in the audit what is asked for. */
static void
submit (OreeBusCall *call, OreeApplyRequest *request, GVariant *options, char *note)
{
  g_autofree char *asked = note, *said = NULL;

  g_variant_lookup (options, "dry-run", "b", &request->dry);
  request->who = oree_bus_call_who (call);
  said = g_strconcat (request->dry ? "dry run: " : "", asked, NULL);
  oree_bus_call_note (call, said);
  oree_apply_submit (apply_of (call), request, on_applied, call);
}

static char *
note_of_changes (GVariant *changes)
{
  gsize n = g_variant_n_children (changes);
  const char *operation, *kind, *id;

  if (n != 1)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " changes", n);
  g_variant_get_child (changes, 0, "(&s&s&s@a{sv})", &operation, &kind, &id, NULL);
  return g_strdup_printf ("%s %s %s", operation, kind, id);
}

static void
on_checked (const OreeApplyResult *result, const GError *error, gpointer data)
{
  OreeBusCall *call = data;

  if (error != NULL)
    oree_bus_call_fail (call, error);
  else
    oree_bus_call_reply (call, g_variant_new ("(@aa{sv}@a{sv})", oree_problems_to_variant (result->problems),
                                              result->effects));
}

static void
check (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) changes = g_variant_get_child_value (parameters, 0);
  const OreeApplyRequest request
      = { .kind = OREE_APPLY_CHANGES, .body = changes, .who = oree_bus_call_who (call) };

  oree_apply_check (apply_of (call), &request, on_checked, call);
}

static void
apply_changes (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) changes = NULL, options = NULL;
  OreeApplyRequest request = { .kind = OREE_APPLY_CHANGES };

  g_variant_get (parameters, "(@a(sssa{sv})t@a{sv})", &changes, &request.seen_revision, &options);
  request.body = changes;
  submit (call, &request, options, note_of_changes (changes));
}

static void
import (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) records = NULL, options = NULL;
  OreeApplyRequest request = { .kind = OREE_APPLY_IMPORT };

  g_variant_get (parameters, "(@a(ssa{sv})t@a{sv})", &records, &request.seen_revision, &options);
  request.body = records;
  submit (call, &request, options, g_strdup_printf ("%" G_GSIZE_FORMAT " records", g_variant_n_children (records)));
}

static void
restore (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) options = NULL;
  gboolean only_last = FALSE;
  OreeApplyRequest request = { .kind = OREE_APPLY_RESTORE };

  g_variant_get (parameters, "(tt@a{sv})", &request.revision, &request.seen_revision, &options);
  g_variant_lookup (options, "only-last", "b", &only_last);
  if (only_last)
    request.kind = OREE_APPLY_UNDO;
  submit (call, &request, options, g_strdup_printf ("%s %" G_GUINT64_FORMAT, only_last ? "undo" : "to", request.revision));
}

/* ---- History ---- */

static void
add_entry (GVariantBuilder *changes, const OreeHistoryEntry *entry)
{
  const char *operation = entry->old_record == NULL   ? "add"
                          : entry->new_record == NULL ? "remove"
                                                      : "set";

  g_variant_builder_open (changes, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (changes, "{sv}", "operation", g_variant_new_string (operation));
  g_variant_builder_add (changes, "{sv}", "kind", g_variant_new_string (entry->kind));
  g_variant_builder_add (changes, "{sv}", "id", g_variant_new_string (entry->id));
  g_variant_builder_add (changes, "{sv}", "fields", oree_record_diff (entry->old_record, entry->new_record));
  g_variant_builder_close (changes);
}

/* The entries from `first` that belong to one revision; returns how many. */
static guint
add_revision (GVariantBuilder *revisions, GPtrArray *entries, guint first)
{
  const OreeHistoryEntry *head = g_ptr_array_index (entries, first);
  GVariantBuilder changes;
  guint n = 0;

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("aa{sv}"));
  while (first + n < entries->len)
    {
      const OreeHistoryEntry *entry = g_ptr_array_index (entries, first + n);

      if (entry->revision != head->revision)
        break;
      add_entry (&changes, entry);
      n++;
    }
  g_variant_builder_open (revisions, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (revisions, "{sv}", "revision", g_variant_new_uint64 (head->revision));
  g_variant_builder_add (revisions, "{sv}", "time", g_variant_new_int64 (head->wall));
  g_variant_builder_add (revisions, "{sv}", "who", g_variant_new_string (head->who));
  g_variant_builder_add (revisions, "{sv}", "operation", g_variant_new_string (head->operation));
  g_variant_builder_add (revisions, "{sv}", "changes", g_variant_builder_end (&changes));
  g_variant_builder_close (revisions);
  return n;
}

static void
on_history (GPtrArray *entries, const GError *error, gpointer data)
{
  OreeBusCall *call = data;
  GVariantBuilder revisions;
  guint i = 0;

  if (error != NULL)
    {
      oree_bus_call_fail (call, error);
      return;
    }
  g_variant_builder_init (&revisions, G_VARIANT_TYPE ("aa{sv}"));
  while (i < entries->len)
    i += add_revision (&revisions, entries, i);
  oree_bus_call_reply (call, g_variant_new ("(aa{sv})", &revisions));
}

static void
history (OreeBusCall *call, GVariant *parameters)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  guint32 limit = HISTORY_DEFAULT;
  guint64 before = 0;

  g_variant_lookup (options, "limit", "u", &limit);
  g_variant_lookup (options, "before", "t", &before);
  oree_store_history (oree_service_store (oree_bus_call_service (call)), before, MIN (limit, HISTORY_MAX), on_history,
                      call);
}

const OreeBusMethod oree_bus_config_methods[] = {
  { "Describe", describe }, { "List", list },       { "Get", get },       { "Check", check },   { "Apply", apply_changes },
  { "History", history },   { "Restore", restore }, { "Export", export }, { "Import", import }, { NULL, NULL },
};
