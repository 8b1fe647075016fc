/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreeFieldRow: a row of a form that stands for one field of a record: title, help, a control, and what is wrong with it.
 * Forms name the field in their .ui; the editor (OreeRecordEditor) finds the rows and connects them with the draft. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

/* Pixels of a line of text. */
#define OREE_FIELD_WIDTH 280

#define OREE_TYPE_FIELD_ROW (oree_field_row_get_type ())
/* Properties: "field" (s), "help" (s, under the title), "needs" (s: the boolean field of the same record without which this
 * one has no meaning, or NULL). Signal: "edited" () by the user's hand. */
G_DECLARE_DERIVABLE_TYPE (OreeFieldRow, oree_field_row, OREE, FIELD_ROW, AdwActionRow)

struct _OreeFieldRowClass
{
  AdwActionRowClass parent_class;

  /* Of the field's type; floating or owned by the caller. NULL: nothing sensible is typed. */
  GVariant *(*get_value) (OreeFieldRow *self);
  void (*set_value) (OreeFieldRow *self, GVariant *value);
  void (*set_editable) (OreeFieldRow *self, gboolean editable);
  /* A value of the field in words, owned; NULL: its text. */
  char *(*describe) (OreeFieldRow *self, GVariant *value);
};

const char *oree_field_row_get_field (OreeFieldRow *self);
const char *oree_field_row_get_needs (OreeFieldRow *self);
/* Floating; NULL as above. */
GVariant *oree_field_row_get_value (OreeFieldRow *self);
/* A value of this field in words: "Required", "Yes", "a.test, b.test"; owned. */
char *oree_field_row_describe (OreeFieldRow *self, GVariant *value);
/* Does not emit "edited". */
void oree_field_row_set_value (OreeFieldRow *self, GVariant *value);
/* `text` NULL: all is well. */
void oree_field_row_set_problem (OreeFieldRow *self, const char *text, gboolean is_error);
/* A word of the program's own under the help: what will come of the value. NULL: none. */
void oree_field_row_set_hint (OreeFieldRow *self, const char *text);
void oree_field_row_set_editable (OreeFieldRow *self, gboolean editable);
void oree_field_row_focus (OreeFieldRow *self);

/* For the subclasses: the control, put at the end of the row, named after it. */
void oree_field_row_set_control (OreeFieldRow *self, GtkWidget *control);
/* The same for a control that stands in the row already. */
void oree_field_row_adopt_control (OreeFieldRow *self, GtkWidget *control);
GtkWidget *oree_field_row_get_control (OreeFieldRow *self);
/* For the subclasses: the user's hand did something; does nothing while a value is being set. */
void oree_field_row_edited (OreeFieldRow *self);

G_END_DECLS
