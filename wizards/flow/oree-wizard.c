/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/flow/oree-wizard.h"

#include "ui/oree-button-names.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>

#define PAGE_WIDTH 640

typedef struct
{
  char *name;
  OreeWizardPage *page; /* owned */
  GtkWidget *frame;     /* in the stack: heading, explanation, page */
} Step;

struct _OreeWizard
{
  AdwWindow parent;
  GtkWidget *title;
  GtkWidget *above;
  GtkWidget *steps;
  GtkWidget *steps_window;
  GtkWidget *problem_bar;
  GtkWidget *problem;
  GtkWidget *stack;
  GtkWidget *cancel;
  GtkWidget *spinner;
  GtkWidget *reason;
  GtkWidget *back;
  GtkWidget *next;
  GPtrArray *pages; /* Step */
  guint current;
  GtkWidget *current_row; /* among the steps */
  guint steps_source; /* an idle that draws the steps anew; 0: none */
};

enum
{
  SIGNAL_FINISHED,
  SIGNAL_PAGE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OreeWizard, oree_wizard, ADW_TYPE_WINDOW)

static void
step_free (gpointer data)
{
  Step *step = data;

  g_free (step->name);
  g_object_unref (step->page);
  g_free (step);
}

static Step *
step_at (OreeWizard *self, guint index)
{
  return g_ptr_array_index (self->pages, index);
}

static gboolean
in_path (OreeWizard *self, guint index)
{
  return !oree_wizard_page_is_skippable (step_at (self, index)->page);
}

/* The next page of the path after `index`; the number of pages when there is none. */
static guint
after (OreeWizard *self, guint index)
{
  guint i = index + 1;

  while (i < self->pages->len && !in_path (self, i))
    i++;
  return i;
}

/* The page of the path before `index`; `index` itself when there is none to go back to. */
static guint
before (OreeWizard *self, guint index)
{
  for (guint i = index; i > 0; i--)
    if (in_path (self, i - 1))
      return oree_wizard_page_is_sealed (step_at (self, i - 1)->page) ? index : i - 1;
  return index;
}

/* May the user jump back to `index`? Not over a sealed page, nor onto it. */
static gboolean
is_open (OreeWizard *self, guint index)
{
  if (index >= self->current || !in_path (self, index))
    return FALSE;
  for (guint i = index; i < self->current; i++)
    if (in_path (self, i) && oree_wizard_page_is_sealed (step_at (self, i)->page))
      return FALSE;
  return TRUE;
}

/* A mnemonic on screen, none in the accessible name. */
static void
name_button (GtkWidget *button, const char *label)
{
  if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) == 0)
    return;
  gtk_button_set_use_underline (GTK_BUTTON (button), TRUE);
  gtk_button_set_label (GTK_BUTTON (button), label);
  oree_ui_name_buttons (button);
}

static GtkWidget *
step_row (OreeWizard *self, guint index)
{
  OreeWizardPage *page = step_at (self, index)->page;
  gboolean current = index == self->current;
  gboolean open = is_open (self, index);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *mark = gtk_label_new (current ? "▸" : index < self->current ? "✔" : "");
  GtkWidget *label = gtk_label_new (oree_wizard_page_get_heading (page));
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_width_chars (GTK_LABEL (mark), 2);
  /* Said by the place in the list and by what can be chosen; a label without a word would be called by its class. */
  gtk_accessible_update_state (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_valign (mark, GTK_ALIGN_START);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), open);
  gtk_widget_set_focusable (row, open);
  if (current)
    gtk_widget_add_css_class (row, "current");
  else if (index > self->current)
    gtk_widget_add_css_class (row, "future");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  oree_wizard_page_get_heading (page), -1);
  g_object_set_data (G_OBJECT (row), "index", GUINT_TO_POINTER (index));
  return row;
}

