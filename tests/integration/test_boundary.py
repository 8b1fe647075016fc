# SPDX-License-Identifier: GPL-3.0-or-later
"""Boundary profiles with the real Prosody: each setting bites while everything runs, and what is refused is answered."""

import time

import pytest
from conftest import run
from lab.journal import until
from sip_users import ALICE_JID, JULIET, JULIET_URI, asking, notification, sip_user
from world import OUR_DOMAIN, PARTNER_DOMAIN

STATES = "{http://jabber.org/protocol/chatstates}"
RECEIPTS = "{urn:xmpp:receipts}"
XHTML_IM = "{http://jabber.org/protocol/xhtml-im}html"
COMPOSING_TYPE = "application/im-iscomposing+xml"
CORRECTION = "<body>at 8</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>"
REACTION = "<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👍</reaction></reactions>"
ATTACHMENT = "<body>look</body><x xmlns='jabber:x:oob'><url>https://f.test/a.png</url></x>"
COMPOSING = "<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>{}</state></isComposing>"


@pytest.fixture(scope="module")
def profile(lab):
    """A partner with a profile that still lets everything through."""
    run(lab.edge.oreectl("boundary-profile", "add", "live"))
    run(lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "boundary-profile=live"))
    return lab


@pytest.fixture
def people(profile):
    juliet, alice = run(profile.xmpp_user("juliet")), run(sip_user(profile, "alice"))
    yield juliet, alice
    run(alice.stop())
    run(juliet.stop())


@pytest.fixture
def set(profile):
    """`await set ("field=value", …)`; everything is as before after the test."""
    before = run(profile.edge.bus.status())["revision"]

    async def change(*fields):
        await profile.edge.oreectl("boundary-profile", "set", "live", *fields)

    yield change
    run(profile.edge.oreectl("restore", before))


async def condition(juliet, inside, type="chat", language="fr"):
    """The condition and the sentence of the error that answers a stanza."""
    id = juliet.send(ALICE_JID, inside, type=type, language=language)
    error = (await juliet.stanza(lambda s: s.get("id") == id and s.get("type") == "error", what="error")).find("{jabber:client}error")
    return error[0].tag.rpartition("}")[2], error.findtext("{urn:ietf:params:xml:ns:xmpp-stanzas}text")


async def refused(profile, alice, text, status, code, headers=(), **options):
    """Our user hears the status, and the code in a Warning; a counter and an event know of it."""
    events, before = profile.edge.bus.events.mark(), (await profile.edge.bus.counters()).get(f"refused-{code}", 0)
    response = await alice.request("MESSAGE", JULIET_URI, f"<{JULIET_URI}>", body=text.encode(),
                                   headers=["Content-Type: text/plain;charset=UTF-8", *headers])
    assert response.status == status
    assert (await profile.edge.bus.counters())[f"refused-{code}"] > before
    assert (await profile.edge.bus.event("message-refused", since=events))["details"]["reason"] == code
    return response


# --- messages ------------------------------------------------------------------------------------


async def test_messages_cross_one_way(profile, people, set):
    juliet, alice = people
    await set("messages=to-partner")
    assert await alice.say(JULIET_URI, "out") == 200
    await juliet.heard("out")
    assert await condition(juliet, "<body>in</body>") == ("policy-violation", "L’autre côté n’accepte pas ce message.")
    await set("messages=from-partner")
    await refused(profile, alice, "no", 403, "boundary-messages")
    juliet.say(ALICE_JID, "in again")
    await alice.heard("in again")
    assert [m.text for m in alice.messages.entries] == ["in again"]


@pytest.mark.parametrize("field,inside,shown", [("corrections", CORRECTION, "Correction: at 8"), ("reactions", REACTION, "Reaction: 👍"),
                                                ("attachments", ATTACHMENT, "look\r\nAttachment: https://f.test/a.png")])
