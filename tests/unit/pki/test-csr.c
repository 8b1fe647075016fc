/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests, read by others: openssl(1), GnuTLS's certtool(1), and byte by byte. */
#include "pki/oree-csr.h"
#include <string.h>
#include <unistd.h>

static OreeRecordSet *
random_set (guint domains)
{
  g_autoptr (OreeRecordSet) initial = oree_record_set_new ();
  g_auto (GVariantBuilder) changes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (OREE_CHANGES_TYPE));
  g_autoptr (GVariant) owned = NULL;
  GVariantDict fields;
  OreeRecordSet *set;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "access-edge-external-fqdn", "s", "sip.d0.example");
  g_variant_dict_insert (&fields, "edge-internal-fqdn", "s", "edge.inside.example");
  g_variant_dict_insert (&fields, "web-conferencing-external-fqdn", "s", "web.d0.example");
  g_variant_dict_insert (&fields, "web-conferencing-enabled", "b", g_test_rand_bit ());
  g_variant_dict_insert (&fields, "xmpp-proxy-enabled", "b", g_test_rand_bit ());
  g_variant_builder_add (&changes, "(sss@a{sv})", "set", "topology", "global", g_variant_dict_end (&fields));
  for (guint i = 0; i < domains; i++)
    {
      g_autofree char *name = g_strdup_printf ("d%u.%s", i, g_test_rand_bit () ? "example" : "bücher.example");

      g_variant_builder_add (&changes, "(sss@a{sv})", "add", "sip-domain", name, g_variant_new ("a{sv}", NULL));
    }
  owned = g_variant_ref_sink (g_variant_builder_end (&changes));
  set = oree_record_set_apply (initial, owned, OREE_RECORD_PUBLIC, NULL);
  g_assert_nonnull (set);
  return set;
}

static OreeCsrSpec *
random_spec (const char *key_type)
{
  static const char *const usages[] = { "external", "internal", "client", "av" };
  const char *const chosen[] = { usages[g_test_rand_int_range (0, G_N_ELEMENTS (usages))], NULL };
  GVariantDict fields;
  g_autoptr (GVariant) owned = NULL;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "usages", "^as", chosen);
  g_variant_dict_insert (&fields, "organization", "s", "Société Contoso");
  g_variant_dict_insert (&fields, "country", "s", "FR");
  g_variant_dict_insert (&fields, "key-type", "s", key_type);
  g_variant_dict_insert (&fields, "key-usage", "s", g_test_rand_bit () ? "both" : "as-needed");
  owned = g_variant_ref_sink (g_variant_dict_end (&fields));
  return oree_csr_spec_new (owned, NULL);
}

static void
der_length (GByteArray *out, gsize length)
{
  guint8 bytes[3] = { (guint8) length };
  guint n = 1;

  if (length >= 256)
    {
      bytes[0] = 0x82;
      bytes[1] = (guint8) (length >> 8);
      bytes[2] = (guint8) length;
      n = 3;
    }
  else if (length >= 128)
    {
      bytes[0] = 0x81;
      bytes[1] = (guint8) length;
      n = 2;
    }
  g_byte_array_append (out, bytes, n);
}

static void
der_put (GByteArray *out, guint8 tag, const void *data, gsize length)
{
  g_byte_array_append (out, &tag, 1);
  der_length (out, length);
  g_byte_array_append (out, data, (guint) length);
}

/* The alternative names as RFC 5280 has them encoded: one [2] after the other, in one SEQUENCE in one OCTET STRING. */
static GByteArray *
expected_names (const OreeCertNeeds *needs)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();
  g_autoptr (GByteArray) sequence = g_byte_array_new ();
  GByteArray *extension = g_byte_array_new ();
  static const guint8 oid[] = { 0x06, 0x03, 0x55, 0x1d, 0x11 };

  for (guint i = 0; i < needs->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (needs->names, i);

      der_put (names, 0x82, name->name, strlen (name->name));
    }
  der_put (sequence, 0x30, names->data, names->len);
  g_byte_array_append (extension, oid, sizeof oid);
  der_put (extension, 0x04, sequence->data, sequence->len);
  return extension;
}

static gboolean
holds (const guint8 *der, gsize length, const void *bytes, gsize n)
{
  return memmem (der, length, bytes, n) != NULL;
}

static void
check_bytes (const char *pem, const OreeCertNeeds *needs, gboolean rsa)
{
  static const guint8 both[] = { 0x55, 0x1d, 0x25, 0x04, 0x16, 0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01,
                                 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02 };
  static const guint8 one[] = { 0x55, 0x1d, 0x25, 0x04, 0x0c, 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03 };
  static const guint8 signing[] = { 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80 };
  static const guint8 wrapping[] = { 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x05, 0xa0 };
  g_auto (GStrv) lines = g_strsplit (pem, "-----", -1);
  g_autofree guint8 *der = NULL;
  g_autoptr (GByteArray) names = expected_names (needs);
  gsize length = 0;

  der = g_base64_decode (lines[2], &length);
  g_assert_true (holds (der, length, names->data, names->len));
  g_assert_true (holds (der, length, both, sizeof both) == (needs->server_auth && needs->client_auth));
  g_assert_true (holds (der, length, one, sizeof one) == (needs->server_auth != needs->client_auth));
  g_assert_true (holds (der, length, rsa ? wrapping : signing, sizeof signing));
}

static void
accepted_by (const char *const *words, const char *pem)
{
  g_autofree char *path = NULL;
  g_autofree char *out = NULL, *errors = NULL;
  const char *argv[12] = { NULL };
  int status = -1, n = 0;
  int file = g_file_open_tmp ("oree-csr-XXXXXX", &path, NULL);

  close (file);
  g_assert_true (g_file_set_contents (path, pem, -1, NULL));
  for (; words[n] != NULL; n++)
    argv[n] = g_str_equal (words[n], "FILE") ? path : words[n];
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &errors, &status, NULL));
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s%s", words[0], out, errors);
  remove (path);
}

static void
check_one (EVP_PKEY *key, const char *key_type, gboolean by_others)
{
  static const char *const openssl[] = { "openssl", "req", "-verify", "-noout", "-in", "FILE", NULL };
  static const char *const certtool[] = { "certtool", "--crq-info", "--infile", "FILE", NULL };
  g_autoptr (OreeRecordSet) set = random_set ((guint) g_test_rand_int_range (0, 12));
  g_autoptr (OreeCsrSpec) spec = random_spec (key_type);
  g_autoptr (OreeCertNeeds) needs = oree_cert_needs_new (set, spec, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = oree_csr_make (spec, needs, key, &error);

  g_assert_no_error (error);
  g_assert_true (oree_csr_verify (pem, needs, key, &error));
  g_assert_no_error (error);
  check_bytes (pem, needs, g_str_has_prefix (key_type, "rsa"));
  if (!by_others)
    return;
  accepted_by (openssl, pem);
  accepted_by (certtool, pem);
}

static void
every_key_type (void)
{
  for (const OreeEnumValue *type = oree_key_types; type->nick != NULL; type++)
    {
      g_autoptr (EVP_PKEY) key = oree_key_generate ((OreeKeyType) type->value, NULL);

      check_one (key, type->nick, TRUE);
    }
}

static void
random_topologies (void)
{
  g_autoptr (EVP_PKEY) key = oree_key_generate (OREE_KEY_EC_P256, NULL);

  for (guint i = 0; i < 200; i++)
    check_one (key, "ecdsa-p256", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pki/csr/every-key-type", every_key_type);
  g_test_add_func ("/pki/csr/random-topologies", random_topologies);
  return g_test_run ();
}
