/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What does the user want to do? */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_TASKS (oree_cert_page_tasks_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageTasks, oree_cert_page_tasks, OREE, CERT_PAGE_TASKS, OreeCertPage)

G_END_DECLS
