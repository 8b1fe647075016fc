/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-page-tasks.h"

#include <glib/gi18n-lib.h>

struct _OreeCertPageTasks
{
  OreeCertPage parent;
  GtkWidget *request;
  GtkWidget *import;
  GtkWidget *assign;
  GtkWidget *pending;
  GtkWidget *manage;
  GtkWidget *pending_row;
};

G_DEFINE_FINAL_TYPE (OreeCertPageTasks, oree_cert_page_tasks, OREE_TYPE_CERT_PAGE)

static GtkWidget *
button_of (OreeCertPageTasks *self, OreeCertTask task)
{
  switch (task)
    {
    case OREE_CERT_TASK_REQUEST:
      return self->request;
    case OREE_CERT_TASK_IMPORT:
      return self->import;
    case OREE_CERT_TASK_ASSIGN:
      return self->assign;
    case OREE_CERT_TASK_PENDING:
      return self->pending;
    case OREE_CERT_TASK_MANAGE:
      return self->manage;
    }
  return self->request;
}

static void
on_toggled (OreeCertPageTasks *self)
{
  for (int task = OREE_CERT_TASK_REQUEST; task <= OREE_CERT_TASK_MANAGE; task++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (button_of (self, (OreeCertTask) task))))
      oree_cert_draft_set_task (oree_cert_page_get_draft (OREE_CERT_PAGE (self)), (OreeCertTask) task);
}

static void
update (OreeCertPage *page)
{
  OreeCertPageTasks *self = OREE_CERT_PAGE_TASKS (page);
  guint waiting = oree_client_certs_get_requests (oree_cert_session_get_certs (oree_cert_page_get_session (page)))->len;
  OreeCertTask task = oree_cert_draft_get_task (oree_cert_page_get_draft (page));
  /* TRANSLATORS: how many certificate requests wait for an answer. */
  g_autofree char *some = g_strdup_printf (ngettext ("%u request waits for its answer", "%u requests wait for their answer", waiting),
                                           waiting);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (button_of (self, task)), TRUE);
  gtk_widget_set_sensitive (self->pending_row, waiting > 0 || task == OREE_CERT_TASK_PENDING);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->pending_row), waiting > 0 ? some : _ ("No request is pending"));
}

static void
oree_cert_page_tasks_class_init (OreeCertPageTasksClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  OREE_CERT_PAGE_CLASS (klass)->update = update;
  oree_cert_page_class_set_template (klass, "tasks");
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, request);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, import);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, assign);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, pending);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, manage);
  gtk_widget_class_bind_template_child (widget_class, OreeCertPageTasks, pending_row);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
}

static void
oree_cert_page_tasks_init (OreeCertPageTasks *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
