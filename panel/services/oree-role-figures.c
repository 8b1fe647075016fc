/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel/services/oree-role-figures.h"

#include <glib/gi18n-lib.h>

static const OreeRoleFigures figures[] = {
  { "access-edge",
    "sip",
    { { N_ ("SIP requests per second"), { "sip-requests-in", "sip-requests-out" } },
      { N_ ("Failures per second"), { "sip-timeouts", "sip-malformed" } } },
    { { N_ ("Requests in"), { "sip-requests-in" } },
      { N_ ("Requests out"), { "sip-requests-out" } },
      { N_ ("Time-outs"), { "sip-timeouts" } },
      { N_ ("Malformed messages"), { "sip-malformed" } },
      { N_ ("Connections so far"), { "sip-connections" } } } },
  { "xmpp-proxy",
    "xmpp",
    { { N_ ("Stanzas per second"), { "xmpp-stanzas-in", "xmpp-stanzas-out" } },
      { N_ ("Refusals per second"), { "xmpp-stanzas-refused", "xmpp-streams-refused" } } },
    { { N_ ("Stanzas in"), { "xmpp-stanzas-in" } },
      { N_ ("Stanzas out"), { "xmpp-stanzas-out" } },
      { N_ ("Stanzas refused"), { "xmpp-stanzas-refused" } },
      { N_ ("Streams refused"), { "xmpp-streams-refused" } },
      { N_ ("Certificates refused"), { "xmpp-certificates-refused" } },
      { N_ ("Dialback verifications"), { "xmpp-dialback-asked" } } } },
  { "xmpp-gateway",
    NULL,
    { { N_ ("Messages per second"), { "messages-to-sip", "messages-to-xmpp" } },
      { N_ ("Failures per second"), { "messages-to-sip-reported", "messages-to-xmpp-reported" } } },
    { { N_ ("Messages to SIP"), { "messages-to-sip" } },
      { N_ ("Messages to XMPP"), { "messages-to-xmpp" } },
      { N_ ("Delivered"), { "messages-to-sip-delivered", "messages-to-xmpp-delivered" } },
      { N_ ("Returned to their sender"), { "messages-to-sip-reported", "messages-to-xmpp-reported" } },
      { N_ ("Presence notifications"), { "presence-to-sip", "presence-to-xmpp" } } } },
  { "front-end",
    NULL,
    { { N_ ("Sign-ins per second"), { "sign-ins" } }, { N_ ("Refusals per second"), { "sign-ins-refused" } } },
    { { N_ ("Sign-ins"), { "sign-ins" } }, { N_ ("Sign-ins refused"), { "sign-ins-refused" } } } },
};

const OreeRoleFigures *
oree_role_figures (const char *role)
{
  static const OreeRoleFigures nothing = { "", NULL, { { NULL } }, { { NULL } } };

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (g_str_equal (figures[i].role, role))
      return &figures[i];
  return &nothing;
}
