/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structured logging. Straight to the journal when stderr is the journal; else one line on stderr, written
 * with a single call so that lines of two threads never mix:
 *   2031-05-04T03:02:01Z notice text of the line OREE_ROLE=xmpp-proxy */
#include "base/oree-log.h"
#include "base/oree-span.h"
#include "base/oree-time.h"
#include <errno.h>
#include <unistd.h>

#define FIELDS_MAX 16 /* name, value pairs of one line; more are left out */

typedef struct
{
  const char *nick;
  const char *priority; /* of syslog */
} Level;

static const Level levels[] = {
  [OREE_LOG_ERROR] = { "error", "3" },  [OREE_LOG_WARNING] = { "warning", "4" },
  [OREE_LOG_NOTICE] = { "notice", "5" }, [OREE_LOG_INFO] = { "info", "6" },
  [OREE_LOG_DEBUG] = { "debug", "7" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (levels) == OREE_LOG_DEBUG + 1);

static int threshold = OREE_LOG_INFO; /* atomic */

void
oree_log_set_level (OreeLogLevel level)
{
  g_atomic_int_set (&threshold, (int) level);
}

gboolean
oree_log_enabled (OreeLogLevel level)
{
  return (int) level <= g_atomic_int_get (&threshold);
}

/* C0, DEL, C1, the line separators and what is not UTF-8 become \xHH or \u{…}; a backslash is doubled. */
static void
append_escaped (GString *out, const char *text)
{
  const char *at = text;

  while (*at != '\0')
    {
      gunichar c = g_utf8_get_char_validated (at, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (out, "\\x%02x", (guint8) *at++);
          continue;
        }
      if (c == '\\')
        g_string_append (out, "\\\\");
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        g_string_append_printf (out, "\\x%02x", c);
      else if (c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
        g_string_append_printf (out, "\\u{%04x}", c); /* and the overrides that turn a line around */
      else
        g_string_append_unichar (out, c);
      at = g_utf8_next_char (at);
    }
}

static char *
escaped (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 8);

  append_escaped (out, text);
  return g_string_free (out, FALSE);
}

static gboolean
stderr_is_journal (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, g_log_writer_is_journald (STDERR_FILENO) ? 2 : 1);
  return once == 2;
}

static gboolean
write_journal (OreeLogLevel level, const char *text, const char *const *fields)
{
  GLogField all[FIELDS_MAX + 3] = {
    { "MESSAGE", text, -1 },
    { "PRIORITY", levels[level].priority, -1 },
    { "SYSLOG_IDENTIFIER", "oreed", -1 },
  };
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  gsize n = 3;

  for (guint i = 0; fields && fields[i] && n < G_N_ELEMENTS (all); i += 2)
    if (fields[i + 1] != NULL)
      {
        char *value = escaped (fields[i + 1]);

        g_ptr_array_add (owned, value);
        all[n++] = (GLogField){ fields[i], value, -1 };
      }
  return g_log_writer_journald (G_LOG_LEVEL_MESSAGE, all, n, NULL) == G_LOG_WRITER_HANDLED;
}

static void
write_stderr (OreeLogLevel level, const char *text, const char *const *fields)
{
  g_autofree char *time = oree_time_format_wall (g_get_real_time ());
  g_autoptr (GString) line = g_string_sized_new (160);
  gsize done = 0;

  g_string_append_printf (line, "%s %s %s", time, levels[level].nick, text);
  for (guint i = 0; fields && fields[i] && i < 2 * FIELDS_MAX; i += 2)
    if (fields[i + 1] != NULL)
      {
        g_string_append_printf (line, " %s=", fields[i]);
        append_escaped (line, fields[i + 1]);
      }
  g_string_append_c (line, '\n');

  while (done < line->len)
    {
      gssize n = write (STDERR_FILENO, line->str + done, line->len - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return; /* nobody reads the log: losing a line is all that can be done */
      done += (gsize) n;
    }
}

void
oree_log (OreeLogLevel level, const char *const *fields, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list args;

  if (!oree_log_enabled (level))
    return;
  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  text = escaped (raw);

  if (!stderr_is_journal () || !write_journal (level, text, fields))
    write_stderr (level, text, fields);
}

/* The length of a known scheme and its colon at the head of `address`, else 0. */
static gsize
scheme_length (const char *address)
{
  static const char *const schemes[] = { "sip:", "sips:", "im:", "pres:", "xmpp:", "tel:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (address, schemes[i], strlen (schemes[i])) == 0)
      return strlen (schemes[i]);
  return 0;
}

/* The scheme stays ("sip:"), the first character of the local part stays, the domain stays; a resource,
 * parameters and everything else that may tell more are dropped. */
char *
oree_log_redact (const char *address)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *local, *at;
  gsize scheme;

  if (address == NULL)
    return NULL;
  scheme = scheme_length (address);
  g_string_append_len (out, address, (gssize) scheme);
  local = address + scheme;
  at = strchr (local, '@');
  if (scheme == 0 && at != NULL && strcspn (local, "/") < (gsize) (at - local))
    at = NULL; /* "domain/res@ource": the "@" belongs to the resource */

  if (at == NULL && g_ascii_strncasecmp (address, "tel:", 4) == 0)
    g_string_append (out, "****");
  else if (at != NULL)
    {
      if (at > local && g_utf8_get_char_validated (local, at - local) < (gunichar) -2)
        g_string_append_len (out, local, g_utf8_next_char (local) - local);
      g_string_append (out, "****");
      g_string_append_len (out, at, (gssize) strcspn (at, "/;?"));
    }
  else
    g_string_append_len (out, local, (gssize) strcspn (local, "/;?"));
  return g_string_free (g_steal_pointer (&out), FALSE);
}
