/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages between threads: a stack senders push on with one compare-and-swap; the receiver takes all of it at once
 * and reverses it. Taking everything leaves no window for a node to come back under another's nose (no ABA). */
#include "net/oree-mailbox.h"

typedef struct _Mail Mail;
struct _Mail
{
  Mail *next;
  OreeMailHandler handler;
  gpointer data;
  GDestroyNotify free_data;
};

typedef struct
{
  GSource source;
  OreeMailbox *box; /* borrowed: the box destroys its source */
} MailSource;

struct _OreeMailbox
{
  gatomicrefcount refs;
  GMainContext *context;
  GSource *source;
  Mail *top;       /* atomic; &closed_mark once closed */
  GThread *bound;  /* atomic; whose posts need no wake-up */
  gboolean closed; /* the receiver's own view */
};

static Mail closed_mark;

static gboolean
source_has_mail (GSource *source)
{
  OreeMailbox *box = ((MailSource *) source)->box;

  return g_atomic_pointer_get (&box->top) != NULL;
}

static gboolean
source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return source_has_mail (source);
}

static void
drop (Mail *mail)
{
  if (mail->free_data != NULL)
    mail->free_data (mail->data);
  g_free (mail);
}

/* Oldest first. */
static Mail *
reverse (Mail *mail)
{
  Mail *first = NULL;

  while (mail != NULL)
    {
      Mail *next = mail->next;

      mail->next = first;
      first = mail;
      mail = next;
    }

  return first;
}

gboolean
oree_mailbox_drain (OreeMailbox *self)
{
  OreeMailbox *box;
  Mail *mail;

  if (self->closed || g_atomic_pointer_get (&self->top) == NULL)
    return FALSE;

  box = oree_mailbox_ref (self);
  mail = reverse (g_atomic_pointer_exchange (&box->top, NULL));
  while (mail != NULL)
    {
      Mail *next = mail->next;

      if (box->closed)
        {
          drop (mail);
        }
      else
        {
          mail->handler (mail->data);
          g_free (mail);
        }
      mail = next;
    }
  oree_mailbox_unref (box);

  return TRUE;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  oree_mailbox_drain (((MailSource *) source)->box);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  .prepare = source_prepare,
  .check = source_has_mail,
  .dispatch = source_dispatch,
};

OreeMailbox *
oree_mailbox_new (GMainContext *context)
{
  OreeMailbox *self = g_new0 (OreeMailbox, 1);

  g_atomic_ref_count_init (&self->refs);
  self->context = context != NULL ? g_main_context_ref (context) : g_main_context_ref (g_main_context_default ());
  self->source = g_source_new (&source_funcs, sizeof (MailSource));
  ((MailSource *) self->source)->box = self;
  g_source_set_static_name (self->source, "oree-mailbox");
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, self->context);

  return self;
}

OreeMailbox *
oree_mailbox_ref (OreeMailbox *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_mailbox_unref (OreeMailbox *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  oree_mailbox_close (self);
  g_main_context_unref (self->context);
  g_free (self);
}

gboolean
oree_mailbox_post (OreeMailbox *self, OreeMailHandler handler, gpointer data, GDestroyNotify free_data)
{
  Mail *mail = g_new (Mail, 1);
  Mail *top;

  *mail = (Mail){ NULL, handler, data, free_data };
  do
    {
      top = g_atomic_pointer_get (&self->top);
      if (top == &closed_mark)
        {
          drop (mail);
          return FALSE;
        }
      mail->next = top;
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->top, top, mail));

  if (top == NULL && g_atomic_pointer_get (&self->bound) != g_thread_self ())
    g_main_context_wakeup (self->context);

  return TRUE;
}

void
oree_mailbox_bind (OreeMailbox *self)
{
  g_atomic_pointer_set (&self->bound, g_thread_self ());
}

void
oree_mailbox_close (OreeMailbox *self)
{
  Mail *mail;

  if (self->closed)
    return;

  self->closed = TRUE;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  self->source = NULL;
  mail = reverse (g_atomic_pointer_exchange (&self->top, &closed_mark));
  while (mail != NULL)
    {
      Mail *next = mail->next;

      drop (mail);
      mail = next;
    }
}
