/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OREE_ERROR: what an operation can fail with, and the D-Bus error name of each code. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OREE_ERROR_FAILED,
  OREE_ERROR_BAD_RECORD,
  OREE_ERROR_CONFLICT,
  OREE_ERROR_NOT_FOUND,
  OREE_ERROR_DENIED,
  OREE_ERROR_BUSY,
  OREE_ERROR_UNSUPPORTED,
  OREE_ERROR_TIMED_OUT,
  OREE_ERROR_UNAVAILABLE,
  OREE_N_ERRORS
} OreeError;

#define OREE_ERROR (oree_error_quark ())
GQuark oree_error_quark (void);

/* The D-Bus error name of `code` ("org.oree.Edge1.Error.Conflict"); static. */
const char *oree_error_to_dbus (OreeError code);
/* The inverse; FALSE when `name` is not ours. */
gboolean oree_error_from_dbus (const char *name, OreeError *code);

G_END_DECLS
