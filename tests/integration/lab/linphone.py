# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIP user: Debian's linphone on the console (linphone-cli)."""

import os
import re

from .baresip import Heard
from .journal import Journal, until
from .process import Process

CONFIG = """[sip]
sip_port=0
sip_tcp_port=0
sip_tls_port=-1
use_ipv6={six}
default_proxy=0
root_ca={ca}
100rel_support_level={reliable}
[rtp]
audio_rtp_port=-1
[net]
dns_srv_enabled=0
[proxy_0]
reg_proxy=<sip:{host}:{port};transport=tls>
reg_route=<sip:{host}:{port};transport=tls;lr>
reg_identity=<{uri}>
reg_expires=600
reg_sendregister=1
publish=1
publish_expires=600
[auth_info_0]
username={user}
passwd={password}
realm={domain}
"""

FRIEND = """[friend_{number}]
url=<{uri}>
pol=accept
subscribe=1
"""

_MESSAGE = re.compile(r"Message received from <?(?P<uri>sips?:[^>\s]+)>?: (?P<text>.*)$")
_FRIEND = re.compile(r'Friend .*<(?P<uri>sips?:[^>;]+)[^>]*> is (?P<status>\w+)')


class Linphone:
    """`hosts` maps names to addresses. It checks that its server's certificate names `host`. `reliable`: it wants its
    provisional responses acknowledged (RFC 3262)."""

    def __init__(self, directory, user, domain, password, host, port, ca, contacts=(), hosts=(), reliable=False):
        self.uri = f"sip:{user}@{domain}"
        self.messages = Journal(f"{self.uri} messages")
        self.directory = directory
        self._statuses = {}
        # It dies of a message it cannot put into its database.
        (directory / ".local" / "share" / "linphone").mkdir(parents=True, exist_ok=True)
        (directory / "linphonerc").write_text(
            CONFIG.format(ca=ca, host=host, port=port, uri=self.uri, user=user, password=password, domain=domain,
                          reliable=2 if reliable else 1,
                          six=int(any(":" in at for at in dict(hosts).values())))
            + "".join(FRIEND.format(number=number, uri=uri) for number, uri in enumerate(contacts)))
        (directory / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{at} {name}\n" for name, at in dict(hosts).items()))
        self.process = None

    async def start(self):
        own = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"]), "sh", "-c",
               'mount --bind "$0" /etc/hosts && exec "$@"', self.directory / "hosts"]
        self.process = Process(f"linphonec {self.uri}", [*own, "stdbuf", "-oL", "linphonec", "-c", self.directory / "linphonerc",
                                                         "-d", "6", "-l", self.directory / "linphone.debug"],
                               self.directory / "linphone.log", cwd=self.directory, stdin=True,
                               env=dict(os.environ, HOME=str(self.directory)))
        self.process.lines = _Lines(self)
        await self.process.start()

        async def signed_in():
            self._command("status register")
            return any("registered, identity=" in line for line in self.process.lines.entries)
        await until(signed_in, 20, f"{self.uri} signed in")
        return self

    def _command(self, text):
        self.process.child.stdin.write(f"{text}\n".encode())

    def on_line(self, line):
        message, friend = _MESSAGE.search(line), _FRIEND.search(line)
        if message:
            self.messages.add(Heard(message["uri"], message["text"]))
        elif friend:
            self._statuses[friend["uri"]] = friend["status"]

    async def line(self, words, deadline=20.0, since=0):
        """A line of its output that holds `words`."""
        return await self.process.lines.wait(lambda line: words in line, deadline, since, what=words)

    async def received(self, method, deadline=20.0):
        """A request, as it wrote it down."""
        log = self.directory / "linphone.debug"
        await until(lambda: f"\n{method} sip" in log.read_text(errors="replace"), deadline, f"{self.uri} is asked {method}")

    def dial(self, uri):
        self._command("soundcard use files")  # no sound card is needed
        self._command(f"call {uri}")

    def accept(self):
        self._command("soundcard use files")
        self._command("answer")

    def hang_up(self):
        self._command("terminate")

    def say(self, to, text):
        self._command(f"chat {to} {text}")

    async def heard(self, text, deadline=30.0, since=None):
        return await self.messages.wait(lambda message: message.text == text, deadline, since, what=f"message {text!r}")

    async def sees(self, uri, status, deadline=30.0):
        await until(lambda: self._statuses.get(uri) == status, deadline, f"{self.uri} sees {uri} {status}")

    async def stop(self):
        if self.process is not None:
            self._command("quit")
            await self.process.stop(5)


class _Lines(Journal):
    def __init__(self, client):
        super().__init__("linphone output")
        self._client = client

    def add(self, entry):
        super().add(entry)
        self._client.on_line(entry)
