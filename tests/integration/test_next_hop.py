# SPDX-License-Identifier: GPL-3.0-or-later
"""A next hop over plain TCP, by script: what Kamailio over TLS does not show. Its address is all that proves it."""

import contextlib

import pytest
from conftest import run
from lab.journal import Missed
from next_hop import AUDIO, NextHop
from sip_users import ALICE, ALICE_JID, JULIET_URI, bare
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN

STRANGER = "127.0.0.9"


@pytest.fixture
def hop(lab):
    hop = run(NextHop(lab.sip_port).start())
    run(lab.edge.oreectl("user", "set", ALICE, "home=next-hop"))
    run(lab.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{hop.port};transport=tcp"))
    yield hop
    run(hop.stop())


async def test_messages_both_ways_over_tcp(lab, hop):
    juliet = await lab.xmpp_user("juliet")
    juliet.say(ALICE_JID, "over TCP")
    packet = await hop.requests.wait(lambda one: one.body == b"over TCP", 20)
    assert packet.get("via").startswith("SIP/2.0/TCP ")
    assert bare(packet.uri) == ALICE
    assert await hop.say(ALICE, JULIET_URI, "and back") in (200, 202)
    await juliet.heard("and back", 20)

    hop.status = 603
    assert (await juliet.refused(juliet.say(ALICE_JID, "declined"), 20)).error

    since = lab.edge.bus.events.mark()
    assert await hop.say(ALICE, JULIET_URI, "who am I?", source=STRANGER) is None
    event = await lab.edge.bus.event("sip-peer-refused", since=since)
    assert event["details"]["reason"] == "peer-not-next-hop"

    # A user who is none of ours does not speak through us.
    assert await hop.say(f"sip:mallory@{PARTNER_DOMAIN}", JULIET_URI, "spoofed") in (403, 404)
    assert await hop.say(ALICE, f"sip:bob@{OUR_DOMAIN}", "home") == 404
    await juliet.stop()


async def test_the_answer_finds_its_way_when_the_connection_went(lab, hop):
    """RFC 3261 18.2.2: over another one, our own."""
    juliet = await lab.xmpp_user("juliet")
    juliet.say(ALICE_JID, "a connection of ours")
    await hop.requests.wait(lambda one: one.body == b"a connection of ours", 20)
    # The partner may have acknowledged before we see the end: then the answer went into the void, as it may.
    for number in range(20):
        await hop.drop(ALICE, JULIET_URI, f"and gone {number}")
        await juliet.heard(f"and gone {number}", 20)
        with contextlib.suppress(Missed):
            await hop.answers.wait(lambda one: one.method == "MESSAGE", 0.5)
            break
    assert hop.answers.entries and hop.answers.entries[0].status in (200, 202)
    await juliet.stop()


async def test_a_client_that_wants_a_session_gets_one(lab, hop):
    hop.sessions = True
    juliet = await lab.xmpp_user("juliet")
    for number in range(3):
        juliet.say(ALICE_JID, f"in session {number}")
        packet = await hop.requests.wait(lambda one: one.body == b"in session %d" % number and ";tag=" in one.get("to"), 20)
        assert bare(packet.get("from").split("<")[1].split(">")[0]) == JULIET_URI
    methods = [packet.method for packet in hop.requests.entries]
    assert methods == ["MESSAGE", "INVITE", "ACK", "MESSAGE", "MESSAGE", "MESSAGE"]
    invite, ack = hop.requests.entries[1:3]
    assert b"m=message" in invite.body and ack.get("cseq") == invite.get("cseq").replace("INVITE", "ACK")
    (session,) = await lab.edge.bus.call("Monitor", "Sessions", "(a{sv})", {})
    assert (session["state"], session["direction"], session["messages-out"]) == ("open", "to-sip", 3)

    # The client forgot its session: the message is not lost, a new one is opened.
    hop.known.clear()
    juliet.say(ALICE_JID, "after the loss")
    await hop.requests.wait(lambda one: one.body == b"after the loss" and one.get("call-id") in hop.known, 20)

    # And one that takes neither: the sender hears it.
    hop.known.clear()
    hop.status = 603
    assert (await juliet.refused(juliet.say(ALICE_JID, "neither"), 20)).error
    last = [packet for packet in hop.requests.entries if packet.method in ("INVITE", "ACK")][-2:]
    assert [packet.method for packet in last] == ["INVITE", "ACK"]  # a failure too is acknowledged (RFC 3261 17.1.1.3)
    assert last[0].get("via").split("branch=")[1] == last[1].get("via").split("branch=")[1]
    await juliet.stop()


def categories(availability=None, note=None):
    """What a Lync server tells of a user (MS-PRES)."""
    state = ("<category name='state' instance='1'><state xmlns='http://schemas.microsoft.com/2006/09/sip/state' "
             "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='aggregateState'>"
             f"<availability>{availability}</availability></state></category>") if availability is not None else ""
    text = ("<category name='note' instance='0'><note xmlns='http://schemas.microsoft.com/2006/09/sip/note'>"
            f"<body type='personal'>{note}</body></note></category>") if note else ""
    return f"<categories xmlns='http://schemas.microsoft.com/2006/09/sip/categories' uri='{ALICE}'>{state}{text}</categories>"


async def test_lync_tells_presence_by_numbers(lab, hop):
    juliet = await lab.xmpp_user("juliet")
    juliet.subscribe(ALICE_JID)
    subscribe = await hop.requests.wait(lambda one: one.method == "SUBSCRIBE", 20)
    assert subscribe.get("accept").split(", ") == ["application/pidf+xml", "application/msrtc-event-categories+xml"]
    assert await hop.notify(subscribe, 1, categories(6500, "in a meeting")) == 200
    await juliet.sees(ALICE_JID, "subscribed", deadline=20)
    seen = await juliet.sees(ALICE_JID, show="dnd", deadline=20)
    assert seen.status == "in a meeting"
    for sequence, (availability, show) in enumerate(((5000, ""), (12500, "away"), (9500, "dnd"), (3500, "")), 2):
        since = juliet.presences.mark()
        assert await hop.notify(subscribe, sequence, categories(availability)) == 200
        assert (await juliet.sees(ALICE_JID, show=show, deadline=20, since=since)).status == "in a meeting"
    since = juliet.presences.mark()
    assert await hop.notify(subscribe, 7, categories(18500)) == 200
    await juliet.sees(ALICE_JID, "unavailable", deadline=20, since=since)
    assert await hop.notify(subscribe, 8, categories("lots")) == 400
    await juliet.forget(ALICE_JID)
    await juliet.stop()


async def test_what_is_no_session_of_messages_is_declined(lab, hop):
    refused = await hop.ask(ALICE, JULIET_URI, AUDIO, method="INVITE", content="application/sdp")
    assert refused.status == 488 and refused.get("warning").startswith("304 ")
    assert (await hop.ask(ALICE, JULIET_URI, "v=1\r\n", method="INVITE", content="application/sdp")).status == 400
    odd = await hop.ask(ALICE, JULIET_URI, "hello", method="INVITE")
    assert odd.status == 415 and odd.get("accept") == "application/sdp"
    for method in ("BYE", "INFO", "UPDATE", "PRACK"):
        assert (await hop.ask(ALICE, JULIET_URI, "", method=method)).status in (405, 481), method
    assert (await hop.ask(ALICE, JULIET_URI, "", method="REFER")).status == 405
    assert await lab.edge.bus.call("Monitor", "Sessions", "(a{sv})", {}) == []
