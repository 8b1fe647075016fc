# SPDX-License-Identifier: GPL-3.0-or-later
"""What others' programs think of our XMPP port: openssl(1), sslscan and testssl.sh find nothing to mend; grade.py, which
is ours, gives an A to us and less to those who deserve less."""

import asyncio
import json
import shutil
from xml.etree import ElementTree

import pytest
from conftest import LONG, run
from grade import Endpoint, grade
from lab import pki
from lab.process import Process, free_port
from world import EDGE_ADDRESS, OUR_DOMAIN, World


@pytest.fixture(scope="module")
def world():
    made = World()
    try:
        run(made.start())
        yield made
    finally:
        run(made.stop())


async def ask(*words, stdin=b"", deadline=60):
    """(status, everything it printed)."""
    child = await asyncio.create_subprocess_exec(*map(str, words), stdin=asyncio.subprocess.PIPE,
                                                 stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        output, _ = await asyncio.wait_for(child.communicate(stdin), deadline)
    except asyncio.TimeoutError:
        child.kill()
        raise AssertionError(f"{words[0]} took over {deadline} s") from None
    return child.returncode, output.decode(errors="replace")


def s_client(world, *options, stdin=b""):
    return ask("openssl", "s_client", "-connect", f"{EDGE_ADDRESS}:{world.xmpp_port}", "-starttls", "xmpp-server",
               "-xmpphost", OUR_DOMAIN, "-CAfile", world.edge_authority, "-verify_hostname", OUR_DOMAIN,
               "-verify_return_error", *options, stdin=stdin)


async def test_openssl_is_content(world):
    for version, name in (("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")):
        _, said = await s_client(world, version)
        assert "Verification: OK" in said and f"Verified peername: {OUR_DOMAIN}" in said, said
        assert f"New, {name}, Cipher is" in said
        assert "Compression: NONE" in said
        assert "Server Temp Key: X25519" in said
    assert "Secure Renegotiation IS supported" in said and "Extended master secret: yes" in said


@pytest.mark.parametrize("options", [
    ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
    ("-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"), ("-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"),
    ("-tls1_2", "-cipher", "AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0"),
    ("-tls1_2", "-cipher", "PSK:SRP:@SECLEVEL=0"), ("-groups", "ffdhe2048:ffdhe8192"),
], ids=["tls-1.1", "tls-1.0", "no-forward-secrecy", "no-identity", "cbc", "psk", "finite-field"])
async def test_openssl_is_refused(world, options):
    """What is too old or too weak; finite fields too, for what they cost a server (CVE-2002-20001)."""
    status, said = await s_client(world, *options)
    assert status != 0 and ("alert" in said or "no ciphers" in said), said


async def test_renegotiation_is_refused(world):
    """RFC 6120 5.3.5: the attempt ends the connection. TLS 1.3 has none."""
    status, said = await s_client(world, "-tls1_2", stdin=b"R\n")
    assert status != 0 and "RENEGOTIATING" in said and "no renegotiation" in said, said


async def test_sessions_are_not_resumed(world):
    """Identity is proved anew each time: no ticket, no session id."""
    for version in ("-tls1_2", "-tls1_3"):
        _, said = await s_client(world, version, "-reconnect")
        assert "Reused" not in said
        assert "TLS session ticket:" not in said


async def test_sslscan_finds_nothing(world):
    report = world.directory / "sslscan.xml"
    # Its own XMPP would ask for a domain that is the address; the port takes TLS from the first byte as well.
    _, said = await ask("sslscan", "--no-colour", f"--xml={report}", f"--sni-name={OUR_DOMAIN}",
                        f"{EDGE_ADDRESS}:{world.xmpp_port}")
    scan = ElementTree.parse(report).getroot().find("ssltest")
    enabled = {f"{each.get('type')}{each.get('version')}" for each in scan.iter("protocol") if each.get("enabled") == "1"}
    assert enabled == {"tls1.2", "tls1.3"}, said
    assert "Server supports TLS Fallback SCSV" in said
    assert scan.find("renegotiation").get("supported") == "0"
    assert all(each.get("vulnerable") == "0" for each in scan.iter("heartbleed"))
    for cipher in scan.iter("cipher"):
        assert cipher.get("strength") in ("strong", "acceptable"), cipher.attrib
        assert int(cipher.get("bits")) >= 128 and "CBC" not in cipher.get("cipher"), cipher.attrib
    assert {group.get("name").split(" ")[0] for group in scan.iter("group")} <= \
        {"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"}, said
    certificate = scan.find("certificates").find("certificate")
    assert certificate.find("self-signed").text == "false" and certificate.find("expired").text == "false"


# What testssl.sh has to say that is not ours to mend.
ACCEPTED = {
    "cert_trust": "it was given an address, and certificates name domains",
    "cert_revocation": "the lab's authority publishes neither CRL nor OCSP",
    "DNS_CAArecord": "the lab's name server is not asked",
    "engine_problem": "of testssl.sh itself: no GOST engine here",
    "OCSP_stapling": "the lab's authority answers no OCSP",
    "service": "it knows no XMPP behind TLS",
    "scanTime": "its own",
}


async def test_testssl_finds_nothing(world):
    """The protocols; everything it knows with OREE_TEST_LONG, which takes minutes."""
    report = world.directory / "testssl.json"
    checks = ["-p", "-P", "-f", "-S", "-R", "-U", "-s"] if LONG else ["-p"]
    testssl = shutil.which("testssl") or "testssl.sh"
    _, said = await ask(testssl, "--quiet", "--color", "0", "--warnings", "off", "--openssl-timeout", "5", "--jsonfile",
                        report, "--add-ca", world.edge_authority, *checks, f"{EDGE_ADDRESS}:{world.xmpp_port}",
                        deadline=1500 if LONG else 110)
    findings = json.loads(report.read_text())
    by_name = {finding["id"]: finding for finding in findings}
    assert by_name["TLS1_2"]["severity"] == by_name["TLS1_3"]["severity"] == "OK", said
    assert "not offered" in by_name["TLS1"]["finding"] and "not offered" in by_name["TLS1_1"]["finding"], said
    complaints = [finding for finding in findings
                  if finding["severity"] not in ("OK", "INFO") and finding["id"] not in ACCEPTED]
    assert not complaints, complaints


async def test_our_grade(world):
    report = await grade(Endpoint(EDGE_ADDRESS, world.xmpp_port, OUR_DOMAIN, world.edge_authority))
    print(f"\n{report}")
    assert report.grade == "A" and not report.caps, report
    assert set(report.protocols) == {"TLSv1.2", "TLSv1.3"}


@pytest.mark.parametrize("why, expected, how", [
    ("good", "A", {}),
    ("no TLS 1.3", "A-", {"options": ["-tls1_2"]}),
    ("TLS 1.0 or 1.1", "B", {"options": ["-cipher", "ECDHE:!aNULL:!eNULL:@SECLEVEL=0"]}),
    ("without forward secrecy", "B", {"key_type": ("rsa:2048",), "options": ["-cipher", "AES256-GCM-SHA384"]}),
    ("neither TLS 1.2 nor 1.3", "C", {"options": ["-no_tls1_2", "-no_tls1_3", "-cipher", "ECDHE:!aNULL:!eNULL:@SECLEVEL=0"]}),
    ("less than 2048", "F", {"key_type": ("rsa:1024",), "options": ["-cipher", "ALL:@SECLEVEL=0"]}),
    ("without encryption", "F", {"key_type": ("rsa:2048",), "options": ["-cipher", "ALL:eNULL:@SECLEVEL=0"]}),
    ("SHA-1", "F", {"digest": "sha1", "options": ["-cipher", "ALL:@SECLEVEL=0"]}),
    ("certificate", "F", {"unknown": True}),
    ("certificate", "F", {"names": ["elsewhere.test"]}),
    ("certificate", "F", {"start": "20200101000000Z", "end": "20200201000000Z"}),
], ids=["good", "no-tls-1.3", "tls-1.1", "no-forward-secrecy", "old", "small-key", "null", "sha-1", "unknown-authority",
        "wrong-name", "expired"])
async def test_others_grades(world, tmp_path, why, expected, how):
    """openssl s_server, as good and as bad as it can be made."""
    authority = pki.Authority(tmp_path, "grade-ca")
    issuer = pki.Authority(tmp_path, "unknown-ca") if how.pop("unknown", False) else authority
    options, names = how.pop("options", []), how.pop("names", ["graded.test"])
    certificate, key = issuer.issue("graded", names, **how)
    port = free_port(EDGE_ADDRESS)
    server = await Process("s_server", ["openssl", "s_server", "-accept", f"{EDGE_ADDRESS}:{port}", "-cert", certificate,
                                        "-key", key, "-quiet", *options], tmp_path / "s_server.log", stdin=True).start()
    try:
        await server.ready(EDGE_ADDRESS, port)
        report = await grade(Endpoint(EDGE_ADDRESS, port, "graded.test", authority.certificate, direct=True))
    finally:
        await server.stop()
    assert report.grade == expected, report
    assert expected == "A" or any(why in cap for _, cap in report.caps), report
