# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages beyond plain text, with the real Prosody: form, languages, typing, receipts, dates, and what is refused."""

import re
import signal
import time

import pytest
from lab.journal import until
from sip_peer import SipUser
from sip_users import DELIVERED, DISPLAYED, ALICE_JID, BOB, BOB_JID, JULIET, JULIET_URI, asking, bare, notification
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN

STATES = "{http://jabber.org/protocol/chatstates}"
RECEIPTS = "{urn:xmpp:receipts}"
MARKERS = "{urn:xmpp:chat-markers:0}"
XHTML_IM = "{http://jabber.org/protocol/xhtml-im}html"
DELAY = "{urn:xmpp:delay}delay"
COMPOSING_TYPE = "application/im-iscomposing+xml"
BOLD = ("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
        "very <strong>bold</strong> <a href='javascript:alert(1)'>x</a><script>evil()</script></body></html>")


def status_document(state, refresh=None):
    return ("<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>"
            f"<state>{state}</state><contenttype>text/plain</contenttype>"
            + (f"<refresh>{refresh}</refresh>" if refresh else "") + "</isComposing>")


async def hears_status(alice, state, since, deadline=10):
    return await alice.messages.wait(
        lambda m: m.content_type == COMPOSING_TYPE and f"<state>{state}</state>" in m.text, deadline, since, what=f"status {state}")


async def sees_state(juliet, state, since, deadline=10):
    stanza = await juliet.stanza(lambda s: s.find(f"{STATES}{state}") is not None, deadline, since, f"state {state}")
    assert stanza.find("{jabber:client}body") is None and stanza.get("type") == "chat"
    return stanza


# --- form ----------------------------------------------------------------------------------------


async def test_form_crosses_through_the_whitelist(alice, juliet):
    """text/html comes as XHTML-IM beside plain text; and who sends HTML is sent HTML, with the plain form first."""
    html = "<p>very <b onclick='x()'>bold</b><img src='https://t.test/pixel.png' alt='cat'></p><script>evil()</script>"
    assert await alice.say(JULIET_URI, html, content_type="text/html;charset=UTF-8") == 200
    message = await juliet.stanza(lambda s: s.find(XHTML_IM) is not None, what="XHTML-IM")
    assert message.findtext("{jabber:client}body") == "very boldcat <https://t.test/pixel.png>"
    body = next(iter(message.find(XHTML_IM)))
    assert [element.tag.rpartition("}")[2] for element in body.iter()] == ["body", "p", "strong", "a"]
    assert not body[0][0].attrib

    juliet.send(ALICE_JID, f"<body>very *bold*</body>{BOLD}")
    heard = await alice.messages.wait(lambda m: m.content_type.startswith("multipart/alternative"), what="multipart")
    parts = re.findall(r"Content-Type: ([^\r]+)\r\n\r\n(.*?)\r\n--", heard.text, re.DOTALL)
    assert parts[0] == ("text/plain;charset=UTF-8", "very *bold*")
    assert parts[1][0] == "text/html;charset=UTF-8" and "<strong>bold</strong> x</body>" in parts[1][1]
    assert "evil" not in heard.text and "javascript" not in heard.text

    # A device that takes no multipart gets the plain form, and the message is not lost.
    alice.answer = lambda request: 415 if request.get("content-type").startswith("multipart") else 200
    juliet.send(ALICE_JID, f"<body>once more</body>{BOLD}")
    assert (await alice.heard("once more")).content_type == "text/plain;charset=UTF-8"
    juliet.send(ALICE_JID, f"<body>and again</body>{BOLD}")
    assert (await alice.heard("and again")).content_type == "text/plain;charset=UTF-8"
    assert not [m for m in juliet.messages.entries if m.error]


async def test_charsets_and_multipart(alice, juliet):
    assert await alice.say(JULIET_URI, "café".encode("iso-8859-15"), content_type="text/plain;charset=ISO-8859-15") == 200
    await juliet.heard("café")
    mixed = ("--b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--b\r\nContent-Type: image/png{}\r\n\r\nPNG\r\n--b--\r\n")
    response = await alice.request("MESSAGE", JULIET_URI, f"<{JULIET_URI}>", body=mixed.format("").encode(),
                                   headers=["Content-Type: multipart/mixed;boundary=b", "Accept-Language: fr"])
    assert response.status == 415 and "text/html" in response.get("accept")
    assert "content-unsupported" in response.get("warning")
    assert response.first.endswith("Seul du texte peut traverser cette passerelle.")
    optional = mixed.format("\r\nContent-Disposition: attachment;handling=optional").encode()
    assert await alice.say(JULIET_URI, optional, content_type="multipart/mixed;boundary=b") == 200
    await juliet.heard("first")


