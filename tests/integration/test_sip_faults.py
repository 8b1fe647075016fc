# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between us and the next hop, Debian's Kamailio with a user behind it, while everybody writes both ways: it is
shot, stopped for longer than anybody waits, answers 5xx in storms; the wire to it is reset, cut in the middle of a TLS record,
falsified, frozen. After each the account of messages: all delivered or reported, none doubled, in order.

What counts as reported: for the XMPP user an error stanza; for the SIP user a final answer that is no success, her
connection's end while she waits for one (RFC 3261 17.1.4: 503), or none within Timer F (17.1.2.2: 408)."""

import contextlib
import signal

import pytest
from accounts import Ledger, balance, in_order
from conftest import LONG, run
from lab import pki
from lab.journal import Journal, Missed, until
from lab.prosody_hosts import Host, ProsodyHosts
from lab.relay import Relay
from sip_peer import TIMER_F, Resident
from sip_users import ALICE, ALICE_JID, asking
from test_faults import everybody_writes, heard_again, report
from world import EDGE_ADDRESS, NEXT_HOP, World

# Faults of one kind in one test.
TIMES = 20 if LONG else 2
WINDOW = 20


class Behind:
    """The service between one Prosody and Kamailio, with a wire that breaks on each way to the latter."""

    def __init__(self):
        self.world = World()

    async def start(self):
        world = self.world
        self.authority = pki.Authority(world.directory, "lab-ca")
        trust = world.directory / "trust.pem"
        names = world.make_names()
        names.host(NEXT_HOP, EDGE_ADDRESS)
        certificate, key = self.authority.issue("partner", ["partner.test"])
        self.server = ProsodyHosts(world.directory / "partner", [Host("partner.test", certificate, key)], names.endpoint, trust,
                                   "127.0.0.2")
        self.to_partner = world.keep(await Relay("127.0.0.2", self.server.s2s_port, "127.0.0.2", tls=False).start())
        self.server.register(names, "xmpp.partner.test", self.to_partner.port)
        await world.start_servers(self.authority, trust, self.server)
        self.bus = world.edge.bus
        await self.bus.apply(("add", "xmpp-partner", "partner.test", {"partner-type": "federated"}))
        self.to_us = world.keep(await Relay(EDGE_ADDRESS, world.sip_port).start())

        async def relay(port):
            self.to_kamailio = world.keep(await Relay(EDGE_ADDRESS, port).start())
            return self.to_kamailio.port

        await world.start_kamailio(["alice"], self.authority, trust, edge_port=self.to_us.port, relay=relay, storms=True)
        self.kamailio = world.kamailio
        self.alice = world.keep(await Resident(ALICE, "alice", EDGE_ADDRESS, self.kamailio.port,
                                               self.authority.certificate).start())
        return self

    @property
    def wires(self):
        return self.to_kamailio, self.to_us

    def line(self):
        self.alice.answer = lambda request: 200
        self.ledger = Ledger(self.alice)
        return self.ledger.line("partner", self.server, "partner.test")


@pytest.fixture(scope="module")
def behind():
    behind = Behind()
    try:
        yield run(behind.start())
    finally:
        run(behind.world.stop())


@pytest.fixture
def tell(capsys):
    def tell(*lines):
        with capsys.disabled():
            print(*(f"# {line}" for line in lines), sep="\n")
    return tell


async def lasts(seconds):
    with contextlib.suppress(Missed):
        await until(lambda: False, seconds)


def settled(behind, line, tell, both):
    """The account, and nothing is left that waits."""
    tell(*report(line))
    balance(line.accounts, both=both)
    in_order(line)


async def nothing_waits(behind):
    (row,) = await behind.world.edge.oreectl_json("partners")
    return (row["queued-to-xmpp"], row["queued-to-sip"], row["oldest-queued"]) == (0, 0, 0)


async def test_everything_is_well(behind, tell):
    line = behind.line()
    async with everybody_writes(behind.ledger):
        await heard_again([line], 10)
    settled(behind, line, tell, 0)
    assert not line.out_reported and not line.in_reported
    await until(lambda: nothing_waits(behind), 30, "empty queues")


