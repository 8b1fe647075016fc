# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/ui/inspect.c tells of a program it was loaded into."""

import socket
import time
from dataclasses import dataclass

from gi.repository import GLib


@dataclass(frozen=True)
class Widget:
    """One that is on the screen. `box`: x, y, width, height in the content of its window."""
    path: str
    type: str
    text: str
    markup: bool
    box: tuple
    sensitive: bool
    control: bool
    focusable: bool
    reached: bool
    ellipsized: bool
    in_view: bool
    cut: bool
    cell: bool
    active_window: bool
    contrast: float

    def inside(self, type):
        return f"{type}/" in self.path

    def __str__(self):
        return f"{'/'.join(self.path.split('/')[-4:])} {self.text[:60]!r} at {self.box}"


class Inspector:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        end = time.monotonic() + 20
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self._file = self._socket.makefile("rw", encoding="utf-8", newline="\n")

    def ask(self, question):
        self._file.write(question + "\n")
        self._file.flush()
        return self._file.readline().rstrip("\n")

    def order(self, question):
        said = self.ask(question)
        assert said == "done", f"{question}: {said}"

    def widgets(self, question="widgets"):
        """Those on the screen; asked to "judge", with the contrast of every text."""
        rows = GLib.Variant.parse(GLib.VariantType("aa{sv}"), self.ask(question), None, None).unpack()
        return [Widget(**{name.replace("-", "_"): value for name, value in row.items()}) for row in rows]

    def settle(self, looks=2, seconds=10.0):
        """Waits until so many looks, a moment apart, see the same."""
        end = time.monotonic() + seconds
        before, same = None, 0
        while same < looks and time.monotonic() < end:
            now = self.ask("digest")
            same = same + 1 if now == before else 1
            before = now
            if same < looks:
                time.sleep(0.06)

    def close(self):
        self._file.close()
        self._socket.close()
