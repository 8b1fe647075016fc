# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates between XMPP servers: what their use, pins and private authorities prove, what is shown, and what happens
when trust changes under streams that live. Prosody is lenient with the use of a certificate, ejabberd is strict."""

import asyncio
import datetime
import hashlib
import json
import signal
import subprocess

import pytest
from conftest import run
from gi.repository import GLib
from lab import pki
from lab.clock import Clock
from lab.ejabberd import Ejabberd
from lab.journal import until
from sip_users import ALICE_JID, JULIET_URI, both_ways, sip_user
from world import OUR_DOMAIN, PARTNER_DOMAIN, World

STRICT_DOMAIN, STRICT_ADDRESS = "northwind.test", "127.0.0.3"
ROMEO_URI = f"sip:romeo@{STRICT_DOMAIN}"


@pytest.fixture(scope="module")
def lab():
    """Our service, its outside identity in files of the test's, and Prosody as federated partner."""
    world = World()
    world.clock = Clock(world.edge, world.directory / "clock")
    try:
        run(world.start_lab())
        world.unknown = pki.Authority(world.directory, "unknown-ca")
        run(world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                               "tls-negotiation=required", "sasl-negotiation=optional",
                               "support-dialback-negotiation=true"))
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def partner(lab):
    """The partner's server; a test may restart it with other settings, what follows gets the ordinary one."""
    ordinary = dict(certificate=lab.partner.settings["certificate"], key=lab.partner.settings["key"])
    yield lab.partner
    if any(lab.partner.settings[name] != value for name, value in ordinary.items()):
        run(lab.partner.restart(**ordinary))


@pytest.fixture
def tls(lab):
    """Sets keys of [tls] and reloads; what was there before comes back."""
    before = dict(lab.edge.settings)

    async def change(**keys):
        for name, value in keys.items():
            lab.edge.settings["tls", name.replace("_", "-")] = str(value)
        lab.edge.write_config()
        return json.loads(await lab.edge.oreectl("--json", "reload"))
    yield change
    if lab.edge.settings != before:
        lab.edge.settings.clear()
        lab.edge.settings.update(before)
        lab.edge.write_config()
        run(lab.edge.oreectl("reload"))


async def set_partner(lab, *words):
    await lab.edge.oreectl("xmpp-partner", "set", PARTNER_DOMAIN, *words)


async def rows(lab, partner=PARTNER_DOMAIN):
    """The ready streams with a partner, by direction."""
    return {row["direction"]: row for row in await lab.edge.oreectl_json("connections")
            if row.get("partner") == partner and row["state"] == "ready"}


async def methods(lab, juliet, alice, word):
    """Both ways over new streams; how each was proved."""
    await both_ways(juliet, alice, word)
    return {direction: row["method"] for direction, row in (await rows(lab)).items()}


async def afresh(lab, partner, **settings):
    """The partner's server started anew, and no stream or back-off left of the one before."""
    await partner.restart(**settings)

    async def quiet():
        return not [row for row in await lab.edge.oreectl_json("connections") if row.get("partner") == PARTNER_DOMAIN]
    await until(quiet, 20, "old streams gone")


def pin_of(certificate):
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], check=True, capture_output=True,
                         input=key.stdout)
    return f"sha256:{hashlib.sha256(der.stdout).hexdigest()}"


# ---- what a certificate may be used for ----

@pytest.mark.parametrize("usage, expected", [
    ("lenient", {"in": "sasl-tls", "out": "sasl-tls"}),
    ("strict", {"in": "tls-dialback", "out": "sasl-tls"}),
    ("none", {"in": "tls-dialback", "out": "tls-dialback"}),
])
async def test_a_certificate_for_servers_only(lab, partner, undo, alice, usage, expected):
    """The partner shows it in both directions; as client it lacks clientAuth."""
    certificate, key = lab.authority.issue("server-only", [PARTNER_DOMAIN], usage="serverAuth")
    await set_partner(lab, f"client-certificate-usage={usage}")
    await afresh(lab, partner, certificate=certificate, key=key)
    since = lab.edge.bus.events.mark()
    juliet = await lab.xmpp_user("juliet")
    assert await methods(lab, juliet, alice, usage) == expected
    # Why the certificate did not do is told, by event, counter and connection.
    event = await lab.edge.bus.event("stream-ready", since=since, partner=PARTNER_DOMAIN, direction="in")
    problem = {"lenient": None, "strict": "wrong-usage", "none": None}[usage]
    assert event["details"].get("certificate-problem") == problem
    assert (await rows(lab))["in"].get("certificate-problem") == (
        "certificate-not-asked" if usage == "none" else problem)
    if problem:
        assert (await lab.edge.bus.counters())[f"certificate-{problem}"] == 1
    await juliet.stop()


