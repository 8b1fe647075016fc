/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A messaging client without a face: libpurple with one account of one plug-in (pidgin-sipe speaks as a Lync client), told what
 * to do on its standard input and telling what happens on its output, a line each. Backslash and line feed are written \\ and \n.
 *
 *   purple-im DIRECTORY PROTOCOL USER PASSWORD [SETTING=VALUE …]      a number is an int, true and false are booleans
 *
 *   in    say WHO TEXT · typing WHO · add WHO · status available|away · quit
 *   out   online · offline REASON · heard FROM TEXT · typing FROM · sees WHO STATUS · notice TEXT */
#include <purple.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

static GMainLoop *loop;
static PurpleAccount *account;

static void
tell (const char *word, const char *who, const char *text)
{
  g_autofree char *clean = text != NULL ? purple_markup_strip_html (text) : NULL;
  g_auto (GStrv) back = g_strsplit (clean != NULL ? clean : "", "\\", -1);
  g_autofree char *escaped = g_strjoinv ("\\\\", back);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *flat = g_strjoinv ("\\n", lines);

  g_print ("%s%s%s%s%s\n", word, who != NULL ? " " : "", who != NULL ? who : "", *flat ? " " : "", flat);
  fflush (stdout);
}

/* --- what libpurple wants of a program ---------------------------------------------------------- */

typedef struct
{
  PurpleInputFunction function;
  guint result;
  gpointer data;
} Watch;

static gboolean
ready_cb (GIOChannel *source, GIOCondition condition, gpointer data)
{
  Watch *watch = data;
  PurpleInputCondition what = (PurpleInputCondition) 0;

  if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
    what = (PurpleInputCondition) (what | PURPLE_INPUT_READ);
  if (condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL))
    what = (PurpleInputCondition) (what | PURPLE_INPUT_WRITE);
  watch->function (watch->data, g_io_channel_unix_get_fd (source), what);
  return TRUE;
}

static guint
watch_add (int fd, PurpleInputCondition condition, PurpleInputFunction function, gpointer data)
{
  Watch *watch = g_new0 (Watch, 1);
  GIOCondition wanted = (GIOCondition) 0;
  GIOChannel *channel = g_io_channel_unix_new (fd);

  *watch = (Watch){ function, 0, data };
  if (condition & PURPLE_INPUT_READ)
    wanted |= G_IO_IN | G_IO_HUP | G_IO_ERR;
  if (condition & PURPLE_INPUT_WRITE)
    wanted |= G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL;
  watch->result = g_io_add_watch_full (channel, G_PRIORITY_DEFAULT, wanted, ready_cb, watch, g_free);
  g_io_channel_unref (channel);
  return watch->result;
}

static PurpleEventLoopUiOps loop_ops = { .timeout_add = g_timeout_add, .timeout_remove = g_source_remove,
                                         .input_add = watch_add, .input_remove = g_source_remove,
                                         .timeout_add_seconds = g_timeout_add_seconds };

static gpointer
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_autofree char *text = g_strdup_printf ("%s: %s", primary != NULL ? primary : "", secondary != NULL ? secondary : "");

  tell ("notice", NULL, text);
  return NULL;
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message };

/* Certificates are not what this client is here to judge. */
static gpointer
accept_action (const char *title, const char *primary, const char *secondary, int default_action, PurpleAccount *who,
               const char *name, PurpleConversation *conversation, void *data, size_t count, va_list actions)
{
  const char *text = va_arg (actions, const char *);
  PurpleRequestActionCb callback = va_arg (actions, PurpleRequestActionCb);

  if (text != NULL && callback != NULL)
    callback (data, 0);
  return NULL;
}

static PurpleRequestUiOps request_ops = { .request_action = accept_action };

/* A system line in a conversation says that a message was not delivered. */
static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t when)
{
  if (flags & (PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_SYSTEM))
    tell ("notice", NULL, message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

/* --- what happens ------------------------------------------------------------------------------- */

static void
signed_on (PurpleConnection *connection, gpointer data)
{
  tell ("online", NULL, NULL);
}

static void
broke_off (PurpleConnection *connection, PurpleConnectionError error, const char *text, gpointer data)
{
  tell ("offline", NULL, text);
}

static void
received (PurpleAccount *ours, char *from, char *message, PurpleConversation *conversation, PurpleMessageFlags flags)
{
  tell ("heard", from, message);
}

static void
typing (PurpleAccount *ours, const char *from, gpointer data)
{
  tell ("typing", from, NULL);
}

static void
status_changed (PurpleBuddy *buddy, PurpleStatus *before, PurpleStatus *now, gpointer data)
{
  tell ("sees", purple_buddy_get_name (buddy), purple_status_get_id (now));
}

/* --- what to do --------------------------------------------------------------------------------- */

static void
say (const char *who, const char *text)
{
  PurpleConversation *conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account);
  g_autofree char *unescaped = g_strcompress (text), *markup = g_markup_escape_text (unescaped, -1);

  if (conversation == NULL)
    conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, who);
  purple_conv_im_send (PURPLE_CONV_IM (conversation), markup);
}

