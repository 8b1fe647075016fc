# SPDX-License-Identifier: GPL-3.0-or-later
"""How our domain and its users behave towards a partner's programs, with the real Prosody."""

import asyncio

import pytest
from sip_users import ALICE, ALICE_JID, JULIET, JULIET_URI
from world import OUR_DOMAIN, PARTNER_DOMAIN

NOBODY_JID = f"nobody@{OUR_DOMAIN}"
INFO, ITEMS = "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


def condition(iq):
    return iq.find("{jabber:client}error")[0].tag.rpartition("}")[2] if iq.get("type") == "error" else None


def shape(iq):
    """What the answer says, without whom it is from and which question it answers."""
    from xml.etree import ElementTree

    return iq.get("type"), [ElementTree.tostring(child) for child in iq]


def features(iq):
    return {feature.get("var") for feature in iq[0].findall(f"{{{INFO}}}feature")}


async def test_the_domain_answers(juliet):
    info = await juliet.ask(OUR_DOMAIN, f"<query xmlns='{INFO}'/>")
    identities = {(i.get("category"), i.get("type")) for i in info[0].findall(f"{{{INFO}}}identity")}
    assert ("gateway", "simple") in identities
    assert {INFO, ITEMS, "urn:xmpp:ping", "jabber:iq:version", "urn:xmpp:time", "jabber:iq:last"} <= features(info)
    items = await juliet.ask(OUR_DOMAIN, f"<query xmlns='{ITEMS}'/>")
    assert items.get("type") == "result" and len(items[0]) == 0
    assert condition(await juliet.ask(OUR_DOMAIN, f"<query xmlns='{INFO}' node='x'/>")) == "item-not-found"
    assert (await juliet.ask(OUR_DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")).get("type") == "result"
    version = await juliet.ask(OUR_DOMAIN, "<query xmlns='jabber:iq:version'/>")
    assert version[0].findtext("{jabber:iq:version}name") == "Orée"
    time = await juliet.ask(OUR_DOMAIN, "<time xmlns='urn:xmpp:time'/>")
    assert time[0].findtext("{urn:xmpp:time}tzo") == "+00:00" and time[0].findtext("{urn:xmpp:time}utc").endswith("Z")
    last = await juliet.ask(OUR_DOMAIN, "<query xmlns='jabber:iq:last'/>")
    assert int(last[0].get("seconds")) < 3600


async def test_a_user_answers_as_nobody_would(lab, alice, juliet, undo):
    """Whatever is asked, whoever asks: somebody who exists and somebody who does not give the same answer."""
    questions = [f"<query xmlns='{INFO}'/>", f"<query xmlns='{ITEMS}'/>", "<ping xmlns='urn:xmpp:ping'/>",
                 "<query xmlns='jabber:iq:version'/>", "<query xmlns='jabber:iq:last'/>", "<vCard xmlns='vcard-temp'/>",
                 "<time xmlns='urn:xmpp:time'/>", "<query xmlns='jabber:iq:roster'/>", "<unknown xmlns='urn:x'/>"]
    for partner_type in ("federated", "public-unverified"):
        await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, f"partner-type={partner_type}")
        for question in questions:
            for resource in ("", "/there"):
                real, none = [shape(await juliet.ask(jid + resource, question)) for jid in (f"bob@{OUR_DOMAIN}", NOBODY_JID)]
                assert real == none, (partner_type, question)
                if partner_type == "public-unverified":
                    assert real[0] == "error", question
    # The partner's type went back to federated with `undo`.


async def test_a_user_answers_who_may_ask(juliet):
    info = await juliet.ask(ALICE_JID, f"<query xmlns='{INFO}'/>")
    assert {"http://jabber.org/protocol/chatstates", "urn:xmpp:receipts", "vcard-temp"} <= features(info)
    assert (await juliet.ask(f"{ALICE_JID}/desk", "<ping xmlns='urn:xmpp:ping'/>")).get("type") == "result"
    assert condition(await juliet.ask(ALICE_JID, "<query xmlns='jabber:iq:roster'/>")) == "service-unavailable"


async def test_the_card_shows_the_name_seen(alice, juliet):
    """From the display name of what a user sent; dangerous ones are made harmless."""
    alice.display = '"Alice <b> \u202eOf Contoso"'
    assert await alice.say(JULIET_URI, "here is my name") == 200
    await juliet.heard("here is my name")
    card = await juliet.ask(ALICE_JID, "<vCard xmlns='vcard-temp'/>")
    assert card[0].findtext("{vcard-temp}FN") == "Alice <b> Of Contoso"
    assert card[0].findtext("{vcard-temp}URL") == ALICE


REFUSED = [
    ("call", "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'><content creator='initiator' name='a'>"
             "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></content></jingle>", "call-unsupported"),
    ("jingle-file", "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'><content creator='initiator' name='a'>"
                    "<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></content></jingle>", "file-transfer-unsupported"),
    ("si", "<si xmlns='http://jabber.org/protocol/si' id='s' profile='http://jabber.org/protocol/si/profile/file-transfer'/>",
     "file-transfer-unsupported"),
    ("ibb", "<open xmlns='http://jabber.org/protocol/ibb' block-size='4096' sid='s'/>", "file-transfer-unsupported"),
    ("oob", "<query xmlns='jabber:iq:oob'><url>https://f.test/a</url></query>", "file-transfer-unsupported"),
]


@pytest.mark.parametrize("payload,code", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_calls_and_files_are_refused(lab, juliet, payload, code):
    since = lab.edge.bus.events.mark()
    for language, word in (("en", "gateway"), ("fr", "passerelle")):
        answer = await juliet.ask(ALICE_JID, payload, type="set", language=language)
        assert condition(answer) == "service-unavailable"
        assert word in answer.find("{jabber:client}error").findtext(f"{STANZAS}text")
    assert (await lab.edge.bus.event("stanza-refused", since=since))["details"]["reason"] == code
    assert (await lab.edge.bus.counters())[f"refused-{code}"] >= 2


async def test_what_is_unknown_or_broken(juliet):
    for to in (OUR_DOMAIN, ALICE_JID):
        for kind in ("get", "set"):
            assert condition(await juliet.ask(to, "<x xmlns='urn:example:unknown'/>", type=kind)) == "service-unavailable"
        assert condition(await juliet.ask(to, "<a xmlns='urn:x'/><b xmlns='urn:x'/>")) == "bad-request"


async def test_answers_are_never_answered(lab, juliet):
    """Errors and results that nobody asked for end here; a message for the domain itself is answered once."""
    answers, errors = juliet.answers.mark(), juliet.messages.mark()
    for kind in ("result", "error"):
        juliet.raw.send_raw(f"<iq to='{OUR_DOMAIN}' type='{kind}' id='stray-{kind}'><x xmlns='urn:x'/></iq>")
        juliet.raw.send_raw(f"<iq to='{ALICE_JID}' type='{kind}' id='stray-user-{kind}'/>")
    for to in (OUR_DOMAIN, ALICE_JID, NOBODY_JID):
        juliet.send(to, "<body>x</body><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                    type="error", id="stray-message")
    juliet.raw.send_raw(f"<presence to='{ALICE_JID}' type='error' id='stray-presence'/>")
    error = await juliet.refused(juliet.say(OUR_DOMAIN, "to the gateway"))
    assert error.error == "service-unavailable" and "gateway" in error.error_text
    assert (await juliet.ask(OUR_DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")).get("type") == "result"  # all before it was read
    assert not [iq for iq in juliet.answers.entries[answers:] if (iq.get("id") or "").startswith("stray")]
    assert [m.id for m in juliet.messages.entries[errors:] if m.error] == [error.id]


async def test_a_partner_has_a_budget(lab, juliet):
    """Every question is answered; past the budget, by the least there is."""
    asked = 800
    answers = await asyncio.gather(*(juliet.ask(OUR_DOMAIN, f"<query xmlns='{INFO}'/>", deadline=30) for _ in range(asked)))
    conditions = [condition(answer) for answer in answers]
    assert set(conditions) == {None, "resource-constraint"}, set(conditions)
    assert conditions.count(None) >= 300  # 500 at once, less what the tests before have used
    assert (await lab.edge.bus.counters())["refused-budget-exhausted"] == conditions.count("resource-constraint")


async def test_options_tell_what_we_take(alice):
    real, none = [await alice.request("OPTIONS", f"sip:{name}@{PARTNER_DOMAIN}", f"<sip:{name}@{PARTNER_DOMAIN}>")
                  for name in (JULIET.partition("@")[0], "nobody")]
    assert real.status == none.status == 200
    assert "MESSAGE" in real.get("allow") and "text/html" in real.get("accept") and "fr" in real.get("accept-language")