async def test_kinds_of_messages(people, set, field, inside, shown):
    juliet, alice = people
    await set(f"{field}=false")
    assert await condition(juliet, inside) == (
        "policy-violation", "Ce type de message ne peut pas y être envoyé. Veuillez envoyer du texte simple.")
    juliet.say(ALICE_JID, "plain text")
    await alice.heard("plain text")
    await set(f"{field}=true")
    juliet.send(ALICE_JID, inside, language="en")
    await alice.heard(shown)
    assert [m.text for m in alice.messages.entries] == ["plain text", shown]


async def test_formatting_is_stripped(people, set):
    juliet, alice = people
    await set("formatting=false")
    assert await alice.say(JULIET_URI, "<b>bold</b> words", content_type="text/html;charset=UTF-8") == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "bold words")
    assert stanza.find(XHTML_IM) is None
    form = ("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><em>{0}</em></body></html>")
    juliet.send(ALICE_JID, "<body>one</body>" + form.format("one"))
    assert (await alice.heard("one")).content_type == "text/plain;charset=UTF-8"
    await set("formatting=true")
    juliet.send(ALICE_JID, "<body>two</body>" + form.format("two"))
    heard = await alice.messages.wait(lambda m: "two" in m.text)
    assert heard.content_type.startswith("multipart/alternative") and "<em>two</em>" in heard.text


async def test_body_limit(profile, people, set):
    juliet, alice = people
    await set("body-limit=1000")
    fits, too_long = "é" * 500, "é" * 500 + "!"
    juliet.say(ALICE_JID, fits)
    await alice.heard(fits)
    assert await alice.say(JULIET_URI, fits) == 200
    await juliet.heard(fits)
    assert (await condition(juliet, f"<body>{too_long}</body>"))[0] == "policy-violation"
    response = await refused(profile, alice, too_long, 413, "boundary-size", ["Accept-Language: fr"])
    assert response.first.endswith("Le message est trop long. Veuillez l’envoyer en plusieurs parties.")
    await set("body-limit=1001")
    assert await alice.say(JULIET_URI, too_long) == 200


def as_many_as_may(count, sent, seconds):
    """Ten at once, five that wait up to three seconds, and one more for each 0.6 s that the writing took."""
    assert min(15, sent) <= count <= 16 + seconds / 0.6, count


async def test_rate(profile, people, set):
    """Ten at once at a hundred a minute, the rest paced; what would wait too long is refused, and nothing changes places."""
    juliet, alice = people
    await set("message-rate=100")
    began = time.monotonic()
    ids = [juliet.say(ALICE_JID, f"word {n}") for n in range(60)]
    await until(lambda: len(alice.messages.entries) + sum(bool(m.error) for m in juliet.messages.entries) == len(ids), 30, "60 outcomes")
    as_many_as_may(len(alice.messages.entries), len(ids), time.monotonic() - began)
    assert time.monotonic() - began > 1
    refusals = {m.id: m for m in juliet.messages.entries if m.error}
    assert refusals and {(r.error, r.error_type) for r in refusals.values()} == {("resource-constraint", "wait")}
    assert [m.text for m in alice.messages.entries] == [f"word {n}" for n, id in enumerate(ids) if id not in refusals]
    assert (await profile.edge.bus.counters())["boundary-delayed"] >= 5

    began = time.monotonic()
    outcomes = [alice.post(JULIET_URI, f"answer {n}") for n in range(60)]
    statuses = [(await outcome) for outcome in outcomes]
    seconds = time.monotonic() - began
    went = [f"answer {n}" for n, status in enumerate(statuses) if status.status == 200]
    as_many_as_may(len(went), len(statuses), seconds)
    refused = [status for status in statuses if status.status != 200]
    assert refused and {status.status for status in refused} == {480}
    assert all(status.get("retry-after") and "boundary-rate" in status.get("warning") for status in refused)
    await juliet.heard(went[-1])
    assert [m.body for m in juliet.messages.entries if m.body.startswith("answer")] == went

    # Without the rate what waits goes at once.
    for n in range(3):
        alice.post(JULIET_URI, f"last {n}")
    await set("message-rate=0")
    await juliet.heard("last 2")