/* As a person closes the window. */
static void
close_conversation (const char *who)
{
  PurpleConversation *conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account);

  if (conversation != NULL)
    purple_conversation_destroy (conversation);
  else
    tell ("notice", NULL, "no such conversation");
}

static gboolean
command_cb (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (loop);
      return FALSE;
    }
  words = g_strsplit (g_strchomp (line), " ", 3);
  if (g_strcmp0 (words[0], "quit") == 0)
    g_main_loop_quit (loop);
  else if (g_strcmp0 (words[0], "say") == 0 && g_strv_length (words) == 3)
    say (words[1], words[2]);
  else if (g_strcmp0 (words[0], "close") == 0 && words[1] != NULL)
    close_conversation (words[1]);
  else if (g_strcmp0 (words[0], "typing") == 0 && words[1] != NULL)
    serv_send_typing (purple_account_get_connection (account), words[1], PURPLE_TYPING);
  else if (g_strcmp0 (words[0], "add") == 0 && words[1] != NULL)
    {
      PurpleBuddy *buddy = purple_buddy_new (account, words[1], NULL);

      purple_blist_add_buddy (buddy, NULL, NULL, NULL);
      purple_account_add_buddy (account, buddy);
    }
  else if (g_strcmp0 (words[0], "status") == 0 && words[1] != NULL)
    purple_account_set_status (account, words[1], TRUE, NULL);
  else
    tell ("notice", NULL, "unknown command");
  return TRUE;
}

static void
set (const char *setting)
{
  g_auto (GStrv) pair = g_strsplit (setting, "=", 2);
  guint64 number;

  if (g_strv_length (pair) != 2)
    g_error ("%s: not SETTING=VALUE", setting);
  if (g_str_equal (pair[1], "true") || g_str_equal (pair[1], "false"))
    purple_account_set_bool (account, pair[0], g_str_equal (pair[1], "true"));
  else if (g_ascii_string_to_unsigned (pair[1], 10, 0, G_MAXINT, &number, NULL))
    purple_account_set_int (account, pair[0], (int) number);
  else
    purple_account_set_string (account, pair[0], pair[1]);
}

int
main (int argc, char **argv)
{
  static int handle;
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);

  if (argc < 5)
    g_error ("usage: purple-im DIRECTORY PROTOCOL USER PASSWORD [SETTING=VALUE …]");
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  signal (SIGPIPE, SIG_IGN);
  purple_util_set_user_dir (argv[1]);
  purple_debug_set_enabled (g_getenv ("PURPLE_IM_DEBUG") != NULL);
  purple_eventloop_set_ui_ops (&loop_ops);
  purple_notify_set_ui_ops (&notify_ops);
  purple_request_set_ui_ops (&request_ops);
  purple_conversations_set_ui_ops (&conversation_ops);
  if (!purple_core_init ("oree-tests"))
    g_error ("libpurple does not start");
  purple_set_blist (purple_blist_new ());
  purple_prefs_load ();
  account = purple_account_new (argv[3], argv[2]);
  purple_account_set_password (account, argv[4]);
  for (int i = 5; i < argc; i++)
    set (argv[i]);
  purple_accounts_add (account);
  purple_signal_connect (purple_connections_get_handle (), "signed-on", &handle, PURPLE_CALLBACK (signed_on), NULL);
  purple_signal_connect (purple_connections_get_handle (), "connection-error", &handle, PURPLE_CALLBACK (broke_off), NULL);
  purple_signal_connect (purple_conversations_get_handle (), "received-im-msg", &handle, PURPLE_CALLBACK (received), NULL);
  purple_signal_connect (purple_conversations_get_handle (), "buddy-typing", &handle, PURPLE_CALLBACK (typing), NULL);
  purple_signal_connect (purple_blist_get_handle (), "buddy-status-changed", &handle, PURPLE_CALLBACK (status_changed), NULL);
  purple_account_set_enabled (account, "oree-tests", TRUE);
  purple_savedstatus_activate (purple_savedstatus_new (NULL, PURPLE_STATUS_AVAILABLE));
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, command_cb, NULL);
  loop = g_main_loop_new (NULL, FALSE);
  g_main_loop_run (loop);
  purple_core_quit ();
  return 0;
}
