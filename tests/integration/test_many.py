# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hundred partner domains at once, all at one server: added in one change, every one talked to both ways; the
server dies and comes back; everybody calls at once; limits are reached. After each, the account of messages."""

import asyncio
import os
import signal
import time
from collections import Counter

import pytest
from accounts import Ledger, balance
from conftest import run
from lab import pki
from lab.journal import Missed, until
from lab.prosody_hosts import Host, ProsodyHosts
from sip_users import sip_user
from world import World

COUNT = int(os.environ.get("OREE_TEST_PARTNERS", "200"))
DOMAINS = [f"d{number:03}.many.test" for number in range(COUNT)]
# roles/oree-xmpp-out.c: BACKOFF_MAX. A server that is back is found again within it.
BACK_WITHIN = 20
QUEUE = 4096  # base/oree-limits.h: OREE_S2S_QUEUE_MAX


class Many:
    def __init__(self, world, server, alice):
        self.world, self.server, self.alice = world, server, alice
        self.bus = world.edge.bus
        self.say = print

    def ledger(self, domains=DOMAINS):
        ledger = Ledger(self.alice)
        for domain in domains:
            ledger.line(domain.partition(".")[0], self.server, domain)
        return ledger

    async def connections(self):
        rows = await self.bus.call("Monitor", "Connections", "(a{sv})", {})
        return Counter(row["direction"] for row in rows if row["protocol"] == "xmpp" and row["state"] == "ready")

    async def limits_hit(self):
        return (await self.bus.counters())["limits-hit"]


@pytest.fixture(scope="module")
def many():
    world = World()
    try:
        yield run(begin(world))
    finally:
        run(world.stop())


@pytest.fixture
def tell(capsys):
    def tell(*lines):
        with capsys.disabled():
            print(*(f"# {line}" for line in lines), sep="\n")
    return tell


@pytest.fixture
def limits(many):
    """Afterwards the gateway's limits are the ordinary ones."""
    yield many
    run(many.bus.apply(("reset", "xmpp-gateway", "global", {})))


async def begin(world):
    authority = pki.Authority(world.directory, "many-ca")
    certificate, key = authority.issue("many", ["*.many.test"])
    trust = world.directory / "trust.pem"
    names = world.make_names()
    server = ProsodyHosts(world.directory / "many", [Host(domain, certificate, key) for domain in DOMAINS],
                          names.endpoint, trust, "127.0.0.2", level="warn")
    server.register(names, "servers.many.test")
    await world.start_servers(authority, trust, server)
    alice = await sip_user(world, "alice")
    world.keep(alice)
    return Many(world, server, alice)


async def test_two_hundred_partners_in_one_change(many, tell):
    began = time.monotonic()
    await many.bus.apply(*[("add", "xmpp-partner", domain, {"partner-type": "federated"}) for domain in DOMAINS])
    applied = time.monotonic()
    ledger = many.ledger()
    for line in ledger.lines.values():
        line.to_xmpp()
    await ledger.settle()
    # Not more at once than may come from one address unproved: see the storm.
    lines = list(ledger.lines.values())
    for first in range(0, COUNT, 50):
        for line in lines[first:first + 50]:
            line.to_sip()
        await ledger.settle()
    talked = time.monotonic()
    accounts = ledger.total()
    tell(f"{COUNT} partners stored in {applied - began:.2f} s, one message each way with each in {talked - applied:.2f} s",
         f"SIP to XMPP: {accounts[0]}", f"XMPP to SIP: {accounts[1]}")
    assert await many.connections() == {"in": COUNT, "out": COUNT}
    balance(accounts)
    for account in accounts:
        assert account.delivered == account.sent == COUNT


