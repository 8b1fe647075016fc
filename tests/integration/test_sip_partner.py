# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP federation with Debian's Kamailio as a partner, litware.test, over mutual TLS."""

import pytest
from conftest import run
from lab.baresip import Baresip
from lab.kamailio import Kamailio
from lab.journal import until
from sip_users import ALICE
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, World
from lab.process import free_port
from lab import pki

LITWARE, LITWARE_ADDRESS = "litware.test", "127.0.0.3"
CAROL = f"sip:carol@{LITWARE}"
EDGE_NAME = f"sip.{OUR_DOMAIN}"


class Partners(World):
    """Our service with its front end, and Kamailio at litware.test; DNS names both."""

    async def start_sip(self):
        self.authority = pki.Authority(self.directory, "litware-ca")
        self.names = self.make_names()
        self.outside_port = free_port(EDGE_ADDRESS)
        self.names.host(EDGE_NAME, EDGE_ADDRESS)
        self.names.service("sipfederationtls", OUR_DOMAIN, EDGE_NAME, self.outside_port)
        self.trust = self.directory / "trust.pem"
        self.trust.write_bytes(self.authority.certificate.read_bytes())
        certificate, key = self.authority.issue("sip-litware", [f"sip.{LITWARE}"])
        self.kamailio = Kamailio(self.directory / "litware", LITWARE, certificate, key, self.trust,
                                 f"sip:{EDGE_ADDRESS}:{self.outside_port};transport=tls", OUR_DOMAIN,
                                 hosts={EDGE_NAME: EDGE_ADDRESS}, address=LITWARE_ADDRESS)
        self.kamailio.add_user("carol", "carol")
        self.names.host(f"sip.{LITWARE}", LITWARE_ADDRESS)
        self.names.service("sipfederationtls", LITWARE, f"sip.{LITWARE}", self.kamailio.port)
        self.keep(await self.names.start())
        self.edge.settings["dns", "forwarders"] = self.names.endpoint
        self.edge.settings["tls", "trust-anchors"] = str(self.authority.certificate)
        await self.start()
        pki.bundle(self.trust, self.authority.certificate, self.edge_authority)
        self.keep(await self.kamailio.start())
        await self.edge.oreectl("topology", "set", "sip-federation-enabled=true",
                                f"access-edge-external-port={self.outside_port}")
        await self.edge.oreectl("allowed-domain", "add", LITWARE)
        return self

    async def at_litware(self, name, contacts=(ALICE,)):
        user = Baresip(self.directory / f"baresip-{name}", name, LITWARE, name, LITWARE_ADDRESS, self.kamailio.port,
                       self.authority.certificate, contacts)
        return await user.start()

    async def sip_connections(self):
        rows = await self.edge.bus.call("Monitor", "Connections", "(a{sv})", {})
        return [row for row in rows if row["protocol"] == "sip" and row["leg"] == "partner"]


@pytest.fixture(scope="module")
def world():
    world = Partners()
    try:
        run(world.start_sip())
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def pair(world):
    alice = run(world.sip_user("alice", [CAROL]))
    carol = run(world.at_litware("carol"))
    yield alice, carol
    run(carol.stop())
    run(alice.stop())


async def test_messages_both_ways(world, pair):
    alice, carol = pair
    await alice.say("to litware")
    assert (await carol.heard("to litware", 20)).sender.partition(";")[0] == ALICE
    await carol.say("and back\nagain")
    assert (await alice.heard("and back\nagain", 20)).sender.partition(";")[0] == CAROL
    rows = await world.sip_connections()
    assert {row["direction"] for row in rows} == {"in", "out"}
    for row in rows:
        assert (row["partner"], row["relation"], row["certificate-name"]) == (LITWARE, "allowed-domain", f"sip.{LITWARE}")


async def test_presence_both_ways(world, pair):
    alice, carol = pair
    await alice.sees(CAROL, "Online", 30)
    await carol.sees(ALICE, "Online", 30)
    await carol.offline()
    await alice.sees(CAROL, "Offline", 30)
    await alice.offline()
    await carol.sees(ALICE, "Offline", 30)
