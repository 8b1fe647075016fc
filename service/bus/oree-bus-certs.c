/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates: decode, call control, encode. Nothing of a password or a file is noted for the audit. */
#include "bus/oree-bus.h"

#include "control/oree-certs.h"
#include "model/oree-csr-spec.h"

/* NULL, and the call answered, when there is no store of certificates. */
static OreeCerts *
certs_of (OreeBusCall *call)
{
  OreeCerts *certs = oree_service_certs (oree_bus_call_service (call));

  if (certs == NULL)
    oree_bus_call_fail_code (call, OREE_ERROR_UNAVAILABLE, "the store of certificates cannot be used");
  return certs;
}

static void
on_done (GVariant *reply, gboolean refused, const GError *error, gpointer data)
{
  if (reply == NULL)
    oree_bus_call_fail (data, error);
  else if (refused)
    oree_bus_call_reply_refused (data, reply);
  else
    oree_bus_call_reply (data, reply);
}

/* An answer, or NOT_FOUND. */
static void
reply_found (OreeBusCall *call, GVariant *found)
{
  if (found != NULL)
    oree_bus_call_reply (call, found);
  else
    oree_bus_call_fail_code (call, OREE_ERROR_NOT_FOUND, "no such certificate");
}

/* The audit says which certificate, for what, and that warnings were passed over. */
static void
note (OreeBusCall *call, const char *id, GVariant *usages, GVariant *options)
{
  gboolean accepts = FALSE;
  g_autofree const char **words = usages != NULL ? g_variant_get_strv (usages, NULL) : NULL;
  g_autofree char *list = words != NULL ? g_strjoinv (",", (char **) words) : g_strdup ("");
  g_autofree char *text = NULL;

  if (options != NULL)
    g_variant_lookup (options, "accept-warnings", "b", &accepts);
  text = g_strdup_printf ("%s%s%s%s", id, *list != '\0' ? " " : "", list, accepts ? " accepting warnings" : "");
  oree_bus_call_note (call, text);
}

static void
list (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);

  if (certs != NULL)
    oree_bus_call_reply (call, oree_certs_list (certs));
}

static void
get (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  const char *id;

  g_variant_get_child (parameters, 0, "&s", &id);
  if (certs != NULL)
    reply_found (call, oree_certs_get (certs, id));
}

static void
describe (OreeBusCall *call, GVariant *parameters)
{
  oree_bus_call_reply (call, g_variant_new ("(@aa{sv})", oree_kind_describe (&oree_csr_spec_kind)));
}

static void
needs (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);

  if (certs != NULL)
    oree_bus_call_reply (call, oree_certs_needs (certs, usages, options));
}

static void
check_request (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) specification = g_variant_get_child_value (parameters, 0);

  if (certs != NULL)
    oree_bus_call_reply (call, oree_certs_check_request (certs, specification));
}

static void
create_request (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) specification = g_variant_get_child_value (parameters, 0);

  if (certs != NULL)
    oree_certs_create (certs, specification, oree_bus_call_who (call), on_done, call);
}

static void
check_answer (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) file = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);

  if (certs != NULL)
    oree_certs_check_answer (certs, file, options, on_done, call);
}

static void
import (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) file = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);

  if (certs != NULL)
    oree_certs_import (certs, file, options, oree_bus_call_who (call), on_done, call);
}

static void
check_assign (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 1);
  const char *id;

  g_variant_get_child (parameters, 0, "&s", &id);
  if (certs != NULL)
    oree_certs_check_assign (certs, id, usages, on_done, call);
}

static void
assign (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 1);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 2);
  const char *id;

  if (certs == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &id);
  note (call, id, usages, options);
  oree_certs_assign (certs, id, usages, options, oree_bus_call_who (call), on_done, call);
}

static void
roll (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 1);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 3);
  gint64 effective;
  const char *id;

  if (certs == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &id);
  g_variant_get_child (parameters, 2, "x", &effective);
  note (call, id, usages, options);
  oree_certs_roll (certs, id, usages, effective, options, oree_bus_call_who (call), on_done, call);
}

static void
roll_back (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) usages = g_variant_get_child_value (parameters, 0);

  if (certs == NULL)
    return;
  note (call, "former", usages, NULL);
  oree_certs_roll_back (certs, usages, oree_bus_call_who (call), on_done, call);
}

static void
remove_one (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autoptr (GVariant) usages = g_variant_lookup_value (options, "usages", G_VARIANT_TYPE_STRING_ARRAY);
  const char *id;

  if (certs == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &id);
  note (call, id, usages, NULL);
  oree_certs_remove (certs, id, options, oree_bus_call_who (call), on_done, call);
}

static void
renewal (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  const char *id;

  g_variant_get_child (parameters, 0, "&s", &id);
  if (certs != NULL)
    reply_found (call, oree_certs_renewal (certs, id));
}

static void
renew (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  g_autoptr (GVariant) changes = g_variant_get_child_value (parameters, 1);
  const char *id;

  if (certs == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &id);
  note (call, id, NULL, NULL);
  oree_certs_renew (certs, id, changes, oree_bus_call_who (call), on_done, call);
}

static void
export_key (OreeBusCall *call, GVariant *parameters)
{
  OreeCerts *certs = certs_of (call);
  const char *id, *password;

  if (certs == NULL)
    return;
  g_variant_get_child (parameters, 0, "&s", &id);
  g_variant_get_child (parameters, 1, "&s", &password);
  note (call, id, NULL, NULL);
  oree_certs_export (certs, id, password, oree_bus_call_who (call), on_done, call);
}

const OreeBusMethod oree_bus_certs_methods[] = {
  { "List", list },
  { "Get", get },
  { "Describe", describe },
  { "Needs", needs },
  { "CheckRequest", check_request },
  { "CreateRequest", create_request },
  { "CheckAnswer", check_answer },
  { "Import", import },
  { "CheckAssign", check_assign },
  { "Assign", assign },
  { "Roll", roll },
  { "RollBack", roll_back },
  { "Remove", remove_one },
  { "Renewal", renewal },
  { "Renew", renew },
  { "Export", export_key },
  { NULL, NULL },
};
