# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers in numbers: connections that stop half-way at every stage, from many addresses. While they stand, the
service's memory stays under a bound made of oree-limits.h, and a partner's messages keep flowing: on the streams it
has, and on new ones."""

import asyncio
import os
import re
import statistics
import time

import pytest
from conftest import run
from hostile import EVIL, STRANGER, Hostile
from lab.journal import until
from sip_users import ALICE_JID, JULIET_URI
from world import EDGE_ADDRESS, OUR_DOMAIN, TOP, build_directory
from xmpp_peer import STARTTLS, Ended, Initiator, Steps, context, header

# What the records say for this file, and what the code says for everybody.
CONNECTIONS = 1000
LIMITS = {name: eval(value) for name, value in re.findall(
    r"^#define (OREE_\w+) +(\(?[\d* ]+\)?)", (TOP / "common/base/oree-limits.h").read_text(), re.MULTILINE)}
KIB = 1024
WORKERS = int(os.environ.get("OREE_TEST_WORKERS", "1"))
PROGRAM = (build_directory() / "service" / "oreed").read_bytes()
SANITIZED = any(word in PROGRAM for word in (b"libasan", b"libtsan"))
# The thread sanitizer remembers who touched each byte: then only what happens is judged, not what it weighs.
WEIGHABLE = b"libtsan" not in PROGRAM
PATIENCE = 30 if SANITIZED else 5  # seconds for a message both ways, in the worst case


@pytest.fixture(scope="module")
def world():
    # As at a real site: who has no record is not called at addresses such as ours here.
    hostile = Hostile(settings={("dns", "private-addresses"): "partners"})
    hostile.edge.weigh()
    try:
        run(hostile.start_hostile())
        run(hostile.edge.oreectl("xmpp-gateway", "set", f"connection-limit={CONNECTIONS}"))
        run(hostile.all_is_well())
        hostile.quiet = hostile.rss()  # what is freed later stays with the process: one measure for all
        yield hostile
    finally:
        run(hostile.stop())


def sources(count, each):
    """`count` addresses to call from, `each` used so many times."""
    return [f"127.1.{n // each // 250}.{n // each % 250 + 1}" for n in range(count)]


class Flood:
    """Connections that are opened as fast as they can be, and what becomes of them."""

    def __init__(self, world, opening, domain=EVIL):
        self.world, self.opening, self.domain = world, opening, domain
        self.links, self.refused = [], 0

    async def one(self, source):
        try:
            link = await Initiator.dial(EDGE_ADDRESS, self.world.xmpp_port, source, domain=self.domain,
                                        to=OUR_DOMAIN)
            self.links.append(link)
            async with asyncio.timeout(30):
                await self.opening(link)
        except (OSError, Ended, asyncio.TimeoutError):
            self.refused += 1

    async def rise(self, addresses, at_once=50):
        gate = asyncio.Semaphore(at_once)

        async def guarded(source):
            async with gate:
                await self.one(source)
        await asyncio.gather(*map(guarded, addresses))
        return self

    async def fall(self, *tasks):
        """Ends `tasks` that still rise, then every connection."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in self.links:
            link.abort()


class Messages:
    """A message each way between fabrikam.test and alice, over and over, timed, until stopped."""

    def __init__(self, world):
        self.world, self.times, self._task, self._over = world, [], None, False

    async def __aenter__(self):
        self._task = asyncio.ensure_future(self._run())
        return self

    async def _run(self):
        number = 0
        while not self._over or number < 5:
            number += 1
            start = time.monotonic()
            word = f"through {id(self)} {number}"
            self.world.juliet.say(ALICE_JID, word)
            await self.world.alice.heard(word, 20)
            assert await self.world.alice.say(JULIET_URI, word) in (200, 202)
            self.times.append(time.monotonic() - start)
            await asyncio.sleep(0.02)

    async def __aexit__(self, *_):
        self._over = True
        await self._task

    def __str__(self):
        return (f"{len(self.times)} round trips, p50 {statistics.median(self.times) * 1000:.1f} ms, "
                f"worst {max(self.times) * 1000:.1f} ms")


# --- where they stop ----------------------------------------------------------------------------------------------

async def silent(link):
    """TCP, and not a byte."""


async def half_a_handshake(link):
    """STARTTLS, then half a ClientHello."""
    await link.open()
    await link.send(STARTTLS)
    await link.until("proceed")
    link.tls = context(False).wrap_bio(link._in, link._out, server_hostname=OUR_DOMAIN)
    try:
        link.tls.do_handshake()
    except Exception:  # it wants an answer, and will not get one
        pass
    await link.raw(link._out.read()[:100])


async def greedy_in_clear(link):
    """As much as a stranger may say in clear, never finished."""
    await link.open()
    await link.send("<a>" * 7 + "<b " + " ".join(f"a{n}='{'x' * 190}'" for n in range(64)) + "><c>")


