# SPDX-License-Identifier: GPL-3.0-or-later
"""Many messages: none lost, none doubled, in order; and the account of them when the partner keeps dying."""

import asyncio
import contextlib
import os
import random
from collections import Counter

import pytest
from accounts import Account
from conftest import run
from lab.journal import Missed
from sip_users import sip_user
from world import OUR_DOMAIN, PARTNER_DOMAIN

COUNT = int(os.environ.get("OREE_TEST_MESSAGES", "10000"))
# How many may be unanswered per pair at once, both ways.
WINDOW = 50
PAIRS = [("alice", "juliet"), ("bob", "nurse")]


@pytest.fixture
def people(lab):
    users = {}
    for ours, theirs in PAIRS:
        users[ours] = run(sip_user(lab, ours))
        users[theirs] = run(lab.xmpp_user(theirs))
    yield users
    for user in users.values():
        run(user.stop())


def numbers(texts, word):
    return [int(text.split(" ")[1]) for text in texts if text.startswith(word + " ")]


@pytest.fixture(params=[False, True], ids=["a-stream-each-way", "one-stream"])
def bidi(request, lab):
    """Two connections, or one that carries both directions (XEP-0288); then the messages are fewer."""
    run(lab.partner.restart(bidi=request.param))
    yield request.param
    run(lab.partner.restart(bidi=False))


