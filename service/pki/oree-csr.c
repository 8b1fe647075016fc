/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/oree-csr.h"

#include "ident/oree-domain.h"
#include "pki/oree-pki-private.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* szOID_ENROLL_CERTTYPE: the template's name, a BMPString. */
#define OID_MICROSOFT_TEMPLATE "1.3.6.1.4.1.311.20.2"
/* X.520: a longer common name no authority takes; the alternative names hold it. */
#define COMMON_NAME_MAX 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_OBJECT, ASN1_OBJECT_free)

/* ---- Subject ---- */

static gboolean
add_part (X509_NAME *name, int nid, const char *text)
{
  return *text == '\0'
         || X509_NAME_add_entry_by_NID (name, nid, nid == NID_countryName ? MBSTRING_ASC : MBSTRING_UTF8,
                                        (const guint8 *) text, -1, -1, 0)
                == 1;
}

static gboolean
set_subject (X509_REQ *request, const OreeCsrSpec *spec, const char *common_name)
{
  X509_NAME *name = X509_REQ_get_subject_name (request);

  return add_part (name, NID_countryName, spec->country) && add_part (name, NID_stateOrProvinceName, spec->state)
         && add_part (name, NID_localityName, spec->city) && add_part (name, NID_organizationName, spec->organization)
         && add_part (name, NID_organizationalUnitName, spec->organizational_unit)
         && add_part (name, NID_commonName, strlen (common_name) <= COMMON_NAME_MAX ? common_name : "");
}

/* ---- Alternative names ---- */

static ASN1_STRING *
string_of (int type, const char *text)
{
  ASN1_STRING *string = ASN1_STRING_type_new (type);

  if (string != NULL && !ASN1_STRING_set (string, text, -1))
    g_clear_pointer (&string, ASN1_STRING_free);
  return string;
}

static gboolean
set_other (GENERAL_NAME *name, const char *oid, int type, const char *text)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  ASN1_TYPE *value = ASN1_TYPE_new ();
  ASN1_STRING *string = string_of (type, text);

  if (object == NULL || value == NULL || string == NULL)
    {
      ASN1_OBJECT_free (object);
      ASN1_TYPE_free (value);
      ASN1_STRING_free (string);
      return FALSE;
    }
  ASN1_TYPE_set (value, type, string);
  if (GENERAL_NAME_set0_othername (name, object, value))
    return TRUE;
  ASN1_OBJECT_free (object);
  ASN1_TYPE_free (value);
  return FALSE;
}

static gboolean
set_name (GENERAL_NAME *name, const OreeNeededName *needed)
{
  g_autofree char *unicode = NULL;
  ASN1_STRING *string;

  switch (needed->type)
    {
    case OREE_NEED_DNS:
      string = string_of (V_ASN1_IA5STRING, needed->name);
      if (string != NULL)
        GENERAL_NAME_set0_value (name, GEN_DNS, string);
      return string != NULL;
    case OREE_NEED_SRV:
      return set_other (name, OREE_OID_SRV_NAME, V_ASN1_IA5STRING, needed->name);
    case OREE_NEED_XMPP:
      /* A JID: its domain in Unicode (RFC 7622 3.2). */
      unicode = oree_domain_to_unicode (needed->name);
      return set_other (name, OREE_OID_XMPP_ADDR, V_ASN1_UTF8STRING, unicode);
    }
  return FALSE;
}

static GENERAL_NAMES *
names_of (const OreeCertNeeds *needs)
{
  g_autoptr (GENERAL_NAMES) names = sk_GENERAL_NAME_new_null ();

  for (guint i = 0; names != NULL && i < needs->names->len; i++)
    {
      GENERAL_NAME *name = GENERAL_NAME_new ();

      if (name == NULL || !set_name (name, g_ptr_array_index (needs->names, i)) || sk_GENERAL_NAME_push (names, name) <= 0)
        {
          GENERAL_NAME_free (name);
          return NULL;
        }
    }
  return g_steal_pointer (&names);
}

/* ---- Extensions ---- */