# --- typing and receipts -------------------------------------------------------------------------


async def test_typing(people, set):
    juliet, alice = people
    await set("typing=none")
    juliet.send(ALICE_JID, f"<body>I follow</body><active xmlns='{STATES[1:-1]}'/>")
    juliet.send(ALICE_JID, f"<composing xmlns='{STATES[1:-1]}'/>")
    assert await alice.say(JULIET_URI, COMPOSING.format("active"), content_type=COMPOSING_TYPE) == 200
    assert await alice.say(JULIET_URI, "first") == 200
    juliet.say(ALICE_JID, "after composing")
    await alice.heard("after composing")
    await juliet.heard("first")
    assert not [m for m in alice.messages.entries if m.content_type == COMPOSING_TYPE]
    assert not [s for s in juliet.stanzas.entries if s.find(f"{STATES}composing") is not None or s.find(f"{STATES}active") is not None]
    await set("typing=to-partner")
    assert await alice.say(JULIET_URI, COMPOSING.format("idle"), content_type=COMPOSING_TYPE) == 200
    assert await alice.say(JULIET_URI, COMPOSING.format("active"), content_type=COMPOSING_TYPE) == 200
    await juliet.stanza(lambda s: s.find(f"{STATES}composing") is not None, what="composing")


async def test_receipts(people, set):
    juliet, alice = people
    await set("receipts=to-partner")
    assert await alice.say(JULIET_URI, asking("b-1", "got it?", "positive-delivery, display"), content_type="message/cpim") == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "got it?")
    assert stanza.find(f"{RECEIPTS}request") is None
    # Sent all the same, it goes no further.
    juliet.send(ALICE_JID, f"<received xmlns='{RECEIPTS[1:-1]}' id='{stanza.get('id')}'/>")
    request = f"<body>{{}}</body><request xmlns='{RECEIPTS[1:-1]}'/>"
    juliet.send(ALICE_JID, request.format("and you?"))
    asked = await alice.messages.wait(lambda m: "and you?" in m.text)
    assert "Disposition-Notification" in asked.text
    await set("receipts=none")
    juliet.send(ALICE_JID, request.format("still?"))
    assert (await alice.messages.wait(lambda m: "still?" in m.text)).content_type == "text/plain;charset=UTF-8"
    # The one asked for before is not given any more.
    id = asked.text.partition("imdn.Message-ID: ")[2].partition("\r\n")[0]
    assert await alice.say(asked.sender, notification(id), content_type="message/cpim") == 200
    assert await alice.say(JULIET_URI, "the end") == 200
    await juliet.heard("the end")
    assert not [s for s in juliet.stanzas.entries if s.find(f"{RECEIPTS}received") is not None]
    assert not [m for m in alice.messages.entries if "delivery-notification" in m.text]


# --- presence ------------------------------------------------------------------------------------


async def watching(juliet, alice):
    """Each sees the other, Juliet as away with a note, Alice with a note."""
    since = juliet.presences.mark()
    await alice.publish_tuple("t1", "open", "<note>in a meeting</note>")
    juliet.subscribe(ALICE_JID)
    await juliet.sees(ALICE_JID, "subscribed", deadline=20, since=since)
    assert (await alice.subscribe(JULIET_URI)).status == 200
    await juliet.sees(ALICE_JID, "subscribe", deadline=20, since=since)
    juliet.approve(ALICE_JID)
    juliet.presence(show="dnd", status="rehearsing")
    return await alice.notifies.wait(lambda n: n.presentity == JULIET_URI and b"rehearsing" in n.packet.body, 20, what="Juliet's note")


async def document(alice, since, has, *has_not):
    """The first document about Juliet with this and without those; more of them may come of one change."""
    notify = await alice.notifies.wait(lambda n: n.presentity == JULIET_URI and has in n.packet.body
                                       and not any(word in n.packet.body for word in has_not), 20, since, f"document with {has}")
    return notify.packet.body


