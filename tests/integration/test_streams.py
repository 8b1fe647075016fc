# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams with the real Prosody beyond the ordinary pair of connections: TLS from the first byte, one stream both ways,
the ways to find a server, limits and timers that change under streams that live, and what a change closes."""

import asyncio

import pytest
from conftest import run
from lab.journal import until
from lab.process import free_port
from lab.xmpp_user import XmppUser
from sip_users import ALICE_JID, JULIET_URI, both_ways
from world import OUR_DOMAIN, PARTNER_ADDRESS, PARTNER_DOMAIN, World

# Further domains on the partner's Prosody, each found in a way of its own.
DIRECT, SIX, PROXIED, SPARE, DOWN = "direct.test", "six.test", "proxied.test", "spare.test", "down.test"
RECORD = ["partner-type=federated", "tls-negotiation=required", "sasl-negotiation=optional",
          "support-dialback-negotiation=true"]


class Deaf:
    """A server that accepts connections and ends them at the first byte."""

    def __init__(self, address):
        self.address, self.port = address, free_port(address)
        self.calls = 0
        self._server = None

    async def start(self):
        async def talk(reader, writer):
            self.calls += 1
            await reader.read(1)
            writer.close()

        self._server = await asyncio.start_server(talk, self.address, self.port)
        return self

    async def stop(self):
        self._server.close()


@pytest.fixture(scope="module")
def lab():
    """Prosody serves five more domains; the names say where."""
    world = World()
    try:
        run(start(world))
        yield world
    finally:
        run(world.stop())


async def start(world):
    await world.start_lab()
    partner, names = world.partner, world.names
    partner.direct_tls = (free_port(PARTNER_ADDRESS), *world.authority.issue("direct-tls", [DIRECT]))
    partner.addresses.append("::1")
    for domain in (DIRECT, SIX, PROXIED, SPARE, DOWN):
        partner.hosts.append((domain, *world.authority.issue(domain, [domain])))
        partner.add_user("romeo", "montague", domain)
    world.deaf = world.keep(await Deaf(PARTNER_ADDRESS).start())
    xmpp = f"xmpp.{PARTNER_DOMAIN}"
    names.service("xmpps-server", DIRECT, xmpp, partner.direct_tls[0])
    names.service("xmpp-server", DIRECT, xmpp, world.deaf.port, priority=5)
    names.host("six-host.test", "::1")
    names.service("xmpp-server", SIX, "six-host.test", partner.s2s_port)
    # Direct TLS first, at a server that hangs up; then one in clear that does so; then the real one.
    names.service("xmpps-server", SPARE, xmpp, world.deaf.port, priority=1)
    names.service("xmpp-server", SPARE, xmpp, world.deaf.port, priority=2)
    names.service("xmpp-server", SPARE, xmpp, partner.s2s_port, priority=3)
    names.service("xmpps-server", DOWN, "", 0)
    names.host(DOWN, PARTNER_ADDRESS)
    await names.restart()
    await partner.restart()
    await world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, *RECORD)
    for domain in (DIRECT, SIX, SPARE, DOWN):
        await world.edge.oreectl("xmpp-partner", "add", domain, *RECORD)
    await world.edge.oreectl("xmpp-partner", "add", PROXIED, *RECORD, f"proxy-fqdn={xmpp}:{partner.s2s_port}")


@pytest.fixture
def bidi(lab):
    """Prosody takes both directions on one stream."""
    run(lab.partner.restart(bidi=True))
    yield
    run(lab.partner.restart(bidi=False, external=True, secure_auth=True, smacks=True))


async def romeo(lab, domain):
    user = XmppUser(f"romeo@{domain}", "montague", lab.partner.address, lab.partner.c2s_port)
    return await user.start()


async def streams(lab, partner=PARTNER_DOMAIN, state="ready", **wanted):
    return [row for row in await lab.edge.oreectl_json("connections")
            if row.get("protocol") == "xmpp" and row["partner"] == partner and row["state"] == state
            and all(row[name.replace("_", "-")] == value for name, value in wanted.items())]


async def no_streams(lab, partner=PARTNER_DOMAIN):
    """Restarting Prosody leaves ours to find that out."""
    async def none():
        return not [row for row in await lab.edge.oreectl_json("connections") if row.get("partner") == partner]
    await until(none, 15, f"no stream with {partner}")


# ---- finding the server, TLS from the first byte ----

async def test_direct_tls_out(lab, alice):
    user = await romeo(lab, DIRECT)
    assert await alice.say(f"sip:romeo@{DIRECT}", "in TLS at once") == 200
    await user.heard("in TLS at once")
    row, = await streams(lab, DIRECT, direction="out")
    assert row["direct-tls"] and row["tls"] and row["alpn"] == "xmpp-server" and row["method"] == "sasl-tls"
    assert row["peer"].endswith(f":{lab.partner.direct_tls[0]}")
    assert lab.deaf.calls == 0
    await user.stop()


async def test_direct_tls_in(lab, alice, juliet):
    """On the one port there is. Prosody asks for _xmpps-server first."""
    lab.names.service("xmpps-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", lab.xmpp_port)
    await lab.names.restart()
    try:
        await juliet.stop()
        await lab.partner.restart()
        await juliet.start()
        since = lab.edge.bus.events.mark()
        juliet.say(ALICE_JID, "in TLS at once")
        await alice.heard("in TLS at once", 20)
        await lab.edge.bus.event("stream-ready", since=since, partner=PARTNER_DOMAIN, direction="in")
        row, = await streams(lab, direction="in")
        assert row["direct-tls"] and row["tls"] and row["alpn"] == "xmpp-server" and row["method"] == "sasl-tls"
        starttls = [line for line in lab.partner.process.lines.entries if "Offering" in line and "starttls" in line]
        assert not starttls
    finally:
        lab.names.records.pop()
        await lab.names.restart()
        await lab.partner.restart()
        await no_streams(lab)


async def test_direct_tls_of_a_partner_without_tls_is_refused(lab, alice, juliet, undo):
    lab.names.service("xmpps-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", lab.xmpp_port)
    await lab.names.restart()
    try:
        await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "tls-negotiation=not-supported",
                               "sasl-negotiation=not-supported")
        await juliet.stop()
        await lab.partner.restart()
        await juliet.start()
        since = lab.edge.bus.events.mark()
        assert (await juliet.refused(juliet.say(ALICE_JID, "no TLS with you"), 30)).error
        event = await lab.edge.bus.event("stream-refused", since=since, partner=PARTNER_DOMAIN)
        assert event["details"]["reason"] == "tls-not-allowed"
    finally:
        lab.names.records.pop()
        await lab.names.restart()
        await lab.partner.restart()


async def test_the_next_server_when_one_hangs_up(lab, alice):
    user = await romeo(lab, SPARE)
    before = lab.deaf.calls
    assert await alice.say(f"sip:romeo@{SPARE}", "at the third door") == 200
    await user.heard("at the third door")
    assert lab.deaf.calls == before + 2
    row, = await streams(lab, SPARE, direction="out")
    assert not row["direct-tls"] and row["peer"].endswith(f":{lab.partner.s2s_port}")
    await user.stop()


async def test_a_refused_service_forbids_the_fallback(lab, alice):
    """_xmpps-server is "." and _xmpp-server does not exist: the domain's own address is not for us."""
    since = lab.edge.bus.events.mark()
    assert await alice.say(f"sip:romeo@{DOWN}", "anybody?") in (404, 503)
    event = await lab.edge.bus.event("stream-failed", since=since, partner=DOWN, direction="out")
    assert event["details"]["reason"] == "not-found"


