/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizards/certificate/oree-cert-text.h"

#include "client/oree-sentences.h"
#include "ui/oree-ui.h"

#include <glib/gi18n-lib.h>
#include <string.h>

const char *
oree_cert_text_name (const OreeCertRecord *record)
{
  return *record->friendly_name != '\0' ? record->friendly_name : record->common_name;
}

char *
oree_cert_text_common_name (const char *subject)
{
  const char *at = g_str_has_prefix (subject, "CN=") ? subject : strstr (subject, ",CN=");
  GString *name;

  if (at == NULL)
    return g_strdup (subject);
  name = g_string_new (NULL);
  for (at = strchr (at, '=') + 1; *at != '\0' && *at != ',' && *at != '+'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        at++;
      g_string_append_c (name, *at);
    }
  return g_string_free (name, FALSE);
}

char *
oree_cert_text_usages (OreeEdgeUsages usages)
{
  g_auto (GStrv) nicks = oree_edge_usages_to_nicks (usages);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; nicks[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", oree_sentence_edge_usage (nicks[i]));
  return g_string_free (text, FALSE);
}

const char *
oree_cert_text_eku (const OreeCertRecord *record)
{
  return record->server_auth && record->client_auth ? _ ("Server and client authentication")
         : record->client_auth                      ? _ ("Client authentication")
         : record->server_auth                      ? _ ("Server authentication")
                                                    : _ ("Neither server nor client authentication");
}

static char *
time_left (const OreeCertRecord *record)
{
  if (record->state == OREE_CERT_STATE_EXPIRED)
    return g_strdup (oree_sentence_cert_state ("expired"));
  if (record->state == OREE_CERT_STATE_NOT_YET_VALID)
    return g_strdup (oree_sentence_cert_state ("not-yet-valid"));
  return g_strdup_printf (ngettext ("expires in %d day", "expires in %d days", (gulong) MAX (record->days_left, 0)),
                          record->days_left);
}

char *
oree_cert_text_summary (const OreeCertRecord *record)
{
  g_autofree char *left = NULL, *issuer = NULL;

  if (record->is_request)
    {
      g_autofree char *made = oree_ui_time (record->created);
      g_autofree char *usages = oree_cert_text_usages (record->usages);

      return g_strdup_printf ("%s · %s · %s · %s", record->common_name, usages, oree_sentence_cert_state ("waiting"), made);
    }
  left = time_left (record);
  issuer = oree_cert_text_common_name (record->issuer);
  if (record->usages != 0)
    {
      g_autofree char *usages = oree_cert_text_usages (record->usages);

      return g_strdup_printf ("%s · %s · %s · %s", record->common_name, issuer, left, usages);
    }
  return g_strdup_printf ("%s · %s · %s", record->common_name, issuer, left);
}

/* "AB:CD:…", as other tools show a fingerprint. */
static char *
thumbprint (const char *id)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; id[i] != '\0'; i++)
    {
      if (i > 0 && i % 2 == 0)
        g_string_append_c (text, i == 32 ? '\n' : ':');
      g_string_append_c (text, g_ascii_toupper (id[i]));
    }
  return g_string_free (text, FALSE);
}

static void
add_list (OreeCertFacts *facts, const char *title, char **list)
{
  g_autofree char *text = g_strjoinv ("\n", list);

  oree_cert_facts_add (facts, title, text);
}

void
oree_cert_text_add_facts (OreeCertFacts *facts, const OreeCertRecord *record)
{
  g_autofree char *from = oree_ui_time (record->not_before), *until = oree_ui_time (record->not_after);
  g_autofree char *usages = oree_cert_text_usages (record->usages);
  g_autofree char *print = record->is_request ? NULL : thumbprint (record->id);
  g_autofree char *made = oree_ui_time (record->created);

  oree_cert_facts_add_group (facts, _ ("General"), NULL);
  oree_cert_facts_add (facts, _ ("Friendly name"), record->friendly_name);
  oree_cert_facts_add (facts, _ ("Subject"), record->subject);
  oree_cert_facts_add (facts, _ ("Issuer"), record->issuer);
  if (!record->is_request)
    {
      oree_cert_facts_add (facts, _ ("Valid from"), from);
      oree_cert_facts_add (facts, _ ("Valid until"), until);
    }
  oree_cert_facts_add (facts, record->is_request ? _ ("Requested on") : _ ("Imported on"), made);
  oree_cert_facts_add (facts, _ ("Usage"), usages);
  oree_cert_facts_add (facts, _ ("Key"), record->key_type);
  oree_cert_facts_add (facts, _ ("Private key"),
                       record->exportable ? _ ("Exportable") : record->has_key ? _ ("Not exportable") : NULL);
  oree_cert_facts_add (facts, _ ("Key usage"), oree_cert_text_eku (record));
  oree_cert_facts_add (facts, _ ("Thumbprint (SHA-256)"), print);
  oree_cert_facts_add_group (facts, _ ("Names"), NULL);
  add_list (facts, _ ("Subject alternative names"), record->names);
  if (!record->is_request)
    {
      oree_cert_facts_add_group (facts, _ ("Chain"), NULL);
      add_list (facts, _ ("Issuers"), record->chain);
      oree_cert_facts_add (facts, _ ("State"), record->chain_complete ? _ ("Complete") : _ ("Incomplete"));
      oree_cert_facts_add (facts, _ ("Missing"), record->missing_issuer);
    }
}
