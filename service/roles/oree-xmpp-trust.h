/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates between XMPP servers, decided in one place: what we show to a remote domain, and what the certificate
 * a peer showed proves for a domain now. Asked anew whenever it matters: at the handshake, at SASL EXTERNAL, when a
 * snapshot or our own certificates change, and while a stream lives (dates). */
#pragma once
#include "net/oree-peer-cert.h"
#include "policy/oree-decide-xmpp.h"
#include "proto/xmpp/oree-s2s-policy.h"
#include "roles/oree-lane.h"
#include "roles/oree-xmpp-dna.h"

G_BEGIN_DECLS

/* "pkix", "pin", "dane", "posh"; "unknown" for NOTHING; static. */
const char *oree_xmpp_by_nick (OreeXmppBy by);

typedef struct
{
  gboolean proven;
  OreeCertOutcome outcome; /* OK exactly when `proven` */
  OreeXmppBy by;           /* NOTHING unless `proven` */
  const char *name;        /* the name that matched, as in the certificate; of `cert`; NULL: none did, or none counts */
  gint64 until;            /* the proof ends here whatever else happens, wall clock microseconds; 0 unless `proven` */
} OreeXmppProof;

/* The question. Everything is borrowed for the call. */
typedef struct
{
  OreeDirection direction; /* IN: the peer was the client of the handshake */
  const char *domain;      /* theirs, normal form */
  OreePeerCert *cert;      /* what it showed; NULL: TLS does not stand, nothing is proved */
  const OreeXmppDna *dna;   /* what the names of `domain`, and of no other, say; NULL: not asked */
  const OreePosh *posh;     /* what it publishes; NULL: not asked, or nothing */
  const OreePolicy *policy; /* the snapshot that decides; NULL: the lane's */
} OreeXmppTrustFacts;

void oree_xmpp_trust_init (OreeLane *lane);
void oree_xmpp_trust_clear (OreeLane *lane);
/* The snapshot changed: what was kept of the records is forgotten. */
void oree_xmpp_trust_forget (OreeLane *lane);

/* What `facts->cert` proves for `facts->domain` at this moment of the wall clock. Cheap: signatures were verified
 * before, unless the trust anchors are others than the last time. */
OreeXmppProof oree_xmpp_trust_judge (OreeLane *lane, const OreeXmppTrustFacts *facts);

/* Did a certificate prove the pair, rather than dialback? */
gboolean oree_xmpp_by_certificate (OreeS2sProof proof);

/* Can what the domain's names say (DANE, POSH) make a certificate of its servers believable? Only a partner's, by its
 * record. */
gboolean oree_xmpp_trust_heeds_names (OreeLane *lane, const char *domain);

/* What we show in a handshake (OUT: as client, towards `domain`; IN: as server, `domain` NULL when it is not known).
 * Borrowed until the next event; NULL: there is none, TLS cannot be had. */
OreeTlsCtx *oree_xmpp_trust_ctx (OreeLane *lane, OreeDirection direction, const char *domain);
/* Does that context hold a certificate of ours? Without one EXTERNAL cannot succeed (OUT), STARTTLS not be
 * offered (IN). */
gboolean oree_xmpp_trust_has_certificate (OreeLane *lane, OreeDirection direction, const char *domain);
/* Is what was shown in a handshake (`shown`, a context of any generation; NULL: nothing) still what we show, or what
 * streams may finish on? */
gboolean oree_xmpp_trust_is_current (OreeLane *lane, OreeDirection direction, const OreeTlsCtx *shown);

/* What a certificate that proved nothing was refused for, as its reason's nick; NULL where it proved, was not asked or
 * TLS does not stand. Counts it: once per stream. */
const char *oree_xmpp_trust_refused (OreeLane *lane, const OreeXmppProof *proof);

/* For lists of connections: certificate-name, -by, -problem, -expires (x), -fingerprint and -subject, as far as
 * they are known. `cert` may be NULL. */
void oree_xmpp_trust_describe (const OreePeerCert *cert, const OreeXmppProof *proof, GVariantDict *row);

G_END_DECLS
