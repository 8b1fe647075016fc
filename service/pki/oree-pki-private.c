/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-pki-private.h"

#include "base/oree-limits.h"
#include "ident/oree-inet.h"
#include <openssl/err.h>
#include <string.h>

gboolean
oree_pki_fail (GError **error, const char *what)
{
  unsigned long code = ERR_peek_last_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "%s: %s", what, reason != NULL ? reason : "unknown reason");
  return FALSE;
}

int
oree_pki_no_passphrase (char *buffer, int size, int writing, void *data)
{
  return -1;
}

char *
oree_pki_bio_text (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);

  return g_strndup (data, length > 0 ? (gsize) length : 0);
}

char *
oree_pki_name_text (const X509_NAME *name)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  g_autofree char *text = NULL;

  X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  text = oree_pki_bio_text (bio);
  return g_utf8_make_valid (text, -1);
}

char *
oree_pki_common_name (const X509_NAME *name)
{
  int last = -1;
  int at = -1;
  unsigned char *utf8 = NULL;
  char *text;

  while ((at = X509_NAME_get_index_by_NID ((X509_NAME *) name, NID_commonName, at)) >= 0)
    last = at;
  if (last < 0 || ASN1_STRING_to_UTF8 (&utf8, X509_NAME_ENTRY_get_data (X509_NAME_get_entry (name, last))) < 0)
    {
      ERR_clear_error ();
      return g_strdup ("");
    }
  text = g_utf8_make_valid ((const char *) utf8, -1);
  OPENSSL_free (utf8);
  return text;
}

char *
oree_pki_key_type (EVP_PKEY *key)
{
  char group[32] = "";

  if (key == NULL)
    return g_strdup ("unknown");
  if (EVP_PKEY_is_a (key, "RSA") || EVP_PKEY_is_a (key, "RSA-PSS"))
    return g_strdup_printf ("rsa-%d", EVP_PKEY_get_bits (key));
  if (EVP_PKEY_get_group_name (key, group, sizeof group, NULL) && g_str_equal (group, "prime256v1"))
    return g_strdup ("ecdsa-p256");
  if (g_str_equal (group, "secp384r1"))
    return g_strdup ("ecdsa-p384");
  if (EVP_PKEY_is_a (key, "EC"))
    return g_strdup_printf ("ecdsa-%s", *group != '\0' ? group : "?");
  {
    const char *name = EVP_PKEY_get0_type_name (key);

    return name != NULL ? g_ascii_strdown (name, -1) : g_strdup ("unknown");
  }
}

gboolean
oree_pki_key_is_strong (EVP_PKEY *key)
{
  return key != NULL && EVP_PKEY_get_security_bits (key) >= 112;
}

/* ---- Alternative names ---- */

void
oree_pki_names_init (OreePkiNames *self)
{
  self->dns = g_ptr_array_new_with_free_func (g_free);
  self->srv = g_ptr_array_new_with_free_func (g_free);
  self->xmpp = g_ptr_array_new_with_free_func (g_free);
  self->others = g_ptr_array_new_with_free_func (g_free);
}

void
oree_pki_names_clear (OreePkiNames *self)
{
  g_clear_pointer (&self->dns, g_ptr_array_unref);
  g_clear_pointer (&self->srv, g_ptr_array_unref);
  g_clear_pointer (&self->xmpp, g_ptr_array_unref);
  g_clear_pointer (&self->others, g_ptr_array_unref);
}

static void
add_text (GPtrArray *texts, const char *prefix, const ASN1_STRING *string)
{
  gsize length = string != NULL ? (gsize) ASN1_STRING_length (string) : 0;
  const char *data = string != NULL ? (const char *) ASN1_STRING_get0_data (string) : NULL;

  if (length == 0 || texts->len >= OREE_CERT_NAMES_MAX || !g_utf8_validate_len (data, length, NULL))
    return;
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (data[i]))
      return;
  g_ptr_array_add (texts, g_strdup_printf ("%s%.*s", prefix, (int) length, data));
}

static void
add_other (OreePkiNames *self, const OTHERNAME *other)
{
  char oid[64] = "";
  const ASN1_TYPE *value = other->value;

  OBJ_obj2txt (oid, sizeof oid, other->type_id, 1);
  if (value == NULL)
    return;
  if (g_str_equal (oid, OREE_OID_SRV_NAME) && value->type == V_ASN1_IA5STRING)
    add_text (self->srv, "", value->value.ia5string);
  else if (g_str_equal (oid, OREE_OID_XMPP_ADDR) && value->type == V_ASN1_UTF8STRING)
    add_text (self->xmpp, "", value->value.utf8string);
  else if (self->others->len < OREE_CERT_NAMES_MAX)
    g_ptr_array_add (self->others, g_strconcat ("other:", oid, NULL));
}

static void
add_address (GPtrArray *texts, const ASN1_OCTET_STRING *string)
{
  OreeInetAddress address;
  int length = ASN1_STRING_length (string);
  g_autofree char *text = NULL;

  if ((length != 4 && length != 16) || texts->len >= OREE_CERT_NAMES_MAX)
    return;
  oree_inet_address_from_bytes (&address, length == 4 ? OREE_INET_V4 : OREE_INET_V6, ASN1_STRING_get0_data (string));
  text = oree_inet_address_to_string (&address);
  g_ptr_array_add (texts, g_strconcat ("ip:", text, NULL));
}

void
oree_pki_names_read (OreePkiNames *self, const GENERAL_NAMES *names)
{
  for (int i = 0; i < sk_GENERAL_NAME_num (names); i++)
    {
      const GENERAL_NAME *name = sk_GENERAL_NAME_value (names, i);

      if (name->type == GEN_DNS)
        add_text (self->dns, "", name->d.dNSName);
      else if (name->type == GEN_OTHERNAME)
        add_other (self, name->d.otherName);
      else if (name->type == GEN_IPADD)
        add_address (self->others, name->d.iPAddress);
      else if (name->type == GEN_URI)
        add_text (self->others, "uri:", name->d.uniformResourceIdentifier);
    }
}

char **
oree_pki_names_strv (const GPtrArray *texts)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < texts->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (texts, i));
  return g_strv_builder_end (builder);
}
