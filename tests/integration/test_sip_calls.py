# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls between our users and a partner's, all of them Debian's baresip, the partner Debian's Kamailio over mutual TLS: our users
on the embedded front end or behind another Kamailio, the partner on IPv4 or IPv6. Set up, taken up anew, hung up, called off,
declined, both ways; messages and presence too."""

import subprocess

import pytest
from conftest import run
from lab import pki
from lab.baresip import Baresip
from lab.kamailio import Kamailio
from lab.linphone import Linphone
from lab.process import free_port, literal
from sip_users import ALICE
from sip_world import EDGE_NAME, LITWARE, SipWorld
from world import EDGE_ADDRESS, NEXT_HOP, OUR_DOMAIN, OUR_PASSWORD

SIXWARE = "sixware.test"
# Not ::1: glibc finds 127.0.0.1 too for a name that /etc/hosts gives that address, and Kamailio believes it.
SIX = "fd00:0:0:5061::1"
ADDRESSES = {LITWARE: "127.0.0.3", SIXWARE: SIX}


class Calls(SipWorld):
    def prepare_names(self, names):
        names.host(f"edge.{OUR_DOMAIN}", EDGE_ADDRESS)
        names.host(f"edge.{OUR_DOMAIN}", SIX)
        names.host(NEXT_HOP, EDGE_ADDRESS)
        for domain, address in ADDRESSES.items():
            self.ports[domain] = free_port(address)
            names.host(f"sip.{domain}", address)
            names.service("sipfederationtls", domain, f"sip.{domain}", self.ports[domain])

    async def start_calls(self, front_end):
        await self.start_sip(domains=(), allowed=tuple(ADDRESSES), settings=[
            f"access-edge-external-addresses={EDGE_ADDRESS},{SIX}", f"internal-addresses={EDGE_ADDRESS},{SIX}"])
        trust = pki.bundle(self.directory / "trust.pem", self.authority.certificate, self.edge_authority)
        self.partners = {}
        for domain, address in ADDRESSES.items():
            certificate, key = self.certificate(f"sip.{domain}")
            edge = SIX if address == SIX else EDGE_ADDRESS
            server = Kamailio(self.directory / domain, domain, certificate, key, trust,
                              f"sip:{literal(edge)}:{self.outside_port};transport=tls", OUR_DOMAIN,
                              hosts={EDGE_NAME: edge, f"sip.{domain}": address}, address=address, port=self.ports[domain])
            server.add_user("carol", "carol")
            self.partners[domain] = self.keep(await server.start())
        self.kamailio = None
        if front_end == "next-hop":
            # It stands on both families, as we do: nobody relays sound, so a caller has the family of whom she calls.
            self.six_port = free_port(SIX)
            await self.start_kamailio(["alice"], self.authority, trust, also=[f"tls:{literal(SIX)}:{self.six_port}"])
        return self

    async def alice(self, carol, address):
        """She looks up the names in routes before she finds the connection she has."""
        options = {"sound": True, "trace": True, "dns": self.names.endpoint.replace("@", ":")}
        if self.kamailio is not None:
            port = self.six_port if address == SIX else self.kamailio.port
            user = Baresip(self.directory / "alice", "alice", OUR_DOMAIN, "alice", address, port, self.authority.certificate,
                           [carol], address=address, **options)
        else:
            user = Baresip(self.directory / "alice", "alice", OUR_DOMAIN, OUR_PASSWORD, address, self.sip_port,
                           self.edge_authority, [carol], address=address, **options)
        return await user.start()

    async def carol(self, domain):
        address = ADDRESSES[domain]
        user = Baresip(self.directory / f"carol-{domain}", "carol", domain, "carol", address, self.ports[domain],
                       self.authority.certificate, [ALICE], address=address, sound=True, trace=True)
        return await user.start()


@pytest.fixture(scope="module")
def six():
    """An address that is not loopback's own."""
    added = subprocess.run(["ip", "-6", "address", "add", f"{SIX}/128", "dev", "lo", "nodad"], capture_output=True, text=True)
    if added.returncode:
        pytest.skip(f"this network is not ours to change: {added.stderr}")


@pytest.fixture(scope="module", params=["embedded", "next-hop"])
def world(request, six):
    world = Calls()
    try:
        yield run(world.start_calls(request.param))
    finally:
        run(world.stop())


@pytest.fixture(params=list(ADDRESSES))
def pair(world, request):
    """(Alice, Carol, Carol's address)."""
    domain = request.param
    uri = f"sip:carol@{domain}"
    alice = run(world.alice(uri, SIX if domain == SIXWARE else EDGE_ADDRESS))
    carol = run(world.carol(domain))
    yield alice, carol, uri
    run(carol.stop())
    run(alice.stop())


async def rings(caller, callee, uri):
    """Where the lines of both begin."""
    marks = [len(user.process.lines.entries) for user in (caller, callee)]
    await caller.dial(uri)
    await callee.line("Incoming call", since=marks[1])
    await caller.line("180 Ringing", since=marks[0])
    return marks


