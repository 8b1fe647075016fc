# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL of our own, by the runner of the store's tests: it lives as long as this object, on a socket."""

import asyncio
import pathlib
import sys

from .process import Process

RUNNER = pathlib.Path(__file__).resolve().parents[2] / "store" / "with-postgresql.py"


class PostgreSql:
    def __init__(self, directory):
        self._directory = directory
        self._process = None
        self._restart = None
        self.url = None

    async def start(self):
        """False where PostgreSQL is not installed."""
        self._process = await Process(
            "postgresql", [sys.executable, RUNNER, "sh", "-c", 'echo "ready $OREE_TEST_PGHOST"; '
                           'echo "restart $OREE_TEST_PGRESTART"; exec cat'],
            self._directory / "postgresql.log", stdin=True).start()
        said = await self._process.lines.wait(lambda line: line.startswith(("ready ", "1..0")), 60, what="ready")
        if said.startswith("1..0"):
            return False
        self._restart = (await self._process.lines.wait(lambda line: line.startswith("restart "), 30)).split(" ", 1)[1]
        self.url = f"postgresql:///postgres?host={said.split(' ', 1)[1]}&user=oree"
        return True

    async def restart(self):
        """As after a crash: connections end."""
        child = await asyncio.create_subprocess_shell(self._restart, stdout=asyncio.subprocess.DEVNULL)
        assert await asyncio.wait_for(child.wait(), 60) == 0

    async def stop(self):
        if self._process is not None and self._process.running:
            self._process.child.stdin.close()  # the runner's command ends, and the runner cleans up
            await self._process.wait(60)
