/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-countries.h"

#include "model/oree-csr-spec.h"

#include <libintl.h>
#include <string.h>

#define ISO_DOMAIN "iso_3166"
#define ISO_FILE "xml/iso-codes/iso_3166.xml"
#define ISO_LOCALEDIR "/usr/share/locale"

static void
country_free (gpointer data)
{
  OreeCertCountry *country = data;

  g_free (country->name);
  g_free (country->key);
  g_free (country);
}

static const char *
attribute (const char *name, const char **names, const char **values)
{
  for (gsize i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

static void
on_element (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data,
            GError **error)
{
  const char *code = attribute ("alpha_2_code", names, values);
  const char *name = attribute ("common_name", names, values);

  if (name == NULL)
    name = attribute ("name", names, values);
  if (g_str_equal (element, "iso_3166_entry") && code != NULL && name != NULL)
    g_hash_table_insert (data, g_strdup (code), g_strdup (dgettext (ISO_DOMAIN, name)));
}

/* code → name; empty when there is no such file. */
static GHashTable *
read_names (void)
{
  static const GMarkupParser parser = { .start_element = on_element };
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *const *directories = g_get_system_data_dirs ();

  bindtextdomain (ISO_DOMAIN, ISO_LOCALEDIR);
  bind_textdomain_codeset (ISO_DOMAIN, "UTF-8");
  for (gsize i = 0; directories[i] != NULL && g_hash_table_size (names) == 0; i++)
    {
      g_autofree char *path = g_build_filename (directories[i], ISO_FILE, NULL);
      g_autofree char *text = NULL;
      gsize length;

      if (g_file_get_contents (path, &text, &length, NULL))
        {
          g_autoptr (GMarkupParseContext) context
              = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, names, NULL);

          g_markup_parse_context_parse (context, text, (gssize) length, NULL);
        }
    }
  return names;
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(OreeCertCountry *const *) a)->key, (*(OreeCertCountry *const *) b)->key);
}

GPtrArray *
oree_cert_countries_new (void)
{
  GPtrArray *countries = g_ptr_array_new_with_free_func (country_free);
  g_autoptr (GHashTable) names = read_names ();

  for (const char *const *code = oree_country_codes (); *code != NULL; code++)
    {
      const char *name = g_hash_table_lookup (names, *code);
      OreeCertCountry *country = g_new0 (OreeCertCountry, 1);

      country->code = *code;
      country->name = name != NULL ? g_strdup_printf ("%s (%s)", name, *code) : g_strdup (*code);
      country->key = g_utf8_collate_key (country->name, -1);
      g_ptr_array_add (countries, country);
    }
  g_ptr_array_sort (countries, by_key);
  return countries;
}
