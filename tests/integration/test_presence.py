# SPDX-License-Identifier: GPL-3.0-or-later
"""Presence both ways between a user of Prosody's and Debian's baresip on the embedded front end."""

import pytest
from conftest import run
from sip_users import ALICE_JID, BOB_JID, JULIET_URI, NURSE_URI, bare, sip_user


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