async def test_what_sip_cannot_show_is_said_in_words(alice, juliet):
    """In the language our user writes."""
    assert await alice.say(JULIET_URI, "bonjour", ["Content-Language: fr"]) == 200
    heard = await juliet.heard("bonjour")
    assert heard.language == "fr"
    juliet.send(ALICE_JID, "<body>à 9 h</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", language="fr")
    assert (await alice.heard("Correction : à 9 h")).packet.get("content-language") == "fr"
    juliet.send(ALICE_JID, f"<reactions xmlns='urn:xmpp:reactions:0' id='{heard.id}'><reaction>👍</reaction></reactions>")
    await alice.heard("Réaction : 👍")
    juliet.send(ALICE_JID, "<body>chat</body><x xmlns='jabber:x:oob'><url>https://f.test/chat.png</url></x>")
    await alice.heard("chat\r\nPièce jointe : https://f.test/chat.png")


async def test_dates_cross(alice, juliet):
    juliet.send(ALICE_JID, "<body>from yesterday</body><delay xmlns='urn:xmpp:delay' stamp='2020-02-03T04:05:06Z'/>")
    assert (await alice.heard("from yesterday")).packet.get("date") == "Mon, 03 Feb 2020 04:05:06 GMT"
    assert await alice.say(JULIET_URI, "kept", ["Date: Mon, 03 Feb 2020 04:05:06 GMT"]) == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "kept")
    assert stanza.find(DELAY).get("stamp") == "2020-02-03T04:05:06Z" and stanza.find(DELAY).get("from") == OUR_DOMAIN
    assert await alice.say(JULIET_URI, "fresh") == 200
    assert (await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "fresh")).find(DELAY) is None


async def test_what_is_late_is_not_shown(lab, alice, juliet):
    """RFC 3428 7: Expires, from Date where there is one."""
    old = "Date: Mon, 03 Feb 2020 04:05:06 GMT"
    assert await alice.say(JULIET_URI, "kept for a year", [old, "Expires: 4000000000"]) == 200
    await juliet.heard("kept for a year")
    response = await alice.request("MESSAGE", JULIET_URI, f"<{JULIET_URI}>", body=b"lunch?",
                                   headers=["Content-Type: text/plain", old, "Expires: 3600", "Accept-Language: fr"])
    assert response.status == 480 and "message-expired" in response.get("warning")
    assert response.first.endswith("Le message n’a pas pu être remis pendant sa durée de validité.")
    # A server that does not answer: no longer than the message is good for.
    lab.partner.process.child.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        response = await alice.request("MESSAGE", JULIET_URI, f"<{JULIET_URI}>", body=b"now!",
                                       headers=["Content-Type: text/plain", "Expires: 2"])
        assert response.status in (480, 504) and 1.5 < time.monotonic() - began < 10
    finally:
        lab.partner.process.child.send_signal(signal.SIGCONT)
    await juliet.heard("now!", 30)  # it was on its way; not to be a surprise in the next test


# --- typing --------------------------------------------------------------------------------------


async def test_typing_to_sip(alice, juliet):
    since = alice.messages.mark()
    juliet.send(ALICE_JID, f"<composing xmlns='{STATES[1:-1]}'/>")
    active = await hears_status(alice, "active", since)
    assert bare(active.sender) == JULIET_URI and "<refresh>90</refresh>" in active.text
    juliet.send(ALICE_JID, f"<paused xmlns='{STATES[1:-1]}'/>")
    await hears_status(alice, "idle", since)
    juliet.send(ALICE_JID, f"<body>written</body><active xmlns='{STATES[1:-1]}'/>")
    await alice.heard("written")
    assert [m.content_type for m in alice.messages.entries[since:]] == [COMPOSING_TYPE, COMPOSING_TYPE, "text/plain;charset=UTF-8"]


