/* SPDX-License-Identifier: GPL-3.0-or-later */
int
jump (int n)
{
again:
  if (n-- > 0)
    goto again;
  return n;
}
