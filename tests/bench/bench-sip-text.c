/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-sip-text.h"
#include <string.h>

OreeSpan
bench_sip_header (OreeSpan head, const char *name)
{
  gsize length = strlen (name);

  for (const char *at = head.data; at != NULL && at + length + 3 < head.data + head.length;)
    {
      const char *line = memmem (at, (gsize) (head.data + head.length - at), "\r\n", 2);
      const char *end;

      if (line == NULL)
        break;
      line += 2;
      if ((gsize) (head.data + head.length - line) > length && g_ascii_strncasecmp (line, name, length) == 0 &&
          line[length] == ':')
        {
          end = memmem (line, (gsize) (head.data + head.length - line), "\r\n", 2);
          if (end == NULL)
            end = head.data + head.length;
          return oree_span_trim (oree_span (line + length + 1, (gsize) (end - line - (gssize) length - 1)));
        }
      at = line;
    }

  return OREE_SPAN_EMPTY;
}

gsize
bench_sip_cut (OreeSpan bytes, OreeSpan *head, OreeSpan *body)
{
  const char *end;
  guint64 length = 0;

  *head = *body = OREE_SPAN_EMPTY;
  if (bytes.length == 0)
    return 0;
  if (bytes.data[0] == '\r' || bytes.data[0] == '\n')
    return 1;
  end = memmem (bytes.data, bytes.length, "\r\n\r\n", 4);
  if (end == NULL)
    return 0;
  *head = oree_span (bytes.data, (gsize) (end - bytes.data));
  oree_span_to_uint (bench_sip_header (*head, "Content-Length"), 65536, &length);
  if (bytes.length < head->length + 4 + length)
    return 0;
  *body = oree_span (end + 4, (gsize) length);
  return head->length + 4 + (gsize) length;
}

void
bench_sip_write_answer (GString *out, OreeSpan head, const char *tag, const char *extra)
{
  static const char *const echoed[] = { "Via", "Record-Route", "From", "To", "Call-ID", "CSeq" };

  g_string_append (out, "SIP/2.0 200 OK\r\n");
  /* Every line of these, in order: a proxy's Via stands before its sender's. */
  for (const char *at = memmem (head.data, head.length, "\r\n", 2); at != NULL;)
    {
      const char *line = at + 2, *limit = head.data + head.length;
      const char *end = memmem (line, (gsize) (limit - line), "\r\n", 2);
      gsize length = (gsize) ((end != NULL ? end : limit) - line);

      for (gsize i = 0; i < G_N_ELEMENTS (echoed); i++)
        {
          gsize n = strlen (echoed[i]);

          if (length > n && line[n] == ':' && g_ascii_strncasecmp (line, echoed[i], n) == 0)
            {
              g_string_append_len (out, line, (gssize) length);
              if (g_str_equal (echoed[i], "To") && memmem (line, length, ";tag=", 5) == NULL)
                g_string_append_printf (out, ";tag=%s", tag);
              g_string_append (out, "\r\n");
            }
        }
      at = end;
    }
  g_string_append (out, extra);
  g_string_append (out, "Content-Length: 0\r\n\r\n");
}