async def test_a_strict_partner_without_dialback_is_told_why(lab, partner, undo, alice):
    certificate, key = lab.authority.issue("server-only", [PARTNER_DOMAIN], usage="serverAuth")
    await set_partner(lab, "client-certificate-usage=strict", "support-dialback-negotiation=false")
    since = lab.edge.bus.events.mark()
    await afresh(lab, partner, certificate=certificate, key=key)
    juliet = await lab.xmpp_user("juliet")
    assert (await juliet.refused(juliet.say(ALICE_JID, "not for clients"), 30)).error
    event = await lab.edge.bus.event("stream-refused", since=since, partner=PARTNER_DOMAIN, direction="in")
    assert event["details"]["reason"] == "cert-not-proven" and event["details"]["detail"] == "wrong-usage"
    await juliet.stop()


# ---- pins and private authorities ----

async def test_a_pin_is_enough(lab, partner, undo, alice):
    """No authority we know, another name: the key is who we say it is. Dates and connections tell."""
    certificate, key = lab.unknown.issue("pinned", ["whatever.test", PARTNER_DOMAIN])
    pin = pin_of(certificate)
    await set_partner(lab, "support-dialback-negotiation=false", f"certificate-pins={pin.upper().replace('SHA', 'sha')}")
    await afresh(lab, partner, certificate=certificate, key=key)
    juliet = await lab.xmpp_user("juliet")
    assert await methods(lab, juliet, alice, "pinned") == {"in": "sasl-tls", "out": "sasl-tls"}
    for row in (await rows(lab)).values():
        assert row["certificate-by"] == "pin" and row["certificate-name"] == PARTNER_DOMAIN
        assert len(row["certificate-fingerprint"]) == 64 and row["certificate-expires"] > 0
    await juliet.stop()


async def test_another_pin_is_a_mismatch(lab, partner, undo, alice, juliet):
    """The certificate is as good as can be, but it is not the one; what stands falls at once, and says so before."""
    await both_ways(juliet, alice, "unpinned")
    change = ("set", "xmpp-partner", PARTNER_DOMAIN,
              {"certificate-pins": ["sha256:" + "0" * 64], "support-dialback-negotiation": False})
    streams = len(await rows(lab))
    assert streams == 2
    # Told beforehand, with nothing done; then done.
    since, logged = lab.edge.bus.events.mark(), partner.process.lines.mark()
    foretold = await lab.edge.bus.check(change)
    assert foretold["streams-closed"] == streams and len(await rows(lab)) == streams
    effects = await lab.edge.bus.apply(change)
    assert effects["streams-closed"] == streams
    for direction in ("in", "out"):
        event = await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"]["reason"] == "trust-withdrawn" and event["details"]["detail"] == "pin-mismatch"
    await partner.process.lines.wait(lambda line: "reset" in line, since=logged, what="stream error reset")
    since = lab.edge.bus.events.mark()
    assert (await juliet.refused(juliet.say(ALICE_JID, "another key"), 30)).error
    event = await lab.edge.bus.event("stream-refused", since=since, partner=PARTNER_DOMAIN, direction="in")
    assert event["details"]["detail"] == "pin-mismatch"
    assert (await alice.say(JULIET_URI, "another key")) >= 400
    event = await lab.edge.bus.event("stream-failed", since=since, partner=PARTNER_DOMAIN, direction="out")
    assert event["details"]["detail"] == "pin-mismatch"