/* The present step stays in sight, with its neighbours: once the rows have their places. */
static gboolean
on_steps_frame (GtkWidget *steps, GdkFrameClock *clock, gpointer data)
{
  OreeWizard *self = data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->steps_window));
  graphene_rect_t bounds;

  if (self->current_row == NULL)
    return G_SOURCE_REMOVE;
  if (gtk_widget_get_height (self->current_row) == 0
      || !gtk_widget_compute_bounds (self->current_row, self->steps, &bounds))
    return G_SOURCE_CONTINUE;
  gtk_adjustment_clamp_page (adjustment, MAX (0, bounds.origin.y - bounds.size.height),
                             bounds.origin.y + 2 * bounds.size.height);
  return G_SOURCE_REMOVE;
}

static void
draw_steps (OreeWizard *self)
{
  g_autofree char *place = NULL;
  guint count = 0, at = 0;
  GtkWidget *row;

  self->current_row = NULL;
  while ((row = gtk_widget_get_first_child (self->steps)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->steps), row);
  for (guint i = 0; i < self->pages->len; i++)
    {
      if (!in_path (self, i))
        continue;
      count++;
      row = step_row (self, i);
      gtk_list_box_append (GTK_LIST_BOX (self->steps), row);
      if (i == self->current)
        {
          at = count;
          self->current_row = row;
        }
    }
  gtk_widget_add_tick_callback (self->steps, on_steps_frame, self, NULL);
  /* TRANSLATORS: where the user is in the wizard; both are numbers. */
  place = g_strdup_printf (_ ("Step %u of %u"), at, count);
  adw_window_title_set_subtitle (ADW_WINDOW_TITLE (self->title), place);
}

static gboolean
on_steps_idle (gpointer data)
{
  OreeWizard *self = data;

  self->steps_source = 0;
  draw_steps (self);
  return G_SOURCE_REMOVE;
}

/* Several pages change their mind at once: drawn once. */
static void
queue_steps (OreeWizard *self)
{
  if (self->steps_source == 0)
    self->steps_source = g_idle_add (on_steps_idle, self);
}

/* What the buttons and the bars say of the present page. */
static void
draw_state (OreeWizard *self)
{
  OreeWizardPage *page = step_at (self, self->current)->page;
  gboolean busy = oree_wizard_page_is_busy (page);
  const char *problem = oree_wizard_page_get_problem (page);
  const char *reason = oree_wizard_page_get_reason (page);
  const char *label = oree_wizard_page_get_next_label (page);
  gboolean last = after (self, self->current) == self->pages->len;

  gtk_widget_set_visible (self->spinner, busy);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), busy);
  gtk_widget_set_sensitive (self->stack, !busy);
  gtk_label_set_label (GTK_LABEL (self->reason), busy || reason == NULL ? "" : reason);
  gtk_label_set_label (GTK_LABEL (self->problem), problem == NULL ? "" : problem);
  gtk_widget_set_visible (self->problem_bar, problem != NULL);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->problem_bar), problem != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "wizard.next", !busy && reason == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "wizard.back", !busy && before (self, self->current) != self->current);
  name_button (self->next, label != NULL && *label != '\0' ? label : last ? _ ("_Finish") : _ ("_Next"));
  /* On the last page everything is done: there is nothing to cancel. */
  gtk_widget_set_visible (self->cancel, !last || busy);
}

static void
on_page_notify (OreeWizard *self, GParamSpec *pspec, OreeWizardPage *page)
{
  if (g_str_equal (pspec->name, "skippable") || g_str_equal (pspec->name, "heading")
      || g_str_equal (pspec->name, "sealed"))
    queue_steps (self);
  draw_state (self);
}

static void
show (OreeWizard *self, guint index)
{
  Step *step = step_at (self, index);

  self->current = index;
  gtk_stack_set_visible_child (GTK_STACK (self->stack), step->frame);
  draw_steps (self);
  draw_state (self);
  oree_wizard_page_shown (step->page);
  /* The stack may have led the keyboard into the page already: once more would be its second field. */
  gtk_window_set_focus (GTK_WINDOW (self), NULL);
  gtk_widget_child_focus (GTK_WIDGET (step->page), GTK_DIR_TAB_FORWARD);
  g_signal_emit (self, signals[SIGNAL_PAGE_CHANGED], 0);
}