async def test_typing_is_never_answered_by_an_error(lab, alice, nurse, undo):
    """Refused by the device, by the policy, or for somebody who does not exist: silence, and no second try."""
    statuses = []

    def answer(request):
        if request.get("content-type") != COMPOSING_TYPE:
            return 200
        statuses.append(request)
        return 415

    alice.answer = answer
    marked = nurse.messages.mark()
    for name in ("composing", "paused", "composing"):
        nurse.send(f"nobody@{OUR_DOMAIN}", f"<{name} xmlns='{STATES[1:-1]}'/>")
        nurse.send(ALICE_JID, f"<{name} xmlns='{STATES[1:-1]}'/>")
    nurse.say(ALICE_JID, "after the states")
    await alice.heard("after the states")
    assert len(statuses) == 1
    await lab.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    nurse.send(ALICE_JID, f"<composing xmlns='{STATES[1:-1]}'/>")
    # The error for the message tells that what came before it was dealt with.
    error = await nurse.refused(nurse.say(ALICE_JID, "refused"))
    assert error.error_text
    assert [m.id for m in nurse.messages.entries[marked:] if m.error] == [error.id]


async def test_typing_to_xmpp(bob, juliet):
    # A contact that never showed to follow gets no states.
    assert await bob.say(JULIET_URI, status_document("active"), content_type=COMPOSING_TYPE) == 200
    juliet.send(BOB_JID, f"<body>I follow</body><active xmlns='{STATES[1:-1]}'/>")
    await bob.heard("I follow")
    assert not [s for s in juliet.stanzas.entries if s.find(f"{STATES}composing") is not None]

    since = juliet.stanzas.mark()
    for _ in range(2):  # a refresh is not a second state
        assert await bob.say(JULIET_URI, status_document("active", 60), content_type=COMPOSING_TYPE) == 200
    await sees_state(juliet, "composing", since)
    assert await bob.say(JULIET_URI, status_document("idle"), content_type=COMPOSING_TYPE) == 200
    await sees_state(juliet, "paused", since)
    assert await bob.say(JULIET_URI, status_document("active", 1), content_type=COMPOSING_TYPE) == 200
    before = juliet.stanzas.mark()
    await sees_state(juliet, "paused", before)  # nobody refreshed it
    assert await bob.say(JULIET_URI, "with state") == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "with state")
    assert stanza.find(f"{STATES}active") is not None and stanza.get("type", "normal") == "normal"
    states = [s for s in juliet.stanzas.entries[since:] if s.find(f"{STATES}composing") is not None]
    assert len(states) == 2


# --- receipts ------------------------------------------------------------------------------------


async def test_receipts_for_our_user(alice, juliet):
    """A SIP user asks, an XMPP client confirms."""
    assert await alice.say(JULIET_URI, asking("m-17", "did you get it?"), content_type="message/cpim") == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}body") == "did you get it?")
    assert stanza.find(f"{RECEIPTS}request") is not None and stanza.find(f"{MARKERS}markable") is not None
    assert stanza.find(DELAY).get("stamp") == "2026-02-03T04:05:06Z"
    for confirmation, status in ((f"<received xmlns='{RECEIPTS[1:-1]}' id='{stanza.get('id')}'/>", "delivered"),
                                 (f"<displayed xmlns='{MARKERS[1:-1]}' id='{stanza.get('id')}'/>", "displayed")):
        since = alice.messages.mark()
        juliet.send(ALICE_JID, confirmation)
        juliet.send(ALICE_JID, confirmation)  # once is enough
        heard = await alice.messages.wait(lambda m: m.content_type == "message/cpim", since=since, what=status)
        assert f"<{status}/>" in heard.text and "<message-id>m-17</message-id>" in heard.text
        assert "Content-Disposition: notification" in heard.text and bare(heard.sender) == JULIET_URI
    juliet.say(ALICE_JID, "the end")
    await alice.heard("the end")
    assert len([m for m in alice.messages.entries if "<message-id>m-17<" in m.text]) == 2


async def test_a_failure_is_notified(alice, juliet):
    nobody = f"sip:nobody@{PARTNER_DOMAIN}"
    since = alice.messages.mark()
    status = await alice.say(nobody, asking("m-18", "anybody?"), content_type="message/cpim")
    if status == 200:  # the partner's server took it first
        heard = await alice.messages.wait(lambda m: m.content_type == "message/cpim", since=since, what="IMDN")
        assert "<failed/>" in heard.text and "<message-id>m-18</message-id>" in heard.text
        assert not [m for m in alice.messages.entries[since:] if m.content_type.startswith("text/plain")]
    else:
        assert status >= 400


async def test_a_late_failure_is_told_in_the_readers_language(alice):
    since = alice.messages.mark()
    status = await alice.say(f"sip:nobody@{PARTNER_DOMAIN}", "il y a quelqu’un ?", ["Content-Language: fr"])
    if status == 200:
        heard = await alice.messages.wait(lambda m: m.sender.endswith(f"nobody@{PARTNER_DOMAIN}"), since=since, what="a report")
        assert heard.text == "Votre message n’a pas été remis. Le destinataire est injoignable."
        assert heard.packet.get("content-language") == "fr" and heard.packet.get("in-reply-to")
    else:
        assert status >= 400


