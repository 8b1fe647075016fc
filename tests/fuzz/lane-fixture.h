/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lane of the data plane on the calling thread, with nothing around it: no store, no bus, no DNS but what is said
 * here. A program that contains lane-fixture.c has these functions in place of those of oree-roles and oree-resolver. */
#pragma once
#include "net/oree-conn.h"
#include "roles/oree-lane.h"

/* Takes the records from `lines` (changes as people write them), after a SIP domain contoso.test. Every role runs. */
void lane_fixture_init (const char *lines);
/* A lane without connections; what happened to the one before is forgotten. */
OreeLane *lane_fixture_begin (void);
/* Runs until nothing is left to do but to wait. */
void lane_fixture_settle (void);
void lane_fixture_end (void);
/* A connection in clear; the other end's descriptor, non-blocking. */
OreeConn *lane_fixture_connect (int *other);
