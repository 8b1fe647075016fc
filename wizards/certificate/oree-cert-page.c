/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page.h"

#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  OreeCertPage *page;
  OreeWizardField *row;
  const char *field; /* static */
  gboolean touched;
} BoundText;

typedef struct
{
  OreeCertPage *page;
  GObject *widget;
  const char *property; /* static */
  const char *field;    /* static */
} BoundFlag;

typedef struct
{
  OreeCertSession *session;
  GPtrArray *texts; /* BoundText */
  GPtrArray *flags; /* BoundFlag */
} OreeCertPagePrivate;

enum
{
  PROP_SESSION = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreeCertPage, oree_cert_page, OREE_TYPE_WIZARD_PAGE)

static OreeCertPagePrivate *
priv (OreeCertPage *self)
{
  return oree_cert_page_get_instance_private (self);
}

static void
draw_text (OreeCertPage *self, BoundText *bound)
{
  OreeCertDraft *draft = oree_cert_page_get_draft (self);
  const OreeProblem *problem = oree_cert_draft_get_problem (draft, bound->field);
  const char *text = oree_cert_draft_get_text (draft, bound->field);
  g_autofree char *sentence = NULL;

  oree_wizard_field_set_text (bound->row, text);
  if (problem != NULL && (bound->touched || *text != '\0'))
    sentence = oree_sentence_problem_alone (problem);
  oree_wizard_field_set_problem (bound->row, problem != NULL && problem->severity == OREE_SEVERITY_ERROR ? sentence : NULL);
  oree_wizard_field_set_warning (bound->row,
                              problem != NULL && problem->severity == OREE_SEVERITY_WARNING ? sentence : NULL);
}

static void
update (OreeCertPage *self)
{
  OreeCertPagePrivate *p = priv (self);

  for (guint i = 0; i < p->texts->len; i++)
    draw_text (self, g_ptr_array_index (p->texts, i));
  for (guint i = 0; i < p->flags->len; i++)
    {
      BoundFlag *bound = g_ptr_array_index (p->flags, i);

      g_object_set (bound->widget, bound->property,
                    oree_cert_draft_get_flag (oree_cert_page_get_draft (self), bound->field), NULL);
    }
  if (p->texts->len > 0)
    {
      g_autofree char *reason = oree_cert_page_dup_field_reason (self);

      oree_wizard_page_set_reason (OREE_WIZARD_PAGE (self), reason);
    }
  if (OREE_CERT_PAGE_GET_CLASS (self)->update != NULL)
    OREE_CERT_PAGE_GET_CLASS (self)->update (self);
}

static void
on_text (BoundText *bound)
{
  bound->touched = TRUE;
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (bound->page), NULL);
  oree_cert_draft_set_text (oree_cert_page_get_draft (bound->page), bound->field,
                            oree_wizard_field_get_text (bound->row));
}

void
oree_cert_page_bind_text (OreeCertPage *self, OreeWizardField *row, const char *field)
{
  BoundText *bound = g_new0 (BoundText, 1);

  bound->page = self;
  bound->row = row;
  bound->field = field;
  g_ptr_array_add (priv (self)->texts, bound);
  g_signal_connect_swapped (row, "notify::text", G_CALLBACK (on_text), bound);
}

static void
on_flag (BoundFlag *bound)
{
  gboolean flag;

  g_object_get (bound->widget, bound->property, &flag, NULL);
  oree_wizard_page_set_problem (OREE_WIZARD_PAGE (bound->page), NULL);
  oree_cert_draft_set_flag (oree_cert_page_get_draft (bound->page), bound->field, flag);
}

void
oree_cert_page_bind_flag (OreeCertPage *self, GObject *widget, const char *property, const char *field)
{
  BoundFlag *bound = g_new0 (BoundFlag, 1);
  g_autofree char *signal = g_strconcat ("notify::", property, NULL);

  bound->page = self;
  bound->widget = widget;
  bound->property = property;
  bound->field = field;
  g_ptr_array_add (priv (self)->flags, bound);
  g_signal_connect_swapped (widget, signal, G_CALLBACK (on_flag), bound);
}

char *
oree_cert_page_dup_field_reason (OreeCertPage *self)
{
  OreeCertPagePrivate *p = priv (self);

  for (guint i = 0; i < p->texts->len; i++)
    {
      const BoundText *bound = g_ptr_array_index (p->texts, i);
      const OreeProblem *problem = oree_cert_draft_get_problem (oree_cert_page_get_draft (self), bound->field);

      if (problem != NULL && problem->severity == OREE_SEVERITY_ERROR)
        /* TRANSLATORS: %s is the name of a field that must be filled in or corrected before the user can go on. */
        return g_strdup_printf (_ ("To continue, complete: %s"),
                                adw_preferences_row_get_title (ADW_PREFERENCES_ROW (bound->row)));
    }
  return NULL;
}

OreeCertSession *
oree_cert_page_get_session (OreeCertPage *self)
{
  return priv (self)->session;
}

OreeCertDraft *
oree_cert_page_get_draft (OreeCertPage *self)
{
  return oree_cert_session_get_draft (priv (self)->session);
}

OreeClient *
oree_cert_page_get_client (OreeCertPage *self)
{
  return oree_cert_session_get_client (priv (self)->session);
}

void
oree_cert_page_class_set_template (gpointer klass, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/org/oree/Edge1/certificate/%s.ui", name);

  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), path);
}

static void
oree_cert_page_constructed (GObject *object)
{
  OreeCertPage *self = OREE_CERT_PAGE (object);

  G_OBJECT_CLASS (oree_cert_page_parent_class)->constructed (object);
  g_signal_connect_object (priv (self)->session, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
oree_cert_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    priv (OREE_CERT_PAGE (object))->session = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_cert_page_dispose (GObject *object)
{
  OreeCertPagePrivate *p = priv (OREE_CERT_PAGE (object));

  for (guint i = 0; i < p->texts->len; i++)
    {
      BoundText *bound = g_ptr_array_index (p->texts, i);

      g_signal_handlers_disconnect_by_data (bound->row, bound);
    }
  for (guint i = 0; i < p->flags->len; i++)
    {
      BoundFlag *bound = g_ptr_array_index (p->flags, i);

      g_signal_handlers_disconnect_by_data (bound->widget, bound);
    }
  g_ptr_array_set_size (p->texts, 0);
  g_ptr_array_set_size (p->flags, 0);
  if (p->session != NULL)
    g_signal_handlers_disconnect_by_data (p->session, object);
  gtk_widget_dispose_template (GTK_WIDGET (object), G_OBJECT_TYPE (object));
  G_OBJECT_CLASS (oree_cert_page_parent_class)->dispose (object);
}

static void
oree_cert_page_finalize (GObject *object)
{
  OreeCertPagePrivate *p = priv (OREE_CERT_PAGE (object));

  g_ptr_array_unref (p->texts);
  g_ptr_array_unref (p->flags);
  g_clear_object (&p->session);
  G_OBJECT_CLASS (oree_cert_page_parent_class)->finalize (object);
}

static void
oree_cert_page_class_init (OreeCertPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = oree_cert_page_constructed;
  object_class->set_property = oree_cert_page_set_property;
  object_class->dispose = oree_cert_page_dispose;
  object_class->finalize = oree_cert_page_finalize;
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, OREE_TYPE_CERT_SESSION,
                                             G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_cert_page_init (OreeCertPage *self)
{
  priv (self)->texts = g_ptr_array_new_with_free_func (g_free);
  priv (self)->flags = g_ptr_array_new_with_free_func (g_free);
}