async def test_presence(profile, people, set):
    juliet, alice = people
    try:
        await watching(juliet, alice)
        seen = await juliet.presences.wait(lambda p: p.status == "in a meeting", 20, what="Alice's note")
        full = seen.sender
        assert full.startswith(ALICE_JID + "/")

        # Notes go at once, each way alone.
        since, told = juliet.presences.mark(), alice.notifies.mark()
        await set("notes-shown=false", "notes-taken=false")
        await juliet.presences.wait(lambda p: p.sender == full and p.status == "", 20, since, "Alice without her note")
        await document(alice, told, b"dnd", b"rehearsing")
        await set("notes-shown=true", "notes-taken=true")
        await juliet.presences.wait(lambda p: p.status == "in a meeting", 20, since)
        await document(alice, told + 1, b"rehearsing")

        # Folded: one device without a name.
        since, told = juliet.presences.mark(), alice.notifies.mark()
        await set("presence-shown=folded", "presence-taken=folded", "notes-taken=false")
        await juliet.sees(f"{ALICE_JID}/presence", since=since, deadline=20)
        await juliet.sees(full, "unavailable", since=since, deadline=20)
        assert (await document(alice, told, b"away", b"dnd", b"busy")).count(b"<tuple") == 1
        since, told = juliet.presences.mark(), alice.notifies.mark()
        await set("presence-shown=reachable", "presence-taken=reachable")
        await document(alice, told, b">open<", b"away")
        await alice.publish("closed")
        await juliet.sees(f"{ALICE_JID}/presence", "unavailable", since=since, deadline=20)

        # At intervals: the last state, later.
        await set("presence-shown=full", "presence-interval=3")
        await alice.publish("open", "one")
        since = juliet.presences.mark()
        await juliet.presences.wait(lambda p: p.status == "one", 20, what="the first note")
        began = time.monotonic()
        for note in ("two", "three", "four"):
            await alice.publish("open", note)
        seconds = time.monotonic() - began
        await juliet.presences.wait(lambda p: p.status == "four", 20, since, what="the last note")
        notes = [p.status for p in juliet.presences.entries[since:] if p.type == "available"]
        assert "two" not in notes or "three" not in notes or seconds > 3
    finally:
        await juliet.forget(ALICE_JID)


# --- queries and silence -------------------------------------------------------------------------


async def test_queries(people, set):
    juliet, alice = people
    assert await alice.say(JULIET_URI, "hello") == 200
    ask = "<query xmlns='jabber:iq:version'/>"
    await set("queries=false")
    refusal = await juliet.ask(OUR_DOMAIN, ask)
    assert refusal.get("type") == "error" and refusal.find("{jabber:client}error")[0].tag.endswith("service-unavailable")
    for payload in ("<query xmlns='http://jabber.org/protocol/disco#info'/>", "<ping xmlns='urn:xmpp:ping'/>"):
        assert (await juliet.ask(OUR_DOMAIN, payload)).get("type") == "result"
    await set("queries=true")
    assert (await juliet.ask(OUR_DOMAIN, ask)).get("type") == "result"


async def test_quiet_hours(profile, people, set):
    """What is refused is answered and counted; nobody is named."""
    juliet, _ = people
    await set("quiet-hours=00:00-24:00", "reactions=false")
    since, before = profile.edge.bus.events.mark(), (await profile.edge.bus.counters()).get("refused-boundary-content", 0)
    assert (await condition(juliet, REACTION))[0] == "policy-violation"
    assert (await profile.edge.bus.counters())["refused-boundary-content"] == before + 1
    await set("quiet-hours=")
    assert (await condition(juliet, REACTION))[0] == "policy-violation"
    event = await profile.edge.bus.event("message-refused", since=since)
    assert event["details"]["from"] == JULIET
    assert len([e for e in profile.edge.bus.events.entries[since:] if e["nick"] == "message-refused"]) == 1
