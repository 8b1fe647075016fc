/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap key file: one table of keys, read into a struct; every mistake is reported, not the first alone. */
#include "control/oree-config.h"

#include "base/oree-enum.h"
#include "base/oree-limits.h"
#include "base/oree-span.h"

#include <gio/gio.h>

#define DEFAULT_STATE_DIRECTORY "/var/lib/oree"
#define DEFAULT_STORE_URL "sqlite:oree.db"
#define SQLITE_PREFIX "sqlite:"

typedef enum
{
  KEY_TEXT,
  KEY_FILE,
  KEY_NUMBER,
  KEY_ENUM,
  KEY_FORWARDERS
} KeyType;

typedef struct
{
  const char *group;
  const char *key;
  KeyType type;
  gsize offset;
  const OreeEnumValue *values;
  guint minimum;
  guint maximum;
} Key;

static const OreeEnumValue authorizations[] = {
  { OREE_AUTHORIZATION_POLKIT, "polkit" },
  { OREE_AUTHORIZATION_SAME_UID, "same-uid" },
  { 0, NULL },
};

static const OreeEnumValue profiles[] = {
  { OREE_PROFILE_EMPTY, "empty" },
  { OREE_PROFILE_LAB, "lab" },
  { 0, NULL },
};

static const OreeEnumValue levels[] = {
  { OREE_LOG_ERROR, "error" }, { OREE_LOG_WARNING, "warning" }, { OREE_LOG_NOTICE, "notice" },
  { OREE_LOG_INFO, "info" },   { OREE_LOG_DEBUG, "debug" },     { 0, NULL },
};

static const OreeEnumValue private_addresses[] = {
  { OREE_PRIVATE_PARTNERS, "partners" },
  { OREE_PRIVATE_ANYBODY, "anybody" },
  { 0, NULL },
};

#define AT(field) G_STRUCT_OFFSET (OreeConfig, field)

static const Key keys[] = {
  { "service", "state-directory", KEY_FILE, AT (state_directory) },
  { "service", "bus", KEY_TEXT, AT (bus) },
  { "service", "authorization", KEY_ENUM, AT (authorization), authorizations },
  { "service", "workers", KEY_NUMBER, AT (workers), NULL, 0, OREE_WORKERS_MAX },
  { "service", "log-level", KEY_ENUM, AT (log_level), levels },
  { "service", "profile", KEY_ENUM, AT (profile), profiles },
  { "service", "drain-seconds", KEY_NUMBER, AT (drain_seconds), NULL, 0, OREE_DRAIN_SECONDS_MAX },
  { "store", "url", KEY_TEXT, AT (store_url) },
  { "dns", "forwarders", KEY_FORWARDERS, AT (dns_forwarders) },
  { "dns", "trust-anchors", KEY_FILE, AT (dns_trust_anchors) },
  { "dns", "private-addresses", KEY_ENUM, AT (dns_private), private_addresses },
  { "tls", "external-certificate", KEY_FILE, AT (external_certificate) },
  { "tls", "external-key", KEY_FILE, AT (external_key) },
  { "tls", "client-certificate", KEY_FILE, AT (client_certificate) },
  { "tls", "client-key", KEY_FILE, AT (client_key) },
  { "tls", "internal-certificate", KEY_FILE, AT (internal_certificate) },
  { "tls", "internal-key", KEY_FILE, AT (internal_key) },
  { "tls", "trust-anchors", KEY_FILE, AT (tls_trust_anchors) },
  { "lab", "domain", KEY_TEXT, AT (lab_domain) },
  { "lab", "address", KEY_TEXT, AT (lab_address) },
  { "lab", "xmpp-port", KEY_NUMBER, AT (lab_xmpp_port), NULL, 1, 65535 },
  { "lab", "sip-port", KEY_NUMBER, AT (lab_sip_port), NULL, 1, 65535 },
  { "lab", "xmpp-internal-port", KEY_NUMBER, AT (lab_xmpp_internal_port), NULL, 0, 65535 },
};

typedef struct
{
  OreeConfig *config;
  const char *directory;
  GPtrArray *problems;
} Reader;

