/* SPDX-License-Identifier: GPL-3.0-or-later */
void
copy (char *to, const char *from)
{
  strcpy (to, from); /* sprintf in a comment, and "strcat (" in a literal, are nobody's business */
}
