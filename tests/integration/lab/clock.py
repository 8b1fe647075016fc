# SPDX-License-Identifier: GPL-3.0-or-later
"""The clocks of our service, in the hands of a test."""

import pathlib
import struct


class Clock:
    """The wall clock of our service, and the one that counts how long (tests/lib/clock.c)."""

    def __init__(self, edge, path):
        self._path = pathlib.Path(path)
        self._path.write_bytes(bytes(16))
        self._passed = 0
        edge.preload.append(edge.build / "tests" / "lib" / "libclock.so")
        edge.environment["OREE_TEST_CLOCK"] = str(path)

    def ahead(self, seconds):
        with open(self._path, "r+b") as file:
            file.write(struct.pack("=q", seconds))

    def passes(self, seconds):
        """So much time goes by, for both; what happens next finds every timer due."""
        self._passed += seconds
        with open(self._path, "r+b") as file:
            file.write(struct.pack("=qq", self._passed, self._passed))
