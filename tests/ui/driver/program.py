# SPDX-License-Identifier: GPL-3.0-or-later
"""One program with windows, driven as a person would."""

import asyncio
import os
import pathlib
import re
import shlex

from lab.journal import Missed
from lab.process import Process

from .accessible import Connection, Gone, Tree
from .screen import Screen

_ALARM = re.compile(r"ERROR: \w+Sanitizer|runtime error:|\b(?:CRITICAL|WARNING|ERROR) \*\*:")

# Roles as GTK 4.8 names them; a row of a form is a list item, its entry a text box.
BUTTONS = ("button", "checkbox", "toggle button", "menu item", "switch", "check box", "radio", "tab", "link", "list item", "row")


class Program:
    """`words`: the program and its arguments; `environment` is added to ours. Every warning it says fails the test when
    it is stopped, unless `expected (line)` knows it."""

    def __init__(self, words, directory, environment=None, expected=lambda line: False, name=None, pictures=None):
        self.words = [str(word) for word in words]
        self.name = name or pathlib.Path(self.words[0]).name
        self.environment = dict(environment or {})
        self.expected = expected
        self.screen = Screen()
        self.pictures = pathlib.Path(pictures or directory)
        self._log = pathlib.Path(directory) / f"{self.name}.log"
        self.process = None
        self.tree = None
        self._connection = None

    async def start(self, deadline=20.0):
        env = dict(os.environ, **self.environment)
        self.process = await Process(self.name, self.words, self._log, env=env).start()
        self._connection = Connection()
        owner = await self._until(lambda: self._connection.owner_of(self.process.pid), deadline, "on the accessibility bus")
        self.tree = Tree(self._connection, owner)
        await self._until(lambda: self.window() is not None, deadline, "with an active window")
        return self

    async def stop(self, deadline=10.0):
        status = await self.process.stop(deadline) if self.process else 0
        self.check_log()
        return status

    async def ends(self, deadline=10.0):
        """Waits until it ended by itself; its status must be 0."""
        status = await self.process.wait(deadline)
        self.check_log()
        assert status == 0, f"{self.name} ended with {status}:\n{self.process.tail()}"

    def check_log(self):
        for line in self.process.lines.entries if self.process else []:
            if _ALARM.search(line) and not self.expected(line):
                raise AssertionError(f"{self.name} said: {line}\n{self.process.tail(60)}")

    # Waiting

    async def _until(self, look, deadline, what):
        loop = asyncio.get_running_loop()
        end = loop.time() + deadline
        while True:
            try:
                value = look()
            except Gone as gone:
                value = None
                if not self.process.running:
                    raise Missed(f"{self.name} ended: {gone}\n{self.process.tail()}") from None
            if value:
                return value
            if not self.process.running:
                raise Missed(f"{self.name} ended with {self.process.child.returncode}, never {what}\n{self.process.tail()}")
            if loop.time() > end:
                self._keep_failure()
                raise Missed(f"{self.name}: never {what} in {deadline} s; there was\n{self.describe()}\n"
                             f"{self.process.tail(15)}")
            await asyncio.sleep(0.05)

    async def until(self, look, what, deadline=8.0):
        """`look (root)` is asked with fresh pictures of the tree until it gives something true, which is returned."""
        return await self._until(lambda: look(self.tree.take()), deadline, what)

    # Finding

    def take(self):
        return self.tree.take()

    def window(self):
        """The active window, None while there is none."""
        for node in self.take().children:
            if node.has("active"):
                return node
        return None

    @staticmethod
    def match(root, name=None, role=None, within=None, **states):
        """Every shown node like this, in reading order. `name` may be a compiled expression; `role` a word or a tuple;
        `within` a node of the same picture or a heading's text …; states as `sensitive=True`."""
        roles = (role,) if isinstance(role, str) else role
        for node in (within or root).walk():
            if not node.shown or node.parent is None:
                continue
            if roles is not None and node.role not in roles:
                continue
            if name is not None and not (name.search(node.name) if hasattr(name, "search") else node.name == name):
                continue
            if all(node.has(state.replace("_", "-")) == wanted for state, wanted in states.items()):
                yield node

    async def find(self, name=None, role=None, deadline=8.0, index=0, **states):
        """The shown thing of this name and role; waits for it."""
        def look(root):
            found = list(self.match(root, name, role, **states))
            return found[index] if -len(found) <= index < len(found) else None
        what = " ".join(str(word) for word in (role, repr(getattr(name, "pattern", name)), states or "") if word)
        return await self.until(look, f"with {what}", deadline)

    async def see(self, text, deadline=8.0):
        """A label with this text (or one that the expression matches); waits for it."""
        return await self.find(text, "label", deadline)

    async def gone(self, name=None, role=None, deadline=8.0, **states):
        await self.until(lambda root: not any(self.match(root, name, role, **states)), f"without {role} {name!r}", deadline)

    # Doing

    async def click(self, target, role=BUTTONS, button=1, count=1, **states):
        """A real mouse on the middle of it. `target` is a name (then it must be sensitive), or a node."""
        node = await self.find(target, role, sensitive=True, **states) if not hasattr(target, "path") else target
        x, y = await self.point(node)
        self.screen.click(x, y, button, count)
        return node

    async def point(self, node):
        """The middle of it on the screen."""
        left, top, width, height = node.extents()
        assert width > 0 and height > 0, f"{node!r} has no place on the screen"
        window = await self._until(self.screen.active_window, 8.0, "with a window that has the keyboard")
        x, y = self.screen.origin(window)
        return x + left + width // 2, y + top + height // 2

    async def press(self, target, role=BUTTONS, **states):
        """What a screen reader's user does: its accessible action. Where there is none, the mouse."""
        node = await self.find(target, role, sensitive=True, **states) if not hasattr(target, "path") else target
        for candidate in (node, *node.walk()):
            if any(name in ("click", "toggle", "activate", "menu.popup") for name in candidate.actions()):
                candidate.do("click", "toggle", "activate", "menu.popup")
                return node
        return await self.click(node)

    async def fill(self, name, text, role=("text box", "entry", "search box", "spin button")):
        """Types `text` into the entry of this name, in place of what stood there."""
        node = await self.click(name, role)
        self.screen.key("ctrl+a")
        if text:
            self.screen.type(text)
        else:
            self.screen.key("BackSpace")
        return node

    async def choose(self, name, place):
        """Opens the drop-down of this name and takes its value at this place, counted from 0, by the keyboard."""
        await self.click(name, ("button", "toggle button"))
        self.screen.key("Home", *["Down"] * place, "Return")

    def key(self, *keys):
        self.screen.key(*keys)

    def type(self, text):
        self.screen.type(text)

    async def focused(self):
        """What has the keyboard now, None when nothing says so."""
        found = [node for node in self.take().walk() if node.shown and node.has("focused")]
        return found[-1] if found else None

    # Seeing

    def picture(self, name):
        return self.screen.picture(self.pictures / f"{name}.png")

    def _keep_failure(self):
        count = len(list(self.pictures.glob("failed-*.png"))) if self.pictures.exists() else 0
        self.screen.picture(self.pictures / f"failed-{os.getpid()}-{count}.png")

    def describe(self, root=None):
        """The shown tree, for a message."""
        lines = []

        def tell(node, depth):
            if not node.shown:
                return
            if node.name or node.role not in ("group", "widget", "generic", ""):
                lines.append("  " * depth + repr(node))
                depth += 1
            for child in node.children:
                tell(child, depth)
        try:
            for child in (root or self.take()).children:
                tell(child, 1)
        except Gone as gone:
            lines.append(f"(nothing: {gone})")
        return "\n".join(lines[:250])

    def command(self):
        return shlex.join(self.words)

    # Measuring

    def memory(self):
        """Bytes of its own in memory: what no other process shares."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return 1024 * sum(int(size) for size in re.findall(r"^Private_(?:Clean|Dirty): +(\d+)", text, re.M))
