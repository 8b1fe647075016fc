/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire. */
#include "s2s-wire.h"

static gboolean
side_is_ours (gpointer data, const char *domain)
{
  const Side *side = data;

  return strcmp (domain, side->ours) == 0 || strcmp (domain, "second.test") == 0;
}

static void
side_policy (gpointer data, const char *domain, OreeS2sPolicy *out)
{
  const Side *side = data;

  *out = side->policy;
  if (g_strcmp0 (domain, "blocked.test") == 0)
    out->standing = OREE_S2S_STANDING_BLOCKED;
  if (g_strcmp0 (domain, "stranger.test") == 0)
    out->standing = OREE_S2S_STANDING_STRANGER;
}

static gboolean
side_proves (gpointer data, const char *domain)
{
  const Side *side = data;

  return g_strcmp0 (side->proven, domain) == 0;
}

static char *
side_stream_id (gpointer data)
{
  Side *side = data;

  return g_strdup_printf ("id-%s-%u", side->ours, ++side->ids);
}

OreeS2sQueries
side_queries (Side *side)
{
  return (OreeS2sQueries){ side, side_is_ours, side_policy, side_proves, side_stream_id };
}

OreeS2sPolicy
side_policy_of (OreeS2sNeed tls, OreeS2sNeed sasl, gboolean dialback)
{
  const OreeXmppNegotiationRow *row
    = oree_xmpp_negotiation_row ((OreeNegotiation) tls, (OreeNegotiation) sasl, dialback);

  return (OreeS2sPolicy){ OREE_S2S_STANDING_PARTNER, tls, (OreeS2sMethods) row->methods, 60 * OREE_SECOND,
                          600 * OREE_SECOND, OREE_TIME_NEVER };
}

static Wire *
make_wire (const char *from, const char *to, const OreeS2sPolicy *out_policy, Side *out_side, Side *in_side,
           gboolean verify_only)
{
  Wire *wire = g_new0 (Wire, 1);
  OreeS2sQueries out_answers = side_queries (out_side);
  OreeS2sOutOptions options
    = { from, to, *out_policy, SECRET, TRUE, verify_only, out_side != NULL ? &out_answers : NULL };
  OreeS2sQueries answers = side_queries (in_side);

  wire->out = oree_s2s_out_new (&options, 0);
  wire->in = oree_s2s_in_new (&answers, SECRET, TRUE, 0);
  wire->out_reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  wire->in_reader = oree_xml_reader_new (&oree_xml_caps_preauth);
  wire->to_in = g_string_new (NULL);
  wire->to_out = g_string_new (NULL);
  wire->log = g_string_new (NULL);
  wire->settle = TRUE;
  wire->in_side = in_side;
  return wire;
}

Wire *
wire_new (const char *from, const char *to, const OreeS2sPolicy *out_policy, Side *in_side, gboolean verify_only)
{
  return make_wire (from, to, out_policy, NULL, in_side, verify_only);
}

Wire *
wire_new_both (const char *from, const char *to, Side *out_side, Side *in_side)
{
  Wire *wire = make_wire (from, to, &out_side->policy, out_side, in_side, FALSE);

  wire->out_side = out_side;
  return wire;
}

