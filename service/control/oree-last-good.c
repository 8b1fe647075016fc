/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-last-good.h"

#define FILE_NAME "last-good.gvariant"
#define COPY_TYPE "(t" OREE_CHANGES_TYPE ")"

gboolean
oree_last_good_save (const char *directory, const OreeRecordSet *set, guint64 revision, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autoptr (OreeRecordSet) nothing = oree_record_set_new ();
  g_autoptr (GVariant) changes = g_variant_ref_sink (oree_record_set_changes (nothing, set));
  g_autoptr (GVariant) copy = g_variant_ref_sink (g_variant_new ("(t@" OREE_CHANGES_TYPE ")", revision, changes));

  return g_file_set_contents_full (path, g_variant_get_data (copy), (gssize) g_variant_get_size (copy),
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

OreeRecordSet *
oree_last_good_load (const char *directory, guint64 *revision)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autoptr (OreeRecordSet) nothing = oree_record_set_new ();
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (GVariant) copy = NULL;
  g_autoptr (GVariant) changes = NULL;
  OreeRecordSet *set;
  char *data = NULL;
  gsize length = 0;
  guint64 number;

  if (!g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  copy = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (COPY_TYPE), data, length, FALSE, g_free, data));
  if (!g_variant_is_normal_form (copy))
    return NULL;
  g_variant_get (copy, "(t@" OREE_CHANGES_TYPE ")", &number, &changes);
  set = oree_record_set_apply (nothing, changes, OREE_RECORD_STORED, problems);
  if (set != NULL)
    *revision = number;
  return set;
}