async def test_proxy_fqdn(lab, alice):
    """No name says where proxied.test is; its certificate still is its own."""
    user = await romeo(lab, PROXIED)
    assert await alice.say(f"sip:romeo@{PROXIED}", "by the record") == 200
    await user.heard("by the record")
    row, = await streams(lab, PROXIED, direction="out")
    assert row["method"] == "sasl-tls"
    await user.stop()


async def test_ipv6(lab, alice, undo):
    user = await romeo(lab, SIX)
    assert await alice.say(f"sip:romeo@{SIX}", "six") == 200
    await user.heard("six")
    row, = await streams(lab, SIX, direction="out")
    assert row["peer"].startswith("[::1]:")
    await user.stop()


async def test_ipv6_in(lab, undo):
    """The listener follows the record; a header is answered."""
    await lab.edge.oreectl("topology", "set", "access-edge-external-addresses=127.0.0.1,::1")
    reader, writer = await asyncio.open_connection("::1", lab.xmpp_port)
    writer.write(b"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
                 b"from='fabrikam.test' to='contoso.test' version='1.0'>")
    answer = await asyncio.wait_for(reader.readuntil(b"</stream:features>"), 30)
    assert b"<starttls" in answer and b"from='contoso.test'" in answer
    writer.close()


# ---- one stream both ways ----

