/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table per family of codes. A placeholder is {name}: it is replaced by the detail of that name, itself put into
 * words when it is a code. No format strings, so a translation can never break the program. */
#include "client/oree-sentences.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SIP_STATUS_PREFIX "sip-"

typedef struct
{
  const char *nick;
  const char *text;
} Sentence;

static const Sentence errors[] = {
  [OREE_ERROR_FAILED] = { "failed", N_ ("The operation failed.") },
  [OREE_ERROR_BAD_RECORD] = { "bad-record", N_ ("The service does not understand this request.") },
  [OREE_ERROR_CONFLICT] = { "conflict", N_ ("Somebody else changed the same record in the meantime. Read it again, then repeat your change.") },
  [OREE_ERROR_NOT_FOUND] = { "not-found", N_ ("There is nothing with this name.") },
  [OREE_ERROR_DENIED] = { "denied", N_ ("You are not permitted to do this.") },
  [OREE_ERROR_BUSY] = { "busy", N_ ("Another operation is under way. Try again in a moment.") },
  [OREE_ERROR_UNSUPPORTED] = { "unsupported", N_ ("The present state does not allow this.") },
  [OREE_ERROR_TIMED_OUT] = { "timed-out", N_ ("The service did not answer in time.") },
  [OREE_ERROR_UNAVAILABLE] = { "unavailable", N_ ("The Orée service is not running, or cannot be reached.") },
};
G_STATIC_ASSERT (G_N_ELEMENTS (errors) == OREE_N_ERRORS);

/* TRANSLATORS: in the sentences below, leave what stands in { } as it is: it is replaced by a name or a value. */
static const Sentence problems[] = {
  { "unknown-operation", N_ ("There is no operation “{detail}”.") },
  { "unknown-kind", N_ ("There is no kind of record “{detail}”.") },
  { "too-many-changes", N_ ("Too many changes at once; at most {detail} are possible.") },
  { "exists", N_ ("It already exists.") },
  { "not-found", N_ ("It does not exist.") },
  { "cannot-remove", N_ ("It cannot be removed, only reset to its defaults.") },
  { "bad-id", N_ ("This is not a valid name here.") },
  { "unknown-field", N_ ("There is no such setting.") },
  { "wrong-type", N_ ("The value has the wrong form; expected: {detail}.") },
  { "out-of-range", N_ ("The value is out of range; allowed: {detail}.") },
  { "bad-choice", N_ ("This value is not allowed; choose one of: {detail}.") },
  { "bad-text", N_ ("The text contains characters that are not allowed.") },
  { "too-long", N_ ("The text is too long; at most {detail} characters are possible.") },
  { "too-many", N_ ("The list is too long; at most {detail} entries are possible.") },
  { "required", N_ ("A value is required.") },
  { "write-once", N_ ("This can only be given when the record is created.") },
  { "already-in-list", N_ ("“{detail}” is already in the list.") },
  { "not-in-list", N_ ("“{detail}” is not in the list.") },
  { "bad-domain", N_ ("“{detail}” is not a valid domain name.") },
  { "domain-is-address", N_ ("A domain name is needed here, not an IP address.") },
  { "bad-address", N_ ("“{detail}” is not an IP address.") },
  { "bad-port", N_ ("A port is a number from 1 to 65535, as in xmpp.fabrikam.test:5269.") },
  { "bad-next-hop", N_ ("The next hop is either “embedded” or has the form HOST:PORT;transport=tls (or tcp).") },
  { "bad-sip-uri", N_ ("This is not a valid SIP address; an example is sip:alice@contoso.test.") },
  { "bad-url", N_ ("This is not a valid https address.") },
  { "bad-name", N_ ("This name contains characters that are not allowed.") },
  { "bad-hours", N_ ("Write two different times, as in 22:00-06:00.") },
  { "bad-pin", N_ ("“{detail}” is not a pin: write sha256: and the 64 hexadecimal digits of the SHA-256 hash of the public key.") },
  { "bad-pem", N_ ("The text must hold certificates in PEM form and nothing else that begins with -----BEGIN, above all no private key.") },
  { "bad-certificate", N_ ("Certificate number {detail} of the text cannot be read: export it again in PEM form.") },
  { "sasl-needs-tls", N_ ("SASL requires TLS: allow TLS, or switch SASL off.") },
  { "no-authentication-method", N_ ("The partner could not prove who it is: SASL or dialback must be enabled.") },
  { "tls-optional-with-sasl", N_ ("SASL requires TLS; as long as TLS is only optional, the negotiation can fail.") },
  { "dialback-idle", N_ ("Dialback does not operate as long as TLS and SASL are both required.") },
  { "certificates-idle", N_ ("This has no effect as long as the partner is not asked for a certificate: enable SASL, or choose another client-certificate-usage than none.") },
  { "xmpp-needs-federation", N_ ("Access to XMPP partners has no effect as long as federation is not enabled in the same policy.") },
  { "audio-video-needs-public", N_ ("Audio and video with public providers have no effect as long as access to public providers is not enabled in the same policy.") },
  { "default-route-needed", N_ ("Default routing needs the name of the server to route to.") },
  { "port-taken-twice", N_ ("This port is already used by the setting “{detail}”.") },
  { "port-busy", N_ ("Another program already listens on {detail}. Choose another port, or stop that program.") },
  { "port-not-permitted", N_ ("The system does not let the service listen on {detail}. Ports below 1024 need CAP_NET_BIND_SERVICE.") },
  { "address-unavailable", N_ ("{detail}: this address does not belong to this computer.") },
  { "range-reversed", N_ ("The last port of the range lies before the first.") },
  { "hosts-needs-shared", N_ ("Hosting users of your own has no effect without a shared address space.") },
  { "duplicate", N_ ("This name is already used by: {detail}.") },
  { "our-domain", N_ ("This domain is one of your own: {detail}.") },
  { "not-our-domain", N_ ("This domain is none of your SIP domains.") },
  { "no-such-site", N_ ("There is no site “{detail}”.") },
  { "no-such-policy", N_ ("There is no external access policy “{detail}” for users.") },
  { "profile-xmpp-only", N_ ("Boundary profiles take effect on XMPP partners only: what SIP partners send is passed on unread and unchanged. To keep a SIP partner out, add it to the blocked domains; to keep users from it, change their external access policy.") },
  { "no-such-profile", N_ ("There is no boundary profile “{detail}”.") },
  { "in-use", N_ ("It is still in use by: {detail}.") },
  { "one-default-domain", N_ ("Exactly one SIP domain must be the default domain.") },
  { "default-route-with-providers", N_ ("With a default route there can be no hosting or public providers; remove them first.") },
  { "unknown-usage", N_ ("“{detail}” is no usage of a certificate; there are external, internal, client, av, and the single ones.") },
  { "bad-country", N_ ("“{detail}” is not a country: give its two letters, as in ISO 3166-1 (FR for France).") },
  { "wildcard", N_ ("“{detail}”: wildcard names are not supported on an edge. Name each host.") },
  { "already-included", N_ ("“{detail}” is already included.") },
  { "private-name", N_ ("“{detail}”: public authorities refuse internal names like this one. Leave it out, or ask a private authority.") },
  { "abbreviation", N_ ("“{detail}” looks abbreviated; authorities want the name in full.") },
  { "private-authority-only", N_ ("Only private authorities put these names into a certificate; a public one refuses the request or leaves them out.") },
  { "ejabberd-xmpp-address", N_ ("Only private authorities put these names into a certificate, and ejabberd servers (seen with 23.01) close the connection when they see one. Leave them out unless a partner insists.") },
  { "public-authority-usage", N_ ("Public authorities no longer issue certificates for client authentication. Ask a public one for the server certificate and a private one, or the partner’s, for a client identity of its own.") },
  { "file-unknown", N_ ("The file is neither PEM, DER, PKCS#7 (.p7b) nor PKCS#12 (.pfx, .p12).") },
  { "file-empty", N_ ("There is no certificate in the file.") },
  { "file-too-big", N_ ("The file is too big; at most {detail} KiB are read.") },
  { "password-needed", N_ ("The file is protected: give its password.") },
  { "wrong-password", N_ ("The password is wrong.") },
  { "password-too-short", N_ ("The password is too short; at least {detail} characters are needed.") },
  { "key-missing", N_ ("The certificate answers no request made here, and its private key is not in the file. Import the answer to a request of this server, or a .pfx file with the key.") },
  { "key-mismatch", N_ ("The private key does not belong to the certificate.") },
  { "key-in-clear", N_ ("No password protects the private key in the file, and keys travel under one only. Make a .pfx file of it, with a password (openssl pkcs12 -export), and import that.") },
  { "key-not-exportable", N_ ("The private key was requested as not exportable. Make a new request that allows it.") },
  { "weak-key", N_ ("The key is too weak ({detail}). Make a new request with at least 2048 bits.") },
  { "weak-signature", N_ ("The authority signed with a method that is no longer safe ({detail}). Ask it for SHA-256 or better.") },
  { "is-authority", N_ ("This is the certificate of an authority; it cannot be assigned.") },
  { "certificate-expired", N_ ("The certificate expired on {detail}. Renew it.") },
  { "certificate-not-yet-valid", N_ ("The certificate is not valid before {detail}. Check the clock, or roll it with that date.") },
  { "certificate-ends-soon", N_ ("The certificate expires in {detail} days.") },
  { "chain-incomplete", N_ ("The chain is not complete: the certificate of “{detail}” is missing. Ask the authority for it and import its file.") },
  { "issuer-expired", N_ ("The issuer’s own certificate, “{detail}”, has expired. Ask the authority for the one that follows it and import its file.") },
  { "root-untrusted", N_ ("“{detail}” is not among the authorities trusted here. Partners must trust it; so must this server, for checking.") },
  { "self-signed", N_ ("The certificate is self-signed: no partner can check who issued it.") },
  { "name-missing", N_ ("The certificate does not name “{detail}”, which is needed today. Make a new request; names are put in for you.") },
  { "name-not-granted", N_ ("“{detail}” was requested, but the authority left it out.") },
  { "subject-differs", N_ ("The subject does not bear the name “{detail}”. Some partners look only there.") },
  { "first-name", N_ ("The first DNS name is “{detail}”, not the internal name of the edge. Some next hops (Kamailio 5.6) read the first one alone and would refuse us: request a certificate of its own for the internal interface.") },
  { "server-usage-missing", N_ ("Server authentication is missing among the key usages.") },
  { "client-usage-missing", N_ ("Client authentication is missing among the key usages ({detail}). Those who ask for it will refuse our connections.") },
  { "client-usage-not-granted", N_ ("Client authentication was requested, but the authority left it out.") },
  { "key-usage-wrong", N_ ("The key usage does not allow signatures, without which TLS cannot use the certificate.") },
  { "partner-would-break", N_ ("The partner {detail} would refuse this certificate as our identity, and nothing else is allowed for it.") },
  { "not-in-store", N_ ("This certificate comes from the file oreed.conf or from the lab: change it there, or assign another one.") },
  { "no-former-certificate", N_ ("“{detail}” had no other certificate before.") },
  { "roll-in-the-past", N_ ("The time lies in the past. Assign the certificate instead.") },
  { "roll-too-late", N_ ("The time is too late: no later than {detail}, while the certificate in use is still valid.") },
  { "store-failed", N_ ("The files of the certificate store cannot be written: {detail}") },
  { "no-effect-yet", N_ ("This setting is stored, but has no effect in this version.") },
};

