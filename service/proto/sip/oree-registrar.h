/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registrar (RFC 3261 10.3, with the flows of RFC 5626): which contacts an address of record is bound to, and over
 * which connection each is reached. Told the time; the caller authenticates and authorises first. */
#pragma once
#include "base/oree-time.h"
#include "codec/sip/oree-sip-write.h"

G_BEGIN_DECLS

/* One contact of one address of record. */
typedef struct
{
  char *aor;       /* canonical: oree_sip_uri_dup_aor() */
  char *uri;       /* of the Contact, as registered */
  char *instance;  /* +sip.instance, "" when there is none */
  guint32 reg_id;  /* 0: none */
  char *call_id;
  guint32 cseq;
  guint q;         /* 0 to 1000 */
  OreeTime since;  /* last registered */
  OreeTime until;
  guint64 flow;    /* the connection it registered over; 0: that one is gone */
  guint worker;    /* where that connection lives */
} OreeBinding;

/* The key of its durable row, unique among all bindings: "aor contact", or "aor instance;reg-id" for a flow; owned. */
char *oree_binding_key (const OreeBinding *self);
/* a{sv} that survives a restart, floating: `wall` is the time of day at `now`. The flow is not part of it. */
GVariant *oree_binding_to_variant (const OreeBinding *self, OreeTime now, gint64 wall);

typedef struct
{
  OreeSpan uri;
  OreeSpan instance;
  guint32 reg_id;
  guint32 expires; /* of the parameter, else of the header, else the default */
  guint q;
} OreeRegisterContact;

/* What a REGISTER asks; spans are borrowed from the message. */
typedef struct
{
  OreeSpan call_id;
  guint32 cseq;
  gboolean star; /* Contact: * */
  gboolean sips; /* the Request-URI is */
  guint n_contacts;
  OreeRegisterContact contacts[OREE_SIP_CONTACTS_MAX];
} OreeRegisterRequest;

typedef struct
{
  guint32 min_expires;     /* shorter is refused with 423 */
  guint32 default_expires;
  guint32 max_expires;     /* longer is cut */
} OreeRegistrarRules;

#define OREE_REGISTRAR_RULES_DEFAULT { 60, 3600, 7200 }

/* Reads a REGISTER (RFC 3261 10.3 steps 2, 6, 7). 0, or the status that refuses it: 400, 420 (a Require we do not
 * know; we know "outbound"), 503 (too many contacts), 403 (a contact we will not bind: no SIP URI, too long). */
guint oree_register_read (OreeRegisterRequest *self, const OreeSipMsg *msg, const OreeRegistrarRules *rules);
/* Adds our half of the keep-alive that Lync's clients negotiate (MS-CONMGMT 2.2.1), where `msg` offers the one we speak:
 * "hop-hop", empty lines between messages. */
void oree_register_write_keep_alive (const OreeSipMsg *msg, OreeSipWriter *writer);
/* Adds what a refusal of `status` has to carry: Min-Expires, Unsupported, Retry-After. */
void oree_register_write_refusal (guint status, const OreeSipMsg *msg, const OreeRegistrarRules *rules,
                                  OreeSipWriter *writer);

typedef struct
{
  guint status;       /* 200, or why nothing was done: 400, 423, 500 (out of order), 503 (too many contacts) */
  GPtrArray *kept;    /* OreeBinding *, borrowed: made or refreshed. Make them durable before the 200 is sent */
  GPtrArray *removed; /* OreeBinding *, owned: forget them */
  gboolean was_bound; /* had any contact before */
  gboolean is_bound;  /* has one now */
} OreeRegisterResult;

void oree_register_result_clear (OreeRegisterResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OreeRegisterResult, oree_register_result_clear)

typedef struct _OreeRegistrar OreeRegistrar;

OreeRegistrar *oree_registrar_new (const OreeRegistrarRules *rules);
void oree_registrar_free (OreeRegistrar *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeRegistrar, oree_registrar_free)

/* Carries out `request` for `aor`, all of it or nothing (steps 8 to 10). Without contacts: a query, 200.
 * `flow`, `worker`: the connection it came over. */
void oree_registrar_register (OreeRegistrar *self, const char *aor, const OreeRegisterRequest *request, guint64 flow,
                              guint worker, OreeTime now, OreeRegisterResult *result);
/* What the 200 carries: every binding as Contact with its expires, Require: outbound where a flow was asked for, and
 * Expires: that of the first contact of `request`, which some clients insist on. */
void oree_registrar_write_bindings (OreeRegistrar *self, const char *aor, const OreeRegisterRequest *request,
                                    OreeTime now, OreeSipWriter *writer);

/* Live bindings, best q first, then latest: OreeBinding *, borrowed, valid until the next change; owned array, maybe empty. */
GPtrArray *oree_registrar_bindings (OreeRegistrar *self, const char *aor, OreeTime now);
gboolean oree_registrar_is_bound (OreeRegistrar *self, const char *aor, OreeTime now);
guint oree_registrar_n_bindings (const OreeRegistrar *self);
/* Every address of record with a binding: char *, owned array and strings. */
GPtrArray *oree_registrar_aors (const OreeRegistrar *self);

/* Takes back what oree_binding_to_variant() gave. FALSE when it is damaged or over. */
gboolean oree_registrar_restore (OreeRegistrar *self, GVariant *value, OreeTime now, gint64 wall);
/* A connection closed: bindings made over it go (the client is expected to register again) and are handed out. */
void oree_registrar_on_flow_closed (OreeRegistrar *self, guint64 flow, GPtrArray *removed);
/* The administrator removed the user. */
void oree_registrar_remove (OreeRegistrar *self, const char *aor, GPtrArray *removed);
/* Bindings that are over. `removed` (OreeBinding *, with oree_binding_free() as its free function) receives them. */
void oree_registrar_on_deadline (OreeRegistrar *self, OreeTime now, GPtrArray *removed);
OreeTime oree_registrar_deadline (const OreeRegistrar *self);

void oree_binding_free (OreeBinding *self);

G_END_DECLS