async def test_receipts_for_the_contact(alice, juliet):
    """An XMPP client asks; a SIP user whose program speaks of notifications confirms."""
    assert await alice.say(JULIET_URI, asking("m-19", "I speak CPIM", "positive-delivery"), content_type="message/cpim") == 200
    await juliet.heard("I speak CPIM")
    id = juliet.send(ALICE_JID, f"<body>and you?</body><request xmlns='{RECEIPTS[1:-1]}'/><markable xmlns='{MARKERS[1:-1]}'/>")
    heard = await alice.messages.wait(lambda m: m.content_type == "message/cpim" and "and you?" in m.text, what="CPIM")
    assert "imdn.Disposition-Notification: positive-delivery, negative-delivery, display" in heard.text
    message_id = re.search(r"imdn\.Message-ID: (\S+)", heard.text).group(1)
    since = juliet.stanzas.mark()
    for inside in (DELIVERED, DISPLAYED):
        assert await alice.say(heard.sender, notification(message_id, inside), content_type="message/cpim") == 200
    received = await juliet.stanza(lambda s: s.find(f"{RECEIPTS}received") is not None, since=since, what="receipt")
    assert received.find(f"{RECEIPTS}received").get("id") == id and received.get("type") == "chat"
    displayed = await juliet.stanza(lambda s: s.find(f"{MARKERS}displayed") is not None, since=since, what="marker")
    assert displayed.find(f"{MARKERS}displayed").get("id") == id
    # Somebody else's notification, or one for nothing, confirms nothing and is no message.
    assert await alice.say(JULIET_URI, notification("never"), content_type="message/cpim") == 200
    # A device that refuses the wrapping gets the text.
    alice.answer = lambda request: 415 if request.get("content-type") == "message/cpim" else 200
    juliet.send(ALICE_JID, f"<body>plainly</body><request xmlns='{RECEIPTS[1:-1]}'/>")
    assert (await alice.heard("plainly")).content_type == "text/plain;charset=UTF-8"


# --- what is refused -----------------------------------------------------------------------------

REFUSED = [
    ("groupchat", "<body>hi all</body>", "groupchat", "service-unavailable", "group-chat-unsupported"),
    ("invitation", "<body>come</body><x xmlns='jabber:x:conference' jid='room@muc.fabrikam.test'/>", "normal",
     "feature-not-implemented", "invitation-unsupported"),
    ("encrypted", "<body>use OMEMO</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>", "chat", "not-acceptable",
     "encrypted-unsupported"),
    ("too-big", f"<body>{'x' * 70000}</body>", "chat", "policy-violation", "body-too-big"),
]


