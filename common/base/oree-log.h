/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structured logging: one writer (journal when there, else stderr), levels, redaction.
 * Lines are English, carry no message bodies, and addresses of people only redacted. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_LOG_ERROR,
  OREE_LOG_WARNING,
  OREE_LOG_NOTICE,
  OREE_LOG_INFO,
  OREE_LOG_DEBUG
} OreeLogLevel;

/* Lines above `level` are dropped; default INFO. Set once at start, before threads. */
void oree_log_set_level (OreeLogLevel level);
gboolean oree_log_enabled (OreeLogLevel level);

/* One line. `fields` is a NULL-terminated list of name, value pairs (OREE_FIELD_*); values may be NULL and
 * are then left out. Control characters in the text and values are escaped (no log injection). */
void oree_log (OreeLogLevel level, const char *const *fields, const char *format, ...) G_GNUC_PRINTF (3, 4);

#define oree_error_log(...) oree_log (OREE_LOG_ERROR, NULL, __VA_ARGS__)
#define oree_warning(...) oree_log (OREE_LOG_WARNING, NULL, __VA_ARGS__)
#define oree_notice(...) oree_log (OREE_LOG_NOTICE, NULL, __VA_ARGS__)
#define oree_info(...) oree_log (OREE_LOG_INFO, NULL, __VA_ARGS__)
#define oree_debug(...) G_STMT_START { if (oree_log_enabled (OREE_LOG_DEBUG)) oree_log (OREE_LOG_DEBUG, NULL, __VA_ARGS__); } G_STMT_END

/* "alice@contoso.test" → "a****@contoso.test"; works for JIDs and SIP URIs; owned. */
char *oree_log_redact (const char *address);

G_END_DECLS
