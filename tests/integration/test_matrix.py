# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS × SASL × dialback, live: every row of the model's table that can be stored, against real Prosody hosts that
match it and that do not, both directions. What was used, as our service, the partner's server and the table see it,
is one and the same; what cannot be used is refused, and said why, to the administrator and to the user. The cases
are made from the table the service has (tests/lib/negotiation-rows)."""

import asyncio
import contextlib
import subprocess
from dataclasses import dataclass, field

import pytest
from conftest import run
from lab import pki
from lab.journal import Missed, until
from lab.prosody_hosts import Host, ProsodyHosts
from sip_users import ALICE_JID, sip_user
from world import World, build_directory


@dataclass(frozen=True)
class Row:
    number: int
    tls: str
    sasl: str
    dialback: bool
    methods: tuple     # what may happen, best first
    refusal: str       # "" when it can be stored

    @property
    def fields(self):
        return [f"tls-negotiation={self.tls}", f"sasl-negotiation={self.sasl}",
                f"support-dialback-negotiation={'true' if self.dialback else 'false'}"]

    def __str__(self):
        return f"row{self.number:02}-{self.tls}-{self.sasl}-{'dialback' if self.dialback else 'none'}"


def rows():
    text = subprocess.run([build_directory() / "tests/lib/negotiation-rows"], check=True, capture_output=True,
                          text=True).stdout
    for number, line in enumerate(text.splitlines(), 1):
        tls, sasl, dialback, methods, verdict = line.split("\t")
        yield Row(number, tls, sasl, dialback == "true", tuple(methods.split("+")) if methods else (),
                  "" if verdict == "store" else verdict)


ROWS = list(rows())
STORABLE = [row for row in ROWS if not row.refusal]
REFUSED = [row for row in ROWS if row.refusal]


@dataclass(frozen=True)
class Peer:
    """How a host of the partner's is set."""
    name: str
    tls: str = "optional"      # none, optional, required
    external: bool = True      # offers SASL EXTERNAL, and takes our offer
    dialback: bool = True
    trusted: bool = True       # we trust the authority of its certificate

    @property
    def disabled(self):
        return tuple(name for name, present in (("tls", self.tls != "none"), ("saslauth", self.external),
                                                ("dialback", self.dialback)) if not present)


PEERS = [Peer("ordinary"), Peer("no-tls", tls="none"), Peer("tls-required", tls="required"),
         Peer("no-external", external=False), Peer("no-dialback", dialback=False), Peer("untrusted", trusted=False)]


@dataclass(frozen=True)
class Case:
    row: Row
    peer: Peer
    direction: str

    @property
    def domain(self):
        return f"row{self.row.number:02}-{self.direction}.{self.peer.name}.test"

    @property
    def probe(self):
        return f"probe@{self.domain}"

    def __str__(self):
        return f"{self.row}-{self.peer.name}-{self.direction}"

    def expected(self):
        """(the method we name, the mechanism Prosody names), or (None, why not)."""
        row, peer = self.row, self.peer
        if row.tls == "not-supported" and peer.tls == "required":
            return None, {"in": "tls-not-allowed", "out": "no-method"}[self.direction]
        if row.tls == "required" and peer.tls == "none":
            return None, {"in": "tls-required", "out": "tls-refused"}[self.direction]
        if row.tls != "not-supported" and peer.tls != "none":
            if peer.trusted and "sasl-tls" in row.methods:
                if peer.external:
                    return "sasl-tls", "EXTERNAL"
                if self.direction == "in" and peer.dialback and "tls-dialback" in row.methods:
                    return "sasl-tls", "dialback"  # the certificate is proof enough of a dialback claim (XEP-0344)
            if peer.dialback and "tls-dialback" in row.methods:
                return "tls-dialback", "dialback"
            if not peer.trusted and "tls-dialback" not in row.methods:
                return None, "cert-not-proven"
            return None, self.hopeless("tls-dialback")
        if peer.dialback and "tcp-dialback" in row.methods:
            return "tcp-dialback", "dialback"
        return None, self.hopeless("tcp-dialback")

    def hopeless(self, dialback):
        """Nothing in common: a server that calls tries dialback, where it has it, and is refused that."""
        tries = self.direction == "in" and self.peer.dialback and dialback not in self.row.methods
        return "dialback-not-allowed" if tries else "no-method"


CASES = [Case(row, peer, direction) for row in STORABLE for peer in PEERS for direction in ("in", "out")]


@dataclass
class Seen:
    """What came of a case."""
    answer: object = None                       # the SIP status, or the stanza that came back to the XMPP sender
    arrived: bool = False
    events: list = field(default_factory=list)
    connections: list = field(default_factory=list)
    streams: list = field(default_factory=list)  # as Prosody had them


@pytest.fixture(scope="module")
def matrix():
    world = World()
    try:
        yield run(play(world))
    finally:
        run(world.stop())


