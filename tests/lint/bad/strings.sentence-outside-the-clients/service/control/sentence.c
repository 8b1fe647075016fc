/* SPDX-License-Identifier: GPL-3.0-or-later */
const char *
say (void)
{
  return _("The service has started.");
}