static gboolean
add_text_extension (STACK_OF (X509_EXTENSION) * extensions, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);

  return extension != NULL && sk_X509_EXTENSION_push (extensions, extension) > 0;
}

static gboolean
add_template (STACK_OF (X509_EXTENSION) * extensions, const char *template_name)
{
  g_autoptr (ASN1_OBJECT) object = NULL;
  ASN1_STRING *text = NULL;
  ASN1_OCTET_STRING *octets;
  X509_EXTENSION *extension = NULL;
  guint8 *der = NULL;
  int length = -1;

  if (*template_name == '\0')
    return TRUE;
  object = OBJ_txt2obj (OID_MICROSOFT_TEMPLATE, 1);
  if (ASN1_mbstring_copy (&text, (const guint8 *) template_name, -1, MBSTRING_UTF8, B_ASN1_BMPSTRING) > 0)
    length = i2d_ASN1_BMPSTRING (text, &der);
  ASN1_STRING_free (text);
  octets = ASN1_OCTET_STRING_new ();
  if (length > 0 && octets != NULL && ASN1_OCTET_STRING_set (octets, der, length))
    extension = X509_EXTENSION_create_by_OBJ (NULL, object, 0, octets);
  ASN1_OCTET_STRING_free (octets);
  OPENSSL_free (der);
  return extension != NULL && sk_X509_EXTENSION_push (extensions, extension) > 0;
}

