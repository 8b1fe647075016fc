# SPDX-License-Identifier: GPL-3.0-or-later
"""Presence both ways between a user of Prosody's and Debian's baresip on the embedded front end."""

import pytest
from conftest import run
from world import OUR_DOMAIN, PARTNER_DOMAIN

ALICE_JID = f"alice@{OUR_DOMAIN}"
JULIET = f"juliet@{PARTNER_DOMAIN}"
JULIET_URI = f"sip:{JULIET}"


@pytest.fixture
def pair(lab):
    """Alice watches Juliet from the start, as baresip does with its contacts."""
    lab.partner.forget_roster("juliet")
    juliet = run(lab.xmpp_user("juliet"))
    alice = run(lab.sip_user("alice", [JULIET_URI]))
    yield juliet, alice
    run(alice.stop())
    run(juliet.stop())


async def accept(juliet):
    await juliet.sees(ALICE_JID, "subscribe", deadline=20)
    juliet.approve(ALICE_JID)


async def test_alice_sees_juliet(pair):
    juliet, alice = pair
    await accept(juliet)
    await alice.sees(JULIET_URI, "Online", 20)
    juliet.presence(type="unavailable")
    await alice.sees(JULIET_URI, "Offline", 20)
    juliet.presence()
    await alice.sees(JULIET_URI, "Online", 20)


async def test_juliet_sees_alice(pair):
    juliet, alice = pair
    await accept(juliet)
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


async def test_juliet_says_no(pair):
    juliet, alice = pair
    await juliet.sees(ALICE_JID, "subscribe", deadline=20)
    juliet.presence(to=ALICE_JID, type="unsubscribed")
    await alice.sees(JULIET_URI, "Unknown", 20)


async def test_conversation_with_baresip(pair):
    juliet, alice = pair
    juliet.say(ALICE_JID, "Wherefore art thou?")
    assert (await alice.heard("Wherefore art thou?")).sender == JULIET_URI
    await alice.say("Here,\nunder the balcony. 🌹")
    await juliet.heard("Here,\nunder the balcony. 🌹")