static const Sentence reasons[] = {
  { "allowed", N_ ("It is allowed.") },
  /* Decisions: policy/oree-verdict.h. */
  { "not-our-domain", N_ ("The domain addressed is none of ours.") },
  { "domain-without-xmpp", N_ ("Our domain is not enabled for XMPP.") },
  { "domain-without-sip", N_ ("Our domain has no SIP users.") },
  { "own-domain", N_ ("The other side claims to be one of our own domains.") },
  { "federation-off", N_ ("Federation is disabled for the whole organization.") },
  { "xmpp-off", N_ ("XMPP federation is disabled in the topology.") },
  { "blocked-domain", N_ ("The domain is blocked.") },
  { "not-a-partner", N_ ("The domain is not one of our partners.") },
  { "not-authenticated", N_ ("The other side has not proved who it is.") },
  { "tls-required", N_ ("TLS is required for this partner.") },
  { "tls-not-allowed", N_ ("TLS is not supported for this partner.") },
  { "sasl-required", N_ ("SASL is required for this partner.") },
  { "sasl-not-allowed", N_ ("SASL is not supported for this partner.") },
  { "dialback-not-allowed", N_ ("Dialback is not enabled for this partner.") },
  { "certificate-not-heeded", N_ ("What vouches for the certificate does not count for this partner.") },
  { "user-federation-off", N_ ("The user’s external access policy does not allow federation.") },
  { "user-xmpp-off", N_ ("The user’s external access policy does not allow XMPP partners.") },
  { "allow-entry-needed", N_ ("The user does not know this contact: the user must add the contact or write first.") },
  { "user-unknown", N_ ("There is no such user.") },
  { "boundary-messages", N_ ("The partner’s boundary profile lets no messages cross in this direction.") },
  { "boundary-content", N_ ("The partner’s boundary profile does not let this kind of message cross.") },
  { "boundary-size", N_ ("The message is longer than the partner’s boundary profile allows.") },
  { "boundary-rate", N_ ("The sender writes faster than the partner’s boundary profile allows.") },
  { "peer-not-next-hop", N_ ("The request does not come from the configured next hop.") },
  { "method-not-allowed", N_ ("This kind of SIP request is not allowed.") },
  { "identity-mismatch", N_ ("The sender’s address is not the one that signed in.") },
  { "user-elsewhere", N_ ("The user’s home is on another server.") },
  { "no-route", N_ ("There is no route to this domain.") },
  { "sip-federation-off", N_ ("SIP federation is switched off on this edge.") },
  { "hosted-domain-not-allowed", N_ ("DNS says that one of your hosting providers serves this domain, but the domain is not an allowed domain. Add it there to let it through.") },
  { "user-public-off", N_ ("The user’s external access policy does not allow public providers.") },
  { "user-public-av-off", N_ ("The user’s external access policy does not allow audio and video with public providers.") },
  { "certificate-name", N_ ("The certificate of the other side names neither the partner’s domain nor its server.") },
  { "certificate-usage", N_ ("The key usage of the other side’s certificate does not allow this use, and the partner’s record is strict about it.") },
  { "srv-target-outside", N_ ("DNS leads to a server outside the partner’s domain: its name must lie directly in that domain.") },
  { "discovered-partner-rate", N_ ("A discovered partner sends more messages per second than it may.") },
  { "discovered-partner-slowed", N_ ("Too many requests of this discovered partner fail, as if it were trying out addresses: it may send one message per second.") },
  { "discovered-partner-reach", N_ ("This discovered partner has already reached as many of your users as it may.") },
  /* What the gateway does not carry: service/gateway/oree-gw-refusal.h. */
  { "group-chat-unsupported", N_ ("The gateway does not carry group chats.") },
  { "invitation-unsupported", N_ ("The gateway does not carry invitations to group chats.") },
  { "file-transfer-unsupported", N_ ("The gateway does not carry files.") },
  { "call-unsupported", N_ ("The gateway does not carry calls.") },
  { "many-recipients-unsupported", N_ ("The gateway does not carry messages to several recipients at once.") },
  { "extension-unsupported", N_ ("The request demands a SIP extension that the gateway does not know.") },
  { "body-too-big", N_ ("The message is longer than the other side takes.") },
  { "content-unsupported", N_ ("The message is in a form that the gateway does not carry; it takes text.") },
  { "content-broken", N_ ("The message is not what its content type says.") },
  { "encrypted-unsupported", N_ ("The message is encrypted end to end and cannot be read on the other side.") },
  { "message-expired", N_ ("The message could not be delivered in the time its sender gave it.") },
  { "not-a-person", N_ ("The address is that of the gateway itself, which reads no messages.") },
  { "address-unmappable", N_ ("The address has no form in the other protocol.") },
  { "budget-exhausted", N_ ("The partner asked for more answers than it is granted at once.") },
  /* Certificates: net/oree-peer-cert.h. */
  { "ok", N_ ("It ended in good order.") },
  { "no-certificate", N_ ("The other side showed no certificate.") },
  { "malformed", N_ ("The certificate cannot be read.") },
  { "too-many-names", N_ ("The certificate contains too many names.") },
  { "self-signed", N_ ("The certificate is self-signed.") },
  { "untrusted-issuer", N_ ("The certificate’s issuer is not trusted.") },
  { "invalid-issuer", N_ ("A certificate of the chain is not allowed to issue certificates.") },
  { "weak-key", N_ ("A key or signature of the certificate chain is too weak.") },
  { "not-yet-valid", N_ ("The certificate is not valid yet.") },
  { "expired", N_ ("The certificate has expired.") },
  { "wrong-usage", N_ ("The certificate may not be used for this purpose.") },
  { "dns-failed", N_ ("DNS gave no answer for this domain.") },
  { "no-address", N_ ("DNS gives the server’s name no address.") },
  { "handshake-lost", N_ ("The connection was lost before TLS was negotiated.") },
  { "no-answer", N_ ("The other side’s server had no answer in time.") },
  { "asked-for-rest", N_ ("The server asked to be left alone for a while.") },
  { "no-sip-server", N_ ("DNS names no SIP federation server for this domain.") },
  { "peer-closed", N_ ("The other side closed the connection.") },
  { "wrong-name", N_ ("The certificate was issued for another name.") },
  { "pin-mismatch", N_ ("The certificate’s key is none of those pinned for this partner.") },
  { "certificate-not-asked", N_ ("Certificates prove nothing for this partner: its record allows dialback only.") },
  /* Forecasts: policy/oree-forecast.h. */
  { "our-name-missing", N_ ("The certificate does not name all our domains.") },
  { "accepted-before", N_ ("The partner accepted such a certificate of ours before.") },
  { "peer-is-lenient", N_ ("The partner accepts even a certificate for servers only.") },
  { "peer-is-strict", N_ ("The partner wants a certificate whose key usage allows clients.") },
  { "refused-before", N_ ("The partner refused such a certificate of ours before.") },
  { "never-tried", N_ ("The partner has not seen such a certificate of ours yet.") },
  /* Streams: proto/xmpp/oree-s2s-reason.h. */
  { "idle", N_ ("There was nothing to carry.") },
  { "shutdown", N_ ("Our service is stopping.") },
  { "replaced", N_ ("Our certificate changed, and a new stream takes its place.") },
  { "xmpp-proxy-not-running", N_ ("The XMPP proxy is not running.") },
  { "reset", N_ ("An administrator had the connections made anew.") },
  { "trust-withdrawn", N_ ("The certificate no longer proves the other side.") },
  { "connection-lost", N_ ("The connection was lost.") },
  { "establish-timeout", N_ ("The stream was not established in time.") },
  { "connect-failed", N_ ("No connection could be made.") },
  { "waiting", N_ ("The last attempt to connect failed a moment ago; the next one waits.") },
  { "connection-limit", N_ ("Our limit of connections is reached.") },
  { "not-found", N_ ("No XMPP server was found for this domain.") },
  { "peer-error", N_ ("The other side reported an error.") },
  { "peer-host-unknown", N_ ("The other server does not serve this domain.") },
  { "peer-policy", N_ ("The other server does not want to communicate with us.") },
  { "bad-xml", N_ ("The other side sent XML that is broken or not allowed.") },
  { "limit", N_ ("The other side exceeded a limit.") },
  { "bad-protocol", N_ ("The other side sent something out of place.") },
  { "bad-header", N_ ("The other side opened the stream incorrectly.") },
  { "host-unknown", N_ ("The other side wanted a domain that is none of ours.") },
  { "improper-addressing", N_ ("A sender or recipient is missing or not valid.") },
  { "invalid-from", N_ ("The other side used a sender’s domain that it has not proved.") },
  { "identity-swap", N_ ("The other side changed its identity within the stream.") },
  { "blocked", N_ ("The domain is blocked.") },
  { "stranger", N_ ("The domain is not an XMPP partner.") },
  { "tls-refused", N_ ("The other side does not want TLS.") },
  { "tls-failed", N_ ("TLS could not be negotiated.") },
  { "cert-not-proven", N_ ("The certificate does not prove the domain.") },
  { "dane-mismatch", N_ ("The certificate is not one that the domain’s signed zone names (DANE).") },
  { "posh-mismatch", N_ ("The certificate is not one that the domain publishes (POSH).") },
  { "posh-absent", N_ ("The domain’s web server has no POSH document.") },
  { "posh-invalid", N_ ("The domain’s POSH document is not valid.") },
  { "fetch-not-https", N_ ("It is not at an https address.") },
  { "fetch-no-name", N_ ("Its web server’s name has no address.") },
  { "fetch-private-address", N_ ("Its web server’s name leads to an address that is not public, which is not asked.") },
  { "fetch-redirects", N_ ("The web server redirected too many times.") },
  { "fetch-too-big", N_ ("The web server’s answer is too big.") },
  { "fetch-timed-out", N_ ("The web server did not answer in time.") },
  { "fetch-tls-failed", N_ ("The web server’s certificate does not prove its name.") },
  { "fetch-connect-failed", N_ ("The web server could not be reached.") },
  { "fetch-busy", N_ ("Too much is being fetched at the moment.") },
  { "dns-bogus", N_ ("DNS answered for the domain what its zone did not sign (DNSSEC).") },
  { "sasl-refused", N_ ("The other side refused SASL, and nothing else is allowed.") },
  { "sasl-attempts", N_ ("There were too many attempts to authenticate.") },
  { "no-method", N_ ("The two sides have no way to authenticate in common.") },
  { "dialback-invalid", N_ ("The dialback key was wrong.") },
  { "dialback-error", N_ ("The dialback key could not be verified.") },
  { "dialback-timeout", N_ ("The dialback key was not verified in time.") },
  { "dialback-attempts", N_ ("There were too many wrong dialback keys.") },
  { "ack-timeout", N_ ("The other side no longer acknowledges what it receives.") },
  { "ack-invalid", N_ ("The other side acknowledged more than was sent.") },
  { "queue-full", N_ ("Too much is waiting to be sent.") },
  { "waited-too-long", N_ ("It waited too long for its turn: the recipient takes messages too slowly, or not at all.") },
  { "too-big", N_ ("It is larger than the other side accepts.") },
  { "outcome-unknown", N_ ("It was sent, but the stream was lost before the other side acknowledged it: it may have arrived.") },
  /* What an XMPP server answers (RFC 6120 8.3.3). */
  { "bad-request", N_ ("The other side does not understand the request.") },
  { "conflict", N_ ("The other side reported a conflict.") },
  { "feature-not-implemented", N_ ("The other side does not support this.") },
  { "forbidden", N_ ("The other side forbids it.") },
  { "gone", N_ ("The recipient is no longer at this address.") },
  { "internal-server-error", N_ ("The other server had an internal error.") },
  { "item-not-found", N_ ("The recipient does not exist.") },
  { "jid-malformed", N_ ("The address is not valid.") },
  { "not-acceptable", N_ ("The other side does not accept it.") },
  { "not-allowed", N_ ("The other side does not allow it.") },
  { "not-authorized", N_ ("The other side demands authentication.") },
  { "policy-violation", N_ ("The policy of the other side does not allow it.") },
  { "recipient-unavailable", N_ ("The recipient is not available at the moment.") },
  { "redirect", N_ ("The other side refers to another address.") },
  { "registration-required", N_ ("The other side demands a registration.") },
  { "remote-server-not-found", N_ ("The server of the recipient was not found.") },
  { "remote-server-timeout", N_ ("The server of the recipient did not answer in time.") },
  { "resource-constraint", N_ ("The other side is overloaded.") },
  { "service-unavailable", N_ ("The recipient cannot be reached.") },
  { "subscription-required", N_ ("The recipient must have accepted the contact first.") },
  { "undefined-condition", N_ ("The other side reported an error without naming it.") },
  { "unexpected-request", N_ ("The other side did not expect this.") },
  /* Signing in. */
  { "wrong-password", N_ ("The password is wrong.") },
  { "too-many-failures", N_ ("There were too many failed attempts from this address.") },
  { "foreign-uri", N_ ("The proof of identity was made for another address.") },
  { "shutting-down", N_ ("Our service is stopping.") },
  /* What degrades a role: net/oree-net-error.h and the roles themselves. */
  { "port-busy", N_ ("The port is already in use by another program.") },
  { "address-unavailable", N_ ("The address does not belong to this computer.") },
  { "permission", N_ ("The service is not permitted to use this port.") },
  { "system", N_ ("The operating system refused.") },
  { "certificate-missing", N_ ("No certificate is configured.") },
  { "certificate-unreadable", N_ ("The certificate file cannot be read.") },
  { "certificate-invalid", N_ ("The certificate file holds no usable certificate.") },
  { "key-unreadable", N_ ("The private key file cannot be read.") },
  { "key-invalid", N_ ("The private key file holds no usable key.") },
  { "key-mismatch", N_ ("The private key does not belong to the certificate.") },
  { "trust-anchors-unreadable", N_ ("The file of trusted certification authorities cannot be read.") },
  { "trust-anchors-invalid", N_ ("The file of trusted certification authorities holds no usable certificate.") },
  { "bad-option", N_ ("The file oreed.conf contains a mistake.") },
  { "resolver-option", N_ ("The resolver does not accept the DNS settings.") },
  { "resolver-unavailable", N_ ("The resolver could not be started.") },
  { "bad-record", N_ ("A record of the configuration cannot be used and was left out.") },
  { "next-hop-invalid", N_ ("The next hop is not valid.") },
  { "next-hop-unreachable", N_ ("The next hop cannot be reached.") },
  { "no-data-plane", N_ ("The service is not ready yet.") },
  { "store-unavailable", N_ ("The configuration database cannot be used.") },
  { "disabled", N_ ("The role is disabled.") },
  /* Why presence is unknown: policy/oree-explain-presence.h. */
  { "presence-never-asked", N_ ("The watcher never asked to see this person, or the subscription was ended.") },
  { "presence-pending-xmpp", N_ ("The XMPP contact has not answered the request yet.") },
  { "presence-pending-sip", N_ ("The SIP side holds the request until the user answers it.") },
  { "presence-asking", N_ ("The SIP side has not answered yet.") },
  { "presence-waiting", N_ ("The SIP side refused or ended the subscription; it is asked again later.") },
  { "presence-asleep", N_ ("The watcher is offline; the subscription rests until the watcher comes back.") },
  { "presence-ending", N_ ("The subscription is just being ended.") },
  { "presence-no-device", N_ ("No device of the watcher has a subscription now; the next one to sign in asks again.") },
  { "presence-nothing-told", N_ ("The other side agreed, but has told no presence since it was last asked.") },
};

