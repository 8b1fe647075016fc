#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message through the gateway costs, each way, beside Prosody passing the same stanzas from the same generator
on the same machine in the same run; what a stream costs to set up, beside OpenSSL alone, and to keep; how long a
message takes. Reports; judges nothing.

usage: run-bench.py [--partners N …] [--rounds N] [--measure NAME …] [--only oree|prosody …] [--messages N] …  [--json]

Both servers run all the time and are measured in turn, the order changing from round to round; figures are medians
over the rounds, with the lowest and the highest. The SIP side is TLS: a user of the embedded front end, signed in. The
XMPP side is TLS with SASL EXTERNAL and stream acknowledgements, on both servers.

Build with -Dbuildtype=release and without sanitizers; OREE_BUILD names the build directory. As root everything
measured runs at the highest priority, for a machine that is not ours alone."""

import argparse
import asyncio
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from lab import pki  # noqa: E402
from lab.names import NameServer  # noqa: E402
from lab.process import free_port  # noqa: E402
from lab.prosody import Prosody  # noqa: E402
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, PARTNER_ADDRESS, World, build_directory  # noqa: E402

RELAY_DOMAIN = "relay.test"
RELAY_ADDRESS = "127.0.0.3"
MEASURES = ("each", "burst", "half", "single", "setup-in", "setup-out", "idle")
PROGRAMS = ("bench-gateway", "bench-handshake")


class Oree:
    """The gateway, knowing every partner."""

    name = "oree"

    def __init__(self, bench):
        self.bench = bench
        self.world = World(build=bench.build, wrapper=shlex.split(bench.options.wrapper))
        self.world.edge.settings.update({
            ("dns", "forwarders"): bench.names.endpoint,
            ("tls", "trust-anchors"): str(bench.authority.certificate),
            ("service", "workers"): str(bench.options.workers),
            ("service", "log-level"): "warning"})

    async def start(self):
        await self.world.start()
        changes = self.world.directory / "partners.conf"
        limit = self.bench.options.idle + 20
        changes.write_text("".join(
            f"[add xmpp-partner {domain}]\npartner-type=federated\ntls-negotiation=required\nsasl-negotiation=required\n"
            f"support-dialback-negotiation=false\nconnection-limit={limit}\n" for domain in self.bench.domains))
        await self.world.edge.oreectl("apply", changes)
        await self.world.edge.look_away()

    def words(self):
        return ["--pid", self.world.edge.process.pid, "--domain", OUR_DOMAIN, "--user", "alice",
                "--password", OUR_PASSWORD, "--sip", f"{EDGE_ADDRESS}:{self.world.sip_port}",
                "--xmpp", f"{EDGE_ADDRESS}:{self.world.xmpp_port}"]

    def tail(self):
        return self.world.edge.process.tail() if self.world.edge.process else ""

    async def stop(self):
        await self.world.stop()


class Relay(Prosody):
    """Prosody between the generator's domains."""

    name = "prosody"

    def __init__(self, bench):
        certificate, key = bench.authority.issue(RELAY_DOMAIN, [RELAY_DOMAIN])
        super().__init__(bench.directory / "prosody", RELAY_DOMAIN, bench.names.endpoint, certificate, key,
                         bench.authority.certificate, RELAY_ADDRESS, level="warn")

    def _write_config(self):
        path = super()._write_config()
        text = path.read_text().replace("plugin_paths = {}", f'plugin_paths = {{ "{HERE}" }}')
        path.write_text(f'{text}  modules_enabled = {{ "bench_relay" }}\n')
        return path

    def words(self):
        return ["--pid", self.process.pid, "--relay", "--domain", RELAY_DOMAIN, "--user", "alice",
                "--xmpp", f"{RELAY_ADDRESS}:{self.s2s_port}"]

    def tail(self):
        return self.process.tail() if self.process else ""


class Bench:
    """The lab for one number of partners."""

    def __init__(self, options, build, directory, n_partners):
        self.options = options
        self.build = build
        self.directory = directory
        self.domains = [f"p{n}.test" for n in range(n_partners)]
        self.authority = pki.Authority(directory, "bench-ca")
        self.listen = free_port(PARTNER_ADDRESS)
        self.names = NameServer(directory)

    async def run(self):
        for domain in self.domains:
            self.authority.issue(domain, [domain])
            # Kept by who asked: what is measured is no name server.
            self.names.records += [f"xmpp.{domain}. 86400 IN A {PARTNER_ADDRESS}",
                                   f"_xmpp-server._tcp.{domain}. 86400 IN SRV 0 0 {self.listen} xmpp.{domain}."]
        await self.names.start()
        servers = [kind(self) for kind in (Oree, Relay) if kind.name in self.options.only]
        findings = []
        try:
            for server in servers:
                await server.start()
            for number in range(self.options.rounds):
                # Memory of a fresh process only: later what was freed is there to be taken.
                names = [name for name in self.options.measure if number == 0 or name != "idle"]
                for server in servers if number % 2 == 0 else reversed(servers):
                    findings += await self.measure(server, names)
                if any(name.startswith("setup") for name in self.options.measure):
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
                "bench-gateway", "--label", server.name, "--measure", ",".join(names),
                "--ways", ",".join(options.ways), "--credentials", self.directory, "--partners", len(self.domains),
                "--messages", options.messages, "--window", options.window, "--burst", options.burst,
                "--pairs", options.pairs, "--setups", options.setups, "--idle", options.idle, "--rest", options.rest,
                "--listen", f"{PARTNER_ADDRESS}:{self.listen}", *server.words())
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


