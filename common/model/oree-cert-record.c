/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/oree-cert-record.h"

const OreeEnumValue oree_cert_states[] = {
  { OREE_CERT_STATE_WAITING, "waiting" },       { OREE_CERT_STATE_NOT_YET_VALID, "not-yet-valid" },
  { OREE_CERT_STATE_MONITORING, "monitoring" }, { OREE_CERT_STATE_RENEW_SOON, "renew-soon" },
  { OREE_CERT_STATE_RENEW_NOW, "renew-now" },   { OREE_CERT_STATE_EXPIRED, "expired" },
  { 0, NULL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (oree_cert_states) == OREE_N_CERT_STATES + 1);

const OreeEnumValue oree_cert_sources[] = {
  { OREE_CERT_SOURCE_STORE, "store" }, { OREE_CERT_SOURCE_FILE, "file" }, { OREE_CERT_SOURCE_LAB, "lab" }, { 0, NULL },
};

/* Which rows say a member: a request has no end, a certificate was not made here. */
typedef enum
{
  OF_BOTH,
  OF_CERTIFICATES,
  OF_REQUESTS
} Of;

typedef enum
{
  TEXT,
  LIST,
  FLAG,
  TIME,
  NUMBER,
  USAGES
} Type;

typedef struct
{
  const char *name;
  Type type;
  Of of;
  gboolean always; /* also when it is empty or nought */
  gsize offset;
} Member;

#define M(name, TYPE, OF, always, member) { name, TYPE, OF, always, G_STRUCT_OFFSET (OreeCertRecord, member) }

static const Member members[] = {
  M ("id", TEXT, OF_BOTH, TRUE, id),
  M ("friendly-name", TEXT, OF_BOTH, TRUE, friendly_name),
  M ("subject", TEXT, OF_BOTH, TRUE, subject),
  M ("common-name", TEXT, OF_BOTH, TRUE, common_name),
  M ("issuer", TEXT, OF_CERTIFICATES, TRUE, issuer),
  M ("serial", TEXT, OF_CERTIFICATES, TRUE, serial),
  M ("names", LIST, OF_BOTH, TRUE, names),
  M ("srv-names", LIST, OF_BOTH, FALSE, srv_names),
  M ("xmpp-addresses", LIST, OF_BOTH, FALSE, xmpp_addresses),
  M ("other-names", LIST, OF_CERTIFICATES, FALSE, other_names),
  M ("not-before", TIME, OF_CERTIFICATES, TRUE, not_before),
  M ("not-after", TIME, OF_CERTIFICATES, TRUE, not_after),
  M ("days-left", NUMBER, OF_CERTIFICATES, TRUE, days_left),
  M ("key-type", TEXT, OF_BOTH, TRUE, key_type),
  M ("signature", TEXT, OF_CERTIFICATES, TRUE, signature),
  M ("server-authentication", FLAG, OF_BOTH, TRUE, server_auth),
  M ("client-authentication", FLAG, OF_BOTH, TRUE, client_auth),
  M ("has-key", FLAG, OF_CERTIFICATES, TRUE, has_key),
  M ("exportable", FLAG, OF_BOTH, TRUE, exportable),
  M ("usages", USAGES, OF_BOTH, TRUE, usages),
  M ("previous-of", USAGES, OF_CERTIFICATES, FALSE, previous_of),
  M ("next-of", USAGES, OF_CERTIFICATES, FALSE, next_of),
  M ("effective", TIME, OF_CERTIFICATES, FALSE, effective),
  M ("chain", LIST, OF_CERTIFICATES, TRUE, chain),
  M ("chain-complete", FLAG, OF_CERTIFICATES, TRUE, chain_complete),
  M ("missing-issuer", TEXT, OF_CERTIFICATES, FALSE, missing_issuer),
  M ("self-signed", FLAG, OF_CERTIFICATES, TRUE, self_signed),
  M ("root-trusted", FLAG, OF_CERTIFICATES, TRUE, root_trusted),
  M ("request", TEXT, OF_CERTIFICATES, FALSE, request),
  M ("imported", TIME, OF_CERTIFICATES, FALSE, created),
  M ("imported-by", TEXT, OF_CERTIFICATES, FALSE, created_by),
  M ("created", TIME, OF_REQUESTS, FALSE, created),
  M ("created-by", TEXT, OF_REQUESTS, FALSE, created_by),
  M ("renews", TEXT, OF_REQUESTS, FALSE, renews),
};

#define AT(type, self, member) G_STRUCT_MEMBER (type, (self), (member)->offset)

OreeCertRecord *
oree_cert_record_new (void)
{
  OreeCertRecord *self = g_new0 (OreeCertRecord, 1);

  self->state = OREE_CERT_STATE_MONITORING;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i].type == TEXT && AT (char *, self, &members[i]) == NULL)
      AT (char *, self, &members[i]) = g_strdup ("");
    else if (members[i].type == LIST)
      AT (char **, self, &members[i]) = g_new0 (char *, 1);
  return self;
}

