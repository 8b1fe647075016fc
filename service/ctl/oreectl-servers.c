/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oreectl servers sip|xmpp DOMAIN: what DNS says of a partner's servers, or of ours. */
#include "client/oree-server-words.h"
#include "ctl/oreectl-json.h"
#include "ctl/oreectl-verb.h"
#include "ident/oree-domain.h"

#include <glib/gi18n.h>
#include <stdio.h>

#define SERVER "server="

static OreectlStatus
servers (Oreectl *ctl, int argc, char **argv)
{
  OreectlStatus status;
  g_autoptr (GVariant) reply = NULL, found = NULL;
  g_autofree char *domain = NULL, *host = NULL, *text = NULL;
  GVariantDict options;

  if (argc < 2 || argc > 3 || !(g_str_equal (argv[0], "sip") || g_str_equal (argv[0], "xmpp"))
      || (argc == 3 && !g_str_has_prefix (argv[2], SERVER)))
    return oreectl_usage (_ ("Give sip or xmpp, a domain and, to look up that one instead, server=HOST."));
  domain = oree_domain_normalise (oree_span_str (argv[1]));
  if (domain == NULL)
    return oreectl_no_domain (argv[1]);
  g_variant_dict_init (&options, NULL);
  if (argc == 3)
    {
      host = oree_domain_normalise (oree_span_str (argv[2] + strlen (SERVER)));
      if (host == NULL)
        {
          g_variant_dict_clear (&options);
          return oreectl_no_domain (argv[2] + strlen (SERVER));
        }
      g_variant_dict_insert (&options, "server", "s", host);
    }
  reply = oreectl_call (ctl, OREE_CALL_FIND_SERVERS, g_variant_new ("(ss@a{sv})", argv[0], domain, g_variant_dict_end (&options)),
                        &status);
  if (reply == NULL)
    return status;
  found = g_variant_get_child_value (reply, 0);
  text = oree_server_words (argv[0], found);
  if (ctl->json)
    oreectl_json_print (found);
  else
    puts (text);
  if (!oree_server_is_found (found))
    return OREECTL_NOT_FOUND;
  return oree_server_is_ours_astray (found) ? OREECTL_REFUSED : OREECTL_OK;
}

const OreectlCommand oreectl_servers_commands[] = {
  { "servers", N_ ("sip|xmpp DOMAIN [server=HOST]"), N_ ("say what DNS says of a partner's servers"), servers },
  { NULL, NULL, NULL, NULL },
};
