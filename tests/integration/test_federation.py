# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages with the real Prosody: how each side proves itself, and how what must not pass is refused."""

import pytest
from conftest import run
from lab.journal import until
from sip_users import ALICE_JID, BOB_JID, JULIET_URI, both_ways
from world import OUR_DOMAIN, PARTNER_DOMAIN

# What an XMPP user may be told of somebody who cannot be reached.
ABSENT = {"item-not-found", "recipient-unavailable", "service-unavailable"}


@pytest.fixture
def partner(lab):
    """The partner's server; a test may restart it with other settings, what follows gets the ordinary one."""
    ordinary = dict(external=True, secure_auth=True, certificate=lab.partner.settings["certificate"],
                    key=lab.partner.settings["key"])
    yield lab.partner
    if any(getattr(lab.partner, name, lab.partner.settings.get(name)) != value for name, value in ordinary.items()):
        run(lab.partner.restart(**ordinary))


async def meet(lab):
    return await lab.xmpp_user("juliet")


async def test_external_both_ways(lab, partner, alice):
    events = lab.edge.bus
    since = events.events.mark()
    await partner.restart()
    juliet = await meet(lab)
    await both_ways(juliet, alice, "external")
    for direction in ("in", "out"):
        event = await events.event("stream-ready", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"]["method"] == "sasl-tls"
    await juliet.stop()


async def test_dialback_over_tls_both_ways(lab, partner, alice, undo):
    """Neither side offers EXTERNAL."""
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "sasl-negotiation=not-supported")
    since = lab.edge.bus.events.mark()
    await partner.restart(external=False)
    juliet = await meet(lab)
    await both_ways(juliet, alice, "dialback")
    for direction in ("in", "out"):
        event = await lab.edge.bus.event("stream-ready", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"]["method"] == "tls-dialback"
    await juliet.stop()


@pytest.mark.parametrize("text", [
    "Grüße, 日本, עברית, 😀", "several\nlines\n\nand more", "<b>&amp; ]]> \"quoted\"", " leading and trailing ",
    "x" * 8000,
], ids=["scripts", "lines", "markup", "spaces", "long"])
async def test_a_message_arrives_as_it_was_written(lab, alice, text):
    juliet = await meet(lab)
    juliet.say(ALICE_JID, text)
    await alice.heard(text.replace("\n", "\r\n"), 20)  # lines of SIP text end in CR LF
    assert await alice.say(JULIET_URI, text) == 200
    await juliet.heard(text)
    await juliet.stop()


async def test_subject_and_thread_cross(lab, alice):
    juliet = await meet(lab)
    juliet.say(ALICE_JID, "with a subject", subject="The balcony", thread="thread-17")
    message = await alice.heard("with a subject", 20)
    assert message.subject == "The balcony"
    assert await alice.say(JULIET_URI, "answered", ["Subject: Re: The balcony"]) == 200
    assert (await juliet.heard("answered")).subject == "Re: The balcony"
    await juliet.stop()


async def test_user_without_xmpp_access_is_refused(lab, alice, undo):
    juliet = await meet(lab)
    await both_ways(juliet, alice, "before")
    await lab.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    since = lab.edge.bus.events.mark()
    error = await juliet.refused(juliet.say(ALICE_JID, "refused"))
    assert error.error in ABSENT | {"forbidden"}
    assert (await lab.edge.bus.event("message-refused", since=since))["details"]["reason"] == "user-xmpp-off"
    since = lab.edge.bus.events.mark()
    assert await alice.say(JULIET_URI, "refused too") == 403
    assert (await lab.edge.bus.event("message-refused", since=since))["details"]["reason"] == "user-xmpp-off"
    await juliet.stop()


async def test_stranger_is_told_forbidden(lab, alice, undo):
    juliet = await meet(lab)
    await both_ways(juliet, alice, "before")
    since = lab.edge.bus.events.mark()
    await lab.edge.oreectl("xmpp-partner", "remove", PARTNER_DOMAIN)
    await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN)
    error = await juliet.refused(juliet.say(ALICE_JID, "who am I"), 20)
    assert error.error == "forbidden"
    await lab.edge.bus.events.wait(lambda event: event["details"].get("reason") == "not-a-partner", since=since,
                                   what="reason not-a-partner")
    assert await alice.say(JULIET_URI, "nobody") in (403, 404)
    assert not [message for message in alice.messages.entries if message.text == "who am I"]
    await juliet.stop()


