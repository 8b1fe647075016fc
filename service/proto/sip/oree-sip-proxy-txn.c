/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The response context of one proxied request (RFC 3261 16.7): one target at a time, the next when one fails, the best
 * of what came back when none is left. */
#include "codec/sip/oree-sip-status.h"
#include "proto/sip/oree-sip-proxy.h"

struct _OreeSipProxyTxn
{
  char *data; /* the request, for our own answers */
  gsize length;
  OreeSipMethod method;
  guint targets_left; /* besides the one at hand */
  guint best_status;  /* 0: none yet */
  GBytes *best;
  gboolean ringing; /* a 1xx came from the target at hand */
  gboolean cancelled;
  gboolean done;
  OreeTime timer_c;
};

OreeSipProxyTxn *
oree_sip_proxy_txn_new (const OreeSipMsg *request, guint n_targets, OreeTime now)
{
  OreeSipProxyTxn *self;

  g_return_val_if_fail (request->is_request && n_targets > 0, NULL);
  self = g_new0 (OreeSipProxyTxn, 1);
  self->length = request->head.length;
  self->data = g_memdup2 (request->head.data, request->head.length);
  self->method = request->method;
  self->targets_left = n_targets - 1;
  self->timer_c = request->method == OREE_SIP_METHOD_INVITE ? now + OREE_SIP_TIMER_C : OREE_TIME_NEVER;
  return self;
}

void
oree_sip_proxy_txn_free (OreeSipProxyTxn *self)
{
  if (self == NULL)
    return;
  g_free (self->data);
  g_clear_pointer (&self->best, g_bytes_unref);
  g_free (self);
}

gboolean
oree_sip_proxy_txn_is_done (const OreeSipProxyTxn *self)
{
  return self->done;
}

OreeTime
oree_sip_proxy_txn_deadline (const OreeSipProxyTxn *self)
{
  return self->done ? OREE_TIME_NEVER : self->timer_c;
}

static void
deliver (OreeEffects *out, guint status, GBytes *bytes)
{
  oree_effects_add_object (out, OREE_EFFECT_DELIVER, (int) status, bytes, (GDestroyNotify) g_bytes_unref);
}

/* 16.7 step 6: a 6xx first, then the lowest class; within 4xx those the client can do something about. */
static guint
rank (guint status)
{
  static const guint helpful[] = { 401, 407, 415, 420, 484 };

  if (status >= 600)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (helpful); i++)
    if (status == helpful[i])
      return status / 100 * 10;
  return status / 100 * 10 + (status == 503 ? 6 : 5);
}

/* Takes `bytes`. */
static void
keep_if_better (OreeSipProxyTxn *self, guint status, GBytes *bytes)
{
  if (self->best_status != 0 && rank (self->best_status) <= rank (status))
    {
      g_bytes_unref (bytes);
      return;
    }
  g_clear_pointer (&self->best, g_bytes_unref);
  self->best = bytes;
  self->best_status = status;
}

/* Nothing is left to try: the best goes up. A non-INVITE that was never answered gets nothing (RFC 4320 4.2). */
static void
finish (OreeSipProxyTxn *self, OreeEffects *out)
{
  self->done = TRUE;
  if (self->best != NULL && (self->method == OREE_SIP_METHOD_INVITE || self->best_status != 408))
    deliver (out, self->best_status == 503 ? 500 : self->best_status, g_steal_pointer (&self->best));
}

/* The next target, or the end. */
static void
go_on (OreeSipProxyTxn *self, OreeTime now, OreeEffects *out)
{
  if (self->targets_left == 0 || self->cancelled || self->best_status >= 600)
    {
      finish (self, out);
      return;
    }
  self->targets_left--;
  self->ringing = FALSE;
  if (self->method == OREE_SIP_METHOD_INVITE)
    self->timer_c = now + OREE_SIP_TIMER_C;
  oree_effects_add (out, OREE_EFFECT_ASK, OREE_SIP_ASK_NEXT);
}

