# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between us and partners, while everybody writes: a server that stops answering, a network that swallows what
is on its way, DNS that fails, stalls and lies, a clock that jumps and a certificate that ends. After each, the
account of messages: all delivered or reported. kill -9 is in test_volume.py and test_many.py.

In CI the gateway's timers are short; with OREE_TEST_LONG they are the ordinary ones and the faults last longer."""

import asyncio
import contextlib
import datetime
import signal

import pytest
from accounts import Ledger, balance
from conftest import LONG, run
from dns_server import DnsServer
from lab import pki
from lab.clock import Clock
from lab.far import FAR, NEAR, FarNetwork, NoFarNetwork
from lab.journal import Missed, until
from lab.names import NameServer
from lab.prosody_hosts import Host, ProsodyHosts
from sip_users import sip_user
from world import EDGE_ADDRESS, OUR_DOMAIN, World

SHORT_TIMERS = {"keep-alive-interval": 5, "stream-establishment-timeout": 5}
# Longer than an acknowledgement is waited for (30 s), so that the streams end.
FAULT_SECONDS = 180 if LONG else 38
BACK_WITHIN = 20  # roles/oree-xmpp-out.c: BACKOFF_MAX
WINDOW = 20


@pytest.fixture
def tell(capsys):
    def tell(*lines):
        with capsys.disabled():
            print(*(f"# {line}" for line in lines), sep="\n")
    return tell


@pytest.fixture
def world():
    world = World()
    try:
        yield world
    finally:
        run(world.stop())


def report(line):
    out, back = line.accounts
    return [f"{line.name}, SIP to XMPP: {out} {dict(line.out_reasons) or ''}", f"{line.name}, XMPP to SIP: {back}"]


@contextlib.asynccontextmanager
async def everybody_writes(ledger, pace=0.05):
    """Both ways on every line, which are heard before it begins; afterwards everything is settled."""
    writing = True
    tasks = [asyncio.ensure_future(line.write(lambda: not writing, window=WINDOW, pace=pace))
             for line in ledger.lines.values()]
    try:
        await heard_again(ledger.lines.values(), 30)
        yield
    finally:
        writing = False
        await asyncio.gather(*tasks)
        await ledger.settle(120)


async def heard_again(lines, deadline):
    """Something new arrives on each line, both ways."""
    before = {line: (len(line.out_delivered), len(line.in_delivered)) for line in lines}
    await until(lambda: all(len(line.out_delivered) > out and len(line.in_delivered) > back
                            for line, (out, back) in before.items()), deadline,
                f"everybody heard ({', '.join(line.name for line in lines)})")


async def partners(world, domains, **fields):
    await world.edge.bus.apply(*[("add", "xmpp-partner", domain, {"partner-type": "federated", **fields})
                                 for domain in domains])


async def guarded(world):
    """Prosody guards what it sends from its <enable/> on (data/doc/PEERS.md): what it sent before has arrived by then."""
    async def acknowledged():
        return all(row.get("acknowledgements", True) for row in await world.edge.oreectl_json("connections"))  # SIP has none
    await until(acknowledged, 20, "acknowledgements on every stream")


def reasons(world, since, domain):
    return {(event["nick"], event["details"].get("direction"), event["details"].get("reason"))
            for event in world.edge.bus.events.entries[since:]
            if event["details"].get("partner") == domain and event["nick"] in ("stream-closed", "stream-failed")}


async def test_a_server_stops_and_a_network_is_cut(world, tell):
    """Both at once, at two partners; a third must notice nothing."""
    far = FarNetwork(world.directory)
    try:
        world.keep(await far.start())
    except NoFarNetwork as reason:
        await far.stop()
        pytest.skip(f"no network of our own here: {reason}")
    authority = pki.Authority(world.directory, "partners-ca")
    trust = world.directory / "trust.pem"
    names = world.make_names()
    (world.directory / "far-names").mkdir()
    far_names = NameServer(world.directory / "far-names", NEAR, "10.77.0.0/16")
    far_names.host(f"xmpp.{OUR_DOMAIN}", NEAR)
    far_names.service("xmpp-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", world.xmpp_port)
    world.keep(await far_names.start())
    places = {"steady": ("127.0.0.2", names, {}), "stopped": ("127.0.0.3", names, {}),
              "cut": (FAR, far_names, dict(wrapper=far.inside, ports=(5269, 5999)))}
    servers = {}
    for name, (address, resolver, options) in places.items():
        certificate, key = authority.issue(name, [f"{name}.test"])
        servers[name] = ProsodyHosts(world.directory / name, [Host(f"{name}.test", certificate, key)],
                                     resolver.endpoint, trust, address, **options)
        servers[name].register(names, f"xmpp.{name}.test")
    await world.start_servers(authority, trust, *servers.values())
    bus = world.edge.bus
    await bus.apply(("set", "topology", "global", {"access-edge-external-addresses": [EDGE_ADDRESS, NEAR]}))
    if not LONG:
        await bus.apply(("set", "xmpp-gateway", "global", SHORT_TIMERS))
    await partners(world, [f"{name}.test" for name in servers])
    alice = await sip_user(world, "alice")
    world.keep(alice)
    ledger = Ledger(alice)
    lines = {name: ledger.line(name, server, f"{name}.test") for name, server in servers.items()}

    since = bus.events.mark()
    async with everybody_writes(ledger):
        servers["stopped"].process.signal(signal.SIGSTOP)
        far.cut()
        with contextlib.suppress(Missed):
            await until(lambda: False, FAULT_SECONDS)
        during = {name: reasons(world, since, f"{name}.test") for name in servers}
        steady = len(lines["steady"].out_delivered), len(lines["steady"].in_delivered)
        servers["stopped"].process.signal(signal.SIGCONT)
        far.heal()
        began = asyncio.get_running_loop().time()
        await heard_again(ledger.lines.values(), BACK_WITHIN + 60)
        back = asyncio.get_running_loop().time() - began
    tell(f"{FAULT_SECONDS} s of silence, back {back:.1f} s after; while it lasted:",
         *(f"{name}: {sorted(map(str, what)) or 'nothing'}" for name, what in during.items()),
         *(text for line in lines.values() for text in report(line)))
    for name, line in lines.items():
        balance(line.accounts, both=0 if name == "steady" else 3 * WINDOW)
    assert not during["steady"]
    assert min(steady) > FAULT_SECONDS * 3, steady
    assert not lines["steady"].out_reported and not lines["steady"].in_reported
    for name in ("stopped", "cut"):
        assert ("stream-closed", "out", "ack-timeout") in during[name], during[name]
        assert lines[name].out_reported, "the fault did not bite"


