/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/oreectl-change.h"

#include "client/oree-sentences.h"
#include "ctl/oreectl-json.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/oree-limits.h"
#include "base/oree-secret.h"

/* One line of the standard input, not shown when it is a terminal; owned, wiped by the caller. */
static char *
read_secret (const char *name)
{
  char line[OREE_TEXT_MAX + 2] = "";
  struct termios shown, hidden;
  gboolean terminal = tcgetattr (STDIN_FILENO, &shown) == 0;
  char *secret;

  if (terminal)
    {
      hidden = shown;
      hidden.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
      fprintf (stderr, "%s: ", name);
    }
  if (fgets (line, sizeof line, stdin) == NULL)
    line[0] = '\0';
  if (terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
      fputc ('\n', stderr);
    }
  line[strcspn (line, "\r\n")] = '\0';
  secret = g_strdup (line);
  oree_secret_wipe (line, sizeof line);
  return secret;
}

/* The entries `fields` has for a list already, then those of `more`; floating. Takes `more`. */
static GVariant *
join_lists (GVariantDict *fields, const char *name, GVariant *more)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (more);
  g_autoptr (GVariant) before = g_variant_dict_lookup_value (fields, name, G_VARIANT_TYPE_STRING_ARRAY);
  GVariantBuilder entries;
  GVariantIter iter;
  const char *entry;

  g_variant_builder_init (&entries, G_VARIANT_TYPE_STRING_ARRAY);
  if (before != NULL)
    {
      g_variant_iter_init (&iter, before);
      while (g_variant_iter_next (&iter, "&s", &entry))
        g_variant_builder_add (&entries, "s", entry);
    }
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_next (&iter, "&s", &entry))
    g_variant_builder_add (&entries, "s", entry);
  return g_variant_builder_end (&entries);
}

void
oreectl_change_add_field (const OreeKind *kind, GVariantDict *fields, const char *name, const char *value)
{
  gsize length = strlen (name);
  gboolean list = length > 1 && (name[length - 1] == '+' || name[length - 1] == '-');
  g_autofree char *bare = g_strndup (name, list ? length - 1 : length);
  const OreeField *field = oree_kind_field (kind, bare);
  char *secret = NULL;
  GVariant *variant = NULL;

  if (field != NULL && field->type == OREE_FIELD_TYPE_SECRET && g_str_equal (value, "-"))
    value = secret = read_secret (name);
  if (field != NULL)
    variant = oree_field_variant_from_text (field, value);
  if (variant == NULL)
    variant = g_variant_new_string (value);
  /* The same list may be named more than once: each adds to what is added, or removed. */
  if (list && g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING_ARRAY))
    variant = join_lists (fields, name, variant);
  g_variant_dict_insert_value (fields, name, variant);
  oree_secret_free (secret);
}

/* The value that "@FILE" stands for, as text of the field; NULL (and said) when it cannot be read. Owned. */
static char *
value_of_file (const OreeField *field, const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    {
      /* TRANSLATORS: the first %s is the name of a file, the second what the system says. */
      g_autofree char *said = g_strdup_printf (_ ("“%s” cannot be read: %s"), path, error->message);

      oreectl_usage (said);
      return NULL;
    }
  if (field == NULL || !(field->flags & OREE_FIELD_FLAG_LINES))
    g_strchomp (text);
  if (field != NULL && field->type == OREE_FIELD_TYPE_LIST)
    g_strdelimit (text, "\r\n", ',');
  return text;
}

gboolean
oreectl_change_add_word (const OreeKind *kind, GVariantDict *fields, const char *word)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = NULL, *bare = NULL, *read = NULL;
  const char *value;

  if (equals == NULL || equals == word)
    {
      /* TRANSLATORS: the words field and value are what the user types in their place. */
      g_autofree char *text = g_strdup_printf (_ ("“%s” is not of the form field=value."), word);

      oreectl_usage (text);
      return FALSE;
    }
  name = g_strndup (word, (gsize) (equals - word));
  value = equals + 1;
  if (g_str_has_prefix (value, "@@"))
    value++;
  else if (*value == '@')
    {
      bare = g_strdup (name);
      if (g_str_has_suffix (bare, "+") || g_str_has_suffix (bare, "-"))
        bare[strlen (bare) - 1] = '\0';
      value = read = value_of_file (oree_kind_field (kind, bare), value + 1);
      if (read == NULL)
        return FALSE;
    }
  oreectl_change_add_field (kind, fields, name, value);
  oree_secret_wipe (read, read != NULL ? strlen (read) : 0);
  return TRUE;
}

