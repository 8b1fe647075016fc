/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every hard cap that protects us, one line each with its reason. Each is counted when hit.
 * Nothing an administrator sets lives here: those are record fields. */
#pragma once

/* SIP codec (RFC 3261; sip-edge sheet 21) */
#define OREE_SIP_HEAD_MAX (32 * 1024)  /* start line and headers; RFC 4475 3.1.1.7 needs 3.5 KiB */
#define OREE_SIP_LINE_MAX (8 * 1024)   /* one header line after unfolding */
#define OREE_SIP_HEADERS_MAX 200       /* header lines */
#define OREE_SIP_VIA_MAX 70            /* more hops than Max-Forwards allows */
#define OREE_SIP_ROUTE_MAX 30          /* Route or Record-Route values */
#define OREE_SIP_BODY_MAX (64 * 1024)  /* signalling never needs more */
#define OREE_SIP_CONTACTS_MAX 10       /* bindings per address of record */
#define OREE_SIP_URI_MAX 1024          /* one URI, contact or otherwise */
#define OREE_SIP_NONCES_MAX 16384          /* digest nonces in use, per worker: 100 bytes each */
#define OREE_SIP_BACKOFF_SOURCES_MAX 8192  /* sources of failed sign-ins remembered, per worker */
#define OREE_SIP_PUBLICATIONS_MAX 16       /* publications of one presentity: more devices than contacts */

/* Safeguards against discovered SIP partners (sip-edge sheet 21, Lync's federation safeguards) */
#define OREE_SAFEGUARD_PARTNERS_MAX 4096    /* partners remembered per worker */
#define OREE_SAFEGUARD_CONTACTS_MAX 100000  /* users of ours remembered per partner, whatever the record says */
#define OREE_SAFEGUARD_WINDOW_SECONDS 600   /* answers that old no longer count */
#define OREE_SAFEGUARD_SLOTS 10             /* the window moves on in so many steps */
#define OREE_SAFEGUARD_FAILURES_MIN 10      /* fewer prove nothing, whatever their share: everybody mistypes */

/* XMPP codec (RFC 6120; xmpp-s2s sheet 18) */
#define OREE_XML_DEPTH_MAX 64             /* nesting inside a stanza */
#define OREE_XML_DEPTH_PREAUTH_MAX 8      /* nothing deep is legal before authentication */
#define OREE_XML_ATTRIBUTES_MAX 64        /* attributes and namespace declarations of one element */
#define OREE_XML_CHILDREN_MAX 4096        /* elements in one stanza */
#define OREE_XML_CHILDREN_PREAUTH_MAX 64  /* a tree costs thirty times its bytes, and these bytes are a stranger's */
#define OREE_XML_STANZA_MAX (512 * 1024)  /* Prosody's default for s2s */
#define OREE_XML_PREAUTH_MAX (16 * 1024)  /* bytes of one stage before authentication */
#define OREE_XML_HEADER_MAX (4 * 1024)    /* stream header */
#define OREE_S2S_PAIRS_MAX 64             /* proved (from, to) pairs on one stream */
#define OREE_S2S_PENDING_MAX 8            /* dialback keys of one stream being verified: each calls a server */
#define OREE_S2S_DIALBACK_ATTEMPTS_MAX 10 /* failed dialback results on one stream */
#define OREE_S2S_SASL_ATTEMPTS_MAX 3      /* RFC 6120 6.4.5: between 2 and 5 */
#define OREE_S2S_UNACKED_MAX 4096         /* stanzas in flight on one outbound stream */
#define OREE_S2S_QUEUE_MAX 4096           /* stanzas waiting for one outbound stream, whatever partner-queue-limit says */
#define OREE_S2S_VERIFY_MAX 64            /* dialback questions open on one outbound stream */
#define OREE_S2S_DIALBACK_SECONDS 30      /* an authoritative server must have answered */
#define OREE_S2S_CLOSE_SECONDS 5          /* wait for the peer's end tag (Prosody's value) */
#define OREE_S2S_ACK_SECONDS 30           /* an acknowledgement asked for must have come */
#define OREE_S2S_ASKS_MAX 4               /* requests for acknowledgement under way */
#define OREE_S2S_STRANGER_STANZAS_MAX 10  /* stanzas a stranger gets answered before we close */
#define OREE_S2S_STRANGER_SECONDS 30      /* how long a stranger's stream lives once authenticated */
#define OREE_S2S_DNA_SECONDS 10           /* what a domain's names say of its certificates must be known: DANE, POSH */
#define OREE_S2S_DNA_HOSTS_MAX 8          /* servers of one domain whose TLSA records are asked for */
#define OREE_S2S_TRUST_SECONDS 5          /* a live certificate is looked at so often: dates, and jumps of the clock */
#define OREE_S2S_BACKOFF_SECONDS_MAX 300  /* between two attempts at a domain that fails */
#define OREE_JID_PART_MAX 1023            /* RFC 7622 3 */
#define OREE_DOMAIN_MAX 253               /* RFC 1035 */