async def test_private_authorities_replace_ours(lab, partner, undo, alice):
    certificate, key = lab.unknown.issue("private", [PARTNER_DOMAIN])
    status, _, errors = await lab.edge.run_ctl("xmpp-partner", "set", PARTNER_DOMAIN, f"trust-anchors=@{key}")
    assert status == 1 and "private key" in errors
    broken = lab.directory / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    both = pki.bundle(lab.directory / "both.pem", lab.unknown.certificate, broken)
    status, _, errors = await lab.edge.run_ctl("xmpp-partner", "set", PARTNER_DOMAIN, f"trust-anchors=@{both}")
    assert status == 1 and "number 2" in errors
    await set_partner(lab, "support-dialback-negotiation=false", f"trust-anchors=@{lab.unknown.certificate}")
    await afresh(lab, partner, certificate=certificate, key=key)
    juliet = await lab.xmpp_user("juliet")
    assert await methods(lab, juliet, alice, "private") == {"in": "sasl-tls", "out": "sasl-tls"}
    assert {row["certificate-by"] for row in (await rows(lab)).values()} == {"pkix"}
    # Our own authorities no longer count for this partner.
    exported = lab.directory / "exported.conf"
    await lab.edge.oreectl("export", exported)
    await lab.edge.oreectl("import", exported)
    shown = await lab.edge.oreectl_json("xmpp-partner", "show", PARTNER_DOMAIN)
    assert shown["trust-anchors"].count("BEGIN CERTIFICATE") == 1
    since = lab.edge.bus.events.mark()
    await set_partner(lab, f"trust-anchors=@{lab.authority.certificate}")
    for direction in ("in", "out"):
        event = await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"]["detail"] == "untrusted-issuer"
    await juliet.stop()


# ---- swapping certificates ----

async def chatter(juliet, alice, stop):
    """Messages both ways until told. Each arrives once, or its sender hears that it did not: a stanza that crosses our
    `reset` on the wire is neither taken nor acknowledged. Returns how many arrived and how many were told back."""
    arrived, told, n = 0, 0, 0
    while not stop.is_set():
        n += 1
        out = juliet.say(ALICE_JID, f"chatter {n} to SIP")

        def fate():
            heard = [message for message in alice.messages.entries if message.text == f"chatter {n} to SIP"]
            error = [message for message in juliet.messages.entries if message.id == out and message.type == "error"]
            return heard + error
        await until(fate, 20, f"message {n} or word of it", every=0.005)
        arrived += any(message.text for message in fate() if hasattr(message, "text"))
        told += not any(hasattr(message, "text") for message in fate())
        status = await alice.say(JULIET_URI, f"chatter {n} to XMPP")
        if status in (200, 202):
            await juliet.heard(f"chatter {n} to XMPP", 20)
            arrived += 1
        else:
            told += 1
    for word in range(1, n + 1):
        assert len([m for m in alice.messages.entries if m.text == f"chatter {word} to SIP"]) <= 1
        assert len([m for m in juliet.messages.entries if m.body == f"chatter {word} to XMPP"]) <= 1
    # What arrived is not told back as well.
    bounced = {m.body for m in juliet.messages.entries if m.type == "error"}
    assert not bounced & {m.text for m in alice.messages.entries}
    assert arrived + told == 2 * n
    return arrived, told


async def test_reload_under_traffic(lab, tls, alice, juliet):
    """What did not change breaks nothing; a new certificate of ours is shown by new streams, and nothing is lost."""
    await both_ways(juliet, alice, "before reload")
    stop = asyncio.Event()
    talk = asyncio.ensure_future(chatter(juliet, alice, stop))
    since = lab.edge.bus.events.mark()
    generation = json.loads(await lab.edge.oreectl("--json", "reload"))["generation"]
    for _ in range(3):
        result = json.loads(await lab.edge.oreectl("--json", "reload"))
        generation += 1
        assert (result.pop("generation"), result.pop("changed")) == (generation, [])
        assert "streams-closed" in result and not any(result.values()), result
    assert not [e for e in lab.edge.bus.events.entries[since:] if e["nick"] == "stream-closed"]
    certificate, key = lab.authority.issue("renewed", [OUR_DOMAIN])
    result = await tls(external_certificate=certificate, external_key=key)
    assert result["changed"] == ["external", "client"] and result["streams-closed"] == 2
    for direction in ("in", "out"):
        event = await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"]["reason"] == "replaced"
    since = len(juliet.messages.entries)
    await juliet.messages.wait_count(3, 30, since, lambda message: message.body.startswith("chatter"))
    stop.set()
    arrived, told = await talk
    assert arrived > 5 and told <= 2


