/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of the certificate wizard share: the draft, the edge's certificates, the names that follow from the
 * draft, and what came of it. It asks the service; it draws nothing and decides nothing. */
#pragma once
#include "wizards/certificate/oree-cert-draft.h"
#include "client/oree-client-certs.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_SESSION (oree_cert_session_get_type ())
/* Signal "changed": anything of it is new; read it again. */
G_DECLARE_FINAL_TYPE (OreeCertSession, oree_cert_session, OREE, CERT_SESSION, GObject)

/* Keeps a reference to `client`. */
OreeCertSession *oree_cert_session_new (OreeClient *client);

OreeClient *oree_cert_session_get_client (OreeCertSession *self);
OreeClientCerts *oree_cert_session_get_certs (OreeCertSession *self);
OreeCertDraft *oree_cert_session_get_draft (OreeCertSession *self);

/* Certificates.Needs for the draft as it stands, borrowed; NULL until the service said: `needs` a{sv}, `names` aa{sv},
 * and what the topology lacks. */
GVariant *oree_cert_session_get_needs (OreeCertSession *self);
GVariant *oree_cert_session_get_names (OreeCertSession *self);
OreeProblems *oree_cert_session_get_needs_problems (OreeCertSession *self);
/* Was the last answer made for the draft as it stands now? */
gboolean oree_cert_session_names_are_current (OreeCertSession *self);

/* The request that was made: its id, its text, its row (a{sv}); NULL before. Borrowed. */
const char *oree_cert_session_get_request_id (OreeCertSession *self);
const char *oree_cert_session_get_csr (OreeCertSession *self);
GVariant *oree_cert_session_get_request (OreeCertSession *self);
void oree_cert_session_set_request (OreeCertSession *self, const char *id, const char *csr, GVariant *record);

/* The file of the authority's answer as it was read and judged (Certificates.CheckAnswer); NULL before. Borrowed. */
GBytes *oree_cert_session_get_answer_file (OreeCertSession *self);
const char *oree_cert_session_get_answer_password (OreeCertSession *self);
GVariant *oree_cert_session_get_answer (OreeCertSession *self);
GVariant *oree_cert_session_get_answer_names (OreeCertSession *self);
OreeProblems *oree_cert_session_get_answer_problems (OreeCertSession *self);
/* Takes `problems`; `file` NULL: forget it all. */
void oree_cert_session_set_answer (OreeCertSession *self, GBytes *file, const char *password, GVariant *answer,
                                   GVariant *names, OreeProblems *problems);

/* What Import said: `imported` and so on (a{sv}), and what stands in the way of assigning it; NULL before. Borrowed. The first
 * certificate that was imported is the one to be assigned, for what its request was made for. Takes `problems`. */
GVariant *oree_cert_session_get_imported (OreeCertSession *self);
OreeProblems *oree_cert_session_get_imported_problems (OreeCertSession *self);
void oree_cert_session_set_imported (OreeCertSession *self, GVariant *result, OreeProblems *problems);

/* What Assign said (a{sv}), and to what was assigned before; NULL before. Borrowed. */
GVariant *oree_cert_session_get_assigned (OreeCertSession *self);
void oree_cert_session_set_assigned (OreeCertSession *self, GVariant *result);

/* "changed" for what pages keep themselves. */
void oree_cert_session_touch (OreeCertSession *self);

G_END_DECLS