def summarise(findings):
    """One row for all rounds of a measurement: the median of each figure, lowest and highest of the first."""
    groups = {}
    for one in findings:
        groups.setdefault((one["partners"], one["mode"], one["way"], one["server"]), []).append(one)
    rows = []
    for (partners, mode, way, server), rounds in groups.items():
        figures = {}
        for key in ("cpu_us", "p50_us", "p99_us", "max_us", "kib_per_stream", "per_second"):
            values = [one[key] for one in rounds if key in one]
            if values:
                figures[key] = statistics.median(values)
                figures[f"{key}_range"] = [min(values), max(values)]
        rows.append(dict(partners=partners, mode=mode, way=way, server=server, rounds=len(rounds),
                         refused=sum(one.get("refused", 0) for one in rounds), **figures))
    for row in rows:
        row.update(ratios(row, rows))
    return rows


def ratios(row, rows):
    """How a row compares with what it is measured against."""
    def other(server, way):
        return next((one for one in rows if one["server"] == server and one["way"] == way
                     and one["partners"] == row["partners"] and one["mode"] == row["mode"] and "cpu_us" in one), None)

    if "cpu_us" not in row:
        return {}
    found = {}
    relay = other("prosody", row["way"] if row["mode"] == "setup" else "xmpp-to-xmpp")
    openssl = other("openssl", row["way"])
    if relay is not None and row["server"] == "oree":
        found["times_prosody"] = round(relay["cpu_us"] / row["cpu_us"], 2)
    if openssl is not None and row["server"] != "openssl":
        found["openssl_share"] = round(row["cpu_us"] / openssl["cpu_us"], 2)
    return found


def report(rows, options):
    print(f"{options.messages} messages each way, window {options.window}, bursts of {options.burst}, {options.pairs} pairs, "
          f"{options.rounds} rounds; oreed with {options.workers} worker(s), {os.cpu_count()} cores shared with the "
          f"generator, load {os.getloadavg()[0]:.1f}")
    for row in sorted(rows, key=lambda row: (row["partners"], row["mode"], row["way"], row["server"])):
        words = [f"{row['partners']:4} partners  {row['mode']:7} {row['way']:12} {row['server']:8}"]
        if "p50_us" in row:
            words.append(f"{row['p50_us']:8.0f} us half, {row['p99_us']:8.0f} us 99 of 100, {row['max_us']:8.0f} us all "
                         f"({row['per_second']:.0f}/s)")
        elif "cpu_us" in row:
            low, high = row["cpu_us_range"]
            words.append(f"{row['cpu_us']:8.1f} us CPU each ({low:.1f}-{high:.1f})")
        elif "kib_per_stream" in row:
            words.append(f"{row['kib_per_stream']:8.1f} KiB each")
        if "times_prosody" in row:
            words.append(f"{row['times_prosody']:5.1f} times Prosody")
        if "openssl_share" in row:
            words.append(f"{row['openssl_share']:5.2f} of OpenSSL's")
        if row["refused"]:
            words.append(f"{row['refused']} REFUSED")
        print("  ".join(words))


def hurry():
    """Before everybody else who may be on this machine, where that is allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass


async def main(options):
    build = build_directory()
    subprocess.run(["ninja", "-C", str(build), *(f"tests/bench/{program}" for program in PROGRAMS),
                    "service/oreed", "service/ctl/oreectl"], check=True, stdout=subprocess.DEVNULL)
    hurry()
    findings = []
    for n_partners in options.partners:
        with tempfile.TemporaryDirectory(prefix="bench-oree-") as place:
            findings += await Bench(options, build, pathlib.Path(place), n_partners).run()
    rows = summarise(findings)
    if options.json:
        print(json.dumps({"options": vars(options), "cores": os.cpu_count(), "load": os.getloadavg()[0],
                          "rounds": findings, "rows": rows}))
    else:
        report(rows, options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--partners", type=int, nargs="+", default=[1, 20, 200])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=MEASURES, nargs="+", default=list(MEASURES))
    parser.add_argument("--ways", choices=["to-sip", "to-xmpp"], nargs="+", default=["to-sip", "to-xmpp"],
                        help="through the gateway, for profiles of one")
    parser.add_argument("--only", choices=["oree", "prosody"], nargs="+", default=["oree", "prosody"])
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--burst", type=int, default=25)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--setups", type=int, default=300)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--rest", type=int, default=2, help="seconds idle streams idle before their memory is read")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--wrapper", default="", help="a command to run oreed under, such as valgrind")
    parser.add_argument("--json", action="store_true")
    asyncio.run(main(parser.parse_args()))
