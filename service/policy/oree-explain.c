/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads facts as people and scripts write them, and runs the live decision on them with a trail. */
#include "policy/oree-explain.h"

#include "ident/oree-domain.h"
#include "ident/oree-jid.h"
#include "ident/oree-sip-uri.h"
#include "policy/oree-explain-boundary.h"
#include <string.h>

#define KIND "explain"

/* The facts as given; every one may be missing. */
typedef struct
{
  const char *what;
  GHashTable *texts;     /* name → text (owned both) */
  OreeProblems *problems;
} Given;

static void
complain (const Given *given, const char *field, OreeProblemCode code, const char *detail)
{
  oree_problems_add (given->problems, KIND, given->what, field, code, detail);
}

static const char *
get (const Given *given, const char *name)
{
  return g_hash_table_lookup (given->texts, name);
}

/* Keeps the facts we know; says which are unknown. */
static void
read_facts (Given *given, GVariant *facts, const char *const *known)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!g_strv_contains (known, name))
        complain (given, name, OREE_PROBLEM_UNKNOWN_FIELD, NULL);
      else if (g_variant_is_of_type (owned, G_VARIANT_TYPE_BOOLEAN))
        g_hash_table_replace (given->texts, g_strdup (name),
                              g_strdup (g_variant_get_boolean (owned) ? "true" : "false"));
      else if (g_variant_is_of_type (owned, G_VARIANT_TYPE_STRING))
        g_hash_table_replace (given->texts, g_strdup (name), g_variant_dup_string (owned, NULL));
      else
        complain (given, name, OREE_PROBLEM_WRONG_TYPE, "string");
    }
}

static int
get_choice (const Given *given, const char *name, const OreeEnumValue *choices, int fallback)
{
  const char *text = get (given, name);
  g_autoptr (GString) list = NULL;
  int value = fallback;

  if (text == NULL || oree_enum_from_nick (choices, oree_span_str (text), &value))
    return value;
  list = g_string_new (NULL);
  for (; choices->nick != NULL; choices++)
    g_string_append_printf (list, "%s%s", list->len ? "," : "", choices->nick);
  complain (given, name, OREE_PROBLEM_BAD_CHOICE, list->str);
  return fallback;
}

/* An address as people write it, sip:alice@contoso.test or alice@contoso.test (an XMPP address; its resource does
 * not matter here) → address of record. */
static char *
read_address (const Given *given, const char *name, const char *text)
{
  g_auto (OreeJid) jid = OREE_JID_INIT;
  char *aor = NULL;

  if (g_ascii_strncasecmp (text, "sip", 3) == 0 && strchr (text, ':') != NULL)
    aor = oree_sip_aor_normalise (oree_span_str (text));
  else if (oree_jid_parse (&jid, oree_span_str (text)))
    {
      g_autoptr (GString) uri = g_string_new ("sip:");

      if (jid.local != NULL)
        {
          oree_sip_uri_escape_user (oree_span_str (jid.local), uri);
          g_string_append_c (uri, '@');
        }
      g_string_append (uri, jid.domain);
      aor = oree_sip_aor_normalise (oree_span_str (uri->str));
    }
  if (aor == NULL)
    complain (given, name, OREE_PROBLEM_BAD_SIP_URI, text);
  return aor;
}

static char *
get_address (const Given *given, const char *name)
{
  const char *text = get (given, name);

  return text ? read_address (given, name, text) : NULL;
}

static const char *
domain_of (const char *aor)
{
  const char *at = strrchr (aor, '@');

  return at ? at + 1 : aor + strlen ("sip:");
}

/* The domain given under `name`, else that of `aor`, else `fallback`; owned. */
static char *
get_domain (const Given *given, const char *name, const char *aor, const char *fallback)
{
  const char *text = get (given, name);
  char *domain;

  if (text == NULL)
    return g_strdup (aor ? domain_of (aor) : fallback);
  domain = oree_domain_normalise (oree_span_str (text));
  if (domain == NULL)
    complain (given, name, OREE_PROBLEM_BAD_DOMAIN, text);
  return domain;
}

static GVariant *
verdict_variant (OreeVerdict verdict, const char *name, const char *value)
{
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&fields, "{sv}", "allow", g_variant_new_boolean (verdict.allow));
  g_variant_builder_add (&fields, "{sv}", "reason", g_variant_new_string (oree_reason_nick (verdict.reason)));
  g_variant_builder_add (&fields, "{sv}", "level",
                         g_variant_new_string (oree_reason_level_nick (oree_reason_level (verdict.reason))));
  if (name != NULL)
    g_variant_builder_add (&fields, "{sv}", name, g_variant_new_string (value));
  return g_variant_builder_end (&fields);
}

static const OreeReason dns_troubles[] = { OREE_REASON_DNS_BOGUS, OREE_REASON_DNS_FAILED };
static const OreeEnumValue booleans[] = { { FALSE, "false" }, { TRUE, "true" }, { 0, NULL } };

