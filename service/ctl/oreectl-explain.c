/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl explain sip|xmpp|presence field=value …: what would be decided, and why; why presence is known or not. */
#include "client/oree-sentences.h"
#include "ctl/oreectl-change.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-table.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

static const char *
lookup (GVariant *row, const char *name)
{
  const char *text = "";

  g_variant_lookup (row, name, "&s", &text);
  return text;
}

/* "xmpp-partner fabrikam.test: partner-type = federated": the record that was consulted. */
static char *
basis (GVariant *step)
{
  GString *text = g_string_new (NULL);
  const char *kind = lookup (step, "kind");
  const char *id = lookup (step, "id");
  const char *field = lookup (step, "field");
  const char *value = lookup (step, "value");
  gint64 at;

  g_string_append (text, kind);
  if (*id != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", id);
  if (*field != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", field);
  if (*value != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " = " : "", value);
  if (g_variant_lookup (step, "time", "x", &at))
    {
      g_autofree char *when = oreectl_time (at);

      g_string_append_printf (text, " (%s)", when);
    }
  return g_string_free (text, FALSE);
}

static void
print_steps (GVariant *steps)
{
  g_autoptr (OreectlTable) table = oreectl_table_new (3, NULL);

  for (gsize i = 0; i < g_variant_n_children (steps); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (steps, i);
      g_autofree char *record = basis (step);

      oreectl_table_add (table, oree_sentence_step (lookup (step, "step")));
      oreectl_table_add (table, oree_sentence_outcome (lookup (step, "outcome")));
      oreectl_table_add (table, record);
    }
  oreectl_table_print (table);
}

static OreectlStatus
say_verdict (Oreectl *ctl, gboolean presence, GVariant *verdict, GVariant *steps)
{
  g_autoptr (GVariant) problems = g_variant_lookup_value (verdict, "problems", G_VARIANT_TYPE ("aa{sv}"));
  g_autofree char *reason = NULL;
  gboolean allow = FALSE;

  if (problems != NULL)
    {
      oreectl_change_say_problems (problems);
      return OREECTL_USAGE;
    }
  g_variant_lookup (verdict, "allow", "b", &allow);
  if (ctl->json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, "verdict", verdict);
      g_variant_dict_insert_value (&dict, "steps", steps);
      oreectl_json_print (g_variant_dict_end (&dict));
    }
  else
    {
      print_steps (steps);
      reason = oree_sentence_reason (lookup (verdict, "reason"));
      if (allow && presence)
        printf ("\n%s\n", _ ("The presence is known."));
      else if (allow)
        printf ("\n%s\n", _ ("Allowed."));
      else if (presence)
        /* TRANSLATORS: %s is a sentence: the reason. */
        printf (_ ("\nThe presence is unknown. %s\n"), reason);
      else
        /* TRANSLATORS: %s is a sentence: the reason. */
        printf (_ ("\nRefused. %s\n"), reason);
    }
  return allow ? OREECTL_OK : OREECTL_REFUSED;
}

static OreectlStatus
explain (Oreectl *ctl, int argc, char **argv)
{
  static const char *const kinds[] = { "sip", "xmpp", "presence", NULL };
  static const char usage[] = N_ ("Usage: oreectl explain sip|xmpp|presence field=value …");
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) verdict = NULL;
  g_autoptr (GVariant) steps = NULL;
  GVariantDict facts;

  if (argc < 1 || !g_strv_contains (kinds, argv[0]))
    return oreectl_usage (_ (usage));
  g_variant_dict_init (&facts, NULL);
  for (int i = 1; i < argc; i++)
    {
      const char *equals = strchr (argv[i], '=');
      g_autofree char *name = NULL;

      if (equals == NULL)
        {
          g_variant_dict_clear (&facts);
          return oreectl_usage (_ (usage));
        }
      name = g_strndup (argv[i], (gsize) (equals - argv[i]));
      g_variant_dict_insert (&facts, name, "s", equals + 1);
    }
  reply = oreectl_call (ctl, OREE_CALL_EXPLAIN, g_variant_new ("(s@a{sv})", argv[0], g_variant_dict_end (&facts)),
                        &status);
  if (reply == NULL)
    return status;
  g_variant_get (reply, "(@a{sv}@aa{sv})", &verdict, &steps);
  return say_verdict (ctl, g_str_equal (argv[0], "presence"), verdict, steps);
}

const OreectlCommand oreectl_explain_commands[] = {
  { "explain", N_ ("sip|xmpp|presence FIELD=VALUE …"), N_ ("say whether something would be allowed, or presence is known, and why"), explain },
  { NULL, NULL, NULL, NULL },
};