static void
complain (Reader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
complain (Reader *reader, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (reader->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

static char *
allowed_nicks (const OreeEnumValue *values)
{
  GString *text = g_string_new (NULL);

  for (; values->nick != NULL; values++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", values->nick);
  return g_string_free (text, FALSE);
}

static char *
absolute (const char *file, const char *directory)
{
  return g_path_is_absolute (file) ? g_strdup (file) : g_build_filename (directory, file, NULL);
}

/* "192.0.2.1" or "192.0.2.1@5353" → "192.0.2.1@5353"; NULL when it is neither. */
static char *
forwarder_from_text (const char *text)
{
  OreeSpan address, port;
  guint64 number = 53;
  g_autofree char *host = NULL;

  if (oree_span_cut (oree_span_trim (oree_span_str (text)), '@', &address, &port)
      && (!oree_span_to_uint (port, 65535, &number) || number == 0))
    return NULL;
  host = oree_span_dup (address);
  if (!g_hostname_is_ip_address (host))
    return NULL;
  return g_strdup_printf ("%s@%u", host, (guint) number);
}

static void
read_forwarders (Reader *reader, const Key *key, const char *value)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (char **item = items; *item != NULL; item++)
    {
      g_autofree char *forwarder = NULL;

      if (oree_span_is_empty (oree_span_trim (oree_span_str (*item))))
        continue;
      forwarder = forwarder_from_text (*item);
      if (forwarder == NULL)
        complain (reader, "[%s] %s: “%s” is no resolver; allowed: an IP address, or address@port", key->group,
                  key->key, g_strstrip (*item));
      else
        g_strv_builder_add (list, forwarder);
    }
  g_strfreev (reader->config->dns_forwarders);
  reader->config->dns_forwarders = g_strv_builder_end (list);
}

static void
read_number (Reader *reader, const Key *key, const char *value)
{
  guint64 number;

  if (!oree_span_to_uint (oree_span_trim (oree_span_str (value)), key->maximum, &number) || number < key->minimum)
    complain (reader, "[%s] %s: “%s” is not allowed; allowed: a number from %u to %u", key->group, key->key, value,
              key->minimum, key->maximum);
  else
    G_STRUCT_MEMBER (guint, reader->config, key->offset) = (guint) number;
}

static void
read_enum (Reader *reader, const Key *key, const char *value)
{
  int number;

  if (oree_enum_from_nick (key->values, oree_span_trim (oree_span_str (value)), &number))
    G_STRUCT_MEMBER (int, reader->config, key->offset) = number;
  else
    {
      g_autofree char *allowed = allowed_nicks (key->values);

      complain (reader, "[%s] %s: “%s” is not allowed; allowed: %s", key->group, key->key, value, allowed);
    }
}

static void
read_key (Reader *reader, const Key *key, const char *value)
{
  char **text;

  switch (key->type)
    {
    case KEY_TEXT:
      text = &G_STRUCT_MEMBER (char *, reader->config, key->offset);
      g_free (*text);
      *text = g_strstrip (g_strdup (value));
      if (**text == '\0')
        complain (reader, "[%s] %s: empty; leave the line out for the default", key->group, key->key);
      break;
    case KEY_FILE:
      text = &G_STRUCT_MEMBER (char *, reader->config, key->offset);
      if (*value != '\0')
        {
          g_free (*text);
          *text = absolute (value, reader->directory);
        }
      break;
    case KEY_NUMBER:
      read_number (reader, key, value);
      break;
    case KEY_ENUM:
      read_enum (reader, key, value);
      break;
    case KEY_FORWARDERS:
      read_forwarders (reader, key, value);
      break;
    }
}

static gboolean
group_is_known (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group))
      return TRUE;
  return FALSE;
}

static const Key *
find_key (const char *group, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].key, name))
      return &keys[i];
  return NULL;
}

static char *
keys_of_group (const char *group)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", keys[i].key);
  return g_string_free (text, FALSE);
}

static void
read_group (Reader *reader, GKeyFile *file, const char *group)
{
  g_auto (GStrv) names = NULL;

  if (!group_is_known (group))
    {
      complain (reader, "[%s]: unknown group; allowed: service, store, dns, tls, lab", group);
      return;
    }
  names = g_key_file_get_keys (file, group, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      const Key *key = find_key (group, *name);
      g_autofree char *value = g_key_file_get_string (file, group, *name, NULL);

      if (key == NULL)
        {
          g_autofree char *allowed = keys_of_group (group);

          complain (reader, "[%s] %s: unknown key; allowed: %s", group, *name, allowed);
        }
      else if (value == NULL)
        complain (reader, "[%s] %s: not readable as text in UTF-8", group, *name);
      else
        read_key (reader, key, value);
    }
}

static void
check_together (Reader *reader)
{
  OreeConfig *config = reader->config;

  if (!g_str_equal (config->bus, "system") && !g_str_equal (config->bus, "session")
      && !g_dbus_is_supported_address (config->bus, NULL))
    complain (reader, "[service] bus: “%s” is not allowed; allowed: system, session, or the address of a bus",
              config->bus);
  if (g_str_equal (config->bus, "system") && config->authorization == OREE_AUTHORIZATION_SAME_UID)
    complain (reader, "[service] authorization: same-uid is refused on the system bus; allowed there: polkit");
  if (!g_str_has_prefix (config->store_url, SQLITE_PREFIX)
      && !g_str_has_prefix (config->store_url, "postgresql://"))
    complain (reader, "[store] url: this scheme is not allowed; allowed: sqlite:FILE, postgresql://…");
  if ((config->external_certificate == NULL) != (config->external_key == NULL))
    complain (reader, "[tls] external-certificate: certificate and key come together; set external-certificate and "
                      "external-key, or neither");
  if ((config->client_certificate == NULL) != (config->client_key == NULL))
    complain (reader, "[tls] client-certificate: certificate and key come together; set client-certificate and "
                      "client-key, or neither");
  if ((config->internal_certificate == NULL) != (config->internal_key == NULL))
    complain (reader, "[tls] internal-certificate: certificate and key come together; set internal-certificate and "
                      "internal-key, or neither");
  if (!g_hostname_is_ip_address (config->lab_address))
    complain (reader, "[lab] address: “%s” is not allowed; allowed: an IP address", config->lab_address);
}