async def test_a_short_cut_costs_nothing(world, tell):
    """What is on its way vanishes for three seconds; TCP sends it again, and nobody is told anything."""
    far = FarNetwork(world.directory)
    try:
        world.keep(await far.start())
    except NoFarNetwork as reason:
        await far.stop()
        pytest.skip(f"no network of our own here: {reason}")
    authority = pki.Authority(world.directory, "partners-ca")
    trust = world.directory / "trust.pem"
    names = world.make_names()
    (world.directory / "far-names").mkdir()
    far_names = NameServer(world.directory / "far-names", NEAR, "10.77.0.0/16")
    far_names.host(f"xmpp.{OUR_DOMAIN}", NEAR)
    far_names.service("xmpp-server", OUR_DOMAIN, f"xmpp.{OUR_DOMAIN}", world.xmpp_port)
    world.keep(await far_names.start())
    certificate, key = authority.issue("cut", ["cut.test"])
    server = ProsodyHosts(world.directory / "cut", [Host("cut.test", certificate, key)], far_names.endpoint, trust, FAR,
                          wrapper=far.inside, ports=(5269, 5999))
    server.register(names, "xmpp.cut.test")
    await world.start_servers(authority, trust, server)
    await world.edge.bus.apply(
        ("set", "topology", "global", {"access-edge-external-addresses": [EDGE_ADDRESS, NEAR]}))
    await partners(world, ["cut.test"])
    alice = await sip_user(world, "alice")
    world.keep(alice)
    ledger = Ledger(alice)
    line = ledger.line("cut", server, "cut.test")
    async with everybody_writes(ledger, pace=0.01):
        for _ in range(2):
            far.cut()
            with contextlib.suppress(Missed):
                await until(lambda: False, 3)
            far.heal()
            await heard_again([line], 20)
    tell(*report(line))
    balance(line.accounts)
    for account in line.accounts:
        assert not account.reported and account.delivered == account.sent


# What DNS does to the questions for a partner's names.
DNS_FAULTS = {
    "healthy": None,
    "fail": "fail",               # SERVFAIL
    "deny": "deny",               # NXDOMAIN for a moment
    "silent": "silent",
    "other": "other",             # answers for another name
    "slow": ("slow", 0.7),        # longer than libunbound by itself waits for who is quick else; within a stream's time
    "dead": ("lie", "127.0.0.99"),  # an address where nobody is
    "false": ("lie", "127.0.0.3"),  # one where somebody says to be the partner, and cannot prove it
}


