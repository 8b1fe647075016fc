/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates of the edge as an administrator sees them: requests, answers, assignment, the clock. Between the store of files (pki),
 * the records (which names are needed) and the service (what is shown). Answers are tuples as org.oree.Edge1.Certificates documents
 * them. Main thread; keys and passwords are computed with beside it. */
#pragma once
#include "control/oree-service.h"
#include "pki/oree-cert-store.h"

G_BEGIN_DECLS

/* `reply`: the tuple, floating; NULL with an error. `refused`: problems refused it, for the audit. */
typedef void (*OreeCertsDone) (GVariant *reply, gboolean refused, const GError *error, gpointer data);

/* Opens the store below the state directory; NULL, told by an event, when that cannot be. `service` is borrowed. */
OreeCerts *oree_certs_new (OreeService *service);
void oree_certs_free (OreeCerts *self);

/* The files to load when `all` is assigned (NULL: what is). Owned; NULL with an error when one cannot be written. */
OreeAssignedFiles *oree_certs_files (OreeCerts *self, const OreeAssignment *all, GError **error);
/* Another generation is in force. */
void oree_certs_told_of_change (OreeCerts *self);

/* (aa{sv}aa{sv}aa{sv}); floating. Looks at the clock first. */
GVariant *oree_certs_list (OreeCerts *self);
/* (a{sv}s); floating; NULL: NOT_FOUND. */
GVariant *oree_certs_get (OreeCerts *self, const char *id);
/* (a{sv}aa{sv}aa{sv}) of Needs; floating. */
GVariant *oree_certs_needs (OreeCerts *self, GVariant *usages, GVariant *options);
/* (a{sv}aa{sv}aa{sv}) of CheckRequest; floating. */
GVariant *oree_certs_check_request (OreeCerts *self, GVariant *specification);
/* (a{sv}aa{sv}aa{sv}); NULL: NOT_FOUND. */
GVariant *oree_certs_renewal (OreeCerts *self, const char *id);

void oree_certs_create (OreeCerts *self, GVariant *specification, const char *who, OreeCertsDone done, gpointer data);
void oree_certs_renew (OreeCerts *self, const char *id, GVariant *changes, const char *who, OreeCertsDone done, gpointer data);
void oree_certs_check_answer (OreeCerts *self, GVariant *file, GVariant *options, OreeCertsDone done, gpointer data);
void oree_certs_import (OreeCerts *self, GVariant *file, GVariant *options, const char *who, OreeCertsDone done,
                        gpointer data);
void oree_certs_export (OreeCerts *self, const char *id, const char *password, const char *who, OreeCertsDone done,
                        gpointer data);

void oree_certs_check_assign (OreeCerts *self, const char *id, GVariant *usages, OreeCertsDone done, gpointer data);
void oree_certs_assign (OreeCerts *self, const char *id, GVariant *usages, GVariant *options, const char *who,
                        OreeCertsDone done, gpointer data);
void oree_certs_roll (OreeCerts *self, const char *id, GVariant *usages, gint64 effective, GVariant *options,
                      const char *who, OreeCertsDone done, gpointer data);
void oree_certs_roll_back (OreeCerts *self, GVariant *usages, const char *who, OreeCertsDone done, gpointer data);
void oree_certs_remove (OreeCerts *self, const char *id, GVariant *options, const char *who, OreeCertsDone done,
                        gpointer data);

/* Adds counters of certificates to those of the data plane: a{st}; floating. */
GVariant *oree_certs_counters (OreeCerts *self, GVariant *counters);

G_END_DECLS