async def test_their_server_dies_and_comes_back(many, tell):
    """While everybody goes on writing. How often we try is bounded by back-off, and going on writing does not put the
    next attempt off."""
    ledger = many.ledger()
    events = many.bus.events.mark()
    over = False
    writing = [asyncio.ensure_future(line.write(lambda: over, window=2, pace=0.5)) for line in ledger.lines.values()]
    try:
        await shoot(many, ledger, events, tell)
    finally:
        over = True
        await asyncio.gather(*writing)
        await ledger.settle()
    accounts = ledger.total()
    tell(f"SIP to XMPP: {accounts[0]}", f"XMPP to SIP: {accounts[1]}")
    balance(accounts, both=2 * 2 * COUNT)


async def shoot(many, ledger, events, tell):
    loop = asyncio.get_running_loop()
    await until(lambda: all(line.out_delivered and line.in_delivered for line in ledger.lines.values()), 30,
                "everybody talks")
    down = loop.time()
    await many.server.kill()
    await many.bus.events.wait(lambda event: event["nick"] == "stream-closed", since=events, what="stream-closed")
    await ledger.quiet()
    for line in ledger.lines.values():
        line.died()
    await until(lambda: loop.time() > down + 6, 10)  # some rounds of back-off
    during = many.bus.events.mark()
    reached = {name: len(line.out_delivered) for name, line in ledger.lines.items()}
    await many.server.start()
    up = loop.time()
    await until(lambda: all(len(line.out_delivered) > reached[name] for name, line in ledger.lines.items()),
                BACK_WITHIN + 60, "everybody reached again")  # the machine may be busy with other tests
    back = loop.time()
    attempts = Counter(event["details"]["partner"] for event in many.bus.events.entries[events:during]
                       if event["nick"] == "stream-failed")
    reasons = Counter()
    for line in ledger.lines.values():
        reasons.update(line.out_reasons)
    tell(f"down for {up - down:.1f} s; everybody reached again {back - up:.1f} s after; "
         f"attempts per partner while it was down: {min(attempts.values())} to {max(attempts.values())}; {dict(reasons)}")
    # Waits of at least ½, 1, 2, 4 … seconds.
    assert max(attempts.values()) <= 2 + (up - down).__ceil__().bit_length()
    assert len(attempts) == COUNT
    assert reasons["waiting"] > 0


async def part(many, domains):
    """No streams with these any more: they are no partners for a moment."""
    began = many.server.streams.mark()
    rows = await many.bus.call("Monitor", "Connections", "(a{sv})", {})
    theirs = {row["partner"] for row in rows if row["protocol"] == "xmpp" and row["direction"] == "in"} & set(domains)
    await many.bus.apply(*[("remove", "xmpp-partner", domain, {}) for domain in domains])
    await many.bus.apply(*[("add", "xmpp-partner", domain, {"partner-type": "federated"}) for domain in domains])

    async def none_left():
        rows = await many.bus.call("Monitor", "Connections", "(a{sv})", {})
        gone = {stream.sender for stream in many.server.streams.entries[began:] if stream.what == "s2sout-destroyed"}
        return theirs <= gone and not [row for row in rows if row.get("partner") in domains]

    try:
        await until(none_left, 30, "no streams left")
    except Missed as missed:
        rows = await many.bus.call("Monitor", "Connections", "(a{sv})", {})
        gone = {stream.sender for stream in many.server.streams.entries[began:] if stream.what == "s2sout-destroyed"}
        raise Missed(f"{missed}; there {sorted(theirs - gone)}, here {[row for row in rows if row.get('partner')]}") from None


async def storm(many, *changes):
    """All domains of one server call at once, after these changes."""
    await part(many, DOMAINS)
    if changes:
        await many.bus.apply(*changes)
    since, before = many.bus.events.mark(), await many.limits_hit()
    ledger = many.ledger()
    for line in ledger.lines.values():
        line.to_sip()
    await ledger.settle()
    many.hits = await many.limits_hit() - before
    return ledger, {event["details"]["limit"] for event in many.bus.events.entries[since:] if event["nick"] == "limit-hit"}