static const Sentence events[] = {
  { "service-started", N_ ("The service has started.") },
  { "service-stopping", N_ ("The service is stopping.") },
  { "role-state", N_ ("{role}: {state}") },
  { "role-degraded", N_ ("{role} does not work as it should. {reason} ({detail})") },
  { "role-recovered", N_ ("{role} works again.") },
  { "bad-record", N_ ("The record {kind} {id} cannot be used (field {field}). {code}") },
  { "configuration-changed", N_ ("The configuration was changed by {who}: revision {revision}.") },
  { "certificates-reloaded", N_ ("Certificates, keys and trust anchors were read again (generation {generation}).") },
  { "reload-failed", N_ ("The certificates could not be read again, and those before remain in force. {reason} ({detail})") },
  { "certificate-requested", N_ ("{who} made a request for a certificate: {subject}.") },
  { "certificate-imported", N_ ("{who} imported the certificate of {subject}.") },
  { "certificate-assigned", N_ ("The certificate of {subject} was assigned to {usages} by {who}.") },
  { "certificate-removed", N_ ("{who} removed the certificate of {subject}.") },
  { "certificate-exported", N_ ("{who} exported the certificate of {subject} with its private key.") },
  { "certificate-expires", N_ ("The certificate of {subject} ({usages}) expires in {days} days. Renew it.") },
  { "certificate-expires-now", N_ ("The certificate of {subject} ({usages}) must be renewed now: days left until it expires: {days}.") },
  { "certificate-expired", N_ ("The certificate of {subject} ({usages}) has expired: partners refuse it.") },
  { "certificate-roll-failed", N_ ("The certificate that was to serve {usages} from now on cannot, and the one before stays. {reason} ({detail})") },
  { "certificate-store-damaged", N_ ("A part of the certificate store cannot be used and was left out: {detail}") },
  { "stream-ready", N_ ("The stream with {partner} is ready ({direction}, {method}). {certificate-problem}") },
  { "stream-closed", N_ ("The stream with {partner} was closed ({direction}). {reason} ({detail})") },
  { "stream-refused", N_ ("The stream with {partner} was refused ({direction}). {reason} ({detail})") },
  { "posh-failed", N_ ("What {partner} publishes about its certificates (POSH) cannot be used. {reason}") },
  { "stream-failed", N_ ("The stream with {partner} failed. {reason} ({detail})") },
  { "stanza-refused", N_ ("A stanza ({kind}) from {from} to {to} was refused. {reason}") },
  { "message-refused", N_ ("A message from {from} to {to} was refused. {reason}") },
  { "message-undelivered", N_ ("A message from {from} to {to} could not be delivered, and its sender was told so ({direction}). {reason}") },
  { "sender-not-told", N_ ("A message from {from} to {to} could not be delivered, and its sender could not be told either ({direction}). {reason}") },
  { "subscription-refused", N_ ("A presence subscription from {from} to {to} was refused. {reason}") },
  { "allow-entry-made", N_ ("{user} now knows the contact {contact}.") },
  { "allow-entry-revoked", N_ ("{user} no longer knows the contact {contact}: the allow entry was revoked.") },
  { "limit-hit", N_ ("A limit was reached: {limit} ({peer}).") },
  { "queue-full", N_ ("Too much is waiting for {partner} ({direction}, {depth} waiting): new messages are refused, and their senders told so.") },
  { "sip-peer-refused", N_ ("The SIP connection from {peer} was refused. {reason}") },
  { "partner-discovered", N_ ("{partner} was discovered: nobody listed this SIP partner, and safeguards watch it. (Lync event {lync})") },
  { "partner-limited", N_ ("The discovered partner {partner} sends more than {rate} messages per second; what is over is refused. (Lync event {lync})") },
  { "partner-watched", N_ ("The discovered partner {partner} has reached {contacts} of your users and may reach no more. Add it to the allowed domains if you trust it, or block it. (Lync event {lync})") },
  { "partner-slowed", N_ ("{failures} of {answers} requests of the discovered partner {partner} failed, as if it were trying out addresses: it may send one message per second. (Lync event {lync})") },
  { "partner-unslowed", N_ ("The requests of the discovered partner {partner} succeed again: it may send as many messages as before.") },
  { "partners-report", N_ ("Discovered partners since the last report: {count}, with {requests} requests. {partners} (Lync event {lync})") },
  { "sip-partner-ready", N_ ("A SIP connection with {partner} is ready ({direction}). The certificate names {name}.") },
  { "sip-partner-closed", N_ ("The SIP connection with {partner} was closed ({direction}). {reason}") },
  { "sip-partner-failed", N_ ("No SIP connection with {partner} could be made. {reason} ({detail})") },
  { "sip-request-refused", N_ ("A SIP request ({kind}) from {from} to {to} was refused. {reason}") },
  { "sign-in-refused", N_ ("{user} could not sign in from {address}. {reason}") },
};

