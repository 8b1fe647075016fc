#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grades a server-to-server TLS endpoint as xmppoke did, by today's rules: data/doc/TLS-GRADE.md says which, since when.

    grade.py ADDRESS PORT DOMAIN [CAFILE] [--direct]

It connects until every protocol and cipher the server takes is known (as far as our OpenSSL can still speak them), looks
at the certificate, computes the three scores and lowers the grade by the caps."""

import asyncio
import dataclasses
import pathlib
import re
import ssl
import subprocess
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))

from xmpp_peer import STARTTLS, Ended, Initiator, Link  # noqa: E402

VERSIONS = {"TLSv1": (ssl.TLSVersion.TLSv1, 90), "TLSv1.1": (ssl.TLSVersion.TLSv1_1, 95),
            "TLSv1.2": (ssl.TLSVersion.TLSv1_2, 100), "TLSv1.3": (ssl.TLSVersion.TLSv1_3, 100)}
GRADES = ["A", "A-", "B", "C", "D", "E", "F"]
LETTERS = ((80, "A"), (65, "B"), (50, "C"), (35, "D"), (20, "E"), (0, "F"))
# Bits of an RSA key as strong as an elliptic curve of so many (NIST SP 800-57).
CURVES = {224: 2048, 256: 3072, 253: 3072, 384: 7680, 448: 7680, 456: 7680, 521: 15360}


@dataclasses.dataclass
class Report:
    protocols: dict                     # name → ciphers in the order they were chosen
    key_kind: str = ""
    key_bits: int = 0
    signature: str = ""
    trust: str = ""                     # why the certificate is not believed; "" when it is
    scores: tuple = ()
    caps: list = dataclasses.field(default_factory=list)  # (grade, why)
    grade: str = ""

    def __str__(self):
        lines = [f"grade {self.grade}: protocol {self.scores[0]}, key {self.scores[1]}, cipher {self.scores[2]}"]
        lines += [f"  {name}: {', '.join(cipher for cipher, _ in ciphers)}" for name, ciphers in self.protocols.items()]
        lines.append(f"  key {self.key_kind} {self.key_bits}, signed with {self.signature}, "
                     + (self.trust or "trusted"))
        return "\n".join(lines + [f"  at most {grade}: {why}" for grade, why in self.caps])


class Endpoint:
    def __init__(self, address, port, domain, ca=None, direct=False):
        self.address, self.port, self.domain, self.ca, self.direct = address, port, domain, ca, direct

    async def connect(self, context, timeout=10):
        """The TLS object of a handshake that succeeded; ssl.SSLError or Ended."""
        async with asyncio.timeout(timeout):
            if self.direct:
                link = await Link.dial(self.address, self.port)
            else:
                link = await Initiator.dial(self.address, self.port, domain="grade.invalid", to=self.domain)
            try:
                if not self.direct:
                    await link.open(from_=None)
                    await link.send(STARTTLS)
                    await link.until("proceed")
                return await link.start_tls(context, name=self.domain)
            finally:
                link.abort()

    def client(self, version, ciphers=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # asking for old protocols is what this is for
            context.minimum_version = context.maximum_version = version
        context.set_ciphers(f"{ciphers or 'ALL:COMPLEMENTOFALL'}:@SECLEVEL=0")
        return context

    async def ciphers(self, version):
        """Every cipher it takes: offer all, strike out the one it chose, again."""
        found = []
        # OpenSSL 3.0 through Python cannot strike out ciphers of TLS 1.3: what it prefers stands for the three.
        while True:
            without = "".join(f":!{name}" for name, _ in found)
            try:
                made = self.client(version, "ALL:COMPLEMENTOFALL" + without)
                name, _, bits = (await self.connect(made)).cipher()
            except (ssl.SSLError, Ended, OSError, TimeoutError):
                return found
            if any(name == known for known, _ in found):
                return found
            found.append((name, bits))

    async def certificate(self, report, version):
        made = self.client(version)
        der = (await self.connect(made)).getpeercert(binary_form=True)
        text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text"], input=der, capture_output=True,
                              check=True).stdout.decode()
        report.key_kind = re.search(r"Public Key Algorithm: (\S+)", text).group(1)
        report.key_bits = int(re.search(r"Public-Key: \((\d+) bit", text).group(1))
        report.signature = re.search(r"Signature Algorithm: (\S+)", text).group(1)
        strict = ssl.create_default_context(cafile=self.ca)
        strict.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            strict.minimum_version = strict.maximum_version = version
        try:
            await self.connect(strict)
        except ssl.SSLCertVerificationError as error:
            report.trust = error.verify_message or str(error)


def score_bits(bits):
    return 0 if bits == 0 else 20 if bits < 128 else 80 if bits < 256 else 100


def score_key(kind, bits):
    bits = CURVES.get(bits, 3072) if "ec" in kind.lower() or "25519" in kind else bits
    return 20 if bits < 512 else 40 if bits < 1024 else 80 if bits < 2048 else 90 if bits < 4096 else 100


def has_secrecy(cipher):
    return cipher.startswith(("TLS_", "ECDHE-", "DHE-"))


def is_aead(cipher):
    return cipher.startswith("TLS_") or any(word in cipher for word in ("GCM", "CHACHA20", "CCM"))


def judge(report):
    every = [cipher for ciphers in report.protocols.values() for cipher in ciphers]
    worths = [VERSIONS[name][1] for name in report.protocols]
    bits = [strength for _, strength in every]
    protocol = (max(worths) + min(worths)) // 2
    key = score_key(report.key_kind, report.key_bits)
    cipher = (score_bits(max(bits)) + score_bits(min(bits))) // 2
    report.scores = (protocol, key, cipher)
    total = 0.3 * protocol + 0.3 * key + 0.4 * cipher
    small = report.key_bits if report.key_kind.startswith("rsa") else 4096
    names = [name for name, _ in every]
    rules = [
        ("F", bool(report.trust), f"certificate: {report.trust}"),
        ("F", bool(re.search("md5|sha1", report.signature, re.IGNORECASE)), "certificate signed with MD5 or SHA-1"),
        ("F", small < 2048, "RSA key of less than 2048 bits"),
        ("F", any("NULL" in name or name.startswith(("ADH", "AECDH", "EXP")) for name in names),
         "a cipher without encryption or without identity"),
        ("F", min(bits) < 112, "a cipher of less than 112 bits"),
        ("C", not {"TLSv1.2", "TLSv1.3"} & set(report.protocols), "neither TLS 1.2 nor 1.3"),
        ("C", any("RC4" in name or "DES" in name for name in names), "RC4, DES or 3DES"),
        ("B", bool({"TLSv1", "TLSv1.1"} & set(report.protocols)), "TLS 1.0 or 1.1"),
        ("B", not all(map(has_secrecy, names)), "a cipher without forward secrecy"),
        ("B", not any(map(is_aead, names)), "no authenticated encryption"),
        ("A-", "TLSv1.3" not in report.protocols, "no TLS 1.3"),
    ]
    report.caps = [(grade, why) for grade, applies, why in rules if applies]
    letter = next(letter for least, letter in LETTERS if total >= least)
    report.grade = max([letter, *(grade for grade, _ in report.caps)], key=GRADES.index)
    return report


async def grade(endpoint):
    """A Report; AssertionError when nothing answers."""
    report = Report({})
    for name, (version, _) in VERSIONS.items():
        ciphers = await endpoint.ciphers(version)
        if ciphers:
            report.protocols[name] = ciphers
    assert report.protocols, "no TLS at all"
    await endpoint.certificate(report, VERSIONS[list(report.protocols)[-1]][0])
    return judge(report)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(words) < 3:
        sys.exit(__doc__)
    print(asyncio.run(grade(Endpoint(words[0], int(words[1]), *words[2:4], direct="--direct" in sys.argv))))
