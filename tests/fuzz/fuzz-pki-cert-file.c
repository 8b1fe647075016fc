/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of certificates: read whole, or refused with exactly one problem. */
#include "pki/oree-cert-file.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OreeProblems) problems = oree_problems_new ();
  g_autoptr (OreeCertFile) file = oree_cert_file_read (data, size, NULL, problems);

  if ((file == NULL) != (oree_problems_n (problems) == 1))
    abort ();
  for (guint i = 0; file != NULL && i < file->certs->len; i++)
    {
      g_autoptr (OreeCertRecord) record = oree_cert_record_new ();

      oree_cert_describe (g_ptr_array_index (file->certs, i), record);
      g_variant_unref (g_variant_ref_sink (oree_cert_record_to_variant (record)));
    }
  return 0;
}