async def test_names_fail_stall_and_lie(world, tell):
    authority = pki.Authority(world.directory, "partners-ca")
    stranger = pki.Authority(world.directory, "unknown-ca")
    trust = world.directory / "trust.pem"
    names = world.make_names()
    domains = [f"{name}.names.test" for name in DNS_FAULTS]
    certificate, key = authority.issue("honest", domains)
    false_certificate, false_key = stranger.issue("false", domains)
    server = ProsodyHosts(world.directory / "honest", [Host(domain, certificate, key) for domain in domains],
                          names.endpoint, trust, "127.0.0.2")
    impostor = ProsodyHosts(world.directory / "false", [Host(domain, false_certificate, false_key) for domain in domains],
                            names.endpoint, trust, "127.0.0.3", ports=(server.s2s_port, 5999))
    server.register(names, "servers.names.test")
    script = DnsServer()
    for domain in domains:
        script.host(f"xmpp.{domain}", "127.0.0.2")
        script.service("xmpp-server", domain, f"xmpp.{domain}", server.s2s_port)
    world.keep(await script.start())
    world.edge.settings["dns", "forwarders"] = script.endpoint
    await world.start_servers(authority, trust, server, impostor)
    bus = world.edge.bus
    await bus.apply(("set", "xmpp-gateway", "global", SHORT_TIMERS))
    strict = {"tls-negotiation": "required", "sasl-negotiation": "required", "support-dialback-negotiation": False}
    await partners(world, domains, **strict)
    alice = await sip_user(world, "alice")
    world.keep(alice)
    ledger = Ledger(alice)
    lines = {name: ledger.line(name, server, f"{name}.names.test") for name in DNS_FAULTS}
    since = bus.events.mark()
    async with everybody_writes(ledger):
        await guarded(world)
        script.faults.update({f"{name}.names.test": fault for name, fault in DNS_FAULTS.items() if fault})
        # Streams that stand need no names: they end, and new ones are wanted.
        await bus.apply(*[("remove", "xmpp-partner", domain, {}) for domain in domains])
        await partners(world, domains, **strict)
        with contextlib.suppress(Missed):
            await until(lambda: False, 120 if LONG else 12)
        during = {name: reasons(world, since, f"{name}.names.test") for name in lines}
        await heard_again([lines["slow"]], 30)
        script.faults.clear()
        await heard_again(ledger.lines.values(), BACK_WITHIN + 30)
    tell(*(text for name, line in lines.items()
           for text in [f"{name}: {sorted({what[2] for what in during[name] if what[0] == 'stream-failed'})}", *report(line)]))
    for line in lines.values():
        balance(line.accounts, both=2 * WINDOW)
    assert not any(what[0] == "stream-failed" for what in during["healthy"]), during["healthy"]
    # Late is not lost.
    assert not any(what[0] == "stream-failed" for what in during["slow"]), during["slow"]
    for name in set(lines) - {"slow", "healthy"}:
        assert lines[name].out_reported, f"{name} did not bite"
        assert any(what[:2] == ("stream-failed", "out") for what in during[name]), during[name]
    assert ("stream-failed", "out", "cert-not-proven") in during["false"], during["false"]
    # A lie brought nothing to the impostor.
    assert not impostor.stanzas.entries


HOUR = 3600


async def test_the_clock_jumps_and_a_certificate_ends(world, tell):
    authority = pki.Authority(world.directory, "partners-ca")
    trust = world.directory / "trust.pem"
    names = world.make_names()
    clock = Clock(world.edge, world.directory / "clock")
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)
    certificates = {"lasting": authority.issue("lasting", ["lasting.test"]),
                    "ending": authority.issue("ending", ["ending.test"], end=end.strftime("%Y%m%d%H%M%SZ"))}
    server = ProsodyHosts(world.directory / "clock-hosts",
                          [Host(f"{name}.test", *files) for name, files in certificates.items()],
                          names.endpoint, trust, "127.0.0.2")
    server.register(names, "servers.test")
    await world.start_servers(authority, trust, server)
    bus = world.edge.bus
    strict = {"tls-negotiation": "required", "sasl-negotiation": "required", "support-dialback-negotiation": False}
    await partners(world, ["lasting.test", "ending.test"], **strict)
    alice = await sip_user(world, "alice")
    world.keep(alice)
    ledger = Ledger(alice)
    lines = {name: ledger.line(name, server, f"{name}.test") for name in certificates}
    since = bus.events.mark()
    async with everybody_writes(ledger):
        for jump in (4 * HOUR, -4 * HOUR, 0):
            clock.ahead(jump)
            await heard_again(ledger.lines.values(), 20)
            bob = await sip_user(world, "bob")  # who signs in meanwhile
            await bob.stop()
        # Everything is valid all the while: nothing ends.
        assert not reasons(world, since, "lasting.test") and not reasons(world, since, "ending.test")
        assert not any(line.out_reported or line.in_reported for line in lines.values())
        clock.ahead(8 * HOUR)
        for direction in ("in", "out"):
            event = await bus.event("stream-closed", 90, since, partner="ending.test", direction=direction)
            assert (event["details"]["reason"], event["details"]["detail"]) == ("trust-withdrawn", "expired"), event
        await server.process.lines.wait(lambda line: "closed by remote with error: reset" in line, 20, what="reset")
        await until(lambda: lines["ending"].out_reported and lines["ending"].in_reported, 30, "messages refused")
        await heard_again([lines["lasting"]], 20)
        clock.ahead(0)
        await heard_again(ledger.lines.values(), BACK_WITHIN + 10)
    tell(*(text for line in lines.values() for text in report(line)),
         f"ending: {sorted(map(str, reasons(world, since, 'ending.test')))}")
    for name, line in lines.items():
        balance(line.accounts, both=0 if name == "lasting" else 2 * WINDOW)
    assert not reasons(world, since, "lasting.test")
    assert not lines["lasting"].out_reported and not lines["lasting"].in_reported
