# SPDX-License-Identifier: GPL-3.0-or-later
"""The error tables of RFC 7247 row by row, alive: what the unit tests hold of tests/vectors/gateway comes out at the other end of
the service too, towards a real Prosody and from it, at the embedded front end and behind a next hop."""

import asyncio

import pytest
from conftest import run
from lab import pki
from lab.journal import Journal
from lab.prosody_hosts import Host, ProsodyHosts
from next_hop import NextHop
from sip_peer import address
from sip_users import ALICE, ALICE_JID, sip_user
from world import EDGE_ADDRESS, TOP, World

PARTNER = "partner.test"
PROBE = f"probe@{PARTNER}"


def rows(name):
    lines = (TOP / "tests" / "vectors" / "gateway" / f"{name}.table").read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


TO_SIP = rows("errors-to-sip")
TO_XMPP = [(int(status), may_know, stranger) for status, may_know, stranger in rows("errors-to-xmpp")]


class Table:
    """The service and a Prosody that uses one stream both ways: its error comes before its acknowledgement, and so answers the
    request itself (DECISIONS/008)."""

    async def start(self):
        self.world = world = World()
        authority = pki.Authority(world.directory, "lab-ca")
        trust = world.directory / "trust.pem"
        names = world.make_names()
        certificate, key = authority.issue("partner", [PARTNER])
        self.server = ProsodyHosts(world.directory / "partner", [Host(PARTNER, certificate, key)], names.endpoint, trust,
                                   "127.0.0.2", modules=["s2s_bidi"])
        self.server.register(names, f"xmpp.{PARTNER}")
        await world.start_servers(authority, trust, self.server)
        self.edge = world.edge
        await self.edge.bus.apply(("add", "xmpp-partner", PARTNER, {"partner-type": "federated"}))
        self.alice = world.keep(await sip_user(world, "alice"))
        self.alice.moved = "tel:+33123456789"  # an address that has no form in XMPP: 301 is as 410 then
        # One stream, ours, both ways: it stands before the first row.
        assert await self.alice.say(f"sip:{PROBE}", "a stream") in (200, 202)
        return self

    async def condition(self, text):
        """Of the error that answers what the probe writes; and its text."""
        since = self.server.stanzas.mark()
        self.server.say(PROBE, ALICE_JID, text, text)
        error = await self.server.stanzas.wait(lambda stanza: stanza.id == text and stanza.error, 40, since, f"error for {text!r}")
        return error.error, error.error_text


@pytest.fixture(scope="module")
def table():
    table = Table()
    try:
        yield run(table.start())
    finally:
        run(table.world.stop())


# --- stanza errors → SIP --------------------------------------------------------------------------


@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
async def test_a_condition_becomes_a_status(table, full):
    wrong = []
    for condition, to_full, to_bare, _ in TO_SIP:
        uri = f"sip:refuse-{condition}@{PARTNER}" + (";gr=desk" if full else "")
        response = await table.alice.request("MESSAGE", uri, f"<{uri}>", body=b"hello",
                                             headers=["Content-Type: text/plain", "Accept-Language: fr"])
        expected = int(to_full if full else to_bare)
        if response.status != expected or condition not in response.get("warning") or not response.first.split(" ", 2)[2]:
            wrong.append((condition, expected, response.first, response.get("warning")))
    assert not wrong


async def test_gone_with_an_address_names_it(table):
    uri = f"sip:refuse-gone-mira@{PARTNER}"
    response = await table.alice.request("MESSAGE", uri, f"<{uri}>", body=b"hello", headers=["Content-Type: text/plain"])
    assert response.status == 301 and address(response.get("contact")) == f"sip:mira@{PARTNER}"


async def test_a_condition_ends_a_subscription(table):
    wrong = []
    for condition, _, _, reason in TO_SIP:
        uri, since = f"sip:refuse-{condition}@{PARTNER}", table.alice.notifies.mark()
        assert (await table.alice.subscribe(uri)).status == 200
        ended = await table.alice.told(uri, state="terminated", since=since)
        if ended.reason != reason:
            wrong.append((condition, reason, ended.reason))
    assert not wrong


# --- statuses → stanza errors ---------------------------------------------------------------------


