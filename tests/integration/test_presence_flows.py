# SPDX-License-Identifier: GPL-3.0-or-later
"""RFC 8048 flow by flow, with Prosody's users and the embedded front end: resources and devices, show, notes, idleness,
polls, ends in every way; and by a scripted notifier what no presence server says on request."""

import itertools
import re
from xml.etree import ElementTree

import pytest
from conftest import run
from gi.repository import GLib
from lab.journal import until
from lab.xmpp_user import XmppUser
from notifier import Notifier
from sip_users import ALICE, ALICE_JID, JULIET, JULIET_URI, sip_user
from world import EDGE_ADDRESS, PARTNER_DOMAIN, PARTNER_USERS

PIDF = "{urn:ietf:params:xml:ns:pidf}"
RPID = "{urn:ietf:params:xml:ns:pidf:rpid}"
CLIENT = "{jabber:client}"
_numbers = itertools.count(1)


async def device(lab, resource):
    """One of juliet's."""
    user = XmppUser(f"{JULIET}/{resource}", PARTNER_USERS["juliet"], lab.partner.address, lab.partner.c2s_port)
    return await user.start()


async def guest(lab):
    name = f"flow{next(_numbers)}"
    lab.partner.add_user(name, "guest")
    user = XmppUser(f"{name}@{PARTNER_DOMAIN}", "guest", lab.partner.address, lab.partner.c2s_port)
    return await user.start()


def tuples(notify):
    """resource → what the document says of it."""
    found = {}
    for one in ElementTree.fromstring(notify.packet.body).iter(f"{PIDF}tuple"):
        name = one.get("id")
        resource = bytes.fromhex(name[3:]).decode() if name.startswith("ID-") else name
        contact, idle = one.find(f"{PIDF}contact"), one.find(f"{RPID}user-input")
        found[resource] = dict(
            basic=one.findtext(f"{PIDF}status/{PIDF}basic"), show=one.findtext(f"{PIDF}status/{CLIENT}show"),
            q=contact.get("priority") if contact is not None else None,
            idle=idle.get("last-input") if idle is not None else None,
            notes={note.get("{http://www.w3.org/XML/1998/namespace}lang"): note.text for note in one.iter(f"{PIDF}note")})
    return found


async def document(alice, uri, wanted, since=None, deadline=20):
    """The first document about `uri` that is as wanted."""
    notify = await alice.notifies.wait(
        lambda n: n.presentity == uri and n.packet.body and wanted(tuples(n)), deadline, since, "document as wanted")
    return tuples(notify)


async def row(lab, watcher, presentity):
    rows = await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})
    return next((one for one in rows if one["watcher"] == watcher and one["presentity"] == presentity), None)


async def why(lab, watcher, presentity):
    """The reason `explain presence` gives; "allowed" when it is known."""
    verdict, steps = await lab.edge.bus.call("Diagnostics", "Explain", "(sa{sv})", "presence",
                                             {"watcher": GLib.Variant("s", watcher), "presentity": GLib.Variant("s", presentity)})
    assert steps
    return verdict["reason"]


@pytest.fixture
def watched(lab, alice):
    """Alice watches a new contact who has agreed."""
    contact = run(guest(lab))
    uri = f"sip:{contact.jid}"
    contact.subscription = run(alice.subscribe(uri))
    run(contact.sees(ALICE_JID, "subscribe", deadline=20))
    contact.approve(ALICE_JID)
    run(alice.told(uri, state="active", basic="open", deadline=20))
    contact.uri = uri
    yield contact
    run(contact.stop())


# --- ours watch theirs ----------------------------------------------------------------------------


