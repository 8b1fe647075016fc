/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes keys and certificates for tests: an issuer's certificate and what it signs, in memory or as PEM files. */
#pragma once
#include "base/oree-span.h"
#include <openssl/evp.h>
#include <openssl/x509.h>

typedef struct
{
  X509 *cert;
  EVP_PKEY *key;
} MadeCert;

typedef struct
{
  const char *cn;
  const char *san;         /* OpenSSL's text: "DNS:a.test,URI:sip:a.test"; NULL: none */
  const char *key_usage;   /* "digitalSignature"; NULL: no extension */
  const char *extended;    /* "serverAuth,clientAuth"; NULL: no extension */
  const char *constraints; /* "critical,CA:TRUE"; NULL: no extension */
  const char *name_constraints; /* "permitted;DNS:fabrikam.test" */
  int from_days, to_days;  /* relative to now; 0, 0: yesterday to a year */
  int rsa_bits;            /* 0: EC P-256 */
  const EVP_MD *digest;    /* NULL: SHA-256 */
  const char *raw_dns;     /* one dNSName of raw_dns_length bytes instead of san */
  int raw_dns_length;
  int n_dns;               /* that many generated dNSNames instead of san */
} CertSpec;

/* Signed by `issuer`, or by itself when NULL. */
MadeCert cert_make (const CertSpec *spec, const MadeCert *issuer);
void cert_clear (MadeCert *made);
/* DER, owned. */
GBytes *cert_der (const MadeCert *made);
/* Writes `directory/name.pem` (certificate, then `chain` if any) and `directory/name.key`; answers the paths, owned. */
char *cert_write_pem (const MadeCert *made, const MadeCert *chain, const char *directory, const char *name);
char *cert_write_key (const MadeCert *made, const char *directory, const char *name);