async def test_reload_that_fails_changes_nothing(lab, alice, juliet):
    await both_ways(juliet, alice, "before the mistake")
    generation = json.loads(await lab.edge.oreectl("--json", "reload"))["generation"]
    ordinary = lab.edge.config.read_text()
    broken = lab.directory / "no-certificate.pem"
    broken.write_text("nothing\n")
    since = lab.edge.bus.events.mark()
    try:
        for text, reason, detail in [
                (f"\n[tls]\nexternal-certificate={broken}\nexternal-key={broken}\n", "certificate-invalid", str(broken)),
                ("\n[tls]\nclient-certificate=/nowhere.pem\nclient-key=/nowhere.key\n", "certificate-unreadable",
                 "/nowhere.pem"),
                (f"\n[tls]\ntrust-anchors={broken}\n", "trust-anchors-invalid", str(broken)),
                ("\n[tls]\ncertificate=x\n", "bad-option", "[tls] certificate")]:
            lab.edge.config.write_text(ordinary + text)
            status, output, _ = await lab.edge.run_ctl("--json", "reload")
            result = json.loads(output)
            assert status == 1 and result["reason"] == reason and detail in result["detail"]
            assert result["generation"] == generation
        lab.edge.process.signal(signal.SIGHUP)
        # Each said so, the one by signal too.
        assert await lab.edge.bus.events.wait_count(5, 10, since, lambda event: event["nick"] == "reload-failed") == 5
    finally:
        lab.edge.config.write_text(ordinary)
    since = lab.edge.bus.events.mark()
    lab.edge.process.signal(signal.SIGHUP)
    await lab.edge.bus.event("certificates-reloaded", since=since, generation=str(generation + 1))
    await both_ways(juliet, alice, "after the mistake")


async def test_an_authority_taken_away(lab, tls, alice, juliet):
    """Its streams end with reset; given back, they come again. Dialback would do, so it is forbidden here."""
    await set_partner(lab, "support-dialback-negotiation=false")
    await both_ways(juliet, alice, "trusted")
    since = lab.edge.bus.events.mark()
    result = await tls(trust_anchors=lab.unknown.certificate)
    assert result["changed"] == ["trust-anchors"] and result["streams-closed"] == 2
    for direction in ("in", "out"):
        event = await lab.edge.bus.event("stream-closed", since=since, partner=PARTNER_DOMAIN, direction=direction)
        assert event["details"] | {"peer": ""} == {"partner": PARTNER_DOMAIN, "direction": direction, "peer": "",
                                                   "reason": "trust-withdrawn", "detail": "untrusted-issuer"}
    counters = await lab.edge.bus.counters()
    assert counters["xmpp-trust-withdrawn"] >= 2
    assert (await juliet.refused(juliet.say(ALICE_JID, "untrusted"), 30)).error
    await tls(trust_anchors=lab.authority.certificate)
    await set_partner(lab, "support-dialback-negotiation=true")
    await both_ways(juliet, alice, "trusted again")


async def test_a_certificate_that_ends_under_a_stream(lab, partner, alice):
    """Both directions end with reset within seconds; where the record allows dialback the partner comes back by it."""
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    certificate, key = lab.authority.issue("short-lived", [PARTNER_DOMAIN], start="20200101000000Z",
                                           end=f"{end:%Y%m%d%H%M%SZ}")
    await afresh(lab, partner, certificate=certificate, key=key)
    since, logged = lab.edge.bus.events.mark(), partner.process.lines.mark()
    juliet = await lab.xmpp_user("juliet")
    assert await methods(lab, juliet, alice, "still valid") == {"in": "sasl-tls", "out": "sasl-tls"}
    lab.clock.ahead(3 * 3600)
    try:
        for direction in ("in", "out"):
            event = await lab.edge.bus.event("stream-closed", 60, since, partner=PARTNER_DOMAIN, direction=direction)
            assert event["details"]["reason"] == "trust-withdrawn" and event["details"]["detail"] == "expired"
        await partner.process.lines.wait(lambda line: "reset" in line, since=logged, what="stream error reset")
        assert await methods(lab, juliet, alice, "expired") == {"in": "tls-dialback", "out": "tls-dialback"}
    finally:
        lab.clock.ahead(0)
    await juliet.stop()