/* SIP federation */
#define OREE_SIP_FOUND_MAX 4096          /* domains whose servers are remembered, per worker */
#define OREE_SIP_FOUND_SECONDS_MIN 5     /* DNS's own time is heeded between these */
#define OREE_SIP_FOUND_SECONDS_MAX 3600
#define OREE_SIP_FIND_WAITERS_MAX 1024   /* requests waiting for one domain's servers */
#define OREE_SIP_FIRST_SECONDS 60        /* a partner's connection nobody proved anything on */
#define OREE_SIP_LINK_IDLE_SECONDS 900   /* a connection of ours to a partner that carries nothing */
#define OREE_SIP_LINK_LOAD 64            /* requests unanswered on one connection: the next one is opened */
#define OREE_SIP_LINK_RETRY_SECONDS_MAX 60 /* between two attempts at a partner that cannot be reached */
#define OREE_SIP_REST_SECONDS_MAX 60     /* a server that answers 503 is left alone for no longer, whatever Retry-After says */
#define OREE_SIP_PING_SECONDS_MIN 95     /* RFC 5626 4.4.1: a keep-alive at random between these */
#define OREE_SIP_PING_SECONDS_MAX 120
#define OREE_SIP_KEEP_ALIVE_SECONDS 300  /* what Lync's clients are told (MS-CONMGMT 2.2.1) */
#define OREE_SIP_PONG_SECONDS 10         /* RFC 5626 4.4.1, for those who have answered one before */
#define OREE_SIP_FLOW_DOMAINS_MAX 256    /* domains remembered of one partner's connection */
#define OREE_SIP_STRANGERS_MAX 1000      /* partners' connections on which nobody proved to be one yet, per worker */
#define OREE_SIP_RELAYS_MAX 20000        /* requests being relayed, per worker */
#define OREE_SIP_RELAYS_PER_DOMAIN_MAX 4096 /* of one partner */

/* MIME, PIDF */
#define OREE_PIDF_TUPLES_MAX 32
#define OREE_PIDF_BYTES_MAX (64 * 1024)
#define OREE_MIME_PARTS_MAX 16     /* parts of one multipart body */
#define OREE_MIME_DEPTH_MAX 4      /* multipart and message/cpim inside one another */
#define OREE_MIME_HEADERS_MAX 64   /* headers of one part, or of one message/cpim */
#define OREE_MESSAGE_ID_MAX 256    /* octets of an imdn.Message-ID */

/* POSH (RFC 7711; xmpp-s2s sheet 11) */
#define OREE_POSH_BYTES_MAX (8 * 1024)  /* a document: a hundred fingerprints fit */
#define OREE_POSH_DEPTH_MAX 8           /* brackets in brackets; two are needed */
#define OREE_POSH_FINGERPRINTS_MAX 64   /* certificates of one domain */
#define OREE_POSH_URL_MAX 1024
#define OREE_POSH_SECONDS_MAX (7 * 24 * 3600) /* kept no longer, whatever it says: never for ever */
#define OREE_POSH_ABSENT_SECONDS 300    /* nothing found there: so long it is not asked for again */
#define OREE_POSH_CACHE_MAX 1024        /* domains remembered, per worker */
#define OREE_FETCH_SECONDS 5            /* one document, redirects included */
#define OREE_FETCH_REDIRECTS_MAX 10     /* RFC 7711 8.1 */
#define OREE_FETCHES_MAX 32             /* documents fetched at once */

