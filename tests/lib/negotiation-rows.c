/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's table of TLS × SASL × dialback, a line per row in the order of lync-behaviour 8.4, for tests that are made from it: tls, sasl, dialback,
 * methods (joined by "+"), "store" or the code of the problem it is refused with. */
#include "model/oree-xmpp-partner.h"

static char *
methods_of (OreeXmppMethods methods)
{
  static const char *const nicks[] = { "sasl-tls", "tls-dialback", "tcp-dialback" };
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if ((guint) methods & 1u << i)
      g_ptr_array_add (words, (gpointer) nicks[i]);
  g_ptr_array_add (words, NULL);
  return g_strjoinv ("+", (char **) words->pdata);
}

int
main (void)
{
  for (int sasl = OREE_NEGOTIATION_REQUIRED; sasl <= OREE_NEGOTIATION_NOT_SUPPORTED; sasl++)
    for (int tls = OREE_NEGOTIATION_REQUIRED; tls <= OREE_NEGOTIATION_NOT_SUPPORTED; tls++)
      for (int dialback = 1; dialback >= 0; dialback--)
        {
          const OreeXmppNegotiationRow *row
            = oree_xmpp_negotiation_row ((OreeNegotiation) tls, (OreeNegotiation) sasl, dialback);
          g_autofree char *methods = methods_of (row->methods);

          g_print ("%s\t%s\t%s\t%s\t%s\n", oree_enum_to_nick (oree_negotiations, tls),
                   oree_enum_to_nick (oree_negotiations, sasl), dialback ? "true" : "false", methods,
                   row->storable ? "store" : oree_problem_nick (row->refusal));
        }
  return 0;
}
