/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/flow/oree-wizard-page.h"

typedef struct
{
  char *heading;
  char *explanation;
  char *reason; /* NULL: complete */
  char *next_label;
  char *problem; /* NULL: none */
  gboolean skippable;
  gboolean sealed;
  GCancellable *running; /* NULL: not busy */
} OreeWizardPagePrivate;

enum
{
  PROP_HEADING = 1,
  PROP_EXPLANATION,
  PROP_COMPLETE,
  PROP_REASON,
  PROP_SKIPPABLE,
  PROP_NEXT_LABEL,
  PROP_SEALED,
  PROP_BUSY,
  PROP_PROBLEM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreeWizardPage, oree_wizard_page, ADW_TYPE_BIN)

static OreeWizardPagePrivate *
priv (OreeWizardPage *self)
{
  return oree_wizard_page_get_instance_private (self);
}

/* TRUE when it changed. */
static gboolean
replace (char **text, const char *with)
{
  if (g_strcmp0 (*text, with) == 0)
    return FALSE;
  g_free (*text);
  *text = g_strdup (with);
  return TRUE;
}

static void
set_text (OreeWizardPage *self, char **text, const char *with, int prop)
{
  if (replace (text, with))
    g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
set_flag (OreeWizardPage *self, gboolean *flag, gboolean to, int prop)
{
  if (*flag == !!to)
    return;
  *flag = !!to;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
oree_wizard_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OreeWizardPagePrivate *p = priv (OREE_WIZARD_PAGE (object));

  switch (id)
    {
    case PROP_HEADING:
      g_value_set_string (value, p->heading);
      break;
    case PROP_EXPLANATION:
      g_value_set_string (value, p->explanation);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, p->reason == NULL);
      break;
    case PROP_REASON:
      g_value_set_string (value, p->reason);
      break;
    case PROP_SKIPPABLE:
      g_value_set_boolean (value, p->skippable);
      break;
    case PROP_NEXT_LABEL:
      g_value_set_string (value, p->next_label);
      break;
    case PROP_SEALED:
      g_value_set_boolean (value, p->sealed);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, p->running != NULL);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, p->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oree_wizard_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OreeWizardPage *self = OREE_WIZARD_PAGE (object);
  OreeWizardPagePrivate *p = priv (self);

  switch (id)
    {
    case PROP_HEADING:
      set_text (self, &p->heading, g_value_get_string (value), PROP_HEADING);
      break;
    case PROP_EXPLANATION:
      set_text (self, &p->explanation, g_value_get_string (value), PROP_EXPLANATION);
      break;
    case PROP_REASON:
      oree_wizard_page_set_reason (self, g_value_get_string (value));
      break;
    case PROP_SKIPPABLE:
      oree_wizard_page_set_skippable (self, g_value_get_boolean (value));
      break;
    case PROP_NEXT_LABEL:
      oree_wizard_page_set_next_label (self, g_value_get_string (value));
      break;
    case PROP_SEALED:
      oree_wizard_page_set_sealed (self, g_value_get_boolean (value));
      break;
    case PROP_PROBLEM:
      oree_wizard_page_set_problem (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oree_wizard_page_dispose (GObject *object)
{
  OreeWizardPage *self = OREE_WIZARD_PAGE (object);

  oree_wizard_page_cancel (self);
  g_clear_object (&priv (self)->running);
  G_OBJECT_CLASS (oree_wizard_page_parent_class)->dispose (object);
}

static void
oree_wizard_page_finalize (GObject *object)
{
  OreeWizardPagePrivate *p = priv (OREE_WIZARD_PAGE (object));

  g_free (p->heading);
  g_free (p->explanation);
  g_free (p->reason);
  g_free (p->next_label);
  g_free (p->problem);
  G_OBJECT_CLASS (oree_wizard_page_parent_class)->finalize (object);
}

static void
oree_wizard_page_class_init (OreeWizardPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags both = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oree_wizard_page_get_property;
  object_class->set_property = oree_wizard_page_set_property;
  object_class->dispose = oree_wizard_page_dispose;
  object_class->finalize = oree_wizard_page_finalize;
  props[PROP_HEADING] = g_param_spec_string ("heading", NULL, NULL, NULL, both);
  props[PROP_EXPLANATION] = g_param_spec_string ("explanation", NULL, NULL, NULL, both);
  props[PROP_COMPLETE]
      = g_param_spec_boolean ("complete", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, both);
  props[PROP_SKIPPABLE] = g_param_spec_boolean ("skippable", NULL, NULL, FALSE, both);
  props[PROP_NEXT_LABEL] = g_param_spec_string ("next-label", NULL, NULL, NULL, both);
  props[PROP_SEALED] = g_param_spec_boolean ("sealed", NULL, NULL, FALSE, both);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, both);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oree_wizard_page_init (OreeWizardPage *self)
{
}

const char *
oree_wizard_page_get_heading (OreeWizardPage *self)
{
  return priv (self)->heading;
}

const char *
oree_wizard_page_get_explanation (OreeWizardPage *self)
{
  return priv (self)->explanation;
}

gboolean
oree_wizard_page_is_complete (OreeWizardPage *self)
{
  return priv (self)->reason == NULL;
}

const char *
oree_wizard_page_get_reason (OreeWizardPage *self)
{
  return priv (self)->reason;
}

void
oree_wizard_page_set_reason (OreeWizardPage *self, const char *reason)
{
  gboolean was_complete = priv (self)->reason == NULL;

  set_text (self, &priv (self)->reason, reason, PROP_REASON);
  if (was_complete != (reason == NULL))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPLETE]);
}

gboolean
oree_wizard_page_is_skippable (OreeWizardPage *self)
{
  return priv (self)->skippable;
}

void
oree_wizard_page_set_skippable (OreeWizardPage *self, gboolean skippable)
{
  set_flag (self, &priv (self)->skippable, skippable, PROP_SKIPPABLE);
}

const char *
oree_wizard_page_get_next_label (OreeWizardPage *self)
{
  return priv (self)->next_label;
}

void
oree_wizard_page_set_next_label (OreeWizardPage *self, const char *label)
{
  set_text (self, &priv (self)->next_label, label, PROP_NEXT_LABEL);
}

gboolean
oree_wizard_page_is_sealed (OreeWizardPage *self)
{
  return priv (self)->sealed;
}

void
oree_wizard_page_set_sealed (OreeWizardPage *self, gboolean sealed)
{
  set_flag (self, &priv (self)->sealed, sealed, PROP_SEALED);
}

const char *
oree_wizard_page_get_problem (OreeWizardPage *self)
{
  return priv (self)->problem;
}

void
oree_wizard_page_set_problem (OreeWizardPage *self, const char *problem)
{
  set_text (self, &priv (self)->problem, problem, PROP_PROBLEM);
}

GCancellable *
oree_wizard_page_begin (OreeWizardPage *self)
{
  g_return_val_if_fail (priv (self)->running == NULL, priv (self)->running);

  priv (self)->running = g_cancellable_new ();
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
  return priv (self)->running;
}

void
oree_wizard_page_end (OreeWizardPage *self)
{
  if (priv (self)->running == NULL)
    return;
  g_clear_object (&priv (self)->running);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

gboolean
oree_wizard_page_is_busy (OreeWizardPage *self)
{
  return priv (self)->running != NULL;
}

void
oree_wizard_page_cancel (OreeWizardPage *self)
{
  if (priv (self)->running != NULL)
    g_cancellable_cancel (priv (self)->running);
}

void
oree_wizard_page_shown (OreeWizardPage *self)
{
  if (OREE_WIZARD_PAGE_GET_CLASS (self)->shown != NULL)
    OREE_WIZARD_PAGE_GET_CLASS (self)->shown (self);
}

gboolean
oree_wizard_page_has_apply (OreeWizardPage *self)
{
  return OREE_WIZARD_PAGE_GET_CLASS (self)->apply_async != NULL;
}

void
oree_wizard_page_apply_async (OreeWizardPage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data)
{
  g_return_if_fail (oree_wizard_page_has_apply (self));
  OREE_WIZARD_PAGE_GET_CLASS (self)->apply_async (self, cancellable, callback, data);
}

gboolean
oree_wizard_page_apply_finish (OreeWizardPage *self, GAsyncResult *result, GError **error)
{
  return OREE_WIZARD_PAGE_GET_CLASS (self)->apply_finish (self, result, error);
}
