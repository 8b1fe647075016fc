/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of an authority's answer: read here, as the user; judged by the service, which keeps nothing of it yet. */
#pragma once
#include "wizards/certificate/oree-cert-session.h"

G_BEGIN_DECLS

/* Reads `path` and asks Certificates.CheckAnswer; the session then has it all. `password` NULL or empty: none.
 * Errors have a sentence as message. */
void oree_cert_answer_read_async (OreeCertSession *session, const char *path, const char *password,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Imports another file, of authorities' certificates, and judges the answer of the session anew. */
void oree_cert_answer_add_async (OreeCertSession *session, const char *path, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
gboolean oree_cert_answer_finish (OreeCertSession *session, GAsyncResult *result, GError **error);

G_END_DECLS
