/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is an XMPP partner to be reached, now? A stream to it is opened though nothing is to be sent, with everything a real one
 * does: names, connection, TLS, proof. What came of it, or what stands already, is the answer. Main thread. */
#pragma once
#include "model/oree-event.h"
#include "policy/oree-policy.h"
#include "roles/oree-roles.h"

G_BEGIN_DECLS

typedef struct _OreePartnerTests OreePartnerTests;

/* `result`: a{sv} as Diagnostics.TestPartner answers, floating; NULL when the service ended first. Called once, perhaps
 * before oree_partner_tests_ask returns. */
typedef void (*OreePartnerTested) (GVariant *result, gpointer data);

/* `roles` is borrowed. */
OreePartnerTests *oree_partner_tests_new (OreeRoles *roles);
/* Tells who still waits; after the roles are freed, so that nothing answers any more. */
void oree_partner_tests_free (OreePartnerTests *self);
/* `domain` in its normal form. FALSE, and nothing called: NOT_FOUND when it is no XMPP partner's, BUSY when too many wait
 * (OREE_PARTNER_TESTS_MAX). */
gboolean oree_partner_tests_ask (OreePartnerTests *self, OreePolicy *policy, const char *domain, OreePartnerTested done,
                                 gpointer data, GError **error);
/* Something happened. */
void oree_partner_tests_heard (OreePartnerTests *self, const OreeEvent *event);

G_END_DECLS