async def test_no_ticket_and_no_resumption(lab, alice):
    """Every connection proves itself anew: no session to come back with, in either version of TLS."""
    for version in ("-tls1_2", "-tls1_3"):
        session = lab.directory / f"session{version}.pem"
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{lab.xmpp_port}", "-starttls", "xmpp-server",
                   "-xmpphost", OUR_DOMAIN, version, "-CAfile", str(lab.edge_authority)]

        async def client(*more):
            child = await asyncio.create_subprocess_exec(*command, *more, stdin=asyncio.subprocess.PIPE,
                                                         stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
            # What the server may send after the handshake is read with its answer to a header.
            header = (f"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
                      f"to='{OUR_DOMAIN}' version='1.0'></stream:stream>").encode()
            output, _ = await asyncio.wait_for(child.communicate(header), 15)
            return output.decode(errors="replace")
        first = await client("-sess_out", str(session))
        assert "Verify return code: 0 (ok)" in first and "New, " in first
        assert "TLS session ticket" not in first and "Post-Handshake New Session Ticket arrived" not in first
        if session.exists():  # TLS 1.2 has an identifier all the same
            assert "Reused, " not in await client("-sess_in", str(session))


# ---- who would refuse which certificate ----

@pytest.fixture(scope="module")
def strict(lab):
    """ejabberd as a second partner, EXTERNAL only."""
    certificate, key = lab.authority.issue(STRICT_DOMAIN, [STRICT_DOMAIN])
    server = Ejabberd(lab.directory / "ejabberd", STRICT_DOMAIN, lab.names.endpoint, certificate, key, lab.trust,
                      STRICT_ADDRESS, users={"romeo": "montague"})
    lab.names.host(f"xmpp.{STRICT_DOMAIN}", STRICT_ADDRESS)
    lab.names.service("xmpp-server", STRICT_DOMAIN, f"xmpp.{STRICT_DOMAIN}", server.s2s_port)
    # It asks our name server for services, but the C library, which knows localhost and nobody of the lab, for addresses.
    lab.names.host("localhost", "127.0.0.1")
    lab.names.service("xmpp-server", OUR_DOMAIN, "localhost", lab.xmpp_port)
    run(lab.names.restart())
    run(server.start())
    run(lab.edge.oreectl("xmpp-partner", "add", STRICT_DOMAIN, "partner-type=federated", "tls-negotiation=required",
                         "sasl-negotiation=required", "support-dialback-negotiation=false"))
    yield server
    run(server.stop())


async def forecast(lab, certificate):
    status, output, _ = await lab.edge.run_ctl("--json", "forecast", certificate)
    return status, {row["partner"]: row for row in json.loads(output)}


async def test_forecast_knows_both_tempers(lab, strict, tls, alice, juliet):
    from lab.xmpp_user import XmppUser

    for_both, _ = lab.authority.issue("for-both", [OUR_DOMAIN])
    server_only, server_key = lab.authority.issue("for-servers", [OUR_DOMAIN], usage="serverAuth")
    other_name, _ = lab.authority.issue("other-name", ["elsewhere.test"])
    past, _ = lab.authority.issue("past", [OUR_DOMAIN], start="20200101000000Z", end="20200201000000Z")
    status, before = await forecast(lab, server_only)
    assert before[STRICT_DOMAIN]["forecast"] == "unknown" and before[STRICT_DOMAIN]["reason"] == "never-tried"

    # Our ordinary certificate is for both: the strict server takes it, both ways.
    romeo = lab.keep(await XmppUser(f"romeo@{STRICT_DOMAIN}", "montague", STRICT_ADDRESS, strict.c2s_port).start())
    assert await alice.say(ROMEO_URI, "for both") in (200, 202)
    await romeo.heard("for both")
    romeo.say(ALICE_JID, "from the strict one")
    await alice.heard("from the strict one", 20)
    await both_ways(juliet, alice, "for both")
    assert {d: r["method"] for d, r in (await rows(lab, STRICT_DOMAIN)).items()} == {"in": "sasl-tls", "out": "sasl-tls"}

    # One for servers only: the strict server refuses it and says why, the lenient one does not mind.
    since = lab.edge.bus.events.mark()
    result = await tls(client_certificate=server_only, client_key=server_key)
    assert result["changed"] == ["client"]
    assert (await alice.say(ROMEO_URI, "for servers only")) >= 400
    event = await lab.edge.bus.event("stream-failed", since=since, partner=STRICT_DOMAIN, direction="out")
    assert event["details"]["reason"] == "sasl-refused" and "purpose" in event["details"]["detail"]
    await both_ways(juliet, alice, "for servers only")
    assert (await rows(lab))["out"]["method"] == "sasl-tls"

    status, told = await forecast(lab, server_only)
    assert status == 1
    assert (told[STRICT_DOMAIN]["forecast"], told[STRICT_DOMAIN]["reason"]) == ("breaks", "peer-is-strict")
    assert told[STRICT_DOMAIN]["server-only"] == "refused-purpose" and told[STRICT_DOMAIN]["client"] == "accepted"
    assert (told[PARTNER_DOMAIN]["forecast"], told[PARTNER_DOMAIN]["reason"]) == ("works", "accepted-before")
    status, told = await forecast(lab, for_both)
    assert status == 0 and {row["forecast"] for row in told.values()} == {"works"}
    status, told = await forecast(lab, other_name)
    assert told[STRICT_DOMAIN]["reason"] == "our-name-missing" and told[STRICT_DOMAIN]["detail"] == OUR_DOMAIN
    assert told[PARTNER_DOMAIN]["forecast"] == "falls-back"
    status, told = await forecast(lab, past)
    assert told[STRICT_DOMAIN] | {"reason": "expired", "forecast": "breaks"} == told[STRICT_DOMAIN]
    status, _, errors = await lab.edge.run_ctl("forecast", lab.edge.config)
    assert status == 2 and "certificate" in errors

    # It is known after a restart too; a clientAuth identity for connecting alone mends it.
    await lab.edge.stop()
    await lab.edge.start()
    status, told = await forecast(lab, server_only)
    assert (told[STRICT_DOMAIN]["forecast"], told[STRICT_DOMAIN]["reason"]) == ("breaks", "peer-is-strict")
    client_only, client_key = lab.authority.issue("for-clients", [OUR_DOMAIN], usage="clientAuth")
    await tls(client_certificate=client_only, client_key=client_key)
    again = await sip_user(lab, "alice")
    assert await again.say(ROMEO_URI, "for clients only") in (200, 202)
    await romeo.heard("for clients only")
    await again.stop()

    # The store asks the same before it assigns, and does nothing that would break somebody unless insisted on.
    servers, clients = await kept(lab, server_only, server_key), await kept(lab, client_only, client_key)
    result, _, problems = await lab.edge.bus.call("Certificates", "CheckAssign", "(sasa{sv})", servers, ["client"], {})
    told = {row["partner"]: row["forecast"] for row in result["forecast"]}
    assert told[STRICT_DOMAIN] == "breaks" and told[PARTNER_DOMAIN] == "works"
    broken = {problem["detail"] for problem in problems if problem["code"] == "partner-would-break"}
    assert broken == {STRICT_DOMAIN}
    result, _ = await lab.edge.bus.call("Certificates", "Assign", "(sasa{sv})", servers, ["client"], {})
    assert not result["assigned"]
    # The pair: one for servers outside, one for clients where we connect. (It names too little for SIP: hence insisted.)
    for certificate, usage in ((servers, "external"), (clients, "client")):
        result, problems = await lab.edge.bus.call("Certificates", "Assign", "(sasa{sv})", certificate, [usage],
                                                   {"accept-warnings": GLib.Variant("b", True)})
        assert result["assigned"] and "partner-would-break" not in {problem["code"] for problem in problems}
    await lab.edge.stop()
    await lab.edge.start()
    again = await sip_user(lab, "alice")
    assert await again.say(ROMEO_URI, "by the pair") in (200, 202)
    await romeo.heard("by the pair")
    romeo.say(ALICE_JID, "the pair answered")
    await again.heard("the pair answered", 20)
    assert {d: r["method"] for d, r in (await rows(lab, STRICT_DOMAIN)).items()} == {"in": "sasl-tls", "out": "sasl-tls"}
    await again.stop()
    for certificate, usage in ((servers, "external"), (clients, "client")):
        withdrawn, problems = await lab.edge.bus.call("Certificates", "Remove", "(sa{sv})", certificate,
                                                      {"usages": GLib.Variant("as", [usage])})
        assert withdrawn["removed"], problems
    await romeo.stop()


async def kept(lab, certificate, key):
    """The name of a certificate whose file came with its key."""
    packed = subprocess.run(["openssl", "pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:swordfish"],
                            check=True, capture_output=True).stdout
    result, problems = await lab.edge.bus.call("Certificates", "Import", "(aya{sv})", packed,
                                               {"password": GLib.Variant("s", "swordfish")})
    assert result.get("imported"), problems
    return result["imported"][0]