static const Sentence roles[] = {
  { "access-edge", N_ ("Access Edge") },
  { "xmpp-proxy", N_ ("XMPP proxy") },
  { "xmpp-gateway", N_ ("XMPP gateway") },
  { "front-end", N_ ("Front end") },
};

static const Sentence states[] = {
  { "stopped", NC_ ("role state", "Stopped") },
  { "start-pending", NC_ ("role state", "Starting") },
  { "running", NC_ ("role state", "Running") },
  { "pause-pending", NC_ ("role state", "Pausing") },
  { "paused", NC_ ("role state", "Paused") },
  { "continue-pending", NC_ ("role state", "Resuming") },
  { "stop-pending", NC_ ("role state", "Stopping") },
  { "draining", NC_ ("role state", "Draining") },
};

static const Sentence start_types[] = {
  { "automatic", NC_ ("start type", "Automatic") },
  { "manual", NC_ ("start type", "Manual") },
  { "disabled", NC_ ("start type", "Disabled") },
};

static const Sentence levels[] = {
  { "information", NC_ ("event level", "Information") },
  { "warning", NC_ ("event level", "Warning") },
  { "error", NC_ ("event level", "Error") },
};

static const Sentence directions[] = {
  { "in", NC_ ("direction", "incoming") },
  { "out", NC_ ("direction", "outgoing") },
  { "to-sip", NC_ ("direction", "from XMPP to SIP") },
  { "to-xmpp", NC_ ("direction", "from SIP to XMPP") },
};

