/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl certificate …: which names are needed, requests, answers, what serves what. */
#include "base/oree-secret.h"
#include "client/oree-sentences.h"
#include "ctl/oreectl-change.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"
#include "ctl/oreectl-verb.h"
#include "model/oree-csr-spec.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define SHORT 12 /* digits of a fingerprint that are enough for people */

static const char *
text_of (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

static gint64
time_of (GVariant *row, const char *name)
{
  gint64 wall = 0;

  g_variant_lookup (row, name, "x", &wall);
  return wall;
}

static gboolean
flag_of (GVariant *row, const char *name)
{
  gboolean flag = FALSE;

  g_variant_lookup (row, name, "b", &flag);
  return flag;
}

/* The entries of a list, joined; owned. */
static char *
list_of (GVariant *row, const char *name)
{
  g_autofree const char **list = NULL;

  return g_variant_lookup (row, name, "^a&s", &list) ? g_strjoinv (", ", (char **) list) : g_strdup ("");
}

static char *
usages_in_words (GVariant *row, const char *name)
{
  g_autofree const char **list = NULL;
  GString *text = g_string_new (NULL);

  if (g_variant_lookup (row, name, "^a&s", &list))
    for (gsize i = 0; list[i] != NULL; i++)
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", oree_sentence_edge_usage (list[i]));
  return g_string_free (text, FALSE);
}

/* A fingerprint as long as people need it; a request's name whole. Owned. */
static char *
short_id (const char *id)
{
  return g_strndup (id, strlen (id) == 64 ? SHORT : strlen (id));
}

static OreectlStatus
cannot_read (const char *path, const char *said)
{
  /* TRANSLATORS: the first %s is the name of a file, the second what the system says. */
  g_autofree char *text = g_strdup_printf (_ ("“%s” cannot be read: %s"), path, said);

  return oreectl_usage (text);
}

/* The words behind a verb as fields of a specification; NULL, and said, when one is none. Floating. */
static GVariant *
fields_of (char **words, int n, const char *const *usages)
{
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  if (usages != NULL)
    g_variant_dict_insert (&fields, "usages", "^as", usages);
  for (int i = 0; i < n; i++)
    if (!oreectl_change_add_word (&oree_csr_spec_kind, &fields, words[i]))
      {
        g_variant_dict_clear (&fields);
        return NULL;
      }
  return g_variant_dict_end (&fields);
}

/* ---- Finding what was meant ---- */

static gboolean
is_meant (GVariant *row, const char *word, gboolean exactly)
{
  const char *id = text_of (row, "id");

  if (exactly)
    return g_str_equal (id, word) || g_str_equal (text_of (row, "friendly-name"), word);
  return strlen (word) >= 4 && (g_str_has_prefix (id, word) || g_str_has_prefix (id + MIN (strlen (id), 8), word));
}

/* The lists of a reply to List that are looked through. */
enum
{
  CERTIFICATES = 1,
  AND_REQUESTS = 2
};

/* The id of the certificate (or request) that `word` names: whole, by its beginning, or by its friendly name. Owned; NULL, and said. */
static char *
find_id (Oreectl *ctl, const char *word, guint lists, OreectlStatus *status)
{
  g_autoptr (GVariant) reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_LIST, g_variant_new ("(@a{sv})", oreectl_no_options ()), status);
  const char *found = NULL;
  guint n = 0;

  if (reply == NULL)
    return NULL;
  for (guint pass = 0; n == 0 && pass < 2; pass++)
    for (guint list = 0; list < lists; list++)
      {
        g_autoptr (GVariant) rows = g_variant_get_child_value (reply, list);

        for (gsize i = 0; i < g_variant_n_children (rows); i++)
          {
            g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

            if (!is_meant (row, word, pass == 0))
              continue;
            found = g_intern_string (text_of (row, "id"));
            n++;
          }
      }
  if (n == 1)
    return g_strdup (found);
  *status = n == 0 ? OREECTL_NOT_FOUND : OREECTL_USAGE;
  if (n == 0)
    fprintf (stderr, "oreectl: %s\n", oree_sentence_error (OREE_ERROR_NOT_FOUND));
  else
    {
      /* TRANSLATORS: %s is what the user typed. */
      g_autofree char *text = g_strdup_printf (_ ("“%s” stands for several; “oreectl certificate list” shows their fingerprints and numbers."), word);

      oreectl_usage (text);
    }
  return NULL;
}

