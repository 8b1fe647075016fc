# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP federation over mutual TLS: Debian's Kamailio as the partner litware.test (calls and presence: test_sip_calls.py), and
scripted partners where a packaged one does not do what is asked of it."""

import asyncio
import re

import pytest
from conftest import restored, run
from lab import pki
from lab.baresip import Baresip
from lab.journal import Journal, until
from lab.kamailio import Kamailio
from lab.process import free_port
from sip_edge import SipPartner
from next_hop import SDP
from sip_partner import PartnerLink, context
from sip_peer import SipUser, address, token
from sip_users import ALICE, BOB, sip_user
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, World

LITWARE, LITWARE_ADDRESS = "litware.test", "127.0.0.3"
CAROL = f"sip:carol@{LITWARE}"
EDGE_NAME = f"sip.{OUR_DOMAIN}"
# Scripted ones: two servers, each family; a server that its record names; a stranger.
ADATUM, DIRECT, STRANGER = "adatum.test", "direct.test", "stranger.test"
DIRECT_SERVER = "edge.elsewhere.test"


class Partners(World):
    """Our service with its front end, Kamailio at litware.test; DNS names all."""

    async def start_sip(self):
        self.authority = pki.Authority(self.directory, "partners-ca")
        self.make_names()
        self.outside_port = free_port(EDGE_ADDRESS)
        self.names.host(EDGE_NAME, EDGE_ADDRESS)
        self.names.host(f"edge.{OUR_DOMAIN}", EDGE_ADDRESS)
        self.names.service("sipfederationtls", OUR_DOMAIN, EDGE_NAME, self.outside_port)
        self.trust = self.directory / "trust.pem"
        self.trust.write_bytes(self.authority.certificate.read_bytes())
        certificate, key = self.authority.issue("sip-litware", [f"sip.{LITWARE}"])
        self.kamailio = Kamailio(self.directory / "litware", LITWARE, certificate, key, self.trust,
                                 f"sip:{EDGE_ADDRESS}:{self.outside_port};transport=tls", OUR_DOMAIN,
                                 hosts={EDGE_NAME: EDGE_ADDRESS}, address=LITWARE_ADDRESS)
        self.kamailio.add_user("carol", "carol")
        self.at(f"sip.{LITWARE}", LITWARE_ADDRESS, LITWARE, self.kamailio.port)
        self.scripted = {}
        for name, domain, address, port, priority in (
                ("first", ADATUM, "127.0.0.4", 0, 1), ("second", ADATUM, "::1", 0, 2),
                ("direct", DIRECT, "127.0.0.5", 5061, None), ("stranger", STRANGER, "127.0.0.6", 0, 1)):
            host = DIRECT_SERVER if name == "direct" else f"{name}.{domain}"
            self.scripted[name] = (domain, host, address, port or free_port(address), priority)
            self.at(host, address, domain, self.scripted[name][3], priority)
        self.keep(await self.names.start())
        self.edge.settings["dns", "forwarders"] = self.names.endpoint
        self.edge.settings["tls", "trust-anchors"] = str(self.authority.certificate)
        await self.start()
        pki.bundle(self.trust, self.authority.certificate, self.edge_authority)
        self.keep(await self.kamailio.start())
        await self.set_topology("sip-federation-enabled=true", f"access-edge-external-port={self.outside_port}",
                                f"access-edge-external-addresses={EDGE_ADDRESS},::1")
        for domain in (LITWARE, ADATUM):
            await self.edge.oreectl("allowed-domain", "add", domain)
        await self.edge.oreectl("allowed-domain", "add", DIRECT, f"proxy-fqdn={DIRECT_SERVER}")
        return self

    def at(self, host, address, domain, port, priority=0):
        self.names.host(host, address)
        if priority is not None:
            self.names.service("sipfederationtls", domain, host, port, priority)

    async def set_topology(self, *fields):
        await self.edge.oreectl("topology", "set", *fields)

    async def script(self, which, connect=True):
        domain, host, address, port, _ = self.scripted[which]
        certificate, key = self.authority.issue(which, [host])
        partner = await SipPartner(domain, certificate, key, self.trust, address, port, host).start()
        if connect:
            await partner.connect("::1" if ":" in address else EDGE_ADDRESS, self.outside_port)
        return partner

    async def at_litware(self, name, **options):
        user = Baresip(self.directory / f"baresip-{name}", name, LITWARE, name, LITWARE_ADDRESS, self.kamailio.port,
                       self.authority.certificate, [ALICE], **options)
        return await user.start()

    async def sip_connections(self, partner=None):
        rows = await self.edge.bus.call("Monitor", "Connections", "(a{sv})", {})
        return [row for row in rows if row.get("leg") == "partner" and partner in (None, row["partner"])]


@pytest.fixture(scope="module")
def world():
    world = Partners()
    try:
        run(world.start_sip())
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def undo(world):
    yield from restored(world)


@pytest.fixture
def pair(world):
    # Our Record-Route has a name, which she looks up before she finds the connection she has.
    alice = run(world.sip_user("alice", [CAROL], dns=world.names.endpoint.replace("@", ":")))
    carol = run(world.at_litware("carol"))
    yield alice, carol
    run(carol.stop())
    run(alice.stop())


@pytest.fixture
def partner(world):
    """Makes scripted partners, and ends them."""
    made = []

    async def make(*arguments, **options):
        made.append(await world.script(*arguments, **options))
        return made[-1]
    yield make
    for one in made:
        run(one.stop())


@pytest.fixture
def alice(world):
    """By script: she shows every byte."""
    user = run(sip_user(world, "alice"))
    yield user
    run(user.stop())


# --- Kamailio and baresip ---

async def test_messages_both_ways(world, pair):
    alice, carol = pair
    await alice.say("to litware")
    assert (await carol.heard("to litware", 20)).sender.partition(";")[0] == ALICE
    await carol.say("and back\nagain")
    assert (await alice.heard("and back\nagain", 20)).sender.partition(";")[0] == CAROL
    rows = await world.sip_connections(LITWARE)
    assert {row["direction"] for row in rows} == {"in", "out"}
    for row in rows:
        assert (row["relation"], row["certificate-name"]) == ("allowed-domain", f"sip.{LITWARE}")


# --- a server that its record names; others are not it ---

async def test_an_allowed_server_and_no_other(world, partner, alice):
    direct = await partner("direct")
    assert await direct.say(ALICE, "from my server") == 200
    await alice.heard("from my server")
    assert await alice.say(f"sip:carol@{DIRECT}", "to your server") == 200
    packet = await direct.requests.wait(lambda one: one.body == b"to your server")
    assert packet.get("via").startswith(f"SIP/2.0/TLS {EDGE_NAME}:") and ";alias" in packet.get("via")

    # Somebody else's certificate, however good, does not speak for that domain, nor for ours.
    stranger = await partner("stranger")
    since = world.edge.bus.events.mark()
    assert await stranger.say(ALICE, "I am direct", sender=f"sip:mallory@{DIRECT}") in (403, 504)
    event = await world.edge.bus.event("sip-peer-refused", partner=DIRECT, since=since)
    assert event["details"]["reason"].startswith("certificate-")
    assert await stranger.say(ALICE, "I am yours", sender=BOB) == 403


class Phone(SipUser):
    """A device that takes calls: rings reliably (RFC 3262), answers once that is acknowledged, knows session timers."""

    def __init__(self, *arguments, picks_up=True):
        super().__init__(*arguments)
        self.packets = Journal(f"{self.uri} packets")
        self._picks_up = picks_up
        self._tag = token()

    def _on_packet(self, packet):
        self.packets.add(packet)
        if packet.status is not None:
            super()._on_packet(packet)
        elif packet.method == "INVITE":
            self.invite = packet
            self._reply(183 if self._picks_up else 180, ["Require: 100rel", "RSeq: 7"] if self._picks_up else [])
        elif packet.method == "CANCEL":
            self.respond(packet, 200)
            self._reply(487)
        elif packet.method != "ACK":
            self.respond(packet, 202 if packet.method == "REFER" else 200)
            if packet.method == "PRACK":
                self._reply(200, ["Require: timer", "Session-Expires: 1800;refresher=uas", "Content-Type: application/sdp"], SDP)

    def _reply(self, status, headers=(), body=""):
        request = self.invite
        lines = [f"SIP/2.0 {status} Scripted", *(f"Via: {via}" for via in request.all("via")),
                 *(f"Record-Route: {route}" for route in request.all("record-route")), f"From: {request.get('from')}",
                 f"To: {request.get('to')};tag={self._tag}", f"Call-ID: {request.get('call-id')}",
                 f"CSeq: {request.get('cseq')}", f"Contact: {self.contact}", *headers, f"Content-Length: {len(body)}"]
        self.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def within(self, method, **options):
        """A request of ours in the dialog."""
        invite = self.invite
        return self.request(method, address(invite.get("contact")), invite.get("from"), call_id=invite.get("call-id"),
                            local_tag=self._tag, routes=invite.all("record-route"), **options)


async def test_all_that_belongs_to_a_call(world):
    """RFC 3262, 3311, 4028, 3515 pass as they are, in both directions; of two devices one answers, the other is called off."""
    phones = [Phone(ALICE, OUR_PASSWORD, EDGE_ADDRESS, world.sip_port, world.edge_authority, picks_up=picks)
              for picks in (True, False)]
    for phone in phones:
        await phone.start()
    certificate, key = world.authority.issue("caller", [f"first.{ADATUM}"])
    carol = await PartnerLink(f"sip:carol@{ADATUM}", EDGE_ADDRESS, world.outside_port, context(False, certificate, key)).connect()
    carol.via = ";alias"  # what is for her server may come on her connection
    dialog = {"call_id": token(), "local_tag": token()}
    final = carol.send("INVITE", ALICE, f"<{ALICE}>", [f"Contact: {carol.contact}", "Supported: 100rel, timer", "Session-Expires: 1800",
                                                       "Content-Type: application/sdp"], SDP.encode(), sequence=1, **dialog)
    early = await carol.packets.wait(lambda packet: packet.status == 183)
    assert (early.get("rseq"), early.get("require")) == ("7", "100rel")
    assert phones[0].invite.text == SDP and phones[0].invite.get("session-expires") == "1800"
    routes = list(reversed(early.all("record-route")))
    assert len(routes) == 2  # ours, one for each side

    async def within(method, sequence, headers=(), body=b""):
        return (await asyncio.wait_for(carol.send(method, address(early.get("contact")), early.get("to"), headers, body, sequence=sequence,
                                                  routes=routes, **dialog), 10)).status

    await phones[1].packets.wait(lambda packet: packet.status is None and packet.method == "INVITE")
    assert await within("PRACK", 2, ["RAck: 7 1 INVITE"]) == 200
    answer = await asyncio.wait_for(final, 30)
    assert (answer.status, answer.text, answer.get("session-expires")) == (200, SDP, "1800;refresher=uas")
    carol.send("ACK", address(answer.get("contact")), answer.get("to"), sequence=1, routes=routes, **dialog)
    await phones[0].packets.wait(lambda packet: packet.status is None and packet.method == "ACK")
    await phones[1].packets.wait(lambda packet: packet.status is None and packet.method == "CANCEL")
    for sequence, method, headers, status in ((3, "UPDATE", ["Session-Expires: 1800;refresher=uac"], 200),
                                              (4, "INFO", ["Content-Type: application/dtmf-relay"], 200),
                                              (5, "REFER", [f"Refer-To: <sip:x@{ADATUM}>"], 202)):
        assert await within(method, sequence, [f"Contact: {carol.contact}", *headers]) == status, method
        packet = await phones[0].packets.wait(lambda packet: packet.status is None and packet.method == method)
        assert headers[0].partition(": ")[2] in [value for _, value in packet.headers]
    told = await phones[0].within("NOTIFY", headers=["Event: refer", "Subscription-State: terminated", f"Contact: {phones[0].contact}"])
    assert told.status == 481  # the script asked for none: but it is the one who says so
    assert (await phones[0].within("BYE")).status == 200
    await carol.packets.wait(lambda packet: packet.status is None and packet.method == "BYE")
    for phone in (*phones, carol):
        await phone.stop()


async def test_partners_do_not_meet_through_us(partner):
    adatum = await partner("first")
    assert await adatum.say(CAROL, "let me through") == 404
    # Nor by a Route header that names somebody, nor by one that looks like ours.
    for route in (f"<sip:sip.{LITWARE};lr>", f"<sip:{EDGE_NAME};lr;oree-d=0123456789abcdef.{LITWARE}>,<sip:sip.{LITWARE};lr>"):
        answer = await adatum.ask("MESSAGE", CAROL, f"sip:carol@{ADATUM}", to=f"<{CAROL}>;tag=1", headers=[f"Route: {route}"])
        assert answer.status in (403, 404)


async def test_the_second_server_when_the_first_cannot(world, partner, alice):
    first = await partner("first", connect=False)
    second = await partner("second")  # over IPv6
    to = f"sip:carol@{ADATUM}"
    assert await alice.say(to, "to the first") == 200
    await first.requests.wait(lambda one: one.body == b"to the first")
    # It says that it cannot: the next one is asked for the same message (RFC 3263 4.3).
    first.status = 503
    assert await alice.say(to, "to the second") == 200
    await second.requests.wait(lambda one: one.body == b"to the second")
    # It is gone: nobody notices.
    await first.stop()
    await until(lambda: not_connected_to(world, first), 20, "the lost connection is gone")
    assert await alice.say(to, "still there") == 200
    await second.requests.wait(lambda one: one.body == b"still there")
    assert await second.say(ALICE, "over IPv6") == 200
    await alice.heard("over IPv6")
    # All gone: she is told why.
    await second.stop()
    await until(lambda: not_connected_to(world, second), 20, "the other one too")
    answer = await alice.request("MESSAGE", to, f"<{to}>", headers=["Content-Type: text/plain"], body=b"lost")
    assert answer.status == 504 and answer.get("ms-diagnostics").startswith("1046;")


async def not_connected_to(world, partner):
    rows = await world.sip_connections()
    return all(row["peer"] not in (f"{partner.address}:{partner.port}", f"[{partner.address}]:{partner.port}") for row in rows)


async def test_connections_are_reset(world, partner, alice):
    """Closed both ways in the middle of things, and made anew by whoever has something to say: what was written arrived, or its
    sender hears that it did not."""
    direct = await partner("direct")
    assert await direct.say(ALICE, "before the reset") == 200
    assert await alice.say(f"sip:carol@{DIRECT}", "before the reset") == 200
    since, heard = world.edge.bus.events.mark(), direct.requests.mark()
    told = [asyncio.ensure_future(alice.say(f"sip:carol@{DIRECT}", f"meanwhile {number}", deadline=40)) for number in range(100)]
    await direct.requests.wait(lambda one: one.body.startswith(b"meanwhile"), 20, heard)
    said = await world.edge.oreectl("reset", DIRECT)
    assert re.match(r"[2-5] connections with SIP partners are closed", said), said
    await world.edge.bus.event("sip-partner-closed", partner=DIRECT, reason="reset", since=since)
    statuses = await asyncio.gather(*told)
    arrived = [one.body for one in direct.requests.entries[heard:]]
    for number, status in enumerate(statuses):
        assert status is not None and (status >= 400 or arrived.count(b"meanwhile %d" % number) == 1), (number, status)
    await until(lambda: not direct.is_connected, 30, "the partner lost its connection")
    assert await alice.say(f"sip:carol@{DIRECT}", "after the reset") == 200
    await direct.connect(EDGE_ADDRESS, world.outside_port)
    assert await direct.say(ALICE, "after the reset") == 200
    print(f"{len([status for status in statuses if status != 200])} of {len(statuses)} told that they did not arrive")


async def test_blocking_closes_what_is_open(world, partner, alice, undo):
    direct = await partner("direct")
    assert await direct.say(ALICE, "before") == 200
    assert await alice.say(f"sip:carol@{DIRECT}", "before") == 200
    effects = await world.edge.bus.check(("remove", "allowed-domain", DIRECT, {}),
                                                     ("add", "blocked-domain", DIRECT, {}))
    assert effects["sip-connections-closed"] == 2, effects
    since = world.edge.bus.events.mark()
    await world.edge.bus.apply(("remove", "allowed-domain", DIRECT, {}), ("add", "blocked-domain", DIRECT, {}))
    await world.edge.bus.event("sip-partner-closed", partner=DIRECT, reason="blocked-domain", since=since)
    await until(lambda: not direct.is_connected, 30, "the partner lost its connection")
    assert not await world.sip_connections(DIRECT)
    await direct.connect(EDGE_ADDRESS, world.outside_port)
    assert await direct.say(ALICE, "after") == 403
    assert await alice.say(f"sip:carol@{DIRECT}", "after") == 403


async def test_blocking_ends_calls_and_allowing_again_lets_them_end_well(world, partner, undo):
    """A call stands, one rings here, one there. Blocked, nothing of them passes any more and who waits hears it; allowed again, the
    one that stood can be hung up."""
    server = await partner("first", connect=False)
    server.status = None  # it lets our call ring
    alice = await Phone(ALICE, OUR_PASSWORD, EDGE_ADDRESS, world.sip_port, world.edge_authority, picks_up=False).start()
    shown = context(False, *world.authority.issue("blocked-caller", [f"first.{ADATUM}"]))

    async def caller():
        return await PartnerLink(f"sip:carol@{ADATUM}", EDGE_ADDRESS, world.outside_port, shown).connect()

    async def within(link, method, sequence, **options):
        return await asyncio.wait_for(link.send(method, address(answer.get("contact")), answer.get("to"), sequence=sequence,
                                                routes=routes, **dialog, **options), 20)

    carol, dialog = await caller(), {"call_id": token(), "local_tag": token()}
    invite = [f"Contact: {carol.contact}", "Content-Type: application/sdp"]
    standing = carol.send("INVITE", ALICE, f"<{ALICE}>", invite, SDP.encode(), sequence=1, **dialog)
    await alice.packets.wait(lambda packet: packet.status is None and packet.method == "INVITE")
    alice._reply(200, ["Content-Type: application/sdp"], SDP)
    answer = await asyncio.wait_for(standing, 30)
    routes = list(reversed(answer.all("record-route")))
    carol.send("ACK", address(answer.get("contact")), answer.get("to"), sequence=1, routes=routes, **dialog)
    await alice.packets.wait(lambda packet: packet.status is None and packet.method == "ACK")
    call = alice.invite
    since = alice.packets.mark()
    carol.send("INVITE", ALICE, f"<{ALICE}>", invite, SDP.encode())
    rings = await alice.packets.wait(lambda packet: packet.status is None and packet.method == "INVITE", since=since)
    theirs = f"sip:carol@{ADATUM}"
    asked = alice.send("INVITE", theirs, f"<{theirs}>", [f"Contact: {alice.contact}", "Content-Type: application/sdp"], SDP.encode())
    await server.requests.wait(lambda packet: packet.method == "INVITE")

    edge = world.edge
    effects = await edge.bus.check(("remove", "allowed-domain", ADATUM, {}), ("add", "blocked-domain", ADATUM, {}))
    assert effects["sip-connections-closed"] == len(await world.sip_connections(ADATUM)) == 2
    since, before = edge.bus.events.mark(), await edge.bus.counters()
    await edge.bus.apply(("remove", "allowed-domain", ADATUM, {}), ("add", "blocked-domain", ADATUM, {}))
    for direction in ("in", "out"):
        await edge.bus.event("sip-partner-closed", since=since, partner=ADATUM, direction=direction, reason="blocked-domain")
    await asyncio.wait_for(carol.ended.wait(), 30)
    assert (await asyncio.wait_for(asked, 30)).status in (403, 504)
    await alice.packets.wait(lambda packet: packet.status is None and packet.method == "CANCEL"
                             and packet.get("call-id") == rings.get("call-id"))
    assert not await world.sip_connections(ADATUM)
    alice.invite = call
    refused = await alice.within("BYE")
    assert refused.status == 403 and refused.get("ms-diagnostics").startswith("1005;")
    carol = await caller()
    refused = await within(carol, "BYE", 2)
    assert refused.status == 403 and not refused.get("ms-diagnostics")
    counters = await edge.bus.counters()
    assert counters["refused-blocked-domain"] - before.get("refused-blocked-domain", 0) == 2
    for language, words in (("C", "blocked"), ("fr", "bloqué")):
        assert words in await edge.oreectl("events", language=language)

    await edge.bus.apply(("remove", "blocked-domain", ADATUM, {}), ("add", "allowed-domain", ADATUM, {}))
    assert (await within(carol, "BYE", 3)).status == 200
    server.status = 200
    assert await alice.say(theirs, "again") == 200
    await carol.stop()
    await alice.stop()


async def test_ports_open_and_close_with_the_topology(world, partner, undo):
    """Live: another port, then none."""
    adatum = await partner("first")
    assert await adatum.say(ALICE, "here?") in (200, 480)
    other = free_port(EDGE_ADDRESS)
    await world.set_topology(f"access-edge-external-port={other}")
    await adatum.connect(EDGE_ADDRESS, other)
    assert await adatum.say(ALICE, "and here?") in (200, 480)
    await world.set_topology("sip-federation-enabled=false")
    with pytest.raises(ConnectionRefusedError):
        await adatum.connect(EDGE_ADDRESS, other)


async def test_two_domains_of_ours(world, partner, undo):
    other = "sip:dora@tailspin.test"
    await world.edge.oreectl("sip-domain", "add", "tailspin.test")
    await world.edge.oreectl("user", "add", other, "password=lab-password")
    dora = await SipUser(other, "lab-password", "127.0.0.1", world.sip_port, world.edge_authority).start()
    adatum = await partner("first")
    assert await adatum.say(other, "to the other domain") == 200
    await dora.heard("to the other domain")
    assert await dora.say(f"sip:carol@{ADATUM}", "from the other domain") == 200
    packet = await adatum.requests.wait(lambda one: one.body == b"from the other domain")
    assert "tailspin.test" in packet.get("from")
    await dora.stop()


async def test_users_and_strangers(world, partner, alice, undo):
    """The user's policy both ways, methods, discovery with its verification level."""
    adatum = await partner("first")
    assert await adatum.say(f"sip:nobody@{OUR_DOMAIN}", "who?") == 404
    assert (await adatum.ask("REGISTER", f"sip:{OUR_DOMAIN}", f"sip:carol@{ADATUM}", to=f"<{ALICE}>")).status in (403, 405)
    assert (await adatum.ask("REFER", ALICE, f"sip:carol@{ADATUM}")).status == 405
    assert (await adatum.ask("OPTIONS", f"sip:{EDGE_NAME}:{world.outside_port}", f"sip:edge@{ADATUM}")).status == 200
    await world.edge.oreectl("external-access-policy", "set", "global", "enable-federation-access=false")
    assert await adatum.say(ALICE, "closed") == 403
    assert await alice.say(f"sip:carol@{ADATUM}", "closed") == 403
    await world.edge.oreectl("external-access-policy", "set", "global", "enable-federation-access=true")

    stranger = await partner("stranger")
    assert await stranger.say(ALICE, "may I?") == 403
    assert await alice.say(f"sip:carol@{STRANGER}", "who are you?") == 403
    await world.edge.oreectl("access-edge", "set", "enable-partner-discovery=true",
                             "discovered-partner-verification-level=always-verifiable")
    assert await stranger.say(ALICE, "discovered") == 200
    await alice.heard("discovered")
    assert await alice.say(f"sip:carol@{STRANGER}", "found you") == 200
    (row,) = [row for row in await world.sip_connections(STRANGER) if row["direction"] == "out"]
    assert row["relation"] == "discovered"
