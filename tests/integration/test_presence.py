# SPDX-License-Identifier: GPL-3.0-or-later
"""Presence both ways between a user of Prosody's and Debian's baresip on the embedded front end."""

from xml.etree import ElementTree

import pytest
from conftest import run
from sip_users import ALICE, ALICE_JID, BOB, BOB_JID, JULIET_URI, NURSE_URI, bare, sip_user
from world import PARTNER_DOMAIN

WINFO = "{urn:ietf:params:xml:ns:watcherinfo}"


@pytest.fixture(scope="module")
def pair(lab):
    """Alice watches Juliet from the start, as baresip does with its contacts; Juliet agrees."""
    juliet = run(lab.xmpp_user("juliet"))
    alice = run(lab.sip_user("alice", [JULIET_URI]))
    run(juliet.sees(ALICE_JID, "subscribe", deadline=20))
    juliet.approve(ALICE_JID)
    yield juliet, alice
    run(alice.stop())
    run(juliet.stop())


async def test_alice_sees_juliet(pair):
    juliet, alice = pair
    await alice.sees(JULIET_URI, "Online", 20)
    juliet.presence(type="unavailable")
    await alice.sees(JULIET_URI, "Offline", 20)
    juliet.presence()
    await alice.sees(JULIET_URI, "Online", 20)


async def test_juliet_sees_alice(pair):
    juliet, alice = pair
    since = juliet.presences.mark()
    juliet.subscribe(ALICE_JID)
    await juliet.sees(ALICE_JID, "subscribed", deadline=20, since=since)
    await juliet.sees(ALICE_JID, "available", deadline=20, since=since)
    since = juliet.presences.mark()
    await alice.offline()
    await juliet.sees(ALICE_JID, "unavailable", deadline=20, since=since)
    since = juliet.presences.mark()
    await alice.online()
    await juliet.sees(ALICE_JID, "available", deadline=20, since=since)


async def test_the_nurse_says_no(lab):
    bob = await sip_user(lab, "bob")
    nurse = await lab.xmpp_user("nurse")
    assert (await bob.subscribe(NURSE_URI)).status == 200
    await nurse.sees(BOB_JID, "subscribe", deadline=20)
    nurse.presence(to=BOB_JID, type="unsubscribed")
    assert (await bob.told(NURSE_URI, state="terminated", deadline=20)).reason == "rejected"
    assert not [notify for notify in bob.notifies.entries if notify.basic == "open"]
    await nurse.stop()
    await bob.stop()


async def test_conversation_with_baresip(pair):
    juliet, alice = pair
    juliet.say(ALICE_JID, "Wherefore art thou?")
    assert bare((await alice.heard("Wherefore art thou?")).sender) == JULIET_URI
    await alice.say("Here,\nunder the balcony. 🌹")
    await juliet.heard("Here,\nunder the balcony. 🌹")


async def test_who_watches(lab):
    """RFC 3857: bob's device learns who watches bob, when they come and when they go; nobody else does."""
    bob, alice = await sip_user(lab, "bob"), await sip_user(lab, "alice")
    assert (await bob.subscribe_winfo(BOB)).status == 200
    assert watchers(await bob.told(BOB, state="active")) == {}
    since = bob.notifies.mark()
    nurse = await lab.xmpp_user("nurse")
    nurse.subscribe(BOB_JID)
    await nurse.sees(BOB_JID, "subscribed", deadline=20)
    told = await bob.notifies.wait(lambda n: watchers(n) == {NURSE_URI: "active"}, 20, since)
    assert int(ElementTree.fromstring(told.packet.body).get("version")) > 0
    watch = await alice.subscribe(BOB)
    assert watch.status == 200
    await bob.notifies.wait(lambda n: watchers(n) == {NURSE_URI: "active", ALICE: "active"}, 20, since)
    since = bob.notifies.mark()
    await alice.resubscribe(watch, expires=0)
    await bob.notifies.wait(lambda n: watchers(n) == {NURSE_URI: "active"}, 20, since)
    nurse.presence(to=BOB_JID, type="unsubscribe")
    await bob.notifies.wait(lambda n: watchers(n) == {}, 20, since)
    assert (await alice.subscribe_winfo(BOB)).status == 403
    assert (await alice.subscribe_winfo(NURSE_URI)).status == 489
    # Whom the partner's type keeps out does not appear at all.
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "partner-type=public-unverified")
    seen = nurse.presences.mark()
    nurse.subscribe(BOB_JID)
    await nurse.sees(BOB_JID, "unsubscribed", deadline=20, since=seen)
    await bob.subscribe_winfo(BOB)
    assert watchers(bob.notifies.entries[-1]) == {}
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "partner-type=federated")
    for user in (nurse, alice, bob):
        await user.stop()


def watchers(notify):
    """Watcher → status, of a document of watcher information."""
    if notify.packet.get("event") != "presence.winfo" or not notify.packet.body:
        return None
    assert notify.packet.get("content-type") == "application/watcherinfo+xml"
    root = ElementTree.fromstring(notify.packet.body)
    (one,) = root.iter(f"{WINFO}watcher-list")
    assert root.get("state") == "full" and one.get("package") == "presence"
    return {watcher.text: watcher.get("status") for watcher in one.iter(f"{WINFO}watcher")}
