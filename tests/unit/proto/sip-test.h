/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words the tests of the SIP machines share. */
#pragma once
#include "codec/sip/oree-sip-msg.h"
#include "proto/oree-effects.h"

static const guint8 test_secret[16] = "0123456789abcde";

static inline void
parse_ok (OreeSipMsg *msg, const char *text)
{
  g_assert_cmpint (oree_sip_msg_parse (msg, text, strlen (text), OREE_SIP_MSG_STREAM), ==, (gssize) strlen (text));
}

/* The effects, one word each: "send:SIP/2.0 200", "deliver:200", "fail:0", "ask:1"; joined by blanks. A sent message
 * shows its first two words. */
static inline char *
effects_to_text (OreeEffects *effects)
{
  GString *text = g_string_new (NULL);
  OreeEffect effect;

  while (oree_effects_take (effects, &effect))
    {
      if (text->len > 0)
        g_string_append_c (text, ' ');
      switch (effect.kind)
        {
        case OREE_EFFECT_SEND:
          {
            gsize length;
            const char *data = g_bytes_get_data (effect.bytes, &length);
            g_auto (GStrv) words = g_strsplit (data, " ", 3);

            g_string_append_printf (text, "send:%s", g_str_has_prefix (data, "SIP/2.0") ? words[1] : words[0]);
            break;
          }
        case OREE_EFFECT_DELIVER:
          g_string_append_printf (text, "deliver:%d", effect.code);
          break;
        case OREE_EFFECT_FAIL:
          g_string_append_printf (text, "fail:%d", effect.code);
          break;
        case OREE_EFFECT_ASK:
          g_string_append_printf (text, "ask:%d", effect.code);
          break;
        case OREE_EFFECT_TLS:
        case OREE_EFFECT_RESTART:
        case OREE_EFFECT_READY:
        case OREE_EFFECT_ACKED:
        case OREE_EFFECT_ANSWER:
        case OREE_EFFECT_AGAIN:
        case OREE_EFFECT_CLOSE:
          g_assert_not_reached ();
        }
      oree_effect_clear (&effect);
    }
  return g_string_free (text, FALSE);
}

#define assert_effects(effects, expected)                                                                              \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *effects_text_ = effects_to_text (effects);                                                        \
    g_assert_cmpstr (effects_text_, ==, expected);                                                                     \
  }                                                                                                                    \
  G_STMT_END
