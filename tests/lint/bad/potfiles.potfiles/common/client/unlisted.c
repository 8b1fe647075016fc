/* SPDX-License-Identifier: GPL-3.0-or-later */
const char *
more (void)
{
  return _("Good morning");
}
