#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What presence subscriptions cost: memory of each, CPU of set-up and refresh, how evenly refreshes fall, and what it
takes to tell a thousand watchers of one change. Reports; judges nothing.

usage: run-presence.py [--subscriptions N ...] [--watchers N] [--interval SECONDS] [--workers N] [--json]

XMPP contacts at a scripted server (TLS, SASL EXTERNAL) watch users of a scripted next hop over TCP; for the fan-out they
watch a user of the embedded front end, who publishes. CPU is the service's own, of all its threads, from schedstat: that
the scripts are slow does not count. Build without sanitizers; OREE_BUILD names the build directory."""

import argparse
import asyncio
import collections
import json
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
sys.path.insert(0, str(HERE.parent / "faults"))

from lab import pki  # noqa: E402
from lab.names import NameServer  # noqa: E402
from notifier import Notifier  # noqa: E402
from sip_peer import SipUser, tag, token  # noqa: E402
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD, PARTNER_ADDRESS, PARTNER_DOMAIN, World, build_directory  # noqa: E402
from xmpp_peer import Initiator, Server, Steps, context  # noqa: E402

PER_USER = 500  # contacts that watch one user of ours: the cap is 1,000
DOCUMENT = ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:{user}'><tuple id='desk'><status><basic>open</basic>"
            "</status><note xml:lang='en'>at the desk</note></tuple></presence>")


class Crowd(Steps):
    """The contacts' server: counts what it is told."""

    dialback = False

    async def on_presence(self, event):
        self.server.count += 1

    on_message = on_iq = on_presence


class PresenceServer(Notifier):
    """Tells each subscriber at once; remembers when SUBSCRIBEs came."""

    def __init__(self, edge_port):
        super().__init__(edge_port)
        self.times = []

    def _on_request(self, packet, writer):
        super()._on_request(packet, writer)
        if packet.method != "SUBSCRIBE":
            return
        self.times.append(time.monotonic())
        self._sequence += 1
        to = packet.get("to")
        if tag(to) is None:
            to += f";tag={self._tags[packet.get('call-id')]}"
        body = DOCUMENT.format(user=to.split(":")[1].split(">")[0]).encode()
        self._write(packet, to, body, writer)

    def _write(self, packet, to, body, writer):
        lines = [f"NOTIFY {packet.get('contact').strip('<>')} SIP/2.0",
                 f"Via: SIP/2.0/TCP {self.address}:{self.port};branch=z9hG4bK{token()}", "Max-Forwards: 70",
                 f"From: {to}", f"To: {packet.get('from')}", f"Call-ID: {packet.get('call-id')}",
                 f"CSeq: {self._sequence} NOTIFY", f"Contact: <sip:notifier@{self.address}:{self.port};transport=tcp>",
                 "Event: presence", f"Subscription-State: active;expires={packet.get('expires')}",
                 "Content-Type: application/pidf+xml", f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body)


