/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreed: options, signals, start, stop. */
#include "base/oree-log.h"
#include "bus/oree-bus.h"
#include "control/oree-service.h"
#include "web/oree-fetch.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_CONFIG "/etc/oree/oreed.conf"
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits: the service manager shall not try again */

typedef struct
{
  GMainLoop *loop;
  OreeService *service;
  OreeBus *bus;
  gboolean stopping;
  int status;
} Program;

static gboolean
on_stopped (gpointer data)
{
  Program *program = data;

  g_main_loop_quit (program->loop);
  return G_SOURCE_REMOVE;
}

/* The first signal drains; a second one does not wait any longer. */
static gboolean
on_signal (gpointer data)
{
  Program *program = data;
  guint deadline = program->stopping ? 0 : oree_service_config (program->service)->drain_seconds;

  program->stopping = TRUE;
  oree_service_stop (program->service, deadline);
  return G_SOURCE_CONTINUE;
}

static void
on_reloaded (const OreeReload *result, gpointer data)
{
  /* An event said what came of it. */
}

static gboolean
on_reload_signal (gpointer data)
{
  Program *program = data;

  if (!program->stopping)
    oree_service_reload (program->service, "SIGHUP", on_reloaded, NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_bus_lost (const char *reason, gpointer data)
{
  Program *program = data;

  if (program->stopping)
    return;
  oree_error_log ("the bus is lost: %s", reason);
  program->stopping = TRUE;
  program->status = EXIT_FAILURE;
  oree_service_stop (program->service, oree_service_config (program->service)->drain_seconds);
}

static OreeConfig *
read_config (const char *path)
{
  g_autoptr (GPtrArray) problems = NULL;
  OreeConfig *config;

  /* A configuration that was named must be there; the usual place may be empty. */
  if (path == NULL && g_file_test (DEFAULT_CONFIG, G_FILE_TEST_EXISTS))
    path = DEFAULT_CONFIG;
  config = oree_config_load (path, &problems);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    oree_error_log ("%s: %s", path != NULL ? path : "configuration", (const char *) g_ptr_array_index (problems, i));
  return config;
}

static int
run (OreeConfig *config)
{
  Program program = { .loop = g_main_loop_new (NULL, FALSE) };
  OreeFetcher fetcher;
  g_autoptr (GDBusConnection) connection = NULL;
  GSource *signals[]
      = { g_unix_signal_source_new (SIGTERM), g_unix_signal_source_new (SIGINT), g_unix_signal_source_new (SIGHUP) };
  const GSourceFunc handlers[] = { on_signal, on_signal, on_reload_signal };

  signal (SIGPIPE, SIG_IGN);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_source_set_callback (signals[i], handlers[i], &program, NULL);
      g_source_attach (signals[i], NULL);
    }
  program.service = oree_service_new (config, on_stopped, &program);
  oree_fetch_init (&fetcher);
  oree_service_set_fetcher (program.service, &fetcher);
  program.bus = oree_bus_new (program.service, on_bus_lost, &program);
  oree_bus_start (program.bus);
  oree_service_start (program.service);
  g_main_loop_run (program.loop);
  g_set_object (&connection, oree_bus_connection (program.bus));
  oree_bus_free (program.bus);
  if (connection != NULL)
    g_dbus_connection_flush_sync (connection, NULL, NULL);
  /* Answers on their way to somebody who asked: let them arrive before what they speak of is freed. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  oree_service_free (program.service);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_source_destroy (signals[i]);
      g_source_unref (signals[i]);
    }
  g_main_loop_unref (program.loop);
  return program.status;
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  gboolean version = FALSE;
  gboolean check = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "Bootstrap file (default: " DEFAULT_CONFIG ")", "FILE" },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &check, "Check the bootstrap file and exit", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  OreeConfig *config;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_set_summary (context, "The Orée edge service: SIP and XMPP federation.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      fprintf (stderr, "oreed: %s\n", error != NULL ? error->message : "there are no arguments but options");
      return EXIT_FAILURE + 1;
    }
  if (version)
    {
      puts ("oreed " OREE_VERSION);
      return EXIT_SUCCESS;
    }
  config = read_config (path);
  if (config == NULL)
    return EXIT_CONFIG;
  if (check)
    {
      oree_config_free (config);
      return EXIT_SUCCESS;
    }
  oree_log_set_level (config->log_level);
  return run (config);
}