void
oree_cert_record_free (OreeCertRecord *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i].type == TEXT)
      g_clear_pointer (&AT (char *, self, &members[i]), g_free);
    else if (members[i].type == LIST)
      g_clear_pointer (&AT (char **, self, &members[i]), g_strfreev);
  g_free (self);
}

/* NULL when it says nothing and needs not. */
static GVariant *
member_value (const OreeCertRecord *self, const Member *member)
{
  switch (member->type)
    {
    case TEXT:
      return member->always || *AT (char *, self, member) != '\0' ? g_variant_new_string (AT (char *, self, member)) : NULL;
    case LIST:
      return member->always || *AT (char **, self, member) != NULL
                 ? g_variant_new_strv ((const char *const *) AT (char **, self, member), -1)
                 : NULL;
    case FLAG:
      return g_variant_new_boolean (AT (gboolean, self, member));
    case TIME:
      return member->always || AT (gint64, self, member) != 0 ? g_variant_new_int64 (AT (gint64, self, member)) : NULL;
    case NUMBER:
      return g_variant_new_int32 (AT (int, self, member));
    case USAGES:
      {
        g_auto (GStrv) nicks = oree_edge_usages_to_nicks (AT (OreeEdgeUsages, self, member));

        return member->always || *nicks != NULL ? g_variant_new_strv ((const char *const *) nicks, -1) : NULL;
      }
    }
  g_return_val_if_reached (NULL);
}

static gboolean
is_said (const Member *member, gboolean is_request)
{
  return member->of == OF_BOTH || (member->of == OF_REQUESTS) == is_request;
}

GVariant *
oree_cert_record_to_variant (const OreeCertRecord *self)
{
  GVariantDict row;

  g_variant_dict_init (&row, NULL);
  g_variant_dict_insert (&row, "kind", "s", self->is_request ? "request" : "certificate");
  g_variant_dict_insert (&row, "state", "s", oree_enum_to_nick (oree_cert_states, (int) self->state));
  if (!self->is_request)
    g_variant_dict_insert (&row, "source", "s", oree_enum_to_nick (oree_cert_sources, (int) self->source));
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      GVariant *value = is_said (&members[i], self->is_request) ? member_value (self, &members[i]) : NULL;

      if (value != NULL)
        g_variant_dict_insert_value (&row, members[i].name, value);
    }
  return g_variant_dict_end (&row);
}

static void
read_member (OreeCertRecord *self, const Member *member, GVariant *value)
{
  static const char *const types[] = { [TEXT] = "s", [LIST] = "as", [FLAG] = "b", [TIME] = "x", [NUMBER] = "i", [USAGES] = "as" };

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (types[member->type])))
    return;
  switch (member->type)
    {
    case TEXT:
      g_free (AT (char *, self, member));
      AT (char *, self, member) = g_variant_dup_string (value, NULL);
      break;
    case LIST:
      g_strfreev (AT (char **, self, member));
      AT (char **, self, member) = g_variant_dup_strv (value, NULL);
      break;
    case FLAG:
      AT (gboolean, self, member) = g_variant_get_boolean (value);
      break;
    case TIME:
      AT (gint64, self, member) = g_variant_get_int64 (value);
      break;
    case NUMBER:
      AT (int, self, member) = g_variant_get_int32 (value);
      break;
    case USAGES:
      {
        g_autofree const char **nicks = g_variant_get_strv (value, NULL);

        AT (OreeEdgeUsages, self, member) = oree_edge_usages_from_words (nicks, NULL);
        break;
      }
    }
}

static void
read_enum (GVariant *row, const char *name, const OreeEnumValue *table, int *value)
{
  const char *nick;

  if (g_variant_lookup (row, name, "&s", &nick))
    oree_enum_from_nick (table, oree_span_str (nick), value);
}

OreeCertRecord *
oree_cert_record_from_variant (GVariant *row)
{
  OreeCertRecord *self = oree_cert_record_new ();
  int state = (int) self->state, source = (int) self->source;
  const char *kind = "";

  if (!g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
    return self;
  g_variant_lookup (row, "kind", "&s", &kind);
  self->is_request = g_str_equal (kind, "request");
  read_enum (row, "state", oree_cert_states, &state);
  read_enum (row, "source", oree_cert_sources, &source);
  self->state = (OreeCertState) state;
  self->source = (OreeCertSource) source;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (row, members[i].name, NULL);

      if (value != NULL && is_said (&members[i], self->is_request))
        read_member (self, &members[i], value);
    }
  return self;
}
