/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Namespaces of XMPP. */
#pragma once

#define OREE_NS_SERVER "jabber:server"
#define OREE_NS_CLIENT "jabber:client"
#define OREE_NS_STREAM "http://etherx.jabber.org/streams"
#define OREE_NS_STREAM_ERROR "urn:ietf:params:xml:ns:xmpp-streams"
#define OREE_NS_STANZA_ERROR "urn:ietf:params:xml:ns:xmpp-stanzas"
#define OREE_NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define OREE_NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define OREE_NS_DIALBACK "jabber:server:dialback"          /* XEP-0220, prefix "db" */
#define OREE_NS_DIALBACK_FEATURE "urn:xmpp:features:dialback"
#define OREE_NS_BIDI "urn:xmpp:bidi"                       /* XEP-0288 */
#define OREE_NS_BIDI_FEATURE "urn:xmpp:features:bidi"
#define OREE_NS_SM "urn:xmpp:sm:3"                         /* XEP-0198 */
#define OREE_NS_LIMITS "urn:xmpp:stream-limits:0"          /* XEP-0478 */

#define OREE_NS_DISCO_INFO "http://jabber.org/protocol/disco#info"
#define OREE_NS_DISCO_ITEMS "http://jabber.org/protocol/disco#items"
#define OREE_NS_PING "urn:xmpp:ping"
#define OREE_NS_VERSION "jabber:iq:version"
#define OREE_NS_LAST "jabber:iq:last"
#define OREE_NS_TIME "urn:xmpp:time"
#define OREE_NS_VCARD "vcard-temp"
#define OREE_NS_ROSTER "jabber:iq:roster"
#define OREE_NS_CHATSTATES "http://jabber.org/protocol/chatstates" /* XEP-0085 */
#define OREE_NS_RECEIPTS "urn:xmpp:receipts"                      /* XEP-0184 */
#define OREE_NS_DELAY "urn:xmpp:delay"                            /* XEP-0203 */
#define OREE_NS_IDLE "urn:xmpp:idle:1"                            /* XEP-0319 */
#define OREE_NS_CAPS "http://jabber.org/protocol/caps"            /* XEP-0115 */
#define OREE_NS_XHTML_IM "http://jabber.org/protocol/xhtml-im"    /* XEP-0071 */
#define OREE_NS_MARKERS "urn:xmpp:chat-markers:0"                 /* XEP-0333 */
#define OREE_NS_CORRECT "urn:xmpp:message-correct:0"              /* XEP-0308 */
#define OREE_NS_REACTIONS "urn:xmpp:reactions:0"                  /* XEP-0444 */
#define OREE_NS_OOB "jabber:x:oob"                                /* XEP-0066 */
#define OREE_NS_OOB_IQ "jabber:iq:oob"
#define OREE_NS_REFERENCE "urn:xmpp:reference:0"                  /* XEP-0372 */
#define OREE_NS_SIMS "urn:xmpp:sims:1"                            /* XEP-0385 */
#define OREE_NS_SFS "urn:xmpp:sfs:0"                              /* XEP-0447 */
#define OREE_NS_EME "urn:xmpp:eme:0"                              /* XEP-0380 */
#define OREE_NS_MUC_USER "http://jabber.org/protocol/muc#user"    /* XEP-0045 */
#define OREE_NS_MUC "http://jabber.org/protocol/muc"
#define OREE_NS_CONFERENCE "jabber:x:conference"                  /* XEP-0249 */
#define OREE_NS_JINGLE "urn:xmpp:jingle:1"                        /* XEP-0166 */
#define OREE_NS_JINGLE_MESSAGE "urn:xmpp:jingle-message:0"        /* XEP-0353 */
#define OREE_NS_SI "http://jabber.org/protocol/si"                /* XEP-0095 */
#define OREE_NS_IBB "http://jabber.org/protocol/ibb"              /* XEP-0047 */
#define OREE_NS_BYTESTREAMS "http://jabber.org/protocol/bytestreams" /* XEP-0065 */
#define OREE_NS_XHTML "http://www.w3.org/1999/xhtml"
#define OREE_NS_NICK "http://jabber.org/protocol/nick"            /* XEP-0172 */
#define OREE_NS_CARBONS "urn:xmpp:carbons:2"
#define OREE_NS_FORWARD "urn:xmpp:forward:0"
#define OREE_NS_JID_ESCAPING "jid\\20escaping"                    /* XEP-0106 feature name */
