# SPDX-License-Identifier: GPL-3.0-or-later
"""Either side is shot in mid-conversation."""

import asyncio
import re
import sqlite3

import pytest
from gi.repository import GLib
from lab.clock import Clock
from lab.journal import until
from sip_users import ALICE, ALICE_JID, JULIET, JULIET_URI, asking, both_ways, notification
from world import PARTNER_DOMAIN

RECEIPTS = "urn:xmpp:receipts"


async def know_each_other(lab, juliet, alice):
    """Subscriptions in both directions; juliet agrees when she is asked, which is once."""
    juliet.presences.on_add = lambda presence: presence.type == "subscribe" and juliet.approve(presence.sender)
    subscription = await alice.subscribe(JULIET_URI)
    assert subscription.status == 200
    await alice.told(JULIET_URI, state="active", basic="open", deadline=20)
    assert await alice.publish("open", "on the balcony") == 200
    juliet.subscribe(ALICE_JID)
    await juliet.sees(ALICE_JID, "available", deadline=20)
    return subscription


async def test_the_partner_is_shot_and_comes_back(lab, alice):
    juliet = await lab.xmpp_user("juliet")
    await know_each_other(lab, juliet, alice)
    await both_ways(juliet, alice, "before")
    since, shown = lab.edge.bus.events.mark(), alice.notifies.mark()
    await lab.partner.kill()
    await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN)
    # Nobody can say any more what Juliet does: Alice sees that, and `explain` why.
    await alice.told(JULIET_URI, basic="closed", since=shown, deadline=30)
    status, why, _ = await lab.edge.run_ctl("explain", "presence", f"watcher={ALICE}", f"presentity={JULIET}")
    assert status == 1 and "The presence is unknown." in why, why
    # Nobody is there: the sender hears so, and not by our silence.
    status = await alice.say(JULIET_URI, "while away")
    assert status is not None and status >= 400
    notified = alice.notifies.mark()
    await lab.partner.start()
    juliet = await lab.xmpp_user("juliet")
    await both_ways(juliet, alice, "after")
    # Her presence, and ours to her, come back without either of them asking.
    await alice.told(JULIET_URI, basic="open", since=notified, deadline=60)
    await juliet.sees(ALICE_JID, "available", deadline=60)
    await juliet.stop()


async def test_a_partner_of_dialback_that_is_back_is_heard_at_once(lab, alice, undo):
    """Our attempts at it wait; its own calls, and our questions whether they are its own, do not."""
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "sasl-negotiation=not-supported")
    await lab.partner.restart(external=False)
    since = lab.edge.bus.events.mark()
    await lab.partner.kill()

    async def waits():
        """Four attempts have failed: the next one waits for four seconds at least."""
        await alice.say(JULIET_URI, "while away")
        return sum(event["nick"] == "stream-failed" for event in lab.edge.bus.events.entries[since:]) >= 4

    await until(waits, 30, "four attempts", every=0.2)
    await lab.partner.start()
    juliet = await lab.xmpp_user("juliet")
    juliet.say(ALICE_JID, "back")
    await alice.heard("back", 10)
    await juliet.stop()
    await lab.partner.restart(external=True)


def whole(path):
    """SQLite's own opinion of the file."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0]


async def durable(lab):
    """What must survive: every record, the history, who may speak to whom."""
    bus = lab.edge.bus
    records, revision = await bus.call("Configuration", "Export", "(a{sv})", {})
    return dict(
        records=sorted(map(repr, records)), revision=revision,
        history=await bus.call("Configuration", "History", "(a{sv})", {}),
        allow=sorted((entry["user"], entry["contact"])
                     for entry in await bus.call("Monitor", "AllowEntries", "(a{sv})", {})))


async def test_our_service_is_shot_and_comes_back(lab, alice, undo):
    # The type for which it matters who wrote first.
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "partner-type=public-unverified")
    juliet = await lab.xmpp_user("juliet")
    await know_each_other(lab, juliet, alice)
    await both_ways(juliet, alice, "before")
    subscriptions = {(row["watcher"], row["presentity"])
                     for row in await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})}
    # What her device takes, and which language she reads, was learnt from what she wrote.
    assert await alice.say(JULIET_URI, "<b>bold</b>", ["Accept-Language: fr"], "text/html;charset=UTF-8") == 200
    before = await durable(lab)
    assert before["allow"], "alice wrote to juliet: there must be an allow entry"

    await lab.edge.kill()
    for database in lab.edge.state.glob("*.db"):
        assert whole(database) == "ok"
    seen = juliet.presences.mark()
    await lab.edge.start()
    assert await durable(lab) == before
    assert {(row["watcher"], row["presentity"])
            for row in await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})} >= \
        {pair for pair in subscriptions if JULIET in pair[0]}

    # Alice's client does what clients do when their connection went; Juliet does nothing at all.
    await alice.stop()
    await alice.start()
    assert await alice.publish("open", "back on the balcony") == 200
    await juliet.sees(ALICE_JID, "available", deadline=60, since=seen)
    notified = alice.notifies.mark()
    assert (await alice.subscribe(JULIET_URI)).status == 200
    await alice.told(JULIET_URI, basic="open", since=notified, deadline=60)
    form = "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><em>soft</em></body></html>"
    juliet.send(ALICE_JID, "<body>soft</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>")
    await alice.heard("Correction : soft")
    juliet.send(ALICE_JID, f"<body>soft</body>{form}")
    await alice.messages.wait(lambda m: m.content_type.startswith("multipart/alternative") and "<em>soft</em>" in m.text, what="form")
    await both_ways(juliet, alice, "after")
    await juliet.stop()


def awaited(lab):
    """How many messages' notifications are waited for, by the store."""
    with sqlite3.connect(f"file:{next(lab.edge.state.glob('*.db'))}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM runtime WHERE space = 'receipt'").fetchone()[0]