static void
forward (OreeWizard *self)
{
  guint next = after (self, self->current);

  if (next < self->pages->len)
    {
      show (self, next);
      return;
    }
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (OreeWizard) self = data;
  OreeWizardPage *page = OREE_WIZARD_PAGE (source);
  g_autoptr (GError) error = NULL;
  gboolean done = oree_wizard_page_apply_finish (page, result, &error);

  oree_wizard_page_end (page);
  if (self->pages->len == 0) /* closed meanwhile */
    return;
  if (done && oree_wizard_get_current (self) == page)
    forward (self);
  else if (!done && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    oree_wizard_page_set_problem (page, error->message);
}

void
oree_wizard_next (OreeWizard *self)
{
  OreeWizardPage *page = oree_wizard_get_current (self);

  if (page == NULL || oree_wizard_page_is_busy (page) || !oree_wizard_page_is_complete (page))
    return;
  oree_wizard_page_set_problem (page, NULL);
  if (!oree_wizard_page_has_apply (page))
    {
      forward (self);
      return;
    }
  oree_wizard_page_apply_async (page, oree_wizard_page_begin (page), on_applied, g_object_ref (self));
}

void
oree_wizard_back (OreeWizard *self)
{
  OreeWizardPage *page = oree_wizard_get_current (self);
  guint to;

  if (page == NULL || oree_wizard_page_is_busy (page))
    return;
  to = before (self, self->current);
  if (to != self->current)
    show (self, to);
}

static void
on_next (GtkWidget *widget, const char *action, GVariant *parameter)
{
  oree_wizard_next (OREE_WIZARD (widget));
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  oree_wizard_back (OREE_WIZARD (widget));
}

/* What is under way is cancelled first; only a second time leaves. */
static void
on_go_to (GtkWidget *widget, const char *action, GVariant *parameter)
{
  oree_wizard_go_to (OREE_WIZARD (widget), g_variant_get_string (parameter, NULL));
}

static void
on_cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  OreeWizardPage *page = oree_wizard_get_current (OREE_WIZARD (widget));

  if (page != NULL && oree_wizard_page_is_busy (page))
    oree_wizard_page_cancel (page);
  else
    gtk_window_close (GTK_WINDOW (widget));
}

static void
on_step_activated (OreeWizard *self, GtkListBoxRow *row)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "index"));

  if (is_open (self, index) && !oree_wizard_page_is_busy (oree_wizard_get_current (self)))
    show (self, index);
}

static GtkWidget *
text_label (const char *property, OreeWizardPage *page, const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css);
  g_object_bind_property (page, property, label, "label", G_BINDING_SYNC_CREATE);
  return label;
}

static gboolean
has_text (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  const char *text = g_value_get_string (from);

  g_value_set_boolean (to, text != NULL && *text != '\0');
  return TRUE;
}

/* Heading, explanation and the page, scrolled when they must. */
static GtkWidget *
frame_of (OreeWizardPage *page)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *explanation = text_label ("explanation", page, "wizard-explanation");

  g_object_bind_property_full (page, "explanation", explanation, "visible", G_BINDING_SYNC_CREATE, has_text, NULL,
                               NULL, NULL);
  gtk_box_append (GTK_BOX (box), text_label ("heading", page, "title-2"));
  gtk_box_append (GTK_BOX (box), explanation);
  gtk_widget_set_vexpand (GTK_WIDGET (page), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page));
  gtk_widget_add_css_class (box, "wizard-page");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), PAGE_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  return scrolled;
}

void
oree_wizard_add_page (OreeWizard *self, const char *name, OreeWizardPage *page)
{
  Step *step = g_new0 (Step, 1);

  g_return_if_fail (oree_wizard_get_page (self, name) == NULL);

  step->name = g_strdup (name);
  step->page = g_object_ref_sink (page);
  step->frame = frame_of (page);
  gtk_stack_add_named (GTK_STACK (self->stack), step->frame, name);
  g_ptr_array_add (self->pages, step);
  g_signal_connect_object (page, "notify", G_CALLBACK (on_page_notify), self, G_CONNECT_SWAPPED);
  if (self->pages->len == 1)
    show (self, 0);
  else
    queue_steps (self);
}

