/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes → sentences in the user's language. The service speaks codes; only this module (and the programs' own texts)
 * speaks to people. Whatever code has no sentence here is shown as it is, so a newer service stays readable.
 * Every returned string is owned unless it is const. */
#pragma once
#include "base/oree-error.h"
#include "model/oree-problem.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* What went wrong with a call. */
const char *oree_sentence_error (OreeError code);
/* The same of an error of any domain: another library's has its own words. Borrowed, perhaps from `error`. */
const char *oree_sentence_failure (const GError *error);

/* "xmpp-partner fabrikam.test, tls-negotiation: This value is not allowed; choose one of: required, optional." */
char *oree_sentence_problem (const OreeProblem *problem);
/* The sentence alone, for where the field stands beside it. */
char *oree_sentence_problem_alone (const OreeProblem *problem);

/* "2 streams are closed, and 1 presence subscription ends." of what Check and Apply call effects (a{sv}); NULL when nothing
 * living is touched. Owned. */
char *oree_sentence_effects (GVariant *effects);

/* What Diagnostics.TestPartner found (a{sv}). Owned. */
char *oree_sentence_partner_test (GVariant *result);

/* Why something was refused or does not work: policy reasons, certificate outcomes, what degrades a role. */
char *oree_sentence_reason (const char *nick);

/* An event as Monitor carries it (a{sv} with nick and details). */
char *oree_sentence_event (GVariant *event);

/* "Access Edge"; "Running"; "Automatic"; "information". */
const char *oree_sentence_role (const char *nick);
const char *oree_sentence_role_state (const char *nick);
const char *oree_sentence_start_type (const char *nick);
const char *oree_sentence_event_level (const char *nick);

/* A question a decision asks ("Is the domain blocked?") and its outcome ("passed"). */
const char *oree_sentence_step (const char *nick);
const char *oree_sentence_outcome (const char *nick);

/* What is foretold of a certificate ("breaks"), and what a partner did with ours before ("refused"); static. */
const char *oree_sentence_forecast (const char *nick);
const char *oree_sentence_evidence (const char *nick);

/* Certificates: a usage, the state and source of a certificate (and "missing"), a hint about a request, a step of making
 * one; static. */
const char *oree_sentence_edge_usage (const char *nick);
const char *oree_sentence_cert_state (const char *nick);
const char *oree_sentence_cert_source (const char *nick);
const char *oree_sentence_cert_note (const char *nick);
const char *oree_sentence_csr_step (const char *nick);
/* Why a name is needed ("SIP domain fabrikam.com"), and why client authentication is; owned. */
char *oree_sentence_need (const char *reason, const char *detail);
char *oree_sentence_client_reason (const char *reason, const char *detail);

/* Does this nick have a sentence of its own? For the test that holds the codes against the sentences. */
gboolean oree_sentence_has_problem (const char *nick);
gboolean oree_sentence_has_reason (const char *nick);
gboolean oree_sentence_has_event (const char *nick);
gboolean oree_sentence_has_step (const char *nick);

/* Every English original, NULL-terminated, static: a test asks the catalogue for each. */
const char *const *oree_sentence_originals (void);

G_END_DECLS
