/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain name associations (RFC 7712): what a partner's own names say of its servers' certificates, asked of DNS (TLSA
 * records of a signed zone: RFC 7673) and of its web server (POSH: RFC 7711). What it proves of a certificate at hand, oree-xmpp-trust says. */
#pragma once
#include "ident/oree-dns.h"
#include "roles/oree-lane.h"
#include "roles/oree-xmpp-posh.h"

G_BEGIN_DECLS

/* A server that the zone, signed all the way from the domain, names. */
typedef struct
{
  char *host;
  guint16 port;
  gboolean delegated;  /* by SRV: its name stands for the domain's (RFC 7673 4.1); a host from a record does not */
  OreeDnsAnswer *tlsa; /* secure, with at least one usable record; NULL: there are none */
} OreeXmppDnaHost;

/* Immutable once handed out; shared between threads. */
typedef struct
{
  gatomicrefcount refs;
  GPtrArray *hosts;  /* OreeXmppDnaHost */
  OreePosh *posh;    /* the fingerprints it publishes; NULL: none, or not asked */
  gboolean unusable; /* DNSSEC failed, or a question that might have said something found no answer */
} OreeXmppDna;

OreeXmppDna *oree_xmpp_dna_ref (OreeXmppDna *self);
void oree_xmpp_dna_unref (OreeXmppDna *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeXmppDna, oree_xmpp_dna_unref)
/* Does the zone name keys of its servers? Then TLS is mandatory (RFC 7673 3.4). NULL: nothing is known. */
gboolean oree_xmpp_dna_has_keys (const OreeXmppDna *self);

typedef struct _OreeXmppDnaQuestion OreeXmppDnaQuestion;
/* On the asking lane, exactly once unless cancelled, never from inside the question; `dna` is borrowed, never NULL. */
typedef void (*OreeXmppDnaCb) (OreeXmppDna *dna, gpointer data);

/* Before a connection to `host`: its TLSA records. Only where the way to the host and its addresses were signed.
 * `delegated` as above. */
OreeXmppDnaQuestion *oree_xmpp_dna_ask_host (OreeLane *lane, const char *host, guint16 port, gboolean delegated,
                                             OreeXmppDnaCb callback, gpointer data);
/* Before a certificate shown by `domain`, a partner, as client is judged. With enable-dane: its servers, when the zone is
 * signed, and their TLSA records (with proxy-fqdn that host's). With enable-posh: what it publishes. Ends after OREE_S2S_DNA_SECONDS with what is known by then. */
OreeXmppDnaQuestion *oree_xmpp_dna_ask_domain (OreeLane *lane, const char *domain, OreeXmppDnaCb callback,
                                               gpointer data);
/* Before the callback ran: it never will. */
void oree_xmpp_dna_cancel (OreeXmppDnaQuestion *self);

G_END_DECLS