async def test_blocked_domain_gets_no_stream(lab, alice, undo):
    juliet = await meet(lab)
    await both_ways(juliet, alice, "before")
    since = lab.edge.bus.events.mark()
    logged = lab.partner.process.lines.mark()
    await lab.edge.oreectl("blocked-domain", "add", PARTNER_DOMAIN)
    await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN)
    assert (await juliet.refused(juliet.say(ALICE_JID, "blocked"), 30)).error
    event = await lab.edge.bus.event("stream-refused", since=since, partner=PARTNER_DOMAIN)
    assert event["details"]["reason"] == "blocked-domain"
    await lab.partner.process.lines.wait(lambda line: "policy-violation" in line, since=logged,
                                         what="stream error policy-violation at the partner")
    assert await alice.say(JULIET_URI, "blocked") == 403
    await juliet.stop()


@pytest.mark.parametrize("wrong", ["name", "authority", "expired", "not-yet"])
async def test_wrong_certificate_is_refused(lab, partner, alice, undo, wrong):
    """With dialback switched off the certificate is all there is."""
    from lab import pki

    authority, names, dates = lab.authority, [PARTNER_DOMAIN], {}
    if wrong == "name":
        names = ["elsewhere.test"]
    elif wrong == "authority":
        authority = pki.Authority(lab.directory, "unknown-ca")
    elif wrong == "expired":
        dates = dict(start="20200101000000Z", end="20200201000000Z")
    else:
        dates = dict(start="20390101000000Z", end="20400101000000Z")
    certificate, key = authority.issue(f"wrong-{wrong}", names, **dates)
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, "sasl-negotiation=required",
                           "support-dialback-negotiation=false")
    since = lab.edge.bus.events.mark()
    await partner.restart(certificate=certificate, key=key)
    juliet = await meet(lab)
    assert (await juliet.refused(juliet.say(ALICE_JID, f"wrong {wrong}"), 40)).error
    event = await lab.edge.bus.events.wait(
        lambda event: event["nick"] in ("stream-refused", "stream-failed") and event["details"].get("direction") == "in",
        since=since, what="a refused stream")
    assert event["details"]["reason"]
    since = lab.edge.bus.events.mark()

    async def failed():
        """Soon after the last attempt there is none: back-off."""
        status = await alice.say(JULIET_URI, f"wrong {wrong}")
        assert status is not None and status >= 400
        return [event for event in lab.edge.bus.events.entries[since:] if event["nick"] == "stream-failed"]
    await until(failed, 30, "a failed stream", every=0.5)
    assert not [message for message in alice.messages.entries if message.text == f"wrong {wrong}"]
    await juliet.stop()


async def test_unknown_user(lab, alice):
    juliet = await meet(lab)
    error = await juliet.refused(juliet.say(f"nobody@{OUR_DOMAIN}", "anybody there?"), 20)
    assert error.error in ABSENT
    await juliet.stop()


async def test_offline_user(lab):
    juliet = await meet(lab)
    error = await juliet.refused(juliet.say(BOB_JID, "are you there?"), 20)
    assert error.error in ABSENT
    await juliet.stop()


async def test_unknown_domain_and_unknown_contact_of_the_partner(lab, alice):
    """Our user hears of it: as the answer, or, when the partner took the message first, as a message back."""
    assert await alice.say("sip:anybody@nowhere.test", "hello") in (403, 404)
    since = alice.messages.mark()
    status = await alice.say(f"sip:nobody@{PARTNER_DOMAIN}", "hello")
    if status == 200:
        await alice.messages.wait(lambda message: message.sender.endswith(f"nobody@{PARTNER_DOMAIN}"), 30, since,
                                  what="a report")
    else:
        assert status >= 400
