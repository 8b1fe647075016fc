# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own service is shot at random moments, again and again, while everybody writes both ways. Each time the account is
settled, and what must be durable is as it was. In CI a few rounds; with OREE_TEST_LONG a hundred of each kind.

What counts as reported. XMPP to SIP: an error stanza that reaches the writer, ours or the one of the writer's own server, which
returns what we had not acknowledged when the stream broke (XEP-0198). SIP to XMPP: a final answer that is no success, the
writer's connection ending while she waits (RFC 3261 17.1.4: her program is told 503), or none within Timer F. Behind a next
hop that answer is the next hop's own, 408 after its fr_timer.

What Prosody sends on a stream before it has switched acknowledgements on, it believes to have arrived: what waited for the
stream, above all (data/doc/PEERS.md). Shot in that moment we take it along. Counted apart, and held to exactly that."""

import asyncio
import os
import random
import sqlite3

import pytest
from accounts import Ledger, balance, in_order
from conftest import LONG, run
from lab import pki
from lab.journal import until
from lab.prosody_hosts import Host, ProsodyHosts
from sip_peer import Resident
from sip_users import ALICE, ALICE_JID
from test_faults import heard_again, report
from test_restart import durable, whole
from world import EDGE_ADDRESS, NEXT_HOP, OUR_PASSWORD, World

ROUNDS = int(os.environ.get("OREE_TEST_ROUNDS", 100 if LONG else 2))
WINDOW = 20
NOTICED_WITHIN = 0.1  # what Prosody notes of its streams: ProsodyHosts looks every 0.02 s
PARTNER, PROBE = "partner.test", "probe@partner.test"


class Shots:
    def __init__(self):
        self.world = World()
        self.dice = random.Random(int(os.environ.get("OREE_TEST_SEED") or random.randrange(1 << 32)))
        self.round = 0
        self.made = self.shot = 0.0  # when Prosody's latest stream to us was, and our latest death

    async def start(self, behind):
        world = self.world
        authority = pki.Authority(world.directory, "lab-ca")
        trust = world.directory / "trust.pem"
        names = world.make_names()
        names.host(NEXT_HOP, EDGE_ADDRESS)
        certificate, key = authority.issue("partner", [PARTNER])
        self.server = ProsodyHosts(world.directory / "partner", [Host(PARTNER, certificate, key)], names.endpoint, trust, "127.0.0.2")
        self.server.register(names, f"xmpp.{PARTNER}")
        self.server.streams.on_add = self._on_stream
        await world.start_servers(authority, trust, self.server)
        self.edge = world.edge
        # The type for which it matters who wrote first: allow entries are durable.
        await self.edge.bus.apply(("add", "xmpp-partner", PARTNER, {"partner-type": "public-unverified"}))
        if behind:
            await world.start_kamailio(["alice"], authority, trust, answer_within=3)
            self.alice = Resident(ALICE, "alice", EDGE_ADDRESS, world.kamailio.port, authority.certificate)
        else:
            self.alice = Resident(ALICE, OUR_PASSWORD, EDGE_ADDRESS, world.sip_port, world.edge_authority)
        world.keep(await self.alice.start())
        return self

    def _on_stream(self, stream):
        if stream.what == "s2sout-established":
            self.made = asyncio.get_running_loop().time()

    async def shoot(self):
        """From when to when what was written waited for a stream: the partner's server guarded nothing of it."""
        await self.edge.kill()
        self.server.read()
        unguarded = self.shot, self.made + NOTICED_WITHIN
        self.shot = asyncio.get_running_loop().time()
        for database in self.edge.state.glob("*.db"):
            assert whole(database) == "ok"
        await self.edge.start()
        return unguarded

    def line(self):
        self.round += 1
        self.ledger = Ledger(self.alice)
        return self.ledger.line(f"r{self.round}", self.server, PARTNER)

    async def durable(self):
        rows = await self.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})
        return dict(await durable(self.world), subscriptions=sorted(
            (row["direction"], row["watcher"], row["presentity"], row["authorisation"]) for row in rows))

    def notes(self):
        """Durable notes of senders who wait for a word."""
        (database,) = self.edge.state.glob("*.db")
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
            return store.execute("SELECT count(*) FROM runtime WHERE space = 'debt'").fetchone()[0]


