# SPDX-License-Identifier: GPL-3.0-or-later
"""One Prosody with many hosts. Nobody signs in: lab/mod_lab_wire.lua sends for the users called probe and notes what
comes for them, and what each stream proved and whether it was encrypted, as Prosody sees it."""

import asyncio
import os
import pathlib
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from .journal import Journal, until
from .process import Process, free_port

# %-formatted; what other servers need not know is left out, so that two hundred hosts start quickly.
CONFIG = """
pidfile = nil
run_as_root = true
data_path = "%(data)s"
plugin_paths = { "%(plugins)s" }
interfaces = { "%(address)s" }
s2s_ports = { %(s2s_port)d }
lab_wire_ports = { %(wire_port)d }
lab_wire_journal = "%(journal)s"
s2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "saslauth", "tls", "dialback", "smacks", "s2s", "s2s_auth_certs", "posix", "lab_wire"%(more)s }
modules_disabled = { "c2s", "offline" }
authentication = "internal_plain"
s2s_require_encryption = %(encryption)s
s2s_secure_auth = %(secure_auth)s
s2s_timeout = %(timeout)d
unbound = {
  resolvconf = false,
  forward = { "%(resolver)s" },
  options = { ["local-zone:"] = "test. transparent", ["do-not-query-localhost:"] = "no",
              -- A machine that pauses for a second is no name server that is down for two minutes (data/doc/PEERS.md).
              ["infra-cache-min-rtt:"] = "1000", ["infra-host-ttl:"] = "10" },
}
certificates = "%(data)s"
ssl = { cafile = "%(ca)s" }
log = { { levels = { min = "%(level)s" }, to = "console" } }
"""

HOST = """
VirtualHost "%(domain)s"
  modules_disabled = { "c2s", "offline"%(disabled)s }
  ssl = { certificate = "%(certificate)s", key = "%(key)s", cafile = "%(ca)s" }
"""


@dataclass
class Host:
    """`disabled`: Prosody's modules this host goes without."""
    domain: str
    certificate: pathlib.Path
    key: pathlib.Path
    disabled: tuple = ()


@dataclass
class Stanza:
    kind: str        # message, presence, iq
    sender: str
    to: str
    type: str
    id: str
    body: str
    error: str       # the condition, "" when this is no error
    error_text: str


@dataclass
class Stream:
    what: str        # s2sin-established, s2sout-established, s2sin-destroyed, s2sout-destroyed
    sender: str      # the domain that began it
    to: str
    mechanism: str   # EXTERNAL, dialback; none while nothing is proved
    encrypted: bool
    reason: str


def _stanza(text):
    element = ElementTree.fromstring(text.replace("stream:", ""))
    local = lambda node: node.tag.rpartition("}")[2]
    child = lambda name: next((node for node in element if local(node) == name), None)
    body, error = child("body"), child("error")
    conditions = [] if error is None else [local(node) for node in error if local(node) != "text"]
    texts = [] if error is None else [node.text or "" for node in error if local(node) == "text"]
    return Stanza(local(element), element.get("from", ""), element.get("to", ""), element.get("type", ""),
                  element.get("id", ""), "" if body is None else body.text or "",
                  (conditions or ["undefined-condition"])[0] if error is not None else "", "".join(texts))


class ProsodyHosts:
    def __init__(self, directory, hosts, resolver, ca, address, encryption=False, secure_auth=False, timeout=20,
                 level="info", wrapper=(), ports=None, modules=()):
        self.address = address
        self.hosts = list(hosts)
        self.s2s_port, self._wire_port = ports or (free_port(address), free_port(address))
        self._wrapper = list(wrapper)
        self.stanzas = Journal("stanzas for the probes")
        self.streams = Journal("streams")
        self.process = None
        self.up = False
        self._directory = directory
        self._journal = directory / "journal"
        self._position = 0
        self._opened = 0
        self._writer = None
        self._reading = None
        words = lambda flag: "true" if flag else "false"
        self.settings = dict(data=directory / "data", plugins=pathlib.Path(__file__).parent, address=address,
                             s2s_port=self.s2s_port, wire_port=self._wire_port, journal=self._journal,
                             encryption=words(encryption), secure_auth=words(secure_auth), resolver=resolver, ca=ca,
                             timeout=timeout, level=level, more="".join(f', "{name}"' for name in modules))
        directory.mkdir(parents=True, exist_ok=True)

    def register(self, names, server, port=None):
        """In the name server: `server` is the name of this machine; `port`: where it is to be called instead."""
        names.host(server, self.address)
        for host in self.hosts:
            names.service("xmpp-server", host.domain, server, port or self.s2s_port)

    async def start(self):
        config = self._directory / "prosody.cfg.lua"
        config.write_text(CONFIG % self.settings + "".join(
            HOST % dict(vars(host), ca=self.settings["ca"], disabled="".join(f', "{name}"' for name in host.disabled))
            for host in self.hosts))
        env = dict(os.environ, LC_ALL="C.UTF-8")
        self.process = await Process(f"prosody {self._directory.name}", [*self._wrapper, "prosody", "-F", "--config", config],
                                     self._directory / "prosody.log", env=env).start()
        await self.process.ready(self.address, self.s2s_port, 60)
        await self.process.ready(self.address, self._wire_port)
        _, self._writer = await asyncio.open_connection(self.address, self._wire_port)
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._follow())
        opened = self._opened
        await until(lambda: self._opened > opened, 60, f"{self.process.name} running")
        self.up = True
        return self

    def read(self):
        """Takes what the journal has gained."""
        if not self._journal.exists():
            return
        with open(self._journal, "rb") as journal:
            journal.seek(self._position)
            for line in journal:
                if not line.endswith(b"\n"):
                    break
                self._position += len(line)
                self._take(line.decode("utf-8", "replace").rstrip("\n"))

    def _take(self, line):
        what, _, rest = line.partition("\t")
        if what == "stanza":
            self.stanzas.add(_stanza(rest))
        elif what == "open":
            self._opened += 1
        elif what == "unsendable":
            raise AssertionError(f"unsendable: {rest}")
        else:
            sender, to, mechanism, encryption, reason = rest.split("\t")
            self.streams.add(Stream(what, sender, to, mechanism, encryption == "tls", reason))

    async def _follow(self):
        while True:  # a file tells nobody that it grew
            self.read()
            await asyncio.sleep(0.02)

    def write(self, line):
        self._writer.write(line.encode() + b"\n")

    def say(self, sender, to, body, id):
        self.write(f"<message from={quoteattr(sender)} to={quoteattr(to)} id={quoteattr(id)} type='chat'>"
                   f"<body>{escape(body)}</body></message>")

    async def kill(self):
        """What it has taken by now is in the journal, and read."""
        self.up = False
        await self.process.kill()
        self._writer.close()
        self.read()

    async def stop(self):
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self.process is not None:
            self._writer.close()
            await self.process.stop()
            self.read()
