# SPDX-License-Identifier: GPL-3.0-or-later
"""One program with windows, driven as a person would."""

import asyncio
import contextlib
import os
import pathlib
import re
import shlex
import signal

from lab.journal import Missed
from lab.process import Process

from .accessible import Connection, Gone, Tree
from .screen import Screen

_ALARM = re.compile(r"ERROR: \w+Sanitizer|runtime error:|\b(?:CRITICAL|WARNING|ERROR) \*\*:")

# Seconds within which anything happens, on a machine that is slow and busy: nobody waits them out but who fails.
DEADLINE = 40.0

# Roles as GTK 4.8 names them; a row of a form is a list item, its entry a text box.
BUTTONS = ("button", "checkbox", "toggle button", "menu item", "switch", "check box", "radio", "tab", "link", "list item", "row")
TEXTS = ("text box", "entry", "search box", "spin button")


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
        self._first = None

    async def start(self, deadline=DEADLINE):
        env = dict(os.environ, **self.environment)
        self.process = await Process(self.name, self.words, self._log, env=env).start()
        return await self._meet(deadline)

    async def opened(self, name, deadline=DEADLINE):
        """The program of this name that this one has opened, in front."""
        other = Program([name], self._log.parent, self.environment, self.expected, pictures=self.pictures)
        pid = await self._until(lambda: self._child_of_name(name), deadline, f"with {name} opened")
        other.process = _Grandchild(self.process, pid)
        return await other._meet(deadline, self._first)

    def _child_of_name(self, name):
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    # Between fork and exec it is still called as its parent is.
                    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                    if pathlib.Path(os.fsdecode(words[0])).name == name:
                        return int(pid)
        return None

    async def _meet(self, deadline, before=None):
        """Finds its windows; `before` is the window that was in front without it."""
        self._connection = Connection(self.environment.get("AT_SPI_BUS_ADDRESS"))
        owner = await self._until(lambda: self._connection.owner_of(self.process.pid), deadline, "on the accessibility bus")
        self.tree = Tree(self._connection, owner)
        await self._until(self.window, deadline, "with an active window")
        self._first = await self._until(lambda: (self.screen.active_window() or before) != before and self.screen.active_window(),
                                        deadline, "with a window that has the keyboard")
        return self

    async def stop(self, deadline=DEADLINE):
        status = await self.process.stop(deadline) if self.process else 0
        self.check_log()
        return status

    async def ends(self, deadline=DEADLINE):
        """Waits until it ended by itself; its status must be 0."""
        status = await self.process.wait(deadline)
        self.check_log()
        assert status == 0, f"{self.name} ended with {status}:\n{self.process.tail()}"

    def check_log(self):
        for line in self.process.lines.entries if self.process else []:
            if _ALARM.search(line) and not self.expected(line):
                raise AssertionError(f"{self.name} said: {line}\n{self.process.tail(60)}")

    # Waiting

    async def _until(self, look, deadline, what, keep=True):
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
                if keep:
                    self._keep_failure()
                raise Missed(f"{self.name}: never {what} in {deadline} s; there was\n{self.describe()}\n"
                             f"{self.process.tail(15)}")
            await asyncio.sleep(0.05)

    async def until(self, look, what, deadline=DEADLINE):
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
    def is_like(node, name=None, role=None):
        """Has this node the name, or one that the expression matches, and the role, or one of the roles?"""
        roles = (role,) if isinstance(role, str) else role
        return (roles is None or node.role in roles) and \
            (name is None or bool(name.search(node.name) if hasattr(name, "search") else node.name == name))

    @staticmethod
    def match(root, name=None, role=None, within=None, **states):
        """Every shown node like this, in reading order. `name` may be a compiled expression; `role` a word or a tuple;
        `within` a node of the same picture or a heading's text …; states as `sensitive=True`."""
        for node in (within or root).walk():
            if not node.shown or node.parent is None or not Program.is_like(node, name, role):
                continue
            if all(node.has(state.replace("_", "-")) == wanted for state, wanted in states.items()):
                yield node

    async def find(self, name=None, role=None, deadline=DEADLINE, index=0, **states):
        """The shown thing of this name and role; waits for it."""
        def look(root):
            found = list(self.match(root, name, role, **states))
            return found[index] if -len(found) <= index < len(found) else None
        what = " ".join(str(word) for word in (role, repr(getattr(name, "pattern", name)), states or "") if word)
        return await self.until(look, f"with {what}", deadline)

    async def see(self, text, deadline=DEADLINE):
        """A label with this text (or one that the expression matches); waits for it."""
        return await self.find(text, "label", deadline)

    async def gone(self, name=None, role=None, deadline=DEADLINE, **states):
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
        window = await self._until(self.screen.active_window, DEADLINE, "with a window that has the keyboard")
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

    async def fill(self, name, text, role=TEXTS):
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

    async def paste(self, name, text, role=("text box", "entry", "search box")):
        """All of `text` at once into the entry of this name, in place of what stood there: too long to type."""
        node = await self.find(name, role, sensitive=True)
        node.replace(text)
        return node

    def key(self, *keys):
        self.screen.key(*keys)

    def type(self, text):
        self.screen.type(text)

    @staticmethod
    def focus_in(root):
        """What has the keyboard in this picture of the tree, None when nothing says so."""
        found = [node for node in root.walk() if node.shown and node.has("focused")]
        return found[-1] if found else None

    async def focused(self):
        """What has the keyboard now, None when nothing says so."""
        return self.focus_in(self.take())

    async def step(self, key="Tab", deadline=5.0):
        """Moves the keyboard's place by this key, and waits until it moved: keys go one way and what is seen another, so that
        two quick ones leave nobody knows where. What has it then; None where nothing says so."""
        before = await self.focused()
        self.screen.key(key)

        def moved(root):
            now = self.focus_in(root)
            return [now] if (now and now.path) != (before and before.path) else None
        try:
            return (await self._until(lambda: moved(self.tree.take()), deadline, "elsewhere", keep=False))[0]
        except Missed:
            return before

    async def tab_to(self, name, role=TEXTS, steps=60):
        """Brings the keyboard to the shown thing of this name and role, by Tab alone."""
        await self.find(name, role)
        node = await self.focused()
        for _ in range(steps):
            # A drop-down is two nodes: its name is the outer one's, the keyboard the inner one's.
            if node is not None and (self.is_like(node, name, role) or node.parent and self.is_like(node.parent, name, role)):
                return node
            node = await self.step()
        raise Missed(f"Tab does not lead to {name!r}:\n{self.describe()}")

    async def type_into(self, name, text):
        """As `fill`, by keys alone: Tab until the entry of this name has the keyboard, then type in place of what stood there."""
        node = await self.tab_to(name)
        self.screen.key("ctrl+a", *([] if text else ["BackSpace"]))
        if text:
            self.screen.type(text)
        return node

    async def choose_file(self, path):
        """In GTK's own file chooser, which is about to open: a path that is typed opens its line for one."""
        await self._until(lambda: self.screen.active_window() not in (None, self._first), DEADLINE, "with a file chooser")
        text = str(path)
        # While it reads its first folder it may lose what is typed.
        for _ in range(8):
            self.screen.type(text)
            with contextlib.suppress(Missed):
                await self._until(lambda: self._has_typed(text), 6.0, "with a path typed", keep=False)
                break
            self.screen.key("ctrl+a")
        await self._until(lambda: self._has_typed(text), 1.0, f"with {text} typed")
        self.screen.key("Return")

    def _has_typed(self, text):
        return any(node.role in TEXTS and node.text() == text for node in self.tree.take().walk() if node.shown)

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


class _Grandchild:
    """A process that a program of ours started, as much of class Process as Program asks for. It writes where its parent
    writes, and ends with its parent's session; its status is its parent's to know."""

    def __init__(self, parent, pid):
        self._parent = parent
        self.pid = pid
        self.child = self
        self.returncode = None

    @property
    def lines(self):
        return self._parent.lines

    @property
    def running(self):
        try:
            return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def tail(self, count=30):
        return self._parent.tail(count)

    async def wait(self, deadline=DEADLINE):
        loop = asyncio.get_running_loop()
        end = loop.time() + deadline
        while self.running:
            if loop.time() > end:
                raise asyncio.TimeoutError
            await asyncio.sleep(0.05)
        return 0

    async def stop(self, deadline=DEADLINE):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        return await self.wait(deadline)
