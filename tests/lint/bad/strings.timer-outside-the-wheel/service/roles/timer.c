/* SPDX-License-Identifier: GPL-3.0-or-later */
void
arm (void)
{
  g_timeout_add_seconds (1, on_second, NULL);
}
