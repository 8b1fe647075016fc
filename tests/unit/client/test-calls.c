/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's table of calls against the contract in data/dbus, both ways, and the mapping of errors. */
#include "client/oree-client.h"

static GDBusInterfaceInfo *
read_interface (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.xml", g_getenv ("OREE_DBUS_XML"), name);
  g_autofree char *xml = NULL;
  g_autoptr (GDBusNodeInfo) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &xml, NULL, &error));
  g_assert_no_error (error);
  node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  return g_dbus_interface_info_ref (g_dbus_node_info_lookup_interface (node, name));
}

static char *
signature (GDBusArgInfo **args)
{
  GString *text = g_string_new ("(");

  for (; args != NULL && *args != NULL; args++)
    g_string_append (text, (*args)->signature);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static void
test_signatures (void)
{
  for (guint call = 0; call < OREE_N_CALLS; call++)
    {
      const OreeCallRow *row = oree_call_row ((OreeCall) call);
      GDBusInterfaceInfo *interface = read_interface (row->interface);
      GDBusMethodInfo *method = g_dbus_interface_info_lookup_method (interface, row->method);
      g_autofree char *parameters = NULL;
      g_autofree char *reply = NULL;

      g_assert_nonnull (method);
      parameters = signature (method->in_args);
      reply = signature (method->out_args);
      g_assert_cmpstr (row->parameters, ==, parameters);
      g_assert_cmpstr (row->reply, ==, reply);
      g_dbus_interface_info_unref (interface);
    }
}

static gboolean
has_row (const char *interface, const char *method)
{
  for (guint call = 0; call < OREE_N_CALLS; call++)
    if (g_str_equal (oree_call_row ((OreeCall) call)->interface, interface)
        && g_str_equal (oree_call_row ((OreeCall) call)->method, method))
      return TRUE;
  return FALSE;
}

static void
test_every_method_has_a_row (void)
{
  static const char *const interfaces[] = { OREE_IFACE_MANAGER, OREE_IFACE_SERVICES, OREE_IFACE_CONFIGURATION,
                                            OREE_IFACE_MONITOR, OREE_IFACE_DIAGNOSTICS,
                                            OREE_IFACE_CERTIFICATES };

  for (gsize i = 0; i < G_N_ELEMENTS (interfaces); i++)
    {
      GDBusInterfaceInfo *interface = read_interface (interfaces[i]);

      for (GDBusMethodInfo **method = interface->methods; method != NULL && *method != NULL; method++)
        if (!has_row (interfaces[i], (*method)->name))
          g_error ("%s.%s has no row in OREE_CALLS", interfaces[i], (*method)->name);
      g_dbus_interface_info_unref (interface);
    }
}

static void
test_maps_our_errors (void)
{
  for (guint code = 0; code < OREE_N_ERRORS; code++)
    {
      GError *remote = g_dbus_error_new_for_dbus_error (oree_error_to_dbus ((OreeError) code), "text");
      g_autoptr (GError) mapped = oree_client_map_error (remote);

      g_assert_error (mapped, OREE_ERROR, (int) code);
      g_assert_cmpstr (mapped->message, ==, "text");
    }
}

static void
test_maps_errors_of_the_bus (void)
{
  static const struct
  {
    const char *name;
    OreeError code;
  } cases[] = {
    { "org.freedesktop.DBus.Error.ServiceUnknown", OREE_ERROR_UNAVAILABLE },
    { "org.freedesktop.DBus.Error.NameHasNoOwner", OREE_ERROR_UNAVAILABLE },
    { "org.freedesktop.DBus.Error.NoReply", OREE_ERROR_UNAVAILABLE },
    { "org.freedesktop.DBus.Error.AccessDenied", OREE_ERROR_DENIED },
    { "org.freedesktop.DBus.Error.Timeout", OREE_ERROR_TIMED_OUT },
    { "org.freedesktop.DBus.Error.UnknownMethod", OREE_ERROR_UNSUPPORTED },
    { "org.freedesktop.DBus.Error.InvalidArgs", OREE_ERROR_FAILED },
    { "com.example.Strange", OREE_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) mapped = oree_client_map_error (g_dbus_error_new_for_dbus_error (cases[i].name, "text"));

      g_assert_error (mapped, OREE_ERROR, (int) cases[i].code);
    }
}

static void
test_no_bus (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oree_client_new_sync ("unix:path=/nonexistent/bus", NULL, &error));
  g_assert_error (error, OREE_ERROR, OREE_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/calls/signatures", test_signatures);
  g_test_add_func ("/client/calls/every-method-has-a-row", test_every_method_has_a_row);
  g_test_add_func ("/client/calls/maps-our-errors", test_maps_our_errors);
  g_test_add_func ("/client/calls/maps-errors-of-the-bus", test_maps_errors_of_the_bus);
  g_test_add_func ("/client/calls/no-bus", test_no_bus);
  return g_test_run ();
}
