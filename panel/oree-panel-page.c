/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/oree-panel-page.h"

typedef struct
{
  OreeClientSession *session;
  gboolean shown;
} OreePanelPagePrivate;

enum
{
  PROP_SESSION = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint signal_actions_changed;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OreePanelPage, oree_panel_page, ADW_TYPE_BIN)

#define PRIVATE(self) ((OreePanelPagePrivate *) oree_panel_page_get_instance_private (self))

static void
oree_panel_page_constructed (GObject *object)
{
  OreePanelPage *self = OREE_PANEL_PAGE (object);

  G_OBJECT_CLASS (oree_panel_page_parent_class)->constructed (object);
  if (OREE_PANEL_PAGE_GET_CLASS (self)->setup != NULL)
    OREE_PANEL_PAGE_GET_CLASS (self)->setup (self);
}

static void
oree_panel_page_finalize (GObject *object)
{
  g_clear_object (&PRIVATE (OREE_PANEL_PAGE (object))->session);
  G_OBJECT_CLASS (oree_panel_page_parent_class)->finalize (object);
}

static void
oree_panel_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, PRIVATE (OREE_PANEL_PAGE (object))->session);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_panel_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    PRIVATE (OREE_PANEL_PAGE (object))->session = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
oree_panel_page_class_init (OreePanelPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = oree_panel_page_constructed;
  object_class->finalize = oree_panel_page_finalize;
  object_class->get_property = oree_panel_page_get_property;
  object_class->set_property = oree_panel_page_set_property;
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, OREE_TYPE_CLIENT_SESSION,
                                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signal_actions_changed = g_signal_new ("actions-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
oree_panel_page_init (OreePanelPage *self)
{
}

OreeClientSession *
oree_panel_page_get_session (OreePanelPage *self)
{
  return PRIVATE (self)->session;
}

void
oree_panel_page_shown (OreePanelPage *self)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  if (PRIVATE (self)->shown)
    return;
  PRIVATE (self)->shown = TRUE;
  if (klass->shown != NULL)
    klass->shown (self);
}

void
oree_panel_page_hidden (OreePanelPage *self)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  if (!PRIVATE (self)->shown)
    return;
  PRIVATE (self)->shown = FALSE;
  if (klass->hidden != NULL)
    klass->hidden (self);
}

void
oree_panel_page_go (OreePanelPage *self, const char *name, const char *place)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  if (klass->go != NULL)
    klass->go (self, name, place);
}

gboolean
oree_panel_page_is_settled (OreePanelPage *self)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  return klass->is_settled == NULL || klass->is_settled (self);
}

GActionGroup *
oree_panel_page_get_actions (OreePanelPage *self)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  return klass->get_actions != NULL ? klass->get_actions (self) : NULL;
}

void
oree_panel_page_actions_changed (OreePanelPage *self)
{
  g_signal_emit (self, signal_actions_changed, 0);
}

void
oree_panel_page_leave (OreePanelPage *self, OreePanelLeave done, gpointer data)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  if (klass->leave != NULL)
    klass->leave (self, done, data);
  else
    done (TRUE, data);
}

gboolean
oree_panel_page_turn (OreePanelPage *self, int step)
{
  OreePanelPageClass *klass = OREE_PANEL_PAGE_GET_CLASS (self);

  return klass->turn != NULL && klass->turn (self, step);
}

gboolean
oree_panel_page_is_shown (OreePanelPage *self)
{
  return PRIVATE (self)->shown;
}
