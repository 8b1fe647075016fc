/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/oree-locale.h"

#include "base/oree-names.h"

#include <libintl.h>
#include <locale.h>

#ifndef OREE_LOCALEDIR_INSTALLED
#define OREE_LOCALEDIR_INSTALLED "/usr/share/locale"
#endif

/* The locale asked for, in the order setlocale(3) looks. */
static const char *
asked (void)
{
  static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);

      if (value != NULL && *value != '\0')
        return value;
    }
  return NULL;
}

void
oree_locale_init (void)
{
  const char *directory = g_getenv (OREE_ENV_LOCALEDIR);

  if (setlocale (LC_ALL, "") == NULL)
    {
      const char *locale = asked ();
      const char *language = g_getenv ("LANGUAGE");

      setlocale (LC_ALL, "C.UTF-8");
      if (locale != NULL && (language == NULL || *language == '\0'))
        g_setenv ("LANGUAGE", locale, TRUE);
    }
  bindtextdomain (GETTEXT_PACKAGE, directory != NULL && *directory != '\0' ? directory : OREE_LOCALEDIR_INSTALLED);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