async def greedy_under_tls(link):
    """The same under TLS, with as many elements and as much text as pass."""
    await link.secure(context(False))
    await link.send("<a>" * 7 + "".join(f"<b{n}/>" for n in range(50)) + "x" * 15000)


STAGES = {
    "silent": (silent, 3000),
    "half-a-handshake": (half_a_handshake, 1500),
    "greedy-in-clear": (greedy_in_clear, 1500),
    "greedy-under-tls": (greedy_under_tls, 1200),
}


def bound(connections):
    """KiB that so many strangers may cost: what one stage may hold, as a tree and in the parser (four times its
    bytes), a TLS connection with its record buffers, and what every stream has."""
    if not WEIGHABLE:
        return float("inf")
    margins = 1.5 if SANITIZED else 1  # the address sanitizer gives each block, however small, room around it
    return margins * connections * (4 * LIMITS["OREE_XML_PREAUTH_MAX"] + 2 * LIMITS["OREE_TLS_RECORD_MAX"] + 40 * KIB) // KIB


async def count_streams(world, **wanted):
    rows = await world.edge.oreectl_json("connections")
    return sum(row["protocol"] == "xmpp" and all(row[key] == value for key, value in wanted.items()) for row in rows)


async def begin_anew(world):
    """The partner's streams are lost; it finds its way back in, and we to it."""
    await world.partner.restart()
    await world.juliet.stop()
    world.juliet = await world.xmpp_user("juliet")
    await world.all_is_well(30)


@pytest.mark.parametrize("stage", STAGES)
async def test_flood(world, stage):
    opening, count = STAGES[stage]
    await world.all_is_well()
    events = world.edge.bus.events.mark()
    start = time.monotonic()
    async with Messages(world) as messages:
        flood = await Flood(world, opening).rise(sources(count, 30))
    took = time.monotonic() - start
    high = world.rss()
    # Workers are asked one after the other: what one has just taken in another may not have let go when it is counted.
    for _ in range(20):
        streams = await count_streams(world)
        if streams <= CONNECTIONS:
            break
    # In the thick of it: who was displaced calls again.
    again = asyncio.ensure_future(flood.rise(sources(count, 30)))
    await begin_anew(world)
    high = max(high, world.rss())
    await flood.fall(again)
    told = len(world.edge.bus.events.entries) - events
    cost = (high - world.quiet) / CONNECTIONS
    print(f"\n{stage}: {count} connections in {took:.1f} s, {flood.refused} ended by us, {streams} streams stood, "
          f"{high - world.quiet} KiB more, {cost:.1f} KiB each of a bound of {bound(1)}; {told} events; {messages}")
    assert high - world.quiet < bound(CONNECTIONS)
    assert streams <= CONNECTIONS
    assert max(messages.times) < PATIENCE
    assert told < (took + 30) * 6 * WORKERS * LIMITS["OREE_EVENTS_PER_SECOND_MAX"]


async def test_one_address_has_its_share(world):
    """The cap per source, also for strangers who proved who they are; others still get in."""
    cap = LIMITS["OREE_PREAUTH_PER_ADDRESS_MAX"] * WORKERS  # each counts for itself
    for opening in (silent, lambda link: link.sign_in(world.client(STRANGER)))[:1 if WORKERS > 1 else 2]:
        flood = Flood(world, opening, STRANGER)
        for _ in range(cap + 20):
            await flood.one("127.2.0.1")
        gone = 0
        for link in flood.links:
            try:
                gone += await asyncio.wait_for(link._fill(0.02), 1) is False
            except asyncio.TimeoutError:
                pass
        # A refused one is closed before a byte: some were counted while they rose, the others now.
        assert gone + flood.refused >= 20, (gone, flood.refused)
        await world.all_is_well()
        link = await world.dial(source="127.2.0.2")
        await link.open()
        link.abort()
        await flood.fall()


async def test_dripping(world):
    """A thousand headers, a byte of each at a time: they end when the establishment time is over, not later."""
    await world.edge.oreectl("xmpp-gateway", "set", "stream-establishment-timeout=4")
    text = header(EVIL, OUR_DOMAIN).encode()
    flood = await Flood(world, silent).rise(sources(900, 30))

    async def drip():
        for at in range(len(text)):
            for link in flood.links:
                if not link.over:
                    await link.raw(text[at:at + 1])
            await asyncio.sleep(0.1)
    start = time.monotonic()
    dripping = asyncio.ensure_future(drip())
    try:
        async with Messages(world) as messages:
            assert await count_streams(world) > 800

            async def ended():
                return await count_streams(world) < 20
            await until(ended, 5 * PATIENCE, "the end of those who drip", every=0.5)
    finally:
        await flood.fall(dripping)
        await world.edge.oreectl("xmpp-gateway", "set", "stream-establishment-timeout=60")
    high = world.rss()
    print(f"\ndripping: all ended after {time.monotonic() - start:.1f} s; {high - world.quiet} KiB; {messages}")
    assert high - world.quiet < bound(CONNECTIONS)
    assert max(messages.times) < PATIENCE