static const Sentence methods[] = {
  { "sasl-tls", N_ ("SASL over TLS") },
  { "tls-dialback", N_ ("TLS dialback") },
  { "tcp-dialback", N_ ("TCP dialback") },
  { "external", N_ ("SASL over TLS") },
  { "certificate", N_ ("certificate") },
  { "dialback-tls", N_ ("TLS dialback") },
  { "dialback", N_ ("TCP dialback") },
  { "none", N_ ("not authenticated") },
};

static const Sentence steps[] = {
  { "local-domain", N_ ("Is the domain on our side one of ours, and enabled for this?") },
  { "remote-domain", N_ ("Is the domain of the other side not one of ours?") },
  { "organisation-switch", N_ ("Is federation enabled for the organization?") },
  { "xmpp-switch", N_ ("Is XMPP federation enabled in the topology?") },
  { "blocked-domains", N_ ("Is the domain not blocked?") },
  { "partner", N_ ("Is the domain an XMPP partner?") },
  { "authentication", N_ ("Has the partner proved who it is, as its record demands?") },
  { "user-policy", N_ ("Does the user’s external access policy allow it?") },
  { "partner-rights", N_ ("May contacts of this type of partner do this?") },
  { "user", N_ ("Does our user exist?") },
  { "boundary", N_ ("Does the partner’s boundary profile let it cross, and in which form?") },
  { "peer", N_ ("May this peer send requests?") },
  { "method", N_ ("Is this kind of request allowed?") },
  { "identity", N_ ("Is the sender who signed in?") },
  { "route", N_ ("Is there a route to the recipient?") },
  { "sip-switch", N_ ("Is SIP federation enabled in the topology?") },
  { "relation", N_ ("Does a list, a provider, the default route or discovery make the domain a partner?") },
  { "safeguards", N_ ("Is the discovered partner within its limits?") },
  { "presence-asked", N_ ("Did the watcher ask to see the presence?") },
  { "presence-stream", N_ ("Does the connection with the partner work?") },
  { "presence-approved", N_ ("Did the person asked agree?") },
  { "presence-subscription", N_ ("Does the subscription on the SIP side stand?") },
  { "presence-told", N_ ("Was the presence told since?") },
};