/* I/O */
#define OREE_CONN_READ_BUDGET (64 * 1024) /* bytes per connection and wake-up */
#define OREE_CONN_MESSAGE_BUDGET 32       /* messages per connection and wake-up */
#define OREE_CONN_WRITE_MAX (4 * 1024 * 1024) /* write queue; past it we stop reading the source */
#define OREE_CONN_WRITE_HIGH (256 * 1024) /* a queue this long is full: its sources are not read */
#define OREE_CONN_WRITE_LOW (64 * 1024)   /* they are read again from here */
#define OREE_CONN_UNREAD_MAX (1024 * 1024) /* bytes an owner may leave unconsumed: above any one message */
#define OREE_CONN_LINGER_SECONDS 5        /* waiting for the peer's goodbye after ours */
#define OREE_CONN_STALL_SECONDS 60        /* bytes sent and not acknowledged by the peer's kernel */
#define OREE_TLS_RECORD_MAX (16 * 1024)
#define OREE_TLS_HANDSHAKE_SECONDS 10     /* from the first byte of TLS to its end */
#define OREE_LISTEN_BACKLOG 512
#define OREE_LIMIT_SAID_SECONDS 10        /* one event for all connections refused meanwhile for one limit */
#define OREE_PREAUTH_PER_ADDRESS_MAX 64   /* connections not yet authenticated, one source address */
#define OREE_CONNECTIONS_MAX 20000        /* per worker */
#define OREE_CERT_NAMES_MAX 256           /* subject alternative names we look at */

/* DNS */
#define OREE_DNS_TARGETS_MAX 20   /* SRV targets tried for one domain */
#define OREE_DNS_ADDRESSES_MAX 5  /* addresses tried for one target */
#define OREE_DIAL_SECONDS 10      /* connect, each address */
#define OREE_DIAL_TOTAL_SECONDS 60
#define OREE_DIAL_STAGGER_MS 250  /* RFC 8305 5: the next address is tried beside the first */
#define OREE_DNS_SECONDS 15       /* one question, with its retries */
#define OREE_DNS_OTHER_FAMILY_MS 50 /* AAAA after A, or A after AAAA (RFC 8305 3) */
#define OREE_DNS_LOOKUPS_MAX 10000 /* questions open at once */
#define OREE_SERVER_SEARCHES_MAX 32 /* looked up for administrators at once */
#define OREE_PARTNER_TESTS_MAX 8     /* connections tested for administrators at once */
#define OREE_PARTNER_TEST_SECONDS 20 /* until one that told nothing is told to be too slow */
#define OREE_DNS_REMEMBERED_MAX 4096    /* answers of a kind kept on our side of libunbound */
#define OREE_DNS_REMEMBERED_SECONDS 300 /* and for how long at most, whatever their time to live */
#define OREE_DNS_TLSA_MAX 20       /* TLSA records looked at for one port: a rollover of every kind needs 8 */
#define OREE_DNS_TLSA_BYTES_MAX (8 * 1024) /* one TLSA record: a whole certificate may stand in it */

/* Bus and files */
#define OREE_CHANGES_MAX 20000    /* changes in one Apply */
#define OREE_TEXT_MAX 1024        /* a free text field of a record */
#define OREE_PEM_MAX (64 * 1024)  /* certificates in a record: some thirty */
#define OREE_PINS_MAX 16          /* keys of one partner: its servers, each with a next one */
#define OREE_PRESENCE_INTERVAL_MAX 3600 /* seconds: what is older than an hour is no presence */
#define OREE_MESSAGE_RATE_MAX 60000 /* a minute, of one person */
#define OREE_NAME_MAX 256         /* characters in the name of a policy, site or provider, and in a domain's field */
#define OREE_ID_BYTES_MAX 2048    /* a record id as a client writes it, before it is made normal */
#define OREE_RECORD_LIST_MAX 256  /* entries in a list field */
#define OREE_PROBLEMS_MAX 1000    /* problems told of one Apply: nobody reads more */
#define OREE_EVENTS_PER_SECOND_MAX 50 /* of one kind that a stranger can cause: the log is not theirs to fill */
#define OREE_EVENTS_KEPT 4096     /* events held in memory for ListEvents */

