/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate store: keys, requests, certificates, issuers and what is assigned to what, as files under one directory
 * (mode 0700; every file 0600). Each change is one rename, synced: after a crash it happened or it did not.
 *
 *   requests/request-…/  key.pem  request.pem  about
 *   certificates/SHA256/ key.pem  certificate.pem  chain.pem  about
 *   issuers/SHA256.pem
 *   assignments
 *
 * Main thread. */
#pragma once
#include "pki/oree-cert.h"

G_BEGIN_DECLS

typedef struct
{
  char *id; /* "request-" and 16 digits */
  char *pem;
  GVariant *specification; /* a{sv} */
  gint64 created;
  char *created_by;
} OreeStoredRequest;

typedef struct
{
  OreeCert *cert;
  char *friendly_name;
  gboolean exportable;
  char *request; /* the request it answered; "": its key came with it */
  char *names;   /* the DNS names that were asked for, comma-separated; "" */
  GVariant *specification; /* of that request; NULL: none */
  gint64 imported;
  char *imported_by;
  int said; /* the last mark of its end that was told (oree-cert-clock); G_MAXINT: none */
} OreeStoredCert;

/* What a usage has: ids, "" for none. */
typedef struct
{
  char *current;
  char *previous;
  char *next;
  gint64 effective; /* when `next` becomes current; 0: no roll waits */
} OreeAssignment;

typedef OreeAssignment OreeAssignments[OREE_N_EDGE_USAGES];

typedef struct _OreeCertStore OreeCertStore;

/* Opens, making what is missing. What is half done or damaged is left out and named in `complaints` (char *, owned; may be NULL).
 * Error: FAILED, with the file: the store cannot be used. */
OreeCertStore *oree_cert_store_open (const char *directory, GPtrArray **complaints, GError **error);
void oree_cert_store_free (OreeCertStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCertStore, oree_cert_store_free)

/* OreeStoredRequest *, the newest first; OreeStoredCert *, the newest first; OreeCert *. Borrowed. */
const GPtrArray *oree_cert_store_requests (const OreeCertStore *self);
const GPtrArray *oree_cert_store_certs (const OreeCertStore *self);
const GPtrArray *oree_cert_store_issuers (const OreeCertStore *self);
/* NULL when there is none. */
const OreeStoredRequest *oree_cert_store_request (const OreeCertStore *self, const char *id);
const OreeStoredCert *oree_cert_store_cert (const OreeCertStore *self, const char *id);
/* The request whose key is the certificate's; NULL: none of ours. */
const OreeStoredRequest *oree_cert_store_request_of (const OreeCertStore *self, const OreeCert *cert);

/* Keeps key and request; borrowed. Error: FAILED, BUSY (too many wait). */
const OreeStoredRequest *oree_cert_store_add_request (OreeCertStore *self, EVP_PKEY *key, const char *pem,
                                                      GVariant *specification, const char *who, gint64 now, GError **error);
gboolean oree_cert_store_remove_request (OreeCertStore *self, const char *id, GError **error);

/* Keeps a certificate with its key: `key`, or when that is NULL the key of `request`, which is gone then. One that is there
 * already keeps its place. Borrowed. */
const OreeStoredCert *oree_cert_store_add_cert (OreeCertStore *self, OreeCert *cert, EVP_PKEY *key,
                                                const OreeStoredRequest *request, const char *friendly_name,
                                                gboolean exportable, const char *who, gint64 now, GError **error);
/* Key and all. The caller saw that nothing names it. */
gboolean oree_cert_store_remove_cert (OreeCertStore *self, const char *id, GError **error);
/* Those that are not there yet; answers how many, -1 with an error. */
int oree_cert_store_add_issuers (OreeCertStore *self, const GPtrArray *certs, GError **error);
/* Remembers that the mark was told. */
gboolean oree_cert_store_said (OreeCertStore *self, const char *id, int mark, GError **error);

/* The private key; owned. */
EVP_PKEY *oree_cert_store_key (const OreeCertStore *self, const char *id, GError **error);
/* Where the key lies, and the certificate with its issuers as a server shows them, written anew from what is known now (a
 * self-signed root is left out). Owned paths. */
char *oree_cert_store_key_path (const OreeCertStore *self, const char *id);
char *oree_cert_store_write_chain (OreeCertStore *self, const char *id, const GPtrArray *anchors, GError **error);

/* Borrowed. */
const OreeAssignment *oree_cert_store_assignment (const OreeCertStore *self, OreeEdgeUsage usage);
/* All usages at once: one rename. Texts are copied. */
gboolean oree_cert_store_assign (OreeCertStore *self, const OreeAssignment *all, GError **error);
/* A private copy to change; and its end. */
void oree_assignments_copy (OreeAssignment *to, const OreeCertStore *self);
void oree_assignments_clear (OreeAssignment *all);
/* Sets a text of an assignment. */
void oree_assignment_set (char **text, const char *id);

G_END_DECLS
