/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First line: a Content-Type; the rest its body. Parts lie inside the body; message/cpim, typing and notifications that
 * parse are written as what parses to the same. */
#include "base/oree-limits.h"
#include "codec/mime/oree-cpim.h"
#include "codec/mime/oree-imdn.h"
#include "codec/mime/oree-iscomposing.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_inside (OreeSpan part, OreeSpan whole)
{
  g_assert_true (part.length == 0 || (part.data >= whole.data && part.data + part.length <= whole.data + whole.length));
}

static void
multipart (const OreeMimeType *type, OreeSpan body)
{
  OreeMimePart parts[OREE_MIME_PARTS_MAX];
  guint n;

  if (oree_mime_multipart_parse (type, body, parts, G_N_ELEMENTS (parts), &n) < 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      GString *decoded = oree_mime_decode (parts[i].body, parts[i].encoding);
      g_autofree char *text = oree_mime_text (&parts[i].type, parts[i].body);

      check_inside (parts[i].body, body);
      oree_mime_part_is_optional (&parts[i]);
      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      if (decoded != NULL)
        g_string_free (decoded, TRUE);
    }
}

static void
cpim (OreeSpan body)
{
  g_auto (OreeCpim) one = { NULL }, back = { NULL };
  GString *text;

  if (oree_cpim_parse (&one, body) < 0)
    return;
  check_inside (one.content.body, body);
  text = oree_cpim_write (&one, "text/plain", NULL, one.content.body);
  if (text == NULL)
    return;
  g_assert_cmpint (oree_cpim_parse (&back, oree_span (text->str, text->len)), >, 0);
  g_assert_cmpstr (back.from, ==, one.from);
  g_assert_true (oree_span_equal (back.content.body, one.content.body));
  g_string_free (text, TRUE);
}

static void
statuses (OreeSpan body)
{
  OreeIsComposing composing, again;
  g_auto (OreeImdn) imdn = { NULL }, back = { NULL };

  if (oree_iscomposing_parse (&composing, body) > 0)
    {
      g_autofree char *text = oree_iscomposing_write (&composing);

      g_assert_cmpint (oree_iscomposing_parse (&again, oree_span_str (text)), >, 0);
      g_assert_cmpint (again.active, ==, composing.active);
    }
  if (oree_imdn_parse (&imdn, body) > 0 && imdn.date != NULL)
    {
      g_autofree char *text = oree_imdn_write (&imdn);

      g_assert_cmpint (oree_imdn_parse (&back, oree_span_str (text)), >, 0);
      g_assert_cmpint (back.status, ==, imdn.status);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeSpan all = oree_span (data, size), first, body;
  OreeMimeType type;

  oree_span_cut (all, '\n', &first, &body);
  if (oree_mime_type_parse (&type, first) > 0)
    {
      g_autofree char *text = oree_mime_text (&type, body);

      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      multipart (&type, body);
    }
  cpim (body);
  statuses (body);
  return 0;
}