@pytest.mark.parametrize("inside,type,condition,code", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused_from_xmpp(lab, alice, juliet, inside, type, condition, code):
    """The error its protocol has, a sentence in the sender's language, a counter and an event."""
    since, before = lab.edge.bus.events.mark(), (await lab.edge.bus.counters()).get(f"refused-{code}", 0)
    marked = alice.messages.mark()
    # slixmpp shows no errors of type groupchat: look at the stanza.
    error = await juliet.stanza(lambda s, id=juliet.send(ALICE_JID, inside, type=type, language="fr"):
                                s.get("id") == id and s.get("type") == "error", what="an error")
    error = error.find("{jabber:client}error")
    assert error[0].tag.rpartition("}")[2] == condition
    assert re.search("passerelle|message est", error.findtext("{urn:ietf:params:xml:ns:xmpp-stanzas}text"))
    assert (await lab.edge.bus.event("message-refused", since=since))["details"]["reason"] == code
    assert (await lab.edge.bus.counters())[f"refused-{code}"] == before + 1
    juliet.say(ALICE_JID, f"after {code}")
    await alice.heard(f"after {code}")
    assert len(alice.messages.entries) - marked == 1


async def test_who_moved_is_named(alice, juliet):
    """301 with a new address becomes gone with it, and a sentence."""
    alice.answer, alice.moved = lambda request: 301, f"sip:alice.d@{OUR_DOMAIN}"
    error = await juliet.stanza(lambda s, id=juliet.send(ALICE_JID, "<body>still there?</body>", language="fr"):
                                s.get("id") == id and s.get("type") == "error", what="an error")
    error = error.find("{jabber:client}error")
    assert error.findtext("{urn:ietf:params:xml:ns:xmpp-stanzas}gone") == f"xmpp:alice.d@{OUR_DOMAIN}"
    assert "plus à cette adresse" in error.findtext("{urn:ietf:params:xml:ns:xmpp-stanzas}text")


async def test_invitations_and_calls_are_declined(alice, juliet):
    """Mediated invitations and call proposals have an answer of their own, and it is given instead of an error."""
    juliet.send(ALICE_JID, f"<x xmlns='http://jabber.org/protocol/muc#user'><invite from='{JULIET}/x'/></x>", type="normal")
    declined = await juliet.stanza(lambda s: s.find(".//{http://jabber.org/protocol/muc#user}decline") is not None, what="a decline")
    decline = declined.find(".//{http://jabber.org/protocol/muc#user}decline")
    assert decline.get("to") == f"{JULIET}/x" and "group chats" in decline.findtext("{http://jabber.org/protocol/muc#user}reason")
    juliet.send(ALICE_JID, "<propose xmlns='urn:xmpp:jingle-message:0' id='call-1'><description "
                           "xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>")
    rejected = await juliet.stanza(lambda s: s.find("{urn:xmpp:jingle-message:0}reject") is not None, what="a reject")
    assert rejected.find("{urn:xmpp:jingle-message:0}reject").get("id") == "call-1"


async def test_refused_from_sip(lab, alice, juliet):
    since = lab.edge.bus.events.mark()
    response = await alice.request("MESSAGE", JULIET_URI, f"<{JULIET_URI}>", body=b"x", headers=[
        "Content-Type: text/plain", "Require: recipient-list-message"])
    assert response.status == 420 and response.get("unsupported") == "recipient-list-message"
    assert (await lab.edge.bus.event("message-refused", since=since))["details"]["reason"] == "many-recipients-unsupported"
    response = await alice.request("MESSAGE", f"sip:{PARTNER_DOMAIN}", f"<sip:{PARTNER_DOMAIN}>", body=b"x", headers=[
        "Content-Type: text/plain"])
    assert response.status == 404
    sdp = (b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
           b"m=video 4002 RTP/AVP 96\r\n")
    response = await alice.request("INVITE", JULIET_URI, f"<{JULIET_URI}>", body=sdp, headers=[
        "Content-Type: application/sdp", f"Contact: {alice.contact}", "Accept-Language: fr"])
    assert response.status in (405, 488) and response.get("warning")
    assert "Les appels ne sont pas possibles" in response.first


async def test_nothing_is_injected(alice, juliet):
    """What would break a header, a stanza or a line of SIP comes out as text."""
    since = alice.messages.mark()
    juliet.send(ALICE_JID, "<body>x</body><subject>a&#13;&#10;Contact: &lt;sip:eve@evil.test&gt;&#x202e;b</subject>"
                           "<thread>t&#10;Via: evil</thread>")
    heard = await alice.messages.wait(lambda m: m.text == "x", since=since, what="the message")
    assert re.fullmatch(r"a {1,2}Contact: <sip:eve@evil\.test>b", heard.subject)  # Prosody makes one line end of the two
    assert not heard.packet.get("contact") and len(heard.packet.all("via")) <= 2
    assert await alice.say(JULIET_URI, "</body><evil/>&amp;<![CDATA[", ["Subject: <b>&\"'"]) == 200
    stanza = await juliet.stanza(lambda s: s.findtext("{jabber:client}subject") == "<b>&\"'", what="the stanza")
    assert stanza.findtext("{jabber:client}body") == "</body><evil/>&amp;<![CDATA["
    assert stanza.find("{jabber:client}evil") is None


async def test_a_new_password_ends_what_the_old_one_opened(lab, bob, undo):
    """Whoever signed in with what is no longer right is signed out, at once; other fields of the user do not concern it."""
    assert await bob.register() == 200
    effects = await lab.edge.bus.check(("set", "user", BOB, {"display-name": "Robert"}))
    assert effects["users-signed-out"] == 0
    effects = await lab.edge.bus.check(("set", "user", BOB, {"password": "another"}))
    assert effects["users-signed-out"] == 1
    await lab.edge.bus.apply(("set", "user", BOB, {"display-name": "Robert"}))
    assert await bob.register() == 200
    await lab.edge.bus.apply(("set", "user", BOB, {"password": "another"}))
    await until(bob._reading.done, 20, "the end of the connection")
    again = SipUser(BOB, "another", EDGE_ADDRESS, lab.sip_port, lab.edge_authority)
    await again.start()
    await again.stop()
