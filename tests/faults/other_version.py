#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of another version, as far as a client learns of it: it says its status, and knows no other question.

usage: other_version.py BUS-ADDRESS VERSION API-VERSION"""

import sys

from gi.repository import Gio, GLib

INTERFACE = """<node><interface name="org.oree.Edge1.Manager"><method name="GetStatus"><arg type="a{sv}" direction="in"/>
<arg type="a{sv}" direction="out"/></method></interface></node>"""


def main(address, version, api_version):
    status = {"version": GLib.Variant("s", version), "api-version": GLib.Variant("u", int(api_version)),
              "state": GLib.Variant("s", "running"), "revision": GLib.Variant("t", 1), "host": GLib.Variant("s", "edge01")}

    def on_call(_connection, _sender, _path, _interface, _method, _parameters, invocation):
        invocation.return_value(GLib.Variant("(a{sv})", (status,)))

    bus = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    bus.register_object("/org/oree/Edge1", Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], on_call, None, None)
    Gio.bus_own_name_on_connection(bus, "org.oree.Edge1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("here", flush=True), None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