/* ---- needs ---- */

static void
print_names (GVariant *names)
{
  static const char *const signs[][2] = { { "same", "" }, { "new", "+" }, { "dropped", "-" } };
  const char *const headings[] = { _ ("NAME"), _ ("WHY"), "", NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (names); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (names, i);
      const char *type = text_of (row, "type"), *unicode = text_of (row, "unicode"), *change = text_of (row, "change");
      const char *sign = "";
      g_autofree char *why = oree_sentence_need (text_of (row, "reason"), text_of (row, "detail"));
      g_autofree char *name = NULL;

      for (gsize s = 0; s < G_N_ELEMENTS (signs); s++)
        if (g_str_equal (signs[s][0], change))
          sign = signs[s][1];
      name = g_strdup_printf ("%s%s%s%s%s%s", g_str_equal (type, "dns") ? "" : type, g_str_equal (type, "dns") ? "" : ":",
                              text_of (row, "name"), *unicode != '\0' ? " (" : "", unicode, *unicode != '\0' ? ")" : "");
      oreectl_table_add (table, name);
      oreectl_table_add (table, why);
      oreectl_table_add (table, sign);
    }
  oreectl_table_print (table);
}

static void
print_needs (GVariant *needs, GVariant *names)
{
  const char *reason = text_of (needs, "client-reason");
  g_autofree const char **notes = NULL;

  /* TRANSLATORS: the subject of a certificate; %s is a host name. */
  printf (_ ("Subject: %s\n"), text_of (needs, "subject"));
  print_names (names);
  if (*reason != '\0')
    {
      g_autofree char *why = oree_sentence_client_reason (reason, text_of (needs, "client-detail"));

      /* TRANSLATORS: %s says why, in a few words. */
      printf (_ ("Client authentication among the key usages: %s.\n"), why);
    }
  if (g_variant_lookup (needs, "notes", "^a&s", &notes))
    for (gsize i = 0; notes[i] != NULL; i++)
      printf ("%s\n", oree_sentence_cert_note (notes[i]));
}

static OreectlStatus
needs (Oreectl *ctl, int argc, char **argv)
{
  static const char *const external[] = { "external", NULL };
  const char *const *usages = ctl->usages != NULL ? (const char *const *) ctl->usages : external;
  GVariant *fields = fields_of (argv, argc, NULL);
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL, what = NULL, names = NULL, problems = NULL;
  gboolean wrong;

  if (fields == NULL)
    return OREECTL_USAGE;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_NEEDS, g_variant_new ("(^as@a{sv})", usages, fields), &status);
  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@a{sv}@aa{sv}@aa{sv})", &what, &names, &problems);
  wrong = oreectl_change_say_problems (problems);
  if (ctl->json)
    oreectl_json_print (g_variant_new ("(@a{sv}@aa{sv}@aa{sv})", what, names, problems));
  else
    print_needs (what, names);
  return wrong ? OREECTL_REFUSED : OREECTL_OK;
}

/* ---- request, renew ---- */

static OreectlStatus
say_request (Oreectl *ctl, GVariant *reply)
{
  const char *id, *csr;
  g_autoptr (GVariant) record = NULL, problems = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_get (reply, "(&s&s@a{sv}@aa{sv})", &id, &csr, &record, &problems);
  oreectl_change_say_problems (problems);
  if (*id == '\0')
    {
      if (ctl->json)
        oreectl_json_print (g_variant_new ("(@a{sv}@aa{sv})", record, problems));
      else
        fputs (_ ("Nothing was changed.\n"), stderr);
      return OREECTL_REFUSED;
    }
  if (ctl->out != NULL && !g_file_set_contents (ctl->out, csr, -1, &error))
    {
      /* The request stays: “show” writes it again. */
      fprintf (stderr, "oreectl: %s\n", error->message);
      return OREECTL_FAILED;
    }
  if (ctl->json)
    oreectl_json_print (record);
  else if (ctl->out == NULL)
    fputs (csr, stdout);
  else
    {
      g_autofree char *names = list_of (record, "names");

      /* TRANSLATORS: the first %s is the name of a request, the second that of a file. */
      printf (_ ("The request %s was made and written to %s.\n"), id, ctl->out);
      /* TRANSLATORS: %s is a list of host names. */
      printf (_ ("Names: %s\n"), names);
      puts (_ ("Send the file to your certification authority. When the certificate comes, use “oreectl certificate import”."));
    }
  return OREECTL_OK;
}

