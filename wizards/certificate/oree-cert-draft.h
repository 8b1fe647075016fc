/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages fill in: the task, and the specification of a request as it is typed. No widget and no rule: whether
 * a field is right is what the model's field table of a request says. */
#pragma once
#include "model/oree-csr-spec.h"
#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_CERT_TASK_REQUEST,
  OREE_CERT_TASK_IMPORT,
  OREE_CERT_TASK_ASSIGN,
  OREE_CERT_TASK_PENDING,
  OREE_CERT_TASK_MANAGE
} OreeCertTask;

extern const OreeEnumValue oree_cert_tasks[]; /* "request" "import" "assign" "pending" "manage" */

#define OREE_TYPE_CERT_DRAFT (oree_cert_draft_get_type ())
/* Signal "changed" (s what): "task", "file", "pair", "assign" or a field of a specification. */
G_DECLARE_FINAL_TYPE (OreeCertDraft, oree_cert_draft, OREE, CERT_DRAFT, GObject)

OreeCertDraft *oree_cert_draft_new (void);

OreeCertTask oree_cert_draft_get_task (OreeCertDraft *self);
void oree_cert_draft_set_task (OreeCertDraft *self, OreeCertTask task);

/* Fields of a specification by their name on the bus; unset ones have the default of the field table. What is typed
 * is kept as typed, right or wrong. */
const char *oree_cert_draft_get_text (OreeCertDraft *self, const char *field);
void oree_cert_draft_set_text (OreeCertDraft *self, const char *field, const char *text);
gboolean oree_cert_draft_get_flag (OreeCertDraft *self, const char *field);
void oree_cert_draft_set_flag (OreeCertDraft *self, const char *field, gboolean flag);
/* Owned. */
char **oree_cert_draft_dup_list (OreeCertDraft *self, const char *field);
void oree_cert_draft_set_list (OreeCertDraft *self, const char *field, const char *const *list);

/* The first problem of this field (NULL: of any) by the model's rules; errors before warnings. Borrowed until the next
 * change; NULL when there is none. */
const OreeProblem *oree_cert_draft_get_problem (OreeCertDraft *self, const char *field);
/* What would be wrong with one entry of additional-names; the normal form, owned, in `*normal` when nothing is.
 * OREE_PROBLEM_ALREADY_IN_LIST with the name as detail when it was added before. Owned; NULL: nothing. */
OreeProblems *oree_cert_draft_check_name (OreeCertDraft *self, const char *name, char **normal);
/* Does it speak of the names of a certificate? Then these have to be computed anew. */
gboolean oree_cert_draft_field_bears_on_names (const char *field);

/* a{sv} for Certificates.CreateRequest; floating. */
GVariant *oree_cert_draft_to_specification (OreeCertDraft *self);
/* Fields from a specification, such as Renewal's; each that differs is a change. */
void oree_cert_draft_take_specification (OreeCertDraft *self, GVariant *specification);

/* Where the request is to be written: an absolute path. */
const char *oree_cert_draft_get_file (OreeCertDraft *self);
void oree_cert_draft_set_file (OreeCertDraft *self, const char *path);

/* After this request, a second one for the client identity? */
gboolean oree_cert_draft_get_pair (OreeCertDraft *self);
void oree_cert_draft_set_pair (OreeCertDraft *self, gboolean pair);

/* The request whose answer is expected. */
const char *oree_cert_draft_get_request (OreeCertDraft *self);
void oree_cert_draft_set_request (OreeCertDraft *self, const char *id);

/* After an import: go on to the assignment? At first yes. */
gboolean oree_cert_draft_get_assign_now (OreeCertDraft *self);
void oree_cert_draft_set_assign_now (OreeCertDraft *self, gboolean now);

/* The certificate to be assigned, and to what (words of usages). */
const char *oree_cert_draft_get_certificate (OreeCertDraft *self);
void oree_cert_draft_set_certificate (OreeCertDraft *self, const char *id);
const char *const *oree_cert_draft_get_assign_usages (OreeCertDraft *self);
void oree_cert_draft_set_assign_usages (OreeCertDraft *self, const char *const *usages);

/* Can the assignment wait for a date? That of A/V authentication can, whose key signs tokens that live for hours. */
gboolean oree_cert_draft_can_roll (OreeCertDraft *self);
/* When it takes effect, microseconds since 1970; 0: at once, and always where it cannot wait. */
gint64 oree_cert_draft_get_effective (OreeCertDraft *self);
void oree_cert_draft_set_effective (OreeCertDraft *self, gint64 when);
/* "2026-12-31" and "06:00" in `zone`, microseconds since 1970; 0 when they are no such time. */
gint64 oree_cert_draft_parse_time (const char *date, const char *time, GTimeZone *zone);

/* Has the user changed anything since it was made, loaded or cleaned? */
gboolean oree_cert_draft_is_dirty (OreeCertDraft *self);
void oree_cert_draft_set_clean (OreeCertDraft *self);

/* For the next time: the whole of it as a key file, and back. What the file has wrong is left out. */
char *oree_cert_draft_to_data (OreeCertDraft *self);
void oree_cert_draft_load_data (OreeCertDraft *self, const char *data);
/* The same of what is worth remembering when a request was made: who and where, not what. */
char *oree_cert_draft_to_memory (OreeCertDraft *self);

G_END_DECLS
