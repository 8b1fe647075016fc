/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fresh database for each test, of the engine the run is for: SQLite, or the PostgreSQL cluster whose socket directory
 * OREE_TEST_PGHOST names. */
#pragma once
#include "store/oree-store.h"

/* The URL of an empty database; owned. */
char *store_fixture_url (void);
gboolean store_fixture_is_sqlite (void);
/* The file behind a SQLite URL; borrowed from it. */
const char *store_fixture_path (const char *url);
void store_fixture_clean_up (void);

/* `set` after one change; asserts that it is a legal one. Fields as GVariant text, "{}" for none. */
OreeRecordSet *store_fixture_change (OreeRecordSet *set, const char *operation, const char *kind, const char *id,
                                     const char *fields);