static OreectlStatus
request (Oreectl *ctl, int argc, char **argv)
{
  GVariant *fields;
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;

  if (ctl->usages == NULL)
    return oreectl_usage (_ ("Say what for: --usage external, internal, client or av."));
  fields = fields_of (argv, argc, (const char *const *) ctl->usages);
  if (fields == NULL)
    return OREECTL_USAGE;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_CREATE_REQUEST,
                        g_variant_new ("(@a{sv}@a{sv})", fields, oreectl_no_options ()), &status);
  return reply != NULL ? say_request (ctl, reply) : status;
}

static OreectlStatus
renew (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = argc > 0 ? find_id (ctl, argv[0], CERTIFICATES, &status) : NULL;
  GVariant *fields;
  g_autoptr (GVariant) reply = NULL;

  if (argc < 1)
    return oreectl_usage (_ ("Name one certificate; “oreectl certificate list” shows them."));
  if (id == NULL)
    return status;
  fields = fields_of (argv + 1, argc - 1, (const char *const *) ctl->usages);
  if (fields == NULL)
    return OREECTL_USAGE;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_RENEW,
                        g_variant_new ("(s@a{sv}@a{sv})", id, fields, oreectl_no_options ()), &status);
  return reply != NULL ? say_request (ctl, reply) : status;
}

/* ---- list, show ---- */

static char *
date_of (gint64 wall)
{
  char *text = oreectl_time (wall);

  if (strlen (text) > 10)
    text[10] = '\0';
  return text;
}

static void
print_usages (GVariant *usages)
{
  const char *const headings[] = { _ ("USAGE"), _ ("STATE"), _ ("DAYS LEFT"), _ ("CERTIFICATE"), _ ("FROM"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (usages); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (usages, i);
      g_autofree char *id = short_id (text_of (row, "certificate"));
      g_autofree char *days = NULL;
      gint32 left;

      if (g_variant_lookup (row, "days-left", "i", &left))
        days = g_strdup_printf ("%d", left);
      oreectl_table_add (table, oree_sentence_edge_usage (text_of (row, "usage")));
      oreectl_table_add (table, oree_sentence_cert_state (text_of (row, "state")));
      oreectl_table_add (table, days);
      oreectl_table_add (table, id);
      oreectl_table_add (table, oree_sentence_cert_source (text_of (row, "source")));
    }
  oreectl_table_print (table);
}

/* The certificate of that id as people call it; owned. */
static char *
called (GVariant *certificates, const char *id)
{
  for (gsize i = 0; i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (certificates, i);

      if (g_str_equal (text_of (row, "id"), id) && *text_of (row, "friendly-name") != '\0')
        return g_strdup (text_of (row, "friendly-name"));
    }
  return short_id (id);
}

static void
print_rolls (GVariant *usages, GVariant *certificates)
{
  for (gsize i = 0; i < g_variant_n_children (usages); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (usages, i);
      g_autofree char *name = called (certificates, text_of (row, "next"));
      g_autofree char *when = oreectl_time (time_of (row, "effective"));

      if (*text_of (row, "next") != '\0')
        /* TRANSLATORS: a usage, a time, the name of a certificate. */
        printf (_ ("%s: from %s on, “%s”.\n"), oree_sentence_edge_usage (text_of (row, "usage")), when, name);
    }
}

static void
print_certificates (GVariant *rows)
{
  const char *const headings[] = { _ ("CERTIFICATE"), _ ("SUBJECT"), _ ("EXPIRES"), _ ("STATE"), _ ("ISSUER"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree char *id = short_id (text_of (row, "id"));
      g_autofree char *end = date_of (time_of (row, "not-after"));

      oreectl_table_add (table, id);
      oreectl_table_add (table, text_of (row, "common-name"));
      oreectl_table_add (table, end);
      oreectl_table_add (table, oree_sentence_cert_state (text_of (row, "state")));
      oreectl_table_add (table, text_of (row, "issuer"));
    }
  oreectl_table_print (table);
}

static void
print_requests (GVariant *rows)
{
  const char *const headings[] = { _ ("REQUEST"), _ ("SUBJECT"), _ ("MADE"), _ ("BY"), NULL };
  g_autoptr (OreectlTable) table = oreectl_table_new (G_N_ELEMENTS (headings) - 1, headings);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree char *made = date_of (time_of (row, "created"));

      oreectl_table_add (table, text_of (row, "id"));
      oreectl_table_add (table, text_of (row, "common-name"));
      oreectl_table_add (table, made);
      oreectl_table_add (table, text_of (row, "created-by"));
    }
  oreectl_table_print (table);
}

static void
print_brief (GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      puts (text_of (row, "id"));
    }
}

