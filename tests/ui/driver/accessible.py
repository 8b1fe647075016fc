# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessible tree of one program, over the accessibility bus.

GTK 4.8 makes a node when it is first asked for, so a picture of the tree is walked; the questions of one level travel
together. What pyatspi keeps in its cache may be of yesterday: nothing is kept here but roles, which never change."""

import os

from gi.repository import Gio, GLib

REGISTRY = "org.a11y.atspi.Registry"
ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
PROPERTIES = "org.freedesktop.DBus.Properties"

# AtspiStateType
STATES = {"active": 1, "busy": 3, "checked": 4, "editable": 7, "enabled": 8, "expandable": 9, "expanded": 10,
          "focusable": 11, "focused": 12, "pressed": 20, "selectable": 22, "selected": 23, "sensitive": 24, "showing": 25,
          "visible": 30, "indeterminate": 32, "required": 33, "read-only": 43}


class Gone(Exception):
    """The node, or the program, is there no more."""


class Connection:
    """One to the accessibility bus; questions are asked in bundles."""

    def __init__(self, address=None):
        """`address`: of the bus; None: the one of the session."""
        self._context = GLib.MainContext()
        self._bus = self._connect(address or self._address_of_session())

    @staticmethod
    def _connect(address):
        return Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None, None)

    def _address_of_session(self):
        session = self._connect(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None,
                                    Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
        session.close_sync(None)
        return address

    def ask(self, questions):
        """`questions`: (owner, path, interface, method, parameters or None). The answers, unpacked, in order; Gone
        stands where one failed."""
        answers = [None] * len(questions)
        left = len(questions)

        def answered(bus, result, index):
            nonlocal left
            left -= 1
            try:
                answers[index] = bus.call_finish(result).unpack()
            except GLib.Error as error:
                answers[index] = Gone(error.message)

        self._context.push_thread_default()
        try:
            for index, (owner, path, interface, method, parameters) in enumerate(questions):
                self._bus.call(owner, path, interface, method, parameters, None, Gio.DBusCallFlags.NO_AUTO_START, 20000,
                               None, answered, index)
            while left:
                self._context.iteration(True)
        finally:
            self._context.pop_thread_default()
        return answers

    def ask_one(self, *question):
        answer, = self.ask([question])
        if isinstance(answer, Gone):
            raise answer
        return answer[0] if len(answer) == 1 else answer

    def owner_of(self, pid):
        """The name on this bus of the program with this process id, None while it has not come."""
        try:
            children = self.ask_one(REGISTRY, ROOT, ACCESSIBLE, "GetChildren", None)
        except Gone:
            return None
        for owner, _path in children:
            try:
                if self.ask_one("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                                GLib.Variant("(s)", (owner,))) == pid:
                    return owner
            except Gone:
                continue
        return None


class Node:
    """One thing in a picture of the tree. `name`, `role`, `description` and states are those of the moment it was taken;
    what asks the program says so."""

    def __init__(self, tree, path, parent):
        self.tree = tree
        self.path = path
        self.parent = parent
        self.children = []
        self.role, self.name, self.description, self._states, self.interfaces = "", "", "", 0, ()
        self.shown = False

    def has(self, state):
        return bool(self._states >> STATES[state] & 1)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def ancestors(self):
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def within(self, other):
        return self is other or other in self.ancestors()

    @property
    def window(self):
        node = self
        while node.parent is not None and node.parent.parent is not None:
            node = node.parent
        return node

    def texts(self):
        """Every label under it, in order."""
        return [node.name for node in self.walk() if node.role == "label" and node.shown and node.name]

    def _ask(self, interface, method, parameters=None):
        return self.tree.connection.ask_one(self.tree.owner, self.path, interface, method, parameters)

    def extents(self):
        """(x, y, width, height) in its window; asks."""
        return self._ask(COMPONENT, "GetExtents", GLib.Variant("(u)", (1,)))

    def actions(self):
        if "Action" not in self.interfaces:
            return []
        count = self._ask(PROPERTIES, "Get", GLib.Variant("(ss)", ("org.a11y.atspi.Action", "NActions")))
        # GetActions would answer in the user's language.
        return [self._ask("org.a11y.atspi.Action", "GetName", GLib.Variant("(i)", (index,))) for index in range(count)]

    def do(self, *names):
        """Performs the first of these accessible actions that it has (click, toggle, activate …)."""
        there = self.actions()
        for name in names:
            if name in there:
                return self._ask("org.a11y.atspi.Action", "DoAction", GLib.Variant("(i)", (there.index(name),)))
        raise AssertionError(f"{self!r} has no action {' or '.join(names)}, only {there}")

    def text(self):
        """What stands in an entry."""
        return self._ask("org.a11y.atspi.Text", "GetText", GLib.Variant("(ii)", (0, self.text_length())))

    def replace(self, text):
        """Makes this the text of an entry."""
        return self._ask("org.a11y.atspi.EditableText", "SetTextContents", GLib.Variant("(s)", (text,)))

    def text_length(self):
        return self._ask(PROPERTIES, "Get", GLib.Variant("(ss)", ("org.a11y.atspi.Text", "CharacterCount")))

    def value(self):
        return self._ask(PROPERTIES, "Get", GLib.Variant("(ss)", ("org.a11y.atspi.Value", "CurrentValue")))

    def __repr__(self):
        states = [name for name in ("focused", "checked", "selected", "pressed", "expanded") if self.has(name)]
        if not self.has("sensitive"):
            states.append("insensitive")
        if not self.shown:
            states.append("hidden")
        return f"{self.role} {self.name!r}" + (f" ({', '.join(states)})" if states else "")


class Tree:
    """Pictures of one program's tree."""

    def __init__(self, connection, owner):
        self.connection = connection
        self.owner = owner
        self._roles = {}

    def take(self):
        """The root of a picture of the whole tree."""
        root = Node(self, ROOT, None)
        nodes, level = {ROOT: root}, [root]
        while level:
            answers = self.connection.ask([(self.owner, node.path, ACCESSIBLE, "GetChildren", None) for node in level])
            below = []
            for node, answer in zip(level, answers):
                if isinstance(answer, Gone):
                    if node is root:
                        raise answer
                    continue
                for _owner, path in answer[0]:
                    if path in nodes or path.endswith("/null"):
                        continue
                    child = Node(self, path, node)
                    node.children.append(child)
                    nodes[path] = child
                    below.append(child)
            level = below
        self._describe(nodes)
        root.shown = True
        for child in root.children:
            self._show(child, True)
        return root

    def _describe(self, nodes):
        items = self.connection.ask_one(self.owner, "/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems", None)
        known = {item[0][1]: item for item in items}
        late = []
        for path, node in nodes.items():
            item = known.get(path)
            if item is None:
                late.append(node)
                continue
            node.interfaces = tuple(word.rsplit(".", 1)[-1] for word in item[5])
            node.name, node.description = item[6], item[8]
            node._states = item[9][0] | item[9][1] << 32
        # Born while we walked: not in the cache yet.
        questions = []
        for node in late:
            questions += [(self.owner, node.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (ACCESSIBLE,))),
                          (self.owner, node.path, ACCESSIBLE, "GetState", None),
                          (self.owner, node.path, ACCESSIBLE, "GetInterfaces", None)]
        answers = self.connection.ask(questions)
        for index, node in enumerate(late):
            values, states, interfaces = answers[3 * index:3 * index + 3]
            if any(isinstance(answer, Gone) for answer in (values, states, interfaces)):
                continue
            node.name, node.description = values[0].get("Name", ""), values[0].get("Description", "")
            node._states = states[0][0] | states[0][1] << 32
            node.interfaces = tuple(word.rsplit(".", 1)[-1] for word in interfaces[0])
        strangers = [node for path, node in nodes.items() if path not in self._roles]
        answers = self.connection.ask([(self.owner, node.path, ACCESSIBLE, "GetRoleName", None) for node in strangers])
        for node, answer in zip(strangers, answers):
            self._roles[node.path] = "" if isinstance(answer, Gone) else answer[0]
        for path, node in nodes.items():
            node.role = self._roles[path]

    def _show(self, node, shown):
        """A page of a stack that is not the one shown says of itself that it is hidden (common/ui sees to that)."""
        node.shown = shown and node.has("visible")
        for child in node.children:
            self._show(child, node.shown)
