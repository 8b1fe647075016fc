# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a SIP partner's word is believed, live: names in certificates, marks, verification levels, safeguards. The rules
themselves are tables of unit tests (policy/peer.table, policy/safeguard.table, test-sip-mark, test-sip-peer)."""

import asyncio

import pytest
from conftest import run
from lab.clock import Clock
from lab.journal import until
from sip_partner import context
from sip_users import ALICE
from sip_world import LITWARE, STRANGER, SipWorld
from world import OUR_DOMAIN

WIDE = "wide.test"     # its SRV record leads out of the domain
DEEP = "deep.test"     # … or two labels down
EAGER = "eager.test"   # discovered, and tried out by one test alone
HOURLY = "hourly.test" # discovered, and reported on
VERIFIED = ["ms-asserted-verification-level: ms-source-verified-user=verified"]
TRUST = "ms-edge-proxy-message-trust"


class Names(SipWorld):
    def prepare_names(self, names):
        for domain, host in ((WIDE, "sip.elsewhere.test"), (DEEP, f"sip.eu.{DEEP}")):
            names.service("sipfederationtls", domain, host, 5061)
            names.host(host, "127.0.0.3")


@pytest.fixture(scope="module")
def world():
    world = Names()
    world.clock = Clock(world.edge, world.directory / "clock")
    try:
        run(world.start_sip(allowed=(LITWARE, WIDE, DEEP)))
        world.alice = run(world.ours("alice"))
        yield world
    finally:
        run(world.stop())


async def say(link, text, to=ALICE, **options):
    headers = ["Content-Type: text/plain", *options.pop("headers", [])]
    return await link.status("MESSAGE", to, headers=headers, body=text.encode(), **options)


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("names, how, matched", [
    ([LITWARE], {}, LITWARE),
    ([f"sip.{LITWARE}"], {}, f"sip.{LITWARE}"),
    ([], {"san": f"URI:sip:{LITWARE}"}, LITWARE),
    ([], {"san": "", "subject": LITWARE}, LITWARE),
])
async def test_a_name_that_counts(world, names, how, matched):
    link = await world.link(LITWARE, shown=context(False, *world.certificate(*names, **how)))
    assert await say(link, world.word()) == 200
    rows = [row for row in await world.connections() if row["partner"] == LITWARE]
    assert {row["certificate-name"] for row in rows} == {matched}
    await link.stop()


@pytest.mark.parametrize("domain, names, how, reason", [
    (LITWARE, ["other.test"], {}, "certificate-name"),
    (LITWARE, [f"*.{LITWARE}"], {}, "certificate-name"),
    (LITWARE, [f"mail.{LITWARE}"], {}, "certificate-name"),
    (LITWARE, ["other.test"], {"subject": LITWARE}, "certificate-name"),  # the common name beside an alternative one
    (WIDE, ["sip.elsewhere.test"], {}, "srv-target-outside"),
    (DEEP, [f"sip.eu.{DEEP}"], {}, "srv-target-outside"),
])
async def test_a_name_that_does_not(world, domain, names, how, reason):
    since = world.edge.bus.events.mark()
    link = await world.link(domain, shown=context(False, *world.certificate(*names, **how)))
    response = await asyncio.wait_for(link.send("MESSAGE", ALICE, f"<{ALICE}>"), 20)
    assert response.status == 504
    # What is wrong is told to our administrator and not to the partner.
    assert not [name for name, _ in response.headers if name.startswith("ms-")] and not response.get("warning")
    await world.edge.bus.event("message-refused", since=since, reason=reason)
    await link.stop()


async def test_the_record_says_which_name_counts(world, edge):
    await edge.oreectl("allowed-domain", "set", LITWARE, "name-check=domain")
    link = await world.link(LITWARE, names=[f"sip.{LITWARE}"])
    assert await say(link, world.word()) == 504
    await edge.oreectl("allowed-domain", "set", LITWARE, "name-check=srv-target")
    assert await say(link, world.word()) == 200
    await link.stop()
    link = await world.link(LITWARE)
    assert await say(link, world.word()) == 504
    await link.stop()


async def test_the_record_is_strict_about_usage(world, edge):
    shown = context(False, *world.certificate(LITWARE, usage="serverAuth"))
    link = await world.link(LITWARE, shown=shown)
    assert await say(link, world.word()) == 200
    await link.stop()
    await edge.oreectl("allowed-domain", "set", LITWARE, "client-certificate-usage=strict")
    since = edge.bus.events.mark()
    link = await world.link(LITWARE, shown=shown)
    assert await say(link, world.word()) == 504
    await edge.bus.event("message-refused", since=since, reason="certificate-usage")
    await link.stop()


# --- marks -------------------------------------------------------------------------------------


async def test_marks_from_outside_go_and_ours_is_there(world):
    link = await world.link(LITWARE)
    text = world.word()
    assert await say(link, text, headers=[
        f"{TRUST}: ms-source-type=InternetUser;ms-ep-fqdn=x;ms-source-verified-user=verified",
        f"{TRUST.upper()} : twice", "ms-user-logon-data: RemoteUser",
        f"P-Asserted-Identity: <sip:boss@{OUR_DOMAIN}>", f"P-Asserted-Identity: <sip:bob@{LITWARE}>",
        f"Remote-Party-ID: <sip:boss@{OUR_DOMAIN}>", "Identity: abc;info=<https://x.test>"]) == 200
    packet = (await world.alice.heard(text, 30)).packet
    trust, = packet.all(TRUST)
    assert dict(part.split("=") for part in trust.split(";")) == {
        "ms-source-type": "AutoFederation", "ms-ep-fqdn": dict(part.split("=") for part in trust.split(";"))["ms-ep-fqdn"],
        "ms-source-verified-user": "verified", "ms-source-network": "federation", "ms-remote-fqdn": LITWARE}
    assert packet.all("p-asserted-identity") == [f"<sip:bob@{LITWARE}>"]
    assert packet.get("identity") == "abc;info=<https://x.test>"
    assert not packet.get("remote-party-id") and not packet.get("ms-user-logon-data")
    await link.stop()


async def test_what_leaves_says_who_it_is_from_and_nothing_of_inside(world):
    server = await world.server(LITWARE, answer=lambda packet: (200, [
        "ms-diagnostics: 1;source=\"inside.litware.test\"", f"{TRUST}: ms-source-type=DirectPartner"]))
    to = f"sip:bob@{LITWARE}"
    response = await world.alice.request("MESSAGE", to, f"<{to}>", headers=[
        "Content-Type: text/plain", f"{TRUST}: forged", f"P-Asserted-Identity: <{ALICE}>", "ms-diagnostics: 9"], body=b"out")
    assert response.status == 200
    packet, = [entry for entry in server.requests.entries if entry.method == "MESSAGE"]
    assert packet.all("ms-asserted-verification-level") == ["ms-source-verified-user=verified"]
    assert not packet.get(TRUST) and not packet.get("ms-diagnostics") and not packet.get("authorization")
    assert not packet.get("proxy-authorization")
    # And what comes back is marked as from outside.
    trust, = response.all(TRUST)
    assert trust.startswith("ms-source-type=AutoFederation;")


async def test_from_must_be_the_partners_own(world):
    link = await world.link(LITWARE)
    for sender, status in ((f"sip:boss@{OUR_DOMAIN}", {403}), ("sip:x@fabrikam.test", {403, 504}), ("sip:x@10.0.0.1", {403})):
        link.uri = sender
        assert await say(link, world.word()) in status, sender
    # Nor does anybody meet anybody else through us.
    link.uri = f"sip:bob@{LITWARE}"
    assert await say(link, world.word(), to=f"sip:x@{WIDE}") == 404
    await link.stop()


# --- verification levels -------------------------------------------------------------------------


async def test_contacts_only_uses_the_allow_entries(world, edge):
    await edge.oreectl("access-edge", "set", "enable-partner-discovery=true",
                       "discovered-partner-verification-level=always-unverifiable")
    carol = f"sip:carol@{STRANGER}"
    await world.server(STRANGER)
    link = await world.link(STRANGER, "carol")
    since = edge.bus.events.mark()
    assert await say(link, world.word(), headers=VERIFIED) == 403
    await edge.bus.event("message-refused", since=since, reason="allow-entry-needed")
    assert await world.alice.say(carol, "hello, stranger") == 200
    await edge.bus.event("allow-entry-made", since=since, user=ALICE)
    text = world.word()
    assert await say(link, text) == 200
    packet = (await world.alice.heard(text, 30)).packet
    assert "ms-source-verified-user=unverified" in packet.get(TRUST)
    await edge.oreectl("allow-entry", "revoke", ALICE, carol)
    assert await say(link, world.word()) == 403
    await link.stop()


async def test_use_source_verification_heeds_the_mark(world, edge):
    await edge.oreectl("access-edge", "set", "enable-partner-discovery=true")
    link = await world.link(STRANGER, "dave")
    assert await say(link, world.word()) == 403
    assert await say(link, world.word(), headers=["ms-asserted-verification-level: ms-source-verified-user=unverified"]) == 403
    text = world.word()
    assert await say(link, text, headers=VERIFIED) == 200
    assert "ms-source-verified-user=verified" in (await world.alice.heard(text, 30)).packet.get(TRUST)
    await link.stop()


# --- safeguards ----------------------------------------------------------------------------------


async def timed(awaited):
    """What came of it, and how many seconds that took."""
    started = asyncio.get_running_loop().time()
    return await awaited, asyncio.get_running_loop().time() - started


async def test_safeguards_hold_a_discovered_partner_and_free_an_allowed_one(world, edge):
    await edge.oreectl("access-edge", "set", "enable-partner-discovery=true", "max-contacts-per-discovered-partner=12",
                       "discovered-partner-verification-level=always-verifiable")
    since = edge.bus.events.mark()
    link = await world.link(EAGER, "eve")
    # 20 messages a second.
    statuses, seconds = await timed(asyncio.gather(*[say(link, world.word()) for _ in range(100)]))
    assert statuses.count(200) + statuses.count(480) == 100 and 20 <= statuses.count(200) <= 21 + 20 * seconds
    event = await edge.bus.event("partner-limited", since=since, partner=EAGER)
    assert event["details"]["lync"] == "14603"
    row = await world.discovered(EAGER)
    assert row["state"] == "normal" and row["rate"] == 20 and row["refused-rate"] == statuses.count(480)

    # Twelve users of ours, and those who are not there count too; their failures look like harvesting.
    async def slowly(to):
        async def once():
            answers.append(await say(link, world.word(), to=to))
            return answers[-1] != 480
        answers = []
        await until(once, 30, f"an answer for {to}")
        return answers[-1]

    for number in range(10):
        assert await slowly(f"sip:guess{number}@{OUR_DOMAIN}") == 404
    event = await edge.bus.event("partner-slowed", since=since, partner=EAGER)
    assert int(event["details"]["failures"]) == 10
    row = await world.discovered(EAGER)
    assert row["state"] == "slowed" and row["rate"] == 1 and row["failures"] == 10
    statuses, seconds = await timed(asyncio.gather(*[say(link, world.word()) for _ in range(20)]))
    assert set(statuses) <= {200, 480} and statuses.count(200) <= 2 + seconds
    assert await slowly(f"sip:guess-last@{OUR_DOMAIN}") == 404  # alice, ten guesses, this one
    assert await slowly(f"sip:bob@{OUR_DOMAIN}") == 403
    event = await edge.bus.event("partner-watched", since=since, partner=EAGER)
    assert event["details"]["lync"] == "14508"
    assert await slowly(ALICE) == 200
    output = await edge.oreectl("discovered-partners")
    assert EAGER in output
    for language, words in (("C", "it may send one message per second"), ("fr", "il peut envoyer un message par seconde")):
        assert words in await edge.oreectl("events", language=language)

    # An administrator takes it in: no limits any more.
    status, _, errors = await edge.run_ctl("allowed-domain", "add", "unheard.test", "--from-discovered", language="fr")
    assert status == 6 and "n’est pas un partenaire découvert" in errors
    await edge.oreectl("allowed-domain", "add", EAGER, "--from-discovered")
    assert "Discovered on" in await edge.oreectl("allowed-domain", "show", EAGER)
    statuses = await asyncio.gather(*[say(link, world.word()) for _ in range(60)])
    assert statuses == [200] * 60
    assert await say(link, world.word(), to=f"sip:guess-more@{OUR_DOMAIN}") == 404
    assert await world.discovered(EAGER) is None
    await link.stop()


async def test_an_hour_of_discovered_partners_is_reported(world, edge):
    """Last in this file: an hour passes, and whoever was signed in has to do so again."""
    await edge.oreectl("access-edge", "set", "enable-partner-discovery=true",
                       "discovered-partner-verification-level=always-verifiable")
    since = edge.bus.events.mark()
    link = await world.link(HOURLY, "mallory")
    assert [await say(link, world.word()) for _ in range(3)] == [200] * 3
    world.clock.passes(1800)
    assert await link.status("OPTIONS", f"sip:{OUR_DOMAIN}") == 200
    assert not [event for event in edge.bus.events.entries[since:] if event["nick"] == "partners-report"]
    world.clock.passes(1860)
    assert await world.alice.register() == 200
    assert await say(link, world.word()) == 200
    event = await edge.bus.event("partners-report", since=since)
    assert f"{HOURLY}: 4" in event["details"]["partners"] and int(event["details"]["requests"]) >= 4
    assert event["details"]["lync"] == "14601"
    for language in ("C", "fr"):
        assert HOURLY in await edge.oreectl("events", language=language)
    # The next hour counts anew, and an hour without anybody is not worth a word.
    since = edge.bus.events.mark()
    world.clock.passes(3661)
    assert await world.alice.register() == 200
    assert await say(link, world.word()) == 200
    event = await edge.bus.event("partners-report", since=since)
    assert event["details"]["partners"].count(HOURLY) == 1 and f"{HOURLY}: 1" in event["details"]["partners"]
    await link.stop()
