/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edge's certificates as a client sees them: a mirror of Certificates.List that follows the service. What is done to
 * them is a call of its own row in OREE_CALLS; here is what one looks at meanwhile. */
#pragma once
#include "client/oree-client.h"
#include "model/oree-cert-record.h"

G_BEGIN_DECLS

#define OREE_TYPE_CLIENT_CERTS (oree_client_certs_get_type ())
/* Properties: "loaded" (b): the lists were read at least once.
 * Signal "changed": the lists are new. When the service goes away they stay as they were. */
G_DECLARE_FINAL_TYPE (OreeClientCerts, oree_client_certs, OREE, CLIENT_CERTS, GObject)

/* Keeps a reference to `client`, and reads the lists as soon as the service is there. */
OreeClientCerts *oree_client_certs_new (OreeClient *client);
OreeClient *oree_client_certs_get_client (OreeClientCerts *self);
gboolean oree_client_certs_is_loaded (OreeClientCerts *self);
/* Are the lists being read now? */
gboolean oree_client_certs_is_reading (OreeClientCerts *self);

/* Reads the lists; "changed" follows when they came. */
void oree_client_certs_refresh (OreeClientCerts *self);

/* OreeCertRecord *, borrowed until "changed": those in use first; the newest request first. */
GPtrArray *oree_client_certs_get_certificates (OreeClientCerts *self);
GPtrArray *oree_client_certs_get_requests (OreeClientCerts *self);
/* aa{sv}, one row per usage as Certificates.List says; borrowed. */
GVariant *oree_client_certs_get_usages (OreeClientCerts *self);
/* A certificate or a request; NULL when there is none of this id. */
const OreeCertRecord *oree_client_certs_find (OreeClientCerts *self, const char *id);

G_END_DECLS
