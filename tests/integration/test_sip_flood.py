# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers in numbers at the port of SIP federation: connections that stop half-way at every stage, from many addresses.
They displace each other, the service's memory stays under a bound, and a partner is served all the while: on the connection it
has and on new ones. Bad messages in numbers are test_sip_torture's."""

import asyncio
import contextlib
import itertools
import pathlib
import re
import resource
import ssl

import pytest
from conftest import run
from lab.clock import Clock
from lab.journal import until
from lab.process import free_port
from sip_partner import PartnerLink, SipServer, context
from sip_world import LITWARE, STRANGER, SipWorld
from test_flood import LIMITS, WEIGHABLE, sources
from world import EDGE_ADDRESS, OUR_DOMAIN

STRANGERS = LIMITS["OREE_SIP_STRANGERS_MAX"]
PER_ADDRESS = LIMITS["OREE_PREAUTH_PER_ADDRESS_MAX"]
KIB = 1024
# Of one that said nothing or half a handshake: buffers and an SSL object, no certificate.
KIB_EACH = 60


class World(SipWorld):
    async def start_flood(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 16384), hard), hard))
        self.clock = Clock(self.edge, self.directory / "clock")
        # As at a real site: who has no record is not called at addresses such as ours here.
        self.edge.settings["dns", "private-addresses"] = "partners"
        self.edge.weigh()
        await self.start_sip()
        self.inside = self.keep(await SipServer(EDGE_ADDRESS, free_port(EDGE_ADDRESS)).start())
        await self.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{self.inside.port};transport=tcp")
        self.partner = self.keep(await self.link(LITWARE))
        assert await self.served(self.partner)
        return self

    async def served(self, link):
        return await link.status("MESSAGE", f"sip:alice@{OUR_DOMAIN}", body=b"through", headers=["Content-Type: text/plain"],
                                 deadline=30) == 200

    async def a_new_connection_is_served(self):
        link = await self.link(LITWARE)
        assert await self.served(link)
        await link.stop()

    def memory(self):
        status = pathlib.Path(f"/proc/{self.edge.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * KIB


@pytest.fixture(scope="module")
def world():
    world = World()
    try:
        run(world.start_flood())
        yield world
    finally:
        run(world.stop())


def half_a_hello():
    """What a client begins a handshake with, cut short."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context(False).wrap_bio(into, out).do_handshake()
    return out.read()[:100]


async def rise(world, count, each, said):
    """Connections from many addresses, `each` of one, which say `said` and no more; those that were let in."""
    gate = asyncio.Semaphore(50)
    links = []

    async def one(source):
        async with gate:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(EDGE_ADDRESS, world.outside_port, local_addr=(source, 0))
                writer.write(said)
                links.append((reader, writer))
    await asyncio.gather(*map(one, sources(count, each)))
    return links


def fall(links):
    for _, writer in links:
        writer.transport.abort()


async def ended(reader, deadline=20):
    """TRUE when the other side ended it."""
    try:
        async with asyncio.timeout(deadline):
            while await reader.read(4096):
                pass
        return True
    except ConnectionError:
        return True
    except asyncio.TimeoutError:
        return False


@pytest.mark.parametrize("said", [b"", half_a_hello()], ids=["silent", "half-a-handshake"])
async def test_the_half_open(world, said):
    """More than may be: the oldest go, memory is bounded, partners do not feel it; after ten seconds all are gone."""
    since = world.edge.bus.events.mark()
    before = world.memory()
    links = await rise(world, STRANGERS + 200, 50, said)
    assert await world.served(world.partner)
    await world.a_new_connection_is_served()
    grown = world.memory() - before
    print(f"{len(links)} half-open: {grown / len(links) / KIB:.1f} KiB each, {grown >> 20} MiB in all")
    if WEIGHABLE:
        assert grown < STRANGERS * KIB_EACH * KIB
    event = await world.edge.bus.event("limit-hit", since=since)
    assert event["details"]["limit"] == "strangers"
    # Whoever came first had to make room; the others' time is up.
    assert await ended(links[0][0])
    world.clock.passes(LIMITS["OREE_TLS_HANDSHAKE_SECONDS"] + 1)
    assert await world.served(world.partner)
    assert all(await asyncio.gather(*(ended(reader) for reader, _ in links)))
    fall(links)


async def test_one_address_has_its_share(world):
    since = world.edge.bus.events.mark()
    links = await rise(world, PER_ADDRESS + 20, PER_ADDRESS + 20, b"")
    event = await world.edge.bus.event("limit-hit", since=since)
    assert event["details"]["limit"] == "unauthenticated-per-address"
    over = await asyncio.gather(*(ended(reader, 1) for reader, _ in links))
    assert over.count(True) >= 20
    await world.a_new_connection_is_served()
    fall(links)


@pytest.mark.parametrize("names", [None, ["nobody.example"], [STRANGER]], ids=["no-certificate", "unknown-authority", "no-partner"])
async def test_strangers_who_shake_hands(world, names):
    """Without a certificate that an authority of ours vouches for a handshake ends the matter. One that proves nobody's
    domain may stay for a minute, and nothing it says passes."""
    if names == ["nobody.example"]:
        from lab import pki
        shown = context(False, *pki.self_signed(world.directory, "self", names))
    else:
        shown = context(False, *(world.certificate(*names) if names else ()))
    links = [await world.link(STRANGER, shown=shown, source="127.2.0.1") for _ in range(20)]
    if names != [STRANGER]:
        await asyncio.wait_for(asyncio.gather(*(link.ended.wait() for link in links)), 20)
        return
    statuses = await asyncio.gather(*(link.status("MESSAGE", f"sip:alice@{OUR_DOMAIN}") for link in links))
    assert set(statuses) == {403}
    world.clock.passes(LIMITS["OREE_SIP_FIRST_SECONDS"] + 1)
    assert await world.served(world.partner)
    await asyncio.wait_for(asyncio.gather(*(link.ended.wait() for link in links)), 20)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS sip:contoso.test SIP/2.0\r\n\r\n", b"\0" * 2000,
                                  b"<?xml version='1.0'?><stream:stream>"], ids=["http", "sip-in-clear", "zeros", "xml"])
async def test_other_protocols(world, said):
    (link,) = await rise(world, 1, 1, said)
    assert await ended(link[0])
    fall([link])


async def test_handshakes_in_numbers_while_partners_talk(world, long):
    """Connections that come, shake hands and go, as fast as they can: what each left behind is given back."""
    shown = context(False, *world.certificate(STRANGER))
    counted = itertools.count()

    async def visitor(source, visits):
        for _ in range(visits):
            link = await world.link(STRANGER, shown=shown, source=source)
            await link.stop()
            next(counted)

    await asyncio.gather(*(visitor(f"127.3.0.{n + 1}", 5) for n in range(10)))
    before = world.memory()
    await asyncio.gather(*(visitor(f"127.3.0.{n + 1}", 100 if long else 10) for n in range(10)))
    assert await world.served(world.partner)
    print(f"{next(counted)} handshakes: {(world.memory() - before) >> 10} KiB more")
    if WEIGHABLE:
        assert world.memory() - before < 8 << 20

    async def none():
        return not [row for row in await world.connections() if row["state"] != "ready"]
    await until(none, 20, "strangers' connections gone")


async def test_a_stranger_sends_us_nowhere_inside(world):
    """Discovered domains are called at public addresses alone; a partner that an administrator listed, anywhere."""
    servers = {domain: await world.server(domain) for domain in (LITWARE, STRANGER)}
    await world.edge.oreectl("access-edge", "set", "enable-partner-discovery=true")
    await world.edge.oreectl("user", "set", f"sip:alice@{OUR_DOMAIN}", "home=next-hop")
    inside = world.keep(await PartnerLink(f"sip:alice@{OUR_DOMAIN}", EDGE_ADDRESS, world.sip_port, None).connect())
    assert await inside.status("MESSAGE", f"sip:bob@{STRANGER}") == 504
    assert servers[STRANGER].accepted == 0
    assert await inside.status("MESSAGE", f"sip:bob@{LITWARE}") == 200
    assert servers[LITWARE].accepted == 1
