# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Kamailio as the next hop, with the configuration that ships in data/config."""

import pytest
from conftest import run
from lab.baresip import Baresip
from sip_users import ALICE_JID, JULIET_URI, bare
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


async def test_unknown_and_absent_users(pair):
    juliet, _ = pair
    for name in ("nobody", "bob"):
        error = await juliet.refused(juliet.say(f"{name}@{OUR_DOMAIN}", "are you there?"), 30)
        assert error.error in {"item-not-found", "recipient-unavailable", "service-unavailable"}


async def test_the_next_hop_is_shot_and_comes_back(behind, pair):
    juliet, alice = pair
    await alice.stop()
    await behind.kamailio.process.kill()
    assert (await juliet.refused(juliet.say(ALICE_JID, "nobody home"), 45)).error
    since = behind.edge.bus.events.mark()
    await behind.kamailio.start()
    again = await sign_in(behind, "alice")
    await behind.edge.bus.event("role-recovered", role="access-edge", since=since, deadline=60)
    juliet.say(ALICE_JID, "home again")
    await again.heard("home again", 45)
    await again.stop()