void
wire_free (Wire *wire)
{
  oree_s2s_out_free (wire->out);
  oree_s2s_in_free (wire->in);
  oree_xml_reader_free (wire->out_reader);
  oree_xml_reader_free (wire->in_reader);
  g_string_free (wire->to_in, TRUE);
  g_string_free (wire->to_out, TRUE);
  g_string_free (wire->log, TRUE);
  g_free (wire);
}
/* The receiving server asks the authoritative one: another wire, the other way round. */
static void
verify (Wire *wire, const OreeDialbackCheck *check)
{
  OreeDialbackResult result = OREE_DIALBACK_RESULT_CONNECT_FAILED;

  if (wire->authority != NULL)
    {
      g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
      Wire *asking = wire_new (check->receiving, check->originating, &wire->in_side->policy, wire->authority, TRUE);
      const char *answer;

      oree_s2s_out_verify (asking->out, check, 7, 0, &effects);
      wire_pump (asking);
      answer = strstr (asking->log->str, "answer-7-");
      g_assert_nonnull (answer);
      result = (OreeDialbackResult) (answer[9] - '0');
      g_assert_nonnull (strstr (asking->log->str, "out:close(ok)"));
      g_string_append_printf (wire->log, "[asked%s] ", oree_s2s_in_is_tls (asking->in) ? " tls" : "");
      wire_free (asking);
    }
  {
    g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
    OreeEffect effect;

    oree_s2s_in_on_verified (wire->in, check->receiving, check->originating, check->stream_id, result, wire->now,
                             &effects);
    while (oree_effects_take (&effects, &effect))
      {
        if (effect.kind == OREE_EFFECT_SEND)
          g_string_append_len (wire->to_out, g_bytes_get_data (effect.bytes, NULL),
                               (gssize) g_bytes_get_size (effect.bytes));
        else if (effect.kind == OREE_EFFECT_READY)
          g_string_append_printf (wire->log, "in:ready(%s) ", oree_s2s_proof_nick (effect.code));
        oree_effect_clear (&effect);
      }
  }
}

void
wire_run_out (Wire *wire, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      switch (e.kind)
        {
        case OREE_EFFECT_SEND:
          g_string_append_len (wire->to_in, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
          break;
        case OREE_EFFECT_TLS:
          wire->tls_out = TRUE;
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (wire->out_reader);
          break;
        case OREE_EFFECT_READY:
          oree_xml_reader_set_caps (wire->out_reader, &oree_xml_caps_stream);
          g_string_append_printf (wire->log, "%s(%s) ", e.object != NULL ? "out:proved" : "out:ready",
                                  oree_s2s_proof_nick (e.code));
          break;
        case OREE_EFFECT_ACKED:
          g_string_append_printf (wire->log, "%s-%u ", e.code == OREE_S2S_ACKED_BY_PEER ? "acked" : "written",
                                  (guint) e.token);
          break;
        case OREE_EFFECT_FAIL:
          g_string_append_printf (wire->log, "failed-%u(%s) ", (guint) e.token, oree_s2s_reason_nick (e.code));
          break;
        case OREE_EFFECT_ANSWER:
          g_string_append_printf (wire->log, "answer-%u-%d ", (guint) e.token, e.code);
          break;
        case OREE_EFFECT_CLOSE:
          g_string_append_printf (wire->log, "out:close(%s) ", oree_s2s_reason_nick (e.code));
          wire->closed_out = TRUE;
          break;
        case OREE_EFFECT_DELIVER:
          g_string_append_printf (wire->log, "back(%s) ", ((OreeStanza *) e.object)->id);
          if (wire->settle)
            oree_s2s_out_settle (wire->out, e.token);
          break;
        case OREE_EFFECT_AGAIN:
          g_string_append_printf (wire->log, "out:again(%s) ", oree_s2s_reason_nick (e.code));
          break;
        case OREE_EFFECT_ASK:
          g_string_append (wire->log, "out:ask ");
          break;
        }
      oree_effect_clear (&e);
    }
}