void
oree_wizard_add_above (OreeWizard *self, GtkWidget *widget)
{
  gtk_box_append (GTK_BOX (self->above), widget);
}

static gboolean
find (OreeWizard *self, const char *name, guint *index)
{
  for (guint i = 0; i < self->pages->len; i++)
    if (g_str_equal (step_at (self, i)->name, name))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

OreeWizardPage *
oree_wizard_get_page (OreeWizard *self, const char *name)
{
  guint index;

  return find (self, name, &index) ? step_at (self, index)->page : NULL;
}

OreeWizardPage *
oree_wizard_get_current (OreeWizard *self)
{
  return self->current < self->pages->len ? step_at (self, self->current)->page : NULL;
}

const char *
oree_wizard_get_current_name (OreeWizard *self)
{
  return self->current < self->pages->len ? step_at (self, self->current)->name : NULL;
}

gboolean
oree_wizard_go_to (OreeWizard *self, const char *name)
{
  guint index;

  if (!find (self, name, &index) || !in_path (self, index))
    return FALSE;
  show (self, index);
  return TRUE;
}

static void
oree_wizard_dispose (GObject *object)
{
  OreeWizard *self = OREE_WIZARD (object);

  if (self->steps_source != 0)
    g_source_remove (self->steps_source);
  self->steps_source = 0;
  if (self->pages->len > 0)
    oree_wizard_page_cancel (oree_wizard_get_current (self));
  for (guint i = 0; i < self->pages->len; i++)
    g_signal_handlers_disconnect_by_data (step_at (self, i)->page, self);
  g_ptr_array_set_size (self->pages, 0);
  gtk_widget_dispose_template (GTK_WIDGET (self), OREE_TYPE_WIZARD);
  G_OBJECT_CLASS (oree_wizard_parent_class)->dispose (object);
}

static void
oree_wizard_finalize (GObject *object)
{
  g_ptr_array_unref (OREE_WIZARD (object)->pages);
  G_OBJECT_CLASS (oree_wizard_parent_class)->finalize (object);
}

static void
oree_wizard_class_init (OreeWizardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = oree_wizard_dispose;
  object_class->finalize = oree_wizard_finalize;
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PAGE_CHANGED]
      = g_signal_new ("page-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/oree/Edge1/flow/oree-wizard.ui");
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, title);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, above);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, steps);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, steps_window);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, problem_bar);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, problem);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, stack);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, cancel);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, spinner);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, reason);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, back);
  gtk_widget_class_bind_template_child (widget_class, OreeWizard, next);
  gtk_widget_class_bind_template_callback (widget_class, on_step_activated);
  gtk_widget_class_install_action (widget_class, "wizard.next", NULL, on_next);
  gtk_widget_class_install_action (widget_class, "wizard.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "wizard.go-to", "s", on_go_to);
  gtk_widget_class_install_action (widget_class, "wizard.cancel", NULL, on_cancel);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "wizard.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, GDK_ALT_MASK, "wizard.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "wizard.cancel", NULL);
}

/* The rows of a list take Up and Down for themselves, though none of ours has the keyboard: between the choices in them, which
 * are one group, nothing else would lead. */
static gboolean
on_key (OreeWizard *self, guint key, guint code, GdkModifierType state)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean up = key == GDK_KEY_Up || key == GDK_KEY_KP_Up, down = key == GDK_KEY_Down || key == GDK_KEY_KP_Down;

  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0 || !(up || down) || !GTK_IS_CHECK_BUTTON (focus))
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_child_focus (focus, up ? GTK_DIR_UP : GTK_DIR_DOWN) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

static void
watch_keys (OreeWizard *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
oree_wizard_init (OreeWizard *self)
{
  self->pages = g_ptr_array_new_with_free_func (step_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  watch_keys (self);
  oree_ui_watch_stack (self->stack);
  name_button (self->cancel, _ ("_Cancel"));
  name_button (self->back, _ ("_Back"));
}

OreeWizard *
oree_wizard_new (const char *title)
{
  OreeWizard *self = g_object_new (OREE_TYPE_WIZARD, "title", title, NULL);

  adw_window_title_set_title (ADW_WINDOW_TITLE (self->title), title);
  return self;
}