def told(packet):
    """The status a message asks to be answered with; of anything else (a session that is tried then) that of the last message."""
    if packet.method == "MESSAGE":
        told.last = int(packet.text.split()[-1])
    return told.last


async def all_conditions(table, name):
    wrong = []
    for status, condition, _ in TO_XMPP:
        error, text = await table.condition(f"{name} answers {status}")
        if error != condition or not text:
            wrong.append((status, condition, error, text))
    return wrong


async def test_a_status_of_a_device_becomes_a_condition(table):
    table.alice.answer = told
    try:
        assert await all_conditions(table, "a device") == []
    finally:
        table.alice.answer = lambda request: 200


async def test_a_status_of_the_next_hop_becomes_a_condition(table):
    hop = await NextHop(table.world.sip_port).start()
    before = (await table.edge.bus.status())["revision"]
    hop.status = told
    try:
        await table.edge.oreectl("user", "set", ALICE, "home=next-hop")
        await table.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{hop.port};transport=tcp")
        assert await all_conditions(table, "the next hop") == []
    finally:
        await table.edge.oreectl("restore", before)
        await hop.stop()
        await table.alice.stop()  # who moves house is signed out
        await table.alice.start()


async def test_a_stranger_learns_nothing(table):
    """Let in by an entry that is revoked while the answer is awaited."""
    asked, alice = Journal("requests held back"), table.alice

    def hold(packet):
        if packet.method != "MESSAGE":
            return 405
        asked.add(packet)
        return None

    before = (await table.edge.bus.status())["revision"]
    await table.edge.oreectl("xmpp-partner", "set", PARTNER, "partner-type=public-unverified")
    wrong = []
    try:
        for status, condition, hidden in TO_XMPP:
            if condition == hidden:
                continue
            assert await alice.say(f"sip:{PROBE}", "come in") in (200, 202)
            alice.answer = hold
            since = asked.mark()
            error = asyncio.ensure_future(table.condition(f"a stranger asks {status}"))
            held = await asked.wait(lambda packet: packet.text.endswith(str(status)), 20, since)
            await table.edge.oreectl("allow-entry", "revoke", ALICE, PROBE)
            alice.respond(held, status)
            if (await error)[0] != hidden:
                wrong.append((status, hidden, await error))
    finally:
        alice.answer = lambda request: 200
        await table.edge.oreectl("restore", before)
    assert not wrong


# --- after our answer, and after our end ----------------------------------------------------------


async def test_an_error_finds_its_message_in_the_next_life(table):
    """We answered, the partner had taken it, we were shot; then its error comes. The stanza's id says that it is about a message
    of ours, and whose; no other id does, nor this one of another contact, or twice."""
    alice, server = table.alice, table.server
    since = server.stanzas.mark()
    assert await alice.say(f"sip:{PROBE}", "are you there?") == 200
    sent = await server.stanzas.wait(lambda stanza: stanza.body == "are you there?", 20, since)
    await table.edge.kill()
    await table.edge.start()
    await alice.stop()
    await alice.start()

    def fail(id, sender=PROBE, to=ALICE_JID):
        server.write(f"<message type='error' from='{sender}' to='{to}' id='{id}'><error type='cancel'>"
                     "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")

    since = alice.messages.mark()
    for place in (0, 20, -1):  # what is by chance, the hour, the proof
        falsified = list(sent.id)
        falsified[place] = "1" if falsified[place] != "1" else "2"
        fail("".join(falsified))
    fail(sent.id, sender=f"probe2@{PARTNER}")
    fail(sent.id, to=ALICE_JID.replace("alice", "bob"))
    fail("x" * len(sent.id))
    server.say(PROBE, ALICE_JID, "before", "before")
    await alice.heard("before", 30, since)
    assert [message.text for message in alice.messages.entries[since:]] == ["before"], alice.messages.entries[since:]
    fail(sent.id)
    fail(sent.id)
    told = await alice.messages.wait(lambda message: "n’a pas été remis" in message.text, 20, since)
    assert address(told.sender) == f"sip:{PROBE}" and not told.packet.get("in-reply-to")
    server.say(PROBE, ALICE_JID, "after", "after")
    await alice.heard("after", 20, since)
    assert len(alice.messages.entries[since:]) == 3
