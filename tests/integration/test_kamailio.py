# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Kamailio as the next hop, with the configuration that ships in data/config."""

import pytest
from conftest import run
from lab.baresip import Baresip
from lab.journal import until
from sip_peer import SipUser
from sip_users import ALICE_JID, BOB, BOB_JID, JULIET_URI, NURSE_URI
from world import EDGE_ADDRESS, OUR_DOMAIN, World


@pytest.fixture(scope="module")
def behind():
    """The lab with Kamailio behind the edge and two users signed in there."""
    world = World()
    try:
        run(world.start_behind(["alice", "bob"]))
        yield world
    finally:
        run(world.stop())


async def sign_in(world, name):
    user = Baresip(world.directory / f"at-kamailio-{name}", name, OUR_DOMAIN, name, EDGE_ADDRESS,
                   world.kamailio.port, world.authority.certificate, [JULIET_URI])
    return await user.start()


@pytest.fixture
def pair(behind):
    juliet = run(behind.xmpp_user("juliet"))
    alice = run(sign_in(behind, "alice"))
    yield juliet, alice
    run(alice.stop())
    behind.kamailio.forget("alice")
    run(juliet.stop())


async def test_messages_both_ways(pair):
    juliet, alice = pair
    juliet.say(ALICE_JID, "through Kamailio")
    assert (await alice.heard("through Kamailio", 20)).sender.partition(";")[0] == JULIET_URI
    await alice.say("and back\nagain")
    heard = await juliet.heard("and back\nagain", 20)
    assert heard.sender.split("/")[0] == ALICE_JID


async def test_presence_both_ways(pair):
    juliet, alice = pair
    await juliet.sees(ALICE_JID, "subscribe", deadline=30)
    juliet.approve(ALICE_JID)
    await alice.sees(JULIET_URI, "Online", 30)
    since = juliet.presences.mark()
    juliet.subscribe(ALICE_JID)
    await juliet.sees(ALICE_JID, "subscribed", deadline=30, since=since)
    await juliet.sees(ALICE_JID, "available", deadline=30, since=since)
    since = juliet.presences.mark()
    await alice.offline()
    await juliet.sees(ALICE_JID, "unavailable", deadline=30, since=since)
    juliet.presence(type="unavailable")
    await alice.sees(JULIET_URI, "Offline", 30)


RPID = "xmlns:r='urn:ietf:params:xml:ns:pidf:rpid'"


@pytest.fixture
def bob(behind):
    """By script, for what baresip cannot say."""
    bob = run(SipUser(BOB, "bob", EDGE_ADDRESS, behind.kamailio.port, behind.authority.certificate).start())
    yield bob
    run(bob.stop())


async def test_presence_in_detail(behind, bob):
    """Devices, show, notes, resources, refusal, polls and ends with Kamailio's presence server between."""
    nurse = await behind.xmpp_user("nurse")
    assert await bob.publish_tuple("desk", "open", f"<r:activities {RPID}><r:busy/></r:activities><note>writing</note>") == 200
    nurse.subscribe(BOB_JID)
    await nurse.sees(BOB_JID, "subscribed", deadline=30)
    assert (await nurse.sees(f"{BOB_JID}/desk", "available", show="dnd", deadline=30)).status == "writing"
    since = nurse.presences.mark()
    assert await bob.publish_tuple("desk", "open", "<note>done</note>") == 200
    await nurse.presences.wait(lambda p: p.sender == f"{BOB_JID}/desk" and (p.show, p.status) == ("", "done"), 30, since, "no longer busy")

    # The other way: asked, refused; asked again, agreed; each resource a tuple.
    nurse.presences.on_add = lambda p: p.type == "subscribe" and nurse.presence(to=BOB_JID, type="unsubscribed")
    assert (await bob.subscribe(NURSE_URI)).status in (200, 202)
    assert (await bob.told(NURSE_URI, state="terminated", deadline=30)).reason == "rejected"
    nurse.presences.on_add = lambda p: p.type == "subscribe" and nurse.approve(BOB_JID)
    told = bob.notifies.mark()
    subscription = await bob.subscribe(NURSE_URI)
    await bob.told(NURSE_URI, state="active", basic="open", since=told, deadline=30)
    nurse.presence(show="xa", status="asleep")
    await bob.notifies.wait(lambda n: b"asleep" in n.packet.body and b">xa<" in n.packet.body, 30, told, "her note")
    told = bob.notifies.mark()
    assert (await bob.subscribe(NURSE_URI, expires=0)).status in (200, 202)
    assert (await bob.told(NURSE_URI, state="terminated", since=told, deadline=30)).note == "asleep"
    gone = nurse.presences.mark()
    assert (await bob.resubscribe(subscription, expires=0)).status in (200, 202)
    await nurse.sees(BOB_JID, "unavailable", deadline=30, since=gone)
    # She stops watching him: his server is asked no more.
    nurse.presence(to=BOB_JID, type="unsubscribe")
    await until(lambda: nobody_watches(behind, BOB), 20, "the pair forgotten")
    await nurse.forget(BOB_JID)
    await nurse.stop()