async def one_stream(lab, direction, **wanted):
    rows = await streams(lab)
    assert [row["direction"] for row in rows] == [direction], rows
    assert rows[0]["bidirectional"]
    for name, value in wanted.items():
        assert rows[0][name.replace("_", "-")] == value, rows[0]
    return rows[0]


async def test_bidi_on_our_stream(lab, bidi, alice, juliet):
    await no_streams(lab)
    assert await alice.say(JULIET_URI, "ours") == 200
    await juliet.heard("ours")
    for number in range(20):
        juliet.say(ALICE_JID, f"back {number}")
    await alice.heard("back 19", 20)
    for number in range(20):
        assert await alice.say(JULIET_URI, f"there {number}") == 200
    await juliet.heard("there 19")
    row = await one_stream(lab, "out", acknowledgements=True, method="sasl-tls")
    assert row["messages-in"] >= 20 and row["messages-out"] >= 21
    assert [message.text for message in alice.messages.entries if message.text.startswith("back ")] == \
        [f"back {number}" for number in range(20)]


async def test_bidi_on_their_stream(lab, bidi, alice, juliet):
    await no_streams(lab)
    juliet.say(ALICE_JID, "theirs")
    await alice.heard("theirs", 20)
    for number in range(20):
        assert await alice.say(JULIET_URI, f"there {number}") == 200
    await juliet.heard("there 19")
    for number in range(20):
        juliet.say(ALICE_JID, f"back {number}")
    await alice.heard("back 19", 20)
    row = await one_stream(lab, "in", acknowledgements=True, method="sasl-tls")
    assert row["messages-out"] >= 20 and row["in-doubt"] == 0


async def test_bidi_by_dialback(lab, bidi, alice, juliet):
    """Prosody proves itself by a key: our stanzas may go back on its stream. The key is verified over a connection of
    its own."""
    await juliet.stop()
    await lab.partner.restart(external=False)
    await juliet.start()
    await no_streams(lab)
    since = lab.edge.bus.events.mark()
    juliet.say(ALICE_JID, "by a key")
    await alice.heard("by a key", 20)
    event = await lab.edge.bus.event("stream-ready", since=since, partner=PARTNER_DOMAIN, direction="in")
    assert await alice.say(JULIET_URI, "back by a key") in (200, 202)
    await juliet.heard("back by a key")
    # Its certificate is as good: XEP-0344 takes that, the word for it is sasl-tls.
    await one_stream(lab, "in", method=event["details"]["method"])


async def test_bidi_switched_off(lab, bidi, alice, juliet, undo):
    await no_streams(lab)
    assert await alice.say(JULIET_URI, "both ways") == 200
    await one_stream(lab, "out")
    since = lab.edge.bus.events.mark()
    change = ("set", "xmpp-partner", PARTNER_DOMAIN, {"enable-bidirectional-streams": False})
    effects = await lab.edge.bus.apply(change)
    assert effects["streams-closed"] == 1
    await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN, direction="out")
    await both_ways(juliet, alice, "one way each")
    rows = await streams(lab)
    assert sorted(row["direction"] for row in rows) == ["in", "out"]
    assert not any(row["bidirectional"] for row in rows)


# ---- a change bites at once ----

@pytest.fixture
def ordinary(lab):
    """Prosody as the test leaves it goes back to what it was."""
    yield lab.partner
    run(lab.partner.restart(bidi=False, external=True, secure_auth=True, encryption=True))


async def connected(lab, alice, juliet, count=2):
    """A stream each way with the partner, ready."""
    await both_ways(juliet, alice, "connect")
    rows = await streams(lab)
    assert len(rows) == count, rows
    return rows


async def bites(lab, change, closed, reason=None):
    """Check says how many streams the change closes, Apply says the same, and so many close."""
    since = lab.edge.bus.events.mark()
    assert (await lab.edge.bus.check(change))["streams-closed"] == closed
    assert len(await streams(lab)) == closed
    assert (await lab.edge.bus.apply(change))["streams-closed"] == closed
    await lab.edge.bus.events.wait_count(
        closed, 10, since, lambda event: event["nick"] == "stream-closed"
        and event["details"]["partner"] == PARTNER_DOMAIN and event["details"]["reason"] == (reason or event["details"]["reason"]),
        what=f"streams closed for {reason}")
    await no_streams(lab)


async def test_removing_the_partner(lab, alice, juliet, undo):
    await connected(lab, alice, juliet)
    await bites(lab, ("remove", "xmpp-partner", PARTNER_DOMAIN, {}), 2, "not-a-partner")