class Bench(World):
    def __init__(self, options, names, authority):
        super().__init__(build=build_directory())
        self.options = options
        self.authority = authority
        self.edge.settings["dns", "forwarders"] = names.endpoint
        self.edge.settings["tls", "trust-anchors"] = str(authority.certificate)
        self.edge.settings["service", "workers"] = str(options.workers)
        self.edge.settings["service", "log-level"] = "warning"

    async def start_bench(self, certificate, key, port):
        await self.start()
        self.server = Server(PARTNER_ADDRESS, port, context(True, certificate, key), steps=Crowd)
        self.server.count = 0
        self.keep(await self.server.start())
        await self.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated", "tls-negotiation=required",
                                "sasl-negotiation=required", "support-dialback-negotiation=false")
        await self.edge.oreectl("xmpp-gateway", "set", f"subscription-refresh-interval={self.options.interval}")
        self.link = await Initiator.dial(EDGE_ADDRESS, self.xmpp_port, PARTNER_ADDRESS, domain=PARTNER_DOMAIN, to=OUR_DOMAIN)
        await self.link.sign_in(context(False, certificate, key))

    def cpu(self):
        """Seconds on a processor, of all threads; to the nanosecond."""
        tasks = pathlib.Path(f"/proc/{self.edge.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self):
        """KiB of its own."""
        text = pathlib.Path(f"/proc/{self.edge.process.pid}/smaps_rollup").read_text()
        return int(next(line for line in text.splitlines() if line.startswith("Anonymous:")).split()[1])

    async def told(self, count, deadline=600):
        end = time.monotonic() + deadline
        while self.server.count < count:
            if time.monotonic() > end:
                raise SystemExit(f"{self.server.count} of {count} stanzas within {deadline} s")
            await asyncio.sleep(0.02)

    async def subscribe(self, count, user_of):
        """`count` contacts ask; in pieces, as a partner's server would after a night."""
        for first in range(0, count, 100):
            await self.link.send("".join(
                f"<presence type='subscribe' from='c{n}@{PARTNER_DOMAIN}' to='{user_of(n)}'/>"
                for n in range(first, min(first + 100, count))))
            # `subscribed` and presence, each: never more than two thousand open.
            await self.told(2 * max(0, first - 1000))
        await self.told(2 * count)


async def measure_subscriptions(bench, count):
    users = (count + PER_USER - 1) // PER_USER
    notifier = bench.keep(await PresenceServer(bench.sip_port).start())
    for n in range(users):
        await bench.edge.oreectl("user", "add", f"sip:u{n}@{OUR_DOMAIN}", "home=next-hop")
    await bench.edge.oreectl("topology", "set", f"next-hop={EDGE_ADDRESS}:{notifier.port};transport=tcp")
    memory, cpu, began = bench.memory(), bench.cpu(), time.monotonic()
    await bench.subscribe(count, lambda n: f"u{n % users}@{OUR_DOMAIN}")
    setup = bench.cpu() - cpu
    finding = dict(what="subscriptions", count=count, setup_us=setup / count * 1e6,
                   per_second=count / (time.monotonic() - began), kib_each=(bench.memory() - memory) / count)
    # One whole interval from when the last refresh of the first round is over.
    await asyncio.sleep(bench.options.interval + 2)
    cpu, first = bench.cpu(), len(notifier.times)
    await asyncio.sleep(bench.options.interval)
    times = notifier.times[first:]
    seconds = collections.Counter(int(at - times[0]) for at in times)
    finding.update(refreshes=len(times), refresh_us=(bench.cpu() - cpu) / max(1, len(times)) * 1e6,
                   busiest=max(seconds.values()), mean=len(times) / bench.options.interval,
                   grown_kib_each=(bench.memory() - memory) / count)
    return finding


async def measure_fan_out(bench, watchers):
    alice = SipUser(f"sip:alice@{OUR_DOMAIN}", OUR_PASSWORD, EDGE_ADDRESS, bench.sip_port, bench.edge_authority)
    await alice.start()
    await alice.publish("open", "first")
    await bench.subscribe(watchers, lambda n: f"alice@{OUR_DOMAIN}")
    await asyncio.sleep(6)  # past the five seconds in which changes are gathered
    findings, rounds = [], 3
    for n in range(rounds):
        cpu, began, before = bench.cpu(), time.monotonic(), bench.server.count
        assert await alice.publish("open", f"change {n}") == 200
        await bench.told(before + watchers)
        findings.append(((bench.cpu() - cpu) / watchers * 1e6, time.monotonic() - began))
        await asyncio.sleep(6)
    await alice.stop()
    return dict(what="fan-out", count=watchers, us_each=min(one[0] for one in findings), seconds=min(one[1] for one in findings))


def report(finding):
    if finding["what"] == "fan-out":
        print(f"one change to {finding['count']} watchers: {finding['us_each']:.1f} us CPU each, "
              f"all told after {finding['seconds']:.2f} s")
        return
    print(f"{finding['count']:6} subscriptions: set-up {finding['setup_us']:7.1f} us CPU each ({finding['per_second']:.0f}/s); "
          f"{finding['kib_each']:.2f} KiB each, {finding['grown_kib_each']:.2f} after two rounds; "
          f"refresh {finding['refresh_us']:.1f} us CPU each, {finding['refreshes']} in the interval, "
          f"{finding['busiest']} in the busiest second (mean {finding['mean']:.1f})")


async def main(options):
    import tempfile

    from lab.process import free_port
    with tempfile.TemporaryDirectory(prefix="oree-bench-") as place:
        directory = pathlib.Path(place)
        authority = pki.Authority(directory, "bench-ca")
        certificate, key = authority.issue(PARTNER_DOMAIN, [PARTNER_DOMAIN])
        port = free_port(PARTNER_ADDRESS)
        names = NameServer(directory)
        names.host(f"xmpp.{PARTNER_DOMAIN}", PARTNER_ADDRESS)
        names.service("xmpp-server", PARTNER_DOMAIN, f"xmpp.{PARTNER_DOMAIN}", port)
        await names.start()
        try:
            for measure, counts in ((measure_fan_out, [options.watchers]), (measure_subscriptions, options.subscriptions)):
                for count in filter(None, counts):
                    bench = Bench(options, names, authority)
                    try:
                        await bench.start_bench(certificate, key, port)
                        finding = await measure(bench, count)
                    finally:
                        await bench.stop()
                    print(json.dumps(finding)) if options.json else report(finding)
        finally:
            await names.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscriptions", type=int, nargs="*", default=[100, 1000, 10000])
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--interval", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asyncio.run(main(parser.parse_args()))