async def nobody_watches(behind, presentity):
    rows = await behind.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})
    return not [row for row in rows if row["presentity"] == presentity]


async def test_unknown_and_absent_users(pair):
    juliet, _ = pair
    for name in ("nobody", "bob"):
        error = await juliet.refused(juliet.say(f"{name}@{OUR_DOMAIN}", "are you there?"), 30)
        assert error.error in {"item-not-found", "recipient-unavailable", "service-unavailable"}


async def test_the_next_hop_is_shot_and_comes_back(behind, pair):
    juliet, alice = pair
    juliet.subscribe(ALICE_JID)
    await juliet.sees(ALICE_JID, "available", deadline=30)
    seen = juliet.presences.mark()
    await alice.offline()
    # Else she is available before and after, and there is nothing to tell.
    await juliet.sees(ALICE_JID, "unavailable", deadline=30, since=seen)
    await alice.stop()
    seen, since = juliet.presences.mark(), behind.edge.bus.events.mark()
    await behind.kamailio.process.kill()
    assert (await juliet.refused(juliet.say(ALICE_JID, "nobody home"), 45)).error
    # Found out by itself, whether or not anybody writes.
    await behind.edge.bus.event("role-degraded", role="access-edge", since=since, deadline=60)
    since = behind.edge.bus.events.mark()
    await behind.kamailio.start()
    again = await sign_in(behind, "alice")
    await behind.edge.bus.event("role-recovered", role="access-edge", since=since, deadline=60)
    juliet.say(ALICE_JID, "home again")
    await again.heard("home again", 45)
    # What it forgot is asked again: juliet sees her without doing anything.
    await juliet.sees(ALICE_JID, "available", deadline=45, since=seen)
    await again.stop()


async def test_our_service_is_shot_and_subscriptions_live_on(behind, pair):
    """Neither side subscribes anew, neither side notices: dialogs behind the next hop are durable."""
    juliet, alice = pair
    juliet.presences.on_add = lambda presence: presence.type == "subscribe" and juliet.approve(presence.sender)
    juliet.subscribe(ALICE_JID)
    juliet.presence()
    await juliet.sees(ALICE_JID, "available", deadline=30)
    await alice.sees(JULIET_URI, "Online", 30)
    before = await subscriptions(behind)
    assert {row["direction"] for row in before} == {"to-sip", "to-xmpp"} and all(row["known"] for row in before), before
    seen = juliet.presences.mark()
    await behind.edge.kill()
    juliet.presence(type="unavailable")  # heard by nobody
    await behind.edge.start()
    rows = await until(lambda: all_known(behind), 30, "both pairs known again")
    # Devices of the tests before, gone without a word, may have been given up meanwhile.
    assert any(row["direction"] == "to-xmpp" and row["devices"] > 0 for row in rows)
    assert {(row["watcher"], row["presentity"]) for row in rows} == {(row["watcher"], row["presentity"]) for row in before}
    await alice.sees(JULIET_URI, "Offline", 30)
    juliet.presence()
    await alice.sees(JULIET_URI, "Online", 30)
    await alice.offline()
    await juliet.sees(ALICE_JID, "unavailable", deadline=30, since=seen)


async def subscriptions(behind):
    rows = await behind.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})
    return [row for row in rows if ALICE_JID in row["watcher"] + row["presentity"]]


async def all_known(behind):
    rows = await subscriptions(behind)
    return rows if len(rows) == 2 and all(row["known"] for row in rows) else None
