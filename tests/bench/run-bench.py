#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message through the gateway costs, each way, beside Prosody passing the same stanzas from the same generator
on the same machine in the same run. Reports; judges nothing.

usage: run-bench.py [--messages N] [--window N] [--burst N] [--pairs N] [--idle N] [--workers N]
                    [--only oree|prosody] [--json]

Build with -Dbuildtype=release or debugoptimized and without sanitizers; OREE_BUILD names the build directory.
The SIP side is TLS: a user of the embedded front end, signed in. The XMPP side is TLS with SASL EXTERNAL and stream
acknowledgements, on both servers."""

import argparse
import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from lab import pki  # noqa: E402
from lab.names import NameServer  # noqa: E402
from lab.process import free_port  # noqa: E402
from lab.prosody import Prosody  # noqa: E402
from world import (EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, PARTNER_ADDRESS, PARTNER_DOMAIN, World,  # noqa: E402
                   build_directory)

RELAY_DOMAIN = "relay.test"
SINK_DOMAIN = f"sink.{PARTNER_DOMAIN}"
RELAY_ADDRESS = "127.0.0.3"


class Relay(Prosody):
    """Prosody between two servers that are both the generator."""

    def _write_config(self):
        path = super()._write_config()
        text = path.read_text().replace("plugin_paths = {}", f'plugin_paths = {{ "{HERE}" }}')
        path.write_text(f'{text}  modules_enabled = {{ "bench_relay" }}\n  bench_sink = "{SINK_DOMAIN}"\n')
        return path


async def generate(build, options, certificate, key, listen, words):
    """Runs the generator; its findings."""
    child = await asyncio.create_subprocess_exec(
        str(build / "tests" / "bench" / "bench-gateway"), "--certificate", str(certificate), "--key", str(key),
        "--messages", str(options.messages), "--window", str(options.window), "--burst", str(options.burst),
        "--pairs", str(options.pairs), "--idle", str(options.idle),
        "--partner", PARTNER_DOMAIN, "--listen", f"{PARTNER_ADDRESS}:{listen}", *map(str, words),
        stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    if child.returncode != 0:
        raise SystemExit(f"bench-gateway ended with {child.returncode}")
    return [json.loads(line) for line in output.decode().splitlines()]


async def measure_gateway(build, options, names, authority, certificate, key, listen):
    world = World(build=build)
    world.edge.settings["dns", "forwarders"] = names.endpoint
    world.edge.settings["tls", "trust-anchors"] = str(authority.certificate)
    world.edge.settings["service", "workers"] = str(options.workers)
    world.edge.settings["service", "log-level"] = "warning"
    try:
        await world.start()
        await world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                                 "tls-negotiation=required", "sasl-negotiation=required",
                                 "support-dialback-negotiation=false", f"connection-limit={options.idle + 10}")
        return await generate(build, options, certificate, key, listen, [
            "--label", "oree", "--pid", world.edge.process.pid, "--domain", OUR_DOMAIN, "--user", "alice",
            "--password", OUR_PASSWORD, "--sip", f"{EDGE_ADDRESS}:{world.sip_port}",
            "--xmpp", f"{EDGE_ADDRESS}:{world.xmpp_port}"])
    except BaseException:
        print(world.edge.process.tail() if world.edge.process else "", file=sys.stderr)
        raise
    finally:
        await world.stop()


async def measure_relay(build, options, directory, names, authority, certificate, key, listen):
    own_certificate, own_key = authority.issue(RELAY_DOMAIN, [RELAY_DOMAIN])
    relay = Relay(directory / "prosody", RELAY_DOMAIN, names.endpoint, own_certificate, own_key,
                  authority.certificate, RELAY_ADDRESS, level="warn")
    try:
        await relay.start()
        return await generate(build, options, certificate, key, listen, [
            "--label", "prosody", "--pid", relay.process.pid, "--relay", "--domain", RELAY_DOMAIN, "--user", "alice",
            "--xmpp", f"{RELAY_ADDRESS}:{relay.s2s_port}"])
    except BaseException:
        print(relay.process.tail(), file=sys.stderr)
        raise
    finally:
        await relay.stop()


def report(findings, options):
    print(f"{options.messages} messages each way, window {options.window}, bursts of {options.burst}, {options.pairs} pairs; "
          f"oreed with {options.workers} worker(s), {os.cpu_count()} cores shared with the generator")
    relays = {one["mode"]: one for one in findings if one["way"] == "xmpp-to-xmpp"}
    for one in findings:
        if one["way"] == "idle":
            print(f"{one['server']:8} idle stream        {one['kib_per_stream']:8.1f} KiB each ({one['streams']} streams)")
            continue
        relay = relays.get(one["mode"])
        ratio = f"{relay['cpu_us'] / one['cpu_us']:6.1f} times Prosody" if relay and one is not relay else ""
        refused = f", {one['refused']} REFUSED" if one["refused"] else ""
        print(f"{one['server']:8} {one['way']:12} {one['mode']:5} {one['per_second']:8.0f} messages/s "
              f"{one['cpu_us']:8.1f} us CPU each {ratio}{refused}")


async def main(options):
    build = build_directory()
    servers = ["service/oreed", "service/ctl/oreectl"] if "oree" in options.only else []
    subprocess.run(["ninja", "-C", str(build), "tests/bench/bench-gateway", *servers],
                   check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="oree-bench-") as place:
        directory = pathlib.Path(place)
        authority = pki.Authority(directory, "bench-ca")
        certificate, key = authority.issue(PARTNER_DOMAIN, [PARTNER_DOMAIN, SINK_DOMAIN])
        listen = free_port(PARTNER_ADDRESS)
        names = NameServer(directory)
        for domain in (PARTNER_DOMAIN, SINK_DOMAIN):
            names.host(f"xmpp.{domain}", PARTNER_ADDRESS)
            names.service("xmpp-server", domain, f"xmpp.{domain}", listen)
        await names.start()
        try:
            findings = []
            if "oree" in options.only:
                findings += await measure_gateway(build, options, names, authority, certificate, key, listen)
            if "prosody" in options.only:
                findings += await measure_relay(build, options, directory, names, authority, certificate, key, listen)
        finally:
            await names.stop()
    if options.json:
        for one in findings:
            print(json.dumps(one))
    else:
        report(findings, options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--burst", type=int, default=25)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", choices=["oree", "prosody"], nargs="+", default=["oree", "prosody"])
    parser.add_argument("--json", action="store_true")
    asyncio.run(main(parser.parse_args()))