static gboolean
explain_xmpp (const OreePolicy *policy, Given *given, GVariant **verdict, GVariant **steps)
{
  const OreeSipDomain *ours = oree_policy_default_domain (policy);
  OreeDirection direction = (OreeDirection) get_choice (given, "direction", oree_directions, OREE_DIRECTION_IN);
  gboolean in = direction == OREE_DIRECTION_IN;
  g_autofree char *near = get_address (given, in ? "to" : "from");
  g_autofree char *far = get_address (given, in ? "from" : "to");
  g_autofree char *named = get_address (given, "local-user");
  const char *user = named ? named : near;
  g_autofree char *local = get_domain (given, "local-domain", user, ours ? ours->record.id : NULL);
  g_autofree char *remote = get_domain (given, "remote-domain", far, NULL);
  g_autoptr (OreeTrail) trail = oree_trail_new ();
  const OreeXmppFacts facts = {
    .direction = direction,
    .ask = (OreeXmppAsk) get_choice (given, "ask", oree_xmpp_asks, OREE_XMPP_MESSAGE),
    .local_domain = local,
    .remote_domain = remote,
    .local_user = user && strchr (user, '@') ? user : NULL,
    .auth = (OreeXmppAuth) get_choice (given, "auth", oree_xmpp_auths, OREE_XMPP_AUTH_SASL_TLS),
    .by = (OreeXmppBy) get_choice (given, "certificate-by", oree_xmpp_bys, OREE_XMPP_BY_NOTHING),
    .allow_entry = get_choice (given, "allow-entry", booleans, FALSE),
  };

  OreeVerdict decided;

  if (local == NULL && get (given, "local-domain") == NULL)
    complain (given, "local-domain", OREE_PROBLEM_REQUIRED, NULL);
  if (remote == NULL && get (given, "remote-domain") == NULL)
    complain (given, "remote-domain", OREE_PROBLEM_REQUIRED, NULL);
  if (oree_problems_n_errors (given->problems) > 0)
    return FALSE;
  decided = oree_decide_xmpp (policy, &facts, trail);
  if (decided.allow)
    oree_explain_boundary (policy, remote, facts.ask, trail);
  *verdict = verdict_variant (decided, NULL, NULL);
  *steps = oree_trail_to_variant (trail);
  return TRUE;
}

/* "a,b" → names in normal form, owned; "none": an empty list; not given: NULL. */
static GStrv
get_names (const Given *given, const char *name)
{
  const char *text = get (given, name);
  g_auto (GStrv) words = NULL;

  if (text == NULL)
    return NULL;
  words = g_strsplit (strcmp (text, "none") == 0 ? "" : text, ",", -1);
  for (char **word = words; *word != NULL; word++)
    {
      char *normal = oree_domain_normalise (oree_span_trim_lws (oree_span_str (*word)));

      if (normal == NULL)
        {
          complain (given, name, OREE_PROBLEM_BAD_DOMAIN, *word);
          return NULL;
        }
      g_free (*word);
      *word = normal;
    }
  return g_steal_pointer (&words);
}

/* Instead of names: what DNS says that cannot be asked, or not be believed. */
static OreeReason
get_dns (Given *given, const char *name)
{
  const char *text = get (given, name);

  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (dns_troubles); i++)
    if (strcmp (oree_reason_nick (dns_troubles[i]), text) == 0)
      return dns_troubles[i];
  return OREE_REASON_ALLOWED;
}

