# SPDX-License-Identifier: GPL-3.0-or-later
"""pidgin-sipe, a Lync client nobody here wrote, in libpurple without a face (tests/clients/purple-im.c)."""

import asyncio
import os
from dataclasses import dataclass

from .journal import Journal
from .process import Process


@dataclass
class Line:
    word: str   # online, offline, heard, typing, sees, notice
    who: str
    text: str


class Lync:
    def __init__(self, build, directory, name, domain, host, port):
        self._argv = [build / "tests" / "clients" / "purple-im", directory, "prpl-sipe", f"{name}@{domain},{name}", "none",
                      f"server={host}:{port}", "transport=tls", "useragent=UCCAPI/4.0.7577.0 OC/4.0.7577.0"]
        self._log = directory.with_suffix(".log")
        self.uri = f"sip:{name}@{domain}"
        self.lines = Journal(f"{name} at pidgin-sipe")

    async def start(self):
        self.process = await Process(f"purple-im {self.uri}", self._argv, self._log, stdin=True,
                                     env=dict(os.environ, PURPLE_IM_DEBUG="1")).start()
        self.process.lines.on_add = self._on_line
        for line in self.process.lines.entries:
            self._on_line(line)
        outcome = await self.lines.wait(lambda line: line.word in ("online", "offline"), 30, what="sign-in")
        assert outcome.word == "online", outcome
        return self

    def _on_line(self, text):
        word, _, rest = text.rstrip("\n").partition(" ")
        if word in ("heard", "sees", "typing"):
            who, _, rest = rest.partition(" ")
        else:
            who = ""
        if word in ("online", "offline", "heard", "typing", "sees", "notice"):
            self.lines.add(Line(word, who, rest.replace("\\n", "\n").replace("\\\\", "\\")))

    def _command(self, *words):
        self.process.child.stdin.write((" ".join(words) + "\n").encode())

    def say(self, to, text):
        self._command("say", to, text.replace("\\", "\\\\").replace("\n", "\\n"))

    def close(self, to):
        """As a person closes the window."""
        self._command("close", to)

    def typing(self, to):
        self._command("typing", to)

    async def heard(self, text, deadline=20.0, since=None):
        return await self.lines.wait(lambda line: line.word == "heard" and line.text == text, deadline, since,
                                     what=f"message {text!r}")

    async def stop(self):
        self._command("quit")
        await asyncio.wait_for(self.process.child.wait(), 15)
        await self.process.stop()