static gboolean
add_extensions (X509_REQ *request, const OreeCsrSpec *spec, const OreeCertNeeds *needs, EVP_PKEY *key)
{
  STACK_OF (X509_EXTENSION) *extensions = NULL;
  g_autoptr (GENERAL_NAMES) names = names_of (needs);
  const char *extended = needs->server_auth && needs->client_auth ? "serverAuth,clientAuth"
                         : needs->client_auth                     ? "clientAuth"
                                                                  : "serverAuth";
  gboolean rsa = EVP_PKEY_is_a (key, "RSA");
  gboolean ok;

  ok = names != NULL && X509V3_add1_i2d (&extensions, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1
       /* RSA keys also unwrap: older Lync clients still exchange keys that way. */
       && add_text_extension (extensions, NID_key_usage, rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature")
       && add_text_extension (extensions, NID_ext_key_usage, extended) && add_template (extensions, spec->template_name)
       && X509_REQ_add_extensions (request, extensions) == 1;
  sk_X509_EXTENSION_pop_free (extensions, X509_EXTENSION_free);
  return ok;
}

char *
oree_csr_make (const OreeCsrSpec *spec, const OreeCertNeeds *needs, EVP_PKEY *key, GError **error)
{
  g_autoptr (X509_REQ) request = X509_REQ_new ();
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  g_return_val_if_fail (*needs->subject != '\0', NULL);
  ERR_clear_error ();
  if (request == NULL || !X509_REQ_set_version (request, X509_REQ_VERSION_1) || !set_subject (request, spec, needs->subject)
      || !X509_REQ_set_pubkey (request, key) || !add_extensions (request, spec, needs, key)
      || X509_REQ_sign (request, key, spec->key_type == OREE_KEY_EC_P384 ? EVP_sha384 () : EVP_sha256 ()) <= 0
      || !PEM_write_bio_X509_REQ (bio, request))
    {
      oree_pki_fail (error, "request");
      return NULL;
    }
  return oree_pki_bio_text (bio);
}

/* ---- Reading ---- */

static X509_REQ *
read_request (const char *pem)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  X509_REQ *request = PEM_read_bio_X509_REQ (bio, NULL, oree_pki_no_passphrase, NULL);

  ERR_clear_error ();
  return request;
}

typedef struct
{
  OreePkiNames names;
  gboolean server_auth, client_auth;
} Contents;

static void
read_contents (const X509_REQ *request, Contents *contents)
{
  STACK_OF (X509_EXTENSION) *extensions = X509_REQ_get_extensions ((X509_REQ *) request);
  g_autoptr (GENERAL_NAMES) names = X509V3_get_d2i (extensions, NID_subject_alt_name, NULL, NULL);
  g_autoptr (EXTENDED_KEY_USAGE) usage = X509V3_get_d2i (extensions, NID_ext_key_usage, NULL, NULL);

  oree_pki_names_init (&contents->names);
  oree_pki_names_read (&contents->names, names);
  contents->server_auth = contents->client_auth = FALSE;
  for (int i = 0; i < sk_ASN1_OBJECT_num (usage); i++)
    {
      int nid = OBJ_obj2nid (sk_ASN1_OBJECT_value (usage, i));

      contents->server_auth |= nid == NID_server_auth;
      contents->client_auth |= nid == NID_client_auth;
    }
  sk_X509_EXTENSION_pop_free (extensions, X509_EXTENSION_free);
}

/* The names of one type, as needed and as read, one per line. */
static gboolean
same_names (const OreeCertNeeds *needs, OreeNeedType type, const GPtrArray *read)
{
  guint at = 0;

  for (guint i = 0; i < needs->names->len; i++)
    {
      const OreeNeededName *name = g_ptr_array_index (needs->names, i);
      g_autofree char *text = type == OREE_NEED_XMPP ? oree_domain_to_unicode (name->name) : g_strdup (name->name);

      if (name->type != type)
        continue;
      if (at >= read->len || !g_str_equal (g_ptr_array_index (read, at), text))
        return FALSE;
      at++;
    }
  return at == read->len;
}

static gboolean
differs (GError **error, const char *what)
{
  ERR_clear_error ();
  g_set_error (error, OREE_ERROR, OREE_ERROR_FAILED, "the request read back differs: %s", what);
  return FALSE;
}

gboolean
oree_csr_verify (const char *pem, const OreeCertNeeds *needs, EVP_PKEY *key, GError **error)
{
  g_autoptr (X509_REQ) request = read_request (pem);
  g_autofree char *common_name = NULL;
  Contents contents;
  gboolean names, usages;

  if (request == NULL)
    return differs (error, "it cannot be read");
  if (X509_REQ_verify (request, key) != 1)
    return differs (error, "signature");
  if (EVP_PKEY_eq (X509_REQ_get0_pubkey (request), key) != 1)
    return differs (error, "key");
  common_name = oree_pki_common_name (X509_REQ_get_subject_name (request));
  if (!g_str_equal (common_name, needs->subject) && strlen (needs->subject) <= COMMON_NAME_MAX)
    return differs (error, "subject");
  read_contents (request, &contents);
  names = same_names (needs, OREE_NEED_DNS, contents.names.dns) && same_names (needs, OREE_NEED_SRV, contents.names.srv)
          && same_names (needs, OREE_NEED_XMPP, contents.names.xmpp) && contents.names.others->len == 0;
  usages = contents.server_auth == needs->server_auth && contents.client_auth == needs->client_auth;
  oree_pki_names_clear (&contents.names);
  if (!names)
    return differs (error, "names");
  return usages || differs (error, "key usage");
}

gboolean
oree_csr_read (const char *pem, OreeCertRecord *record)
{
  g_autoptr (X509_REQ) request = read_request (pem);
  Contents contents;

  if (request == NULL)
    return FALSE;
  g_free (record->subject);
  record->subject = oree_pki_name_text (X509_REQ_get_subject_name (request));
  g_free (record->common_name);
  record->common_name = oree_pki_common_name (X509_REQ_get_subject_name (request));
  g_free (record->key_type);
  record->key_type = oree_pki_key_type (X509_REQ_get0_pubkey (request));
  read_contents (request, &contents);
  g_strfreev (record->names);
  record->names = oree_pki_names_strv (contents.names.dns);
  g_strfreev (record->srv_names);
  record->srv_names = oree_pki_names_strv (contents.names.srv);
  g_strfreev (record->xmpp_addresses);
  record->xmpp_addresses = oree_pki_names_strv (contents.names.xmpp);
  record->server_auth = contents.server_auth;
  record->client_auth = contents.client_auth;
  oree_pki_names_clear (&contents.names);
  ERR_clear_error ();
  return TRUE;
}