@pytest.fixture(scope="module", params=[False, True], ids=["our-own-users", "behind-kamailio"])
def shots(request):
    shots = Shots()
    try:
        yield run(shots.start(request.param))
    finally:
        run(shots.world.stop())


@pytest.fixture
def tell(capsys):
    def tell(*lines):
        with capsys.disabled():
            print(*(f"# {line}" for line in lines), sep="\n")
    return tell


async def one_round(shots, before):
    """Everybody writes, the shot falls some time, sometimes another one while streams are made anew, everybody is heard again.
    The line, settled; when the shots fell; and what `shoot` said."""
    line = shots.line()
    writing = True
    task = asyncio.ensure_future(line.write(lambda: not writing, window=WINDOW, pace=0.005))
    moments = [shots.dice.random() * 2.5, *([shots.dice.random() * 0.8] if shots.dice.random() < 0.5 else [])]
    unguarded = []
    try:
        for moment in moments:
            await asyncio.sleep(moment)  # not for anything: the moment is the test's matter
            unguarded.append(await shots.shoot())
        assert await shots.durable() == before
        await heard_again([line], 60)
    finally:
        writing = False
        await task
        await shots.ledger.settle(60)
    return line, moments, unguarded


async def test_shot_at_random_moments(shots, tell):
    line = shots.line()
    task = asyncio.ensure_future(line.write(lambda: line.in_delivered and line.out_delivered, window=1, pace=0.05))
    await asyncio.wait_for(task, 30)
    # Not before: the entry that lets the contact ask is made when alice writes.
    shots.server.write(f"<presence from='{PROBE}' to='{ALICE_JID}' type='subscribe'/>")
    await shots.ledger.settle(30)
    await until(lambda: has_pairs(shots), 20, "allow entry and subscription")
    before = await shots.durable()
    sums = [[0] * 6, [0] * 6]
    fired = with_us = 0
    for _ in range(ROUNDS):
        line, moments, unguarded = await one_round(shots, before)
        fired += len(moments)
        out, back = accounts = line.accounts
        taken = {number for number in back.neither if any(shot <= line.in_said[number] <= made for shot, made in unguarded)}
        back.neither -= taken
        with_us += len(taken)
        for row, account in zip(sums, accounts):
            for place, value in enumerate((account.sent, account.delivered, account.reported, len(account.both),
                                           len(account.neither), len(account.doubled))):
                row[place] += value
        try:
            assert len(taken) <= WINDOW * len(moments)
            balance(accounts, both=2 * WINDOW * len(moments))
            in_order(line)
        except AssertionError:
            tell(f"round {shots.round}, shots after {moments}", *report(line))
            raise
    for way, row in zip(("SIP to XMPP", "XMPP to SIP"), sums):
        tell("{}, {} rounds: {} sent, {} delivered, {} reported, {} both, {} neither, {} doubled".format(way, ROUNDS, *row))
    tell(f"{fired} shots; sent by Prosody before its acknowledgements, and lost with us: {with_us}")
    await until(lambda: shots.notes() == 0, 30, "no note left")


async def has_pairs(shots):
    state = await shots.durable()
    return state["allow"] and state["subscriptions"]


@pytest.mark.parametrize("shots", [False], ids=["our-own-users"], indirect=True)
async def test_who_waited_when_we_died_is_told(shots, tell):
    """The recipient's program says nothing, our acknowledgement has passed the messages, and then we are shot: nobody but the
    notes in the store knows who waits."""
    line = shots.line()
    shots.alice.answer = lambda request: None if request.method == "MESSAGE" else 200
    for _ in range(5):
        line.to_sip()
    await until(lambda: shots.notes() == 5, 20, "five notes")
    (row,) = await shots.edge.oreectl_json("partners")
    assert row["queued-to-sip"] == 5 and row["oldest-queued"] >= 3500, row
    # Two seconds after the note our acknowledgement has passed the stanza.
    await until(lambda: oldest(shots, 6000), 20, "acknowledged")
    await shots.edge.kill()
    assert not line.in_reported
    shots.alice.answer = lambda request: 200
    await shots.edge.start()
    await shots.ledger.settle(60)
    account = line.accounts[1]
    tell(*report(line))
    assert not account.neither and account.reported == 5, account
    await until(lambda: shots.notes() == 0, 30, "no note left")


async def oldest(shots, milliseconds):
    (row,) = await shots.edge.oreectl_json("partners")
    return row["oldest-queued"] >= milliseconds