async def test_a_full_queue_turns_away_and_says_so(behind, tell):
    """Ten may wait each way: who comes eleventh hears it at once, those who wait are delivered in the end."""
    line, edge = behind.line(), behind.world.edge
    limit, stanzas = 10, behind.server.stanzas.mark()
    await edge.oreectl("xmpp-partner", "set", "partner.test", f"queue-limit={limit}")
    since, counted = behind.bus.events.mark(), await behind.bus.counters()
    wires = (*behind.wires, behind.to_partner)
    line.to_xmpp()  # a stream stands
    line.to_sip()
    await behind.ledger.settle(30)
    try:
        behind.to_kamailio.freeze()
        for _ in range(limit + 5):
            line.to_sip()
        await until(lambda: len(line.in_reported) == 5, 20, "five refused")
        behind.to_partner.freeze()
        for _ in range(limit + 5):
            line.to_xmpp()
        await until(lambda: line.out_reasons["queue-full"] == 5, 20, "five refused")
        (row,) = await edge.oreectl_json("partners")
        french = await edge.oreectl("partners", language="fr")
        status = await edge.oreectl("status", language="fr")
    finally:
        for wire in wires:
            wire.thaw()
    await behind.ledger.settle(60)
    tell(str(row), *report(line))
    assert (row["queued-to-sip"], row["queued-to-xmpp"], row["queue-limit"]) == (limit, limit, limit)
    assert row["queue-overflows"] == 10 and 0 < row["oldest-queued"] < 20000
    assert "queued-to-sip" in french and " s  " in french, french
    assert "EN ATTENTE" in status and " 20\n" in status, status
    for direction in ("to-sip", "to-xmpp"):
        event = await behind.bus.event("queue-full", since=since, direction=direction)
        assert event["details"]["partner"] == "partner.test" and event["details"]["depth"] == str(limit)
    counters = await behind.bus.counters()
    assert counters["queues-full"] - counted["queues-full"] == 10
    assert all(stanza.error == "resource-constraint" for stanza in behind.server.stanzas.entries[stanzas:]
               if stanza.error)
    settled(behind, line, tell, 0)
    out, back = line.accounts
    assert out.reported == back.reported == 5 and out.delivered == back.delivered == limit + 1
    await until(lambda: nothing_waits(behind), 30, "empty queues")
    await edge.oreectl("xmpp-partner", "set", "partner.test", "queue-limit=0")


async def test_the_next_hop_is_shot(behind, tell):
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.01):
        for _ in range(TIMES):
            await behind.kamailio.process.kill()
            await lasts(1)
            await behind.kamailio.start()
            await heard_again([line], 60)
    settled(behind, line, tell, 2 * WINDOW * TIMES)
    assert line.out_reported and line.in_reported, "the fault did not bite"


async def test_the_next_hop_answers_in_storms(behind, tell):
    """500 and 503, with Retry-After, for all and for some; the way back is free all the while."""
    line, counted = behind.line(), await behind.bus.counters()
    async with everybody_writes(behind.ledger, pace=0.01):
        for status, percent in ((503, 100), (500, 50), (503, 30), (603, 50)):
            behind.kamailio.storm(status, percent)
            await lasts(5 if LONG else 1.5)
        behind.kamailio.storm(0)
        await heard_again([line], 20)
    settled(behind, line, tell, 0)
    assert line.out_reported and line.in_reported
    # Its Retry-After is heeded: it is asked once or twice in two seconds, and everybody else hears at once.
    rests = (await behind.bus.counters())["sip-servers-resting"] - counted["sip-servers-resting"]
    assert 0 < rests < len(line.in_reported) / 2, (rests, len(line.in_reported))


