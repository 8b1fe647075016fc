# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab with an enemy in it: evil.test is a partner like fabrikam.test, with a certificate as good, and its server is
a script (../faults/xmpp_peer.py). What fabrikam.test and our users do must go on whatever evil.test does."""

import itertools
import resource

from sip_users import ALICE_JID, JULIET_URI, sip_user
from world import EDGE_ADDRESS, OUR_DOMAIN, World
from xmpp_peer import Initiator, Server, context

EVIL, STRANGER, CLEAR, SPARE = "evil.test", "stranger.test", "clear.test", "spare.test"
EVIL_ADDRESS = "127.0.0.66"
XMPP_PORT = 5269  # no SRV record in the lab: RFC 6120 3.2.2 falls back to this one
OUT = "out.test"  # each fault of a receiving server has a domain of its own below this one
MARK = "forged"   # in everything that must not arrive

_numbers = itertools.count(1)


class Hostile(World):
    """`faults`: domain → class of Steps. start_lab, then partners and the scripted server."""

    def __init__(self, faults=(), **options):
        # A flood needs descriptors: the tests run without systemd's LimitNOFILE.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        super().__init__(**options)
        self.faults = dict(faults)
        self.server = None
        self.alice = self.juliet = None
        self._made = {}

    async def start_hostile(self):
        domains = [EVIL, STRANGER, CLEAR, SPARE, *self.faults]
        await self.start_lab(hosts={domain: EVIL_ADDRESS for domain in domains})
        self.server = Server(EVIL_ADDRESS, XMPP_PORT, context(True, *self.certificate("server", [EVIL, f"*.{OUT}"])),
                             faults=self.faults)
        self.keep(await self.server.start())
        strict = ["partner-type=federated", "tls-negotiation=required", "sasl-negotiation=optional",
                  "support-dialback-negotiation=true"]
        await self.edge.oreectl("xmpp-partner", "add", "fabrikam.test", *strict)
        await self.edge.oreectl("xmpp-partner", "add", EVIL, *strict)
        await self.edge.oreectl("xmpp-partner", "add", CLEAR, "partner-type=federated", "tls-negotiation=not-supported",
                                "sasl-negotiation=not-supported", "support-dialback-negotiation=true")
        for domain, steps in self.faults.items():
            await self.edge.oreectl("xmpp-partner", "add", domain, "partner-type=federated",
                                    *getattr(steps, "record", strict[1:]))
        self.alice = self.keep(await sip_user(self, "alice"))
        self.juliet = await self.xmpp_user("juliet")
        return self

    def certificate(self, name, names, authority=None, **how):
        """(certificate, key) made once."""
        if name not in self._made:
            self._made[name] = (authority or self.authority).issue(f"hostile-{name}", names, **how)
        return self._made[name]

    def client(self, domain=EVIL):
        """What a server of `domain` shows when it calls us."""
        return context(False, *self.certificate(domain, [domain]))

    async def dial(self, domain=EVIL, source=None):
        return await Initiator.dial(EDGE_ADDRESS, self.xmpp_port, source, domain=domain, to=OUR_DOMAIN)

    async def proved(self, domain=EVIL):
        link = await self.dial(domain)
        await link.sign_in(self.client(domain))
        return link

    async def all_is_well(self, deadline=20):
        """A message each way between fabrikam.test and alice; nothing forged has reached her."""
        word = f"all is well {next(_numbers)}"
        self.juliet.say(ALICE_JID, word)
        await self.alice.heard(word, deadline)
        assert await self.alice.say(JULIET_URI, word) in (200, 202)
        await self.juliet.heard(word, deadline)
        assert self.edge.process.running
        forged = [message.packet for message in self.alice.messages.entries
                  if MARK in message.text or MARK in message.packet.get("from")]
        assert not forged, forged

    def rss(self):
        """KiB of the service's memory that are in use: its own, without what it shares with its files."""
        with open(f"/proc/{self.edge.process.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["RssAnon"].split()[0])