static OreeConfig *
config_defaults (void)
{
  OreeConfig *config = g_new0 (OreeConfig, 1);

  config->state_directory = g_strdup (DEFAULT_STATE_DIRECTORY);
  config->bus = g_strdup ("system");
  config->log_level = OREE_LOG_INFO;
  config->drain_seconds = 10;
  config->store_url = g_strdup (DEFAULT_STORE_URL);
  config->dns_forwarders = g_new0 (char *, 1);
  config->lab_domain = g_strdup ("contoso.test");
  config->lab_address = g_strdup ("127.0.0.1");
  config->lab_xmpp_port = 15269;
  config->lab_sip_port = 15061;
  return config;
}

/* What the file leaves to us: number of processors, place of the database. */
static void
resolve (OreeConfig *config)
{
  if (config->workers == 0)
    config->workers = CLAMP (g_get_num_processors (), 1, OREE_WORKERS_MAX);
  /* A lab is a world of loopback. */
  if (config->dns_private == OREE_PRIVATE_DEFAULT)
    config->dns_private = config->profile == OREE_PROFILE_LAB ? OREE_PRIVATE_ANYBODY : OREE_PRIVATE_PARTNERS;
  if (g_str_has_prefix (config->store_url, SQLITE_PREFIX))
    {
      g_autofree char *file = absolute (config->store_url + strlen (SQLITE_PREFIX), config->state_directory);

      g_free (config->store_url);
      config->store_url = g_strconcat (SQLITE_PREFIX, file, NULL);
    }
}

OreeConfig *
oree_config_parse (const char *text, gsize length, const char *directory, GPtrArray **problems)
{
  g_autoptr (OreeConfig) config = config_defaults ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  Reader reader = { config, directory, list };

  if (length > 0 && !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &error))
    complain (&reader, "not a key file: %s", error->message);
  else
    {
      g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

      for (char **group = groups; *group != NULL; group++)
        read_group (&reader, file, *group);
      check_together (&reader);
    }
  if (list->len > 0)
    {
      *problems = g_steal_pointer (&list);
      return NULL;
    }
  resolve (config);
  return g_steal_pointer (&config);
}

OreeConfig *
oree_config_load (const char *path, GPtrArray **problems)
{
  g_autofree char *text = NULL;
  g_autofree char *full = NULL;
  g_autofree char *directory = NULL;
  g_autoptr (GError) error = NULL;
  OreeConfig *config;
  gsize length = 0;

  if (path == NULL)
    return oree_config_parse ("", 0, "/", problems);
  if (!g_file_get_contents (path, &text, &length, &error))
    {
      *problems = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (*problems, g_strdup (error->message));
      return NULL;
    }
  full = g_canonicalize_filename (path, NULL);
  directory = g_path_get_dirname (full);
  config = oree_config_parse (text, length, directory, problems);
  if (config != NULL)
    config->path = g_steal_pointer (&full);
  return config;
}

gboolean
oree_config_reload_tls (OreeConfig *config, GPtrArray **problems)
{
  g_autoptr (OreeConfig) next = NULL;

  if (config->path == NULL)
    return TRUE;
  next = oree_config_load (config->path, problems);
  if (next == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, "tls"))
      {
        char **mine = &G_STRUCT_MEMBER (char *, config, keys[i].offset);
        char **theirs = &G_STRUCT_MEMBER (char *, next, keys[i].offset);

        g_free (*mine);
        *mine = g_steal_pointer (theirs);
      }
  return TRUE;
}

void
oree_config_free (OreeConfig *config)
{
  if (config == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    switch (keys[i].type)
      {
      case KEY_TEXT:
      case KEY_FILE:
        g_free (G_STRUCT_MEMBER (char *, config, keys[i].offset));
        break;
      case KEY_FORWARDERS:
        g_strfreev (G_STRUCT_MEMBER (char **, config, keys[i].offset));
        break;
      case KEY_NUMBER:
      case KEY_ENUM:
        break;
      }
  g_free (config->path);
  g_free (config);
}

const char *
oree_authorization_nick (OreeAuthorization value)
{
  return oree_enum_to_nick (authorizations, value);
}

const char *
oree_profile_nick (OreeProfile value)
{
  return oree_enum_to_nick (profiles, value);
}
