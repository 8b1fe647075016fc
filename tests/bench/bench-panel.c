/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's window, driven from within: how long until a page is painted, how long one letter in the search takes, what
 * page changes leave behind. One JSON object on stdout. Needs a display, and a service in OREE_BUS (run-panel.py). */
#include "client/oree-locale.h"
#include "panel/oree-panel-pages.h"
#include "panel/oree-panel-resources.h"
#include "panel/oree-panel-window.h"
#include "ui/oree-list-view.h"
#include "ui/oree-ui.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEADLINE_SECONDS 60
#define N_CHANGES 500

static gint64 painted; /* when the last frame was */
static guint frames;

static void
on_painted (GdkFrameClock *clock, gpointer data)
{
  painted = g_get_monotonic_time ();
  frames++;
}

/* Of all our threads; it does not grow with what else the machine does. */
static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1000 + (double) now.tv_nsec / 1000000;
}

/* Until what is shown is complete, and painted. Milliseconds since `since`. */
static double
until_painted (OreePanelWindow *window, gint64 since)
{
  gint64 end = since + DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint before;

  while (!oree_panel_window_is_settled (window))
    {
      g_main_context_iteration (NULL, TRUE);
      if (g_get_monotonic_time () > end)
        g_error ("the page does not settle");
    }
  before = frames;
  gtk_widget_queue_draw (GTK_WIDGET (window));
  while (frames == before)
    g_main_context_iteration (NULL, TRUE);
  return (double) (painted - since) / 1000;
}

static OreeListView *
find_list (GtkWidget *widget)
{
  if (OREE_IS_LIST_VIEW (widget))
    return gtk_widget_get_mapped (widget) ? OREE_LIST_VIEW (widget) : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      OreeListView *found = find_list (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Until rows are painted. */
static OreeListView *
until_rows (OreePanelWindow *window)
{
  OreeListView *view;
  guint before;

  while ((view = find_list (oree_panel_window_get_page (window))) == NULL || oree_list_view_get_n_shown (view) == 0)
    g_main_context_iteration (NULL, TRUE);
  before = frames;
  while (frames < before + 2)
    {
      gtk_widget_queue_draw (GTK_WIDGET (window));
      g_main_context_iteration (NULL, TRUE);
    }
  return view;
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return first < second ? -1 : first > second;
}

/* Letter by letter in, and out again: the times of each, in milliseconds. */
static void
type_and_erase (OreePanelWindow *window, OreeListView *view, const char *text)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double longest = 0;
  gsize n = strlen (text);

  for (gsize i = 1; i < 2 * n; i++)
    {
      g_autofree char *typed = g_strndup (text, i <= n ? i : 2 * n - i);
      gint64 since = g_get_monotonic_time ();
      double time, cpu = cpu_ms ();

      oree_list_view_set_search (view, typed);
      time = until_painted (window, since);
      longest = MAX (longest, cpu_ms () - cpu);
      g_array_append_val (times, time);
    }
  g_array_sort (times, by_value);
  printf ("\"filter-median-ms\": %.1f, \"filter-longest-ms\": %.1f, ", g_array_index (times, double, times->len / 2),
          g_array_index (times, double, times->len - 1));
  printf ("\"filter-longest-cpu-ms\": %.1f, ", longest);
  oree_list_view_set_search (view, "");
}

/* Bytes that no other process shares. */
static guint64
memory (void)
{
  g_autofree char *text = NULL;
  guint64 total = 0;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL))
    return 0;
  for (const char *p = strstr (text, "Private_"); p != NULL; p = strstr (p + 1, "Private_"))
    if (g_str_has_prefix (p, "Private_Clean:") || g_str_has_prefix (p, "Private_Dirty:"))
      total += 1024 * g_ascii_strtoull (strchr (p, ':') + 1, NULL, 10);
  return total;
}

static void
change_pages (OreePanelWindow *window, guint n_changes)
{
  guint n;
  const OreePanelPageRow *rows = oree_panel_pages (&n);

  for (guint i = 0; i < n_changes; i++)
    {
      oree_panel_window_go (window, rows[i % n].name);
      until_painted (window, g_get_monotonic_time ());
    }
}

static double
mib (guint64 bytes)
{
  return (double) bytes / (1 << 20);
}

int
main (int argc, char **argv)
{
  gint64 begin = g_get_monotonic_time (), since;
  double cpu;
  g_autoptr (OreeClientSession) session = NULL;
  OreePanelWindow *window;
  OreeListView *view;
  guint64 warm;

  if (argc != 2)
    {
      fprintf (stderr, "usage: bench-panel PAGE\n");
      return argc == 1 ? 0 : 2;
    }
  oree_locale_init ();
  adw_init ();
  g_resources_register (oree_panel_get_resource ());
  oree_ui_init ();
  session = oree_client_session_new (NULL);
  window = oree_panel_window_new (NULL, session);
  oree_panel_window_go (window, "home");
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_realize (GTK_WIDGET (window));
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint", G_CALLBACK (on_painted), NULL);
  printf ("{\"start-ms\": %.0f, \"start-mib\": %.1f, ", until_painted (window, begin), mib (memory ()));
  printf ("\"start-cpu-ms\": %.0f, ", cpu_ms ());
  since = g_get_monotonic_time ();
  cpu = cpu_ms ();
  oree_panel_window_go (window, argv[1]);
  view = until_rows (window);
  printf ("\"first-paint-ms\": %.0f, ", (double) (painted - since) / 1000);
  printf ("\"first-paint-cpu-ms\": %.0f, ", cpu_ms () - cpu);
  printf ("\"whole-list-ms\": %.0f, ", until_painted (window, since));
  printf ("\"rows\": %u, \"list-mib\": %.1f, ", oree_list_view_get_n_shown (view), mib (memory ()));
  /* Whoever reads the list before typing gives it this time. */
  for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  type_and_erase (window, view, "domain-0042");
  change_pages (window, 45);
  warm = memory ();
  change_pages (window, N_CHANGES);
  printf ("\"changes\": %d, \"before-mib\": %.1f, \"after-mib\": %.1f}\n", N_CHANGES, mib (warm), mib (memory ()));
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