async def test_a_partner_that_does_not_read(world):
    """Every question of it makes an answer it never takes: what waits for it is bounded, and so are the questions."""
    stalled = asyncio.Event()

    class Deaf(Steps):
        async def run(self):
            while not stalled.is_set():
                event = await self.link.event(60)
                if event.kind == "header":
                    await self.on_header(event)
                    if self.proved:
                        break
                else:
                    await getattr(self, f"on_{event.name}", self.on_other)(event)
            await stalled.wait()

    world.server.faults[EVIL] = Deaf
    question = (f"<iq type='get' from='x@{EVIL}' to='{OUR_DOMAIN}' id='{'q' * 900}'>"
                "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
    link = await world.proved()
    try:
        async with Messages(world) as messages:
            for _ in range(300):
                if link.over:
                    break
                try:
                    await asyncio.wait_for(link.send(question * 100), 2)
                except asyncio.TimeoutError:
                    break  # it reads no more of us: back-pressure
        high = world.rss()
        print(f"\nnot reading: {high - world.quiet} KiB; {messages}")
        # Their answers: the queue of stanzas, the write queue, and the questions under way.
        assert high - world.quiet < bound(CONNECTIONS) + (LIMITS["OREE_S2S_QUEUE_MAX"] + LIMITS["OREE_S2S_UNACKED_MAX"]) * 4
        assert max(messages.times) < PATIENCE
    finally:
        stalled.set()
        link.abort()
        del world.server.faults[EVIL]


async def test_invented_users(world):
    """A partner that makes up senders and recipients: subscriptions, probes, messages, each name once."""
    link = await world.proved()
    async with Messages(world) as messages:
        for block in range(30):
            await link.send("".join(
                f"<presence type='subscribe' from='a{block}x{n}@{EVIL}' to='b{block}x{n}@{OUR_DOMAIN}'/>"
                f"<presence type='probe' from='a{block}x{n}@{EVIL}' to='alice@{OUR_DOMAIN}'/>"
                f"<presence type='subscribe' from='a{block}x{n}@{EVIL}' to='alice@{OUR_DOMAIN}'/>"
                f"<message from='a{block}x{n}@{EVIL}' to='b{block}x{n}@{OUR_DOMAIN}'><body>x</body></message>"
                for n in range(100)))

        async def answered():
            # Asked again: an answer finds the queue full while the test before, or all that was made up here, fills it.
            await link.send(f"<iq type='get' from='x@{EVIL}' to='{OUR_DOMAIN}' id='done'><ping xmlns='urn:xmpp:ping'/></iq>")
            return any(stanza.id == "done" and stanza.type == "result" for stanza in world.server.stanzas)
        await until(answered, 60, "the last answer", every=0.5)
    high = world.rss()
    link.abort()
    print(f"\ninvented users: {high - world.quiet} KiB; {messages}")
    # 1,000 who may watch alice, with a dialog each; nothing stays of the rest.
    assert high - world.quiet < bound(CONNECTIONS) + LIMITS["OREE_GW_SUBSCRIPTIONS_PER_USER_MAX"] * 16
    assert max(messages.times) < 2 * PATIENCE


async def test_a_stranger_sends_us_nowhere_inside(world):
    """Its DNS says that its server is on loopback: nobody is called there, neither to verify nor to answer. The same
    address is called for a partner."""
    before = len(world.server.links)
    link = await world.dial(STRANGER)
    await link.secure(context(False))
    await link.send(f"<db:result from='{STRANGER}' to='{OUR_DOMAIN}'>key</db:result>")
    answer = await link.until("result", deadline=10)
    assert answer.type == "error" and answer.has("remote-server-timeout")
    link.abort()
    proved = await world.dial(STRANGER)
    await proved.sign_in(world.client(STRANGER))
    since = world.edge.bus.events.mark()
    await proved.send(f"<message from='x@{STRANGER}' to='{ALICE_JID}'><body>forged</body></message>")
    await world.edge.bus.event("stanza-refused", since=since)
    proved.abort()
    link = await world.dial()
    await link.secure(context(False))
    await link.send(f"<db:result from='{EVIL}' to='{OUR_DOMAIN}'>key</db:result>")
    assert (await link.until("result", deadline=10)).type == "invalid"
    assert len(world.server.links) == before + 1


async def test_dialback_is_no_cannon(world):
    """One connection names many victims: only so many are asked about it at once."""
    cap = LIMITS["OREE_S2S_PENDING_MAX"]
    link = await world.dial()
    await link.secure(context(False))
    await link.send("".join(f"<db:result from='v{n}.victim.test' to='{OUR_DOMAIN}'>key</db:result>"
                            for n in range(cap + 5)))
    refused = 0
    try:
        while refused < 5:
            refused += (await link.until("result", deadline=10)).has("resource-constraint")
    except Ended:
        pass
    assert refused == 5
    link.abort()