void
wire_run_in (Wire *wire, OreeEffects *effects)
{
  OreeEffect e;

  while (oree_effects_take (effects, &e))
    {
      switch (e.kind)
        {
        case OREE_EFFECT_SEND:
          g_string_append_len (wire->to_out, g_bytes_get_data (e.bytes, NULL), (gssize) g_bytes_get_size (e.bytes));
          break;
        case OREE_EFFECT_TLS:
          wire->tls_in = TRUE;
          break;
        case OREE_EFFECT_RESTART:
          oree_xml_reader_reset (wire->in_reader);
          break;
        case OREE_EFFECT_READY:
          oree_xml_reader_set_caps (wire->in_reader, &oree_xml_caps_stream);
          g_string_append_printf (wire->log, "in:ready(%s) ", oree_s2s_proof_nick (e.code));
          if (wire->unwanted != OREE_S2S_OK)
            oree_s2s_in_close (wire->in, wire->unwanted, wire->now, effects);
          break;
        case OREE_EFFECT_ASK:
          verify (wire, e.object);
          break;
        case OREE_EFFECT_DELIVER:
          g_string_append_printf (wire->log, "deliver(%s) ", ((OreeStanza *) e.object)->id);
          if (wire->settle)
            oree_s2s_in_settle (wire->in, e.token);
          break;
        case OREE_EFFECT_FAIL:
          if (e.object != NULL)
            g_string_append_printf (wire->log, "refuse(%s,%s) ", ((OreeStanza *) e.object)->id,
                                    oree_s2s_reason_nick (e.code));
          else
            g_string_append_printf (wire->log, "in:failed-%u(%s) ", (guint) e.token, oree_s2s_reason_nick (e.code));
          break;
        case OREE_EFFECT_ACKED:
          g_string_append_printf (wire->log, "in:%s-%u ", e.code == OREE_S2S_ACKED_BY_PEER ? "acked" : "written",
                                  (guint) e.token);
          break;
        case OREE_EFFECT_CLOSE:
          g_string_append_printf (wire->log, "in:close(%s) ", oree_s2s_reason_nick (e.code));
          wire->closed_in = TRUE;
          break;
        case OREE_EFFECT_ANSWER:
        case OREE_EFFECT_AGAIN:
          g_assert_not_reached ();
        }
      oree_effect_clear (&e);
    }
}

static gboolean
step_in (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_auto (OreeXmlEvent) event = { 0 };
  gssize n = oree_xml_reader_feed (wire->in_reader, wire->to_in->str, wire->to_in->len, &event);

  if (n < 0)
    {
      g_string_truncate (wire->to_in, 0);
      oree_s2s_in_on_parse_error (wire->in, n, wire->now, &effects);
    }
  else
    {
      g_string_erase (wire->to_in, 0, n);
      oree_s2s_in_on_bytes (wire->in, wire->now);
      oree_s2s_in_on_event (wire->in, &event, wire->now, &effects);
    }
  wire_run_in (wire, &effects);
  return event.kind != OREE_XML_EVENT_NONE || wire->to_in->len > 0;
}

gboolean
wire_step_out (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_auto (OreeXmlEvent) event = { 0 };
  gssize n = oree_xml_reader_feed (wire->out_reader, wire->to_out->str, wire->to_out->len, &event);

  if (n < 0)
    {
      g_string_truncate (wire->to_out, 0);
      oree_s2s_out_on_parse_error (wire->out, n, wire->now, &effects);
    }
  else
    {
      g_string_erase (wire->to_out, 0, n);
      oree_s2s_out_on_bytes (wire->out, wire->now);
      oree_s2s_out_on_event (wire->out, &event, wire->now, &effects);
    }
  wire_run_out (wire, &effects);
  return event.kind != OREE_XML_EVENT_NONE || wire->to_out->len > 0;
}

static void
tell_lost (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  if (wire->closed_out && !wire->closed_in && wire->to_in->len == 0)
    {
      oree_s2s_in_on_lost (wire->in, wire->now, &effects);
      wire_run_in (wire, &effects);
    }
  else if (wire->closed_in && !wire->closed_out && wire->to_out->len == 0)
    {
      oree_s2s_out_on_lost (wire->out, OREE_S2S_CONNECTION_LOST, wire->now, &effects);
      wire_run_out (wire, &effects);
    }
}

