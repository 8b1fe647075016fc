/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "codec/posh/oree-posh.h"

#define A256 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="                                     /* 32 × 'A' */
#define B256 "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="                                     /* 32 × 'B' */
#define A512 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==" /* 64 × 'A' */
#define FP(inside) "{\"fingerprints\":[" inside "],\"expires\":604800}"
#define URL(url) "{\"url\":\"" url "\",\"expires\":86400}"
#define DEEP "[[[[[[[["

/* text → error (0: read), fingerprints, url, expires */
static void
documents (void)
{
  static const struct
  {
    const char *text;
    int error;
    guint n;
    const char *url;
    guint expires;
  } rows[] = {
    { FP ("{\"sha-256\":\"" A256 "\"}"), 0, 1, NULL, 604800 },
    { FP ("{\"sha-512\":\"" A512 "\"}"), 0, 1, NULL, 604800 },
    { FP ("{\"sha-256\":\"" A256 "\",\"sha-512\":\"" A512 "\"},{\"sha-256\":\"" B256 "\"}"), 0, 2, NULL, 604800 },
    { FP ("{\"sha-256\":\"" A256 "\",\"sha-1\":\"whatever\"}"), 0, 1, NULL, 604800 },
    { FP ("{\"sha-1\":\"x\"},{\"sha-256\":\"" A256 "\"}"), 0, 1, NULL, 604800 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":1,\"more\":{\"x\":[]}}", 0, 1, NULL, 1 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":9999999999}", 0, 1, NULL, OREE_POSH_SECONDS_MAX },
    { URL ("https://hosting.test/posh.json"), 0, 0, "https://hosting.test/posh.json", 86400 },
    { URL ("https://hosting.test:8443/a?b#c"), 0, 0, "https://hosting.test:8443/a?b", 86400 },

    { "", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "[]", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "\"text\"", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{\"fingerprints\":[", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{\"expires\":5,\"url\":\"https://\xff\"}", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "<html>not here</html>", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{}", OREE_PARSE_MISSING, 0, NULL, 0 },
    { "{\"expires\":5}", OREE_PARSE_MISSING, 0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}]}", OREE_PARSE_MISSING, 0, NULL, 0 },
    { "{\"url\":\"https://x.test/\"}", OREE_PARSE_MISSING, 0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"url\":\"https://x.test/\",\"expires\":5}", OREE_PARSE_DUPLICATE,
      0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":0}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":-1}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":1.5}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { "{\"fingerprints\":[{\"sha-256\":\"" A256 "\"}],\"expires\":\"9\"}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP (""), OREE_PARSE_UNSUPPORTED, 0, NULL, 0 },
    { FP ("{}"), OREE_PARSE_UNSUPPORTED, 0, NULL, 0 },
    { FP ("{\"sha-1\":\"x\"}"), OREE_PARSE_UNSUPPORTED, 0, NULL, 0 },
    { FP ("7"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP ("{\"sha-256\":7}"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP ("{\"sha-256\":null}"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP ("{\"sha-256\":\"\"}"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP ("{\"sha-256\":\"" A512 "\"}"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { FP ("{\"sha-512\":\"" A256 "\"}"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { "{\"fingerprints\":{\"sha-256\":\"" A256 "\"},\"expires\":5}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { URL ("http://hosting.test/posh.json"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { URL ("file:///etc/passwd"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { URL ("https:///posh.json"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { URL ("https://user:secret@hosting.test/"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { URL ("posh.json"), OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { "{\"url\":[],\"expires\":5}", OREE_PARSE_BAD_VALUE, 0, NULL, 0 },
    { DEEP DEEP DEEP, OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{\"expires\":5}{\"expires\":5}", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{\"expires\":5} 7", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "7", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{/* said by whom? */\"expires\":5}", OREE_PARSE_BAD_SYNTAX, 0, NULL, 0 },
    { "{\"expires\":5,\"}/\\\"{\":1}", OREE_PARSE_MISSING, 0, NULL, 0 },
    { "{\"fingerprints\":" DEEP "]]]]]]]],\"expires\":5}", OREE_PARSE_TOO_DEEP, 0, NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreePosh) posh = NULL;
      gssize taken = oree_posh_parse (&posh, oree_span_str (rows[i].text));

      g_test_message ("%s", rows[i].text);
      if (rows[i].error != 0)
        {
          g_assert_cmpint (taken, ==, rows[i].error);
          g_assert_null (posh);
          continue;
        }
      g_assert_cmpint (taken, ==, (gssize) strlen (rows[i].text));
      g_assert_cmpuint (posh->fingerprints->len, ==, rows[i].n);
      g_assert_cmpstr (posh->url, ==, rows[i].url);
      g_assert_cmpuint (posh->expires, ==, rows[i].expires);
    }
}

static void
caps (void)
{
  g_autoptr (GString) many = g_string_new ("{\"expires\":5,\"fingerprints\":[{}");
  g_autofree char *blank = g_strnfill (OREE_POSH_BYTES_MAX, ' ');
  g_autofree char *too_long = g_strconcat (blank, FP ("{\"sha-256\":\"" A256 "\"}"), NULL);
  g_autoptr (OreePosh) posh = NULL;

  for (guint i = 0; i < OREE_POSH_FINGERPRINTS_MAX; i++)
    g_string_append (many, ",{}");
  g_string_append (many, "]}");
  g_assert_cmpint (oree_posh_parse (&posh, oree_span_str (many->str)), ==, OREE_PARSE_TOO_MANY);
  g_assert_cmpint (oree_posh_parse (&posh, oree_span_str (too_long)), ==, OREE_PARSE_TOO_LONG);
}

static void
names_what_it_says (void)
{
  static const struct
  {
    const char *text, *sha256, *sha512;
    gboolean named;
  } rows[] = {
    { FP ("{\"sha-256\":\"" A256 "\"}"), "A", "?", TRUE },
    { FP ("{\"sha-256\":\"" A256 "\"}"), "B", "A", FALSE },
    { FP ("{\"sha-256\":\"" A256 "\"},{\"sha-256\":\"" B256 "\"}"), "B", "?", TRUE },
    { FP ("{\"sha-512\":\"" A512 "\"}"), "?", "A", TRUE },
    { FP ("{\"sha-512\":\"" A512 "\"}"), "A", "?", FALSE },
    /* Both hashes of one certificate: one of them is not enough. */
    { FP ("{\"sha-256\":\"" A256 "\",\"sha-512\":\"" A512 "\"}"), "A", "A", TRUE },
    { FP ("{\"sha-256\":\"" A256 "\",\"sha-512\":\"" A512 "\"}"), "A", "B", FALSE },
    { FP ("{\"sha-256\":\"" A256 "\",\"sha-512\":\"" A512 "\"}"), "B", "A", FALSE },
    { URL ("https://x.test/"), "A", "A", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OreePosh) posh = NULL;
      guint8 sha256[OREE_POSH_SHA256_BYTES], sha512[OREE_POSH_SHA512_BYTES];

      memset (sha256, rows[i].sha256[0], sizeof sha256);
      memset (sha512, rows[i].sha512[0], sizeof sha512);
      g_assert_cmpint (oree_posh_parse (&posh, oree_span_str (rows[i].text)), >, 0);
      g_test_message ("row %zu", i);
      g_assert_cmpint (oree_posh_names (posh, sha256, sha512), ==, rows[i].named);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/posh/documents", documents);
  g_test_add_func ("/codec/posh/caps", caps);
  g_test_add_func ("/codec/posh/names-what-it-says", names_what_it_says);
  return g_test_run ();
}