async def play(world):
    """Many at once: each case has a domain of its own, so none sees another's streams or back-off. Not all: Prosody gives
    a stream ten seconds, in which a slow machine shakes so many hands and no more."""
    authority = pki.Authority(world.directory, "partners-ca")
    stranger = pki.Authority(world.directory, "unknown-ca")
    world.make_names()
    hosts = {"lenient": [], "strict": []}
    for peer in PEERS:
        domains = [case.domain for case in CASES if case.peer is peer]
        certificate, key = (authority if peer.trusted else stranger).issue(peer.name, domains)
        hosts["strict" if peer.tls == "required" else "lenient"] += [
            Host(domain, certificate, key, peer.disabled) for domain in domains]
    trust = world.directory / "trust.pem"
    servers = []
    for number, (name, some) in enumerate(hosts.items()):
        server = ProsodyHosts(world.directory / name, some, world.names.endpoint, trust, f"127.0.0.{number + 2}",
                              encryption=name == "strict", timeout=10, level="debug")
        server.register(world.names, f"{name}.servers.test")
        servers.append(server)
    await world.start_servers(authority, trust, *servers)
    await world.edge.bus.apply(*[
        ("add", "xmpp-partner", case.domain,
         {"partner-type": "federated", "tls-negotiation": case.row.tls, "sasl-negotiation": case.row.sasl,
          "support-dialback-negotiation": case.row.dialback}) for case in CASES])
    alice = await sip_user(world, "alice")
    world.keep(alice)

    where = {host.domain: server for server in servers for host in server.hosts}
    seen = {case.domain: Seen() for case in CASES}

    async def outbound(case):
        server, text = where[case.domain], f"to {case.domain}"
        seen[case.domain].answer = answer = await alice.say(f"sip:{case.probe}", text, deadline=40)

        def reached():
            server.read()
            return any(stanza.body == text for stanza in server.stanzas.entries)
        if answer is not None and answer < 300:  # 202: written to the stream, and on its way
            with contextlib.suppress(Missed):
                await until(reached, 30)

    async def inbound(case):
        server = where[case.domain]
        server.say(case.probe, ALICE_JID, f"from {case.domain}", case.domain)
        # The one or the other; neither is for the case to complain of.
        with contextlib.suppress(Missed):
            await until(lambda: case.domain in heard or case.domain in returned, 40)
        seen[case.domain].arrived = case.domain in heard
        seen[case.domain].answer = returned.get(case.domain)

    heard, returned = set(), {}
    alice.messages.on_add = lambda message: heard.add(message.text.removeprefix("from "))
    for server in servers:
        server.stanzas.on_add = lambda stanza: stanza.error and returned.setdefault(stanza.id, stanza)
    some = asyncio.Semaphore(24)

    async def one(case):
        async with some:
            await (inbound if case.direction == "in" else outbound)(case)
    await asyncio.gather(*map(one, CASES))
    for server in servers:
        server.read()
    for row in await world.edge.bus.call("Monitor", "Connections", "(a{sv})", {}):
        if row["protocol"] == "xmpp" and row["partner"] in seen:
            seen[row["partner"]].connections.append(row)
    for event in world.edge.bus.events.entries:
        if event["nick"].startswith("stream-") and event["details"].get("partner") in seen:
            seen[event["details"]["partner"]].events.append((event["nick"], event["details"]))
    for server in servers:
        for stream in server.streams.entries:
            for domain in (stream.sender, stream.to):
                if domain in seen:
                    seen[domain].streams.append(stream)
        for stanza in server.stanzas.entries:
            domain = stanza.to.rpartition("@")[2].partition("/")[0]
            if stanza.body == f"to {domain}":
                seen[domain].arrived = True
    return world, seen


@pytest.mark.parametrize("case", CASES, ids=str)
def test_negotiation(matrix, case):
    _, seen = matrix
    it = seen[case.domain]
    method, how = case.expected()
    here, there = ("in", "out") if case.direction == "in" else ("out", "in")
    ready = [details for nick, details in it.events if nick == "stream-ready" and details["direction"] == here]
    if method is None:
        assert not it.arrived
        assert not ready, it.events
        reasons = {details.get("reason") for nick, details in it.events
                   if nick in ("stream-failed", "stream-refused") and details["direction"] == here}
        assert how in reasons, f"{how} is not among {it.events}"
        if case.direction == "out":
            assert it.answer is not None and it.answer >= 400
        else:
            assert it.answer.error
        return
    assert method in case.row.methods
    assert it.arrived, it
    if case.direction == "out":
        assert it.answer in (200, 202), it
    assert [details["method"] for details in ready] == [method], it.events
    encrypted = method != "tcp-dialback"
    connections = [row for row in it.connections if row["direction"] == here]
    assert [(row["method"], row["tls"]) for row in connections] == [(method, encrypted)]
    # Prosody's word for the same connection.
    streams = [stream for stream in it.streams if stream.what == f"s2s{there}-established"
               and (stream.sender if case.direction == "in" else stream.to) == case.domain]
    assert [(stream.mechanism, stream.encrypted) for stream in streams] == [(how, encrypted)]


def test_every_method_is_seen_both_ways():
    """The cases above say something."""
    for direction in ("in", "out"):
        assert {case.expected()[0] for case in CASES if case.direction == direction} == {
            None, "sasl-tls", "tls-dialback", "tcp-dialback"}
    assert len(STORABLE) == 11 and len(REFUSED) == 7


SENTENCES = {
    "sasl-needs-tls": ("SASL requires TLS", "SASL nécessite TLS"),
    "no-authentication-method": ("SASL or dialback must be enabled", "SASL ou le rappel doit être activé"),
}


@pytest.mark.parametrize("row", REFUSED, ids=str)
async def test_what_cannot_work_is_not_stored(matrix, row):
    world, _ = matrix
    for language, sentence in zip(("C", "fr"), SENTENCES[row.refusal]):
        status, output, errors = await world.edge.run_ctl("xmpp-partner", "add", f"row{row.number}.refused.test",
                                                          *row.fields, language=language)
        assert status != 0
        assert "sasl-negotiation" in output + errors
        assert sentence in output + errors
    assert f"row{row.number}.refused.test" not in await world.edge.oreectl("--brief", "xmpp-partner", "list")