gboolean
oreectl_change_say_problems (GVariant *rows)
{
  g_autoptr (OreeProblems) problems = oree_problems_from_variant (rows);

  for (guint i = 0; i < oree_problems_n (problems); i++)
    {
      const OreeProblem *problem = oree_problems_get (problems, i);
      g_autofree char *sentence = oree_sentence_problem (problem);

      if (problem->severity == OREE_SEVERITY_ERROR)
        fprintf (stderr, _ ("Error: %s\n"), sentence);
      else
        fprintf (stderr, _ ("Warning: %s\n"), sentence);
    }
  return oree_problems_n_errors (problems) > 0;
}

static void
say_effects (GVariant *effects)
{
  g_autofree char *sentence = oree_sentence_effects (effects);

  if (sentence != NULL)
    puts (sentence);
}

static void
say_possible (GVariant *effects)
{
  puts (_ ("The changes can be applied."));
  say_effects (effects);
}

GVariant *
oreectl_change_options (const Oreectl *ctl, const char *option)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (ctl->dry_run)
    g_variant_dict_insert (&options, "dry-run", "b", TRUE);
  if (option != NULL)
    g_variant_dict_insert (&options, option, "b", TRUE);
  return g_variant_dict_end (&options);
}

OreectlStatus
oreectl_change_send (Oreectl *ctl, OreeCall call, GVariant *parameters)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = oreectl_call (ctl, call, parameters, &status);
  g_autoptr (GVariant) problems = NULL;
  g_autoptr (GVariant) effects = NULL;
  gboolean refused;
  guint64 revision;

  if (reply == NULL)
    return status;
  g_variant_get (reply, "(t@aa{sv}@a{sv})", &revision, &problems, &effects);
  refused = oreectl_change_say_problems (problems);
  if (ctl->json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "revision", "t", revision);
      g_variant_dict_insert_value (&dict, "problems", problems);
      g_variant_dict_insert_value (&dict, "effects", effects);
      oreectl_json_print (g_variant_dict_end (&dict));
    }
  else if (refused)
    fputs (_ ("Nothing was changed.\n"), stderr);
  else if (ctl->dry_run)
    say_possible (effects);
  else
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);

      /* TRANSLATORS: %s is a number. */
      printf (_ ("Revision %s is in force.\n"), number);
      say_effects (effects);
    }
  return refused ? OREECTL_REFUSED : OREECTL_OK;
}

OreectlStatus
oreectl_change_apply (Oreectl *ctl, GVariant *changes, guint64 seen_revision)
{
  return oreectl_change_send (
      ctl, OREE_CALL_APPLY,
      g_variant_new ("(@a(sssa{sv})t@a{sv})", changes, seen_revision, oreectl_change_options (ctl, NULL)));
}

OreectlStatus
oreectl_change_check (Oreectl *ctl, GVariant *changes)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply
      = oreectl_call (ctl, OREE_CALL_CHECK, g_variant_new ("(@a(sssa{sv}))", changes), &status);
  g_autoptr (GVariant) problems = NULL;
  g_autoptr (GVariant) effects = NULL;
  gboolean refused;

  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@aa{sv}@a{sv})", &problems, &effects);
  refused = oreectl_change_say_problems (problems);
  if (ctl->json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, "problems", problems);
      g_variant_dict_insert_value (&dict, "effects", effects);
      oreectl_json_print (g_variant_dict_end (&dict));
    }
  else if (!refused)
    say_possible (effects);
  return refused ? OREECTL_REFUSED : OREECTL_OK;
}
