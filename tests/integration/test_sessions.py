# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of messages: pidgin-sipe (a Lync client) behind Kamailio, Juliet at the real Prosody."""

import pytest
from conftest import run
from lab.journal import until
from lab.purple import Lync
from sip_users import ALICE_JID, JULIET, JULIET_URI, NURSE, NURSE_URI, bare, end_sessions, no_sessions, sessions
from world import EDGE_ADDRESS, OUR_DOMAIN, World

STATES = "http://jabber.org/protocol/chatstates"


@pytest.fixture(scope="module")
def behind():
    world = World()
    try:
        run(world.start_behind(["alice"], trusting=True, storms=True))
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def people(behind):
    juliet = run(behind.xmpp_user("juliet"))
    alice = Lync(behind.build, behind.directory / "purple-alice", "alice", OUR_DOMAIN, EDGE_ADDRESS, behind.kamailio.port)
    run(alice.start())
    yield juliet, alice
    run(alice.stop())
    run(juliet.stop())
    run(end_sessions(behind))


async def test_a_lync_client_opens_a_session(behind, people):
    juliet, alice = people
    alice.say(JULIET_URI, "from a session\nof messages")
    heard = await juliet.heard("from a session\nof messages", 20)
    assert heard.sender.split("/")[0] == ALICE_JID
    (session,) = await sessions(behind)
    assert session["state"] == "open" and session["contact"] == JULIET and session["direction"] == "to-xmpp"
    juliet.say(ALICE_JID, "and back into it 🌹")
    assert (await alice.heard("and back into it 🌹")).who == JULIET_URI
    (session,) = await sessions(behind)
    assert (session["messages-in"], session["messages-out"]) == (1, 1)


async def test_many_messages_in_one_session(behind, people):
    juliet, alice = people
    for number in range(50):
        alice.say(JULIET_URI, f"alice {number}")
        juliet.say(ALICE_JID, f"juliet {number}")
    await juliet.heard("alice 49", 60)
    await alice.heard("juliet 49", 60)
    assert [m.body for m in juliet.messages.entries] == [f"alice {n}" for n in range(50)]
    assert [line.text for line in alice.lines.entries if line.word == "heard"] == [f"juliet {n}" for n in range(50)]
    assert len(await sessions(behind)) == 1


async def test_an_xmpp_user_writes_first(behind, people):
    """Outside a session: pidgin-sipe takes it there too."""
    juliet, alice = people
    juliet.say(ALICE_JID, "good morrow")
    assert bare((await alice.heard("good morrow")).who) == JULIET_URI
    assert await sessions(behind) == []


async def test_an_xmpp_user_opens_a_session(behind, people):
    """Where messages outside a session are refused, we invite, and everything goes inside."""
    juliet, alice = people
    behind.kamailio.refuse_pages(405)
    try:
        juliet.say(ALICE_JID, "may I?")
        assert bare((await alice.heard("may I?")).who) == JULIET_URI
        (session,) = await sessions(behind)
        assert (session["state"], session["direction"], session["contact"]) == ("open", "to-sip", JULIET)
        for number in range(10):
            juliet.say(ALICE_JID, f"inside {number}")
            alice.say(JULIET_URI, f"back {number}")
        await alice.heard("inside 9")
        await juliet.heard("back 9", 20)
        assert [line.text for line in alice.lines.entries if line.word == "heard"][1:] == [f"inside {n}" for n in range(10)]
        assert [m.body for m in juliet.messages.entries] == [f"back {n}" for n in range(10)]
        assert not [line for line in alice.lines.entries if line.word == "notice"]
        (session,) = await sessions(behind)
        assert (session["messages-out"], session["messages-in"]) == (11, 10)
    finally:
        behind.kamailio.refuse_pages(0)


async def test_several_sessions_end_one_by_one(behind, people):
    """A window is closed: its session ends (BYE), the other goes on; a new window opens a new one."""
    juliet, alice = people
    nurse = await behind.xmpp_user("nurse")
    alice.say(JULIET_URI, "to juliet")
    alice.say(NURSE_URI, "to the nurse")
    await juliet.heard("to juliet", 20)
    await nurse.heard("to the nurse", 20)
    assert sorted(session["contact"] for session in await sessions(behind)) == [JULIET, NURSE]
    juliet.say(ALICE_JID, "from juliet")
    nurse.say(ALICE_JID, "from the nurse")
    assert bare((await alice.heard("from juliet")).who) == JULIET_URI
    assert bare((await alice.heard("from the nurse")).who) == NURSE_URI
    alice.close(JULIET_URI)
    await until(lambda: only_with(behind, NURSE), 20, "the end of one session")
    nurse.say(ALICE_JID, "still here")
    await alice.heard("still here")
    alice.say(JULIET_URI, "again")
    await juliet.heard("again", 20)
    assert len(await sessions(behind)) == 2
    await nurse.stop()


async def only_with(behind, contact):
    return [session["contact"] for session in await sessions(behind)] == [contact]


async def test_typing_is_seen_both_ways(behind, people):
    juliet, alice = people
    alice.say(JULIET_URI, "are you there?")
    await juliet.heard("are you there?", 20)
    since = alice.process.lines.mark()
    juliet.send(ALICE_JID, f"<body>I am, and write</body><active xmlns='{STATES}'/>")
    await alice.heard("I am, and write")
    juliet.send(ALICE_JID, f"<composing xmlns='{STATES}'/>")
    # As Lync's clients say it; that it is taken is all that this one shows of it.
    await alice.process.lines.wait(lambda line: "sipe: process_incoming_info" in line, 20, since, what="INFO")
    since = juliet.stanzas.mark()
    alice.typing(JULIET_URI)
    await juliet.stanza(lambda stanza: stanza.find(f"{{{STATES}}}composing") is not None, 20, since, "chat state")


async def test_the_policy_ends_a_session(behind, people):
    juliet, alice = people
    alice.say(JULIET_URI, "before")
    await juliet.heard("before", 20)
    before = (await behind.edge.bus.status())["revision"]
    await behind.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    await until(lambda: no_sessions(behind), 20, "the end of the session")
    since = alice.lines.mark()
    alice.say(JULIET_URI, "after")
    await alice.lines.wait(lambda line: line.word == "notice", 20, since, what="word of the refusal")
    await behind.edge.oreectl("restore", before)
    alice.say(JULIET_URI, "open again")
    await juliet.heard("open again", 20)
