# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that DNS speaks for (RFC 7673, RFC 7712): knot signs the partners' zones, the real Prosody serves their
domains with certificates nobody's anchors know, and the service believes what is signed and nothing else."""

import pytest
from conftest import run
from lab import pki
from lab.journal import until
from lab.knot import Knot, tlsa
from sip_users import ALICE_JID, JULIET_URI, bare, sip_user
from xmpp_peer import Server, Steps, context, result
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN, World

JULIET = "juliet"
TWO_WAYS, TWO_WAYS_ADDRESS, VICTIM = "two-ways.test", "127.0.0.4", "victim.test"

# domain: certificate (of whom, for what name), state of the zone, TLSA
DOMAINS = {
    PARTNER_DOMAIN: dict(issuer="itself"),                                # DANE-EE
    "issuer.test": dict(issuer="private", usage=2, of="private"),          # DANE-TA
    "both.test": dict(issuer="trusted", usage=1),                          # PKIX-EE
    "target.test": dict(issuer="trusted", name="xmpp.target.test", records=False),
    "wrong.test": dict(issuer="trusted", of="other"),
    "off.test": dict(issuer="itself"),
    "unsigned.test": dict(issuer="trusted", of="other", state="plain"),
    "unsigned-itself.test": dict(issuer="itself", state="plain"),
    "wrong-itself.test": dict(issuer="itself", of="other"),
    "expired.test": dict(issuer="trusted", state="expired"),
    "expired-itself.test": dict(issuer="itself", state="expired"),
    "forged-srv.test": dict(issuer="trusted", state="forged", forge=(r"(SRV\s+0 0 )\d+", r"\g<1>5269")),
    "forged-keys.test": dict(issuer="trusted", state="forged", forge=(r"(TLSA\s+3 1 1 )[0-9A-F]{8}", r"\g<1>00000000")),
    "forged-address.test": dict(issuer="trusted", state="forged", forge=(r"(xmpp\S*\s.*A\s+)127\.0\.0\.2", r"\g<1>127.0.0.3")),
}


class Claims(Steps):
    """Proved by TLSA, it takes our stream for both ways and claims another domain on it."""

    answers = []

    def features(self):
        return super().features() + ("<bidi xmlns='urn:xmpp:features:bidi'/>" if self.link.tls else "")

    async def on_header(self, event):
        await super().on_header(event)
        if self.proved:
            await self.send(result(VICTIM, self.peer, "no key of its"))

    async def on_result(self, event):
        self.answers.append(event.type)


async def prepare(world):
    knot = Knot(world.directory)
    private = pki.Authority(world.directory, "private-ca")
    other, _ = private.issue("other", ["other.test"])
    world.names.records = [record for record in world.names.records if PARTNER_DOMAIN not in record]
    for domain, says in DOMAINS.items():
        names = [says.get("name", domain)]
        if says["issuer"] == "itself":
            certificate, key = pki.self_signed(world.directory, domain, names)
        else:
            authority = private if says["issuer"] == "private" else world.authority
            certificate, key = authority.issue(domain, names)
        of = {"other": other, "private": private.certificate}.get(says.get("of"), certificate)
        records = [f"_xmpp-server._tcp SRV 0 0 {world.partner.s2s_port} xmpp", f"xmpp A {world.partner.address}"]
        if says.get("records", True):
            records.append(f"_{world.partner.s2s_port}._tcp.xmpp TLSA {tlsa(of, says.get('usage', 3))}")
        knot.zone(domain, records, says.get("state", "signed"), says.get("forge"))
        if domain == PARTNER_DOMAIN:
            world.partner.settings.update(certificate=certificate, key=key)
        else:
            world.partner.hosts.append((domain, certificate, key))
            world.partner.add_user(JULIET, "capulet", domain)
    certificate, key = pki.self_signed(world.directory, TWO_WAYS, [TWO_WAYS])
    world.claimant = Server(TWO_WAYS_ADDRESS, 5269, context(True, certificate, key), Claims)
    knot.zone(TWO_WAYS, [f"xmpp A {TWO_WAYS_ADDRESS}", "_xmpp-server._tcp SRV 0 0 5269 xmpp",
                         f"_5269._tcp.xmpp TLSA {tlsa(certificate)}"])
    world.keep(await world.claimant.start())
    world.keep(await knot.start())
    world.names.signer = knot
    world.edge.settings["dns", "trust-anchors"] = str(knot.anchors)


@pytest.fixture(scope="module")
def lab():
    world = World()
    try:
        run(world.start_lab(prepare=prepare))
        for domain in DOMAINS:
            # The certificate is all there is: no dialback.
            run(world.edge.oreectl("xmpp-partner", "add", domain, "partner-type=federated", "tls-negotiation=required",
                                   "sasl-negotiation=required", "support-dialback-negotiation=false",
                                   f"enable-dane={'false' if domain == 'off.test' else 'true'}"))
        for domain in (TWO_WAYS, VICTIM):
            run(world.edge.oreectl("xmpp-partner", "add", domain, "partner-type=federated", "tls-negotiation=required",
                                   "sasl-negotiation=optional", "support-dialback-negotiation=true"))
        yield world
    finally:
        run(world.stop())


@pytest.fixture(scope="module")
def alice(lab):
    user = run(sip_user(lab, "alice"))
    yield user
    run(user.stop())


async def rows(lab, domain, direction):
    return [row for row in await lab.edge.oreectl_json("connections")
            if row.get("partner") == domain and row["direction"] == direction]


