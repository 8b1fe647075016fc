/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transaction timers (RFC 3261 17, table 4; RFC 6026; RFC 4320) and how a transaction fails. */
#pragma once
#include "base/oree-time.h"

#define OREE_SIP_T1 (500 * OREE_MS)
#define OREE_SIP_T2 (4 * OREE_SECOND)
#define OREE_SIP_T4 (5 * OREE_SECOND)
#define OREE_SIP_TIMEOUT (64 * OREE_SIP_T1)      /* B, F, H, J, L, M */
#define OREE_SIP_TIMER_D (32 * OREE_SECOND)
#define OREE_SIP_TIMER_C (185 * OREE_SECOND)     /* must be more than 180 s (RFC 3261 16.6) */
#define OREE_SIP_TRYING_INVITE (200 * OREE_MS)   /* RFC 3261 17.2.1 */
#define OREE_SIP_TRYING_OTHER (3500 * OREE_MS)   /* when Timer E would reach T2: RFC 4320 4.1 */

/* The code of OREE_EFFECT_FAIL. */
typedef enum
{
  OREE_SIP_FAILURE_TIMEOUT,   /* no final response (B, F) */
  OREE_SIP_FAILURE_TRANSPORT, /* could not be sent, or the connection went */
  OREE_SIP_FAILURE_NO_ACK,    /* H */
  OREE_SIP_N_FAILURES
} OreeSipFailure;

/* The code of OREE_EFFECT_ASK. */
typedef enum
{
  OREE_SIP_ASK_CANCEL, /* the moment to send the CANCEL has come: open a client transaction for it */
  OREE_SIP_ASK_NEXT    /* proxy: try the next target with a new branch */
} OreeSipAsk;
