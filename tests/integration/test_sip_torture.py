# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad and odd SIP from a partner whose certificate is good: the messages of RFC 4475 and the points of RFC 5118, each with
what an edge must make of it, and attacks on the framing. They arrive as a partner's: their From is at litware.test and
what they address at contoso.test; the rest is as the RFC has it, byte for byte. Behind the edge stands a scripted next hop
that takes whatever is let through."""

import asyncio
import pathlib
import re

import pytest
from conftest import run
from lab.process import free_port
from sip_partner import SipServer
from sip_peer import parse, token
from sip_world import LITWARE, SipWorld
from test_flood import WEIGHABLE
from world import EDGE_ADDRESS, OUR_DOMAIN, TOP

TORTURE = TOP / "tests" / "vectors" / "sip" / "torture"
NEW_DOMAIN = rb"(?:[\w-]+\.)*(?:example|company)\.(?:com|net|org)"
LIMIT = 60


class World(SipWorld):
    async def start_behind_edge(self):
        self.edge.weigh()
        await self.start_sip(domains=(LITWARE,))
        self.inside = self.keep(await SipServer(EDGE_ADDRESS, free_port(EDGE_ADDRESS)).start())
        await self.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{self.inside.port};transport=tcp")
        return self

    async def alive(self, link):
        """What was sent before on this connection was dealt with: it answers."""
        assert await link.status("OPTIONS", f"sip:{OUR_DOMAIN}") == 200

    async def forwarded(self, call_id):
        return await self.inside.requests.wait(lambda packet: packet.get("call-id") == call_id, 30)

    def reached(self, call_id):
        return [packet for packet in self.inside.requests.entries if packet.get("call-id") == call_id]


@pytest.fixture(scope="module")
def world():
    world = World()
    try:
        run(world.start_behind_edge())
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def link(world):
    link = run(world.link(LITWARE))
    yield link
    run(link.stop())


# --- RFC 4475 ------------------------------------------------------------------------------------

INSIDE, SILENT, WAITS = "inside", "silent", "waits"

# A status, INSIDE (the next hop gets it and answers 200), SILENT (no answer, the connection goes on), WAITS (for bytes
# that never come); "!" behind a status: the stream cannot be cut any further and is closed.
OUTCOMES = {
    "wsinv": INSIDE, "esc01": INSIDE, "lwsdisp": INSIDE, "longreq": INSIDE, "semiuri": INSIDE, "transports": INSIDE,
    "mpart01": INSIDE, "baddate": INSIDE, "badbranch": INSIDE, "invut": INSIDE, "sdp01": INSIDE,
    # Methods that do not cross between organisations.
    "intmeth": "405", "esc02": "405", "dblreq": "405", "regaut01": "405", "cparam01": "405", "cparam02": "405",
    "regescrt": "405",
    # A user part that holds a NUL, and a From that is no SIP address: no partner's certificate speaks for those.
    "escnull": "403", "unksm2": "403",
    "badinv01": "400", "scalar02": "400", "quotbal": "400", "ltgtruri": "400", "lwsruri": "400", "lwsstart": "400",
    "trws": "400", "escruri": "400", "regbadct": "400", "badaspec": "400", "baddn": "400", "mismatch01": "400",
    "mismatch02": "400", "multi01": "400", "insuf": "400", "badvers": "505",
    "unkscm": "416", "novelsc": "416", "bext01": "420", "zeromf": "483",
    # Framing: RFC 3261 18.3.
    "clerr": WAITS, "ncl": "400!", "mcl01": "400!", "inv2543": "400!",
    # Responses to nothing we asked.
    "unreason": SILENT, "noreason": SILENT, "bigcode": SILENT, "scalarlg": SILENT, "bcast": SILENT,
}


def localised(data):
    """Who sends it and whom it is for are people of the lab."""
    first, _, rest = data.partition(b"\r\n")
    *front, last = re.split(rb"(" + NEW_DOMAIN + rb")", first) if b"SIP/" not in first[:4] else [first]
    if len(front) >= 2:
        front[-1] = OUR_DOMAIN.encode()
    rest = re.sub(rb"(?im)^((?:from|f)\s*:(?:[^\r]|\r\n[ \t])*)",
                  lambda match: re.sub(NEW_DOMAIN, LITWARE.encode(), match.group(1)), rest, count=1)
    return b"".join(front) + last + b"\r\n" + rest


def call_id_of(data):
    found = re.search(rb"(?im)^(?:call-id|i)\s*:\s*(\S+)", data)
    return found.group(1).decode() if found else None


def test_every_message_has_its_outcome():
    assert set(OUTCOMES) | {"test"} == {path.stem for path in TORTURE.glob("*.dat")} and len(OUTCOMES) == 49


@pytest.mark.parametrize("name", sorted(OUTCOMES))
async def test_rfc_4475(world, link, name):
    data = localised((TORTURE / f"{name}.dat").read_bytes())
    call_id, outcome = call_id_of(data), OUTCOMES[name]
    link.write(data)
    if outcome == INSIDE:
        packet = await world.forwarded(call_id)
        head, _, body = data.partition(b"\r\n\r\n")
        sent = parse(head, body)
        assert packet.body == body[:len(packet.body)] and len(packet.body) == int(sent.get("content-length"))
        # mpart01 has a Route that names a strict router of the sender's choice: it leads nowhere here.
        assert packet.first.split(" ")[1] == sent.first.split(" ")[1] and not packet.get("route")
        assert len(packet.all("via")) >= 2 and OUR_DOMAIN in packet.first
        response = await link.packets.wait(lambda packet: packet.get("call-id") == call_id and packet.status >= 200, 30)
        assert response.status == 200
        return
    if outcome == WAITS:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(link.ended.wait(), 0.5)
        assert not link.packets.entries
        return
    if outcome == SILENT:
        await world.alive(link)
        assert [packet.method for packet in link.packets.entries] == ["OPTIONS"]
        return
    response = await link.packets.wait(lambda packet: packet.status is not None, 30)
    assert response.status == int(outcome.rstrip("!"))
    if name == "bext01":
        assert {value.strip() for value in response.get("unsupported").split(",")} == {"noProxiesSupportThis",
                                                                                      "norDoAnyProxiesSupportThis"}
    if outcome.endswith("!"):
        await asyncio.wait_for(link.ended.wait(), 30)
    elif name != "dblreq":  # on a stream its second half is a message of its own, whose body is cut short
        await world.alive(link)
    assert not world.reached(call_id)


# --- RFC 5118 ------------------------------------------------------------------------------------

SDP = (b"v=0\r\no=- 1 1 IN IP6 2001:db8::20\r\ns=-\r\nc=IN IP6 2001:db8::20\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n"
       b"m=video 51372 RTP/AVP 31\r\nc=IN IP4 192.0.2.30\r\n")
MAPPED = SDP.replace(b"2001:db8::20", b"::ffff:192.0.2.20")
TO_US = f"sip:user@{OUR_DOMAIN}"


@pytest.mark.parametrize("name, uri, via, body, outcome", [
    ("ipv6-good", TO_US, "[2001:db8::9:1]", b"", 200),
    ("ipv6-bad", "sip:2001:db8::10", "[2001:db8::9:1]", b"", 400),
    ("port-ambiguous", "sip:[2001:db8::10:5070]", "[2001:db8::9:1]", b"", 404),
    ("port-unambiguous", "sip:[2001:db8::10]:5070", "[2001:db8::9:1]:5070", b"", 404),
    ("via-received-param-with-delim", TO_US, "[2001:db8::9:1];received=[2001:db8::9:255]", b"", 200),
    ("via-received-param-no-delim", TO_US, "[2001:db8::9:1];received=2001:db8::9:255", b"", 200),
    ("ipv6-in-sdp", TO_US, "[2001:db8::9:1]", SDP, 200),
    ("mult-ip-in-header", TO_US, "[2001:db8::9:1]:6050;branch=z9hG4bKa, SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKb", b"", 200),
    ("ipv4-mapped", TO_US, "[::ffff:192.0.2.10]:19823", MAPPED, 200),
    ("abnf-2-colons", "sip:user@[2001:db8::192.0.2.1]", "[2001:db8::9:1]", b"", 404),
    ("abnf-3-colons", "sip:user@[2001:db8:::192.0.2.1]", "[2001:db8::9:1]", b"", 400),
])
async def test_rfc_5118(world, link, name, uri, via, body, outcome):
    call_id = token()
    branch = "" if "branch" in via else f";branch=z9hG4bK{token()}"
    link.write((f"OPTIONS {uri} SIP/2.0\r\nVia: SIP/2.0/TLS {via}{branch}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:bob@{LITWARE}>;tag=1\r\nTo: <{uri}>\r\nContact: <sip:bob@[2001:db8::1]>\r\n"
                f"Call-ID: {call_id}\r\nCSeq: 1 OPTIONS\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    response = await link.packets.wait(lambda packet: packet.get("call-id") == call_id, 30)
    assert response.status == outcome
    if outcome != 200:
        return
    packet, = world.reached(call_id)
    assert packet.body == body
    received = re.search(r"received=([^;,]*)", packet.all("via")[1])
    assert received.group(1) == "127.0.0.3"
    assert [len(re.findall(r"SIP/2.0/", value)) for value in response.all("via")]


# --- framing attacks -------------------------------------------------------------------------------


def request(lines, body=b"", method="MESSAGE", length=None):
    """A good request with `lines` in it; `length`: the Content-Length lines, instead of the right one."""
    call_id = token()
    head = (f"{method} sip:alice@{OUR_DOMAIN} SIP/2.0\r\nVia: SIP/2.0/TLS a.{LITWARE};branch=z9hG4bK{token()}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:bob@{LITWARE}>;tag=1\r\nTo: <sip:alice@{OUR_DOMAIN}>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\nContent-Type: text/plain\r\n").encode()
    head += lines + (f"Content-Length: {len(body)}\r\n".encode() if length is None else length) + b"\r\n"
    return head + body, call_id


# What stands in the head, the Content-Length lines (None: the right one), the answer (None: dropped), and is the
# connection closed?
FRAMING = {
    "two lengths that differ": (b"", b"Content-Length: 0\r\nContent-Length: 5\r\n", 400, True),
    "two lengths that agree": (b"", b"Content-Length: 5\r\nContent-Length: 5\r\n", 400, True),
    "a length and a compact one": (b"", b"l: 0\r\nContent-Length: 5\r\n", 400, True),
    "a length with a sign": (b"", b"Content-Length: +5\r\n", 400, True),
    "a negative length": (b"", b"Content-Length: -5\r\n", 400, True),
    "a hexadecimal length": (b"", b"Content-Length: 0x5\r\n", 400, True),
    "a length in two words": (b"", b"Content-Length: 1 0\r\n", 400, True),
    "a list of lengths": (b"", b"Content-Length: 5, 5\r\n", 400, True),
    "a length past 64 bits": (b"", b"Content-Length: 18446744073709551621\r\n", 400, True),
    "a length past what we take": (b"", b"Content-Length: 10000000\r\n", 513, True),
    "no length": (b"", b"", 400, True),
    "an empty length": (b"", b"Content-Length:\r\n", 400, True),
    "a name with a control before the colon": (b"To\x01: <sip:mallory@evil.test>\r\n", None, 400, False),
    "a NUL in a header": (b"Subject: a\0b\r\n", None, 400, False),
    "a bare line feed": (b"Subject: a\nP-Asserted-Identity: <sip:boss@contoso.test>\r\n", None, None, True),
    "a bare carriage return": (b"Subject: a\rP-Asserted-Identity: <sip:boss@contoso.test>\r\n", None, None, False),
    "a second From": (b"From: <sip:boss@contoso.test>;tag=2\r\n", None, 400, False),
    "a second From, compact": (b"f: <sip:boss@contoso.test>;tag=2\r\n", None, 400, False),
    "chunks, which SIP has not": (b"Transfer-Encoding: chunked\r\n", None, 200, False),
}


@pytest.mark.parametrize("name", FRAMING)
async def test_framing_attacks(world, link, name):
    lines, length, status, closed = FRAMING[name]
    data, call_id = request(lines, b"hello", length=length)
    behind, second = request(b"", b"behind")
    link.write(data + behind)
    if not closed:
        await world.forwarded(second)
    if status is not None:
        response = await link.packets.wait(lambda packet: packet.get("call-id") == call_id, 30)
        assert response.status == status
    assert bool(world.reached(call_id)) == (status == 200)
    if not closed:
        return
    # Where two sides could differ on where the next message begins, there is no next message.
    await asyncio.wait_for(link.ended.wait(), 30)
    assert not world.reached(second)


async def test_a_body_is_a_body(world, link):
    """A request inside a body stays there, and what follows it is the next message."""
    smuggled, never = request(b"", b"smuggled")
    data, call_id = request(b"", smuggled)
    again, second = request(b"", b"next")
    link.write(data + again)
    assert (await world.forwarded(call_id)).body == smuggled
    assert (await world.forwarded(second)).body == b"next"
    assert not world.reached(never)


@pytest.mark.parametrize("routes", [
    ["<sip:evil.test;lr>"], ["<sip:evil.test>"], ["<sip:{edge};lr>", "<sip:evil.test;lr>"], ["<sip:{edge};lr>"],
    ["<sip:{edge};lr;oree=forged>", "<sip:evil.test;lr>"]])
async def test_a_partner_chooses_no_route(world, link, routes):
    """Neither Route nor To says where a request goes: its Request-URI does, and that is at home."""
    edge = f"{EDGE_ADDRESS}:{world.outside_port}"
    lines = "".join(f"Route: {route.format(edge=edge)}\r\n" for route in routes).encode()
    data, call_id = request(lines, b"routed")
    link.write(data)
    packet = await world.forwarded(call_id)
    assert packet.uri == f"sip:alice@{OUR_DOMAIN}" and not packet.get("route")
    data, call_id = request(lines, b"routed")
    link.write(data.replace(f"MESSAGE sip:alice@{OUR_DOMAIN}".encode(), b"MESSAGE sip:x@evil.test"))
    response = await link.packets.wait(lambda packet: packet.get("call-id") == call_id, 30)
    assert response.status == 404 and not world.reached(call_id)


@pytest.mark.parametrize("name, lines", [
    ("a megabyte of header", b"Subject: " + b"a" * 1_000_000 + b"\r\n"),
    ("a megabyte of headers", b"X: a\r\n" * 170_000),
    ("ten thousand Vias", b"".join(b"Via: SIP/2.0/TLS h%d.test;branch=z9hG4bK%d\r\n" % (n, n) for n in range(10_000))),
    ("ten thousand Vias in one line", b"Via: " + b", ".join(b"SIP/2.0/TLS h;branch=z9hG4bK%d" % n for n in range(10_000))
     + b"\r\n"),
    ("a hundred Vias", b"Via: SIP/2.0/TLS h.test;branch=z9hG4bK1\r\n" * 100),
    ("a hundred routes", b"Route: <sip:h.test;lr>\r\n" * 100),
    ("a megabyte without an end", b"a" * 1_000_000),
    ("folds without an end", b"Subject: a\r\n" + b" a\r\n" * 200_000),
])
async def test_too_much_is_refused_and_costs_nothing(world, link, name, lines):
    data, call_id = request(lines)
    before = memory(world)
    link.write(data)
    answers = await answered_or_ended(link, call_id)
    assert not set(answers) - {400, 513}
    assert not world.reached(call_id)
    assert memory(world) - before < 4 << 20
    fresh = await world.link(LITWARE)
    await world.alive(fresh)
    await fresh.stop()


async def answered_or_ended(link, call_id):
    waits = {asyncio.ensure_future(link.ended.wait()),
             asyncio.ensure_future(link.packets.wait(lambda packet: packet.get("call-id") == call_id, 30))}
    done, pending = await asyncio.wait(waits, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    assert done
    for task in done:
        task.exception()
    return [packet.status for packet in link.packets.entries if packet.get("call-id") == call_id]


def memory(world):
    """Resident bytes of the service."""
    status = pathlib.Path(f"/proc/{world.edge.process.child.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) << 10


async def test_a_drip_is_cut_off(world, link):
    """A message begun must be complete in 20 seconds; others do not feel it."""
    data, _ = request(b"", b"slow")
    started = asyncio.get_running_loop().time()
    ticks = iter(data)
    while not link.ended.is_set():
        link.write(bytes([next(ticks)]))
        try:
            await asyncio.wait_for(link.ended.wait(), 0.5)
        except asyncio.TimeoutError:
            pass
        assert asyncio.get_running_loop().time() - started < LIMIT
    assert asyncio.get_running_loop().time() - started > 15
    fresh = await world.link(LITWARE)
    await world.alive(fresh)
    await fresh.stop()


async def test_a_flood_leaves_memory_bounded(world, long):
    """Requests as fast as they can be written, from several connections at once, while the answers are not read: what
    waits is bounded, and everybody else is served."""
    rounds = 40 if long else 8
    before = memory(world)
    links = [await world.link(LITWARE) for _ in range(4)]
    for link in links:
        link._reading.cancel()
    burst = b"".join(request(b"", b"flood")[0] for _ in range(500))
    peak = 0
    for _ in range(rounds):
        for link in links:
            link.write(burst)
        await asyncio.wait([asyncio.ensure_future(asyncio.wait_for(link._writer.drain(), 1)) for link in links])
        peak = max(peak, memory(world))
        world.inside.requests.entries.clear()
    fresh = await world.link(LITWARE)
    await world.alive(fresh)
    await fresh.stop()
    print(f"flood: {rounds * 2000} requests, {(peak - before) >> 20} MiB at the most")
    assert not WEIGHABLE or peak - before < 64 << 20
    for link in links:
        link._writer.transport.abort()
    fresh = await world.link(LITWARE)
    await world.alive(fresh)
    await fresh.stop()