static const Sentence outcomes[] = {
  { "pass", NC_ ("outcome", "yes") },
  { "skip", NC_ ("outcome", "not asked") },
  { "refuse", NC_ ("outcome", "no") },
};

static const Sentence forecasts[] = {
  { "works", NC_ ("forecast", "works") },
  { "unknown", NC_ ("forecast", "unknown") },
  { "falls-back", NC_ ("forecast", "falls back to dialback") },
  { "breaks", NC_ ("forecast", "breaks") },
};

static const Sentence tempers[] = {
  { "accepted", NC_ ("evidence", "accepted") },
  { "refused", NC_ ("evidence", "refused") },
  { "refused-purpose", NC_ ("evidence", "refused for its purpose") },
  { "not-offered", NC_ ("evidence", "not wanted") },
};

static const Sentence edge_usages[] = {
  { "access-edge-external", NC_ ("certificate usage", "SIP Access Edge External") },
  { "web-conferencing-external", NC_ ("certificate usage", "Web Conferencing Edge External") },
  { "av-authentication", NC_ ("certificate usage", "A/V Edge External") },
  { "edge-internal", NC_ ("certificate usage", "Edge Internal") },
  { "client-identity", NC_ ("certificate usage", "Client identity") },
};

static const Sentence cert_states[] = {
  { "waiting", NC_ ("certificate state", "Waiting for the authority") },
  { "not-yet-valid", NC_ ("certificate state", "Not valid yet") },
  { "monitoring", NC_ ("certificate state", "Valid") },
  { "renew-soon", NC_ ("certificate state", "To be renewed soon") },
  { "renew-now", NC_ ("certificate state", "To be renewed now") },
  { "expired", NC_ ("certificate state", "Expired") },
  { "missing", NC_ ("certificate state", "Missing") },
};

static const Sentence cert_sources[] = {
  { "assigned", NC_ ("certificate source", "assigned") },
  { "file", NC_ ("certificate source", "from oreed.conf") },
  { "lab", NC_ ("certificate source", "of the lab") },
  { "external", NC_ ("certificate source", "the external one") },
  { "internal", NC_ ("certificate source", "the internal one") },
  { "none", NC_ ("certificate source", "none") },
  { "store", NC_ ("certificate source", "of the store") },
};

static const Sentence need_reasons[] = {
  { "subject", NC_ ("reason of a name", "Subject name repeated") },
  { "access-edge", NC_ ("reason of a name", "Access Edge service") },
  { "web-conferencing", NC_ ("reason of a name", "Web Conferencing Edge service") },
  { "sip-domain", NC_ ("reason of a name", "SIP domain {detail}") },
  { "xmpp-domain", NC_ ("reason of a name", "XMPP domain") },
  { "internal-name", NC_ ("reason of a name", "Internal name of the edge") },
  { "srv-name", NC_ ("reason of a name", "XMPP service of {detail}") },
  { "xmpp-address", NC_ ("reason of a name", "XMPP address of {detail}") },
  { "added", NC_ ("reason of a name", "Added by you") },
};

static const Sentence cert_notes[] = {
  { "subject-must-be-repeated", N_ ("The subject name is repeated among the alternative names, where partners look for it.") },
  { "public-authorities-server-only", N_ ("Public authorities issue certificates for server authentication only; a request for client authentication is refused or cut down.") },
  { "propose-pair", N_ ("Make a pair: the server identity from a public authority (--usage external key-usage=server), the client identity from a private or partner authority (--usage client).") },
  { "av-token-key", N_ ("This certificate signs the tokens of the media relay; nobody checks its names.") },
  { "same-key-in-pool", N_ ("All servers of a pool need the same certificate with the same key: leave the key exportable.") },
  { "private-authority-names", N_ ("SRVName and xmppAddr names come from private authorities only.") },
};

static const Sentence client_reasons[] = {
  { "public-provider", NC_ ("client authentication", "the public provider {detail} wants it") },
  { "hosting-provider", NC_ ("client authentication", "the hosting provider {detail} wants it") },
  { "next-hop", NC_ ("client authentication", "the server inside may look at it") },
  { "client-identity", NC_ ("client authentication", "it is shown where we connect") },
};

static const Sentence csr_steps[] = {
  { "generate-key", NC_ ("step of a request", "Generate the key pair") },
  { "build-request", NC_ ("step of a request", "Build and sign the request") },
  { "read-back", NC_ ("step of a request", "Read it back and compare the names") },
  { "store", NC_ ("step of a request", "Store the pending request") },
};

static const Sentence types[] = {
  { "string", NC_ ("form of a value", "a text") },
  { "boolean", NC_ ("form of a value", "true or false") },
  { "uint", NC_ ("form of a value", "a whole number") },
  { "enum", NC_ ("form of a value", "one of the allowed words") },
  { "list", NC_ ("form of a value", "a list, separated by commas") },
  { "secret", NC_ ("form of a value", "a text") },
};

static const Sentence *
find (const Sentence *table, gsize n, const char *nick)
{
  for (gsize i = 0; i < n; i++)
    if (g_strcmp0 (table[i].nick, nick) == 0)
      return &table[i];
  return NULL;
}

#define FIND(table, nick) find (table, G_N_ELEMENTS (table), nick)

