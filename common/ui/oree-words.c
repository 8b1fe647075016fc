/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/oree-words.h"

#include <glib/gi18n-lib.h>

static const OreeWord partner_types[] = {
  { "federated", N_ ("Federated"),
    N_ ("Trusted organization: its contacts may add your users and see presence and status notes without approval.") },
  { "public-verified", N_ ("Public verified"),
    N_ ("Trusted public provider that verifies its users. They see presence and can write, never status notes. Not "
        "recommended.") },
  { "public-unverified", N_ ("Public unverified"),
    N_ ("Your user must add the contact first. Recommended for public providers.") },
};

static const OreeWord negotiations[] = {
  { "required", NC_ ("negotiation", "Required"), NULL },
  { "optional", NC_ ("negotiation", "Optional"), NULL },
  { "not-supported", NC_ ("negotiation", "Not supported"), NULL },
};

static const OreeWord client_certificates[] = {
  { "lenient", N_ ("Any certificate of the server"), NULL },
  { "strict", N_ ("Key usage must name clients"), NULL },
  { "none", N_ ("None: dialback only"), NULL },
};

static const OreeWord verification_levels[] = {
  { "always-unverifiable", N_ ("Allow users to communicate only with people on their Contacts list who use this provider"),
    NULL },
  { "always-verifiable", N_ ("Allow users to communicate with everyone using this provider"),
    N_ ("No restriction on who can contact your users.") },
  { "use-source-verification", N_ ("Allow users to communicate with people verified by this provider"), NULL },
};

static const OreeWord verification_short[] = {
  { "always-unverifiable", N_ ("Contacts list only"), NULL },
  { "always-verifiable", N_ ("Everyone"), NULL },
  { "use-source-verification", N_ ("Verified by the source"), NULL },
};

static const OreeWord name_checks[] = {
  { "either", N_ ("The domain or its server"), NULL },
  { "domain", N_ ("The domain"), NULL },
  { "srv-target", N_ ("The server, as Lync does"), NULL },
};

static const OreeWord sip_certificates[] = {
  { "lenient", N_ ("Any certificate of the server"), NULL },
  { "strict", N_ ("Key usage must name clients"), NULL },
};

static const OreeWord routing_methods[] = {
  { "use-dns-srv-routing", N_ ("DNS SRV"), NULL },
  { "use-default-routing", N_ ("Default route"), NULL },
};

static const OreeWord homes[] = {
  { "embedded", N_ ("Embedded front end"), NULL },
  { "next-hop", N_ ("Behind the next hop"), NULL },
};

static const OreeWord scopes[] = {
  { "global", NC_ ("scope", "Global"), NULL },
  { "site", NC_ ("scope", "Site"), NULL },
  { "user", NC_ ("scope", "User"), NULL },
};

static const OreeWord partner_states[] = {
  { "connected", N_ ("✔ Connected"), NULL },
  { "failing", N_ ("✖ Failing"), NULL },
  { "idle", N_ ("– Idle"), NULL },
};

#define SET(name, words) { name, words, G_N_ELEMENTS (words) }

static const struct
{
  const char *name;
  const OreeWord *words;
  guint n_words;
} sets[] = {
  SET ("partner-type", partner_types),
  SET ("partner-state", partner_states),
  SET ("negotiation", negotiations),
  SET ("client-certificate", client_certificates),
  SET ("verification-level", verification_levels),
  SET ("verification-short", verification_short),
  SET ("name-check", name_checks),
  SET ("sip-certificate", sip_certificates),
  SET ("routing-method", routing_methods),
  SET ("scope", scopes),
  SET ("home", homes),
};

const OreeWord *
oree_words (const char *set, guint *n_words)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (g_str_equal (sets[i].name, set))
      {
        *n_words = sets[i].n_words;
        return sets[i].words;
      }
  *n_words = 0;
  return NULL;
}

const char *
oree_words_label (const char *set, const char *nick)
{
  guint n;
  const OreeWord *words = oree_words (set, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (words[i].nick, nick))
      {
        const char *said = g_dpgettext2 (GETTEXT_PACKAGE, set, words[i].label);

        /* Only words that mean different things in different places have a context. */
        return said != words[i].label ? said : _ (words[i].label);
      }
  return nick;
}
