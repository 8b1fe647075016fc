# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIP user: Debian's baresip. It takes loopback when the address is given as a literal."""

import asyncio
import json
import re
from dataclasses import dataclass

from .journal import Journal, until
from .process import Process, free_port, literal

CONFIG = """poll_method epoll
sip_listen {literal}:0
sip_cafile {ca}
net_interface {address}
call_max_calls 4
audio_alert none
module_path /usr/lib/baresip/modules
module stdio.so
module_tmp account.so
module_app menu.so
module_app contact.so
module_app presence.so
module_app ctrl_tcp.so
ctrl_tcp_listen {literal}:{control}
"""

# Sound that needs no sound card.
SOUND = """module g711.so
module aubridge.so
audio_player aubridge,lab
audio_source aubridge,lab
"""

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_CONTACT = re.compile(r"^\W*(?P<status>\w+)\s.*<(?P<uri>[^>;]+)[^>]*>\s*$")
_MESSAGE = re.compile(r'^(?P<uri>sips?:[^ "]+): "(?P<text>.*)$')


@dataclass
class Heard:
    sender: str
    text: str


class Baresip:
    """One contact at a time is the one it writes to; it watches the presence of all of `contacts`."""

    def __init__(self, directory, user, domain, password, host, port, ca, contacts=(), address="127.0.0.1",
                 trace=False, sound=False, dns=None):
        """`sound`: it makes and takes calls, with `dns` ("address:port") where servers give names to their routes."""
        self.uri = f"sip:{user}@{domain}"
        self.messages = Journal(f"{self.uri} messages")
        self.directory = directory
        self.contacts = list(contacts)
        self._control_port = free_port(address)
        self._address = address
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "config").write_text(CONFIG.format(address=address, literal=literal(address), ca=ca,
                                                        control=self._control_port)
                                          + (SOUND if sound else "") + (f"dns_server {dns}\n" if dns else ""))
        (directory / "accounts").write_text(
            f"<{self.uri};transport=tls>;auth_user={user};auth_pass={password}"
            f';outbound="sip:{literal(host)}:{port};transport=tls";regint=600;pubint=600;answermode=manual\n')
        self._trace = ["-s"] if trace else []
        self.process = None
        self._partial = None
        self._reader = self._writer = None
        self._turn = asyncio.Lock()

    async def start(self):
        (self.directory / "contacts").write_text(
            "".join(f'"{uri.split(":")[1].split("@")[0]}" <{uri}>;presence=p2p\n' for uri in self.contacts))
        # stdbuf: into a pipe baresip would speak in blocks of 4 KiB.
        self.process = Process("baresip", ["stdbuf", "-oL", "baresip", "-f", self.directory, *self._trace],
                               self.directory / "baresip.log", cwd=self.directory, stdin=True)
        self.process.lines = _Lines(self)
        await self.process.start()
        # What it says itself: a challenge in its trace is no end.
        await self.process.lines.wait(lambda line: "registered successfully" in line
                                      or not line.startswith("SIP/2.0") and ("Forbidden" in line or "Unauthorized" in line),
                                      deadline=20, what="sign-in")
        await self.process.ready(self._address, self._control_port)
        self._reader, self._writer = await asyncio.open_connection(self._address, self._control_port)
        return self

    def _on_line(self, line):
        line = _ESCAPES.sub("", line).strip("\r")
        if self._partial is not None:
            self._partial.text += "\n" + line
        else:
            message = _MESSAGE.match(line)
            if message is None:
                return
            self._partial = Heard(message["uri"], message["text"])
        if self._partial.text.endswith('"'):  # baresip escapes nothing: a line that ends so ends the message
            self._partial.text = self._partial.text[:-1]
            self.messages.add(self._partial)
            self._partial = None

    async def _command(self, command, parameters=None):
        """What baresip answers on its control connection (JSON in netstrings)."""
        words = {"command": command, "token": "lab"}
        if parameters:
            words["params"] = parameters
        text = json.dumps(words, ensure_ascii=False).encode()
        async with self._turn:
            self._writer.write(str(len(text)).encode() + b":" + text + b",")
            while True:
                length = int((await asyncio.wait_for(self._reader.readuntil(b":"), 10))[:-1])
                reply = json.loads(await self._reader.readexactly(length))
                await self._reader.readexactly(1)
                if reply.get("response"):
                    return reply["data"]

    async def say(self, text):
        """To the current contact: the first one."""
        await self._command("message", text)

    async def line(self, words, deadline=20.0, since=None):
        """A line of its output that holds `words`."""
        return await self.process.lines.wait(lambda line: words in line, deadline, since, what=words)

    async def dial(self, uri):
        await self._command("dial", uri)

    async def accept(self):
        await self._command("accept")

    async def hang_up(self):
        await self._command("hangup")

    async def offer_again(self):
        """A re-INVITE in the call at hand."""
        await self._command("reinvite")

    async def online(self):
        await self._command("presence_online")

    async def offline(self):
        await self._command("presence_offline")

    async def heard(self, text, deadline=30.0, since=None):
        return await self.messages.wait(lambda message: message.text == text, deadline, since,
                                        what=f"message {text!r}")

    async def status_of(self, uri):
        """"Online", "Offline", "Busy", "Unknown"; baresip tells of a change only between known ones."""
        for line in _ESCAPES.sub("", await self._command("contacts")).splitlines():
            contact = _CONTACT.match(line)
            if contact and contact["uri"] == uri:
                return contact["status"]
        return None

    async def sees(self, uri, status, deadline=30.0):
        async def look():
            return await self.status_of(uri) == status
        await until(look, deadline, f"{self.uri} sees {uri} {status}")

    async def stop(self):
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self.process is not None:
            await self.process.stop(5)


class _Lines(Journal):
    def __init__(self, client):
        super().__init__("baresip output")
        self._client = client

    def add(self, entry):
        super().add(entry)
        self._client._on_line(entry)