async def test_errors_outlive_the_stream_they_go_on(behind, tell):
    """The next hop refuses everything while our stream to the partner breaks again and again; the partner's to us stands."""
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.01):
        behind.kamailio.storm(503)
        for _ in range(TIMES):
            reported = len(line.in_reported)
            behind.to_partner.freeze()
            await lasts(0.5)  # some are on their way now
            behind.to_partner.reset()
            behind.to_partner.thaw()
            await until(lambda: len(line.in_reported) > reported + WINDOW, 30, "errors")
        behind.kamailio.storm(0)
        await heard_again([line], 20)
    settled(behind, line, tell, 2 * WINDOW * TIMES)


@pytest.mark.parametrize("form", ["sentence", "notification"])
async def test_an_error_after_the_answer_waits_for_its_reader(behind, tell, form):
    """The partner's server took a message, its error comes later, and Alice's program fails just then. She reads a sentence, or
    her program the notification it asked for."""
    line, alice, server = behind.line(), behind.alice, behind.server
    since, failed = server.stanzas.mark(), Journal("tries that failed")

    def fail(request):
        failed.add(request)
        return 500

    text = f"is anybody there, says a {form}?"
    response = await (alice.post("sip:probe@partner.test", text) if form == "sentence" else
                      alice.post("sip:probe@partner.test", asking("f-1", text), content_type="message/cpim"))
    assert response.status == 200
    stanza = await server.stanzas.wait(lambda stanza: stanza.body == text, 20, since)
    alice.answer, told = fail, alice.messages.mark()
    server.write(f"<message type='error' from='probe@partner.test' to='{ALICE_JID}' id='{stanza.id}'><error type='wait'>"
                 "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
    await failed.wait(lambda request: request.get("in-reply-to") == response.get("call-id"), 20)
    alice.answer = lambda request: 200
    told = await alice.messages.wait(lambda message: message.packet.get("in-reply-to") == response.get("call-id"), 20, told)
    assert ("was not delivered" in told.text) if form == "sentence" else ("<failed/>" in told.text and "f-1" in told.text)
    await behind.ledger.settle()
    assert not line.out_waiting


async def test_the_wire_is_reset(behind, tell):
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.01):
        for number in range(TIMES):
            behind.wires[number % 2].reset()
            await heard_again([line], 30)
    settled(behind, line, tell, WINDOW * TIMES)


@pytest.mark.parametrize("what", ["cut_next_record", "falsify_next_record"])
async def test_a_record_is_broken(behind, tell, what):
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.01):
        for number in range(TIMES):
            wire = behind.wires[number % 2]
            broken = wire.broken
            getattr(wire, what)()
            await until(lambda: wire.broken > broken, 20, "a record broken")
            await heard_again([line], 30)
    settled(behind, line, tell, WINDOW * TIMES)


async def test_the_wire_freezes_and_is_reset(behind, tell):
    """Nothing passes for a while; first it all comes late, then never."""
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.01):
        for end in (Relay.thaw, Relay.reset):
            for wire in behind.wires:
                wire.freeze()
            await lasts(10 if LONG else 3)
            for wire in behind.wires:
                end(wire)
                wire.thaw()
            await heard_again([line], 60)
    settled(behind, line, tell, 4 * WINDOW)


async def test_the_next_hop_stops_for_longer_than_anybody_waits(behind, tell):
    """Beyond Timer F, both ways; everybody hears, the oldest within a bounded time."""
    line = behind.line()
    async with everybody_writes(behind.ledger, pace=0.05):
        behind.kamailio.process.signal(signal.SIGSTOP)
        try:
            await lasts(120 if LONG else 36)
            (row,) = await behind.world.edge.oreectl_json("partners")
            during = len(line.in_reported), len(line.out_reported), row["queued-to-sip"], row["oldest-queued"]
        finally:
            behind.kamailio.process.signal(signal.SIGCONT)
        await heard_again([line], 60)
    tell(f"while it stood still: {during[0]} and {during[1]} reported, {during[2]} waiting, the oldest for {during[3]} ms")
    settled(behind, line, tell, 4 * WINDOW)
    # Not each after a Timer F of its own.
    assert during[0] >= WINDOW and during[1] >= WINDOW
    assert during[3] < TIMER_F * 1000
