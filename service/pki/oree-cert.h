/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One certificate, read once: what it says, whether a key is its own, who issued it. What a *peer's* certificate proves is
 * net/oree-peer-cert's; this is about those we are given to show. */
#pragma once
#include "model/oree-cert-record.h"
#include "pki/oree-key.h"

G_BEGIN_DECLS

typedef struct _OreeCert OreeCert;

/* From DER; NULL when it is none (nothing may follow it). */
OreeCert *oree_cert_new_from_der (const void *data, gsize length);
/* The first certificate in PEM text; NULL without one. */
OreeCert *oree_cert_new_from_pem (const char *pem);
OreeCert *oree_cert_ref (OreeCert *self);
void oree_cert_unref (OreeCert *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeCert, oree_cert_unref)

/* SHA-256 of the DER form, lower-case hexadecimal; borrowed. */
const char *oree_cert_id (const OreeCert *self);
const char *oree_cert_subject (const OreeCert *self);
const char *oree_cert_issuer (const OreeCert *self);
/* Wall clock, microseconds since 1970. */
gint64 oree_cert_not_before (const OreeCert *self);
gint64 oree_cert_not_after (const OreeCert *self);
/* May issue certificates (RFC 5280 4.2.1.9). */
gboolean oree_cert_is_authority (const OreeCert *self);
gboolean oree_cert_is_self_signed (const OreeCert *self);
gboolean oree_cert_matches_key (const OreeCert *self, EVP_PKEY *key);
/* The public key is the same as that of the request in `pem`. */
gboolean oree_cert_matches_request (const OreeCert *self, const char *pem);
/* Was issued, and signed, by `issuer`. */
gboolean oree_cert_is_issued_by (const OreeCert *self, const OreeCert *issuer);
/* The PEM text; owned. */
char *oree_cert_to_pem (const OreeCert *self);
/* What it says, into a row: everything but state, usages, key and chain. */
void oree_cert_describe (const OreeCert *self, OreeCertRecord *record);

/* NULL when strong enough for TLS today; else what is not: "rsa-1024"; owned. */
char *oree_cert_weak_key (const OreeCert *self);
/* The signature's algorithm when it is not safe any more (below SHA-256), else NULL; owned. */
char *oree_cert_weak_signature (const OreeCert *self);
/* Key usage allows what TLS does with it: signing. */
gboolean oree_cert_may_sign (const OreeCert *self);

/* The issuers of `self` found among `pool` (OreeCert *), nearest first; `*complete`: the last is self-signed, or trusted. `anchors` are
 * looked through after the pool. The array holds references; owned. */
GPtrArray *oree_cert_chain (const OreeCert *self, const GPtrArray *pool, const GPtrArray *anchors, gboolean *complete,
                            gboolean *trusted);

/* PKCS#12 with certificate, issuers and key under `password`: AES-256, PBKDF2 and HMAC with SHA-256. Error: FAILED. */
GBytes *oree_cert_to_pkcs12 (const OreeCert *self, const GPtrArray *chain, EVP_PKEY *key, const char *friendly_name,
                             const char *password, GError **error);

/* Every certificate of a PEM file of trust anchors, OreeCert *; empty when it cannot be read. Owned. */
GPtrArray *oree_certs_load (const char *path);

G_END_DECLS