/* One loop turn at the end of which both flush; TRUE while anything moves. */
static gboolean
turn (Wire *wire)
{
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;
  gboolean moved = FALSE;

  while (!wire->tls_in && !wire->closed_in && wire->to_in->len > 0 && step_in (wire))
    moved = TRUE;
  oree_s2s_in_flush (wire->in, wire->now, &in);
  wire_run_in (wire, &in);
  while (!wire->tls_out && !wire->closed_out && wire->to_out->len > 0 && wire_step_out (wire))
    moved = TRUE;
  oree_s2s_out_flush (wire->out, wire->now, &out);
  wire_run_out (wire, &out);
  if (wire->tls_in && wire->tls_out)
    {
      wire->tls_in = wire->tls_out = FALSE;
      g_assert_cmpuint (wire->to_in->len + wire->to_out->len, ==, 0);
      g_string_append (wire->log, "tls ");
      oree_s2s_in_on_tls (wire->in, wire->now, &in);
      wire_run_in (wire, &in);
      oree_s2s_out_on_tls (wire->out, wire->proven, wire->now, &out);
      wire_run_out (wire, &out);
    }
  tell_lost (wire);
  return moved || (wire->to_in->len > 0 && !wire->closed_in) || (wire->to_out->len > 0 && !wire->closed_out);
}

void
wire_pump (Wire *wire)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  oree_s2s_out_start (wire->out, FALSE, FALSE, wire->now, &effects);
  wire_run_out (wire, &effects);
  for (guint i = 0; turn (wire); i++)
    g_assert_cmpuint (i, <, 200);
}

void
wire_send (Wire *wire, guint64 token)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autofree char *id = g_strdup_printf ("m%u", (guint) token);
  g_autofree char *from = g_strdup_printf ("a@%s/x", oree_s2s_out_from (wire->out));
  g_autofree char *to = g_strdup_printf ("b@%s", oree_s2s_out_to (wire->out));
  g_autoptr (OreeXmlNode) node
    = oree_stanza_build_message (OREE_STANZA_TYPE_CHAT, from, to, id, NULL, NULL, "hello", NULL);

  oree_s2s_out_send (wire->out, node, token, wire->now, &effects);
  wire_run_out (wire, &effects);
}

void
wire_tick (Wire *wire, OreeTime now)
{
  g_auto (OreeEffects) out = OREE_EFFECTS_INIT, in = OREE_EFFECTS_INIT;

  wire->now = now;
  if (oree_s2s_out_deadline (wire->out) <= now)
    oree_s2s_out_on_deadline (wire->out, now, &out);
  wire_run_out (wire, &out);
  if (oree_s2s_in_deadline (wire->in) <= now)
    oree_s2s_in_on_deadline (wire->in, now, &in);
  wire_run_in (wire, &in);
  wire_pump (wire);
}

void
wire_close_out (Wire *wire, OreeS2sReason reason)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;

  oree_s2s_out_close (wire->out, reason, wire->now, &effects);
  wire_run_out (wire, &effects);
  wire_pump (wire);
}

void
wire_send_back (Wire *wire, guint64 token)
{
  g_auto (OreeEffects) effects = OREE_EFFECTS_INIT;
  g_autofree char *id = g_strdup_printf ("b%u", (guint) token);
  g_autofree char *from = g_strdup_printf ("b@%s", oree_s2s_out_to (wire->out));
  g_autofree char *to = g_strdup_printf ("a@%s", oree_s2s_out_from (wire->out));
  g_autoptr (OreeXmlNode) node
    = oree_stanza_build_message (OREE_STANZA_TYPE_CHAT, from, to, id, NULL, NULL, "hello", NULL);
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  oree_xml_write (text, node, OREE_NS_SERVER);
  bytes = g_string_free_to_bytes (text);
  oree_s2s_in_send_bytes (wire->in, bytes, token, wire->now, &effects);
  wire_run_in (wire, &effects);
}

void
assert_pieces (const char *text, const char *pieces)
{
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      const char *at = strstr (text, list[i]);

      if (at == NULL)
        g_error ("\"%s\" not found in \"%s\"", list[i], text);
      text = at + strlen (list[i]);
    }
}
