# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that a partner publishes by https (RFC 7711): the real Prosody with certificates nobody vouches for, and a
web server by script that says of them what it should, what it should not, or nothing."""

import base64
import hashlib
import json
import ssl

import pytest
from conftest import run
from lab import pki
from sip_users import ALICE_JID, bare, sip_user
from web_server import SILENCE, WebServer
from world import PARTNER_DOMAIN, World

JULIET = "juliet"
WEB_ADDRESS = "127.0.0.9"
PATH = "/.well-known/posh/xmpp-server.json"
# domain: what is out of the ordinary about its certificate
DOMAINS = {
    PARTNER_DOMAIN: {}, "longer.test": {}, "reference.test": {}, "redirected.test": {},
    "other.test": {}, "late.test": dict(end="20200201000000Z"), "reference-twice.test": {}, "clear.test": {},
    "circle.test": {}, "big.test": {}, "inside.test": {}, "slow.test": {}, "absent.test": {}, "broken.test": {},
    "misnamed.test": {}, "off.test": {}, "absent-trusted.test": dict(trusted=True), "other-trusted.test": dict(trusted=True),
}


def digest(certificate, name="sha256"):
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
    return base64.b64encode(hashlib.new(name, der).digest()).decode()


def document(**fields):
    return 200, {"Content-Type": "application/json"}, json.dumps({"expires": 3600, **fields}).encode()


def moved(to):
    return 302, {"Location": to}, b""


class Answers:
    """What the web server says, host by host."""

    def __init__(self):
        self.certificates = {}

    def __call__(self, host, path):
        sha256 = {"sha-256": digest(self.certificates.get(host, self.certificates[PARTNER_DOMAIN]))}
        good = document(fingerprints=[sha256])
        if host == "hosting.test":
            domain = path.strip("/")
            if domain == "again":
                return document(url="https://hosting.test/reference-twice.test")
            return document(fingerprints=[{"sha-256": digest(self.certificates[domain])}])
        return {
            PARTNER_DOMAIN: document(fingerprints=[{"sha-256": base64.b64encode(bytes(32)).decode()}, sha256]),
            "longer.test": document(fingerprints=[{"sha-512": digest(self.certificates["longer.test"], "sha512")}]),
            "reference.test": document(url="https://hosting.test/reference.test"),
            "redirected.test": moved("https://hosting.test/redirected.test"),
            "other.test": document(fingerprints=[{"sha-256": digest(self.certificates[PARTNER_DOMAIN])}]),
            "other-trusted.test": document(fingerprints=[{"sha-256": digest(self.certificates[PARTNER_DOMAIN])}]),
            "reference-twice.test": document(url="https://hosting.test/again"),
            "clear.test": moved("http://hosting.test/clear.test"),
            "circle.test": moved(f"https://circle.test{PATH}"),
            "big.test": (200, {}, json.dumps({"fingerprints": [sha256], "expires": 5, "more": "x" * 8192}).encode()),
            "inside.test": moved("https://intranet.test/"),
            "slow.test": SILENCE,
            "absent.test": (404, {}, b"no"),
            "absent-trusted.test": (404, {}, b"no"),
            "broken.test": (200, {}, b"<html>no document</html>"),
        }.get(host, good)


async def prepare(world):
    web_authority = pki.Authority(world.directory, "web-ca")
    private = pki.Authority(world.directory, "private-ca")
    world.answers = Answers()
    for domain, says in DOMAINS.items():
        if says.get("trusted"):
            certificate, key = world.authority.issue(domain, [domain])
        elif says.get("end"):
            certificate, key = private.issue(domain, [domain], end=says["end"])
        else:
            certificate, key = pki.self_signed(world.directory, domain, [domain])
        world.answers.certificates[domain] = certificate
        world.names.host(domain, WEB_ADDRESS)
        if domain == PARTNER_DOMAIN:
            world.partner.settings.update(certificate=certificate, key=key)
            continue
        world.names.service("xmpp-server", domain, f"xmpp.{PARTNER_DOMAIN}", world.partner.s2s_port)
        world.partner.hosts.append((domain, certificate, key))
        world.partner.add_user(JULIET, "capulet", domain)
    world.names.host("hosting.test", WEB_ADDRESS)
    world.names.host("intranet.test", "10.1.2.3")
    names = [domain for domain in DOMAINS if domain != "misnamed.test"]
    certificate, key = web_authority.issue("web", ["hosting.test", *names])
    world.web = world.keep(await WebServer(WEB_ADDRESS, certificate, key, world.answers).start())
    anchors = pki.bundle(world.directory / "anchors.pem", world.authority.certificate, web_authority.certificate)
    world.edge.settings["tls", "trust-anchors"] = str(anchors)


@pytest.fixture(scope="module")
def lab():
    world = World()
    if (world.build / "tests" / "lib" / "libtsan-glib.so").exists():
        pytest.skip("GnuTLS, which libsoup speaks TLS with, hands memory between threads in ways the sanitizer cannot see")
    try:
        run(world.start_lab(prepare=prepare))
        for domain in DOMAINS:
            run(world.edge.oreectl("xmpp-partner", "add", domain, "partner-type=federated", "tls-negotiation=required",
                                   "sasl-negotiation=required", "support-dialback-negotiation=false",
                                   f"enable-posh={'false' if domain == 'off.test' else 'true'}"))
        yield world
    finally:
        run(world.stop())


@pytest.fixture(scope="module")
def alice(lab):
    user = run(sip_user(lab, "alice"))
    yield user
    run(user.stop())


@pytest.mark.parametrize("domain, by", [(PARTNER_DOMAIN, "posh"), ("longer.test", "posh"), ("reference.test", "posh"),
                                        ("redirected.test", "posh"), ("absent-trusted.test", "pkix"),
                                        ("other-trusted.test", "pkix")])
async def test_proved_both_ways(lab, alice, domain, by):
    since = lab.edge.bus.events.mark()
    juliet = await lab.xmpp_user(JULIET, domain)
    juliet.say(ALICE_JID, f"from {domain}")
    assert bare((await alice.heard(f"from {domain}", 20)).sender) == f"sip:{JULIET}@{domain}"
    assert await alice.say(f"sip:{JULIET}@{domain}", f"to {domain}") == 200
    await juliet.heard(f"to {domain}")
    for direction in ("in", "out"):
        ready = await lab.edge.bus.event("stream-ready", since=since, partner=domain, direction=direction)
        assert (ready["details"]["method"], ready["details"]["certificate-by"]) == ("sasl-tls", by)
    # Kept: the second stream did not ask again. (Where anchors do, nobody waits for the answer.)
    assert lab.web.requests.count((domain, PATH)) == 1 or by == "pkix"
    await juliet.stop()


@pytest.mark.parametrize("domain, problem, detail", [
    ("other.test", None, "posh-mismatch"),
    ("late.test", None, "expired"),
    ("reference-twice.test", "posh-invalid", "self-signed"),
    ("clear.test", "fetch-not-https", "self-signed"),
    ("circle.test", "fetch-redirects", "self-signed"),
    ("big.test", "fetch-too-big", "self-signed"),
    ("inside.test", "fetch-private-address", "self-signed"),
    ("slow.test", "fetch-timed-out", "self-signed"),
    ("absent.test", "posh-absent", "self-signed"),
    ("broken.test", "posh-invalid", "self-signed"),
    ("misnamed.test", "fetch-tls-failed", "self-signed"),
    ("off.test", None, "self-signed"),
])
async def test_refused_both_ways(lab, alice, domain, problem, detail):
    since = lab.edge.bus.events.mark()
    status = await alice.say(f"sip:{JULIET}@{domain}", "not for the wire", deadline=30)
    assert status is not None and status >= 400
    failed = await lab.edge.bus.event("stream-failed", since=since, partner=domain, direction="out")
    assert (failed["details"]["reason"], failed["details"]["detail"]) == ("cert-not-proven", detail)
    juliet = await lab.xmpp_user(JULIET, domain)
    assert (await juliet.refused(juliet.say(ALICE_JID, f"from {domain}"), 40)).error
    refused = await lab.edge.bus.event("stream-refused", since=since, partner=domain, direction="in")
    assert (refused["details"]["reason"], refused["details"]["detail"]) == ("cert-not-proven", detail)
    if problem is not None:
        event = await lab.edge.bus.event("posh-failed", since=since, partner=domain)
        assert event["details"]["reason"] == problem
    if domain == "off.test":
        assert not [request for request in lab.web.requests if request[0] == domain]
    await juliet.stop()
