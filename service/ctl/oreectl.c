/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl: options, the table of commands, and what they share. */
#include "client/oree-locale.h"
#include "client/oree-sentences.h"
#include "ctl/oreectl-verb.h"
#include "model/oree-field.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

static const OreectlCommand kinds_command[] = {
  { "kinds", "", N_ ("list the kinds of records"), oreectl_kinds },
  { NULL, NULL, NULL, NULL },
};

static const OreectlCommand *const groups[] = {
  oreectl_service_commands, kinds_command,           oreectl_file_commands,
  oreectl_history_commands, oreectl_monitor_commands, oreectl_explain_commands,
  oreectl_servers_commands,  oreectl_partner_commands,  oreectl_forecast_commands, oreectl_certificate_commands,
};

/* ---- Shared by the commands ---- */

OreectlStatus
oreectl_usage (const char *text)
{
  fprintf (stderr, "oreectl: %s\n%s\n", text, _ ("“oreectl --help” lists the commands."));
  return OREECTL_USAGE;
}

static OreectlStatus
status_of (OreeError code)
{
  static const OreectlStatus statuses[] = {
    [OREE_ERROR_FAILED] = OREECTL_FAILED,          [OREE_ERROR_BAD_RECORD] = OREECTL_USAGE,
    [OREE_ERROR_CONFLICT] = OREECTL_CONFLICT,      [OREE_ERROR_NOT_FOUND] = OREECTL_NOT_FOUND,
    [OREE_ERROR_DENIED] = OREECTL_DENIED,          [OREE_ERROR_BUSY] = OREECTL_BUSY,
    [OREE_ERROR_UNSUPPORTED] = OREECTL_BUSY,       [OREE_ERROR_TIMED_OUT] = OREECTL_TIMED_OUT,
    [OREE_ERROR_UNAVAILABLE] = OREECTL_NO_SERVICE,
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (statuses) == OREE_N_ERRORS);
  return statuses[code];
}

OreectlStatus
oreectl_fail (GError *error)
{
  g_autoptr (GError) owned = error;

  if (owned->domain != OREE_ERROR)
    {
      fprintf (stderr, "oreectl: %s\n", owned->message);
      return OREECTL_FAILED;
    }
  fprintf (stderr, "oreectl: %s\n", oree_sentence_error ((OreeError) owned->code));
  return status_of ((OreeError) owned->code);
}

GVariant *
oreectl_call (Oreectl *ctl, OreeCall call, GVariant *parameters, OreectlStatus *status)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  GError *error = NULL;
  GVariant *reply = NULL;

  if (ctl->client == NULL)
    ctl->client = oree_client_new_sync (ctl->bus, NULL, &error);
  if (ctl->client != NULL)
    reply = oree_client_call_sync (ctl->client, call, owned, NULL, &error);
  *status = reply != NULL ? OREECTL_OK : oreectl_fail (error);
  return reply;
}

GVariant *
oreectl_no_options (void)
{
  return g_variant_new ("a{sv}", NULL);
}

char *
oreectl_time (gint64 wall)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (wall / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S") : g_strdup ("");
}

/* ---- Help ---- */

static void
append_command (GString *text, const char *name, const char *arguments, const char *help)
{
  g_string_append_printf (text, "  %s%s%s\n      %s\n", name, *arguments != '\0' ? " " : "", arguments, help);
}

/* The commands, for --help; owned. */
static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:\n"));

  append_command (text, _ ("KIND"), _ ("list [PATTERN] | show [NAME] | describe"),
                  _ ("list or show records; say which settings there are"));
  append_command (text, _ ("KIND"), _ ("add NAME | set [NAME] | remove NAME | reset [NAME]  [FIELD=VALUE …]"),
                  _ ("change a record; FIELD+=VALUE and FIELD-=VALUE add to a list and remove from it"));
  for (gsize g = 0; g < G_N_ELEMENTS (groups); g++)
    for (const OreectlCommand *command = groups[g]; command->name != NULL; command++)
      append_command (text, command->name, *command->arguments != '\0' ? _ (command->arguments) : "",
                      _ (command->help));
  g_string_append (text, _ ("\nExample:\n"));
  g_string_append (text, "  oreectl xmpp-partner add fabrikam.test partner-type=federated tls-negotiation=required "
                         "sasl-negotiation=optional\n");
  return g_string_free (text, FALSE);
}

/* ---- Dispatch ---- */

static const OreectlCommand *
find_command (const char *name)
{
  for (gsize g = 0; g < G_N_ELEMENTS (groups); g++)
    for (const OreectlCommand *command = groups[g]; command->name != NULL; command++)
      if (g_str_equal (command->name, name))
        return command;
  return NULL;
}

