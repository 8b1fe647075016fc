/* SPDX-License-Identifier: GPL-3.0-or-later */
void
decide (void)
{
  g_warning ("refused");
}