/* Certificates of our own */
#define OREE_CERT_FILE_BYTES_MAX (1024 * 1024) /* a file to import: a hundred certificates and a key */
#define OREE_CERT_FILE_MAX 128                 /* certificates of one file */
#define OREE_CERT_FILE_ITERATIONS_MAX 10000000 /* of a password's hash, as the file wants: some seconds */
#define OREE_CERT_PASSWORD_MIN 8               /* characters, for a key that leaves the house */
#define OREE_CERT_REQUESTS_MAX 100             /* requests waiting for their answer */
#define OREE_CERTS_MAX 500                     /* certificates kept */
#define OREE_CERT_INTERMEDIATES_MAX 500        /* authorities' certificates kept for completing chains */

/* Store */
#define OREE_STORE_BATCH_MAX 1000 /* runtime rows in one transaction: bounds what one failure repeats */

/* Gateway */
#define OREE_QUEUE_BYTES_MAX (64 * 1024 * 1024) /* what waits for one partner domain, each way, whatever its number */
#define OREE_GW_QUEUE_PER_PAIR_MAX 4096     /* messages waiting for one recipient */
#define OREE_GW_WAIT_SECONDS 30             /* a message waiting for its turn longer than this is not sent any more */
#define OREE_GW_DEBT_SECONDS 300            /* so long we try to tell a sender over there what became of a message */
#define OREE_GW_SUBSCRIPTIONS_PER_USER_MAX 1000
#define OREE_GW_LINK_MAX 2048               /* octets of one address in formatted text */
#define OREE_GW_ATTACHMENTS_MAX 16          /* attachments of one message put into words */
#define OREE_GW_HEADER_TEXT_MAX 512         /* octets of a subject or display name that becomes a header */
#define OREE_GW_PEOPLE_MAX 8192             /* people of ours remembered per worker: name, language, what their devices take */
#define OREE_GW_TYPING_MAX 4096             /* pairs of people whose typing is followed, per worker */
#define OREE_GW_RECEIPTS_MAX 16384          /* messages whose delivery notification is waited for, per worker */
#define OREE_GW_RECEIPT_SECONDS 86400       /* a notification that has not come by then is not waited for by the next run */
#define OREE_GW_TYPING_APART_SECONDS 3      /* between two status messages of one pair */
#define OREE_GW_TYPING_REFUSED_SECONDS 3600 /* a device that refused typing is not asked again for so long */
#define OREE_GW_ANSWERS_PER_SECOND 50       /* answers of our own making (queries, refusals, typing) per partner domain … */
#define OREE_GW_ANSWERS_BURST 500           /* … and how many at once */
#define OREE_GW_BUDGETS_MAX 4096            /* partner domains whose budget is kept, per worker */
#define OREE_GW_HELD_SECONDS 3              /* a message over its profile's rate waits no longer: Timer F is 32 s, answers take 28 */
#define OREE_GW_HELD_MAX 1024               /* messages that wait for their rate, per worker */
#define OREE_GW_RATED_MAX 16384             /* people whose rate is kept, per worker */
#define OREE_GW_SESSIONS_MAX 4096           /* message sessions per worker: two kilobytes each */
#define OREE_GW_SESSION_REST_SECONDS 600    /* a message session nobody speaks in ends */
#define OREE_REPORT_SECONDS 5 /* a stanza's SIP outcome must be known, or becomes ours to report */

/* Service */
#define OREE_WORKERS_MAX 8           /* threads of the data plane; more gains nothing measured */
#define OREE_DRAIN_SECONDS_MAX 3600  /* a stop that waits longer is a mistake */
#define OREE_ROLE_RETRY_SECONDS 30   /* a role that could not start is tried again: the port may be free by then */