static const char *
in_words (const Sentence *sentence, const char *nick)
{
  return sentence != NULL ? _ (sentence->text) : nick;
}

static const char *
in_words_with_context (const Sentence *sentence, const char *context, const char *nick)
{
  return sentence != NULL ? g_dpgettext2 (GETTEXT_PACKAGE, context, sentence->text) : nick;
}

static char *fill (const char *text, GVariant *details);

/* A detail as words when it is a code of a family we know by the detail's name. */
static char *
detail_in_words (const char *name, const char *value, GVariant *details)
{
  if (g_str_equal (name, "reason") || g_str_equal (name, "certificate-problem"))
    return oree_sentence_reason (value);
  /* A detail may be a second, more exact reason. */
  if (g_str_equal (name, "detail") && FIND (reasons, value) != NULL)
    return oree_sentence_reason (value);
  if (g_str_equal (name, "role"))
    return g_strdup (oree_sentence_role (value));
  if (g_str_equal (name, "state"))
    return g_strdup (oree_sentence_role_state (value));
  if (g_str_equal (name, "direction"))
    return g_strdup (in_words_with_context (FIND (directions, value), "direction", value));
  if (g_str_equal (name, "method"))
    return g_strdup (in_words (FIND (methods, value), value));
  if (g_str_equal (name, "code"))
    return FIND (problems, value) != NULL ? fill (_ (FIND (problems, value)->text), details) : g_strdup (value);
  return g_strdup (value);
}

/* Replaces each {name} of `text` by the detail of that name. One that is absent leaves nothing: neither it nor the
 * brackets and commas that would stand around nothing. */
static char *
fill (const char *text, GVariant *details)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = *text == '{' ? strchr (text, '}') : NULL;
      g_autofree char *name = NULL;
      g_autofree char *words = NULL;
      const char *value = NULL;

      if (end == NULL)
        {
          g_string_append_c (out, *text++);
          continue;
        }
      name = g_strndup (text + 1, (gsize) (end - text - 1));
      text = end + 1;
      if (g_variant_lookup (details, name, "&s", &value) && *value != '\0')
        {
          words = detail_in_words (name, value, details);
          g_string_append (out, words);
        }
    }
  g_string_replace (out, " ()", "", 0);
  g_string_replace (out, "(, ", "(", 0);
  g_string_replace (out, ", )", ")", 0);
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

const char *
oree_sentence_error (OreeError code)
{
  g_return_val_if_fail (code < OREE_N_ERRORS, NULL);
  return _ (errors[code].text);
}

const char *
oree_sentence_failure (const GError *error)
{
  return error->domain == OREE_ERROR ? oree_sentence_error ((OreeError) error->code) : error->message;
}

/* "2026-11-21T12:00:00Z" as people here write it; what is no time, as it stands. Owned. */
static char *
time_in_words (const char *text)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_iso8601 (text, NULL);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  /* TRANSLATORS: a date and a time in a sentence, as in “expired on …”; see g_date_time_format (). */
  return local != NULL ? g_date_time_format (local, _ ("%Y-%m-%d %H:%M")) : g_strdup (text);
}

/* "access-edge-external,av-authentication" as their names; what is no usage, as it stands. Owned. */
static char *
usages_in_words (const char *nicks)
{
  g_auto (GStrv) list = g_strsplit (nicks, ",", -1);
  GString *text = g_string_new (NULL);

  for (char **nick = list; *nick != NULL; nick++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", oree_sentence_edge_usage (*nick));
  return g_string_free (text, FALSE);
}

char *
oree_sentence_problem_alone (const OreeProblem *problem)
{
  const char *nick = problem->code < OREE_N_PROBLEMS ? oree_problem_nick (problem->code) : problem->detail;
  const char *detail = problem->detail != NULL ? problem->detail : "";
  const Sentence *sentence = FIND (problems, nick);
  g_autofree char *words = NULL;
  GVariantDict dict;
  g_autoptr (GVariant) details = NULL;

  /* A name that cannot be one: the detail is the code that says why, and is about the name. */
  if (problem->code == OREE_PROBLEM_BAD_ID && FIND (problems, detail) != NULL)
    {
      sentence = FIND (problems, detail);
      detail = problem->id;
    }
  else if (problem->code == OREE_PROBLEM_WRONG_TYPE)
    detail = in_words_with_context (FIND (types, detail), "form of a value", detail);
  else if (problem->code == OREE_PROBLEM_CERTIFICATE_EXPIRED || problem->code == OREE_PROBLEM_CERTIFICATE_NOT_YET_VALID
           || problem->code == OREE_PROBLEM_ROLL_TOO_LATE)
    detail = words = time_in_words (detail);
  else if (problem->code == OREE_PROBLEM_NO_FORMER
           || (problem->code == OREE_PROBLEM_IN_USE && g_str_equal (problem->kind, "certificate")))
    detail = words = usages_in_words (detail);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "detail", "s", detail);
  details = g_variant_ref_sink (g_variant_dict_end (&dict));
  return fill (in_words (sentence, nick), details);
}

char *
oree_sentence_problem (const OreeProblem *problem)
{
  g_autofree char *sentence = oree_sentence_problem_alone (problem);
  GString *out = g_string_new (problem->kind);

  if (problem->id != NULL && *problem->id != '\0')
    g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", problem->id);
  if (problem->field != NULL && *problem->field != '\0' && !g_str_equal (problem->field, "id"))
    g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", problem->field);
  if (out->len > 0)
    /* TRANSLATORS: stands between the name of what is wrong and the sentence that says why. */
    g_string_append (out, C_ ("between name and sentence", ": "));
  g_string_append (out, sentence);
  return g_string_free (out, FALSE);
}

static guint32
effect (GVariant *effects, const char *name)
{
  guint32 n = 0;

  g_variant_lookup (effects, name, "u", &n);
  return n;
}

/* `text` has {n}. */
static void
add_effect (GString *out, guint32 n, const char *text)
{
  g_autofree char *number = g_strdup_printf ("%u", n);
  g_autofree char *sentence = NULL;
  g_autoptr (GVariant) details = NULL;
  GVariantDict dict;

  if (n == 0)
    return;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "n", "s", number);
  details = g_variant_ref_sink (g_variant_dict_end (&dict));
  sentence = fill (text, details);
  g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", sentence);
}

