/* SPDX-License-Identifier: GPL-3.0-or-later */
const char *
said (void)
{
  return _("Good morning");
}