@pytest.mark.parametrize("domain, by", [(PARTNER_DOMAIN, "dane"), ("issuer.test", "dane"), ("both.test", "dane"),
                                        ("target.test", "pkix"), ("unsigned.test", "pkix")])
async def test_a_stream_we_open_is_proved(lab, alice, domain, by):
    juliet = await lab.xmpp_user(JULIET, domain)
    assert await alice.say(f"sip:{JULIET}@{domain}", f"to {domain}") == 200
    await juliet.heard(f"to {domain}")
    row, = await rows(lab, domain, "out")
    assert (row["certificate-by"], row["method"], row["tls"]) == (by, "sasl-tls", True)
    await juliet.stop()


@pytest.mark.parametrize("domain, reason", [
    ("wrong.test", "dane-mismatch"),          # although its certificate is one of a trusted authority
    ("off.test", "cert-not-proven"),
    ("unsigned-itself.test", "cert-not-proven"),
    ("expired.test", "dns-bogus"),
    ("forged-srv.test", "dns-bogus"),
    ("forged-keys.test", "dns-bogus"),
    ("forged-address.test", "dns-bogus"),
])
async def test_a_stream_we_open_is_given_up(lab, alice, domain, reason):
    since = lab.edge.bus.events.mark()
    juliet = await lab.xmpp_user(JULIET, domain)
    status = await alice.say(f"sip:{JULIET}@{domain}", "not for the wire")
    assert status is not None and status >= 400
    event = await lab.edge.bus.event("stream-failed", since=since, partner=domain, direction="out")
    assert event["details"]["reason"] == reason
    assert not juliet.messages.entries
    await juliet.stop()


@pytest.mark.parametrize("domain, by", [(PARTNER_DOMAIN, "dane"), ("issuer.test", "dane"), ("both.test", "pkix"),
                                        ("target.test", "pkix"), ("unsigned.test", "pkix"),
                                        ("wrong.test", "pkix")])  # a server that calls may show another certificate
async def test_a_stream_that_comes_is_proved(lab, alice, domain, by):
    since = lab.edge.bus.events.mark()
    juliet = await lab.xmpp_user(JULIET, domain)
    juliet.say(ALICE_JID, f"from {domain}")
    assert bare((await alice.heard(f"from {domain}", 20)).sender) == f"sip:{JULIET}@{domain}"
    ready = await lab.edge.bus.event("stream-ready", since=since, partner=domain, direction="in")
    assert (ready["details"]["method"], ready["details"]["certificate-by"]) == ("sasl-tls", by)
    row, = await rows(lab, domain, "in")
    assert row["certificate-by"] == by
    await juliet.stop()


@pytest.mark.parametrize("domain", ["off.test", "unsigned-itself.test", "wrong-itself.test", "expired-itself.test"])
async def test_a_stream_that_comes_is_refused(lab, alice, domain):
    since = lab.edge.bus.events.mark()
    juliet = await lab.xmpp_user(JULIET, domain)
    assert (await juliet.refused(juliet.say(ALICE_JID, f"from {domain}"), 40)).error
    refused = await lab.edge.bus.event("stream-refused", since=since, partner=domain, direction="in")
    assert refused["details"]["reason"] == "cert-not-proven"
    assert not [message for message in alice.messages.entries if message.text == f"from {domain}"]
    await juliet.stop()


async def test_keys_of_one_domain_prove_no_other(lab, alice):
    """CVE-2021-32919, on a stream used both ways: dialback without dialback must look at the domain that is claimed."""
    assert await alice.say(f"sip:{JULIET}@{TWO_WAYS}", "hello") in (200, 202)
    row, = await rows(lab, TWO_WAYS, "out")
    assert row["bidirectional"] and row["certificate-by"] == "dane"
    await until(lambda: Claims.answers, what="an answer to the claim")
    assert Claims.answers == ["error"]


@pytest.fixture(scope="module", params=["right", "wrong"])
def ours(request):
    """The other way round: Prosody has been told to believe TLSA records, and nobody knows our certificate's issuer."""
    async def prepare_ours(world):
        certificate, key = pki.self_signed(world.directory, "ours", [OUR_DOMAIN])
        other, _ = pki.self_signed(world.directory, "other", [OUR_DOMAIN])
        knot = Knot(world.directory)
        world.names.records = [record for record in world.names.records if OUR_DOMAIN not in record]
        knot.zone(OUR_DOMAIN, [f"_xmpp-server._tcp SRV 0 0 {world.xmpp_port} xmpp", f"xmpp A {EDGE_ADDRESS}",
                               f"_{world.xmpp_port}._tcp.xmpp TLSA "
                               + tlsa(certificate if request.param == "right" else other)])
        world.edge.settings.update({("tls", "external-certificate"): str(certificate),
                                    ("tls", "external-key"): str(key)})
        world.partner.anchors = knot.anchors
        world.names.signer = world.keep(await knot.start())

    world = World()
    try:
        run(world.start_lab(prepare=prepare_ours))
        run(world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                               "tls-negotiation=required"))
        yield world, request.param
    finally:
        run(world.stop())


async def test_prosody_believes_our_records(ours):
    world, records = ours
    alice = await sip_user(world, "alice")
    juliet = await world.xmpp_user(JULIET)
    sent = juliet.say(ALICE_JID, "by TLSA alone")
    if records == "right":
        assert bare((await alice.heard("by TLSA alone", 20)).sender) == JULIET_URI
    else:
        assert (await juliet.refused(sent, 30)).error
        assert not alice.messages.entries
    await juliet.stop()
    await alice.stop()