static OreectlStatus
list (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_LIST, g_variant_new ("(@a{sv})", oreectl_no_options ()), &status);
  g_autoptr (GVariant) certificates = NULL, requests = NULL, usages = NULL;

  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@aa{sv}@aa{sv}@aa{sv})", &certificates, &requests, &usages);
  if (ctl->json)
    oreectl_json_print (reply);
  else if (ctl->brief)
    {
      print_brief (certificates);
      print_brief (requests);
    }
  else
    {
      print_usages (usages);
      print_rolls (usages, certificates);
      if (g_variant_n_children (certificates) > 0)
        {
          putchar ('\n');
          print_certificates (certificates);
        }
      if (g_variant_n_children (requests) > 0)
        {
          putchar ('\n');
          print_requests (requests);
        }
    }
  return OREECTL_OK;
}

static void
add_row (OreectlTable *table, const char *name, const char *value)
{
  if (*value == '\0')
    return;
  oreectl_table_add (table, name);
  oreectl_table_add (table, value);
}

static void
print_record (GVariant *row)
{
  static const struct
  {
    const char *member, *words;
  } texts[] = {
    { "id", N_ ("Name") },        { "friendly-name", N_ ("Friendly name") }, { "subject", N_ ("Subject") },
    { "issuer", N_ ("Issuer") },  { "key-type", N_ ("Key") },                { "missing-issuer", N_ ("Missing issuer") },
    { "renews", N_ ("Renews") },  { "request", N_ ("Answers request") },     { "imported-by", N_ ("Imported by") },
    { "created-by", N_ ("Requested by") },
  };
  static const struct
  {
    const char *member, *words;
  } times[] = { { "not-before", N_ ("Valid from") }, { "not-after", N_ ("Valid until") },
                { "effective", N_ ("Will serve from") }, { "created", N_ ("Requested") }, { "imported", N_ ("Imported") } };
  g_autoptr (OreectlTable) table = oreectl_table_new (2, NULL);
  g_autofree char *names = list_of (row, "names"), *srv = list_of (row, "srv-names"), *xmpp = list_of (row, "xmpp-addresses"),
                  *chain = list_of (row, "chain");
  g_autofree char *usages = usages_in_words (row, "usages"), *next = usages_in_words (row, "next-of"),
                  *previous = usages_in_words (row, "previous-of");
  gboolean server = flag_of (row, "server-authentication"), client = flag_of (row, "client-authentication");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    add_row (table, _ (texts[i].words), text_of (row, texts[i].member));
  add_row (table, _ ("State"), oree_sentence_cert_state (text_of (row, "state")));
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *time = time_of (row, times[i].member) != 0 ? oreectl_time (time_of (row, times[i].member)) : g_strdup ("");

      add_row (table, _ (times[i].words), time);
    }
  add_row (table, _ ("Names"), names);
  add_row (table, "SRVName", srv);
  add_row (table, "xmppAddr", xmpp);
  add_row (table, _ ("Key usages"),
           server && client ? _ ("server and client authentication")
           : client         ? _ ("client authentication")
           : server         ? _ ("server authentication")
                            : _ ("none of ours"));
  add_row (table, _ ("Issued by"), chain);
  add_row (table, g_str_equal (text_of (row, "kind"), "request") ? _ ("Made for") : _ ("Serves"), usages);
  add_row (table, _ ("Will serve"), next);
  add_row (table, _ ("Served before"), previous);
  add_row (table, _ ("Private key"),
           flag_of (row, "exportable") ? _ ("here, may be exported") : _ ("here, not exportable"));
  oreectl_table_print (table);
}

