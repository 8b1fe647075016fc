# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method that crosses, with real servers and SIPp as the users: SIPp over TCP to Debian's Kamailio as our next hop (or to our
embedded front end, through a door), to us, over mutual TLS to another Kamailio at litware.test, over TCP to SIPp; and back."""

import pytest
from conftest import run
from lab import pki
from lab.clock import Clock
from lab.door import Door
from lab.journal import until
from lab.kamailio import Kamailio
from lab.process import free_port
from lab.sipp import Sipp
from sip_users import ALICE
from sip_world import EDGE_NAME, LITWARE, PARTNER_ADDRESS, SipWorld
from world import EDGE_ADDRESS, NEXT_HOP, OUR_DOMAIN, OUR_PASSWORD

CAROL = f"sip:carol@{LITWARE}"


def to_a_device(uri):
    """Every user's device is there, without having signed in, and takes even what a server does itself."""
    return [('if (is_method("PUBLISH|SUBSCRIBE")) {\n    route(PRESENCE);', 'if (is_method("SUBSCRIBE")) {\n    route(PRESENCE);'),
            ('if (!lookup("location")) {', f'$ru = "{uri}";\n  if ($ru == "") {{')]


class Methods(SipWorld):
    def prepare_names(self, names):
        names.host(f"edge.{OUR_DOMAIN}", EDGE_ADDRESS)
        names.host(NEXT_HOP, EDGE_ADDRESS)

    async def start_methods(self, front_end):
        self.clock = Clock(self.edge, self.directory / "clock")
        await self.start_sip(domains=(LITWARE,))
        trust = pki.bundle(self.directory / "trust.pem", self.authority.certificate, self.edge_authority)
        self.plain = {address: free_port(address) for address in (EDGE_ADDRESS, PARTNER_ADDRESS)}
        self.devices = {address: free_port(address) for address in self.plain}
        self._numbers = iter(range(1000))

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
        self.kamailio = None
        if front_end == "next-hop":
            await self.start_kamailio(["alice"], self.authority, trust, **options(EDGE_ADDRESS))
        return self

    async def door(self, program=None):
        """To the embedded front end, as Alice."""
        return await Door(ALICE, OUR_PASSWORD, EDGE_ADDRESS, self.sip_port, self.edge_authority, program).open()

    def sipp(self, scenario, address, **options):
        return Sipp(self.directory / f"sipp-{next(self._numbers)}", scenario, address, **options)

    async def called(self, stack, scenario, address, calls=1):
        """SIPp, as Carol or as a device of Alice's."""
        words = {}
        port = self.devices[address]
        if address == EDGE_ADDRESS and self.kamailio is None:
            port = free_port(address)
            door = await self.door((address, port))
            stack.append(door.close)
            words["contact"] = door.contact.strip("<>")
        program = self.sipp(scenario, address, port=port, calls=calls, **words)
        stack.append(program.stop)
        return await program.listening()

    async def calling(self, stack, scenario, address, calls=1):
        """The same, who calls."""
        sender, receiver = (ALICE, CAROL) if address == EDGE_ADDRESS else (CAROL, ALICE)
        words = {"from": sender.removeprefix("sip:"), "to": receiver.removeprefix("sip:"), "domain": receiver.partition("@")[2]}
        port = self.plain[address]
        if address == EDGE_ADDRESS and self.kamailio is None:
            door = await self.door()
            stack.append(door.close)
            words["contact"] = door.contact.strip("<>")
            port = door.port
        program = self.sipp(scenario, address, remote=(address, port), calls=calls, **words)
        stack.append(program.stop)
        return await program.start()


@pytest.fixture(scope="module", params=["next-hop", "embedded"])
def world(request):
    world = Methods()
    try:
        yield run(world.start_methods(request.param))
    finally:
        run(world.stop())


@pytest.fixture
def stack():
    """What is to be ended, last first."""
    stack = []
    yield stack
    for stop in reversed(stack):
        run(stop())


@pytest.fixture(params=["outward", "inward"])
def talk(world, stack, long, request):
    """Runs two scenarios against each other, `talk.calls` times: one of ours calls, or is called."""
    at, to = (EDGE_ADDRESS, PARTNER_ADDRESS) if request.param == "outward" else (PARTNER_ADDRESS, EDGE_ADDRESS)

    async def talk(caller, callee):
        called = await world.called(stack, callee, to, talk.calls)
        calling = await world.calling(stack, caller, at, talk.calls)
        await calling.done()
        await called.done()

    talk.at, talk.calls = at, 100 if long else 5
    return talk


async def test_methods_without_a_dialog(world, talk):
    """MESSAGE, OPTIONS, INFO, SERVICE are answered; BENOTIFY never is, and nothing waits for that."""
    before = await world.edge.bus.counters()
    await talk("asks", "answers")
    world.clock.passes(40)  # Timer F of whatever waits
    after = await world.edge.bus.counters()
    assert after["sip-timeouts"] == before["sip-timeouts"]
    assert sum(after[name] - before[name] for name in ("sip-to-partners", "sip-from-partners")) == talk.calls * 5


async def test_a_refusal_that_nobody_hears(world):
    """Not even that we serve no such domain: what is asked after it on the same connection is answered."""
    carol = await world.link(LITWARE, "carol", [f"sip.{LITWARE}"])
    nobody = "sip:nobody@nowhere.test"
    since = carol.packets.mark()
    told = carol.send("BENOTIFY", nobody, f"<{nobody}>", headers=["Event: presence", "Subscription-State: active"])
    assert await carol.status("MESSAGE", nobody) == 404
    assert [packet.method for packet in carol.packets.entries[since:]] == ["MESSAGE"] and not told.done()
    await carol.stop()


async def test_publish(world, talk):
    if world.kamailio is not None or talk.at == EDGE_ADDRESS:
        await talk("publishes", "stores")
        return
    # The front end takes what is published there itself, and from nobody for somebody else.
    carol, since = await world.link(LITWARE, "carol", [f"sip.{LITWARE}"]), world.edge.bus.events.mark()
    document = (f"<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='{ALICE}'><tuple id='x'><status><basic>open</basic></status>"
                "</tuple></presence>")
    assert await carol.status("PUBLISH", ALICE, headers=["Event: presence", "Expires: 60", "Content-Type: application/pidf+xml"],
                              body=document.encode()) == 403
    event = await world.edge.bus.event("sip-request-refused", to=ALICE, since=since)
    assert event["details"]["reason"] == "identity-mismatch"
    await carol.stop()


async def test_all_that_belongs_to_a_call(talk):
    await talk("calls", "takes")


async def test_a_call_that_is_called_off(talk):
    await talk("gives-up", "rings")


@pytest.mark.parametrize("world", ["embedded"], indirect=True)
async def test_two_devices_ring(world, stack):
    """Of Alice's at the front end SIPp rings reliably, and is asked anew while it does; baresip takes the call, and SIPp is
    called off."""
    alice = await world.sip_user("alice", sound=True, dns=world.names.endpoint.replace("@", ":"))
    stack.append(alice.stop)
    early = await world.called(stack, "early", EDGE_ADDRESS)
    caller = await world.calling(stack, "forks", PARTNER_ADDRESS)
    await alice.line("Incoming call")
    await until(lambda: caller.messages.count("CSeq: 3 UPDATE") == 2, 30, "the answer to UPDATE")
    await alice.accept()
    await caller.done()
    await early.done()
    await alice.line("session closed")
