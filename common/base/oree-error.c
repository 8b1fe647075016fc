/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OREE_ERROR and the D-Bus error name of each code. */
#include "base/oree-error.h"
#include "base/oree-names.h"

G_DEFINE_QUARK (oree-error-quark, oree_error)

static const char *const dbus_names[] = {
  [OREE_ERROR_FAILED] = OREE_BUS_ERROR_PREFIX "Failed",
  [OREE_ERROR_BAD_RECORD] = OREE_BUS_ERROR_PREFIX "BadRecord",
  [OREE_ERROR_CONFLICT] = OREE_BUS_ERROR_PREFIX "Conflict",
  [OREE_ERROR_NOT_FOUND] = OREE_BUS_ERROR_PREFIX "NotFound",
  [OREE_ERROR_DENIED] = OREE_BUS_ERROR_PREFIX "Denied",
  [OREE_ERROR_BUSY] = OREE_BUS_ERROR_PREFIX "Busy",
  [OREE_ERROR_UNSUPPORTED] = OREE_BUS_ERROR_PREFIX "Unsupported",
  [OREE_ERROR_TIMED_OUT] = OREE_BUS_ERROR_PREFIX "TimedOut",
  [OREE_ERROR_UNAVAILABLE] = OREE_BUS_ERROR_PREFIX "Unavailable",
};
G_STATIC_ASSERT (G_N_ELEMENTS (dbus_names) == OREE_N_ERRORS);

const char *
oree_error_to_dbus (OreeError code)
{
  g_return_val_if_fail ((guint) code < OREE_N_ERRORS, dbus_names[OREE_ERROR_FAILED]);
  return dbus_names[code];
}

gboolean
oree_error_from_dbus (const char *name, OreeError *code)
{
  for (guint i = 0; name != NULL && i < OREE_N_ERRORS; i++)
    if (g_str_equal (name, dbus_names[i]))
      {
        *code = (OreeError) i;
        return TRUE;
      }
  return FALSE;
}