static OreectlStatus
show (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = argc == 1 ? find_id (ctl, argv[0], AND_REQUESTS, &status) : NULL;
  g_autoptr (GVariant) reply = NULL, record = NULL;
  g_autoptr (GError) error = NULL;
  const char *pem;

  if (argc != 1)
    return oreectl_usage (_ ("Name one certificate; “oreectl certificate list” shows them."));
  if (id == NULL)
    return status;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_GET, g_variant_new ("(s@a{sv})", id, oreectl_no_options ()), &status);
  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@a{sv}&s)", &record, &pem);
  if (ctl->out != NULL && !g_file_set_contents (ctl->out, pem, -1, &error))
    {
      fprintf (stderr, "oreectl: %s\n", error->message);
      return OREECTL_FAILED;
    }
  if (ctl->json)
    oreectl_json_print (record);
  else
    print_record (record);
  return OREECTL_OK;
}

/* ---- Files and passwords ---- */

/* The first line of --password-file; FALSE, and said, when it cannot be read. `*password` NULL: none was given. Wiped by its owner. */
static gboolean
read_password (Oreectl *ctl, char **password)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  *password = NULL;
  if (ctl->password_file == NULL)
    return TRUE;
  if (!g_file_get_contents (g_str_equal (ctl->password_file, "-") ? "/dev/stdin" : ctl->password_file, &text, NULL, &error))
    {
      cannot_read (ctl->password_file, error->message);
      return FALSE;
    }
  text[strcspn (text, "\r\n")] = '\0';
  *password = text;
  return TRUE;
}

static GVariant *
file_options (Oreectl *ctl, char **words, int n, const char *password)
{
  GVariant *fields = fields_of (words, n, (const char *const *) ctl->usages);
  g_autoptr (GVariant) owned = fields != NULL ? g_variant_ref_sink (fields) : NULL;
  GVariantDict options;

  if (fields == NULL)
    return NULL;
  g_variant_dict_init (&options, owned);
  if (password != NULL)
    g_variant_dict_insert (&options, "password", "s", password);
  return g_variant_dict_end (&options);
}

static OreectlStatus
say_import (Oreectl *ctl, GVariant *reply)
{
  g_autoptr (GVariant) result = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) problems = g_variant_get_child_value (reply, g_variant_n_children (reply) - 1);
  gboolean refused = oreectl_change_say_problems (problems);
  g_autofree const char **imported = NULL;
  guint32 issuers = 0;

  if (ctl->json)
    oreectl_json_print (reply);
  if (refused)
    {
      if (!ctl->json)
        fputs (_ ("Nothing was changed.\n"), stderr);
      return OREECTL_REFUSED;
    }
  if (ctl->json)
    return OREECTL_OK;
  if (g_variant_lookup (result, "imported", "^a&s", &imported))
    for (gsize i = 0; imported[i] != NULL; i++)
      {
        g_autofree char *id = short_id (imported[i]);

        /* TRANSLATORS: both %s are the name of a certificate. */
        printf (_ ("The certificate %s is kept; “oreectl certificate assign %s --usage …” puts it into service.\n"), id, id);
      }
  g_variant_lookup (result, "intermediates", "u", &issuers);
  if (issuers > 0)
    printf (ngettext ("%u certificate of an authority is kept for completing chains.\n",
                      "%u certificates of authorities are kept for completing chains.\n", issuers),
            issuers);
  if (ctl->dry_run && g_variant_n_children (reply) == 3)
    {
      g_autoptr (GVariant) names = g_variant_get_child_value (reply, 1);

      print_names (names);
    }
  return OREECTL_OK;
}

