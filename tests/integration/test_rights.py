# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: the three types of partner (lync-behaviour 8.2), the external access policies, the organisation's
switch. Every cell with a fresh user of the real Prosody, so that nothing is known of them before."""

import itertools
import json

import pytest
from conftest import run
from lab.journal import until
from lab.xmpp_user import XmppUser
from sip_users import ALICE, ALICE_JID, sip_user
from world import OUR_DOMAIN, PARTNER_DOMAIN

TYPES = ["federated", "public-verified", "public-unverified"]
# The rights table. What is refused looks the same as a user who does not exist.
WITHOUT_ASKING = {"federated": True, "public-verified": True, "public-unverified": False}
SEES_NOTE = {"federated": True, "public-verified": False, "public-unverified": False}
NOTE = "gone riding"

_numbers = itertools.count(1)


class Contact:
    """A user of fabrikam.test whom nobody here has met."""

    def __init__(self, lab):
        self.lab = lab
        self.jid = f"guest{next(_numbers)}@{PARTNER_DOMAIN}"
        self.uri = f"sip:{self.jid}"
        name = self.jid.partition("@")[0]
        lab.partner.add_user(name, "guest")
        self.user = XmppUser(self.jid, "guest", lab.partner.address, lab.partner.c2s_port)

    async def __aenter__(self):
        await self.user.start()
        return self

    async def __aexit__(self, *_):
        # Both ends forget: the next cell counts subscriptions.
        await self.user.forget(ALICE_JID)
        await self.user.stop()

    async def writes(self, alice, word):
        """True when the message arrives, else the condition of the error."""
        events = self.lab.edge.bus.events.mark()
        id = self.user.say(ALICE_JID, word)

        async def outcome():
            if any(message.text == word for message in alice.messages.entries):
                return True
            error = next((m for m in self.user.messages.entries if m.error and m.id == id), None)
            return error and error.error
        result = await until(outcome, 20, f"outcome of {word!r}")
        if result is not True:
            self.event = await self.lab.edge.bus.event("message-refused", since=events)
        return result

    async def adds(self):
        """The type of presence that answers a subscription."""
        since = self.user.presences.mark()
        self.user.subscribe(ALICE_JID)
        return (await self.user.presences.wait(
            lambda p: p.sender.split("/")[0] == ALICE_JID and p.type in ("subscribed", "unsubscribed", "error"),
            20, since)).type

    async def sees_note(self, since=None):
        presence = await self.user.sees(ALICE_JID, "available", deadline=20, since=since)
        return presence.status == NOTE


@pytest.fixture
def alice(lab):
    user = run(sip_user(lab, "alice"))
    run(user.publish("open", NOTE))
    yield user
    run(user.stop())


async def partner(lab, kind):
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, f"partner-type={kind}")


async def subscriptions(lab, contact):
    rows = await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})
    return [row for row in rows if contact.jid in (row["watcher"], row["presentity"])]


async def explained(lab):
    """What would become of a message to alice, and why not."""
    status, output, _ = await lab.edge.run_ctl("--json", "explain", "xmpp", "direction=in", "ask=message",
                                               f"local-domain={OUR_DOMAIN}", f"remote-domain={PARTNER_DOMAIN}",
                                               f"local-user={ALICE}", "auth=sasl-tls")
    assert status == 1  # refused
    return json.loads(output)


# --- the table of types ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TYPES)
async def test_a_stranger_writes_first(lab, alice, undo, kind):
    await partner(lab, kind)
    async with Contact(lab) as contact:
        outcome = await contact.writes(alice, f"hello from a {kind}")
        if WITHOUT_ASKING[kind]:
            assert outcome is True
        else:
            assert outcome == "service-unavailable"  # as for somebody unknown
            assert contact.event["details"]["reason"] == "allow-entry-needed"


@pytest.mark.parametrize("kind", TYPES)
async def test_a_stranger_adds_our_user(lab, alice, undo, kind):
    await partner(lab, kind)
    async with Contact(lab) as contact:
        assert await contact.adds() == ("subscribed" if WITHOUT_ASKING[kind] else "unsubscribed")
        if WITHOUT_ASKING[kind]:
            assert await contact.sees_note() is SEES_NOTE[kind]
        else:
            assert await subscriptions(lab, contact) == []
            assert not [p for p in contact.user.presences.entries if p.type == "available" and
                        p.sender.startswith(ALICE_JID)]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("first", ["message", "subscription"])
async def test_our_user_goes_first(lab, alice, undo, kind, first):
    """Then every type may answer and add; the note stays what the type says."""
    await partner(lab, kind)
    async with Contact(lab) as contact:
        if first == "message":
            assert await alice.say(contact.uri, "come in") in (200, 202)
            await contact.user.heard("come in", 20)
        else:
            assert (await alice.subscribe(contact.uri)).status == 200
            await contact.user.sees(ALICE_JID, "subscribe", deadline=20)
            contact.user.approve(ALICE_JID)
            await alice.told(contact.uri, basic="open", deadline=20)
        entries = await lab.edge.bus.call("Monitor", "AllowEntries", "(a{sv})", {})
        assert ((ALICE, contact.jid) in [(e["user"], e["contact"]) for e in entries]) is not WITHOUT_ASKING[kind]
        assert await contact.writes(alice, f"thank you, {first} {kind}") is True
        assert await contact.adds() == "subscribed"
        assert await contact.sees_note() is SEES_NOTE[kind]


@pytest.mark.parametrize("before, after", [(a, b) for a in TYPES for b in TYPES if a != b])
async def test_a_change_of_type_acts_on_what_lives(lab, alice, undo, before, after):
    """The contact watches our user; the type changes; what it may no longer see goes, what it now may see comes."""
    await partner(lab, before)
    async with Contact(lab) as contact:
        if before == "public-unverified":
            assert await alice.say(contact.uri, "come in") in (200, 202)
            await contact.user.heard("come in", 20)
        assert await contact.adds() == "subscribed"
        assert await contact.sees_note() is SEES_NOTE[before]
        since = contact.user.presences.mark()
        await partner(lab, after)
        if after == "public-unverified":  # no allow entry was ever needed, so there is none
            await contact.user.sees(ALICE_JID, "unsubscribed", deadline=20, since=since)
            assert await subscriptions(lab, contact) == []
            assert await contact.writes(alice, f"still {before} {after}?") == "service-unavailable"
        elif SEES_NOTE[before] != SEES_NOTE[after]:
            assert await contact.sees_note(since) is SEES_NOTE[after]
            assert await contact.writes(alice, f"now {before} {after}") is True


async def test_a_revoked_entry_ends_what_it_allowed(lab, alice, undo):
    await partner(lab, "public-unverified")
    async with Contact(lab) as contact:
        assert await alice.say(contact.uri, "come in") in (200, 202)
        await contact.user.heard("come in", 20)
        assert await contact.adds() == "subscribed"
        since = contact.user.presences.mark()
        await lab.edge.oreectl("allow-entry", "revoke", ALICE, contact.jid)
        await contact.user.sees(ALICE_JID, "unsubscribed", deadline=20, since=since)
        assert await subscriptions(lab, contact) == []
        assert await contact.writes(alice, "still?") == "service-unavailable"
        assert contact.event["details"]["reason"] == "allow-entry-needed"


async def test_whom_our_user_watches_stays_known(lab, alice, undo):
    """Agreed on while nobody asked for an entry; the type becomes one that does; the contact's presence still comes, until the
    entry is revoked: then our user sees no more of the contact either, and is told."""
    await partner(lab, "federated")
    async with Contact(lab) as contact:
        assert (await alice.subscribe(contact.uri)).status == 200
        await contact.user.sees(ALICE_JID, "subscribe", deadline=20)
        contact.user.approve(ALICE_JID)
        await alice.told(contact.uri, basic="open", deadline=20)
        events = lab.edge.bus.events.mark()
        await partner(lab, "public-unverified")
        await lab.edge.bus.event("allow-entry-made", since=events, user=ALICE, contact=contact.jid)
        since = alice.notifies.mark()
        contact.user.presence(type="unavailable")
        await alice.told(contact.uri, basic="closed", since=since, deadline=20)
        contact.user.presence()
        await alice.told(contact.uri, basic="open", since=since, deadline=20)
        assert await contact.writes(alice, "still known") is True
        await lab.edge.oreectl("allow-entry", "revoke", ALICE, contact.jid)
        assert (await alice.told(contact.uri, state="terminated", since=since, deadline=20)).reason == "rejected"
        await contact.user.sees(ALICE_JID, "unsubscribe", deadline=20)


# --- external access policies ---------------------------------------------------------------------

FLAGS = {"enable-federation-access": "user-federation-off", "enable-xmpp-access": "user-xmpp-off"}


async def policy_in_force(lab, scope, flags):
    """The policy of `scope` is the one that holds for alice, with these flags; wider ones say the opposite."""
    words = [f"{name}={'true' if on else 'false'}" for name, on in flags.items()]
    opposite = [f"{name}={'false' if on else 'true'}" for name, on in flags.items()]
    ctl = lab.edge.oreectl
    if scope == "global":
        await ctl("external-access-policy", "set", "global", *words)
        return
    await ctl("external-access-policy", "set", "global", *opposite)
    if scope == "site":
        await ctl("site", "add", "Paris")
        await ctl("topology", "set", "site=Paris")
        await ctl("external-access-policy", "add", "site:Paris", *words)
        return
    await ctl("external-access-policy", "add", "tag:Chosen", *words)
    await ctl("user", "set", ALICE, "external-access-policy=tag:Chosen")


@pytest.mark.parametrize("scope", ["global", "site", "user"])
@pytest.mark.parametrize("flag", FLAGS)
async def test_a_policy_closes_both_directions(lab, alice, undo, scope, flag):
    async with Contact(lab) as contact:
        assert await contact.adds() == "subscribed"
        since = contact.user.presences.mark()
        events = lab.edge.bus.events.mark()
        await policy_in_force(lab, scope, {name: name != flag for name in FLAGS})
        # What lives ends at once; the user seems not to be there.
        await contact.user.sees(ALICE_JID, "unsubscribed", deadline=20, since=since)
        assert await subscriptions(lab, contact) == []
        assert await contact.writes(alice, f"{scope} {flag}") == "service-unavailable"
        assert contact.event["details"]["reason"] == FLAGS[flag]
        assert await contact.adds() in ("unsubscribed", "error")
        # And the other way: our own user is told why.
        assert await alice.say(contact.uri, "out") == 403
        event = await lab.edge.bus.event("message-refused", since=events, from_=ALICE)
        assert event["details"]["reason"] == FLAGS[flag]
        assert (await alice.subscribe(contact.uri)).status == 403
        # explain says which record it is.
        last = (await explained(lab))["steps"][-1]
        assert last["field"] == flag and last["kind"] == "external-access-policy", last
        assert last["id"] == {"global": "global", "site": "site:Paris", "user": "Chosen"}[scope]


@pytest.mark.parametrize("scope", ["site", "user"])
async def test_a_narrower_policy_opens(lab, alice, undo, scope):
    await policy_in_force(lab, scope, {name: True for name in FLAGS})
    async with Contact(lab) as contact:
        assert await contact.writes(alice, f"open {scope}") is True
        assert await alice.say(contact.uri, f"open to {scope}") in (200, 202)
        await contact.user.heard(f"open to {scope}", 20)


# --- the organisation -----------------------------------------------------------------------------


async def test_the_organisation_switch(lab, alice, undo):
    async with Contact(lab) as contact:
        assert await contact.writes(alice, "before the switch") is True
        await lab.edge.oreectl("access-edge", "set", "allow-federated-users=false")
        trail = await explained(lab)
        assert trail["verdict"]["reason"] == "federation-off"
        assert trail["steps"][-1]["field"] == "allow-federated-users"
        assert [c for c in await lab.edge.oreectl_json("connections") if c["protocol"] == "xmpp"
                and c["state"] == "ready"] == []
        assert await alice.say(contact.uri, "closed") == 403
        id = contact.user.say(ALICE_JID, "closed")
        await contact.user.refused(id, 30)
        await lab.edge.oreectl("access-edge", "set", "allow-federated-users=true")
        assert await alice.say(contact.uri, "open again") in (200, 202)
        await contact.user.heard("open again", 30)