async def test_resources_are_tuples(lab, alice):
    since = alice.notifies.mark()
    desk, garden = await device(lab, "desk"), await device(lab, "garden bench")
    desk.presence(show="dnd")
    assert (await alice.subscribe(JULIET_URI)).status == 200
    await desk.sees(ALICE_JID, "subscribe", deadline=20)
    desk.approve(ALICE_JID)
    garden.raw.send_raw("<presence xml:lang='en'><show>chat</show><status>sunny</status><status xml:lang='fr'>ensoleillé"
                        "</status><priority>127</priority></presence>")
    both = await document(alice, JULIET_URI, lambda t: len(t) == 2 and t["garden bench"]["show"] == "chat", since)
    assert both["desk"]["show"] == "dnd" and both["desk"]["q"] == "0"
    assert both["garden bench"]["q"] == "1"
    assert both["garden bench"]["notes"] == {"en": "sunny", "fr": "ensoleillé"}
    # Idleness, the modern way and the old one.
    desk.raw.send_raw("<presence><show>xa</show><idle xmlns='urn:xmpp:idle:1' since='2026-01-02T03:04:05+01:00'/></presence>")
    await document(alice, JULIET_URI, lambda t: t["desk"]["idle"] == "2026-01-02T02:04:05Z" and t["desk"]["show"] == "xa", since)
    desk.raw.send_raw("<presence><show>away</show><query xmlns='jabber:iq:last' seconds='600'/></presence>")
    await document(alice, JULIET_URI, lambda t: re.fullmatch(r"20\d\d-.*Z", t["desk"]["idle"] or "")
                   and t["desk"]["idle"] != "2026-01-02T02:04:05Z" and t["desk"]["show"] == "away", since)
    # A resource that leaves with a word is closed once, then it is no more.
    garden.raw.send_raw("<presence type='unavailable'><status>rain</status></presence>")
    gone = await document(alice, JULIET_URI, lambda t: t.get("garden bench", {}).get("basic") == "closed", since)
    assert "rain" in gone["garden bench"]["notes"].values() and gone["desk"]["basic"] == "open"
    for user in (garden, desk):
        await user.stop()
    await document(alice, JULIET_URI, lambda t: list(t) == ["desk"] and t["desk"]["basic"] == "closed", since)


async def test_hostile_text_stays_text(lab, alice, watched):
    since = alice.notifies.mark()
    override, markup = "\u202egpj.exe\u202c", "]]></note><tuple id='x'/>&amp;\r\nVia: evil"
    watched.presence(status=f"{override} {markup} " + "ö" * 100_000)
    seen = await document(alice, watched.uri, lambda t: any(one["notes"] for one in t.values()), since)
    (one,) = seen.values()
    (note,) = one["notes"].values()
    assert note.startswith("gpj.exe ]]></note><tuple id='x'/>&amp;") and "\u202e" not in note
    assert len(note.encode()) <= 1024
    assert await why(lab, ALICE, watched.jid) == "allowed"


async def test_a_poll_is_answered_once_and_asks_nobody(lab, alice, watched):
    since = alice.notifies.mark()
    assert (await alice.subscribe(watched.uri, expires=0)).status == 200
    polled = await alice.told(watched.uri, state="terminated", since=since, deadline=20)
    assert polled.reason == "timeout" and polled.basic == "open"
    stranger = await guest(lab)
    assert (await alice.subscribe(f"sip:{stranger.jid}", expires=0)).status == 200
    told = await alice.told(f"sip:{stranger.jid}", state="terminated", deadline=20)
    assert told.basic == ""
    assert not [p for p in stranger.presences.entries if p.type == "subscribe"]
    await stranger.stop()


async def test_refresh_end_and_too_brief(lab, alice, watched):
    since = alice.notifies.mark()
    assert (await alice.resubscribe(watched.subscription)).status == 200
    await alice.told(watched.uri, state="active", basic="open", since=since, deadline=10)
    assert (await alice.subscribe(watched.uri, expires=10)).status == 423
    since, gone = alice.notifies.mark(), watched.presences.mark()
    assert (await alice.resubscribe(watched.subscription, expires=0)).status == 200
    assert (await alice.told(watched.uri, state="terminated", since=since, deadline=10)).reason == "timeout"
    # The agreement stands: unavailable, not unsubscribe; the next subscription asks nobody.
    await watched.sees(ALICE_JID, "unavailable", deadline=20, since=gone)
    assert await why(lab, ALICE, watched.jid) == "presence-no-device"
    assert (await alice.subscribe(watched.uri)).status == 200
    await alice.told(watched.uri, state="active", basic="open", since=since, deadline=20)
    assert not [p for p in watched.presences.entries[gone:] if p.type in ("subscribe", "unsubscribe")]