async def test_everybody_calls_at_once(many, tell):
    """More at once than may come unproved from one address: whoever is turned away hears it, and gets through later."""
    ledger, limits = await storm(many)
    account = ledger.total()[1]
    tell(f"XMPP to SIP: {account}; limits reached: {limits or 'none'}")
    balance(ledger.total())
    assert account.delivered >= min(COUNT, 64)  # base/oree-limits.h: OREE_PREAUTH_PER_ADDRESS_MAX
    # Counted each time; told once in ten seconds, so maybe in the test before.
    assert bool(account.reported) == bool(many.hits)
    # A slow machine may turn some away again when all of those come back together.
    for _ in range(5):
        late = [line for line in ledger.lines.values() if not line.in_delivered]
        for line in late:
            line.to_sip()
        await ledger.settle()
    assert ledger.total()[1].delivered == COUNT
    assert (await many.connections())["in"] == COUNT


async def test_the_limit_of_connections(many, limits, tell):
    limit = 40
    ledger, hit = await storm(many, ("set", "xmpp-gateway", "global", {"connection-limit": limit}))
    account = ledger.total()[1]
    tell(f"XMPP to SIP: {account}; limits reached: {hit}")
    balance(ledger.total())
    assert account.delivered == limit
    assert "connection-limit" in hit
    # In the rush whoever had waited longest went without a word; who calls where every place is a partner's is told.
    late = next(line for line in ledger.lines.values() if line.in_reported)
    since = many.server.stanzas.mark()
    late.to_sip()
    error = await many.server.stanzas.wait(lambda stanza: stanza.error and stanza.id == f"{late.name} in 1", 20, since)
    assert "resource-constraint" in error.error_text, error
    # Nor may we call: Alice is told so.
    since = many.bus.events.mark()
    response = await many.alice.post(f"sip:probe@{DOMAINS[0]}", "one too many")
    assert response.status >= 400 and "connection-limit" in response.get("warning")
    await many.bus.event("message-undelivered", since=since, reason="connection-limit")


async def test_the_limit_of_one_partner(many, tell):
    """One connection, which the partner has: we may not call; and the other way round."""
    await part(many, DOMAINS[:2])
    first, second = (line for line in many.ledger(DOMAINS[:2]).lines.values())
    await many.bus.apply(*[("set", "xmpp-partner", line.domain, {"connection-limit": 1}) for line in (first, second)])
    since = many.bus.events.mark()
    first.to_sip()
    await until(lambda: first.in_delivered, 20)
    response = await many.alice.post(f"sip:probe@{first.domain}", "one too many")
    assert response.status >= 400 and "connection-limit" in response.get("warning")
    second.to_xmpp()
    await until(lambda: second.out_delivered, 20)
    second.to_sip()
    await until(lambda: second.in_reported, 20)
    error = many.server.stanzas.entries[-1]
    assert "resource-constraint" in error.error_text, error
    for line in (first, second):
        await many.bus.event("limit-hit", since=since, limit="partner-connection-limit", peer=line.domain)
    await many.bus.apply(*[("set", "xmpp-partner", line.domain, {"connection-limit": 0}) for line in (first, second)])


async def test_the_queue_of_one_stream(many, limits, tell):
    """A partner whose server takes connections and says nothing: so many messages wait, the others are answered at
    once; those that waited are answered when the stream has taken too long."""
    await many.bus.apply(("set", "xmpp-gateway", "global", {"stream-establishment-timeout": 3}))
    await part(many, DOMAINS[:1])
    line = many.ledger(DOMAINS[:1]).lines["d000"]
    many.server.process.signal(signal.SIGSTOP)
    try:
        for _ in range(QUEUE + 500):
            line.to_xmpp()
        await until(lambda: not line.out_waiting, 30, "every message answered")
    finally:
        many.server.process.signal(signal.SIGCONT)
    account = line.accounts[0]
    tell(f"SIP to XMPP: {account}; {dict(line.out_reasons)}")
    assert not account.neither and account.reported == account.sent
    assert line.out_reasons["queue-full"] == 500