OreectlStatus
oreectl_no_domain (const char *text)
{
  /* TRANSLATORS: %s is what the user typed. */
  g_autofree char *said = g_strdup_printf (_ ("“%s” is no domain name. Example: fabrikam.com."), text);

  return oreectl_usage (said);
}

OreectlStatus
oreectl_not_dry (const char *name)
{
  /* TRANSLATORS: %s is a command. */
  g_autofree char *said = g_strdup_printf (_ ("“%s” does not go with --dry-run. Nothing was done."), name);

  return oreectl_usage (said);
}

static OreectlStatus
dispatch (Oreectl *ctl, int argc, char **argv)
{
  /* Who asks for a trial gets one or hears that there is none. */
  static const char *const with_trial[] = { "apply", "check", "import", "undo", "restore", "certificate", NULL };
  const OreectlCommand *command;
  g_autofree char *text = NULL;

  if (argc == 0)
    return oreectl_usage (_ ("A command is missing."));
  command = find_command (argv[0]);
  if (command != NULL && ctl->dry_run && !g_strv_contains (with_trial, argv[0]))
    return oreectl_not_dry (argv[0]);
  if (command != NULL)
    return command->run (ctl, argc - 1, argv + 1);
  if (oree_kind_by_name (argv[0]) != NULL)
    return oreectl_record (ctl, argc, argv);
  text = g_strdup_printf (_ ("There is neither a command nor a kind of record “%s”."), argv[0]);
  return oreectl_usage (text);
}

int
main (int argc, char **argv)
{
  Oreectl ctl = { .after = -1, .deadline = -1 };
  g_autofree char *bus = NULL;
  g_autofree char *out = NULL, *at = NULL, *password_file = NULL;
  g_auto (GStrv) usages = NULL, usage_words = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "bus", 0, 0, G_OPTION_ARG_STRING, &bus, N_ ("Speak on this bus: system, session, or an address"), N_ ("BUS") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl.json, N_ ("Answer in JSON, for scripts"), NULL },
    { "brief", 0, 0, G_OPTION_ARG_NONE, &ctl.brief, N_ ("Names only, one per line"), NULL },
    { "watch", 0, 0, G_OPTION_ARG_NONE, &ctl.watch, N_ ("Go on showing what changes"), NULL },
    { "from-discovered", 0, 0, G_OPTION_ARG_NONE, &ctl.from_discovered,
      N_ ("Add only a domain that is a discovered partner now"), NULL },
    { "limit", 0, 0, G_OPTION_ARG_INT64, &ctl.limit, N_ ("At most so many, the newest"), N_ ("NUMBER") },
    { "after", 0, 0, G_OPTION_ARG_INT64, &ctl.after, N_ ("Only events after this serial number"), N_ ("SERIAL") },
    { "deadline", 0, 0, G_OPTION_ARG_INT, &ctl.deadline, N_ ("How long draining may take"), N_ ("SECONDS") },
    { "usage", 0, 0, G_OPTION_ARG_STRING_ARRAY, &usages, N_ ("What a certificate is for: external, internal, client, av"), N_ ("USAGE") },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("Write to this file"), N_ ("FILE") },
    { "at", 0, 0, G_OPTION_ARG_STRING, &at, N_ ("When a certificate shall begin to serve"), N_ ("TIME") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, N_ ("The password of a file is the first line of this one; - is the standard input"), N_ ("FILE") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &ctl.dry_run, N_ ("Only check and say what would happen"), NULL },
    { "accept-warnings", 0, 0, G_OPTION_ARG_NONE, &ctl.accept_warnings, N_ ("Do it in spite of warnings"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version and exit"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autofree char *commands = NULL;
  g_autoptr (GError) error = NULL;
  OreectlStatus status;

  oree_locale_init ();
  context = g_option_context_new (_ ("COMMAND …"));
  commands = describe_commands ();
  g_option_context_set_summary (context, _ ("Sees to the Orée edge: configuration, services, and what is alive."));
  g_option_context_set_description (context, commands);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return oreectl_usage (error->message);
  if (version)
    {
      puts ("oreectl " OREE_VERSION);
      return OREECTL_OK;
    }
  /* "--" that ended the options is left among the words. */
  if (argc > 1 && g_str_equal (argv[1], "--"))
    {
      argc--;
      argv++;
    }
  ctl.bus = bus;
  ctl.out = out;
  ctl.at = at;
  ctl.password_file = password_file;
  if (usages != NULL)
    {
      g_autofree char *joined = g_strjoinv (",", usages);

      ctl.usages = usage_words = g_strsplit (joined, ",", -1);
    }
  status = dispatch (&ctl, argc - 1, argv + 1);
  g_clear_object (&ctl.client);
  return fflush (stdout) == 0 ? status : OREECTL_FAILED;
}