async def test_blocking_the_domain(lab, alice, juliet, undo):
    await connected(lab, alice, juliet)
    await bites(lab, ("add", "blocked-domain", PARTNER_DOMAIN, {}), 2, "blocked-domain")


async def test_dialback_no_longer_allowed(lab, ordinary, alice, juliet, undo):
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "sasl-negotiation=not-supported")
    await juliet.stop()
    await ordinary.restart(external=False)
    await no_streams(lab)
    await juliet.start()
    rows = await connected(lab, alice, juliet)
    assert {row["method"] for row in rows} == {"tls-dialback"}
    await bites(lab, ("set", "xmpp-partner", PARTNER_DOMAIN,
                      {"sasl-negotiation": "optional", "support-dialback-negotiation": False}), 2,
                "dialback-not-allowed")


async def test_tls_required_for_streams_in_clear(lab, ordinary, alice, juliet, undo):
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "tls-negotiation=not-supported",
                           "sasl-negotiation=not-supported")
    await juliet.stop()
    await ordinary.restart(external=False, encryption=False)
    await no_streams(lab)
    await juliet.start()
    rows = await connected(lab, alice, juliet)
    assert {row["method"] for row in rows} == {"tcp-dialback"}
    await bites(lab, ("set", "xmpp-partner", PARTNER_DOMAIN,
                      {"tls-negotiation": "required", "sasl-negotiation": "optional"}), 2, "tls-required")


async def test_a_change_that_forbids_nothing(lab, alice, juliet, undo):
    await connected(lab, alice, juliet)
    change = ("set", "xmpp-partner", PARTNER_DOMAIN, {"description": "as before", "sasl-negotiation": "required"})
    assert (await lab.edge.bus.check(change))["streams-closed"] == 0
    assert (await lab.edge.bus.apply(change))["streams-closed"] == 0
    assert len(await streams(lab)) == 2


async def test_another_server_by_record(lab, alice, juliet, undo):
    """Our stream goes to where the record points now; the partner's own is none of that."""
    await connected(lab, alice, juliet)
    change = ("set", "xmpp-partner", PARTNER_DOMAIN,
              {"proxy-fqdn": f"xmpp.{PARTNER_DOMAIN}:{lab.partner.s2s_port}"})
    assert (await lab.edge.bus.check(change))["streams-closed"] == 1
    assert (await lab.edge.bus.apply(change))["streams-closed"] == 1
    await until(lambda: streams_out(lab, 0), 30, "our stream gone")
    await both_ways(juliet, alice, "moved")


async def streams_out(lab, count):
    return len(await streams(lab, direction="out")) == count


async def test_limits_lowered(lab, alice, juliet, undo):
    await connected(lab, alice, juliet)
    change = ("set", "xmpp-partner", PARTNER_DOMAIN, {"connection-limit": 1})
    assert (await lab.edge.bus.check(change))["streams-closed"] == 1
    assert (await lab.edge.bus.apply(change))["streams-closed"] == 1

    async def one_left():
        return len([row for row in await lab.edge.oreectl_json("connections")
                    if row.get("partner") == PARTNER_DOMAIN]) == 1
    await until(one_left, 30, "one stream left")
    change = ("set", "xmpp-gateway", "global", {"connection-limit": 1})
    assert (await lab.edge.bus.check(change))["streams-closed"] == 0


async def test_timers_change_under_streams(lab, alice, juliet, undo):
    """Ten minutes of inactivity become two seconds."""
    await connected(lab, alice, juliet)
    since = lab.edge.bus.events.mark()
    change = ("set", "xmpp-gateway", "global", {"stream-inactivity-timeout": 2})
    assert (await lab.edge.bus.apply(change))["streams-closed"] == 0
    await lab.edge.bus.events.wait_count(
        2, 10, since, lambda event: event["nick"] == "stream-closed" and event["details"]["reason"] == "idle",
        what="idle streams closed")
    await no_streams(lab)


async def test_keep_alive_changes_under_streams(lab, alice, juliet, undo):
    await connected(lab, alice, juliet)
    logged = lab.partner.process.lines.mark()
    await lab.edge.bus.apply(("set", "xmpp-gateway", "global", {"keep-alive-interval": 1}))
    # A request for acknowledgement is what keeps our stream alive.
    await lab.partner.process.lines.wait(lambda line: "Received ack request" in line, 30, logged, "a request")
