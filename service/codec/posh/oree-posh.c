/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POSH documents. json-glib reads JSON by recursion, so how deep it may go is seen to before. */
#include "codec/posh/oree-posh.h"
#include "base/oree-limits.h"
#include <json-glib/json-glib.h>

static OreePosh *
posh_new (void)
{
  OreePosh *self = g_new0 (OreePosh, 1);

  g_atomic_ref_count_init (&self->refs);
  self->fingerprints = g_array_new (FALSE, TRUE, sizeof (OreePoshFingerprint));
  return self;
}

OreePosh *
oree_posh_ref (OreePosh *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
oree_posh_unref (OreePosh *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->fingerprints);
  g_free (self->url);
  g_free (self);
}

/* One object and nothing behind it, not too deep, before anything is built of it. Debian's json-glib loses memory over
 * a second value or a bare number, and reads comments, which JSON has not. */
static gssize
check_shape (OreeSpan document)
{
  OreeSpan text = oree_span_trim_lws (document);
  gboolean in_string = FALSE;
  guint depth = 0;

  if (text.length == 0 || text.data[0] != '{')
    return OREE_PARSE_BAD_SYNTAX;
  for (gsize i = 0; i < text.length; i++)
    {
      char c = text.data[i];

      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (in_string)
        continue;
      else if (c == '/')
        return OREE_PARSE_BAD_SYNTAX;
      else if ((c == '[' || c == '{') && ++depth > OREE_POSH_DEPTH_MAX)
        return OREE_PARSE_TOO_DEEP;
      else if ((c == ']' || c == '}') && --depth == 0)
        return i + 1 == text.length ? 0 : OREE_PARSE_BAD_SYNTAX;
    }

  return OREE_PARSE_BAD_SYNTAX;
}

/* RFC 7711 3: not negative, and 0 makes the document invalid. Never for ever. */
static gssize
read_expires (JsonObject *object, guint *expires)
{
  JsonNode *node = json_object_get_member (object, "expires");
  gint64 value;

  if (node == NULL)
    return OREE_PARSE_MISSING;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return OREE_PARSE_BAD_VALUE;
  value = json_node_get_int (node);
  if (value <= 0)
    return OREE_PARSE_BAD_VALUE;
  *expires = (guint) MIN (value, OREE_POSH_SECONDS_MAX);

  return 0;
}

static const char *
text_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/* 1: read; 0: not there; else an error. */
static gssize
read_hash (JsonObject *object, const char *name, guint8 *hash, gsize length)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = text_of (node);
  g_autofree guchar *bytes = NULL;
  gsize n = 0;

  if (node == NULL)
    return 0;
  if (text == NULL || strlen (text) > 2 * OREE_POSH_SHA512_BYTES)
    return OREE_PARSE_BAD_VALUE;
  bytes = g_base64_decode (text, &n);
  if (n != length)
    return OREE_PARSE_BAD_VALUE;
  memcpy (hash, bytes, length);

  return 1;
}

static gssize
read_fingerprint (OreePosh *self, JsonNode *node)
{
  OreePoshFingerprint fingerprint = { 0 };
  JsonObject *object;
  gssize sha256, sha512;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return OREE_PARSE_BAD_VALUE;
  object = json_node_get_object (node);
  sha256 = read_hash (object, "sha-256", fingerprint.sha256, sizeof fingerprint.sha256);
  sha512 = read_hash (object, "sha-512", fingerprint.sha512, sizeof fingerprint.sha512);
  if (sha256 < 0 || sha512 < 0)
    return MIN (sha256, sha512);
  fingerprint.has_sha256 = sha256 > 0;
  fingerprint.has_sha512 = sha512 > 0;
  if (fingerprint.has_sha256 || fingerprint.has_sha512)
    g_array_append_val (self->fingerprints, fingerprint);

  return 0;
}

static gssize
read_fingerprints (OreePosh *self, JsonNode *node)
{
  JsonArray *array;
  gssize error = 0;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return OREE_PARSE_BAD_VALUE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) > OREE_POSH_FINGERPRINTS_MAX)
    return OREE_PARSE_TOO_MANY;
  for (guint i = 0; error == 0 && i < json_array_get_length (array); i++)
    error = read_fingerprint (self, json_array_get_element (array, i));
  if (error == 0 && self->fingerprints->len == 0)
    error = OREE_PARSE_UNSUPPORTED;

  return error;
}

static gssize
read_url (OreePosh *self, JsonNode *node)
{
  const char *text = text_of (node);
  g_autoptr (GUri) uri = NULL;

  if (text == NULL || strlen (text) > OREE_POSH_URL_MAX)
    return OREE_PARSE_BAD_VALUE;
  uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || strcmp (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0' || g_uri_get_userinfo (uri) != NULL)
    return OREE_PARSE_BAD_VALUE;
  self->url = g_uri_to_string_partial (uri, G_URI_HIDE_FRAGMENT);

  return 0;
}

static gssize
read_object (OreePosh *self, JsonObject *object)
{
  JsonNode *fingerprints = json_object_get_member (object, "fingerprints");
  JsonNode *url = json_object_get_member (object, "url");
  gssize error = read_expires (object, &self->expires);

  if (error != 0)
    return error;
  if (fingerprints != NULL && url != NULL)
    return OREE_PARSE_DUPLICATE;
  if (fingerprints != NULL)
    return read_fingerprints (self, fingerprints);

  return url != NULL ? read_url (self, url) : OREE_PARSE_MISSING;
}

gssize
oree_posh_parse (OreePosh **posh, OreeSpan document)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (OreePosh) self = NULL;
  JsonNode *root;
  gssize error;

  if (document.length > OREE_POSH_BYTES_MAX)
    return OREE_PARSE_TOO_LONG;
  error = check_shape (document);
  if (error != 0)
    return error;
  if (!g_utf8_validate_len (document.data, document.length, NULL))
    return OREE_PARSE_BAD_SYNTAX;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, document.data, (gssize) document.length, NULL))
    return OREE_PARSE_BAD_SYNTAX;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return OREE_PARSE_BAD_SYNTAX;

  self = posh_new ();
  error = read_object (self, json_node_get_object (root));
  if (error != 0)
    return error;
  *posh = g_steal_pointer (&self);

  return (gssize) document.length;
}

gboolean
oree_posh_names (const OreePosh *self, const guint8 *sha256, const guint8 *sha512)
{
  for (guint i = 0; i < self->fingerprints->len; i++)
    {
      const OreePoshFingerprint *at = &g_array_index (self->fingerprints, OreePoshFingerprint, i);

      if ((!at->has_sha256 || memcmp (at->sha256, sha256, sizeof at->sha256) == 0)
          && (!at->has_sha512 || memcmp (at->sha512, sha512, sizeof at->sha512) == 0))
        return TRUE;
    }

  return FALSE;
}