static gboolean
explain_peer (const OreePolicy *policy, Given *given, GVariant **verdict, GVariant **steps)
{
  const OreeSipDomain *ours = oree_policy_default_domain (policy);
  OreeDirection direction = (OreeDirection) get_choice (given, "direction", oree_directions, OREE_DIRECTION_IN);
  gboolean in = direction == OREE_DIRECTION_IN;
  g_autofree char *near = get_address (given, in ? "to" : "from");
  g_autofree char *far = get_address (given, in ? "from" : "to");
  g_autofree char *named = get_address (given, "local-user");
  const char *user = named ? named : near;
  g_autofree char *local = get_domain (given, "local-domain", user, ours ? ours->record.id : NULL);
  g_autofree char *remote = get_domain (given, "remote-domain", far, NULL);
  g_autofree char *method = g_ascii_strup (get (given, "method") ? get (given, "method") : "MESSAGE", -1);
  g_auto (GStrv) certified = get_names (given, "names");
  OreeReason dns = get_dns (given, "srv-targets");
  g_auto (GStrv) targets = dns == OREE_REASON_ALLOWED ? get_names (given, "srv-targets") : g_new0 (char *, 1);
  const OreePeerNames names = {
    (const char *const *) certified,
    (const char *const *) certified,
    get_choice (given, "usage", oree_sip_certificate_usages, OREE_CLIENT_CERTIFICATE_STRICT)
      == OREE_CLIENT_CERTIFICATE_STRICT,
  };
  g_autoptr (OreeTrail) trail = oree_trail_new ();
  OreePeerStand stand;
  OreeVerdict decided;
  const OreePeerFacts facts = {
    .direction = direction,
    .method = strcmp (method, "NONE") == 0 ? NULL : method,
    .local_domain = local,
    .remote_domain = remote,
    .local_user = user && strchr (user, '@') ? user : NULL,
    .names = certified != NULL ? &names : NULL,
    .srv_targets = (const char *const *) targets,
    .dns = dns,
    .mark = (OreeSourceMark) get_choice (given, "mark", oree_source_marks, OREE_SOURCE_UNMARKED),
    .allow_entry = get_choice (given, "allow-entry", booleans, FALSE),
    .in_dialog = get_choice (given, "in-dialog", booleans, FALSE),
    .audio_video = get_choice (given, "audio-video", booleans, FALSE),
  };

  if (local == NULL && get (given, "local-domain") == NULL)
    complain (given, "local-domain", OREE_PROBLEM_REQUIRED, NULL);
  if (remote == NULL && get (given, "remote-domain") == NULL)
    complain (given, "remote-domain", OREE_PROBLEM_REQUIRED, NULL);
  if (oree_problems_n_errors (given->problems) > 0)
    return FALSE;
  decided = oree_decide_peer (policy, &facts, &stand, trail);
  *verdict = verdict_variant (decided, "relation", oree_enum_to_nick (oree_relations, stand.relation));
  *steps = oree_trail_to_variant (trail);
  return TRUE;
}

static gboolean
explain_sip (const OreePolicy *policy, Given *given, GVariant **verdict, GVariant **steps)
{
  const OreeSipSource usual = oree_policy_next_hop (policy)->embedded ? OREE_SIP_FROM_CLIENT : OREE_SIP_FROM_NEXT_HOP;
  g_autofree char *from = get_address (given, "from");
  g_autofree char *to = get_address (given, "to");
  g_autofree char *authenticated = get_address (given, "authenticated");
  g_autofree char *method = g_ascii_strup (get (given, "method") ? get (given, "method") : "MESSAGE", -1);
  g_autoptr (OreeTrail) trail = oree_trail_new ();
  OreeSipRoute route = OREE_SIP_ROUTE_NONE;
  OreeVerdict decided;
  const OreeSipFacts facts = {
    .source = (OreeSipSource) get_choice (given, "source", oree_sip_sources, usual),
    .method = method,
    .from = from,
    .to = to,
    .authenticated = authenticated ? authenticated : from,
  };

  if (from == NULL && get (given, "from") == NULL)
    complain (given, "from", OREE_PROBLEM_REQUIRED, NULL);
  if (to == NULL && get (given, "to") == NULL)
    complain (given, "to", OREE_PROBLEM_REQUIRED, NULL);
  if (oree_problems_n_errors (given->problems) > 0)
    return FALSE;
  decided = oree_decide_sip (policy, &facts, &route, trail);
  if (decided.allow && route == OREE_SIP_ROUTE_XMPP)
    oree_explain_boundary (policy, domain_of (to), strcmp (method, "MESSAGE") == 0 ? OREE_XMPP_MESSAGE : OREE_XMPP_PRESENCE,
                           trail);
  *verdict = verdict_variant (decided, "route", oree_enum_to_nick (oree_sip_routes, route));
  *steps = oree_trail_to_variant (trail);
  return TRUE;
}

static const struct
{
  const char *what;
  gboolean (*explain) (const OreePolicy *policy, Given *given, GVariant **verdict, GVariant **steps);
  const char *known[16];
} questions[] = {
  { "xmpp",
    explain_xmpp,
    { "direction", "ask", "local-domain", "remote-domain", "local-user", "from", "to", "auth", "certificate-by",
      "allow-entry", NULL } },
  { "peer",
    explain_peer,
    { "direction", "method", "local-domain", "remote-domain", "local-user", "from", "to", "names", "srv-targets", "usage",
      "mark", "allow-entry", "in-dialog", "audio-video", NULL } },
  { "sip", explain_sip, { "source", "method", "from", "to", "authenticated", NULL } },
};

gboolean
oree_explain (const OreePolicy *policy, const char *what, GVariant *facts, GVariant **verdict, GVariant **steps,
              OreeProblems *problems)
{
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (OreeProblems) own = oree_problems_new ();
  Given given = { what, texts, problems ? problems : own };

  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    if (strcmp (questions[i].what, what) == 0)
      {
        read_facts (&given, facts, questions[i].known);
        return questions[i].explain (policy, &given, verdict, steps);
      }
  complain (&given, NULL, OREE_PROBLEM_UNKNOWN_KIND, what);
  return FALSE;
}
