# SPDX-License-Identifier: GPL-3.0-or-later
"""An authoritative name server that signs: Debian's knot, unprivileged, with zones in every state DNSSEC knows. What it
serves reaches the others through the lab's NameServer, which sends questions about its zones here."""

import hashlib
import re
import subprocess

from .process import Process, free_port

CONFIG = """
server:
  rundir: "{run}"
  listen: {address}@{port}
log:
  - target: stdout
    any: info
database:
  storage: "{directory}"
policy:
  - id: lab
    algorithm: ecdsap256sha256
    dnskey-ttl: 5
    zone-max-ttl: 5
    cds-cdnskey-publish: none
template:
  - id: default
    storage: "{directory}"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
zone:
"""
SIGNED = "    dnssec-signing: on\n    dnssec-policy: lab\n"


class Knot:
    """`zone` adds zones; `start` keys, signs and serves them; `anchors` is a file of their DS records, what a validator
    has to believe in."""

    def __init__(self, directory, address="127.0.0.1"):
        self.directory = directory / "knot"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.address = address
        self.port = free_port(address)
        self.anchors = self.directory / "anchors"
        self.process = None
        self._zones = {}
        self._serial = 1

    @property
    def endpoint(self):
        return f"{self.address}@{self.port}"

    @property
    def domains(self):
        return list(self._zones)

    def zone(self, domain, records, state="signed", forge=None):
        """`records` are lines below `domain` ("xmpp A 127.0.0.2"). `state`: "signed" (automatic signing by knot), "plain",
        "expired" (its signatures ended long ago), "refused" (it is asked for and answers nothing), or "forged": the
        pattern and text of `forge`, as re.sub takes them, are put over the signed zone without signing anew."""
        self._zones[domain] = (records, state, forge)

    def _config(self, served):
        text = CONFIG.format(run=self.directory, address=self.address, port=self.port, directory=self.directory)
        for domain, (_, state, _) in self._zones.items():
            if state == "refused":
                continue
            text += f"  - domain: {domain}\n"
            if state == "signed" or (not served and state != "plain"):
                text += SIGNED
            elif served and state != "plain":
                text += f'    file: "{self.directory}/ready/{domain}.zone"\n'
        path = self.directory / ("knot.conf" if served else "signer.conf")
        path.write_text(text)
        return path

    def _write(self, domain):
        records = "\n".join(self._zones[domain][0])
        (self.directory / f"{domain}.zone").write_text(f"""$ORIGIN {domain}.
$TTL 5
@ SOA ns hostmaster {self._serial} 3600 600 86400 5
@ NS ns
ns A {self.address}
{records}
""")

    def _prepare(self):
        """Signs by hand what is to be served in a state that knot itself keeps no zone in."""
        config, ready = self._config(False), self.directory / "ready"
        ready.mkdir(exist_ok=True)
        for domain, (_, state, forge) in self._zones.items():
            self._write(domain)
            if state in ("signed", "plain", "refused"):
                continue
            when = ["-t", "1577836800"] if state == "expired" else []
            self._run("kzonesign", "-c", config, "-o", ready, *when, f"{domain}.")
            if state == "forged":
                text = (ready / f"{domain}.zone").read_text()
                changed, count = re.subn(*forge, text, flags=re.MULTILINE)
                assert count, f"{forge[0]} is not in:\n{text}"
                (ready / f"{domain}.zone").write_text(changed)

    def _write_anchors(self):
        anchors = []
        for domain, (_, state, _) in self._zones.items():
            if state not in ("plain", "refused"):
                anchors += [line.strip() for line in self._run("keymgr", "-c", self.directory / "signer.conf",
                                                               f"{domain}.", "ds").splitlines() if " DS " in line]
        self.anchors.write_text("".join(f"{re.sub(' DS ', ' IN DS ', line)}\n" for line in anchors))

    @staticmethod
    def _run(*words):
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}"
        return done.stdout

    async def start(self):
        self._prepare()
        for domain, (_, state, _) in self._zones.items():
            if state == "signed":  # its keys must be there before anybody is told to believe in them
                self._run("keymgr", "-c", self.directory / "signer.conf", f"{domain}.", "generate",
                          "algorithm=ecdsap256sha256", "ksk=yes", "sep=yes")
                self._run("keymgr", "-c", self.directory / "signer.conf", f"{domain}.", "generate",
                          "algorithm=ecdsap256sha256", "zsk=yes")
        self._write_anchors()
        self.process = await Process("knotd", ["knotd", "-c", self._config(True)], self.directory / "knot.log").start()
        await self.process.ready(self.address, self.port)
        return self

    async def stop(self):
        if self.process is not None:
            await self.process.stop()


def tlsa(certificate, usage=3, selector=1, matching=1):
    """The right side of a TLSA record for the first certificate of a PEM file."""
    if selector == 1:
        key = subprocess.run(["openssl", "x509", "-in", str(certificate), "-noout", "-pubkey"], check=True,
                             capture_output=True).stdout
        data = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True,
                              capture_output=True).stdout
    else:
        data = subprocess.run(["openssl", "x509", "-in", str(certificate), "-outform", "DER"], check=True,
                              capture_output=True).stdout
    digest = {0: lambda: data.hex(), 1: lambda: hashlib.sha256(data).hexdigest(),
              2: lambda: hashlib.sha512(data).hexdigest()}[matching]()
    return f"{usage} {selector} {matching} {digest}"