async def test_the_table_on_bus_and_command_line(lab, alice, watched):
    one = await row(lab, ALICE, watched.jid)
    assert (one["direction"], one["authorisation"], one["state"], one["known"], one["devices"]) == ("to-xmpp", "granted", "live", True, 1)
    assert one["last-xmpp"] == "available" and one["last-sip"] == "NOTIFY 200" and one["next"] > one["since"]
    (shown,) = [line for line in await lab.edge.oreectl_json("subscriptions") if line["presentity"] == watched.jid]
    assert dict(shown, next=0) == dict(one, next=0)  # `next` is counted anew each time
    text = await lab.edge.oreectl("subscriptions", language="fr")
    assert any(ALICE in line and watched.jid in line for line in text.splitlines()), text
    status, text, _ = await lab.edge.run_ctl("explain", "presence", f"watcher={ALICE}", f"presentity={watched.jid}")
    assert status == 0, text
    # The same when it is not, in words.
    await lab.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    try:
        assert await why(lab, ALICE, watched.jid) == "user-xmpp-off"
        status, text, _ = await lab.edge.run_ctl("explain", "presence", f"watcher={ALICE}", f"presentity={watched.jid}")
        assert status == 1 and "enable-xmpp-access" in text, text
    finally:
        await lab.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=true")


async def test_the_contact_takes_it_back(lab, alice, watched):
    since = alice.notifies.mark()
    watched.presence(to=ALICE_JID, type="unsubscribed")
    assert (await alice.told(watched.uri, state="terminated", since=since, deadline=20)).reason == "rejected"
    await until(lambda: _gone(lab, ALICE, watched.jid), 30, "the pair forgotten")
    assert await why(lab, ALICE, watched.jid) == "presence-never-asked"


async def _gone(lab, watcher, presentity):
    return await row(lab, watcher, presentity) is None


async def test_nobody_there_is_said_so(lab, alice):
    uri = f"sip:no-such-person@{PARTNER_DOMAIN}"
    assert (await alice.subscribe(uri)).status == 200
    await alice.told(uri, state="pending", deadline=20)
    assert await why(lab, ALICE, uri) == "presence-pending-xmpp"  # Prosody tells nobody whether there is such a user


# --- theirs watch ours ----------------------------------------------------------------------------


async def test_devices_are_resources(lab, alice):
    other = await sip_user(lab, "alice")
    contact = await guest(lab)
    rpid = "xmlns:r='urn:ietf:params:xml:ns:pidf:rpid'"
    await alice.publish_tuple("desk", "open", f"<r:activities {rpid}><r:busy/></r:activities>"
                              f"<r:user-input {rpid} last-input='2026-01-02T03:04:05Z'>idle</r:user-input>"
                              "<contact priority='0.5'>sip:alice@contoso.test</contact>"
                              "<note xml:lang='en'>writing</note><note xml:lang='fr'>j’écris</note>")
    await other.publish_tuple("phone", "open", f"<r:activities {rpid}><r:vacation/></r:activities>")
    contact.subscribe(ALICE_JID)
    await contact.sees(ALICE_JID, "subscribed", deadline=20)
    await contact.sees(f"{ALICE_JID}/phone", "available", show="xa", deadline=20)
    seen = await contact.sees(f"{ALICE_JID}/desk", "available", show="dnd", deadline=20)
    assert seen.status in ("writing", "j’écris") and seen.priority == 64 and seen.idle == "2026-01-02T03:04:05Z"
    since = contact.presences.mark()
    await other.publish_tuple("phone", "closed", "<note>gone riding</note>")
    left = await contact.sees(f"{ALICE_JID}/phone", "unavailable", deadline=20, since=since)
    assert left.status == "gone riding"
    # She signs in again: her server probes, and is told what there is, without the SIP side being asked anew.
    again = contact.presences.mark()
    contact.presence(type="unavailable")
    contact.presence()
    await contact.sees(f"{ALICE_JID}/desk", "available", show="dnd", deadline=20, since=again)
    assert await why(lab, contact.jid, ALICE) == "allowed"
    # And ends it. (Prosody swallows an `unsubscribed` that tells it nothing new.)
    since = contact.presences.mark()
    contact.presence(to=ALICE_JID, type="unsubscribe")
    await contact.sees(f"{ALICE_JID}/desk", "unavailable", deadline=20, since=since)
    await until(lambda: _gone(lab, contact.jid, ALICE), 30, "the pair forgotten")
    for user in (contact, other):
        await user.stop()


