/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl test|reset DOMAIN: the connections with one partner. */
#include "client/oree-sentences.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-verb.h"
#include "ident/oree-domain.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* What the service says of `domain`; NULL and the status when it does not. Owned. */
static GVariant *
ask (Oreectl *ctl, OreeCall call, int argc, char **argv, OreectlStatus *status)
{
  g_autofree char *domain = argc == 1 ? oree_domain_normalise (oree_span_str (argv[0])) : NULL;
  g_autoptr (GVariant) reply = NULL;

  if (domain == NULL)
    {
      *status = argc != 1 ? oreectl_usage (_ ("Give one domain, of a partner.")) : oreectl_no_domain (argv[0]);
      return NULL;
    }
  reply = oreectl_call (ctl, call, g_variant_new ("(s@a{sv})", domain, oreectl_no_options ()), status);
  if (*status == OREECTL_NOT_FOUND)
    fprintf (stderr, _ ("“%s” is no XMPP partner; “oreectl xmpp-partner list” lists them.\n"), domain);
  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static OreectlStatus
test (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status = OREECTL_OK;
  g_autoptr (GVariant) result = ask (ctl, OREE_CALL_TEST_PARTNER, argc, argv, &status);
  g_autofree char *sentence = NULL;
  const char *outcome = "";

  if (result == NULL)
    return status;
  g_variant_lookup (result, "outcome", "&s", &outcome);
  sentence = oree_sentence_partner_test (result);
  if (ctl->json)
    oreectl_json_print (result);
  else
    puts (sentence);
  return g_str_equal (outcome, "ready") ? OREECTL_OK : OREECTL_REFUSED;
}

static OreectlStatus
reset (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status = OREECTL_OK;
  g_autoptr (GVariant) effects = ask (ctl, OREE_CALL_RESET_CONNECTIONS, argc, argv, &status);
  g_autofree char *sentence = NULL;

  if (effects == NULL)
    return status;
  sentence = oree_sentence_effects (effects);
  if (ctl->json)
    oreectl_json_print (effects);
  else
    puts (sentence != NULL ? sentence : _ ("Nothing was connected."));
  return OREECTL_OK;
}

const OreectlCommand oreectl_partner_commands[] = {
  { "test", N_ ("DOMAIN"), N_ ("open a stream to an XMPP partner and say what comes of it"), test },
  { "reset", N_ ("DOMAIN"), N_ ("close the connections with a partner, so that they are made anew"), reset },
  { NULL, NULL, NULL, NULL },
};
