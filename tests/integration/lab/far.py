# SPDX-License-Identifier: GPL-3.0-or-later
"""A network behind a router that can be told to throw everything away: what is on its way vanishes, and nobody is told.
Namespaces joined by pairs of virtual Ethernet; needs the right to make them."""

import subprocess

from .process import Process

NEAR, FAR = "10.77.1.1", "10.77.2.2"  # our end, and the address of whoever lives over there


class NoFarNetwork(Exception):
    """Such networks cannot be made here."""


def _ip(*words, inside=()):
    done = subprocess.run([*inside, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise NoFarNetwork(f"{' '.join(map(str, words))}: {done.stderr.strip()}")


class FarNetwork:
    def __init__(self, directory):
        self._directory = directory
        self._holders = []

    async def _namespace(self, name):
        holder = await Process(name, ["unshare", "--net", "--", "sh", "-c", "echo made; exec sleep infinity"],
                               self._directory / f"{name}.log").start()
        self._holders.append(holder)
        await holder.lines.wait(lambda line: True, 10)
        if holder.lines.entries[0] != "made":
            raise NoFarNetwork(holder.lines.entries[0])
        return ["nsenter", f"--target={holder.pid}", "--net", "--"], str(holder.pid)

    async def start(self):
        self._router, router_pid = await self._namespace("router")
        self.inside, far_pid = await self._namespace("far")
        _ip("ip", "link", "add", "near", "type", "veth", "peer", "name", "r0", "netns", router_pid)
        _ip("ip", "address", "add", f"{NEAR}/24", "dev", "near")
        _ip("ip", "link", "set", "near", "up")
        _ip("ip", "link", "add", "r1", "type", "veth", "peer", "name", "far", "netns", far_pid, inside=self._router)
        for place, address, device in ((self._router, "10.77.1.2/24", "r0"), (self._router, "10.77.2.1/24", "r1"),
                                       (self.inside, f"{FAR}/24", "far")):
            _ip("ip", "address", "add", address, "dev", device, inside=place)
            _ip("ip", "link", "set", device, "up", inside=place)
        _ip("ip", "link", "set", "lo", "up", inside=self.inside)
        _ip("ip", "route", "add", "default", "via", "10.77.2.1", inside=self.inside)
        _ip("ip", "route", "add", "10.77.2.0/24", "via", "10.77.1.2")
        self.heal()
        return self

    def _forward(self, flag):
        _ip("sh", "-c", f"echo {flag} > /proc/sys/net/ipv4/ip_forward", inside=self._router)

    def cut(self):
        self._forward(0)

    def heal(self):
        self._forward(1)

    async def stop(self):
        for holder in self._holders:
            await holder.kill()
