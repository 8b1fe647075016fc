# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hundred partner domains at once, all at one server: added in one change, every one talked to both ways; the
server dies and comes back; everybody calls at once; limits are reached. After each, the account of messages."""

import asyncio
import os
import time
from collections import Counter

import pytest
from accounts import Ledger, balance
from conftest import run
from lab import pki
from lab.journal import until
from lab.prosody_hosts import Host, ProsodyHosts
from sip_users import sip_user
from world import World

COUNT = int(os.environ.get("OREE_TEST_PARTNERS", "200"))
DOMAINS = [f"d{number:03}.many.test" for number in range(COUNT)]
# roles/oree-xmpp-out.c: BACKOFF_MAX. A server that is back is found again within it.
BACK_WITHIN = 20


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
    loop = asyncio.get_running_loop()
    over = loop.time() + 600
    writing = [asyncio.ensure_future(line.write(lambda: loop.time() > over, window=2, pace=0.5))
               for line in ledger.lines.values()]
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
                BACK_WITHIN + 5, "everybody reached again")
    back = loop.time()
    over = 0
    await asyncio.gather(*writing)
    await ledger.settle()
    accounts = ledger.total()
    attempts = Counter(event["details"]["partner"] for event in many.bus.events.entries[events:during]
                       if event["nick"] == "stream-failed")
    reasons = Counter()
    for line in ledger.lines.values():
        reasons.update(line.out_reasons)
    tell(f"down for {up - down:.1f} s; everybody reached again {back - up:.1f} s after; "
         f"attempts per partner while it was down: {min(attempts.values())} to {max(attempts.values())}; {dict(reasons)}",
         f"SIP to XMPP: {accounts[0]}", f"XMPP to SIP: {accounts[1]}")
    balance(accounts, both=2 * 2 * COUNT)
    # Waits of at least ½, 1, 2, 4 … seconds.
    assert max(attempts.values()) <= 2 + (up - down).__ceil__().bit_length()
    assert len(attempts) == COUNT
    assert reasons["waiting"] > 0
