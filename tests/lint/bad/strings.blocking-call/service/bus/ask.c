/* SPDX-License-Identifier: GPL-3.0-or-later */
void
ask (void)
{
  polkit_authority_check_authorization_sync (authority, subject, action, NULL, 0, NULL, NULL);
}
