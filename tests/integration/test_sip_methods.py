# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method that crosses, with real servers on both sides and SIPp as the users: SIPp over TCP to Debian's Kamailio as our next
hop, to us, over mutual TLS to another Kamailio at litware.test, over TCP to SIPp; and back."""

import pytest
from conftest import run
from lab import pki
from lab.clock import Clock
from lab.kamailio import Kamailio
from lab.process import free_port
from lab.sipp import Sipp
from sip_world import EDGE_NAME, LITWARE, PARTNER_ADDRESS, SipWorld
from world import EDGE_ADDRESS, NEXT_HOP, OUR_DOMAIN

ALICE, CAROL = f"alice@{OUR_DOMAIN}", f"carol@{LITWARE}"


def to_a_device(uri):
    """Every user's device is there, without having signed in, and takes even what a server does itself."""
    return [('if (is_method("PUBLISH|SUBSCRIBE")) {\n    route(PRESENCE);', 'if (is_method("SUBSCRIBE")) {\n    route(PRESENCE);'),
            ('if (!lookup("location")) {', f'$ru = "{uri}";\n  if ($ru == "") {{')]


class Methods(SipWorld):
    def prepare_names(self, names):
        names.host(f"edge.{OUR_DOMAIN}", EDGE_ADDRESS)
        names.host(NEXT_HOP, EDGE_ADDRESS)

    async def start_methods(self):
        await self.start_sip(domains=(LITWARE,))
        trust = pki.bundle(self.directory / "trust.pem", self.authority.certificate, self.edge_authority)
        self.plain = {EDGE_ADDRESS: free_port(EDGE_ADDRESS), PARTNER_ADDRESS: free_port(PARTNER_ADDRESS)}
        self.devices = {EDGE_ADDRESS: free_port(EDGE_ADDRESS), PARTNER_ADDRESS: free_port(PARTNER_ADDRESS)}

        def options(address):
            return {"trusting": True, "also": [f"tcp:{address}:{self.plain[address]}"],
                    "misfit": to_a_device(f"sip:device@{address}:{self.devices[address]};transport=tcp")}

        certificate, key = self.certificate(f"sip.{LITWARE}")
        server = Kamailio(self.directory / LITWARE, LITWARE, certificate, key, trust,
                          f"sip:{EDGE_ADDRESS}:{self.outside_port};transport=tls", OUR_DOMAIN,
                          hosts={EDGE_NAME: EDGE_ADDRESS, f"sip.{LITWARE}": PARTNER_ADDRESS}, address=PARTNER_ADDRESS,
                          port=self.ports[LITWARE], **options(PARTNER_ADDRESS))
        server.add_user("carol", "carol")
        self.keep(await server.start())
        await self.start_kamailio(["alice"], self.authority, trust, **options(EDGE_ADDRESS))
        return self


@pytest.fixture(scope="module")
def world():
    world = Methods()
    world.clock = Clock(world.edge, world.directory / "clock")
    try:
        yield run(world.start_methods())
    finally:
        run(world.stop())


@pytest.fixture(params=["outward", "inward"])
def talk(world, request):
    """Runs two scenarios against each other: one of ours calls, or is called."""
    here, there = (EDGE_ADDRESS, ALICE), (PARTNER_ADDRESS, CAROL)
    (at, sender), (to, receiver) = (here, there) if request.param == "outward" else (there, here)
    started = []

    async def talk(caller, callee, calls):
        where = world.directory / f"sipp-{request.param}"
        called = await Sipp(where, callee, to, world.devices[to], calls=calls).listening()
        started.append(called)
        words = {"from": sender, "to": receiver, "domain": receiver.partition("@")[2]}
        calling = await Sipp(where, caller, at, remote=(at, world.plain[at]), calls=calls, **words).start()
        started.append(calling)
        await calling.done()
        await called.done()
        return calling, called

    yield talk
    for program in started:
        run(program.stop())


async def test_methods_without_a_dialog(world, talk):
    """MESSAGE, OPTIONS, INFO, PUBLISH, SERVICE are answered; BENOTIFY never is, and nothing waits for that."""
    before = await world.edge.bus.counters()
    await talk("asks", "answers", 5)
    world.clock.passes(40)  # Timer F of whatever waits
    after = await world.edge.bus.counters()
    assert after["sip-timeouts"] == before["sip-timeouts"]
    assert sum(after[name] - before[name] for name in ("sip-to-partners", "sip-from-partners")) == 5 * 7


async def test_all_that_belongs_to_a_call(talk):
    await talk("calls", "takes", 5)


async def test_a_call_that_is_called_off(talk):
    await talk("gives-up", "rings", 5)