# --- a notifier by script -------------------------------------------------------------------------


@pytest.fixture
def notifier(lab, undo):
    notifier = run(Notifier(lab.sip_port).start())
    run(lab.edge.oreectl("user", "set", ALICE, "home=next-hop"))
    run(lab.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{notifier.port};transport=tcp"))
    yield notifier
    run(notifier.stop())


DOCUMENT = ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:alice@contoso.test'>"
            "<tuple id='desk'><status><basic>open</basic></status></tuple></presence>")


async def shown(lab, notifier):
    """A contact who sees Alice; the SUBSCRIBE behind it."""
    contact = await guest(lab)
    since = notifier.subscribes.mark()
    contact.subscribe(ALICE_JID)
    subscribe = await notifier.subscribes.wait(lambda p: contact.jid in p.get("from"), 20, since)
    assert await notifier.notify(subscribe, "pending;expires=600") == 200
    assert await why(lab, contact.jid, ALICE) == "presence-pending-sip"
    assert not [p for p in contact.presences.entries if p.sender.startswith(ALICE_JID)]  # silent until allowed
    assert await notifier.notify(subscribe, "active;expires=600", DOCUMENT) == 200
    await contact.sees(ALICE_JID, "subscribed", deadline=20)
    await contact.sees(f"{ALICE_JID}/desk", "available", deadline=20)
    return contact, subscribe


# reason and parameters → is a new dialog asked for at once, is the contact told it is over, what the table says
ENDS = [
    ("deactivated", True, False, "asking"),
    ("timeout", True, False, "asking"),
    ("", True, False, "asking"),
    ("probation;retry-after=7", False, False, "waiting"),
    ("giveup", False, False, "waiting"),
    ("noresource", False, False, "waiting"),
    ("invariant", False, False, "waiting"),
    ("rejected", False, True, None),
]


@pytest.mark.parametrize("reason, at_once, over, state", ENDS, ids=[one[0].split(";")[0] or "none" for one in ENDS])
async def test_every_reason_to_end(lab, notifier, reason, at_once, over, state):
    contact, subscribe = await shown(lab, notifier)
    asked, seen = notifier.subscribes.mark(), contact.presences.mark()
    words = "terminated" + (f";reason={reason}" if reason else "")
    assert await notifier.notify(subscribe, words) == 200
    if at_once:
        again = await notifier.subscribes.wait(lambda p: contact.jid in p.get("from"), 30, asked)
        assert again.get("call-id") != subscribe.get("call-id")
        assert await notifier.notify(again, "active;expires=600", DOCUMENT) == 200
        assert await why(lab, contact.jid, ALICE) == "allowed"
    elif over:
        await contact.sees(ALICE_JID, "unavailable", deadline=20, since=seen)
        await contact.sees(ALICE_JID, "unsubscribed", deadline=20, since=seen)
        assert await row(lab, contact.jid, ALICE) is None
    else:
        one = await until(lambda: _in_state(lab, contact, state), 30, state)
        assert one["authorisation"] == "granted"
        assert one["last-sip"] == "terminated " + reason.split(";")[0]
        assert ("next" in one) is (reason.split(";")[0] in ("probation", "giveup"))
        assert len(notifier.subscribes.entries) == asked
        if reason == "invariant":  # what was shown stays true
            assert not [p for p in contact.presences.entries[seen:] if p.type == "unavailable"]
            assert await why(lab, contact.jid, ALICE) == "presence-waiting"
        else:
            await contact.sees(f"{ALICE_JID}/desk", "unavailable", deadline=20, since=seen)
    await contact.stop()