async def test_ten_thousand_each_way(lab, bidi, people):
    each = (COUNT // 5 if bidi else COUNT) // len(PAIRS)

    async def to_xmpp(ours, theirs):
        user, slots, statuses = people[ours], asyncio.Semaphore(WINDOW), Counter()

        def answered(future):
            statuses[future.result().status if future.result() else None] += 1
            slots.release()

        for number in range(each):
            await slots.acquire()
            user.post(f"sip:{theirs}@{PARTNER_DOMAIN}", f"{ours} {number}").add_done_callback(answered)
        for _ in range(WINDOW):
            await slots.acquire()
        return statuses

    async def to_sip(ours, theirs):
        user, heard = people[theirs], people[ours].messages
        since = heard.mark()
        for number in range(each):
            if number >= WINDOW:
                await heard.wait_count(number - WINDOW + 1, 120, since)
            user.say(f"{ours}@{OUR_DOMAIN}", f"{theirs} {number}")
        await heard.wait_count(each, 120, since)

    marks = {name: user.messages.mark() for name, user in people.items()}
    results = await asyncio.gather(*[to_xmpp(*pair) for pair in PAIRS], *[to_sip(*pair) for pair in PAIRS])
    for statuses in results[:len(PAIRS)]:
        assert statuses == {200: each}
    rows = [row for row in await lab.edge.oreectl_json("connections") if row.get("partner") == PARTNER_DOMAIN]
    assert all(row["bidirectional"] == bidi for row in rows), rows
    for ours, theirs in PAIRS:
        await people[theirs].messages.wait_count(each, 60, marks[theirs])
        at_theirs = people[theirs].messages.entries[marks[theirs]:]
        assert not [message for message in at_theirs if message.error]
        assert numbers([message.body for message in at_theirs], ours) == list(range(each))
        assert numbers([message.text for message in people[ours].messages.entries[marks[ours]:]],
                       theirs) == list(range(each))


@pytest.fixture
def patient_partner(lab, bidi):
    """A partner that keeps messages on disk for users who are away: what it acknowledged it then delivers."""
    run(lab.partner.restart(offline=True))
    yield lab.partner
    run(lab.partner.restart(offline=False))


async def test_every_message_is_delivered_or_reported(lab, bidi, patient_partner, capsys):
    """The partner is shot and started at random moments while both sides keep writing. What its server acknowledged last
    before it died, and did not hand to Juliet, died with it: it had taken the message. Counted apart."""
    total = COUNT // 2 if bidi else COUNT
    seed = int(os.environ.get("OREE_TEST_SEED") or random.randrange(1 << 32))
    dice = random.Random(seed)
    alice, heard_by_alice = await sip_user(lab, "alice"), []
    alice_since = alice.messages.mark()
    kills = 0
    done = asyncio.Event()
    juliet_up = asyncio.Event()
    juliet = None
    at_juliet, errors_at_juliet = [], []

    to_xmpp_reported, to_xmpp_answered = [], 0
    acknowledged, lives = [], []  # numbers; where in at_juliet each life of the server ended
    calls = {}  # Call-ID → number, of what was answered with success
    # Alice: at most WINDOW unanswered; a report is a final answer that is no success, or none at all.
    async def alice_writes():
        nonlocal to_xmpp_answered
        slots = asyncio.Semaphore(WINDOW)

        def answered(number, future):
            nonlocal to_xmpp_answered
            response = future.result()
            if response is None or response.status >= 300:
                to_xmpp_reported.append(number)
            else:
                acknowledged.append(number)
                calls[response.get("call-id")] = number
            to_xmpp_answered += 1
            slots.release()

        for number in range(total):
            await slots.acquire()
            alice.post(f"sip:juliet@{PARTNER_DOMAIN}", f"alice {number}").add_done_callback(
                lambda future, number=number: answered(number, future))
            if number % 25 == 0:
                await asyncio.sleep(dice.random() * 0.02)  # so that the shots fall among the messages
        for _ in range(WINDOW):
            await slots.acquire()

    # Juliet: what was unanswered when her server died was reported to her by its death.
    to_sip_reported, outstanding, next_number = [], {}, 0

    def settle():
        for message in alice.messages.entries[alice_since + len(heard_by_alice):]:
            heard_by_alice.append(message.text)
            if message.text.startswith("juliet "):
                outstanding.pop(int(message.text.split(" ")[1]), None)

    async def juliet_writes():
        nonlocal next_number
        while next_number < total or outstanding:
            await juliet_up.wait()
            settle()
            if next_number < total and len(outstanding) < WINDOW and juliet_up.is_set():
                number, next_number = next_number, next_number + 1
                outstanding[number] = juliet.say(f"alice@{OUR_DOMAIN}", f"juliet {number}")
                if number % 25 == 0:
                    await asyncio.sleep(dice.random() * 0.02)
                continue
            await asyncio.sleep(0.01)

    def take_from(user):
        for message in user.messages.entries:
            if message.error:
                errors_at_juliet.append(message.id)
            else:
                at_juliet.append(message.body)

    async def watch_errors():
        """An error that came back settles its message."""
        user, position = None, 0
        while not done.is_set():
            if user is not juliet:
                user, position = juliet, 0
            if user is not None:
                for message in user.messages.entries[position:]:
                    position += 1
                    if message.error:
                        for number, identifier in list(outstanding.items()):
                            if identifier == message.id:
                                to_sip_reported.append(number)
                                del outstanding[number]
            await asyncio.sleep(0.01)

    async def shoot():
        nonlocal kills, juliet
        while not done.is_set():
            try:
                await asyncio.wait_for(done.wait(), (0.5 + dice.random() * 3) if kills else 0.1)
                return
            except asyncio.TimeoutError:
                pass
            juliet_up.clear()
            kills += 1
            states = juliet.states.mark()
            await lab.partner.kill()
            # What her server wrote before it died is still to be read.
            await juliet.states.wait(lambda state: state == "offline", since=states, deadline=20)
            with contextlib.suppress(Missed):  # and her client hands on what it has read
                while True:
                    await juliet.messages.wait(lambda _: True, since=juliet.messages.mark(), deadline=0.5)
            settle()
            to_sip_reported.extend(outstanding)
            outstanding.clear()
            take_from(juliet)
            lives.append(len(at_juliet))
            await lab.partner.start()
            juliet = await lab.xmpp_user("juliet")
            juliet_up.set()

    juliet = await lab.xmpp_user("juliet")
    juliet_up.set()
    others = [asyncio.ensure_future(shoot()), asyncio.ensure_future(watch_errors())]
    try:
        await asyncio.wait_for(asyncio.gather(alice_writes(), juliet_writes()), 300)
        done.set()
        await asyncio.gather(*others)
    finally:
        for other in others:
            other.cancel()
    # What the partner acknowledged may still be on its way to Juliet.
    with contextlib.suppress(Missed):
        while True:
            await juliet.messages.wait(lambda _: True, since=juliet.messages.mark(), deadline=2)
    take_from(juliet)
    settle()
    # An error that came after the answer reached alice as a message of its own (DECISIONS/008).
    for message in alice.messages.entries[alice_since:]:
        number = calls.get(message.packet.get("in-reply-to"))
        if number is not None:
            to_xmpp_reported.append(number)
    arrived = numbers(at_juliet, "alice")
    ends = [(max(numbers(at_juliet[:end], "alice"), default=-1), min(numbers(at_juliet[end:], "alice"), default=total))
            for end in lives]
    died = [number for number in set(acknowledged) - set(arrived)
            if any(last < number < first for last, first in ends)]
    to_xmpp = Account(total, arrived + died, to_xmpp_reported)
    to_sip = Account(total, numbers(heard_by_alice, "juliet"), to_sip_reported)
    with capsys.disabled():
        print(f"# seed {seed}, {kills} shots, {len(died)} acknowledged messages died with the partner's server",
              f"# SIP to XMPP: {to_xmpp}", f"# XMPP to SIP: {to_sip}", sep="\n")
    assert kills > 0
    assert len(died) <= WINDOW * kills
    for account in (to_xmpp, to_sip):
        assert not account.neither, f"seed {seed}: {account}: {sorted(account.neither)[:20]}"
        assert not account.doubled, f"seed {seed}: {account}: {account.doubled[:20]}"
        assert len(account.both) <= WINDOW * kills
    await juliet.stop()
    await alice.stop()
