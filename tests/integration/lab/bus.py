# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's bus surface: calls, and signals in journals. GLib runs in a thread of its own; what it hears is
handed to the event loop of the tests."""

import asyncio
import threading

from gi.repository import Gio, GLib

from .journal import Journal, until

NAME = "org.oree.Edge1"
PATH = "/org/oree/Edge1"


class Bus:
    def __init__(self, address):
        self._address = address
        self.events = Journal("events")       # dict: nick, level, number, details
        self.changes = Journal("changes")     # (revision, [(kind, id)])
        self.certificates = Journal("certificates")  # serials
        self.states = Journal("role states")  # tuples as StateChanged carries them
        self._context = GLib.MainContext()
        self._thread = None
        self._loop = None
        self._connection = None
        self._quit = False

    async def start(self):
        self._loop = asyncio.get_running_loop()
        ready = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        await asyncio.wait_for(ready, 10)
        return self

    def _run(self, ready):
        self._context.push_thread_default()
        try:
            connection = Gio.DBusConnection.new_for_address_sync(
                self._address,
                Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
                None, None)
        except GLib.Error as error:
            self._loop.call_soon_threadsafe(ready.set_exception, AssertionError(f"bus: {error.message}"))
            return
        connection.signal_subscribe(NAME, None, None, PATH, None, Gio.DBusSignalFlags.NONE, self._on_signal)
        self._connection = connection
        self._loop.call_soon_threadsafe(ready.set_result, None)
        while not self._quit:
            self._context.iteration(True)
        connection.close_sync(None)
        self._context.pop_thread_default()

    def _on_signal(self, _connection, _sender, _path, interface, signal, parameters):
        values = parameters.unpack()
        journal = {(f"{NAME}.Monitor", "Event"): self.events, (f"{NAME}.Configuration", "Changed"): self.changes,
                   (f"{NAME}.Certificates", "Changed"): self.certificates,
                   (f"{NAME}.Services", "StateChanged"): self.states}.get((interface, signal))
        if journal is not None:
            self._loop.call_soon_threadsafe(journal.add, values[0] if len(values) == 1 else values)

    async def call(self, interface, method, signature=None, *arguments, deadline=30.0):
        """What `method` of org.oree.Edge1.`interface` answers, unpacked; GLib.Error when it answers an error."""
        parameters = GLib.Variant(signature, arguments) if signature else None
        reply = await self._loop.run_in_executor(
            None, lambda: self._connection.call_sync(
                NAME, PATH, f"{NAME}.{interface}", method, parameters, None, Gio.DBusCallFlags.NO_AUTO_START,
                int(deadline * 1000), None))
        values = reply.unpack()
        return values[0] if len(values) == 1 else values

    async def status(self):
        return await self.call("Manager", "GetStatus", "(a{sv})", {})

    async def check(self, *changes):
        """The effects the changes would have."""
        problems, effects = await self.call("Configuration", "Check", "(a(sssa{sv}))", self._changes(changes))
        return effects

    @staticmethod
    def _changes(changes):
        types = {bool: "b", int: "t", str: "s", list: "as"}
        return [(operation, kind, name,
                 {key: GLib.Variant(types[type(value)], value) for key, value in fields.items()})
                for operation, kind, name, fields in changes]

    async def apply(self, *changes, deadline=30.0):
        """Changes as (operation, kind, id, {field: value}), all in one transaction; the effects. A problem that kept
        it from being stored fails the test."""
        revision, problems, effects = await self.call(
            "Configuration", "Apply", "(a(sssa{sv})ta{sv})", self._changes(changes), 0, {}, deadline=deadline)
        assert not [problem for problem in problems if problem["severity"] == "error"], problems
        return effects

    async def running(self, process, deadline):
        """Waits until the service says it runs; fails at once when `process` ends."""
        async def look():
            assert process.running, f"oreed ended with {process.child.returncode}:\n{process.tail()}"
            try:
                return (await self.status())["state"] == "running"
            except GLib.Error:
                return False
        await until(look, deadline, f"oreed running\n{process.tail()}")

    async def counters(self):
        return await self.call("Monitor", "Counters")

    async def event(self, nick, deadline=30.0, since=None, **details):
        """The event `nick` whose details include these; `_` in a name stands for `-`."""
        wanted = {name.replace("_", "-").strip("-"): value for name, value in details.items()}
        return await self.events.wait(
            lambda event: event["nick"] == nick
            and all(event["details"].get(name) == value for name, value in wanted.items()),
            deadline, since, what=f"event {nick} {wanted}")

    async def stop(self):
        if self._thread is not None:
            self._quit = True
            self._context.wakeup()
            await self._loop.run_in_executor(None, self._thread.join, 5)
            self._thread = None
