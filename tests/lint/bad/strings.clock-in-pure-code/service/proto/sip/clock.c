/* SPDX-License-Identifier: GPL-3.0-or-later */
OreeTime
deadline (void)
{
  return g_get_monotonic_time () + 32;
}