static OreectlStatus
import (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text = NULL, *password = NULL;
  gsize length = 0;
  GVariant *options;

  if (argc < 1)
    return oreectl_usage (_ ("Name the file to import."));
  if (!g_file_get_contents (argv[0], &text, &length, &error))
    return cannot_read (argv[0], error->message);
  bytes = g_bytes_new_take (text, length);
  if (!read_password (ctl, &password))
    return OREECTL_USAGE;
  options = file_options (ctl, argv + 1, argc - 1, password);
  oree_secret_free (password);
  if (options == NULL)
    return OREECTL_USAGE;
  reply = oreectl_call (ctl, ctl->dry_run ? OREE_CALL_CERTIFICATES_CHECK_ANSWER : OREE_CALL_CERTIFICATES_IMPORT,
                        g_variant_new ("(@ay@a{sv})", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE), options),
                        &status);
  return reply != NULL ? say_import (ctl, reply) : status;
}

static OreectlStatus
export (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = NULL;
  char *password = NULL;
  g_autoptr (GVariant) reply = NULL, file = NULL, problems = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 1 || ctl->out == NULL || ctl->password_file == NULL)
    return oreectl_usage (_ ("Name one certificate, the file to write (--out FILE), and a file with the password to protect it (--password-file FILE)."));
  id = find_id (ctl, argv[0], CERTIFICATES, &status);
  if (id == NULL)
    return status;
  if (!read_password (ctl, &password))
    return OREECTL_USAGE;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_EXPORT, g_variant_new ("(ss@a{sv})", id, password, oreectl_no_options ()), &status);
  oree_secret_free (password);
  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@ay@aa{sv})", &file, &problems);
  if (oreectl_change_say_problems (problems))
    return OREECTL_REFUSED;
  if (!g_file_set_contents_full (ctl->out, g_variant_get_data (file), (gssize) g_variant_get_size (file),
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &error))
    {
      fprintf (stderr, "oreectl: %s\n", error->message);
      return OREECTL_FAILED;
    }
  /* TRANSLATORS: %s is the name of a file. */
  printf (_ ("Certificate, issuers and private key were written to %s.\n"), ctl->out);
  return OREECTL_OK;
}

/* ---- assign, roll, roll-back, remove ---- */

static OreectlStatus
say_assigned (Oreectl *ctl, GVariant *reply)
{
  g_autoptr (GVariant) result = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) problems = g_variant_get_child_value (reply, g_variant_n_children (reply) - 1);
  gboolean wrong = oreectl_change_say_problems (problems);
  gboolean done = flag_of (result, "assigned") || flag_of (result, "scheduled") || flag_of (result, "removed");
  g_autofree char *usages = usages_in_words (result, "usages");

  if (ctl->json)
    oreectl_json_print (reply);
  else if (ctl->dry_run && !wrong)
    {
      g_autoptr (GVariant) names = g_variant_get_child_value (reply, 1);

      print_names (names);
    }
  else if (!done && !ctl->dry_run)
    {
      fputs (_ ("Nothing was changed.\n"), stderr);
      if (!wrong)
        fputs (_ ("With --accept-warnings it is done all the same.\n"), stderr);
    }
  else if (flag_of (result, "scheduled"))
    {
      g_autofree char *when = oreectl_time (time_of (result, "effective"));

      /* TRANSLATORS: the first %s is a list of usages, the second a time. */
      printf (_ ("It will serve %s from %s on.\n"), usages, when);
    }
  else if (flag_of (result, "assigned"))
    {
      /* TRANSLATORS: %s is a list of usages. */
      printf (_ ("It serves: %s.\n"), usages);
      puts (_ ("New connections use it at once; existing streams keep the old one until they close."));
    }
  else if (flag_of (result, "removed"))
    puts (_ ("It was removed."));
  return wrong || (!done && !ctl->dry_run) ? OREECTL_REFUSED : OREECTL_OK;
}

static GVariant *
accepting (const Oreectl *ctl)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (ctl->accept_warnings)
    g_variant_dict_insert (&options, "accept-warnings", "b", TRUE);
  return g_variant_dict_end (&options);
}