/* Does this answer say "not here", so that another target may do better? (RFC 3263 4.3) A 408 from there does not: its server
 * had the request, and so may whoever did not answer in time. */
static gboolean
moves_on (guint status)
{
  return status == 503 || status == 430;
}

void
oree_sip_proxy_txn_on_response (OreeSipProxyTxn *self, const OreeSipProxyRules *rules, const OreeSipMsg *response,
                                OreeTime now, OreeEffects *out)
{
  GString *text;
  guint status = response->status;

  if (status == 100)
    {
      self->ringing = TRUE; /* may be cancelled now */
      return;
    }
  /* After the end only further 2xx to an INVITE matter (16.7 step 5). */
  if (self->done && !(self->method == OREE_SIP_METHOD_INVITE && oree_sip_status_is_success (status)))
    return;
  text = oree_sip_proxy_return (rules, response);
  if (text == NULL)
    return;
  if (status < 200)
    {
      self->ringing = TRUE;
      self->timer_c = self->method == OREE_SIP_METHOD_INVITE ? now + OREE_SIP_TIMER_C : OREE_TIME_NEVER;
      if (self->method == OREE_SIP_METHOD_INVITE)
        deliver (out, status, g_string_free_to_bytes (text));
      else
        g_string_free (text, TRUE); /* RFC 4320 4.1 */
      return;
    }
  if (status <= 299)
    {
      self->done = TRUE;
      deliver (out, status, g_string_free_to_bytes (text));
      return;
    }
  keep_if_better (self, status, g_string_free_to_bytes (text));
  if (moves_on (status))
    go_on (self, now, out);
  else
    finish (self, out);
}

void
oree_sip_proxy_txn_on_failure (OreeSipProxyTxn *self, OreeSipFailure failure, const char *to_tag, OreeTime now,
                               OreeEffects *out)
{
  guint status = failure == OREE_SIP_FAILURE_TIMEOUT ? 408 : 503;
  OreeSipMsg request;
  GString *answer;

  if (self->done)
    return;
  /* The head alone: body length no longer matters for what an answer copies. */
  oree_sip_msg_parse (&request, self->data, self->length, OREE_SIP_MSG_DATAGRAM);
  answer = oree_sip_write_simple_response (&request, status == 503 ? 500 : status, NULL, to_tag);
  if (answer != NULL)
    keep_if_better (self, status, g_string_free_to_bytes (answer));
  /* Silence for all of Timer F may be that of somebody who read it, and its sender has given up (RFC 4320 4.2): no second
   * server gets to read it. An INVITE nobody answered at all rang nowhere. */
  if (failure == OREE_SIP_FAILURE_TIMEOUT && self->method != OREE_SIP_METHOD_INVITE)
    finish (self, out);
  else
    go_on (self, now, out);
}

void
oree_sip_proxy_txn_on_cancel (OreeSipProxyTxn *self, OreeTime now, OreeEffects *out)
{
  if (self->done || self->cancelled || self->method != OREE_SIP_METHOD_INVITE)
    return;
  self->cancelled = TRUE;
  oree_effects_add (out, OREE_EFFECT_ASK, OREE_SIP_ASK_CANCEL);
}

void
oree_sip_proxy_txn_on_deadline (OreeSipProxyTxn *self, OreeTime now, OreeEffects *out)
{
  if (self->done || now < self->timer_c)
    return;
  self->timer_c = OREE_TIME_NEVER;
  /* 16.8: a target that rings is cancelled, and its 487 comes; a silent one counts as timed out. */
  if (self->ringing)
    oree_effects_add (out, OREE_EFFECT_ASK, OREE_SIP_ASK_CANCEL);
  else
    oree_sip_proxy_txn_on_failure (self, OREE_SIP_FAILURE_TIMEOUT, NULL, now, out);
}