char *
oree_sentence_effects (GVariant *effects)
{
  GString *out = g_string_new (NULL);
  guint32 streams = effect (effects, "streams-closed");
  guint32 connections = effect (effects, "sip-connections-closed");
  guint32 sessions = effect (effects, "sessions-ended");
  guint32 subscriptions = effect (effects, "subscriptions-ended");
  guint32 users = effect (effects, "users-signed-out");
  guint32 listeners = effect (effects, "listeners-changed");

  add_effect (out, streams,
              g_dngettext (GETTEXT_PACKAGE, "{n} open stream is closed.", "{n} open streams are closed.", streams));
  add_effect (out, connections,
              g_dngettext (GETTEXT_PACKAGE, "{n} connection with a SIP partner is closed.",
                           "{n} connections with SIP partners are closed.", connections));
  add_effect (out, sessions,
              g_dngettext (GETTEXT_PACKAGE, "{n} conversation ends.", "{n} conversations end.", sessions));
  add_effect (out, subscriptions,
              g_dngettext (GETTEXT_PACKAGE, "{n} presence subscription ends.", "{n} presence subscriptions end.",
                           subscriptions));
  add_effect (out, users, g_dngettext (GETTEXT_PACKAGE, "{n} user is signed out.", "{n} users are signed out.", users));
  add_effect (out, listeners,
              g_dngettext (GETTEXT_PACKAGE, "{n} listening port changes.", "{n} listening ports change.", listeners));
  return g_string_free (out, out->len == 0);
}

char *
oree_sentence_partner_test (GVariant *result)
{
  const char *outcome = "", *name = "";
  gboolean already = FALSE;
  g_autofree char *reached = NULL, *certificate = NULL;

  g_variant_lookup (result, "outcome", "&s", &outcome);
  g_variant_lookup (result, "already", "b", &already);
  if (!g_str_equal (outcome, "ready"))
    return fill (_ ("✖ {partner} is not reached. {reason} ({detail})"), result);
  reached = fill (already ? _ ("✔ {partner} is connected at {peer}: {method}. {certificate-problem}")
                          : _ ("✔ {partner} was reached at {peer}: {method}. {certificate-problem}"),
                  result);
  if (!g_variant_lookup (result, "certificate-name", "&s", &name) || *name == '\0')
    return g_steal_pointer (&reached);
  certificate = fill (_ ("Its certificate names {certificate-name}."), result);
  return g_strdup_printf ("%s\n%s", reached, certificate);
}

/* "sip-486": the status the SIP side answered. */
static char *
status_in_words (const char *nick)
{
  GVariantDict dict;
  g_autoptr (GVariant) details = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "status", "s", nick + strlen (SIP_STATUS_PREFIX));
  details = g_variant_ref_sink (g_variant_dict_end (&dict));
  return fill (_ ("The SIP side answered {status}."), details);
}

char *
oree_sentence_reason (const char *nick)
{
  if (g_str_has_prefix (nick, SIP_STATUS_PREFIX))
    return status_in_words (nick);
  return g_strdup (in_words (FIND (reasons, nick), nick));
}

static char *
about (const Sentence *sentence, const char *context, const char *nick, const char *detail)
{
  GVariantDict dict;
  g_autoptr (GVariant) details = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "detail", "s", detail != NULL ? detail : "");
  details = g_variant_ref_sink (g_variant_dict_end (&dict));
  return fill (in_words_with_context (sentence, context, nick), details);
}

char *
oree_sentence_need (const char *reason, const char *detail)
{
  return about (FIND (need_reasons, reason), "reason of a name", reason, detail);
}

char *
oree_sentence_client_reason (const char *reason, const char *detail)
{
  return about (FIND (client_reasons, reason), "client authentication", reason, detail);
}

const char *
oree_sentence_edge_usage (const char *nick)
{
  return in_words_with_context (FIND (edge_usages, nick), "certificate usage", nick);
}

const char *
oree_sentence_cert_state (const char *nick)
{
  return in_words_with_context (FIND (cert_states, nick), "certificate state", nick);
}

const char *
oree_sentence_cert_source (const char *nick)
{
  return in_words_with_context (FIND (cert_sources, nick), "certificate source", nick);
}

const char *
oree_sentence_cert_note (const char *nick)
{
  return in_words (FIND (cert_notes, nick), nick);
}

const char *
oree_sentence_csr_step (const char *nick)
{
  return in_words_with_context (FIND (csr_steps, nick), "step of a request", nick);
}

char *
oree_sentence_event (GVariant *event)
{
  g_autoptr (GVariant) details = g_variant_lookup_value (event, "details", G_VARIANT_TYPE ("a{ss}"));
  GVariantDict boxed;
  g_autoptr (GVariant) values = NULL;
  const char *nick = "";
  GVariantIter iter;
  const char *name, *value;

  g_variant_lookup (event, "nick", "&s", &nick);
  g_variant_dict_init (&boxed, NULL);
  if (details != NULL)
    {
      g_variant_iter_init (&iter, details);
      while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
        g_variant_dict_insert (&boxed, name, "s", value);
    }
  values = g_variant_ref_sink (g_variant_dict_end (&boxed));
  return fill (in_words (FIND (events, nick), nick), values);
}

const char *
oree_sentence_role (const char *nick)
{
  return in_words (FIND (roles, nick), nick);
}

const char *
oree_sentence_role_state (const char *nick)
{
  return in_words_with_context (FIND (states, nick), "role state", nick);
}

const char *
oree_sentence_start_type (const char *nick)
{
  return in_words_with_context (FIND (start_types, nick), "start type", nick);
}

const char *
oree_sentence_event_level (const char *nick)
{
  return in_words_with_context (FIND (levels, nick), "event level", nick);
}

const char *
oree_sentence_step (const char *nick)
{
  return in_words (FIND (steps, nick), nick);
}

const char *
oree_sentence_outcome (const char *nick)
{
  return in_words_with_context (FIND (outcomes, nick), "outcome", nick);
}

const char *
oree_sentence_forecast (const char *nick)
{
  return in_words_with_context (FIND (forecasts, nick), "forecast", nick);
}

const char *
oree_sentence_evidence (const char *nick)
{
  return in_words_with_context (FIND (tempers, nick), "evidence", nick);
}

gboolean
oree_sentence_has_problem (const char *nick)
{
  return FIND (problems, nick) != NULL;
}

gboolean
oree_sentence_has_reason (const char *nick)
{
  return FIND (reasons, nick) != NULL;
}

gboolean
oree_sentence_has_event (const char *nick)
{
  return FIND (events, nick) != NULL;
}

gboolean
oree_sentence_has_step (const char *nick)
{
  return FIND (steps, nick) != NULL;
}

#define ORIGINALS(table)                                  \
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)        \
    g_ptr_array_add (list, (gpointer) table[i].text)

const char *const *
oree_sentence_originals (void)
{
  static gsize once;
  static GPtrArray *list;

  if (g_once_init_enter (&once))
    {
      list = g_ptr_array_new ();
      ORIGINALS (errors);
      ORIGINALS (problems);
      ORIGINALS (reasons);
      ORIGINALS (events);
      ORIGINALS (roles);
      ORIGINALS (methods);
      ORIGINALS (steps);
      ORIGINALS (cert_notes);
      g_ptr_array_add (list, NULL);
      g_once_init_leave (&once, 1);
    }
  return (const char *const *) list->pdata;
}