async def test_what_was_asked_before_is_answered_after(lab, alice):
    """Notifications both ways, asked for in one life of ours and given in the next."""
    juliet = await lab.xmpp_user("juliet")
    assert await alice.say(JULIET_URI, asking("m-30", "did you get it?"), content_type="message/cpim") == 200
    out = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "did you get it?")
    id = juliet.send(ALICE_JID, f"<body>and you?</body><request xmlns='{RECEIPTS}'/>")
    back = await alice.messages.wait(lambda m: m.content_type == "message/cpim" and "and you?" in m.text, what="CPIM")
    message_id = re.search(r"imdn\.Message-ID: (\S+)", back.text).group(1)
    await until(lambda: awaited(lab) == 2, 30, "two rows")

    await lab.edge.kill()
    await lab.edge.start()
    await alice.stop()
    await alice.start()
    since = alice.messages.mark()
    juliet.send(ALICE_JID, f"<received xmlns='{RECEIPTS}' id='{out.get('id')}'/>")
    heard = await alice.messages.wait(lambda m: "<delivered/>" in m.text, 30, since, "IMDN")
    assert "<message-id>m-30</message-id>" in heard.text
    juliet.send(ALICE_JID, f"<displayed xmlns='urn:xmpp:chat-markers:0' id='{out.get('id')}'/>")
    await alice.messages.wait(lambda m: "<displayed/>" in m.text, 30, since, "IMDN")
    since = juliet.stanzas.mark()
    assert await alice.say(back.sender, notification(message_id), content_type="message/cpim") == 200
    received = await juliet.stanza(lambda s: s.find(f"{{{RECEIPTS}}}received") is not None, 30, since, "receipt")
    assert received.find(f"{{{RECEIPTS}}}received").get("id") == id
    # Once: then nothing is waited for any more.
    await until(lambda: awaited(lab) == 0, 30, "no row")
    await juliet.stop()


async def test_our_service_is_shot_while_records_are_written(lab):
    """Whatever was acknowledged is there; whatever was not is there whole or not at all."""
    acknowledged = 0

    async def write():
        nonlocal acknowledged
        for number in range(10000):
            await lab.edge.bus.call("Configuration", "Apply", "(a(sssa{sv})ta{sv})", [
                ("add", "blocked-domain", f"a{number}.test", {}), ("add", "blocked-domain", f"b{number}.test", {}),
            ], 0, {"comment": GLib.Variant("s", f"pair {number}")})
            acknowledged = number + 1

    writing = asyncio.ensure_future(write())
    await until(lambda: acknowledged >= 20, 60, "twenty pairs written")
    await lab.edge.kill()
    with pytest.raises(GLib.Error):
        await writing
    await lab.edge.start()
    records, _ = await lab.edge.bus.call("Configuration", "List", "(sa{sv})", "blocked-domain", {})
    names = {record["id"] for record in records}
    assert {f"a{number}.test" for number in range(acknowledged)} <= names
    assert {name[1:] for name in names if name[0] == "a"} == {name[1:] for name in names if name[0] == "b"}
    assert len(names) // 2 - acknowledged in (0, 1)


async def test_months_pass_while_nobody_is_there(lab, alice, undo):
    """Both sides are off for a hundred days. Who had agreed is asked nothing again, each sees the other, and the contact whom our
    user knows may still write."""
    asked = []
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "partner-type=public-unverified",
                           "sasl-negotiation=not-supported")  # the lab's certificates do not live so long
    await lab.partner.restart(external=False)
    juliet = await lab.xmpp_user("juliet")
    await know_each_other(lab, juliet, alice)
    before = await durable(lab)
    since = [row["since"] for row in await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})]
    await juliet.stop()
    await alice.stop()
    await lab.edge.kill()
    await lab.partner.stop()

    clock = Clock(lab.edge, lab.directory / "clock")
    clock.ahead(100 * 24 * 3600)
    await lab.edge.start()
    await lab.partner.start()
    assert await durable(lab) == before
    juliet = await lab.xmpp_user("juliet")
    juliet.presences.on_add = lambda presence: asked.append(presence) if "subscribe" in presence.type else None
    await alice.start()
    told = alice.notifies.mark()
    assert await alice.publish("open", "a season later") == 200
    await juliet.sees(ALICE_JID, "available", deadline=60)
    assert (await alice.subscribe(JULIET_URI)).status == 200
    await alice.told(JULIET_URI, state="active", basic="open", since=told, deadline=60)
    await both_ways(juliet, alice, "a hundred days on")
    assert not asked
    assert [row["since"] for row in await lab.edge.bus.call("Monitor", "Subscriptions", "(a{sv})", {})] == since
    await juliet.stop()
    clock.ahead(0)
    await lab.partner.restart(external=True)
