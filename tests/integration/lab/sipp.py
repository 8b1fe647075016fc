# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp: one side of a SIP conversation, word for word as a scenario (../scenarios) has it, and it judges. Debian's knows no TLS:
it speaks TCP, to a server that stands between."""

import csv
import pathlib

from .journal import Missed, until
from .process import Process, free_port, literal

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
PATIENCE = 30  # seconds it waits for any one message


class Sipp:
    """Calls `remote` ((address, port); None: it is called) as `scenario` says; `words` are put where it names them in
    brackets."""

    def __init__(self, directory, scenario, address="127.0.0.1", port=None, remote=None, calls=1, rate=20, **words):
        self.address, self.port = address, port or free_port(address)
        self._calls = calls
        directory.mkdir(parents=True, exist_ok=True)
        words.setdefault("contact", f"sip:{literal(address)}:{self.port};transport=tcp")
        name = f"{scenario}-{self.port}"
        self._errors, self._statistics = directory / f"{name}.errors", directory / f"{name}.csv"
        self._messages = directory / f"{name}.messages"
        self.process = Process(f"sipp {name}", [
            "sipp", *([f"{literal(remote[0])}:{remote[1]}"] if remote else []), "-sf", SCENARIOS / f"{scenario}.xml",
            "-t", "t1", "-i", address, "-p", self.port, "-m", calls, "-r", rate, "-nostdin", "-skip_rlimit",
            "-recv_timeout", PATIENCE * 1000, "-watchdog_interval", 0, "-trace_err", "-error_file", self._errors,
            "-trace_msg", "-message_file", self._messages,
            "-trace_stat", "-stf", self._statistics, "-fd", 1,
            *[word for key, value in words.items() for word in ("-key", key, value)]], directory / f"{name}.log", cwd=directory)

    async def start(self):
        await self.process.start()
        return self

    async def listening(self):
        """Asked of the system: a connection that only tries would be one more of its callers'."""
        def is_open():
            rows = [row.split() for row in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
            return any(row[1].endswith(f":{self.port:04X}") and row[3] == "0A" for row in rows)

        await self.start()
        await until(is_open, 15, f"{self.process.name} listens")
        return self

    async def done(self, deadline=120.0):
        """All calls went as the scenario says: what it ends with, and what it counted."""
        status = await self.process.wait(deadline)
        rows = list(csv.DictReader(self._statistics.open(), delimiter=";")) if self._statistics.exists() else []
        good, bad = (int(rows[-1][f"{name}Call(C)"]) if rows else None for name in ("Successful", "Failed"))
        if (status, good, bad) != (0, self._calls, 0):
            said = self._errors.read_text(errors="replace")[:3000] if self._errors.exists() else ""
            raise Missed(f"{self.process.name} ended with {status}, {good} of {self._calls} calls good, {bad} failed:\n{said}")

    @property
    def messages(self):
        """What went over its wire, as it wrote it down."""
        return self._messages.read_text(errors="replace")

    async def stop(self):
        await self.process.stop(2)
