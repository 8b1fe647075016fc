/* SPDX-License-Identifier: GPL-3.0-or-later */
int
port (const char *text)
{
  return atoi (text);
}