static OreectlStatus
assign (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = NULL;
  g_autoptr (GVariant) reply = NULL;

  if (argc != 1 || ctl->usages == NULL)
    return oreectl_usage (_ ("Name one certificate, and what it shall serve: --usage external, internal, client or av."));
  id = find_id (ctl, argv[0], CERTIFICATES, &status);
  if (id == NULL)
    return status;
  reply = oreectl_call (ctl, ctl->dry_run ? OREE_CALL_CERTIFICATES_CHECK_ASSIGN : OREE_CALL_CERTIFICATES_ASSIGN,
                        g_variant_new ("(s^as@a{sv})", id, ctl->usages, accepting (ctl)), &status);
  return reply != NULL ? say_assigned (ctl, reply) : status;
}

static OreectlStatus
roll (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) when = ctl->at != NULL ? g_date_time_new_from_iso8601 (ctl->at, zone) : NULL;

  if (argc != 1 || ctl->usages == NULL || when == NULL)
    return oreectl_usage (_ ("Name one certificate, what it shall serve (--usage av), and from when on (--at 2026-12-31T06:00:00)."));
  id = find_id (ctl, argv[0], CERTIFICATES, &status);
  if (id == NULL)
    return status;
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_ROLL,
                        g_variant_new ("(s^asx@a{sv})", id, ctl->usages, g_date_time_to_unix (when) * G_USEC_PER_SEC, accepting (ctl)),
                        &status);
  return reply != NULL ? say_assigned (ctl, reply) : status;
}

static OreectlStatus
roll_back (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;

  if (argc != 0 || ctl->usages == NULL)
    return oreectl_usage (_ ("Say for what the former certificate shall serve again: --usage external, internal, client or av."));
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_ROLL_BACK, g_variant_new ("(^as@a{sv})", ctl->usages, oreectl_no_options ()), &status);
  return reply != NULL ? say_assigned (ctl, reply) : status;
}

static OreectlStatus
remove_one (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autofree char *id = argc == 1 ? find_id (ctl, argv[0], AND_REQUESTS, &status) : NULL;
  g_autoptr (GVariant) reply = NULL;
  GVariantDict options;

  if (argc != 1)
    return oreectl_usage (_ ("Name one certificate; “oreectl certificate list” shows them."));
  if (id == NULL)
    return status;
  g_variant_dict_init (&options, NULL);
  if (ctl->usages != NULL)
    g_variant_dict_insert (&options, "usages", "^as", ctl->usages);
  reply = oreectl_call (ctl, OREE_CALL_CERTIFICATES_REMOVE, g_variant_new ("(s@a{sv})", id, g_variant_dict_end (&options)), &status);
  return reply != NULL ? say_assigned (ctl, reply) : status;
}

static OreectlStatus
certificate (Oreectl *ctl, int argc, char **argv)
{
  static const struct
  {
    const char *verb;
    OreectlStatus (*run) (Oreectl *, int, char **);
    gboolean has_trial;
  } verbs[] = {
    { "list", list },     { "show", show },     { "needs", needs },   { "request", request },     { "renew", renew },
    { "roll", roll },     { "export", export }, { "remove", remove_one },
    { "roll-back", roll_back }, { "import", import, TRUE }, { "assign", assign, TRUE },
  };
  const char *verb = argc > 0 ? argv[0] : "list";

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].verb, verb))
      return ctl->dry_run && !verbs[i].has_trial ? oreectl_not_dry (verb) : verbs[i].run (ctl, MAX (argc - 1, 0), argv + (argc > 0));
  return oreectl_usage (_ ("After “certificate” comes needs, request, list, show, import, assign, remove, renew, roll, roll-back or export."));
}

const OreectlCommand oreectl_certificate_commands[] = {
  { "certificate", N_ ("list | show NAME | needs | request [FIELD=VALUE …] | renew NAME | import FILE | assign NAME | roll NAME | roll-back | remove NAME | export NAME"),
    N_ ("see to certificates: the names needed, requests, answers, what serves what"), certificate },
  { NULL, NULL, NULL, NULL },
};