async def _in_state(lab, contact, state):
    one = await row(lab, contact.jid, ALICE)
    return one if one is not None and one["state"] == state else None


# the answer to the first SUBSCRIBE → what the contact hears
@pytest.mark.parametrize("status, word, error", [(403, "unsubscribed", ""), (404, "unsubscribed", ""), (489, "unsubscribed", ""),
                                                 (603, "unsubscribed", ""), (501, "error", "feature-not-implemented")])
async def test_a_first_answer_that_refuses(lab, notifier, status, word, error):
    contact = await guest(lab)
    notifier.answer = lambda packet: status
    contact.subscribe(ALICE_JID)
    assert (await contact.sees(ALICE_JID, word, deadline=20)).error == error
    await until(lambda: _gone(lab, contact.jid, ALICE), 30, "the pair forgotten")
    await contact.stop()


async def test_a_first_answer_that_may_pass(lab, notifier):
    contact = await guest(lab)
    notifier.answer = lambda packet: (423, "Min-Expires: 80000") if packet.get("expires") != "80000" else (503, "Retry-After: 77")
    contact.subscribe(ALICE_JID)
    await notifier.subscribes.wait(lambda p: p.get("expires") == "80000", 20)
    one = await until(lambda: _in_state(lab, contact, "waiting"), 30, "waiting")
    assert one["authorisation"] == "pending" and one["last-sip"] == "SUBSCRIBE 503" and "next" in one
    assert await why(lab, contact.jid, ALICE) == "presence-waiting"
    assert not [p for p in contact.presences.entries if p.sender.startswith(ALICE_JID)]
    await contact.stop()


BOMB = ("<!DOCTYPE p [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><presence xmlns='urn:ietf:params:xml:ns:pidf' "
        "entity='sip:a@b'><tuple id='t'><status><basic>open</basic></status><note>&b;</note></tuple></presence>")


@pytest.mark.parametrize("document, content_type, status", [
    (BOMB, "application/pidf+xml", 400),
    ("<presence", "application/pidf+xml", 400),
    (DOCUMENT.replace("entity='sip:alice@contoso.test'", ""), "application/pidf+xml", 400),
    ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='x'>" + "".join(f"<tuple id='t{n}'/>" for n in range(33))
     + "</presence>", "application/pidf+xml", 400),
    ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='x'>" + "<a>" * 80 + "</a>" * 80 + "</presence>",
     "application/pidf+xml", 400),
    (DOCUMENT.encode()[:-40] + b"\0" + DOCUMENT.encode()[-40:], "application/pidf+xml", 400),
    (DOCUMENT, "text/plain", 415),
], ids=["bomb", "cut", "no-entity", "tuples", "deep", "nul", "other-type"])
async def test_hostile_documents(lab, notifier, document, content_type, status):
    contact, subscribe = await shown(lab, notifier)
    since = contact.presences.mark()
    assert await notifier.notify(subscribe, "active;expires=600", document, content_type) == status
    # The subscription stands, and what was true is still shown.
    good = DOCUMENT.replace("</tuple>", "<note>still here</note></tuple>").replace(
        "still here", "a\u202eb &#x85;<![CDATA[<x>]]>")
    assert await notifier.notify(subscribe, "active;expires=600", good) == 200
    seen = await contact.sees(f"{ALICE_JID}/desk", "available", deadline=20, since=since)
    assert seen.status == "ab  <x>"
    await contact.stop()