async def test_calls_both_ways(world, pair):
    alice, carol, uri = pair
    before = await world.edge.bus.counters()
    for caller, callee, to in (alice, carol, uri), (carol, alice, ALICE):
        marks = await rings(caller, callee, to)
        await callee.accept()
        for user, mark in zip((caller, callee), marks):
            await user.line("Call established", since=mark)
        # Each offers anew, within the dialog; the other takes it.
        for user, other in (caller, callee), (callee, caller):
            since = len(other.process.lines.entries)
            await user.offer_again()
            await other.line("INVITE sip:", since=since)
            await other.line("ACK sip:", since=since)  # its success arrived
        await callee.hang_up()
        await caller.line("session closed", since=marks[0])

        marks = await rings(caller, callee, to)
        await caller.hang_up()  # called off
        await callee.line("closed", since=marks[1])

        marks = await rings(caller, callee, to)
        await callee.hang_up()  # busy
        await caller.line("session closed: 486", since=marks[0])
    after = await world.edge.bus.counters()
    # Each way three INVITE and, in the dialog, two more and a BYE: all passed through us.
    for counter in "sip-to-partners", "sip-from-partners":
        assert after[counter] - before[counter] >= 3 + 1 + 1, counter


async def test_messages_and_presence_both_ways(world, pair):
    alice, carol, uri = pair
    await alice.say(f"to {uri}")
    assert (await carol.heard(f"to {uri}", 20)).sender.partition(";")[0] == ALICE
    await carol.say("and back\nagain")
    assert (await alice.heard("and back\nagain", 20)).sender.partition(";")[0] == uri
    await alice.sees(uri, "Online", 30)
    await carol.sees(ALICE, "Online", 30)
    await carol.offline()
    await alice.sees(uri, "Offline", 30)
    await alice.offline()
    await carol.sees(ALICE, "Offline", 30)


async def test_nobody_publishes_for_another(world):
    """Not even a partner's user of her name."""
    other = await world.link(LITWARE, "alice", [f"sip.{LITWARE}"])
    document = (f"<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='{ALICE}'><tuple id='x'><status><basic>open</basic></status>"
                "</tuple></presence>")
    assert await other.status("PUBLISH", ALICE, headers=["Event: presence", "Expires: 60", "Content-Type: application/pidf+xml"],
                              body=document.encode()) == 403
    await other.stop()


async def test_no_family_in_common(world):
    """Nobody relays sound: Carol's program, which has one family, declines an offer of the other itself."""
    alice, carol = await world.alice(f"sip:carol@{SIXWARE}", EDGE_ADDRESS), await world.carol(SIXWARE)
    await alice.dial(f"sip:carol@{SIXWARE}")
    await alice.line("session closed: 488")
    await carol.stop()
    await alice.stop()


@pytest.mark.parametrize("domain", list(ADDRESSES))
async def test_linphone_calls(world, domain):
    """Both of them linphone, both ways; who rings does so reliably, which the other one acknowledges (RFC 3262)."""
    uri = f"sip:carol@{domain}"
    six = domain == SIXWARE
    behind = world.kamailio is not None
    address = SIX if six else EDGE_ADDRESS
    port = world.sip_port if not behind else world.six_port if six else world.kamailio.port
    alice = Linphone(world.directory / f"linphone-alice-{domain}", "alice", OUR_DOMAIN, "alice" if behind else OUR_PASSWORD,
                     NEXT_HOP if behind else f"edge.{OUR_DOMAIN}", port,
                     world.authority.certificate if behind else world.edge_authority,
                     hosts={NEXT_HOP: address, f"edge.{OUR_DOMAIN}": address}, reliable=True)
    carol = Linphone(world.directory / f"linphone-carol-{domain}", "carol", domain, "carol", f"sip.{domain}", world.ports[domain],
                     world.authority.certificate, hosts={f"sip.{domain}": ADDRESSES[domain]}, reliable=True)
    await alice.start()
    await carol.start()
    for caller, callee, to in (alice, carol, uri), (carol, alice, ALICE):
        marks = [user.process.lines.mark() for user in (caller, callee)]
        caller.dial(to)
        await callee.line("Receiving new incoming call", since=marks[1])
        await caller.line("ringing", since=marks[0])
        await callee.received("PRACK")
        callee.accept()
        for user, mark in zip((caller, callee), marks):
            await user.line("Media streams established", since=mark)
        callee.hang_up()
        for user, mark in zip((caller, callee), marks):
            await user.line("ended", since=mark)
    await alice.stop()
    await carol.stop()


async def test_linphone_writes_and_sees(world):
    """Another program of our user's."""
    uri = f"sip:carol@{LITWARE}"
    behind = world.kamailio is not None
    alice = Linphone(world.directory / "linphone", "alice", OUR_DOMAIN, "alice" if behind else OUR_PASSWORD,
                     NEXT_HOP if behind else f"edge.{OUR_DOMAIN}", world.kamailio.port if behind else world.sip_port,
                     world.authority.certificate if behind else world.edge_authority, [uri],
                     {NEXT_HOP: EDGE_ADDRESS, f"edge.{OUR_DOMAIN}": EDGE_ADDRESS})
    carol = await world.carol(LITWARE)
    await alice.start()
    alice.say(uri, "from linphone")
    assert (await carol.heard("from linphone", 20)).sender.partition(";")[0] == ALICE
    await carol.say("to linphone")
    assert (await alice.heard("to linphone", 20)).sender.partition(";")[0] == uri
    await alice.sees(uri, "Online", 20)
    await carol.sees(ALICE, "Online", 30)
    await carol.offline()
    await alice.sees(uri, "Offline", 20)
    await alice.stop()
    await carol.stop()
