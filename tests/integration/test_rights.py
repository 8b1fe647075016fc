# SPDX-License-Identifier: GPL-3.0-or-later
"""A public-unverified partner: nothing before our user acted, everything until the entry is revoked."""

import pytest
from conftest import run
from sip_users import ALICE, ALICE_JID, NURSE, NURSE_URI, sip_user
from world import PARTNER_DOMAIN


@pytest.fixture
def alice(lab):
    user = run(sip_user(lab, "alice"))
    yield user
    run(user.stop())


async def refused(lab, nurse, word):
    since = lab.edge.bus.events.mark()
    error = await nurse.refused(nurse.say(ALICE_JID, word), 20)
    # The same answer as for somebody unknown: who exists is not told to those without the right.
    assert error.error == "service-unavailable"
    event = await lab.edge.bus.event("message-refused", since=since)
    assert event["details"]["reason"] == "allow-entry-needed"


async def test_an_unverified_contact_waits_for_our_user(lab, alice):
    edge = lab.edge
    await edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "partner-type=public-unverified")
    nurse = await lab.xmpp_user("nurse")
    await refused(lab, nurse, "may I?")
    asked = nurse.presences.mark()
    nurse.subscribe(ALICE_JID)
    await nurse.sees(ALICE_JID, "unsubscribed", deadline=20, since=asked)

    assert await alice.say(NURSE_URI, "you may") in (200, 202)
    await nurse.heard("you may", 20)
    entries = await edge.bus.call("Monitor", "AllowEntries", "(a{sv})", {})
    assert [(entry["user"], entry["contact"]) for entry in entries] == [(ALICE, NURSE)]
    nurse.say(ALICE_JID, "thank you")
    await alice.heard("thank you", 20)

    await edge.oreectl("allow-entry", "revoke", ALICE, NURSE)
    assert await edge.bus.call("Monitor", "AllowEntries", "(a{sv})", {}) == []
    await refused(lab, nurse, "still?")
    await nurse.stop()
