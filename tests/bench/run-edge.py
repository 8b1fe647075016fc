#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a SIP transaction through the Access Edge costs, mutual TLS on both sides, beside Kamailio doing the same work
(kamailio-edge.cfg) from the same generator in the same run; what a connection costs to set up, beside OpenSSL alone, and
to keep; how long a MESSAGE takes; how long a decision takes. Reports; judges nothing.

usage: run-edge.py [--partners N …] [--rounds N] [--measure NAME …] [--only oree|kamailio …] [--messages N] …  [--json]

Both servers run all the time and are measured in turn, the order changing from round to round; figures are medians
over the rounds, with the lowest and the highest. Build with -Dbuildtype=release; OREE_BUILD names the build directory."""

import argparse
import asyncio
import json
import os
import pathlib
import resource
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from lab import pki  # noqa: E402
from lab.names import NameServer  # noqa: E402
from lab.process import Process, free_port  # noqa: E402
from summary import hurry, summarise  # noqa: E402
from world import EDGE_ADDRESS, OUR_DOMAIN, World, build_directory  # noqa: E402

KAMAILIO_ADDRESS = "127.0.0.3"
INSIDE_ADDRESS, INSIDE = "127.0.0.4", "inside.test"
MEASURES = ("message", "subscribe", "half", "single", "setup", "idle")
PROGRAMS = ("bench-edge", "bench-handshake", "bench-decide")

TLS = """[server:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {certificate}
ca_list = {ca}

[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {certificate}
ca_list = {ca}
"""


class Oree:
    name = "oree"

    def __init__(self, bench):
        self.bench = bench
        self.port = free_port(EDGE_ADDRESS)
        self.world = World(build=bench.build, wrapper=shlex.split(bench.options.wrapper))
        self.world.edge.settings.update({
            ("dns", "forwarders"): bench.names.endpoint,
            ("tls", "trust-anchors"): str(bench.authority.certificate),
            ("service", "workers"): str(bench.options.workers),
            ("service", "log-level"): "warning"})
        self.address = f"{EDGE_ADDRESS}:{self.port}"

    async def start(self):
        edge = self.world.edge
        await self.world.start()
        await edge.oreectl("topology", "set", "sip-federation-enabled=true", f"access-edge-external-port={self.port}",
                           f"next-hop={INSIDE}:{self.bench.listen};transport=tls")
        await edge.oreectl("user", "set", f"sip:alice@{OUR_DOMAIN}", "home=next-hop")
        for start in range(0, len(self.bench.domains), 500):
            changes = self.world.directory / "partners.conf"
            changes.write_text("".join(f"[add allowed-domain {domain}]\nname-check=domain\n"
                                       for domain in self.bench.domains[start:start + 500]))
            await edge.oreectl("apply", changes)
        await edge.look_away()

    @property
    def pids(self):
        return [self.world.edge.process.pid]

    def tail(self):
        return self.world.edge.process.tail() if self.world.edge.process else ""

    async def stop(self):
        await self.world.stop()


class Kamailio:
    """With the allocator that serves it best, and room for its connections."""

    name = "kamailio"

    def __init__(self, bench):
        self.bench = bench
        self.port = free_port(KAMAILIO_ADDRESS)
        self.address = f"{KAMAILIO_ADDRESS}:{self.port}"
        self.directory = bench.directory / "kamailio"
        self.directory.mkdir()
        self.process = None

    async def start(self):
        certificate, key = self.bench.authority.issue("kamailio", [OUR_DOMAIN])
        (self.directory / "tls.cfg").write_text(TLS.format(key=key, certificate=certificate,
                                                           ca=self.bench.authority.certificate))
        values = {"LISTEN": f"tls:{self.address}", "DOMAIN": f'"{OUR_DOMAIN}"',
                  "TLS_CONFIG": f'"{self.directory / "tls.cfg"}"', "PARTNERS": len(self.bench.domains),
                  "NEXT_HOP": f'"sip:{INSIDE_ADDRESS}:{self.bench.listen};transport=tls"'}
        words = [word for name, value in values.items() for word in ("-A", f"{name}={value}")]
        self.process = await Process("kamailio", ["kamailio", "-DD", "-E", "-x", "tlsf", "-m", "1536", "-M", "64", "-f",
                                                  HERE / "kamailio-edge.cfg", *words, "-Y", self.directory,
                                                  "-w", self.directory], self.directory / "kamailio.log").start()
        await self.process.ready(KAMAILIO_ADDRESS, self.port)

    @property
    def pids(self):
        """Everything in its session."""
        return [int(stat.parent.name) for stat in pathlib.Path("/proc").glob("[0-9]*/stat")
                if session_of(stat) == self.process.pid]

    def tail(self):
        return self.process.tail() if self.process else ""

    async def stop(self):
        if self.process is not None:
            await self.process.stop()


def session_of(stat):
    try:
        return int(stat.read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError):
        return None


class Bench:
    """The lab for one number of partners."""

    def __init__(self, options, build, directory, n_partners):
        self.options = options
        self.build = build
        self.directory = directory
        self.domains = [f"p{n}.test" for n in range(n_partners)]
        self.authority = pki.Authority(directory, "bench-ca")
        self.listen = free_port(INSIDE_ADDRESS)
        self.names = NameServer(directory)

    async def run(self):
        for domain in self.domains:
            self.authority.issue(domain, [domain])
        self.authority.issue("inside", [INSIDE])
        self.names.records.append(f"{INSIDE}. 86400 IN A {INSIDE_ADDRESS}")
        await self.names.start()
        servers = [kind(self) for kind in (Oree, Kamailio) if kind.name in self.options.only]
        findings = []
        try:
            for server in servers:
                await server.start()
            for number in range(self.options.rounds):
                # Memory of a fresh process only: later what was freed is there to be taken.
                names = [name for name in self.options.measure if number == 0 or name != "idle"]
                for server in servers if number % 2 == 0 else reversed(servers):
                    findings += await self.measure(server, names)
                if "setup" in names:
                    findings += await self.generate("bench-handshake", self.directory / "p0.test.pem",
                                                    self.directory / "p0.test.key", self.authority.certificate,
                                                    self.options.setups)
            return findings
        finally:
            for server in reversed(servers):
                await server.stop()
            await self.names.stop()

    async def measure(self, server, names):
        options = self.options
        try:
            return await self.generate(
                "bench-edge", "--label", server.name, "--measure", ",".join(names), "--credentials", self.directory,
                "--partners", len(self.domains), "--messages", options.messages, "--window", options.window, "--setups",
                options.setups, "--idle", options.idle, "--rest", options.rest, "--domain", OUR_DOMAIN, "--user", "alice",
                "--edge", server.address, "--listen", f"{INSIDE_ADDRESS}:{self.listen}",
                "--pids", ",".join(map(str, server.pids)))
        except BaseException:
            print(server.tail(), file=sys.stderr)
            raise

    async def generate(self, program, *words):
        """What the program found, as dictionaries."""
        child = await asyncio.create_subprocess_exec(str(self.build / "tests" / "bench" / program), *map(str, words),
                                                     stdout=asyncio.subprocess.PIPE)
        output, _ = await child.communicate()
        if child.returncode != 0:
            raise SystemExit(f"{program} ended with {child.returncode}")
        return [dict(json.loads(line), partners=len(self.domains)) for line in output.decode().splitlines()]


def report(rows, decisions, options):
    print(f"{options.messages} transactions, window {options.window}, {options.rounds} rounds; oreed with "
          f"{options.workers} worker(s), {os.cpu_count()} cores shared with the generator, load {os.getloadavg()[0]:.1f}")
    for row in sorted(rows, key=lambda row: (row["partners"], row["mode"], row["server"])):
        words = [f"{row['partners']:5} partners  {row['mode']:9} {row['server']:8}"]
        if "p50_us" in row:
            words.append(f"{row['p50_us']:8.0f} us half, {row['p99_us']:8.0f} us 99 of 100, {row['max_us']:8.0f} us all "
                         f"({row['per_second']:.0f}/s)")
        elif "cpu_us" in row:
            low, high = row["cpu_us_range"]
            words.append(f"{row['cpu_us']:8.1f} us CPU each ({low:.1f}-{high:.1f}), {1e6 / row['cpu_us']:.0f} a CPU second")
        elif "kib_per_stream" in row:
            words.append(f"{row['kib_per_stream']:8.1f} KiB each")
        words += [f"{row[key]:5.2f} times {key.removeprefix('times_')}'s" for key in row if key.startswith("times_")]
        if row["refused"]:
            words.append(f"{row['refused']} REFUSED")
        print("  ".join(words))
    for one in decisions:
        print(f"{one['domains']:5} domains   decision, {one['what']}, {one['way']}: {one['ns']:.0f} ns")


async def main(options):
    build = build_directory()
    subprocess.run(["ninja", "-C", str(build), *(f"tests/bench/{program}" for program in PROGRAMS),
                    "service/oreed", "service/ctl/oreectl"], check=True, stdout=subprocess.DEVNULL)
    hurry()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    findings = []
    for n_partners in options.partners:
        with tempfile.TemporaryDirectory(prefix="bench-oree-") as place:
            findings += await Bench(options, build, pathlib.Path(place), n_partners).run()
    decided = subprocess.run([build / "tests" / "bench" / "bench-decide"], check=True, capture_output=True, text=True)
    decisions = [json.loads(line) for line in decided.stdout.splitlines()]
    rows = summarise(findings)
    if options.json:
        print(json.dumps({"options": vars(options), "cores": os.cpu_count(), "load": os.getloadavg()[0],
                          "rounds": findings, "rows": rows, "decisions": decisions}))
    else:
        report(rows, decisions, options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--partners", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=MEASURES, nargs="+", default=list(MEASURES))
    parser.add_argument("--only", choices=["oree", "kamailio"], nargs="+", default=["oree", "kamailio"])
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--setups", type=int, default=300)
    parser.add_argument("--idle", type=int, default=5000)
    parser.add_argument("--rest", type=int, default=2, help="seconds idle connections idle before their memory is read")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--wrapper", default="", help="a command to run oreed under, such as valgrind")
    parser.add_argument("--json", action="store_true")
    asyncio.run(main(parser.parse_args()))
