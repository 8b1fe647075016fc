/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/federation/oree-partner-commands.h"

#include "client/oree-sentences.h"
#include "client/oree-server-words.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GWeakRef widget;
  OreeClientSession *session;
  char *domain;
  char *dns; /* what DNS says, in words */
} Command;

static Command *
command_new (GtkWidget *widget, OreeClientSession *session, const char *domain)
{
  Command *self = g_new0 (Command, 1);

  g_weak_ref_init (&self->widget, widget);
  self->session = g_object_ref (session);
  self->domain = g_strdup (domain);
  return self;
}

static void
command_free (Command *self)
{
  g_weak_ref_clear (&self->widget);
  g_object_unref (self->session);
  g_free (self->domain);
  g_free (self->dns);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

/* Owned; NULL when its window is closed. */
static GtkWidget *
widget_of (Command *self)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&self->widget);

  return widget != NULL && gtk_widget_get_root (widget) != NULL ? g_steal_pointer (&widget) : NULL;
}

/* ---- test ---- */

static void
on_tested (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Command) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GtkWidget) widget = widget_of (self);
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *heading = NULL, *sentence = NULL, *body = NULL;
  const char *outcome = "";

  if (widget == NULL)
    return;
  if (reply == NULL)
    {
      oree_ui_tell (widget, _ ("The Connection Was Not Tested"), oree_sentence_failure (error));
      return;
    }
  answer = g_variant_get_child_value (reply, 0);
  g_variant_lookup (answer, "outcome", "&s", &outcome);
  sentence = oree_sentence_partner_test (answer);
  heading = g_strdup_printf (g_str_equal (outcome, "ready")
                                 /* TRANSLATORS: %s is a domain. */
                                 ? _ ("The Connection with “%s” Works")
                                 : _ ("There Is No Connection with “%s”"),
                             self->domain);
  body = self->dns != NULL ? g_strdup_printf ("%s\n%s", self->dns, sentence) : g_strdup (sentence);
  oree_ui_tell (widget, heading, body);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Command *self = data;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, NULL);

  if (reply != NULL)
    {
      g_autoptr (GVariant) found = g_variant_get_child_value (reply, 0);

      self->dns = oree_server_words ("xmpp", found);
    }
  oree_client_session_call_async (self->session, OREE_CALL_TEST_PARTNER, g_variant_new ("(sa{sv})", self->domain, NULL), NULL,
                                  on_tested, self);
}

void
oree_partner_test (GtkWidget *widget, OreeClientSession *session, const char *domain)
{
  g_autofree char *said = g_strdup_printf (_ ("Testing the connection with %s…"), domain);

  oree_ui_toast (widget, said, NULL, NULL, NULL);
  oree_client_session_call_async (session, OREE_CALL_FIND_SERVERS, g_variant_new ("(ssa{sv})", "xmpp", domain, NULL), NULL,
                                  on_found, command_new (widget, session, domain));
}

/* ---- reset ---- */

static void
on_reset (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Command) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = oree_client_session_call_finish (OREE_CLIENT_SESSION (source), result, &error);
  g_autoptr (GtkWidget) widget = widget_of (self);
  g_autoptr (GVariant) effects = NULL;
  g_autofree char *sentence = NULL;

  if (widget == NULL)
    return;
  if (reply == NULL)
    {
      oree_ui_tell (widget, _ ("The Connections Were Not Reset"), oree_sentence_failure (error));
      return;
    }
  effects = g_variant_get_child_value (reply, 0);
  sentence = oree_sentence_effects (effects);
  oree_ui_toast (widget, sentence != NULL ? sentence : _ ("Nothing was connected."), NULL, NULL, NULL);
}

static void
on_answer (gboolean yes, gpointer data)
{
  Command *self = data;

  if (yes)
    oree_client_session_call_async (self->session, OREE_CALL_RESET_CONNECTIONS,
                                    g_variant_new ("(sa{sv})", self->domain, NULL), NULL, on_reset, self);
  else
    command_free (self);
}

void
oree_partner_reset (GtkWidget *widget, OreeClientSession *session, const char *partner, guint n_streams)
{
  /* TRANSLATORS: %s is a domain. */
  g_autofree char *question = g_strdup_printf (_ ("Reset the Connections with “%s”?"), partner);
  g_autofree char *sentence = NULL, *body = NULL;
  g_autoptr (GVariant) effects = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "streams-closed", "u", n_streams);
  effects = g_variant_ref_sink (g_variant_dict_end (&dict));
  sentence = oree_sentence_effects (effects);
  body = g_strdup_printf ("%s%s%s", sentence != NULL ? sentence : "", sentence != NULL ? "\n" : "",
                          _ ("The next message connects anew. Of what is on its way nothing is lost without its sender being told."));
  oree_ui_ask (widget, question, body, _ ("Reset"), TRUE, on_answer, command_new (widget, session, partner));
}
