/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER, PUBLISH, SUBSCRIBE and credentials, as the front end hands them on, with an answer written to each. */
#include "proto/sip/oree-presentity.h"
#include "proto/sip/oree-registrar.h"
#include "proto/sip/oree-sip-digest.h"
#include "proto/sip/oree-sip-sub.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define AOR "sip:otto@contoso.test"
#define NOW (100 * OREE_SECOND)

/* Whatever came in, what is written in answer is a message, or is refused by the writer. */
static void
finish (OreeSipWriter *writer)
{
  GString *text = oree_sip_write_finish (writer, NULL, OREE_SPAN_EMPTY);
  OreeSipMsg msg;
  gssize length;

  if (text == NULL)
    return;
  length = oree_sip_msg_parse (&msg, text->str, text->len, OREE_SIP_MSG_STREAM);
  g_assert (length == (gssize) text->len || length == OREE_PARSE_TOO_LONG || length == OREE_PARSE_TOO_MANY);
  g_string_free (text, TRUE);
}

static void
sign_in (const OreeSipMsg *msg)
{
  static const char *const ha1[OREE_SIP_N_DIGESTS] = { "00", NULL };
  g_autoptr (OreeSipDigest) digest = oree_sip_digest_new ((const guint8 *) "0123456789abcdef0123456789abcdef", 0);
  OreeSipCredentials credentials;

  if (oree_sip_credentials_find (&credentials, msg, OREE_SIP_HDR_AUTHORIZATION, "contoso.test") != 0)
    return;
  g_free (oree_sip_credentials_dup_username (&credentials));
  g_assert (oree_sip_digest_check (digest, &credentials, msg->method_name, msg->ruri, ha1, NOW)
            == OREE_SIP_DIGEST_WRONG);
}

static void
do_register (const OreeSipMsg *msg)
{
  static const OreeRegistrarRules rules = OREE_REGISTRAR_RULES_DEFAULT;
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreeRegisterRequest request;
  guint status = oree_register_read (&request, msg, &rules);

  oree_sip_write_response (&writer, msg, status ? status : 200, NULL, "t", FALSE);
  if (status != 0)
    oree_register_write_refusal (status, msg, &rules, &writer);
  for (guint i = 0; i < 2 && status == 0; i++)
    {
      g_auto (OreeRegisterResult) result = { 0 };

      oree_registrar_register (registrar, AOR, &request, 7, 0, NOW, &result);
      for (guint j = 0; j < result.kept->len; j++)
        g_variant_unref (g_variant_ref_sink (oree_binding_to_variant (g_ptr_array_index (result.kept, j), NOW, 0)));
    }
  if (status == 0)
    oree_registrar_write_bindings (registrar, AOR, &request, NOW, &writer);
  finish (&writer);
}

static void
publish (const OreeSipMsg *msg)
{
  static const OreePublishRules rules = OREE_PUBLISH_RULES_DEFAULT;
  g_autoptr (OreePresentity) presentity = oree_presentity_new (AOR, "tag");
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  OreePublishRequest request;
  OreePublishResult result;
  guint status = oree_publish_read (&request, msg, &rules);

  oree_sip_write_response (&writer, msg, status ? status : 200, NULL, "t", FALSE);
  if (status != 0)
    oree_publish_write_refusal (status, msg, &rules, &writer);
  else
    {
      result = oree_presentity_publish (presentity, &request, NOW);
      if (result.status == 200)
        oree_publish_write_result (&result, &writer);
      g_bytes_unref (oree_presentity_compose (presentity, NULL));
    }
  finish (&writer);
}

static void
subscribe (const OreeSipMsg *msg)
{
  static const OreeSipSubRules rules = OREE_SIP_SUB_RULES_DEFAULT;
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autoptr (OreeSipSub) sub = NULL;
  OreeSipSubRequest request;
  OreeSipDialog *dialog;
  GString *text;
  guint32 expires = 0;
  guint status = oree_sip_sub_read (&request, msg, &rules);

  oree_sip_write_response (&writer, msg, status ? status : 200, NULL, "t", FALSE);
  oree_sip_sub_write_refusal (status, msg, &rules, &writer);
  finish (&writer);
  dialog = status == 0 ? oree_sip_dialog_new_uas (msg, "t", "sip:e.test") : NULL;
  if (dialog == NULL)
    return;
  sub = oree_sip_sub_new (dialog, &request, OREE_SIP_SUB_ACTIVE, NOW);
  text = oree_sip_sub_take_notify (sub, "SIP/2.0/TLS e.test;branch=z9hG4bK1", NOW);
  if (text != NULL)
    g_string_free (text, TRUE);
  oree_sip_sub_on_subscribe (sub, msg, &rules, NOW, &expires);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OreeSipMsg msg;

  if (oree_sip_msg_parse (&msg, data, size, OREE_SIP_MSG_DATAGRAM) <= 0 || !msg.is_request)
    return 0;
  sign_in (&msg);
  do_register (&msg);
  publish (&msg);
  subscribe (&msg);
  return 0;
}
